#!/bin/sh
# Static analysis, one tool a call, as ctest runs it (analysis_TOOL): cppcheck, gcc -fanalyzer and clang-tidy over lib/, cli/ and
# the examples, shellcheck over the scripts, codespell over every text. (The format of the code is another test:
# structure_format.) A finding is fixed, or listed in tests/proof/findings.txt with a reason; a reason without a finding is a
# failure, too.
#
#     sh tests/proof/analysis.sh TOOL
#
# The list is for the tools of Debian 12. Other versions find other things: there a finding is printed, and the test is skipped.
set -eu
tool=${1:?usage: sh tests/proof/analysis.sh cppcheck|gcc|clang-tidy|shellcheck|codespell}
cd "$(dirname "$0")/../.."
# shellcheck source=../packages.sh
. tests/packages.sh
# shellcheck source=../builds.sh
. tests/builds.sh

packages_or_skip "$tool" jq
jobs=$(builds_jobs)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# nginx's own headers are not clean.
find lib cli examples -name '*.c' ! -path 'examples/nginx/*' | sort >"$work/files"

# varFuncNullUB: it takes a NULL within a compound literal for an argument of its own.
run_cppcheck() {
    xargs cppcheck -q -j "$jobs" --std=c11 --enable=warning,performance,portability --suppress=varFuncNullUB \
        -I include -I . -D 'XCJ_VERSION="0"' --template='{file}:{line}:{column}: warning: {message} [{id}]' \
        <"$work/files"
}

# As the build compiles each file, but at -O0: optimised code makes it see uninitialised members that are not there.
run_gcc() {
    jq -r '.[] | "\(.file)\t\(.command)"' "$work/build/compile_commands.json" |
        root=$PWD/ awk -F '\t' -v files="$work/files" '
            BEGIN { while ((getline name < files) > 0) wanted[ENVIRON["root"] name] = 1 }
            wanted[$1] && !seen[$1]++ { sub(/ -o [^ ]* /, " -o /dev/null ", $2); print $2 }' |
        sed 's|$| -O0 -fanalyzer -fdiagnostics-plain-output|' | tr '\n' '\0' |
        xargs -0 -P "$jobs" -n 1 sh -c
}

# One file a process: of several files it takes every va_list for uninitialised.
run_clang_tidy() {
    xargs -P "$jobs" -n 1 clang-tidy --quiet -p "$work/build" <"$work/files"
}

# "FILE [CHECK] SOURCE LINE" of each finding: the number of a line would not stay true for long.
findings_of() {
    root=$PWD/ awk '{ if (index($0, ENVIRON["root"]) == 1) $0 = substr($0, length(ENVIRON["root"]) + 1); print }' "$1" |
        sed -n 's|^\([^ :]*\):\([0-9]*\):[0-9]*: warning: .*\(\[[^ ]*\]\)$|\1 \2 \3|p' | sort -u |
        while read -r file line check; do
            printf '%s %s %s\n' "$file" "$check" "$(sed -n "${line}s/^ *//p" "$file")"
        done | sort -u
}

# Left out: words that the tests misspell by intent, and base64.
run_codespell() {
    find README.md CMakeLists.txt cli docs examples include lib pkgconfig tests -type f |
        grep -vE '^tests/(vectors|fuzz)/|\.(svg|json|patch|pyc)$' |
        xargs codespell -L fo,te,nulll,passin,requird,verfy,verfiy
}

# What gcc and clang-tidy are told of each file's compilation.
configure() {
    command -v ninja >/dev/null && CMAKE_GENERATOR=Ninja && export CMAKE_GENERATOR
    cmake -S . -B "$work/build" -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Debug -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
        -DXCJ_NGINX=OFF -DXCJ_TESTS=OFF
}

# The findings beside those that have a reason.
compare() {
    grep -E '(fatal )?error:' "$work/log" >&2 && exit 1
    findings_of "$work/log" >"$work/found"
    # Each tool finds something that is none: a log without a finding is that of a tool that did not run.
    [ -s "$work/found" ] || { cat "$work/log" >&2; exit 1; }
    sed -n "s/^$tool: //p" tests/proof/findings.txt | sort -u >"$work/known"
    comm -23 "$work/found" "$work/known" | sed 's/^/found: /'
    comm -13 "$work/found" "$work/known" | sed 's/^/found no longer: /'
}

status=0
case $tool in
cppcheck) run_cppcheck ;;
gcc) configure && run_gcc ;;
clang-tidy) configure && run_clang_tidy ;;
shellcheck) XCJ_ROOT=$PWD sh tests/structure/scripts.sh ;;
codespell) run_codespell ;;
esac >"$work/log" 2>&1 || status=$?
case $tool in
shellcheck | codespell) [ "$status" -eq 0 ] || mv "$work/log" "$work/failures" ;;
*) compare >"$work/failures" ;;
esac
[ -s "$work/failures" ] || exit 0
cat "$work/failures"
builds_strict || {
    printf 'SKIP: findings of another %s than that of Debian 12\n' "$tool"
    exit 77
}
exit 1
