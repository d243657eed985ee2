#!/bin/sh
# xcj_status: counters of all workers in JSON and for Prometheus, which survive a reload; and no secret in them.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
port=$(free_port)
"$XCJ" keygen --alg ES256 --kid 'a"b\c' -o conf/one.json
"$XCJ" keygen --alg ES256 --kid two -o conf/two.json
until=$(($(date +%s) + 5000))
jq -cs --argjson until $until '{keys: [.[0] + {exp: $until}, .[1] + {nbf: $until}]}' conf/one.json conf/two.json >conf/keys.json
"$XCJ" jwks conf/one.json conf/two.json -o conf/set.json
printf '{"apikeys":{"%s":{"client_id":"app","consumer":"c"}}}' "$(printf good | sha256sum | cut -c 1-64)" >conf/identities.json
write_conf() {
    configure 'worker_processes 2;' <<CONF
    xcj_jwks_zone idp:64k /_idp; xcj_jwks_zone down:64k /_down;
    server {
        listen 127.0.0.1:$port reuseport;
        xcj_private_jwk keys.json; xcj_iss https://gw; xcj_aud https://a; xcj_auth apikey; xcj_identities identities.json; $1
        location / { xcj on; proxy_pass http://127.0.0.1:$echo; }
        location = /_idp { internal; proxy_pass http://127.0.0.1:$port/set.json; }
        location = /_down { internal; proxy_pass http://127.0.0.1:$port/none.json; }
        location = /none.json { return 404; }
        location = /set.json { root $work/conf; }
        location /one { xcj on; xcj_auth bearer; xcj_bearer_jwks zone=idp; proxy_pass http://127.0.0.1:$echo; }
        location /two { xcj on; xcj_auth bearer; xcj_bearer_jwks zone=down; proxy_pass http://127.0.0.1:$echo; }
        location /cached { xcj on; xcj_auth bearer; xcj_consumer_required off; xcj_bearer_jwks set.json cache=64k; xcj_bearer_clientid_claim sub; add_header X-Worker \$pid always; proxy_pass http://127.0.0.1:$echo; }
        location /reused { xcj on; xcj_reuse 1m; add_header X-Worker \$pid; proxy_pass http://127.0.0.1:$echo; }
        location = /introspect { xcj_introspect; xcj_introspect_jwks set.json cache=64k; add_header X-Worker \$pid; }
        location = /status { xcj_status; }
        location = /metrics { xcj_status prometheus; }
    }
CONF
}
write_conf ''
start_nginx
gateway=http://127.0.0.1:$port
status() {
    curl -s "$gateway/status" | jq -c "$1"
}

get "$gateway/status"
is 'status' '200 application/json no-store' "$status $(field content-type) $(field cache-control)"
is 'at the beginning' '[0,{}]' "$(status '[.minted,.refused]')"
is 'whose turn it is' "[\"a\\\"b\\\\c\",$until,\"two\",2]" "$(status '.keys[0] | [.kid,.until,.next,.published]')"
is 'the file' "\"$work/conf/keys.json\"" "$(status '.keys[0].file')"
now=$(date +%s)
since=$((now - $(status .since)))
if [ "$since" -lt 0 ] || [ "$since" -ge 100 ]; then fail "since: $since seconds ago"; fi

# Many requests at the same time, to both workers.
for _ in 1 2 3 4; do
    curl -s -o /dev/null -H 'apikey: good' "$gateway/[1-10]" &
    loads="${loads-} $!"
done
# shellcheck disable=SC2086
wait $loads
is 'tokens of both workers' 40 "$(status .minted)"
for _ in 1 2 3; do get -H 'apikey: secret-of-a-client' "$gateway/"; done
is 'an unknown key is refused' 401 "$status"
get "$gateway/"
is 'refusals, by code' '{"XCJ_ERR_NO_CREDENTIAL":1,"XCJ_ERR_CREDENTIAL":3}' "$(status .refused)"
get -X POST -d x "$gateway/status"
is 'POST' 405 "$status"

get "$gateway/metrics"
is 'metrics' '200 text/plain; version=0.0.4; charset=utf-8' "$status $(field content-type)"
cp body metrics
has 'metrics: minted' metrics 'xcj_minted_total 40'
has 'metrics: refused' metrics 'xcj_refused_total{code="XCJ_ERR_CREDENTIAL"} 3'
has 'metrics: a code that did not occur' metrics 'xcj_refused_total{code="XCJ_ERR_EXPIRED"} 0'
has 'metrics: the key' metrics "xcj_signing_key{file=\"$work/conf/keys.json\",kid=\"a\\\"b\\\\c\"} 1"
has 'metrics: its end' metrics "xcj_signing_key_end_timestamp_seconds{file=\"$work/conf/keys.json\"} $until"
is 'metrics: each family once' '' "$(grep '^# TYPE' metrics | sort | uniq -d)"
lacks 'no code without a name' metrics 'XCJ_ERR_?'

# Hits and misses: each worker has a cache of its own, so each that answers misses once.
caches() {
    status ".caches.$1 | [.hits,.misses]"
}
# count_in_both CACHE PATH [CURL_WORD...]: requests until both workers have answered one twice, and the difference that they make.
# With reuseport each worker gets about half of them.
count_in_both() {
    cache=$1 path=$2
    shift 2
    before=$(caches "$cache")
    : >answers
    while [ "$(grep -i '^x-worker' answers | sort | uniq -d | wc -l)" -lt 2 ] && [ "$(grep -c '^HTTP' answers)" -lt 200 ]; do
        curl -s -o /dev/null -D headers -H 'Connection: close' "$@" "$gateway$path"
        cat headers >>answers
    done
    requests=$(grep -c '^HTTP.* 200' answers)
    is "$path: both workers" 2 "$(grep -i '^x-worker' answers | sort -u | wc -l)"
    is "$path: hits and misses of both" "[$((requests - 2)),2]" "$(caches "$cache" | jq -c --argjson before "$before" '[.[0] - $before[0], .[1] - $before[1]]')"
}
is 'no look-up' '[0,0][0,0]' "$(caches minted)$(caches verified)"
inbound=$("$XCJ" mint --key conf/two.json --claims '{"sub":"alice","client_id":"two"}')
minted=$(status .minted)
count_in_both minted /reused -H 'apikey: good'
is 'tokens that are used again are counted' $((minted + requests)) "$(status .minted)"
count_in_both verified /cached -H "Authorization: Bearer $inbound"
count_in_both verified /introspect -H "Authorization: Bearer $inbound"
verified=$(caches verified)
for _ in 1 2 3; do get -H "Authorization: Bearer ${inbound%????????}AAAAAAAA" "$gateway/cached"; done
is 'a forged token' 401 "$status"
is 'a forged token is never found' "$(echo "$verified" | jq -c '.[1] += 3')" "$(caches verified)"
get "$gateway/cached"
is 'without a token nothing is looked up' "$(echo "$verified" | jq -c '.[1] += 3')" "$(caches verified)"
curl -s "$gateway/metrics" >metrics
has 'metrics: hits of verified tokens' metrics "xcj_cache_lookups_total{cache=\"verified\",result=\"hit\"} $(status .caches.verified.hits)"
has 'metrics: misses of verified tokens' metrics "xcj_cache_lookups_total{cache=\"verified\",result=\"miss\"} $(status .caches.verified.misses)"
has 'metrics: tokens used again' metrics "xcj_cache_lookups_total{cache=\"minted\",result=\"hit\"} $(status .caches.minted.hits)"
has 'metrics: tokens made' metrics 'xcj_cache_lookups_total{cache="minted",result="miss"} 2'
minted=$(status .minted)
looked_up=$(status .caches)

# Sets that are fetched: one that is there, and one that is not.
for _ in $(seq 100); do
    [ "$(status '[.sets[].fetches] | min')" -eq 0 ] || [ "$(status '[.sets[] | select(.usable)] | length')" -eq 0 ] || break
    sleep 0.1
done
is 'a set' '[true,2,0,""]' "$(status '.sets[] | select(.set == "idp") | [.usable,.keys,.failures,.error]')"
is 'a set that cannot be fetched' '[false,0,true,true]' "$(status '.sets[] | select(.set == "down") | [.usable,.keys,.failures > 0,(.error | length > 0)]')"
curl -s "$gateway/metrics" >metrics
has 'metrics: a set' metrics 'xcj_set_keys{set="idp"} 2'
has 'metrics: its age' metrics 'xcj_set_age_seconds{set="idp"} '
lacks 'metrics: no set, no age' metrics 'xcj_set_age_seconds{set="down"}'
has 'metrics: it fails' metrics 'xcj_set_failing{set="down"} 1'
has 'metrics: the other does not' metrics 'xcj_set_failing{set="idp"} 0'

# Nothing of a client, and no private part of a key, is in either.
for secret in secret-of-a-client good app "$(jq -r .d conf/one.json)"; do
    curl -s "$gateway/status" "$gateway/metrics" >both
    lacks 'no secret' both "$secret"
done

# A reload keeps the counters; a worker that is killed does too.
reload_nginx || fail 'the reload'
is 'after a reload' "$minted $looked_up" "$(status .minted) $(status .caches)"
before=$(started_workers)
# shellcheck disable=SC2046
kill -KILL $(workers)
wait_for_worker "$before" || fail 'no new worker'
sleep 0.3
get -H 'apikey: good' "$gateway/"
is 'after workers were killed' "200 $((minted + 1)) $looked_up" "$status $(status .minted) $(status .caches)"

# A location with xcj_status mints nothing, whatever it inherits.
write_conf 'xcj on;'
reload_nginx || fail 'the reload'
get "$gateway/status"
is 'where xcj is on' "200 $((minted + 1))" "$status $(jq .minted body)"
rejects 'no form' 2 'is neither "json" nor "prometheus"' <<'CONF'
server {
    location / { xcj_status xml; }
}
CONF
rejects 'twice' 2 'is duplicate' <<'CONF'
server {
    location / { xcj_status; xcj_status; }
}
CONF

finish
