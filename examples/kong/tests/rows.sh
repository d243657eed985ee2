#!/bin/sh
# How the plugin behaves, row by row of what its users know of the original: as the original by default, and with strict. The
# numbers are those of the table in README.md.
# shellcheck disable=SC2016 # variables of jq and nginx
set -u
XCJ_EXAMPLES=$XCJ_SOURCE/examples
# shellcheck source=../../scenario/lib.sh
. "$XCJ_EXAMPLES/scenario/lib.sh"
# shellcheck source=server.sh
. "$XCJ_EXAMPLES/kong/tests/server.sh"
start_echo
http=$(free_port)
tls=$(free_port)

"$XCJ" keygen --alg ES256 --kid gw -o gw.json --jwks-out gw-set.json
"$XCJ" keygen --alg ES256 --kid idp -o idp.json --jwks-out idp-set.json
"$XCJ" keygen --alg ES256 --kid idp -o thief.json
for alg in RS256 RS512 PS256 EdDSA; do "$XCJ" keygen --alg $alg --kid $alg -o $alg.json; done
printf '{"kty":"oct","kid":"hs","alg":"SH256","k":"a secret that is no base64url, but long"}' >raw.json
"$XCJ" keygen --alg HS256 --kid hs -o hs.json
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout ca.key -out ca.pem -subj '/CN=ca' 2>log
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key -out client.csr -subj '/C=FR/O=Acme/CN=caller' 2>log
openssl x509 -req -days 2 -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out client.pem 2>log
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout server.key -out server.pem -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost 2>log

# The same in both modes, and configurations that only one loads.
jq -n --rawfile gw gw.json --rawfile idp idp-set.json --rawfile raw raw.json --rawfile hs hs.json --rawfile rs RS256.json \
    --rawfile rs5 RS512.json --rawfile ps PS256.json --rawfile ed EdDSA.json '
    {private_jwk: $gw, iss: "https://kong", jku: "https://kong/jwks", verbose: true, bearer_clientid_claim: "clientId"} as $old |
    ($old + {strict: true, issuers: [{iss: "https://idp", jwks: $idp}]}) as $new |
    {compat: $old, strict: $new,
     compatauth: ($old + {upstream_custom_jwt_header: "authorization", downstream_custom_jwt_header: "X-Down"}),
     strictauth: ($new + {upstream_custom_jwt_header: "authorization", downstream_custom_jwt_header: "X-Down"}),
     compatoct: ($old + {private_jwk: $raw}), strictoct: ($new + {private_jwk: $hs}),
     compatRS256: ($old + {private_jwk: $rs}), strictRS256: ($new + {private_jwk: $rs}),
     compatRS512: ($old + {private_jwk: $rs5}), strictRS512: ($new + {private_jwk: $rs5}),
     compatPS256: ($old + {private_jwk: $ps}), strictPS256: ($new + {private_jwk: $ps}),
     compatEdDSA: ($old + {private_jwk: $ed}), strictEdDSA: ($new + {private_jwk: $ed}),
     compatwrong: ($old + {private_jwk: "no key"}), compatfraction: ($old + {expires_in: 1800.5}),
     fields: ($new + {audiences: ["a", "b"], claims_from_headers: {tenant: "X-Tenant"}, rename_claims: {scope: "scp"},
        drop_claims: ["secret"], methods: ["bearer", "apikey"], api_key_sha256: true, dpop: {origin: "https://gw", shared_dict: "proofs"}}),
     optional: ($old + {consumer_optional: true, exp: "capped", cnf: "ignored"})}' >conf/configs.json

