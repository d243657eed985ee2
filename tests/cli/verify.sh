#!/bin/sh
# verify: verdicts, policy, sources of keys and tokens, JSON serialisation, exit statuses.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl

for alg in RS256 ES256 EdDSA HS256; do
    "$XCJ" keygen --alg "$alg" --kid "$alg" -o "$alg.json" || fail "keygen $alg"
done
"$XCJ" jwks RS256.json ES256.json EdDSA.json >jwks.json || fail 'jwks'
"$XCJ" convert --public --to jwk ES256.json >es.json
"$XCJ" convert --public ES256.json >es.pem
"$XCJ" convert --public --to der ES256.json >es.der
claims='{"iss":"https://i","sub":"alice","aud":["a","b"],"iat":1000,"exp":2000,"jti":"j"}'
# mint KEY CLAIMS [WORD...]: a token of just these claims.
mint() {
    mint_key=$1
    mint_claims=$2
    shift 2
    "$XCJ" mint --key "$mint_key" --bare --claims "$mint_claims" "$@"
}
token=$(mint ES256.json "$claims")
# v NAME WORD..., r NAME STATUS TEXT WORD...: the token above, at 1500.
v() {
    v_name=$1
    shift
    accept "$v_name" verify --jwks jwks.json --now 1500 "$@" "$token"
    out_is "$v_name" "$claims"
}
r() {
    r_name=$1
    r_status=$2
    r_text=$3
    shift 3
    refuse "$r_name" "$r_status" "$r_text" verify --jwks jwks.json --now 1500 "$@" "$token"
}

# Keys of every kind.
for key in es.json es.pem es.der ES256.json jwks.json; do
    accept "--key $key" verify --key "$key" --now 1500 "$token"
    out_is "--key $key" "$claims"
done
v '--jwks'
accept '--jwks with one JWK' verify --jwks es.json --now 1500 "$token"
"$XCJ" keygen --alg ES256 --kid ES256 >other.json
refuse 'a key of the same name' 4 'signature' verify --key other.json --now 1500 "$token"
refuse 'a key of another kind' 9 'token: ' verify --key RS256.json --now 1500 "$token"
refuse 'a kid that is not there' 5 'token: ' verify --jwks jwks.json --now 1500 "$(mint ES256.json "$claims" --kid other)"
accept 'the same, the one key given' verify --key es.json --now 1500 "$(mint ES256.json "$claims" --kid other)"
printf '{"keys":[%s,%s]}' "$(cat es.json)" "$(cat es.json)" >twice.json
accept 'a key that is there twice' verify --jwks twice.json --now 1500 "$token"
printf '{"keys":[%s,%s]}' "$(cat es.json)" "$(cat other.json)" >twice.json
refuse 'a kid that is there twice' 5 'token: ' verify --jwks twice.json --now 1500 "$token"
# Several --key are one set, in which the kid selects.
"$XCJ" keygen --alg ES256 --kid next -o next.json
for keys in '--key es.json --key next.json' '--key next.json --key es.pem --key jwks.json'; do
    # shellcheck disable=SC2086 # words
    accept "$keys" verify $keys --now 1500 "$token"
done
accept 'the second key, by kid' verify --key es.json --key next.json --now 1500 "$(mint next.json "$claims")"
refuse 'several keys, a kid that is not there' 5 'no key with kid "other"' verify --key es.json --key next.json --now 1500 \
    "$(mint ES256.json "$claims" --kid other)"
refuse 'several keys, one kid' 5 'more than one key with kid "ES256"' verify --key es.json --key other.json --now 1500 "$token"
printf '{"keys":[%s,{"kty":"EC","kid":"ES256"}]}' "$(cat next.json)" >broken.json
accept 'a set with a broken key, alone' verify --key broken.json --now 1500 "$(mint next.json "$claims")"
run verify --key broken.json --key es.json --now 1500 "$token"
came_to 'a set with a broken key, and another' 3
err_has 'a set with a broken key, and another' 'broken.json: has keys that cannot be used: it must be the only source of keys'
refuse 'no such key' 3 'none.json: No such file' verify --key none.json "$token"
refuse 'no key at all' 2 'one of --key' verify "$token"
for url in https://i/jwks HTTPS://i/jwks http://127.0.0.1/jwks; do
    refuse "$url of a private key" 2 '--key: is a URL' mint --key "$url" --sub a
done
for use in enc jwt-svid; do
    "$XCJ" convert --to jwk --public --use "$use" es.json >"use-$use.json"
    refuse "use $use" 9 "the key's use is \"$use\", not \"sig\"" verify --key "use-$use.json" --now 1500 "$token"
    refuse "use $use, of a set" 9 "the key's use is \"$use\", not \"sig\"" verify --jwks "use-$use.json" --now 1500 "$token"
