#!/bin/sh
# Whom a token is for: exact look-ups, one credential in whatever spelling, nothing of the client's that passes for a token, and
# nobody's consumer in another's token after a redirect within nginx. Each attack stands beside its harmless counterpart.
# The variables in configurations are nginx's own.
# shellcheck disable=SC2016
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
port=$(free_port)
tls=$(free_port)
"$XCJ" keygen --alg ES256 --kid es -o conf/es.json --jwks-out conf/es-set.json
"$XCJ" keygen --alg RS256 --kid rs -o conf/rs.json --jwks-out conf/rs-set.json
"$XCJ" keygen --alg ES256 --kid idp -o idp.json --jwks-out conf/idp-set.json
"$XCJ" keygen --alg ES256 --kid client -o credential.json --jwks-out conf/credentials.json
hash_of() {
    printf '%s' "$1" | sha256sum | cut -c 1-64
}
cat >conf/identities.json <<JSON
{"apikeys": {"$(hash_of '012345AZERTY!')": {"client_id": "key-client", "consumer": "key-consumer"}},
 "clients": {"contact@x": {"consumer": "contact-consumer"}, "user": {"consumer": "user-consumer"},
             "CN=caller,O=Acme\\\\, Inc.,C=FR": {"consumer": "rfc4514-consumer"},
             "C=FR, O=Acme, Inc., CN=caller": {"consumer": "kong-consumer"}}}
