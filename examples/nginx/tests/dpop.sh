#!/bin/sh
# Tokens that are bound to a key (RFC 9449), at a real nginx: with a proof of the holder, with one of a thief, with none, with one
# that was used before. Each attack stands beside its harmless counterpart.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=bound.sh
. "$XCJ_EXAMPLE/tests/bound.sh"
start_echo
configure 'worker_processes 2;' <<CONF
    xcj_private_jwk es.json; xcj_iss https://gw; xcj_aud a; xcj_consumer_required off; xcj_bearer_jwks idp-set.json;
    server {
        listen 127.0.0.1:$plain;
        xcj on; xcj_auth bearer; xcj_verbose on; xcj_dpop $origin zone=proofs:64k;
        location /core { proxy_pass http://127.0.0.1:$echo; }
        location /kong { xcj_kong on; xcj_kong_order off; proxy_pass http://127.0.0.1:$echo; }
        location /short { xcj_dpop $origin zone=proofs:64k max_age=1s; proxy_pass http://127.0.0.1:$echo; }
        location /moves { error_page 502 = @moved; proxy_pass http://127.0.0.1:1; }
        location @moved { xcj_aud moved; proxy_pass http://127.0.0.1:$echo; }
        location /some { xcj_dpop $origin zone=proofs:64k alg=Ed25519,PS256 leeway=5m; proxy_pass http://127.0.0.1:$echo; }
        location /bound { xcj_bind key; proxy_pass http://127.0.0.1:$echo; }
        location /without { xcj_dpop off; proxy_pass http://127.0.0.1:$echo; }
    }
CONF
start_nginx
path=/core
good=$(proof client GET "$origin$path")
ask DPoP "$bound" "$good" $path
minted "the holder"
ask DPoP "$bound" "$good" $path
proof_refused "the same proof again" invalid_dpop_proof 'used before'
ask DPoP "$bound" "$(proof client GET "$origin$path")" "$path?q=1"
minted "another proof, with a query"
ask DPoP "$bound" "$(proof client GET "$origin:443/x/../${path#/}")" $path
minted "written in another way"
ask DPoP "$bound" "$(proof client GET "$origin$path")" $path -H 'Host: evil.example'
minted "whatever the Host"
ask DPoP "$bound" "$(proof client GET "https://evil.example$path")" $path -H 'Host: evil.example'
proof_refused "a proof for another host" invalid_dpop_proof 'htu'
ask DPoP "$bound" "$(proof client GET "$origin$path/1")" $path
proof_refused "a proof for another path" invalid_dpop_proof 'htu'
ask DPoP "$bound" "$(proof client POST "$origin$path")" $path
proof_refused "a proof for another method" invalid_dpop_proof 'htm'
ask DPoP "$bound" "$(proof client POST "$origin$path")" $path -d x
minted "POST"
ask DPoP "$bound" "$(proof client GET "$origin$path" "$unbound")" $path
proof_refused "a proof for another token" invalid_dpop_proof 'ath'
ask DPoP "$bound" "$(proof client GET "$origin$path" "$bound" --now -2m)" $path
proof_refused "a proof of two minutes ago" invalid_dpop_proof 'iat'
ask DPoP "$bound" "$(proof client GET "$origin$path" "$bound" --now +2m)" $path
proof_refused "a proof of the future" invalid_dpop_proof 'iat'
ask DPoP "$bound" "$(proof thief GET "$origin$path")" $path
proof_refused "a thief with a key" invalid_token 'another key'
ask DPoP "$bound" '' $path
proof_refused "a thief without a proof" invalid_dpop_proof 'no DPoP proof'
ask Bearer "$bound" "$(proof client GET "$origin$path")" $path
proof_refused "downgraded to Bearer" invalid_token 'scheme DPoP'
good=$(proof client GET "$origin$path")
ask DPoP "$bound" "$good" $path -H "DPoP: $good"
proof_refused "two proofs" invalid_dpop_proof 'more than once'
ask DPoP "$bound" "$good" $path -H "dpop: $(proof thief GET "$origin$path")"
proof_refused "two proofs of two keys" invalid_dpop_proof 'more than once'
ask DPoP "$bound" "$good" $path
minted "what was refused uses no proof up"
ask DPoP "$unbound" "$(proof client GET "$origin$path" "$unbound")" $path
proof_refused "a token that is not bound" invalid_token 'not bound to a key'
ask Bearer "$unbound" '' $path
minted "not bound"
ask DPoP "$bound" "$(proof client GET "$origin/kong")" /kong
minted 'as the plugin'
ask Bearer "$bound" "$(proof client GET "$origin/kong")" /kong
proof_refused 'as the plugin, downgraded to Bearer' invalid_token 'scheme DPoP'
ask DPoP "$bound" "$(proof client GET $origin/bound)" /bound
is 'bound anew' 200 "$status"
is 'bound anew' "{\"jkt\":\"$("$XCJ" thumbprint client.json)\"}" "$("$XCJ" verify --jwks conf/es-set.json "$(received_token)" | jq -c .cnf)"
ask Bearer "$unbound" "$(proof client GET $origin/bound "$unbound")" /bound
proof_refused 'a proof that binds nothing' invalid_token 'is to be bound to the key'
get "http://127.0.0.1:$plain/core"
has 'both schemes' head 'WWW-Authenticate: Bearer, DPoP'
ask DPoP "$bound" "$(proof client GET $origin/moves)" /moves
minted 'to another location'
is 'to another location' moved "$(jq -r .aud claims)"
ask DPoP "$bound" "$(proof client GET $origin/without)" /without
is 'where nobody looks at proofs' 401 "$status"
has 'where nobody looks at proofs' head 'WWW-Authenticate: Bearer'
ask DPoP "$bound" "$(proof client GET $origin/short "$bound" --now -5s)" /short
proof_refused 'a short time' invalid_dpop_proof 'iat'
ask DPoP "$bound" "$(proof client GET $origin/short)" /short
minted 'a short time, in time'

bound_to_other=$(token ",\"cnf\":{\"jkt\":\"$("$XCJ" thumbprint thief.json)\"}")
ask DPoP "$bound_to_other" "$(proof thief GET $origin/some "$bound_to_other" --now +4m)" /some
minted 'another algorithm and another leeway'
ask DPoP "$bound" "$(proof client GET $origin/some)" /some
proof_refused 'an algorithm that is not allowed' invalid_dpop_proof 'alg'
has 'the algorithms that are allowed' head 'DPoP error="invalid_dpop_proof", algs="Ed25519 PS256"'
ask DPoP "$bound_to_other" "$(proof thief GET $origin/some "$bound_to_other" --now +6m)" /some
proof_refused 'beyond another leeway' invalid_dpop_proof 'iat'

# Twenty requests with one proof, two workers: one token. And a reload forgets nothing.
good=$(proof client GET "$origin/core")
for _ in $(seq 20); do
    curl -s -o /dev/null -w '%{http_code}\n' -H "Authorization: DPoP $bound" -H "DPoP: $good" "http://127.0.0.1:$plain/core" &
done >answers
sleep 1
for _ in $(seq 50); do
    [ "$(wc -l <answers)" -ge 20 ] && break
    sleep 0.1
done
is 'one of twenty' '1 19' "$(grep -c 200 answers) $(grep -c 401 answers)"
reload_nginx || fail 'reload'
ask DPoP "$bound" "$good" /core
proof_refused 'after a reload' invalid_dpop_proof 'used before'
ask DPoP "$bound" "$(proof client GET "$origin/core")" /core
minted 'after a reload'

stop_nginx

# Wrong configurations.
wrong() {
    sed "s#xcj_dpop $origin zone=proofs:64k;#xcj_dpop $1;#" conf/nginx.conf >conf/wrong.conf
    unprivileged nginx -p "$work" -c "$work/conf/wrong.conf" -e "$work/error.log" -t >said 2>&1 && fail "accepted: xcj_dpop $1"
    has "xcj_dpop $1" said "$2"
}
wrong "$origin" 'needs a "zone"'
wrong "$origin/path zone=p:64k" 'scheme and host'
wrong 'api.example zone=p:64k' 'scheme and host'
wrong "$origin zone=p" 'NAME:SIZE'
wrong "$origin zone=p:1k" 'NAME:SIZE'
wrong "$origin zone=p:64k max_age=2d" 'max_age'
wrong "$origin zone=p:64k leeway=0" 'leeway'
wrong "$origin zone=p:64k nonce=2d" 'nonce'
wrong "$origin zone=p:64k alg=ES257" 'not an algorithm'
wrong "$origin zone=p:64k alg=ES256,HS256" 'for shared secrets'
wrong 'off; xcj_bind key' '"xcj_bind key" needs "xcj_dpop"'
wrong "$origin zone=p:64k colour=red" 'is none of'
finish
