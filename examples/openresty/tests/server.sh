# shellcheck shell=sh disable=SC2034,SC2154 # scenario/lib.sh sets work
# Sourced by lib.sh here and by the players of the scenario: nginx with its Lua module and resty.xcj. XCJ_EXAMPLES is examples, and
# XCJ_BUILD has libxcj.so.0.
XCJ_MODULE=/usr/lib/nginx/modules/ndk_http_module.so # nginx loads it before the Lua module, which needs it
lua_module=/usr/lib/nginx/modules/ngx_http_lua_module.so
packages_or_skip "$lua_module"
# shellcheck source=../../nginx/tests/server.sh
. "$XCJ_EXAMPLES/nginx/tests/server.sh"
# nginx may run as a user who cannot read the build directory.
mkdir lib
cp "$XCJ_BUILD/libxcj.so.0" lib/
cp -r "$XCJ_EXAMPLES/openresty/lib" lua
cp "$lua_module" lua.so
LD_LIBRARY_PATH=$work/lib
export LD_LIBRARY_PATH

# The workers that accept no connection any more, and the reloads that init_by_lua has refused.
ended_workers() {
    grep -c 'gracefully shutting down' error.log
}
refused_reloads() {
    grep -c 'init_by_lua error' error.log
}

# reload_lua: and wait until it counts; fails if it is refused. nginx -t does not run Lua, so that shows in the log.
reload_lua() {
    ended=$(($(ended_workers) + 2))
    refusals=$(refused_reloads)
    kill -HUP "$(cat nginx.pid)"
    for _ in $(seq 400); do
        [ "$(refused_reloads)" -eq "$refusals" ] || return 1
        [ "$(ended_workers)" -lt "$ended" ] || return 0
        sleep 0.05
    done
    return 1
}

stop_clean() {
    stop_nginx
    ! grep -E '\[alert\]|\[crit\]|exited on signal' error.log
}
