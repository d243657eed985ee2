#!/bin/sh
# The file of identities at a real nginx: from an API key, a certificate's thumbprint or a client_id to consumer, audience and claims;
# looked up exactly, checked at start. Each near miss stands beside what it misses.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
plain=$(free_port)
tls=$(free_port)
"$XCJ" keygen --alg ES256 --kid es -o conf/es.json --jwks-out conf/es-set.json
"$XCJ" keygen --alg ES256 --kid idp -o idp.json --jwks-out conf/idp-set.json
for name in server mine other; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.pem -days 2 \
        -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>log || cat log
done
cat mine.pem other.pem >clients.pem
key_hash=$(printf %s 'the key' | sha256sum | cut -c 1-64)
cert_hash=$(openssl x509 -in mine.pem -outform DER | sha256sum | cut -c 1-64)
cat >conf/identities.json <<JSON
{"apikeys": {"$key_hash": {"client_id": "app", "consumer": "acme", "audience": "https://orders", "claims": {"tier": "gold", "scopes": ["a", "b"]}}},
 "certificates": {"$cert_hash": {"client_id": "machine", "consumer": "factory", "audience": ["https://a", "https://b"]}},
 "clients": {"them": {"consumer": "partner", "audience": "https://stock", "claims": {"tier": "silver"}},
             "CN=localhost": {"consumer": "by its subject", "audience": "https://c"},
             "bare": {"consumer": "bare"}}}
JSON
configure 'worker_processes 1;' <<CONF
    xcj_private_jwk es.json; xcj_iss https://gw; xcj_bearer_jwks idp-set.json; xcj_identities identities.json;
    server {
        listen 127.0.0.1:$plain;
        listen 127.0.0.1:$tls ssl;
        ssl_certificate $work/server.pem; ssl_certificate_key $work/server.key; ssl_client_certificate $work/clients.pem;
        ssl_verify_client optional;
        xcj on; xcj_auth bearer client_cert apikey; xcj_verbose on;
        location / { proxy_pass http://127.0.0.1:$echo; }
        location /own { xcj_aud https://own; proxy_pass http://127.0.0.1:$echo; }
    }
CONF
start_nginx
# says NAME CLAIMS: the backend got a token with these client_id, consumer, audience and tier.
says() {
    is "$1" 200 "$status"
    "$XCJ" verify --jwks conf/es-set.json "$(received_token)" >claims || fail "$1: the token"
    is "$1" "$2" "$(jq -c '[.client_id, .act.client_id, .aud, .tier]' claims)"
}
refused() {
    is "$1" 401 "$status"
    has "$1" body "$2"
}
get -H 'apikey: the key' "http://127.0.0.1:$plain/"
says 'an API key' '["app","acme","https://orders","gold"]'
is 'other claims' '["a","b"]' "$(jq -c .scopes claims)"
get -H 'apikey: the key' "http://127.0.0.1:$plain/own"
says 'the location has its own audience' '["app","acme","https://own","gold"]'
for near in 'The key' 'the key2' 'the ke' "$key_hash"; do
    get -H "apikey: $near" "http://127.0.0.1:$plain/"
    refused "the key $near" 'not known'
done
get --cert mine.pem --key mine.key --cacert server.pem "https://localhost:$tls/"
says 'a certificate' '["machine","factory",["https://a","https://b"],null]'
get --cert other.pem --key other.key --cacert server.pem "https://localhost:$tls/"
says 'another certificate with the same subject' '["CN=localhost","by its subject","https://c",null]'
bearer() {
    get -H "Authorization: Bearer $("$XCJ" mint --key idp.json --claims "$1")" "http://127.0.0.1:$plain${2:-/}"
}
bearer '{"clientId":"them","tier":"platinum","n":1}'
says 'a client_id; its token cannot choose the claim' '["them","partner","https://stock","silver"]'
is 'another claim is kept' 1 "$(jq -c .n claims)"
bearer '{"clientId":"them","TIER":"platinum"}'
refused 'nor in capitals' 'by case'
bearer '{"clientId":"bare","tier":"platinum"}' /own
says 'another client keeps its claim' '["bare","bare","https://own","platinum"]'
bearer '{"clientId":"bare"}'
refused 'no audience for this client' 'no audience'
bearer '{"clientId":"nobody"}' /own
refused 'nobody' 'consumer'

# Checked at start: a reload with a wrong file keeps the old one.
cp conf/identities.json good.json
printf '{"clients":{"them":{"consumer":"c","claims":{"Iss":"x"}}}}' >conf/identities.json
unprivileged nginx -p "$work" -c "$work/conf/nginx.conf" -e "$work/error.log" -t >said 2>&1 && fail 'a claim of ours: accepted'
has 'a claim of ours' said '"Iss" at offset'
kill -HUP "$(cat nginx.pid)"
for _ in $(seq 100); do
    ! grep -q '"Iss" at offset' error.log || break
    sleep 0.05
done
get -H 'apikey: the key' "http://127.0.0.1:$plain/"
says 'after a reload with a wrong file' '["app","acme","https://orders","gold"]'
sed 's/gold/iron/' good.json >conf/identities.json
reload_nginx || fail 'reload'
get -H 'apikey: the key' "http://127.0.0.1:$plain/"
says 'after a reload' '["app","acme","https://orders","iron"]'
stop_nginx
finish
