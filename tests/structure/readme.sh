#!/bin/sh
# What README.md shows works: its C blocks are saved under the name in their first line, its sh blocks are run in order in one
# folder, with the command and the library installed from this build. The two set-up commands are only looked up.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
command -v pkg-config >/dev/null || skip "pkg-config is not here"

readme=$XCJ_ROOT/README.md
for command in 'sh examples/quickstart.sh' 'sh tests/run.sh'; do
    grep -qx "$command" "$readme" || bad "README.md does not show: $command"
    [ -f "$XCJ_ROOT/${command#sh }" ] || bad "there is no ${command#sh }"
done

# Every ```sh and ```c block as a file of its own, numbered in order.
mkdir "$work/blocks"
awk -v folder="$work/blocks" '
    /^```(sh|c)$/ { name = sprintf("%s/%02d.%s", folder, ++count, substr($0, 4)); printf "" >name; next }
    /^```/ { if (name != "") close(name); name = ""; next }
    name != "" { print >name }' "$readme"

cmake --install "$XCJ_BUILD" --prefix "$work/prefix" >/dev/null || bad "the build cannot be installed"
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name xcj.pc)")
LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
export PKG_CONFIG_PATH LD_LIBRARY_PATH
XCJ_CC=$(command -v "$XCJ_CC")
# A plain `cc` is this build's compiler, with its sanitizers, and as strict as our own code.
printf '#!/bin/sh\nexec "%s" %s -std=c11 -Wall -Wextra -Wpedantic -Werror "$@"\n' "$XCJ_CC" \
    "${XCJ_SANITIZE:+-fsanitize=$XCJ_SANITIZE}" >"$work/prefix/bin/cc"
chmod +x "$work/prefix/bin/cc"
PATH=$work/prefix/bin:$PATH

mkdir "$work/folder"
cd "$work/folder"
ran=0
for block in "$work"/blocks/*; do
    case $block in
    *.c)
        name=$(sed -n '1s|^/\* \([a-z_]*\.c\).* \*/$|\1|p' "$block")
        if [ -n "$name" ]; then cp "$block" "$name"; else bad "a C block does not begin with its file's name"; fi
        ;;
    *.sh)
        grep -qE '^sh (examples|tests)/' "$block" && continue
        sh -eu "$block" >"$work/out" 2>&1 || bad "this block of README.md fails: $(cat "$block" "$work/out")"
        ran=$((ran + 1))
        ;;
    esac
done
[ "$ran" -ge 3 ] || bad "only $ran blocks of commands were found"
for name in *.c; do [ -x "${name%.c}" ] || bad "README.md does not build its $name"; done

# Links lead somewhere.
sed -n 's/.*](\([^)#]*\)).*/\1/p' "$readme" | while read -r link; do
    case $link in http*) continue ;; esac
    [ -e "$XCJ_ROOT/$link" ] || echo "$link"
done >"$work/broken"
[ ! -s "$work/broken" ] || bad "README.md links to what is not there: $(cat "$work/broken")"

finish "$ran blocks of commands"
