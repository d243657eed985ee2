#!/bin/sh
# What tests may reach: no script that ctest runs installs packages, uses a network beyond this machine, or writes outside of the
# build folder and TMPDIR. The scripts are followed through everything that they source or run. (tests/fresh.sh 12 sealed runs
# them without a network, and looks for files.) Then the checker is tested itself.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

# The scripts in ctest's files under a build folder.
started() {
    find "$1" -name CTestTestfile.cmake -exec grep -h '^add_test(' {} + | grep -oE '"[^"]*\.sh"' | tr -d '"' | sort -u
}

# The code of a script without its comments.
code() {
    sed 's/^[[:space:]]*#.*//; s/[[:space:]]#[[:space:]].*//' "$1"
}

# The scripts that a script names, in a place that is seen from its folder, the one above, or the root. ROOT, SCRIPT.
named() {
    code "$2" | sed 's/\${\{0,1\}[A-Za-z_]*//g' | grep -oE '[A-Za-z0-9_./*-]*\.(sh|py|pl|bash|zsh|fish|lua)\b' | sed 's|^/*||' | sort -u | while read -r name; do
        found=
        for folder in "$(dirname "$2")" "$(dirname "$2")/.." "$1"; do
            [ -f "$folder/$name" ] || continue
            printf '%s\n' "$(cd "$(dirname "$folder/$name")" && pwd)/$(basename "$name")"
            found=yes
        done
        # A script that this one writes is looked at as a part of it.
        case $name in
        .lua) ;; # where Lua looks for its modules: ?.lua
        .*) [ "$found" ] || code "$2" | grep -qF ">${name#./} " || printf 'unknown %s\n' "$name" ;;
        esac
    done
}

# All that may run. ROOT, and the first scripts on standard input.
reached() {
    sort -u >"$work/new"
    : >"$work/reached"
    while [ -s "$work/new" ]; do
        sort -u "$work/new" "$work/reached" >"$work/more"
        while read -r script; do named "$1" "$script"; done <"$work/new" | sort -u >"$work/names"
        mv "$work/more" "$work/reached"
        comm -23 "$work/names" "$work/reached" >"$work/new"
        # What cannot be found cannot be followed.
        grep '^unknown ' "$work/new" >>"$work/unknown" || true
        sed -i '/^unknown /d' "$work/new"
    done
    cat "$work/reached"
}

# What a script does that none may, one finding a line. URLs of hosts that no name server knows are text, or tried in vain.
sins() {
    code "$1" | awk '
        function report(what) { print FNR ": " what ": " $0 }
        function command(names) { return $0 ~ "(^|[ ;&|(`\"\047])(" names ")( |$)" }
        { line = $0 }
        command("apt|apt-get|aptitude|packages_need|pip|pip3|npm|snap|gem|cargo") { report("installs") }
        command("dpkg (-i|--install)|debootstrap --") { report("installs") }
        command("wget|ssh|scp|sftp|rsync|nc|ncat|telnet|ftp|dig|nslookup|ping") || command("git (clone|fetch|pull|push)") { report("network") }
        /curl |--jwks ["\047]?http|--key ["\047]?http|--issuer |-prefix |urlopen|HTTPConnection/ {
            gsub(/https?:\/\/(127\.[0-9.]*|localhost|LOCALHOST|\[::1\]|0\.0\.0\.0|[a-z0-9.%-]*\.(example|test|invalid|localhost)|\$[{a-z_]+)/, "", line)
            if (line ~ /https?:\/\/[A-Za-z0-9]/) report("network")
        }
        /(^|[ "=\047>])(\/tmp|\/var\/tmp|\/dev\/shm|~)\// || /\$\{?HOME/ { report("writes outside") }
        />+ *"?\$\{?(XCJ_ROOT|XCJ_EXAMPLE|XCJ_SHARED|here)\}?\// { report("writes outside") }
        /(^|[ ;&|(])(mkdir|touch|mv|cp|rm|ln|tee)( [^|;&]*)? "?\$\{?(XCJ_ROOT|XCJ_EXAMPLE|XCJ_SHARED)\}?[^ ]*$/ { report("writes outside") }'
}

# Without this script, whose planted lines are text.
started "$XCJ_BUILD" | grep -v '/structure/reach\.sh$' >"$work/started"
[ "$(wc -l <"$work/started")" -gt 20 ] || bad "ctest runs only $(wc -l <"$work/started") scripts"
: >"$work/unknown"
reached "$XCJ_ROOT" <"$work/started" >"$work/all"
grep -q '/tests/packages\.sh$' "$work/all" || bad "what scripts source is not followed"
while read -r line; do bad "cannot be followed: ${line#unknown }"; done <"$work/unknown"
while read -r script; do
    sins "$script" | sed "s|^|${script##*/}:|"
done <"$work/all" >"$work/found"
while read -r line; do bad "$line"; done <"$work/found"

# Programs in C: what they may not call, and no file of a fixed name.
grep -rnE '\b(connect|getaddrinfo|system|popen|tmpfile)\(|"(/tmp|/var/tmp|/dev/shm)' "$XCJ_ROOT/tests" --include='*.[ch]' >"$work/found" || true
while read -r line; do bad "$line"; done <"$work/found"

# A planted line, three files away from what ctest runs.
plant() {
    rm -rf "$work/tree"
    mkdir -p "$work/tree/build" "$work/tree/tests/cli"
    printf 'add_test([=[cli_a]=] "/bin/sh" "%s/tests/cli/a.sh")\n' "$work/tree" >"$work/tree/build/CTestTestfile.cmake"
    # shellcheck disable=SC2016
    {
        printf '. "$(dirname "$0")/lib.sh"\n' >"$work/tree/tests/cli/a.sh"
        printf '. "$XCJ_ROOT/tests/other.sh"\n# apt-get install\ncurl http://127.0.0.1:1/\necho >"$work/x"\n' >"$work/tree/tests/cli/lib.sh"
        printf 'sh tests/last.sh\n' >"$work/tree/tests/other.sh"
        printf '%s\n' "$1" >"$work/tree/tests/last.sh"
    }
    started "$work/tree/build" | reached "$work/tree" | while read -r script; do sins "$script"; done
}
[ -z "$(plant 'cp a b')" ] || bad "the checker finds fault with clean scripts: $(plant 'cp a b')"
# shellcheck disable=SC2016
while read -r line; do
    [ -n "$(plant "$line")" ] || bad "the checker misses: $line"
done <<'LINES'
apt-get install -y chromium
sudo apt-get -qq update
packages_need build
dpkg -i ./x.deb
pip install jwcrypto
git clone https://git.example/x
wget http://127.0.0.1/
curl -s https://www.debian.org/
"$XCJ" verify --jwks https://accounts.google.com/keys
echo x >/tmp/x
mkdir -p "$HOME/.cache"
printf x >"$XCJ_ROOT/tests/x"
cp x "$XCJ_ROOT/tests/cli"
LINES

finish "$(wc -l <"$work/started") scripts, and $(wc -l <"$work/all") with those that they reach"
