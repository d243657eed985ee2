#!/bin/sh
# What people come for, by the commands of the documents: each recipe is read from its page, run as it is printed, and what it leaves is
# looked at. Then what these commands promise beyond the recipes.
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl jq
mkdir bin && ln -s "$XCJ" bin/xcj
PATH=$work/bin:$PATH

# commands PAGE HEADING: what its blocks say to type.
commands() {
    awk -v heading="## $2" '$0 == heading { inside = 1; next } /^## / { inside = 0 } inside && /^```(sh|bash)$/ { block = 1; next }
        /^```$/ { block = 0 } inside && block' "$root/docs/$1"
}
# recipe PAGE HEADING: runs them here. Leaves what they print in out and err.
recipe() {
    commands "$1" "$2" >recipe.sh
    checks=$((checks + 1))
    [ -s recipe.sh ] || fail "$1 has no recipe: $2"
    status=0
    sh -eu recipe.sh >out 2>err || status=$?
    if [ "$status" -ne 0 ]; then
        fail "$2"
        show
    fi
}
# claims_of FILE: the claims of a token, unverified.
claims_of() {
    b64u_decode "$(part 2 "$(cat "$1")")"
}
# claims NAME FILE FILTER: what jq says of the claims.
claims() {
    claims_of "$2" >claims
    holds "$1" jq -e "$3" claims
}

mkdir docs && cd docs || exit 1
recipe cookbook.md 'Make a key and a token'

# 1. JWK to PEM and back, with kid, use and alg; 12. encrypted PEM.
mkdir keys && cd keys || exit 1
recipe keys.md 'Convert a key'
recipe keys.md 'kid, use and alg'
same 'JWK to PEM and back, with the labels' private.json same.json
holds 'there were labels' jq -e '.kid == "gateway-1" and .use == "sig" and .alg == "RS256"' same.json
recipe keys.md 'Encrypted keys'
grep -q 'BEGIN ENCRYPTED PRIVATE KEY' encrypted.pem || fail 'an encrypted PEM is written'
# shellcheck disable=SC2016 # a variable of jq
holds 'an encrypted PEM is read' jq -e --slurpfile was private.json '.n == $was[0].n and .d == $was[0].d' decrypted.json
cd ..

# 2. The PEM of a Kong consumer, and where to paste it: the credential's key is the token's iss.
recipe cookbook.md 'A Kong consumer'
sed -n 's/^      //p' kong.yml >pasted.pem
same 'the place of the PEM' pasted.pem acme.pem
[ "$(sed -n 's/^  - key: //p' kong.yml)" = "$(claims_of acme.jwt | jq -r .iss)" ] || fail 'the key of the credential is the iss'
accept 'what was pasted verifies' verify --key pasted.pem --alg RS256 @acme.jwt

# 3. A set from two PEM files, which verifies the tokens of both.
recipe cookbook.md 'Two PEM files, one old and one new, as a set'
accept 'a token of the old key' mint --key old.pem --alg RS256 --kid thumbprint --sub alice -o old.jwt
accept 'the set verifies it' verify --jwks pems.json @old.jwt

# 4. Test tokens.
recipe cookbook.md 'Test tokens'
claims 'claims' claims.jwt '.team == "blue" and .realm.roles == ["admin"] and .aud == ["api://a", "api://b"]'
run verify --jwks jwks.json @expired.jwt
came_to 'expired' 6
claims 'no expiry' forever.jwt 'has("exp") | not'
accept 'no expiry, allowed' verify --jwks jwks.json --allow-no-exp @forever.jwt
run verify --jwks jwks.json @forever.jwt
came_to 'no expiry, not allowed' 8

# 5. A token as a gateway mints it, for each credential.
recipe cookbook.md 'A token as a gateway mints it'
for way in apikey=my-api-key basic=user cert=CN=client bearer=app; do
    claims "a token by ${way%%=*}" "by-${way%%=*}.jwt" ".client_id == \"${way#*=}\" and .act.client_id == \"c1\" and .iss == \"https://gw.example\""
done

# 6. In CI: the reason is the exit code; 11 asks to try again.
recipe cookbook.md 'Verify in CI'
[ "$(cat out)" = accepted ] || fail 'CI: accepted'
holds 'CI: the verdict' jq -e '.ok and .exit == 0' verdict.json
run verify --quiet --jwks http://127.0.0.1:1/jwks.json @token.jwt
if [ -x "$(dirname "$XCJ")/xcj-fetch" ]; then came_to 'CI: try again' 11; fi
run verify --quiet --jwks jwks.json --aud api://billing @token.jwt
came_to 'CI: rejected' 8

# 7. From the clipboard; 8. why it is refused.
recipe cookbook.md 'Look into a token from the clipboard'
out_has 'the clipboard' '"sub": "alice"'
recipe cookbook.md 'See why a token is refused'
err_has 'refused: both values' 'api://orders'
err_has 'refused: both values' 'api://billing'
err_has 'refused: the kid' "$(jq -r .kid key.json)"

# 10. HS256: the secret in a file, and in a variable as base64.
recipe cookbook.md 'HS256 with a shared secret'
[ "$(grep -c '"sub":"alice"' out)" -eq 2 ] || fail 'HS256: verified twice'

# 11. Keys of every type, as JWK and as PEM: the examples of the help, for each algorithm.
xcj keygen --help | sed -n '/^Examples:/,/^$/s/^  xcj keygen //p' >examples.list
pem=$(grep -e '--to pem' examples.list | sed 's/ *>.*//')
jwk=$(grep -e '--jwks-out' examples.list | sed 's/ *-o .*//')
for alg in RS256 PS384 ES256 ES384 ES512 ES256K EdDSA Ed448; do
    # shellcheck disable=SC2046,SC2086 # the options are words
    {
        accept "$alg, PEM" keygen $(printf '%s' "$pem" | sed "s/--alg [A-Za-z0-9]*/--alg $alg/")
        holds "$alg: openssl reads it" openssl pkey -in out -noout
        accept "$alg, JWK" keygen $(printf '%s' "$jwk" | sed "s/--alg [A-Za-z0-9]*/--alg $alg/")
        holds "$alg: its labels" jq -e '.use == "sig" and (.kid | length) == 43' out
    }
done

# 13. A log while it grows: each verdict is out before the next token is written.
commands cookbook.md 'Verify a log while it grows' >follow.sh
cp token.jwt tokens.log && mkfifo verdicts
timeout 60 bash follow.sh >verdicts 2>follow.err &
follower=$!
exec 3<verdicts
for wanted in true true false; do
    answer=
    IFS= read -r answer <&3 || fail 'a log: no verdict'
    checks=$((checks + 1))
    [ "$(printf '%s' "$answer" | jq .ok)" = $wanted ] || fail "a log: $answer"
    if [ "$wanted" = true ]; then cat "$([ -e second ] && echo expired.jwt || echo token.jwt)" >>tokens.log; fi
    : >second
done
exec 3<&-
printf 'x\n' >>tokens.log
kill "$follower" 2>/dev/null
wait "$follower" 2>/dev/null

# 14. A pipeline with curl and jq, any header.
recipe cookbook.md 'A pipeline with curl and jq'
out_is 'a pipeline' alice
[ "$(cut -c 1-10 header.txt)" = 'X-Auth: ey' ] || fail "a header of any name: $(cut -c 1-20 header.txt)"

# 15. Completion from the command itself.
commands cookbook.md 'Completion for your shell' >complete.sh
printf 'complete -p xcj\n' >>complete.sh
holds 'completion' bash -e complete.sh

# 16. xcj, xcj help, the verbs of others, and typing errors.
xcj >out 2>err && fail 'xcj alone'
grep -q '^  mint  ' err || fail 'xcj alone lists the verbs'
for verb in '' $(xcj --help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p'); do
    # shellcheck disable=SC2086 # no verb is no word
    {
        accept "help $verb" help $verb
        mv out helped
        accept "$verb --help" $verb --help
    }
    same "help $verb is $verb --help" helped out
done
while IFS='|' read -r words answer; do
    # shellcheck disable=SC2086 # words
    refuse "$words" 2 "$answer" $words
done <<'END'
decode|unknown verb "decode": use xcj inspect
encode|unknown verb "encode": use xcj mint
sign|unknown verb "sign": use xcj mint
help sign|unknown verb "sign": use xcj mint
verfiy|did you mean verify?
help verfiy|did you mean verify?
mint --algorithm RS256|did you mean --alg?
mint --isss x|did you mean --iss?
mint --key-file k|did you mean --key FILE?
verify --public-key k|did you mean --key?
verify --issuer-name x|did you mean --iss?
keygen --alg rs256|did you mean RS256?
keygen --alg RSA256|there are HS256, HS384
completion tcsh|is not one of bash|zsh|fish
END

# 17. The help of mint on a terminal of 80 columns and 24 lines: what most people need is on the first screen.
run mint --help
grep -q '.\{81\}' out && fail 'the help of mint has more than 80 columns'
[ "$(sed '/^More/,$d' out | wc -l)" -le 25 ] || fail 'the help of mint: the first screen'
for option in --key --sub --aud --iss --claim --bearer; do
    sed '/^More/,$d' out | grep -q -e "$option " || fail "the help of mint: $option is not on the first screen"
done
cd ..

# A key in several forms, and two of PEM.
accept 'a key' keygen --alg RS256 --kid gateway-1 -o key.json --public-out public.json --jwks-out set.json
accept 'JWK to PEM' convert --keep-labels key.json -o key.pem
cp docs/old.pem docs/new.pem . || exit 1

# A key as PEM, its public PEM and its set, which openssl and xcj read.
for alg in RS256 ES256K Ed448; do
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
