#!/bin/sh
# Own keys that take turns: all workers switch by the clock, under load and without a failed request, and each token verifies with the
# set that is published at that moment. ROTATIONS is how many (5), one a second; from 50 on there is a reload on the way.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip wrk
rotations=${ROTATIONS:-5}
start_echo
port=$(free_port)
service=$(free_port)

i=0
while [ $i -le "$rotations" ]; do
    "$XCJ" keygen --alg ES256 --kid "key-$i" -o "conf/key-$i.json"
    i=$((i + 1))
done
# write_set FIRST LAST: key i signs in the second start + i; the first of all signs before, the last of all for ever.
write_set() {
    # shellcheck disable=SC2046
    jq -cs --argjson first "$1" --argjson start "$start" --argjson last "$rotations" '{keys: [to_entries[] | (.key + $first) as $i
        | .value + (if $i > 0 then {nbf: ($start + $i)} else {} end) + (if $i < $last then {exp: ($start + $i + 1)} else {} end)]}' \
        $(seq -f 'conf/key-%.0f.json' "$1" "$2") >conf/keys.new
    mv conf/keys.new conf/keys.json
}
half=$rotations
[ "$rotations" -lt 50 ] || half=$((rotations / 2))
start=$(($(date +%s) + 2))
write_set 0 "$half"

configure 'worker_processes 2;' <<CONF
    access_log off;
    xcj_private_jwk keys.json lead=0; xcj_iss https://gw; xcj_aud https://a; xcj_expires_in 10m;
    server { listen 127.0.0.1:$service; location / { return 200; } }
    server {
        listen 127.0.0.1:$port;
        xcj_auth apikey; xcj_preauthenticated apikey; xcj_consumer c;
        location / { xcj on; proxy_pass http://127.0.0.1:$echo; }
        location = /load { xcj on; proxy_pass http://127.0.0.1:$service; }
        location = /jwks { xcj_jwks; }
        location = /status { xcj_status; }
    }
CONF
sed -i '/access.log;$/d' conf/nginx.conf
start_nginx
gateway=http://127.0.0.1:$port

wrk -t 1 -c 4 -d $((rotations + 3))s -H 'apikey: a' -H 'Connection: close' -s "$XCJ_EXAMPLES/scenario/check.lua" "$gateway/load" >loaded 2>&1 &
load=$!

# Each token verifies with the set of the same moment, also over the last switch.
: >seen
reloaded=
while :; do
    now=$(date +%s)
    if [ -z "$reloaded" ] && [ "$half" -lt "$rotations" ] && [ "$(date +%s)" -ge $((start + half - 5)) ]; then
        write_set $((half - 10)) "$rotations"
        reload_nginx || fail 'a reload'
        reloaded=yes
    fi
    get -H 'apikey: a' "$gateway/"
    received_token >token
    curl -s "$gateway/jwks" >fetched
    checks=$((checks + 1))
    "$XCJ" verify --json --jwks fetched --iss https://gw --aud https://a @token >verdict 2>log || fail "a token does not verify: $(cat log)"
    jq -r '"\(.header.kid) \(.claims.iat)"' verdict >>seen
    [ "$now" -le $((start + rotations + 1)) ] || break
done
wait "$load"
result=$(sed -n 's/^RESULT //p' loaded)
printf 'under load (requests, not 200, errors): %s; tokens verified: %s, with %s keys\n' "$result" "$(wc -l <seen)" "$(cut -d ' ' -f 1 seen | sort -u | wc -l)"
is 'requests that failed' '0 0' "${result#* }"
[ "${result%% *}" -gt 10 ] || fail "only ${result%% *} requests"

# Each key signed in its time, give or take the second in which a worker read its clock.
awk -v start="$start" -v last="$rotations" '{
        i = substr($1, 5) + 0
        if ((i > 0 && $2 < start + i - 1) || (i < last && $2 > start + i + 2)) print
    }' seen >wrong
is 'tokens of a key whose time it was not' '' "$(head -3 wrong)"
is 'the last key signs' "key-$rotations" "$(tail -1 seen | cut -d ' ' -f 1)"
[ "$(wc -l <seen)" -lt 10 ] || [ "$(cut -d " " -f 1 seen | sort -u | wc -l)" -ge 2 ] || fail "only one key was seen"
get "$gateway/status"
is 'the key in use' "key-$rotations" "$(jq -r '.keys[0].kid' body)"
stop_nginx
lacks 'alerts' error.log '[alert]'
lacks 'crashes' error.log 'exited on signal'
lacks 'errors' error.log '[error]'
finish
