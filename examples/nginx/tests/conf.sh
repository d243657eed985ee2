#!/bin/sh
# Configurations: what nginx -t refuses, with file, line and reason, and the twin of each that it accepts; inheritance.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
port=$(free_port)
"$XCJ" keygen --alg RS256 --kid rs -o conf/rs.json --public-out conf/public.json
"$XCJ" keygen --alg ES256 --kid es -o conf/es.json --jwks-out conf/set.json
"$XCJ" keygen --alg ES256 --kid es -o conf/other.json
"$XCJ" keygen --alg HS256 --kid hs -o conf/hs.json
jq 'del(.alg)' conf/rs.json >conf/no-alg.json
jq 'del(.kid)' conf/es.json >conf/no-kid.json
jq '.d = "AAAA"' conf/es.json >conf/broken.json
printf '{"kty":"oct","alg":"HS256","k":"a raw secret, not base64url at all"}' >conf/raw.json
printf '{"iss":"https://gw","private_jwk":%s}' "$(cat conf/rs.json)" >conf/config.json
printf '{"private_jwk":%s}' "$(cat conf/rs.json)" >conf/no-iss.json
printf '{"iss":"https://gw","surprise":1,"private_jwk":%s}' "$(cat conf/rs.json)" >conf/unknown.json
printf 'not JSON' >conf/text.json
mkdir conf/folder
truncate -s 20M conf/long.json

printf '{"clients":{"user":{"consumer":"c"}}}' >conf/identities.json
printf '{"clients":{"user":{"consumer":"c","group":"g"}}}' >conf/identities-unknown.json
printf '{"apikey":{}}' >conf/identities-top.json
printf 'user:x' >conf/htpasswd

# server LINE...: a server with these lines; the first of them is line 2 of what is refused.
server() {
    printf 'server { listen 127.0.0.1:%s; xcj_aud https://a; xcj_consumer c; %s\n' "$port" "${server_says-xcj_preauthenticated basic apikey;}"
    printf '%s\n' "$@"
    printf '}\n'
}
good='xcj on; xcj_auth apikey; xcj_private_jwk rs.json; xcj_iss https://gw;'
accepted() {
    name=$1
    shift
    server "$@" | configure ''
    run_nginx -t || fail "$name: refused: $(cat said)"
    checks=$((checks + 1))
}
refused() {
    refused_name=$1
    refused_text=$2
    shift 2
    server "$@" >conf/part
    rejects "$refused_name" 2 "$refused_text" <conf/part
}

accepted 'complete' "$good"
accepted 'nothing' 'xcj off;'
refused 'no key' '"xcj" needs a key' 'xcj on; xcj_auth apikey; xcj_iss https://gw;'
refused 'no auth' '"xcj" needs "xcj_auth"' 'xcj on; xcj_private_jwk rs.json; xcj_iss https://gw;'
refused 'no iss' '"xcj" needs "xcj_iss"' 'xcj on; xcj_auth apikey; xcj_private_jwk rs.json;'
refused 'an unknown method' '"digest" is none of' 'xcj_auth apikey digest;'
refused 'a flag' 'it must be "on" or "off"' 'xcj maybe;'
refused 'twice' 'directive is duplicate' "$good xcj_auth basic;"

# Keys.
refused 'no such file' 'conf/none.json" cannot be opened' 'xcj on; xcj_auth apikey; xcj_iss https://gw; xcj_private_jwk none.json;'
for wrong in 'public:cannot sign\|private part\|no private' 'no-alg:RS256' 'text:JSON' 'folder:not a regular file' 'broken:' 'set:cannot sign' 'long.json:longer than'; do
    file=${wrong%%:*}
    [ -e "conf/$file" ] || file=$file.json
    refused "key $file" "$work/conf/$file" "xcj on; xcj_auth apikey; xcj_iss https://gw; xcj_private_jwk $file;"
    grep -qi "${wrong#*:}" said || fail "key $file: wanted a reason like ${wrong#*:}: $(cat said)"
done
refused 'raw k' 'hmac_k_raw' 'xcj on; xcj_auth apikey; xcj_iss https://gw; xcj_private_jwk raw.json;'
accepted 'raw k, raw' 'xcj on; xcj_auth apikey; xcj_iss https://gw; xcj_private_jwk raw.json; xcj_hmac_k_raw on;'
lacks 'a key in a message' said "$(jq -r .d conf/es.json)"

