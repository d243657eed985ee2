#!/bin/sh
# Runs the unit tests by valgrind: memcheck over each of them, then helgrind over sixteen threads. Works from any folder.
#
#     sh tests/valgrind.sh [BUILD [TEST]...]    a build without sanitizers (build/dev unless given, and built where it is
#                                               missing); all tests unless named; "helgrind" for the threads
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=packages.sh
. tests/packages.sh

packages_need build test all
build=${1:-build/dev}
[ $# -eq 0 ] || shift
if [ ! -f "$build/CMakeCache.txt" ]; then
    mkdir -p "$(dirname "$build")"
    packages_configure "$build" -DCMAKE_BUILD_TYPE=Debug
    cmake --build "$build" -j "$(packages_jobs)" >"$build.log" 2>&1 || {
        cat "$build.log" >&2
        exit 1
    }
fi
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
