#!/bin/sh
# Doxygen makes the API reference without a warning: every public declaration has its comment. Then the check is tested itself.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
need_plain_build
packages_or_skip doxygen

reference() {
    (cd "$1" && { cat docs/api/Doxyfile && echo "OUTPUT_DIRECTORY = $work/api"; } | doxygen - >"$work/log" 2>&1)
}

reference "$XCJ_ROOT" || bad "doxygen warns: $(head -20 "$work/log")"
grep -rq xcj_mint_prepare "$work/api/html" || bad "the reference does not have xcj_mint_prepare"

mkdir -p "$work/tree/docs"
cp -R "$XCJ_ROOT/include" "$work/tree/"
cp -R "$XCJ_ROOT/docs/api" "$work/tree/docs/"
sed -i '$d' "$work/tree/include/xcj/mint.h"
printf 'XCJ_API int xcj_planted(void);\n#endif\n' >>"$work/tree/include/xcj/mint.h"
reference "$work/tree" && bad "a function without a comment is not found"
grep -q xcj_planted "$work/log" || bad "another warning than that of the planted function: $(cat "$work/log")"

finish "the API reference"
