#!/bin/sh
# Static analysis of lib/, cli/ and the examples by cppcheck, gcc -fanalyzer and clang-tidy, and codespell over all that is
# written here. (shellcheck and clang-format have tests of their own in tests/structure.) A finding is fixed, or stands in
# tests/proof/findings.txt with the reason why it is none; a reason whose finding is gone is a failure, too.
#
#     sh tests/analyse.sh            two or three minutes
#     sh tests/analyse.sh --quick    cppcheck and codespell alone, as ctest does (structure_analysis)
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=packages.sh
. tests/packages.sh

tools='cppcheck gcc clang-tidy'
case ${1:-} in
'') packages_need build proof ;;
--quick)
    tools=cppcheck
    for tool in cppcheck codespell; do
        command -v $tool >/dev/null || { printf 'SKIP: %s is not here\n' "$tool"; exit 77; }
    done
    ;;
*)
    printf 'usage: sh tests/analyse.sh [--quick]\n' >&2
    exit 2
    ;;
esac
jobs=$(packages_jobs)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# nginx's own headers are not clean, and the printer of completions is compiled for each shell.
find lib cli examples -name '*.c' ! -path 'examples/nginx/*' ! -path 'cli/completions/*' | sort >"$work/files"

# varFuncNullUB: it takes a NULL within a compound literal for an argument of its own.
run_cppcheck() {
    xargs cppcheck -q -j "$jobs" --std=c11 --enable=warning,performance,portability --suppress=varFuncNullUB \
        -I include -I . -D 'XCJ_VERSION="0"' --template='{file}:{line}:{column}: warning: {message} [{id}]' \
        <"$work/files"
}

# As the build compiles each file, but at -O0: optimised code makes it see uninitialised members that are not there.
run_gcc() {
    jq -r '.[] | "\(.file) \(.command)"' "$work/build/compile_commands.json" |
        awk -v files="$work/files" -v root="$PWD/" '
            BEGIN { while ((getline name < files) > 0) wanted[root name] = 1 }
            wanted[$1] && !seen[$1]++ { sub(/^[^ ]* /, ""); sub(/ -o [^ ]* /, " -o /dev/null "); print }' |
        sed 's|$| -O0 -fanalyzer -fdiagnostics-plain-output|' | tr '\n' '\0' |
        xargs -0 -P "$jobs" -n 1 sh -c
}

# One file a process: of several files it takes every va_list for uninitialised.
run_clang_tidy() {
    xargs -P "$jobs" -n 1 clang-tidy --quiet -p "$work/build" <"$work/files"
}

# "FILE [CHECK] SOURCE LINE" of each finding: the number of a line would not stay true for long.
findings_of() {
    sed -n "s|^$PWD/||; s|^\([^ :]*\):\([0-9]*\):[0-9]*: warning: .*\(\[[^ ]*\]\)\$|\1 \2 \3|p" "$1" | sort -u |
        while read -r file line check; do
            printf '%s %s %s\n' "$file" "$check" "$(sed -n "${line}s/^ *//p" "$file")"
        done | sort -u
}

if [ "$tools" != cppcheck ]; then
    cmake -S . -B "$work/build" -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Debug -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
        -DXCJ_NGINX=OFF -DXCJ_TESTS=OFF >"$work/configure.log" 2>&1 || {
        cat "$work/configure.log"
        exit 1
    }
fi
for tool in $tools; do
    printf '== %s\n' "$tool"
    "run_$(printf '%s' "$tool" | tr - _)" >"$work/$tool.log" 2>&1 || true
    grep -E '(fatal )?error:' "$work/$tool.log" && exit 1
    findings_of "$work/$tool.log" >"$work/$tool"
    # Every tool finds something that is none: a log without is that of a tool that did not run.
    [ -s "$work/$tool" ] || { cat "$work/$tool.log" >&2; exit 1; }
    sed -n "s/^$tool: //p" tests/proof/findings.txt | sort -u >"$work/known"
    comm -23 "$work/$tool" "$work/known" | sed "s/^/found: $tool: /" >>"$work/failures"
    comm -13 "$work/$tool" "$work/known" | sed "s/^/found no longer: $tool: /" >>"$work/failures"
done

printf '== codespell\n'
# Left out: words that the tests misspell by intent, and base64.
find README.md CMakeLists.txt cli docs examples include lib pkgconfig tests -type f |
    grep -vE '^tests/(vectors|fuzz)/|\.(svg|json|patch|pyc)$' |
    xargs codespell -L fo,te,nulll,verfy >>"$work/failures" || true

cat "$work/failures"
[ ! -s "$work/failures" ]
