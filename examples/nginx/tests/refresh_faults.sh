#!/bin/sh
# What a provider may answer by mistake: the present set stays in use, and the log says why, once. A set for each mistake.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
# shellcheck source=provider.sh
. "$XCJ_EXAMPLE/tests/provider.sh"
printf '{}' >empty.json
printf '{"keys":[]}' >none.json
printf '<html>Login</html>' >page.html
jq -c '.keys[0]' new-set.json >single.json
printf '{"keys":[{"kty":"oct","kid":"new","k":"%s"}]}' "$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n')" >secret.json
jq -c '.keys[0] as $k | {keys: [range(10000) | $k + {kid: "\(.)"}]}' new-set.json >many.json
jq -c '.keys[0] as $k | {keys: [range(1500) | {kty: "EC", crv: "P-256", kid: "\(.)", x: $k.x, y: $k.y}]}' new-set.json >hundreds.json
"$XCJ" jwks old-set.json new-set.json -o both-set.json

# NAME STATUS FILE TEXT: the answer, and what the log must say.
cat >faults <<'FAULTS'
empty 200 empty.json it is not a JWK Set
none 200 none.json it has no usable public key
page 200 page.html it is not a JWK Set
single 200 single.json it is not a JWK Set
secret 200 secret.json it has no usable public key
redirect 302 new-set.json the answer has status 302
error 500 new-set.json the answer has status 500
down - - the answer has status 502
many 200 many.json subrequest_output_buffer_size
large 200 hundreds.json and the zone has room for
count 200 hundreds.json it has more than 1000 keys
cut 200 - it is not a JWK Set
slow 200 new-set.json timed out after 1 s
fine 200 both-set.json
FAULTS
{
    printf '%s\n' 'xcj_private_jwk es.json; xcj_iss https://gw; xcj_aud a; xcj_consumer_required off;'
    while read -r name _; do
        size=1m timeout=5s
        [ "$name" != large ] || size=128k
        [ "$name" != slow ] || timeout=1s
        printf 'xcj_jwks_zone %s:%s /_%s min_fresh=1s max_fresh=1s cool_down=1s timeout=%s;\n' "$name" $size "$name" $timeout
    done <faults
    printf 'server {\n listen 127.0.0.1:%s; xcj_auth bearer; xcj_verbose on; subrequest_output_buffer_size 512k;\n' "$port"
    while read -r name _; do
        printf ' location = /_%s { internal; proxy_pass http://127.0.0.1:%s/%s; }\n' "$name" "$provider" "$name"
        printf ' location = /%s { xcj on; xcj_bearer_jwks zone=%s; proxy_pass http://127.0.0.1:%s; }\n' "$name" "$name" "$echo"
    done <faults
    printf ' location = /status { xcj_status; }\n}\n'
} >http
while read -r name _; do answer "$name" 200 old-set.json; done <faults
configure 'worker_processes 2;' <http
start_nginx
with_old=$(token old)
with_new=$(token new)
# try TOKEN NAME: the status.
try() {
    get -H "Authorization: Bearer $1" "http://127.0.0.1:$port/$2"
}
has_fetched $(($(wc -l <faults) - 1)) || fail 'not every set was fetched'
head -c $(($(wc -c <provider/fine) - 30)) provider/fine >cut.new
while read -r name code file _; do
    [ "$file" = - ] || answer "$name" "$code" "$file" 'Location: /elsewhere'
done <faults
mv cut.new provider/cut
rm provider/down
printf 30 >provider/slow.delay
while read -r name _ _ text; do
    [ -z "$text" ] || logged "xcj: the key set \"$name\" cannot be fetched from \"/_$name\": " || fail "$name: the log"
done <faults

# A failure is logged once, however often it is repeated, and whichever worker fetches. Requests arrive all the time, so another
# worker may see the timeout first.
failures() {
    curl -s "http://127.0.0.1:$port/status" | jq '[.sets[] | select(.set != "fine") | .failures] | min'
}
tries=0
while [ "$(failures)" -lt 2 ] && [ $((tries += 1)) -lt 500 ]; do
    curl -s -o /dev/null -o /dev/null -o /dev/null -o /dev/null -H "Authorization: Bearer $with_old" -H 'Connection: close' "http://127.0.0.1:$port/slow?[1-4]"
    sleep 0.02
done
is 'each has failed twice' yes "$([ "$(failures)" -ge 2 ] && echo yes)"
is 'the status shows that the provider never answers' 'timed out after 1 s' "$(curl -s "http://127.0.0.1:$port/status" | jq -r '.sets[] | select(.set == "slow").error')"
while read -r name _ _ text; do
    try "$with_old" "$name"
    is "$name, the old set stays" 200 "$status"
    try "$with_new" "$name"
    is "$name, keys of the answer" "$([ -n "$text" ] && echo 401 || echo 200)" "$status"
    grep -F "key set \"$name\" cannot" error.log >found
    [ -z "$text" ] || is "$name, the log, once" 1 "$(grep -cF -e "$text" found)"
    is "$name, nothing else" "$([ -n "$text" ] && echo 1 || echo 0)" "$(($(wc -l <found)))"
done <faults
while read -r name _; do
    rm -f "provider/$name.delay"
    answer "$name" 200 both-set.json
done <faults
while read -r name _ _ text; do
    [ -n "$text" ] || continue
    logged "the key set \"$name\" is fetched again" || fail "$name: no recovery"
done <faults
try "$with_new" slow
is 'a new key at last' 200 "$status"
lacks 'nothing else is wrong' error.log '[alert]'
stop_nginx
lacks 'nor at the end' error.log '[alert]'
finish
