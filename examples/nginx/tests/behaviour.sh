#!/bin/sh
# What a request and its answer look like: fields, bodies, redirects within nginx, subrequests, threads, variables, logs.
# The variables in configurations are nginx's own.
# shellcheck disable=SC2016
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
port=$(free_port)
tls=$(free_port)
plain=$(free_port)
for alg in RS256 PS384 ES256 EdDSA HS256; do "$XCJ" keygen --alg $alg --kid $alg -o conf/$alg.json; done
"$XCJ" jwks conf/RS256.json conf/PS384.json conf/ES256.json conf/EdDSA.json >public.json
printf '{"kty":"oct","kid":"raw","alg":"SH256","k":"a raw secret, not base64url at all"}' >conf/raw.json
printf '{"config":{"iss":"https://gw","private_jwk":%s,"upstream_custom_jwt_header":"Authorization","downstream_custom_jwt_header":"X-Down","apikey_header":"X-Key","verbose":true,"expires_in":60}}' "$(cat conf/ES256.json)" >conf/config.json
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout conf/server.key -out conf/server.pem -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>log || cat log
printf '<p>our own page</p>' >page.html
mkdir files && printf 'a file' >files/name.txt

configure "error_log $work/error.log debug; worker_processes 1; thread_pool two threads=2; thread_pool full threads=1 max_queue=0;" <<CONF
    log_format whom '\$uri client_id="\$xcj_client_id" error="\$xcj_error" user="\$remote_user"';
    access_log $work/access.log whom;
    underscores_in_headers on;
    xcj_private_jwk ES256.json; xcj_iss https://gw; xcj_aud http://service\$uri; xcj_consumer c;
    xcj_preauthenticated basic apikey;
    map \$xcj_client_id \$whom { default "consumer of \$xcj_client_id"; }
    server {
        listen 127.0.0.1:$plain;
        location / { xcj on; xcj_config config.json; xcj_kong_order on; xcj_bearer_jwks off; proxy_pass http://127.0.0.1:$echo; }
        location /key { xcj on; xcj_config config.json; xcj_auth apikey; proxy_pass http://127.0.0.1:$echo; }
    }
    server {
        xcj_auth apikey;
        listen 127.0.0.1:$port;
        listen 127.0.0.1:$tls ssl http2;
        ssl_certificate server.pem;
        ssl_certificate_key server.key;
        location / { xcj on; proxy_pass http://127.0.0.1:$echo; }
        location /off { proxy_pass http://127.0.0.1:$echo; }
        location /header { xcj on; xcj_downstream_header X-Down; proxy_pass http://127.0.0.1:$echo; }
        location /header/off { xcj_downstream_header off; }
        location /authorization { xcj on; xcj_upstream_header authorization; xcj_downstream_header Authorization;
            xcj_auth basic; proxy_pass http://127.0.0.1:$echo; }
        location /verbose { xcj on; xcj_auth bearer basic apikey; xcj_bearer_jwks off; xcj_verbose on; proxy_pass http://127.0.0.1:$echo; }
        location /kong { xcj on; xcj_kong on; xcj_bearer_jwks off; xcj_verbose on; proxy_pass http://127.0.0.1:$echo; }
        location /kong/rows { xcj on; xcj_kong on; xcj_kong_order off; xcj_auth bearer basic apikey; xcj_cap_exp on;
            xcj_inbound screened; xcj_bearer_jwks off; xcj_verbose on; proxy_pass http://127.0.0.1:$echo; }
        location /rows { xcj on; xcj_auth bearer; xcj_bearer_jwks off; xcj_cap_exp off; xcj_inbound all; proxy_pass http://127.0.0.1:$echo; }
        location /set { xcj on; set \$early \$http_x_custom_jwt; proxy_set_header X-Copy \$http_x_custom_jwt; proxy_pass http://127.0.0.1:$echo; }
        location /whom { xcj on; xcj_consumer \$whom; xcj_aud \$http_x_aud; proxy_pass http://127.0.0.1:$echo; }
        location /optional { xcj on; xcj_consumer \$http_x_consumer; xcj_consumer_required off; proxy_pass http://127.0.0.1:$echo; }
        location /claim { xcj on; xcj_auth bearer; xcj_bearer_jwks off; xcj_bearer_clientid_claim sub; proxy_pass http://127.0.0.1:$echo; }
        location /bearer { xcj on; xcj_auth bearer; xcj_bearer_jwks ES256.json aud=gateway iss=https://idp; proxy_pass http://127.0.0.1:$echo; }
        location /raw { xcj on; xcj_private_jwk raw.json; xcj_hmac_k_raw on; proxy_pass http://127.0.0.1:$echo; }
        location /cert { xcj on; xcj_auth client_cert apikey; xcj_client_cert \$http_x_cert; xcj_client_verify \$http_x_verify; proxy_pass http://127.0.0.1:$echo; }
        location /RS256 { xcj on; xcj_private_jwk RS256.json; proxy_pass http://127.0.0.1:$echo; }
        location /PS384 { xcj on; xcj_private_jwk PS384.json; proxy_pass http://127.0.0.1:$echo; }
        location /EdDSA { xcj on; xcj_private_jwk EdDSA.json; proxy_pass http://127.0.0.1:$echo; }
        location /pool/RS256 { xcj on; xcj_private_jwk RS256.json; xcj_thread_pool two; xcj_downstream_header X-Down; proxy_pass http://127.0.0.1:$echo; }
        location /pool/PS384 { xcj on; xcj_private_jwk PS384.json; xcj_thread_pool two; proxy_pass http://127.0.0.1:$echo; }
        location /pool/ES256 { xcj on; xcj_thread_pool two; proxy_pass http://127.0.0.1:$echo; }
        location /pool/full { xcj on; xcj_private_jwk RS256.json; xcj_thread_pool full; proxy_pass http://127.0.0.1:$echo; }
        # Redirects within nginx: to a location without, to one with another key and pool, to a file.
        location /fails { xcj on; proxy_pass http://127.0.0.1:1; error_page 502 = /off/after; }
        location /moves { xcj on; proxy_pass http://127.0.0.1:1; error_page 502 = /pool/RS256/after; }
        location /replaces { xcj on; xcj_upstream_header Authorization; xcj_auth basic; proxy_pass http://127.0.0.1:1; error_page 502 = @again; }
        location @again { xcj on; xcj_upstream_header Authorization; xcj_auth basic; xcj_thread_pool two; xcj_private_jwk RS256.json; proxy_pass http://127.0.0.1:$echo; }
        location /page { xcj on; error_page 401 /our-page; proxy_pass http://127.0.0.1:$echo; }
        location = /our-page { internal; default_type text/html; alias $work/page.html; }
        location /files/ { xcj on; xcj_downstream_header X-Down; root $work; }
        location /try/ { xcj on; root $work; try_files \$uri /off/tried; }
        # A subrequest neither asks for a credential of its own nor mints.
        location /checked { xcj on; auth_request /check; proxy_pass http://127.0.0.1:$echo; }
        location /denied { xcj on; auth_request /deny; proxy_pass http://127.0.0.1:$echo; }
        location = /check { internal; xcj on; proxy_pass_request_body off; proxy_pass http://127.0.0.1:$echo; }
        location = /deny { return 403; }
        location /mirrored { xcj on; mirror /mirror; proxy_pass http://127.0.0.1:$echo; }
        location = /mirror { internal; proxy_pass http://127.0.0.1:$echo/off; }
    }
CONF
start_nginx
gateway=http://127.0.0.1:$port
key='apikey: a key'

# minted NAME AUD: one token came, and it verifies. Its claims are in the file claims.
minted() {
    is "$1, status" 200 "$status"
    token=$(received_token)
    "$XCJ" verify --jwks public.json --iss https://gw --aud "$2" "$token" >claims 2>log || fail "$1: $token: $(cat log)"
    checks=$((checks + 1))
}

# Every algorithm, in the worker and in the pool.
for path in /ES256 /RS256 /PS384 /EdDSA /pool/RS256 /pool/PS384 /pool/ES256; do
    get -H "$key" "$gateway$path"
    minted "$path" "http://service$path"
done
# What the pool has no room for is signed in the worker.
for i in $(seq 40); do printf 'url = "%s/pool/full/%s"\noutput = "full.%s"\n' "$gateway" "$i" "$i"; done >full
curl -sS -Z --no-progress-meter --parallel-max 40 -H "$key" -K full
has 'a full queue' error.log 'queue overflow'
for i in $(seq 40); do
    cp "full.$i" body
    status=200
    minted "request $i to a full queue" "http://service/pool/full/$i"
done
get -H "$key" "$gateway/raw"
is raw 200 "$status"
"$XCJ" verify --key conf/raw.json --hmac-k-raw --iss https://gw "$(received_token)" >claims || fail 'raw'

# The upstream field: every copy and every spelling is replaced, nothing else is touched.
get -H "$key" -H 'X-Custom-Jwt: spoof' -H 'x_custom_jwt: spoof' -H 'X_Custom-JWT: spoof' -H 'X-Custom-Jwt2: kept' -H 'Z: kept, too' "$gateway/a?b=c"
minted 'spoofed' http://service/a
lacks 'spoofed' body spoof
is 'another field' kept "$(received x-custom-jwt2)"
is 'another field' 'kept, too' "$(received z)"
is 'the request line' "$(printf 'GET /a?b=c HTTP/1.0')" "$(head -n 1 body | tr -d '\r')"
get -H 'X-Custom-Jwt: theirs' "$gateway/off"
is 'where it is off' theirs "$(received_token)"
get -H "$key" -H 'X-Custom-Jwt: spoof' "$gateway/set"
minted 'a variable of that field' http://service/set
is 'a variable of that field' "$token" "$(received x-copy)"

# A field named Authorization gets the scheme; what authenticated is still known to nginx.
get -u user:password "$gateway/authorization"
token=$(received authorization)
is 'Authorization' "Bearer ${token#Bearer }" "$token"
is 'Authorization, one' 1 "$(received authorization | wc -l | tr -d ' ')"
is 'Authorization, downstream' "$token" "$(field authorization)"
"$XCJ" verify --jwks public.json --iss https://gw "${token#Bearer }" >claims || fail 'Authorization'
is 'Authorization, client_id' user "$(jq -r .client_id claims)"
has 'remote_user' access.log '/authorization client_id="user" error="-" user="user"'

# The downstream field overrides what the service sent.
get -H "$key" "$gateway/header?X-Down"
is 'downstream' "$(received_token)" "$(field x-down)"
get -H "$key" "$gateway/header?X-Other"
is 'downstream, another field' 'from the service' "$(field x-other)"
get -H "$key" "$gateway/header/off"
is 'downstream off' '' "$(field x-down)"
get -H "$key" "$gateway/files/name.txt"
is 'a file' 'a file' "$(cat body)"
"$XCJ" verify --jwks public.json "$(field x-down)" >claims || fail 'a file, downstream'

# Bodies pass untouched, in the worker and past the pool; many requests on one connection.
head -c 300000 /dev/urandom >sent
for path in / /pool/RS256; do
    get -H "$key" -H 'Expect:' --data-binary @sent "$gateway$path"
    minted "a body, $path" "http://service$path"
    tail -c 300000 body | cmp -s - sent || fail "a body changes on its way, $path"
done
printf 'url = "%s/pool/RS256/%s"\noutput = "many.%s"\n' "$gateway" 1 1 >many
for i in $(seq 2 40); do printf 'url = "%s/%s"\noutput = "many.%s"\n' "$gateway" "$i" "$i"; done >>many
curl -s -w '%{num_connects}\n' -H "$key" -K many >connects
is 'one connection' '40 requests, 1 connection' "$(awk '{ n += $1 } END { print NR " requests, " n " connection" }' connects)"
for i in 1 2 20 40; do
    cp "many.$i" body
    status=200
    minted "request $i of a connection" "http://service/$([ "$i" -ne 1 ] || printf pool/RS256/)$i"
done
get --http2 --cacert conf/server.pem -H "$key" -H 'X-Custom-Jwt: spoof' "https://localhost:$tls/pool/RS256"
minted 'HTTP/2' http://service/pool/RS256
has 'HTTP/2' head 'HTTP/2 200'
is 'HTTP/2, downstream' "$token" "$(field x-down)"
get -I -H "$key" "$gateway/header"
is 'HEAD' 200 "$status"

# Refusals.
refusal='{"ErrorMessage":"You are not authorized to access to this service"'
answers 'no credential' 401 "$refusal}" "$gateway/"
is 'the type of a refusal' application/json "$(field content-type)"
answers 'no credential, with a body' 401 "$refusal}" --data-binary @sent "$gateway/"
answers 'no credential, verbose' 401 "$refusal,\"VerboseMessage\":\"the request has no credential: no Bearer token, no Basic credentials, no API key\"}" "$gateway/verbose"
get -u a:b -H "$key" "$gateway/verbose"
is 'two kinds of credentials' 401 "$status"
has 'two kinds of credentials' body 'more than one'
get -H "$key" -H 'Authorization: Basic !' "$gateway/verbose"
is 'a malformed one beside a good one' 401 "$status"
for malformed in 'Basic !' 'Basic' 'Bearer x' 'Bearer a.b' 'Bearer' 'Basic dXNlcg=='; do
    get -H "Authorization: $malformed" "$gateway/verbose"
    is "malformed: $malformed" 401 "$status"
    has "malformed: $malformed" body '"VerboseMessage":'
done
get -H "Authorization: X" "$gateway/verbose"
is 'one letter' 401 "$status"
get -I "$gateway/"
is 'HEAD, refused' 401 "$status"
answers 'a page of the operator' 401 '<p>our own page</p>' "$gateway/page"
get "$gateway/page"
is 'a page of the operator, type' text/html "$(field content-type)"

has 'a page of the operator, log' access.log '/our-page client_id="-" error="XCJ_ERR_NO_CREDENTIAL: '

# The plugin's object: names, lifetime, and the plugin's order of credentials.
get -H 'X-Key: one' "http://127.0.0.1:$plain/"
token=$(received authorization)
"$XCJ" verify --jwks public.json "${token#Bearer }" >claims || fail 'object'
is 'object' '"one" 60' "$(jq '.client_id' claims) $(jq '.exp - .iat' claims)"
is 'object, downstream' "${token#Bearer }" "$(field x-down)"
get -u first:x -H 'X-Key: second' "http://127.0.0.1:$plain/"
is 'object, the first credential' '"first"' "$("$XCJ" inspect --json "$(received authorization | cut -c 8-)" | jq .claims.client_id)"
get -u first:x -H 'X-Key: second' "http://127.0.0.1:$plain/key"
is 'object, the method that is named' '"second"' "$("$XCJ" inspect --json "$(received authorization | cut -c 8-)" | jq .claims.client_id)"
get "http://127.0.0.1:$plain/"
has 'object, verbose' body VerboseMessage

# The plugin's ways, all of them or each alone.
short=$("$XCJ" mint --key conf/ES256.json --claims '{"clientId":"them","nbf":1}' --expires-in 5m)
ways() {
    get -H "Authorization: Bearer $short" "$gateway$1"
    is "$1" 200 "$status"
    "$XCJ" inspect --json "$(received x-custom-jwt)" | jq -c '[.claims | has("nbf"), .exp - .iat > 300]' >got
    is "$1, claims" "$2" "$(cat got)"
}
ways /verbose '[false,false]'
ways /kong '[true,true]'
ways /kong/rows '[false,false]'
ways /rows '[true,true]'
get -u first:x -H "$key" "$gateway/kong"
is 'kong, the first credential' '"first"' "$("$XCJ" inspect --json "$(received x-custom-jwt)" | jq .claims.client_id)"
get -u first:x -H "$key" "$gateway/kong/rows"
is 'kong, no order' 401 "$status"
has 'kong, no order' body 'More than one Authentication method is found: Basic Auth, Key Auth'
answers 'kong, no credential' 401 "$refusal,\"VerboseMessage\":\"No suitable Authentication method is found: no Bearer token, no Basic Auth, no mTLS, no Key Auth\"}" "$gateway/kong"

# Consumers and audiences that depend on the caller, or are not there.
get -H "$key" -H 'X-Aud: https://for/you' "$gateway/whom"
minted 'whom' https://for/you
is 'whom' '{"client_id":"consumer of a key"}' "$(jq -c .act claims)"
get -H "$key" "$gateway/whom"
is 'no audience is our own fault' 500 "$status"
get -H "$key" "$gateway/optional"
minted 'no consumer' http://service/optional
is 'no consumer' null "$(jq .act claims)"
get -H "$key" -H 'X-Consumer: c2' "$gateway/optional"
is 'a consumer' '{"client_id":"c2"}' "$("$XCJ" inspect --json "$(received_token)" | jq -c .claims.act)"

# Bearer tokens: which claim, and what is asked of them here.
inbound() {
    "$XCJ" mint --key conf/ES256.json --claims "$1"
}
get -H "Authorization: Bearer $(inbound '{"sub":"them","clientId":"not them"}')" "$gateway/claim"
is 'another claim' '"them"' "$("$XCJ" inspect --json "$(received_token)" | jq -c .claims.client_id)"
get -H "Authorization: Bearer $(inbound '{"clientId":"x","iss":"https://idp","aud":["other","gateway"]}')" "$gateway/bearer"
minted 'for us' http://service/bearer
for wrong in '"iss":"https://idp","aud":"other"' '"iss":"https://other","aud":"gateway"' '"x":1'; do
    get -H "Authorization: Bearer $(inbound "{\"clientId\":\"x\",$wrong}")" "$gateway/bearer"
    is "not for us: $wrong" 401 "$status"
done

# A certificate that another server has checked.
cert=$(sed 's/$/ /' conf/server.pem | tr -d '\n')
get -H "X-Cert: x" -H 'X-Verify: NONE' -H "$key" "$gateway/cert"
minted 'a certificate that is none' http://service/cert
for verdict in FAILED:expired success SUCCESS2; do
    get -H "X-Cert: $cert" -H "X-Verify: $verdict" -H "$key" "$gateway/cert"
    is "a certificate that did not pass: $verdict" 401 "$status"
done
get -H "X-Cert: garbage" -H 'X-Verify: SUCCESS' "$gateway/cert"
is 'not a certificate' 401 "$status"

# Redirects within nginx: a token is for one location.
get -H "$key" -H 'X-Custom-Jwt: theirs' "$gateway/fails"
is 'to a location without' '' "$(received_token)"
has 'to a location without' access.log '/off/after client_id="-"'
get -H "$key" "$gateway/moves"
minted 'to another location' http://service/pool/RS256/after
is 'to another location, key' RS256 "$("$XCJ" inspect --json "$token" | jq -r .header.kid)"
is 'to another location, downstream' "$token" "$(field x-down)"
get -u user:password "$gateway/replaces"
is 'a replaced credential is found again' '"user" "RS256"' "$("$XCJ" inspect --json "$(received authorization | cut -c 8-)" | jq -r '"\(.claims.client_id | tojson) \(.header.kid | tojson)"')"
get -H "$key" "$gateway/try/none"
is 'try_files' '' "$(received_token)"
for path in checked mirrored; do
    get -H "$key" "$gateway/$path"
    minted "$path" "http://service/$path"
done
get -H "$key" "$gateway/denied"
is 'authentication goes first' 403 "$status"
lacks 'authentication goes first' access.log '/denied client_id="a key"'

# Logs. At the level of debug nginx itself writes fields down; what this module writes holds none, and no key at any level.
stop_nginx
for alg in RS256 PS384 ES256 EdDSA; do
    lacks 'a private key in the log' error.log "$(jq -r .d conf/$alg.json | cut -c 1-40)"
done
lacks 'a private key in the log' error.log 'a raw secret'
grep -v '\[debug\]' error.log | grep -E '^[0-9]{4}/' >said-aloud
lacks 'a token in the log' said-aloud eyJ
lacks 'a credential in the log' said-aloud 'a key'
lacks 'a credential in the log' said-aloud password
has 'refusals are logged' said-aloud '[info]'
has 'our own faults are errors' said-aloud 'xcj: aud is not given'
lacks 'alerts' said-aloud '[alert]'
lacks 'crashes' said-aloud 'exited on signal'
finish
