#!/bin/sh
# At a terminal: colours, the note of verify, the question for a passphrase.
# shellcheck source=tmux.sh
. "$(dirname "$0")/tmux.sh"
packages_or_skip openssl
"$XCJ" keygen --alg ES256 --kid k -o key.json || fail 'keygen'
"$XCJ" mint --key key.json --sub a >token || fail 'mint'
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:sesame -out locked.pem 2>/dev/null

escape=$(printf '\033[')

at_terminal 'verify' '' '' "'$XCJ' verify --key key.json @token"
grep -q 'signature verified' screen || fail 'verify says: signature verified'
at_terminal 'verify --quiet' '' '' "'$XCJ' verify --quiet --key key.json @token"
if grep -q 'signature verified' screen; then fail 'verify --quiet says nothing'; fi
at_terminal 'an error in colour' '' '' "'$XCJ' verify --key key.json nonsense"
grep -qF "$escape" screen || fail 'an error is coloured'
at_terminal 'NO_COLOR' '' '' "NO_COLOR=1 '$XCJ' verify --key key.json nonsense"
grep -q 'xcj: token' screen || fail 'NO_COLOR: the message is there'
if grep -qF "${escape}1" screen; then fail 'NO_COLOR is respected'; fi
run verify --key key.json nonsense
if grep -qF "$escape" err; then fail 'no colour in a file'; fi

at_terminal 'inspect' 'NOTHING WAS VERIFIED' '' "'$XCJ' inspect --now 4000000000 @token"
grep -qF "${escape}1mheader" screen || fail 'inspect: headings stand out'
grep -F "${escape}31mexp   expired" screen | grep -q 'years ago' || fail 'inspect: what has expired is red'
grep -F 'NOTHING WAS VERIFIED' screen | grep -qF "$escape" || fail 'inspect: that nothing was verified stands out'
at_terminal 'inspect, NO_COLOR' 'NOTHING WAS VERIFIED' '' "NO_COLOR=1 '$XCJ' inspect @token"
if grep -qF "${escape}1m" screen || grep -qF "${escape}3" screen; then fail 'inspect: NO_COLOR is respected'; fi
"$XCJ" keygen --alg HS256 >secret.json
at_terminal 'lint' '[kid-missing]' '' "'$XCJ' lint secret.json"
grep -qF "${escape}1mnote:" screen || fail 'lint: the severity stands out'
at_terminal 'lint, NO_COLOR' '[kid-missing]' '' "NO_COLOR=1 '$XCJ' lint secret.json"
grep -qF 'key kid: note: ' screen || fail 'lint: NO_COLOR is respected'

at_terminal 'passphrase' 'passphrase:' 'sesame Enter' "'$XCJ' convert --public --to pem locked.pem >made.pem"
openssl pkey -in locked.pem -passin pass:sesame -pubout >want.pem 2>/dev/null
same 'the passphrase typed' made.pem want.pem
if grep -q sesame screen; then fail 'the passphrase is not shown'; fi
at_terminal 'wrong passphrase' 'passphrase:' 'open Enter' "'$XCJ' convert locked.pem >made.pem"
[ "$(cat status)" = 3 ] || fail 'a wrong passphrase exits 3'
at_terminal 'no passphrase' 'passphrase:' C-c "'$XCJ' convert locked.pem >made.pem; echo \$? >code; stty -a >after"
[ "$(cat code)" = 130 ] || fail "^C at the question for a passphrase: $(cat code)"
grep -qE '(^|[ ;])echo([ ;]|$)' after || fail 'after ^C the terminal echoes again'
refuse 'without a terminal nothing asks' 3 '--passphrase-file' convert locked.pem
finish
