#!/bin/sh
# What the tests reach of lib/: at least 95 of 100 lines and 90 of 100 branches, without marks that leave code out; and each
# line that is not reached stands in docs/testing.md with the reason. A reason for a line that is reached, or is there no
# more, is a failure, too.
#
#     sh tests/coverage.sh           three minutes
#     sh tests/coverage.sh --read    the figures of the last run again
#
# Built at -O0 without inlining, so that every branch is one of the source's. C has no exceptions, and so gcc adds no branches
# to calls; none is filtered out afterwards.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=apt.sh
. tests/apt.sh

lines_min=95
branches_min=90
case ${1:-} in
'' | --read) ;;
*)
    printf 'usage: sh tests/coverage.sh [--read]\n' >&2
    exit 2
    ;;
esac
packages_need build test proof
build=$BUILD/coverage
if [ "${1:-}" != --read ]; then
    builds_make coverage --preset coverage
    find "$build" -name '*.gcda' -delete
    # What runs the code of this build; the tests of the project as such build others, or only read, and scenario_measures is
    # about the module for nginx, which is not in this build.
    ctest --test-dir "$build" --output-on-failure -j "$(builds_jobs)" \
        -E '^(structure|analysis|install|package|abi|bench|manual)_|^scenario_measures$'
fi
gcovr --root . --filter lib/ --json "$build/coverage.json" --json-summary "$build/summary.json" \
    --html-details "$build/coverage.html" "$build"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# "FILE: SOURCE LINE", as in docs/testing.md: the number of a line would not stay true for long.
jq -r '.files[] | .file as $file | .lines[] | select(.count == 0 and (.["gcovr/noncode"] | not)) |
    "\($file) \(.line_number)"' "$build/coverage.json" |
    while read -r file line; do printf '%s: %s\n' "$file" "$(sed -n "${line}s/^ *//p" "$file")"; done |
    sort -u >"$work/found"
# "FILE (at times): SOURCE LINE" is one that tests reach or not, as chance has it.
sed -n 's|^    \(lib/[^ ]*\) (at times)\(: .*\)$|\1\2|p' docs/testing.md | sort -u >"$work/chance"
sed -n 's|^    \(lib/[^ ]*: .*\)$|\1|p' docs/testing.md | sort -u >"$work/known"
comm -23 "$work/found" "$work/known" | comm -23 - "$work/chance" | sed 's/^/not reached, without a reason: /' >"$work/failures"
comm -13 "$work/found" "$work/known" | sed 's/^/has a reason, but is reached or gone: /' >>"$work/failures"
jq -r --argjson lines $lines_min --argjson branches $branches_min '
    "\(.line_covered) of \(.line_total) lines (\(.line_percent) %), " +
    "\(.branch_covered) of \(.branch_total) branches (\(.branch_percent) %)",
    (if .line_percent < $lines or .branch_percent < $branches then "below \($lines) and \($branches)" else empty end)' \
    "$build/summary.json" >"$work/figures"
sed -n 1p "$work/figures"
sed -n 2p "$work/figures" >>"$work/failures"
grep -rnE 'GCOVR?_|LCOV_' lib >>"$work/failures" && printf 'marks that leave code out\n' >>"$work/failures"
cat "$work/failures"
[ ! -s "$work/failures" ]
