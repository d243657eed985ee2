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

# Several operands: in their order, named by file or position, with the status of the first that is refused.
printf '%s\n' "$good" >good.jwt
printf '%s\n' "$old" >old.jwt
run verify --key key.json --now 1500 @good.jwt "$good2"
came_to 'two operands' 0
out_is 'two operands' '{"exp":2000,"n":1}
{"exp":2000,"n":2}'
[ "$(cat err)" = 'xcj: 2 tokens: 2 valid, 0 refused' ] || fail 'two operands: totals'
accept 'two operands, quiet' verify --key key.json --now 1500 --quiet good.jwt "$good2"
run verify --key key.json --now 1500 good.jwt old.jwt "$forged" "$good2"
[ "$status" -eq 6 ] || fail 'operands: the first that is refused is the expired one'
out_is 'operands: the valid ones' '{"exp":2000,"n":1}
{"exp":2000,"n":2}'
err_has 'operands: a file by name' 'xcj: old.jwt: "exp"'
err_has 'operands: a token by position' 'xcj: token 3: the signature'
err_has 'operands: totals' 'xcj: 4 tokens: 2 valid, 2 refused'
run verify --key key.json --now 1500 "$forged" old.jwt
[ "$status" -eq 4 ] || fail 'operands: the first that is refused is the forged one'
run verify --key key.json --now 1500 @none.jwt "$good" "$forged"
[ "$status" -eq 3 ] || fail 'operands: the first cannot be read'
out_is 'operands: the one behind it' '{"exp":2000,"n":1}'
run verify --key key.json --now 1500 nothing "$good"
err_has 'operands: neither token nor file' 'token 1: the token is neither a token nor the name of a file'
run verify --key key.json --now 1500 --json good.jwt "$forged"
[ "$status" -eq 4 ] || fail 'operands: the exit code of two verdicts'
[ "$(wc -l <out)" -eq 2 ] || fail 'operands: two verdicts'
out_has 'operands: the first verdict' '{"operand":1,"ok":true,'
out_has 'operands: the second verdict' '{"operand":2,"ok":false,"code":"XCJ_ERR_SIGNATURE","exit":4,'
printf '%s' "$good" | xcj verify --key key.json --now 1500 - - >out 2>err
status=$?
[ "$status" -eq 2 ] || fail 'operands: standard input twice'
err_has 'operands: standard input twice' 'standard input can be read only once'
run verify --key key.json --now 1500 --batch @two @mixed
[ "$status" -eq 6 ] || fail 'two batches'
err_has 'two batches: file and line' 'xcj: mixed line 2: "exp"'
err_has 'two batches: totals' 'xcj: 6 tokens: 4 valid, 2 refused'
run verify --key key.json --now 1500 --batch --json @two @mixed
out_has 'two batches: verdicts' '{"operand":2,"line":3,"ok":false,"code":"XCJ_ERR_SIGNATURE"'
run verify --key key.json --now 1500 --batch @none.txt @two
[ "$status" -eq 3 ] || fail 'two batches: the first cannot be read'
err_has 'two batches: the second is read' 'xcj: 2 tokens: 2 valid, 0 refused'

# What is around a token is named.
printf '%s\r\n' "$good" "$good2" >crlf
run verify --key key.json --now 1500 --batch @crlf
came_to 'CRLF' 0
out_is 'CRLF' '{"exp":2000,"n":1}
{"exp":2000,"n":2}'
printf '%s\r\r\n' "$good" >crcrlf
run verify --key key.json --now 1500 --batch @crcrlf
came_to 'a carriage return of its own' 3
err_has 'a carriage return of its own' 'line 1: the token has white space around it'
printf ' %s\n' "$good" >indented
run verify --key key.json --now 1500 --batch @indented
came_to 'white space' 3
err_has 'white space' 'line 1: the token has white space around it'
printf 'Bearer %s\n' "$good" >bearer
run verify --key key.json --now 1500 --batch @bearer
[ "$status" -eq 3 ] || fail 'Bearer'
err_has 'Bearer' 'line 1: the token has "Bearer " before it'
if grep -q -e FILE -e unwrap err; then fail 'a line has no way out but to be mended'; fi
printf '\n%s\n\r\n \t\n%s\n\n\n' "$good" "$good2" >gap
run verify --key key.json --now 1500 --batch @gap
came_to 'blank lines' 0
[ "$(cat err)" = 'xcj: 2 tokens: 2 valid, 0 refused' ] || fail 'blank lines do not count'
printf '%s\n\n%s\n' "$good" "$forged" >gap
run verify --key key.json --now 1500 --batch @gap
err_has 'blank lines count as lines' 'line 3: the signature'
printf '\n \r\n' >blank
refuse 'blank lines alone' 3 'blank: is empty' verify --key key.json --batch @blank
refuse 'empty input' 3 'is empty' verify --key key.json --batch - </dev/null
refuse 'no such file' 3 'none.txt: No such file' verify --key key.json --batch @none.txt
{ printf '%s' "$good" | cut -c 1-40 | tr -d '\n' && printf '\0%s\n%s\n' "$good" "$good2"; } >nul
run verify --key key.json --now 1500 --batch @nul
[ "$status" -eq 3 ] || fail 'a NUL byte'
err_has 'a NUL byte' 'line 1: the token contains a NUL byte'
out_is 'a NUL byte: the line behind it' '{"exp":2000,"n":2}'
run verify --key key.json --now 1500 @nul
err_has 'a NUL byte in a token' 'nul: the token contains a NUL byte'

