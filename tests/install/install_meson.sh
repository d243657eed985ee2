#!/bin/sh
# A Meson project finds the library by pkg-config, shared and static.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v meson >/dev/null || skip "meson is not here"
command -v ninja >/dev/null || skip "ninja is not here"

moved_prefix
new_app app
cat >"$work/app/meson.build" <<'MESON'
project('app', 'c', default_options: ['c_std=c11', 'warning_level=3', 'werror=true'])
executable('shared', 'app.c', dependencies: dependency('xcj', version: '>=0.1'))
executable('static', 'app.c', dependencies: dependency('xcj', static: true))
MESON
CC=$XCJ_CC step meson setup --pkg-config-path "$prefix/lib/pkgconfig" "$work/build" "$work/app"
step ninja -C "$work/build"
runs "$work/build/shared"
runs "$work/build/static"
is_dynamic "$work/build/shared" || bad "dependency('xcj') is not the shared library"
is_dynamic "$work/build/static" && bad "dependency('xcj', static: true) is not the static library"

finish "a Meson project, shared and static"
