#!/bin/sh
# $xcj_audit at a real nginx: a line for each token and each refusal, also with a thread pool and when another location decides; hostile
# values stay one line of valid JSON; no credential, token or key is in it.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=bound.sh
. "$XCJ_EXAMPLE/tests/bound.sh"
start_echo
"$XCJ" keygen --alg RS256 --kid rs -o conf/rs.json
printf '{"apikeys":{"%s":{"client_id":"app","consumer":"acme"}}}' "$(printf %s s3cret-key | sha256sum | cut -c 1-64)" >conf/identities.json
configure 'worker_processes 1; thread_pool p threads=2;' <<CONF
    log_format audit escape=none '\$xcj_audit';
    access_log $work/audit.log audit if=\$xcj_audit;
    xcj_private_jwk es.json; xcj_iss https://gw; xcj_aud "https://a\$arg_aud"; xcj_consumer_required off; xcj_bearer_jwks idp-set.json;
    server {
        listen 127.0.0.1:$plain;
        xcj on; xcj_auth bearer apikey; xcj_identities identities.json;
        location / { xcj_dpop $origin zone=proofs:64k; proxy_pass http://127.0.0.1:$echo; }
        location /pool { xcj_private_jwk rs.json; xcj_thread_pool p; proxy_pass http://127.0.0.1:$echo; }
        location /consumer { xcj_consumer_required on; xcj_consumer \$arg_c; proxy_pass http://127.0.0.1:$echo; }
        location /off { xcj off; proxy_pass http://127.0.0.1:$echo; }
        location /falls { error_page 401 = @key; proxy_pass http://127.0.0.1:$echo; }
        location @key { xcj_auth apikey; proxy_pass http://127.0.0.1:$echo; }
    }
CONF
start_nginx
seen=0
# line NAME FILTER: the next line fits. nginx logs after it has answered.
line() {
    checks=$((checks + 1))
    for _ in $(seq 100); do
        [ "$(wc -l <audit.log)" -le "$seen" ] || break
        sleep 0.05
    done
    seen=$(wc -l <audit.log)
    tail -n 1 audit.log >latest
    jq -e "$2" latest >/dev/null || fail "$1: $(cat latest)"
}
asks() {
    asks_path=$1
    shift
    get "$@" "http://127.0.0.1:$plain$asks_path"
}
asks / -H 'apikey: s3cret-key'
line 'an API key' '.event == "mint" and .methods == ["apikey"] and .client_id == "app" and .consumer == "acme" and .aud == "https://a" and .iss == "https://gw" and .alg == "ES256" and .kid == "es"'
is 'the jti' "$(jq -r .jti latest)" "$("$XCJ" verify --jwks conf/es-set.json "$(received_token)" | jq -r .jti)"
token=$(received_token)
asks / -H "Authorization: Bearer $unbound"
line 'Bearer' '.event == "mint" and .methods == ["bearer"] and .client_id == "them"'
asks /pool -H "Authorization: Bearer $unbound"
line 'a thread pool' '.event == "mint" and .client_id == "them" and .kid == "rs"'
ask DPoP "$bound" "$(proof client GET "$origin/")" /
line 'DPoP' '.event == "mint" and .scheme == "DPoP"'
asks / -H "Authorization: Bearer $bound"
line 'downgraded' '.event == "refuse" and .code == "XCJ_ERR_BINDING" and .status == 401 and .member == "jkt" and (.reason | test("scheme DPoP")) and (has("client_id") | not)'
asks /consumer -H "Authorization: Bearer $unbound"
line 'no consumer' '.event == "refuse" and .code == "XCJ_ERR_CONSUMER" and .client_id == "them" and .aud == "https://a"'
asks /consumer?c=me -H "Authorization: Bearer $unbound"
line 'a consumer' '.event == "mint" and .consumer == "me"'
asks / -H 'apikey: s3cret-wrong'
line 'an unknown key' '.event == "refuse" and .methods == ["apikey"]'
asks / -H "Authorization: Bearer $unbound" -H 'apikey: s3cret-key'
line 'two credentials' '.event == "refuse" and .methods == ["bearer", "apikey"]'
asks /falls -H 'apikey: s3cret-key' -H "Authorization: Bearer s3cret.to.ken"
line 'the location that decides' '.event == "mint" and .methods == ["apikey"]'
asks /off
# Hostile values.
asks '/?aud=%22%7D,%7B%22event%22:%22mint%22' -H "Authorization: Bearer $unbound"
line 'hostile, in an argument' '.event == "mint" and (.aud | length > 10)'
asks / -H "Authorization: Bearer $("$XCJ" mint --key idp.json --claims '{"clientId":"a\"},{\\","sub":"b\n{\"event\":\"x\"}\u2028"}')"
line 'hostile, in a token' '.event == "mint" and .client_id == "a\"},{\\" and .sub == "b\n{\"event\":\"x\"}\u2028"'
asks / -H "Authorization: Bearer $("$XCJ" mint --key idp.json --claims '{"clientId":"a","cnf":{"x\n\"}":1}}')"
line 'hostile, in a refusal' '.event == "refuse" and .code == "XCJ_ERR_BINDING"'
stop_nginx
is 'a line for each, and none where nothing is minted' "$seen" "$(wc -l <audit.log)"
is 'each line is an object' "$(wc -l <audit.log)" "$(jq -c 'select(.event == "mint" or .event == "refuse")' audit.log | wc -l)"
for secret in s3cret "$token" "${token##*.}" "$unbound" "${bound##*.}" "$(jq -r .d conf/es.json)"; do
    lacks 'no secret' audit.log "$secret"
done
finish
