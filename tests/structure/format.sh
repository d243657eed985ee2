#!/bin/sh
# The C files are as clang-format 14 leaves them. Other versions lay out some lines differently.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

tool=
for name in clang-format-14 clang-format; do
    if command -v "$name" >/dev/null && "$name" --version | grep -q 'version 14\.'; then
        tool=$name
        break
    fi
done
[ -n "$tool" ] || skip "clang-format 14 is not here"

cd "$XCJ_ROOT" || exit 1
find include lib cli tests examples -name '*.[ch]' >"$work/files"
xargs "$tool" --dry-run -Werror <"$work/files" 2>"$work/log" || bad "$(grep -c 'error:' "$work/log") places, of them: $(grep 'error:' "$work/log" | head -n 5)"

finish "the format of $(wc -l <"$work/files") files"
