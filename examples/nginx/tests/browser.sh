#!/bin/sh
# The debugger page in a real browser: tokens that nginx minted, with the keys that it publishes. With a folder in SCREENSHOTS
# what the browser showed is left there.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip chromium chromedriver
# Debian's module is for Debian's Python, which need not be the first in PATH.
python=
for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import selenium' 2>/dev/null; then python=$candidate; fi
done
[ -n "$python" ] || skip 'selenium for Python is not installed (Debian package python3-selenium)'
port=$(free_port)
elsewhere=$(free_port)
"$XCJ" keygen --alg RS256 --kid gateway --use sig -o conf/rs.json
for alg in PS384 ES256 ES512 EdDSA HS256; do "$XCJ" keygen --alg $alg --kid $alg -o conf/$alg.json; done
"$XCJ" keygen --alg RS256 --kid gateway -o stranger.json
cp -r "$XCJ_EXAMPLE/debugger" conf/debugger
{
    sed -n '/location \/debugger\/ {/,/^        }/p' "$XCJ_EXAMPLE/nginx.conf" | sed "s|/etc/nginx/xcj|$work/conf|"
    cat <<CONF
    listen 127.0.0.1:$port;
    xcj_private_jwk rs.json; xcj_iss http://localhost:$port/x-custom-jwt; xcj_jku http://localhost:$port/jwks;
    xcj_aud https://service.example/orders; xcj_auth apikey; xcj_preauthenticated apikey; xcj_consumer contact@konghq.com-ID1;
    location = /jwks { xcj_jwks PS384.json ES256.json ES512.json EdDSA.json; }
    location = /mint { xcj on; xcj_downstream_header X-Down; root $work; }
    }
    server { listen 127.0.0.1:$elsewhere; location / { xcj_jwks rs.json; access_log $work/elsewhere.log; }
CONF
} | sed '1i server {' | sed '$a }' | configure ''
touch mint elsewhere.log
start_nginx
get -H 'apikey: 012345AZERTY!' "http://127.0.0.1:$port/mint"
token=$(field x-down)

# NAME<tab>TOKEN
mint() {
    name=$1
    shift
    printf '%s\t%s\n' "$name" "$("$XCJ" mint --jku "http://localhost:$port/jwks" "$@")"
}
claims='{"client_id":"a","big":12345678901234567890123,"n":1.10,"x":"<b>&\u0000</b>"}'
now=$(date +%s)
{
    printf 'valid\t%s\n' "$token"
    changed=$("$XCJ" inspect --json "$token" | jq -j '.claims | .client_id = "admin" | tojson' | openssl base64 -A | tr '+/' '-_' | tr -d =)
    printf 'tampered\t%s\n' "$(printf '%s' "$token" | awk -F . -v OFS=. -v changed="$changed" '{ $2 = changed; print }')"
    mint expired --key conf/rs.json --now $((now - 73800)) --claims '{"client_id":"old"}'
    mint early --key conf/rs.json --claims "{\"nbf\":$((now + 7200))}"
    mint endless --key conf/rs.json --bare --claims '{"client_id":"a"}'
    mint stranger --key stranger.json --claims "$claims"
    mint hmac --key conf/HS256.json --claims "$claims"
    for alg in PS384 ES256 ES512 EdDSA; do mint $alg --key conf/$alg.json --claims "$claims"; done
    printf 'elsewhere\t%s\n' "$("$XCJ" mint --key conf/rs.json --claims "$claims" --jku "http://localhost:$elsewhere/jwks")"
    printf 'no-jku\t%s\n' "$("$XCJ" mint --key conf/rs.json --claims "$claims")"
    printf 'none\t%s.%s.\n' "$(printf '{"alg":"none"}' | openssl base64 -A | tr -d =)" "$(printf '%s' "$token" | cut -d . -f 2)"
} >tokens
"$XCJ" jwks conf/rs.json >rs-public.json
jq -c . conf/HS256.json >hmac.json
timeout 300 "$python" "$XCJ_EXAMPLE/tests/browser.py" "http://localhost:$port/debugger/" "$work" "${SCREENSHOTS:-$work}" || fail 'the page'
is 'keys of another server are not asked for' 0 "$(wc -l <elsewhere.log | tr -d ' ')"
lacks 'a token in the log' access.log eyJ
get "http://127.0.0.1:$port/debugger/"
has 'no scripts from outside' head "Content-Security-Policy: default-src 'none'"
stop_nginx
finish
