#!/bin/sh
# Runs the fuzz targets with libFuzzer, one after the other, and prints for each how many inputs were run and what was found.
# Works from any folder; installs clang and its run-time libraries where they are missing and it may.
#
#     sh tests/fuzz/run.sh SECONDS [TARGET]...     SECONDS for each; all targets unless named
#     sh tests/fuzz/run.sh --keep [TARGET]...      writes the smallest inputs found that cover everything, up to 40 KiB a
#                                                  target, to tests/fuzz/corpus, which plain ctest replays
#
# What was found stays in build/fuzz/found, one folder a target, and is where the next run goes on from; an input that breaks
# a target is build/fuzz/TARGET-crash-... (or -leak-, -timeout-, -oom-), for build/fuzz/tests/fuzz/fuzz_TARGET FILE to show again.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=../apt.sh
. tests/apt.sh

usage() {
    printf 'usage: sh tests/fuzz/run.sh SECONDS|--keep [TARGET]...\n' >&2
    exit 2
}

seconds=${1:-}
case $seconds in
--keep) ;;
'' | *[!0-9]*) usage ;;
esac
shift
if [ $# -eq 0 ]; then
    for source in tests/fuzz/fuzz_*.c; do
        target=${source#tests/fuzz/fuzz_}
        set -- "$@" "${target%.c}"
    done
fi

packages_need build fuzz
# shellcheck disable=SC2034
targets=$(printf 'fuzz_%s ' "$@")
builds_make fuzz --preset fuzz
out=$BUILD/fuzz

# The committed corpus as files, for libFuzzer to begin with.
unpack() {
    found=$out/found/$1
    mkdir -p "$found"
    while read -r line; do
        printf '%s' "$line" | base64 -d >"$found/committed"
        mv "$found/committed" "$found/$(sha1sum <"$found/committed" | cut -c 1-40)"
    done <"tests/fuzz/corpus/$1"
}

# The smallest inputs first, so that many fit.
keep() {
    rm -rf "$out/kept"
    mkdir -p "$out/kept"
    "$out/tests/fuzz/fuzz_$1" -merge=1 "$out/kept" "$out/found/$1" >"$out/merge.log" 2>&1
    find "$out/kept" -type f -size +0 -printf '%s %f\n' | sort -n | while read -r _ name; do
        base64 -w 0 "$out/kept/$name"
        printf '\n'
    done | awk '(total += length($0)) < 40 * 1024' | LC_ALL=C sort >"tests/fuzz/corpus/$1"
    printf '%-14s %s inputs, %s bytes\n' "$1" "$(wc -l <"tests/fuzz/corpus/$1")" "$(wc -c <"tests/fuzz/corpus/$1")"
}

fuzz() {
    log=$out/$1.log
    status=0
    "$out/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -timeout=20 -print_final_stats=1 -dict="tests/fuzz/dict/$1" \
        -artifact_prefix="$out/$1-" "$out/found/$1" >"$log" 2>&1 || status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    if [ "$status" -eq 0 ]; then
        printf '%-14s %s runs, nothing found\n' "$1" "$runs"
    else
        printf '%-14s %s runs, FOUND: %s\n' "$1" "${runs:-?}" "$(grep -m 1 -E 'broken promise|ERROR|SUMMARY' "$log")"
        broken=yes
    fi
}

broken=no
for target; do
    unpack "$target"
    if [ "$seconds" = --keep ]; then keep "$target"; else fuzz "$target"; fi
done
[ "$broken" = no ]
