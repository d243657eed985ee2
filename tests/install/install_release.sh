#!/bin/sh
# The release build that install_reproducible.sh and package_debian.sh look at, made as docs/packaging.md says.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$XCJ_ROOT" || exit 1
CC=$XCJ_CC step cmake --preset debian -B "$XCJ_RELEASE"
step cmake --build "$XCJ_RELEASE"

finish "a release build"
