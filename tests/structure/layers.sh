#!/bin/sh
# The floors of lib/: only lib/kong speaks of the Kong plugin; a file includes its own floor or lower, without circles; OpenSSL in lib/key only (and not in alg and
# jwk); libjwt and jansson in lib/bridge only; the command and the examples include nothing of lib/, and libcurl is for the
# helper program of the command alone. A module of cli/ includes itself or one below. Then the checker is tested itself.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

# "FILE<tab>INCLUDED" for every include of the C files under a tree's folders.
includes() {
    (cd "$1" && find lib cli include examples -type f \( -name '*.c' -o -name '*.h' \) -exec awk '
        /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
            name = $0
            sub(/^[ \t]*#[ \t]*include[ \t]*[<"]/, "", name)
            sub(/[>"].*/, "", name)
            print FILENAME "\t" name
        }' {} +) | sort
}

# The includes that break a rule, one a line.
violations() {
    includes "$1" | awk -F '\t' '
        BEGIN {
            floor["base"] = 0; floor["codec"] = 1; floor["key"] = 2; floor["token"] = 3; floor["gateway"] = 4
            floor["kong"] = floor["bridge"] = 5
            module["io"] = module["completions"] = 1; module["options"] = 2; module["keys"] = module["tokens"] = 3
            module["remote"] = module["lint"] = module["forge"] = module["mint"] = module["explain"] = 4
            module["verify"] = 5
            module["verbs"] = 6
        }
        function report(why) { print $1 " includes " $2 ": " why }
        {
            split($1, at, "/")
            split($2, to, "/")
            crypto = $2 ~ /^openssl\//
            json = $2 ~ /^(jansson|jwt)\.h$/ || $2 ~ /^xcj\/(jansson|libjwt)\.h$/
        }
        $1 == $2 { report("itself") }
        at[1] == "include" && crypto { report("a public header that needs OpenSSL") }
        at[1] == "include" && to[1] == "lib" { report("a public header that needs an internal one") }
        at[1] == "cli" && to[1] == "cli" && at[3] != "" && at[2] != to[2] && !(module[to[2]] < module[at[2]]) { report("cli/" at[2] " is not above cli/" to[2]) }
        at[1] == "cli" && to[1] == "lib" { report("the command sees the public headers only") }
        at[1] == "cli" && crypto && $1 !~ /^cli\/(keys\/key_uri|remote\/cache|forge\/crypto)\.c$/ { report("the command leaves OpenSSL to the library, but for a key by its URI, the names in the cache and forging") }
        at[1] == "examples" && (to[1] == "lib" || to[1] == "cli") { report("an example sees the public headers only") }
        to[1] == "curl" && $1 != "cli/remote/xcj-fetch.c" { report("libcurl is for the program xcj-fetch") }
        at[1] != "lib" { next }
        !(at[2] in floor) { report("lib/" at[2] " is no floor of the house"); next }
        crypto && at[2] != "key" { report("OpenSSL is for lib/key") }
        crypto && at[3] ~ /^(alg|jwk)\./ { report("the algorithm table and the shape of a JWK know no OpenSSL") }
        at[2] == "bridge" && to[1] == "lib" && to[2] != "bridge" { report("the bridge is a library of its own, over the public headers") }
        json && at[2] != "bridge" { report("libjwt and jansson are for lib/bridge") }
        to[1] == "cli" { report("the library does not know the command") }
        to[1] == "lib" && !(to[2] in floor) { report("lib/" to[2] " is no floor of the house"); next }
        to[1] == "lib" && floor[to[2]] > floor[at[2]] { report("floor " floor[at[2]] " does not reach up to " floor[to[2]]) }
        to[1] != "lib" && $2 !~ /^(xcj|openssl|sys)\// && $2 ~ /\// { report("an include is named from the root") }
        to[1] != "lib" && $2 !~ /\// && at[1] == "lib" && $2 !~ /^(std[a-z]*|string|errno|limits|time|inttypes|math|float|locale|pthread|unistd|jansson|jwt|strings|assert|emmintrin|tmmintrin|immintrin|arm_neon)\.h$/ {
            report("not a header of the C library that lib/ may use, or not named from the root")
        }'
    circles "$1"
    plugin_words "$1"
}

# Lines of lib/ and include/ that speak of the plugin outside lib/kong and its header, which xcj.h includes.
plugin_words() {
    (cd "$1" && grep -rniE 'kong|plugin|(^|[^a-z])sh(256|512)' lib include) |
        grep -vE '^(lib/kong/|include/xcj/kong\.h:|include/xcj\.h:[0-9]+:#include <xcj/kong\.h>)' |
        sed 's|$|: a word of the plugin outside lib/kong|'
}

# Files that include each other in a circle, as tsort finds them.
circles() {
    includes "$1" | awk -F '\t' '$2 ~ /^(lib|cli|xcj)\// { print $1, ($2 ~ /^xcj\// ? "include/" $2 : $2) }' |
        tsort 2>&1 >/dev/null | sed 's/^/circle: /'
}

violations "$XCJ_ROOT" >"$work/found"
while read -r line; do bad "$line"; done <"$work/found"

# Each planted line must be caught, and the same tree without it must be clean.
plant() {
    rm -rf "$work/tree"
    mkdir -p "$work/tree/include/xcj" "$work/tree/examples/nginx/src"
    for module in io lint mint remote verbs; do mkdir -p "$work/tree/cli/$module"; done
    for floor in base codec key token gateway kong bridge; do mkdir -p "$work/tree/lib/$floor"; done
    printf '#include <openssl/evp.h>\n#include "lib/base/mem.h"\n' >"$work/tree/lib/key/sign.c"
    printf '#include <stdint.h>\n#include <xcj/base.h>\n' >"$work/tree/lib/base/mem.h"
    printf '#include "lib/codec/der.h"\n' >"$work/tree/lib/codec/der.c"
    printf '#include "lib/base/mem.h"\n' >"$work/tree/lib/codec/der.h"
    while [ "$#" -gt 1 ]; do
        printf '%s\n' "$2" >>"$work/tree/$1"
        shift 2
    done
    violations "$work/tree"
}

[ -z "$(plant)" ] || bad "the checker finds fault with a clean tree: $(plant)"
catches() {
    [ -n "$(plant "$@")" ] || bad "the checker misses a planted $2 in $1"
}
catches lib/base/mem.c '#include "lib/key/key.h"'
catches lib/base/mem.h '#include "lib/codec/der.h"'
catches lib/token/jws.c '#include <openssl/evp.h>'
catches lib/key/alg.c '# include <openssl/evp.h>'
catches lib/gateway/mint.c '#include <jansson.h>'
catches lib/gateway/mint.c '#include "lib/kong/minter.h"'
catches lib/gateway/mint.c '#include <xcj/kong.h>'
catches include/xcj/mint.h '#include <xcj/kong.h>'
catches lib/gateway/mint.c '/* as Kong does */'
catches lib/key/alg.c 'xcj_alg_from_name("SH256")'
catches lib/token/jws.c '/* the plugin */'
catches include/xcj/auth.h '/* see xcj_kong_method() */'
catches lib/key/key.c '#include "lib/bridge/libjwt.h"'
catches lib/codec/der.c '#include "der.h"'
catches lib/codec/der.c '#include "../base/mem.h"'
catches lib/base/mem.h '#include "lib/base/mem.h"'
catches lib/codec/der.h '#include "lib/codec/loop.h"' lib/codec/loop.h '#include "lib/codec/der.h"'
catches lib/utils.c '#include <string.h>'
catches cli/mint/claims.c '#include "lib/base/mem.h"'
catches cli/mint/claims.c '#include <openssl/evp.h>'
catches cli/io/io.c '#include "cli/options/opt.h"'
catches cli/lint/key.c '#include "cli/forge/forge.h"'
catches cli/verbs/forge.c '#include <openssl/evp.h>'
catches lib/bridge/libjwt.c '#include "lib/base/mem.h"'
catches examples/nginx/src/module.c '#include "lib/base/mem.h"'
catches cli/remote/fetch.c '#include <curl/curl.h>'
catches include/xcj/key.h '#include <openssl/evp.h>'

finish "the layers of lib/, cli/ and examples/"
