#!/bin/sh
# What minting costs each server: its processor time for a request with an ES256 token, less its time for the same request without,
# in bare signatures (openssl speed, in the same run).
#
#     sh examples/scenario/bench.sh PLAYER...     examples/SERVER/tests/player.sh
#
# The three take turns, ROUNDS (9) of SECONDS_EACH (1), and the table has the least of each: processor time, which other work on the
# machine can only add to.
set -u
XCJ_EXAMPLES=$(cd "$(dirname "$0")/.." && pwd)
rounds=${ROUNDS:-9}
seconds=${SECONDS_EACH:-1}

# least FILE: what other work has disturbed least.
least() {
    sort -n "$1" | sed q
}

# turn PATH FILE: microseconds for a request.
turn() {
    before=$(cpu)
    requests=$(load "$1" "$seconds") || exit 1
    awk -v ns=$(($(cpu) - before)) -v n="$requests" 'BEGIN { print ns / n / 1000 }' >>"$2"
}

row() {
    # shellcheck source=load.sh
    . "$XCJ_EXAMPLES/scenario/load.sh"
    begin || exit 1
    for _ in $(seq "$rounds"); do
        openssl speed -seconds "$seconds" ecdsap256 2>/dev/null | awk '/ecdsa \(nistp256\)/ { print 1000000 / $(NF - 1) }' >>signature
        turn /plain without
        turn /apikey with
    done
    player_stop >/dev/null
    awk -v server="$server" -v without="$(least without)" -v with="$(least with)" -v one="$(least signature)" 'BEGIN {
        printf "| %s | %.1f | %.1f | %.1f | %.1f | %.2f |\n", server, without, with, with - without, one, (with - without) / one }'
}

[ $# -gt 0 ] || {
    printf 'usage: sh examples/scenario/bench.sh PLAYER...\n' >&2
    exit 2
}
printf '%s, %s processors, load average %s; %s; %s rounds of %s s\n\n' "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | sed q)" \
    "$(getconf _NPROCESSORS_ONLN)" "$(cut -d ' ' -f 1 /proc/loadavg)" "$(openssl version | cut -d ' ' -f 1-2)" "$rounds" "$seconds"
printf '| µs of processor time | a request without a token | with ES256 | difference | one signature | difference in signatures |\n'
printf '|---|--:|--:|--:|--:|--:|\n'
for player; do (row) || printf '| %s | failed | | | | |\n' "$player"; done
