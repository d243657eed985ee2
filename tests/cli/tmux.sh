# shellcheck shell=sh
# Sourced in place of lib.sh by tests that need a real terminal: tmux is one.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip tmux
sessions=0

# at_terminal NAME TEXT KEYS COMMAND: runs a command line in a terminal; once the screen shows the text, leaves it in the file
# `seen` and types the keys (words of tmux send-keys, or none). Leaves the last screen in `screen` and the exit status in `status`.
at_terminal() {
    # Each has a server of its own: the last one may still be on its way out.
    sessions=$((sessions + 1))
    socket=$work/tmux$sessions
    rm -f ended seen
    tmux -S "$socket" -f /dev/null new-session -d -x 200 -y 50 \
        "cd '$work' && trap : INT && { $4; }; echo \$? >status; sleep 0.3; touch ended; sleep 20" 2>/dev/null || {
        printf 'SKIP: tmux cannot start here\n'
        exit 77
    }
    tries=0
    while [ ! -e ended ] && [ $tries -lt 200 ]; do
        tmux -S "$socket" capture-pane -p -e >screen
        if [ -n "$2" ] && grep -qF -e "$2" screen && [ ! -e seen ]; then
            cp screen seen
            # shellcheck disable=SC2086 # the keys are words
            [ -z "$3" ] || tmux -S "$socket" send-keys $3
        fi
        sleep 0.05
        tries=$((tries + 1))
    done
    tmux -S "$socket" capture-pane -p -e >screen
    tmux -S "$socket" kill-server
    checks=$((checks + 1))
    [ -e ended ] || fail "$1: it did not end"
    [ -z "$2" ] || [ -e seen ] || fail "$1: the screen did not show: $2"
}
