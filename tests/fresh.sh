#!/bin/sh
# Runs the two commands of README.md on a new Debian: makes a minimal root folder with debootstrap, copies the tracked files of
# this checkout into it, and runs them there. Ends with 0 when all went well; tells which tests were skipped, and why.
#
#     sh tests/fresh.sh [12|13|sid] [MODE] [CONDITION]...     Debian 12 and the mode readme unless given
#
#     readme      both commands; then tests/run.sh again, which must install nothing
#     plain       the same with tests/run.sh --plain, as continuous integration does
#     all         the same with tests/run.sh --all
#     sealed      the tests without a network; and whatever they write outside of the build folder and TMPDIR is an error
#     locks       both commands while another process holds apt's locks for a minute
#     nginx, haproxy, apache, openresty    every command of examples/NAME/README.md, from the first to the four verified tokens
#
# Conditions, together or alone:
#     clang       clang, and no gcc
#     spaces      a folder with spaces and a quote in its name
#     readonly    a source tree that nobody can write to, with BUILD elsewhere
#     turkish     the locale tr_TR.UTF-8, in which I is not the capital letter of i; otherwise it is C
#     user        not root, who runs the printed command when told so
#
# Needs root, for chroot; ends with 77 where it cannot make such a folder. Each run gets a root folder of its own in $BUILD/fresh and
# leaves nothing but logs: mounts and processes belong to namespaces that end with the run. debootstrap's result and the
# downloaded packages are kept there for the next run.
# Modes are called by their names.
# shellcheck disable=SC2317

set -eu
self=$(cd "$(dirname "$0")" && pwd)/fresh.sh
cd "$(dirname "$0")/.."
# shellcheck source=apt.sh
. tests/apt.sh

release=${1:-12}
[ $# -eq 0 ] || shift
mode=readme
conditions='clang spaces readonly turkish user'
case " $conditions " in *" ${1:-user} "*) ;; *) mode=$1 && shift ;; esac
name=$(printf '%s-' "$mode" "$@")
name=${name%-}
# What it takes to make a root folder is missing: no verdict on the project.
cannot() {
    printf 'SKIP: tests/fresh.sh: %s\n' "$*"
    exit 77
}

case $release in
12) suite=bookworm ;;
13) suite=trixie ;;
sid) suite=sid ;;
*) suite= ;;
esac
usage() {
    printf 'usage: sh tests/fresh.sh [12|13|sid] [%s] [%s]...\n' "$(sed -n 's/^mode_\([a-z]*\)() {$/\1/p' "$self" | tr '\n' '|' | sed 's/|$//')" \
        "$(printf '%s' "$conditions" | tr ' ' '|')" >&2
    exit 2
}
if [ -z "$suite" ] || ! grep -q "^mode_$mode() {" "$self"; then usage; fi
for condition; do
    case " $conditions " in *" $condition "*) ;; *) usage ;; esac
done
fresh=$BUILD/fresh
# Everything else happens in namespaces that end with this process, however it ends.
if [ -z "${XCJ_FRESH:-}" ]; then
    [ "$(id -u)" -eq 0 ] || cannot 'not root'
    (packages_need fresh) || cannot 'no debootstrap'
    unshare --mount --pid --fork true 2>/dev/null || cannot 'no namespaces here'
    mkdir -p "$fresh"
    XCJ_FRESH=$(mktemp -d "$fresh/root-$suite-$name.XXXXXX")
    export XCJ_FRESH
    unshare --mount --pid --fork --kill-child --propagation private sh "$self" "$release" "$mode" "$@" &
    inner=$!
    trap 'rm -rf --one-file-system "$XCJ_FRESH"' EXIT
    trap 'kill $inner; wait $inner; exit 1' HUP INT TERM
    status=0
    wait $inner || status=$?
    exit "$status"
fi

root=$XCJ_FRESH
base=$fresh/base-$suite
log=$fresh/$release-$name.log
home=/home/dev/libxcj
as=root
scratch=/var/tmp/scratch

say() {
    printf '== fresh %s %s: %s\n' "$release" "$name" "$*"
}

die() {
    say "FAILED: $*"
    exit 1
}

