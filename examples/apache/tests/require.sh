#!/bin/sh
# Verifying in Apache: AuthType Xcj and `Require xcj`, and mod_auth_openidc, which is not ours, beside them: both accept the tokens that
# the module mints, and no forged ones. And what Apache's own ways (redirects, subrequests, .htaccess) do to a token.
XCJ_EXAMPLES=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../../scenario/lib.sh
. "$XCJ_EXAMPLES/scenario/lib.sh"
# shellcheck source=../../scenario/files.sh
. "$XCJ_EXAMPLES/scenario/files.sh"
# shellcheck source=server.sh
. "$XCJ_EXAMPLES/apache/tests/server.sh"
make_files || cat log
http=$(free_port)
https=$(free_port)
backend=$(free_port)
start_echo
"$XCJ" convert --to pem --public gw-2.json >gw-2.pem
openidc=
[ ! -e $modules/mod_auth_openidc.so ] || openidc="LoadModule auth_openidc_module $modules/mod_auth_openidc.so
OIDCCryptoPassphrase unused-here
OIDCOAuthVerifyCertFiles gw-2#$work/gw-2.pem
OIDCOAuthRemoteUserClaim client_id
<Location /openidc>
    AuthType oauth20
    Require  valid-user
    ProxyPass http://127.0.0.1:$echo/openidc
</Location>"
# A backend that verifies what the gateway mints, in the same Apache.
configure_apache "$http" "$https" "$echo" "
Listen 127.0.0.1:$backend
<VirtualHost 127.0.0.1:$backend>
    XcjBearerJwks $work/gw-set.json iss=https://gw aud=https://service
    XcjBearerClientidClaim client_id
    CustomLog $work/access.log xcj
    <Location />
        AuthType  Xcj
        Require   xcj
        ProxyPass http://127.0.0.1:$echo/
    </Location>
    <Location /gold>
        Require   xcj tier gold platinum
    </Location>
    <Location /roles>
        Require   xcj roles admin
    </Location>
    <Location /user>
        Require   user key-client
    </Location>
</VirtualHost>
LoadModule rewrite_module $modules/mod_rewrite.so
<Location /moved>
    Xcj on
    XcjAuth apikey
    ProxyPass http://127.0.0.1:1/
    ErrorDocument 503 /plain
</Location>
<Location /plain>
    ProxyPass http://127.0.0.1:$echo/plain
</Location>
<Location /unchecked>
    Xcj on
    XcjAuth basic
    ProxyPass http://127.0.0.1:$echo/unchecked
</Location>
<Location /nothing>
    Xcj on
    ProxyPass http://127.0.0.1:$echo/nothing
</Location>
$openidc"
cp gw-2.json gw.json
start_apache
gateway=http://127.0.0.1:$http
get -H 'apikey: 012345AZERTY!' "$gateway/apikey"
token=$(received_token)
spoilt=$(printf '%s' "$token" | sed 's/.....$/AAAAA/')
tier() {
    "$XCJ" mint --key gw.json --iss https://gw --aud https://service --claim client_id=c "$@"
}

# at NAME STATUS TOKEN PATH: the backend's answer.
at() {
    get -H "Authorization: Bearer $3" "http://127.0.0.1:$backend$4"
    is "$1" "$2" "$status"
}
at 'a token' 200 "$token" /
at 'a spoilt one' 401 "$spoilt" /
is 'the challenge' Bearer "$(field www-authenticate)"
get "http://127.0.0.1:$backend/"
is 'no token' 401 "$status"
at 'an expired one' 401 "$(tier --now 1000000000)" /
at 'for another audience' 401 "$("$XCJ" mint --key gw.json --iss https://gw --aud https://other --claim client_id=c)" /
at 'without client_id' 401 "$("$XCJ" mint --key gw.json --iss https://gw --aud https://service)" /
at 'a claim' 200 "$(tier --claim tier=gold)" /gold
at 'the other value' 200 "$(tier --claim tier=platinum)" /gold
at 'a value that only begins so' 401 "$(tier --claim tier=golden)" /gold
at 'without the claim' 401 "$(tier)" /gold
at 'a list' 200 "$(tier --claim-json 'roles=["user","admin"]')" /roles
at 'a list without it' 401 "$(tier --claim-json 'roles=["user"]')" /roles
at 'the user' 200 "$token" /user
at 'another user' 401 "$(tier)" /user
has 'the log' access.log 'client_id="key-client" error="-"'
has 'the log of a refusal' access.log 'error="XCJ_ERR_SIGNATURE: '

# An independent verifier.
if [ -n "$openidc" ]; then
    for name in token spoilt; do
        eval "one=\$$name"
        # shellcheck disable=SC2154 # eval sets it
        get -H "Authorization: Bearer $one" "$gateway/openidc"
        printf '%s %s\n' "$name" "$status"
    done >openidc
    is 'mod_auth_openidc' 'token 200 spoilt 401' "$(tr '\n' ' ' <openidc | sed 's/ $//')"
else
    printf 'left out: mod_auth_openidc is not installed (Debian package libapache2-mod-auth-openidc)\n'
fi

# A redirect within the server takes no token along, and a location that mints nothing touches nothing.
get -H 'apikey: 012345AZERTY!' "$gateway/moved"
is 'after a redirect' '200 ' "$status $(received_token)"
has 'after a redirect, the service' body 'GET /plain'
get -H 'X-Custom-Jwt: mine' "$gateway/plain"
is 'elsewhere' '200 mine' "$status $(received_token)"
# Nobody has checked the password; no method is named.
get -u user:pass:word "$gateway/unchecked"
is 'Basic that nobody checks' 401 "$status"
get -H 'apikey: 012345AZERTY!' "$gateway/nothing"
is 'no method' 500 "$status"
stop_apache || fail 'Apache does not end'
finish
