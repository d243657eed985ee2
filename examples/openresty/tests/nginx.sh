#!/bin/sh
# The nginx.conf of this example, unchanged but for paths and ports, with the files that README.md makes: four ways to
# authenticate, refusals, bound tokens, headers, reload.
# The variables in configurations are nginx's own.
# shellcheck disable=SC2016
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
example=$XCJ_SOURCE/examples/openresty
start_echo
http=$(free_port)
tls=$(free_port)
issuer=https://localhost:$tls/x-custom-jwt

readme_files "$example/README.md"
# A user whose name is not known as a consumer, and a client of another CA.
printf 'stranger:%s\n' "$(openssl passwd -apr1 x)" >>conf/xcj/htpasswd
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout stranger.key -out stranger.pem -days 2 -subj /CN=x 2>log

sed -e "s|modules/ndk_http_module.so|$work/module.so|" -e "s|modules/ngx_http_lua_module.so|$work/lua.so|" \
    -e "s|/run/nginx.pid|$work/nginx.pid|" -e "s|/etc/nginx|$work/conf|" -e "s|/usr/local/share/lua/5.1/|$work/lua/|" \
    -e "s|/var/log/nginx/access.log|$work/access.log|" -e "s|/var/log/nginx/error.log|$work/error.log|" \
    -e "s/:8000/:$http/" -e "s/:8443/:$tls/" -e "s/127.0.0.1:9000/127.0.0.1:$echo/" -e 's/worker_processes auto/worker_processes 2/' \
    -e "s|^http {|&\n    client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp; underscores_in_headers on; ignore_invalid_headers off;|" \
    -e 's|^        answer_jwks = .*|&\n        replaces = must(gateways.new({ minter = minter, methods = "basic", upstream_header = "Authorization", downstream_header = "X-Down" }))\n        binder = must(xcj.minter({ key = key, iss = "gw", aud = "service", identities = identities, bind = "certificate" }))\n        binds = must(gateways.new({ minter = binder, methods = "apikey" }))|' \
    -e 's|^        location = /x-custom-jwt/jwks {|        location /replaces { access_by_lua_block { replaces:access() } header_filter_by_lua_block { replaces:header_filter() } proxy_set_header Authorization $http_authorization; proxy_pass http://127.0.0.1:'"$echo"'; }\n        location /binds { access_by_lua_block { binds:access() } proxy_pass http://127.0.0.1:'"$echo"'; }\n&|' \
    "$example/nginx.conf" >conf/nginx.conf
run_nginx -t || cat said
start_nginx
gateway=http://127.0.0.1:$http
secure=https://localhost:$tls

# checked NAME CLIENT_ID CONSUMER: the one token that the service received, by the keys that its jku leads to.
checked() {
    is "$1, status" 200 "$status"
    is "$1, one token" 1 "$(received_token | wc -l | tr -d ' ')"
    token=$(received_token)
    curl -s --cacert conf/xcj/server.pem "$issuer/jwks" >fetched.json
    "$XCJ" verify --jwks fetched.json --iss "$issuer" --aud "http://127.0.0.1:$echo/anything" "$token" >claims 2>log ||
        fail "$1: the token does not verify: $(cat log)"
    is "$1, client_id" "$2" "$(jq -r .client_id claims)"
    is "$1, act" "{\"client_id\":\"$3\"}" "$(jq -c .act claims)"
    is "$1, no credential to the service" '' "$(received authorization)$(received apikey)$(received dpop)"
}
refusal='{"ErrorMessage":"You are not authorized to access to this service"}'

is 'two keys are published' '["key-1","key-2"]' "$(curl -s --cacert conf/xcj/server.pem "$issuer/jwks" | jq -c '[.keys[].kid]')"

