#!/bin/sh
# What README.md, CONTRIBUTING.md and the pages of docs/ show works: of each page its C blocks are saved under the name in their first line and
# its sh blocks are run in order in one folder, with the command and the library installed from this build. Every link leads
# somewhere. Of README.md the two set-up commands are only looked up.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
packages_or_skip pkg-config openssl

grep -xE 'sh (examples/quickstart|tests/run)[.]sh' "$XCJ_ROOT/README.md" >"$work/setup" || true
[ "$(sort -u "$work/setup" | wc -l)" -eq 2 ] || bad "README.md does not show both set-up commands: $(cat "$work/setup")"
while read -r _ script; do
    [ -f "$XCJ_ROOT/$script" ] || bad "README.md calls a script that is missing: $script"
done <"$work/setup"

cmake --install "$XCJ_BUILD" --prefix "$work/prefix" >/dev/null || bad "the build cannot be installed"
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name xcj.pc)")
export PKG_CONFIG_PATH
XCJ_CC=$(command -v "$XCJ_CC")
# A plain `cc` is this build's compiler, with its sanitizers, and as strict as our own code.
printf '#!/bin/sh\nexec "%s" %s -std=c11 -Wall -Wextra -Wpedantic -Werror "$@"\n' "$XCJ_CC" \
    "${XCJ_SANITIZE:+-fsanitize=$XCJ_SANITIZE}" >"$work/prefix/bin/cc"
chmod +x "$work/prefix/bin/cc"
PATH=$work/prefix/bin:$PATH

# Every ```sh and ```c block of a page as a file of its own, numbered in order.
blocks() {
    mkdir "$2"
    awk -v folder="$2" '
        /^```(sh|c)$/ { name = sprintf("%s/%02d.%s", folder, ++count, substr($0, 4)); printf "" >name; next }
        /^```/ { if (name != "") close(name); name = ""; next }
        name != "" { print >name }' "$1"
}

# The blocks of a page, in its folder.
run_page() {
    for block in "$1".blocks/*; do
        case $block in
        *.c)
            name=$(sed -n '1s|^/\* \([a-z_]*\.c\).* \*/$|\1|p' "$block")
            if [ -n "$name" ]; then cp "$block" "$name"; else bad "$1: a C block does not begin with its file's name"; fi
            ;;
        *.sh)
            grep -qE '^sh (examples|tests)/' "$block" && continue
            sh -eu "$block" >"$work/out" 2>&1 || bad "$page: this block fails: $(cat "$block" "$work/out")"
            ran=$((ran + 1))
            ;;
        esac
    done
    for name in *.c; do
        [ ! -f "$name" ] || [ -x "${name%.c}" ] || [ -f "${name%.c}.o" ] || bad "$page does not build its $name"
    done
}

links() {
    sed 's/](/\n](/g' "$1" | sed -n 's/^](\([^)#]*\).*/\1/p' | grep -v '^https\{0,1\}:' | sort -u
}

ran=0
pages=0
for page in README.md CONTRIBUTING.md $(cd "$XCJ_ROOT" && ls docs/*.md docs/decisions/*.md); do
    folder=$work/$(printf '%s' "$page" | tr '/' '_')
    blocks "$XCJ_ROOT/$page" "$folder.blocks"
    mkdir "$folder"
    cd "$folder"
    run_page "$folder"
    for link in $(links "$XCJ_ROOT/$page"); do
        [ -e "$(dirname "$XCJ_ROOT/$page")/$link" ] || bad "$page links to what is not there: $link"
    done
    pages=$((pages + 1))
done
[ "$ran" -ge 15 ] || bad "only $ran blocks of commands were found"

finish "$ran blocks of commands on $pages pages"
