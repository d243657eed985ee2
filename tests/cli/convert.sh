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
openssl x509 -in cert.pem -outform DER -out cert.der
# The key's JWK ends with the certificate and its thumbprints.
printf '%s,"x5c":["%s"],"x5t":"%s","x5t#S256":"%s"}\n' "$(sed 's/}$//' rsa.pub.json)" "$(openssl base64 -A -in cert.der)" \
    "$(openssl dgst -sha1 -binary cert.der | b64u)" "$(openssl dgst -sha256 -binary cert.der | b64u)" >certified.json
accept 'certificate' convert cert.pem
same 'certificate' out certified.json
accept 'certificate in DER' convert cert.der
same 'certificate in DER' out certified.json
openssl x509 -in cert.pem -trustout -addtrust serverAuth -out trusted.pem
accept 'certificate with trust settings' convert trusted.pem
same 'certificate with trust settings' out certified.json
sed 's/"n":"[^"]*","e":"[^"]*",//' certified.json >bare.json
accept 'a JWK of a certificate alone' convert --to jwk bare.json
same 'a JWK of a certificate alone' out certified.json
accept 'a JWK with numbers and certificate' convert --to jwk certified.json
same 'a JWK with numbers and certificate' out certified.json
jq -c '.x5c += .x5c' certified.json >chain.json
accept 'a chain' convert --to jwk chain.json
same 'the first certificate of a chain' out certified.json
printf '%s,%s\n' "$(sed 's/}$//' rsa.json)" "$(sed 's/.*,"x5c"/"x5c"/' certified.json)" >certified.private.json
accept 'a private JWK and its certificate' convert --to jwk certified.private.json
same 'a private JWK and its certificate' out certified.private.json
accept 'the public part with the certificate' convert --to jwk --public certified.private.json
same 'the public part with the certificate' out certified.json
# A certificate of another key, and bytes that are none, are dropped: the numbers are the key.
openssl pkey -in P-256.pem -pubout -out P-256.pub.pem
accept 'an EC key' convert --to jwk P-256.pub.pem
cp out P-256.pub.jwk
jq -c --slurpfile c certified.json '.x5c = $c[0].x5c' P-256.pub.jwk >alien.json
accept 'a certificate of another key' convert --to jwk alien.json
same 'a certificate of another key' out P-256.pub.jwk
for bad in '["MAA="]' '["-"]' '[7]' '[]' '{}' "[\"$(head -c 300 cert.der | openssl base64 -A)\"]" \
    "[\"$({ cat cert.der && printf x; } | openssl base64 -A)\"]"; do
    jq -c --argjson c "$bad" '.x5c = $c | del(.x5t, ."x5t#S256")' certified.json >bad.json
    accept "x5c: $bad" convert --to jwk bad.json
    same "x5c: $bad" out rsa.pub.json
done
openssl req -x509 -new -key P-256.pem -subj /CN=test -days 2 -out ec.cert.pem 2>/dev/null
accept 'a certificate of an EC key' convert ec.cert.pem
cp out ec.certified.json
accept 'its JWK' convert --to jwk ec.certified.json
same 'its JWK' out ec.certified.json
accept 'standard input' convert - <rsa.pem
same 'standard input' out rsa.json

# Passphrases.
openssl pkey -in P-256.pem -aes256 -passout pass:'open sesame' -out locked.pem
printf 'open sesame\n' >pass.txt
accept 'passphrase from a file' convert --passphrase pass.txt locked.pem
same 'passphrase from a file' out P-256.json
PASS='open sesame' accept 'passphrase from the environment' convert --passphrase env:PASS locked.pem
same 'passphrase from the environment' out P-256.json
refuse 'no passphrase' 3 '--passphrase FILE' convert locked.pem
printf 'sesame' >wrong.txt
: >empty.txt
refuse 'wrong passphrase' 3 'locked.pem' convert --passphrase wrong.txt locked.pem
refuse 'no such variable' 3 'no such environment variable: XCJ_NOT_THERE' convert --passphrase env:XCJ_NOT_THERE locked.pem
refuse 'both' 2 '--passphrase was given twice' convert --passphrase env:PASS --passphrase pass.txt locked.pem

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
printf '{"keys":[%s,%s]}' "$("$XCJ" convert --public --to jwk rsa.json)" "$("$XCJ" convert --public --to jwk P-256.json)" >set.json
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

