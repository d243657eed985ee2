#!/bin/sh
# mint --repeat: distinct tokens by several threads, and what may end them early.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip jq
memory=unlimited # a stack of 8 MiB for each thread
"$XCJ" keygen --alg HS256 --kid k -o key.json || fail 'keygen'

# tokens NAME N WORD...: N lines, each a token with a jti of its own, all valid.
tokens() {
    tokens_name=$1
    tokens_count=$2
    shift 2
    accept "$tokens_name" mint --key key.json --sub a --repeat "$tokens_count" "$@"
    [ "$(wc -l <out)" -eq "$tokens_count" ] || fail "$tokens_name: not $tokens_count lines"
    "$XCJ" verify --key key.json --batch --json <out 2>/dev/null | jq -r .claims.jti | sort -u >jtis
    [ "$(wc -l <jtis)" -eq "$tokens_count" ] || fail "$tokens_name: $(wc -l <jtis) different jti, not $tokens_count"
}
tokens 'by default' 500
tokens 'one thread' 500 --jobs 1
tokens 'four threads' 1500 --jobs 4
tokens 'more threads than tokens' 3 --jobs 64
tokens 'one token' 1 --jobs 2

accept 'as fields' mint --key key.json --repeat 400 --jobs 3 --format header
[ "$(grep -c '^X-Custom-Jwt: [A-Za-z0-9_.-]*$' out)" -eq 400 ] || fail 'as fields: 400 whole lines'
accept 'as JSON' mint --key key.json --repeat 400 --jobs 3 --format json
[ "$(jq -r .claims.jti out | sort -u | wc -l)" -eq 400 ] || fail 'as JSON: 400 objects'
accept 'given claims have their own jti' mint --key key.json --repeat 3 --claims '{"jti":"mine"}' --now 5
[ "$(sort -u out | wc -l)" -eq 1 ] || fail 'given claims are kept'

refuse 'no number' 2 '--repeat: "many" is not a number from 1 to 1000000000' mint --key key.json --repeat many
refuse 'too many' 2 '--repeat: ' mint --key key.json --repeat 1000000001
refuse 'no threads' 2 '--jobs: "0" is not a number from 1 to 256' mint --key key.json --repeat 2 --jobs 0
refuse 'too many threads' 2 '--jobs: ' mint --key key.json --repeat 2 --jobs 257
refuse 'threads for one token' 2 '--jobs goes with --repeat' mint --key key.json --jobs 2
refuse 'a failure in every thread is said once' 10 'mint: ' mint --key key.json --iss i --aud a --apikey k --repeat 100 --jobs 4

# A reader that goes away, and one that never comes: it ends, and says so in one line.
{ timeout 20 "$XCJ" mint --key key.json --repeat 1000000 --jobs 3 2>err; echo $? >status; } | head -n 1 >first
: >out
status=$(cat status)
came_to 'the reader goes away' 1
[ ! -s err ] || fail 'the reader goes away: nothing is said'
holds 'the first line is whole' "$XCJ" verify --key key.json @first
if [ -c /dev/full ]; then
    timeout 20 "$XCJ" mint --key key.json --repeat 1000000 --jobs 3 >/dev/full 2>err
    status=$?
    came_to 'the disk is full' 1
    one_line 'the disk is full'
fi
mkfifo pipe
timeout 20 "$XCJ" mint --key key.json --repeat 1000000 --jobs 3 >pipe 2>err &
minting=$!
exec 3<pipe
sleep 0.2
kill -TERM "$minting"
wait "$minting"
status=$?
exec 3<&-
[ "$status" -ne 0 ] || fail 'a signal ends it while its reader waits'
[ ! -s err ] || fail 'without a terminal there is no progress'
finish