{
    plugin_lua false
    cat <<CONF
    log_format bare '\$uri \$status';
    access_log $work/access.log bare;
    underscores_in_headers on; ignore_invalid_headers off;
    init_worker_by_lua_block {
        -- What a vault may make of a configuration that was saved.
        local vault = {}
        for name, value in pairs(configs.strict) do vault[name] = value end
        vault.private_jwk = "no key"
        configs.strictwrong = vault
    }
    server {
        listen 127.0.0.1:$http;
        listen 127.0.0.1:$tls ssl;
        ssl_certificate $work/server.pem; ssl_certificate_key $work/server.key;
        ssl_client_certificate $work/ca.pem; ssl_verify_client optional;
        location ~ ^/(?<config>[a-zA-Z0-9]+) {
            access_by_lua_block {
                -- What Kong and an authentication plugin know of the request.
                local header = ngx.req.get_headers()
                ngx.ctx.standin = {
                    consumer = header["x-consumer"] ~= "none" and { id = "id-1", custom_id = header["x-consumer"] ~= "id" and "contact" or ngx.null } or nil,
                    service = { protocol = header["x-protocol"] or "http", host = "service.example", port = tonumber(header["x-port"] or 80), path = "/anything" },
                    cert = header["x-cert"],
                }
                handler:access(configs[ngx.var.config])
            }
            header_filter_by_lua_block { handler:header_filter(configs[ngx.var.config]) }
            proxy_pass http://127.0.0.1:$echo;
        }
    }
CONF
} | configure "load_module $work/lua.so; worker_processes 1;"
start_nginx
gateway=http://127.0.0.1:$http
"$XCJ" jwks gw.json RS256.json RS512.json PS256.json EdDSA.json >all-set.json

# token CLAIMS [WORD...]: one of the provider.
token() {
    claims=$1
    shift
    "$XCJ" mint --key idp.json --iss https://idp --claims "$claims" "$@"
}
# with_payload PAYLOAD: a token with this payload, whatever it is, signed by the provider.
with_payload() {
    printf '%s' "$1" >payload
    "$XCJ" mint --key idp.json --jws --payload payload
}

# row NAME CONFIG WANTED CURL_WORD...: WANTED is an expression of jq, true for the claims of the token that the service got; or
# "401 TEXT", "500": the status, and a part of the body's VerboseMessage. The claims as they are in the file claims.
row() {
    row_name="$1, $2"
    config=$2
    wanted=$3
    shift 3
    get "$@" "${base:-$gateway}/$config"
    case $wanted in
    [45]0[0-9]*)
        is "$row_name, status" "${wanted%% *}" "$status"
        is "$row_name, text" 'You are not authorized to access to this service' "$(jq -r .ErrorMessage body)"
        is "$row_name, type" application/json "$(field content-type)"
        [ "$wanted" = "${wanted%% *}" ] || has "$row_name" body "${wanted#* }"
        ;;
    *)
        is "$row_name, status" 200 "$status"
        received_token >got
        "$XCJ" verify --jwks all-set.json --iss https://kong - <got >claims 2>log || fail "$row_name: $(cat log)"
        is "$row_name" true "$(jq "$wanted" claims 2>&1)"
        ;;
    esac
}
# both NAME WANTED CURL_WORD...: the same in both modes.
both() {
    both_name=$1
    both_wanted=$2
    shift 2
    row "$both_name" compat "$both_wanted" "$@"
    row "$both_name" strict "$both_wanted" "$@"
}
none='No suitable Authentication method is found: no Bearer token, no Basic Auth, no mTLS, no Key Auth'
issue="Issue with 'client_id' claim retrieval or Kong Consumer. "

