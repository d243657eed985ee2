#!/bin/sh
# mint: plain tokens, authentications, options; golden with --now and --jti. openssl computes the expected signature.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl

# golden HEADER CLAIMS: the HS256 token of these texts under secret.txt.
printf '0123456789abcdef0123456789abcdef' >secret.txt
golden() {
    input=$(printf '%s' "$1" | b64u).$(printf '%s' "$2" | b64u)
    printf '%s.%s' "$input" "$(printf '%s' "$input" | openssl dgst -sha256 -mac HMAC -macopt "key:$(cat secret.txt)" -binary | b64u)"
}
printf '{"kty":"oct","kid":"k1","alg":"HS256","k":"%s"}' "$(b64u <secret.txt)" >key.json
head='{"typ":"JWT","alg":"HS256","kid":"k1"}'
tail='"iat":1000,"exp":2800,"jti":"j"'

# m NAME CLAIMS WORD...: the claims that these words give.
m() {
    m_name=$1
    m_claims=$2
    shift 2
    accept "$m_name" mint --key key.json --now 1000 --jti j "$@"
    out_is "$m_name" "$(golden "$head" "$m_claims")"
}
m 'nothing given' "{$tail}"
m 'given claims' "{\"sub\":\"alice\",$tail}" --claims '{"sub":"alice"}'
m 'byte for byte' "{\"n\" : 1.10 , \"big\":12345678901234567890123,\"s\":\"\\u0041\\/\",$tail}" \
    --claims '{"n" : 1.10 , "big":12345678901234567890123,"s":"\u0041\/"}'
m 'times are kept' '{"exp":5,"iat":4,"jti":"j"}' --claims '{"exp":5,"iat":4}'
m '--sub' "{\"sub\":\"alice\",$tail}" --sub alice
m '--claim' "{\"a\":\"b=c\",$tail}" --claim a=b=c
m '--claim escapes' "{\"a\\\"b\":\"\\\\\\n\",$tail}" --claim "a\"b=\\
"
m '--claim-json' "{\"roles\":[\"admin\", 1],$tail}" --claim-json 'roles=["admin", 1]'
m 'in their order' "{\"z\":1,\"b\":\"2\",\"a\":{},$tail}" --claim-json z=1 --claim b=2 --claim-json 'a={}'
m 'behind the given ones' "{\"sub\":\"s\",\"a\":\"b\",$tail}" --claims '{"sub":"s"}' --claim a=b
m 'an empty text' "{\"a\":\"\",$tail}" --claim a=
m '--iss and --aud' '{"sub":"s","iss":"i","iat":1000,"exp":2800,"aud":"a","jti":"j"}' --iss i --aud a --sub s
printf '{"sub":"file"}\n' >claims.json
m 'claims of a file' "{\"sub\":\"file\",$tail}" --claims @claims.json
m 'claims of standard input' "{\"sub\":\"file\",$tail}" --claims - <claims.json

accept '--bare adds nothing' mint --key key.json --bare --claims '{"a":1}'
out_is '--bare adds nothing' "$(golden "$head" '{"a":1}')"
accept '--bare without claims' mint --key key.json --bare
out_is '--bare without claims' "$(golden "$head" '{}')"
accept '--bare takes what is named' mint --key key.json --bare --claims '{"exp":"x"}' --iss i --aud a --jti t --sub s
out_is '--bare takes what is named' "$(golden "$head" '{"exp":"x","sub":"s","iss":"i","aud":"a","jti":"t"}')"

accept '--kid' mint --key key.json --now 1000 --jti j --kid other
out_is '--kid' "$(golden '{"typ":"JWT","alg":"HS256","kid":"other"}' "{$tail}")"
accept '--kid, none' mint --key key.json --now 1000 --jti j --kid ''
out_is '--kid, none' "$(golden '{"typ":"JWT","alg":"HS256"}' "{$tail}")"
accept '--jku and --header' mint --key key.json --now 1000 --jti j --jku https://x/jwks --header 'x=y=z' --header 'q="'
out_is '--jku and --header' "$(golden '{"typ":"JWT","alg":"HS256","kid":"k1","jku":"https://x/jwks","x":"y=z","q":"\""}' "{$tail}")"
accept '--header typ' mint --key key.json --now 1000 --jti j --header x=y --header typ=dpop+jwt
out_is '--header typ' "$(golden '{"typ":"dpop+jwt","alg":"HS256","kid":"k1","x":"y"}' "{$tail}")"
accept '--header typ, bare' mint --key key.json --bare --header typ=at+jwt
out_is '--header typ, bare' "$(golden '{"typ":"at+jwt","alg":"HS256","kid":"k1"}' '{}')"
accept '--header-json' mint --key key.json --now 1000 --jti j --header-json 'jwk={"kty":"OKP"}' --header a=1 --header-json n=1.0
out_is '--header-json' "$(golden '{"typ":"JWT","alg":"HS256","kid":"k1","jwk":{"kty":"OKP"},"a":"1","n":1.0}' "{$tail}")"
refuse '--header typ twice' 2 'typ was given twice' mint --key key.json --header typ=a --header typ=b
refuse '--header-json, not JSON' 3 '--header-json "jwk": is not valid JSON' mint --key key.json --header-json 'jwk={'
run mint --key key.json --header-json 'typ="a"'
came_to '--header-json typ: --header has it' failure
one_line '--header-json typ: --header has it'
accept '--secret FILE' mint --secret secret.txt --alg HS256 --now 1000 --jti j
out_is '--secret FILE' "$(golden '{"typ":"JWT","alg":"HS256"}' "{$tail}")"
SECRET=$(cat secret.txt)
export SECRET
accept '--secret env:NAME' mint --secret env:SECRET --alg SH256 --now 1000 --jti j
out_is '--secret env:NAME, the alg as Kong writes it' "$(golden '{"typ":"JWT","alg":"HS256"}' "{$tail}")"