inbound=$("$XCJ" mint --key idp/private.json --claims '{"clientId":"contact@konghq.com","realm_access":{"roles":["a"]},"n":1.10}')
get -H "Authorization: Bearer $inbound" "$gateway/oidc"
checked Bearer contact@konghq.com contact@konghq.com-ID1
is 'Bearer, kept' '{"clientId":"contact@konghq.com","realm_access":{"roles":["a"]},"n":1.10,"client_id":' "$(cut -c 1-85 claims)"
get -H "authorization: bearer   $inbound" "$gateway/oidc"
checked 'bearer in lower case' contact@konghq.com contact@konghq.com-ID1
answers 'Bearer, forged' 401 "$refusal" -H "Authorization: Bearer $(printf '%s' "$inbound" | sed 's/.....$/AAAAA/')" "$gateway/oidc"
is 'Bearer, challenge' Bearer "$(field www-authenticate)"
is 'Bearer, JSON' application/json "$(field content-type)"
old=$("$XCJ" mint --key idp/private.json --now 1000000000 --claims '{"clientId":"contact@konghq.com"}')
answers 'Bearer, expired' 401 "$refusal" -H "Authorization: Bearer $old" "$gateway/oidc"
answers 'Bearer, xBearer' 401 "$refusal" -H "Authorization: xBearer $inbound" "$gateway/oidc"
answers 'Bearer, an API key beside it' 401 "$refusal" -H 'apikey: 012345AZERTY!' "$gateway/oidc"
# nginx itself refuses it, and logs it.
get -H "Authorization: Bearer $old" -H "Authorization: Bearer $old" "$gateway/oidc"
checks=$((checks + 1))
case $status in 400 | 401) ;; *) fail "two Authorization headers: $status" ;; esac

get -u 'my-user:My p@ssword!' "$gateway/basicAuth"
checked Basic my-user contact@konghq.com-ID1
get -u 'my-user:wrong' "$gateway/basicAuth"
is 'Basic, wrong password' 401 "$status"
lacks 'Basic, wrong password: nginx itself answers' body ErrorMessage
answers 'Basic, no consumer' 401 "$refusal" -u stranger:x "$gateway/basicAuth"
is 'Basic, challenge' 'Basic realm="gateway", charset="UTF-8"' "$(field www-authenticate)"

# In Authorization itself, the token replaces the credential that it is made from.
get -u my-user:x "$gateway/replaces"
is 'Authorization, status' 200 "$status"
is 'Authorization, one' 1 "$(received authorization | wc -l | tr -d ' ')"
is 'Authorization, downstream' "$(received authorization)" "Bearer $(field x-down)"
is 'Authorization, client_id' my-user "$("$XCJ" inspect --json "$(field x-down)" | jq -r .claims.client_id)"

get --cacert conf/xcj/server.pem --cert conf/xcj/client.pem --key conf/xcj/client.key "$secure/mtlsAuth"
checked mTLS 'CN=my-machine,O=Example,C=FR' contact@konghq.com-ID1
answers 'mTLS, no certificate' 401 "$refusal" --cacert conf/xcj/server.pem "$secure/mtlsAuth"
answers 'mTLS, no TLS' 401 "$refusal" "$gateway/mtlsAuth"
get --cacert conf/xcj/server.pem --cert stranger.pem --key stranger.key "$secure/mtlsAuth"
is 'mTLS, the certificate of a stranger' 400 "$status"

get -H 'apikey: 012345AZERTY!' "$gateway/apiKey"
checked 'API key' my-app contact@konghq.com-ID1
get --cacert conf/xcj/server.pem --cert conf/xcj/client.pem --key conf/xcj/client.key -H 'apikey: 012345AZERTY!' "$secure/binds"
is 'API key, bound to the certificate of the connection' \
    "$(openssl x509 -in conf/xcj/client.pem -outform DER | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d =)" \
    "$("$XCJ" inspect --json "$(received_token)" | jq -r '.claims.cnf["x5t#S256"]')"
answers 'API key, bound, no certificate' 401 "$refusal" --cacert conf/xcj/server.pem -H 'apikey: 012345AZERTY!' "$secure/binds"
answers 'API key, unknown' 401 "$refusal" -H 'apikey: guess' "$gateway/apiKey"
answers 'API key, empty' 401 "$refusal" -H 'apikey;' "$gateway/apiKey"
answers 'API key, none' 401 "$refusal" "$gateway/apiKey"
answers 'API key, twice' 401 "$refusal" -H 'apikey: 012345AZERTY!' -H 'apikey: 012345AZERTY!' "$gateway/apiKey"
get -u 'victim:x' -H 'apikey: 012345AZERTY!' "$gateway/apiKey"
checked 'API key beside a Basic one' my-app contact@konghq.com-ID1

