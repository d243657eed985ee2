# shellcheck shell=sh disable=SC2034,SC2154 # players use the variables that lib.sh and this file set
# Sourced by bench.sh and soak.sh, which set XCJ_EXAMPLES, after `player` is set: starts the player's server before a quick service, and
# measures its processes. XCJ_BUILD names a build; without it, a release is built in build/scenario.

player=$(cd "$(dirname "$player")" && pwd)/$(basename "$player")
server=$(basename "$(dirname "$(dirname "$player")")")
if [ -z "${XCJ_BUILD:-}" ]; then
    cd "$XCJ_EXAMPLES/.." || exit 1
    # shellcheck source=../../tests/builds.sh
    . tests/builds.sh
    builds_make scenario -DCMAKE_BUILD_TYPE=Release -DXCJ_TESTS=OFF
    XCJ_BUILD=$BUILD/scenario
fi
XCJ=$XCJ_BUILD/xcj
# shellcheck source=lib.sh
. "$XCJ_EXAMPLES/scenario/lib.sh"
# shellcheck source=files.sh
. "$XCJ_EXAMPLES/scenario/files.sh"
packages_or_skip nginx wrk
http=$(free_port)
https=$(free_port)
echo=$(free_port)
# shellcheck source=../nginx/tests/player.sh
. "$player"

# The service: an nginx beside the server, which does not count, and answers at once.
start_service() {
    mkdir service
    {
        printf 'pid %s/service/pid;\nerror_log %s/service/log;\n' "$work" "$work"
        [ "$(id -u)" -ne 0 ] || printf 'user root;\n'
        printf 'events { worker_connections 1024; }\nhttp {\n    access_log off;\n    keepalive_requests 1000000000;\n'
        for kind in client_body proxy fastcgi uwsgi scgi; do printf '    %s_temp_path %s/service/tmp;\n' "$kind" "$work"; done
        printf '    server { listen 127.0.0.1:%s; location / { return 200 "ok"; } }\n}\n' "$echo"
    } >service/conf
    nginx -c "$work/service/conf" -e "$work/service/log" && listens "$echo"
}
stop_service() {
    [ ! -s "$work/service/pid" ] || kill "$(cat "$work/service/pid")"
}
at_exit stop_service

# family PID: it and its descendants.
family() {
    printf '%s\n' "$1"
    cat /proc/"$1"/task/*/children 2>/dev/null | tr ' ' '\n' | grep . | while read -r child; do family "$child"; done
}
processes() {
    family "$(cat ./*.pid)"
}

# cpu: nanoseconds of processor time, of all threads of the server.
cpu() {
    for pid in $(processes); do cat /proc/"$pid"/task/*/schedstat; done 2>/dev/null | awk '{ n += $1 } END { printf "%.0f", n }'
}

# memory: KiB in memory, of all processes of the server.
memory() {
    for pid in $(processes); do sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' /proc/"$pid"/status; done 2>/dev/null | awk '{ n += $1 } END { print n }'
}

# load PORT PATH SECONDS: how many requests succeeded; fails if one did not.
load() {
    wrk -t 1 -c 16 -d "$3s" -H 'apikey: 012345AZERTY!' "http://127.0.0.1:$1$2" >wrk.out
    if grep -E 'Non-2xx|Socket errors' wrk.out >&2; then return 1; fi
    sed -n 's/^ *\([0-9]*\) requests in .*/\1/p' wrk.out
}

begin() {
    make_files && start_service && player_start && load "$http" /apikey 1 >loaded
}