# The authentications.
gw="--key key.json --now 1000 --jti j --iss https://gw --aud http://api/x"
ours='"iss":"https://gw","iat":1000,"exp":2800,"aud":"http://api/x","jti":"j"'
# a NAME CLAIMS WORD...
a() {
    a_name=$1
    a_claims=$2
    shift 2
    # shellcheck disable=SC2086 # the options are words
    accept "$a_name" mint $gw "$@"
    out_is "$a_name" "$(golden "$head" "$a_claims")"
}
a 'Basic' "{\"client_id\":\"my-user\",$ours,\"act\":{\"client_id\":\"c\"}}" --basic 'my-user:My p@ss:word!' --consumer-id c
printf 'my-user:secret\n' >basic.txt
a 'Basic of a file' "{\"client_id\":\"my-user\",$ours}" --basic @basic.txt --no-consumer
a 'Basic of standard input' "{\"client_id\":\"my-user\",$ours}" --basic - --no-consumer <basic.txt
a 'Basic as the field' "{\"client_id\":\"Aladdin\",$ours}" --authorization 'basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' --no-consumer
a 'API key' "{\"client_id\":\"012345AZERTY!\",$ours,\"act\":{\"client_id\":\"cc\"}}" --apikey '012345AZERTY!' \
    --consumer-id c --consumer-custom-id cc
hash=$(printf '%s' '012345AZERTY!' | openssl dgst -sha256 -r | cut -c 1-64)
a 'API key, hashed' "{\"client_id\":\"$hash\",$ours}" --apikey '012345AZERTY!' --no-consumer --apikey-sha256
APIKEY=012345AZERTY! a 'API key of the environment, hashed' "{\"client_id\":\"$hash\",$ours}" --apikey env:APIKEY --no-consumer --apikey-sha256
refuse 'a hash of what is no API key' 2 '--apikey-sha256 goes with --apikey' mint --key key.json --basic u:p --no-consumer --apikey-sha256
refuse 'a hash of nothing' 2 '--apikey-sha256 goes with --apikey' mint --key key.json --apikey-sha256
a 'DN' "{\"client_id\":\"C=US, CN=kong\",$ours}" --client-dn 'C=US, CN=kong' --no-consumer
openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj '/C=US/O=Kong Inc./CN=kong' -days 2 -out cert.pem 2>/dev/null
a 'client certificate' "{\"client_id\":\"CN=kong,O=Kong Inc.,C=US\",$ours}" --client-cert cert.pem --no-consumer
a 'client certificate, RFC 4514' "{\"client_id\":\"CN=kong,O=Kong Inc.,C=US\",$ours}" --client-cert cert.pem --no-consumer \
    --dn rfc4514
a 'client certificate, as the plugin' "{\"client_id\":\"C=US, O=Kong Inc., CN=kong\",$ours}" --client-cert cert.pem \
    --no-consumer --dn kong
inbound=$(golden '{"alg":"none"}' '{"iss":"them","n":1.10,"clientId":"app","sub":"s"}')
a 'Bearer' "{\"n\":1.10,\"clientId\":\"app\",\"sub\":\"s\",\"client_id\":\"app\",$ours}" --bearer "$inbound" --no-consumer
a 'Bearer, client_id of another claim' "{\"n\":1.10,\"clientId\":\"app\",\"sub\":\"s\",\"client_id\":\"s\",$ours}" \
    --authorization "Bearer $inbound" --no-consumer --bearer-clientid-claim sub
a 'further claims' "{\"client_id\":\"k\",$ours,\"team\":\"blue\"}" --apikey k --no-consumer --claim team=blue
a '--expires-in' "{\"client_id\":\"k\",\"iss\":\"https://gw\",\"iat\":1000,\"exp\":1060,\"aud\":\"http://api/x\",\"jti\":\"j\"}" \
    --apikey k --no-consumer --expires-in 1m

# The plugin's ways are asked for; of the Bearer token's claims, cnf is never kept.
bound=$(golden '{"alg":"HS256"}' '{"clientId":"app","nbf":1,"cnf":{"jkt":"t"},"exp":1500}')
capped=$(printf %s "$ours" | sed 's/"exp":[0-9]*/"exp":1500/')
a 'Bearer, own ways' "{\"clientId\":\"app\",\"client_id\":\"app\",$capped}" --bearer "$bound" --no-consumer --ignore-cnf
a 'Bearer, --kong' "{\"clientId\":\"app\",\"nbf\":1,\"client_id\":\"app\",$ours}" --bearer "$bound" --no-consumer --kong \
    --ignore-cnf

a 'subject, --kong' "{\"client_id\":\"C=US, O=Kong Inc., CN=kong\",$ours}" --client-cert cert.pem --no-consumer --kong
a 'subject, --kong --dn' "{\"client_id\":\"CN=kong,O=Kong Inc.,C=US\",$ours}" --client-cert cert.pem --no-consumer --kong --dn rfc4514
refuse '--kong --bare' 2 'excludes --config, --kong' mint --key key.json --claims '{}' --bare --kong

