#!/bin/sh
# Every shell script is clean for shellcheck. A script that was clean in this build is checked again only after a change of it,
# of shellcheck, or of any file that some script sources.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
packages_or_skip shellcheck

cd "$XCJ_ROOT" || exit 1
find .ci cmake examples tests cli docs -type f \( -name '*.sh' -o -name '*.bash' -o -path '.ci/run' -o -name pre-commit \) | sort >"$work/files"
grep -q . "$work/files" || bad "no scripts were found"
xargs sha256sum <"$work/files" >"$work/scripts"
xargs sed -n 's|.*shellcheck source=\(.*/\)*\(.*\)|/\2$|p' <"$work/files" | sort -u >"$work/sourced"
{ shellcheck --version && cat .shellcheckrc && grep -f "$work/sourced" "$work/scripts"; } | sha256sum >"$work/rules"

clean=${XCJ_BUILD:-$work}/clean_scripts
grep -qxFf "$work/rules" "$clean" 2>/dev/null || : >"$clean"
grep -vxFf "$clean" "$work/scripts" | sed 's/^[^ ]*  //' >"$work/changed"
if xargs -r -n 4 -P "$(getconf _NPROCESSORS_ONLN)" shellcheck <"$work/changed"; then
    cat "$work/rules" "$work/scripts" >"$clean"
else
    bad "see above"
fi

finish "$(wc -l <"$work/files") scripts, $(wc -l <"$work/changed") of them new or changed"
