#!/bin/sh
# The checker of the ABI itself: planted in a small library, every kind of incompatible change is refused and every kind of
# addition accepted.
# shellcheck source=../structure/common.sh
. "$(dirname "$0")/../structure/common.sh"
# shellcheck source=../abi/common.sh
. "$XCJ_ROOT/tests/abi/common.sh"
packages_or_skip abidiff

# Fresh copies of the headers and the library's source.
copy() {
    rm -rf "$work/tree"
    cp -R "$XCJ_ROOT/include" "$work/tree"
    cp "$XCJ_ROOT/tests/abi/planted.c" "$work/tree/planted.c"
}
build() {
    "$XCJ_CC" -g -O0 -shared -fPIC -fvisibility=hidden -I"$work/tree" -o "$work/planted.so" "$work/tree/planted.c"
}
# Plants a change and compares. FILES, sed's SCRIPT.
compare() {
    copy
    for file in $1; do
        sed "$2" "$work/tree/$file" >"$work/changed"
        cmp -s "$work/changed" "$work/tree/$file" && bad "this plants nothing in $file: $2"
        cp "$work/changed" "$work/tree/$file"
    done
    build || bad "this does not compile: $2"
    abi_compare "$work/kept.abi" "$work/planted.so" "$work/tree" "$work" >"$work/report"
}
refuses() {
    compare "$@" && bad "an incompatible change of $1 is accepted: $2"
    grep -q 'Removed\|Changed' "$work/report" || bad "no report about $1: $2"
}
accepts() {
    compare "$@" || bad "a compatible change of $1 is refused: $2 $(cat "$work/report")"
}

copy
build || bad "the small library does not compile"
abi_dump "$work/planted.so" "$work/tree" "$work/kept.abi"

refuses planted.c 's/xcj_key_from_jwk/xcj_key_from_jwk_too/'
refuses 'xcj/base.h planted.c' 's/xcj_text(const char \*text)/xcj_text(const char *text, int more)/'
refuses xcj/base.h 's/XCJ_ERR_JSON = 20/XCJ_ERR_JSON = 19/'
refuses xcj/base.h 's/size_t len;/uint32_t len;/'
refuses xcj/base.h 's/char member\[64\]/char member[60]/'
refuses xcj/base.h 's/uint64_t reserved\[4\];/& int more;/'
refuses xcj/key.h 's/int hmac_k_raw;//'
refuses xcj/key.h 's/int hmac_k_raw;/unsigned hmac_k_raw;/'
refuses xcj/key.h 's/int hmac_k_raw;/int more; &/'
refuses xcj/key.h 's/int hmac_k_raw;/unsigned hmac_k_raw; int more[4];/'
refuses xcj/key.h 's,xcj_alg alg; /[*][*]< must fit,xcj_alg alg; int in_the_padding; /**< must fit,'

accepts xcj/base.h 's,^ [*] xcj/base.h:,& the,'
accepts xcj/base.h 's/XCJ_ERR_JSON = 20,/& XCJ_ERR_MORE = 23,/'
accepts xcj/key.h 's/^} xcj_key_options;/const char *more; int and_more; &/'
# shellcheck disable=SC2016
accepts planted.c '$a\
XCJ_API int xcj_more(void);\
int xcj_more(void)\
{\
    return 1;\
}'

finish "planted changes of the ABI"