JSON
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout cert.key -out cert.pem -days 2 \
    -subj '/C=FR/O=Acme, Inc./CN=caller' 2>log || cat log
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.pem -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>log || cat log
printf 'user:%s\n' "$(openssl passwd -apr1 password)" >conf/htpasswd
printf 'our page' >page.html
configure 'worker_processes 1; thread_pool full threads=1 max_queue=0;' <<CONF
    underscores_in_headers on;
    map \$xcj_client_id \$made_anew { volatile; default "consumer of \$xcj_client_id"; }
    xcj_private_jwk es.json; xcj_iss https://gw; xcj_aud a; xcj_identities identities.json; xcj_bearer_jwks idp-set.json;
    server {
        listen 127.0.0.1:$port;
        listen 127.0.0.1:$tls ssl;
        ssl_certificate $work/server.pem; ssl_certificate_key $work/server.key;
        ssl_client_certificate $work/cert.pem; ssl_verify_client optional;
        location /key { xcj on; xcj_auth apikey; proxy_pass http://127.0.0.1:$echo; }
        location /folded { xcj on; xcj_auth apikey; xcj_apikey_header X-Api-Key; proxy_pass http://127.0.0.1:$echo; }
        location /bearer { xcj on; xcj_auth bearer; proxy_pass http://127.0.0.1:$echo; }
        location /basic { xcj on; xcj_auth basic; auth_basic x; auth_basic_user_file htpasswd; proxy_pass http://127.0.0.1:$echo; }
        location /unasked { xcj on; xcj_auth basic; auth_basic x; proxy_pass http://127.0.0.1:$echo; }
        location /rfc4514 { xcj on; xcj_auth client_cert; proxy_pass http://127.0.0.1:$echo; }
        location /kong { xcj on; xcj_auth client_cert; xcj_dn kong; proxy_pass http://127.0.0.1:$echo; }

        # From one way to authenticate to another.
        location /either { xcj on; xcj_auth bearer; error_page 401 = @key; proxy_pass http://127.0.0.1:$echo; }
        location @key { xcj on; xcj_auth apikey; proxy_pass http://127.0.0.1:$echo; }
        location /down { xcj on; xcj_auth bearer; error_page 502 = @key; proxy_pass http://127.0.0.1:1; }
        location /mapped { xcj on; xcj_auth bearer; xcj_consumer \$made_anew; error_page 502 = @mapped_key; proxy_pass http://127.0.0.1:1; }
        location @mapped_key { xcj on; xcj_auth apikey; xcj_consumer \$made_anew; proxy_pass http://127.0.0.1:$echo; }
        location /page { xcj on; xcj_auth bearer; error_page 401 /our-page; proxy_pass http://127.0.0.1:$echo; }
        location = /our-page { internal; alias $work/page.html; }
        location /guarded { auth_request /introspect; proxy_pass http://127.0.0.1:$echo; }
        location = /introspect { xcj_introspect; xcj_introspect_jwks credentials.json; }

        # What the client itself sends as a token.
        location /off { proxy_pass http://127.0.0.1:$echo; }
        location /refused { xcj on; xcj_auth apikey; error_page 401 = /off/refused; proxy_pass http://127.0.0.1:$echo; }
        location /denied { xcj on; xcj_auth basic; auth_basic x; auth_basic_user_file htpasswd; error_page 401 = /off/denied; proxy_pass http://127.0.0.1:$echo; }
        location /checked { xcj on; xcj_auth apikey; auth_request /check/on; auth_request_set \$seen \$upstream_http_x_seen;
            add_header X-Check-Saw \$seen always; proxy_pass http://127.0.0.1:$echo; }
        location /outer { auth_request /check/on; auth_request_set \$seen \$upstream_http_x_seen;
            add_header X-Check-Saw \$seen always; proxy_pass http://127.0.0.1:$echo; }
        location /without { auth_request /check/off; auth_request_set \$seen \$upstream_http_x_seen;
            add_header X-Check-Saw \$seen always; proxy_pass http://127.0.0.1:$echo; }
        location /check/on { internal; xcj on; xcj_auth apikey; proxy_pass http://127.0.0.1:$echo/seen; }
        location /check/off { internal; proxy_pass http://127.0.0.1:$echo/seen; }

        # The variable that shows the header.
        location /first { xcj on; xcj_auth apikey; proxy_set_header X-Copy \$http_x_custom_jwt; error_page 502 = /second; proxy_pass http://127.0.0.1:1; }
        location /second { xcj on; xcj_auth apikey; xcj_private_jwk rs.json; proxy_set_header X-Copy \$http_x_custom_jwt; proxy_pass http://127.0.0.1:$echo; }
        location /last { xcj on; xcj_auth apikey; proxy_set_header X-Copy \$http_x_custom_jwt; error_page 502 = /without-token; proxy_pass http://127.0.0.1:1; }
        location /without-token { proxy_set_header X-Copy \$http_x_custom_jwt; proxy_pass http://127.0.0.1:$echo; }
        location /set { xcj on; xcj_auth apikey; set \$early \$http_x_custom_jwt; proxy_set_header X-Early "early \$early"; proxy_pass http://127.0.0.1:$echo; }

        # A token in Authorization does not pass what empties that header: README.md warns.
        location /authorization { xcj on; xcj_auth apikey; xcj_upstream_header Authorization; proxy_pass http://127.0.0.1:$echo; }
        location /authorization/emptied { proxy_set_header Authorization ""; proxy_pass http://127.0.0.1:$echo; }
        location /authorization/dropped { proxy_pass_request_headers off; proxy_pass http://127.0.0.1:$echo; }
        location /full { xcj on; xcj_auth apikey; xcj_private_jwk rs.json; xcj_thread_pool full; proxy_pass http://127.0.0.1:$echo; }
    }
CONF
start_nginx
gateway=http://127.0.0.1:$port
key='apikey: 012345AZERTY!'
bearer_of() {
    "$XCJ" mint --key idp.json --claims "{\"clientId\":\"$1\"}"
}

# minted NAME CLIENT_ID CONSUMER [SET]: one token came, and is for this caller.
minted() {
    is "$1, status" 200 "$status"
    is "$1, one token" 1 "$(received_token | wc -l | tr -d ' ')"
    "$XCJ" verify --jwks "conf/${4:-es-set.json}" --iss https://gw --aud a "$(received_token)" >claims 2>log || fail "$1: $(cat log)"
    is "$1, whom" "$2 $3" "$(jq -r '"\(.client_id) \(.act.client_id)"' claims)"
}

# Exact.
get -H "$key" "$gateway/key"
minted 'an API key' key-client key-consumer
lacks 'the key is not in its token' claims 012345
for wrong in '012345azerty!' '012345AZERTY' '012345AZERTY! x' "$(hash_of '012345AZERTY!')" key-client; do
    get -H "apikey: $wrong" "$gateway/key"
    is "an API key spelt otherwise: $wrong" 401 "$status"
done
has 'an API key spelt otherwise' error.log 'The API key is not known'
get -H "Authorization: Bearer $(bearer_of contact@x)" "$gateway/bearer"
minted 'a client_id' contact@x contact-consumer
for wrong in CONTACT@X Contact@x contact@x. key-client; do
    get -H "Authorization: Bearer $(bearer_of "$wrong")" "$gateway/bearer"
    is "a client_id spelt otherwise: $wrong" 401 "$status"
done
get -u user:password "$gateway/basic"
minted 'a user' user user-consumer
get -u user:wrong "$gateway/basic"
is 'a user, wrong password' 401 "$status"
get -u user:wrong "$gateway/unasked"
is 'auth_basic without users' 500 "$status"
get --cacert server.pem --cert cert.pem --key cert.key "https://localhost:$tls/rfc4514"
minted 'a subject' 'CN=caller,O=Acme\, Inc.,C=FR' rfc4514-consumer
get --cacert server.pem --cert cert.pem --key cert.key "https://localhost:$tls/kong"
minted "a subject, the plugin's text" 'C=FR, O=Acme, Inc., CN=caller' kong-consumer

# Two spellings of one header.
get -H 'X-Api-Key: 012345AZERTY!' "$gateway/folded"
minted 'a header' key-client key-consumer
get -H 'X_Api_Key: 012345AZERTY!' "$gateway/folded"
minted 'with underscores' key-client key-consumer
for other in 'X_Api_Key' 'x-api_key' 'X-Api-Key'; do
    get -H "$other: victim" -H 'X-Api-Key: 012345AZERTY!' "$gateway/folded"
    is "beside another spelling: $other" 401 "$status"
done

# From Bearer to API key by error_page.
get -H 'Authorization: Bearer x.y.z' -H "$key" "$gateway/either"
minted 'a fall-back' key-client key-consumer
is 'a fall-back has no challenge' '' "$(field www-authenticate)"
get -H "Authorization: Bearer $(bearer_of contact@x)" -H "$key" "$gateway/either"
minted 'no fall-back' contact@x contact-consumer
get "$gateway/either"
is 'both fail' '401 Bearer' "$status $(field www-authenticate)"
get "$gateway/page"
is 'a page of the operator keeps the challenge' '401 Bearer our page' "$status $(field www-authenticate) $(cat body)"
get -H "Authorization: Bearer $(bearer_of contact@x)" -H "$key" "$gateway/down"
minted 'after a redirect' key-client key-consumer
get -H "Authorization: Bearer $(bearer_of contact@x)" -H "$key" "$gateway/mapped"
minted 'after a redirect, by a volatile map' key-client 'consumer of key-client'
get "$gateway/guarded"
is 'auth_request passes the challenge on' '401 Bearer' "$status $(field www-authenticate)"
get -H "Authorization: Bearer $("$XCJ" mint --key credential.json --claims '{"client_id":"client"}')" "$gateway/guarded"
is 'auth_request lets in' '200 ' "$status $(field www-authenticate)"

# A client's own X-Custom-Jwt.
forged='X-Custom-Jwt: forged'
get -H "$forged" "$gateway/off"
is 'a location that has nothing to do with tokens' forged "$(received_token)"
for path in refused denied; do
    get -H "$forged" -H 'X_CUSTOM_JWT: forged' "$gateway/$path"
    is "$path, elsewhere" '200 ' "$status $(received_token)"
    lacks "$path, elsewhere" body forged
done
get -H "$forged" -H "$key" "$gateway/checked"
minted 'a subrequest before the mint' key-client key-consumer
is 'a subrequest before the mint' none "$(field x-check-saw)"
get -H "$forged" "$gateway/outer"
is 'a subrequest to a location that mints' "none forged" "$(field x-check-saw) $(received_token)"
get -H "$forged" "$gateway/without"
is 'a subrequest to a location that does not' "forged forged" "$(field x-check-saw) $(received_token)"
get -H "$forged" -H "$key" "$gateway/set"
minted 'a variable that is set early' key-client key-consumer
is 'a variable that is set early' 'early ' "$(received x-early)"

# $http_x_custom_jwt
get -H "$forged" -H "$key" "$gateway/first"
minted 'the second location' key-client key-consumer rs-set.json
is 'the second token' "$(received_token)" "$(received x-copy)"
get -H "$forged" -H "$key" "$gateway/last"
is 'no token any more' '200  ' "$status $(received_token) $(received x-copy)"
get -H "$key" "$gateway/second"
is 'without a redirect' "$(received_token)" "$(received x-copy)"

# Authorization that is emptied.
get -H "$key" "$gateway/authorization"
"$XCJ" verify --jwks conf/es-set.json "$(received authorization | cut -c 8-)" >claims 2>log || fail "Authorization: $(cat log)"
for path in emptied dropped; do
    get -H "$key" "$gateway/authorization/$path"
    is "Authorization, $path" '200 ' "$status $(received authorization)"
done

# A full queue: a line or two each second, and a count of what the worker signed itself.
: >error.log
for i in $(seq 30); do printf 'url = "%s/full"\noutput = "full.%s"\n' "$gateway" "$i"; done >requests
asked=0
from=$(date +%s)
while [ "$(date +%s)" -lt $((from + 3)) ]; do
    curl -sS -Z --no-progress-meter --parallel-max 30 -H "$key" -K requests
    asked=$((asked + 30))
done
cp full.30 body
status=200
minted 'a full queue' key-client key-consumer rs-set.json
stop_nginx
most=$((3 * ($(date +%s) - from + 1)))
overflows=$(grep -c 'queue overflow' error.log)
counted=$(sed -n 's/.*itself signed \([0-9]*\) tokens.*/\1/p' error.log | awk '{ n += $1 } END { print n + 0 }')
printf 'a full queue: %s requests, %s signed in the worker, %s lines of nginx\n' "$asked" "$counted" "$overflows"
checks=$((checks + 1))
if [ "$overflows" -lt 1 ] || [ "$overflows" -gt "$most" ] || [ "$counted" -le "$overflows" ] || [ "$counted" -gt "$asked" ]; then
    fail 'a full queue is logged each time, or not counted'
fi
lacks 'alerts' error.log '[alert]'
lacks 'crashes' error.log 'exited on signal'
finish
