#!/bin/sh
# Static analysis: cppcheck, gcc -fanalyzer and clang-tidy over lib/, cli/ and the examples, shellcheck over the scripts, and
# codespell over all that is written here. (The format of the code is another test: structure_format.) A finding is fixed, or
# stands in tests/proof/findings.txt with the reason why it is none; a reason whose finding is gone is a failure, too.
#
#     sh tests/analyse.sh            three minutes
#     sh tests/analyse.sh TOOL       one tool alone, skipped where it is not here: so ctest runs them (analysis_TOOL)
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=packages.sh
. tests/packages.sh

tools='cppcheck gcc clang-tidy shellcheck codespell'
case " $tools " in
*" ${1:-all} "*)
    tools=$1
    for tool in "$tools" jq; do
        command -v "$tool" >/dev/null || { printf 'SKIP: %s is not here\n' "$tool"; exit 77; }
    done
    ;;
*)
    if [ $# -gt 0 ]; then
        printf 'usage: sh tests/analyse.sh [%s]\n' "$(printf '%s' "$tools" | tr ' ' '|')" >&2
        exit 2
    fi
    packages_need build proof
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

run_shellcheck() {
    XCJ_ROOT=$PWD sh tests/structure/scripts.sh
}

# Left out: words that the tests misspell by intent, and base64.
run_codespell() {
    find README.md CMakeLists.txt cli docs examples include lib pkgconfig tests -type f |
        grep -vE '^tests/(vectors|fuzz)/|\.(svg|json|patch|pyc)$' |
        xargs codespell -L fo,te,nulll,verfy
}

# What gcc and clang-tidy are told of each file's compilation.
configure() {
    cmake -S . -B "$work/build" -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Debug -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
        -DXCJ_NGINX=OFF -DXCJ_TESTS=OFF >"$work/configure.log" 2>&1 || {
        cat "$work/configure.log"
        exit 1
    }
}

# TOOL's findings beside those that have a reason.
compare() {
    grep -E '(fatal )?error:' "$work/$1.log" && exit 1
    findings_of "$work/$1.log" >"$work/$1"
    # Each finds something that is none: a log without is that of a tool that did not run.
    [ -s "$work/$1" ] || { cat "$work/$1.log" >&2; exit 1; }
    sed -n "s/^$1: //p" tests/proof/findings.txt | sort -u >"$work/known"
    comm -23 "$work/$1" "$work/known" | sed "s/^/found: $1: /" >>"$work/failures"
    comm -13 "$work/$1" "$work/known" | sed "s/^/found no longer: $1: /" >>"$work/failures"
}

: >"$work/failures"
for tool in $tools; do
    printf '== %s\n' "$tool"
    case $tool in
    shellcheck | codespell)
        "run_$tool" >"$work/$tool.log" 2>&1 || {
            printf 'found: %s:\n' "$tool"
            cat "$work/$tool.log"
        } >>"$work/failures"
        ;;
    *)
        [ "$tool" = cppcheck ] || [ -d "$work/build" ] || configure
        "run_$(printf '%s' "$tool" | tr - _)" >"$work/$tool.log" 2>&1 || true
        compare "$tool"
        ;;
    esac
done
cat "$work/failures"
[ ! -s "$work/failures" ]