# Values.
for value in 0 -1 1.5 366d 31536001 soon; do
    refused "expires_in $value" 'xcj_expires_in' "$good xcj_expires_in $value;"
done
accepted 'expires_in 365d' "$good xcj_expires_in 365d;"
accepted 'expires_in 1' "$good xcj_expires_in 1;"
refused 'upstream header' 'is not a header name' "$good xcj_upstream_header 'X Y';"
refused 'upstream header Host' 'cannot carry a token' "$good xcj_upstream_header host;"
refused 'downstream header Set-Cookie' 'cannot carry a token' "$good xcj_downstream_header Set-Cookie;"
refused 'apikey header' 'is not a header name' "$good xcj_apikey_header 'a:b';"
for name in Content-Length content_length Transfer-Encoding Connection; do
    refused "upstream header $name" 'cannot carry a token' "$good xcj_upstream_header $name;"
    refused "downstream header $name" 'cannot carry a token' "$good xcj_downstream_header $name;"
done
for pair in 'X-Key x-key' 'X-Key X_Key' 'Authorization authorization'; do
    refused "headers $pair" 'the token would replace the header' "$good xcj_apikey_header ${pair% *}; xcj_upstream_header ${pair#* };"
done
accepted 'headers' "$good xcj_upstream_header authorization; xcj_downstream_header X-Down; xcj_apikey_header X-Key;"
# A variable's name is meant here.
# shellcheck disable=SC2016
refused 'iss with a variable' 'variables cannot be used' 'xcj_iss https://$host;'
# shellcheck disable=SC2016
server 'location / { xcj_aud $nobody; }' | configure ''
if run_nginx -t; then fail 'aud with an unknown variable: accepted'; fi
has 'aud with an unknown variable' said 'unknown "nobody" variable' # nginx itself names no line here
refused 'iss, empty' 'directive is empty' "xcj_iss '';"
refused 'thread pool' 'unknown thread pool "none"' "$good xcj_thread_pool none;"
accepted 'thread pool' "$good xcj_thread_pool default;"

# Bearer tokens are verified, or it is said that they were.
bearer='xcj on; xcj_auth bearer; xcj_private_jwk rs.json; xcj_iss https://gw;'
refused 'bearer' 'Bearer tokens need "xcj_bearer_jwks"' "$bearer"
accepted 'bearer, verified before' "$bearer xcj_bearer_jwks off;"
accepted 'bearer, verified here' "$bearer xcj_bearer_jwks set.json alg=ES256,RS256 iss=https://a aud=me aud=you typ=at+jwt leeway=1m;"
refused 'bearer, two issuers on a line' 'two "iss"' "$bearer xcj_bearer_jwks set.json iss=https://a iss=https://b;"
refused 'bearer, a client_id that is no pointer' 'nor a JSON Pointer' "$bearer xcj_bearer_jwks set.json client_id=/a~;"
refused 'introspection, client_id' '"client_id=a" is none of' 'xcj_introspect_jwks set.json client_id=a;'
refused 'bearer, one issuer twice' 'another line has the same "iss"' "$bearer xcj_bearer_jwks set.json iss=https://a; xcj_bearer_jwks set.json iss=https://b; xcj_bearer_jwks set.json iss=https://a;"
refused 'bearer, a second line without an issuer' 'each of several lines needs "iss="' "$bearer xcj_bearer_jwks set.json iss=https://a; xcj_bearer_jwks set.json;"
refused 'bearer, a first line without an issuer' 'each of several lines needs "iss="' "$bearer xcj_bearer_jwks set.json; xcj_bearer_jwks set.json iss=https://a;"
refused 'bearer, off and a line' 'duplicate' "$bearer xcj_bearer_jwks off; xcj_bearer_jwks set.json iss=https://a;"
refused 'bearer, a line and off' 'duplicate' "$bearer xcj_bearer_jwks set.json iss=https://a; xcj_bearer_jwks off;"
refused 'introspection, two lines' 'duplicate' 'xcj_introspect_jwks set.json iss=https://a; xcj_introspect_jwks set.json iss=https://b;'
refused 'bearer, no file' 'conf/none.json" cannot be opened' "$bearer xcj_bearer_jwks none.json;"
refused 'bearer, no key' '"d" has 3 bytes' "$bearer xcj_bearer_jwks broken.json;"
refused 'bearer, an algorithm of no key' 'no key of' "$bearer xcj_bearer_jwks set.json alg=RS256;"
accepted 'bearer, an algorithm of a key' "$bearer xcj_bearer_jwks set.json alg=ES256;"
refused 'bearer, an unknown algorithm' '"none" is not an algorithm' "$bearer xcj_bearer_jwks set.json alg=ES256,none;"
refused 'bearer, an unknown option' '"color=red" is none of' "$bearer xcj_bearer_jwks set.json color=red;"
refused 'bearer, leeway' 'leeway' "$bearer xcj_bearer_jwks set.json leeway=2d;"

