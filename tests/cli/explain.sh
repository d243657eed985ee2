#!/bin/sh
# Why a signature is not valid, where it can be shown; the verdict stays what it is.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl jq
now='--now 1500'
payload=$(printf '{"sub":"u","exp":2000}' | b64u)
# input HEADER: the signing input.
input() {
    printf '%s.%s' "$(printf '%s' "$1" | b64u)" "$payload"
}
# signed KEY HASH [OPTION...]: signs the file `to_sign` with openssl, as it comes.
signed() {
    signed_key=$1
    signed_hash=$2
    shift 2
    openssl dgst "-$signed_hash" -sign "$signed_key" "$@" -out signature to_sign
}
# token: of the files to_sign and signature.
token() {
    printf '%s.%s' "$(cat to_sign)" "$(b64u <signature)"
}
# hmac HASH SECRET: signs with the bytes of a file.
hmac() {
    openssl dgst "-$1" -mac HMAC -macopt "hexkey:$(od -An -v -tx1 <"$2" | tr -d ' \n')" -binary -out signature to_sign
}
# says NAME STATUS TEXT WORD...
says() {
    says_name=$1
    says_status=$2
    says_text=$3
    shift 3
    # shellcheck disable=SC2086 # the options are words
    refuse "$says_name" "$says_status" "$says_text" verify $now "$@" "$(token)"
}
# unexplained NAME STATUS WORD...: refused, and no cause is named.
unexplained() {
    unexplained_name=$1
    unexplained_status=$2
    shift 2
    # shellcheck disable=SC2086 # the options are words
    run verify $now "$@" "$(token)"
    came_to "$unexplained_name" "$unexplained_status"
    if grep -q -e 'it is valid' -e 'it would be' -e 'it was' -e 'salt' err; then
        fail "$unexplained_name: a cause is named"
        show
    fi
}

for curve in P-256 P-384 P-521; do
    openssl ecparam -genkey -noout -name "$curve" -out "$curve.pem" 2>/dev/null
done
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem 2>/dev/null
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out other.pem 2>/dev/null

