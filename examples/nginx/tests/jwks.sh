#!/bin/sh
# The key set: content, methods, caching, origins; and the rotation of a key as README.md describes it.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
port=$(free_port)
"$XCJ" keygen --alg RS256 --kid one --use sig -o conf/one.json
"$XCJ" keygen --alg ES256 --kid two --use sig -o conf/two.json
"$XCJ" keygen --alg HS256 --kid secret -o conf/secret.json
"$XCJ" convert --to jwk --public conf/two.json >conf/two-public.json
write_conf() {
    configure 'worker_processes 1;' <<CONF
    server {
        listen 127.0.0.1:$port;
        xcj_private_jwk $1; xcj_iss https://gw; xcj_aud https://a; xcj_auth apikey; xcj_preauthenticated apikey; xcj_consumer c;
        location / { xcj on; proxy_pass http://127.0.0.1:$echo; }
        location = /jwks { xcj_jwks $2; }
        location = /secret { xcj_private_jwk secret.json; xcj_jwks; }
        location = /mixed { xcj_jwks secret.json max_age=1h; }
        location = /guarded { xcj on; xcj_aud x; xcj_private_jwk secret.json; proxy_pass http://127.0.0.1:$echo; }
    }
CONF
}
write_conf one.json two.json
start_nginx
gateway=http://127.0.0.1:$port

get "$gateway/jwks"
is 'status' 200 "$status"
is 'type' application/json "$(field content-type)"
"$XCJ" jwks conf/one.json conf/two.json | jq -c . >wanted
is 'content' "$(cat wanted)" "$(jq -c . body)"
for member in d p q dp dq qi k; do
    is "member $member" '[]' "$(jq -c "[.. | objects | select(has(\"$member\"))]" body)"
done
is 'caching' 'public, max-age=300' "$(field cache-control)"
is 'no origin' '' "$(field access-control-allow-origin)"
is 'caches are told' Origin "$(field vary)"
cp body first
etag=$(field etag)
is 'ETag' 34 "${#etag}"
get -H "If-None-Match: $etag" "$gateway/jwks"
is 'not modified' '304 0' "$status $(wc -c <body | tr -d ' ')"
is 'not modified, ETag' "$etag" "$(field etag)"
get -H 'If-None-Match: "other"' "$gateway/jwks"
is 'modified' 200 "$status"
get -I "$gateway/jwks"
is 'HEAD' "200 $(wc -c <first | tr -d ' ') $etag" "$status $(field content-length) $(field etag)"
get -H 'Origin: https://app.example' "$gateway/jwks"
is 'an origin' '*' "$(field access-control-allow-origin)"
get -X OPTIONS -H 'Origin: https://app.example' -H 'Access-Control-Request-Method: GET' "$gateway/jwks"
is 'preflight' '204 GET, HEAD *' "$status $(field access-control-allow-methods) $(field access-control-allow-origin)"
for method in POST PUT DELETE OPTIONS; do
    get -X $method -d x "$gateway/jwks"
    is "$method" '405 GET, HEAD, OPTIONS' "$status $(field allow)"
done
answers 'an oct key has no public part' 200 '{"keys":[]}' "$gateway/secret"
get "$gateway/mixed"
is 'an oct key beside another' '["one"]' "$(jq -c '[.keys[].kid]' body)"
is 'max_age' 'public, max-age=3600' "$(field cache-control)"

# Rotation: the next key is published, then signs, then the old one goes. At each step every token that may be about verifies.
kid_of() {
    "$XCJ" inspect --json "$1" | jq -r .header.kid
}
mint() {
    get -H 'apikey: a' "$gateway/"
    received_token
}
verifies() {
    curl -s "$gateway/jwks" >fetched
    "$XCJ" verify --jwks fetched "$2" >claims 2>log || fail "$1: $(cat log)"
    checks=$((checks + 1))
}
old=$(mint)
is 'the old key signs' one "$(kid_of "$old")"
verifies 'before' "$old"
write_conf two.json one.json
reload_nginx || fail 'the reload'
new=$(mint)
is 'the new key signs' two "$(kid_of "$new")"
verifies 'the new one' "$new"
verifies 'the old one, still' "$old"
write_conf two.json two-public.json
reload_nginx || fail 'the reload'
verifies 'afterwards' "$new"
get "$gateway/jwks"
is 'one key twice is one' '["two"]' "$(jq -c '[.keys[].kid]' body)"
"$XCJ" verify --jwks body "$old" >claims 2>log && fail 'the old key is still published'

# A configuration that is not valid changes nothing.
write_conf none.json two.json
kill -HUP "$(cat nginx.pid)"
for _ in $(seq 100); do
    grep -q 'none.json" cannot be opened' error.log && break
    sleep 0.05
done
has 'a failed reload' error.log "conf/none.json\" cannot be opened in $work/conf/nginx.conf:"
sleep 0.3
is 'a failed reload keeps the key' two "$(kid_of "$(mint)")"
printf '{"kty":"RSA"}' >conf/two.json
kill -HUP "$(cat nginx.pid)"
sleep 0.3
is 'a file that changed counts at a reload only' two "$(kid_of "$(mint)")"
stop_nginx
lacks 'alerts' error.log '[alert]'
finish
