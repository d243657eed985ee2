#!/bin/sh
# Measures a request with ES256 minting in nginx with the module, with resty.xcj, and with the plugin for Kong on its stand-in: each
# against the same server without minting, and the difference against a bare signature of OpenSSL. It counts the time of the processor
# that the only worker takes. Takes about a minute on two processors: one for the worker, one for wrk and the service.
#
#     sh examples/openresty/bench.sh            builds into build/server-bench, measures, prints a table
#     sh examples/openresty/bench.sh --quick    one short round: to see that it works
#
# The setups take turns, ROUNDS (7) of SECONDS_EACH (1), and the table has the medians. XCJ_BUILD names a directory that is built
# already.
set -u
XCJ_EXAMPLES=$(cd "$(dirname "$0")/.." && pwd) || exit 1
rounds=${ROUNDS:-7}
seconds=${SECONDS_EACH:-1}
case ${1:-} in
'') ;;
--quick) rounds=1 seconds=1 ;;
*)
    printf 'usage: sh examples/openresty/bench.sh [--quick]\n' >&2
    exit 2
    ;;
esac
if [ -z "${XCJ_BUILD:-}" ]; then
    cd "$XCJ_EXAMPLES/.." || exit 1
    # shellcheck source=../../tests/builds.sh
    . tests/builds.sh
    builds_make server-bench -DCMAKE_BUILD_TYPE=Release -DXCJ_TESTS=OFF
    XCJ_BUILD=$BUILD/server-bench
fi
XCJ=$XCJ_BUILD/xcj
# shellcheck source=../scenario/lib.sh
. "$XCJ_EXAMPLES/scenario/lib.sh"
packages_or_skip wrk
# shellcheck source=../kong/tests/server.sh
. "$XCJ_EXAMPLES/kong/tests/server.sh"
cp "$XCJ_BUILD/examples/nginx/ngx_http_xcj_module.so" xcj.so
port=$(free_port)
"$XCJ" keygen --alg ES256 --kid gw -o conf/gw.json 2>log
jq -n --rawfile key conf/gw.json '{kong: {private_jwk: $key, iss: "https://gw.example", jku: "https://gw.example/jwks", strict: true,
    methods: ["apikey"], audiences: ["https://service.example/"]}}' >conf/configs.json

settings='keepalive_requests 1000000000; proxy_http_version 1.1; proxy_set_header Connection "";'
{
    plugin_lua true | sed '$d'
    cat <<CONF
        local xcj, gateways = require("resty.xcj"), require("resty.xcj.gateway")
        local file = assert(io.open("$work/conf/gw.json", "rb"))
        gateway = xcj.must(gateways.new({ methods = "apikey", consumer = "consumer", minter = xcj.must(xcj.minter({
            key = file:read("*a"), iss = "https://gw.example", jku = "https://gw.example/jwks", aud = "https://service.example/" })) }))
        file:close()
        consumer = { custom_id = "consumer" }
    }
    access_log off; $settings
    upstream service { server unix:$work/service.sock; keepalive 64; keepalive_requests 1000000000; }
    xcj_iss https://gw.example; xcj_jku https://gw.example/jwks; xcj_aud https://service.example/; xcj_private_jwk gw.json;
    xcj_auth apikey; xcj_preauthenticated apikey; xcj_consumer consumer;
    server {
        listen 127.0.0.1:$port;
        location = /bare { proxy_pass http://service; }
        location = /module { xcj on; proxy_pass http://service; }
        location = /lua { access_by_lua_block { local headers = ngx.req.get_headers(0) } proxy_pass http://service; }
        location = /resty { access_by_lua_block { gateway:access() } proxy_pass http://service; }
        location = /kong { access_by_lua_block { ngx.ctx.standin = { consumer = consumer } handler:access(configs.kong) } proxy_pass http://service; }
    }
CONF
} | configure "load_module $work/lua.so; load_module $work/xcj.so; worker_processes 1; worker_cpu_affinity 01;"
sed -i '/access.log;$/d' conf/nginx.conf
mkdir service
{
    printf 'pid %s/service.pid; worker_processes 1; worker_cpu_affinity 10; error_log %s/service.log;\n' "$work" "$work"
    printf 'events { worker_connections 512; }\nhttp { access_log off; %s\n' "$settings"
    for kind in client_body proxy fastcgi uwsgi scgi; do printf '%s_temp_path %s/tmp;\n' "$kind" "$work"; done
    printf 'server { listen unix:%s/service.sock; location / { return 200 "ok"; } } }\n' "$work"
} >service.conf
kill_service() {
    [ ! -s "$work/service.pid" ] || kill "$(cat "$work/service.pid")"
}
at_exit kill_service
unprivileged nginx -p "$work" -c "$work/service.conf" -e "$work/service.log"
start_nginx

cat >report.lua <<'LUA'
function done(summary)
    local e = summary.errors
    if e.connect + e.read + e.write + e.status + e.timeout > 0 then print("ERRORS") end
    print("RESULT " .. summary.requests)
end
LUA
worker=$(sed -n 's/.*start worker process //p' error.log | tail -n 1)
# load PATH: microseconds of the processor that the worker takes for a request. The kernel counts nanoseconds.
load() {
    before=$(cut -d ' ' -f 1 "/proc/$worker/schedstat")
    taskset -c 1 wrk -t 1 -c 16 -d "${seconds}s" -H 'apikey: 012345AZERTY!' -s report.lua "http://127.0.0.1:$port/$1" >loaded
    after=$(cut -d ' ' -f 1 "/proc/$worker/schedstat")
    ! grep -q ERRORS loaded || fail "requests to $1 failed"
    awk -v ns=$((after - before)) '/^RESULT/ { printf "%.3f\n", ns / 1000 / $2 }' loaded >>"$1.times"
}
setups='bare module lua resty kong'
for setup in $setups; do
    get -H 'apikey: x' "http://127.0.0.1:$port/$setup"
    is "$setup" 200 "$status"
    load "$setup" && rm "$setup.times"
done
i=0
while [ "$i" -lt "$rounds" ]; do
    i=$((i + 1))
    taskset -c 0 openssl speed -seconds "$seconds" ecdsap256 2>/dev/null | awk '/nistp256/ { printf "%.3f\n", 1000000 / $(NF - 1) }' >>sign.times
    for setup in $setups; do load "$setup"; done
done
median() {
    sort -n "$1.times" | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}
# line NAME WITH WITHOUT
line() {
    awk -v name="$1" -v with="$(median "$2")" -v without="$(median "$3")" -v sign="$(median sign)" 'BEGIN {
        printf "| %s | %.1f | %.1f | %.1f | %.2f |\n", name, without, with, with - without, (with - without) / sign }'
}
printf '%s, %s processors, load average %s; %s, %s; one worker, 16 connections; %s rounds of %s s\n\n' \
    "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | sed q)" "$(getconf _NPROCESSORS_ONLN)" "$(cut -d ' ' -f 1 /proc/loadavg)" \
    "$(nginx -v 2>&1 | sed 's|.*: ||')" "$(openssl version | cut -d ' ' -f 1-2)" "$rounds" "$seconds"
printf '| microseconds of the processor a request | without minting | with ES256 | difference | in bare signatures |\n|---|--:|--:|--:|--:|\n'
line 'the module for nginx' module bare
line 'resty.xcj' resty lua
line 'the plugin for Kong, on its stand-in' kong lua
printf '\nopenssl speed ecdsap256: %s microseconds a signature on one processor.\n' "$(median sign)"
stop_nginx
[ "$failures" -eq 0 ]
