#!/bin/sh
# What people come for, each in one command as --help shows it.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl
mkdir bin && ln -s "$XCJ" bin/xcj
PATH=$work/bin:$PATH

# holds_claims NAME TEXT...: the token on standard output of the last run has these texts in its claims.
holds_claims() {
    claims_name=$1
    shift
    b64u_decode "$(part 2 "$(cat out)")" >claims
    for wanted in "$@"; do
        checks=$((checks + 1))
        grep -qF -e "$wanted" claims || fail "$claims_name: wanted $wanted in $(cat claims)"
    done
}

# JWK to PEM and back, with kid, use and alg.
accept 'a key' keygen --alg RS256 --kid gateway-1 -o key.json --public-out public.json --jwks-out set.json
accept 'JWK to PEM' convert --keep-labels key.json -o key.pem
accept 'PEM to JWK' convert --keep-labels key.pem
same 'JWK to PEM and back' out key.json
accept 'the public PEM of a consumer' convert --public key.json
holds 'openssl reads it' openssl pkey -pubin -in out -noout

# A set from two PEM files verifies the tokens of both.
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out old.pem 2>/dev/null
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out new.pem 2>/dev/null
accept 'a set of two PEM files' jwks old.pem new.pem -o jwks.json
for key in old new; do
    accept "a token of $key" mint --key $key.pem --alg RS256 --kid thumbprint --sub alice -o $key.jwt
    accept "the set verifies it: $key" verify --jwks jwks.json @$key.jwt
done

# Test tokens.
accept 'a claim, a nested one, two audiences' mint --key key.json --claim team=blue --claim-json 'realm={"roles":["admin"]}' --aud a --aud b
holds_claims 'a claim, a nested one, two audiences' '"team":"blue"' '"realm":{"roles":["admin"]}' '"aud":["a","b"]'
accept 'expired' mint --key key.json --sub alice --exp -5m -o expired.jwt
run verify --key key.json @expired.jwt
came_to 'expired' 6
accept 'no expiry' mint --key key.json --sub alice --no-exp -o forever.jwt
accept 'no expiry, allowed' verify --key key.json --allow-no-exp @forever.jwt
run verify --key key.json @forever.jwt
came_to 'no expiry, not allowed' failure

# A token as a gateway mints it, for each credential.
openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=client -days 2 -out client.pem 2>/dev/null
bearer=$(xcj mint --key key.json --claim clientId=app)
gateway='--key key.json --iss https://gw.example --aud https://api.example/ --consumer-id c1'
for caller in '--apikey k1' '--basic user:password' '--client-cert client.pem' "--bearer $bearer"; do
    # shellcheck disable=SC2086 # the options are words
    accept "for ${caller%% *}" mint $gateway $caller
    holds_claims "for ${caller%% *}" '"client_id":"' '"act":{"client_id":"c1"}' '"iss":"https://gw.example"'
done

# Keys of every type, as JWK and as PEM, which openssl and xcj read.
for alg in RS256 PS384 ES256 ES384 ES512 ES256K EdDSA Ed448; do
    accept "$alg" keygen --alg $alg -o jwk.json --force
    grep -qF "\"use\":\"sig\"" jwk.json || fail "$alg: use is sig"
    grep -qF "\"kid\":\"$(xcj thumbprint jwk.json)\"" jwk.json || fail "$alg: kid is the thumbprint"
    accept "$alg, PEM" keygen --alg $alg --to pem -o one.pem --public-out one.pub --jwks-out one.json --force
    holds "$alg: openssl reads the private PEM" openssl pkey -in one.pem -noout
    holds "$alg: openssl reads the public PEM" openssl pkey -pubin -in one.pub -noout
    accept "$alg: a token of the PEM" mint --key one.pem --alg $alg --kid thumbprint --sub alice -o one.jwt
    accept "$alg: the set verifies it" verify --jwks one.json @one.jwt
    rm -f jwk.json one.pem one.jwt
done
accept 'neither kid nor use' keygen --alg ES256 --kid none --use none
out_lacks 'neither kid nor use' '"kid"'
out_lacks 'neither kid nor use' '"use"'
refuse 'HMAC has no PEM' 2 'an HMAC key has no PEM form' keygen --alg HS256 --to pem

