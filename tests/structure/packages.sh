#!/bin/sh
# tests/packages.sh misses nothing that is installed, and names every package where nothing is; a test that is skipped for want
# of a tool names the package.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

[ -z "$(packages_missing build)" ] || bad "this was built, and yet is missing: $(packages_missing build)"
packages_have_cmake 3.22 || bad "cmake built this, and is too old?"
if packages_have_cmake 99.0; then bad "cmake 99 is said to be there"; fi

# The commands that the check itself needs, and nothing else.
mkdir "$work/bin"
for tool in awk cat sed sort tr; do ln -s "$(command -v "$tool")" "$work/bin/$tool"; done
wanted='binutils check cmake gcc jose jq libc6-dev libcurl4-openssl-dev libjansson-dev libjwt-dev libssl-dev ninja-build openssh-client openssl perl-base pkg-config'
found=$(PATH=$work/bin && packages_missing build test)
[ "$found" = "$wanted" ] || bad "on an empty machine this is missing: $found"

# Every tool that a test may be skipped for has a package.
grep -rhoE '^packages_or_skip [a-z0-9+ -]+' "$XCJ_ROOT/tests" "$XCJ_ROOT/examples" --include='*.sh' | cut -d ' ' -f 2- | tr ' ' '\n' |
    sort -u >"$work/tools"
[ "$(wc -l <"$work/tools")" -ge 15 ] || bad "tests are skipped for these tools only: $(cat "$work/tools")"
while read -r tool; do
    [ -n "$(packages_of "$tool")" ] || bad "tests/packages.sh has no package for $tool"
done <"$work/tools"
status=0
said=$(PATH=$work/bin && packages_or_skip awk jose) || status=$?
[ "$status: $said" = '77: SKIP: jose is not installed (Debian package jose)' ] || bad "without jose, exit $status: $said"

finish "what is missing here and on an empty machine"
