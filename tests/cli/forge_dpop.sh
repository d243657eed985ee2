#!/bin/sh
# forge with a DPoP proof: mint --dpop accepts the valid counterparts and refuses each forged proof, those with a good signature for the
# part that is wrong; a verifier that looks at the signature alone accepts them.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
packages_or_skip jq
"$XCJ" keygen --alg ES256 -o client.json --public-out public.json
"$XCJ" keygen --alg HS256 -o gateway.json 2>/dev/null
"$XCJ" mint --key gateway.json --claims "{\"clientId\":\"a\",\"cnf\":{\"jkt\":\"$("$XCJ" thumbprint client.json)\"}}" >bound.jwt
url=https://api.example/orders
made=$(date +%s)
"$XCJ" dpop --key client.json --htm GET --htu $url --bearer @bound.jwt --nonce n1 --now "$made" >proof.jwt
cat >judge.sh <<END
exec "\$XCJ" mint --key gateway.json --iss https://gw --aud a --no-consumer --bearer @bound.jwt --dpop - --htm GET --htu $url --nonce n1 --now $made
END
# Under a sanitizer, where a process takes long, the cases of a proof alone: see below.
[ -n "${XCJ_SANITIZE:-}" ] || accept 'our own' forge --key public.json --private client.json @proof.jwt -j --run 'sh judge.sh'
[ -n "${XCJ_SANITIZE:-}" ] || holds 'our own' jq -e '.forged > 250 and .must_refuse == 0 and .strict == 0 and .valid == 12 and .valid_refused == []' out || jq -c . out

"$XCJ" forge --key public.json --private client.json @proof.jwt >corpus || fail 'the corpus'
holds 'each has a rule' jq -e -s 'all(.[]; .expect == "accept" or (.rule | startswith("RFC ")))' corpus
holds 'the sections of RFC 9449' jq -e -s '[.[] | select(.rule // "" | startswith("RFC 9449 4."))] | length > 55' corpus
jq -r 'select(.name | startswith("dpop-") and (startswith("dpop-typ-") | not)) | .token' corpus >tokens
"$XCJ" verify --batch --json --jws --key public.json - <tokens >verdicts
holds 'their signatures are good' jq -e -s 'length > 50 and all(.[]; .ok)' verdicts
# What is wrong under a good signature is refused for that part.
jq -r 'select(.name | startswith("dpop-")) | .name + " " + .token' corpus >forged.all
every=1
[ -z "${XCJ_SANITIZE:-}" ] || every=6
awk -v every=$every 'NR % every == 0' forged.all >forged
while read -r each token; do
    part=${each#dpop-}
    part=${part%%-*}
    [ "$part" != jwk ] || part='the DPoP proof: '
    refuse "$each" 10 "$part" mint --key gateway.json --iss https://gw --aud a --no-consumer --bearer @bound.jwt --dpop "$token" --htm GET --htu $url --nonce n1 --now "$made"
    ! grep -q 'signature' err || fail "$each: refused for its signature"
done <forged
# A proof without ath and nonce has no cases for them; without the private key, fewer.
"$XCJ" dpop --key client.json --htm GET --htu $url >bare.jwt
"$XCJ" forge --key public.json --private client.json @bare.jwt | jq -r .name >names
holds 'no ath, no nonce' sh -c '! grep -e ^dpop-ath -e ^dpop-nonce names && grep -q ^dpop-htu-user names'
"$XCJ" forge --key public.json @bare.jwt | jq -r .name >names
holds 'without the private key' sh -c '! grep ^dpop- names && grep -q ^alg-none names && grep -q ^hs256-jwk names'
finish
