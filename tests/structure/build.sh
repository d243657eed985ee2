#!/bin/sh
# A bare `cmake -S . -B build` builds what can be built and says what it leaves out; as a subproject it is the library alone.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
need_plain_build
CC=$XCJ_CC
export CC

targets() {
    find "$1" -type d -name '*.dir' | sed -n 's|.*/CMakeFiles/\(.*\)\.dir$|\1|p' |
        grep -xE 'xcj|xcj_static|xcj_jwt|xcj_command|xcj_fetch|example_mint|test_mem' | sort | tr '\n' ' '
}

cmake -S "$XCJ_ROOT" -B "$work/bare" >"$work/log" 2>&1 || bad "a bare configuration fails: $(cat "$work/log")"
# The headers of servers are not among what every run of the tests has.
[ -e /usr/share/nginx/src/configure ] || sed -i '/leaves out the nginx module/d' "$work/log"
[ -e /usr/include/lua5.3/lua.h ] || [ -e /usr/include/lua5.4/lua.h ] || sed -i '/leaves out the Lua module for HAProxy/d' "$work/log"
command -v apxs >/dev/null || sed -i '/leaves out the Apache module/d' "$work/log"
command -v scdoc >/dev/null || sed -i '/leaves out the manual pages/d' "$work/log"
grep -q 'leaves out' "$work/log" && bad "left out though everything is here: $(grep 'leaves out' "$work/log")"
[ "$(targets "$work/bare")" = 'example_mint test_mem xcj xcj_command xcj_fetch xcj_jwt xcj_static ' ] || bad "the bare build has: $(targets "$work/bare")"
grep -q '^-- libxcj [0-9.]*, Release: libxcj, the command xcj, xcj-fetch, .*libxcj-jwt, examples, .*tests$' "$work/log" || bad "the summary is: $(grep '^-- libxcj' "$work/log")"
grep -q 'no command xcj' "$work/log" && bad "the summary misses a command that is built"
grep -q 'CMAKE_BUILD_TYPE:STRING=Release' "$work/bare/CMakeCache.txt" || bad "the bare build is not a release"

# Without jansson and Check.
PKG_CONFIG_LIBDIR=$work PKG_CONFIG_PATH='' cmake -S "$XCJ_ROOT" -B "$work/poor" >"$work/log" 2>&1 || bad "without jansson: $(cat "$work/log")"
[ "$(grep -cE 'xcj leaves out (libxcj-jwt|the (xcj command|tests))' "$work/log")" = 3 ] || bad "not said what is left out"
sed -n '/^-- libxcj .*: libxcj/,$p' "$work/log" >"$work/summary"
grep -q '^-- \*\*\* There will be no command xcj.*libjansson-dev' "$work/summary" || bad "the summary does not say that there will be no command"
[ "$(tail -n 8 "$work/log" | grep -c 'no command xcj')" = 1 ] || bad "the summary is not at the end"
[ "$(targets "$work/poor")" = 'example_mint xcj xcj_static ' ] || bad "without jansson the build has: $(targets "$work/poor")"

# Without libcurl: all but the helper that fetches.
mkdir "$work/pc"
pkg-config --variable=pc_path pkg-config | tr : '\n' | while read -r folder; do
    find "$folder" -name '*.pc' ! -name 'libcurl.pc' -exec cp {} "$work/pc" \; 2>"$work/log" || true
done
PKG_CONFIG_LIBDIR=$work/pc PKG_CONFIG_PATH='' cmake -S "$XCJ_ROOT" -B "$work/alone" >"$work/log" 2>&1 || bad "without libcurl: $(cat "$work/log")"
grep -q 'xcj leaves out xcj-fetch.*libcurl4-openssl-dev' "$work/log" || bad "not said that xcj-fetch is left out"
[ "$(targets "$work/alone")" = 'example_mint test_mem xcj xcj_command xcj_jwt xcj_static ' ] || bad "without libcurl the build has: $(targets "$work/alone")"

# As a subproject: the library alone, quiet, and it links. Warnings of ours do not stop somebody else's build.
mkdir "$work/app"
cat >"$work/app/CMakeLists.txt" <<'LISTS'
cmake_minimum_required(VERSION 3.22)
project(app LANGUAGES C)
add_subdirectory(${XCJ_ROOT} xcj)
add_executable(app app.c)
target_link_libraries(app PRIVATE xcj::static)
LISTS
printf '#include <stdio.h>\n#include <xcj.h>\nint main(void)\n{\n    return puts(xcj_version()) < 0;\n}\n' >"$work/app/app.c"
cmake -S "$work/app" -B "$work/sub" -DXCJ_ROOT="$XCJ_ROOT" >"$work/log" 2>&1 || bad "as a subproject: $(cat "$work/log")"
[ "$(targets "$work/sub")" = 'xcj xcj_static ' ] || bad "as a subproject the build has: $(targets "$work/sub")"
cmake --build "$work/sub" --target app >"$work/log" 2>&1 || bad "as a subproject: $(cat "$work/log")"
[ "$("$work/sub/app")" = "$(sed -n 's/^project(xcj VERSION \([0-9.]*\).*/\1/p' "$XCJ_ROOT/CMakeLists.txt")" ] || bad "the app says another version"

finish "bare, without jansson, and as a subproject"