# Consumers.
good="$good xcj_preauthenticated apikey;"
configure '' <<CONF
server { listen 127.0.0.1:$port; xcj_aud a; $good xcj_consumer_required off; }
CONF
run_nginx -t || fail "a consumer that is not required: $(cat said)"
rejects 'no consumer' 1 '"xcj" needs "xcj_identities"' <<CONF
server { listen 127.0.0.1:$port; xcj_aud a; $good }
CONF
rejects 'no aud' 1 '"xcj" needs "xcj_aud"' <<CONF
server { listen 127.0.0.1:$port; xcj_consumer c; $good }
CONF

# The plugin's configuration object.
good='xcj on; xcj_auth apikey; xcj_private_jwk rs.json; xcj_iss https://gw;'
object='xcj on; xcj_bearer_jwks off; xcj_kong_order on;'
accepted 'object' "$object xcj_config config.json;"
refused 'object, an unknown member' 'no member "surprise"' "$object xcj_config unknown.json;"
refused 'object, no iss' 'iss is not given' "$object xcj_config no-iss.json;"
refused 'object, and Bearer tokens that nobody verifies' 'Bearer tokens need' 'xcj on; xcj_config config.json; xcj_kong_order on;'
refused 'object, and no method is named' 'needs "xcj_auth"' 'xcj on; xcj_config config.json; xcj_bearer_jwks off;'
for header in Host content-length Set-Cookie Transfer-Encoding; do
    for member in upstream_custom_jwt_header downstream_custom_jwt_header; do
        printf '{"iss":"https://gw","private_jwk":%s,"%s":"%s"}' "$(cat conf/rs.json)" $member $header >conf/header.json
        refused "object, $member $header" 'cannot carry a token' "$object xcj_config header.json;"
    done
done
printf '{"data":[{"name":"x-custom-jwt","config":%s}],"next":null}' "$(cat conf/config.json)" >conf/list.json
printf '{"_format_version":"3.0","plugins":[{"name":"x-custom-jwt"}]}' >conf/deck.json
printf '{"iss":"https://gw","private_jwk":"{vault://env/jwk}"}' >conf/vault.json
printf '{"id":"1","name":"x-custom-jwt","consumer":null,"consumer_group":null,"enabled":true,"created_at":1,"updated_at":2,"ordering":null,"config":%s}' "$(cat conf/config.json)" >conf/exported.json
refused 'a list of the Admin API' "jq '.data[]" "$object xcj_config list.json;"
refused 'a declaration of decK' 'decK' "$object xcj_config deck.json;"
refused 'a vault' 'private_jwk is a reference to a vault' "$object xcj_config vault.json;"
accepted 'an object as Kong exports it' "$object xcj_config exported.json;"
jq '.data[] | select(.name == "x-custom-jwt")' conf/list.json >conf/taken.json
accepted 'an object taken out of a list' "$object xcj_config taken.json;"
accepted 'object, without Bearer tokens' 'xcj on; xcj_auth apikey basic; xcj_config config.json;'
for other in 'xcj_private_jwk rs.json' 'xcj_iss https://other' 'xcj_jku https://other' 'xcj_verbose on' 'xcj_expires_in 60' \
    'xcj_apikey_header X-Key' 'xcj_bearer_clientid_claim sub' 'xcj_upstream_header X-Up' 'xcj_downstream_header X-Down'; do
    refused "object and $other" "\"${other%% *}\" cannot be combined" "$object xcj_config config.json; $other;"
    refused "object and $other within" "\"${other%% *}\" cannot be combined" "$object xcj_config config.json; location / { $other; }"
