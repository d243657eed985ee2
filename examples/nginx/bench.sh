#!/bin/sh
# Measures the module in nginx with one worker, against the same nginx without it. Takes about two minutes and wants a quiet
# machine: wrk, the gateway and the service behind it share its processors.
#
#     sh examples/nginx/bench.sh            builds into build/nginx-bench, measures, prints a table
#     sh examples/nginx/bench.sh --quick    one short round: to see that it works
#
# The setups take turns, ROUNDS (9) of SECONDS_EACH (1), and the table has the medians: a machine that slows down meanwhile
# slows all of them. XCJ and XCJ_MODULE name a command and a module that are built already.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
rounds=${ROUNDS:-9}
seconds=${SECONDS_EACH:-1}
case ${1:-} in
'') ;;
--quick) rounds=1 seconds=1 ;;
*)
    printf 'usage: sh examples/nginx/bench.sh [--quick]\n' >&2
    exit 2
    ;;
esac
PATH=$PATH:/usr/sbin
# shellcheck source=../../tests/packages.sh
. tests/packages.sh
packages_or_skip nginx wrk openssl curl

if [ -z "${XCJ_MODULE:-}" ]; then
    # shellcheck source=../../tests/builds.sh
    . tests/builds.sh
    # shellcheck disable=SC2034
    targets='ngx_http_xcj_module xcj_command'
    builds_make nginx-bench -DCMAKE_BUILD_TYPE=Release -DXCJ_TESTS=OFF
    XCJ_MODULE=$BUILD/nginx-bench/examples/nginx/ngx_http_xcj_module.so
    XCJ=$BUILD/nginx-bench/xcj
fi