# Output.
token=$(golden "$head" "{$tail}")
accept 'as a field' mint --key key.json --now 1000 --jti j --format header
out_is 'as a field' "X-Custom-Jwt: $token"
accept 'as JSON' mint --key key.json --now 1000 --jti j --format json
out_has 'as JSON' "{\"token\":\"$token\",\"field\":\"X-Custom-Jwt\","
out_has 'as JSON' "\"claims\":{$tail}}"
cp out minted.json
accept 'the JSON verifies as a serialisation' verify --key key.json --now 1000 @minted.json
accept 'repeat' mint --key key.json --repeat 20
[ "$(sort -u out | wc -l)" -eq 20 ] || fail '20 tokens, none twice'
"$XCJ" mint --key key.json --repeat 20 | "$XCJ" verify --key key.json --batch --quiet || fail 'the 20 tokens verify'

# The configuration object of the plugin.
printf '{"config":{"iss":"https://gw","jku":"https://gw/jwks","expires_in":60,"upstream_custom_jwt_header":"authorization","private_jwk":%s}}' \
    "$(cat key.json)" >plugin.json
accept 'configuration' mint --config plugin.json --apikey k --consumer-id c --aud u --now 1000 --jti j --format header
want=$(golden '{"typ":"JWT","alg":"HS256","kid":"k1","jku":"https://gw/jwks"}' \
    '{"client_id":"k","iss":"https://gw","iat":1000,"exp":1060,"aud":"u","jti":"j","act":{"client_id":"c"}}')
out_is 'configuration' "authorization: Bearer $want"
accept 'configuration, hashed when asked' mint --config plugin.json --apikey k --consumer-id c --aud u --now 1000 --jti j --apikey-sha256
want=$(golden '{"typ":"JWT","alg":"HS256","kid":"k1","jku":"https://gw/jwks"}' \
    "{\"client_id\":\"$(printf k | openssl dgst -sha256 -r | cut -c 1-64)\",\"iss\":\"https://gw\",\"iat\":1000,\"exp\":1060,\"aud\":\"u\",\"jti\":\"j\",\"act\":{\"client_id\":\"c\"}}")
out_is 'configuration, hashed when asked' "$want"
refuse 'configuration and option contradict' 2 'the configuration has its own iss' mint --config plugin.json --apikey k --iss x --aud u --no-consumer
refuse 'configuration and key' 2 'one of --key, --key-uri, --config' mint --config plugin.json --key key.json
printf '{"iss":"x","private_jwk":%s,"colour":"red"}' "$(cat key.json)" >odd.json
refuse 'configuration with an unknown member' 3 'colour' mint --config odd.json --apikey k --aud u --no-consumer
refuse 'configuration that is no JSON' 3 'basic.txt: ' mint --config basic.txt --apikey k --aud u --no-consumer

# A key of a set.
"$XCJ" keygen --alg ES256 --kid e1 >e1.json
printf '{"keys":[%s,%s]}' "$(cat key.json)" "$(cat e1.json)" >set.json
accept 'a key of a set' mint --key set.json --kid k1 --now 1000 --jti j
out_is 'a key of a set' "$token"
refuse 'which key of the set' 5 'the set has 2 keys; --kid chooses one: k1, e1' mint --key set.json
refuse 'no such key in the set' 5 'no key of the set has the kid "k2"' mint --key set.json --kid k2

# Refusals.
refuse 'no key' 2 'one of --key' mint
refuse 'no such key file' 3 'none.json: No such file' mint --key none.json
"$XCJ" convert --public --to jwk e1.json >public.json
refuse 'a public key' 9 'mint: ' mint --key public.json
refuse 'an alg that does not fit' 9 'mint: ' mint --key e1.json --alg RS256
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem 2>/dev/null
refuse 'RSA must be told' 9 'RS256' mint --key rsa.pem
accept 'RSA that is told' mint --key rsa.pem --alg RS256
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out small.pem 2>/dev/null
refuse 'a weak key' 9 'mint: ' mint --key small.pem --alg RS256
openssl genpkey -algorithm X25519 -out x.pem 2>/dev/null
refuse 'a key that does not sign' 9 'mint: ' mint --key x.pem
refuse 'claims that are no JSON' 3 '--claims: is not valid JSON' mint --key key.json --claims '{"a":'
refuse 'claims that are no object' 3 'not a JSON object' mint --key key.json --claims '[1]'
refuse 'a claim twice' 2 'the claim "a" is given twice' mint --key key.json --claims '{"a":1}' --claim a=2
refuse 'a claim twice, bare' 2 'the claim "a" is given twice' mint --key key.json --bare --claims '{"a":1}' --claim a=2
refuse 'JSON that is none' 3 '--claim-json "a": is not valid JSON' mint --key key.json --claim-json a=b
refuse 'JSON that is more' 3 '--claim-json "a": is not valid JSON' mint --key key.json --claim-json 'a=1,"b":2'
refuse 'no equals sign' 2 'with an equals sign' mint --key key.json --claim a
refuse 'a text that is not UTF-8' 3 'is not UTF-8' mint --key key.json --claim "a=$(printf '\377')"
refuse 'an audience that is not UTF-8, bare' 3 'xcj: --aud: is not UTF-8' mint --key key.json --bare --aud "$(printf '\377')"
accept 'an audience of UTF-8, bare' mint --key key.json --bare --aud "$(printf '\303\251')"
for name in alg crit b64 kid; do
    run mint --key key.json --header "$name=x"
    came_to "--header $name is ours" failure
    one_line "--header $name is ours"
