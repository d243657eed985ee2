# shellcheck shell=sh
# Sourced by run.sh and by the tests of each server: a folder for the test, ports, a service behind the gateway, requests and checks.
# XCJ is the command. Tests run in a folder of their own; root gives servers to nobody, so that nothing here needs a privilege.
set -u
LC_ALL=C
export LC_ALL
: "${XCJ:?the xcj command}" "${XCJ_EXAMPLES:?examples}"
PATH=$PATH:/usr/sbin
unset http_proxy https_proxy all_proxy
failures=0
checks=0
echo_pid=

fail() {
    printf 'FAIL: %s\n' "$1"
    failures=$((failures + 1))
}

skip() {
    printf 'SKIP: %s\n' "$1"
    exit 77
}

# shellcheck source=../../tests/packages.sh
. "$XCJ_EXAMPLES/../tests/packages.sh"
packages_or_skip curl openssl jq perl

work=$(mktemp -d) || exit 1
# at_exit FUNCTION: what stops a server; the folder goes after that.
stops=
at_exit() {
    stops="$1 $stops"
}
cleanup() {
    for stop in $stops; do $stop; done
    [ -z "$echo_pid" ] || kill "$echo_pid" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work" || exit 1

# free_port: one that nobody listens on, below those that the system gives to clients.
free_port() {
    while :; do
        free=$(od -An -N4 -tu4 /dev/urandom | awk '{ print 16000 + $1 % 16000 }')
        curl -s -o /dev/null --max-time 2 "http://127.0.0.1:$free/"
        [ $? -ne 7 ] || break
    done
    printf '%s' "$free"
}

unprivileged() {
    if [ "$(id -u)" -eq 0 ]; then
        chown -R 65534:65534 "$work"
        setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
    else
        "$@"
    fi
}

# listens PORT: waits until somebody listens there.
listens() {
    for _ in $(seq 200); do
        curl -s -o /dev/null --max-time 2 "http://127.0.0.1:$1/"
        [ $? -eq 7 ] || return 0
        sleep 0.05
    done
    return 1
}

# ends PID: waits until this process has ended.
ends() {
    for _ in $(seq 600); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.05
    done
    return 1
}

# start_echo: the service behind the gateway, on $echo.
start_echo() {
    echo=$(free_port)
    perl "$XCJ_EXAMPLES/scenario/echo.pl" "$echo" &
    echo_pid=$!
    listens "$echo"
}

# get CURL_WORD...: the answer's status in $status, its head in the file head and its body in the file body. A service of
# ours sends the request back, so that body is then what it received.
get() {
    rm -f head body
    touch body
    status=$(curl -s --max-time 20 -D head -o body -w '%{http_code}' "$@")
}

# is NAME WANTED FOUND
is() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || fail "$1: wanted: $2
  found: $3"
}

# has NAME FILE TEXT, lacks NAME FILE TEXT: does a line have this text, in any case?
has() {
    checks=$((checks + 1))
    grep -qiF -e "$3" "$2" || {
        fail "$1: wanted in $2: $3"
        cut -c 1-300 "$2" | sed 's/^/  /' | tail -n 40
    }
}

lacks() {
    checks=$((checks + 1))
    ! grep -qiF -e "$3" "$2" || fail "$1: not wanted in $2: $3"
}

# answers NAME STATUS BODY CURL_WORD...
answers() {
    answers_name=$1
    answers_status=$2
    answers_body=$3
    shift 3
    get "$@"
    is "$answers_name, status" "$answers_status" "$status"
    is "$answers_name, body" "$answers_body" "$(cat body)"
}

# received FIELD: that field of the request that the service received; received_token: the one that is ours.
received() {
    tr -d '\r' <body | awk -v name="$(printf '%s' "$1" | tr '[:upper:]' '[:lower:]')" '
        /^$/ { exit }
        { at = index($0, ":"); if (tolower(substr($0, 1, at - 1)) == name) print substr($0, at + 2) }'
}

received_token() {
    received x-custom-jwt
}

# field FIELD: a field of the answer.
field() {
    tr -d '\r' <./head | awk -v name="$(printf '%s' "$1" | tr '[:upper:]' '[:lower:]')" '
        { at = index($0, ":"); if (tolower(substr($0, 1, at - 1)) == name) print substr($0, at + 2) }'
}

finish() {
    printf '%s checks, %s failed\n' "$checks" "$failures"
    [ "$failures" -eq 0 ]
    exit
}

# nginx_service PORT: lines of an http block by which nginx keeps its connections to http://service open.
nginx_service() {
    printf 'upstream service { server 127.0.0.1:%s; keepalive 32; } proxy_http_version 1.1; proxy_set_header Connection "";\n' "$1"
}
