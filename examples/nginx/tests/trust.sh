#!/bin/sh
# Identities from gateway to gateway, at a real nginx: the scenarios of docs/gateways.md, and the attacks in docs/security.md on each of
# them, beside what is harmless. The edge accepts the issuer's tokens, and gives its own to two services, each behind a gateway that
# accepts the edge's tokens for itself and mints for its backend.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=bound.sh
. "$XCJ_EXAMPLE/tests/bound.sh"
start_echo
tls=$(free_port)
orders=$(free_port)
stock=$(free_port)
for name in server mine other; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.pem -days 2 \
        -subj "/CN=$name" -addext subjectAltName=DNS:localhost 2>log || cat log
done
cat mine.pem other.pem >clients.pem
"$XCJ" keygen --alg ES256 --kid orders -o conf/orders.json --jwks-out conf/orders-set.json
printf '{"apikeys":{"%s":{"client_id":"app","consumer":"acme"}},"clients":{"them":{"consumer":"edge"}}}' \
    "$(printf %s 'the key of app' | sha256sum | cut -c 1-64)" >conf/identities.json
configure 'worker_processes 2;' <<CONF
    ssl_certificate $work/server.pem; ssl_certificate_key $work/server.key; ssl_client_certificate $work/clients.pem;
    server { # the edge
        listen 127.0.0.1:$plain;
        listen 127.0.0.1:$tls ssl;
        ssl_verify_client optional;
        xcj on; xcj_auth bearer apikey; xcj_verbose on; xcj_iss https://edge; xcj_private_jwk es.json; xcj_upstream_header Authorization;
        xcj_bearer_jwks idp-set.json iss=https://idp aud=edge; xcj_identities identities.json; xcj_apikey_header X-Api-Key;
        xcj_dpop $origin zone=proofs:64k nonce; xcj_aud orders;
        proxy_set_header X-Api-Key "";
        location /orders { proxy_pass http://127.0.0.1:$orders; }
        location /stock { xcj_aud stock; proxy_pass http://127.0.0.1:$stock; }
        location /own { xcj_bind certificate; xcj_upstream_header X-Custom-Jwt; proxy_pass http://127.0.0.1:$echo; }
    }
    server { # orders, which asks stock on the caller's behalf when the path says so
        listen 127.0.0.1:$orders;
        xcj on; xcj_auth bearer; xcj_verbose on; xcj_iss https://orders; xcj_private_jwk orders.json;
        xcj_bearer_jwks es-set.json iss=https://edge aud=orders; xcj_bearer_clientid_claim client_id; xcj_consumer orders; xcj_aud backend;
        location / { proxy_pass http://127.0.0.1:$echo; }
        location /orders/stock { xcj_aud stock; xcj_upstream_header Authorization; proxy_pass http://127.0.0.1:$stock; }
    }
    server { # stock
        listen 127.0.0.1:$stock;
        xcj on; xcj_auth bearer; xcj_verbose on; xcj_iss https://stock; xcj_private_jwk es.json;
        xcj_bearer_clientid_claim client_id; xcj_consumer stock; xcj_aud backend;
        xcj_bearer_jwks es-set.json iss=https://edge aud=stock;
        location /stock { proxy_pass http://127.0.0.1:$echo; }
        location /orders/stock { xcj_bearer_jwks orders-set.json iss=https://orders aud=stock; proxy_pass http://127.0.0.1:$echo; }
    }
CONF
start_nginx
exp=$(($(date +%s) + 120))
# issued MEMBERS: a token of the issuer for the edge.
issued() {
    token ",\"iss\":\"https://idp\",\"aud\":\"edge\",\"sub\":\"user\",\"exp\":$exp$1"
}
# asks PATH CURL_WORD...: at the edge.
asks() {
    asks_path=$1
    shift
    get "$@" "http://127.0.0.1:$plain$asks_path"
}
# reached NAME ISSUER KEYS ACT: the backend got a token of this gateway, with these actors, for the caller, that does not outlive the
# first token. Its claims are in the file claims.
reached() {
    is "$1" 200 "$status"
    "$XCJ" verify --jwks "conf/$3" --iss "$2" --aud backend "$(received_token)" >claims || fail "$1: the token"
    is "$1, the actors" "$4" "$(jq -c .act claims)"
}
stopped() {
    is "$1" 401 "$status"
    has "$1, the reason" body "$2"
}
free=$(issued '')

# Edge to service: with an API key, and with a token of the issuer.
asks /orders -H 'X-Api-Key: the key of app'
reached 'edge to service, an API key' https://orders orders-set.json '{"client_id":"orders","act":{"client_id":"acme"}}'
is 'who called' app "$(jq -r .client_id claims)"
lacks 'no service sees the key' body 'the key of app'
asks /orders -H "Authorization: Bearer $free"
reached 'edge to service, a token' https://orders orders-set.json '{"client_id":"orders","act":{"client_id":"edge"}}'
is 'for whom' "them user $exp" "$(jq -r '"\(.client_id) \(.sub) \(.exp)"' claims)"
edges=$(received Authorization)
edges=${edges#Bearer }

# Service to service through two hops: each gateway is an actor, nobody's name is lost.
asks /orders/stock -H "Authorization: Bearer $free"
reached 'two hops' https://stock es-set.json '{"client_id":"stock","act":{"client_id":"orders","act":{"client_id":"edge"}}}'
is 'two hops, for whom' "them user $exp" "$(jq -r '"\(.client_id) \(.sub) \(.exp)"' claims)"

# An agent on behalf of a user.
asks /orders/stock -H "Authorization: Bearer $(issued ',"act":{"sub":"agent"}')"
reached 'an agent' https://stock es-set.json '{"client_id":"stock","act":{"client_id":"orders","act":{"client_id":"edge","act":{"sub":"agent"}}}}'
is 'an agent, for whom' user "$(jq -r .sub claims)"

# A client with a certificate.
thumbprint=$(openssl x509 -in mine.pem -outform DER | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=')
to_cert=$(issued ",\"cnf\":{\"x5t#S256\":\"$thumbprint\"}")
by() {
    get --cert "$1.pem" --key "$1.key" --cacert server.pem -H "Authorization: Bearer $2" "https://localhost:$tls$3"
}
by mine "$to_cert" /orders
reached 'a client with a certificate' https://orders orders-set.json '{"client_id":"orders","act":{"client_id":"edge"}}'
by mine "$to_cert" /own
is 'bound again' "$thumbprint" "$("$XCJ" verify --jwks conf/es-set.json "$(received_token)" | jq -r '.cnf."x5t#S256"')"

# A client with a key: a nonce is demanded once.
to_key=$(issued ",\"cnf\":{\"jkt\":\"$("$XCJ" thumbprint client.json)\"}")
asks /orders -H "Authorization: DPoP $to_key" -H "DPoP: $(proof client GET $origin/orders "$to_key")"
proof_refused 'without a nonce' use_dpop_nonce nonce
nonce=$(field DPoP-Nonce)
good=$(proof client GET $origin/orders "$to_key" --nonce "$nonce")
asks /orders -H "Authorization: DPoP $to_key" -H "DPoP: $good"
reached 'a client with a key' https://orders orders-set.json '{"client_id":"orders","act":{"client_id":"edge"}}'

# Confused deputy: a token for one service at the other; for a service at the edge; two credentials at once; another issuer's key.
get -H "Authorization: Bearer $edges" "http://127.0.0.1:$stock/stock"
stopped 'a token for another service' 'aud'
get -H "Authorization: Bearer $edges" "http://127.0.0.1:$orders/orders"
is 'the same token at its service' 200 "$status"
asks /orders -H "Authorization: Bearer $edges"
stopped "the edge's own token at the edge" ''
asks /orders -H "Authorization: Bearer $free" -H 'X-Api-Key: the key of app'
stopped 'two credentials' 'more than one'
asks /orders -H "Authorization: Bearer $("$XCJ" mint --key idp.json --claims "{\"clientId\":\"them\",\"iss\":\"https://idp\",\"aud\":\"orders\",\"exp\":$exp}")"
stopped 'a token of the issuer for a service' 'aud'
get -H "Authorization: Bearer $free" "http://127.0.0.1:$orders/orders"
stopped 'past the edge' ''

# Laundering: a bound token by somebody else, an expired one, one that says it is bound in another way.
by other "$to_cert" /orders
stopped 'a thief with another certificate' 'other than'
asks /orders -H "Authorization: Bearer $to_cert"
stopped 'a thief without a certificate' 'the connection has none'
by other "$free" /orders
is 'any certificate with a token that is not bound' 200 "$status"
asks /orders -H "Authorization: Bearer $("$XCJ" mint --key idp.json --claims '{"clientId":"them","iss":"https://idp","aud":"edge","exp":1000}')"
stopped 'an expired token' 'exp'
asks /orders -H "Authorization: Bearer $(issued ',"cnf":{"kid":"k"}')"
stopped 'bound in an unknown way' 'not supported'

# Splicing: the proof for another token, by another key; an actor that pretends to be ours.
asks /orders -H "Authorization: DPoP $to_key" -H "DPoP: $(proof client GET $origin/orders "$free" --nonce "$nonce")"
proof_refused 'the proof for another token' invalid_dpop_proof 'ath'
asks /orders -H "Authorization: DPoP $to_key" -H "DPoP: $(proof thief GET $origin/orders "$to_key" --nonce "$nonce")"
proof_refused 'the proof by another key' invalid_token 'another key'
asks /orders -H "Authorization: Bearer $(issued ',"act":{"client_id":"orders","sub":"evil"}')"
reached 'an actor with our name' https://orders orders-set.json \
    '{"client_id":"orders","act":{"client_id":"edge","act":{"client_id":"orders","sub":"evil"}}}'
asks /orders -H "Authorization: Bearer $(issued ',"Client_Id":"admin"')"
stopped 'a claim that differs from ours by case' 'by case'

# Replay: the same proof, for another path, and for another method.
asks /orders -H "Authorization: DPoP $to_key" -H "DPoP: $good"
proof_refused 'the same proof again' invalid_dpop_proof 'used before'
fresh=$(proof client GET $origin/orders "$to_key" --nonce "$nonce")
asks /stock -H "Authorization: DPoP $to_key" -H "DPoP: $fresh"
proof_refused 'the proof for another path' invalid_dpop_proof 'htu'
asks /orders -X DELETE -H "Authorization: DPoP $to_key" -H "DPoP: $fresh"
proof_refused 'the proof for another method' invalid_dpop_proof 'htm'
asks /orders -H "Authorization: DPoP $to_key" -H "DPoP: $fresh"
is 'what was refused uses no proof up' 200 "$status"

# Downgrade to Bearer.
asks /orders -H "Authorization: Bearer $to_key"
proof_refused 'without a proof' invalid_token 'scheme DPoP'
asks /orders -H "Authorization: Bearer $to_key" -H "DPoP: $(proof client GET $origin/orders "$to_key" --nonce "$nonce")"
proof_refused 'with a proof' invalid_token 'scheme DPoP'

# Header smuggling: what the services trust comes from the gateway alone.
for name in X-Custom-Jwt x_custom_jwt X-CUSTOM_JWT; do
    asks /orders -H "Authorization: Bearer $free" -H "$name: forged.by.client"
    reached "the upstream header as $name" https://orders orders-set.json '{"client_id":"orders","act":{"client_id":"edge"}}'
    lacks "the upstream header as $name" body 'forged.by.client'
done
asks /orders -H "Authorization: Bearer $free" -H "Authorization: Bearer $to_cert"
is 'Authorization twice' 400 "$status"
asks /orders -H "Authorization: DPoP $to_key" -H "DPoP: $fresh" -H "dpop: $fresh"
proof_refused 'DPoP twice' invalid_dpop_proof 'more than once'
asks /orders -H "Authorization: Bearer $to_cert" -H "X-Client-Cert: $(tr -d '\n' <mine.pem)" -H 'X-SSL-Client-Verify: SUCCESS'
stopped 'a certificate in a header' 'the connection has none'
asks /orders -H 'X-Api-Key: the key of app' -H 'x-api-key: another'
stopped 'an API key twice' 'more than once'
stop_nginx
finish
