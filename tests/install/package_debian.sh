#!/bin/sh
# The Debian packages: their names and dependencies, lintian's opinion, and a life in a root folder of their own: installed,
# used, removed without a trace.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip dpkg-shlibdeps file lintian

step cpack --config "$XCJ_RELEASE/CPackConfig.cmake" -B "$work/debs"
cd "$work/debs" || exit 1
names='libxcj-dev libxcj0 xcj'
[ "$XCJ_HAS_BRIDGE" = 0 ] || names='libxcj-dev libxcj-jwt0 libxcj0 xcj'
found=$(find . -maxdepth 1 -name '*.deb' | sed 's|^\./\([^_]*\)_.*|\1|' | sort | tr '\n' ' ')
[ "$found" = "$names " ] || bad "made were: $found"

# PACKAGE needs PACKAGE...
needs() {
    package=$1
    shift
    depends=$(dpkg-deb -f "$package"_*.deb Depends)
    for other in "$@"; do
        printf '%s\n' "$depends" | tr ',' '\n' | grep -qE "^ *${other:-(no package)}( |\$)" ||
            bad "$package does not depend on $other: $depends"
    done
}
# The package of the shared library NAME that is installed here: libssl3, or libssl3t64, and so on.
owner() {
    dpkg-query -S "*/$1.so.*" | sed 's/[:,].*//' | sort -u
}
crypto=$(owner libcrypto)
jansson=$(owner libjansson)
version=$(sed -n 's/^project(xcj VERSION \([0-9.]*\).*/\1/p' "$XCJ_ROOT/CMakeLists.txt")
needs libxcj0 libc6 "$crypto"
needs xcj libc6 "$crypto" "$jansson"
dpkg-deb -f xcj_*.deb Depends | grep -q libxcj && bad "the command carries libxcj, and its package depends on it"
[ ! -x "$XCJ_RELEASE/xcj-fetch" ] || needs xcj "$(owner libcurl)"
needs libxcj-dev "libxcj0 \\(= $version\\)" libssl-dev
[ "$XCJ_HAS_BRIDGE" = 0 ] || needs libxcj-jwt0 "libxcj0 \\(= $version\\)" "$(owner libjwt)" "$jansson"
[ "$XCJ_HAS_BRIDGE" = 0 ] || needs libxcj-dev "libxcj-jwt0 \\(= $version\\)" libjwt-dev libjansson-dev
dpkg-deb -I libxcj0_*.deb shlibs | grep -qx "libxcj 0 libxcj0 (>= $version)" || bad "libxcj0 has no shlibs"
dpkg-deb -I libxcj0_*.deb triggers | grep -qx 'activate-noawait ldconfig' || bad "libxcj0 does not trigger ldconfig"

lintian --allow-root --fail-on error --suppress-tags bad-distribution-in-changes-file ./*.deb >"$work/lintian" 2>&1 ||
    bad "lintian: $(cat "$work/lintian")"
cat "$work/lintian"

# A root folder of its own, in which what the packages depend on is installed as it is here.
root=$work/root
mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
for deb in *.deb; do dpkg-deb -f "$deb" Depends; done | tr ',' '\n' | sed 's/^ *//; s/ .*//' | sort -u | grep -v '^libxcj' |
    xargs dpkg-query -s >"$root/var/lib/dpkg/status"
run_dpkg() {
    dpkg --root="$root" --force-not-root --force-bad-path --log="$work/dpkg.log" "$@" >"$work/log" 2>&1
}
run_dpkg -i libxcj-dev_*.deb && bad "libxcj-dev can be installed without libxcj0"
run_dpkg -i xcj_*.deb || bad "xcj cannot be installed alone: $(cat "$work/log")"
runs "$root/usr/bin/xcj" --version
run_dpkg -i ./*.deb || bad "the packages cannot be installed: $(cat "$work/log")"
libdir=$(dirname "$(find "$root/usr/lib" -name libxcj.so.0)")
[ "$libdir" = "$root/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)" ] || bad "libxcj.so.0 is in $libdir"
LD_LIBRARY_PATH=$libdir
export LD_LIBRARY_PATH
for name in $names; do
    for paper in copyright changelog.gz; do
        [ -f "$root/usr/share/doc/$name/$paper" ] || bad "$name has no $paper"
    done
done

new_app app
PKG_CONFIG_SYSROOT_DIR=$root
PKG_CONFIG_PATH=$libdir/pkgconfig
export PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_PATH
# shellcheck disable=SC2046
step "$XCJ_CC" "$work/app/app.c" -o "$work/app/app" $(pkg-config --cflags --libs xcj)
runs "$work/app/app"

# shellcheck disable=SC2086
run_dpkg --purge $names || bad "the packages cannot be removed: $(cat "$work/log")"
find "$root/usr" ! -type d 2>/dev/null | grep . && bad "left behind"

finish "$names"
