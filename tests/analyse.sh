#!/bin/sh
# Static analysis with all tools, as tests/proof/analysis.sh describes it: three minutes. Works from any folder.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=apt.sh
. tests/apt.sh

packages_need build proof
failures=0
for tool in cppcheck gcc clang-tidy shellcheck codespell; do
    printf '== %s\n' "$tool"
    sh tests/proof/analysis.sh "$tool" || failures=$((failures + 1))
done
[ "$failures" -eq 0 ]
