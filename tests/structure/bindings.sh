#!/bin/sh
# The examples in other languages do what they say: C++ (RAII), Python (ctypes), LuaJIT (FFI).
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
need_plain_build
packages_or_skip c++ python3 luajit jq

bindings=$XCJ_ROOT/examples/bindings
LD_LIBRARY_PATH=$XCJ_BUILD
export LD_LIBRARY_PATH
cd "$work"
"$XCJ_COMMAND" keygen --alg ES256 --kid a -o private.json --jwks-out jwks.json
"$XCJ_COMMAND" mint --key private.json --claims '{"sub":"alice","aud":"https://api.example"}' >token

c++ -std=c++17 -Wall -Wextra -Wpedantic -Wshadow -Werror -I "$XCJ_ROOT/include" -o verify "$bindings/verify.cpp" -L "$XCJ_BUILD" -lxcj ||
    bad "verify.cpp does not build"
for program in ./verify "luajit $bindings/verify.lua"; do
    # The words of a command.
    # shellcheck disable=SC2086
    $program jwks.json https://api.example <token >claims || bad "$program fails on a valid token"
    [ "$(jq -r .sub claims)" = alice ] || bad "$program prints $(cat claims)"
    # shellcheck disable=SC2086
    $program jwks.json https://other.example <token >claims 2>log && bad "$program takes another audience"
    grep -q 'XCJ_ERR_CLAIM: "aud"' log || bad "$program says: $(cat log)"
    [ ! -s claims ] || bad "$program prints the claims of a token that does not hold"
done

python3 "$bindings/mint.py" private.json '{"sub":"bob"}' >minted || bad "mint.py fails"
[ "$("$XCJ_COMMAND" verify --jwks jwks.json - <minted | jq -r .sub)" = bob ] || bad "the token of mint.py: $(cat minted)"
python3 "$bindings/mint.py" private.json '{' 2>log && bad "mint.py takes what is no JSON"
grep -q '^XCJ_ERR_JSON: ' log || bad "mint.py says: $(cat log)"

finish "C++, Python and LuaJIT"
