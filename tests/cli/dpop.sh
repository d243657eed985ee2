#!/bin/sh
# DPoP at the command: a proof is made for one request, and only with it is a token minted for the token that is bound to its key.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl jq
url=https://api.example/orders
gw='--key gateway.json --iss https://gw --aud a --no-consumer'
"$XCJ" keygen --alg HS256 -o gateway.json 2>/dev/null || fail 'keygen'
"$XCJ" keygen --alg ES256 -o key.json --public-out public.json || fail 'keygen'
"$XCJ" keygen --alg Ed25519 -o other.json || fail 'keygen'
token() {
    printf '%s.%s.c2ln' "$(printf '{"alg":"RS256"}' | b64u)" "$(printf '%s' "$1" | b64u)"
}
jkt=$("$XCJ" thumbprint key.json)
bound=$(token "{\"clientId\":\"app\",\"cnf\":{\"jkt\":\"$jkt\"}}")
unbound=$(token '{"clientId":"app"}')
make() {
    "$XCJ" dpop --key key.json --htm GET --htu "$url" --now 1000 "$@"
}

# What a proof has.
accept 'a proof' dpop --key key.json --htm POST --htu "$url?q=1#f" --bearer "$bound" --nonce 'n"1' --now 1000
cp out proof
proof=$(cat proof)
field() {
    b64u_decode "$(printf '%s' "$proof" | cut -d . -f "$1")"
}
[ "$(field 1 | jq -cS 'del(.jwk.x, .jwk.y)')" = '{"alg":"ES256","jwk":{"crv":"P-256","kty":"EC"},"typ":"dpop+jwt"}' ] || fail 'the header'
ath=$(printf '%s' "$bound" | openssl dgst -sha256 -binary | b64u)
[ "$(field 2 | jq -cS 'del(.jti)')" = "{\"ath\":\"$ath\",\"htm\":\"POST\",\"htu\":\"$url\",\"iat\":1000,\"nonce\":\"n\\\"1\"}" ] || fail 'the claims'
accept 'its signature' verify --key public.json --typ dpop+jwt --allow-no-exp --require jti @proof
[ "$(make)" != "$(make)" ] || fail 'each proof has its own jti'
printf '%s' "$bound" >token.jwt
accept 'a token in a file' dpop --key key.json --htm GET --htu "$url" --bearer @token.jwt
"$XCJ" keygen --alg RS256 2>/dev/null | jq -c 'del(.alg)' >rsa.json
accept 'an algorithm' dpop --key rsa.json --alg PS256 --htm GET --htu "$url"
proof=$(cat out)
[ "$(field 1 | jq -r .alg)" = PS256 ] || fail 'an algorithm: not in the header'
refuse 'an algorithm of another key type' 9 '' dpop --key rsa.json --alg ES256 --htm GET --htu "$url"
refuse 'an unknown algorithm' 2 '--alg' dpop --key rsa.json --alg PS257 --htm GET --htu "$url"
refuse 'no key' 2 '--key is required' dpop --htm GET --htu "$url"
refuse 'nothing' 2 '--key --htm --htu is required' dpop
refuse 'a secret' 9 'needs a key pair' dpop --key gateway.json --htm GET --htu "$url"
refuse 'a public key' 9 '' dpop --key public.json --htm GET --htu "$url"
refuse 'a path' 2 'the URI is not absolute' dpop --key key.json --htm GET --htu /orders

# mint NAME STATUS TEXT WORD...: for the bound token, with this request.
mint() {
    mint_name=$1
    mint_status=$2
    mint_text=$3
    shift 3
    case " $* " in *' --now '*) ;; *) set -- "$@" --now 1000 ;; esac
    if [ "$mint_status" -eq 0 ]; then
        # shellcheck disable=SC2086 # the options are words
        accept "$mint_name" mint $gw "$@"
    else
        # shellcheck disable=SC2086
        refuse "$mint_name" "$mint_status" "$mint_text" mint $gw "$@"
    fi
}
good=$(make --bearer "$bound")
mint 'the holder' 0 '' --bearer "$bound" --dpop "$good" --htm GET --htu "$url"
mint 'the holder, with a query' 0 '' --bearer "$bound" --dpop "$good" --htm GET --htu "HTTPS://API.example:443/orders?q"
mint 'the holder, the header' 0 '' --authorization "DPoP $bound" --dpop "$good" --htm GET --htu "$url"
mint 'the holder, as the plugin' 0 '' --bearer "$bound" --dpop "$good" --htm GET --htu "$url" --kong
printf '%s' "$good" >good.jwt
mint 'a proof in a file' 0 '' --bearer "$bound" --dpop @good.jwt --htm GET --htu "$url"
mint 'not bound' 0 '' --bearer "$unbound"
mint 'a thief without a proof' 10 'needs the scheme DPoP' --bearer "$bound"
mint 'a thief without a proof, the scheme' 10 'no DPoP proof' --authorization "DPoP $bound"
mint 'downgraded' 10 'needs the scheme DPoP' --authorization "Bearer $bound" --dpop "$good" --htm GET --htu "$url"
mint 'a thief with a key' 10 'by another key' --bearer "$bound" --htm GET --htu "$url" \
    --dpop "$("$XCJ" dpop --key other.json --htm GET --htu "$url" --now 1000 --bearer "$bound")"
