#!/bin/sh
# convert: every form to every other, labels, passphrases; openssl is the other party.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl

# openssl makes the key; we read all of its forms and write what openssl reads.
# forms NAME: from NAME.pem, a private key in PKCS#8
forms() {
    openssl pkey -in "$1.pem" -pubout -out "$1.pub.pem" 2>/dev/null
    openssl pkey -in "$1.pem" -outform DER -out "$1.old.der" # RSA and EC: in the older form
    openssl pkcs8 -topk8 -nocrypt -in "$1.pem" -outform DER -out "$1.der"
    openssl pkey -in "$1.pem" -pubout -outform DER -out "$1.pub.der"
    accept "$1: PEM to JWK" convert "$1.pem"
    cp out "$1.json"
    accept "$1: DER to JWK" convert "$1.der"
    same "$1: DER to JWK" out "$1.json"
    accept "$1: older DER to JWK" convert "$1.old.der"
    same "$1: older DER to JWK" out "$1.json"
    accept "$1: public PEM to JWK" convert "$1.pub.pem"
    cp out "$1.pub.json"
    accept "$1: public DER to JWK" convert "$1.pub.der"
    same "$1: public DER to JWK" out "$1.pub.json"
    accept "$1: JWK to PEM" convert "$1.json"
    same "$1: JWK to PEM" out "$1.pem"
    accept "$1: public JWK to PEM" convert "$1.pub.json"
    same "$1: public JWK to PEM" out "$1.pub.pem"
    accept "$1: --public" convert --public "$1.json"
    same "$1: --public" out "$1.pub.pem"
    accept "$1: JWK to DER" convert --to der "$1.json"
    same "$1: JWK to DER" out "$1.der"
    accept "$1: JWK to public DER" convert --public --to der "$1.json"
    same "$1: JWK to public DER" out "$1.pub.der"
}

openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem 2>/dev/null
for curve in P-256 P-384 P-521 secp256k1; do
    openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -out "$curve.pem" 2>/dev/null
done
for curve in ED25519 ED448 X25519 X448; do
    openssl genpkey -algorithm "$curve" -out "$curve.pem" 2>/dev/null
done
for name in rsa P-256 P-384 P-521 secp256k1 ED25519 ED448 X25519 X448; do
    forms "$name"
done

# Older armours, text before the block, a certificate.
openssl pkey -in rsa.pem -traditional -out rsa.trad.pem
accept 'PKCS#1' convert rsa.trad.pem
same 'PKCS#1' out rsa.json
openssl rsa -pubin -in rsa.pub.pem -RSAPublicKey_out -out rsa.pub1.pem 2>/dev/null
accept 'PKCS#1, public' convert rsa.pub1.pem
same 'PKCS#1, public' out rsa.pub.json
openssl pkey -in P-256.pem -traditional -out ec.trad.pem
accept 'SEC1' convert ec.trad.pem
same 'SEC1' out P-256.json
{ printf 'Bag Attributes\n    friendlyName: x\n' && cat P-256.pem; } >text.pem
accept 'text before the block' convert text.pem
same 'text before the block' out P-256.json
openssl req -x509 -new -key rsa.pem -subj /CN=test -days 2 -out cert.pem 2>/dev/null
accept 'certificate' convert cert.pem
same 'certificate' out rsa.pub.json
openssl x509 -in cert.pem -outform DER -out cert.der
accept 'certificate in DER' convert cert.der
same 'certificate in DER' out rsa.pub.json
accept 'standard input' convert - <rsa.pem
same 'standard input' out rsa.json

# Passphrases.
openssl pkey -in P-256.pem -aes256 -passout pass:'open sesame' -out locked.pem
printf 'open sesame\n' >pass.txt
accept 'passphrase from a file' convert --passphrase-file pass.txt locked.pem
same 'passphrase from a file' out P-256.json
PASS='open sesame' accept 'passphrase from the environment' convert --passphrase-env PASS locked.pem
same 'passphrase from the environment' out P-256.json
refuse 'no passphrase' 3 '--passphrase-file' convert locked.pem
printf 'sesame' >wrong.txt
refuse 'wrong passphrase' 3 'locked.pem' convert --passphrase-file wrong.txt locked.pem
refuse 'no such variable' 3 'no such environment variable: XCJ_NOT_THERE' convert --passphrase-env XCJ_NOT_THERE locked.pem
refuse 'both' 2 'exclude each other' convert --passphrase-env PASS --passphrase-file pass.txt locked.pem