done
for name in iss iat exp aud jti act client_id; do
    # shellcheck disable=SC2086 # the options are words
    run mint $gw --apikey k --no-consumer --claim "$name=x"
    came_to "--claim $name is ours" failure
    one_line "--claim $name is ours"
done
refuse 'two authentications' 2 '--basic excludes --apikey' mint --key key.json --apikey k --basic u:p
refuse 'a consumer without authentication' 2 'with an authentication only' mint --key key.json --consumer-id c
refuse 'consumer and none' 2 '--no-consumer excludes' mint --key key.json --apikey k --no-consumer --consumer-id c
refuse '--bare with authentication' 2 '--bare' mint --key key.json --apikey k --bare
refuse '--repeat with --jti' 2 '--jti' mint --key key.json --repeat 2 --jti j
refuse '--repeat nothing' 2 'is not a number' mint --key key.json --repeat 0
refuse '--format' 2 'is not one of token|header|json' mint --key key.json --format yaml
# g NAME STATUS TEXT WORD...
g() {
    g_name=$1
    g_status=$2
    g_text=$3
    shift 3
    # shellcheck disable=SC2086 # the options are words
    refuse "$g_name" "$g_status" "$g_text" mint $gw "$@"
}
g 'no consumer' 10 'mint: ' --apikey k
g 'Basic without a colon' 10 'mint: ' --basic user --no-consumer
g 'Basic without a user' 10 'mint: ' --basic :p --no-consumer
g 'an empty API key' 10 'mint: ' --apikey '' --no-consumer
g 'a scheme that is neither' 10 'mint: ' --authorization 'Digest x' --no-consumer
g 'a Bearer that is no token' 10 'mint: ' --bearer abc --no-consumer
g 'a Bearer without client_id' 10 'clientId' --bearer "$(golden '{"alg":"none"}' '{"sub":"s"}')" --no-consumer
g 'sentence' 10 "mint: the Bearer token's claim 'clientId' gives no client_id" --bearer "$(golden '{"alg":"none"}' '{}')" --no-consumer
g 'sentence, --kong' 10 "Issue with 'client_id' claim retrieval" --bearer "$(golden '{"alg":"none"}' '{}')" --no-consumer --kong
g 'a certificate that is none' 10 'mint: ' --client-cert basic.txt --no-consumer
g 'no such certificate' 3 'none.pem: No such file' --client-cert none.pem --no-consumer
g 'no such file' 3 'none.txt: No such file' --bearer @none.txt --no-consumer
refuse 'no issuer' 2 'iss' mint --key key.json --apikey k --no-consumer --aud a
refuse 'no audience' 2 'aud' mint --key key.json --apikey k --no-consumer --iss a

# Which claims of a Bearer token are kept, and what a request brings.
nested=$(golden '{"alg":"none"}' '{"azp":"app","realm":{"client":"r","roles":["a"]},"scope":"s","n":1}')
gw_bearer() {
    gw_name=$1
    gw_claims=$2
    shift 2
    a "$gw_name" "{$gw_claims\"client_id\":\"app\",$ours}" --bearer "$nested" --no-consumer "$@"
}
a 'client_id by pointer' "{\"azp\":\"app\",\"realm\":{\"client\":\"r\",\"roles\":[\"a\"]},\"scope\":\"s\",\"n\":1,\"client_id\":\"r\",$ours}" \
    --bearer "$nested" --no-consumer --bearer-clientid-claim clientId --bearer-clientid-claim /realm/client --bearer-clientid-claim azp
gw_bearer '--keep' '"realm":{"client":"r"},"n":1,' --bearer-clientid-claim azp --keep n --keep /realm/client
gw_bearer '--drop' '"azp":"app","realm":{"client":"r"},"n":1,' --bearer-clientid-claim azp --drop scope --drop /realm/roles
gw_bearer '--rename' '"azp":"app","realm":{"client":"r"},"n":1,"scp":"s","roles":["a"],' --bearer-clientid-claim azp \
    --rename scope=scp --rename /realm/roles=roles
gw_bearer '--require' '"azp":"app",' --bearer-clientid-claim azp --require /realm/roles/0 --keep azp
g '--require what is missing' 8 "lacks the claim '/realm/x'" --bearer "$nested" --no-consumer --bearer-clientid-claim azp --require /realm/x
g '--keep cnf' 2 'cnf' --bearer "$nested" --no-consumer --keep cnf
g '--rename to a claim of ours' 2 "a claim of the gateway's own" --bearer "$nested" --no-consumer --rename scope=ISS
g '--rename without a new name' 2 'wants OLD=NEW' --bearer "$nested" --no-consumer --rename scope=
g '--drop with a malformed pointer' 2 'no JSON Pointer' --bearer "$nested" --no-consumer --drop /a~b
g '--keep and --drop' 2 'excludes --drop' --bearer "$nested" --no-consumer --keep n --drop azp
g '--keep for an API key' 2 'go with --bearer' --apikey k --no-consumer --keep n

