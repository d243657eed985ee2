#!/bin/sh
# tests/packages.sh misses nothing that is installed, and names every package where nothing is; a test that is skipped for want
# of a tool names the package.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

[ -z "$(packages_missing build)" ] || bad "this was built, and yet is missing: $(packages_missing build)"
packages_have_cmake 3.22 || bad "cmake built this, and is too old?"
if packages_have_cmake 99.0; then bad "cmake 99 is said to be there"; fi

# The commands that the check itself needs, and nothing else.
mkdir "$work/bin"
for tool in awk cat sed sort tr; do ln -s "$(command -v "$tool")" "$work/bin/$tool"; done
wanted='binutils check cmake gcc jose jq libc6-dev libcurl4-openssl-dev libjansson-dev libjwt-dev libssl-dev ninja-build openssh-client openssl perl-base pkg-config'
found=$(PATH=$work/bin && packages_missing build test)
[ "$found" = "$wanted" ] || bad "on an empty machine this is missing: $found"

# Every tool that a test may be skipped for has a package.
grep -rhoE '^packages_or_skip [a-z0-9+ ./_-]+' "$XCJ_ROOT/tests" "$XCJ_ROOT/examples" --include='*.sh' | cut -d ' ' -f 2- | tr ' ' '\n' |
    sort -u >"$work/tools"
[ "$(wc -l <"$work/tools")" -ge 15 ] || bad "tests are skipped for these tools only: $(cat "$work/tools")"
while read -r tool; do
    [ -n "$(packages_of "$tool")" ] || bad "tests/packages.sh has no package for $tool"
done <"$work/tools"
status=0
said=$(PATH=$work/bin && packages_or_skip awk jose) || status=$?
[ "$status: $said" = '77: SKIP: jose is not installed (Debian package jose)' ] || bad "without jose, exit $status: $said"

# Every command that a script begins with comes from a package that each Debian has, or from one of the table.
commands() {
    find "$XCJ_ROOT/tests" "$XCJ_ROOT/examples" "$XCJ_ROOT/.ci" \( -name '*.sh' -o -name cmd -o -name run \) ! -path '*/structure/reach.sh' -type f -exec cat {} + |
        sed 's/^[[:space:]]*#.*//' | grep -oE '(^|[;&|(`!]|then|do|else|if|while) *[a-z][a-z0-9_.+-]*( |$)' |
        sed -E 's/^(then|do|else|if|while) //; s/^[^a-z]*//; s/ *$//' | sort -u
}
everywhere() {
    # shellcheck disable=SC2016
    dpkg-query -W -f '${Essential} ${Priority} ${Package}\n' | sed -nE 's/^(yes [^ ]*|[^ ]* required) //p'
    packages_table | awk '{ print $NF }'
    printf 'apt\n'
}
if [ -e /etc/debian_version ] && command -v dpkg-query >/dev/null; then
    everywhere >"$work/everywhere"
    commands >"$work/commands"
    [ "$(wc -l <"$work/commands")" -ge 50 ] || bad "scripts begin with these commands only: $(cat "$work/commands")"
    # Words of Perl, of a picture's source and of a message that are commands as well.
    grep -vxE 'open|dot|convert' "$work/commands" | while read -r tool; do
        [ -z "$(packages_of "$tool")" ] || continue
        # With /usr and without: Debian 12 has packages of both kinds.
        case $(command -v "$tool") in /*) path=$(readlink -f "$(command -v "$tool")") && printf '%s\n' "$path" "${path#/usr}" ;; esac
    done >"$work/paths"
    # binutils and the compilers have a package for each processor or version.
    xargs dpkg-query -S <"$work/paths" 2>/dev/null | sed -E 's/:.* / /; s/-([0-9]|x86|aarch|i686)[^ ]* / /' | sort -u | while read -r package path; do
        grep -qxF "$package" "$work/everywhere" || printf '%s of %s\n' "$path" "$package"
    done >"$work/stray"
    [ ! -s "$work/stray" ] || bad "not on every Debian, and not in tests/packages.sh: $(cat "$work/stray")"
fi

finish "what is missing here and on an empty machine"