# The host's own mirrors, with another release in place of the host's.
# shellcheck disable=SC2016
sources() {
    own=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null |
        grep -E " $own(-updates|-security|) main\$" | sed "s| $own| $suite|" >"$fresh/sources"
    [ -s "$fresh/sources" ] || printf 'deb http://deb.debian.org/debian %s main\n' "$suite" >"$fresh/sources"
    if [ "$suite" = sid ]; then grep ' sid main$' "$fresh/sources"; else cat "$fresh/sources"; fi
}

make_base() {
    [ ! -d "$base" ] || return 0
    say 'debootstrap'
    mirror=$(sources | sed -n "s/^deb \([^ ]*\) $suite main\$/\1/p" | head -n 1)
    proxy=$(apt-config shell proxy Acquire::http::Proxy)
    eval "$proxy"
    rm -rf "$base.new"
    http_proxy=${proxy:-${http_proxy:-}} debootstrap --variant=minbase "$suite" "$base.new" "$mirror" >"$fresh/debootstrap.log" 2>&1 || {
        tail -n 20 "$fresh/debootstrap.log" >&2
        cannot 'debootstrap fails'
    }
    mv "$base.new" "$base"
}

# A copy of the base with the host's way to the network, and without daemons.
make_root() {
    chmod 755 "$root"
    cp -a "$base/." "$root"
    sources >"$root/etc/apt/sources.list"
    apt-config dump | grep -E '^Acquire::(https?::|Check-|Force|Retries|Languages)' >"$root/etc/apt/apt.conf.d/99host" || true
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mkdir -p "$fresh/debs-$suite/partial"
    mount --bind "$fresh/debs-$suite" "$root/var/cache/apt/archives"
    chroot "$root" useradd -m dev
    mkdir -m 1777 "$root$scratch"
}

# The tracked files as they are in the working tree; without git, all but builds.
files() {
    if git rev-parse --git-dir >/dev/null 2>&1; then
        # shellcheck disable=SC2016
        git ls-files -z | xargs -0 sh -c 'for file; do [ ! -e "$file" ] || printf "%s\0" "$file"; done' sh
    else
        find . -path ./build -prune -o ! -type d -print0
    fi
}

put_checkout() {
    mkdir -p "$root$home"
    files | tar -c --null -T - | tar -x --no-same-owner -C "$root$home"
    chroot "$root" chown -R dev:dev /home/dev
}

# COMMAND... in the checkout, by the user $as, with the variables in $with and nothing else of this environment.
inside() {
    owner=/root
    [ "$as" = root ] || owner=/home/$as
    # shellcheck disable=SC2016,SC2086
    set -- chroot --userspec="$as" "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        HOME="$owner" TMPDIR="$scratch" http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" $with \
        sh -c 'cd "$1" && shift && exec "$@"' sh "$home" "$@"
    # shellcheck disable=SC2016
    [ "$network" = yes ] || set -- unshare --net sh -c 'ip link set lo up && exec "$@"' sh "$@"
    "$@"
}
with=
network=yes

# The same, written to the log; what matters of it is shown.
run() {
    say "$*${with:+ ($with)}"
    status=0
    inside "$@" >"$log.part" 2>&1 || status=$?
    cat "$log.part" >>"$log"
    grep -E '^== |leaves out|tests passed|tests failed' "$log.part" || true
}

passed_not() {
    tail -n 60 "$log.part"
    die "$* ends with $status"
}

passes() {
    run "$@"
    [ "$status" -eq 0 ] || passed_not "$@"
}