done
refuse 'two keys' 2 'one of --key' verify --key es.json --jwks jwks.json "$token"
refuse 'a key that is none' 3 'bad.json: ' verify --key bad.json "$token"
printf '{"kty":"EC"}' >bad.json
refuse 'a malformed key' 3 'bad.json: ' verify --key bad.json "$token"

# Where the token comes from.
printf '%s' "$token" >t0
printf '%s\n' "$token" >t1
printf '%s\r\n' "$token" >t2
for file in t0 t1 t2; do
    accept "@$file" verify --jwks jwks.json --now 1500 "@$file"
    accept "- $file" verify --jwks jwks.json --now 1500 - <$file
    accept "standard input $file" verify --jwks jwks.json --now 1500 <$file
done
TOKEN=$token accept 'environment' verify --jwks jwks.json --now 1500 env:TOKEN
out_is 'environment' "$claims"
refuse 'no such variable' 3 'no such environment variable: XCJ_NOT_THERE' verify --jwks jwks.json env:XCJ_NOT_THERE
TOKEN=$token run verify --jwks jwks.json --now 1500 env:TOKEN "$token"
came_to 'variable and argument' 0
refuse 'no such file' 3 'none.txt: No such file' verify --jwks jwks.json @none.txt
refuse 'a file name' 3 'nor the name of a file' verify --jwks jwks.json t-none
refuse 'key and token on standard input' 2 'only once' verify --key - - <es.json
printf '%s\n\n' "$token" >t3
refuse 'two line ends' 3 'white space' verify --jwks jwks.json --now 1500 @t3
printf ' %s' "$token" >t4
refuse 'a space before' 3 'white space' verify --jwks jwks.json --now 1500 @t4
refuse 'Bearer before' 3 'has "Bearer " before it' verify --jwks jwks.json --now 1500 "Bearer $token"
refuse 'bearer before, in the file' 3 'has "Bearer " before it' verify --jwks jwks.json --now 1500 - <<END
bearer $token
END
refuse 'quotes around' 3 'stands in quotes' verify --jwks jwks.json --now 1500 "\"$token\""
refuse 'nothing' 3 'is empty' verify --jwks jwks.json - </dev/null
refuse 'an empty argument' 3 'is empty' verify --jwks jwks.json ''
refuse 'a JWE' 3 'five parts' verify --jwks jwks.json a.b.c.d.e
refuse 'two parts' 3 'token: ' verify --jwks jwks.json a.b
refuse 'a PEM' 3 'PEM' verify --jwks jwks.json @es.pem
head -c 3000000 /dev/zero | tr '\0' a >large
refuse 'too large' 9 'larger than' verify --jwks jwks.json @large

# The payload as it was signed, and one newline.
odd='{ "exp":2000,"n":1.10,"big":12345678901234567890123 }'
accept 'as it was signed' verify --key es.json --now 1500 "$(mint ES256.json "$odd")"
printf '%s\n' "$odd" >want
same 'as it was signed' out want
accept 'a newline at its end' verify --key es.json --now 1500 "$(mint ES256.json "$odd
")"
same 'a newline at its end' out want
accept '--quiet' verify --jwks jwks.json --now 1500 --quiet "$token"
[ ! -s out ] || fail '--quiet prints nothing'

# Policy.
v 'issuer' --iss https://i
v 'one of several issuers' --iss https://x --iss https://i
v 'one of several issuers, one of them twice' --iss https://x --iss https://i --iss https://x
v 'an issuer twice' --iss https://i --iss https://i
r 'none of several issuers' 8 '"iss" is "https://i", not "https://x" or another that is accepted' --iss https://x --iss https://y
"$XCJ" verify --key es.json --now 1500 --iss https://x --iss https://y --json "$token" >out 2>err &&
    fail 'none of several issuers, as a verdict: accepted'
