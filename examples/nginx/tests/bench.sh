#!/bin/sh
# The benchmark runs, and its table is whole. What it measures in so short a time means nothing.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip wrk
sh "$XCJ_EXAMPLE/bench.sh" --quick >table 2>log || {
    fail 'bench.sh fails'
    cat log
}
is 'rows of figures' 5 "$(grep -cE '^\| [^|]+( \| [0-9.]+){5} \|$' table)"
is 'rows of the caches' 6 "$(grep -cE '^\| [^|]+( \| [0-9.]+){6} \| [0-9.]* ?\|$' table)"
has 'RS256 and openssl speed' table 'RS256 in the worker reaches'
finish
