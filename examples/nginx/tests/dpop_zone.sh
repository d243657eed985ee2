#!/bin/sh
# A zone of DPoP proofs that is full: nothing that has not expired makes room, so that no proof can be used again; other proofs
# are refused until then. With two workers, and across a reload.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=bound.sh
. "$XCJ_EXAMPLE/tests/bound.sh"
: "${XCJ_PROOFS:?the program that makes proofs}"
life=6
configure 'worker_processes 2;' <<CONF
    xcj_private_jwk es.json; xcj_iss https://gw; xcj_aud a; xcj_consumer_required off; xcj_bearer_jwks idp-set.json;
    access_log off;
    server {
        listen 127.0.0.1:$plain;
        xcj on; xcj_auth bearer; xcj_verbose on; xcj_dpop $origin zone=proofs:32k max_age=${life}s;
        root $work/www;
    }
CONF
mkdir www
echo content >www/file
start_nginx
# fill COUNT IAT: sends COUNT valid requests. Writes their statuses to the file answers, one per line, and the requests to the file
# requests.
fill() {
    printf %s "$bound" | "$XCJ_PROOFS" client.json "$origin/file" "http://127.0.0.1:$plain/file" "$1" "$2" >requests || fail 'proofs'
    curl -K requests >answers
}
now=$(date +%s)
fill 100 "$now"
is 'with much room, every proof is good' "100 200" "$(sort answers | uniq -c | sed 's/^ *//')"
cp requests first
now=$(date +%s)
fill 1500 "$now"
good=$(grep -c 200 answers)
is 'the rest is refused' $((1500 - good)) "$(grep -c 401 answers)"
is 'the zone is used well' yes "$([ "$good" -gt 450 ] && [ "$good" -lt 768 ] && echo yes || echo "$good")"
ask DPoP "$bound" "$(proof client GET "$origin/file" "$bound" --now "$now")" /file
full=0
for _ in 1 2 3 4 5 6; do
    [ "$status" -ne 401 ] || full=$((full + 1))
    ask DPoP "$bound" "$(proof client GET "$origin/file" "$bound" --now "$now")" /file
done
is 'a new proof finds no room' yes "$([ $full -ge 3 ] && echo yes || echo $full)"
# The first proofs are still known, whatever came after them.
curl -K first >answers
is 'no proof was forgotten' "100 401" "$(sort answers | uniq -c | sed 's/^ *//')"
reload_nginx || fail 'reload'
curl -K first >answers
is 'nor by a reload' "100 401" "$(sort answers | uniq -c | sed 's/^ *//')"
has 'the log says so' error.log 'xcj: the zone "proofs" is full: proofs are refused'
is 'once a second for each worker' yes "$([ "$(grep -c 'is full' error.log)" -lt 40 ] && echo yes)"
# What has expired makes room.
while [ "$(date +%s)" -le $((now + life + 2)) ]; do sleep 0.2; done
fill 100 "$(date +%s)"
is 'room again' "100 200" "$(sort answers | uniq -c | sed 's/^ *//')"
stop_nginx
finish
