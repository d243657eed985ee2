#!/bin/sh
# Where things go: the folders that GNUInstallDirs lets the packager choose (an absolute one among them), under DESTDIR; the
# names of the shared library; nothing is left after `uninstall`.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

CC=$XCJ_CC step cmake -S "$XCJ_ROOT" -B "$work/build" -DCMAKE_BUILD_TYPE=Debug \
    -DXCJ_TESTS=OFF -DXCJ_EXAMPLES=OFF -DXCJ_NGINX=OFF \
    -DCMAKE_INSTALL_PREFIX=/opt/xcj -DCMAKE_INSTALL_LIBDIR=lib64 -DCMAKE_INSTALL_INCLUDEDIR=/opt/headers \
    -DCMAKE_INSTALL_BINDIR=programs -DCMAKE_INSTALL_DOCDIR=papers
step cmake --build "$work/build"
DESTDIR=$work/root
export DESTDIR
step cmake --install "$work/build"

home=$work/root/opt/xcj
for file in lib64/libxcj.a lib64/libxcj.so lib64/libxcj.so.0 lib64/pkgconfig/xcj.pc lib64/cmake/xcj/xcj-config.cmake \
    lib64/cmake/xcj/xcj-config-version.cmake lib64/cmake/xcj/xcj-targets.cmake programs/xcj papers/LICENSE \
    share/bash-completion/completions/xcj share/xcj/verdict.schema.json ../headers/xcj.h ../headers/xcj/base.h; do
    [ -e "$home/$file" ] || bad "not installed: $file"
done
[ ! -x "$work/build/xcj-fetch" ] || [ -x "$home/libexec/xcj/xcj-fetch" ] || bad "not installed: libexec/xcj/xcj-fetch"
[ ! -f "$work/build/docs/man/xcj.1" ] || [ -f "$home/share/man/man1/xcj.1" ] || bad "not installed: share/man/man1/xcj.1"
for file in "$work/root"/*; do [ "$file" = "$work/root/opt" ] || bad "installed outside of the prefix: $file"; done
version=$(sed -n 's/^project(xcj VERSION \([0-9.]*\).*/\1/p' "$XCJ_ROOT/CMakeLists.txt")
[ "$(readlink "$home/lib64/libxcj.so")" = libxcj.so.0 ] || bad "libxcj.so does not lead to libxcj.so.0"
[ "$(readlink "$home/lib64/libxcj.so.0")" = "libxcj.so.$version" ] || bad "libxcj.so.0 does not lead to libxcj.so.$version"
readelf -d "$home/lib64/libxcj.so" | grep -q 'SONAME.*\[libxcj\.so\.0\]' || bad "the SONAME is not libxcj.so.0"
readelf -d "$home/lib64/libxcj.so" | grep -q 'RUNPATH\|RPATH' && bad "libxcj.so has a run path"
readelf -V "$home/lib64/libxcj.so" | grep -q 'Name: XCJ_0$' || bad "libxcj.so does not define the version XCJ_0"
runs "$home/programs/xcj" --version

flags=$(PKG_CONFIG_PATH=$home/lib64/pkgconfig pkg-config --cflags --libs xcj)
case $flags in *"-I/opt/headers "*) ;; *) bad "an absolute includedir is lost: $flags" ;; esac
cmp -s "$home/papers/LICENSE" "$XCJ_ROOT/LICENSE" || bad "not the licence"

step cmake --build "$work/build" --target uninstall
find "$work/root" ! -type d | grep . && bad "left after uninstall"
find "$work/root" -type d -name xcj ! -path "$home" | grep . && bad "folders of ours are left after uninstall"
cmake --build "$work/build" --target uninstall >/dev/null 2>&1 && bad "uninstalled twice"

finish "folders, names, uninstall"
