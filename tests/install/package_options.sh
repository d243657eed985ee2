#!/bin/sh
# The table of options in docs/packaging.md is that of the CMake files, name by name with default and meaning; presets use no
# other.
# shellcheck source=../structure/common.sh
. "$(dirname "$0")/../structure/common.sh"

cd "$XCJ_ROOT" || exit 1
# shellcheck disable=SC2016
find . -name build -prune -o \( -name CMakeLists.txt -o -name '*.cmake' \) -exec cat {} + | sed -n \
    -e 's/^ *option(\(XCJ_[A-Z_]*\) "\(.*\)" \${XCJ_TOP_LEVEL})$/| `\1` | on, off in a subproject | \2 |/p' \
    -e 's/^ *option(\(XCJ_[A-Z_]*\) "\(.*\)" OFF)$/| `\1` | off | \2 |/p' \
    -e 's/^ *option(\(XCJ_[A-Z_]*\) "\(.*\)" ON)$/| `\1` | on | \2 |/p' \
    -e 's/^ *set(\(XCJ_[A-Z_]*\) "" CACHE [A-Z]* "\(.*\)")$/| `\1` | empty | \2 |/p' \
    -e 's/^ *set(\(XCJ_[A-Z_]*\) \([^ ]*\) CACHE [A-Z]* "\(.*\)")$/| `\1` | `\2` | \3 |/p' | sort >"$work/built"
[ "$(wc -l <"$work/built")" -ge 7 ] || bad "only $(wc -l <"$work/built") options were found in the CMake files"
find . -name build -prune -o \( -name CMakeLists.txt -o -name '*.cmake' \) -exec cat {} + |
    grep -E '^ *(option\(XCJ_|set\(XCJ_[A-Z_]* .*CACHE)' >"$work/all"
[ "$(wc -l <"$work/all")" -eq "$(wc -l <"$work/built")" ] || bad "an option is written in a way that this test does not read"

grep '^| `XCJ_' docs/packaging.md | sort >"$work/told"
diff "$work/built" "$work/told" || bad "the options of the CMake files (<) are not those of docs/packaging.md (>)"

grep -o '"XCJ_[A-Z_]*":' CMakePresets.json | tr -d "\":" | sort -u >"$work/used"
while read -r name; do
    grep -q "\`$name\`" "$work/built" || bad "CMakePresets.json sets $name, which is no option"
done <"$work/used"

finish "$(wc -l <"$work/told") options"
