#!/bin/sh
# Makes the source tarball of the present commit, and shows that it can be made again bit for bit. Works from any directory.
#
#     sh cmake/release.sh         writes libxcj-VERSION.tar.gz to the build directory, and prints its SHA-256
#     sh cmake/release.sh FILE    compares FILE, a published tarball, with that of the present commit
set -eu
published=
[ $# -eq 0 ] || published=$(realpath "$1")
cd "$(dirname "$0")/.."
build=${BUILD:-build}

fail() {
    printf 'release: %s\n' "$*" >&2
    exit 1
}

# Names, times and owners come from the commit, and gzip writes neither a name nor a time. OUTPUT.
tarball() {
    git -c core.autocrlf=false -c tar.umask=0022 archive --format=tar --prefix="$name/" HEAD | gzip -9 -n >"$1"
}

git rev-parse --verify -q HEAD >/dev/null || fail 'this is not a git checkout'
[ -z "$(git status --porcelain)" ] || fail 'there are changes that are not committed'
version=$(sed -n 's/^project(xcj VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
grep -q "^## $version (" CHANGELOG.md || fail "CHANGELOG.md has no section for $version"
name=libxcj-$version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tarball "$work/one"
(export TZ=Pacific/Auckland LC_ALL=C && umask 077 && tarball "$work/two")
cmp "$work/one" "$work/two" || fail 'two tarballs of one commit differ'

if [ -n "$published" ]; then
    cmp "$work/one" "$published" || fail "$published is not the tarball of this commit"
    printf '%s is the tarball of commit %s\n' "$published" "$(git rev-parse HEAD)"
else
    mkdir -p "$build"
    mv "$work/one" "$build/$name.tar.gz"
    printf 'made twice, equal bit for bit:\n'
    sha256sum "$build/$name.tar.gz"
fi
