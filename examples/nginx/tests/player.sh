# shellcheck shell=sh disable=SC2034,SC2154 # run.sh, which sources this file, sets the ports and reads player_logs
# Plays examples/scenario in nginx.
XCJ_MODULE=$XCJ_BUILD/examples/nginx/ngx_http_xcj_module.so
[ -e "$XCJ_MODULE" ] || skip 'the nginx module is not built (Debian package nginx-dev)'
# shellcheck source=server.sh
. "$XCJ_EXAMPLES/nginx/tests/server.sh"
player_logs='error.log access.log'

# nginx itself logs a header that a client sends twice, at the level info.
player_start() {
    configure 'worker_processes 2;' <<CONF
    error_log $work/error.log notice;
    ssl_certificate $work/server.pem; ssl_certificate_key $work/server.key; ssl_client_certificate $work/client-ca.pem;
    xcj_private_jwk $work/gw.json; xcj_iss https://gw; xcj_aud https://service; xcj_expires_in 300s; xcj_identities $work/identities.json;
    xcj_bearer_jwks $work/idp-set.json iss=https://idp aud=gateway alg=RS256,ES256;
    proxy_set_header Authorization ""; proxy_set_header apikey "";
    $(nginx_service "$echo")
    underscores_in_headers on; ignore_invalid_headers off;
    server {
        listen 127.0.0.1:$http;
        listen 127.0.0.1:$https ssl;
        ssl_verify_client optional;
        location /plain { proxy_pass http://service; }
        location /bearer { xcj on; xcj_auth bearer; proxy_pass http://service; }
        location /basic { xcj on; xcj_auth basic; auth_basic gateway; auth_basic_user_file $work/htpasswd; proxy_pass http://service; }
        location /mtls { xcj on; xcj_auth client_cert; proxy_pass http://service; }
        location /apikey { xcj on; xcj_auth apikey; proxy_pass http://service; }
        location /any { xcj on; xcj_auth bearer apikey; proxy_pass http://service; }
    }
CONF
    start_nginx
}

player_reload() {
    run_nginx -t && reload_nginx
}

player_stop() {
    stop_nginx
    ! grep -E '\[alert\]|\[crit\]|exited on signal' error.log
}
