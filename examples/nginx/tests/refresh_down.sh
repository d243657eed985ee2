#!/bin/sh
# A provider that is down: without a set, requests get 503 soon; a set stays in use as long as stale_if_error allows, and no longer.
# Tokens of another issuer pass all the time.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
# shellcheck source=provider.sh
. "$XCJ_EXAMPLE/tests/provider.sh"
"$XCJ" keygen --alg ES256 --kid other -o other.json --jwks-out conf/other-set.json
gateway 1 'min_fresh=1s max_fresh=1s stale_if_error=2s cool_down=1s timeout=2s'
sed -i 's|xcj_bearer_jwks zone.*|&\n xcj_bearer_jwks other-set.json iss=urn:other;|' conf/nginx.conf
start_nginx
others() {
    get -H "Authorization: Bearer $("$XCJ" mint --key other.json --claims '{"iss":"urn:other","clientId":"c"}')" "http://127.0.0.1:$port/"
    is "another issuer, $1" 200 "$status"
}
ask old
is 'no set' 503 "$status"
has 'the log says what follows' error.log '"/_jwks": the answer has status 502; no set has been fetched so far, so tokens that need it get 503'
has 'and the log says why' error.log 'there is no key set that may be used'
others 'without a set'
respond 200 old-set.json
ask_until_accepted 40 old
is 'the provider is back' 200 "$status"
rm provider/keys
begun=$(date +%s)
while :; do
    ask old
    now=$(date +%s)
    [ "$status" -eq 200 ] || break
    [ $((now - begun)) -lt 12 ] || break
    sleep 0.1
done
is 'a set that is too old' 503 "$status"
is 'the set stayed for a while' yes "$([ $((now - begun)) -ge 2 ] && [ $((now - begun)) -le 10 ] && echo yes || echo $((now - begun)))"
others 'while the set is too old'
ask new
is 'an unknown key then is no refusal of the token' 503 "$status"
respond 200 old-set.json
ask_until_accepted 40 old
is 'back again' 200 "$status"
lacks 'nothing else is wrong' error.log '[alert]'
stop_nginx
finish