work=$(mktemp -d)
cleanup() {
    for pid in "$work"/*.pid; do [ ! -s "$pid" ] || kill "$(cat "$pid")" 2>/dev/null || :; done
    sleep 0.2
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

free_port() {
    while :; do
        free=$(od -An -N4 -tu4 /dev/urandom | awk '{ print 16000 + $1 % 16000 }')
        code=0
        curl -s -o /dev/null --max-time 2 "http://127.0.0.1:$free/" || code=$?
        [ "$code" -ne 7 ] || break
    done
    printf '%s' "$free"
}

# NAME: its configuration is the http block's content on standard input. Its workers may not read what root owns.
start() {
    {
        printf 'pid %s/%s.pid;\nworker_processes 1;\nerror_log %s/%s.log;\nthread_pool two threads=2;\n' "$work" "$1" "$work" "$1"
        [ "$1" != gateway ] || printf 'load_module %s;\n' "$XCJ_MODULE"
        [ "$(id -u)" -ne 0 ] || printf 'user root;\n'
        printf 'events { worker_connections 1024; }\nhttp {\n    access_log off;\n    keepalive_requests 1000000000;\n'
        for kind in client_body proxy fastcgi uwsgi scgi; do printf '    %s_temp_path %s/tmp;\n' "$kind" "$work"; done
        cat
        printf '}\n'
    } >"$1.conf"
    nginx -p "$work" -c "$work/$1.conf" -e "$work/$1.log" -g 'daemon off;' &
}

for alg in RS256 ES256 HS256; do "$XCJ" keygen --alg $alg --kid $alg -o $alg.json; done
port=$(free_port)
start service <<CONF
    server { listen unix:$work/service.sock; location / { return 200 "ok"; } }
CONF
# As long as a minted RS256 token.
constant=$(printf '%0700d' 0)
start gateway <<CONF
    upstream service { server unix:$work/service.sock; keepalive 64; keepalive_requests 1000000000; }
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    xcj_iss https://gw.example; xcj_jku https://gw.example/jwks; xcj_aud https://service.example/;
    xcj_auth apikey; xcj_preauthenticated apikey; xcj_consumer consumer;
    server {
        listen 127.0.0.1:$port;
        location = /other { return 200 "other"; }
        location = /bare { proxy_pass http://service; }
        location = /constant { proxy_set_header Connection ""; proxy_set_header X-Custom-JWT "$constant"; proxy_pass http://service; }
        location = /rs256 { xcj on; xcj_private_jwk RS256.json; proxy_pass http://service; }
        location = /rs256-pool { xcj on; xcj_private_jwk RS256.json; xcj_thread_pool two; proxy_pass http://service; }
        location = /es256 { xcj on; xcj_private_jwk ES256.json; proxy_pass http://service; }
        location = /reuse { xcj on; xcj_private_jwk RS256.json; xcj_reuse 15m 64m; proxy_pass http://service; }
        location = /inbound { xcj on; xcj_private_jwk HS256.json; xcj_auth bearer; xcj_bearer_jwks RS256.json; proxy_pass http://service; }
        location = /cached { xcj on; xcj_private_jwk HS256.json; xcj_auth bearer; xcj_bearer_jwks RS256.json cache=16m; proxy_pass http://service; }
        location = /both {
            xcj on; xcj_private_jwk RS256.json; xcj_reuse 15m 64m; xcj_auth bearer; xcj_bearer_jwks RS256.json cache=16m;
            proxy_pass http://service;
        }
        location = /hs256 { xcj on; xcj_private_jwk HS256.json; proxy_pass http://service; }
    }
CONF

bearer=$("$XCJ" mint --key RS256.json --claims "{\"clientId\":\"app\",\"sub\":\"alice\",\"scope\":\"$(printf '%0200d' 0)\"}" --expires-in 12h)

# Identities: FRESH of a hundred requests have an API key that nobody had before, the others one of a hundred.
cat >identities.lua <<'LUA'
dofile("report.lua")
math.randomseed(tonumber(os.getenv("SEED")))
local fresh, made, seed = tonumber(os.getenv("FRESH")), 0, os.getenv("SEED")
function request()
    if math.random(100) <= fresh then
        made = made + 1
        return wrk.format(nil, nil, { apikey = seed .. "-" .. made })
    end
    return wrk.format(nil, nil, { apikey = "key" .. math.random(100) })
end
LUA
cat >report.lua <<'LUA'
function done(summary, latency)
    local e = summary.errors
    if e.connect + e.read + e.write + e.status + e.timeout > 0 then print("ERRORS") end
    print(string.format("RESULT %.0f %.3f %.3f", summary.requests * 1e6 / summary.duration,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
LUA
# CONNECTIONS PATH: requests a second, and the median and the 99th percentile of the wait in milliseconds.
load() {
    wrk -t 1 -c "$1" -d "${seconds}s" -H 'apikey: 012345AZERTY!' -s report.lua "http://127.0.0.1:$port/$2" >"$2.$1.out"
    if grep -q ERRORS "$2.$1.out"; then
        printf 'requests to %s failed\n' "$2" >&2
        exit 1
    fi
    sed -n 's/^RESULT //p' "$2.$1.out"
}

# The processor time of the gateway's worker so far, in hundredths of a second.
worker_ticks() {
    read -r master <gateway.pid
    read -r worker _ <"/proc/$master/task/$master/children" || : # no newline at its end
    awk '{ print $14 + $15 }' "/proc/$worker/stat"
}
# NAME PATH WRK_WORD...: requests a second, of a setup with its own requests, and microseconds of the worker for each.
load_as() {
    load_name=$1
    load_path=$2
    shift 2
    ticks=$(worker_ticks)
    SEED=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ') wrk -t 1 -c 16 -d "${seconds}s" "$@" "http://127.0.0.1:$port/$load_path" >out
    if grep -q ERRORS out; then
        printf 'requests to %s failed\n' "$load_path" >&2
        exit 1
    fi
    ticks=$(($(worker_ticks) - ticks))
    sed -n 's/^RESULT //p' out | awk -v ticks="$ticks" -v s="$seconds" '{ print $1, ticks * 10000 / ($1 * s) }' >>"$load_name.cached"
}
# The setups with a cache, each beside the same requests without the module.
caches_turn() {
    for fresh in 1 5; do
        FRESH=$fresh load_as "bare$fresh" bare -s identities.lua
        FRESH=$fresh load_as "reuse$fresh" reuse -s identities.lua
    done
    FRESH=1 load_as constant1 constant -s identities.lua
    for path in bare inbound cached both; do load_as "$path-bearer" "$path" -H "Authorization: Bearer $bearer" -s report.lua; done
}

# SETUP: alone, then with one connection beside that asks for something else.
turn() {
    load 16 "$1" >>"$1.alone"
    load 16 "$1" >"$1.beside" &
    beside=$!
    load 1 other >>"$1.other"
    wait "$beside"
}

setups='bare rs256 rs256-pool es256 hs256'
for setup in $setups; do
    curl -sf --retry 20 --retry-connrefused --retry-delay 1 -H 'apikey: x' "http://127.0.0.1:$port/$setup" >/dev/null
done
i=0
while [ "$i" -lt "$rounds" ]; do
    i=$((i + 1))
    openssl speed -seconds "$seconds" rsa2048 2>/dev/null | awk '$1 == "rsa" { printf "%d\n", $6 }' >>openssl.alone
    for setup in $setups; do turn "$setup"; done
    caches_turn
done

# FILE COLUMN: the median of a column.
median() {
    awk -v n="$2" '{ print $n }' "$1" | sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}
row() {
    printf '| %s | %s | %s | %s | %s | %s |\n' "$2" "$(median "$1.alone" 1)" "$(median "$1.alone" 2)" "$(median "$1.alone" 3)" \
        "$(median "$1.other" 2)" "$(median "$1.other" 3)"
}
printf '%s, %s processors, load average %s; nginx %s, %s; %s rounds of %s s\n\n' \
    "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | sed q)" "$(getconf _NPROCESSORS_ONLN)" "$(cut -d ' ' -f 1 /proc/loadavg)" \
    "$(nginx -v 2>&1 | sed 's|.*/||')" "$(openssl version | cut -d ' ' -f 1-2)" "$rounds" "$seconds"
printf '| one worker, 16 connections | requests a second | median wait, ms | 99th percentile, ms | other requests meanwhile: median, ms | 99th percentile, ms |\n'
printf '|---|--:|--:|--:|--:|--:|\n'
row bare 'no module'
row rs256 'RS256 in the worker'
row rs256-pool 'RS256 in a pool of two threads'
row es256 'ES256'
row hs256 'HS256'
signs=$(median openssl.alone 1)
printf '\nopenssl speed rsa2048: %s signatures a second on one processor; RS256 in the worker reaches %s of it.\n' "$signs" \
    "$(awk -v a="$(median rs256.alone 1)" -v b="$signs" 'BEGIN { printf "%.2f", a / b }')"

# NAME BESIDE WHAT AIM: rates, and the worker's time for a request, in the same rounds; and the ratios of the medians.
cached_row() {
    awk -v what="$3" -v aim="$4" -v with="$(median "$1.cached" 1)" -v without="$(median "$2.cached" 1)" -v cost="$(median "$1.cached" 2)" \
        -v least="$(median "$2.cached" 2)" 'BEGIN { printf "| %s | %d | %d | %.2f | %.1f | %.1f | %.2f | %s |\n", what, without,
            with, with / without, least, cost, least / cost, aim }'
}
# With 5 of 100 requests signed: 0.9 of t0 / (t0 + 0.05 t_sign).
aim=$(awk -v bare="$(median bare5.cached 2)" -v signs="$signs" 'BEGIN { t0 = bare / 1e6; printf "%.2f", 0.9 * t0 / (t0 + 0.05 / signs) }')
printf '\n| one worker, 16 connections, the same requests | without the module, a second | with it, a second | ratio | worker without it, us | with it, us | ratio | aim |\n|---|--:|--:|--:|--:|--:|--:|--:|\n'
cached_row reuse1 bare1 'RS256 with xcj_reuse, 99 of 100 requests repeat an identity' 0.75
cached_row constant1 bare1 'no module: proxy_set_header with a constant of 700 bytes' ''
cached_row reuse5 bare5 'RS256 with xcj_reuse, 95 of 100' "$aim"
cached_row both-bearer bare-bearer 'inbound RS256 with cache=, RS256 with xcj_reuse' 0.85
cached_row cached-bearer bare-bearer 'inbound RS256 with cache=, HS256 minted' 0.85
cached_row inbound-bearer bare-bearer 'the same without a cache' ''
