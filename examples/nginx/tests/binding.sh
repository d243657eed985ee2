#!/bin/sh
# Tokens that are bound to a client certificate (RFC 8705), on real TLS connections: with the certificate, with another, with
# none. Each attack stands beside its harmless counterpart.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=bound.sh
. "$XCJ_EXAMPLE/tests/bound.sh"
start_echo
tls=$(free_port)
for name in server mine other self; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.pem -days 2 \
        -subj "/CN=$name" -addext subjectAltName=DNS:localhost 2>log || cat log
done
cat mine.pem other.pem >clients.pem
configure 'worker_processes 1;' <<CONF
    xcj_private_jwk es.json; xcj_iss https://gw; xcj_aud a; xcj_consumer_required off; xcj_bearer_jwks idp-set.json;
    ssl_certificate $work/server.pem; ssl_certificate_key $work/server.key; ssl_client_certificate $work/clients.pem;
    server {
        listen 127.0.0.1:$plain;
        listen 127.0.0.1:$tls ssl;
        ssl_verify_client optional_no_ca;
        xcj on; xcj_auth bearer; xcj_verbose on;
        location /core { proxy_pass http://127.0.0.1:$echo; }
        location /kong { xcj_kong on; xcj_kong_order off; proxy_pass http://127.0.0.1:$echo; }
        location /order { xcj_auth bearer apikey; xcj_kong on; xcj_preauthenticated apikey; proxy_pass http://127.0.0.1:$echo; }
        location /self { xcj_client_verify SUCCESS; proxy_pass http://127.0.0.1:$echo; }
        location /hop1 { xcj_consumer first; proxy_pass http://127.0.0.1:$echo; }
        location /hop2 { xcj_consumer second; xcj_bearer_clientid_claim client_id; xcj_bearer_jwks es-set.json; proxy_pass http://127.0.0.1:$echo; }
        location /bound { xcj_bind certificate; xcj_bearer_jwks idp-set.json; proxy_pass http://127.0.0.1:$echo; }
        location /bound2 { xcj_bearer_jwks es-set.json; xcj_bearer_clientid_claim client_id; proxy_pass http://127.0.0.1:$echo; }
        location /basic { xcj_auth basic; xcj_preauthenticated basic; xcj_bind certificate; proxy_pass http://127.0.0.1:$echo; }
        location /ignored { xcj_cnf ignored; proxy_pass http://127.0.0.1:$echo; }
    }
CONF
start_nginx
thumbprint=$(openssl x509 -in mine.pem -outform DER | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=')
of_self=$(openssl x509 -in self.pem -outform DER | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=')
bound=$(token ",\"cnf\":{\"x5t#S256\":\"$thumbprint\"}")
bound_to_self=$(token ",\"cnf\":{\"x5t#S256\":\"$of_self\"}")
keyed=$(token ',"cnf":{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}')

# as CERTIFICATE TOKEN PATH: the answer to a request by the holder of this certificate ("": of none).
as() {
    get ${1:+--cert "$1.pem" --key "$1.key"} --cacert server.pem -H "Authorization: Bearer $2" "https://localhost:$tls$3"
}
refused() {
    is "$1" 401 "$status"
    has "$1, the challenge" head 'WWW-Authenticate: Bearer error="invalid_token"'
    has "$1, the reason" body "$2"
}
for path in /core /kong /order; do
    as mine "$bound" $path
    minted "the holder, $path"
    as other "$bound" $path
    refused "a thief with a certificate of the same CA, $path" 'other than the connection'
    as '' "$bound" $path
    refused "a thief without a certificate, $path" 'the connection has none'
    get -H "Authorization: Bearer $bound" "http://127.0.0.1:$plain$path"
    refused "a thief without TLS, $path" 'the connection has none'
    get -H "Authorization: Bearer $bound" -H "X-Client-Cert: $(tr -d '\n' <mine.pem)" -H 'X-SSL-Client-Verify: SUCCESS' "http://127.0.0.1:$plain$path"
    refused "a certificate in a header, $path" 'the connection has none'
    as self "$bound_to_self" $path
    refused "a certificate that was not verified, $path" 'the connection has none'
    as mine "$keyed" $path
    refused "bound to a key, $path" 'needs the scheme DPoP'
    as mine "$unbound" $path
    minted "not bound, with a certificate, $path"
    as '' "$unbound" $path
    minted "not bound, $path"
done
as self "$bound_to_self" /self
minted 'self-signed, where that is enough'
as mine "$bound_to_self" /self
refused 'self-signed, of somebody else' 'other than the connection'
as '' "$bound" /ignored
minted 'ignored on request'
as mine "$(token ',"cnf":{}')" /core
refused 'an empty cnf' 'without a confirmation method'
get -H 'apikey: k' --cert mine.pem --key mine.key --cacert server.pem "https://localhost:$tls/order"
is 'an API key beside a certificate that is no credential' 200 "$status"

# On request the new token is bound to the client, who can use it at another gateway; nobody else can.
as mine "$unbound" /bound
is 'bound anew' 200 "$status"
anew=$(received_token)
is 'bound anew' "{\"x5t#S256\":\"$thumbprint\"}" "$("$XCJ" verify --jwks conf/es-set.json "$anew" | jq -c .cnf)"
as mine "$anew" /bound2
is 'its holder, at another gateway' 200 "$status"
as other "$anew" /bound2
refused 'a thief at another gateway' 'other than the connection'
as '' "$unbound" /bound
refused 'nothing to bind the token to' 'is to be bound to the client certificate'
as self "$unbound" /bound
refused 'a certificate that was not verified binds nothing' 'is to be bound to the client certificate'
get --user me:password --cert mine.pem --key mine.key --cacert server.pem "https://localhost:$tls/basic"
is 'a password and a certificate' "{\"x5t#S256\":\"$thumbprint\"}" "$("$XCJ" verify --jwks conf/es-set.json "$(received_token)" | jq -c .cnf)"
get --user me:password --cacert server.pem "https://localhost:$tls/basic"
is 'a password alone' 401 "$status"

get -H 'Authorization: Bearer x' "http://127.0.0.1:$plain/core"
lacks 'a token that is none' head 'invalid_token'

# An agent acts for a user through two gateways: each gateway puts its own consumer first and nests the earlier actor.
agent=$(token ',"sub":"user","act":{"sub":"agent","client_id":"second"}')
as '' "$agent" /hop1
minted 'the first hop'
is 'the first hop' '{"client_id":"first","act":{"sub":"agent","client_id":"second"}}' "$(jq -c .act claims)"
as '' "$(received x-custom-jwt)" /hop2
minted 'the second hop'
is 'the second hop' '{"client_id":"second","act":{"client_id":"first","act":{"sub":"agent","client_id":"second"}}}' "$(jq -c .act claims)"
is 'for whom' user "$(jq -r .sub claims)"
as '' "$unbound" /hop1
is 'nobody acted before' '{"client_id":"first"}' "$("$XCJ" inspect --json "$(received x-custom-jwt)" | jq -c .claims.act)"
as '' "$(token ',"act":"agent"')" /hop1
is 'an actor that is none' 401 "$status"
stop_nginx
finish
