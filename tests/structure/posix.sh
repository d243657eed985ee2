#!/bin/sh
# lib/ and cli/ are POSIX, so that they compile on other systems. What only some systems have is used in one file for each
# layer, with a replacement beside it. The compiler refuses most of it elsewhere (_XOPEN_SOURCE); this looks for the rest, and
# builds and tests the replacements (XCJ_POSIX_ONLY).
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
need_plain_build

# PATTERN, the files that may have it. POSIX functions that macOS lacks are in the list, too, from pthread_barrier on.
table() {
    cat <<'LIST'
_(GNU|DEFAULT|BSD|DARWIN_C|NETBSD|ALL)_SOURCE   lib/base/fork_mark.c cli/io/platform.c
__(linux|APPLE|FreeBSD|NetBSD|OpenBSD)__        cli/io/platform.c
__GLIBC|__MUSL                                  lib/codec/base64url_wide.c
sys/platform                                    lib/codec/base64url_wide.c
MADV_|madvise|MAP_ANON                          lib/base/fork_mark.c
/(proc|dev/fd)/(self|[0-9])                     cli/io/platform.c cli/forge/cases.c cli/io/place.c cli/io/place.h
explicit_bzero|memset_s|reallocarray|malloc_(usable_)?size -
<(malloc|alloca|endian|error|execinfo|argz|features|link|elf|threads)\.h> -
<(linux|asm|bits|gnu|mach)/                     -
<sys/(prctl|sysinfo|epoll|eventfd|signalfd|inotify|sendfile|random|auxv|syscall|event|sysctl)\.h> -
secure_getenv|getauxval|program_invocation|getprogname|gnu_get_libc_version -
_np\(|syscall\(|memfd_create|close_range|closefrom|pipe2\(|accept4|dup3|getrandom|getentropy|arc4random -
memmem\(|strchrnul|rawmemchr|mempcpy|strlcpy|strlcat|asprintf|qsort_r|strsep|timegm|timelocal -
O_PATH|sys/vfs\.h|fstatfs                        cli/io/platform.c
O_TMPFILE|ppoll|MSG_CMSG_CLOEXEC|SOCK_CLOEXEC|st_[amc]tim[^e]|[>.]d_type|DT_REG -
pthread_barrier|pthread_spin|clock_nanosleep|timer_create|sigtimedwait|sigwaitinfo|sem_(init|timedwait) -
posix_fallocate|fdatasync|pthread_condattr_setclock|mq_open|quick_exit -
LIST
}

# PATTERN, FILES, TREE: the lines of lib/, cli/ and include/ with the pattern, but those of the files.
elsewhere() {
    (cd "$3" && grep -rnE --include='*.[ch]' -e "$1" lib cli include) | grep -vE "^($(printf '%s' "$2" | tr ' ' '|')):" || true
}
in_sources() {
    table | while read -r pattern files; do elsewhere "$pattern" "$files" "$1"; done
}
# The linker's and the loader's side.
# shellcheck disable=SC2016
in_build_files() {
    (cd "$1" && grep -nE -e '--version-script|\$ORIGIN|@loader_path|CMAKE_SYSTEM_NAME|APPLE|_(GNU|DEFAULT|BSD)_SOURCE' CMakeLists.txt cli/CMakeLists.txt \
        lib/*/CMakeLists.txt cmake/*.cmake) | grep -v '^cmake/platform\.cmake:' || true
}

in_sources "$XCJ_ROOT" >"$work/found"
in_build_files "$XCJ_ROOT" >>"$work/found"
while read -r line; do bad "one system's own: $line"; done <"$work/found"
table | while read -r pattern files; do
    for file in $files; do
        [ "$file" = - ] || grep -qE -e "$pattern" "$XCJ_ROOT/$file" || printf '%s has no %s\n' "$file" "$pattern"
    done
done >"$work/stale"
while read -r line; do bad "the table is out of date: $line"; done <"$work/stale"

# Planted lines.
mkdir -p "$work/tree/lib/base" "$work/tree/lib/key" "$work/tree/cli/io" "$work/tree/include" "$work/tree/cmake"
for file in CMakeLists.txt cli/CMakeLists.txt lib/key/CMakeLists.txt cmake/platform.cmake; do : >"$work/tree/$file"; done
planted() {
    printf '%s\n' "$2" >"$work/tree/$1"
    { in_sources "$work/tree" && in_build_files "$work/tree"; } | grep -c .
    : >"$work/tree/$1"
}
for line in 'explicit_bzero(a, 1);' '#include <malloc.h>' 'open("/proc/self/fd", 0);' 'strcpy(a, "/proc/self/exe");' \
    'madvise(a, 1, MADV_WIPEONFORK);' 'a = reallocarray(a, 1, 2);' '#ifdef __linux__' '#define _GNU_SOURCE' \
    '#if __GLIBC_PREREQ(2, 33)' 'x = s.st_mtim.tv_sec;' 'pipe2(ends, 0);' 'openat(a, b, O_PATH);' '#include <sys/prctl.h>'; do
    [ "$(planted cli/io/io.c "$line")" -ge 1 ] || bad "not noticed: $line"
done
[ "$(planted cli/io/io.c 'memset(a, 0, 1); pipe(ends); open("/dev/null", 0);')" = 0 ] || bad "POSIX is taken for one system's own"
[ "$(planted lib/base/fork_mark.c 'madvise(a, 1, MADV_WIPEONFORK);')" = 0 ] || bad "the one file may not use what it is for"
[ "$(planted CMakeLists.txt 'target_link_options(a PRIVATE -Wl,--version-script=b)')" = 1 ] || bad "not noticed: a version script"

# The compiler's part: a call that POSIX does not have is an error in each of our files.
# shellcheck disable=SC2016
grep -q 'INTERFACE _XOPEN_SOURCE=700' "$XCJ_ROOT/CMakeLists.txt" || bad "lib/ and cli/ are not compiled as POSIX"

# The replacements: a build without any feature of one system.
library=xcj
command -v ninja >/dev/null && CMAKE_GENERATOR=Ninja && export CMAKE_GENERATOR && library=libxcj.so # "xcj" is the command's file
build=$work/build
CC=$XCJ_CC cmake -S "$XCJ_ROOT" -B "$build" -DCMAKE_BUILD_TYPE=Debug -DXCJ_POSIX_ONLY=ON -DXCJ_WERROR=ON -DXCJ_JWT=OFF \
    -DXCJ_NGINX=OFF -DXCJ_EXAMPLES=OFF -DXCJ_SCDOC= >"$work/log" 2>&1 || bad "not configured: $(cat "$work/log")"
programs='test_base64url test_random test_scratch test_mint test_threads'
helper=
grep -q '^CURL_FOUND:INTERNAL=1' "$build/CMakeCache.txt" && helper=xcj_fetch
# shellcheck disable=SC2086
cmake --build "$build" --target $library xcj_command xcj_completion_files $helper $programs fork >"$work/log" 2>&1 || bad "not built: $(tail -n 30 "$work/log")"
[ ! -e "$build/libxcj.so" ] || ! readelf -V "$build/libxcj.so" | grep -q XCJ_0 || bad "the build has a version script"
nm -u "$build/libxcj.a" 2>/dev/null | grep -wE 'madvise|explicit_bzero|__x86_get_cpuid_feature_leaf' && bad "a system's own function is called"
nm -D --defined-only "$build/libxcj.so" | awk '{ print $3 }' | grep -v '^xcj_[a-z]' && bad "without a version script more is exported"
for program in $programs; do
    ctest --test-dir "$build" -R "^$program\$" --no-tests=error >"$work/log" 2>&1 || bad "$program fails: $(cat "$work/log")"
done
"$build/tests/hostile/fork" alone >"$work/log" 2>&1 || bad "forked processes: $(cat "$work/log")"
if [ -n "$helper" ]; then
    XCJ=$build/xcj XCJ_BUILD=$build sh "$XCJ_ROOT/tests/cli/remote.sh" >"$work/log" 2>&1 || [ $? -eq 77 ] ||
        bad "fetching fails: $(cat "$work/log")"
fi

finish "POSIX alone but for what the table names, and the replacements work"
