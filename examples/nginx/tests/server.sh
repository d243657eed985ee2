# shellcheck shell=sh disable=SC2154,SC2119,SC2120 # scenario/lib.sh sets work; tests pass words to run_nginx
# Sourced by lib.sh here and by the player of the scenario: nginx with the module XCJ_MODULE, whose configuration is in the folder conf.
packages_or_skip nginx
mkdir conf tmp
cp "$XCJ_MODULE" module.so

kill_nginx() {
    [ ! -s "$work/nginx.pid" ] || kill "$(cat "$work/nginx.pid")" 2>/dev/null
}
at_exit kill_nginx

# configure LINES: conf/nginx.conf of the http block's content on standard input, and these lines before it.
configure() {
    {
        printf 'load_module %s/module.so;\npid %s/nginx.pid;\nerror_log %s/error.log info;\n%s\n' "$work" "$work" "$work" "$1"
        printf 'events { worker_connections %s; }\nhttp {\n    access_log %s/access.log;\n' "${connections:-512}" "$work"
        for kind in client_body proxy fastcgi uwsgi scgi; do printf '    %s_temp_path %s/tmp;\n' "$kind" "$work"; done
        cat
        printf '}\n'
    } >conf/nginx.conf
}

# readme_files README: the files that a complete nginx.conf names, in conf/xcj, made by the README's own commands; but the private key
# of the identity provider is idp/private.json.
readme_files() {
    mkdir conf/xcj bin idp
    ln -s "$XCJ" bin/xcj
    awk '/^cd \/etc\/nginx\/xcj$/ { inside = 1; next } /^cd -$/ { inside = 0 } inside' "$1" >commands
    has 'README.md makes the files' commands 'xcj keygen'
    (cd conf/xcj && PATH=$work/bin:$PATH && sh -eu "$work/commands") >log 2>&1 || {
        fail 'a command of README.md'
        cat log
    }
    mv conf/xcj/idp-private.json idp/private.json
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

# workers: the master's children.
workers() {
    cat /proc/"$(cat nginx.pid)"/task/*/children
}

# retires WORKER: waits until it accepts no connection any more.
retires() {
    for _ in $(seq 200); do
        kill -0 "$1" 2>/dev/null || return 0
        ! grep -q " $1#.*gracefully shutting down" error.log || return 0
        sleep 0.05
    done
    return 1
}

# reload_nginx: and wait until a worker of the new configuration runs, and no other accepts connections.
reload_nginx() {
    retiring=$(workers)
    before=$(started_workers)
    kill -HUP "$(cat nginx.pid)"
    wait_for_worker "$before" || return 1
    for retired in $retiring; do
        retires "$retired" || return 1
    done
}

stop_nginx() {
    pid=$(cat nginx.pid)
    kill -QUIT "$pid"
    ends "$pid" || fail 'nginx does not stop'
}
