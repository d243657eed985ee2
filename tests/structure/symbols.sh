#!/bin/sh
# For each library: its list in tests/, the XCJ_API functions of its headers, and what it exports are one and the same.
# `sh tests/structure/symbols.sh --list [--jwt]` prints the list as the headers give it.
[ "${1:-}" != --list ] || XCJ_ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

include=$XCJ_ROOT/include/xcj

# The functions of these headers.
declared() {
    cat "$@" | awk '
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

declared "$include/libjwt.h" "$include/jansson.h" >"$work/jwt"
mkdir "$work/headers"
cp "$include"/*.h "$work/headers"
rm "$work/headers/libjwt.h" "$work/headers/jansson.h"
declared "$work/headers"/*.h >"$work/xcj"
if [ "${1:-}" = --list ]; then
    if [ "${2:-}" = --jwt ]; then cat "$work/jwt"; else cat "$work/xcj"; fi
    exit 0
fi
[ "$(wc -l <"$work/xcj")" -gt 50 ] || bad "the headers declare only $(wc -l <"$work/xcj") functions"

# check LIST LIBRARY DECLARED VERSION
check() {
    sort -c "$XCJ_ROOT/tests/$1" || bad "tests/$1 is not sorted"
    diff "$XCJ_ROOT/tests/$1" "$3" || bad "tests/$1 (<) is not what the headers declare (>)"
    command -v nm >/dev/null && [ -e "$XCJ_BUILD/$2" ] || return 0
    nm -D --defined-only "$XCJ_BUILD/$2" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/exported"
    diff "$XCJ_ROOT/tests/$1" "$work/exported" || bad "tests/$1 (<) is not what $2 exports (>)"
    nm -D --defined-only --with-symbol-versions "$XCJ_BUILD/$2" | awk '$2 != "A"' | grep -v "@@$4\$" &&
        bad "$2 exports something without the version $4"
    return 0
}

check abi.syms libxcj.so "$work/xcj" XCJ_0
check abi-jwt.syms libxcj-jwt.so "$work/jwt" XCJ_JWT_0
packages_or_skip nm

# The command is linked to the static library, and still calls only what a program may call.
find "$XCJ_BUILD/cli/CMakeFiles/xcj_command_objects.dir" -name '*.o' -exec nm -u {} + 2>/dev/null |
    sed -n 's/^ *U \(xcj_.*\)/\1/p' | sort -u >"$work/called"
[ ! -x "$XCJ_BUILD/xcj" ] || [ -s "$work/called" ] || bad "no calls of the command are seen"
comm -23 "$work/called" "$XCJ_ROOT/tests/abi.syms" | grep . && bad "the command calls internals of the library"
[ -e "$XCJ_BUILD/libxcj-jwt.so" ] || echo "libxcj-jwt was not built: only its headers were looked at"

finish "$(cat "$work/xcj" "$work/jwt" | wc -l) exported functions"
