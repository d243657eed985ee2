#!/bin/sh
# A signal that ends xcj while a file is on its way: no temporary file is left, nothing is half written, and xcj ends by the signal.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
mkfifo pipe
printf 'old' >kept

# interrupt SIGNAL STATUS [WORD...]: keygen, started by these words, stands before a pipe that nobody reads, with two temporary files.
interrupt() {
    interrupt_name=$1
    interrupt_status=$2
    shift 2
    limited "$@" "$XCJ" keygen --alg ES256 -o kept --jwks-out jwks.json --public-out pipe 2>err &
    child=$!
    tries=0
    while [ "$(find . -name '.xcj-*' | wc -l)" -ne 2 ] && [ $tries -lt 400 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    checks=$((checks + 3))
    [ $tries -lt 400 ] || fail "$interrupt_name: there are no temporary files to remove"
    [ "$(find . -name '.xcj-*' -perm 600 | wc -l)" -eq 1 ] || fail "$interrupt_name: the one with the private key is private"
    kill -s "$interrupt_name" $child
    wait $child
    status=$?
    [ $status -eq "$interrupt_status" ] || fail "$interrupt_name: exit $status"
    [ -z "$(find . -name '.xcj-*')" ] || fail "$interrupt_name: a temporary file is left"
    if [ "$(cat kept)" != old ] || [ -e jwks.json ]; then fail "$interrupt_name: something was written"; fi
    [ ! -s err ] || fail "$interrupt_name: it said: $(cat err)"
}
interrupt TERM 143
interrupt HUP 129
# A shell starts what is in the background with SIGINT and SIGQUIT ignored, and what is ignored stays so.
if env --default-signal=INT true 2>/dev/null; then
    interrupt INT 130 env --default-signal=INT
    interrupt QUIT 131 env --default-signal=QUIT
else
    printf 'SKIP: env has no --default-signal: SIGINT and SIGQUIT\n'
fi
cat pipe >piped &
(trap '' HUP && limited "$XCJ" keygen --alg ES256 -o nohup.json --public-out kept --jwks-out pipe) || fail 'SIGHUP is ignored'
wait
holds 'the files are there' test -s nohup.json

# A limit on the size of files is a failure to write.
case ${XCJ_SANITIZE:-} in
*thread*) printf 'SKIP: ThreadSanitizer itself exceeds it: a limit of file sizes\n' ;;
*)
    (ulimit -f 0 && limited "$XCJ" keygen --alg ES256 -o big.json) 2>&1 | cat >said
    grep -q 'cannot write: File too large' said || fail "a limit of file sizes: $(cat said)"
    [ -z "$(find . -name '.xcj-*' -o -name big.json)" ] || fail 'a limit of file sizes: something is left'
    ;;
esac
finish
