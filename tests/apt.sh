# shellcheck shell=sh
# Sourced by the scripts that install what they need before they build. No test may: structure_reach sees to it.
#
#     packages_need GROUP...     installs the missing packages of these groups when run as root; otherwise prints the command
#                                that does, and ends the script

# shellcheck source=builds.sh
. tests/builds.sh
# shellcheck source=packages.sh
. tests/packages.sh

# Waits ten minutes for another process that holds a lock. DPkg::Lock::Timeout is for dpkg's locks: apt-get gives up at once
# on those of its lists and its archives, so it is called again.
packages_apt() {
    tries=120
    until LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 "$@" >"$BUILD/packages.log" 2>&1; do
        tries=$((tries - 1))
        if [ "$tries" -eq 0 ] || ! grep -q 'Could not get lock' "$BUILD/packages.log"; then
            cat "$BUILD/packages.log" >&2
            exit 1
        fi
        sleep 5
    done
}

# Package names hold no white space.
# shellcheck disable=SC2086
packages_need() {
    missing=$(packages_missing "$@")
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null; then
        printf 'Missing, by the names of the Debian packages: %s\n' "$missing" >&2
        exit 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        printf 'Missing: %s. Run this as root, and then this script again:\n\n' "$missing" >&2
        printf '    apt-get update && apt-get install -y --no-install-recommends %s\n\n' "$missing" >&2
        exit 1
    fi
    mkdir -p "$BUILD"
    packages_apt update
    printf '== Installing %s\n' "$missing"
    packages_apt install -y --no-install-recommends $missing
    missing=$(packages_missing "$@")
    [ -z "$missing" ] || {
        printf 'Installed, but still not found: %s\n' "$missing" >&2
        exit 1
    }
}
