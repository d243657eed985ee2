#!/bin/sh
# The example programs do what they say, on keys made here.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

examples=$XCJ_BUILD/examples
cd "$work"
"$XCJ_COMMAND" keygen --alg RS256 --kid gateway-1 -o private.json --public-out public.json --jwks-out jwks.json
printf '{"config":{"iss":"https://gw.example","expires_in":60,"upstream_custom_jwt_header":"Authorization","private_jwk":%s}}' \
    "$(cat private.json)" >config.json

"$examples/example_mint" config.json key-1 acme https://api.example/ >header || bad "example_mint fails"
token=$(sed -n 's/^Authorization: Bearer //p' header)
[ "$("$XCJ_COMMAND" verify --jwks jwks.json --iss https://gw.example --aud https://api.example/ "$token" | cut -c1-20)" = \
    '{"client_id":"key-1"' ] || bad "the token of example_mint: $(cat header)"
"$examples/example_mint" config.json '' acme https://api.example/ 2>log && bad "example_mint mints without an API key"
grep -q '^401: ' log || bad "example_mint without an API key: $(cat log)"

"$examples/example_verify" jwks.json https://gw.example https://api.example/ "$token" >said || bad "example_verify fails"
grep -q '^client_id key-1, until ' said || bad "example_verify: $(cat said)"
"$examples/example_verify" jwks.json https://gw.example https://other.example/ "$token" 2>log && bad "example_verify takes another audience"
grep -q '^XCJ_ERR_CLAIM: ' log || bad "example_verify with another audience: $(cat log)"

"$examples/example_convert" <private.json >public.pem 2>log || bad "example_convert fails"
"$XCJ_COMMAND" convert --to pem public.json | cmp -s - public.pem || bad "example_convert writes another PEM than the command"
grep -q "thumbprint $("$XCJ_COMMAND" thumbprint public.json)\$" log || bad "example_convert: $(cat log)"

"$examples/example_rotation" 5 >said || bad "example_rotation: $(cat said)"
grep -q '^5 rotations, [1-9][0-9]* requests, 0 failed$' said || bad "example_rotation: $(cat said)"

finish "the example programs"
