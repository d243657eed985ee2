#!/bin/sh
# What resty/xcj/cdef.lua declares is what the headers declare: functions, members, sizes, constants.
set -u
: "${XCJ_SOURCE:?the project}" "${XCJ_CC:?the C compiler}" "${XCJ_LIBRARY:?libxcj.so.0}"
# shellcheck source=../../../tests/packages.sh
. "$XCJ_SOURCE/tests/packages.sh"
packages_or_skip luajit
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/lib"
ln -s "$XCJ_LIBRARY" "$work/lib/libxcj.so.0"
LD_LIBRARY_PATH=$work/lib
export LD_LIBRARY_PATH

# Writes functions.c, layout.c, and what the latter must print.
luajit "$XCJ_SOURCE/examples/openresty/tests/layout.lua" "$XCJ_SOURCE/examples/openresty/lib" "$work" || exit 1
# In C an enumeration is not an int, so this compiles only with the names of the headers.
"$XCJ_CC" -Werror -fsyntax-only -I "$XCJ_SOURCE/include" "$work/functions.c" || {
    printf 'FAIL: a function is declared in another way than in the headers\n'
    exit 1
}
"$XCJ_CC" -I "$XCJ_SOURCE/include" -o "$work/layout" "$work/layout.c" || exit 1
"$work/layout" >"$work/found" || exit 1
diff "$work/wanted" "$work/found" || {
    printf 'FAIL: resty/xcj/cdef.lua (<) has other structs or constants than the headers (>)\n'
    exit 1
}
printf '%s sizes, offsets and constants are those of the headers\n' "$(wc -l <"$work/found" | tr -d ' ')"
[ "$(wc -l <"$work/found")" -gt 150 ]
