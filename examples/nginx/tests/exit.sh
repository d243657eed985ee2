#!/bin/sh
# A worker exits while threads of a pool end or sign, in the orders that crash when nothing is done about them.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
port=$(free_port)
"$XCJ" keygen --alg PS256 --kid ps -o conf/ps.json --jwks-out conf/set.json
configure 'worker_processes 1; env XCJ_ORDER; env XCJ_PLACE; thread_pool two threads=2; thread_pool full threads=1 max_queue=2;' <<CONF
    server {
        listen 127.0.0.1:$port;
        xcj_private_jwk ps.json; xcj_iss https://gw; xcj_aud a; xcj_auth apikey; xcj_preauthenticated apikey; xcj_consumer c;
        location / { xcj on; xcj_thread_pool two; proxy_pass http://127.0.0.1:$echo; }
        location /full { xcj on; xcj_thread_pool full; proxy_pass http://127.0.0.1:$echo; }
    }
CONF
XCJ_PRELOAD=$XCJ_ORDER_LIBRARY
gateway=http://127.0.0.1:$port

# A graceful exit in which the threads end at each place of OpenSSL's clean-up.
export XCJ_ORDER=end XCJ_PLACE
for XCJ_PLACE in 1 2 3 4 5 6 7 8; do
    start_nginx
    for i in 1 2 3 4; do
        get -H 'apikey: a' "$gateway/$i"
        is "place $XCJ_PLACE, request $i" 200 "$status"
        "$XCJ" verify --jwks conf/set.json "$(received_token)" >claims 2>log || fail "place $XCJ_PLACE, request $i: $(cat log)"
    done
    stop_nginx
    is "place $XCJ_PLACE, exit" 1 "$(grep -c 'worker process [0-9]* exited with code 0' error.log)"
    lacks "place $XCJ_PLACE, crashes" error.log 'exited on signal'
    : >error.log
done

# A fast exit while one task signs and the queue is full: nginx does not wait for its threads then.
for i in 1 2 3 4 5 6; do printf 'url = "%s/full/%s"\noutput = "full.%s"\n' "$gateway" "$i" "$i"; done >six
ask_six() {
    rm -f full.*
    curl -s -Z --parallel-immediate --no-progress-meter -H 'apikey: a' -K six &
    asking=$!
}
XCJ_ORDER=queue
for round in 1 2 3; do
    start_nginx
    ask_six
    for _ in $(seq 200); do
        grep -q 'queue overflow: 2 tasks waiting' error.log && break
        sleep 0.02
    done
    has "round $round, the queue" error.log 'queue overflow: 2 tasks waiting'
    kill -TERM "$(cat nginx.pid)"
    wait "$asking"
    for _ in $(seq 200); do
        [ -s nginx.pid ] || break
        sleep 0.05
    done
    is "round $round, exit" 1 "$(grep -c 'worker process [0-9]* exited with code 0' error.log)"
    lacks "round $round, crashes" error.log 'exited on signal'
    : >error.log
done

# The same queue without an exit serves everybody.
start_nginx
ask_six
wait "$asking"
for i in 1 2 3 4 5 6; do
    token=$(tr -d '\r' <"full.$i" | sed -n 's/^X-Custom-Jwt: //p')
    "$XCJ" verify --jwks conf/set.json "$token" >claims 2>log || fail "a full queue, request $i: $(cat log)"
    checks=$((checks + 1))
done
stop_nginx
finish
