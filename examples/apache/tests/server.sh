# shellcheck shell=sh disable=SC2154 # scenario/lib.sh sets work
# Sourced by the tests here and by the player of the scenario: Apache with this folder's xcj.conf, in which only places, ports and names
# are changed, and two processes of mpm_event.
packages_or_skip apache2
XCJ_MODULE=$XCJ_BUILD/examples/apache/mod_xcj.so
[ -e "$XCJ_MODULE" ] || skip 'the module for Apache is not built (Debian package apache2-dev)'
modules=/usr/lib/apache2/modules

kill_apache() {
    [ ! -s "$work/apache.pid" ] || kill "$(cat "$work/apache.pid")" 2>/dev/null
}
at_exit kill_apache

# configure_apache HTTP HTTPS SERVICE [LINE]...: and these further lines.
configure_apache() {
    cp "$XCJ_MODULE" .
    {
        for name in mpm_event authn_core authn_file authz_core authz_user auth_basic mime alias ssl proxy proxy_http; do
            printf 'LoadModule %s_module %s/mod_%s.so\n' "$name" "$modules" "$name"
        done
        printf 'LoadModule xcj_module %s/mod_xcj.so\n' "$work"
        printf 'ServerRoot %s\nServerName localhost\nPidFile %s/apache.pid\nErrorLog %s/error.log\n' "$work" "$work" "$work"
        printf 'DefaultRuntimeDir %s\nMaxKeepAliveRequests 0\nMutex file:%s default\nLogLevel info\nTypesConfig /dev/null\n' "$work" "$work"
        printf 'StartServers 2\nServerLimit 8\nThreadsPerChild 32\nThreadLimit 32\nMaxRequestWorkers 256\nMinSpareThreads 1\nMaxSpareThreads 256\n'
        printf 'XcjExpiresIn 300\n'
        sed -e "s|/etc/apache2/xcj|$work|; s|:8000|:$1|; s|localhost:8443|gw|; s|127.0.0.1:8443|127.0.0.1:$2|; s|active.json|gw.json|" \
            -e "s|http://127.0.0.1:9000/\$|https://service|; s|127.0.0.1:9000|127.0.0.1:$3|; s|idp.json|idp-set.json|; s|jwks.json|gw-set.json|" \
            -e "s|https://idp.example|https://idp|; s|\${APACHE_LOG_DIR}/xcj.log|$work/access.log|" "$XCJ_EXAMPLES/apache/xcj.conf"
        shift 3
        [ $# -eq 0 ] || printf '%s\n' "$@"
    } >httpd.conf
}

run_apache() {
    unprivileged apache2 -d "$work" -f "$work/httpd.conf" "$@"
}

# ready: how often the server has begun to serve a configuration.
ready() {
    grep -c 'resuming normal operations' error.log 2>/dev/null
}

becomes_ready() {
    for _ in $(seq 200); do
        [ "$(ready)" = "$1" ] || return 0
        sleep 0.05
    done
    return 1
}

start_apache() {
    begun=$(ready)
    { run_apache -k start >said 2>&1 && becomes_ready "$begun"; } || {
        fail 'Apache does not start'
        cat said
        tail -n 20 error.log
        exit 1
    }
}

# reload_apache: a graceful restart, after which the old processes have ended. Like apachectl, it looks at the files before.
reload_apache() {
    run_apache -t >said 2>&1 || return 1
    begun=$(ready)
    old=$(cat /proc/"$(cat apache.pid)"/task/*/children)
    kill -USR1 "$(cat apache.pid)"
    becomes_ready "$begun" || return 1
    for pid in $old; do ends "$pid" || return 1; done
}

stop_apache() {
    pid=$(cat apache.pid)
    kill -TERM "$pid"
    ends "$pid"
}
