#!/bin/sh
# tests/abi.syms, the XCJ_API functions of the headers, and what libxcj.so exports are one and the same list.
# `sh tests/structure/symbols.sh --list` prints the list as the headers give it.
[ "${1:-}" != --list ] || XCJ_ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

declared() {
    cat "$XCJ_ROOT"/include/xcj/*.h | awk '
        /^#/ { next }
        /^XCJ_API/ { text = ""; open = 1 }
        open { text = text " " $0 }
        open && /;/ {
            open = 0
            sub(/^ XCJ_API( XCJ_MUST_CHECK)?/, "", text)
            if (match(text, /xcj_[a-z0-9_]+\(/))
                print substr(text, RSTART, RLENGTH - 1)
        }' | sort -u
}

if [ "${1:-}" = --list ]; then
    declared
    exit 0
fi
declared >"$work/declared"
[ "$(wc -l <"$work/declared")" -gt 50 ] || bad "the headers declare only $(wc -l <"$work/declared") functions"
sort -c "$XCJ_ROOT/tests/abi.syms" || bad "tests/abi.syms is not sorted"
diff "$XCJ_ROOT/tests/abi.syms" "$work/declared" || bad "tests/abi.syms (<) is not what the headers declare (>)"

command -v nm >/dev/null || skip "nm is not here"
nm -D --defined-only "$XCJ_BUILD/libxcj.so" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/exported"
diff "$XCJ_ROOT/tests/abi.syms" "$work/exported" || bad "tests/abi.syms (<) is not what libxcj.so exports (>)"
nm -D --defined-only --with-symbol-versions "$XCJ_BUILD/libxcj.so" | awk '$2 != "A"' | grep -v '@@XCJ_0$' &&
    bad "exported without the version XCJ_0"

finish "$(wc -l <"$work/exported") exported functions"
