#!/bin/sh
# Several issuers: a line of xcj_bearer_jwks for each. Both issuers publish a key with the same kid, and sign with the same
# algorithm, so only the token's iss tells their keys apart. Each attack stands beside its harmless counterpart.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
port=$(free_port)
"$XCJ" keygen --alg ES256 --kid gateway -o conf/es.json --jwks-out conf/es-set.json
"$XCJ" keygen --alg ES256 --kid same -o one.json --jwks-out conf/one-set.json
"$XCJ" keygen --alg ES256 --kid same -o two.json --jwks-out conf/two-set.json
"$XCJ" keygen --alg RS256 --kid rs -o three.json --jwks-out conf/three-set.json
configure 'worker_processes 1;' <<CONF
    xcj_private_jwk es.json; xcj_iss https://gw; xcj_aud a; xcj_consumer_required off;
    xcj_bearer_jwks one-set.json iss=https://one.example aud=us client_id=azp;
    xcj_bearer_jwks two-set.json iss=https://two.example aud=them typ=at+jwt client_id=/ext/app;
    xcj_bearer_jwks three-set.json iss=urn:three alg=RS256;
    server {
        listen 127.0.0.1:$port;
        xcj on; xcj_auth bearer; xcj_verbose on;
        location / { proxy_pass http://127.0.0.1:$echo; }
        location /only { xcj_bearer_jwks one-set.json iss=https://one.example; proxy_pass http://127.0.0.1:$echo; }
    }
CONF
start_nginx

# token KEY ISS MEMBERS [WORD...]: a token with each name of a client.
token() {
    token_key=$1 token_iss=$2 token_members=$3
    shift 3
    "$XCJ" mint --key "$token_key.json" "$@" \
        --claims "{\"iss\":\"$token_iss\",\"azp\":\"azp\",\"clientId\":\"usual\",\"ext\":{\"app\":\"nested\"}$token_members}"
}
# ask TOKEN [PATH]
ask() {
    get -H "Authorization: Bearer $1" "http://127.0.0.1:$port${2:-/}"
}
# minted NAME CLIENT_ID: the backend got a token for this client.
minted() {
    is "$1" 200 "$status"
    "$XCJ" verify --jwks conf/es-set.json "$(received_token)" >claims || fail "$1: the token"
    is "$1, client_id and iss" "$2 https://gw" "$(jq -r '"\(.client_id) \(.iss)"' claims)"
}
refused() {
    is "$1" 401 "$status"
    has "$1, the reason" body "$2"
}

ask "$(token one https://one.example ',"aud":"us"')"
minted 'the first issuer' azp
ask "$(token two https://two.example ',"aud":"them"' --typ at+jwt)"
minted 'the second issuer' nested
ask "$(token three urn:three '')"
minted 'the third issuer' usual
ask "$(token two https://one.example ',"aud":"us"')"
refused 'the first issuer by the key of the second' 'signature'
ask "$(token one https://two.example ',"aud":"them"' --typ at+jwt)"
refused 'the second issuer by the key of the first' 'signature'
ask "$(token two https://two.example ',"aud":"us"' --typ at+jwt)"
refused 'the audience of another issuer' 'aud'
ask "$(token one https://one.example ',"aud":"us"' --typ at+jwt)"
minted 'a typ that only the second issuer demands' azp
ask "$(token two https://two.example ',"aud":"them"')"
refused 'without the typ' 'typ'
ask "$(token one urn:three '')"
refused 'the algorithm of another issuer' 'not allowed here'
ask "$(token one https://nobody.example ',"aud":"us"')"
refused 'an unknown issuer' 'https://nobody.example'
ask "$("$XCJ" mint --key one.json --claims '{"aud":"us","azp":"azp"}')"
refused 'no issuer' 'is missing'
ask "$("$XCJ" mint --key one.json --claims '{"iss":["https://one.example"],"aud":"us","azp":"azp"}')"
refused 'an issuer that is a list' 'is not a string'
ask "$("$XCJ" mint --key two.json --typ at+jwt --claims '{"iss":"https://two.example","aud":"them","azp":"azp","clientId":"usual"}')"
refused 'a client_id that is somewhere else' '/ext/app'

# The lines of a location replace those around it.
ask "$(token one https://one.example '')" /only
minted 'one line in a location' usual
ask "$(token three urn:three '')" /only
refused 'an issuer of the lines around the location' 'no key with kid'
stop_nginx
finish
