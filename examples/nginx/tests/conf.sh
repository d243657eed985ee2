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
truncate -s 2M conf/long.json

# server LINE...: a server with these lines; the first of them is line 2 of what is refused.
server() {
    printf 'server { listen 127.0.0.1:%s; xcj_aud https://a; xcj_consumer c;\n' "$port"
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
for wrong in 'public:cannot sign\|private part\|no private' 'no-alg:RS256' 'text:JSON' 'folder:not a regular file' 'broken:' 'set:kty' 'long.json:longer than'; do
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
refused 'upstream header' 'is not the name of a header field' "$good xcj_upstream_header 'X Y';"
refused 'upstream header Host' 'cannot carry a token' "$good xcj_upstream_header host;"
refused 'downstream header Set-Cookie' 'cannot carry a token' "$good xcj_downstream_header Set-Cookie;"
refused 'apikey header' 'is not the name of a header field' "$good xcj_apikey_header 'a:b';"
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
accepted 'bearer, verified here' "$bearer xcj_bearer_jwks set.json alg=ES256,RS256 iss=https://a iss=https://b aud=me leeway=1m;"
refused 'bearer, no file' 'conf/none.json" cannot be opened' "$bearer xcj_bearer_jwks none.json;"
refused 'bearer, no key' '"d" has 3 bytes' "$bearer xcj_bearer_jwks broken.json;"
refused 'bearer, an unknown algorithm' '"none" is not an algorithm' "$bearer xcj_bearer_jwks set.json alg=ES256,none;"
refused 'bearer, an unknown option' '"color=red" is none of' "$bearer xcj_bearer_jwks set.json color=red;"
refused 'bearer, leeway' 'leeway' "$bearer xcj_bearer_jwks set.json leeway=2d;"

# Consumers.
configure '' <<CONF
server { listen 127.0.0.1:$port; xcj_aud a; $good xcj_consumer_required off; }
CONF
run_nginx -t || fail "a consumer that is not required: $(cat said)"
rejects 'no consumer' 1 '"xcj" needs "xcj_consumer"' <<CONF
server { listen 127.0.0.1:$port; xcj_aud a; $good }
CONF
rejects 'no aud' 1 '"xcj" needs "xcj_aud"' <<CONF
server { listen 127.0.0.1:$port; xcj_consumer c; $good }
CONF

# The plugin's configuration object.
object='xcj on; xcj_bearer_jwks off;'
accepted 'object' "$object xcj_config config.json;"
refused 'object, an unknown member' 'no member "surprise"' "$object xcj_config unknown.json;"
refused 'object, no iss' 'iss is not given' "$object xcj_config no-iss.json;"
refused 'object, and Bearer tokens that nobody verifies' 'Bearer tokens need' 'xcj on; xcj_config config.json;'
accepted 'object, without Bearer tokens' 'xcj on; xcj_auth apikey basic; xcj_config config.json;'
for other in 'xcj_private_jwk rs.json' 'xcj_iss https://other' 'xcj_jku https://other' 'xcj_verbose on' 'xcj_expires_in 60' \
    'xcj_apikey_header X-Key' 'xcj_bearer_clientid_claim sub' 'xcj_upstream_header X-Up' 'xcj_downstream_header X-Down'; do
    refused "object and $other" "\"${other%% *}\" cannot be combined" "$object xcj_config config.json; $other;"
    refused "object and $other within" "\"${other%% *}\" cannot be combined" "$object xcj_config config.json; location / { $other; }"
done
accepted 'an object within directives' "$good location /o { $object xcj_config config.json; }"

# Handlers.
accepted 'jwks' "$good location /jwks { xcj_jwks es.json max_age=10; }"
accepted 'jwks of a file alone' 'location /jwks { xcj_jwks es.json; }'
refused 'jwks of nothing' 'has no key to publish' 'location /jwks { xcj_jwks; }'
refused 'jwks, one kid for two keys' 'two different keys to publish have the kid "es"' 'location /jwks { xcj_jwks es.json other.json; }'
accepted 'jwks, one key twice' 'location /jwks { xcj_jwks es.json set.json; }'
refused 'jwks and xcj on' '"xcj on" is for locations with a service' "$good location /jwks { xcj_jwks; xcj on; }"
refused 'jwks, max_age' 'is neither a file nor' 'location /jwks { xcj_jwks es.json max_age=ever; }'
refused 'jwks in a server' 'directive is not allowed here' 'xcj_jwks;'
accepted 'introspect' 'location /i { xcj_introspect; xcj_introspect_jwks set.json; }'
refused 'introspect without keys' '"xcj_introspect" needs "xcj_introspect_jwks"' 'location /i { xcj_introspect; }'
refused 'introspect, no kid' 'has no "kid"' 'location /i { xcj_introspect; xcj_introspect_jwks no-kid.json; }'
refused 'introspect, no alg' 'has no "alg"' 'location /i { xcj_introspect; xcj_introspect_jwks no-alg.json; }'
refused 'introspect off' 'conf/off" cannot be opened' 'location /i { xcj_introspect; xcj_introspect_jwks off; }'
accepted 'introspect, a secret' 'location /i { xcj_introspect; xcj_introspect_jwks hs.json; }'

# An inner level inherits what it does not say, and an error names the place that is at fault.
rejects 'the place of an inherited key' 1 'conf/text.json"' <<CONF
xcj_private_jwk text.json;
xcj_iss https://gw;
server { listen 127.0.0.1:$port; xcj_aud a; xcj_consumer c;
    location / { xcj on; xcj_auth apikey; }
}
CONF
finish