out_has 'none of several issuers: no key was tried' '"tried":[]'
run verify --key es.json --now 1500 --iss https://x --iss https://y --explain "$token"
came_to 'none of several issuers, explained' 8
err_has 'the issuer is at fault' 'issuer     "iss" is'
err_has 'the signature was not checked' 'signature  64 bytes, not reached'
run verify --key es.json --now 1500 --iss https://x --iss https://i --explain "$token"
came_to 'one of several issuers, explained' 0
err_has 'the issuer is right' 'issuer     "https://i"'
v 'audience' --aud b
v 'one of several audiences' --aud x --aud a
r 'another audience' 8 '"aud" is ["a","b"], which does not contain "x"' --aud x
v 'subject' --sub alice
r 'another subject' 8 'sub' --sub bob
v 'typ' --typ JWT
v 'typ, long' --typ application/jwt
r 'another typ' 8 '"typ" in the header is "JWT", not "at+jwt"' --typ at+jwt
v 'required claims' --require jti --require sub
r 'a required claim' 8 'nonce' --require jti --require nonce
v 'algorithms' --alg RS256,ES256
v 'algorithms, several options' --alg RS256 --alg ES256
r 'another algorithm' 9 'token: ' --alg RS256,ES384
v 'younger than' --max-age 500
r 'older than' 6 'iat' --max-age 499
v 'older than, leeway' --max-age 499 --leeway 1
r 'both' 8 'aud' --aud x --iss y --max-age 1
err_has 'all are named' '"iss"'
err_has 'all are named' '"iat"'
r 'a leeway that is too long' 2 'verify: ' --leeway 30d
r 'an age of nothing' 2 'one second or more' --max-age 0
accept 'the last second' verify --key es.json --now 1999 "$token"
refuse 'expired' 6 'exp' verify --key es.json --now 2000 "$token"
accept 'expired, leeway' verify --key es.json --now 2029 --leeway 30s "$token"
refuse 'expired now' 6 'exp' verify --key es.json "$token"
later=$(mint ES256.json '{"exp":9000,"nbf":1600}')
refuse 'not yet valid' 7 'nbf' verify --key es.json --now 1599 "$later"
accept 'valid by now' verify --key es.json --now 1600 "$later"
refuse 'exp is missing' 8 'exp' verify --key es.json "$(mint ES256.json '{}')"
accept 'exp may be missing' verify --key es.json --allow-no-exp "$(mint ES256.json '{}')"
refuse 'exp is a text' 8 'exp' verify --key es.json --allow-no-exp "$(mint ES256.json '{"exp":"9"}')"

# The algorithm is the token's word against the key's.
none="$(printf '{"alg":"none"}' | b64u).$(printf '%s' "$claims" | b64u)."
refuse 'none' 9 'token: ' verify --jwks jwks.json --now 1500 "$none"
hs="$(printf '{"alg":"HS256"}' | b64u).$(printf '%s' "$claims" | b64u)"
sum=$(printf '%s' "$hs" | openssl dgst -sha256 -hmac "$(cat es.pem)" -binary | b64u)
refuse 'the public PEM as the secret' 9 'token: ' verify --key es.pem --now 1500 "$hs.$sum"
refuse 'PEM given as a secret' 3 'es.pem: ' verify --secret es.pem --now 1500 "$hs.$sum"
refuse 'JWK given as a secret' 3 'es.json: ' verify --secret es.json --now 1500 "$hs.$sum"
refuse 'DER given as a secret' 3 'es.der: ' verify --secret es.der --now 1500 "$hs.$sum"
printf '0123456789abcdef0123456789abcdef' >secret
sum=$(printf '%s' "$hs" | openssl dgst -sha256 -hmac "$(cat secret)" -binary | b64u)
accept 'a secret' verify --secret secret --now 1500 "$hs.$sum"
S=$(cat secret) accept 'a secret in the environment' verify --secret env:S --now 1500 "$hs.$sum"
S=0123456789abcdef0123456789abcdeF refuse 'another secret' 4 'signature' verify --secret env:S --now 1500 "$hs.$sum"
crit="$(printf '{"alg":"HS256","crit":["x"],"x":1}' | b64u).$(printf '%s' "$claims" | b64u)"
sum=$(printf '%s' "$crit" | openssl dgst -sha256 -hmac "$(cat secret)" -binary | b64u)
refuse 'crit' 9 'crit' verify --secret secret --now 1500 "$crit.$sum"

# The key named by a claim, as Kong's JWT plugin picks a credential.
"$XCJ" keygen --alg ES256 --kid my-user >user.json
"$XCJ" jwks user.json ES256.json >users.json
accept 'key of a claim' verify --jwks users.json --key-claim client_id --now 1500 "$(mint user.json '{"client_id":"my-user","exp":2000}' --kid kong)"
run verify --explain --jwks users.json --key-claim client_id --now 1500 "$(mint user.json '{"client_id":"my-user","exp":2000}' --kid kong)"
err_has 'key of a claim, explained' 'its kid is the value of the claim that --key-claim names'
refuse 'no key of that name' 5 'no key has the kid that the claim "client_id" names' verify --jwks users.json --key-claim client_id \
    --now 1500 "$(mint user.json '{"client_id":"nobody","exp":2000}')"

# Any payload.
jws=$(mint ES256.json '{"exp":1}')
accept '--jws' verify --key es.json --jws "$jws"
out_is '--jws' '{"exp":1}'
refuse 'a JWT in time only' 6 'exp' verify --key es.json "$jws"
refuse '--jws with a claim option' 2 '--jws looks at no claims' verify --key es.json --jws --iss x "$jws"

