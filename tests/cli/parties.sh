#!/bin/sh
# Independent parties: openssl and jose verify our tokens, we verify those of jose.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl

# der_signature R||S-FILE: an ECDSA signature as openssl takes it.
der_signature() {
    hex=$(od -An -v -tx1 "$1" | tr -d ' \n')
    half=$((${#hex} / 2))
    printf 'asn1=SEQUENCE:s\n[s]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' "$(printf '%s' "$hex" | cut -c "1-$half")" \
        "$(printf '%s' "$hex" | cut -c "$((half + 1))-")" >asn1.cnf
    openssl asn1parse -genconf asn1.cnf -noout -out "$1.der" >/dev/null
}

# openssl_verifies ALG: the files pub.pem, input, sig
openssl_verifies() {
    hash=sha$(printf '%s' "$1" | tr -dc 0-9 | cut -c 1-3)
    case $1 in
    RS*) openssl dgst "-$hash" -verify pub.pem -signature sig input ;;
    PS*) openssl dgst "-$hash" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -sigopt "rsa_mgf1_md:$hash" \
        -verify pub.pem -signature sig input ;;
    ES*) der_signature sig && openssl dgst "-$hash" -verify pub.pem -signature sig.der input ;;
    Ed*) openssl pkeyutl -verify -pubin -inkey pub.pem -rawin -in input -sigfile sig ;;
    esac
}

for alg in RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448; do
    "$XCJ" keygen --alg $alg >key.json || fail "keygen $alg"
    token=$("$XCJ" mint --key key.json --sub alice)
    "$XCJ" convert --public key.json >pub.pem
    printf '%s' "${token%.*}" >input
    b64u_decode "${token##*.}" >sig
    holds "openssl verifies $alg" openssl_verifies $alg
    printf '%s' "${token%.*}x" >input
    checks=$((checks + 1))
    if openssl_verifies $alg >/dev/null 2>&1; then fail "openssl verifies anything as $alg"; fi
done
for bits in 256 384 512; do
    secret=$(printf '%064d' 7)
    token=$(S=$secret "$XCJ" mint --secret env:S --alg "HS$bits" --sub alice)
    mac=$(printf '%s' "${token%.*}" | openssl dgst "-sha$bits" -hmac "$secret" -binary | b64u)
    checks=$((checks + 1))
    [ "$mac" = "${token##*.}" ] || fail "openssl computes HS$bits"
done

if ! command -v jose >/dev/null 2>&1; then
    printf 'SKIP: jose is not installed (Debian package jose); %s checks with openssl\n' "$checks"
    [ "$failures" -eq 0 ] || exit 1
    exit 77
fi
# Those that jose 11 makes keys for.
for alg in HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512; do
    "$XCJ" keygen --alg $alg >ours.json
    "$XCJ" convert --public --to jwk ours.json >ours.pub 2>/dev/null || cp ours.json ours.pub
    "$XCJ" mint --key ours.json --sub alice | tr -d '\n' >token
    holds "jose verifies $alg" jose jws ver -i token -k ours.pub -O payload
    "$XCJ" verify --key ours.pub @token | tr -d '\n' >want
    same "jose reads what we read, $alg" payload want
    holds "jose makes a key for $alg" jose jwk gen -i "{\"alg\":\"$alg\"}" -o theirs.json
    printf '{"sub":"bob","exp":9000000000}' >claims
    holds "jose signs $alg" jose jws sig -I claims -k theirs.json -s "{\"protected\":{\"alg\":\"$alg\"}}" -c -o theirs.jwt
    accept "we verify $alg of jose" verify --key theirs.json @theirs.jwt
    out_is "we read what jose wrote, $alg" "$(cat claims)"
    holds "jose signs $alg in JSON" jose jws sig -I claims -k theirs.json -s "{\"protected\":{\"alg\":\"$alg\"}}" -o theirs.jws
    accept "we verify $alg of jose in JSON" verify --key theirs.json @theirs.jws
    accept "we verify $alg of jose, our alg only" verify --key theirs.json --alg $alg @theirs.jwt
    jose jwk thp -i theirs.json -a S256 >thumbprint
    run thumbprint theirs.json # warns of a shared secret
    came_to "thumbprint of $alg" 0
    out_is "thumbprint of $alg" "$(cat thumbprint)"
done
finish
