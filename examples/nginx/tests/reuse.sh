#!/bin/sh
# Tokens that are used again, and verified tokens that are cached: never for another caller or other claims, never beyond the
# inbound token's time, and not after its key was withdrawn.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
port=$(free_port)
"$XCJ" keygen --alg ES256 --kid gw -o conf/gw.json --jwks-out conf/gw.jwks
"$XCJ" keygen --alg RS256 --kid rs -o conf/rs.json --jwks-out conf/rs.jwks
"$XCJ" keygen --alg ES256 --kid idp -o conf/idp.json --jwks-out conf/idp.jwks
"$XCJ" keygen --alg ES256 --kid new -o conf/new.json --jwks-out conf/new.jwks
cp conf/idp.jwks conf/set.json
configure 'worker_processes 1; thread_pool two threads=2;' <<CONF
    xcj_private_jwk gw.json; xcj_iss https://gw; xcj_aud a; xcj_consumer_required off; xcj_verbose on;
    xcj_auth apikey; xcj_preauthenticated apikey; xcj_reuse 1m 1m;
    server {
        listen 127.0.0.1:$port;
        xcj on;
        location /reused { xcj_claim role \$http_x_role; proxy_pass http://127.0.0.1:$echo; }
        location /pool { xcj_private_jwk rs.json; xcj_thread_pool two; proxy_pass http://127.0.0.1:$echo; }
        location /fresh { xcj_reuse off; proxy_pass http://127.0.0.1:$echo; }
        location /bearer {
            xcj_auth bearer; xcj_bearer_jwks set.json cache=1m cache_age=60s; xcj_bearer_clientid_claim sub;
            proxy_pass http://127.0.0.1:$echo;
        }
        location = /introspect { xcj off; xcj_introspect; xcj_introspect_jwks gw.jwks cache=64k; }
    }
CONF
cp conf/nginx.conf good.conf
start_nginx
gateway=http://127.0.0.1:$port

# token NAME PATH [CURL_WORD...]: the token that the service received, and whose it is, which is checked.
token() {
    token_name=$1
    token_path=$2
    token_of=$3
    shift 3
    get "$@" "$gateway$token_path"
    is "$token_name" 200 "$status"
    token=$(received_token)
    "$XCJ" verify --jwks "$keys" "$token" >claims || fail "$token_name: the token"
    is "$token_name, whose" "$token_of" "$(jq -r .client_id claims)"
}
keys=conf/gw.jwks
for path in /reused /pool; do
    [ "$path" = /reused ] || keys=conf/rs.jwks
    token "$path, first" "$path" alice -H 'apikey: alice'
    first=$token
    token "$path, again" "$path" alice -H 'apikey: alice'
    is "$path: the same token" "$first" "$token"
    token "$path, another caller" "$path" bob -H 'apikey: bob'
    token "$path, the first caller" "$path" alice -H 'apikey: alice'
    is "$path: still the same token" "$first" "$token"
    get "$gateway$path"
    is "$path without a credential" 401 "$status"
done
keys=conf/gw.jwks
token 'a role' /reused alice -H 'apikey: alice' -H 'X-Role: admin'
is 'the role' admin "$(jq -r .role claims)"
token 'no role' /reused alice -H 'apikey: alice'
is 'no role' null "$(jq -r .role claims)"
token 'off, first' /fresh alice -H 'apikey: alice'
first=$token
token 'off, again' /fresh alice -H 'apikey: alice'
[ "$first" != "$token" ] || fail 'a token is used again where reuse is off'

# inbound SECONDS: a token of alice that lasts so long.
inbound() {
    bearer=$("$XCJ" mint --key conf/idp.json --claims '{"sub":"alice"}' --expires-in "$1")
}
inbound 600
token 'inbound' /bearer alice -H "Authorization: Bearer $bearer"
first=$token
token 'inbound again' /bearer alice -H "Authorization: Bearer $bearer"
is 'inbound: the same token' "$first" "$token"
good=$bearer
get -H "Authorization: Bearer ${good}A" "$gateway/bearer"
is 'a changed token, with a warm cache' 401 "$status"
get "$gateway/bearer"
is 'no token, with a warm cache' 401 "$status"
inbound 3
token 'a short token' /bearer alice -H "Authorization: Bearer $bearer"
is 'it is not replaced by a longer one' true "$(jq '.exp - .iat <= 3' claims)"
sleep 4
get -H "Authorization: Bearer $bearer" "$gateway/bearer"
is 'a token that expired in the cache' 401 "$status"
has 'a token that expired in the cache' body passed
token 'one that did not' /bearer alice -H "Authorization: Bearer $good"

# The key is withdrawn.
cp conf/new.jwks conf/set.json
reload_nginx || fail 'reload'
get -H "Authorization: Bearer $good" "$gateway/bearer"
is 'a token of a withdrawn key' 401 "$status"
bearer=$("$XCJ" mint --key conf/new.json --claims '{"sub":"alice"}' --expires-in 600)
token 'a token of the new key' /bearer alice -H "Authorization: Bearer $bearer"
stop_nginx

while IFS='|' read -r name line text; do
    rejects "$name" 1 "$text" <<CONF
server { listen 127.0.0.1:$port; location / { xcj on; xcj_private_jwk gw.json; xcj_iss i; xcj_aud a; xcj_consumer c; $line proxy_pass http://127.0.0.1:1; } }
CONF
done <<'LIST'
more than half|xcj_auth apikey; xcj_preauthenticated apikey; xcj_expires_in 60s; xcj_reuse 31s;|half of expires_in
no time|xcj_auth apikey; xcj_preauthenticated apikey; xcj_reuse 0;|not 1 second or more
no size|xcj_auth apikey; xcj_preauthenticated apikey; xcj_reuse 1m 1k;|at least 64k
a cache that is too small|xcj_auth bearer; xcj_bearer_jwks gw.jwks cache=1k;|at least 64k
no age|xcj_auth bearer; xcj_bearer_jwks gw.jwks cache=1m cache_age=0;|not 1 second or more
an age without a cache|xcj_auth bearer; xcj_bearer_jwks gw.jwks cache_age=5s;|cache_age
LIST
finish