app=$(token '{"clientId":"app"}')
forged=$("$XCJ" mint --key thief.json --iss https://idp --claims '{"clientId":"app"}')
both '1 Bearer' '.client_id == "app" and .act == {"client_id":"contact"}' -H "Authorization: Bearer $app"
row '1 Bearer, not verified' compat '.client_id == "app"' -H "Authorization: Bearer $forged"
row '1 Bearer, not verified' strict '401' -H "Authorization: Bearer $forged"
is '1, challenge of strict' Bearer "$(field www-authenticate)"

row '2 the order' compat '.client_id == "app"' -H "Authorization: bearer $app" -H 'apikey: victim'
row '2 the order' strict '401' -H "Authorization: bearer $app" -H 'apikey: victim'
row '2 the order' compat '.client_id == "u"' -u u:p -H 'apikey: victim'
row '2 the order' strict '401' -u u:p -H 'apikey: victim'
both '2 one' '.client_id == "key"' -H 'apikey: key'

row '3 xBearer' compat "401 $none" -H "Authorization: xBearer $app"
row '3 xBearer' strict 401 -H "Authorization: xBearer $app"
both '3 spaces' '.client_id == "app"' -H "Authorization: Bearer   $app"

url=$(token '{"clientId":"app","x":"???>>>???","y":"~~~~~~"}')
case $(printf '%s' "$url" | cut -d . -f 2) in *[-_]*) ;; *) fail 'row 4 tests nothing' ;; esac
both '4 base64url' '.x == "???>>>???"' -H "Authorization: Bearer $url"

for payload in 7 null '[]' '"x"'; do
    row "5 payload $payload" compat "401 ${issue}Unable to get the 'Auth token' payload" -H "Authorization: Bearer $(with_payload "$payload")"
    row "5 payload $payload" strict 401 -H "Authorization: Bearer $(with_payload "$payload")"
done

for act in '"x"' null 7; do
    both "6 act $act" 401 -H "Authorization: Bearer $(token "{\"clientId\":\"app\",\"act\":$act}")"
done
both '6 act, an object' '.act == {"client_id":"contact","act":{"sub":"a"}}' -H "Authorization: Bearer $(token '{"clientId":"app","act":{"sub":"a"}}')"

for id in 7 null '{}' '""' '[]'; do
    row "7 clientId $id" compat "401 ${issue}Unable to get 'clientId' claim from the Bearer token" -H "Authorization: Bearer $(token "{\"clientId\":$id}")"
    row "7 clientId $id" strict 401 -H "Authorization: Bearer $(token "{\"clientId\":$id}")"
done
row '7 no clientId' compat "401 ${issue}Unable to get 'clientId' claim from the Bearer token" -H "Authorization: Bearer $(token '{}')"

both '8 Basic' '.client_id == "my-user"' -u 'my-user:My p@ssword!'
both '8 a colon in the password' '.client_id == "u"' -u u:a:b
both '8 no colon' 401 -H "Authorization: Basic $(printf user | openssl base64)"
row '8 no base64' compat "401 ${issue}Unable to decode correctly in base64 the 'Basic Auth'" -H 'Authorization: Basic %%%'
row '8 no base64' strict 401 -H 'Authorization: Basic %%%'

row '9 an empty key' compat "401 $none" -H 'apikey;'
row '9 an empty key' strict 401 -H 'apikey;'
both '9 no credential' 401

kept=$(token '{"clientId":"app","empty":[],"big":1234567890123456789,"z":1.10,"a":{"b":[1, 2]}}')
for config in compat strict; do
    row '10 bytes and order' $config '.client_id == "app"' -H "Authorization: Bearer $kept"
    is "10 bytes and order, $config" '{"clientId":"app","empty":[],"big":1234567890123456789,"z":1.10,"a":{"b":[1, 2]},' "$(cut -c 1-81 claims)"
done

short=$(token '{"clientId":"app","nbf":1,"nonce":"n"}' --expires-in 60)
row '11 inbound claims, exp' compat '.nbf == 1 and .nonce == "n" and .exp - .iat == 1800' -H "Authorization: Bearer $short"
row '11 inbound claims, exp' strict '(has("nbf") or has("nonce") | not) and .exp - .iat <= 60' -H "Authorization: Bearer $short"
both '11 cnf' 401 -H "Authorization: Bearer $(token '{"clientId":"app","cnf":{"jkt":"x"}}')"
row '11 cnf, ignored' optional '(has("cnf") | not)' -H "Authorization: Bearer $(token '{"clientId":"app","cnf":{"jkt":"x"}}')"
row '11 exp, capped' optional '.exp - .iat <= 60' -H "Authorization: Bearer $short"

