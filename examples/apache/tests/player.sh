# shellcheck shell=sh disable=SC2034,SC2154 # run.sh, which sources this file, sets the ports and reads player_logs
# Plays examples/scenario in Apache.
# shellcheck source=server.sh
. "$XCJ_EXAMPLES/apache/tests/server.sh"
player_logs='error.log access.log'

player_start() {
    configure_apache "$http" "$https" "$echo" "<Location /plain>" "ProxyPass http://127.0.0.1:$echo/plain" "</Location>"
    start_apache
}

player_reload() {
    reload_apache
}

player_stop() {
    stop_apache && ! grep -E 'exit signal|\[(alert|crit|emerg)\]|:(alert|crit|emerg)\]' error.log
}
