#!/bin/sh
# What libxcj is as a binary: loading it runs no code of ours, it has no mutable global and no thread-local, its segments are
# hardened, it needs libcrypto and the C library only, and it stays small.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
need_plain_build
command -v objdump >/dev/null || skip "objdump is not here"

shared=$XCJ_BUILD/libxcj.so
archive=$XCJ_BUILD/libxcj.a
size_limit=307200

# A constructor leaves a section in its object file. In the shared object one entry is the compiler's own, frame_dummy.
objdump -h "$archive" >"$work/sections"
grep -q ' \.text' "$work/sections" || bad "no sections are listed for libxcj.a"
grep -E ' \.(preinit_array|init_array|fini_array|ctors|dtors|init|fini)' "$work/sections" && bad "libxcj.a has constructors or destructors"
entries=$(objdump -h "$shared" | awk '$2 == ".init_array" { print $3 }')
[ "${entries:-0}" = 00000008 ] || [ "${entries:-0}" = 00000004 ] || [ "${entries:-0}" = 0 ] ||
    bad "libxcj.so has more in .init_array than the compiler's frame_dummy"

# Constant tables of pointers are in .data.rel.ro, which is read-only once the loader is done.
objdump -t "$archive" | awk '$0 ~ / O / { print $(NF - 2), $NF }' >"$work/objects"
[ -s "$work/objects" ] || bad "no data objects are listed for libxcj.a"
grep -E '^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)' "$work/objects" | grep -v '^\.data\.rel\.ro' && bad "a mutable global"

readelf -dlW "$shared" >"$work/dynamic"
sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' "$work/dynamic" | grep -vE '^(libcrypto\.so\.3|libc\.so\.6|ld-linux.*|libc\.musl.*)$' &&
    bad "libxcj.so needs another library"
full_relro() {
    grep -q GNU_RELRO "$1" && grep -q '(FLAGS_1).*NOW' "$1"
}
full_relro "$work/dynamic" || bad "libxcj.so has no full RELRO"
awk '$1 == "GNU_STACK" { print $7 $8 }' "$work/dynamic" | grep -q E && bad "an executable stack"
grep -q TEXTREL "$work/dynamic" && bad "text relocations"

# What the compiler checks at run time: calls are fortified in optimised builds only. Control-flow protection is looked for in
# the objects, as the linker drops the mark when the C library's own start files have none.
nm -D --undefined-only "$shared" >"$work/undefined"
grep -q __stack_chk_fail "$work/undefined" || bad "no function has a stack protector"
if grep -qE '^CMAKE_BUILD_TYPE:[A-Z]*=(Release|RelWithDebInfo|MinSizeRel)$' "$XCJ_BUILD/CMakeCache.txt"; then
    grep -q '__[a-z_]*_chk@' "$work/undefined" || bad "no call is fortified"
fi
if objdump -f "$shared" | grep -q elf64-x86-64; then
    readelf -nW "$archive" | grep -q 'IBT, SHSTK' || bad "no control-flow protection"
fi

strip -o "$work/stripped" "$shared"
size=$(wc -c <"$work/stripped")
[ "$size" -lt "$size_limit" ] || bad "libxcj.so has $size bytes stripped, $size_limit are the limit"

# The command is position-independent and as hardened.
if [ -n "${XCJ_COMMAND:-}" ]; then
    objdump -f "$XCJ_COMMAND" | grep -q DYNAMIC || bad "the command is not position-independent"
    readelf -dlW "$XCJ_COMMAND" >"$work/command"
    full_relro "$work/command" || bad "the command has no full RELRO"
    grep -q 'NEEDED.*libcurl' "$work/command" && bad "the command is linked to libcurl, which only xcj-fetch is for"
fi
helper=$XCJ_BUILD/xcj-fetch
if [ -x "$helper" ]; then
    readelf -dlW "$helper" >"$work/helper"
    full_relro "$work/helper" || bad "xcj-fetch has no full RELRO"
    grep -q 'NEEDED.*libcurl' "$work/helper" || bad "xcj-fetch is not linked to libcurl"
fi

finish "libxcj.so, $size bytes stripped"
