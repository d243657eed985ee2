#!/bin/sh
# shellcheck disable=SC2016,SC2094 # backquotes of the page; files are read and not written
# The cells of docs/compare.md about xcj, jose and openssl: what each does, and that the others do not.
page=$(cd "$(dirname "$0")/../.." && pwd)/docs/compare.md
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl jq jose
# row TASK XCJ JOSE OPENSSL: is this what the page says?
row() {
    checks=$((checks + 1))
    grep -qF "| $1 | $2 | $3 | $4 |" "$page" || fail "the page says otherwise: $1"
    rows=$((${rows:-0} + 1))
}
# cannot NAME WORD...: the command fails.
cannot() {
    cannot_name=$1
    shift
    checks=$((checks + 1))
    if "$@" >/dev/null 2>&1 </dev/null; then fail "$cannot_name"; fi
}
row 'make a key as JWK' '`keygen -o key.json`' '`jwk gen`' no
holds 'xcj makes a key' "$XCJ" keygen --alg ES256 --kid a -o key.json --jwks-out jwks.json
holds 'jose makes a key' jose jwk gen -i '{"alg":"ES256","kid":"b"}' -o jose.json
row 'JWK to PEM' '`convert key.json`' no no
holds 'xcj writes PEM' sh -c "'$XCJ' convert key.json >key.pem && grep -q BEGIN key.pem"
cannot 'openssl reads no JWK' openssl pkey -in key.json
if jose 2>&1 | grep -qi pem; then fail 'jose knows PEM'; fi
row 'PEM to JWK' '`convert key.pem`' no no
holds 'xcj reads PEM' sh -c "'$XCJ' convert key.pem | jq -e .kty"
cannot 'jose reads no PEM' jose jwk pub -i key.pem
row 'sign a token' '`mint`' '`jws sig`' 'bytes only'
"$XCJ" mint --key key.json --iss https://i.example --aud a --sub alice >token
printf '{"sub":"alice"}' >payload
holds 'jose signs' jose jws sig -I payload -k jose.json -c -o jose.jwt
row 'verify a signature' '`verify`' '`jws ver`' 'bytes only; ECDSA as DER'
accept 'xcj verifies' verify --key key.json @token
tr -d '\n' <token >token.line
"$XCJ" convert --public --to jwk key.json >public.json
holds 'jose verifies' jose jws ver -i token.line -k public.json
part 3 "$(cat token)" >part
b64u_decode "$(cat part)" >signature
printf '%s' "$(part 1 "$(cat token)").$(part 2 "$(cat token)")" >input
"$XCJ" convert --public key.json >public.pem
cannot 'openssl wants DER' openssl dgst -sha256 -verify public.pem -signature signature input
row 'check iss, aud and exp' yes no no
refuse 'xcj looks at aud' 8 aud verify --key key.json --aud b @token
"$XCJ" mint --key key.json --bare --claims '{"exp":1}' | tr -d '\n' >old
refuse 'xcj looks at exp' 6 exp verify --key key.json @old
holds 'jose does not look at exp' jose jws ver -i old -k public.json
row 'choose the key of a JWKS by kid' yes 'no, tries all' no
"$XCJ" keygen --alg ES256 --kid z -o other.json
"$XCJ" jwks other.json key.json >set.json
accept 'xcj: a set' verify --jwks set.json @token
"$XCJ" jwks key.json | jq -c '.keys[0].kid = "renamed"' >renamed.json
refuse 'xcj: no key has the kid' 5 renamed verify --jwks renamed.json @token
holds 'jose: another kid' jose jws ver -i token.line -k renamed.json
row 'fetch a JWKS' yes no no
row 'exit codes that say why' yes no no
jose jws ver -i token.line -k jose.json >/dev/null 2>&1
one=$?
jose jws ver -i payload -k jose.json >/dev/null 2>&1
[ "$one" -eq $? ] || fail 'jose has exit codes'
row 'look into a token' '`inspect`' '`b64 dec`, part by part' no
accept 'xcj inspects' inspect @token
holds 'jose decodes' sh -c "cut -d . -f 2 token | tr -d '\n' | jose b64 dec -i- -O- | jq -e .sub"
row 'explain a refusal' '`verify --explain`' no no
row 'find weak keys and tokens' '`lint`' no no
row 'test a verifier' '`forge --run`' no no
row 'encrypt (JWE)' no '`jwe enc`' no
holds 'jose encrypts' sh -c "jose jwk gen -i '{\"alg\":\"A128GCMKW\"}' -o enc.json && jose jwe enc -I payload -k enc.json -o jwe"
row 'issue certificates' no no yes
holds 'openssl issues' openssl req -x509 -new -key key.pem -subj /CN=a -days 1 -out cert.pem
[ "$(grep -c '^| [a-zA-Z]' "$page")" -eq $((rows + 1)) ] || fail 'a row is not tried'
finish