HTTP_X_TENANT='","admin":true,"x":"' HTTP_X_EMPTY='' a '--from-header' \
    "{\"client_id\":\"k\",$ours,\"tenant\":\"\\\",\\\"admin\\\":true,\\\"x\\\":\\\"\",\"empty\":\"\"}" --apikey k --no-consumer \
    --from-header tenant=X-Tenant --from-header none=X-None --from-header empty=x-empty
HTTP_X_TENANT=blue m '--from-header without a caller' '{"iat":1000,"exp":2800,"jti":"j","tenant":"blue"}' --from-header tenant=X-Tenant
HTTP_X_TENANT=$(printf '\377') g '--from-header that is not UTF-8' 8 'not valid UTF-8' --apikey k --no-consumer --from-header tenant=X-Tenant
g '--from-header for a claim of ours' 2 "a claim of the gateway's own" --apikey k --no-consumer --from-header aud=X-Aud
g '--from-header twice' 2 'is given twice' --apikey k --no-consumer --from-header a=X-A --from-header A=X-B
g '--from-header without a header' 2 'wants NAME=HEADER' --apikey k --no-consumer --from-header a
g '--from-header of no header' 2 'letters, digits and hyphens' --apikey k --no-consumer --from-header a=X_A
refuse '--from-header with --bare' 2 'excludes --from-header' mint --key key.json --bare --from-header a=X-A
refuse '--from-header with --jws' 2 '--jws signs the bytes' mint --key key.json --jws --payload key.json --from-header a=X-A

# Profiles.
# shellcheck disable=SC2086 # the options are words
accept '--profile at+jwt' mint $gw --apikey k --no-consumer --profile at+jwt --sub alice
cp out access.txt
accept 'it is one' verify --key key.json --now 1000 --profile at+jwt --iss https://gw --aud http://api/x @access.txt
refuse 'it is no Txn-Token' 8 '"typ"' verify --key key.json --now 1000 --profile txn --aud http://api/x @access.txt
refuse '--profile without --aud' 2 'profile: it needs an issuer and audiences' verify --key key.json --profile at+jwt --iss https://gw @access.txt
refuse '--profile and --typ, verify' 2 'it excludes typ' verify --key key.json --profile txn --aud a --typ x @access.txt
g '--profile at+jwt without sub' 8 'the profile at+jwt demands the claim sub' --apikey k --no-consumer --profile at+jwt
g '--profile of none' 2 'is not one of jwt|at+jwt|txn' --apikey k --no-consumer --profile id
g '--profile and --typ' 2 'the profile sets it' --apikey k --no-consumer --profile txn --typ JWT
refuse '--profile and --bare' 2 'excludes --bare' mint --key key.json --bare --profile txn
accept '--profile txn of given claims' mint --key key.json --profile txn --aud a --sub s --claim scope=x --claim req_wl=w
cp out txn.txt
accept 'it is a Txn-Token' verify --key key.json --profile txn --aud a @txn.txt
out_has 'it is a Txn-Token' '"txn":"'

# Times: absolute, or from now.
m '--exp' "{\"exp\":2500,\"iat\":1000,\"jti\":\"j\"}" --exp 2500
m '--exp, RFC 3339' "{\"exp\":1712685416,\"iat\":1000,\"jti\":\"j\"}" --exp 2024-04-09T17:56:56Z
m '--exp from now' "{\"exp\":2800,\"iat\":1000,\"jti\":\"j\"}" --exp +30m
m '--exp in the past' "{\"exp\":700,\"iat\":1000,\"jti\":\"j\"}" --exp -5m
m '--no-exp' '{"iat":1000,"jti":"j"}' --no-exp
m '--nbf and --iat' '{"iat":940,"nbf":1060,"exp":2740,"jti":"j"}' --nbf +1m --iat -1m
accept '--bare with times' mint --key key.json --bare --now 1000 --iat -1m --nbf 1 --exp +1m
out_is '--bare with times' "$(golden "$head" '{"iat":940,"nbf":1,"exp":1060}')"
a '--exp for a caller' "{\"client_id\":\"k\",\"iss\":\"https://gw\",\"iat\":1000,\"exp\":1060,\"aud\":\"http://api/x\",\"jti\":\"j\",\"nbf\":1000}" \
    --apikey k --no-consumer --exp +1m --nbf +0
a '--iat for a caller' "{\"client_id\":\"k\",\"iss\":\"https://gw\",\"iat\":990,\"exp\":2790,\"aud\":\"http://api/x\",\"jti\":\"j\"}" \
    --apikey k --no-consumer --iat 990
refuse '--exp in the past for a caller' 2 '--exp: must be later than iat' mint --key key.json --iss i --aud a --apikey k --no-consumer --exp -5m
refuse '--no-exp for a caller' 2 '--no-exp: a token for a caller must expire' mint --key key.json --iss i --aud a --apikey k --no-consumer --no-exp
for words in '--exp 5 --no-exp' '--exp 5 --expires-in 5' '--no-exp --expires-in 5'; do
    # shellcheck disable=SC2086 # the options are words
    refuse "$words" 2 'exclude one another' mint --key key.json $words
done
refuse '--exp, not a time' 2 '--exp: "soon" is neither Unix seconds nor' mint --key key.json --exp soon
refuse 'iat twice' 2 'the claim "iat" is given twice, by --claims and by --iat' mint --key key.json --claims '{"iat":1}' --iat 5