# Nothing that a service could mistake for the token comes through. curl sends these as they are.
get -H 'apikey: 012345AZERTY!' -H 'X-Custom-Jwt: spoof' -H 'x-custom-jwt: spoof' -H 'X_Custom_Jwt: spoof' -H 'X.Custom-Jwt: spoof' \
    -H 'X-Custom-Jwt2: kept' "$gateway/apiKey"
checked 'spoofed' my-app contact@konghq.com-ID1
lacks 'spoofed' body spoof
is 'another header' kept "$(received x-custom-jwt2)"
for i in $(seq 120); do printf 'header = "X-Filler-%s: x"\n' "$i"; done >many
printf 'header = "X_Custom_Jwt: spoof"\n' >>many
get -K many -H 'apikey: 012345AZERTY!' "$gateway/apiKey"
checked 'spoofed behind 120 headers' my-app contact@konghq.com-ID1
lacks 'spoofed behind 120 headers' body spoof

# A token that is bound to a key needs a proof, each for one request, in any worker.
"$XCJ" keygen --alg ES256 -o client.json 2>log
bound=$("$XCJ" mint --key idp/private.json --claims "{\"clientId\":\"contact@konghq.com\",\"cnf\":{\"jkt\":\"$("$XCJ" thumbprint client.json)\"}}")
proof() {
    "$XCJ" dpop --key client.json --htm GET --htu "$secure$1" --bearer "$bound"
}
first=$(proof /oidc)
get -H "Authorization: DPoP $bound" -H "DPoP: $first" "$gateway/oidc?q=1"
checked 'DPoP' contact@konghq.com contact@konghq.com-ID1
is 'DPoP, cnf is not copied' null "$(jq -c .cnf claims)"
for i in 1 2 3 4; do answers "DPoP, the same proof again, $i" 401 "$refusal" -H "Authorization: DPoP $bound" -H "DPoP: $first" "$gateway/oidc"; done
is 'DPoP, challenge' 'DPoP error="invalid_dpop_proof"' "$(field www-authenticate)"
answers 'DPoP, another path' 401 "$refusal" -H "Authorization: DPoP $bound" -H "DPoP: $(proof /other)" "$gateway/oidc"
answers 'DPoP, two proofs' 401 "$refusal" -H "Authorization: DPoP $bound" -H "DPoP: $(proof /oidc)" -H "DPoP: $(proof /oidc)" "$gateway/oidc"
answers 'DPoP, none' 401 "$refusal" -H "Authorization: DPoP $bound" "$gateway/oidc"
answers 'DPoP, as Bearer' 401 "$refusal" -H "Authorization: Bearer $bound" "$gateway/oidc"

# A reload with a key that cannot sign keeps the old configuration; one with the next key signs with it.
cp conf/xcj/active.json active.json
printf '{"kty":"RSA"}' >conf/xcj/active.json
kill -HUP "$(cat nginx.pid)"
for _ in $(seq 100); do
    grep -q 'init_by_lua error' error.log && break
    sleep 0.05
done
has 'a reload with a wrong key' error.log 'XCJ_ERR_KEY'
get -H 'apikey: 012345AZERTY!' "$gateway/apiKey"
checked 'after a failed reload' my-app contact@konghq.com-ID1
cp conf/xcj/next.json conf/xcj/active.json
cp active.json conf/xcj/next.json
reload_nginx || fail 'the reload'
get -H 'apikey: 012345AZERTY!' "$gateway/apiKey"
checked 'after a reload' my-app contact@konghq.com-ID1
is 'after a reload, kid' key-2 "$("$XCJ" inspect --json "$(received_token)" | jq -r .header.kid)"

has 'the log says why' error.log 'XCJ_ERR_SIGNATURE: '
for secret in "$inbound" "$bound" 'My p@ssword!' "$(jq -r .d active.json)"; do
    lacks 'error log' error.log "$secret"
done
stop_nginx
lacks 'error log' error.log '[alert]'
lacks 'error log' error.log '[crit]'
lacks 'error log' error.log '[error] worker'
finish
