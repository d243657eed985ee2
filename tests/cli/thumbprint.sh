#!/bin/sh
# thumbprint: RFC 7638 and RFC 9278.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl

# The key and the thumbprint of RFC 7638 3.1.
cat >rfc.json <<'END'
{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}
END
accept 'RFC 7638' thumbprint rfc.json
out_is 'RFC 7638' NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
accept 'URI' thumbprint --uri rfc.json
out_is 'URI' urn:ietf:params:oauth:jwk-thumbprint:sha-256:NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs

# openssl hashes the same text.
n=$(sed 's/.*"n":"\([^"]*\)".*/\1/' rfc.json)
for hash in sha256 sha384 sha512; do
    want=$(printf '{"e":"AQAB","kty":"RSA","n":"%s"}' "$n" | openssl dgst "-$hash" -binary | b64u)
    accept "$hash" thumbprint --hash "$hash" rfc.json
    out_is "$hash" "$want"
    accept "$hash, URI" thumbprint --hash "$hash" --uri rfc.json
    out_is "$hash, URI" "urn:ietf:params:oauth:jwk-thumbprint:sha-${hash#sha}:$want"
done

"$XCJ" keygen --alg ES256 -o ec.json --public-out ec.pub.json || fail 'keygen'
"$XCJ" thumbprint ec.json >want
accept 'public and private are one' thumbprint ec.pub.json
same 'public and private are one' out want
"$XCJ" convert ec.json >ec.pem
accept 'of a PEM' thumbprint ec.pem
same 'of a PEM' out want
printf '{"keys":[%s,%s]}' "$(cat rfc.json)" "$(cat ec.pub.json)" >set.json
accept 'of a set, one a line' thumbprint set.json
{ echo NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs && cat want; } >both
same 'of a set, one a line' out both
"$XCJ" keygen --alg HS256 -o secret.json || fail 'keygen'
run thumbprint secret.json
came_to 'a shared secret' 0
[ "$(wc -l <out)" -eq 1 ] || fail 'a shared secret has one'
err_has 'a shared secret' 'warning: secret.json: the thumbprint of a shared secret helps to guess it'
refuse 'a set without keys' 3 'no usable key' thumbprint - <<'END'
{"keys":[]}
END
refuse 'not a key' 3 'standard input: ' thumbprint - <<'END'
{"kty":"RSA"}
END
finish