# Several audiences, for given claims and for a caller.
m 'two audiences' '{"iat":1000,"exp":2800,"aud":["a","b\""],"jti":"j"}' --aud a --aud 'b"'
accept 'two audiences, bare' mint --key key.json --bare --aud a --aud b
out_is 'two audiences, bare' "$(golden "$head" '{"aud":["a","b"]}')"
accept 'two audiences for a caller' mint --key key.json --now 1000 --jti j --iss i --aud a --aud b --apikey k --no-consumer
out_is 'two audiences for a caller' "$(golden "$head" '{"client_id":"k","iss":"i","iat":1000,"exp":2800,"aud":["a","b"],"jti":"j"}')"
run mint --key key.json --aud "$(printf '\377')"
came_to 'an audience that is not UTF-8' failure
run mint --key key.json --aud ''
came_to 'an empty audience' failure
m 'claims are literal' '{"sub":"@x","iat":1000,"exp":2800,"aud":"env:x","jti":"j"}' --sub @x --aud env:x

# A claim that --claim would write wrongly: the message names the option.
for name in exp nbf iat; do
    refuse "--claim $name" 2 "--claim $name: use --$name TIME" mint --key key.json --claim "$name=1"
    run mint --key key.json --claim-json "$name=1"
    came_to "--claim-json $name" 0
done
refuse '--claim iss' 2 '--claim iss: use --iss ISSUER' mint --key key.json --claim iss=x
refuse '--claim aud' 2 '--claim aud: use --aud AUDIENCE' mint --key key.json --claim aud=x
refuse '--claim act of a caller' 2 '--claim act: use --consumer-id ID' mint --key key.json --iss i --aud a --apikey k --no-consumer --claim act=x
accept '--claim sub is a string' mint --key key.json --claim sub=x --claim jti=y --claim expires=1

# The header.
accept '--typ' mint --key key.json --bare --typ at+jwt
out_is '--typ' "$(golden '{"typ":"at+jwt","alg":"HS256","kid":"k1"}' '{}')"
refuse '--typ twice' 2 'typ was given twice' mint --key key.json --typ a --header typ=b
for name in alg kid jku; do
    refuse "--header $name" 2 "--header $name: use --$name" mint --key key.json --header "$name=x"
    refuse "--header-json $name" 2 "--header-json $name: use --$name" mint --key key.json --header-json "$name=\"x\""
done
accept '--kid thumbprint' mint --key key.json --bare --kid thumbprint
out_is '--kid thumbprint' "$(golden "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"$("$XCJ" thumbprint key.json)\"}" '{}')"
refuse '--kid thumbprint of a configuration' 2 '--config brings its own key' mint --config plugin.json --kid thumbprint