# An encrypted PEM, written and read.
export PASSPHRASE=correct-horse
accept 'an encrypted PEM, made' keygen --alg ES256 --encrypt env:PASSPHRASE -o sealed.pem
grep -q 'BEGIN ENCRYPTED PRIVATE KEY' sealed.pem || fail 'an encrypted PEM'
holds 'openssl opens it' openssl pkey -in sealed.pem -passin env:PASSPHRASE -noout
accept 'an encrypted PEM, converted' convert --encrypt env:PASSPHRASE key.json -o locked.pem
holds 'openssl opens the other' openssl pkey -in locked.pem -passin env:PASSPHRASE -noout
refuse 'encryption of a JWK' 2 'encrypts PEM' keygen --alg ES256 --to jwk --encrypt env:PASSPHRASE
: >empty
refuse 'an empty passphrase' 3 'the passphrase is empty' keygen --alg ES256 --encrypt empty

# A pipeline with any header.
accept 'a header of any name' mint --key key.json --sub alice --format header=X-Auth
sed -n 's/^X-Auth: //p' out >piped.jwt
accept 'its token' verify --key key.json @piped.jwt

# The completion of a shell, from the command itself.
accept 'the completion of bash' completion bash
holds 'bash takes it' bash -c 'source ./out && complete -p xcj'

# jwks lists each key once, gives it a kid, and keeps the labels that it has.
accept 'a key in three forms' jwks key.json key.pem public.json
[ "$(grep -o '"kty"' out | wc -l)" -eq 1 ] || fail 'a key in three forms is listed once'
out_has 'the first label stays' '"kid":"gateway-1"'
accept 'labels for a PEM' jwks --kid next --use sig -a RS256 new.pem
for label in '"kid":"next"' '"use":"sig"' '"alg":"RS256"'; do out_has 'labels for a PEM' "$label"; done
accept 'labels that are there stay' jwks --use enc -a PS256 key.json
out_has 'labels that are there stay' '"use":"sig","alg":"RS256"'
accept 'one of several' jwks --kid gateway-1 key.json new.pem
[ "$(grep -o '"kty"' out | wc -l)" -eq 1 ] || fail '--kid lists one of several'
refuse 'none of several' 5 '--kid: no key has the kid "x"' jwks --kid x key.json new.pem

# A set changes in place, keeps what it has, and loses no key when several commands change it at a time.
cp set.json live.json
refuse 'not without --add or --remove' 2 '--force overwrites it' jwks live.json -o live.json
for i in 1 2 3 4 5 6; do
    xcj keygen --alg ES256 --kid "k$i" -o "k$i.json" || fail "keygen $i"
done
for i in 1 2 3 4 5 6; do
    xcj jwks live.json --add "k$i.json" -o live.json 2>>log &
done
wait
[ ! -s log ] || fail "several commands at a time: $(cat log)"
for kid in gateway-1 k1 k2 k3 k4 k5 k6; do
    grep -qF "\"kid\":\"$kid\"" live.json || fail "several commands at a time: $kid is lost"
done
accept 'a key leaves' jwks live.json --remove k3 -o live.json
if grep -qF '"k3"' live.json; then fail 'a key leaves'; fi
refuse 'no such key' 5 '--remove: no key has the kid "k3"' jwks live.json --remove k3 -o live.json
cp set.json before.json
refuse 'the only key' 3 'no key with a public part' jwks set.json --remove gateway-1 -o set.json
same 'the only key: the set is as it was' set.json before.json
refuse 'a private set is not made public' 2 'holds a private key' jwks key.json --add new.pem -o key.json

# The recipe of the manual: after its second step old and new tokens verify, after its last only new ones.
if [ -n "${XCJ_MAN_SOURCES:-}" ]; then
    rm -rf recipe && mkdir recipe && cd recipe || exit 1
    awk '/^Rotate the key/ { found = 1 } found && /^```/ { inside++; next } found && inside == 1' "$XCJ_MAN_SOURCES/xcj-jwks.1.scd" >steps
    [ "$(wc -l <steps)" -eq 3 ] || fail 'the recipe has three steps'
    cp ../old.pem . || exit 1
    xcj jwks old.pem -o jwks.json || fail 'the set before'
    xcj mint --key old.pem --alg RS256 --kid thumbprint --sub alice -o old.jwt || fail 'the old token'
    sed -n 1,2p steps >first && holds 'the first steps' sh -e first
    xcj mint --key next.json --sub alice -o new.jwt || fail 'the new token'
    accept 'the old token during a rotation' verify --jwks jwks.json @old.jwt
    accept 'the new token during a rotation' verify --jwks jwks.json @new.jwt
    sed -n 3p steps >last && holds 'the last step' sh -e last
    accept 'the new token after it' verify --jwks jwks.json @new.jwt
    run verify --jwks jwks.json @old.jwt
    came_to 'the old token after it' 5
    cd ..
fi
finish