# ECDSA as DER, for every curve and kind of set.
for row in ES256:P-256:sha256 ES384:P-384:sha384 ES512:P-521:sha512; do
    alg=${row%%:*}
    curve=${row#*:}
    input "{\"alg\":\"$alg\",\"kid\":\"k\"}" >to_sign
    signed "${curve%:*}.pem" "${curve#*:}"
    says "$alg as DER" 4 'it would be if it were not DER' --key "${curve%:*}.pem"
    printf AAAA >>to_sign
    unexplained "$alg as DER, of something else" 4 --key "${curve%:*}.pem"
done
input '{"alg":"ES256","kid":"k"}' >to_sign
signed P-256.pem sha256
"$XCJ" convert --to jwks --kid k P-256.pem >jwks.json
says 'DER, a set' 4 'it would be if it were not DER' --jwks jwks.json
err_has 'both kids' '(the token has kid "k"; the key tried is EC P-256, kid "k")'
run verify --now 1500 --json --jwks jwks.json "$(token)"
holds 'DER, as JSON' jq -e '.ok == false and .exit == 4 and (.message | test("DER"))' out

# json SIGNATURE...: a JSON serialisation of to_sign, flattened with one, general with several.
json() {
    printf '{"payload":"%s"' "$(cut -d. -f2 to_sign)"
    json_open=','
    [ $# -eq 1 ] || json_open=',"signatures":[{'
    for json_signature; do
        printf '%s"protected":"%s","signature":"%s"' "$json_open" "$(cut -d. -f1 to_sign)" "$json_signature"
        json_open='},{'
    done
    [ $# -eq 1 ] || printf '}]'
    printf '}'
}
# json_says NAME TEXT SIGNATURE...: the message has the text; without a text it names no cause.
json_says() {
    json_name=$1
    json_text=$2
    shift 2
    run verify --now 1500 --jws --key P-256.pem "$(json "$@")"
    came_to "$json_name" 4
    if [ -n "$json_text" ]; then
        err_has "$json_name" "$json_text"
    elif grep -q DER err; then
        fail "$json_name: a cause is named"
    fi
}
der=$(b64u <signature)
zeros=$(head -c 64 /dev/zero | b64u)
json_says 'DER, flattened' 'it would be if it were not DER' "$der"
json_says 'no DER, flattened' '' "$zeros"
json_says 'DER, general' 'it would be if it were not DER' "$der" "$zeros"
json_says 'no DER, general' '' "$zeros" "$der"
token >lines
printf '\n' >>lines
run verify --now 1500 --jwks jwks.json --batch @lines
came_to 'a batch' 4
if grep -q DER err; then fail 'a line of a batch is not explained'; fi

# r without its leading zero: of many signatures, one that has such an r.
"$XCJ" mint --key P-256.pem --bare --repeat 4000 --claims '{"sub":"u","exp":2000}' | grep -m 1 '\.A[A-P][^.]*$' >full
{
    cut -d . -f 1-2 full | tr '\n' .
    b64u_decode "$(part 3 "$(cat full)")" | tail -c 63 | b64u
} >short.jwt
refuse 'without leading zeros' 4 'it would be if r and s had their leading zeros' verify --now 1500 --key P-256.pem @short.jwt
accept 'the same in full length' verify --now 1500 --key P-256.pem @full

# Another curve than the algorithm's.
input '{"alg":"ES256"}' >to_sign
"$XCJ" mint --key P-256.pem --bare --claims '{"sub":"u","exp":2000}' >good
accept 'the same of its own curve' verify --now 1500 --key P-256.pem @good
openssl dgst -sha256 -sign P-384.pem -out der to_sign
openssl asn1parse -inform DER -in der | sed -n 's/.*INTEGER *://p' | while read -r number; do
    printf '%96s' "$number" | tr ' ' 0
done | perl -pe '$_ = pack "H*", $_' >signature
says 'another curve' 9 'it was made with this key, but the curve of ES256 is another' --key P-384.pem
unexplained 'another curve, another key' 9 --key P-521.pem

# RSA: another algorithm than the header's, and salts.
pss='-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen'
for alg in RS256 PS256; do
    input "{\"alg\":\"$alg\",\"kid\":\"a\"}" >to_sign
    for salt in 0 20 max; do
        # shellcheck disable=SC2086 # the options are words
        signed rsa.pem sha256 $pss:$salt
        says "$alg, a salt of $salt" 4 'the issuer must make the salt of PS256 as long as its hash' --key rsa.pem
        unexplained "$alg, a salt of $salt, another key" 4 --key other.pem
    done
    signed rsa.pem sha512
    says "$alg, signed as RS512" 4 'it is valid as RS512' --key rsa.pem
    err_has 'kids differ' '(the token has kid "a"; the key tried is RSA of 2048 bits)'
done
input '{"alg":"RS256"}' >to_sign
# shellcheck disable=SC2086
signed rsa.pem sha256 $pss:digest
says 'RS256, signed as PS256' 4 'it is valid as PS256' --key rsa.pem
err_has 'no kid' '(the token has no kid; the key tried is RSA of 2048 bits)'
signed rsa.pem sha256
unexplained 'another RSA key' 4 --key other.pem
accept 'the right one' verify --now 1500 --key rsa.pem "$(token)"

# Microsoft's nonce: signed with its hash, sent without.
nonce=AQABAAAAAABHh4kmS_aKT5XrjzxRAtHz
hash=$(printf '%s' "$nonce" | openssl dgst -sha256 -binary | b64u)
input "{\"typ\":\"JWT\",\"nonce\":\"$hash\",\"alg\":\"RS256\"}" >to_sign
signed rsa.pem sha256
accept 'before the nonce is replaced' verify --now 1500 --key rsa.pem "$(token)"
input "{\"typ\":\"JWT\",\"nonce\":\"$nonce\",\"alg\":\"RS256\"}" >to_sign
says 'a replaced nonce' 4 'before the nonce in the header was replaced' --key rsa.pem
unexplained 'a replaced nonce, another key' 4 --key other.pem

# Secrets read otherwise than the issuer reads them. The texts are of the bytes of secret.bin.
printf 'ab\377\376~~~cdefghijklmnopqrstuvwxyz0123456789' >secret.bin
openssl base64 -A <secret.bin >secret.base64
b64u <secret.bin >secret.base64url
od -An -v -tx1 <secret.bin | tr -d ' \n' >secret.hex
{ printf 0x && cat secret.hex; } >0x.hex
tr 'a-f' 'A-F' <secret.hex >upper.hex
tr -d '=' <secret.base64 >bare.base64
for hash in sha256 sha512; do
    input "{\"alg\":\"HS${hash#sha}\"}" >to_sign
    if [ "$hash" = sha512 ]; then set -- secret.hex; else set -- ./*.base64 ./*.base64url ./*.hex; fi
    for text in "$@"; do
        encoding=${text##*.}
        words=$encoding
        [ "$encoding" != hex ] || words=hexadecimal
        hmac "$hash" secret.bin
        says "$hash: $text as text" 4 "it is valid with the bytes that the secret is the $words text of: --secret-encoding $encoding reads them" \
            --secret "$text" --secret-encoding raw --allow-weak-key
        accept "$hash: $text as bytes" verify --now 1500 --allow-weak-key --secret "$text" --secret-encoding "$encoding" "$(token)"
        hmac "$hash" "$text"
        says "$hash: $text, read" 4 "text as the secret: --secret-encoding raw" --secret "$text" --secret-encoding "$encoding" --allow-weak-key
        says "$hash: $text, bytes" 4 "text as the secret: --secret-encoding raw" --secret secret.bin --allow-weak-key
    done
done
printf '{"kty":"oct","k":"%s"}' "$(cat secret.base64url)" >oct.json
input '{"alg":"HS256"}' >to_sign
hmac sha256 secret.base64url
says 'the text of k' 4 '--hmac-k-raw for a JWK' --key oct.json
accept 'the text of k, asked for' verify --now 1500 --hmac-k-raw --key oct.json "$(token)"
hmac sha256 secret.bin
{ cat secret.bin && printf '\n'; } >line.bin
run verify --now 1500 --secret line.bin "$(token)"
came_to 'a newline more' 4
err_has 'a newline more' 'one more or less newline at the end of the secret'
hmac sha256 line.bin
says 'a newline less' 4 'one more or less newline at the end of the secret' --secret secret.bin
hmac sha512 secret.bin
says 'HS512 under HS256' 4 'it is valid as HS512' --secret secret.bin
tr '[:lower:]' '[:upper:]' <secret.bin >strange.bin
hmac sha256 strange.bin
unexplained 'another secret' 4 --secret secret.bin
err_has 'no kid' '(the token has no kid; the key tried is a shared secret)'
if grep -qF -e "$(cut -c 1-8 secret.hex)" -e "$(cut -c 1-8 secret.base64)" err; then fail 'the secret is shown'; fi
finish
