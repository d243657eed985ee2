#!/bin/sh
# Threads mint, verify and convert with keys that rotate twenty times a second, for some minutes: no error, and memory that
# does not grow (judged from half a minute on). Figures that were measured are in docs/testing.md.
#
#     sh tests/soak.sh MINUTES [THREADS]
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=apt.sh
. tests/apt.sh

case ${1:-} in
'' | *[!0-9]*)
    printf 'usage: sh tests/soak.sh MINUTES [THREADS]\n' >&2
    exit 2
    ;;
esac
packages_need build test
targets=xcj-soak
builds_make release --preset release
exec "$BUILD"/release/tests/proof/xcj-soak $(($1 * 60)) "${2:-4}"
