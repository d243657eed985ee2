#!/bin/sh
# The release build that install_reproducible.sh and package_debian.sh look at, made as docs/packaging.md says. The library stays small.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$XCJ_ROOT" || exit 1
CC=$XCJ_CC step cmake --preset debian -B "$XCJ_RELEASE"
step cmake --build "$XCJ_RELEASE"

size_limit=458752
strip -o "$work/stripped" "$XCJ_RELEASE/libxcj.so"
size=$(wc -c <"$work/stripped")
[ "$size" -lt "$size_limit" ] || bad "libxcj.so has $size bytes stripped, $size_limit are the limit"

finish "a release build, libxcj.so has $size bytes"
