#!/bin/sh
# Claims of the request and of an inbound token: what is kept, renamed and brought, and header values that try to change, add or
# hide other claims.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
plain=$(free_port)
"$XCJ" keygen --alg ES256 --kid es -o conf/es.json --jwks-out conf/set.json
configure 'worker_processes 1;' <<CONF
    xcj_private_jwk es.json; xcj_iss https://gw; xcj_aud a; xcj_consumer_required off; xcj_auth bearer; xcj_bearer_jwks off;
    xcj_bearer_clientid_claim azp /realm/client; xcj_verbose on;
    server {
        listen 127.0.0.1:$plain;
        xcj on;
        location /plain { proxy_pass http://127.0.0.1:$echo; }
        location /kept { xcj_keep_claims scope /realm/roles; proxy_pass http://127.0.0.1:$echo; }
        location /none { xcj_keep_claims ""; proxy_pass http://127.0.0.1:$echo; }
        location /dropped { xcj_drop_claims scope /realm/roles; proxy_pass http://127.0.0.1:$echo; }
        location /renamed { xcj_rename_claim /realm/roles roles; xcj_rename_claim iss idp; xcj_drop_claims realm; proxy_pass http://127.0.0.1:$echo; }
        location /required { xcj_require_claims scope /realm/x; proxy_pass http://127.0.0.1:$echo; }
        location /brought {
            xcj_aud first \$http_x_aud; xcj_sub \$http_x_sub; xcj_claim tenant \$http_x_tenant; xcj_claim roles \$http_x_roles json;
            xcj_claim amr mfa if=\$http_x_mfa; xcj_claim whom "\$xcj_client_id at \$host"; xcj_keep_claims azp amr sub tenant;
            xcj_jose_header cty 'a"b'; proxy_pass http://127.0.0.1:$echo;
            location /brought/inner { xcj_claim only this; proxy_pass http://127.0.0.1:$echo; }
        }
        location /access { xcj_profile at+jwt; xcj_sub \$http_x_sub; xcj_keep_claims ""; proxy_pass http://127.0.0.1:$echo; }
        location /txn { xcj_profile txn; xcj_claim req_wl gw; xcj_keep_claims scope sub; proxy_pass http://127.0.0.1:$echo; }
        location /uncapped { xcj_cap_exp off; xcj_keep_claims ""; proxy_pass http://127.0.0.1:$echo; }
    }
CONF
start_nginx

# ask CLAIMS PATH [CURL_WORD...]; minted NAME WANTED: without the claims that every token has.
ask() {
    ask_token=$("$XCJ" mint --key conf/es.json --bare --claims "$1")
    ask_path=$2
    shift 2
    get -H "Authorization: Bearer $ask_token" "$@" "http://127.0.0.1:$plain$ask_path"
}
minted() {
    is "$1" 200 "$status"
    "$XCJ" verify --jwks conf/set.json "$(received_token)" >claims || fail "$1: the token"
    is "$1" "$2" "$(jq -c 'del(.iss, .iat, .exp, .jti)' claims)"
    is "$1, ours" 'https://gw true' "$(jq -r '"\(.iss) \(.exp - .iat <= 1800 and (.jti | length) == 36)"' claims)"
}
nested='{"iss":"https://idp","azp":"app","scope":"s","realm":{"client":"r","roles":["a"]}}'
ask "$nested" /plain
minted 'plain' '{"azp":"app","scope":"s","realm":{"client":"r","roles":["a"]},"client_id":"app","aud":"a"}'
ask '{"realm":{"client":"r"}}' /plain
minted 'client_id, the fall-back' '{"realm":{"client":"r"},"client_id":"r","aud":"a"}'
ask '{"azp":1,"realm":{"client":"r"}}' /plain
is 'client_id that is no string' 401 "$status"
ask "$nested" /kept
minted 'kept' '{"scope":"s","realm":{"roles":["a"]},"client_id":"app","aud":"a"}'
ask "$nested" /none
minted 'nothing kept' '{"client_id":"app","aud":"a"}'
ask "$nested" /dropped
minted 'dropped' '{"azp":"app","realm":{"client":"r"},"client_id":"app","aud":"a"}'
ask "$nested" /renamed
minted 'renamed' '{"azp":"app","scope":"s","roles":["a"],"idp":"https://idp","client_id":"app","aud":"a"}'
ask "$nested" /required
is 'a required claim is missing' 401 "$status"
has 'a required claim is missing' body "lacks the claim '/realm/x'"
ask '{"azp":"app","scope":"s","realm":{"x":null}}' /required
minted 'a required claim' '{"azp":"app","scope":"s","realm":{"x":null},"client_id":"app","aud":"a"}'

# The request decides; what it leaves out is not taken from the inbound token.
inbound='{"azp":"app","amr":"mfa","sub":"s","tenant":"evil","roles":["root"]}'
ask "$inbound" /brought -H 'X-Aud: second' -H 'X-Sub: alice' -H 'X-Tenant: blue' -H 'X-Roles: ["r", 1]' -H 'X-Mfa: 1' -H 'Host: h'
minted 'brought' '{"azp":"app","client_id":"app","aud":["first","second"],"sub":"alice","tenant":"blue","roles":["r",1],"amr":"mfa","whom":"app at h"}'
is 'header' 'a"b' "$("$XCJ" inspect --json "$(received_token)" | jq -r .header.cty)"
ask "$inbound" /brought -H 'X-Aud: second' -H 'X-Mfa: 0' -H 'Host: h'
minted 'not brought' '{"azp":"app","sub":"s","client_id":"app","aud":["first","second"],"whom":"app at h"}'
ask "$inbound" /brought/inner -H 'X-Aud: second'
minted 'an inner list replaces the outer one' '{"azp":"app","amr":"mfa","sub":"s","tenant":"evil","client_id":"app","aud":["first","second"],"only":"this"}'

# Values that try to end their claim, or to repeat another: as strings they stay what they are, as JSON they are refused.
while IFS= read -r value; do
    ask "$inbound" /brought -H 'X-Aud: second' -H "X-Tenant: $value" -H 'Host: h'
    minted "tenant $value" "{\"azp\":\"app\",\"sub\":\"s\",\"client_id\":\"app\",\"aud\":[\"first\",\"second\"],\"tenant\":$(printf '%s' "$value" | jq -Rsc .),\"whom\":\"app at h\"}"
    ask "$inbound" /brought -H "X-Aud: $value" -H 'Host: h'
    minted "aud $value" "{\"azp\":\"app\",\"sub\":\"s\",\"client_id\":\"app\",\"aud\":[\"first\",$(printf '%s' "$value" | jq -Rsc .)],\"whom\":\"app at h\"}"
    ask "$inbound" /brought -H 'X-Aud: second' -H "X-Roles: $value" -H 'Host: h'
    is "roles $value" 401 "$status"
    has "roles $value" body 'is not one valid JSON value'
done <<'VALUES'
","client_id":"root
"],"client_id":"root","x":["
\",\"iss\":\"x\"
[1],"client_id":"root"
{"a":1}}{
{"a":1,"a":2}
"\ud800"
\u0022
VALUES
ask "$inbound" /brought -H 'X-Aud: second' -H "X-Tenant: $(printf '\377')"
is 'not UTF-8' 401 "$status"
has 'not UTF-8' body 'is not valid UTF-8'
ask '{"azp":"app","Tenant":"evil"}' /brought -H 'X-Aud: second'
minted 'a claim in another case is not kept' '{"azp":"app","client_id":"app","aud":["first","second"],"whom":"app at 127.0.0.1"}'

ask "$nested" /access -H 'X-Sub: alice'
"$XCJ" verify --jwks conf/set.json --profile at+jwt --iss https://gw --aud a "$(received_token)" >claims || fail 'an access token'
is 'an access token' 'alice app' "$(jq -r '"\(.sub) \(.client_id)"' claims)"
ask "$nested" /access
is 'an access token without sub' 401 "$status"
has 'an access token without sub' body 'the profile at+jwt demands the claim sub'
ask '{"azp":"app","sub":"s","scope":"x","txn":"t-1"}' /txn
"$XCJ" verify --jwks conf/set.json --profile txn --aud a "$(received_token)" >claims || fail 'a Transaction Token'
is 'a Transaction Token' 't-1 gw' "$(jq -r '"\(.txn) \(.req_wl)"' claims)"
ask '{"azp":"app","sub":"s"}' /txn
is 'a Transaction Token without scope' 401 "$status"

now=$(date +%s)
ask "{\"azp\":\"app\",\"exp\":$((now + 60))}" /none
"$XCJ" verify --jwks conf/set.json "$(received_token)" >claims
is 'exp is capped' "$((now + 60))" "$(jq .exp claims)"
ask "{\"azp\":\"app\",\"exp\":$((now + 60))}" /uncapped
"$XCJ" verify --jwks conf/set.json "$(received_token)" >claims
is 'exp is not capped' 1800 "$(jq '.exp - .iat' claims)"
finish
