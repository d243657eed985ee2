#!/bin/sh
# Threads mint, verify and convert with keys that rotate twenty times a second, for some minutes: no error, and memory that
# does not grow (judged from half a minute on). Figures that were measured are in docs/testing.md.
#
#     sh tests/soak.sh MINUTES [THREADS]
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=packages.sh
. tests/packages.sh

case ${1:-} in
'' | *[!0-9]*)
    printf 'usage: sh tests/soak.sh MINUTES [THREADS]\n' >&2
    exit 2
    ;;
esac
packages_need build test
mkdir -p build
packages_configure build/release --preset release
cmake --build build/release --target xcj-soak -j "$(packages_jobs)" >build/release.log 2>&1 || {
    cat build/release.log >&2
    exit 1
}
exec build/release/tests/proof/xcj-soak $(($1 * 60)) "${2:-4}"
