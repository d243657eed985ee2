#!/bin/sh
# verify --jku-prefix: which jku is followed, and which is not. Each refusal makes no request, and has a valid twin.
# shellcheck source=nginx.sh
. "$(dirname "$0")/nginx.sh"

"$XCJ" keygen --alg ES256 --kid one -o one.json || fail 'keygen'
mkdir www/keys www/keys/deep www/keysevil
for file in jwks.json keys/jwks.json keys/deep/jwks.json keys/..jwks.json 'keys/two words.json' keys/a:b.json keysevil/jwks.json keys/batch.json keysevil/batch.json keys/deep/batch.json; do
    "$XCJ" jwks one.json >"www/$file"
done
here=https://localhost:$tls
token_of() {
    "$XCJ" mint --key one.json --sub alice --jku "$1"
}
# yes JKU [PREFIX], no TEXT JKU [PREFIX]: below https://localhost:PORT/keys unless another prefix is given.
yes() {
    before=$(wc -l <asked)
    accept "jku $1 below ${2:-keys}" verify --cacert ca.pem --jku-prefix "${2:-$here/keys}" "$(token_of "$1")"
    out_has "jku $1" '{"sub":"alice"'
    asked "jku $1" $((before + 1)) ''
}
no() {
    before=$(wc -l <asked)
    refuse "jku $2 below ${3:-keys}" 9 "$1" verify --cacert ca.pem --jku-prefix "${3:-$here/keys}" "$(token_of "$2")"
    [ "$(wc -l <asked)" -eq "$before" ] || fail "jku $2: something was fetched"
}
below='is not below --jku-prefix'

# Scheme, host and port, byte for byte.
yes "$here/keys/jwks.json"
no "$below" "http://localhost:$plain/keys/jwks.json"
no "$below" "http://localhost:$tls/keys/jwks.json"
yes "http://localhost:$plain/keys/jwks.json" "http://localhost:$plain/keys"
no "$below" "$here/keys/jwks.json" "http://localhost:$tls/keys"
no "$below" "https://localhost.evil.example:$tls/keys/jwks.json"
no "$below" "https://evil.localhost:$tls/keys/jwks.json"
no "$below" "https://LOCALHOST:$tls/keys/jwks.json"
no "$below" "https://127.0.0.1:$tls/keys/jwks.json"
yes "https://127.0.0.1:$tls/keys/jwks.json" "https://127.0.0.1:$tls/keys"
no "$below" "https://localhost/keys/jwks.json"
no "$below" "https://localhost:$tls/keys/jwks.json" "https://localhost:${tls%?}/keys"
no "$below" "https://localhost:$plain/keys/jwks.json"
no "$below" "https://localhost.evil.example/jwks.json" https://localhost
no "$below" "$here/jwks.json" https://localhost
yes "$here/jwks.json" "$here"
yes "$here/jwks.json" "$here/"
no 'does not begin with https://' "HTTPS://localhost:$tls/keys/jwks.json"
no 'does not begin with https://' "file:///etc/passwd"
no 'does not begin with https://' "//localhost:$tls/keys/jwks.json"
no 'does not begin with https://' "/keys/jwks.json"

# The path, by whole segments.
yes "$here/keys/jwks.json" "$here/keys/"
yes "$here/keys/deep/jwks.json"
yes "$here/keys/jwks.json" "$here/keys/jwks.json"
no "$below" "$here/keysevil/jwks.json"
yes "$here/keysevil/jwks.json" "$here/keysevil"
no "$below" "$here/jwks.json"
no "$below" "$here/keys" "$here/keys/"
no "$below" "$here/KEYS/jwks.json"
no "$below" "$here//keys/jwks.json"
no "$below" "$here/ke%79s/jwks.json"
for dots in .. . %2e%2e .%2E %2e '..;a=b' '..%2f' '..%5c..' 'x/..' 'x%2F%2e.' ... '..%20' '%20..' '.%20%2e' '..%3fa' '..%23a' '..:a'; do
    no 'has a dot segment in its path' "$here/keys/$dots/jwks.json"
