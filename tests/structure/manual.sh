#!/bin/sh
# Section 3 of the manual has a page for each exported function, without a fault that man(1) would find.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
need_plain_build

pages=$XCJ_BUILD/docs/api/man3
cat "$XCJ_ROOT"/tests/abi*.syms | grep -o 'xcj_[a-z0-9_]*' | sort -u >"$work/functions"
(cd "$pages" && ls) | sed -n 's/^\(xcj_.*\)\.3$/\1/p' | sort >"$work/pages"
diff "$work/functions" "$work/pages" >"$work/differ" || bad "functions (<) and pages (>) differ: $(cat "$work/differ")"
grep -q '^\.SH DESCRIPTION' "$pages/libxcj.3" || bad "libxcj.3 is no page"

for page in "$pages"/*.3; do
    name=$(basename "$page" .3)
    grep -q "^$name .*[a-zA-Z]" "$page" || bad "the page of $name does not say what it is"
    case $name in xcj_*) grep -q "$name(" "$page" || bad "the page of $name does not show its declaration" ;; esac
done
if command -v man >/dev/null; then
    man --warnings -E UTF-8 -l -Tutf8 -Z "$pages"/*.3 2>"$work/warnings" >/dev/null
    [ ! -s "$work/warnings" ] || bad "man finds: $(cat "$work/warnings")"
fi

finish "$(wc -l <"$work/pages") pages"
