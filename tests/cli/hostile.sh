#!/bin/sh
# Hostile input of a mebibyte to every verb that reads any: memory stays below 64 MiB plus 20 times the input, processor time below ten
# seconds, output below 20 times the input plus 64 KiB.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl
size=1048576

# repeat TEXT [BYTES]: the text again and again, up to so many bytes.
repeat() {
    yes -- "$1" | tr -d '\n' | head -c "${2:-$size}"
}
# names FORMAT: numbers in this form, with commas.
names() {
    awk -v form="$1" -v size=$((size - 100)) 'BEGIN { for (i = 0; n < size; i++) { s = sprintf(form, i); n += length(s) + 1; printf "%s%s", i ? "," : "", s } }'
}
nest() {
    repeat "$1" $((size / 2)) && repeat "$2" $((size / 2))
}

# The kinds, each a file.
mkdir kinds
nest '[' ']' >kinds/arrays
{ repeat '{"a":' 524285 && printf 1 && repeat '}' 104857; } >kinds/objects
repeat '[' >kinds/open
{ printf '{"a":' && repeat '[' 62 && repeat '1,' 130000 && printf 1 && repeat ']' 62 && printf '}'; } >kinds/indent
{ printf '{"keys":[' && names '{}' && printf ']}'; } >kinds/empties
{ printf '{"keys":[' && names '%d' && printf ']}'; } >kinds/wide
{ printf '{' && names '"n%d":1' && printf '}'; } >kinds/members
{ printf '{' && names '"n":1' && printf '}'; } >kinds/duplicates
{ printf '{"kid":"' && repeat '\u0041' && printf '"}'; } >kinds/escapes
{ printf '{"kid":"' && repeat "$(printf '\177')" && printf '"}'; } >kinds/controls
{ printf '{"exp":' && repeat 7 && printf '}'; } >kinds/number
{ printf '{"exp":1e' && repeat 7 && printf '}'; } >kinds/exponent
{ repeat ' ' && printf '{"alg":"HS256"}'; } >kinds/spaces
repeat '.' >kinds/dots
repeat 'eyJhbGciOiJIUzI1NiJ9.' >kinds/headers
repeat A >kinds/letters
head -c $size /dev/zero >kinds/zeros
repeat '-----BEGIN PUBLIC KEY-----' >kinds/begins
yes -- "$(printf -- '-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----')" | head -c $size >kinds/blocks
repeat "$(printf '0\204\377')" >kinds/lengths
{ printf '{"payload":"e30","signatures":[' && names '{"protected":"e30","signature":"AA"}' && printf ']}'; } >kinds/signatures
{ printf '{"keys":[' && names '{"kty":"EC","crv":"P-256","kid":"%d","x":"AA","y":"AA"}' && printf ']}'; } >kinds/keys
{ printf '{"keys":[' && names '{"kty":"oct","k":"AAAA","kid":"a"}' && printf ']}'; } >kinds/secrets
{ printf '{"kty":"RSA","e":"AQAB","n":"' && repeat _ && printf '"}'; } >kinds/modulus

"$XCJ" keygen --alg HS256 --kid a -o key.json || fail 'keygen'
"$XCJ" mint --key key.json --sub alice >token || fail 'mint'
header=$(printf '{"alg":"HS256"}' | b64u)
for file in kinds/*; do
    kind=${file#kinds/}
    # As a key, a set, a configuration, a passphrase, claims.
    bounded "$kind: convert" "$file" convert "$file"
    bounded "$kind: jwks" "$file" jwks "$file"
    bounded "$kind: thumbprint" "$file" thumbprint "$file"
    bounded "$kind: lint" "$file" lint "$file"
    bounded "$kind: lint --json" "$file" lint --json "$file"
    bounded "$kind: verify --key" "$file" verify --key "$file" @token
    bounded "$kind: verify --jwks" "$file" verify --json --jwks "$file" @token
    bounded "$kind: mint --key" "$file" mint --key "$file" --alg HS256 --sub alice
    bounded "$kind: mint --config" "$file" mint --config "$file" --apikey x
    bounded "$kind: mint --claims" "$file" mint --key key.json --format json --claims @"$file"
    bounded "$kind: mint --bare" "$file" mint --key key.json --bare --claims @"$file"
    bounded "$kind: mint --bearer" "$file" mint --key key.json --bearer @"$file"
    bounded "$kind: mint --basic" "$file" mint --key key.json --basic @"$file" --consumer-id c --iss i --aud a
    bounded "$kind: forge --key" "$file" forge --key "$file" @token
    bounded "$kind: convert --encrypt" "$file" keygen --alg ES256 --passphrase "$file"
    # As a token, whole, a line of a batch, and each of its parts.
    b64u <"$file" >part
    { cat part && printf '.e30.AAAA'; } >as.header
    { printf '%s.' "$header" && cat part && printf '.AAAA'; } >as.payload
    { printf '%s.e30.' "$header" && cat part; } >as.signature
    cp "$file" as.token
    for as in as.token as.header as.payload as.signature; do
        bounded "$kind: inspect, $as" $as inspect @$as
        bounded "$kind: inspect --json, $as" $as inspect --json @$as
        bounded "$kind: lint, $as" $as lint @$as
        bounded "$kind: verify --json, $as" $as verify --json --jwks key.json @$as
        bounded "$kind: verify --batch, $as" $as verify --batch --json --key key.json @$as
        bounded "$kind: verify --jku-prefix, $as" $as verify --jku-prefix http://127.0.0.1:1/ @$as
        bounded "$kind: forge, $as" $as forge --key key.json @$as
    done
done

finish
