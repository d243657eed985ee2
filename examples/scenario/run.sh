#!/bin/sh
# Plays scenario.txt against a server, and prints a line for each case: pass, FAIL and the reason, or "does not apply" and the reason.
#
#     sh examples/scenario/run.sh PLAYER [CASE]...
#
# PLAYER is examples/SERVER/tests/player.sh. XCJ_BUILD (build/dev) has the command xcj and the server's module, and gets the
# results, examples/scenario/SERVER.txt. A whole run compares them with the recorded ones, results/SERVER.txt, from which table.sh
# makes the table in docs/gateways.md; with RENEW=1 it records them.
#
# A player is sourced in the folder of the files (files.sh), after lib.sh. It defines
#
#     player_start     start the server, which listens on $http and, with TLS, on $https; its service is at 127.0.0.1:$echo
#     player_reload    read the files again, and wait until they count; fail if the server refuses them and keeps the old ones
#     player_stop      end it; fail if it crashed or a request was lost
#     player_logs      (a variable) its log files
#     player_without CASE    optional: prints why the case does not apply to this server, or nothing
if [ ! -f "${1:-}" ]; then
    printf 'usage: sh examples/scenario/run.sh PLAYER [CASE]...\n' >&2
    exit 2
fi
player=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
server=$(basename "$(dirname "$(dirname "$player")")")
shift
chosen=" $* "
XCJ_EXAMPLES=$(cd "$(dirname "$0")/.." && pwd)
XCJ_BUILD=$(cd "${XCJ_BUILD:-$XCJ_EXAMPLES/../build/dev}" && pwd) || exit 1
XCJ=${XCJ:-$XCJ_BUILD/xcj}
# shellcheck source=lib.sh
. "$XCJ_EXAMPLES/scenario/lib.sh"
# shellcheck source=files.sh
. "$XCJ_EXAMPLES/scenario/files.sh"
http=$(free_port)
https=$(free_port)
player_without() { :; }
# shellcheck source=../nginx/tests/player.sh
. "$player"
mkdir made

xcj() {
    "$XCJ" "$@"
}

# wrong REASON: the case fails; its first reason counts.
wrong() {
    reason=${reason:-$1}
}

