#!/bin/sh
# mint --audit: a line for each token and each refusal, whole lines of several threads, no secret, and no token without its line.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip jq
"$XCJ" keygen --alg HS256 --kid k1 -o key.json 2>/dev/null || fail 'keygen'
gw='--key key.json --iss https://gw --aud https://a'
# shellcheck disable=SC2086 # words
{
    accept 'an API key' mint $gw --apikey s3cret-key --consumer-id c1 --audit log --now 1000 --jti J
    token=$(cat out)
    line='{"time":1000,"event":"mint","methods":["apikey"],"client_id_sha256":"'$(printf %s s3cret-key | sha256sum | cut -c 1-64)'","consumer":"c1","iss":"https://gw","aud":"https://a","jti":"J","exp":2800,"alg":"HS256","kid":"k1"}'
    printf '%s\n' "$line" >want
    same 'the line' want log
    accept 'Basic' mint $gw --basic user:s3cret-password --no-consumer --audit log --now 1000
    refuse 'no consumer, after all' 10 '' mint $gw --basic user:s3cret-password --audit log --now 1000
    refuse 'a broken credential' 10 '' mint $gw --bearer s3cret.token --no-consumer --audit log --now 1000
    accept 'claims' mint --key key.json --sub alice --audit log --now 1000
}
holds 'each is a line' jq -e -s 'length == 4 and ([.[].event] == ["mint", "mint", "refuse", "mint"])' log
holds 'why not' jq -e -s '.[2] | .methods == ["bearer"] and .code == "XCJ_ERR_CREDENTIAL" and .status == 401 and (.reason | length > 10)' log
holds 'who' jq -e -s '.[1].client_id == "user" and .[3].sub == "alice"' log
for secret in s3cret "$token" "${token##*.}" "$(jq -r .k key.json)" "$(printf 'user:s3cret-password' | base64)"; do
    checks=$((checks + 1))
    ! grep -qF -e "$secret" log || fail "a secret is in the log: $secret"
done
[ "$(find log -perm 600 | wc -l)" -eq 1 ] || fail 'the log is for its owner only'
# Hostile names stay one line each.
# shellcheck disable=SC2086
accept 'hostile' mint $gw --client-dn 'CN="},{"event":"mint' --consumer-id 'a\"b' --audit log2
printf '{"sub":"a\\n{\\"event\\":\\"x\\"}\\u2028","n":1}' >claims.json
accept 'hostile claims' mint --key key.json --claims @claims.json --audit log2
holds 'hostile' jq -e -s 'length == 2 and .[0].consumer == "a\\\"b" and .[1].sub == "a\n{\"event\":\"x\"}\u2028"' log2
[ "$(wc -l <log2)" -eq 2 ] || fail 'hostile: two lines'
# Many at once.
# shellcheck disable=SC2086
accept 'many' mint $gw --apikey k --no-consumer --repeat 500 --jobs 4 --audit log3
jq -r .jti log3 | sort >log3.jti
"$XCJ" verify --batch --json --key key.json - <out | jq -r .claims.jti | sort >out.jti
same 'many: a line for each token' log3.jti out.jti
[ "$(wc -l <out.jti)" -eq 500 ] || fail 'many: 500 lines'
# No line, no token; and nothing is written into a file that is no log.
cp key.json copy.json
refuse 'a key as the log' 1 'something else than lines of audit' mint --key key.json --sub a --audit copy.json
same 'a key as the log' key.json copy.json
refuse 'no directory' 1 '' mint --key key.json --sub a --audit none/log
[ ! -c /dev/full ] || refuse 'a full disk' 1 'cannot be written, so there is no token' mint --key key.json --sub a --audit /dev/full
[ ! -c /dev/full ] || refuse 'a full disk, many tokens' 1 'cannot be written, so there is no token' \
    mint --key key.json --sub a --repeat 50 --jobs 2 --audit /dev/full
refuse 'bytes' 2 'excludes --jws' mint --key key.json --jws --payload key.json --audit log
finish
