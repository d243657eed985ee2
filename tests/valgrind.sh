#!/bin/sh
# Runs unit tests under valgrind: memcheck for each, then helgrind over sixteen threads. Works from any folder, and needs a build
# without sanitizers; ctest runs some of it (valgrind_units, thread_helgrind).
#
#     sh tests/valgrind.sh BUILD [TEST]...    all tests unless named; "helgrind" for the threads
set -eu
# shellcheck source=packages.sh
. "$(dirname "$0")/packages.sh"
packages_or_skip valgrind

build=$(cd "${1:?usage: sh tests/valgrind.sh BUILD [TEST]...}" && pwd)
shift
cd "$(dirname "$0")/.."
if [ $# -eq 0 ]; then
    for source in tests/test_*.c; do
        name=${source#tests/}
        set -- "$@" "${name%.c}"
    done
    set -- "$@" helgrind
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
for name; do
    status=0
    if [ "$name" = helgrind ]; then
        valgrind --tool=helgrind -q --error-exitcode=9 --suppressions=tests/hostile/helgrind.supp \
            "$build/tests/hostile/swap" 4 own >"$log" 2>&1 || status=$?
    else
        # In one process, or valgrind would look at the children too; and the tests' own limits of time are for full speed.
        CK_FORK=no valgrind -q --error-exitcode=9 --leak-check=full "$build/tests/$name" >"$log" 2>&1 || status=$?
    fi
    case $status in
    0) printf 'ok    %s\n' "$name" ;;
    77) printf 'skip  %s\n' "$name" ;;
    *)
        printf 'FAIL  %s\n' "$name"
        head -n 60 "$log"
        failed=1
        ;;
    esac
done
exit "$failed"
