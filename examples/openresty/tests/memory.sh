#!/bin/sh
# Requests under load while nginx reloads: each is answered, and a worker's memory stays flat over REQUESTS (20000).
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip wrk
requests=${REQUESTS:-20000}
port=$(free_port)
"$XCJ" keygen --alg ES256 --kid k -o conf/key.json 2>log
"$XCJ" keygen --alg ES256 --kid idp -o idp.json --jwks-out conf/idp-set.json 2>log
configure "load_module $work/lua.so; worker_processes 1;" <<CONF
    access_log off;
    keepalive_requests 1000000000;
    lua_package_path "$work/lua/?.lua;;";
    init_by_lua_block {
        local xcj, gateways = require("resty.xcj"), require("resty.xcj.gateway")
        local must = xcj.must
        local function read(name)
            local file = assert(io.open("$work/conf/" .. name, "rb"))
            local text = file:read("*a")
            file:close()
            return text
        end
        gateway = must(gateways.new({ methods = "bearer", minter = must(xcj.minter({
            key = read("key.json"), iss = "https://gw", aud = "https://a", consumer_optional = true,
            bearer_verifier = must(xcj.verifier({ keys = read("idp-set.json") })),
        })) }))
    }
    server {
        listen 127.0.0.1:$port;
        location /ok { access_by_lua_block { gateway:access() } content_by_lua_block { ngx.print("ok") } }
        location /memory { content_by_lua_block { ngx.print(collectgarbage("count")) } }
    }
CONF
sed -i '/access.log;$/d' conf/nginx.conf
start_nginx
gateway=http://127.0.0.1:$port
token=$("$XCJ" mint --key idp.json --claims '{"clientId":"app"}' --expires-in 12h)
# load SECONDS CURL_WORD...: how many requests, and that all were answered with 200.
load() {
    seconds=$1
    shift
    wrk -t 1 -c 16 -d "${seconds}s" -H "Authorization: Bearer $token" -s "$XCJ_EXAMPLES/scenario/check.lua" "$@" "$gateway/ok" >loaded 2>&1
    result=$(sed -n 's/^RESULT //p' loaded)
    is 'requests that failed' '0 0' "${result#* }"
    done=$((done + ${result%% *}))
}
worker_memory() {
    awk '/^VmRSS/ { print $2 }' "/proc/$(sed -n 's/.*start worker process //p' error.log | tail -n 1)/status"
}

done=0
load 1
warm=$(worker_memory)
done=0
while [ "$done" -lt "$requests" ]; do load "$([ "$requests" -gt 100000 ] && echo 60 || echo 1)"; done
grown=$(($(worker_memory) - warm))
printf 'memory of the worker: %s KiB when warm, %s KiB more after %s requests\n' "$warm" "$grown" "$done"
checks=$((checks + 1))
[ "$grown" -lt 2048 ] || fail "the worker has grown by $grown KiB"

# The service behind it answers nothing else than 200, so a lost request would show. A connection carries one request.
(load 3 -H 'Connection: close'; printf '%s\n' "$failures" >reloaded) >reloading 2>&1 &
load=$!
sleep 0.5
for _ in 1 2 3; do
    reload_nginx || fail 'a reload'
    sleep 0.5
done
wait "$load"
is 'requests during reloads' 0 "$(cat reloaded)"
cat reloading
stop_nginx
lacks 'alerts' error.log '[alert]'
lacks 'crashes' error.log 'exited on signal'
finish
