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
# Characters that do not show, or turn others around, reach a terminal as JSON escapes, and a pipe as they were signed.
claims=$(printf '{"sub":"a\342\200\256b\342\200\213c\302\233d","exp":4000000000}')
"$XCJ" mint --bare --claims "$claims" --key key.json >hidden || fail 'mint hidden characters'
at_terminal 'verify hidden characters' 'signature verified' '' "'$XCJ' verify --key key.json @hidden"
grep -qF '{"sub":"a\u202eb\u200bc\u009bd","exp":4000000000}' screen || fail 'verify: hidden characters are escaped at a terminal'
run verify --key key.json @hidden
printf '%s\n' "$claims" >want
same 'verify: claims are printed byte for byte into a file' out want
# A batch at a terminal: a result is out before the next line is read. The second line comes once the first result was seen.
at_terminal 'a batch' '{"sub":"a"' Enter "{ cat token; head -n 1 </dev/tty >/dev/null; cat token; } | '$XCJ' verify --key key.json --batch"
[ "$(grep -c '{"sub":"a"' screen)" -eq 2 ] || fail 'a batch: both results are shown'
at_terminal 'a batch of verdicts' '{"line":1,"ok":true' Enter "{ cat token; head -n 1 </dev/tty >/dev/null; cat token; } | '$XCJ' verify --key key.json --batch --json"
grep -q '{"line":2,"ok":true' screen || fail 'a batch of verdicts: the second one is shown'
at_terminal 'verify --quiet' '' '' "'$XCJ' verify --quiet --key key.json @token"
if grep -q 'signature verified' screen; then fail 'verify --quiet says nothing'; fi
for dull in TERM=dumb NO_COLOR=1; do
    at_terminal "verify --explain, $dull" '' '' "env $dull LC_ALL=C '$XCJ' verify --explain --key key.json @token"
    grep -q 'ok form ' screen || fail "verify --explain, $dull"
    if grep -qF "$escape" screen; then fail "verify --explain, $dull: no colour"; fi
done
at_terminal 'verify --explain' '' '' "LC_ALL=C '$XCJ' verify --explain --key key.json @token"
grep -qF "${escape}32mok" screen || fail 'verify --explain is coloured'
at_terminal 'an error in colour' '' '' "'$XCJ' verify --key key.json nonsense"
grep -qF "$escape" screen || fail 'an error is coloured'
at_terminal 'NO_COLOR' '' '' "NO_COLOR=1 '$XCJ' verify --key key.json nonsense"
grep -q 'xcj: token' screen || fail 'NO_COLOR: the message is there'
if grep -qF "${escape}1" screen; then fail 'NO_COLOR is respected'; fi
run verify --key key.json nonsense
if grep -qF "$escape" err; then fail 'no colour in a file'; fi

for term in dumb ''; do
    at_terminal "TERM=$term" '' '' "TERM=$term '$XCJ' verify --key key.json nonsense"
    grep -q 'xcj: token' screen || fail "TERM=$term: the message is there"
    if grep -qF "${escape}1" screen; then fail "TERM=$term gets no colour"; fi
    at_terminal "inspect, TERM=$term" 'NOTHING WAS VERIFIED' '' "TERM=$term '$XCJ' inspect @token"
    if grep -qF "${escape}1m" screen || grep -qF "${escape}3" screen; then fail "inspect: TERM=$term gets no colour"; fi
done
at_terminal 'no TERM' '' '' "unset TERM; '$XCJ' verify --key key.json nonsense"
if grep -qF "${escape}1" screen; then fail 'without TERM there is no colour'; fi

at_terminal 'inspect' 'NOTHING WAS VERIFIED' '' "'$XCJ' inspect --now 4000000000 @token"
grep -qF "${escape}1mheader" screen || fail 'inspect: headings stand out'
grep -F "${escape}31m" screen | grep -q 'exp .*expired .* years ago' || fail 'inspect: what has expired is red'
grep -F 'NOTHING WAS VERIFIED' screen | grep -qF "$escape" || fail 'inspect: that nothing was verified stands out'
at_terminal 'inspect, NO_COLOR' 'NOTHING WAS VERIFIED' '' "NO_COLOR=1 '$XCJ' inspect @token"
if grep -qF "${escape}1m" screen || grep -qF "${escape}3" screen; then fail 'inspect: NO_COLOR is respected'; fi
"$XCJ" keygen --alg HS256 --kid none >secret.json
at_terminal 'lint' '[kid-missing]' '' "'$XCJ' lint secret.json"
grep -qF "${escape}1mnote:" screen || fail 'lint: the severity stands out'
at_terminal 'lint, NO_COLOR' '[kid-missing]' '' "NO_COLOR=1 '$XCJ' lint secret.json"
grep -qF 'key kid: note: ' screen || fail 'lint: NO_COLOR is respected'
at_terminal 'lint without findings' 'no findings' '' "'$XCJ' lint key.json"
at_terminal 'lint of several' 'key.json: no findings' '' "'$XCJ' lint secret.json key.json"
grep -qF 'secret.json: key kid: ' screen || fail 'lint of several: findings name their file'
if grep -qF 'secret.json: no findings' screen; then fail 'lint of several: only what has no findings'; fi

