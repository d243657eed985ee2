#!/bin/sh
# Builds what the library, the command and the tests need for musl, shared and static, since Debian has none of it: OpenSSL's
# libcrypto, jansson and Check, from Debian's own source packages.
#
#     sh tests/musl.sh FOLDER     the result is FOLDER/prefix, and FOLDER/static with archives alone; nothing is done when it
#                                 is there
#
# tests/portability.sh runs it, and installs what it needs.
set -eu
mkdir -p "$1"
cd "$1"
folder=$PWD
prefix=$folder/prefix
[ ! -e "$folder/done" ] || exit 0
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
CC=musl-gcc
export CC

# This system's package sources, for source packages. Those of the release itself: a mirror may lack the sources of the newest
# security update.
fetch_sources() {
    mkdir -p lists/partial cache/archives/partial
    # shellcheck disable=SC2016
    apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Identifier: Packages' 'Origin: Debian' |
        sort -u >sources.list
    set -- -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$folder/lists" \
        -o Dir::Cache="$folder/cache" -o APT::Sandbox::User=root -qq
    apt-get "$@" update || true # a mirror that is being updated has some lists out of step; the others will do
    release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    apt-get "$@" source "openssl/$release" "jansson/$release" "check/$release"
}

# The kernel's headers, which musl-gcc does not look for in /usr/include, where glibc's are.
kernel_headers() {
    mkdir -p "$prefix/include" "$prefix/lib/pkgconfig"
    for name in linux asm asm-generic; do
        for place in /usr/include /usr/include/*-linux-gnu; do
            [ ! -d "$place/$name" ] || ln -sfn "$place/$name" "$prefix/include/$name"
        done
    done
}

# musl has no getcontext(), which OpenSSL's asynchronous jobs want. Of the rest, libcrypto alone is built.
crypto() {
    cd "$folder"/openssl-[0-9]*/
    CC="musl-gcc -isystem $prefix/include" ./Configure "linux-$(uname -m)" --prefix="$prefix" --libdir=lib shared no-async no-tests \
        no-afalgeng
    make build_generated
    make -j "$jobs" libcrypto.a libcrypto.so.3 libcrypto.so libcrypto.pc
    cp -P libcrypto.a libcrypto.so libcrypto.so.3 "$prefix/lib"
    cp -R include/openssl "$prefix/include"
    cp libcrypto.pc "$prefix/lib/pkgconfig"
}

# PACKAGE, CMake's options.
with_cmake() {
    package=$1
    shift
    cmake -S "$folder/$package"-[0-9]* -B "$folder/$package-build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" \
        -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_POSITION_INDEPENDENT_CODE=ON "$@"
    cmake --build "$folder/$package-build" -j "$jobs"
    cmake --install "$folder/$package-build"
}

fetch_sources
kernel_headers
(crypto)
for shared in OFF ON; do
    with_cmake jansson -DJANSSON_BUILD_SHARED_LIBS="$shared" -DJANSSON_BUILD_DOCS=OFF -DJANSSON_WITHOUT_TESTS=ON \
        -DJANSSON_EXAMPLES=OFF
done
with_cmake check -DCHECK_ENABLE_TESTS=OFF
sed -i 's/check_pic/check/' "$prefix/lib/pkgconfig/check.pc"

# The same without shared libraries, for programs without any.
mkdir -p "$folder/static/lib/pkgconfig"
ln -sfn "$prefix/include" "$folder/static/include"
cp "$prefix"/lib/*.a "$folder/static/lib"
for file in "$prefix"/lib/pkgconfig/*.pc; do
    sed "s|$prefix|$folder/static|g" "$file" >"$folder/static/lib/pkgconfig/${file##*/}"
done
touch "$folder/done"
