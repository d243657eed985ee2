#!/bin/sh
# What Apache refuses when it reads its configuration, with the reason; each beside what it accepts.
XCJ_EXAMPLES=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../../scenario/lib.sh
. "$XCJ_EXAMPLES/scenario/lib.sh"
# shellcheck source=../../scenario/files.sh
. "$XCJ_EXAMPLES/scenario/files.sh"
# shellcheck source=server.sh
. "$XCJ_EXAMPLES/apache/tests/server.sh"
make_files || cat log
printf '{"clients":{"c":{"group":"g"}}}' >unknown.json

# tested LINE...: in a virtual server of its own.
tested() {
    configure_apache 1 2 3 '<VirtualHost 127.0.0.1:8>' "$@" '</VirtualHost>'
    run_apache -t >said 2>&1
}
accepts() {
    tested "$@" || fail "refused: $*: $(cat said)"
    checks=$((checks + 1))
}
# refuses TEXT LINE...
refuses() {
    refuses_text=$1
    shift
    if tested "$@"; then fail "accepted: $*"; fi
    has "$*" said "$refuses_text"
}

accepts ''
accepts 'XcjExpiresIn 60'
refuses 'a number of seconds' 'XcjExpiresIn 30m'
refuses 'a number of seconds' 'XcjExpiresIn 0'
accepts "XcjBearerJwks $work/gw-set.json iss=https://gw aud=a aud=b alg=ES256,RS256 typ=at+jwt leeway=5"
accepts "XcjBearerJwks $work/gw-set.json iss=https://gw" "XcjBearerJwks $work/idp-set.json iss=https://idp"
refuses 'the same issuer' "XcjBearerJwks $work/gw-set.json iss=https://gw" "XcjBearerJwks $work/idp-set.json iss=https://gw"
refuses 'no algorithm none' "XcjBearerJwks $work/gw-set.json alg=none"
refuses 'is none of' "XcjBearerJwks $work/gw-set.json issuer=https://gw"
refuses 'none.json' 'XcjBearerJwks none.json'
refuses 'XCJ_ERR_' "XcjBearerJwks $work/htpasswd"
accepts "XcjPrivateJwk $work/gw-2.json"
refuses 'XCJ_ERR_KEY_USE' "XcjPrivateJwk $work/idp-next-set.json"
refuses 'none.json' 'XcjPrivateJwk none.json'
refuses 'group' "XcjIdentities $work/unknown.json"
accepts '<Location />' 'XcjAuth bearer basic client_cert apikey' '</Location>'
refuses 'a method must be' '<Location />' 'XcjAuth password' '</Location>'
accepts '<Location />' 'XcjUpstreamHeader Authorization' '</Location>'
refuses 'Host' '<Location />' 'XcjUpstreamHeader Host' '</Location>'
refuses 'not allowed' '<Location />' "XcjPrivateJwk $work/gw-2.json" '</Location>'
# The signing key without an issuer, on a server without the settings of xcj.conf.
printf 'LoadModule mpm_event_module %s/mod_mpm_event.so\nLoadModule authz_core_module %s/mod_authz_core.so\nLoadModule xcj_module %s/mod_xcj.so\nListen 127.0.0.1:9\nErrorLog error.log\n' \
    "$modules" "$modules" "$work" >httpd.conf
printf 'XcjPrivateJwk %s/gw.json\n' "$work" >>httpd.conf
if run_apache -t >said 2>&1; then fail 'accepted: no XcjIss'; fi
has 'no XcjIss' said 'XcjIss: is required'
finish
