#!/bin/sh
# From a fresh checkout to the main job: installs what is missing to build, builds into build/quickstart, and takes the tour
# of examples/tour.sh with the command that was built. Works from any folder.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=../tests/packages.sh
. tests/packages.sh

packages_need build show
printf '== Building build/quickstart\n'
mkdir -p build
packages_configure build/quickstart -DCMAKE_BUILD_TYPE=Release -DXCJ_TESTS=OFF
cmake --build build/quickstart -j "$(packages_jobs)" >build/quickstart.log 2>&1 || {
    cat build/quickstart.log >&2
    exit 1
}

PATH=$PWD/build/quickstart:$PATH
export PATH
sh examples/tour.sh
printf '\nThe command is build/quickstart/xcj, the library build/quickstart/libxcj.so. README.md says where to read on.\n'
