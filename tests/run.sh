#!/bin/sh
# Builds the project and runs all its tests: a debug build (in which warnings are errors on Debian 12), and the same under
# AddressSanitizer and UndefinedBehaviorSanitizer. Works from any folder; BUILD names another build folder than build.
#
#     sh tests/run.sh                  13 minutes on two processors, 20 with all the tools of --all installed
#     sh tests/run.sh --all            also those with threads under ThreadSanitizer, and with the tools that some tests skip without
#     sh tests/run.sh --plain          the debug build alone
#     sh tests/run.sh --plain -R cli   further arguments are ctest's: here, only the tests with cli in their names
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=apt.sh
. tests/apt.sh

builds='dev asan'
groups='build test'
case ${1:-} in
--all)
    builds='dev asan tsan'
    groups='build test all'
    shift
    ;;
--plain)
    builds=dev
    shift
    ;;
--help)
    printf 'usage: sh tests/run.sh [--all|--plain] [CTEST OPTION]...\n'
    exit 0
    ;;
esac

# shellcheck disable=SC2086
packages_need $groups
werror=OFF
! builds_strict || werror=ON
for build in $builds; do builds_make "$build" --preset "$build" -DXCJ_WERROR=$werror; done

# One run over the tests of all these builds, so that there is one summary: the last lines of the output. ctest knows a test by
# its name alone, so that of the build is put before it.
rm -rf "$BUILD/tests"
for build in $builds; do
    (cd "$BUILD" && find "$build" -name CTestTestfile.cmake) | while read -r file; do
        copy=$BUILD/tests/$file
        mkdir -p "$(dirname "$copy")"
        sed -e "s|^add_test(\(\[=*\[\)\{0,1\}|&$build/|" \
            -e "s|^set_tests_properties(\(\[=*\[\)\{0,1\}|&$build/|" "$BUILD/$file" >"$copy"
    done
    printf 'subdirs(%s)\n' "$build" >>"$BUILD/tests/CTestTestfile.cmake"
done
# One more than there are processors: some tests wait most of their time.
printf '== Testing %s\n' "$builds"
exec ctest --test-dir "$BUILD/tests" --output-on-failure --no-tests=error -j $(($(builds_jobs) + 1)) "$@"
