#!/bin/sh
# find_package(xcj) from a prefix that was moved: xcj::xcj, xcj::static, xcj::jwt where it was built, and versions.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
CC=$XCJ_CC
export CC

moved_prefix
new_app app
cp "$XCJ_ROOT/tests/install/jwt.c" "$work/app"
cat >"$work/app/CMakeLists.txt" <<'LISTS'
cmake_minimum_required(VERSION 3.22)
project(app LANGUAGES C)
find_package(xcj ${WANTED} REQUIRED COMPONENTS ${COMPONENTS})
add_executable(shared app.c)
target_link_libraries(shared PRIVATE xcj::xcj)
add_executable(static app.c)
target_link_libraries(static PRIVATE xcj::static)
if(TARGET xcj::jwt)
  add_executable(jwt jwt.c)
  target_link_libraries(jwt PRIVATE xcj::jwt)
endif()
LISTS
configure() {
    rm -rf "$work/build"
    cmake -S "$work/app" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" "$@" >"$work/log" 2>&1
}

configure -DWANTED=0.2 || bad "find_package(xcj 0.2) fails: $(cat "$work/log")"
step cmake --build "$work/build"
runs "$work/build/shared"
runs "$work/build/static"
is_dynamic "$work/build/shared" || bad "xcj::xcj is not the shared library"
is_dynamic "$work/build/static" && bad "xcj::static is not the static library"
grep -rl "$work/first" "$prefix" && bad "what is installed remembers where"

mkdir "$work/shown"
snippet 1 cmake >"$work/shown/CMakeLists.txt"
cp "$work/app/app.c" "$work/shown"
step cmake -S "$work/shown" -B "$work/shown/build" -DCMAKE_PREFIX_PATH="$prefix"
step cmake --build "$work/shown/build"
runs "$work/shown/build/app"

configure -DWANTED=1.0 && bad "find_package(xcj 1.0) is content with less"
configure -DWANTED=0.1 && bad "find_package(xcj 0.1) is content with a later minor version"
configure -DCOMPONENTS=none && bad "find_package(xcj COMPONENTS none) is content"
if [ "$XCJ_HAS_BRIDGE" = 1 ]; then
    configure -DCOMPONENTS=jwt || bad "find_package(xcj COMPONENTS jwt) fails: $(cat "$work/log")"
    [ -x "$work/build/jwt" ] || step cmake --build "$work/build"
    step "$work/build/jwt"
else
    configure -DCOMPONENTS=jwt && bad "find_package(xcj COMPONENTS jwt) finds what was not built"
    for header in libjwt jansson; do
        [ ! -e "$prefix/include/xcj/$header.h" ] || bad "xcj/$header.h is installed without its library"
    done
fi

finish "find_package(xcj) from a moved prefix"
