#!/bin/sh
# Every example of every --help works as it is printed, with the files that the examples name.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
missing openssl
mkdir bin && ln -s "$XCJ" bin/xcj
PATH=$work/bin:$PATH

# A gateway's files, by the names in the examples: fresh ones for each verb.
mkdir files && cd files || exit 1
xcj keygen --alg RS256 --kid k -o key.json --public-out public.json --jwks-out jwks.json || fail 'keygen'
cp key.json private.json && cp key.json new.json
xcj convert key.json -o private.pem || fail 'convert'
xcj convert --public key.json -o public.pem || fail 'convert --public'
cp private.pem server.pem && cp public.pem old.pem
printf '{"iss":"https://gw.example","private_jwk":%s}' "$(cat key.json)" >plugin.json
printf '0123456789abcdef0123456789abcdef' >secret.txt
xcj mint --key key.json --iss https://issuer.example --aud api://orders --claim clientId=app >token.jwt || fail 'mint'
xcj mint --key key.json --repeat 3 >tokens.txt || fail 'mint --repeat'
TOKEN=$(cat token.jwt)
export TOKEN
cd ..

examples() {
    xcj "$@" --help | sed -n '/^Examples:/,/^$/s/^  //p'
}

# What fetches needs a server, and is tested with one.
ran=0
for verb in '' $(xcj --help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p'); do
    # shellcheck disable=SC2086 # no verb is no word
    examples $verb | grep -v -e '--jwks-url' -e '--jku-prefix' >list
    [ "$(wc -l <list)" -ge 2 ] || fail "xcj $verb --help has $(wc -l <list) examples"
    rm -rf folder && cp -R files folder
    while read -r line; do
        checks=$((checks + 1))
        ran=$((ran + 1))
        (cd folder && sh -c "$line") >out 2>err </dev/null || {
            status=$?
            fail "this example of xcj $verb --help fails: $line"
            show
        }
    done <list
done
[ "$ran" -ge 20 ] || fail "only $ran examples were found"
finish
