#!/bin/sh
# verify --batch: one token a line, and an exit status that does not wrap.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
"$XCJ" keygen --alg HS256 --kid k >key.json
"$XCJ" keygen --alg HS256 --kid k >other.json
mint() {
    "$XCJ" mint --key "$1" --bare --claims "$2"
}
good=$(mint key.json '{"exp":2000,"n":1}')
good2=$(mint key.json '{"exp":2000,"n":2}')
old=$(mint key.json '{"exp":1000}')
forged=$(mint other.json '{"exp":2000}')

printf '%s\n%s\n' "$good" "$good2" >two
run verify --key key.json --now 1500 --batch @two
[ "$status" -eq 0 ] || fail 'two tokens'
out_is 'two tokens' '{"exp":2000,"n":1}
{"exp":2000,"n":2}'
[ "$(cat err)" = 'xcj: 2 tokens: 2 valid, 0 refused' ] || fail 'totals'
run verify --key key.json --now 1500 --batch <two
[ "$status" -eq 0 ] || fail 'of standard input'
run verify --key key.json --now 1500 --batch - <two
[ "$status" -eq 0 ] || fail 'of standard input by -'
printf '%s' "$good" >open
run verify --key key.json --now 1500 --batch @open
[ "$status" -eq 0 ] || fail 'no line feed at the end'
accept 'quiet' verify --key key.json --now 1500 --batch --quiet @two
[ ! -s out ] || fail 'quiet prints nothing'

# The first failure decides; the valid lines are printed.
printf '%s\n' "$good" "$old" "$forged" "$good2" >mixed
run verify --key key.json --now 1500 --batch @mixed
[ "$status" -eq 6 ] || fail 'the first failure is the expired one'
out_is 'the valid lines' '{"exp":2000,"n":1}
{"exp":2000,"n":2}'
err_has 'line of the expired one' 'xcj: line 2: "exp"'
err_has 'line of the forged one' 'xcj: line 3: the signature'
err_has 'totals' 'xcj: 4 tokens: 2 valid, 2 refused'
[ "$(wc -l <err)" -eq 3 ] || fail 'three lines on standard error'
printf '%s\n' "$forged" "$old" >mixed2
run verify --key key.json --now 1500 --batch @mixed2
[ "$status" -eq 4 ] || fail 'the first failure is the forged one'

# 256 failures, and 512.
for count in 256 512; do
    i=0
    while [ $i -lt $count ]; do
        printf '%s\n' "$forged"
        i=$((i + 1))
    done >many
    run verify --key key.json --now 1500 --batch @many
    [ "$status" -eq 4 ] || fail "$count forged tokens exit 4"
    err_has "$count forged tokens" "$count tokens: 0 valid, $count refused"
done

# What is around a token is named.
printf '%s\r\n' "$good" >crlf
run verify --key key.json --now 1500 --batch @crlf
came_to 'CRLF' 3
err_has 'CRLF' 'line 1: the token ends in a carriage return'
printf 'Bearer %s\n' "$good" >bearer
run verify --key key.json --now 1500 --batch @bearer
[ "$status" -eq 3 ] || fail 'Bearer'
err_has 'Bearer' 'line 1: the token begins with "Bearer "'
printf '%s\n\n%s\n' "$good" "$good2" >gap
run verify --key key.json --now 1500 --batch @gap
[ "$status" -eq 3 ] || fail 'an empty line'
err_has 'an empty line' 'line 2: the token is empty'
refuse 'empty input' 3 'is empty' verify --key key.json --batch - </dev/null
refuse 'no such file' 3 'none: No such file' verify --key key.json --batch @none

# Lines of any length.
printf '{"exp":2000,"x":"' >long.json
head -c 1000000 /dev/zero | tr '\0' x >>long.json
printf '"}' >>long.json
"$XCJ" mint --key key.json --bare --claims @long.json >long || fail 'a long token'
printf '%s\n' "$good" >>long
run verify --key key.json --now 1500 --batch --quiet @long
[ "$status" -eq 0 ] || fail 'a long line'
{ head -c 5000000 /dev/zero | tr '\0' a && printf '\n%s\n' "$good"; } >longer
run verify --key key.json --now 1500 --batch @longer
[ "$status" -eq 9 ] || fail 'a line that is too long is refused by its size'
out_is 'the line behind it' '{"exp":2000,"n":1}'

# Verdicts, a line each.
run verify --key key.json --now 1500 --batch --json @mixed
[ "$(wc -l <out)" -eq 4 ] || fail 'four verdicts'
out_has 'verdict of line 1' '{"line":1,"ok":true,'
out_has 'verdict of line 2' '{"line":2,"ok":false,"code":"XCJ_ERR_EXPIRED","exit":6,'
out_has 'verdict of line 3' '{"line":3,"ok":false,"code":"XCJ_ERR_SIGNATURE","exit":4,'

refuse 'a token as argument' 2 '--batch reads' verify --key key.json --batch "$good"
refuse 'a detached payload' 2 '--batch goes' verify --key key.json --batch --payload two @two
refuse 'the environment' 2 '--batch goes' verify --key key.json --batch --token-env X
finish
