#!/bin/sh
# Nonces of DPoP proofs (RFC 9449 8 and 9), at a real nginx with two workers: demanded, accepted for a bounded time, the same for
# all workers, kept by a reload, renewed.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=bound.sh
. "$XCJ_EXAMPLE/tests/bound.sh"
start_echo
configure 'worker_processes 2;' <<CONF
    xcj_private_jwk es.json; xcj_iss https://gw; xcj_aud a; xcj_consumer_required off; xcj_bearer_jwks idp-set.json;
    server {
        listen 127.0.0.1:$plain;
        xcj on; xcj_auth bearer; xcj_verbose on;
        location /long { xcj_dpop $origin zone=long:64k nonce=1h; proxy_pass http://127.0.0.1:$echo; }
        location /short { xcj_dpop $origin zone=short:64k nonce=2s; proxy_pass http://127.0.0.1:$echo; }
        location /none { xcj_dpop $origin zone=short:64k; proxy_pass http://127.0.0.1:$echo; }
        location /moves { xcj_dpop $origin zone=moves:64k nonce; error_page 502 = @moved; proxy_pass http://127.0.0.1:1; }
        location @moved { xcj_dpop $origin zone=moves:64k nonce; xcj_aud moved; proxy_pass http://127.0.0.1:$echo; }
        location /page { xcj_dpop $origin zone=moves:64k nonce; error_page 401 /own.html; proxy_pass http://127.0.0.1:$echo; }
        location = /own.html { xcj off; return 200 own; }
    }
CONF
start_nginx
# ask_with NONCE PATH [CURL_WORD...]: a good proof with this nonce ("": with none).
ask_with() {
    ask_nonce=$1 ask_where=$2
    shift 2
    ask DPoP "$bound" "$(proof client GET "$origin$ask_where" "$bound" ${ask_nonce:+--nonce "$ask_nonce"})" "$ask_where" "$@"
}
demanded() {
    proof_refused "$1" use_dpop_nonce 'nonce'
    nonce=$(field DPoP-Nonce)
    is "$1: a nonce of NQCHAR (RFC 9449 8.1)" ok "$(printf %s "$nonce" | grep -qxE '[A-Za-z0-9._~-]{20,}' && echo ok)"
    is "$1: the answer is not cached" no-store "$(field Cache-Control)"
}
ask_with '' /long
demanded 'without a nonce'
kept=$nonce
ask_with "$kept" /long
minted 'with the nonce'
is 'nothing newer to offer' '' "$(field DPoP-Nonce)"
ask_with 'ffffffff-ffff-4fff-bfff-ffffffffffff' /long
demanded 'with a guessed nonce'
is 'the nonce stays the same' "$kept" "$nonce"
ask_with '' /none
minted 'where none is demanded'
ask_with '' /short
demanded 'another zone'
is 'another zone has another nonce' no "$([ "$nonce" = "$kept" ] && echo yes || echo no)"
ask_with "$kept" /short
demanded 'the nonce of another zone'
ask Bearer "$unbound" '' /long
minted 'a Bearer token needs no nonce'
ask DPoP "$bound" '' /long
proof_refused 'without a proof' invalid_dpop_proof 'no DPoP proof'
ask DPoP "$bound" "$(proof thief GET "$origin/long" "$bound" --nonce "$kept")" /long
proof_refused 'a thief with the nonce' invalid_token 'another key'

# A proof with a nonce is for one request, and a refused nonce uses no proof up.
good=$(proof client GET "$origin/long" "$bound" --nonce "$kept")
ask DPoP "$bound" "$good" /long
minted 'a proof with a nonce'
ask DPoP "$bound" "$good" /long
proof_refused 'the same proof again' invalid_dpop_proof 'used before'

# Within nginx a request keeps its proof and its nonce.
ask_with '' /moves
demanded 'before another location'
ask_with "$nonce" /moves
minted 'to another location'
is 'to another location' moved "$(jq -r .aud claims)"
ask_with '' /page
is 'an own error page' '401 own' "$status $(cat body)"
is 'an own error page offers a nonce' "$nonce" "$(field DPoP-Nonce)"
has 'an own error page' head 'WWW-Authenticate: DPoP error="use_dpop_nonce", algs="RS256 '

# All workers know the nonce, before and after a reload. Each connection may go to the other worker.
for _ in 1 2 3 4 5 6; do
    ask_with "$kept" /long
    minted 'any worker'
done
is 'each worker was asked' 2 "$(sed -n 's/.*start worker process \([0-9]*\)$/\1/p' error.log | sort -u | wc -l)"
reload_nginx || fail 'reload'
for _ in 1 2 3 4; do
    ask_with "$kept" /long
    minted 'after a reload'
done

# Renewed after two seconds, accepted for two more, and the answer has the next one then.
ask_with '' /short
demanded 'a short life'
first=$nonce
ask_with "$first" /short
minted 'at once'
tries=0
until [ "$nonce" != "$first" ] || [ $tries -eq 60 ]; do
    sleep 0.1
    tries=$((tries + 1))
    get -H "Authorization: DPoP $bound" -H "DPoP: $(proof client GET "$origin/short")" "http://127.0.0.1:$plain/short"
    nonce=$(field DPoP-Nonce)
done
is 'renewed' yes "$([ "$nonce" != "$first" ] && echo yes)"
ask_with "$first" /short
minted 'the nonce before'
is 'the newest is offered' "$nonce" "$(field DPoP-Nonce)"
is 'and not cached' no-store "$(field Cache-Control)"
sleep 4.1
ask_with "$first" /short
demanded 'too old'
ask_with "$nonce" /short
minted 'the newest'
stop_nginx
is 'nothing at level error' '' "$(grep -E '\[(error|crit|alert|emerg)\]' error.log | grep -v ' connect() failed ')"
finish