done
no 'has a dot segment in its path' "$here/keys/.."
yes "$here/keys/..jwks.json"
yes "$here/keys/jwks%2ejson"
yes "$here/keys/two%20words.json"
yes "$here/keys/a%3Ab.json"
# What a server that decodes twice, or leniently, makes a dot or a slash of.
for dots in %252e%252e ..%252f %25 %2525; do
    no 'has an encoded % in its path' "$here/keys/$dots/jwks.json"
done
for dots in %c0%ae%c0%ae ..%c0%af %e0%80%ae%e0%80%ae %f0%80%80%af ..%c1%9c %ef%bc%8e%ef%bc%8e %C3%A9 %ff; do
    no 'beyond ASCII in its path' "$here/keys/$dots/jwks.json"
done
# A query is its sender's choice, and makes one set many.
no 'has a query, which --allow-jku-query would allow' "$here/keys/jwks.json?tenant=a"
no 'has a query' "$here/keys/jwks.json?"
no 'has a query' "$here/?/keys/jwks.json"
accept 'a query, allowed' verify --cacert ca.pem --jku-prefix "$here/keys" --allow-jku-query "$(token_of "$here/keys/jwks.json?tenant=../a@b")"
refuse 'a query does not lead below' 9 "$below" verify --cacert ca.pem --jku-prefix "$here/keys" --allow-jku-query "$(token_of "$here/?/keys/jwks.json")"

# Who else could be meant, and what no URL is made of.
no 'names a user' "https://localhost:$tls@evil.example/keys/jwks.json"
no 'names a user' "https://user@localhost:$tls/keys/jwks.json"
no 'has no host' 'https:///keys/jwks.json'
no 'has no host' "https://:$tls/keys/jwks.json"
no 'has a malformed host' "https://localhost%2eevil.example:$tls/keys/jwks.json"
no 'has a malformed port' "https://localhost:$tls:1/keys/jwks.json"
no 'has a malformed port' "https://localhost:/keys/jwks.json"
no 'has no port between' "https://localhost:65536/keys/jwks.json"
no 'has a malformed host' "https://[::1/keys/jwks.json"
no 'has a malformed host' "https://[::1]x/keys/jwks.json"
no 'has a fragment' "$here/keys/jwks.json#a"
no 'has a fragment' "https://localhost:$tls#@evil.example/keys/jwks.json"
for character in \\ ' ' '"' '<' '{' '|' '^' "$(printf '\t')" "$(printf 'a\nb')" "$(printf '\177')" 'é'; do
    no 'holds a character' "$here/keys/${character}jwks.json"
done
no 'holds a character' "https://localhost:$tls\\@evil.example/keys/jwks.json"
no 'control character' "$here/keys/%00jwks.json"
no 'control character' "$here/keys/%0d%0ajwks.json"
no 'hexadecimal' "$here/keys/%2gjwks.json"
no 'hexadecimal' "$here/keys/jwks.json%2"
no 'longer than 2048' "$here/keys/$(printf '%2048s' '' | tr ' ' a)"