# The key's certificate, alone and with its chain; another key's is refused.
openssl req -x509 -newkey rsa:2048 -nodes -keyout own.pem -subj /CN=own -days 2 -out own.crt 2>/dev/null
openssl x509 -in own.crt -outform DER -out own.der
x5t=$(openssl dgst -sha256 -binary own.der | b64u)
x5c=$(openssl base64 -A -in own.der)
cat own.crt cert.pem >chain.pem
# header_of NAME WORD...
header_of() {
    header_name=$1
    shift
    accept "$header_name" mint --key own.pem --alg RS256 --bare "$@"
    b64u_decode "$(part 1 "$(cat out)")" >made
}
for cert in own.crt own.der; do
    header_of "--x5c $cert" --x5c "$cert"
    [ "$(cat made)" = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5t#S256\":\"$x5t\",\"x5c\":[\"$x5c\"]}" ] || fail "--x5c $cert: $(cat made)"
done
header_of '--x5c, a chain' --x5c chain.pem --header a=b
grep -qF "\"a\":\"b\",\"x5t#S256\":\"$x5t\",\"x5c\":[\"$x5c\",\"" made || fail "a chain: $(cat made)"
refuse '--x5c of another key' 5 'is the certificate of another key' mint --key own.pem --alg RS256 --x5c cert.pem
printf '{"keys":[{"kty":"NEW"}]}' >none.json
refuse '--x5c with a key that cannot be used' 3 'none.json: has no certificate with a usable key' mint --key own.pem --alg RS256 --x5c none.json
refuse '--x5c that is none' 3 'basic.txt: ' mint --key own.pem --alg RS256 --x5c basic.txt

# Everything that is missing, in one line, with its cure.
refuse 'all is missing' 2 "--iss is required (the issuer: the gateway's URL); --aud is required (the URL of the service the token is for); no consumer: give --consumer-id or --consumer-custom-id, or --no-consumer" \
    mint --key key.json --apikey k
refuse 'iss is missing' 2 '--iss is required' mint --key key.json --apikey k --aud a --consumer-id c
refuse 'the consumer is missing' 10 'mint: no consumer: give --consumer-id' mint --key key.json --apikey k --iss i --aud a
refuse 'the audience of a configuration is missing' 2 '--aud is required' mint --config plugin.json --apikey k --no-consumer

# A file, and any header.
accept '-o' mint --key key.json --now 1000 --jti j -o made.jwt
[ "$(cat made.jwt)" = "$token" ] || fail '-o: the token'
[ "$(stat -c %a made.jwt)" = 600 ] || fail '-o: for its owner only'
out_is '-o' ''
refuse '-o over a key' 2 '--force overwrites it' mint --key e1.json -o e1.json
refuse '-o with --repeat' 2 'redirect what --repeat prints' mint --key key.json --repeat 2 -o made.jwt
accept 'any header' mint --key key.json --now 1000 --jti j --format header=X-My-Token
out_is 'any header' "X-My-Token: $token"
accept 'the Authorization header' mint --key key.json --now 1000 --jti j --format header=Authorization
out_is 'the Authorization header' "Authorization: Bearer $token"
for name in '' 'a b' 'a:' 'a
b'; do
    refuse "a header that is none: $name" 2 'is not the name of a header' mint --key key.json --format "header=$name"
done

# Any bytes as a JWS.
printf 'hello\000world\n' >bytes
accept '--jws' mint --key e1.json --jws --payload bytes -o bytes.jws
accept '--jws verifies' verify --key e1.json --jws @bytes.jws
accept '--jws, standard input' mint --key key.json --jws --payload - <bytes
out_is '--jws, standard input' "$(input=$(printf '{"alg":"HS256","kid":"k1"}' | b64u).$(b64u <bytes) && printf '%s.%s' "$input" \
    "$(printf '%s' "$input" | openssl dgst -sha256 -mac HMAC -macopt "key:$(cat secret.txt)" -binary | b64u)")"
accept '--jws, detached' mint --key key.json --jws --payload bytes --detached --typ x -o bytes.jws
[ -z "$(part 2 "$(cat bytes.jws)")" ] || fail '--detached leaves the payload out'
accept 'detached verifies' verify --key key.json --jws --payload bytes @bytes.jws
accept '--jws, unencoded' mint --key key.json --jws --payload bytes --detached --unencoded -o bytes.jws
b64u_decode "$(part 1 "$(cat bytes.jws)")" | grep -qF '"b64":false' || fail '--unencoded says b64=false'
accept 'unencoded verifies' verify --key key.json --jws --payload bytes @bytes.jws
refuse 'unencoded with other bytes' 4 '' verify --key key.json --jws --payload basic.txt @bytes.jws
accept '--jws as JSON' mint --key key.json --jws --payload basic.txt --format json --unencoded -o bytes.jws
grep -q '"payload":"my-user:secret\\n"' bytes.jws || fail 'an unencoded payload within JSON'
accept 'JSON verifies' verify --key key.json --jws @bytes.jws
refuse '--unencoded alone' 2 '--unencoded goes with --detached' mint --key key.json --jws --payload bytes --unencoded
refuse '--jws without a payload' 2 '--jws needs --payload' mint --key key.json --jws
refuse '--payload without --jws' 2 'go with --jws' mint --key key.json --payload bytes
for words in '--sub s' '--exp 5' '--bare' '--apikey k' '--repeat 2' '--claim a=b' '--no-exp' '--aud a'; do
    # shellcheck disable=SC2086 # the options are words
    refuse "--jws $words" 2 'it excludes' mint --key key.json --jws --payload bytes $words
done

# Several keys make several signatures.
accept 'a second key' keygen --alg EdDSA --kid second -o second.json
accept 'general JSON' mint --key e1.json --key second.json --jws --payload basic.txt --format json -o general.jws
holds 'general JSON' jq -e '(keys == ["payload", "signatures"]) and (.signatures | length == 2)' general.jws
accept 'both signatures' verify --jws --all-signatures --key e1.json --key second.json @general.jws
accept 'one key, flattened' mint --key second.json --jws --payload basic.txt --format json -o flat.jws
holds 'one key, flattened' jq -e 'keys == ["payload", "protected", "signature"]' flat.jws
jq -c '.signatures[1].signature = .signatures[0].signature' general.jws >mixed.jws
refuse 'one of two signatures is wrong' 4 '' verify --jws --all-signatures --key e1.json --key second.json @mixed.jws
refuse 'two keys and a compact token' 2 'need --jws and --format json' mint --key e1.json --key second.json --jws --payload basic.txt
refuse 'two keys and claims' 2 'need --jws and --format json' mint --key e1.json --key second.json --sub alice --format json
refuse 'two keys and a kid' 2 'for one --key' mint --key e1.json --key second.json --jws --payload basic.txt --format json --kid x
refuse 'two keys, one of them public' 9 'a public key cannot sign' mint --key e1.json --key public.json --jws --payload basic.txt --format json

# A shared secret is never a key of another kind, nor a short one.
for file in rsa.pem key.json; do
    refuse "$file as a secret" 3 "$file: " mint --secret "$file" --alg HS256
done
printf 'short' >short.txt
run mint --secret short.txt --alg HS256
came_to 'a short secret' failure
accept 'a short secret, allowed' mint --secret short.txt --alg HS256 --allow-weak-key
{ cat secret.txt && echo; } >line.txt
run mint --secret line.txt --alg HS256
err_has 'a line end in a secret' 'is part of the secret'

# Actors nest, and are never merged into one; with --kong the same consumer does not grow the chain.
delegated() {
    printf '%s' "{\"clientId\":\"app\",\"act\":$1}"
}
for agent in '{"sub":"agent"}' '{"client_id":"c","sub":"agent"}' '{"client_id":"d"}' '{"client_id":"d","act":{"sub":"a"}}'; do
    for ways in '' --kong; do
        a "actor $agent $ways" "{\"clientId\":\"app\",\"client_id\":\"app\",$ours,\"act\":{\"client_id\":\"c\",\"act\":$agent}}" \
            --bearer "$(golden '{"alg":"HS256"}' "$(delegated "$agent")")" --consumer-id c $ways
    done
done
same=$(golden '{"alg":"HS256"}' "$(delegated '{"client_id":"c"}')")
a 'the same actor' "{\"clientId\":\"app\",\"client_id\":\"app\",$ours,\"act\":{\"client_id\":\"c\",\"act\":{\"client_id\":\"c\"}}}" \
    --bearer "$same" --consumer-id c
a 'the same actor, --kong' "{\"clientId\":\"app\",\"client_id\":\"app\",$ours,\"act\":{\"client_id\":\"c\"}}" --bearer "$same" \
    --consumer-id c --kong
a 'an actor, and no consumer' "{\"clientId\":\"app\",\"client_id\":\"app\",$ours,\"act\":{\"act\":{\"client_id\":\"c\"}}}" \
    --bearer "$same" --no-consumer
long='{"n":8}'
for n in 7 6 5 4 3 2 1; do long="{\"n\":$n,\"act\":$long}"; done
g 'eight actors and ours' 3 'the limit is 8' --bearer "$(golden '{"alg":"HS256"}' "$(delegated "$long")")" --consumer-id c

# A bound Bearer token is refused unless its binding is proven: by the certificate that it names, and no other.
by() {
    printf '%s' "{\"clientId\":\"app\",\"cnf\":{\"x5t#S256\":\"$1\"}}"
}
thumbprint=$(openssl x509 -in cert.pem -outform DER | openssl dgst -sha256 -binary | b64u)
mine=$(golden '{"alg":"HS256"}' "$(by "$thumbprint")")
other=$(golden '{"alg":"HS256"}' "$(by 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0')")
for ways in '' --kong; do
    a "bound to its certificate $ways" "{\"clientId\":\"app\",\"client_id\":\"app\",$ours}" --bearer "$mine" --no-consumer \
        --client-cert cert.pem $ways
    a "bound to its certificate, the header $ways" "{\"clientId\":\"app\",\"client_id\":\"app\",$ours}" \
        --authorization "Bearer $mine" --no-consumer --client-cert cert.pem $ways
    g "bound, without a certificate $ways" 10 'is bound to a client certificate' --bearer "$mine" --no-consumer $ways
    g "bound to another certificate $ways" 10 'other than the connection' --bearer "$other" --no-consumer --client-cert cert.pem $ways
    g "bound to a key $ways" 10 'needs the scheme DPoP' --bearer "$bound" --no-consumer --client-cert cert.pem $ways
done
a 'not bound, with a certificate' "{\"n\":1.10,\"clientId\":\"app\",\"sub\":\"s\",\"client_id\":\"app\",$ours}" --bearer "$inbound" \
    --no-consumer --client-cert cert.pem
g 'a certificate beside Basic' 2 '--client-cert excludes --basic' --basic u:p --no-consumer --client-cert cert.pem
g '--ignore-cnf without a token' 2 '--ignore-cnf goes with --bearer' --client-cert cert.pem --no-consumer --ignore-cnf

# A claim has one source: a second one is never dropped silently. Each alone is fine.
while IFS='|' read -r claims words names; do
    # shellcheck disable=SC2086 # words
    {
        accept "$words alone" mint --key e1.json $words
        accept "$claims alone" mint --key e1.json --claims "$claims"
        refuse "$claims and $words" 2 "$names" mint --key e1.json --claims "$claims" $words
        refuse "$claims as --claim-json and $words" 2 'is given twice' mint --key e1.json \
            --claim-json "$(printf '%s' "$claims" | sed 's/{"\(.*\)":\(.*\)}/\1=\2/')" $words
    }
done <<'END'
{"iss":"x"}|--iss y|the claim "iss" is given twice, by --claims and by --iss
{"aud":"x"}|--aud y|the claim "aud" is given twice, by --claims and by --aud
{"sub":"x"}|--sub y|the claim "sub" is given twice, by --claims and by --sub
{"jti":"x"}|--jti y|the claim "jti" is given twice, by --claims and by --jti
{"exp":9999999999}|--exp +5m|the claim "exp" is given twice, by --claims and by --exp
{"exp":9999999999}|--expires-in 5m|the claim "exp" is given twice, by --claims and by --expires-in
{"exp":9999999999}|--no-exp|the claim "exp" is given twice, by --claims and by --no-exp
{"iat":1}|--iat 5|the claim "iat" is given twice, by --claims and by --iat
{"nbf":1}|--nbf 5|the claim "nbf" is given twice, by --claims and by --nbf
{"a":"x"}|--claim a=b|the claim "a" is given twice, by --claims and by --claim
END
refuse 'iss twice, with a caller' 2 'by --claims and by --iss' mint --key e1.json --claims '{"iss":"x"}' --apikey k --iss i --aud a --no-consumer
refuse 'iss twice, --bare' 2 'by --claims and by --iss' mint --key e1.json --claims '{"iss":"x"}' --bare --iss y

# Options that would have no effect.
printf x >payload.txt
refuse 'the key and the payload from standard input' 2 'standard input cannot be both' mint --key - --jws --payload -
printf payload | "$XCJ" mint --key e1.json --jws --payload - >out || fail 'the payload from standard input'
"$XCJ" mint --key - --jws --payload payload.txt <e1.json >out || fail 'the key from standard input'
refuse '--jws --kong' 2 'it excludes callers, claims, times, --bare, --config, --kong and --repeat' mint --key e1.json --jws --payload payload.txt --kong
refuse '--dn without a certificate' 2 '--dn goes with --client-cert' mint --key e1.json --dn kong --sub a
finish
