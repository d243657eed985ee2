#!/bin/sh
# mint --key-uri pkcs11: keys that were made in a token (SoftHSM2) and never leave it, through Debian's PKCS#11 engine.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip softhsm2-util pkcs11-tool openssl
openssl engine pkcs11 >/dev/null 2>&1 || {
    echo "SKIP: OpenSSL has no engine pkcs11"
    exit 77
}
without_leaks_of_an_engine
for module in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do
    [ ! -e "$module" ] || break
done
mkdir tokens
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$PWD" >softhsm2.conf
SOFTHSM2_CONF=$PWD/softhsm2.conf
PKCS11_MODULE_PATH=$module # what the engine loads, in place of p11-kit's choice
PIN=73541
export SOFTHSM2_CONF PKCS11_MODULE_PATH PIN

softhsm2-util --init-token --free --label xcj --pin "$PIN" --so-pin 5678 >log 2>&1 || fail "no token: $(cat log)"
make_key() {
    pkcs11-tool --module "$module" --login --pin "$PIN" --token-label xcj --keypairgen --key-type "$2" --label "$1" --id "$3" \
        >log 2>&1 || fail "no key $1: $(cat log)"
    grep -q 'never extractable' log || fail "$1 may leave the token"
    openssl pkey -engine pkcs11 -pubin -inform engine -in "pkcs11:token=xcj;object=$1;type=public" -out "$1.pem" 2>log ||
        fail "no public key $1: $(cat log)"
}
make_key rsa rsa:2048 01
make_key p256 EC:prime256v1 02
make_key p384 EC:secp384r1 03
make_key p521 EC:secp521r1 04

uri_of() {
    printf 'pkcs11:token=xcj;object=%s;type=private' "$1"
}

for case in 'rsa RS256' 'rsa RS384' 'rsa RS512' 'rsa PS256' 'rsa PS384' 'rsa PS512' 'p256 ES256' 'p384 ES384' 'p521 ES512'; do
    key=${case% *}
    alg=${case#* }
    accept "$alg in the token" mint --sub alice --key-uri "$(uri_of "$key")" --passphrase env:PIN --alg "$alg"
    cp out token
    accept "$alg verifies" verify --key "$key.pem" --alg "$alg" @token
done

printf '%s;pin-value=%s\n' "$(uri_of p256)" "$PIN" >uri
accept 'the PIN in the URI' mint --sub alice --key-uri @uri
accept 'many, in threads' mint --sub alice --key-uri @uri --repeat 40 --jobs 4
cp out tokens.txt
holds 'all of them verify' "$XCJ" verify --key p256.pem --batch - <tokens.txt
accept 'RSA in threads' mint --sub alice --key-uri "$(uri_of rsa)" --passphrase env:PIN --alg PS256 --repeat 20 --jobs 4
cp out tokens.txt
holds 'all of them verify' "$XCJ" verify --key rsa.pem --alg PS256 --batch - <tokens.txt

refuse 'no such key' 3 'gives no private key' mint --sub a --key-uri "$(uri_of nobody);pin-value=$PIN"
if grep -q "$PIN" err; then fail 'the PIN is shown'; fi
refuse 'no such token' 3 'gives no private key' mint --sub a --key-uri "pkcs11:token=other;object=p256;pin-value=$PIN"
if grep -q "$PIN" err; then fail 'the PIN is shown'; fi
refuse 'no PIN' 3 '--passphrase env:NAME' mint --sub a --key-uri "$(uri_of p256)"
WRONG=99999
export WRONG
refuse 'a wrong PIN' 3 'gives no private key' mint --sub a --key-uri "$(uri_of p256)" --passphrase env:WRONG
refuse 'a curve that does not fit' 9 'does not fit' mint --sub a --key-uri @uri --alg ES384

finish
