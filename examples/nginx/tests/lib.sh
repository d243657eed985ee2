# shellcheck shell=sh
# Sourced by the tests of the nginx module. The environment comes from CMakeLists.txt here: XCJ (the command), XCJ_MODULE (the
# module), XCJ_EXAMPLE (examples/nginx) and XCJ_SHARED (vectors that lie outside the project). A test runs in a folder of its
# own, whose conf is nginx's; root gives nginx to nobody, so that nothing here needs a privilege.
set -u
LC_ALL=C
export LC_ALL
: "${XCJ:?the xcj command}" "${XCJ_MODULE:?the module}" "${XCJ_EXAMPLE:?examples/nginx}"
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

# shellcheck source=../../../tests/packages.sh
. "$XCJ_EXAMPLE/../../tests/packages.sh"
packages_or_skip nginx curl openssl jq perl

work=$(mktemp -d) || exit 1
cleanup() {
    [ ! -s "$work/nginx.pid" ] || kill "$(cat "$work/nginx.pid")" 2>/dev/null
    [ -z "$echo_pid" ] || kill "$echo_pid" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work" || exit 1
mkdir conf tmp
cp "$XCJ_MODULE" module.so

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

# configure LINES: conf/nginx.conf of the http block's content on standard input, and these lines before it.
configure() {
    {
        printf 'load_module %s/module.so;\npid %s/nginx.pid;\nerror_log %s/error.log info;\n%s\n' "$work" "$work" "$work" "$1"
        printf 'events { worker_connections 512; }\nhttp {\n    access_log %s/access.log;\n' "$work"
        for kind in client_body proxy fastcgi uwsgi scgi; do printf '    %s_temp_path %s/tmp;\n' "$kind" "$work"; done
        cat
        printf '}\n'
    } >conf/nginx.conf
}

# run_nginx WORD...: nginx with these words. Its standard error is in the file said.
run_nginx() {
    unprivileged ${XCJ_PRELOAD:+env "LD_PRELOAD=$XCJ_PRELOAD"} nginx -p "$work" -c "$work/conf/nginx.conf" -e "$work/error.log" "$@" >said 2>&1
}

# wait_for_worker N: waits until the log has more than N starts of workers. The master loses a signal that comes before.
wait_for_worker() {
    for _ in $(seq 200); do
        [ "$(started_workers)" -eq "$1" ] || return 0
        sleep 0.05
    done
    return 1
}
started_workers() {
    if [ -f error.log ]; then grep -c 'start worker process [0-9]' error.log || true; else echo 0; fi
}

start_nginx() {
    before=$(started_workers)
    { run_nginx && wait_for_worker "$before"; } || {
        fail 'nginx does not start'
        cat said
        exit 1
    }
}

# reload_nginx: and wait until a worker of the new configuration runs.
reload_nginx() {
    before=$(started_workers)
    kill -HUP "$(cat nginx.pid)"
    wait_for_worker "$before"
}

stop_nginx() {
    pid=$(cat nginx.pid)
    kill -QUIT "$pid"
    for _ in $(seq 600); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.05
    done
    fail 'nginx does not stop'
}

# start_echo: the service behind the gateway, on $echo.
start_echo() {
    echo=$(free_port)
    perl "$XCJ_EXAMPLE/tests/echo.pl" "$echo" &
    echo_pid=$!
    for _ in $(seq 100); do
        curl -s -o /dev/null "http://127.0.0.1:$echo/" && break
        sleep 0.05
    done
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

# rejects NAME LINE TEXT [LINE]...: nginx -t refuses the configuration on standard input, says TEXT, and names this line of it.
rejects() {
    rejects_name=$1
    rejects_line=$2
    rejects_text=$3
    configure ''
    rejects_at=$(($(grep -n 'scgi_temp_path' conf/nginx.conf | cut -d : -f 1) + rejects_line))
    if run_nginx -t; then fail "$rejects_name: accepted"; fi
    has "$rejects_name" said "$rejects_text"
    has "$rejects_name" said "nginx.conf:$rejects_at"
}

finish() {
    printf '%s checks, %s failed\n' "$checks" "$failures"
    [ "$failures" -eq 0 ]
    exit
}
