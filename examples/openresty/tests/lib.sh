# shellcheck shell=sh
# Sourced by the tests of resty.xcj in a real nginx. The environment comes from CMakeLists.txt here: XCJ (the command), XCJ_BUILD
# (the build directory) and XCJ_SOURCE (the project).
XCJ_EXAMPLES=$XCJ_SOURCE/examples
# shellcheck source=../../scenario/lib.sh
. "$XCJ_EXAMPLES/scenario/lib.sh"
# shellcheck source=server.sh
. "$XCJ_EXAMPLES/openresty/tests/server.sh"
