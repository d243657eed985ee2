#!/bin/sh
# The module for Lua by itself, in each Lua that it was built for.
XCJ_EXAMPLES=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../../scenario/lib.sh
. "$XCJ_EXAMPLES/scenario/lib.sh"
# shellcheck source=../../scenario/files.sh
. "$XCJ_EXAMPLES/scenario/files.sh"
make_files || cat log
mkdir made
"$XCJ" mint --key idp-es.json --iss https://idp --aud gateway --claim clientId=app >made/es256
openssl x509 -in client.pem -outform DER | openssl base64 -A >made/client
ran=0
for module in "$XCJ_BUILD"/examples/haproxy/5.*/xcj.so; do
    lua=lua$(basename "$(dirname "$module")")
    command -v "$lua" >/dev/null || continue
    LUA_CPATH="$(dirname "$module")/?.so" "$lua" "$XCJ_EXAMPLES/haproxy/tests/module.lua" "$work" || fail "$lua"
    ran=$((ran + 1))
done
[ "$ran" -gt 0 ] || packages_or_skip lua5.3 lua5.4
checks=$ran
finish
