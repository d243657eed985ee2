#!/bin/sh
# tests/packages.sh asks for nothing that is there, and names every package where nothing is.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

[ -z "$(packages_missing build)" ] || bad "this was built, and yet is missing: $(packages_missing build)"
packages_have_cmake 3.22 || bad "cmake built this, and is too old?"
if packages_have_cmake 99.0; then bad "cmake 99 is said to be there"; fi

# The commands that the check itself needs, and nothing else.
mkdir "$work/bin"
for tool in awk cat sed sort tr; do ln -s "$(command -v "$tool")" "$work/bin/$tool"; done
wanted='binutils check cmake gcc jose jq libc6-dev libcurl4-openssl-dev libjansson-dev libjwt-dev libssl-dev ninja-build openssl pkg-config'
found=$(PATH=$work/bin && packages_missing build test)
[ "$found" = "$wanted" ] || bad "on an empty machine this is missing: $found"

finish "what is missing here and on an empty machine"
