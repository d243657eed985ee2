#!/bin/sh
# The main job on the real keys, certificate and tokens of the Kong plugin, which lie outside the project.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
kong=${XCJ_SHARED:-}/vectors/kong
[ -d "$kong" ] || {
    printf 'SKIP: the Kong vectors are not there\n'
    exit 77
}
packages_or_skip openssl jq
keys=$kong/test-keys
private=$keys/RS256-jwk-private.json
public=$keys/RS256-jwk-public.json

# What the original minted verifies at its time, and is expired now.
for name in bearer basic mtls apikey introspect; do
    file=$kong/tokens/$name-x-custom-jwt.jwt
    iat=$(jq -r ".tokens[] | select(.id == \"$name-x-custom-jwt\") | .claims.iat" "$kong/tokens/expected.json")
    accept "$name, at its time" verify --key "$public" --now "$iat" "@$file"
    jq -S . out >got
    jq -S ".tokens[] | select(.id == \"$name-x-custom-jwt\") | .claims" "$kong/tokens/expected.json" >want
    same "$name, claims" got want
    accept "$name, by the set" verify --jwks "$keys/RS256-jwks-public.json" --now "$iat" "@$file"
    accept "$name, by the PEM" verify --key "$keys/RS256-public.pem" --alg RS256 --now "$iat" "@$file"
    refuse "$name, now" 6 '"exp"' verify --key "$public" "@$file"
    refuse "$name, another key" 9 'RS256' verify --key "$keys/RS512-jwk-public.json" --now "$iat" "@$file"
done
refuse 'the token of Keycloak, a foreign key' 4 'signature' verify --key "$public" --now 1712685416 \
    "@$kong/tokens/bearer-keycloak-at.jwt"

# From each authentication the header and the claims of the original.
# again NAME WORD...
again() {
    name=$1
    shift
    wanted=".tokens[] | select(.id == \"$name-x-custom-jwt\")"
    iat=$(jq -r "$wanted | .claims.iat" "$kong/tokens/expected.json")
    jti=$(jq -r "$wanted | .claims.jti" "$kong/tokens/expected.json")
    accept "mint $name" mint --kong --key "$private" --iss https://kong-gateway:8443/x-custom-jwt \
        --jku https://kong-gateway:8443/x-custom-jwt/jwks --aud http://httpbin.apim.eu/anything \
        --consumer-custom-id contact@konghq.com-ID1 --now "$iat" --jti "$jti" "$@"
    cp out first
    "$XCJ" inspect --json @first >taken
    jq -S .header taken >got
    jq -S "$wanted | .header" "$kong/tokens/expected.json" >want
    same "mint $name, header" got want
    jq -S .claims taken >got
    jq -S "$wanted | .claims" "$kong/tokens/expected.json" >want
    same "mint $name, claims" got want
    accept "mint $name verifies" verify --key "$public" --now "$iat" @first
    accept "mint $name again" mint --kong --key "$private" --iss https://kong-gateway:8443/x-custom-jwt \
        --jku https://kong-gateway:8443/x-custom-jwt/jwks --aud http://httpbin.apim.eu/anything \
        --consumer-custom-id contact@konghq.com-ID1 --now "$iat" --jti "$jti" "$@"
    same "mint $name again" out first
}
again bearer --bearer "@$kong/tokens/bearer-keycloak-at.jwt"
# Every inbound claim but ours byte for byte, in order.
b64u_decode "$(part 2 "$(cat "$kong/tokens/bearer-keycloak-at.jwt")")" |
    sed 's/"exp":[0-9]*,//; s/"iat":[0-9]*,//; s/"jti":"[^"]*",//; s/"iss":"[^"]*",//; s/"aud":"[^"]*",//; s/}$//' >inbound
b64u_decode "$(part 2 "$(cat first)")" | head -c "$(wc -c <inbound)" >kept
same 'the inbound claims' kept inbound
again basic --basic 'my-user:My p@ssword!'
again mtls --client-cert "$kong/mTLS/01.pem" --dn kong
again mtls --client-dn "$(cat "$kong/mTLS/subject_dn.txt")"
again apikey --apikey '012345AZERTY!'

# The keys.
for name in RS256 RS512; do
    accept "$name to PEM" convert "$keys/$name-jwk-public.json"
    # RS512-public.pem lacks the final line feed.
    printf '%s\n' "$(cat "$keys/$name-public.pem")" >want
    same "$name to PEM" out want
    accept "$name, public part of the private key" convert --public "$keys/$name-jwk-private.json"
    same "$name, public part of the private key" out want
    accept "$name, a set" convert "$keys/$name-jwks-public.json"
    same "$name, a set" out want
    accept "$name, back" convert --kid "$(jq -r .kid "$keys/$name-jwk-public.json")" --use sig --alg $name "$keys/$name-public.pem"
    jq -S . out >got
    jq -S . "$keys/$name-jwk-public.json" >want
    same "$name, back" got want
    accept "$name, the set to publish" jwks "$keys/$name-jwk-private.json"
    jq -S . out >got
    jq -S . "$keys/$name-jwks-public.json" >want
    same "$name, the set to publish" got want
done

# The HMAC keys, whose k is raw text.
for bits in 256 512; do
    key=$keys/SH$bits-jwk-symetric-key.json
    token=$(jq -r ".[] | select(.alg == \"HS$bits\") | .token" "$kong/tokens/hmac_raw_k.json")
    sloppy=$(jq -r ".[] | select(.alg == \"HS$bits\") | .token_signed_with_lenient_base64_decode_of_k" "$kong/tokens/hmac_raw_k.json")
    refuse "HS$bits, mint" 3 '--hmac-k-raw' mint --key "$key" --sub a
    accept "HS$bits, mint raw" mint --key "$key" --sub a --hmac-k-raw
    cp out minted
    accept "HS$bits, our own" verify --key "$key" --hmac-k-raw @minted
    refuse "HS$bits, verify" 3 '--hmac-k-raw' verify --key "$key" --now 1713374156 "$token"
    accept "HS$bits, verify raw" verify --key "$key" --hmac-k-raw --now 1713374156 "$token"
    refuse "HS$bits, the sloppy one" 4 'signature' verify --key "$key" --hmac-k-raw --now 1713374156 "$sloppy"
    refuse "HS$bits, the sloppy one without the option" 3 '--hmac-k-raw' verify --key "$key" --now 1713374156 "$sloppy"
done

# /introspect: the key is the credential that client_id names.
introspect="@$kong/tokens/introspect-x-custom-jwt.jwt"
"$XCJ" convert --to jwk --kid my-user "$public" >credential.json
accept 'introspect' verify --jwks credential.json --key-claim client_id --now 1713374156 "$introspect"
"$XCJ" convert --to jwk --kid another "$public" >credential.json
refuse 'introspect, nobody' 5 'no key has the kid that the claim "client_id" names' verify --jwks credential.json --key-claim client_id \
    --now 1713374156 "$introspect"
finish
