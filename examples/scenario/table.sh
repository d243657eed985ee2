#!/bin/sh
# The table of results in docs/gateways.md, made from scenario.txt and the recorded results/SERVER.txt.
#
#     sh examples/scenario/table.sh            is the page's table this one?
#     sh examples/scenario/table.sh --write    puts it into the page
set -eu
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
page=$here/../../docs/gateways.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

table() {
    awk '
        function cell(server, name,    value) {
            value = result[server, name]
            if (value == "pass") return "pass"
            if (value == "") return "not played"
            if (!sub(/^does not apply: /, "", value)) return value
            if (!((server, value) in note)) {
                note[server, value] = ++notes
                text[notes] = server ": " value
            }
            return "[" note[server, value] "]"
        }
        FILENAME ~ /scenario\.txt$/ {
            if (sub(/^case /, "")) {
                at = index($0, ": ")
                order[++cases] = substr($0, 1, at - 1)
                what[cases] = substr($0, at + 2)
            }
            next
        }
        FNR == 1 {
            server = FILENAME
            gsub(/.*\/|\.txt$/, "", server)
            servers[++count] = server
        }
        {
            at = index($0, ": ")
            result[server, substr($0, 1, at - 1)] = substr($0, at + 2)
        }
        END {
            line = "| case |"
            rule = "|---|"
            for (s = 1; s <= count; s++) {
                line = line " " servers[s] " |"
                rule = rule "---|"
            }
            print line
            print rule
            for (c = 1; c <= cases; c++) {
                line = "| `" order[c] "`: " what[c] " |"
                for (s = 1; s <= count; s++) line = line " " cell(servers[s], order[c]) " |"
                print line
            }
            if (notes) print ""
            for (n = 1; n <= notes; n++) print n ". " text[n]
        }' "$here/scenario.txt" "$here"/results/*.txt
}

# The page with the table between its two marks.
table >"$work/table"
awk -v table="$work/table" '
    /^<!-- end of the table -->$/ { inside = 0 }
    !inside
    /^<!-- table: / {
        inside = marks = 1
        while ((getline line <table) > 0) print line
    }
    END { exit !marks }' "$page" >"$work/page" || {
    printf 'docs/gateways.md has no place for the table\n' >&2
    exit 1
}
case ${1:-} in
--write) cat "$work/page" >"$page" ;;
*)
    diff "$page" "$work/page" || {
        printf 'docs/gateways.md has another table: sh examples/scenario/table.sh --write\n' >&2
        exit 1
    }
    ;;
esac
