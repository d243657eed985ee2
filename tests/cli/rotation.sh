#!/bin/sh
# jwks --rotate: a private set in which there is always a next key, and none that is needed no more.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip jq

# The nbf and exp of each key, "-" for none.
dates() {
    jq -r '.keys[] | "\(.nbf // "-") \(.exp // "-")"' "$1" | tr '\n' ';'
}
want_dates() {
    [ "$(dates "$2")" = "$3" ] || fail "$1: $(dates "$2"), not $3"
}
rotate() {
    at=$1
    shift
    "$XCJ" jwks --rotate 100s --lead 20s --expires-in 30s --now "$at" "$@"
}

# The first key becomes a set of two; what comes of it is the same key, now with an end.
"$XCJ" keygen --alg ES256 -o keys.json
cp keys.json first.json
accept 'to standard output' jwks --rotate 100s --lead 20s --now 1000 keys.json
want_dates 'to standard output' out '- 1100;1100 1200;'
same 'to standard output: the file' keys.json first.json
rotate 1000 keys.json -o keys.json || fail 'in place'
want_dates 'in place' keys.json '- 1100;1100 1200;'
[ "$(jq -r '.keys[0].d' keys.json)" = "$(jq -r .d first.json)" ] || fail 'the first key is another'
[ "$(jq -r '.keys[1].alg + .keys[1].use' keys.json)" = ES256sig ] || fail 'the alg and use of the next key'
[ "$(jq -c '.keys[1] | del(.nbf, .exp)' keys.json | "$XCJ" thumbprint)" = "$(jq -r '.keys[1].kid' keys.json)" ] ||
    fail 'the kid of the next key'
[ "$(stat -c %a keys.json)" = 600 ] || fail "the mode is $(stat -c %a keys.json)"

# Too early, nothing changes, not even the file itself.
ls -i keys.json >before
rotate 1099 keys.json -o keys.json || fail 'too early'
ls -i keys.json >after
same 'too early: the file' after before
want_dates 'too early' keys.json '- 1100;1100 1200;'

# The next key signs: there is another next one. The old one goes when its last token has expired.
rotate 1100 keys.json -o keys.json || fail 'in time'
want_dates 'in time' keys.json '- 1100;1100 1200;1200 1300;'
rotate 1129 keys.json -o keys.json || fail 'tokens live'
want_dates 'tokens live' keys.json '- 1100;1100 1200;1200 1300;'
rotate 1130 keys.json -o keys.json || fail 'tokens expired'
want_dates 'tokens expired' keys.json '1100 1200;1200 1300;'

# Cron was late: the last key signs until the next one has been published for the lead. A warning says so.
cp keys.json late.json
run jwks --rotate 100s --lead 20s --expires-in 30s --now 1290 late.json -o late.json
[ "$status" -eq 0 ] || fail 'late'
err_has 'late' 'warning: late.json: the last key signs for longer'
want_dates 'late' late.json '1200 1310;1310 1410;'
cp keys.json later.json
"$XCJ" jwks --rotate 100s --lead 20s --expires-in 30s --now 5000 later.json -o later.json 2>err || fail 'much too late'
want_dates 'much too late' later.json '1200 5020;5020 5120;'

# A long way: each second has exactly one key to sign, and each key was there for its lead.
cp first.json long.json
now=1000
while [ $now -lt 2000 ]; do
    rotate $now long.json -o long.json || fail "at $now"
    jq -e --argjson now $now '[.keys[] | select((.nbf // 0) <= $now and $now < .exp)] | length == 1' long.json >/dev/null ||
        fail "at $now: $(dates long.json)"
    jq -e --argjson now $now '[.keys[] | select(.nbf != null and .nbf >= $now + 20)] | length >= 1' long.json >/dev/null ||
        [ "$(jq -r '.keys | length' long.json)" -ge 2 ] || fail "at $now: no next key: $(dates long.json)"
    now=$((now + 45))
done

