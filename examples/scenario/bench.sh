#!/bin/sh
# What minting costs each server: its processor time for a request with an ES256 token, less its time for the same request without,
# in signatures of OpenSSL.
#
#     sh examples/scenario/bench.sh PLAYER...     examples/SERVER/tests/player.sh
#
# A signature takes longer in a server than in a tight loop, because other work fills the processor's caches in between. So the unit
# is what it takes in this very server: its time with an ES256 token, less its time with an HS256 token, whose HMAC takes a
# microsecond. `openssl speed` is shown too. All servers keep their connections to the service open: to open one costs more than a
# signature, and empties the caches before it.
#
# ROUNDS (3) of SECONDS_EACH (1), and the minimum of each counts: other work on the machine can only add processor time.
# The position of a process in memory changes its times by several microseconds until it ends, so all are restarted STARTS (5) times,
# and the table has the medians.
set -u
XCJ_EXAMPLES=$(cd "$(dirname "$0")/.." && pwd)
rounds=${ROUNDS:-3}
starts=${STARTS:-5}
seconds=${SECONDS_EACH:-1}

# least FILE: what other work has disturbed least.
least() {
    sort -n "$1" | sed q
}

# turn FILE PATH: microseconds that the server takes for a request.
turn() {
    before=$(cpu)
    requests=$(load "$http" "$2" "$seconds") || exit 1
    awk -v ns=$(($(cpu) - before)) -v n="$requests" 'BEGIN { print ns / n / 1000 }' >>"$1"
}

# measure NAME: requests without a token and with one, in the files NAME-without and NAME-with.
measure() {
    for _ in $(seq "$rounds"); do
        turn "$1-without" /plain
        turn "$1-with" /apikey
    done
}

# restarted: starts all, and prints the server and the least of: a request without a token and with one, of ES256 and of HS256, and a
# signature in openssl speed.
restarted() {
    # shellcheck source=load.sh
    . "$XCJ_EXAMPLES/scenario/load.sh"
    begin >&2 || exit 1
    measure es256
    { "$XCJ" keygen --alg HS256 --kid gw-hs -o gw-hs.json && cp gw-hs.json gw.json && player_reload; } >&2 || exit 1
    measure hs256
    player_stop >&2
    printf '%s %s %s %s %s' "$server" "$(least es256-without)" "$(least es256-with)" "$(least hs256-without)" "$(least hs256-with)"
    openssl speed -seconds "$seconds" ecdsap256 2>/dev/null | awk '/ecdsa \(nistp256\)/ { print " " 1000000 / $(NF - 1) }'
}

# row FILE: the medians of what the file has of each start.
row() {
    for _ in $(seq "$starts"); do (restarted) >>"$1" || return 1; done
    awk '
        function median(of,    i, j, held) {
            for (i = 2; i <= NR; i++)
                for (j = i; j > 1 && of[j - 1] > of[j]; j--) { held = of[j]; of[j] = of[j - 1]; of[j - 1] = held }
            return (of[int((NR + 1) / 2)] + of[int(NR / 2) + 1]) / 2
        }
        { without[NR] = $2; with[NR] = $3; token[NR] = $3 - $2; rest[NR] = $5 - $4; alone[NR] = $6 }
        END {
            es256 = median(token)
            hs256 = median(rest)
            printf "| %s | %.1f | %.1f | %.1f | %.1f | %.1f | %.2f | %.1f |\n", $1, median(without), median(with), es256, hs256,
                es256 - hs256, es256 / (es256 - hs256), median(alone)
        }' "$1"
}

[ $# -gt 0 ] || {
    printf 'usage: sh examples/scenario/bench.sh PLAYER...\n' >&2
    exit 2
}
printf '%s, %s processors, load average %s; %s; %s starts, %s rounds of %s s\n\n' "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | sed q)" \
    "$(getconf _NPROCESSORS_ONLN)" "$(cut -d ' ' -f 1 /proc/loadavg)" "$(openssl version | cut -d ' ' -f 1-2)" "$starts" "$rounds" "$seconds"
printf '| µs of processor time | a request without a token | with ES256 | ES256 adds | HS256 adds | so a signature takes | ES256 adds, in signatures | a signature in openssl speed |\n'
printf '|---|--:|--:|--:|--:|--:|--:|--:|\n'
found=$(mktemp) || exit 1
trap 'rm -f "$found"' EXIT
for player; do
    : >"$found"
    row "$found" || printf '| %s | failed | | | | | | |\n' "$player"
done
