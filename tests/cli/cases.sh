#!/bin/sh
# The cases of tests/vectors/cases; see README.md there.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl perl
here=$(dirname "$0")
perl "$here/cases.pl" "$here/../vectors/cases" "$XCJ"