done
accepted 'an object within directives' "$good location /o { $object xcj_config config.json; }"

# Files that are named must be there, used or not.
for line in 'xcj_private_jwk none.json' 'xcj_config none.json' 'xcj_bearer_jwks none.json' 'xcj_introspect_jwks none.json' 'xcj_identities none.json'; do
    refused "not used: $line" 'conf/none.json" cannot be opened' "$line;"
done
accepted 'not used' 'xcj_private_jwk rs.json; xcj_bearer_jwks set.json; xcj_introspect_jwks set.json; xcj_identities identities.json;'

# Somebody must check what a token is minted for.
server_says=
refused 'identities, an unknown member' '"group"' "$good xcj_identities identities-unknown.json;"
refused 'identities, an unknown part' '"apikey" at offset 1' "$good xcj_identities identities-top.json;"
refused 'identities, no JSON' 'text.json' "$good xcj_identities text.json;"
accepted 'identities' "$good xcj_identities identities.json;"
refused 'API keys that nobody checks' 'nothing here checks the key' "$good"
accepted 'API keys that something else checks' "$good xcj_preauthenticated apikey;"
refused 'API keys, another method is said' 'nothing here checks the key' "$good xcj_preauthenticated basic;"
basic='xcj on; xcj_auth basic; xcj_private_jwk rs.json; xcj_iss https://gw;'
users='auth_basic_user_file htpasswd;'
refused 'passwords that nobody checks' 'nothing here checks the password' "$basic"
refused 'passwords, auth_basic off' 'nothing here checks the password' "$basic auth_basic off; $users"
# shellcheck disable=SC2016
refused 'passwords, auth_basic now and then' 'nothing here checks the password' "$basic auth_basic \$host; $users"
refused 'passwords, auth_basic elsewhere' 'nothing here checks the password' "$basic location /a { auth_basic x; $users }"
refused 'passwords, auth_basic off within' 'nothing here checks the password' "$basic auth_basic x; $users location /a { auth_basic off; }"
accepted 'passwords' "$basic auth_basic x; $users location /a { xcj_verbose on; }"
accepted 'passwords, in a location' "location /a { $basic auth_basic x; $users }"
accepted 'passwords that something else checks' "$basic xcj_preauthenticated basic;"
for some in "$basic auth_basic x; $users" "$basic xcj_preauthenticated basic;" "$good xcj_preauthenticated apikey;" \
    "$bearer xcj_bearer_jwks off;"; do
    refused 'satisfy any' '"satisfy any" lets requests in' "$some satisfy any; allow 127.0.0.1; deny all;"
    accepted 'satisfy all' "$some satisfy all; allow 127.0.0.1; deny all;"
done
accepted 'satisfy any, checked here' "$good xcj_identities identities.json; satisfy any;"
accepted 'satisfy any, verified here' "$bearer xcj_bearer_jwks set.json; satisfy any;"
refused 'satisfy any, inherited' '"satisfy any" lets requests in' "satisfy any; location /a { $basic auth_basic x; $users }"
refused 'dn' 'invalid value "x500"' "$good xcj_dn x500;"
refused 'exp' 'it must be "on" or "off"' "$good xcj_cap_exp never;"
refused 'inbound' 'invalid value "none"' "$good xcj_inbound none;"
accepted 'kong' "xcj on; xcj_kong on; xcj_bearer_jwks off; xcj_preauthenticated basic apikey; xcj_private_jwk rs.json; xcj_iss https://gw;"
refused 'kong, unchecked' 'Bearer tokens need' "xcj on; xcj_kong on; xcj_private_jwk rs.json; xcj_iss https://gw;"
accepted 'dn' "$good xcj_identities identities.json; xcj_dn kong; location /a { xcj_dn rfc4514; }"
server_says='xcj_preauthenticated basic apikey;'

# Claims. Names, and values without variables, are checked at start.
server_says='xcj_preauthenticated basic apikey;'
while IFS='|' read -r line text; do
    if [ -n "$text" ]; then refused "$line" "$text" "$good $line"; else accepted "$line" "$good $line"; fi
