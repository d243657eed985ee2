#!/bin/sh
# At a terminal one command fetches the keys and says that the signature is verified.
# shellcheck source=tmux.sh
. "$(dirname "$0")/tmux.sh"
# shellcheck source=nginx.sh
. "$(dirname "$0")/nginx.sh"
"$XCJ" keygen --alg RS256 --kid gateway-1 -o key.json || fail 'keygen'
"$XCJ" jwks key.json >www/jwks.json
"$XCJ" mint --key key.json --sub alice --jku "$at/jwks.json" >token

at_terminal 'jku' '' '' "'$XCJ' verify --cacert ca.pem --jku-prefix $at/ @token"
grep -q '"sub":"alice"' screen || fail 'jku: the payload is shown'
grep -q 'signature verified' screen || fail 'jku: signature verified'
at_terminal 'jku, a pipe' '' '' "'$XCJ' verify --cacert ca.pem --jku-prefix $at/ @token >payload"
[ "$(cat payload)" = "$("$XCJ" verify --key key.json @token)" ] || fail 'a pipe gets the payload alone'
at_terminal 'URL' '' '' "'$XCJ' verify --cacert ca.pem --jwks $at/jwks.json @token"
grep -q 'signature verified' screen || fail 'URL: signature verified'
at_terminal 'a jku elsewhere' '' '' "'$XCJ' verify --cacert ca.pem --jku-prefix $at/other @token"
[ "$(cat status)" = 9 ] || fail 'a jku elsewhere: exit 9'
if grep -q 'signature verified' screen; then fail 'a jku elsewhere: not verified'; fi
finish
