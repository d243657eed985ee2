#!/bin/sh
# Two builds are equal byte for byte, made in folders of other names from copies of the source tree, and on other days for
# what asks: the build tree's libraries and command, all that is installed, and the Debian packages where they can be made.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

mkdir -p "$work/another/longer/path"
copy=$work/another/longer/path/tree
mkdir "$copy"
for item in "$XCJ_ROOT"/*; do
    case ${item##*/} in build* | tests) ;; *) cp -R "$item" "$copy" ;; esac
done
cd "$copy" || exit 1
CC=$XCJ_CC step cmake --preset debian
SOURCE_DATE_EPOCH=86400 step cmake --build build/debian
for file in libxcj.so libxcj.a xcj $([ "$XCJ_HAS_BRIDGE" = 0 ] || echo libxcj-jwt.so); do
    cmp "$XCJ_RELEASE/$file" "$copy/build/debian/$file" || bad "$file depends on the folder it is built in"
done

DESTDIR=$work/one step cmake --install "$XCJ_RELEASE"
DESTDIR=$work/two step cmake --install "$copy/build/debian"
step diff -r "$work/one" "$work/two"
[ -f "$work/one/usr/bin/xcj" ] || bad "nothing was compared"
grep -rlF -e "$XCJ_ROOT" -e "$XCJ_RELEASE" "$work/one" && bad "these tell where they were built"

if command -v dpkg-shlibdeps >/dev/null && command -v file >/dev/null; then
    SOURCE_DATE_EPOCH=1000000000
    export SOURCE_DATE_EPOCH
    step cpack --config "$XCJ_RELEASE/CPackConfig.cmake" -B "$work/debs-one"
    step cpack --config "$copy/build/debian/CPackConfig.cmake" -B "$work/debs-two"
    rm -rf "$work"/debs-*/_CPack_Packages
    step diff -r "$work/debs-one" "$work/debs-two"
    ls "$work"/debs-one/xcj_*.deb >/dev/null || bad "no packages were compared"
fi

finish "libraries, command and all that is installed"
