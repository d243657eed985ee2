#!/bin/sh
# No function of lib/, cli/ and examples/ has more than 60 lines, its signature included, nor a line more than 125 columns.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

# The formatted style is relied on: a function's braces stand alone in column 0.
too_long() {
    awk '
        FNR == 1 { start = 0; inside = 0 }
        length($0) > 125 { print FILENAME ":" FNR ": a line of " length($0) " columns" }
        inside && /^}/ {
            if (FNR - start + 1 > 60)
                print FILENAME ":" start ": a function of " FNR - start + 1 " lines"
            inside = 0
            start = 0
            next
        }
        inside { next }
        /^{$/ { inside = 1; if (!start) start = FNR; next }
        /^$/ || /^[#}\/]/ || /^ \*/ || /;$/ { start = 0; next }
        /^[A-Za-z_]/ && !start { start = FNR }
    ' "$@"
}

find "$XCJ_ROOT/lib" "$XCJ_ROOT/cli" "$XCJ_ROOT/examples" -name '*.c' | sort >"$work/files"
while read -r file; do too_long "$file"; done <"$work/files" >"$work/found"
while read -r line; do bad "$line"; done <"$work/found"

# A planted function of 61 lines is caught, and one of 60 is not.
planted() {
    printf 'static int\nlong_one(void)\n{\n'
    awk -v n="$1" 'BEGIN { for (i = 0; i < n - 4; i++) print "    ;" }'
    printf '}\n'
}
planted 60 >"$work/60.c"
planted 61 >"$work/61.c"
[ -z "$(too_long "$work/60.c")" ] || bad "the checker refuses a function of 60 lines"
[ -n "$(too_long "$work/61.c")" ] || bad "the checker misses a function of 61 lines"

finish "$(wc -l <"$work/files") files"
