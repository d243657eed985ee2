#!/bin/sh
# Each public header compiles alone, without a warning, in C11, C17 and C++17, with every compiler that is here; for clang
# with all its warnings but that of padding, which includes that it knows the tags in comments. And xcj.h includes them all,
# but for those that stand apart.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

apart='xcj/openssl.h xcj/libjwt.h xcj/jansson.h'

# Every COMPILER, STANDARD, SUFFIX.
for cc in "${XCJ_CC:-cc}" gcc clang; do command -v "$cc" || true; done | xargs -n 1 readlink -f | sort -u |
    sed 's/.*/& c11 c\n& c17 c/' >"$work/ways"
for cxx in g++ clang++; do command -v "$cxx" || true; done | sed 's/$/ c++17 cpp/' >>"$work/ways"

# HEADER, FOLDER, COMPILER, STANDARD, SUFFIX.
compiles() {
    printf '#include <%s>\n#include <%s>\nextern int xcj_used;\nint xcj_used;\n' "$1" "$1" >"$work/alone.$5"
    case $3 in
    *clang*) warnings='-Weverything -Wno-padded' ;;
    *) warnings='-Wall -Wextra -Wpedantic' ;;
    esac
    # shellcheck disable=SC2086
    "$3" "-std=$4" $warnings -Werror -fsyntax-only -I"$2" "$work/alone.$5" 2>"$work/log"
}

tried=0
headers=$(cd "$XCJ_ROOT/include" && find . -name '*.h' | sed 's|^\./||' | sort)
for header in $headers; do
    case " xcj.h $apart " in
    *" $header "*) ;;
    *) grep -q "^#include <$header>\$" "$XCJ_ROOT/include/xcj.h" || bad "xcj.h leaves out <$header>" ;;
    esac
    while read -r compiler standard suffix; do
        compiles "$header" "$XCJ_ROOT/include" "$compiler" "$standard" "$suffix" ||
            bad "<$header> alone with $compiler -std=$standard: $(head -n 3 "$work/log")"
        tried=$((tried + 1))
    done <"$work/ways"
done
[ "$tried" -gt 0 ] || bad "nothing was compiled"

# Planted in a copy, what is wrong is seen: an extension by all, an unknown tag by clang.
cp -R "$XCJ_ROOT/include" "$work/planted"
base=$XCJ_ROOT/include/xcj/base.h
while read -r compiler standard suffix; do
    sed 's|^typedef struct xcj_str|struct xcj_more { int more[0]; };\n&|' "$base" >"$work/planted/xcj/base.h"
    compiles xcj/key.h "$work/planted" "$compiler" "$standard" "$suffix" &&
        bad "$compiler -std=$standard accepts an extension"
    sed 's|^/\*\* The version of|/** @nonsense The version of|' "$base" >"$work/planted/xcj/base.h"
    case $compiler in *clang*) ;; *) continue ;; esac
    compiles xcj/key.h "$work/planted" "$compiler" "$standard" "$suffix" &&
        bad "$compiler -std=$standard knows the tag @nonsense"
done <"$work/ways"

finish "the public headers alone, $tried compilations"
