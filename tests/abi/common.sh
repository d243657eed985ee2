# shellcheck shell=sh
# Sourced by what makes and compares dumps of the ABI: renew.sh here, and tests/install/abi_*.sh.

# Writes the dump of a shared library that was built with debug information: what its public headers declare, and no more.
# LIBRARY, HEADERS, DUMP.
abi_dump() {
    abidw --headers-dir "$2" --drop-private-types --exported-interfaces-only --no-corpus-path --no-comp-dir-path \
        --no-show-locs --short-locs --no-elf-needed --type-id-style hash --out-file "$3" "$1"
}

# A struct that begins with its own size may grow, by members behind the size it had (not in its padding, which an older
# caller has not set). Writes abidiff's word for leaving those alone that did nothing else. OLD DUMP, NEW DUMP.
abi_grown() {
    awk '
        function value(name) {
            match($0, " " name "=\047[^\047]*")
            return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
        }
        FNR == 1 { dump++ }
        /<class-decl / { struct = value("name") }
        /<class-decl / && dump == 1 { size[struct] = value("size-in-bits") }
        /<data-member / { offset = value("layout-offset-in-bits") }
        /<var-decl / && dump == 2 && offset + 0 >= size[struct] + 0 { grown[struct] = 1; next }
        /<var-decl / { members[dump, struct] = members[dump, struct] offset " " value("name") " " value("type-id") "\n" }
        END {
            for (struct in grown)
                if (members[1, struct] ~ /^0 size / && members[1, struct] == members[2, struct])
                    print "[suppress_type]\n  name = " struct
        }' "$1" "$2"
}

# Compares: 0 when nothing was taken away or changed. Functions, enumerators and members at the end of structs that say their
# size may be added. DUMP, LIBRARY, HEADERS, FOLDER for temporary files. Reports on standard output.
abi_compare() {
    abi_dump "$2" "$3" "$4/found.abi" && abi_grown "$1" "$4/found.abi" >"$4/grown.suppr" &&
        abidiff --no-added-syms --suppressions "$4/grown.suppr" "$1" "$4/found.abi"
}
