#!/bin/sh
# jwks: the public set, and never more.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl
for alg in RS256 ES256 EdDSA HS256; do
    "$XCJ" keygen --alg "$alg" --kid "$alg" --use sig -o "$alg.json" --public-out "$alg.pub" 2>/dev/null ||
        "$XCJ" keygen --alg "$alg" --kid "$alg" -o "$alg.json" || fail "keygen $alg"
done
accept 'of files' jwks RS256.json ES256.json EdDSA.json
printf '{"keys":[%s,%s,%s]}\n' "$(cat RS256.pub)" "$(cat ES256.pub)" "$(cat EdDSA.pub)" >want
same 'of files' out want
if grep -qE '"(d|p|q|dp|dq|qi|k)":' out; then fail 'a private member was published'; fi
cp out set.json
accept 'of a set, again' jwks set.json
same 'of a set, again' out want
accept 'of standard input' jwks - <set.json
same 'of standard input' out want
accept 'without an argument' jwks <set.json
same 'without an argument' out want
accept 'to a file' jwks -o made.json RS256.json ES256.json EdDSA.json
same 'to a file' made.json want
"$XCJ" convert RS256.json >rsa.pem
accept 'of a private PEM' jwks rsa.pem
printf '{"keys":[%s,"kid":"%s"}]}\n' "$(sed 's/,"use".*}//' RS256.pub)" "$("$XCJ" thumbprint rsa.pem)" >want
same 'of a private PEM' out want

run jwks ES256.json HS256.json
[ "$status" -eq 0 ] || fail 'an oct key beside another'
err_has 'an oct key is skipped' 'warning: HS256.json: an oct key is skipped'
printf '{"keys":[%s]}\n' "$(cat ES256.pub)" >want
same 'an oct key is skipped' out want
{ printf '{"keys":[' && cat ES256.json && awk 'BEGIN { for (i = 0; i < 100; i++) printf ",{\"kty\":\"EC\",\"kid\":\"%d\"}", i }' && printf ']}'; } >broken.json
run jwks broken.json
[ "$status" -eq 0 ] || fail 'a set of many broken keys'
[ "$(grep -c 'warning: broken.json: key' err)" -eq 18 ] || fail 'a set of many broken keys: 18 warnings'
err_has 'a set of many broken keys' 'broken.json: 82 more keys of the set are skipped'
run jwks HS256.json
came_to 'a set without any key' 3
err_has 'a set without any key' 'no key with a public part'
refuse 'one file is missing' 3 'none.json: No such file' jwks ES256.json none.json
printf '{' >bad.json
refuse 'one file is malformed' 3 'bad.json: ' jwks ES256.json bad.json
refuse 'standard input twice' 2 'only once' jwks - - <set.json

# Two keys of one kid are listed, with a warning; the same key twice is one.
"$XCJ" keygen --alg ES256 --kid same -o same1.json
"$XCJ" keygen --alg ES256 --kid same -o same2.json
"$XCJ" keygen --alg ES256 --kid samest -o other.json
run jwks same1.json other.json same2.json
[ "$status" -eq 0 ] || fail 'two keys of one kid'
one_line 'two keys of one kid'
err_has 'two keys of one kid' 'xcj: warning: jwks: two keys have the kid "same": a token with it is refused as ambiguous'
[ "$(grep -o '"kid":"same"' out | wc -l)" -eq 2 ] || fail 'two keys of one kid are listed'
accept 'the same key twice' jwks same1.json same1.json other.json
accept 'the kid of one, changed' jwks --kid thumbprint same1.json same2.json
finish
