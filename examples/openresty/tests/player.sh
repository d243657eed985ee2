# shellcheck shell=sh disable=SC2034,SC2154 # run.sh, which sources this file, sets the ports and reads player_logs
# Plays examples/scenario in nginx with its Lua module and resty.xcj.
# shellcheck source=server.sh
. "$XCJ_EXAMPLES/openresty/tests/server.sh"
player_logs='error.log access.log'

# nginx itself logs a header that a client sends twice, at the level info.
player_start() {
    configure "load_module $work/lua.so; worker_processes 2;" <<CONF
    error_log $work/error.log notice;
    ssl_certificate $work/server.pem; ssl_certificate_key $work/server.key; ssl_client_certificate $work/client-ca.pem;
    proxy_set_header Authorization ""; proxy_set_header apikey "";
    $(nginx_service "$echo")
    underscores_in_headers on; ignore_invalid_headers off;
    lua_package_path "$work/lua/?.lua;;";
    init_by_lua_block {
        local xcj, gateways = require("resty.xcj"), require("resty.xcj.gateway")
        local function read(name)
            local file = assert(io.open("$work/" .. name, "rb"))
            local text = file:read("*a")
            file:close()
            return text
        end
        local minter = xcj.must(xcj.minter({
            key = read("gw.json"), iss = "https://gw", aud = "https://service", expires_in = 300,
            identities = xcj.must(xcj.identities(read("identities.json"))),
            bearer_verifier = xcj.must(xcj.verifier({
                keys = read("idp-set.json"), issuer = "https://idp", audiences = { "gateway" }, algs = { "RS256", "ES256" },
            })),
        }))
        local function gateway(methods)
            return xcj.must(gateways.new({ minter = minter, methods = methods }))
        end
        bearer, basic, mtls, apikey = gateway("bearer"), gateway("basic"), gateway("client_cert"), gateway("apikey")
        any = gateway(xcj.methods.bearer + xcj.methods.apikey)
    }
    server {
        listen 127.0.0.1:$http;
        listen 127.0.0.1:$https ssl;
        ssl_verify_client optional;
        location /plain { proxy_pass http://service; }
        location /bearer { access_by_lua_block { bearer:access() } proxy_pass http://service; }
        location /basic { auth_basic gateway; auth_basic_user_file $work/htpasswd; access_by_lua_block { basic:access() } proxy_pass http://service; }
        location /mtls { access_by_lua_block { mtls:access() } proxy_pass http://service; }
        location /apikey { access_by_lua_block { apikey:access() } proxy_pass http://service; }
        location /any { access_by_lua_block { any:access() } proxy_pass http://service; }
    }
CONF
    start_nginx
}

player_reload() {
    reload_lua
}

player_stop() {
    stop_clean
}