# Headers that have no jku of the right kind.
forged() {
    printf '%s.%s.%s' "$(printf '%s' "$1" | b64u)" "$(printf '{}' | b64u)" AAAA
}
refuse 'no jku' 9 "the token's jku is missing" verify --jku-prefix "$here/" "$("$XCJ" mint --key one.json)"
refuse 'a number' 9 'is not a text' verify --jku-prefix "$here/" "$(forged '{"alg":"ES256","jku":5}')"
refuse 'escaped dots' 9 'dot segment' verify --jku-prefix "$here/" "$(forged "{\"alg\":\"ES256\",\"jku\":\"$here/\\u002e\\u002e/a\"}")"
refuse 'an escaped NUL' 9 'holds a character' verify --jku-prefix "$here/" "$(forged "{\"alg\":\"ES256\",\"jku\":\"$here/\\u0000\"}")"
refuse 'two of them' 3 'jku' verify --jku-prefix "$here/" "$(forged "{\"alg\":\"ES256\",\"jku\":\"$here/\",\"jku\":\"$here/\"}")"
refuse 'no token' 3 'token: ' verify --jku-prefix "$here/" nonsense
refuse 'the name of a file' 3 'no single protected header' verify --jku-prefix "$here/" one.json
good=$(token_of "$here/keys/jwks.json")
refuse 'another payload' 4 'signature' verify --cacert ca.pem --jku-prefix "$here/keys" "$(part 1 "$good").$(printf '{"exp":9999999999}' | b64u).$(part 3 "$good")"
refuse 'below, and not there' 11 '404' verify --cacert ca.pem --jku-prefix "$here/keys" "$(token_of "$here/keys/none.json")"

# The prefix itself.
refuse 'a prefix with a query' 2 'query' verify --jku-prefix "$here/keys?a" "$good"
refuse 'a prefix with an encoded %' 2 'encoded %' verify --jku-prefix "$here/%25/" "$good"
refuse 'a prefix beyond ASCII' 2 'beyond ASCII' verify --jku-prefix "$here/%c3%a9/" "$good"
refuse 'a query for another source' 2 'only with a URL' verify --jwks www/jwks.json --allow-jku-query "$good"
refuse 'a prefix with dots' 2 'dot segment' verify --jku-prefix "$here/keys/../" "$good"
refuse 'a prefix without TLS' 2 '--allow-http' verify --jku-prefix http://keys.example/ "$good"
refuse 'an empty prefix' 2 'https://' verify --jku-prefix '' "$good"

# A JSON serialisation: the protected header counts.
"$XCJ" mint --key one.json --sub alice --jku "$here/keys/jwks.json" --format json >flat.json
accept 'flattened' verify --cacert ca.pem --jku-prefix "$here/keys" - <flat.json
printf '{"header":{"jku":"%s"},%s' "$here/keys/jwks.json" "$("$XCJ" mint --key one.json --format json | cut -c 2-)" >loose.json
refuse 'a jku that is not protected' 9 'is missing' verify --cacert ca.pem --jku-prefix "$here/keys" - <loose.json

printf '{"payload":"e30","signatures":[{"protected":"e30","signature":"AA"}]}' >general.json
refuse 'of several signatures none is the one' 3 'no single protected header' verify --jku-prefix "$here/keys" - <general.json
refuse 'an empty object' 3 'no single protected header' verify --jku-prefix "$here/keys" '{}'
refuse 'an empty token' 3 'is empty' verify --jku-prefix "$here/keys" ''

# Verdicts and batches: one request for each jku, and none for what is refused.
xcj verify --json --jku-prefix "$here/other" "$good" >out 2>err && fail 'verdict: refused'
out_has 'verdict' '{"ok":false,"code":"XCJ_ERR_JKU","exit":9,"message":"the token'"'"'s jku is not below --jku-prefix"'
{
    token_of "$here/keys/batch.json"
    token_of "$here/keysevil/batch.json"
    token_of "$here/keys/deep/batch.json"
    token_of "$here/keys/batch.json"
} >tokens
run verify --batch --json --cacert ca.pem --jku-prefix "$here/keys" @tokens
[ "$status" -eq 9 ] || fail 'a batch: exit 9'
[ "$(grep -c '"ok":true' out)" -eq 3 ] || fail 'a batch: three are valid'
out_has 'a batch' '"line":2,"ok":false,"code":"XCJ_ERR_JKU","exit":9'
asked 'a batch' 2 '/batch.json'
asked 'a batch' 0 '/keysevil/batch.json'

