#!/bin/sh
# The nginx.conf of this example, unchanged, with the files that README.md makes: four authentications, the keys at jku,
# introspection. What else must hold for each way to authenticate is in examples/scenario.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
http=$(free_port)
tls=$(free_port)
issuer=https://localhost:$tls/x-custom-jwt

# The files that nginx.conf names: README.md's own commands for them.
readme_files "$XCJ_EXAMPLE/README.md"
hash_of() {
    printf '%s' "$1" | sha256sum | cut -c 1-64
}
# Further callers: a subject that must be escaped, and an API key whose client_id has a secret at /introspect.
jq --arg key "$(hash_of 'another key')" '.clients["CN=caller,O=Acme\\, Inc.,C=FR"] = {consumer: "caller-consumer"} |
    .apikeys[$key] = {client_id: "another", consumer: "c"}' conf/xcj/identities.json >identities.json
"$XCJ" keygen --alg HS256 --kid another -o hs.json
"$XCJ" keygen --alg ES384 --kid es-user -o es.json
jq -s '{keys: (.[0].keys + .[1:])}' conf/xcj/credentials.json hs.json es.json >credentials.json
mv credentials.json identities.json conf/xcj/
cp -r "$XCJ_EXAMPLE/debugger" conf/xcj/debugger
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj '/CN=another client CA' 2>log
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key -out client.csr \
    -subj '/C=FR/O=Acme, Inc./CN=caller' 2>log
openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out client.pem 2>log
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout stranger.key -out stranger.pem -days 2 -subj /CN=x 2>log
cat ca.pem >>conf/xcj/client-ca.pem
kong=${XCJ_SHARED:-}/vectors/kong
if [ -d "$kong" ]; then
    cat "$kong/mTLS/ca.cert.pem" >>conf/xcj/client-ca.pem
    kong_subject=$(openssl x509 -in "$kong/mTLS/01.pem" -noout -subject -nameopt RFC2253 | sed 's/^subject=//')
    jq --arg dn "$kong_subject" '.clients[$dn] = {consumer: "contact@konghq.com-ID1"}' conf/xcj/identities.json >identities.json
    mv identities.json conf/xcj/
fi

sed -e "s|modules/ngx_http_xcj_module.so|$work/module.so|" -e "s|/run/nginx.pid|$work/nginx.pid|" -e "s|/etc/nginx|$work/conf|" \
    -e "s|/var/log/nginx/access.log|$work/access.log|" -e "s|/var/log/nginx/error.log;|$work/error.log info;|" \
    -e "s/:8000/:$http/" -e "s/:8443/:$tls/" -e "s/127.0.0.1:9000/127.0.0.1:$echo/" -e 's/worker_processes auto/worker_processes 1/' \
    -e "s|^http {|&\n    client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;|" "$XCJ_EXAMPLE/nginx.conf" >conf/nginx.conf
run_nginx -t || cat said
start_nginx
gateway=http://127.0.0.1:$http
secure=https://localhost:$tls

# checked NAME CLIENT_ID CONSUMER: the token that the service received, by the key that its jku leads to, claim by claim.
checked() {
    token=$(received_token)
    is "$1, one token" 1 "$(received_token | wc -l | tr -d ' ')"
    "$XCJ" inspect --json "$token" >token.json || fail "$1: $token"
    jku=$(jq -r .header.jku token.json)
    is "$1, header" "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"key-1\",\"jku\":\"$issuer/jwks\"}" "$(jq -c .header token.json)"
    curl -s --cacert conf/xcj/server.pem "$jku" >fetched.json
    "$XCJ" verify --jwks fetched.json --iss "$issuer" --aud "http://127.0.0.1:$echo/anything" "$token" >claims 2>log ||
        fail "$1: the token does not verify: $(cat log)"
    is "$1, client_id" "$2" "$(jq -r .client_id claims)"
    is "$1, act" "{\"client_id\":\"$3\"}" "$(jq -c .act claims)"
    is "$1, lifetime" 1800 "$(jq '.exp - .iat' claims)"
    is "$1, iat" true "$(jq --argjson now "$(date +%s)" '.iat >= $now - 60 and .iat <= $now' claims)"
    is "$1, jti" true "$(jq '.jti | test("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")' claims)"
    is "$1, no credential to the service" '' "$(received authorization)$(received apikey)"
}
refusal='{"ErrorMessage":"You are not authorized to access to this service"}'

# Bearer: every claim of the inbound token is kept, but for those that are ours.
inbound=$("$XCJ" mint --key idp/private.json --claims '{"clientId":"contact@konghq.com","iss":"https://idp","aud":"account","realm_access":{"roles":["a"]},"n":1.10}' --expires-in 12h)
get -H "Authorization: Bearer $inbound" "$gateway/oidc"
is 'Bearer, status' 200 "$status"
checked Bearer contact@konghq.com contact@konghq.com-ID1
is 'Bearer, kept' '{"clientId":"contact@konghq.com","realm_access":{"roles":["a"]},"n":1.10,"client_id":' "$(cut -c 1-85 claims)"
forged=$(printf '%s' "$inbound" | sed 's/.....$/AAAAA/')
answers 'Bearer, forged' 401 "$refusal" -H "Authorization: Bearer $forged" "$gateway/oidc"
is 'Bearer, challenge' Bearer "$(field www-authenticate)"

