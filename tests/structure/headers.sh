#!/bin/sh
# Each public header compiles alone, without a warning, in C11, C17 and C++17, with every compiler that is here; and xcj.h
# includes them all, but for those that speak of somebody else's types (under their struct names, so that they, too, stand
# alone).
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

apart='xcj/openssl.h xcj/libjwt.h xcj/jansson.h'
tried=0

compile() {
    printf '#include <%s>\n#include <%s>\nextern int xcj_used;\nint xcj_used;\n' "$1" "$1" >"$work/alone.$4"
    "$2" "-std=$3" -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$XCJ_ROOT/include" "$work/alone.$4" 2>"$work/log" ||
        bad "<$1> alone with $2 -std=$3: $(head -n 3 "$work/log")"
    tried=$((tried + 1))
}

headers=$(cd "$XCJ_ROOT/include" && find . -name '*.h' | sed 's|^\./||' | sort)
for header in $headers; do
    for cc in "${XCJ_CC:-cc}" gcc clang; do
        command -v "$cc" >/dev/null || continue
        compile "$header" "$cc" c11 c
        compile "$header" "$cc" c17 c
    done
    for cxx in g++ clang++; do
        command -v "$cxx" >/dev/null || continue
        compile "$header" "$cxx" c++17 cpp
    done
    grep -q "^#include <$header>\$" "$XCJ_ROOT/include/xcj.h" && included=yes || included=no
    case " xcj.h $apart " in *" $header "*) wanted=no ;; *) wanted=yes ;; esac
    [ "$included" = "$wanted" ] || bad "does xcj.h include <$header>? $included, and it should be: $wanted"
done
[ "$tried" -gt 0 ] || bad "nothing was compiled"

finish "the public headers alone, $tried compilations"