# Junk tokens, 64 of them as many as there are places for sets, do not starve an honest one, nor one whose set is known.
junk() {
    awk -v n="$1" -v m="$2" 'BEGIN { for (; n < m; n++) print n }' | while read -r n; do
        forged "{\"alg\":\"ES256\",\"jku\":\"http://127.0.0.1:$plain/many/$n\"}" && echo
    done
}
mkdir www/many && cp www/jwks.json www/many/first.json && cp www/jwks.json www/many/last.json
first=$(token_of "http://127.0.0.1:$plain/many/first.json")
last=$(token_of "http://127.0.0.1:$plain/many/last.json")
{ printf '%s\n' "$first" && junk 0 66 && printf '%s\n' "$last" "$first"; } >many
xcj verify --batch --json --jku-prefix "http://127.0.0.1:$plain/many" @many >out 2>err && fail 'many: refused'
[ "$(grep -c '"ok":true' out)" -eq 3 ] || fail 'many: the honest ones are valid'
asked 'many' 1 /many/first.json
asked 'many' 68 /many/

# timed FACTOR WORD...: as run, on a clock that is so many times as fast.
timed() {
    factor=$1
    shift
    (limited env LD_PRELOAD="$XCJ_FAST_CLOCK" XCJ_CLOCK_FACTOR="$factor" "$XCJ" "$@") >out 2>err
    status=$?
}
# But what fails has an end, and then known sets still do. On a busy machine the other budget, of time, could end first.
{ printf '%s\n' "$first" && junk 100 360 && printf '%s\n' "$last" "$first"; } >many
if [ -n "${XCJ_FAST_CLOCK:-}" ]; then
    timed 0 verify --batch --json --jku-prefix "http://127.0.0.1:$plain/many" @many
    asked 'too many' $((68 + 1 + 256)) /many/
    err_has 'too many' 'line 258: too many URLs failed in this run: no other set is fetched'
else
    run verify --batch --json --jku-prefix "http://127.0.0.1:$plain/many" @many
    printf 'SKIP: no clock here that stands still: how many URLs are too many\n'
fi
[ "$status" -ne 0 ] || fail 'too many: refused'
[ "$(grep -c '"ok":true' out)" -eq 2 ] || fail 'too many: the set that is known does'
err_has 'too many' 'too many URLs failed in this run: no other set is fetched'
out_has 'too many' '"line":262,"ok":false,"code":"XCJ_ERR_FETCH","exit":11'

# The other budget is of time: a minute for all URLs that fail, here on a clock that is forty times as fast. Each waits for a second.
slow=http://127.0.0.1:$plain
{
    printf '%s\n' "$first" "$(token_of "$slow/slow/jwks.json")" "$(token_of "$slow/slow/keys/jwks.json")"
    printf '%s\n' "$last" "$(token_of "$slow/slow/keys/deep/jwks.json")" "$first"
} >many
run verify --batch --json --timeout 1 --jku-prefix "$slow" @many
failing=$(grep -c 'timed out' err)
[ "$status $failing" = '11 3' ] || fail "three that fail within a minute: exit $status, $failing timed out"
[ "$(grep -c '"ok":true' out)" -eq 3 ] || fail 'three that fail within a minute: the others are valid'
if [ -z "${XCJ_FAST_CLOCK:-}" ]; then
    printf 'SKIP: no fast clock here: a minute of failures\n'
else
    # 32 seconds for each that is asked for, and the second one ends the minute; a busy machine may add 28 to the first.
    timed 32 verify --batch --json --timeout 1 --jku-prefix "$slow" @many
    [ "$(grep -c 'timed out' err)" -eq 2 ] || fail 'a minute of failures: two were tried'
    err_has 'a minute of failures' 'line 4: too many URLs failed in this run: no other set is fetched'
    err_has 'a minute of failures' 'line 5: too many URLs failed in this run: no other set is fetched'
    [ "$(grep '"ok":true' out | cut -d, -f1 | tr '\n' ' ')" = '{"line":1 {"line":6 ' ] || fail "a minute of failures: the set that is known does"
fi
finish
