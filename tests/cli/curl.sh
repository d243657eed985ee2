#!/bin/sh
# mint --format header is what curl -H @- wants: curl sends it, nginx says what it got, and that verifies.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip curl nginx
"$XCJ" keygen --alg ES256 --kid k -o key.json --jwks-out jwks.json || fail 'keygen'

cat >nginx.conf <<CONF
daemon off;
worker_processes 1;
pid $work/nginx.pid;
error_log $work/error.log;
events {}
http {
    access_log off;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    server {
        listen unix:$work/socket;
        default_type text/plain;
        location /custom { return 200 "\$http_x_custom_jwt"; }
        location /authorization { return 200 "\$http_authorization"; }
    }
}
CONF
nginx -p "$work" -e "$work/error.log" -c "$work/nginx.conf" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
tries=0
until [ -S socket ] || [ $tries -ge 100 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
[ -S socket ] || { cat error.log && exit 1; }

# get PATH: what the server got in the field of this path, sent with the header line of standard input.
get() {
    curl --silent --show-error --fail --max-time 10 --unix-socket socket -H @- "http://localhost$1"
}
"$XCJ" mint --key key.json --sub alice --format header | get /custom >got || fail 'curl'
accept 'the token that the server got' verify --jwks jwks.json @got
out_has 'the token that the server got' '"sub":"alice"'

printf '{"upstream_custom_jwt_header":"Authorization","iss":"https://gw.example","private_jwk":%s}' "$(cat key.json)" >plugin.json
"$XCJ" mint --config plugin.json --apikey caller --aud http://api.example --no-consumer --format header | get /authorization >got || fail 'curl'
grep -q '^Bearer ey' got || fail "Authorization: $(cat got)"
sed 's/^Bearer //' got >token
accept 'the Bearer token that the server got' verify --jwks jwks.json --aud http://api.example @token
finish
