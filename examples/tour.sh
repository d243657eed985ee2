#!/bin/sh
# The main job as a tutorial: makes its own keys, mints the custom JWT of an API key, Basic credentials, a client certificate
# and a Bearer token, verifies each with the published JWKS, and converts the key so that openssl verifies a token as well.
# Each command is printed before it runs. Needs xcj and openssl on the PATH; works in a new folder that it removes.
# Commands are shown as they are typed, and expanded when they run.
# shellcheck disable=SC2016
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

title() {
    printf '\n# %s\n' "$*"
}

run() {
    printf '$ %s\n' "$1"
    eval "$1"
}

# A token has three lines' worth of text: its beginning is enough to see.
show() {
    printf '%.60s...\n' "$(cat "$1")"
}

title 'A private key to sign with, and the public JWKS to publish'
run 'xcj keygen --alg RS256 --kid gateway-1 --use sig -o private.json --public-out public.json --jwks-out jwks.json'
run 'ls -l private.json public.json jwks.json'

# The same for every request of this gateway.
run "gateway='--key private.json --iss https://gateway.example --consumer-custom-id acme'"
run "audience='--aud https://backend.example/orders'"
run "policy='--jwks jwks.json --iss https://gateway.example --aud https://backend.example/orders --alg RS256'"

title 'A caller with an API key'
run 'printf my-api-key > apikey.txt'
run 'xcj mint $gateway $audience --apikey @apikey.txt > apikey.jwt'
show apikey.jwt
run 'xcj verify $policy - < apikey.jwt'

title 'A caller with Basic credentials (read from a file: arguments are visible to others)'
run 'printf "alice:secret" > basic.txt'
run 'xcj mint $gateway $audience --basic @basic.txt > basic.jwt'
run 'xcj verify $policy - < basic.jwt'

title 'A caller with a client certificate, made with openssl'
run 'openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj "/C=US/ST=California/O=Example/CN=client" \
    -keyout client.key -out client.pem 2> openssl.log'
run 'xcj mint $gateway $audience --client-cert client.pem > certificate.jwt'
run 'xcj verify $policy - < certificate.jwt'

title 'A caller with a Bearer token of an identity provider, here one of our own; its claims are kept, ours replace its own'
run 'xcj keygen --alg ES256 --kid idp-1 -o idp.json'
run "xcj mint --key idp.json --iss https://idp.example --claims '{\"clientId\":\"mobile-app\",\"scope\":\"orders:read\"}' > bearer.jwt"
run 'xcj mint $gateway $audience --bearer @bearer.jwt > custom.jwt'
run 'xcj verify $policy - < custom.jwt'

title 'What a verifier refuses: the inbound token is not ours, and the wrong audience is not for us'
run 'xcj verify $policy - < bearer.jwt || echo "exit code $?"'
run 'xcj verify --jwks jwks.json --aud https://elsewhere.example - < custom.jwt || echo "exit code $?"'

title 'The JWK as PEM, and the same token verified by openssl'
run 'xcj convert --to pem -o public.pem public.json'
run 'cat public.pem'
run 'token=$(cat custom.jwt)'
run 'printf %s "${token%.*}" > input'
run 'printf "%s==" "${token##*.}" | tr _- /+ | openssl base64 -d -A > signature'
run 'openssl dgst -sha256 -verify public.pem -signature signature input'
