#!/bin/sh
# Counts the instructions of the hot paths with callgrind and compares them with the committed counts: more than 5 % above
# is a failure. Only libxcj's own instructions count, not those of OpenSSL and the C library, so that their versions do not
# matter. Counts repeat exactly where times do not, but hold for one compiler and kind of processor: on any other the
# comparison is skipped (exit 77), and says so. It builds $BUILD/bench, and installs nothing.
#
#     sh tests/bench/instructions.sh            compare
#     sh tests/bench/instructions.sh --write    make these counts the baseline
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=../builds.sh
. tests/builds.sh
# shellcheck source=../packages.sh
. tests/packages.sh

baseline=tests/bench/instructions.txt
paths='mint-small mint-large verify-small verify-large scan encode decode'
times=1000
allowed=5

case ${1:-} in
'' | --write) ;;
*)
    printf 'usage: sh tests/bench/instructions.sh [--write]\n' >&2
    exit 2
    ;;
esac
packages_or_skip valgrind
# shellcheck disable=SC2034
targets=xcj-instructions
builds_make bench -DCMAKE_BUILD_TYPE=Release
build=$BUILD/bench
program=$build/tests/bench/xcj-instructions

# base64url is coded by what valgrind shows of the processor.
features() {
    grep -qw avx2 /proc/cpuinfo 2>/dev/null && printf ' avx2'
}
with="$("$program" --with), $(uname -m)$(features)"

if [ -z "${1:-}" ]; then
    was=$(sed -n 's/^with //p' "$baseline" 2>/dev/null || true)
    if [ "$was" != "$with" ]; then
        printf 'SKIPPED instructions: the baseline was taken with %s; here is %s\n' "${was:-nothing}" "$with"
        exit 77
    fi
fi

# The cost lines of the object that is the program, which has its name where it comes first; the line after calls= is what the
# callee took.
own_cost() {
    awk -v times="$times" '
        /^c?ob=/ {
            id = substr($0, index($0, "("), index($0, ")") - index($0, "(") + 1)
            program = /\/xcj-instructions$/ ? id : program
        }
        /^ob=/ { own = id == program }
        /^calls=/ { skip = 1; next }
        /^[0-9+*-]/ {
            sum += own && !skip ? $2 : 0
            skip = 0
        }
        END {
            printf "%d\n", sum / times + 0.5
            exit !sum
        }' "$1"
}

count() {
    valgrind --tool=callgrind --toggle-collect=repeat --callgrind-out-file="$build/callgrind.out" "$program" "$1" "$times" \
        >"$build/callgrind.log" 2>&1
    own_cost "$build/callgrind.out"
}

counts=$build/instructions.txt
{
    printf '# Instructions of libxcj per operation (HS256; the codecs on the claims of the large payload).\n'
    printf '# Made by: sh tests/bench/instructions.sh --write\n'
    printf 'with %s\n' "$with"
    for path in $paths; do
        printf '%s %s\n' "$path" "$(count "$path")"
    done
} >"$counts"
if [ -n "${1:-}" ]; then
    cp "$counts" "$baseline"
    cat "$baseline"
    exit 0
fi

awk -v allowed="$allowed" '
    /^#/ || $1 == "with" { next }
    FNR == NR { was[$1] = $2; next }
    {
        change = was[$1] > 0 ? ($2 - was[$1]) * 100 / was[$1] : 100
        verdict = change > allowed ? "FAILED" : "ok"
        failed += change > allowed
        printf "%-14s %8d  was %8d  %+6.1f %%  %s\n", $1, $2, was[$1], change, verdict
    }
    END { exit failed > 0 }
' "$baseline" "$counts"
