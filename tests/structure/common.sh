# shellcheck shell=sh
# Sourced by the tests of this folder. The environment comes from CMakeLists.txt here: XCJ_ROOT (the source tree), XCJ_BUILD
# (the build tree with libxcj and xcj), XCJ_CC (the compiler) and XCJ_SANITIZE (the sanitizers it is built with, or empty).

set -eu
LC_ALL=C
export LC_ALL
: "${XCJ_ROOT:?the source tree}"
# shellcheck source=../packages.sh
. "$XCJ_ROOT/tests/packages.sh"
# A minimal system has ninja and no make, which CMake looks for first.
if command -v ninja >/dev/null; then
    CMAKE_GENERATOR=Ninja
    export CMAKE_GENERATOR
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# A finding: the test goes on, and fails at the end.
bad() {
    printf 'FAIL: %s\n' "$*" >&2
    failures=$((failures + 1))
}

# Ends a test that cannot run here, by name; ctest counts 77 as skipped.
skip() {
    printf 'SKIP: %s\n' "$*"
    exit 77
}

# Ends a test: 0 when nothing was found.
finish() {
    [ "$failures" -eq 0 ] || exit 1
    printf 'ok: %s\n' "$*"
    exit 0
}

# The binary as it is shipped is looked at, not one full of a sanitizer's own parts.
need_plain_build() {
    [ -z "${XCJ_SANITIZE:-}" ] || skip "built with a sanitizer ($XCJ_SANITIZE)"
}
