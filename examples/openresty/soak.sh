#!/bin/sh
# A million requests to nginx with resty.xcj: each gets a token, and the worker's memory stays flat. Then reloads under load.
#
#     sh examples/openresty/soak.sh BUILD [REQUESTS]    BUILD (build/release) has xcj and libxcj.so.0
set -eu
build=${1:-}
[ -e "$build/libxcj.so.0" ] || {
    printf 'usage: sh examples/openresty/soak.sh BUILD [REQUESTS]\n' >&2
    exit 2
}
XCJ_BUILD=$(cd "$build" && pwd)
XCJ_SOURCE=$(cd "$(dirname "$0")/../.." && pwd)
XCJ=$XCJ_BUILD/xcj
REQUESTS=${2:-1000000}
export XCJ_BUILD XCJ_SOURCE XCJ REQUESTS
exec sh "$XCJ_SOURCE/examples/openresty/tests/memory.sh"
