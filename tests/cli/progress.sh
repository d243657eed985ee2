#!/bin/sh
# mint --repeat at a terminal: the progress of a long run, and nothing left of it.
# shellcheck source=tmux.sh
. "$(dirname "$0")/tmux.sh"
"$XCJ" keygen --alg HS256 --kid k -o key.json || fail 'keygen'

# A reader that sleeps first makes the run as long as is wanted, on any machine.
at_terminal 'a long run' '%' '' "'$XCJ' mint --key key.json --repeat 5000 | { sleep 2; cat; } >tokens"
grep -q '\[#*-*\] *[0-9]* %  [0-9]* of 5000, [0-9]* a second' seen || fail "the progress reads: $(cat seen)"
if grep -q '%' screen; then fail 'the progress is cleared at the end'; fi
[ "$(wc -l <tokens)" -eq 5000 ] || fail 'the progress is not in the output'

at_terminal 'a short run' '' '' "'$XCJ' mint --key key.json --repeat 500 >tokens; echo done"
if grep -q '%' screen; then fail 'a short run shows no progress'; fi

at_terminal '^C' '%' C-c "'$XCJ' mint --key key.json --repeat 5000 | { sleep 3; cat; } >tokens; echo ended"
grep -q '^ended' screen || fail 'after ^C the line is free again'
if grep -q '%' screen; then fail '^C clears the progress'; fi

at_terminal 'a dumb terminal' '' '' "TERM=dumb '$XCJ' mint --key key.json --repeat 5000 2>err | { sleep 1.5; cat; } >tokens"
if grep -q '%' screen; then fail 'a dumb terminal shows no progress'; fi

at_terminal 'a failure' '%' '' "'$XCJ' mint --key key.json --repeat 5000 | sleep 2"
if grep -q '%\|xcj:' screen; then fail "a reader that goes away leaves nothing on the screen: $(cat screen)"; fi
finish
