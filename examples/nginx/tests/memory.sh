#!/bin/sh
# AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer look on while the module is configured, serves, refuses, signs
# in threads, is reloaded and ends. nginx itself is not built with them; what is said of its own leaks at exit is left aside.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
XCJ_PRELOAD=$("${XCJ_CC:-cc}" -print-file-name=libasan.so)
[ -e "$XCJ_PRELOAD" ] || skip "$XCJ_CC has no libasan.so"
ASAN_OPTIONS=log_path=$work/report:detect_leaks=1:exitcode=0
export ASAN_OPTIONS
start_echo
port=$(free_port)
"$XCJ" keygen --alg RS256 --kid rs -o conf/rs.json
"$XCJ" keygen --alg ES256 --kid es -o conf/es.json --jwks-out conf/set.json
printf '{"iss":"https://gw","private_jwk":%s}' "$(cat conf/rs.json)" >conf/config.json
printf '{"apikeys":{"%s":{"client_id":"a","consumer":"c"}}}' "$(printf a | sha256sum | cut -c 1-64)" >conf/identities.json
configure 'worker_processes 1; thread_pool two threads=2;' <<CONF
    xcj_jwks_zone keys:256k /_jwks min_fresh=1s cool_down=1s;
    log_format all '\$xcj_client_id \$xcj_error \$xcj_token';
    access_log $work/all.log all;
    server {
        listen 127.0.0.1:$port;
        xcj_private_jwk rs.json; xcj_iss https://gw; xcj_aud https://a; xcj_auth apikey; xcj_preauthenticated apikey; xcj_consumer \$xcj_client_id; xcj_verbose on;
        location / { xcj on; xcj_downstream_header X-Down; proxy_pass http://127.0.0.1:$echo; }
        location /pool { xcj on; xcj_thread_pool two; error_page 502 = /off; proxy_pass http://127.0.0.1:$echo; }
        location /moves { xcj on; xcj_thread_pool two; error_page 502 = /pool; proxy_pass http://127.0.0.1:1; }
        location /off { proxy_pass http://127.0.0.1:$echo; }
        location /bearer { xcj on; xcj_private_jwk es.json; xcj_auth bearer; xcj_bearer_jwks set.json; proxy_pass http://127.0.0.1:$echo; }
        location /known { xcj on; xcj_identities identities.json; proxy_pass http://127.0.0.1:$echo; }
        location = /jwks { xcj_jwks es.json; }
        location = /_jwks { internal; alias conf/set.json; }
        location /fetched { xcj on; xcj_private_jwk es.json; xcj_auth bearer; xcj_bearer_jwks zone=keys; proxy_pass http://127.0.0.1:$echo; }
        location = /introspect { xcj_introspect; xcj_introspect_jwks set.json; }
    }
    server {
        listen 127.0.0.1:$port;
        server_name object;
        xcj_aud a; xcj_consumer c;
        location / { xcj on; xcj_config config.json; xcj_kong_order on; xcj_bearer_jwks off; xcj_preauthenticated basic apikey; proxy_pass http://127.0.0.1:$echo; }
    }
CONF
cp conf/nginx.conf good.conf
start_nginx
gateway=http://127.0.0.1:$port
bearer=$("$XCJ" mint --key conf/es.json --claims '{"clientId":"them","client_id":"es"}')
for round in 1 2 3; do
    for path in / /pool /moves /known; do
        get -H 'apikey: a' -H 'X-Custom-Jwt: spoof' "$gateway$path"
        is "round $round, $path" 200 "$status"
        "$XCJ" verify --jwks conf/rs.json "$(received_token)" >claims || fail "round $round, $path"
        get "$gateway$path"
        is "round $round, $path refused" 401 "$status"
    done
    get -H "Authorization: Bearer $bearer" "$gateway/bearer"
    is "round $round, bearer" 200 "$status"
    get -H "Authorization: Bearer $bearer." "$gateway/bearer"
    is "round $round, bearer refused" 401 "$status"
    get -H "Authorization: Bearer $bearer" "$gateway/fetched"
    is "round $round, a fetched set" 200 "$status"
    get -H "Authorization: Bearer $("$XCJ" mint --key conf/es.json --kid none --claims '{"clientId":"them"}')" "$gateway/fetched"
    is "round $round, an unknown kid" 401 "$status"
    answers "round $round, introspect" 200 '{"message":"Ok"}' -H "Authorization: Bearer $bearer" "$gateway/introspect"
    get "$gateway/jwks"
    is "round $round, jwks" 200 "$status"
    get -H 'Host: object' -u a:b "$gateway/"
    is "round $round, object" 200 "$status"
    # One reload that succeeds, and one that fails late.
    sed 's/xcj_jwks es.json/xcj_jwks es.json none.json/' good.conf >conf/nginx.conf
    kill -HUP "$(cat nginx.pid)"
    sleep 0.3
    cp good.conf conf/nginx.conf
    reload_nginx || fail "round $round, reload"
    sleep 0.3
done
stop_nginx
# `nginx -t` ends without giving its configuration back.
ASAN_OPTIONS=log_path=$work/report:detect_leaks=0 run_nginx -t || fail 'the test of a configuration'
sleep 0.3
for report in report.*; do
    [ -e "$report" ] || continue
    checks=$((checks + 1))
    # A leak is a block of lines with a call stack.
    if grep -qE 'xcj|AddressSanitizer: (heap|stack|global|use|dou|alloc|SEGV)|runtime error' "$report"; then
        fail "$report"
        cat "$report"
    fi
done
lacks 'crashes' error.log 'exited on signal'
lacks 'runtime errors' error.log 'runtime error'
lacks 'runtime errors' said 'runtime error'
lacks 'alerts' error.log '[alert]'
is 'failed reloads' 3 "$(grep -c 'none.json" cannot be opened' error.log)"
finish
