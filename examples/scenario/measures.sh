#!/bin/sh
# bench.sh and soak.sh run, and what they print is whole. What they measure in so short a time means nothing.
XCJ_EXAMPLES=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=lib.sh
. "$XCJ_EXAMPLES/scenario/lib.sh"
packages_or_skip nginx wrk /usr/lib/nginx/modules/ngx_http_lua_module.so
player=$XCJ_EXAMPLES/nginx/tests/player.sh
STARTS=2 ROUNDS=1 sh "$XCJ_EXAMPLES/scenario/bench.sh" "$player" >table 2>log || fail 'bench.sh fails'
is 'the row' 1 "$(grep -cE '^\| nginx( \| -?[0-9.]+){7} \|$' table)"
sh "$XCJ_EXAMPLES/scenario/soak.sh" "$player" 1 >soaked 2>>log || fail 'soak.sh fails'
is 'the line of the soak' 1 "$(grep -cE '^nginx: [0-9]+ requests; [0-9]+ KiB after a tenth, [0-9]+ KiB at the end$' soaked)"
[ "$failures" -eq 0 ] || cat log
finish
