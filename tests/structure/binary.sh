#!/bin/sh
# What libxcj is as a binary: loading it runs no code of ours, it has no mutable global and no thread-local, its segments are
# hardened, and it needs libcrypto and the C library only. No file, built or installed, lets the loader search
# the current directory.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
need_plain_build
packages_or_skip objdump

shared=$XCJ_BUILD/libxcj.so
archive=$XCJ_BUILD/libxcj.a

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

# The command carries libxcj, so that a copy of it runs anywhere.
[ -z "${XCJ_COMMAND:-}" ] || ! grep -q 'NEEDED.*libxcj' "$work/command" || bad "the command needs libxcj.so"

# "FILE<tab>RUN PATH" for every ELF file with a run path below a directory.
run_paths() {
    find "$1" -type f \( -perm -100 -o -name '*.so*' \) -exec sh -c 'for file do
        [ "$(head -c 4 "$file" | tail -c 3)" = ELF ] || continue
        readelf -dW "$file" 2>/dev/null | sed -n "s|.*(R[UN]*PATH).*\\[\\(.*\\)\\]\$|$file\t\\1|p"
    done' sh {} +
}

# The loader takes an empty entry, and a relative one, from the current directory.
unsafe_run_paths() {
    run_paths "$1" | awk -F '\t' '{
        count = split($2 ":", entry, ":")
        for (i = 1; i < count; i++) if (entry[i] !~ /^(\/|\$ORIGIN(\/|$)|@loader_path)/) { print $1 ": " $2; next }
    }'
}

cmake --install "$XCJ_BUILD" --prefix "$work/installed" >"$work/log" 2>&1 || bad "not installed: $(cat "$work/log")"
for tree in "$XCJ_BUILD" "$work/installed"; do
    unsafe_run_paths "$tree" >"$work/unsafe"
    while read -r line; do bad "an unsafe run path in $line"; done <"$work/unsafe"
done
[ ! -e "$XCJ_BUILD/libxcj-jwt.so" ] || run_paths "$XCJ_BUILD" | grep -q 'libxcj-jwt' || bad "the run path of libxcj-jwt.so is not seen"

# The same with planted run paths, and with a planted library where the command is started.
mkdir "$work/planted"
printf 'int main(void)\n{\n    return 0;\n}\n' >"$work/planted/main.c"
(
    cd "$work/planted"
    # shellcheck disable=SC2016
    for path in '$ORIGIN:' ':/usr/lib' '/usr/lib::/lib' 'lib' '../lib'; do
        "$XCJ_CC" main.c -o program -Wl,-rpath,"$path"
        [ -n "$(unsafe_run_paths .)" ] || printf '%s\n' "$path"
    done >missed
    # shellcheck disable=SC2016
    "$XCJ_CC" main.c -o program -Wl,-rpath,'$ORIGIN/../lib:/usr/lib:$ORIGIN'
    unsafe_run_paths . >>missed
)
[ ! -s "$work/planted/missed" ] || bad "the checker errs about these run paths: $(cat "$work/planted/missed")"
if [ -n "${XCJ_COMMAND:-}" ] && readelf -dW "$XCJ_COMMAND" | grep -q 'NEEDED.*libjansson'; then
    cd "$work/planted" || exit 1
    printf 'no library\n' >libjansson.so.4
    LD_LIBRARY_PATH=. "$XCJ_COMMAND" --version >/dev/null 2>&1 && bad "a planted library cannot be noticed here"
    "$XCJ_COMMAND" --version >/dev/null || bad "the command loads a library from the current directory"
fi

finish libxcj.so
