#!/bin/sh
# Where else it builds, without a warning, and runs: gcc and clang from -O0 to -O3, with link-time optimisation, as 32-bit
# (-m32, with a 64-bit time_t) and on a big-endian machine (s390x under qemu). The unit and conformance tests run in each. Of
# the release build of each compiler the hardening is looked at.
#
#     sh tests/portability.sh                all of it, half an hour on two processors
#     sh tests/portability.sh KIND...        some of it: gcc clang lto i386 s390x musl
#
# The foreign libraries are Debian's own packages, unpacked under build/portability; nothing foreign is installed.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=apt.sh
. tests/apt.sh

out=$BUILD/portability
failures=0

# The command and the tests' programs in a configured folder. The benchmarks are left out: they link the shared library, which a
# static program cannot.
static_targets() {
    ninja -C "$1" -t targets all | sed -n 's/^\(xcj\|tests\/.*\(test\|conform\)_[a-z0-9_]*\): C_EXECUTABLE_LINKER.*/\1/p'
}

# NAME, CMake's options. What draws lots for a minute or runs the command's shell tests tells nothing new.
build_and_test() {
    name=$1
    shift
    folder=$out/$name
    printf '== %s: ' "$name"
    left='conform_(command|forged)'
    # In a static program the wrappers of test_rsa also see libcrypto's own calls.
    case $name in *-static) left="$left|test_rsa" ;; esac
    # shellcheck disable=SC2046
    if cmake -S . -B "$folder" -G Ninja -DXCJ_WERROR=ON -DXCJ_NGINX=OFF "$@" >"$folder.log" 2>&1 &&
        ninja -C "$folder" $(case $name in *-static) static_targets "$folder" ;; esac) >>"$folder.log" 2>&1 &&
        ctest --test-dir "$folder" -R '^(test|conform)_' -E "^($left)\$" -j "$(builds_jobs)" \
            >>"$folder.log" 2>&1; then
        grep '^100% tests passed' "$folder.log"
    else
        printf 'FAILED\n'
        tail -n 40 "$folder.log"
        failures=$((failures + 1))
    fi
}

compiler() {
    for level in 0 1 2 3; do
        build_and_test "$1-O$level" -DCMAKE_C_COMPILER="$1" -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="-O$level"
    done
    build_and_test "$1-release" -DCMAKE_C_COMPILER="$1" -DCMAKE_BUILD_TYPE=Release
    ctest --test-dir "$out/$1-release" -R '^structure_binary$' --no-tests=error >"$out/binary.log" 2>&1 || {
        cat "$out/binary.log"
        failures=$((failures + 1))
    }
}

lto() {
    build_and_test lto -DCMAKE_BUILD_TYPE=Release -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON
}

# The libraries and headers of another architecture, in a folder of its own.
sysroot() {
    root=$out/root-$1
    [ ! -e "$root/done" ] || return 0
    mkdir -p "$root/apt/lists/partial" "$root/cache/archives/partial" "$root/debs"
    : >"$root/apt/status"
    set -- -o APT::Architecture="$1" -o APT::Architectures="$1" -o Dir::State="$root/apt" \
        -o Dir::State::status="$root/apt/status" -o Dir::Cache="$root/cache" -o APT::Sandbox::User=root -qq
    # A mirror that is being updated has some lists out of step; the others will do.
    apt-get "$@" update || true
    (cd "$root/debs" && apt-get "$@" download libc6 libc6-dev libcrypt1 libgcc-s1 linux-libc-dev libssl3 libssl-dev libjansson4 \
        libjansson-dev check libsubunit0 libsubunit-dev)
    for package in "$root"/debs/*.deb; do dpkg-deb -x "$package" "$root"; done
    touch "$root/done"
}

# ARCHITECTURE, TRIPLET, COMPILER, EMULATOR.
foreign() {
    sysroot "$1"
    cat >"$out/$1.cmake" <<TOOLCHAIN
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR $1)
set(CMAKE_C_COMPILER $3)
set(CMAKE_SYSROOT $root)
set(CMAKE_LIBRARY_ARCHITECTURE $2)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_CROSSCOMPILING_EMULATOR $4)
TOOLCHAIN
    PKG_CONFIG_LIBDIR=$root/usr/lib/$2/pkgconfig:$root/usr/share/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root \
        build_and_test "$1" -DCMAKE_TOOLCHAIN_FILE="$out/$1.cmake" -DCMAKE_BUILD_TYPE=Release
}

i386() {
    foreign i386 i386-linux-gnu 'gcc;-m32' "$out/root-i386/lib/ld-linux.so.2;--library-path;$out/root-i386/usr/lib/i386-linux-gnu:$out/root-i386/lib/i386-linux-gnu"
    # -D_TIME_BITS=64 is respected: the clock is asked by the call that knows of 2038.
    nm -u "$out/i386/libxcj.a" >"$out/clock"
    if ! grep -qw __time64 "$out/clock" || grep -qw time "$out/clock"; then
        printf 'the clock is a 32-bit one\n'
        failures=$((failures + 1))
    fi
}

s390x() {
    foreign s390x s390x-linux-gnu s390x-linux-gnu-gcc "qemu-s390x;-L;$out/root-s390x"
}

# PREFIX, CMake's options: another C library, from tests/musl.sh.
musl_build() {
    name=$1
    prefix=$out/musl-root/$2
    shift 2
    PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig build_and_test "$name" -DCMAKE_C_COMPILER=musl-gcc -DCMAKE_PREFIX_PATH="$prefix" \
        -DOPENSSL_ROOT_DIR="$prefix" -DXCJ_EXAMPLES=OFF "$@"
}

musl() {
    sh tests/musl.sh "$out/musl-root" >"$out/musl-root.log" 2>&1 || {
        tail -n 40 "$out/musl-root.log"
        failures=$((failures + 1))
        return 0
    }
    musl_build musl prefix -DCMAKE_BUILD_TYPE=Release
    musl_build musl-static static -DCMAKE_BUILD_TYPE=Release -DOPENSSL_USE_STATIC_LIBS=ON -DCMAKE_EXE_LINKER_FLAGS=-static
    # The command is what these builds are for: one dynamic, one of a single file.
    for folder in "$out/musl" "$out/musl-static"; do
        "$folder/xcj" keygen --alg ES256 -o "$out/musl.json" && token=$("$folder/xcj" mint --key "$out/musl.json" --sub alice) &&
            "$folder/xcj" verify --allow-no-exp --key "$out/musl.json" "$token" >"$out/musl.claims" || failures=$((failures + 1))
        rm -f "$out/musl.json"
    done
    readelf -lW "$out/musl/xcj" | grep -q 'interpreter: .*musl' || failures=$((failures + 1))
    readelf -lW "$out/musl-static/xcj" | grep -q 'interpreter' && failures=$((failures + 1))
    return 0
}

[ $# -gt 0 ] || set -- gcc clang lto i386 s390x musl
packages_need build test proof
# Its packages are named after the version of gcc that is installed.
packages_need foreign
mkdir -p "$out"
for kind in "$@"; do
    case $kind in
    gcc | clang) compiler "$kind" ;;
    lto | i386 | s390x | musl) "$kind" ;;
    *)
        printf 'usage: sh tests/portability.sh [gcc] [clang] [lto] [i386] [s390x] [musl]\n' >&2
        exit 2
        ;;
    esac
done
[ "$failures" -eq 0 ]
