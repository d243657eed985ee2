#!/bin/sh
# The source tarball: made twice it is the same file, it can be checked later, and nothing uncommitted goes into it.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip git

if ! git -C "$XCJ_ROOT" rev-parse --verify -q HEAD >/dev/null 2>&1; then
    printf 'SKIP: this source tree is not a git checkout\n'
    exit 77
fi
# A repository of its own with the same files.
mkdir "$work/tree"
git -C "$XCJ_ROOT" archive HEAD | tar -x -C "$work/tree"
cd "$work/tree" || exit 1
step git init -q
step git add -A -f
step git -c user.name=x -c user.email=x@localhost commit -q -m x
version=$(sed -n 's/^project(xcj VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
BUILD=$work/build
export BUILD
step sh cmake/release.sh
tarball=$BUILD/libxcj-$version.tar.gz
cp "$tarball" "$work/first.tar.gz"
sleep 1
step sh cmake/release.sh
cmp "$tarball" "$work/first.tar.gz" || bad "made again it is another file"
step sh cmake/release.sh "$work/first.tar.gz"

git ls-files | sort >"$work/tracked"
tar -tzf "$tarball" | sed "s|^libxcj-$version/||" | grep -v '/$' | grep . | sort >"$work/packed"
diff "$work/tracked" "$work/packed" >"$work/log" || bad "the tarball lacks or adds files: $(cat "$work/log")"

printf 'x' >>"$work/first.tar.gz"
! sh cmake/release.sh "$work/first.tar.gz" >"$work/log" 2>&1 || bad "another file passes for the tarball"
grep -q 'is not the tarball of this commit' "$work/log" || bad "said is: $(cat "$work/log")"
printf '\n' >>README.md
! sh cmake/release.sh >"$work/log" 2>&1 || bad "uncommitted changes are released"
grep -q 'not committed' "$work/log" || bad "said is: $(cat "$work/log")"

finish "libxcj-$version.tar.gz of $(wc -l <"$work/packed") files"
