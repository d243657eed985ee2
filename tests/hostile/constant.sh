#!/bin/sh
# Runs constant.c by valgrind: comparing secrets and verifying a MAC take no branch that depends on the secret, and valgrind
# sees one where one is.
# shellcheck source=../structure/common.sh
. "$(dirname "$0")/../structure/common.sh"
packages_or_skip valgrind
: "${XCJ_CONSTANT:?the path of the program}"

run() {
    valgrind -q --error-exitcode=9 "$XCJ_CONSTANT" "$1" >"$work/log" 2>&1
}
for what in equal verify; do
    run "$what" || {
        cat "$work/log" >&2
        bad "$what: see above"
    }
done
status=0
run leak || status=$?
if [ "$status" -ne 9 ] || ! grep -q 'depends on uninitialised' "$work/log"; then
    bad "valgrind does not see a leak that is there"
fi
finish "no branch depends on a secret"
