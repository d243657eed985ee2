# shellcheck shell=sh
# Sourced by the tests of the command, with XCJ in the environment: the path of xcj. A test runs in a folder of its own.
set -u
: "${XCJ:?the path of the xcj command}"
# shellcheck source=../packages.sh
. "$(dirname "$0")/../packages.sh"
unset NO_COLOR
# The caller's locale is for xcj. What the tests' own patterns mean must not depend on it: in Turkish, i is not in [a-z].
LANG=${LC_ALL:-${LANG:-C}}
LC_COLLATE=C
unset LC_ALL
export LANG LC_COLLATE
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
checks=0

fail() {
    printf 'FAIL: %s\n' "$1"
    failures=$((failures + 1))
}

# OpenSSL's PKCS#11 engine does not free what it made when it finds no key: no leak of ours, and a sanitizer would report it.
without_leaks_of_an_engine() {
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
    export ASAN_OPTIONS
}

# What xcj may take, whatever it is given: 64 MiB of memory, and ten seconds of a processor. bounded() adds 20 times the input's size.
# A sanitizer maps terabytes, and makes everything slow.
memory=65536
seconds=10
written=unlimited
[ -z "${XCJ_SANITIZE:-}" ] || {
    memory=unlimited
    seconds=200
}

# limited COMMAND...: takes the place of this shell, so call it in a subshell, a pipe or the background.
limited() {
    # shellcheck disable=SC3045 # dash and bash have both
    ulimit -v $memory
    # shellcheck disable=SC3045
    ulimit -t $seconds
    # shellcheck disable=SC3045
    ulimit -f $written
    exec "$@"
}

# xcj WORD...: the command, limited.
xcj() {
    (limited "$XCJ" "$@")
}

# run WORD...: xcj with these words. Leaves its output in the files out and err, and its exit status in $status.
run() {
    xcj "$@" >out 2>err
    status=$?
}

# bounded NAME FILE WORD...: as run, FILE being the input that the limits grow with. xcj must not fail for an internal reason, and
# no file that it writes, standard output and error included, may grow beyond 20 times the input and 64 KiB.
bounded() {
    bounded_name=$1
    bounded_size=$(wc -c <"$2")
    bounded_memory=$memory
    shift 2
    checks=$((checks + 1))
    [ "$memory" = unlimited ] || memory=$((memory + 20 * bounded_size / 1024))
    written=$((20 * bounded_size / 512 + 128)) # in blocks of 512 bytes
    run "$@"
    memory=$bounded_memory
    written=unlimited
    if [ "$status" -eq 1 ] || [ "$status" -gt 11 ]; then
        fail "$bounded_name: exit $status"
        show
    fi
}

# show: what the last run came to, for a failed check.
show() {
    printf '  exit %s\n' "$status"
    sed 's/^/  out: /' out | cut -c 1-300
    sed 's/^/  err: /' err | cut -c 1-300
}

# accept NAME WORD...: exit 0 and nothing on standard error.
accept() {
    accept_name=$1
    shift
    run "$@"
    checks=$((checks + 1))
    if [ "$status" -ne 0 ] || [ -s err ]; then
        fail "$accept_name: not accepted without a word"
        show
    fi
}

# refuse NAME STATUS TEXT WORD...: this exit status, nothing on standard output, one line with this text on standard error.
refuse() {
    refuse_name=$1
    refuse_status=$2
    refuse_text=$3
    shift 3
    run "$@"
    checks=$((checks + 1))
    if [ "$status" -ne "$refuse_status" ] || [ -s out ] || [ "$(wc -l <err)" -ne 1 ] || ! grep -qF -e "$refuse_text" err; then
        fail "$refuse_name: wanted exit $refuse_status and one line with: $refuse_text"
        show
    fi
}

# came_to NAME STATUS: the exit status of the last run ("failure": any but 0), and nothing on standard output if it failed.
came_to() {
    checks=$((checks + 1))
    wanted=$2
    if [ "$wanted" = failure ] && [ "$status" -ne 0 ]; then wanted=$status; fi
    if [ "$status" != "$wanted" ]; then
        fail "$1: wanted exit $2"
        show
    elif [ "$status" -ne 0 ] && [ -s out ]; then
        fail "$1: wanted nothing on standard output"
        show
    fi
}

# one_line NAME: one line on standard error.
one_line() {
    checks=$((checks + 1))
    if [ "$(wc -l <err)" -ne 1 ]; then
        fail "$1: wanted one line on standard error"
        show
    fi
}

# out_is NAME TEXT: standard output of the last run, whole, but for the last newline.
out_is() {
    checks=$((checks + 1))
    if [ "$(cat out)" != "$2" ]; then
        fail "$1: wanted on standard output: $2"
        show
    fi
}

# out_has NAME TEXT, out_lacks NAME TEXT, err_has NAME TEXT
out_has() {
    checks=$((checks + 1))
    if ! grep -qF -e "$2" out; then
        fail "$1: wanted on standard output: $2"
        show
    fi
}

out_lacks() {
    checks=$((checks + 1))
    if grep -qF -e "$2" out; then
        fail "$1: not wanted on standard output: $2"
        show
    fi
}

err_has() {
    checks=$((checks + 1))
    if ! grep -qF -e "$2" err; then
        fail "$1: wanted on standard error: $2"
        show
    fi
}

# same NAME FILE FILE
same() {
    checks=$((checks + 1))
    cmp -s "$2" "$3" || fail "$1: $2 and $3 differ"
}

# holds NAME WORD...: the command succeeds. jq -e also succeeds without input (1.6), and then prints nothing.
holds() {
    holds_name=$1
    shift
    checks=$((checks + 1))
    holds_ok=1
    "$@" >held 2>&1 || holds_ok=
    if [ "$1" = jq ] && [ ! -s held ]; then holds_ok=; fi
    [ -n "$holds_ok" ] || {
        fail "$holds_name"
        sed 's/^/  /' held | cut -c 1-300
    }
}

# b64u: base64url of standard input. b64u_decode TEXT: back.
b64u() {
    openssl base64 -A | tr '+/' '-_' | tr -d '='
}

b64u_decode() {
    decoded=$(printf '%s' "$1" | tr '_-' '/+')
    while [ $((${#decoded} % 4)) -ne 0 ]; do decoded="$decoded="; done
    printf '%s' "$decoded" | openssl base64 -d -A
}

# part N TOKEN: the N-th part between the dots.
part() {
    printf '%s' "$2" | cut -d . -f "$1"
}

finish() {
    printf '%s checks, %s failed\n' "$checks" "$failures"
    [ "$failures" -eq 0 ]
    exit
}
