#!/bin/sh
# C and C++ programs build with pkg-config against a prefix that was moved: shared, and wholly static.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip pkg-config

moved_prefix
PKG_CONFIG_PATH=$prefix/lib/pkgconfig
export PKG_CONFIG_PATH
new_app app
cd "$work/app" || exit 1

# Flags are words.
# shellcheck disable=SC2046
build() {
    out=$1
    shift
    step "$@" -Wall -Wextra -Wpedantic -Werror app.c -o "$out" $(pkg-config --cflags --libs xcj)
}
build c "$XCJ_CC" -std=c11
runs ./c
is_dynamic c || bad "the program does not load libxcj.so.0"
if command -v g++ >/dev/null; then
    build cpp g++ -std=c++17 -x c++
    runs ./cpp
fi

mkdir bin
ln -s "$(command -v "$XCJ_CC")" bin/cc
snippet 1 shell >commands
PATH=$PWD/bin:$PATH step sh -eu commands
runs ./app
runs ./app-static
is_dynamic app-static && bad "the static program loads libxcj.so.0"
# shellcheck disable=SC2046
"$XCJ_CC" -static app.c -o lacking $(pkg-config --cflags --libs xcj) 2>/dev/null && bad "it links without --static, too"

if [ "$XCJ_HAS_BRIDGE" = 1 ]; then
    # shellcheck disable=SC2046
    step "$XCJ_CC" "$XCJ_ROOT/tests/install/jwt.c" -o jwt $(pkg-config --cflags --libs xcj-jwt)
    step ./jwt
fi

step pkg-config --exact-version="$(./c | sed 's/xcj //')" xcj
[ "$(pkg-config --libs xcj | tr ' ' '\n' | grep -c crypto)" = 0 ] || bad "xcj.pc links libcrypto for the shared library"
runs "$prefix/bin/xcj" --version

# The run path can be left out, and is for /usr.
case $(pkg-config --define-variable=rpath= --libs xcj) in *rpath*) bad "the run path cannot be left out" ;; esac
DESTDIR=$work/stage step cmake --install "$XCJ_BUILD" --prefix /usr
grep -q 'rpath,' "$work"/stage/usr/lib*/pkgconfig/xcj.pc "$work"/stage/usr/lib/*/pkgconfig/xcj.pc 2>/dev/null && bad "a run path for /usr"

# The command alone, copied.
cp "$prefix/bin/xcj" copied
runs ./copied --version

finish "pkg-config, shared and static, from a moved prefix"
