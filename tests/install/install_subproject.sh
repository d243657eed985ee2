#!/bin/sh
# FetchContent: from a git repository, and from a folder given for it, as docs/packaging.md shows it. (add_subdirectory: ../structure/build.sh.) With
# XCJ_INSTALL the surrounding project installs libxcj, too.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip git
CC=$XCJ_CC
export CC

new_app app
cat >"$work/app/CMakeLists.txt" <<'LISTS'
cmake_minimum_required(VERSION 3.22)
project(app LANGUAGES C)
include(FetchContent)
FetchContent_Declare(xcj GIT_REPOSITORY ${REPOSITORY} GIT_TAG release)
FetchContent_MakeAvailable(xcj)
add_executable(app app.c)
target_link_libraries(app PRIVATE xcj::xcj)
install(TARGETS app)
LISTS

mkdir "$work/repository"
cd "$work/repository" || exit 1
for item in CMakeLists.txt LICENSE cmake include lib pkgconfig; do cp -R "$XCJ_ROOT/$item" .; done
step git init -q -b release
step git add .
step git -c user.name=test -c user.email=test@test.invalid -c commit.gpgsign=false commit -q -m release
step cmake -S "$work/app" -B "$work/fetched" -DCMAKE_BUILD_TYPE=Debug -DREPOSITORY="file://$work/repository"
step cmake --build "$work/fetched" --target app
runs "$work/fetched/app"
step cmake --install "$work/fetched" --prefix "$work/alone"
[ "$(cd "$work/alone" && find . -type f)" = ./bin/app ] || bad "the project that includes libxcj installs it unasked"

snippet 2 cmake >"$work/app/CMakeLists.txt"
echo 'install(TARGETS app)' >>"$work/app/CMakeLists.txt"
# shellcheck disable=SC2016
step cmake -S "$work/app" -B "$work/given" -DCMAKE_BUILD_TYPE=Debug -DXCJ_INSTALL=ON \
    -DFETCHCONTENT_SOURCE_DIR_XCJ="$XCJ_ROOT" -DCMAKE_INSTALL_RPATH='$ORIGIN/../lib'
step cmake --build "$work/given"
step cmake --install "$work/given" --prefix "$work/together"
rm -rf "$work/given"
runs "$work/together/bin/app"
[ -f "$work/together/include/xcj.h" ] || bad "with XCJ_INSTALL the headers are not installed"

finish "FetchContent from a repository and a folder"