mint 'another method' 10 'htm' --bearer "$bound" --dpop "$good" --htm POST --htu "$url"
mint 'another URL' 10 'htu' --bearer "$bound" --dpop "$good" --htm GET --htu "$url/1"
mint 'another token' 10 'ath' --bearer "$bound" --dpop "$(make --bearer "$unbound")" --htm GET --htu "$url"
mint 'no token' 10 'ath' --bearer "$bound" --dpop "$(make)" --htm GET --htu "$url"
mint 'too old' 10 'iat' --bearer "$bound" --dpop "$(make --bearer "$bound")" --htm GET --htu "$url" --now 1061
mint 'changed' 10 'signature' --bearer "$bound" --dpop "${good%?????}AAAAA" --htm GET --htu "$url"
mint 'a token in place of a proof' 10 'typ' --bearer "$bound" --dpop "$unbound" --htm GET --htu "$url"
mint 'a proof for what is not bound' 10 'not bound to a key' --bearer "$unbound" --dpop "$good" --htm GET --htu "$url"
mint 'a nonce that nobody demands' 0 '' --bearer "$bound" --dpop "$(make --bearer "$bound" --nonce n1)" --htm GET --htu "$url"
mint 'a nonce' 0 '' --bearer "$bound" --dpop "$(make --bearer "$bound" --nonce n1)" --htm GET --htu "$url" --nonce n1
mint 'another nonce' 10 'nonce' --bearer "$bound" --dpop "$(make --bearer "$bound" --nonce n1)" --htm GET --htu "$url" --nonce n2
mint 'no nonce' 10 'nonce' --bearer "$bound" --dpop "$good" --htm GET --htu "$url" --nonce n1
mint 'a nonce alone' 2 'go together' --bearer "$unbound" --nonce n1
mint 'ignored on request' 0 '' --bearer "$bound" --ignore-cnf
mint 'a proof alone' 2 'go together' --apikey k --dpop "$good" --htm GET --htu "$url"
mint 'no method' 2 'go together' --bearer "$bound" --dpop "$good" --htu "$url"
mint 'no proof' 2 'go together' --bearer "$bound" --htm GET --htu "$url"

# On request the new token is bound: to the key of the proof, or to the certificate of the connection.
mint 'bound to the key' 0 '' --bearer "$bound" --dpop "$good" --htm GET --htu "$url" --bind key
cp out new.jwt
accept 'bound to the key, verified' verify --key gateway.json --now 1001 @new.jwt
[ "$(jq -c .cnf out)" = "{\"jkt\":\"$jkt\"}" ] || fail 'bound to the key: cnf'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout c.key -out c.pem -days 2 -subj /CN=c 2>log || cat log
x5t=$(openssl x509 -in c.pem -outform DER | openssl dgst -sha256 -binary | b64u)
for caller in '' "--bearer $unbound" '--apikey k' '--basic u:p'; do
    # shellcheck disable=SC2086 # words
    mint "bound to the certificate, $caller" 0 '' $caller --client-cert c.pem --bind certificate
    cp out new.jwt
    accept 'bound to the certificate, verified' verify --key gateway.json --now 1001 @new.jwt
    [ "$(jq -c .cnf out)" = "{\"x5t#S256\":\"$x5t\"}" ] || fail "bound to the certificate, $caller: cnf"
done
mint 'its holder, at another gateway' 0 '' --bearer "$(cat new.jwt)" --client-cert c.pem --bearer-clientid-claim client_id
mint 'a thief, at another gateway' 10 'the connection has none' --bearer "$(cat new.jwt)" --bearer-clientid-claim client_id
mint 'no certificate' 2 'goes with --client-cert' --bearer "$unbound" --bind certificate
mint 'no proof to bind to' 2 'goes with --client-cert' --bearer "$bound" --bind key
mint 'a proof that nobody reads' 2 'goes with --client-cert' --bearer "$bound" --dpop "$good" --htm GET --htu "$url" --ignore-cnf --bind key
mint 'bound to what' 2 'is not one of certificate|key' --bearer "$unbound" --client-cert c.pem --bind cert
finish
