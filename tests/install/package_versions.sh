#!/bin/sh
# One version and one date: CMakeLists.txt, the latest entries of CHANGELOG.md and cmake/debian/changelog; one SOVERSION: the
# library's, the version of its symbols.
# shellcheck source=../structure/common.sh
. "$(dirname "$0")/../structure/common.sh"

cd "$XCJ_ROOT" || exit 1
version=$(sed -n 's/^project(xcj VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
latest=$(sed -n 's/^## \([0-9].*\)/\1/p' CHANGELOG.md | head -n 1)
[ "${latest% (*}" = "$version" ] || bad "this is $version, the latest in CHANGELOG.md is $latest"
package=$(sed -n '1s/^libxcj (\(.*\)) .*/\1/p' cmake/debian/changelog)
[ "$package" = "$version" ] || bad "this is $version, the latest in cmake/debian/changelog is $package"
day=$(date -u -d "$(sed -n 's/^ -- .*>  //p' cmake/debian/changelog | head -n 1)" +%F)
[ "$latest" = "$version ($day)" ] || bad "of $latest in CHANGELOG.md, cmake/debian/changelog says $day"
grep -q "^| ${version%.*} | yes |" SECURITY.md || bad "SECURITY.md does not support $version"

soversion=$(readelf -d "$XCJ_BUILD/libxcj.so" | sed -n 's/.*SONAME.*\[libxcj\.so\.\([0-9]*\)\]/\1/p')
grep -q "^XCJ_$soversion {" lib/xcj.map || bad "the SOVERSION is $soversion, lib/xcj.map defines another version"
grep -q "^XCJ_JWT_$soversion {" lib/bridge/xcj-jwt.map || bad "lib/bridge/xcj-jwt.map defines another version"
if [ "$XCJ_HAS_BRIDGE" = 1 ]; then
    readelf -d "$XCJ_BUILD/libxcj-jwt.so" | grep -q "SONAME.*\[libxcj-jwt\.so\.$soversion\]" ||
        bad "the SOVERSION of libxcj-jwt is another"
fi

finish "$version, SOVERSION $soversion"
