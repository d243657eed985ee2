#!/bin/sh
# Many requests with an ES256 token: none fails, and the server's memory stays as it is.
#
#     sh examples/scenario/soak.sh PLAYER [REQUESTS]     a million, unless given
#
# Compares the memory of all processes of the server after a tenth of the requests with that at the end: at most 2 MiB and 5 % more.
set -u
XCJ_EXAMPLES=$(cd "$(dirname "$0")/.." && pwd)
player=${1:-}
[ -f "$player" ] || {
    printf 'usage: sh examples/scenario/soak.sh PLAYER [REQUESTS]\n' >&2
    exit 2
}
wanted_requests=${2:-1000000}
# shellcheck source=load.sh
. "$XCJ_EXAMPLES/scenario/load.sh"
begin || exit 1
total=0
early=
while [ "$total" -lt "$wanted_requests" ]; do
    done_requests=$(load "$http" /apikey 2) || exit 1
    total=$((total + done_requests))
    if [ -z "$early" ] && [ "$total" -ge $((wanted_requests / 10)) ]; then early=$(memory); fi
done
late=$(memory)
player_stop || fail 'the server does not end well'
printf '%s: %s requests; %s KiB after a tenth, %s KiB at the end\n' "$server" "$total" "$early" "$late"
[ "$late" -le $((early + 2048 + early / 20)) ] || fail 'the memory has grown'
[ "$failures" -eq 0 ]
