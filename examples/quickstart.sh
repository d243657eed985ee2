#!/bin/sh
# From a fresh checkout to the main job: installs what is missing to build, builds, and takes the tour of examples/tour.sh with
# the new command. Works from any folder; BUILD names another build folder than build.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=../tests/apt.sh
. tests/apt.sh

packages_need build show
builds_make quickstart -DCMAKE_BUILD_TYPE=Release -DXCJ_TESTS=OFF

built=$BUILD/quickstart
PATH=$built:$PATH
export PATH
sh examples/tour.sh
printf '\nThe command is %s/xcj, the library %s/libxcj.so. README.md says where to read on.\n' "$built" "$built"
