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

# Dates end with the year 9999, which is no fault of the key.
late=9999-12-01T00:00:00Z
accept 'the last dates there are' jwks --rotate 15d --now $late first.json
want_dates 'the last dates there are' out '- 253400918400;253400918400 253402214400;'
refuse 'beyond the year 9999' 2 'xcj: --rotate: is too long: the next key would sign beyond the year 9999' \
    jwks --rotate 30d --now $late first.json
refuse 'a long turn' 2 'xcj: --rotate: is too long' jwks --rotate 300000000000 first.json
refuse 'after the year 9999' 2 'xcj: --now: is not a time from 1970 to 9999' jwks --rotate 30d --now 253402300800 first.json
refuse 'before 1970' 2 'xcj: --now: is not a time from 1970 to 9999' jwks --rotate 30d --now -10000w first.json

# ---- the key that signs now
# signs NAME FILE INDEX WORD...: the token that the words mint has the kid of this key, and the public set verifies it.
signs() {
    signs_name=$1
    signs_kid=$(jq -r ".keys[$3].kid" "$2")
    signs_set=$2
    shift 3
    accept "$signs_name" mint --key "$signs_set" "$@"
    mv out token
    "$XCJ" jwks "$signs_set" >public_set.json
    kid=$("$XCJ" inspect --json token | jq -r .header.kid)
    [ "$kid" = "$signs_kid" ] || fail "$signs_name: the kid is $kid, not $signs_kid"
    accept "$signs_name: verify" verify --jwks public_set.json --jws token
}
cp first.json turns.json
for now in 1000 1100; do
    rotate $now turns.json -o turns.json || fail "turns at $now"
done
want_dates 'turns' turns.json '- 1100;1100 1200;1200 1300;'
signs 'the first second there is' turns.json 0 --sub a --now 0
signs 'the last second of a turn' turns.json 0 --sub a --now 1099
signs 'the first second of the next' turns.json 1 --sub a --now 1100
signs 'a later turn' turns.json 2 --sub a --now 1970-01-01T00:20:00Z
signs 'iat is not the current time' turns.json 1 --sub a --now 1150 --iat 1250
signs 'for a caller' turns.json 1 --apikey k --no-consumer --iss i --aud a --now 1150
signs 'bare' turns.json 1 --bare --sub a --now 1150
signs 'the kid that is named' turns.json 2 --sub a --now 1150 --kid "$(jq -r '.keys[2].kid' turns.json)"
signs 'the thumbprint of the key that signs' turns.json 1 --sub a --now 1150 --kid thumbprint
accept 'several tokens' mint --key turns.json --sub a --now 1150 --repeat 20
[ "$(cut -d . -f 1 out | sort -u | wc -l)" -eq 1 ] || fail 'several tokens: several headers'
# Without --now, xcj reads the system's clock once: a second later, another key would sign.
for now in 1098 1099 1100; do
    [ -n "${XCJ_FAST_CLOCK:-}" ] || break
    (limited env LD_PRELOAD="$XCJ_FAST_CLOCK" XCJ_CLOCK_TIME=$now "$XCJ" mint --key turns.json --sub a) >token 2>err || fail "a token at $now"
    "$XCJ" inspect --json token >taken
    want=$(jq -c --argjson now $now '[.keys[if $now < 1100 then 0 else 1 end].kid, $now]' turns.json)
    [ "$(jq -c '[.header.kid, .claims.iat]' taken)" = "$want" ] || fail "one reading of the clock at $now"
done
accept 'a set for the present' jwks --rotate 1d --lead 1h first.json
cp out present.json
signs 'the present' present.json 0 --sub a
printf payload >payload
signs 'any bytes' present.json 0 --jws --payload payload
accept 'a proof' dpop --key turns.json --htm GET --htu https://a.example/ --now 1150
mv out proof
want=$(jq -c '.keys[1] | [.x, .y]' turns.json)
[ "$("$XCJ" inspect --json proof | jq -c '.header.jwk | [.x, .y]')" = "$want" ] || fail 'a proof: another key'
accept 'a proof of the key that is named' dpop --key turns.json --htm GET --htu https://a.example/ --now 1150 \
    --kid "$(jq -r '.keys[0].kid' turns.json)"
