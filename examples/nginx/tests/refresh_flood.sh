#!/bin/sh
# Random kids cannot make the gateway fetch more often than once per cool-down, nor can they delay a token whose key is known, while
# the provider is slow; and clients that hang up end no fetch.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
# shellcheck source=provider.sh
. "$XCJ_EXAMPLE/tests/provider.sh"
respond 200 old-set.json
gateway 2 'cool_down=2s timeout=5s'
start_nginx
ask old
is 'a known key' 200 "$status"
first=$(fetches)
delay 1
# A client makes up a kid per request and never waits for the answer; hundreds of them, all the time.
# requests SECONDS: curl's configuration. It waits this long for each answer, and prints the time and the status.
requests() {
    for i in $(seq 40); do
        [ "$i" -eq 1 ] || printf 'next\n'
        printf 'silent\nurl = "http://127.0.0.1:%s/"\nheader = "Authorization: Bearer %s"\n' "$port" "$(token new --kid "random-$i")"
        printf 'output = /dev/null\nmax-time = %s\nwrite-out = "%%{time_total} %%{http_code}\\n"\n' "$1"
    done
}
requests 0.05 >hasty
requests 3 >patient
flood() {
    while [ ! -f stop ]; do curl -K hasty >answers || true; done
}
flood &
flood_pid=$!
curl --parallel --parallel-max 100 -K patient >answers-0 &
begun=$(date +%s)
slow=0
for _ in $(seq 60); do
    took=$(curl -s -o /dev/null -w '%{time_total} %{http_code}' -H "Authorization: Bearer $(token old)" "http://127.0.0.1:$port/")
    awk -v took="${took% *}" -v status="${took#* }" 'BEGIN { exit !(took < 0.5 && status == 200) }' || slow=$((slow + 1))
done
is 'a known key is never delayed' 0 "$slow"
# The provider rotates in the middle of it: the new key is accepted all the same, within cool-down and fetch.
"$XCJ" jwks old-set.json new-set.json -o both-set.json
respond 200 both-set.json
rotated=$(date +%s)
ask_until_accepted 100 new
is 'the flood starves no new key' 200 "$status"
is 'which is accepted in time' yes "$([ $(($(date +%s) - rotated)) -le 5 ] && echo yes)"
touch stop
wait "$flood_pid"
now=$(date +%s)
made=$(($(fetches) - first))
is 'fetches, one per cool-down' yes "$([ "$made" -ge 1 ] && [ "$made" -le $(((now - begun) / 2 + 1)) ] && echo yes || echo "$made in $((now - begun)) seconds")"
lacks 'no fetch was cut short' error.log 'cannot be fetched'
lacks 'nothing is wrong' error.log '[alert]'
stop_nginx

# A quarter of a worker's connections may wait for a fetch; the others are answered, and all of them may wait again later.
connections=64
gateway 1 'cool_down=1s timeout=5s'
start_nginx
delay 1
sleep 1
for id in 1 2; do
    before=$(fetches)
    curl --parallel --parallel-immediate --parallel-max 40 -K patient >"answers-$id"
    has_fetched "$before" || fail 'an unknown kid is not looked for'
    is 'all are refused' 40 "$(grep -c ' 401$' "answers-$id")"
    waited=$(awk '$1 > 0.3' "answers-$id" | wc -l)
    is 'some wait' yes "$([ "$waited" -ge 1 ] && [ "$waited" -le 16 ] && echo yes || echo "$waited")"
    sleep 1.5
done
stop_nginx
finish