# One key of a set, by its kid; the kid of one key.
"$XCJ" convert --kid first --alg RS256 --use sig --to jwk rsa.json >first.json
"$XCJ" convert --kid second --to jwk P-256.json >second.json
"$XCJ" convert --kid "$(printf 'a\n-----BEGIN b')" --to jwk ED25519.json >third.json
printf '{"keys":[%s,%s,%s]}' "$(cat first.json)" "$(cat second.json)" "$(cat third.json)" >labelled.json
accept 'a key of a set' convert --kid second labelled.json
same 'a key of a set' out P-256.pem
accept 'a key of a set as JWK' convert --kid second --to jwk labelled.json
same 'a key of a set as JWK' out second.json
accept 'a key of a set as DER' convert --kid first --to der labelled.json
same 'a key of a set as DER' out rsa.der
accept 'another kid for one key' convert --kid other --to jwk second.json
out_has 'another kid for one key' '"kid":"other"'
refuse 'no such kid' 5 'no key of the set has the kid "third"; there are: first, second' convert --kid third labelled.json
printf '{"keys":[%s]}' "$(cat second.json)" >only.json
accept 'the only key of a set' convert --kid second only.json
same 'the only key of a set' out P-256.pem
refuse 'not the only key of a set' 5 'no key of the set has the kid "first"' convert --kid first only.json
printf '{"keys":[%s,%s]}' "$(cat second.json)" "$("$XCJ" convert --kid second --to jwk rsa.json)" >ambiguous.json
refuse 'a kid of two keys' 5 'more than one key of the set has the kid "second"' convert --kid second ambiguous.json

# Each block of several says which it is, in a line that others skip.
accept 'labels of several' convert --public labelled.json
cp out labelled.pem
for member in '"use":"sig","alg":"RS256","kid":"first"' '"kid":"second"' '"kid":"a\\n-----BEGIN b"'; do
    grep -q "^# {.*$member}\$" labelled.pem || fail "labels of several: no $member"
done
[ "$(grep -c '^-----BEGIN' labelled.pem)" -eq 3 ] || fail 'labels of several: three blocks'
openssl pkey -pubin -in labelled.pem -pubout -out want 2>/dev/null
same 'openssl reads the first of several' want rsa.pub.pem
accept 'labels are read where asked' convert --keep-labels --to jwks labelled.pem
"$XCJ" convert --public --to jwks labelled.json >want
same 'labels are read where asked' out want
accept 'a key by the kid of its label' convert --keep-labels --to pem --kid second labelled.pem
tail -n +2 out >got
same 'a key by the kid of its label' got P-256.pub.pem
accept 'labels are not read unasked' convert --to jwks labelled.pem
if grep -q kid out; then fail 'labels are not read unasked'; fi
for name in first second third; do
    accept "$name: labels through PEM" convert --keep-labels "$name.json"
    cp out again.pem
    accept "$name: labels through PEM" convert --keep-labels again.pem
    same "$name: labels through PEM" out "$name.json"
    accept "$name: one key has no line unasked" convert "$name.json"
    if grep -q '^#' out; then fail "$name: one key has no line unasked"; fi
done
sed 's/^# {/# {"kid":1,/' again.pem >broken.pem
refuse 'a broken label' 3 'the line before the PEM block' convert --keep-labels broken.pem
accept 'a broken label that nobody asked for' convert broken.pem

