#!/bin/sh
# What xcj_status shows for Prometheus is valid for Prometheus' own checker, and follows its rules for names.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip promtool
port=$(free_port)
"$XCJ" keygen --alg ES256 --kid 'a"b\c é' -o conf/one.json
"$XCJ" keygen --alg ES256 --kid two -o conf/two.json
jq -cs --argjson until $(($(date +%s) + 5000)) '{keys: [.[0] + {exp: $until}, .[1] + {nbf: $until}]}' conf/one.json conf/two.json >conf/keys.json
"$XCJ" jwks conf/one.json -o conf/set.json
configure '' <<CONF
    xcj_jwks_zone one:64k /_one;
    server {
        listen 127.0.0.1:$port;
        xcj_iss https://gw; xcj_aud https://a; xcj_auth apikey; xcj_preauthenticated apikey; xcj_consumer c;
        location / { xcj on; xcj_private_jwk keys.json; return 200; }
        location = /other { xcj on; xcj_private_jwk two.json; return 200; }
        location = /_one { internal; proxy_pass http://127.0.0.1:$port/set.json; }
        location /set.json { root $work/conf; }
        location = /bearer { xcj on; xcj_auth bearer; xcj_bearer_jwks zone=one; xcj_private_jwk two.json; return 200; }
        location = /metrics { xcj_status prometheus; }
    }
CONF
start_nginx
get "http://127.0.0.1:$port/metrics"
is 'status' 200 "$status"
promtool check metrics <body >said 2>&1 || fail "promtool: $(cat said)"
is 'what promtool says' '' "$(cat said)"
# The checker itself is tried: a family twice.
cat body body | promtool check metrics >said 2>&1 && fail 'promtool accepts a family twice'
checks=$((checks + 1))
finish
