#!/bin/sh
# The tour of the quick start, with the command of this build.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
packages_or_skip openssl

mkdir "$work/bin"
ln -s "$XCJ_COMMAND" "$work/bin/xcj"
PATH=$work/bin:$PATH sh "$XCJ_ROOT/examples/tour.sh" >"$work/out" 2>&1 || bad "the tour ends with an error"

# Minted from each kind of authentication, refused as it should be, and verified by openssl.
for client in my-api-key alice 'CN=client,O=Example,ST=California,C=US' mobile-app; do
    grep -q "\"client_id\":\"$client\",\"iss\":\"https://gateway.example\"" "$work/out" || bad "no token of $client"
done
grep -qx 'exit code 9' "$work/out" || bad "the inbound token was not refused"
grep -qx 'exit code 8' "$work/out" || bad "the wrong audience was not refused"
grep -qx 'Verified OK' "$work/out" || bad "openssl did not verify the token"
[ "$failures" -eq 0 ] || cat "$work/out" >&2

finish "the tour"