both '12 port 80' '.aud == "http://service.example/anything"' -H 'apikey: k'
both '12 port 443 of http' '.aud == "http://service.example:443/anything"' -H 'apikey: k' -H 'X-Port: 443'
both '12 port 443 of https' '.aud == "https://service.example/anything"' -H 'apikey: k' -H 'X-Port: 443' -H 'X-Protocol: https'
both '12 another port' '.aud == "https://service.example:8443/anything"' -H 'apikey: k' -H 'X-Port: 8443' -H 'X-Protocol: https'

for config in compatauth strictauth; do
    get -u user:x "$gateway/$config"
    is "13 authorization, $config, status" 200 "$status"
    is "13 authorization, $config" Bearer "$(received authorization | cut -d ' ' -f 1)"
    is "13 authorization, $config, one" 1 "$(received authorization | wc -l | tr -d ' ')"
    is "13 a token without a prefix downstream, $config" "$(received authorization)" "Bearer $(field x-down)"
done

base=https://localhost:$tls
row '14 the subject' compat '.client_id == "C=FR, O=Acme, CN=caller"' --cacert server.pem --cert client.pem --key client.key
row '14 the subject' strict '.client_id == "CN=caller,O=Acme,C=FR"' --cacert server.pem --cert client.pem --key client.key
base=
both '15 a bad certificate and a key' 401 -H 'X-Cert: no certificate' -H 'apikey: k'
both '15 a bad certificate' 401 -H 'X-Cert: no certificate'

for mode in compat strict; do
    key=raw.json
    raw=--hmac-k-raw
    [ $mode = compat ] || { key=hs.json && raw=; }
    get -H 'apikey: k' "$gateway/${mode}oct"
    # shellcheck disable=SC2086
    "$XCJ" verify --key $key $raw --iss https://kong "$(received_token)" >claims 2>log || fail "16 the secret, $mode: $(cat log)"
    is "16 the secret, $mode" k "$(jq -r .client_id claims)"
done

for alg in RS256 RS512 PS256 EdDSA; do
    for mode in compat strict; do
        row "17 $alg" $mode$alg '.client_id == "k"' -H 'apikey: k'
        is "17 $alg, $mode" "$alg" "$("$XCJ" inspect --json - <got | jq -r .header.alg)"
    done
done

row '18 a wrong key' compatwrong '401 private_jwk' -H 'apikey: k'
row '18 a wrong key' strictwrong 500 -H 'apikey: k'
is '18 the reason is for the log' null "$(jq .VerboseMessage body)"
has '18 the log' error.log 'x-custom-jwt: XCJ_ERR_'

both '20 jti' '.jti | test("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")' -H 'apikey: k'
row '21 a fraction' compatfraction '401 expires_in' -H 'apikey: k'

for text in a.b a.b.c.d "$(printf '%s' "$app" | cut -d . -f 1,2)." "$(printf '%s' "$app" | cut -d . -f 1,2)"; do
    both '22 dots and signatures' 401 -H "Authorization: Bearer $text"
done

# The consumer, copies of the header, and headers that come twice.
both 'the consumer without a custom id' '.act == {"client_id":"id-1"}' -H 'apikey: k' -H 'X-Consumer: id'
row 'no consumer' compat "401 ${issue}There is no Kong consumer credential" -H 'apikey: k' -H 'X-Consumer: none'
row 'no consumer' strict 401 -H 'apikey: k' -H 'X-Consumer: none'
row 'no consumer, optional' optional '(has("act") | not)' -H 'apikey: k' -H 'X-Consumer: none'
for config in compat strict; do
    row 'copies' $config '.client_id == "k"' -H 'apikey: k' -H 'X-Custom-Jwt: spoof' -H 'x_custom_jwt: spoof' -H 'X.Custom-Jwt: spoof' -H 'X-Custom-Jwt: spoof'
    is "copies, $config" 1 "$(received_token | wc -l | tr -d ' ')"
    lacks "copies, $config" body spoof
