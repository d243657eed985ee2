#!/bin/sh
# Writes the committed dumps of the ABI, tests/abi/*.abi, from a debug build on x86-64:
#
#     sh tests/abi/renew.sh build/dev
#
# At each release, so that what was added is kept from then on; and when an incompatible change is meant (docs/packaging.md).
set -eu
[ $# -eq 1 ] || {
    printf 'usage: sh tests/abi/renew.sh BUILD\n' >&2
    exit 2
}
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=common.sh
. "$root/tests/abi/common.sh"

for library in libxcj libxcj-jwt; do
    [ -f "$1/$library.so" ] || continue
    abi_dump "$1/$library.so" "$root/include" "$root/tests/abi/$library.abi"
    printf 'tests/abi/%s.abi\n' "$library"
done