# RSA keeps its size, Ed448 its curve, --alg asks for another.
"$XCJ" keygen --alg PS256 --bits 3072 -o rsa.json
accept 'RSA' jwks --rotate 30d rsa.json
[ "$(jq -r '.keys[1].alg' out)" = PS256 ] || fail 'the alg of the next RSA key'
[ "$(jq -r '.keys[1].n | length' out)" = 512 ] || fail 'the size of the next RSA key'
accept 'another alg' jwks --rotate 30d -a EdDSA rsa.json
[ "$(jq -r '.keys[1].crv' out)" = Ed25519 ] || fail 'another alg'
"$XCJ" keygen --alg Ed448 -o ed448.json
accept 'Ed448' jwks --rotate 30d ed448.json
[ "$(jq -r '.keys[1].crv' out)" = Ed448 ] || fail 'the curve of the next key'

# What is published is the public part alone, without the dates.
accept 'publish' jwks keys.json
jq -e '.keys | length == 2 and all(has("d") or has("nbf") or has("exp") | not)' out >/dev/null || fail "publish: $(cat out)"
# convert keeps the dates with the private part.
accept 'convert' convert --to jwk --kid "$(jq -r '.keys[0].kid' keys.json)" keys.json
[ "$(jq -r '"\(.nbf) \(.exp)"' out)" = '1100 1200' ] || fail "convert: $(cat out)"

# What cannot be, and writes nothing.
cp keys.json unchanged.json
"$XCJ" convert --to jwk --public first.json >public.json
"$XCJ" keygen --alg HS256 -o oct.json
"$XCJ" convert --to pem first.json >key.pem
jq -c 'del(.kid)' first.json >nameless.json
jq -c '.keys += [{"kty":"EC","kid":"x"}]' keys.json >broken.json
jq -c '.keys[0].exp = .keys[0].nbf' keys.json >backward.json
refuse 'a public key' 5 'public.json: a public key cannot sign' jwks --rotate 30d public.json
refuse 'an oct key' 5 'oct.json: an oct key has no public part' jwks --rotate 30d oct.json
refuse 'PEM' 3 'key.pem: is no JWK' jwks --rotate 30d key.pem
refuse 'no kid' 5 'nameless.json: a key has no kid' jwks --rotate 30d nameless.json
refuse 'a broken key' 5 'broken.json: a key of the set cannot be used, and would be lost' jwks --rotate 30d broken.json
refuse 'dates the wrong way round' 5 '"exp" is not later than "nbf"' jwks --rotate 30d backward.json
refuse 'an empty set' 3 'has no key' jwks --rotate 30d - <<'EOF'
{"keys":[]}
EOF
refuse 'no duration' 2 'xcj: --rotate: ' jwks --rotate monthly keys.json
refuse 'no time at all' 2 'xcj: --rotate: a key must sign for a second' jwks --rotate 0 keys.json
refuse 'too long' 2 'xcj: --rotate: is too long' jwks --rotate 9223372036854775807 --lead 1 first.json
refuse 'a long lead' 2 'xcj: --lead: is longer than --rotate' jwks --rotate 1h --lead 2h keys.json
refuse 'two sets' 2 'xcj: --rotate: is for one set' jwks --rotate 30d keys.json first.json
for option in '--add first.json' '--remove x' '--kid x' '--use sig'; do
    # shellcheck disable=SC2086
    refuse "with $option" 2 "xcj: ${option%% *}: cannot be combined with --rotate" jwks --rotate 30d $option keys.json
done
for option in '--lead 1h' '--expires-in 1h' '--now 5'; do
    # shellcheck disable=SC2086
    refuse "$option alone" 2 "xcj: ${option%% *}: is for --rotate only" jwks $option keys.json
done
refuse 'over another key' 2 'first.json: holds a private key; --force overwrites it' jwks --rotate 30d keys.json -o first.json
same 'a refusal changes nothing' keys.json unchanged.json

# Several at the same time: one adds the key, the others find it.
cp first.json shared.json
for _ in 1 2 3 4; do
    rotate 1000 shared.json -o shared.json &
done
wait
want_dates 'several at the same time' shared.json '- 1100;1100 1200;'
finish
