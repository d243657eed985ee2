#!/bin/sh
# A Meson project, as docs/packaging.md shows it, finds the library by pkg-config, shared and static.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip meson
packages_or_skip ninja

moved_prefix
new_app app
snippet 1 meson >"$work/app/meson.build"
echo "executable('static', 'app.c', dependencies: dependency('xcj', static: true))" >>"$work/app/meson.build"
CC=$XCJ_CC step meson setup -Dwerror=true -Dwarning_level=3 --pkg-config-path "$prefix/lib/pkgconfig" "$work/build" "$work/app"
step ninja -C "$work/build"
runs "$work/build/app"
runs "$work/build/static"
is_dynamic "$work/build/app" || bad "dependency('xcj') is not the shared library"
is_dynamic "$work/build/static" && bad "dependency('xcj', static: true) is not the static library"

finish "a Meson project, shared and static"