# Basic
get -u 'my-user:My p@ssword!' "$gateway/basicAuth"
is 'Basic, status' 200 "$status"
checked Basic my-user contact@konghq.com-ID1
basic=$token
get -u 'my-user:wrong' "$gateway/basicAuth"
is 'Basic, wrong password' 401 "$status"
lacks 'Basic, wrong password: nginx itself answers' body ErrorMessage

# mTLS
tls_get() {
    get --cacert conf/xcj/server.pem "$@"
}
tls_get --cert client.pem --key client.key "$secure/mtlsAuth"
is 'mTLS, status' 200 "$status"
checked mTLS 'CN=caller,O=Acme\, Inc.,C=FR' caller-consumer
tls_get --http1.1 --cert client.pem --key client.key "$secure/mtlsAuth"
is 'mTLS over HTTP/1.1, status' 200 "$status"
checked 'mTLS over HTTP/1.1' 'CN=caller,O=Acme\, Inc.,C=FR' caller-consumer
tls_get --cert conf/xcj/client.pem --key conf/xcj/client.key "$secure/mtlsAuth"
is "mTLS of README.md, status" 200 "$status"
checked 'mTLS of README.md' 'CN=my-machine,O=Example,C=FR' contact@konghq.com-ID1
if [ -d "$kong" ]; then
    tls_get --cert "$kong/mTLS/01.pem" --key "$kong/mTLS/client.key" "$secure/mtlsAuth"
    is 'mTLS of the original, status' 200 "$status"
    checked 'mTLS of the original' "$kong_subject" contact@konghq.com-ID1
else
    printf 'not there, left out: the client certificate of the original\n'
fi

# API key
get -H 'apikey: 012345AZERTY!' "$gateway/apiKey"
is 'API key, status' 200 "$status"
checked 'API key' my-app contact@konghq.com-ID1

# /introspect: the original's four answers, and what else may come.
ask() {
    asked=$1
    shift
    answers "introspect, $asked" "$@" "$gateway/introspect"
}
get -H 'apikey: 012345AZERTY!' "$gateway/apiKey"
minted_token=$(received_token)
ask 'valid' 200 '{"message":"Ok"}' -H "Authorization: Bearer $minted_token"
is 'introspect, not stored' no-store "$(field cache-control)"
ask 'forged' 401 '{"message":"Invalid signature"}' -H "Authorization: Bearer $(printf '%s' "$minted_token" | sed 's/.....$/AAAAA/')"
expired=$("$XCJ" mint --key conf/xcj/active.json --now 1000000000 --claims '{"client_id":"my-app"}')
ask 'expired' 401 '{"exp":"token expired"}' -H "Authorization: Bearer $expired"
unknown=$("$XCJ" mint --key conf/xcj/active.json --claims '{"client_id":"nobody"}')
ask 'no credential' 401 "{\"message\":\"No credentials found for given 'client_id'\"}" -H "Authorization: Bearer $unknown"
ask 'nothing' 401 '{"message":"Unauthorized"}'
ask 'another scheme' 401 '{"message":"Unauthorized"}' -u a:b
ask 'no token' 401 '{"message":"Bad token"}' -H 'Authorization: Bearer x'
for key in hs:another es:es-user; do
    token=$("$XCJ" mint --key "${key%%:*}.json" --claims "{\"client_id\":\"${key#*:}\"}")
    ask "${key%%:*}" 200 '{"message":"Ok"}' -H "Authorization: Bearer $token"
    other=$("$XCJ" mint --key "${key%%:*}.json" --claims '{"client_id":"my-app"}')
    ask "${key%%:*}, for the client of another algorithm" 401 '{"message":"Invalid algorithm"}' -H "Authorization: Bearer $other"
done
ask 'without exp' 401 '{"exp":"must be a number"}' -H "Authorization: Bearer $("$XCJ" mint --key es.json --bare --claims '{"client_id":"es-user"}')"

# What was logged: whom tokens were for and why not, and no credential.
has 'access log' access.log '"GET /apiKey HTTP/1.1" 200 client_id="my-app"'
has 'access log' access.log 'client_id="-" error="XCJ_ERR_SIGNATURE: '
for secret in "$inbound" "$basic" "$forged" 'My p@ssword!' "$(jq -r .d conf/xcj/active.json)"; do
    lacks 'error log' error.log "$secret"
    lacks 'access log' access.log "$secret"
done
stop_nginx
lacks 'error log' error.log '[alert]'
lacks 'error log' error.log '[crit]'
lacks 'error log' error.log '[error] worker'
finish