# Labels.
thumbprint=$("$XCJ" thumbprint P-256.json)
accept 'labels' convert --to jwk --kid thumbprint --use sig --alg ES256 P-256.pub.pem
for member in "\"kid\":\"$thumbprint\"" '"use":"sig"' '"alg":"ES256"'; do out_has 'labels' "$member"; done
accept 'kid' convert --to jwk --kid 'my key' P-256.pem
out_has 'kid' '"kid":"my key"'
refuse 'an alg that does not fit' 9 'P-256.pem' convert --alg RS256 P-256.pem
refuse 'an alg that is none' 2 'unknown algorithm: "FOO"' convert --alg FOO P-256.pem
accept 'Kong spells the alg SH256' convert --to jwk --alg SH256 --hmac-k-raw - <<'END'
{"kty":"oct","k":"KJNJKBSbJ87y23jHb?SNKLKLM?SIO*.S"}
END
out_has 'Kong spells the alg SH256' '"alg":"HS256"'

# Sets.
"$XCJ" jwks rsa.json P-256.json >set.json || fail 'jwks'
accept 'a set becomes every PEM' convert set.json
cat rsa.pub.pem P-256.pub.pem >want
same 'a set becomes every PEM' out want
accept 'a set becomes a JWK a line' convert --to jwk set.json
cat rsa.pub.json P-256.pub.json >want
same 'a set becomes a JWK a line' out want
accept 'a key becomes a set' convert --to jwks --public rsa.pem
printf '{"keys":[%s]}\n' "$(cat rsa.pub.json)" >want
same 'a key becomes a set' out want
accept 'thumbprints of a set' convert --to jwks --kid thumbprint set.json
[ "$(grep -o '"kid"' out | wc -l)" -eq 2 ] || fail 'thumbprints of a set'
refuse 'one kid for two keys' 2 'cannot name the 2 keys' convert --to jwks --kid a set.json
refuse 'two keys in DER' 2 'DER holds one key' convert --to der set.json
secret='{"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}'
printf '{"keys":[%s,%s]}' "$secret" "$(cat P-256.pub.json)" >mixed.json
run convert mixed.json
same 'an oct key is skipped' out P-256.pub.pem
err_has 'an oct key is skipped' 'warning: mixed.json: an oct key is skipped'
[ "$status" -eq 0 ] || fail 'an oct key is skipped'
printf '{"keys":[{"kty":"XYZ"},%s]}' "$(cat P-256.pub.json)" >odd.json
run convert odd.json
same 'an unknown key is skipped' out P-256.pub.pem
err_has 'an unknown key is skipped' 'key 0 of the set is skipped'
printf '%s' "$secret" >oct.json
accept 'oct to JWK' convert --to jwk oct.json
refuse 'oct to PEM' 3 'oct.json' convert oct.json
refuse 'the public part of oct' 3 'oct.json' convert --public --to jwk oct.json
printf '{"keys":[%s]}' "$secret" >octs.json
run convert octs.json
came_to 'a set of oct keys has no PEM' 3

# RSA under 2048 bits converts, with a warning.
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out small.pem 2>/dev/null
run convert small.pem
came_to 'a small RSA key converts' 0
out_has 'a small RSA key converts' '"kty":"RSA"'
err_has 'a small RSA key warns' 'warning: small.pem: an RSA key of 1024 bits'

# Bad input: a line that says what and where.
printf '{"kty":"RSA","n":"AQAB!","e":"AQAB"}' >bad.json
refuse 'n is not base64url' 3 'bad.json: "n" is not base64url at offset' convert bad.json
refuse 'no such file' 3 'none.json: No such file or directory' convert none.json
refuse 'a folder' 3 'Is a directory' convert .
: >empty
refuse 'empty' 3 'empty: is empty' convert empty
refuse 'the name is empty' 3 'file name is empty' convert ''
printf 'hello\n' >hello
refuse 'neither key nor JSON' 3 'hello: ' convert hello
printf '{"kty":"EC","kty":"EC"}' >twice.json
refuse 'duplicate member' 3 'twice.json: ' convert twice.json

printf '{"kty":"EC"' >cut.json
refuse 'cut short' 3 'cut.json: ' convert cut.json
sed 's/^MII/M!I/' rsa.pem >broken.pem
refuse 'broken PEM' 3 'broken.pem: ' convert broken.pem
head -c 100 rsa.der >cut.der
refuse 'broken DER' 3 'cut.der: ' convert cut.der
refuse 'unknown form' 2 'is not one of pem|der|jwk|jwks' convert --to xml rsa.json
finish
