#!/bin/sh
# Own keys that take turns: what a configuration may say, how long keys are published, and what a reload remembers.
# What jq computes is in single quotes.
# shellcheck disable=SC2016
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
start_echo
port=$(free_port)
for key in a b c; do
    "$XCJ" keygen --alg ES256 --kid $key -o conf/$key.json
done
# write_set JQ...: the set of these keys, each a jq expression: $a, $b and $c are keys, $now is the time.
write_set() {
    # shellcheck disable=SC2016
    jq -nc --slurpfile a conf/a.json --slurpfile b conf/b.json --slurpfile c conf/c.json --argjson now "$(date +%s)" \
        '$a[0] as $a | $b[0] as $b | $c[0] as $c | {keys: ['"$1"']}' >conf/keys.json
}
# settings LINE: of the keys, and what they are for.
settings() {
    configure 'worker_processes 1;' <<CONF
    server {
        listen 127.0.0.1:$port;
        $1 xcj_iss https://gw; xcj_aud https://a; xcj_auth apikey; xcj_preauthenticated apikey; xcj_consumer c;
        location / { xcj on; proxy_pass http://127.0.0.1:$echo; }
        location = /jwks { xcj_jwks ${2-}; }
    }
CONF
}
kid() {
    get -H 'apikey: a' "$gateway/"
    received_token >token
    "$XCJ" inspect --json @token | jq -r .header.kid
}
published() {
    curl -s "$gateway/jwks" | jq -rc '[.keys[].kid] | join(" ")'
}
reload() {
    reload_nginx || fail "$1: the reload"
}
gateway=http://127.0.0.1:$port

# What nginx -t says.
refused() {
    write_set "$3"
    settings "xcj_private_jwk keys.json ${4-};" "${5-}"
    if run_nginx -t; then fail "$1: accepted"; fi
    has "$1" said "$2"
    has "$1" said "nginx.conf:"
}
accepted() {
    write_set "$2"
    settings "xcj_private_jwk keys.json ${3-};" "${4-}"
    run_nginx -t || fail "$1: refused: $(cat said)"
    checks=$((checks + 1))
}
accepted 'two keys without dates' '$a, $b'
accepted 'no gap' '$a + {exp: ($now + 100)}, $b + {nbf: ($now + 100)}'
refused 'a gap' 'no key may sign from' '$a + {exp: ($now + 100)}, $b + {nbf: ($now + 101)}'
refused 'all expired' 'no key may sign: the last one expired' '$a + {exp: ($now - 1)}'
refused 'none has begun' 'no key may sign now: the next one begins' '$a + {nbf: ($now + 100)}'
refused 'a date that is none' 'is not a number' '$a, $b + {nbf: "soon"}'
refused 'a public key' 'a public key cannot sign' '$a, ($b | del(.d))'
refused 'a kid twice' 'two keys of the set have the kid "a"' '$a, $b + {kid: "a"}'
refused 'no kid' 'has no kid' '$a, ($b | del(.kid))'
refused 'a lead that is none' 'lead=' '$a' 'lead=soon'
refused 'another word' 'lead=' '$a' 'max_age=5'
refused 'max_age is longer' '"max_age" is longer than the "lead"' '$a, $b' 'lead=1m' 'max_age=61s'
accepted 'max_age is as long' '$a, $b' 'lead=1m' 'max_age=60s'
accepted 'one key does not rotate' '$a' 'lead=1m' 'max_age=1h'

# At a start the key whose time it is signs, and what is published may be cached for the lead at most.
write_set '$a, $b + {nbf: ($now - 5)}, $c + {nbf: ($now + 4000)}'
settings 'xcj_private_jwk keys.json lead=20s;'
: >error.log
start_nginx
is 'at a start' b "$(kid)"
is 'all are published' 'a b c' "$(published)"
get "$gateway/jwks"
is 'caching' 'public, max-age=20' "$(field cache-control)"

# The key that no longer signs is published until its last token has expired; then its tokens are refused.
"$XCJ" mint --key conf/a.json --claim sub=x >old.jwt
write_set '$a + {exp: ($now - 20)}, $b'
settings 'xcj_private_jwk keys.json lead=0; xcj_expires_in 10m;'
reload 'expires_in beyond'
is 'published for expires_in' 'a b' "$(published)"
curl -s "$gateway/jwks" | "$XCJ" verify --jwks - @old.jwt >claims 2>log || fail "the old token: $(cat log)"
settings 'xcj_private_jwk keys.json lead=0; xcj_expires_in 10s;'
reload 'withdrawn'
is 'withdrawn' b "$(published)"
curl -s "$gateway/jwks" >fetched
"$XCJ" verify --jwks fetched @old.jwt >claims 2>log
is 'a token of a key that was withdrawn' 5 $?

# A key is withdrawn in time without a reload.
write_set '$a + {exp: ($now + 2)}, $b'
settings 'xcj_private_jwk keys.json lead=0; xcj_expires_in 2s;'
reload 'withdrawn later'
is 'still published' 'a b' "$(published)"
for _ in $(seq 100); do
    [ "$(published)" != b ] || break
    sleep 0.1
done
is 'withdrawn without a reload' b "$(published)"

# A new key waits for its lead, unless no other key may sign: then the log says so.
write_set '$b, $c + {nbf: $now}'
settings 'xcj_private_jwk keys.json lead=1h;'
reload 'a new key'
sleep 2
is 'a new key waits' b "$(kid)"
is 'a new key is published' 'b c' "$(published)"
lacks 'a new key waits' error.log 'will sign before'
write_set '$a'
reload 'another file'
is 'no other key' a "$(kid)"
has 'no other key' error.log 'the key "a" of'
has 'no other key' error.log 'will sign before it has been published for 3600 seconds'

# A reload remembers what was published: the key signs in time. A machine that is too slow to look in time tries again, with more.
for unit in 1 2 4 8; do
    write_set '$a'
    reload 'the beginning'
    begin=$(date +%s)
    write_set "\$a, \$b + {nbf: (\$now + 4 * $unit)}"
    settings "xcj_private_jwk keys.json lead=$((3 * unit))s;"
    reload 'the next key'
    while [ "$(date +%s)" -lt $((begin + 3 * unit)) ]; do sleep 0.1; done
    reload 'a reload'
    while [ "$(date +%s)" -le $((begin + 4 * unit)) ]; do sleep 0.1; done
    found=$(kid)
    [ "$(date +%s)" -ge $((begin + 6 * unit)) ] || break
done
is 'a reload remembers' b "$found"
stop_nginx
lacks 'alerts' error.log '[alert]'
lacks 'crashes' error.log 'exited on signal'
finish
