#!/bin/sh
# The libraries of this build take away and change nothing of the ABI that tests/abi/*.abi keep.
# shellcheck source=../structure/common.sh
. "$(dirname "$0")/../structure/common.sh"
# shellcheck source=../abi/common.sh
. "$XCJ_ROOT/tests/abi/common.sh"
packages_or_skip abidiff
[ "$(uname -m)" = x86_64 ] || skip "the dumps are of x86-64"
readelf -S "$XCJ_BUILD/libxcj.so" | grep -q debug_info || skip "the build has no debug information"

libraries=libxcj
[ "$XCJ_HAS_BRIDGE" = 0 ] || libraries='libxcj libxcj-jwt'
for library in $libraries; do
    dump=$XCJ_ROOT/tests/abi/$library.abi
    [ -f "$dump" ] || bad "no tests/abi/$library.abi: sh tests/abi/renew.sh BUILD"
    abi_compare "$dump" "$XCJ_BUILD/$library.so" "$XCJ_ROOT/include" "$work" >"$work/report" ||
        bad "the ABI of $library changes incompatibly: $(cat "$work/report")"
    abidiff "$dump" "$work/found.abi" | sed -n 's/^ *\[A\]/not kept before the next renewal:/p'
done

finish "the ABI of $libraries"
