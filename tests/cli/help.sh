#!/bin/sh
# Every example of every --help and of every manual page works as it is printed, with the files that the examples name.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl
mkdir bin && ln -s "$XCJ" bin/xcj
PATH=$work/bin:$PATH

# A gateway's files, by the names in the examples: fresh ones for each verb.
mkdir files && cd files || exit 1
xcj keygen --alg RS256 -o key.json --public-out public.json --jwks-out jwks.json || fail 'keygen'
cp key.json private.json && cp key.json new.json
xcj convert key.json -o private.pem || fail 'convert'
xcj convert --public key.json -o public.pem || fail 'convert --public'
cp private.pem server.pem && cp public.pem old.pem
xcj convert --to jwks --kid gateway-1 key.json >keys.json || fail 'convert --to jwks'
export PASSPHRASE=correct-horse
printf '{"iss":"https://gw.example","private_jwk":%s}' "$(cat key.json)" >plugin.json
printf '0123456789abcdef0123456789abcdef' >secret.txt
xcj mint --key key.json --iss https://issuer.example --aud api://orders --claim clientId=app >token.jwt || fail 'mint'
xcj mint --key key.json --repeat 3 >tokens.txt || fail 'mint --repeat'
printf 'my-user:secret' >basic.txt
TOKEN=$(cat token.jwt)
export TOKEN
cd ..

# On a terminal of 80 columns and 24 lines: what most people need is on the first screen, each line fits, and the codes are explained.
for verb in $(xcj --help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p'); do
    accept "xcj $verb --help" "$verb" --help
    checks=$((checks + 3))
    grep -n '.\{81\}' out && fail "xcj $verb --help: more than 80 columns"
    rare=$(grep -n -m 1 '^More' out) && [ "${rare%%:*}" -gt 25 ] && fail "xcj $verb --help: line ${rare%%:*} is the first of the rare options"
    sed -n '/^Exit codes:/,$p' out | grep -q '^  2  ' || fail "xcj $verb --help: no exit codes"
done
run mint --help
out_has 'groups' 'More on keys:'
run verify --help
out_has 'its own exit codes' '  4  the signature is not valid'
run inspect --help
out_lacks 'no exit codes of others' 'the signature is not valid'

# Without a word: the verbs and three examples, as for a wrong word.
xcj >out 2>err
status=$?
came_to 'no word' 2
[ "$(grep -c '^  xcj ' err)" -eq 3 ] || fail 'no word: three examples'
err_has 'no word' '  verify      verify tokens'
[ "$(wc -l <err)" -le 24 ] || fail 'no word: one screen'

# Each example as a file of its own: a line of the help, a block of the manual. What asks a server or a token is tested with one.
# blocks FILE: those of the manual's source.
blocks() {
    awk '/^```/ { inside = !inside; n += inside; next } inside { print >sprintf("list/m%02d", n) }' "$1"
}

ran=0
for verb in '' $(xcj --help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p'); do
    rm -rf list && mkdir list
    # shellcheck disable=SC2086 # no verb is no word
    xcj $verb --help | awk '/^Examples:/ { inside = 1; next } /^$/ { inside = 0 } inside { print >sprintf("list/h%02d", n + 1) } inside && !/\\$/ { n++ }'
    [ -e list/h02 ] || fail "xcj $verb --help has two examples or more"
    [ -z "${XCJ_MAN_SOURCES:-}" ] || blocks "$XCJ_MAN_SOURCES/xcj${verb:+-$verb}.1.scd"
    for example in list/*; do
        grep -q -e '--jwks https' -e '--jku-prefix' -e 'curl ' -e 'pkcs11:' "$example" && continue
        checks=$((checks + 1))
        ran=$((ran + 1))
        rm -rf folder && cp -R files folder
        # A key is not made over one that is there.
        if grep -q keygen "$example"; then rm folder/key.json folder/private.json; fi
        shell='sh'
        if grep -q '<(' "$example"; then shell='bash'; fi
        (cd folder && $shell -e "../$example") >out 2>err </dev/null || {
            status=$?
            fail "this example of xcj $verb fails: $(cat "$example")"
            show
        }
    done
done
[ "$ran" -ge 20 ] || fail "only $ran examples were found"
finish
