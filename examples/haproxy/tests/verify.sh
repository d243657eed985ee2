#!/bin/sh
# HAProxy's own jwt_verify, which is not ours, accepts the tokens that its action mints, and no others; and so does lua.xcj_verify.
XCJ_EXAMPLES=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../../scenario/lib.sh
. "$XCJ_EXAMPLES/scenario/lib.sh"
# shellcheck source=../../scenario/files.sh
. "$XCJ_EXAMPLES/scenario/files.sh"
# shellcheck source=server.sh
. "$XCJ_EXAMPLES/haproxy/tests/server.sh"
make_files || cat log
http=$(free_port)
https=$(free_port)
check=$(free_port)
start_echo
configure_haproxy "$http" "$https" "$echo"
"$XCJ" convert --to pem --public gw.json >gw.pem
# Two more rules for what the service gets: they answer in its place, with both verdicts.
cat >>haproxy.cfg <<CFG
frontend check
    bind 127.0.0.1:$check
    http-request set-var(txn.token) req.hdr(X-Custom-Jwt)
    http-request set-var(txn.alg) var(txn.token),jwt_header_query('\$.alg')
    http-request set-var(txn.theirs) var(txn.token),jwt_verify(txn.alg,"$work/gw.pem")
    http-request set-var(txn.ours) var(txn.token),lua.xcj_verify,json_query('\$.client_id')
    http-request return status 200 content-type text/plain lf-string "%[var(txn.theirs)] %[var(txn.ours)]"
CFG
# Faults of the gateway: a method that does not exist, and a converter that raises an error.
sed -i -e 's|unless { path_beg|& /fault /raises|' -e '/^    use_backend service/i\
    http-request set-var(txn.xcj) req.hdrs,lua.xcj_mint(password) if { path /fault }\
    http-request set-var(txn.xcj) req.hdrs,lua.raises if { path /raises }' haproxy.cfg
printf 'core.register_converters("raises", function() error("a fault") end)\n' >>gateway.lua

# judged NAME WANTED TOKEN
judged() {
    answers "$1" 200 "$2" -H "X-Custom-Jwt: $3" "http://127.0.0.1:$check/"
}

for key in gw-1 gw-2; do
    cp $key.json gw.json
    "$XCJ" convert --to pem --public gw.json >gw.pem
    if [ -s haproxy.pid ]; then reload_haproxy || fail "$key: the reload"; else start_haproxy; fi
    get -H 'apikey: 012345AZERTY!' "http://127.0.0.1:$http/apikey"
    token=$(received_token)
    judged "$key" '1 key-client' "$token"
    judged "$key, spoilt" '0 ' "$(printf '%s' "$token" | sed 's/.....$/AAAAA/')"
    judged "$key, by another key" '0 ' "$("$XCJ" mint --key thief.json -a RS256 --kid gw-2 --iss https://gw --aud https://service --claim client_id=x)"
done
# What HAProxy does not look at: the claims.
judged 'an expired one' '1 ' "$("$XCJ" mint --key gw.json --now 1000000000 --iss https://gw --aud https://service --claim client_id=x)"
judged 'for another audience' '1 ' "$("$XCJ" mint --key gw.json --iss https://gw --aud https://other --claim client_id=x)"

# The keys that the gateway publishes verify its tokens.
get "http://127.0.0.1:$http/jwks"
is 'the published keys' "$(jq -cS . gw-set.json)" "$(jq -cS . body)"
get "http://127.0.0.1:$http/elsewhere"
is 'a path without a method' 404 "$status"
get -H 'apikey: guess' "http://127.0.0.1:$http/apikey"
is 'the challenge' Bearer "$(field www-authenticate)"
for fault in fault raises; do
    get -H 'apikey: 012345AZERTY!' "http://127.0.0.1:$http/$fault"
    is "/$fault" 500 "$status"
    lacks "/$fault, what the caller learns" body XCJ_ERR_
done
stop_haproxy || fail 'HAProxy does not end'
has 'the log of a token' haproxy.log 'GET /apikey 200 xcj=key-client'
has 'the log of a refusal' haproxy.log 'GET /apikey 401 xcj=401 XCJ_ERR_CREDENTIAL: '
has 'the log of a fault' haproxy.log 'GET /fault 500 xcj=500 XCJ_ERR_CONFIG: '
finish
