#!/bin/sh
# Reloads and deaths in the middle of a fetch. A reload fetches anew, from the location of the new configuration.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
: "${XCJ_KILL_LIBRARY:?the library that kills a worker}"
start_echo
# shellcheck source=provider.sh
. "$XCJ_EXAMPLE/tests/provider.sh"
# begin_request TOKEN: sends the first line of a request, and the rest once the file go-on exists. Writes the status line to begun.
begin_request() {
    perl -MIO::Socket::INET -e '
        my $s = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die;
        $s->autoflush;
        print {$s} "GET / HTTP/1.1\r\n";
        select undef, undef, undef, 0.05 until -e "go-on";
        print {$s} "Host: localhost\r\nAuthorization: Bearer $ARGV[1]\r\nConnection: close\r\n\r\n";
        print scalar <$s>' "$port" "$1" >begun &
    begun=$!
    sleep 0.3
}

cp "$XCJ_KILL_LIBRARY" kill.so
XCJ_PRELOAD=$work/kill.so
respond 200 old-set.json 'Cache-Control: max-age=300'
gateway 2 'cool_down=1s timeout=1s'
start_nginx
ask old
is 'a set' 200 "$status"

# A reload while a fetch is under way, and one that changes the location.
"$XCJ" jwks old-set.json new-set.json -o both-set.json
delay 0.7
sleep 1
respond 200 both-set.json 'Cache-Control: max-age=300'
before=$(fetches)
ask new &
has_fetched "$before" || fail 'no fetch for an unknown key'
reload_nginx || fail 'reload'
wait $!
rm provider/keys.delay
ask_until_accepted 60 new
is 'after a reload in the middle of a fetch' 200 "$status"
ask old
is 'the set is still there' 200 "$status"
cp provider/keys provider/other
sed -i 's|/keys;|/other;|' conf/nginx.conf
begin_request "$(token new --kid unknown)"
reload_nginx || fail 'reload'
for _ in $(seq 60); do
    ! grep -q 'GET /other' provider/requests || break
    sleep 0.1
done
has 'the new location is asked' provider/requests 'GET /other'

# The worker that has begun to read a request answers it, but leaves fetching to those of the new configuration.
sleep 1.1
before=$(grep -c 'GET /keys' provider/requests)
touch go-on
wait "$begun"
has 'the older worker answers' begun 'HTTP/1.1 401'
is 'and asks nobody' "$before" "$(grep -c 'GET /keys' provider/requests)"

# A worker that fetches is killed; another one fetches after the timeout.
sleep 1
printf 30 >provider/other.delay
before=$(fetches)
curl -s -o /dev/null --max-time 1 -H "Authorization: Bearer $(token new --kid unknown)" "http://127.0.0.1:$port/" &
has_fetched "$before" || fail 'no fetch for an unknown kid'
logged_before=$(wc -l <error.log)
# shellcheck disable=SC2046
kill -KILL $(workers)
rm provider/other.delay
before=$(fetches)
ask_until_accepted 60 new --retry 3 --retry-connrefused
is 'all workers were killed' 200 "$status"
for _ in $(seq 60); do
    ask old -H 'X: y'
    curl -s -o /dev/null --max-time 2 -H "Authorization: Bearer $(token new --kid unknown)" "http://127.0.0.1:$port/"
    [ "$(fetches)" -eq "$before" ] || break
    sleep 0.1
done
tail -n "+$((logged_before + 1))" error.log >since
has 'the log says which set, and what now' since 'xcj: the key set "keys" cannot be fetched from "/_jwks": timed out after 1 s; the present one stays'
is 'another worker fetches' yes "$([ "$(fetches)" -gt "$before" ] && echo yes)"

# A worker is killed while it writes the new text and so holds the lock of the zone.
"$XCJ" keygen --alg ES256 --kid third -o third.json --jwks-out third-set.json
answer other 200 third-set.json 'Cache-Control: max-age=300'
touch kill-now
chmod 666 kill-now
ask third
for _ in $(seq 60); do
    [ -f kill-now ] || break
    ask third
    sleep 0.1
done
is 'a worker was killed while it wrote' gone "$([ -f kill-now ] || echo gone)"
ask_until_accepted 100 third
is 'and the set is fetched all the same' 200 "$status"
ask old
is 'the set is whole' 401 "$status"
has 'the master knows' error.log 'exited on signal 9'

# The zone keeps the keys of one provider.
zone_uri=/_other
gateway 2 'cool_down=1s timeout=1s'
run_nginx -t || fail 'the configuration itself is valid'
kill -HUP "$(cat nginx.pid)"
logged 'give the set of "/_other" another name' || fail 'another location with the keys of the first one'
ask third
is 'the old configuration goes on' 200 "$status"
stop_nginx
finish