# The tests that the last run skipped, with what they say of it.
skipped() {
    awk '
        FNR == NR && /\*\*\*Skipped/ { for (i = 1; i < NF; i++) if ($i ~ /^#[0-9]+:$/) why[$(i + 1)] = "(no reason given)" }
        FNR == NR { next }
        / Testing: / { name = $NF }
        /^SKIP|^skipped/ && name in why { sub(/^[A-Za-z]*:? */, ""); why[name] = $0 }
        END { for (name in why) { print "  " name ": " why[name]; count++ } print "  " count + 0 " tests were skipped" }
    ' "$log.part" "$root${built:-$home/build}/tests/Testing/Temporary/LastTest.log" | sort
}

# SCRIPT ARGUMENT...; a user who is told so has root run the printed command.
command_passes() {
    run sh "$@"
    printed=$(sed -n 's/^    \(apt-get update && .*\)$/\1/p' "$log.part")
    if [ "$as" = dev ] && [ "$status" -ne 0 ] && [ -n "$printed" ]; then
        as=root
        passes sh -c "$printed"
        as=dev
        run sh "$@"
    fi
    [ "$status" -eq 0 ] || passed_not "$@"
}

mode_readme() {
    command_passes examples/quickstart.sh
    command_passes tests/run.sh
    skipped
    passes sh tests/run.sh --plain -R '^dev/structure_packages$'
    if grep -q '^== Installing' "$log.part"; then die 'a second run installs packages'; fi
}

mode_plain() {
    command_passes examples/quickstart.sh
    command_passes tests/run.sh --plain
    skipped
}

mode_all() {
    command_passes examples/quickstart.sh
    command_passes tests/run.sh --all
    skipped
}

# Programs that were installed and then started for the first time write caches; hence the run before.
mode_sealed() {
    passes sh tests/run.sh -N
    passes sh tests/run.sh --plain -R '^dev/(cli|structure|install|package|analysis|secret|conform_command|valgrind)'
    touch "$root/stamp"
    network=no
    passes sh tests/run.sh
    skipped
    find "$root" -xdev \( -newer "$root/stamp" -o -cnewer "$root/stamp" \) ! -type d ! -path "$root$home/build/*" ! -path "$root/stamp" \
        >"$log.part"
    find "$root$scratch" -mindepth 1 >>"$log.part"
    [ ! -s "$log.part" ] || die "the tests leave: $(sed "s|^$root||" "$log.part" | head -n 40)"
}

install() {
    passes sh -c "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $*"
}

condition_clang() {
    install clang
}

condition_spaces() {
    mv "$root$home" "$root/home/dev/it's a folder"
    home="/home/dev/it's a folder"
}

condition_readonly() {
    mount --bind "$root$home" "$root$home"
    mount -o remount,bind,ro "$root$home"
    built=/var/tmp/build
    with="$with BUILD=$built"
}

condition_turkish() {
    install locales
    passes localedef -i tr_TR -f UTF-8 tr_TR.UTF-8
    with="$with LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8"
}

condition_user() {
    as=dev
}

# example NAME: its README. Installed with a network; then tried without one, so that the ports are free.
example() {
    with="$with DEBIAN_FRONTEND=noninteractive"
    for part in Install 'Try it'; do
        {
            printf 'sudo() { "$@"; }\n'
            awk -v part="## $part" '
                /^## / { inside = $0 == part }
                /^```$/ { shell = 0 }
                inside && shell
                /^```sh$/ { shell = 1 }' "examples/$1/README.md"
        } >"$root$scratch/commands"
        passes sh -eu "$scratch/commands"
        network=no
    done
    verified=$(grep -c '^{.*"act":{"client_id":"[^"]*"}' "$log.part")
    [ "$verified" -eq 4 ] || die "the README leads to $verified verified tokens, not to 4"
}

mode_nginx() {
    example nginx
}

mode_haproxy() {
    example haproxy
}

mode_apache() {
    example apache
}

mode_openresty() {
    example openresty
}

# Held as by apt-get update in the background, and as by dpkg.
mode_locks() {
    cat >"$root/hold.pl" <<'PERL'
use Fcntl;
my $lock = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0, 0);
for my $file ("lib/apt/lists/lock", "lib/dpkg/lock", "lib/dpkg/lock-frontend", "cache/apt/archives/lock") {
    open(my $handle, ">>", "/var/$file") or die "$file: $!";
    fcntl($handle, F_SETLK, $lock) or die "$file: $!";
    push @held, $handle;
}
sleep 60;
open(my $released, ">", "/released") or die "/released: $!";
PERL
    for command in examples/quickstart.sh 'tests/run.sh --plain -R ^dev/(structure_packages|test_)'; do
        rm -f "$root/released"
        chroot "$root" perl /hold.pl &
        sleep 2
        kill -0 $! || die 'the locks are not held'
        # shellcheck disable=SC2086
        passes sh $command
        [ -e "$root/released" ] || die "$command did not wait for the lock"
    done
}

# In braces: the shell has read all of it when the first command runs, so that the file may change meanwhile.
{
    : >"$log"
    make_base
    make_root
    put_checkout
    given=" $* "
    for condition in $conditions; do
        case $given in *" $condition "*) "condition_$condition" ;; esac
    done
    "mode_$mode"
    case $given in *' clang '*) [ ! -e "$root/usr/bin/gcc" ] || die 'gcc is installed' ;; esac
    say 'passed'
    exit 0
}