at_terminal 'passphrase' 'passphrase for locked.pem:' 'sesame Enter' "'$XCJ' convert --public --to pem locked.pem >made.pem"
openssl pkey -in locked.pem -passin pass:sesame -pubout >want.pem 2>/dev/null
same 'the passphrase typed' made.pem want.pem
if grep -q sesame screen; then fail 'the passphrase is not shown'; fi
at_terminal 'wrong passphrase' 'passphrase for locked.pem:' 'open Enter' "'$XCJ' convert locked.pem >made.pem"
[ "$(cat status)" = 3 ] || fail 'a wrong passphrase exits 3'
at_terminal 'no passphrase' 'passphrase for locked.pem:' C-c "'$XCJ' convert locked.pem >made.pem; echo \$? >code; stty -a >after"
[ "$(cat code)" = 130 ] || fail "^C at the question for a passphrase: $(cat code)"
grep -qE '(^|[ ;])echo([ ;]|$)' after || fail 'after ^C the terminal echoes again'

# echoes FILE: does the terminal echo, as stty said?
echoes() {
    grep -qE '(^|[ ;])echo([ ;]|$)' "$1"
}
# Stopped by ^Z: the terminal echoes; continued: the question is asked again, and what is typed then is not shown.
cat >stopped.sh <<SCRIPT
set -m
'$XCJ' convert --public --to pem locked.pem >made.pem
stty -a >while-stopped
printf 'st''opped\n'
sleep 1
fg >/dev/null
echo \$? >code
stty -a >after
SCRIPT
at_terminal '^Z' 'passphrase for locked.pem:' C-z 'bash stopped.sh' 'stopped' '' 'passphrase for locked.pem:' 'sesame Enter'
echoes while-stopped || fail '^Z: the terminal echoes while xcj is stopped'
echoes after || fail '^Z: the terminal echoes at the end'
same '^Z: the passphrase typed after it' made.pem want.pem
if grep -q sesame screen; then fail '^Z: the passphrase is not shown'; fi
# From elsewhere. SIGSTOP cannot be caught, but SIGCONT is.
printf '#!/bin/sh\necho $$ >pid\nexec "%s" "$@"\n' "$XCJ" >started && chmod +x started
at_terminal 'SIGTERM' 'passphrase for locked.pem:' '' "{ sleep 1; kill -TERM \$(cat pid); } & ./started convert locked.pem >made.pem; echo \$? >code; stty -a >after"
[ "$(cat code)" = 143 ] || fail "SIGTERM at the question for a passphrase: $(cat code)"
echoes after || fail 'after SIGTERM the terminal echoes again'
at_terminal 'SIGSTOP and SIGCONT' 'passphrase for locked.pem:' '' \
    "{ sleep 1; kill -STOP \$(cat pid); sleep 0.5; kill -CONT \$(cat pid); } & ./started convert --public --to pem locked.pem >made.pem" \
    'passphrase for locked.pem:' 'sesame Enter'
same 'SIGSTOP and SIGCONT' made.pem want.pem
if grep -q sesame screen; then fail 'SIGSTOP and SIGCONT: the passphrase is not shown'; fi
at_terminal 'signals that do nothing' 'passphrase for locked.pem:' '' \
    "{ sleep 1; kill -WINCH \$(cat pid); kill -CHLD \$(cat pid); sleep 1; echo quiet-now; } & ./started convert --public --to pem locked.pem >made.pem" \
    'quiet-now' 'sesame Enter'
same 'signals that do nothing' made.pem want.pem
at_terminal 'of a variable' 'passphrase for env:JWK:' 'sesame Enter' "JWK=\$(cat locked.pem) '$XCJ' mint --key env:JWK --sub a >made"
[ -s made ] || fail 'the key of a variable'

# A credential as an argument is warned of, at a terminal only.
for option in basic apikey bearer authorization; do
    at_terminal "--$option as an argument" '' '' "'$XCJ' mint --key key.json --iss i --aud a --no-consumer --$option my-secret:word >made; true"
    grep -q "warning: --$option: every user of this machine can see an argument; --$option env:NAME and --$option @FILE" screen ||
        fail "--$option as an argument: $(cat screen)"
    if grep -q my-secret screen; then fail "--$option as an argument: it is shown"; fi
done
printf 'my-user:word' >basic.txt
at_terminal '--basic of a file' '' '' "'$XCJ' mint --key key.json --iss i --aud a --no-consumer --basic @basic.txt >made"
if grep -q warning screen; then fail '--basic of a file: no warning'; fi
[ -s made ] || fail '--basic of a file'
accept '--basic as an argument, without a terminal' mint --key key.json --iss i --aud a --no-consumer --basic a:b
at_terminal 'a PIN as an argument' '' '' "'$XCJ' mint --key-uri 'pkcs11:pin-value=12345' --sub a; true"
grep -q 'warning: --key-uri: every user of this machine can see the PIN' screen || fail 'a PIN as an argument'

refuse 'without a terminal nothing asks' 3 '--passphrase FILE' convert locked.pem
finish
