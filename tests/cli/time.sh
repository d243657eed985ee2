#!/bin/sh
# Durations and instants.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
"$XCJ" keygen --alg HS256 >key.json || fail 'keygen'

# lifetime DURATION SECONDS
lifetime() {
    "$XCJ" mint --key key.json --now 1000 --jti j --expires-in "$1" >t 2>err
    accept "duration $1" verify --key key.json --now 1000 @t
    out_is "duration $1" "{\"iat\":1000,\"exp\":$((1000 + $2)),\"jti\":\"j\"}"
}
lifetime 1800 1800
lifetime 1 1
lifetime 90s 90
lifetime 30m 1800
lifetime 12h 43200
lifetime 7d 604800
lifetime 2w 1209600
for wrong in '' m 30x 30mm 1.5h -1 0x10 ' 5' 99999999999999999999 9223372036854775807d; do
    refuse "duration '$wrong'" 2 'is not a duration' mint --key key.json --expires-in "$wrong"
done
refuse 'duration of nothing' 2 'one second or more' mint --key key.json --expires-in 0

# instant TEXT SECONDS
instant() {
    "$XCJ" mint --key key.json --now "$1" --jti j >t 2>err
    accept "instant $1" verify --key key.json --now "$2" @t
    out_has "instant $1" "\"iat\":$2,"
}
instant 1712685416 1712685416
instant 0 0
instant 1970-01-01T00:00:00Z 0
instant 2024-04-09T17:56:56Z 1712685416
instant 2024-04-09T19:56:56+02:00 1712685416
instant 2024-04-09t12:26:56-05:30 1712685416
instant 2000-02-29T00:00:00Z 951782400
instant 2024-12-31T23:59:59Z 1735689599
for wrong in '' now 12x 2024-04-09 2024-13-01T00:00:00Z 2023-02-29T00:00:00Z 2024-04-09T24:00:00Z 2024-04-09T00:00:00 \
    2024-04-09T00:00:00+24:00 99999999999999999999 + - +m -5x +-5 5m; do
    refuse "instant '$wrong'" 2 'is neither Unix seconds nor' mint --key key.json --now "$wrong"
done
# From now, by the system's clock.
fresh() {
    "$XCJ" mint --key key.json --now "$1" --no-exp >t || fail "mint at $1"
    "$XCJ" verify --key key.json --allow-no-exp --now +2w @t >claims || fail "verify at $1"
    distance=$(($(sed 's/.*"iat":\([0-9]*\).*/\1/' claims) - $(date +%s) - $2))
    if [ "$distance" -lt -60 ] || [ "$distance" -gt 0 ]; then fail "$1 is $distance seconds off"; fi
}
fresh +2h 7200
fresh -5m -300
fresh -90 -90
finish