done <<'LINES'
xcj_claim tenant x;|
xcj_claim tenant $http_x_tenant; xcj_claim roles $http_x_roles json if=$http_x_on;|
xcj_claim n 1.5 json; xcj_claim o '{"a":[1]}' json;|
xcj_claim o '{"a":1},"iss":2' json;|is not one valid JSON value
xcj_claim iss x;|a claim of the gateway's own
xcj_claim Exp $host;|a claim of the gateway's own
xcj_claim sub x;|has a member of its own
xcj_claim a x; xcj_claim A y;|is given twice
xcj_claim $host x;|variables cannot be used
xcj_claim "" x;|has an empty name
xcj_claim a;|invalid number of arguments
xcj_claim a x text;|neither json nor if=
xcj_claim a x json json;|neither json nor if=
xcj_claim a x if=;|neither json nor if=
xcj_sub $host;|
xcj_sub a; xcj_sub b;|is duplicate
xcj_aud a $host;|directive is duplicate
xcj_keep_claims a /b/c;|
xcj_keep_claims "";|
xcj_keep_claims a ""; |has an empty name
xcj_keep_claims cnf;|names cnf
xcj_keep_claims a; xcj_keep_claims b;|is duplicate
xcj_keep_claims a; xcj_drop_claims b;|not given together
xcj_keep_claims a; location /a { xcj_keep_claims b; }|
xcj_drop_claims /a~b;|is no JSON Pointer
xcj_drop_claims $host;|variables cannot be used
xcj_require_claims a /b/0;|
xcj_require_claims /a~b;|is no JSON Pointer
xcj_bearer_clientid_claim azp /a/b;|
xcj_bearer_clientid_claim "";|bearer_clientid_claims is empty
xcj_rename_claim /a/b c; xcj_rename_claim d e;|
xcj_rename_claim a aud;|a claim of the gateway's own
xcj_rename_claim a b; xcj_claim b x;|the new name of a renamed claim
xcj_rename_claim a b; xcj_rename_claim c B;|the new name of several claims
xcj_rename_claim a;|invalid number of arguments
xcj_jose_header cty x; xcj_jose_header x "a\"b";|
xcj_jose_header alg none;|alg
xcj_jose_header kid x;|kid
xcj_jose_header a $host;|variables cannot be used
xcj_cap_exp off;|
xcj_profile at+jwt;|
xcj_profile saml;|invalid value "saml"
LINES

# Handlers.
accepted 'jwks' "$good location /jwks { xcj_jwks es.json max_age=10; }"
accepted 'jwks of a file alone' 'location /jwks { xcj_jwks es.json; }'
refused 'jwks of nothing' 'has no key to publish' 'location /jwks { xcj_jwks; }'
refused 'jwks, one kid for two keys' 'two different keys to publish have the kid "es"' 'location /jwks { xcj_jwks es.json other.json; }'
accepted 'jwks, one key twice' 'location /jwks { xcj_jwks es.json set.json; }'
refused 'jwks and xcj on' '"xcj on" is for locations with a service' "$good location /jwks { xcj_jwks; xcj on; }"
refused 'jwks, max_age' 'max_age" that is no time' 'location /jwks { xcj_jwks es.json max_age=ever; }'
refused 'jwks in a server' 'directive is not allowed here' 'xcj_jwks;'
accepted 'introspect' 'location /i { xcj_introspect; xcj_introspect_jwks set.json; }'
refused 'introspect without keys' '"xcj_introspect" needs "xcj_introspect_jwks"' 'location /i { xcj_introspect; }'
refused 'introspect, no kid' 'has no "kid"' 'location /i { xcj_introspect; xcj_introspect_jwks no-kid.json; }'
refused 'introspect, no alg' 'has no "alg"' 'location /i { xcj_introspect; xcj_introspect_jwks no-alg.json; }'
refused 'introspect off' 'conf/off" cannot be opened' 'location /i { xcj_introspect; xcj_introspect_jwks off; }'
accepted 'introspect, a secret' 'location /i { xcj_introspect; xcj_introspect_jwks hs.json; }'

