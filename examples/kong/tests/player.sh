# shellcheck shell=sh disable=SC2034,SC2154 # run.sh, which sources this file, sets the ports and reads player_logs
# Plays examples/scenario with the strict plugin, in nginx with its Lua module and a stand-in for Kong. In the place of Kong's
# authentication plugins, nginx checks passwords and certificates, and the plugin itself tokens and API keys.
# shellcheck source=server.sh
. "$XCJ_EXAMPLES/kong/tests/server.sh"
player_logs='error.log access.log'

write_configs() {
    jq -n --rawfile key gw.json --rawfile jwks idp-set.json --rawfile identities identities.json '
        {strict: true, private_jwk: $key, iss: "https://gw", jku: "https://gw/jwks", expires_in: 300, audiences: ["https://service"],
         identities: $identities, issuers: [{iss: "https://idp", jwks: $jwks, audiences: ["gateway"], algs: ["RS256", "ES256"]}]} as $all |
        {bearer: ($all + {methods: ["bearer"]}), basic: ($all + {methods: ["basic"]}), mtls: ($all + {methods: ["client_cert"]}),
         apikey: ($all + {methods: ["apikey"]}), any: ($all + {methods: ["bearer", "apikey"]})}' >conf/configs.json
}

player_start() {
    write_configs
    {
        plugin_lua true
        cat <<CONF
    error_log $work/error.log notice;
    ssl_certificate $work/server.pem; ssl_certificate_key $work/server.key; ssl_client_certificate $work/client-ca.pem;
    proxy_set_header Authorization ""; proxy_set_header apikey "";
    $(nginx_service "$echo")
    underscores_in_headers on; ignore_invalid_headers off;
    rewrite_by_lua_block { ngx.ctx.standin = {} }
    server {
        listen 127.0.0.1:$http;
        listen 127.0.0.1:$https ssl;
        ssl_verify_client optional;
        location /plain { proxy_pass http://service; }
        location /bearer { access_by_lua_block { handler:access(configs.bearer) } proxy_pass http://service; }
        location /basic { auth_basic gateway; auth_basic_user_file $work/htpasswd; access_by_lua_block { handler:access(configs.basic) } proxy_pass http://service; }
        location /mtls { access_by_lua_block { handler:access(configs.mtls) } proxy_pass http://service; }
        location /apikey { access_by_lua_block { handler:access(configs.apikey) } proxy_pass http://service; }
        location /any { access_by_lua_block { handler:access(configs.any) } proxy_pass http://service; }
    }
CONF
    } | configure "load_module $work/lua.so; worker_processes 2;"
    start_nginx
}

player_reload() {
    write_configs
    reload_lua
}

player_stop() {
    stop_clean
}