# Older structures: what openssl writes, to the byte.
openssl pkey -in rsa.pem -traditional -out want
accept 'PKCS#1' convert --to pkcs1 rsa.json
same 'PKCS#1' out want
accept 'PKCS#1, public' convert --to pkcs1 --public rsa.json
same 'PKCS#1, public' out rsa.pub1.pem
for curve in P-256 P-384 P-521 secp256k1; do
    openssl pkey -in "$curve.pem" -traditional -out want
    accept "$curve: SEC1" convert --to sec1 "$curve.json"
    same "$curve: SEC1" out want
done
refuse 'an Ed25519 key is not PKCS#1' 3 'ED25519.json: PKCS#1 is for RSA keys; this is a key of type Ed25519' \
    convert --to pkcs1 ED25519.json
refuse 'an EC key is not PKCS#1' 3 'this is a key of type P-256' convert --to pkcs1 P-256.json
refuse 'an RSA key is not SEC1' 3 'SEC1 is for EC keys; this is a key of type RSA' convert --to sec1 rsa.json
refuse 'a public key is not SEC1' 3 'SEC1 is for private keys' convert --to sec1 --public P-256.json
refuse 'of a set it says which' 3 'key 1 of the set, kid "second": PKCS#1 is for RSA keys' convert --to pkcs1 labelled.json
accept 'a JWK of a set as PKCS#1' convert --to pkcs1 --kid first --public labelled.json
same 'a JWK of a set as PKCS#1' out rsa.pub1.pem
refuse 'an unknown form' 2 'pkcs1|sec1|openssh|secret' convert --to pkcs7 rsa.json

# Lines of OpenSSH: ssh-keygen finds the same key, and reads what openssl makes of it.
if command -v ssh-keygen >/dev/null; then
    for name in rsa P-256 P-384 P-521 ED25519; do
        accept "$name: OpenSSH" convert --to openssh --kid 'me@here' "$name.json"
        cp out "$name.pub"
        grep -q ' me@here$' "$name.pub" || fail "$name: the kid is the comment"
        ssh-keygen -l -f "$name.pub" >found || fail "$name: ssh-keygen reads the line"
        accept "$name: OpenSSH and back" convert "$name.pub"
        same "$name: OpenSSH and back" out "$name.pub.json"
    done
    for name in rsa P-256; do
        cp "$name.pem" "$name.key" && chmod 600 "$name.key"
        ssh-keygen -y -f "$name.key" | cut -d' ' -f1,2 >want
        cut -d' ' -f1,2 "$name.pub" >got
        same "$name: ssh-keygen writes the same line" got want
    done
else
    printf 'ssh-keygen is missing: lines of OpenSSH are not compared with its own\n'
fi
accept 'OpenSSH of a set' convert --to openssh labelled.json
[ "$(wc -l <out)" -eq 3 ] || fail 'OpenSSH of a set: a kid with a newline adds a line'
refuse 'secp256k1 is not OpenSSH' 3 'OpenSSH has no keys of type secp256k1' convert --to openssh secp256k1.json
refuse 'Ed448 is not OpenSSH' 3 'OpenSSH has no keys of type Ed448' convert --to openssh ED448.json

# Encrypted PKCS#8, which openssl opens.
export XCJ_TEST_PASS='correct horse'
printf 'correct horse\n' >horse.txt
for name in rsa P-256 ED25519 X448; do
    accept "$name: encrypted" convert --encrypt env:XCJ_TEST_PASS --kdf scrypt "$name.json"
    cp out sealed.pem
    grep -q '^-----BEGIN ENCRYPTED PRIVATE KEY-----$' sealed.pem || fail "$name: encrypted"
    openssl pkey -in sealed.pem -passin env:XCJ_TEST_PASS -out got || fail "$name: openssl opens it"
    same "$name: openssl opens it" got "$name.pem"
    accept "$name: opened again" convert --passphrase env:XCJ_TEST_PASS sealed.pem
    same "$name: opened again" out "$name.json"