# A detached payload.
detached="$(part 1 "$token")..$(part 3 "$token")"
printf '%s' "$claims" >payload
accept 'detached' verify --key es.json --now 1500 --payload payload "$detached"
out_is 'detached' "$claims"
printf '%s ' "$claims" >payload2
refuse 'another payload' 4 'signature' verify --key es.json --now 1500 --payload payload2 "$detached"
refuse 'no payload' 3 'none.txt: No such file' verify --key es.json --payload none.txt "$detached"

# JSON serialisations.
flat() {
    printf '"protected":"%s","signature":"%s"' "$(part 1 "$1")" "$(part 3 "$1")"
}
rsa=$(mint RS256.json "$claims")
bad=$(mint other.json "$claims")
payload=$(part 2 "$token")
printf ' {"payload":"%s",%s}\n' "$payload" "$(flat "$token")" >flat.json
printf '{"payload":"%s","signatures":[{%s},{%s}]}' "$payload" "$(flat "$token")" "$(flat "$rsa")" >both.json
printf '{"payload":"%s","signatures":[{%s},{%s}]}' "$payload" "$(flat "$bad")" "$(flat "$rsa")" >one.json
for file in flat both one; do
    accept "$file.json" verify --jwks jwks.json --now 1500 @$file.json
    out_is "$file.json" "$claims"
done
accept 'all signatures' verify --jwks jwks.json --now 1500 --all-signatures @both.json
refuse 'all signatures, one bad' 4 'one.json: ' verify --jwks jwks.json --now 1500 --all-signatures @one.json
refuse 'no signature' 3 'standard input: ' verify --jwks jwks.json - <<END
{"payload":"$payload"}
END

# Verdicts.
accept '--json' verify --jwks jwks.json --now 1500 --json "$token"
[ "$(wc -l <out)" -eq 1 ] || fail 'a verdict is one line'
out_has 'verdict' '{"ok":true,"code":"XCJ_OK","exit":0,"message":null,"failed":[],"not_checked":["iss","aud"],"alg":"ES256","kid":"ES256",'
out_has 'verdict' "\"thumbprint\":\"$("$XCJ" thumbprint es.json)\""
out_has 'verdict' '"expires_in":500,'
out_has 'verdict' '"header":{"typ":"JWT","alg":"ES256","kid":"ES256"},'
out_has 'verdict' "\"claims\":$claims}"
accept '--json, numbers as they are' verify --key es.json --now 1500 --json "$(mint ES256.json '{"exp":1.9995e3,
"big":12345678901234567890123}')"
out_has '--json, numbers as they are' '"claims":{"exp":1.9995e3, "big":12345678901234567890123}}'
out_has '--json, a fraction' '"expires_in":499,'
run verify --jwks jwks.json --now 2000 --aud x --json "$token"
[ "$status" -eq 8 ] || fail 'verdict of a refusal'
one_line 'verdict of a refusal'
out_has 'verdict of a refusal' '{"ok":false,"code":"XCJ_ERR_CLAIM","exit":8,"message":"'
out_has 'verdict of a refusal' '"failed":["aud","exp"],"not_checked":["iss"],"alg":"ES256","kid":"ES256","thumbprint":null,'
out_has 'key of a refusal' "\"tried\":[{\"kid\":\"ES256\",\"thumbprint\":\"$("$XCJ" thumbprint es.json)\"}],\"expires_in\":null,"
out_has 'verdict of a refusal' '"header":{'
out_lacks 'no claims in a refusal' '"claims"'
# Characters that do not show cannot forge what a terminal shows of a token that nobody has signed.
hostile=$(printf '{"alg":"ES256","kid":"a\342\200\256\177\302\205\342\200\213\363\240\201\241\303\251"}' | b64u)
run verify --jwks jwks.json --json "$hostile.e30.AAAA"
[ "$status" -eq 5 ] || fail "verdict of hidden characters: $status"
# shellcheck disable=SC2016 # written as it is
for where in '"kid":"a\u202e\u007f\u0085\u200b\udb40\udc61é","thumbprint"' \
    '"header":{"alg":"ES256","kid":"a\u202e\u007f\u0085\u200b\udb40\udc61é"}'; do
    out_has 'verdict of hidden characters' "$where"
done
run verify --jwks jwks.json --json nonsense
[ "$status" -eq 3 ] || fail 'verdict of nonsense'
out_has 'verdict of nonsense' '{"ok":false,"code":"XCJ_ERR_TOKEN","exit":3,'
accept '--json of a secret' verify --secret secret --now 1500 --json \
    "$hs.$(printf '%s' "$hs" | openssl dgst -sha256 -hmac "$(cat secret)" -binary | b64u)"
out_has 'no thumbprint of a secret' '"thumbprint":null'
accept '--json --jws' verify --key es.json --jws --json "$jws"
out_has '--json --jws' '"payload":"{\"exp\":1}","header"'
refuse '--json and --quiet' 2 'exclude each other' verify --key es.json --json --quiet "$token"
finish