# expand TEXT: in $expanded, with the outputs of `make` for their names in braces.
expand() {
    expanded=
    expand_rest=$1
    while :; do
        expand_name=${expand_rest#*\{}
        [ "$expand_name" != "$expand_rest" ] || break
        expand_name=${expand_name%%\}*}
        expanded=$expanded${expand_rest%%\{*}$(cat "made/$expand_name")
        expand_rest=${expand_rest#*\}}
    done
    expanded=$expanded$expand_rest
}

# minted: the service got one token, which verifies; its claims are in the file claims and its header in the file header.
minted() {
    received_token >tokens
    [ "$(wc -l <tokens)" -eq 1 ] || {
        wrong "$(wc -l <tokens) tokens in X-Custom-Jwt"
        return
    }
    xcj verify --jwks gw-set.json --iss https://gw --aud https://service - <tokens >claims 2>said || wrong "the token: $(cat said)"
    xcj inspect --json - <tokens 2>said | jq .header >header || wrong "the token's header: $(cat said)"
    [ -z "$(received authorization)$(received apikey)" ] || wrong 'the service sees the credential'
}

# refused: the gateway itself answered.
refused() {
    ! grep -q '^GET /.* HTTP/1' body || wrong 'the service got the request'
}

# check WORD VALUE: after the request.
check() {
    case $1 in
    gets)
        case $2/$status in
        200/200) minted ;;
        200/* | refused/[1235]*) wrong "status $status" ;;
        refused/*) refused ;;
        *)
            [ "$2" = "$status" ] || wrong "status $status"
            refused
            ;;
        esac
        ;;
    that | header)
        file=claims
        [ "$1" = that ] || file=header
        [ "$(jq "$2" "$file" 2>&1)" = true ] || wrong "$2: $(cut -c 1-300 "$file" | tr -d '\n')"
        ;;
    unseen)
        expand "$2"
        ! grep -qiF -e "$expanded" body || wrong "the service sees $2"
        ;;
    esac
}

# crowd N: N requests in parallel, by two callers in turn; each service's token is for its caller, and each jti is another.
crowd() {
    for i in $(seq "$1"); do
        key='012345AZERTY!'
        [ $((i % 2)) -eq 0 ] || key='the second key'
        printf 'url = "http://127.0.0.1:%s/apikey"\nheader = "apikey: %s"\noutput = "crowd.%s.%s"\nnext\n' "$http" "$key" $((i % 2)) "$i"
    done | sed '$d' >requests
    curl -sS -Z --no-progress-meter --parallel-max 20 -K requests
    for caller in 0:key-client 1:second-client; do
        sed -n 's/^X-Custom-Jwt: //Ip' crowd."${caller%%:*}".* | tr -d '\r' |
            xcj verify --jwks gw-set.json --batch | tee -a crowd.all | jq -e -s --arg whom "${caller#*:}" --argjson count $(($1 / 2)) \
            'length == $count and all(.client_id == $whom)' >said || wrong "not all for ${caller#*:}"
    done
    [ "$(jq -r .jti crowd.all | sort -u | wc -l)" -eq "$1" ] || wrong 'tokens with the same jti'
    rm -f crowd.*
}

# under_load N: requests by eight connections during N reloads; all succeed.
under_load() {
    rm -f stop_load
    for i in $(seq 400); do printf 'url = "http://127.0.0.1:%s/apikey"\noutput = "/dev/null"\n' "$http"; done >requests
    while [ ! -e stop_load ]; do
        curl -s -Z --no-progress-meter --parallel-max 8 -H 'Connection: close' -H 'apikey: 012345AZERTY!' -w '%{http_code}\n' -K requests
    done >statuses 2>said &
    loader=$!
    for _ in $(seq "$1"); do
        sleep 0.3
        player_reload || wrong 'a reload fails'
    done
    : >stop_load
    wait "$loader"
    [ "$(sort -u statuses)" = 200 ] || wrong "statuses: $(sort statuses | uniq -c | tr '\n' ' ')"
    [ "$(wc -l <statuses)" -ge 400 ] || wrong "only $(wc -l <statuses) requests"
}

# logs_clean: no secret in what the server wrote.
logs_clean() {
    cut -d . -f 3 made/* | grep . >secrets
    printf '%s\n' 'pass:word' '012345AZERTY!' "$(jq -r .d gw-1.json)" "$(jq -r .d gw-2.json)" >>secrets
    # shellcheck disable=SC2086
    ! grep -F -f secrets $player_logs >said || wrong "a log has $(cut -c 1-200 said)"
}

# request: the one that the lines of the case describe.
request() {
    set --
    base=http://127.0.0.1:$http
    while read -r word value; do
        case $word in
        path) path=$value ;;
        send)
            expand "$value"
            set -- "$@" -H "$expanded"
            ;;
        user) set -- "$@" -u "$value" ;;
        cert)
            base=https://localhost:$https
            set -- "$@" --cacert server.pem
            [ "$value" = none ] || set -- "$@" --cert "$value.pem" --key "$value.key"
            ;;
        esac
    done <lines
    [ -z "$path" ] || get "$@" "$base$path"
}

# play: the case whose lines are in the file lines.
play() {
    reason=
    path=
    why=$(player_without "$case")
    [ -z "$why" ] || {
        printf '%s: does not apply: %s\n' "$case" "$why" | tee -a results
        return
    }
    action=$(sed -n 's/^do //p' lines)
    [ -z "$action" ] || eval "$action" || wrong "$action"
    request
    while read -r word value; do check "$word" "$value"; done <lines
    if [ -z "$reason" ]; then
        printf '%s: pass\n' "$case" | tee -a results
    else
        printf '%s: FAIL: %s\n' "$case" "$reason" | tee -a results
        failures=$((failures + 1))
    fi
}

# end_case: plays what was read, unless other cases are wanted; those that only act are played always, for the next depend on them.
end_case() {
    [ -n "$case" ] || return
    case "$chosen" in '  ' | *" $case "*) play </dev/null ;; *) grep -q '^do .*player_' lines && play </dev/null ;; esac
    case=
}

make_files || {
    cat log
    exit 1
}
start_echo
case=
: >results
while read -r line; do
    case $line in
    '' | '#'*) ;;
    'make '*)
        made=${line#make }
        (eval "${made#* }") >"made/${made%% *}" || fail "$line"
        ;;
    'case '*)
        end_case
        case=${line#case }
        case=${case%%:*}
        : >lines
        ;;
    *) printf '%s\n' "$line" >>lines ;;
    esac
    [ -n "${started:-}" ] || case $line in 'case '*)
        player_start || exit 1
        started=yes
        ;;
    esac
done <"$XCJ_EXAMPLES/scenario/scenario.txt"
end_case
printf '%s: %s cases, %s failed\n' "$server" "$(wc -l <results)" "$failures"
[ "$chosen" = '  ' ] || exit $((failures > 0))
mkdir -p "$XCJ_BUILD/examples/scenario"
cp results "$XCJ_BUILD/examples/scenario/$server.txt"
recorded=$XCJ_EXAMPLES/scenario/results/$server.txt
[ -z "${RENEW:-}" ] || cp results "$recorded"
diff "$recorded" results || fail "the results are not those of results/$server.txt: RENEW=1 records them, and table.sh writes the table"
[ "$failures" -eq 0 ]