done
accept 'encrypted with PBKDF2' convert --encrypt horse.txt P-256.json
cp out sealed.pem
openssl asn1parse -in sealed.pem >parsed
for object in PBES2 PBKDF2 hmacWithSHA256 aes-256-cbc 0927C0; do
    grep -q ":$object" parsed || fail "encrypted with PBKDF2: no $object"
done
openssl pkey -in sealed.pem -passin file:horse.txt -out got || fail 'encrypted with PBKDF2'
same 'encrypted with PBKDF2' got P-256.pem
accept 'encrypted DER, passphrase from standard input' convert --to der --encrypt - --kdf scrypt P-256.json <horse.txt
openssl pkey -inform DER -in out -passin file:horse.txt -out got 2>/dev/null
same 'encrypted DER, passphrase from standard input' got P-256.pem
accept 'another passphrase' convert --passphrase horse.txt --encrypt pass.txt --kdf scrypt sealed.pem
openssl pkey -in out -passin file:pass.txt -out got
same 'another passphrase' got P-256.pem
accept 'a key of a set, encrypted' convert --kid second --encrypt horse.txt --kdf scrypt labelled.json
openssl pkey -in out -passin file:horse.txt -out got
same 'a key of a set, encrypted' got P-256.pem
refuse 'a public key is not encrypted' 3 'a public key is not encrypted' convert --encrypt horse.txt P-256.pub.json
refuse 'neither is the public part' 2 '--public' convert --encrypt horse.txt --public P-256.json
refuse 'a JWK is not encrypted' 2 'use it with --to pem or --to der' convert --encrypt horse.txt --to jwk P-256.json
refuse 'PKCS#1 is not encrypted' 2 'use it with --to pem or --to der' convert --encrypt horse.txt --to pkcs1 rsa.json
refuse 'an empty passphrase' 3 '--encrypt: the passphrase is empty' convert --encrypt empty.txt P-256.json
refuse 'no variable for --encrypt' 3 '--encrypt: no such environment variable: XCJ_NOT_THERE' convert --encrypt env:XCJ_NOT_THERE P-256.json
refuse 'key and passphrase from one input' 2 'both the key and the passphrase' convert --encrypt - - <P-256.json
refuse '--kdf alone' 2 'with --encrypt only' convert --kdf scrypt P-256.json
refuse 'an unknown KDF' 2 'pbkdf2|scrypt' convert --encrypt horse.txt --kdf argon2 P-256.json
accept 'encrypted into a file' convert --encrypt horse.txt --kdf scrypt -o sealed.out P-256.json
[ "$(stat -c %a sealed.out)" = 600 ] || fail 'encrypted into a file: its mode'
refuse 'an encrypted key is not overwritten' 2 '--force' convert -o sealed.out P-256.pub.json
refuse 'the passphrase is not overwritten' 2 'horse.txt' convert --encrypt horse.txt -o horse.txt P-256.json
grep -q horse horse.txt || fail 'the passphrase is not overwritten'

# jose reads what went through the older structures and the encryption.
if command -v jose >/dev/null; then
    "$XCJ" convert --to sec1 P-256.json | "$XCJ" convert - >ours.json
    printf payload | jose jws sig -I - -k P-256.json -o signed.jws
    jose jws ver -i signed.jws -k ours.json >/dev/null || fail 'jose verifies with a key that was SEC1'
    "$XCJ" convert --passphrase horse.txt sealed.pem >ours.json
    jose jws ver -i signed.jws -k ours.json >/dev/null || fail 'jose verifies with a key that was encrypted'
    jose jws ver -i signed.jws -k P-384.json >/dev/null 2>&1 && fail 'jose verifies with any key'
else
    printf 'jose is missing: it does not read our keys\n'
fi

# The bytes of a shared secret.
accept 'a secret' convert --to secret oct.json
printf '\000\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020\021\022\023\024\025\026\027\030\031\032\033\034\035\036\037' >want
same 'a secret' out want
refuse 'a key is no secret' 3 'an EC key is no shared secret' convert --to secret P-256.json

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
