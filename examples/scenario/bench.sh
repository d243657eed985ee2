#!/bin/sh
# What minting costs each server: its processor time for a request with an ES256 token, less its time for the same request without,
# in signatures of OpenSSL.
#
#     sh examples/scenario/bench.sh PLAYER...     examples/SERVER/tests/player.sh
#
# A signature takes longer in a server than in a tight loop, because other work fills the processor's caches in between. So the
# unit is what a bare EVP_PKEY_sign() adds to a request of an nginx with the Lua module (control.lua),
# beside the same player and in the same rounds. `openssl speed` is shown too.
#
# All take turns, ROUNDS (9) of SECONDS_EACH (1), and the table has the least of each: processor time, which other work on the
# machine can only add to.
set -u
XCJ_EXAMPLES=$(cd "$(dirname "$0")/.." && pwd)
rounds=${ROUNDS:-9}
seconds=${SECONDS_EACH:-1}

# least FILE: what other work has disturbed least.
least() {
    sort -n "$1" | sed q
}

# The control: nginx that adds nothing to a request, or a bare signature.
start_control() {
    control=$(free_port)
    "$XCJ" convert gw.json -o control.pem
    start_beside control "$control" "load_module $lua_modules/ndk_http_module.so; load_module $lua_modules/ngx_http_lua_module.so;" <<CONF
    init_by_lua_block { sign = dofile("$XCJ_EXAMPLES/scenario/control.lua")("$work/control.pem") }
    server {
        listen 127.0.0.1:$control;
        location /plain { access_by_lua_block { } proxy_pass http://127.0.0.1:$echo; }
        location /sign { access_by_lua_block { sign() } proxy_pass http://127.0.0.1:$echo; }
    }
CONF
}

# turn FILE PORT PATH PID: microseconds that PID takes for a request.
turn() {
    before=$(cpu "$4")
    requests=$(load "$2" "$3" "$seconds") || exit 1
    awk -v ns=$(($(cpu "$4") - before)) -v n="$requests" 'BEGIN { print ns / n / 1000 }' >>"$1"
}

row() {
    # shellcheck source=load.sh
    . "$XCJ_EXAMPLES/scenario/load.sh"
    lua_modules=/usr/lib/nginx/modules
    packages_or_skip "$lua_modules/ngx_http_lua_module.so"
    { begin && start_control; } || exit 1
    for _ in $(seq "$rounds"); do
        openssl speed -seconds "$seconds" ecdsap256 2>/dev/null | awk '/ecdsa \(nistp256\)/ { print 1000000 / $(NF - 1) }' >>alone
        turn idle "$control" /plain "$(cat control/pid)"
        turn sign "$control" /sign "$(cat control/pid)"
        turn without "$http" /plain "$(cat ./*.pid)"
        turn with "$http" /apikey "$(cat ./*.pid)"
    done
    player_stop >/dev/null
    awk -v server="$server" -v without="$(least without)" -v with="$(least with)" -v idle="$(least idle)" -v sign="$(least sign)" \
        -v alone="$(least alone)" 'BEGIN {
        printf "| %s | %.1f | %.1f | %.1f | %.1f | %.2f | %.1f |\n", server, without, with, with - without, sign - idle,
            (with - without) / (sign - idle), alone }'
}

[ $# -gt 0 ] || {
    printf 'usage: sh examples/scenario/bench.sh PLAYER...\n' >&2
    exit 2
}
printf '%s, %s processors, load average %s; %s; %s rounds of %s s\n\n' "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | sed q)" \
    "$(getconf _NPROCESSORS_ONLN)" "$(cut -d ' ' -f 1 /proc/loadavg)" "$(openssl version | cut -d ' ' -f 1-2)" "$rounds" "$seconds"
printf '| µs of processor time | a request without a token | with ES256 | difference | a bare signature in nginx | difference in signatures | a signature in openssl speed |\n'
printf '|---|--:|--:|--:|--:|--:|--:|\n'
for player; do (row) || printf '| %s | failed | | | | | |\n' "$player"; done
