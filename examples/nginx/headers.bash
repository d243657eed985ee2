#!/bin/bash
# Makes the headers that nginx's configure script writes, with the options of the package's nginx. SOURCE (of nginx-dev), FOLDER.
set -eu
# conf_flags is an array: hence bash.
# shellcheck source=/dev/null
. "$1/conf_flags"
# nginx's scripts break in a folder with spaces in its name: they work in one of their own.
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
cd "$1"
./configure "${NGX_CONF_FLAGS[@]}" --builddir="$made" >"$made/log" 2>&1 || {
    cat "$made/log"
    exit 1
}
mkdir -p "$2"
cp "$made"/*.h "$2"
