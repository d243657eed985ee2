#!/bin/sh
# The plugin's schema and its minters, under LuaJIT with a stand-in for Kong's schema check.
set -u
: "${XCJ:?the xcj command}" "${XCJ_SOURCE:?the project}" "${XCJ_BUILD:?the build directory}"
# shellcheck source=../../../tests/packages.sh
. "$XCJ_SOURCE/tests/packages.sh"
packages_or_skip luajit
packages_or_skip /usr/share/lua/5.1/cjson/util.lua
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir lib
ln -s "$XCJ_BUILD/libxcj.so.0" lib/
LD_LIBRARY_PATH=$work/lib
export LD_LIBRARY_PATH
"$XCJ" keygen --alg ES256 --kid k1 -o key.json 2>/dev/null
"$XCJ" keygen --alg ES256 --kid k2 -o key2.json 2>/dev/null
"$XCJ" keygen --alg ES256 --kid idp -o idp.json --jwks-out idp-set.json 2>/dev/null
luajit "$XCJ_SOURCE/examples/kong/tests/schema.lua" "$XCJ_SOURCE/examples/kong" "$XCJ_SOURCE/examples/openresty"
