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

# The program with libjwt alone believes a token that is MACed with the public key; the one with libxcj-jwt does not, and what
# is good is good for both.
if [ -x "$examples/libjwt-migration/example_libjwt_after" ] && command -v openssl >/dev/null; then
    migration=$examples/libjwt-migration
    "$XCJ_COMMAND" convert --to pem public.json -o caller.pem
    "$XCJ_COMMAND" convert --to pem private.json -o own.pem
    token=$("$XCJ_COMMAND" mint --key private.json --sub alice --iss https://idp.example)
    head=$(printf '{"alg":"HS256","typ":"JWT"}' | openssl base64 -A | tr '+/' '-_' | tr -d =)
    body=$(printf '{"sub":"admin","iss":"https://idp.example","exp":9999999999}' | openssl base64 -A | tr '+/' '-_' | tr -d =)
    mac=$(printf '%s.%s' "$head" "$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(od -An -v -tx1 caller.pem | tr -d ' \n')" \
        -binary | openssl base64 -A | tr '+/' '-_' | tr -d =)
    for side in before after; do
        "$migration/example_libjwt_$side" caller.pem own.pem "$token" >theirs 2>log || bad "$side refuses a good token: $(cat log)"
        "$XCJ_COMMAND" verify --key caller.pem --iss https://gateway.example "$(cat theirs)" | grep -q '"sub":"alice"' ||
            bad "$side issues: $(cat theirs)"
        "$migration/example_libjwt_$side" caller.pem own.pem "${token%?????}AAAAA" >theirs 2>log && bad "$side takes a spoilt token"
    done
    "$migration/example_libjwt_before" caller.pem own.pem "$head.$body.$mac" >theirs || bad "libjwt refuses the forged token"
    "$migration/example_libjwt_after" caller.pem own.pem "$head.$body.$mac" >theirs 2>log && bad "after takes the forged token"
    grep -q '^refused: .*HS256' log || bad "after says of the forged token: $(cat log)"
    "$migration/example_libjwt_after" public.json private.json "$token" >theirs || bad "after takes no JWK"
fi

finish "the example programs"
