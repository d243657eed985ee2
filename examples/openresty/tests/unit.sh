#!/bin/sh
# resty.xcj under LuaJIT alone. DPoP proofs come from the command.
set -u
: "${XCJ:?the xcj command}" "${XCJ_SOURCE:?the project}" "${XCJ_LIBRARY:?libxcj.so.0}"
# shellcheck source=../../../tests/packages.sh
. "$XCJ_SOURCE/tests/packages.sh"
packages_or_skip luajit
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir lib
ln -s "$XCJ_LIBRARY" lib/libxcj.so.0
LD_LIBRARY_PATH=$work/lib
export LD_LIBRARY_PATH

"$XCJ" keygen --alg ES256 --kid idp -o idp.json --jwks-out idp-set.json 2>/dev/null
"$XCJ" keygen --alg ES256 --kid client -o client.json 2>/dev/null
jkt=$("$XCJ" thumbprint client.json)
"$XCJ" mint --key idp.json --claims "{\"clientId\":\"app\",\"cnf\":{\"jkt\":\"$jkt\"}}" >bound
"$XCJ" dpop -k client.json --htm GET --htu https://gw.example/orders --bearer @bound >proof
luajit "$XCJ_SOURCE/examples/openresty/tests/unit.lua" "$XCJ_SOURCE/examples/openresty"