done
row 'an API key twice' compat '.client_id == "first"' -H 'apikey: first' -H 'apikey: second'
row 'an API key twice' strict 401 -H 'apikey: first' -H 'apikey: second'

# The new fields.
row 'fields' fields '.aud == ["a","b"] and .tenant == "t" and .scp == "r" and (has("secret") or has("scope") | not)' \
    -H "Authorization: Bearer $(token '{"clientId":"app","scope":"r","secret":1}')" -H 'X-Tenant: t'
row 'a hashed key' fields ".client_id == \"$(printf k | sha256sum | cut -c 1-64)\" and (has(\"tenant\") | not)" -H 'apikey: k'
row 'a method that does not count' fields 401 -u user:x
row 'another issuer' fields 401 -H "Authorization: Bearer $("$XCJ" mint --key idp.json --iss https://evil --claims '{"clientId":"app"}')"
"$XCJ" keygen --alg ES256 -o client.json
bound=$(token "{\"clientId\":\"app\",\"cnf\":{\"jkt\":\"$("$XCJ" thumbprint client.json)\"}}")
proof=$("$XCJ" dpop --key client.json --htm GET --htu https://gw/fields --bearer "$bound")
row 'a proof' fields '.client_id == "app"' -H "Authorization: DPoP $bound" -H "DPoP: $proof"
row 'a proof again' fields 401 -H "Authorization: DPoP $bound" -H "DPoP: $proof"
is 'a proof again, challenge' 'DPoP error="invalid_dpop_proof"' "$(field www-authenticate)"

# The tokens that the original's own pages show: from the same requests the same claims.
kong=${XCJ_SHARED:-}/vectors/kong
if [ -d "$kong" ]; then
    jq -n --rawfile key "$kong/test-keys/RS256-jwk-private.json" '{golden: {private_jwk: $key, iss: "https://kong-gateway:8443/x-custom-jwt",
        jku: "https://kong-gateway:8443/x-custom-jwt/jwks"}}' >conf/configs.json
    sed -i "s|custom_id = [^}]*}|custom_id = 'contact@konghq.com-ID1' }|; s|host = \"service.example\"|host = \"httpbin.apim.eu\"|" conf/nginx.conf
    sed -i '/^    init_worker_by_lua_block {/,/^    }/d' conf/nginx.conf
    reload_nginx || fail 'the reload'
    golden() {
        golden_name=$1
        shift
        get "$@" "$gateway/golden"
        "$XCJ" verify --key "$kong/test-keys/RS256-jwk-public.json" --iss https://kong-gateway:8443/x-custom-jwt "$(received_token)" 2>log |
            jq -cS 'del(.iat, .exp, .jti)' >got
        jq -cS ".tokens[] | select(.id == \"$golden_name-x-custom-jwt\") | .claims | del(.iat, .exp, .jti)" "$kong/tokens/expected.json" >want
        is "the original's $golden_name" "$(cat want)" "$(cat got)"
    }
    golden bearer -H "Authorization: Bearer $(cat "$kong/tokens/bearer-keycloak-at.jwt")"
    golden basic -u 'my-user:My p@ssword!'
    golden mtls -H "X-Cert: $(awk '/BEGIN/,/END/' "$kong/mTLS/01.pem" | jq -sRr @uri)"
    golden apikey -H 'apikey: 012345AZERTY!'
else
    printf 'not there, left out: the tokens of the original\n'
fi

# Row 19: no secret in a log.
for secret in "$app" "$forged" "$bound" 'My p@ssword!' "$(jq -r .d gw.json)" 'a secret that is no base64url'; do
    lacks '19 logs' error.log "$secret"
done
stop_nginx
lacks 'alerts' error.log '[alert]'
lacks 'crashes' error.log 'exited on signal'
lacks 'errors of Lua' error.log 'runtime error'
finish
