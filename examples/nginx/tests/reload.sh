#!/bin/sh
# Reloads under load: no request fails, none is dropped in the thread pool, and the master's memory stays as it is.
# RELOADS is how many (20); six of them are under load.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip wrk
reloads=${RELOADS:-20}
start_echo
port=$(free_port)
service=$(free_port)
"$XCJ" keygen --alg RS256 --kid rs -o conf/rs.json
"$XCJ" keygen --alg ES256 --kid es -o conf/es.json --jwks-out conf/es-set.json
printf '{"iss":"https://gw","private_jwk":%s}' "$(cat conf/rs.json)" >conf/config.json
configure 'worker_processes 1; thread_pool two threads=2;' <<CONF
    access_log off;
    server { listen 127.0.0.1:$service; location / { return 200; } }
    server {
        listen 127.0.0.1:$port;
        xcj_private_jwk rs.json; xcj_iss https://gw; xcj_aud https://a; xcj_auth apikey; xcj_preauthenticated apikey; xcj_consumer c;
        location / { xcj on; xcj_thread_pool two; proxy_pass http://127.0.0.1:$service; }
        location /inline { xcj on; proxy_pass http://127.0.0.1:$service; }
        location /es { xcj on; xcj_private_jwk es.json; xcj_auth bearer; xcj_bearer_jwks es-set.json; proxy_pass http://127.0.0.1:$service; }
        location /object { xcj on; xcj_config config.json; xcj_auth apikey; xcj_preauthenticated apikey; xcj_aud b; proxy_pass http://127.0.0.1:$service; }
        location = /jwks { xcj_jwks es.json; }
        location = /introspect { xcj_introspect; xcj_introspect_jwks es-set.json; }
    }
CONF
sed -i '/access.log;$/d' conf/nginx.conf
start_nginx
master=$(cat nginx.pid)
gateway=http://127.0.0.1:$port

# Under load. Each answer is looked at. A connection carries one request, for nginx may close an idle one at any time.
wrk -t 1 -c 16 -d 7s -H 'apikey: a' -H 'Connection: close' -s "$XCJ_EXAMPLES/scenario/check.lua" "$gateway/" >loaded 2>&1 &
load=$!
sleep 0.7
for _ in 1 2 3 4 5 6; do
    reload_nginx || fail 'a reload'
    sleep 0.7
done
wait "$load"
result=$(sed -n 's/^RESULT //p' loaded)
printf 'under load (requests, not 200, errors): %s\n' "$result"
is 'wrk has ended' 1 "$(grep -c RESULT loaded)"
is 'requests that failed' '0 0' "${result#* }"
[ "${result%% *}" -gt 1000 ] || fail "only ${result%% *} requests"

# The master's memory, once the allocator has seen a few.
rss() {
    awk '/^VmRSS/ { print $2 }' "/proc/$master/status"
}
for i in $(seq "$reloads"); do
    [ "$i" -ne 6 ] || warm=$(rss)
    reload_nginx || fail "reload $i"
done
sleep 0.3
grown=$(($(rss) - warm))
printf 'memory of the master: %s KiB after 5 reloads, %s KiB more after %s\n' "$warm" "$grown" "$reloads"
checks=$((checks + 1))
[ "$grown" -lt 600 ] || fail "the master's memory has grown by $grown KiB"
stop_nginx
lacks 'alerts' error.log '[alert]'
lacks 'sockets' error.log 'open socket'
lacks 'crashes' error.log 'exited on signal'
finish
