#!/bin/sh
# keygen: a key for every algorithm, its files, its labels.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

for alg in HS256 HS384 HS512 RS256 PS384 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448; do
    accept "keygen $alg" keygen --alg "$alg"
    cp out "$alg.json"
    out_has "keygen $alg" "\"alg\":\"$alg\""
    out_has "keygen $alg" '"use":"sig"'
    out_has "keygen $alg" "\"kid\":\"$("$XCJ" thumbprint "$alg.json" 2>/dev/null)\""
    [ "$(wc -l <out)" -eq 1 ] || fail "keygen $alg is one line"
    "$XCJ" mint --key "$alg.json" --sub alice >t 2>err || fail "$alg signs: $(cat err)"
    accept "$alg verifies" verify --key "$alg.json" @t
done

accept 'what mkjwk.org makes' keygen --alg RS256 --kid kong --use sig -o private.json --public-out public.json --jwks-out jwks.json
[ ! -s out ] || fail 'with -o nothing goes to standard output'
holds 'mode of the private file' test "$(stat -c %a private.json)" = 600
(umask 027 && "$XCJ" keygen --alg ES256 -o p2 --public-out q2) || fail 'keygen under a umask'
holds 'mode of the public file' test "$(stat -c %a q2)" = 640
for member in '"kty":"RSA"' '"use":"sig"' '"alg":"RS256"' '"kid":"kong"' '"e":"AQAB"'; do
    grep -qF "$member" public.json || fail "public.json has $member"
    grep -qF "$member" jwks.json || fail "jwks.json has $member"
done
if grep -qE '"(d|p|q|dp|dq|qi)"' public.json jwks.json; then fail 'a private member was published'; fi
printf '{"keys":[%s]}\n' "$(cat public.json)" >want
same 'the set holds the public key' jwks.json want
accept 'the public part' convert --public --to jwk private.json
same 'the public part' out public.json

accept 'thumbprint as kid' keygen --alg ES256 --kid thumbprint -o thumb.json
kid=$("$XCJ" thumbprint thumb.json)
holds 'thumbprint as kid' grep -qF "\"kid\":\"$kid\"" thumb.json
accept 'RSA of 3072 bits' keygen --alg RS256 --bits 3072 -o big.json
[ "$("$XCJ" convert --public big.json | openssl pkey -pubin -noout -text | head -n 1)" = 'Public-Key: (3072 bit)' ] ||
    fail 'RSA of 3072 bits'
accept 'HMAC of 512 bits' keygen --alg HS256 --bits 512
accept 'to standard output by name' keygen --alg ES256 -o -

refuse 'no algorithm' 2 '--alg is needed' keygen
refuse 'bits that are no number' 2 'is not a number of bits' keygen --alg RS256 --bits 2k
refuse 'bits of nothing' 2 'is not a number of bits' keygen --alg RS256 --bits 0
for bits in 1024 99999; do
    run keygen --alg RS256 --bits $bits
    came_to "RSA of $bits bits" failure
    one_line "RSA of $bits bits"
done
refuse 'the public part of a secret' 2 'no public part' keygen --alg HS256 --public-out x.json
refuse 'the set of a secret' 2 'no public part' keygen --alg HS256 --jwks-out x.json

# All files or none.
refuse 'a file that cannot be' 1 'nowhere/x' keygen --alg ES256 -o a.json --public-out nowhere/x
refuse 'the private one cannot be' 1 'nowhere/a' keygen --alg ES256 -o nowhere/a --public-out b.json
for file in a.json* b.json* x.json*; do
    [ ! -e "$file" ] || fail "a partial file is left: $file"
done
finish
