# shellcheck shell=sh
# Sourced in place of lib.sh by tests that need a real terminal: tmux is one.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip tmux
sessions=0

# at_terminal NAME TEXT KEYS COMMAND [TEXT KEYS]...: runs a command line in a terminal; once the screen shows the text, leaves it in the
# file `seen` and types the keys (words of tmux send-keys, or none); then so with the next text, which may be the same again. Leaves the
# last screen in `screen` and the exit status in `status`.
at_terminal() {
    at_name=$1
    at_text=$2
    at_keys=$3
    at_command=$4
    shift 4
    # Each has a server of its own: the last one may still be on its way out.
    sessions=$((sessions + 1))
    socket=$work/tmux$sessions
    rm -f ended seen
    : >texts
    tmux -S "$socket" -f /dev/null new-session -d -x 200 -y 50 \
        "cd '$work' && ulimit -v $memory && ulimit -t $seconds && trap : INT && { $at_command; }; echo \$? >status; sleep 0.3; touch ended; sleep 20" 2>/dev/null || {
        printf 'SKIP: tmux cannot start here\n'
        exit 77
    }
    tries=0
    while [ ! -e ended ] && [ $tries -lt 400 ]; do
        tmux -S "$socket" capture-pane -p -e >screen
        if [ -n "$at_text" ] && [ "$(grep -cF -e "$at_text" screen)" -gt "$(grep -cxF -e "$at_text" texts)" ]; then
            cp screen seen
            printf '%s\n' "$at_text" >>texts
            # shellcheck disable=SC2086 # the keys are words
            [ -z "$at_keys" ] || tmux -S "$socket" send-keys $at_keys
            at_text=${1:-}
            at_keys=${2:-}
            [ $# -lt 2 ] || shift 2
        fi
        sleep 0.05
        tries=$((tries + 1))
    done
    tmux -S "$socket" capture-pane -p -e >screen
    tmux -S "$socket" kill-server
    checks=$((checks + 1))
    [ -e ended ] || fail "$at_name: it did not end"
    [ -z "$at_text" ] || fail "$at_name: the screen did not show: $at_text"
}