# zone LINE [WORD]...: a server that uses the fetched set of this line, with these words.
zone() {
    zone_line=$1
    shift
    printf '%s\n' "$zone_line"
    server "xcj on; xcj_auth bearer; xcj_private_jwk rs.json; xcj_iss https://gw; xcj_bearer_jwks zone=keys $*;"
}
zone_refused() {
    zone_refused_name=$1 zone_refused_at=$2 zone_refused_text=$3
    shift 3
    zone "$@" >conf/part
    rejects "$zone_refused_name" "$zone_refused_at" "$zone_refused_text" <conf/part
}
zone_good='xcj_jwks_zone keys:256k /_jwks;'
zone "$zone_good" iss=https://idp alg=ES256 | configure ''
run_nginx -t || fail "a zone: refused: $(cat said)"
zone 'xcj_jwks_zone keys:256k /_jwks min_fresh=1m max_fresh=1h stale_if_error=1d cool_down=30s timeout=5s;' | configure ''
run_nginx -t || fail "a zone with times: refused: $(cat said)"
zone_refused 'a zone that is not declared' 3 'no "xcj_jwks_zone" with the name "keys"' 'xcj_jwks_zone other:256k /_jwks;'
zone_refused 'a zone without a size' 1 'needs NAME:SIZE' 'xcj_jwks_zone keys /_jwks;'
zone_refused 'a zone that is too small' 1 'needs NAME:SIZE, with 32k' 'xcj_jwks_zone keys:16k /_jwks;'
zone_refused 'a zone twice' 1 'is duplicate' "$zone_good $zone_good"
zone_refused 'a zone of something else' 1 'is already' "limit_req_zone \$uri zone=keys:256k rate=1r/s; $zone_good"
zone_refused 'a location that is none' 1 'path of an internal location' 'xcj_jwks_zone keys:256k https://idp/jwks;'
zone_refused 'a location with a query' 1 'path of an internal location' 'xcj_jwks_zone keys:256k /_jwks?a;'
zone_refused 'a zone, a time that is none' 1 'has a time that is not' "xcj_jwks_zone keys:256k /_jwks timeout=soon;"
zone_refused 'a zone, an unknown word' 1 '"ttl=1m" is none of' 'xcj_jwks_zone keys:256k /_jwks ttl=1m;'
zone_refused 'a zone, times that contradict' 1 'max_fresh is below min_fresh' 'xcj_jwks_zone keys:256k /_jwks min_fresh=1h max_fresh=1m;'
zone_refused 'a zone, too long a cool-down' 1 'cool_down is above min_fresh' 'xcj_jwks_zone keys:256k /_jwks min_fresh=5s cool_down=6s;'
zone_refused 'a zone with a shared secret' 3 'for shared secrets' "$zone_good" alg=HS256
zone_refused 'a zone in a server' 3 'directive is not allowed here' "$zone_good" "; $zone_good"
refused 'introspect with a zone' 'conf/zone=keys" cannot be opened' 'location /i { xcj_introspect; xcj_introspect_jwks zone=keys; }'

# An inner level inherits what it does not say, and an error names the place that is at fault.
rejects 'the place of an inherited key' 1 'conf/text.json"' <<CONF
xcj_private_jwk text.json;
xcj_iss https://gw;
xcj_preauthenticated apikey;
server { listen 127.0.0.1:$port; xcj_aud a; xcj_consumer c;
    location / { xcj on; xcj_auth apikey; }
}
CONF
# A thousand locations that say the same, each for itself, share one minter and one verifier.
# thousand LINE: the memory of the master process in KiB, with this line in each location.
thousand() {
    {
        printf 'server { listen 127.0.0.1:%s; xcj_iss https://gw; xcj_aud a; xcj_consumer c;\n' "$port"
        for i in $(seq 1000); do printf 'location /%s { %s }\n' "$i" "$1"; done
        printf '}\n'
    } | configure 'worker_processes 1;'
    start_nginx
    awk '/^VmRSS/ { print $2 }' "/proc/$(cat nginx.pid)/status"
    stop_nginx
}
without=$(thousand 'proxy_pass http://127.0.0.1:9;')
sharing=$(thousand 'xcj on; xcj_auth bearer; xcj_private_jwk rs.json; xcj_bearer_jwks set.json alg=ES256; proxy_pass http://127.0.0.1:9;')
printf 'a thousand locations: %s KiB without tokens, %s KiB with\n' "$without" "$sharing"
checks=$((checks + 1))
[ "$sharing" -lt $((without + 5000)) ] || fail 'a thousand locations do not share a minter'
finish
