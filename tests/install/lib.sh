# shellcheck shell=sh
# Sourced by the tests of this folder. Beside the variables of ../structure/common.sh: XCJ_RELEASE is the release build that
# these tests share, configured for /usr by the preset "debian"; XCJ_HAS_BRIDGE is 1 when libxcj-jwt was built.

# shellcheck source=../structure/common.sh
. "$(dirname "$0")/../structure/common.sh"

# $prefix: the library installed and then moved; whatever remembers the first place is lost.
moved_prefix() {
    cmake --install "$XCJ_BUILD" --prefix "$work/first" >"$work/log" 2>&1 ||
        bad "the build cannot be installed: $(cat "$work/log")"
    mv "$work/first" "$work/moved"
    # shellcheck disable=SC2034
    prefix=$work/moved
}

# A folder of its own with a program that is no part of the tree.
new_app() {
    mkdir "$work/$1"
    cp "$XCJ_ROOT/tests/install/app.c" "$work/$1/app.c"
}

# A block of docs/packaging.md. NUMBER, LANGUAGE.
snippet() {
    awk -v wanted="$1" -v opening="\`\`\`$2" '
        $0 == opening { shown = ++count == wanted; next }
        /^```/ { shown = 0 }
        shown' "$XCJ_ROOT/docs/packaging.md"
}

# It runs, and says the version of this tree. COMMAND...
runs() {
    version=$(sed -n 's/^project(xcj VERSION \([0-9.]*\).*/\1/p' "$XCJ_ROOT/CMakeLists.txt")
    said=$("$@" 2>&1) || bad "$* fails: $said"
    [ "$said" = "xcj $version" ] || bad "$* says: $said"
}

# Does a program load libxcj.so when it starts?
is_dynamic() {
    readelf -d "$1" | grep -q 'NEEDED.*libxcj\.so\.0'
}

# Runs a step quietly; its output is shown when it fails.
step() {
    "$@" >"$work/log" 2>&1 || bad "$* fails: $(tail -n 30 "$work/log")"
}
