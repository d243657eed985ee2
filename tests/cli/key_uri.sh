#!/bin/sh
# mint --key-uri: the key is used where it is, through OpenSSL's store for file: URIs.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

"$XCJ" keygen --alg RS256 -o rsa.json --public-out rsa.pub
"$XCJ" keygen --alg ES256 -o ec.json --public-out ec.pub
"$XCJ" keygen --alg Ed25519 -o ed.json --public-out ed.pub
for key in rsa ec ed; do
    "$XCJ" convert --to pem "$key.json" -o "$key.pem"
    "$XCJ" convert --to pem --public "$key.json" -o "$key.public.pem"
done

mint_uri() {
    mint_uri_name=$1
    shift
    accept "$mint_uri_name" mint --sub alice "$@"
    cp out token
}

for case in 'rsa RS256' 'rsa RS512' 'rsa PS256' 'ec ES256' 'ed EdDSA' 'ed Ed25519'; do
    key=${case% *}
    alg=${case#* }
    mint_uri "file: and $alg" --key-uri "file:$PWD/$key.pem" --alg "$alg" --kid k1
    accept "its token of $alg" verify --key "$key.public.pem" --alg "$alg" @token
done
mint_uri 'a curve needs no algorithm' --key-uri "file:$PWD/ec.pem"
accept 'its token' verify --key ec.pub @token
refuse 'RSA needs one' 9 'choose one of' mint --sub alice --key-uri "file:$PWD/rsa.pem"
refuse 'one that does not fit' 9 'does not fit' mint --sub alice --key-uri "file:$PWD/rsa.pem" --alg ES256
printf 'file:%s/rsa.pem\000.bak' "$PWD" >nul
refuse 'a NUL byte' 3 '--key-uri: contains a NUL byte' mint --sub alice --alg RS256 --key-uri @nul

printf 'file:%s/ec.pem\r\n' "$PWD" >uri
mint_uri 'from a file' --key-uri @uri
mint_uri 'many in threads' --key-uri @uri --repeat 20 --jobs 4
holds 'each of them verifies' "$XCJ" verify --key ec.pub --batch - <token
mint_uri 'with a whole authentication' --key-uri @uri --apikey k --no-consumer --iss https://gw.example --aud https://api.example/
accept 'its token' verify --key ec.pub --iss https://gw.example @token
mint_uri '--bare' --key-uri @uri --bare
accept 'its token' verify --key ec.pub --allow-no-exp @token

openssl pkcs8 -topk8 -in ec.pem -out sealed.pem -passout pass:open-sesame 2>/dev/null || fail 'openssl seals the key'
printf 'open-sesame\n' >passphrase
WORD=open-sesame
export WORD
mint_uri 'an encrypted key' --key-uri "file:$PWD/sealed.pem" --passphrase env:WORD
accept 'its token' verify --key ec.pub @token
mint_uri 'a passphrase file' --key-uri "file:$PWD/sealed.pem" --passphrase passphrase
WORD=close-sesame
refuse 'a wrong passphrase' 3 '--key-uri: gives no private key' mint --sub a --key-uri "file:$PWD/sealed.pem" --passphrase env:WORD
refuse 'no passphrase' 3 '--passphrase env:NAME' mint --sub a --key-uri "file:$PWD/sealed.pem"
refuse 'two passphrases' 2 '--passphrase was given twice' mint --sub a --key-uri @uri --passphrase env:WORD --passphrase passphrase

# What is not a private key that signs.
openssl genrsa -out weak.pem 1024 2>/dev/null
refuse 'a weak key' 9 '1024 bits' mint --sub a --key-uri "file:$PWD/weak.pem" --alg RS256
refuse 'a public key' 3 'gives no private key' mint --sub a --key-uri "file:$PWD/ec.public.pem"
refuse 'no such file' 3 'gives no private key' mint --sub a --key-uri "file:$PWD/nowhere.pem"
refuse 'a JWK is no key for a store' 3 'gives no private key' mint --sub a --key-uri "file:$PWD/ec.json"
refuse 'no such scheme' 3 'gives no private key' mint --sub a --key-uri nonsense:key
refuse 'nothing' 3 'gives no private key' mint --sub a --key-uri ''
refuse 'a key and a URI' 2 'and no other' mint --sub a --key-uri @uri --key ec.json

# Nothing of a URI is shown: it may carry a PIN.
without_leaks_of_an_engine
refuse 'a PIN' 3 'gives no private key' mint --sub a --key-uri 'pkcs11:token=no-such-token;object=o;pin-value=73541?pin-value=73541'
refuse 'a PIN elsewhere' 3 'gives no private key' mint --sub a --key-uri 'nonsense:key;pin-value=73541'
if grep -qE '73541|no-such-token' err; then fail 'the URI is shown'; fi

finish