# A line is never looked up among the files: neither alone, nor of many, nor by name of a file.
printf 'x' >here && printf 'x' >a.b.c
printf '%s\n' /etc/passwd here a.b.c ./here "$work/here" >named
run verify --key key.json --batch @named
[ "$(grep -c '^xcj: line' err)" -eq 5 ] || fail 'names of files: five refusals'
if grep -q 'file' err; then fail "a line is looked up: $(cat err)"; fi
for name in /etc/passwd here a.b.c; do
    echo $name >named
    for words in '--batch @named' '--batch -' '@named' '-'; do
        # shellcheck disable=SC2086 # words
        run verify --key key.json $words <named
        if grep -q 'name of a file' err; then fail "$words: $name is looked up"; fi
    done
    LINE=$name
    export LINE
    run verify --key key.json env:LINE
    if grep -q 'name of a file' err; then fail "env:LINE: $name is looked up"; fi
    for verb in inspect lint 'forge --key key.json'; do
        # shellcheck disable=SC2086 # words
        run $verb @named
        if grep -q 'name of a file' err; then fail "$verb: $name is looked up"; fi
    done
    run verify --key key.json $name
    err_has 'an operand is' 'a token has three parts'
done

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
err_has 'a line that is too long' 'line 1: the line is longer than the 2097152 bytes that a token may have'
run verify --key key.json --now 1500 --batch --json @longer
out_has 'a line that is too long, its verdict' '"code":"XCJ_ERR_LIMIT","exit":9'
run verify --key key.json --now 1500 --batch @longer
out_is 'the line behind it' '{"exp":2000,"n":1}'

# Verdicts, a line each.
run verify --key key.json --now 1500 --batch --json @mixed
[ "$(wc -l <out)" -eq 4 ] || fail 'four verdicts'
out_has 'verdict of line 1' '{"line":1,"ok":true,'
out_has 'verdict of line 2' '{"line":2,"ok":false,"code":"XCJ_ERR_EXPIRED","exit":6,'
out_has 'verdict of line 3' '{"line":3,"ok":false,"code":"XCJ_ERR_SIGNATURE","exit":4,'

# A reader that goes away ends it, quietly.
# goes STATUS WORD...: verify of endless lines of the file `source` to a reader of one line ends with this status, and says nothing.
goes() {
    goes_status=$1
    shift
    checks=$((checks + 1))
    {
        yes "$(cat source)" | limited timeout 60 "$XCJ" verify --key key.json --now 1500 --batch "$@" 2>err
        echo $? >code
    } | head -n 1 >first
    [ "$(cat code)" -eq "$goes_status" ] || fail "the reader goes away ($*): exit $(cat code)"
    [ -s first ] || fail "the reader goes away ($*): there was no first line"
}
printf '%s\n' "$good" >source
goes 1
[ ! -s err ] || fail "the reader goes away: $(cat err)"
goes 1 --line-buffered
goes 1 --json
printf '%s\n' "$forged" >source
goes 4 --json
{ yes "$forged" | limited timeout 60 "$XCJ" verify --key key.json --batch 2>&1 >/dev/null; echo $? >code; } | head -n 1 >first
[ "$(cat code)" -eq 4 ] || fail "the reader of the messages goes away: exit $(cat code)"

# Each result is out before the next line is read.
mkfifo lines results
# follow NAME WORD...: sends a line and waits for its result, three times. A result that is held back comes never, for xcj is ended.
follow() {
    follow_name=$1
    shift
    limited timeout 60 "$XCJ" verify --key key.json --now 1500 --batch "$@" - <lines >results 2>err &
    exec 3>lines 4<results
    for each in "$good" "$good2" "$good"; do
        printf '%s\n' "$each" >&3
        checks=$((checks + 1))
        answer=
        IFS= read -r answer <&4 || fail "$follow_name: no result"
        case $answer in *'"exp":2000'*) ;; *) fail "$follow_name: $answer" ;; esac
    done
    exec 3>&- 4<&-
    wait $!
}
follow 'line-buffered' --line-buffered
follow 'line-buffered, verdicts' --line-buffered --json
refuse 'line-buffered without a batch' 2 '--line-buffered goes with --batch' verify --key key.json --line-buffered "$good"

# Hostile lines.
# hostile NAME: verify --batch of the file `many` refuses what is in it.
hostile() {
    bounded "$1" many verify --key key.json --now 1500 --batch @many
    if [ "$status" -lt 3 ] || [ "$status" -gt 9 ]; then
        fail "$1: exit $status"
        show
    fi
}
head -c 4000000 /dev/zero >many && hostile 'NUL bytes'
head -c 4000000 /dev/zero | tr '\0' a >many && hostile 'one line'
head -c 4000000 /dev/zero | tr '\0' '\n' >many && hostile 'blank lines'
yes "$(printf 'xxxxxxx\r')" | head -c 200000 >many && hostile 'short lines'
yes /etc/passwd | head -c 200000 >many && hostile 'names of files'
yes "$forged" | head -c 1000000 >many && hostile 'forged tokens'

refuse 'a token as argument' 3 'tokens: ' verify --key key.json --batch "$good"
refuse 'a detached payload' 2 '--batch and --payload exclude' verify --key key.json --batch --payload two @two
refuse 'the environment' 2 'not a variable' verify --key key.json --batch env:X
finish
