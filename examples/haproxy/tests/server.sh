# shellcheck shell=sh disable=SC2154 # scenario/lib.sh sets work
# Sourced by the tests here and by the player of the scenario: HAProxy with this folder's haproxy.cfg and gateway.lua, in which only
# places, ports and names are changed, as a master with a worker of two threads.
packages_or_skip haproxy
lua=$(haproxy -vv | sed -n 's/^Built with Lua version : Lua \(5\.[0-9]*\).*/\1/p')
XCJ_LUA=$XCJ_BUILD/examples/haproxy/$lua
[ -e "$XCJ_LUA/xcj.so" ] || skip "the module for Lua $lua, which HAProxy has, is not built (Debian package liblua$lua-dev)"

kill_haproxy() {
    [ ! -s "$work/haproxy.pid" ] || kill "$(cat "$work/haproxy.pid")" 2>/dev/null
}
at_exit kill_haproxy

# configure_haproxy HTTP HTTPS SERVICE
configure_haproxy() {
    cat server.pem server.key >server.both.pem
    cp "$XCJ_EXAMPLES/haproxy/xcj_haproxy.lua" "$XCJ_LUA/xcj.so" .
    sed -e "s|/usr/local/lib/xcj|$work|; s|/etc/haproxy/xcj|$work|g; s|jwks.json|gw-set.json|; s|:8000|:$1|; s|:8443|:$2|; s|127.0.0.1:9000|127.0.0.1:$3|" \
        -e "s|^global\$|&\n    nbthread 2|; s|^    default_backend|    use_backend plain if { path_beg /plain }\n&|; s|^backend service|backend plain\n    server service 127.0.0.1:$3\n\n&|; s|user my-user password @PASSWORD@|user user password $(openssl passwd -5 pass:word)|" \
        "$XCJ_EXAMPLES/haproxy/haproxy.cfg" >haproxy.cfg
    sed -e "s|/etc/haproxy/xcj|$work|; s|active.json|gw.json|; s|idp.json|idp-set.json|; s|jwks.json|gw-set.json|; s|https://idp.example|https://idp|" \
        -e 's|https://localhost:8443|https://gw|; s|http://127.0.0.1:9000/|https://service|; s|^    minter = {|&\n        expires_in = 300,|' \
        "$XCJ_EXAMPLES/haproxy/gateway.lua" >gateway.lua
}

run_haproxy() {
    unprivileged haproxy -f "$work/haproxy.cfg" -p "$work/haproxy.pid" "$@"
}

# workers: the processes of the master.
workers() {
    cat /proc/"$(cat haproxy.pid)"/task/*/children 2>/dev/null
}

start_haproxy() {
    run_haproxy -W >haproxy.log 2>&1 &
    listens "$http" || {
        fail 'HAProxy does not start'
        cat haproxy.log
        exit 1
    }
}

# reload_haproxy: and wait until the old worker has ended. With files that HAProxy refuses, the old one stays.
reload_haproxy() {
    old=$(workers)
    if ! run_haproxy -c >said 2>&1; then
        kill -USR2 "$(cat haproxy.pid)"
        sleep 0.5
        return 1
    fi
    kill -USR2 "$(cat haproxy.pid)"
    for pid in $old; do ends "$pid" || return 1; done
}

stop_haproxy() {
    pid=$(cat haproxy.pid)
    kill -USR1 "$pid"
    ends "$pid"
}
