#!/bin/sh
# -DXCJ_STATIC=ON: one xcj that needs no shared library, runs in an empty root, and loads none, whatever it is told.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v ninja >/dev/null && CMAKE_GENERATOR=Ninja && export CMAKE_GENERATOR

CC=$XCJ_CC cmake -S "$XCJ_ROOT" -B "$work/build" -DCMAKE_BUILD_TYPE=Debug -DXCJ_STATIC=ON -DXCJ_TESTS=OFF -DXCJ_JWT=OFF \
    -DXCJ_EXAMPLES=OFF -DXCJ_NGINX=OFF >"$work/log" 2>&1 || bad "not configured: $(cat "$work/log")"
grep -q '^-- libxcj .* the command xcj (static)' "$work/log" || bad "the summary does not say that the command is static"
step cmake --build "$work/build" --target xcj_command
xcj=$work/build/xcj
runs "$xcj" --version
readelf -dlW "$xcj" | grep -E 'NEEDED|INTERP' && bad "the command needs a shared library"
readelf -hW "$xcj" | grep -q 'Type: *DYN' || bad "the command is not position-independent"

# In a root with nothing else, as a container may be.
mkdir "$work/root" && cp "$xcj" "$work/root"
if [ "$(id -u)" -eq 0 ] && command -v chroot >/dev/null; then
    runs chroot "$work/root" /xcj --version
    chroot "$work/root" /xcj keygen --alg ES256 -o /key.json || bad "no key in an empty root"
    token=$(chroot "$work/root" /xcj mint --key /key.json --sub alice) || bad "no token in an empty root"
    chroot "$work/root" /xcj verify --allow-no-exp --key /key.json "$token" >/dev/null || bad "no verification in an empty root"
fi

# An engine from a shared object would bring another C library.
"$xcj" mint --key-uri 'pkcs11:token=none;object=none' --sub alice >"$work/out" 2>&1 && bad "a key from an engine"
status=$?
[ "$status" -lt 126 ] || bad "a key from an engine ends with $status"
grep -q '^xcj: .*--key-uri' "$work/out" || bad "a key from an engine: $(cat "$work/out")"

finish "a static xcj"
