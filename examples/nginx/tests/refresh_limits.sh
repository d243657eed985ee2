#!/bin/sh
# Directives of the server that the location of a key set inherits: those of the access phase do not concern the fetch, limit_req
# may delay it, and a fetch that a limit refuses has failed.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
# shellcheck source=provider.sh
. "$XCJ_EXAMPLE/tests/provider.sh"
respond 200 old-set.json 'Cache-Control: max-age=300'
configure 'worker_processes 1;' <<CONF
    xcj_private_jwk es.json; xcj_iss https://gw; xcj_aud a; xcj_consumer_required off;
    xcj_jwks_zone keys:256k /_jwks cool_down=1s timeout=5s;
    limit_req_zone \$binary_remote_addr zone=fetches:64k rate=30r/m; limit_conn_zone \$binary_remote_addr zone=fetches_now:64k;
    limit_req_zone \$binary_remote_addr zone=clients:64k rate=100r/s; limit_conn_zone \$binary_remote_addr zone=clients_now:64k;
    server {
        listen 127.0.0.1:$port;
        limit_req zone=fetches burst=5; limit_conn fetches_now 1;
        deny all; auth_basic realm; auth_basic_user_file nobody; auth_request /_nobody;
        location = /_jwks { internal; proxy_pass http://127.0.0.1:$provider/keys; subrequest_output_buffer_size 64k; }
        location = /_nobody { internal; return 403; }
        location / {
            limit_req zone=clients burst=100 nodelay; limit_conn clients_now 100;
            allow all; auth_basic off; auth_request off;
            xcj on; xcj_auth bearer; xcj_verbose on; xcj_bearer_jwks zone=keys iss=https://idp.example;
            proxy_pass http://127.0.0.1:$echo;
        }
        location = /other.json { root $work; }
    }
CONF
: >conf/nobody
start_nginx
ask old
is 'rules of the access phase do not concern the fetch' 200 "$status"
get "http://127.0.0.1:$port/other.json"
is 'they concern others' 403 "$status"

# One fetch in two seconds: the next one is delayed.
"$XCJ" jwks old-set.json new-set.json -o both-set.json
respond 200 both-set.json 'Cache-Control: max-age=300'
sleep 1
ask_until_accepted 40 new
is 'a fetch that limit_req delays' 200 "$status"
has 'it was delayed' error.log 'delaying request'
lacks 'no fetch has failed' error.log 'cannot be fetched'
is 'the fetches' 2 "$(fetches)"

sed -i 's|zone=fetches burst=5|zone=fetches|' conf/nginx.conf
reload_nginx || fail 'reload'
logged 'xcj: the key set "keys" cannot be fetched from "/_jwks": the answer has status 503; the present one stays' || fail 'a fetch that limit_req refuses is not in the log'
checks=$((checks + 1))
ask new
is 'the set stays' 200 "$status"
lacks 'nothing else is wrong' error.log '[alert]'
stop_nginx
finish
