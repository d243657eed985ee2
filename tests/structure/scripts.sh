#!/bin/sh
# Every shell script is clean for shellcheck.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
packages_or_skip shellcheck

cd "$XCJ_ROOT" || exit 1
find .ci cmake examples tests cli docs -type f \( -name '*.sh' -o -name '*.bash' -o -path '.ci/run' -o -name pre-commit \) | sort >"$work/files"
grep -q . "$work/files" || bad "no scripts were found"
xargs shellcheck <"$work/files" || bad "see above"

finish "$(wc -l <"$work/files") scripts"
