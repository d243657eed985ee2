#!/bin/sh
# What minting costs each server: its processor time for a request with an ES256 token, less its time for the same request without,
# in signatures of OpenSSL.
#
#     sh examples/scenario/bench.sh PLAYER...     examples/SERVER/tests/player.sh
#
# A signature takes longer in a server than in a tight loop, because other work fills the processor's caches in between. So the
# unit is what a bare EVP_PKEY_sign() adds to a request of an nginx with the Lua module (control.lua), with as many workers as the
# servers have, beside the same player and in the same rounds. `openssl speed` is shown too. All servers keep their connections to the
# service open: to open one costs more than a signature, and empties the caches before it.
#
# All take turns, ROUNDS (3) of SECONDS_EACH (1), and the least of each counts: processor time, which other work on the machine can
# only add to. Where a process happens to lie in memory makes several microseconds of difference for as long as it lives, so all begin
# anew STARTS (7) times, and the table has the medians.
set -u
XCJ_EXAMPLES=$(cd "$(dirname "$0")/.." && pwd)
rounds=${ROUNDS:-3}
starts=${STARTS:-7}
seconds=${SECONDS_EACH:-1}

# least FILE: what other work has disturbed least.
least() {
    sort -n "$1" | sed q
}

# The control: nginx that adds nothing to a request, or a bare signature.
start_control() {
    control=$(free_port)
    "$XCJ" convert gw.json -o control.pem
    start_beside control "$control" "load_module $lua_modules/ndk_http_module.so; load_module $lua_modules/ngx_http_lua_module.so; worker_processes 2;" <<CONF
    $(nginx_service "$echo")
    init_by_lua_block { sign = dofile("$XCJ_EXAMPLES/scenario/control.lua")("$work/control.pem") }
    server {
        listen 127.0.0.1:$control;
        location /plain { access_by_lua_block { } proxy_pass http://service; }
        location /sign { access_by_lua_block { sign() } proxy_pass http://service; }
    }
CONF
}

# turn FILE PORT PATH PID: microseconds that PID takes for a request.
turn() {
    before=$(cpu "$4")
    requests=$(load "$2" "$3" "$seconds") || exit 1
    awk -v ns=$(($(cpu "$4") - before)) -v n="$requests" 'BEGIN { print ns / n / 1000 }' >>"$1"
}

# begun_anew: starts all, and prints the server and the least of: a request without a token, with one, a bare signature, one alone.
begun_anew() {
    # shellcheck source=load.sh
    . "$XCJ_EXAMPLES/scenario/load.sh"
    lua_modules=/usr/lib/nginx/modules
    packages_or_skip "$lua_modules/ngx_http_lua_module.so"
    { begin && start_control; } >&2 || exit 1
    for _ in $(seq "$rounds"); do
        openssl speed -seconds "$seconds" ecdsap256 2>/dev/null | awk '/ecdsa \(nistp256\)/ { print 1000000 / $(NF - 1) }' >>alone
        turn idle "$control" /plain "$(cat control/pid)"
        turn sign "$control" /sign "$(cat control/pid)"
        turn without "$http" /plain "$(cat ./*.pid)"
        turn with "$http" /apikey "$(cat ./*.pid)"
    done
    player_stop >&2
    printf '%s %s %s %s %s %s\n' "$server" "$(least without)" "$(least with)" "$(least idle)" "$(least sign)" "$(least alone)"
}

# row: the medians of what a file has of each start.
row() {
    for _ in $(seq "$starts"); do (begun_anew) >>"$1" || return 1; done
    awk '
        function median(of,    i, j, held) {
            for (i = 2; i <= NR; i++)
                for (j = i; j > 1 && of[j - 1] > of[j]; j--) { held = of[j]; of[j] = of[j - 1]; of[j - 1] = held }
            return (of[int((NR + 1) / 2)] + of[int(NR / 2) + 1]) / 2
        }
        { without[NR] = $2; with[NR] = $3; token[NR] = $3 - $2; unit[NR] = $5 - $4; alone[NR] = $6; }
        END {
            printf "| %s | %.1f | %.1f | %.1f | %.1f | %.2f | %.1f |\n", $1, median(without), median(with), median(token), median(unit),
                median(token) / median(unit), median(alone)
        }' "$1"
}

[ $# -gt 0 ] || {
    printf 'usage: sh examples/scenario/bench.sh PLAYER...\n' >&2
    exit 2
}
printf '%s, %s processors, load average %s; %s; %s starts, %s rounds of %s s\n\n' "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | sed q)" \
    "$(getconf _NPROCESSORS_ONLN)" "$(cut -d ' ' -f 1 /proc/loadavg)" "$(openssl version | cut -d ' ' -f 1-2)" "$starts" "$rounds" "$seconds"
printf '| µs of processor time | a request without a token | with ES256 | difference | a bare signature in nginx | difference in signatures | a signature in openssl speed |\n'
printf '|---|--:|--:|--:|--:|--:|--:|\n'
found=$(mktemp) || exit 1
trap 'rm -f "$found"' EXIT
for player; do
    : >"$found"
    row "$found" || printf '| %s | failed | | | | | |\n' "$player"
done
