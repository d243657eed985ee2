#!/bin/sh
# Key sets that refresh themselves: the first request waits for the set, all workers share it, a key that the provider adds is known
# and one that it withdraws is not, without a reload; and nothing of a client reaches the provider.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
# shellcheck source=provider.sh
. "$XCJ_EXAMPLE/tests/provider.sh"
respond 200 old-set.json 'Cache-Control: max-age=300'
delay 0.5
gateway 2 'min_fresh=1s cool_down=1s'
start_nginx
ask old -X POST --data-binary 'secret body' -H 'Cookie: secret=cookie' -H 'X-Secret: secret' -H 'Range: bytes=0-1' \
    -H 'If-None-Match: "secret"' -H 'Host: secret.example' -A secret
is 'the first request waits for the set' 200 "$status"
"$XCJ" verify --jwks conf/es-set.json "$(received_token)" >claims || fail 'the token'
is 'client_id' client "$(jq -r .client_id claims)"
is 'one fetch for two workers' 1 "$(fetches)"
is 'what the provider got' "GET /keys HTTP/1.0
Host: 127.0.0.1:$provider
Connection: close" "$(tr -d '\r' <provider/requests | sed '/^$/d')"
lacks 'nothing of the client' provider/requests secret
rm provider/keys.delay
for _ in 1 2 3 4 5 6; do ask old; is 'each worker has the set' 200 "$status"; done
ask new
is 'a key that the provider does not have' 401 "$status"

# Rotation at the provider.
"$XCJ" jwks old-set.json new-set.json -o both-set.json
respond 200 both-set.json 'Cache-Control: max-age=2'
ask_until_accepted 40 new
is 'a new key is accepted within the cool-down' 200 "$status"
ask old
is 'the old one still is' 200 "$status"
respond 200 new-set.json 'Cache-Control: max-age=2'
for _ in $(seq 60); do
    ask old
    [ "$status" -eq 200 ] || break
    sleep 0.1
done
is 'the withdrawn key is refused after the refresh' 401 "$status"
ask new
is 'the new one is not' 200 "$status"

# Two headers that may contradict one another count for nothing, so min_fresh does.
respond 200 new-set.json 'Cache-Control: max-age=300' 'Cache-Control: max-age=300'
for _ in 1 2 3; do
    before=$(fetches)
    has_fetched "$before" || fail 'a set with two headers Cache-Control stays fresh'
done
respond 200 new-set.json 'Cache-Control: max-age=300'
before=$(fetches)
has_fetched "$before" || fail 'no fetch'
before=$(fetches)
sleep 2.5
is 'one header counts' "$before" "$(fetches)"
lacks 'nothing is wrong' error.log '[error]'
lacks 'nothing is wrong' error.log '[alert]'
stop_nginx
lacks 'nor at the end' error.log '[alert]'
finish
