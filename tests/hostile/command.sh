#!/bin/sh
# Nothing that the command says on standard error carries a secret: every verb is made to fail in many ways, on damaged input
# that holds canaries, and what it says is searched for eight characters of them.
# shellcheck source=../cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"
packages_or_skip openssl jq

# canary TEXT: no eight characters of it may be said.
canary() {
    printf '%s' "$1" | awk '{ for (i = 1; i + 7 <= length($0); i++) print substr($0, i, 8) }' >>canaries
}

# quiet NAME STATUS WORD...: fails with this status ("any": any but 0), in words, without a canary.
quiet() {
    quiet_name=$1
    quiet_status=$2
    shift 2
    run "$@" </dev/null
    checks=$((checks + 1))
    if [ "$quiet_status" = any ] && [ "$status" -ne 0 ]; then quiet_status=$status; fi
    if [ "$status" -ne "$quiet_status" ] || [ ! -s err ]; then
        fail "$quiet_name: wanted exit $quiet_status and a message"
        show
    fi
    if grep -qF -f canaries err; then
        fail "$quiet_name: a secret in the message"
        show
    fi
}

# silent NAME WORD...: whatever it comes to, nothing that it says or prints has a canary in it.
silent() {
    silent_name=$1
    shift
    run "$@" </dev/null
    checks=$((checks + 1))
    if grep -qF -f canaries out err; then
        fail "$silent_name: a secret is shown"
        show
    fi
}

"$XCJ" keygen --alg ES256 --kid e -o ec.json && "$XCJ" keygen --alg HS256 --kid h -o oct.json
"$XCJ" convert --to pem ec.json >ec.pem
openssl pkcs8 -topk8 -in ec.pem -passout pass:Z9vbnq-rtzxphlwkd-0 -v2 aes-128-cbc >sealed.pem 2>/dev/null
canary "$(jq -r .d ec.json)"
canary "$(jq -r .k oct.json)"
canary "$(sed -n 2p ec.pem)"
canary Z9vbnq-rtzxphlwkd-0
canary Y8mnbv-lkjhgfdsap-1
token=$("$XCJ" mint --key oct.json --sub s --now 1000)
canary "$token"
printf 'user:Y8mnbv-lkjhgfdsap-1' >basic
printf 'Y8mnbv-lkjhgfdsap-1' >wrong
basic64=$(openssl base64 -A <basic)
canary "$basic64"

# The search finds what is there.
cp ec.json err
checks=$((checks + 1))
grep -qF -f canaries err || fail "the canaries are not found where they are"

for file in ec.json oct.json ec.pem sealed.pem; do
    silent "lint $file" lint "$file"
    silent "lint --json $file" lint --json "$file"
done
silent 'lint a token' lint "$token"
silent 'forge' forge --key oct.json --private ec.json "$token"

# A file that is a key in disguise, cut short or damaged, for every verb that reads one.
for key in ec.json oct.json ec.pem sealed.pem; do
    size=$(wc -c <"$key")
    for at in 10 40 $((size / 2)) $((size - 60)) $((size - 20)); do
        head -c "$at" "$key" >short
        { head -c "$at" "$key" && printf '"%s' '*' && tail -c +"$((at + 2))" "$key"; } >bent
        for file in short bent; do
            silent "lint $key, $file at $at" lint --private "$file"
            quiet "mint with $key, $file at $at" any mint --key "$file" --sub s
            quiet "verify with $key, $file at $at" any verify --key "$file" "$token"
            quiet "convert $key, $file at $at" any convert --to pem "$file"
            quiet "thumbprint of $key, $file at $at" any thumbprint "$file"
            quiet "jwks of $key, $file at $at" any jwks "$file"
        done
    done
done

# A key where something else is wanted.
for key in ec.json oct.json ec.pem sealed.pem; do
    quiet "$key for a shared secret" any verify --secret "$key" "$token"
    quiet "$key for a configuration" any mint --config "$key" --apikey k
    quiet "$key for a token" any verify --key ec.json "@$key"
    quiet "$key to inspect" any inspect "@$key"
    quiet "$key for claims" any mint --key bent --claims "@$key"
    quiet "$key for a Bearer token" any mint --key ec.json --bearer "@$key" --iss i --aud a
    quiet "$key for Basic" any mint --key ec.json --basic "@$key" --iss i --no-consumer
    quiet "$key for an authorization" any mint --key ec.json --authorization "$(cat "$key")" --iss i --aud a
done

# Passphrases and secrets.
quiet "no passphrase" any mint --key sealed.pem --sub s
quiet "a wrong passphrase" any convert --to jwk --passphrase wrong sealed.pem
P=Y8mnbv-lkjhgfdsap-1
export P
quiet "a wrong passphrase in the environment" any convert --to jwk --passphrase env:P sealed.pem
quiet "a weak secret" any verify --secret env:P "$token"
quiet "a weak secret in a file" any verify --secret wrong "$token"
quiet "a wrong secret" 4 verify --secret env:P --allow-weak-key "$token"

# Credentials.
quiet "Basic without iss" any mint --key ec.json --basic @basic --aud a --no-consumer
quiet "Basic without a consumer" any mint --key ec.json --basic @basic --iss i --aud a
quiet "Basic twice" any mint --key ec.json --basic @basic --basic @basic --iss i --aud a
quiet "Basic and a Bearer token" any mint --key ec.json --basic @basic --bearer "$token" --iss i --aud a
quiet "a password without a user" any mint --key ec.json --basic @wrong --iss i --aud a --no-consumer
quiet "damaged Basic" any mint --key ec.json --authorization "Basic $basic64*" --iss i --aud a --no-consumer
quiet "two Basic credentials" any mint --key ec.json --authorization "Basic $basic64 $basic64" --iss i --aud a
quiet "a Bearer token without client_id" 10 mint --key ec.json --bearer "$token" --iss i --aud a --no-consumer

# Tokens: expired, of another key, damaged, in an unknown place.
quiet "an expired token" 6 verify --key oct.json --now 999999999 "$token"
quiet "of another key" any verify --key ec.json "$token"
quiet "of another claim" 8 verify --key oct.json --now 1000 --iss x "$token"
quiet "a token with an end" any verify --key oct.json "$token.x"
quiet "a token cut short" any verify --key oct.json "${token%???}"
quiet "a token for a verb" 2 "$token"
quiet "a token for an option" 2 verify "--$token"
quiet "a token for a file" any verify --key "$token" "$token"
quiet "two tokens" 6 verify --key oct.json "$token" "$token"
quiet "two tokens for a verb with one" 2 forge --key oct.json "$token" "$token"
quiet "damaged, verbose" any verify --key oct.json --json "${token}A"
finish
