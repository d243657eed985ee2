# shellcheck shell=sh disable=SC2034,SC2154 # run.sh, which sources this file, sets the ports and reads player_logs
# Plays examples/scenario in HAProxy.
# shellcheck source=server.sh
. "$XCJ_EXAMPLES/haproxy/tests/server.sh"
player_logs=haproxy.log

player_start() {
    configure_haproxy "$http" "$https" "$echo"
    start_haproxy
}

player_reload() {
    reload_haproxy
}

player_stop() {
    stop_haproxy && ! grep -E 'exited with code (1[1-9][0-9])|panic|BUG' haproxy.log
}
