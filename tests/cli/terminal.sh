#!/bin/sh
# At a terminal: colours, the note of verify, the question for a passphrase. tmux is the terminal.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
missing tmux openssl
"$XCJ" keygen --alg ES256 --kid k -o key.json || fail 'keygen'
"$XCJ" mint --key key.json --sub a >token || fail 'mint'
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:sesame -out locked.pem 2>/dev/null

socket=$work/tmux
# at_terminal NAME KEYS COMMAND: runs a command in a terminal, types the keys when it asks, leaves what the screen shows in `screen`.
at_terminal() {
    rm -f ended
    tmux -S "$socket" -f /dev/null new-session -d -x 200 -y 50 "cd '$work' && { $3; }; echo \$? >status; sleep 0.3; touch ended; sleep 20" 2>/dev/null || {
        printf 'SKIP: tmux cannot start here\n'
        exit 77
    }
    tries=0
    while [ ! -e ended ] && [ $tries -lt 100 ]; do
        tmux -S "$socket" capture-pane -p -e >screen
        if [ -n "$2" ] && grep -q 'passphrase:' screen && [ ! -e typed ]; then
            tmux -S "$socket" send-keys "$2" Enter
            touch typed
        fi
        sleep 0.1
        tries=$((tries + 1))
    done
    tmux -S "$socket" capture-pane -p -e >screen
    tmux -S "$socket" kill-server
    rm -f typed
    [ -e ended ] || fail "$1: it did not end"
}
escape=$(printf '\033[')

at_terminal 'verify' '' "'$XCJ' verify --key key.json @token"
grep -q 'signature verified' screen || fail 'verify says: signature verified'
at_terminal 'verify --quiet' '' "'$XCJ' verify --quiet --key key.json @token"
if grep -q 'signature verified' screen; then fail 'verify --quiet says nothing'; fi
at_terminal 'an error in colour' '' "'$XCJ' verify --key key.json nonsense"
grep -qF "$escape" screen || fail 'an error is coloured'
at_terminal 'NO_COLOR' '' "NO_COLOR=1 '$XCJ' verify --key key.json nonsense"
grep -q 'xcj: token' screen || fail 'NO_COLOR: the message is there'
if grep -qF "${escape}1" screen; then fail 'NO_COLOR is respected'; fi
run verify --key key.json nonsense
if grep -qF "$escape" err; then fail 'no colour in a file'; fi

at_terminal 'passphrase' sesame "'$XCJ' convert --public --to pem locked.pem >made.pem"
openssl pkey -in locked.pem -passin pass:sesame -pubout >want.pem 2>/dev/null
same 'the passphrase typed' made.pem want.pem
if grep -q sesame screen; then fail 'the passphrase is not shown'; fi
at_terminal 'wrong passphrase' open "'$XCJ' convert locked.pem >made.pem"
[ "$(cat status)" = 3 ] || fail 'a wrong passphrase exits 3'
refuse 'without a terminal nothing asks' 3 '--passphrase-file' convert locked.pem
finish
