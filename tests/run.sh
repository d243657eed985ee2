#!/bin/sh
# Builds the project and runs all its tests: a debug build in which warnings are errors, and the same under
# AddressSanitizer and UndefinedBehaviorSanitizer. Works from any folder.
#
#     sh tests/run.sh          7 minutes on two processors, 9 with all the tools of --all installed
#     sh tests/run.sh --all    also under ThreadSanitizer, and with the tools that some tests skip without
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=packages.sh
. tests/packages.sh

builds='dev asan'
groups='build test'
case ${1:-} in
'') ;;
--all)
    builds='dev asan tsan'
    groups='build test all'
    ;;
*)
    printf 'usage: sh tests/run.sh [--all]\n' >&2
    exit 2
    ;;
esac

# shellcheck disable=SC2086
packages_need $groups
mkdir -p build
for build in $builds; do
    printf '== Building build/%s\n' "$build"
    packages_configure "build/$build" --preset "$build"
    cmake --build "build/$build" -j "$(packages_jobs)" >"build/$build.log" 2>&1 || {
        cat "build/$build.log" >&2
        exit 1
    }
done

# One run over the tests of all these builds, so that there is one summary: the last lines of the output. ctest knows a test by
# its name alone, so that of the build is put before it.
rm -rf build/tests
for build in $builds; do
    find "build/$build" -name CTestTestfile.cmake | while read -r file; do
        copy=build/tests/${file#build/}
        mkdir -p "$(dirname "$copy")"
        sed -e "s|^add_test(\(\[=*\[\)\{0,1\}|&$build/|" \
            -e "s|^set_tests_properties(\(\[=*\[\)\{0,1\}|&$build/|" "$file" >"$copy"
    done
    printf 'subdirs(%s)\n' "$build" >>build/tests/CTestTestfile.cmake
done
printf '== Testing %s\n' "$builds"
exec ctest --test-dir build/tests --output-on-failure --no-tests=error -j "$(packages_jobs)"