mv out proof
want=$(jq -c '.keys[0] | [.x, .y]' turns.json)
[ "$("$XCJ" inspect --json proof | jq -c '.header.jwk | [.x, .y]')" = "$want" ] || fail 'a proof: not the key that is named'

# No key signs: which one did, which one will, and when.
jq -c '.keys |= [(.[0] + {kid: "a"}), (.[1] + {kid: "b", nbf: 1150}), (.[2] + {kid: "c"})]' turns.json >gap.json
jq -c 'del(.keys[0])' gap.json >begins.json
refuse 'none signs any more' 5 'turns.json: no key signs now: the last one, kid "' mint --key turns.json --sub a --now 1300
err_has 'none signs any more' 'ended now (1970-01-01 00:21:40 UTC) (--kid chooses a key at any time)'
refuse 'none signs yet' 5 \
    'begins.json: no key signs now: the next one, kid "b", begins in 1 minute (1970-01-01 00:19:10 UTC) (--kid' \
    mint --key begins.json --sub a --now 1090
refuse 'none signs for a while' 5 'no key signs now: the last one, kid "a", ended 10 seconds ago (1970-01-01 00:18:20 UTC); the next one, kid "b", begins in 40 seconds (' \
    mint --key gap.json --sub a --now 1110
refuse 'none will sign for a while' 5 'no key signs for a time: the last one, kid "a", ends in 50 seconds (1970-01-01 00:18:20 UTC); the next one, kid "b", begins' \
    mint --key gap.json --sub a --now 1050
refuse 'a proof without a key' 5 'no key signs now' dpop --key turns.json --htm GET --htu https://a.example/ --now 1300
signs 'a key that is named signs at any time' turns.json 1 --sub a --now 1300 --kid "$(jq -r '.keys[1].kid' turns.json)"
signs 'behind the gap' gap.json 1 --sub a --now 1150
jq -c '.keys[1] | del(.kid)' turns.json >dated.json
accept 'a key of its own, in time' mint --key dated.json --sub a --now 1150
refuse 'a key of its own, too late' 5 'dated.json: no key signs now: the last one ended' mint --key dated.json --sub a --now 1200
accept 'a key of its own, named' mint --key dated.json --sub a --now 1200 --kid k
# The same goes for a configuration's key, as an object or a string.
jq -c '{iss: "https://gw", private_jwk: .}' dated.json >plugin.json
jq -c '.private_jwk |= tojson' plugin.json >quoted.json
for config in plugin quoted; do
    for now in 1100 1199; do
        accept "$config, in time ($now)" mint --config $config.json --apikey k --no-consumer --aud a --now $now
    done
    refuse "$config, too early" 5 "$config.json: no key signs now: the next one begins in 1 second" \
        mint --config $config.json --apikey k --no-consumer --aud a --now 1099
    refuse "$config, too late" 5 "$config.json: no key signs now: the last one ended now" \
        mint --config $config.json --apikey k --no-consumer --aud a --now 1200
    accept "$config, named" mint --config $config.json --apikey k --no-consumer --aud a --now 1200 --kid k
done
refuse 'a configuration with a set' 3 'private_jwk' \
    mint --config "$(jq -c '{iss: "https://gw", private_jwk: .}' turns.json >set.json && echo set.json)" --apikey k --no-consumer --aud a --now 1150
refuse 'a set with a key that cannot be used' 3 'a key of the set cannot be used' mint --key broken.json --sub a --now 1150
refuse 'before all time' 2 'xcj: --now: now is negative' mint --key turns.json --sub a --now -10000w
# A set without dates is as it was: --kid chooses.
jq -c 'del(.keys[] | .nbf, .exp)' turns.json >undated.json
refuse 'no dates' 5 'undated.json: the set has 3 keys; --kid chooses one' mint --key undated.json --sub a --now 1150
signs 'no dates, a kid' undated.json 1 --sub a --now 1150 --kid "$(jq -r '.keys[1].kid' undated.json)"

# Several at the same time: one adds the key, the others find it.
cp first.json shared.json
for _ in 1 2 3 4; do
    rotate 1000 shared.json -o shared.json &
done
wait
want_dates 'several at the same time' shared.json '- 1100;1100 1200;'
finish
