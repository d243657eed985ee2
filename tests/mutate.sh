#!/bin/sh
# Would the tests notice? Each comparison, check and constant of what verifies tokens and reads keys is changed, one at a time,
# and the unit and conformance tests are run until one fails. What survives must stand in tests/proof/survivors.txt with the
# reason. The results are kept: a run that was stopped goes on where it was; `rm -r build/mutants` begins anew.
#
#     sh tests/mutate.sh                   about two hours of one processor
#     sh tests/mutate.sh --sample 20       one mutant in twenty, chosen by chance
#     sh tests/mutate.sh lib/key/alg.c     of these files alone; more options: --help
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=apt.sh
. tests/apt.sh

packages_need build test proof
exec nice -n 19 python3 tests/proof/mutate.py --folder "$BUILD/mutants" "$@"
