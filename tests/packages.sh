# shellcheck shell=sh
# Sourced by tests/run.sh and examples/quickstart.sh: the one place that knows what is needed, how to see that it is there,
# and which Debian or Ubuntu package brings it.
#
#     packages_need GROUP...     installs what is missing of these groups with apt-get when run as root; otherwise prints the
#                                one command that would, and ends the script
#     packages_configure FOLDER OPTION...    cmake in that build folder, with ninja where it is there
#     packages_jobs              how many processors there are

# GROUP, how to see that it is there, package. "cc" stands for a C compiler with its headers.
packages_table() {
    cat <<'LIST'
build  cmake      3.22            cmake
build  cc         -               gcc
build  cc         -               libc6-dev
build  make       -               ninja-build
build  command    pkg-config      pkg-config
build  library    libcrypto:3.0   libssl-dev
build  library    jansson:2.13    libjansson-dev
show   command    openssl         openssl
test   library    check:0         check
test   command    openssl         openssl
test   command    jose            jose
test   library    libjwt:1.10     libjwt-dev
test   command    nm              binutils
test   library    libcurl:7.81    libcurl4-openssl-dev
bench  library    libjwt:1        libjwt-dev
bench  library    jose:11         libjose-dev
bench  library    cjose:0         libcjose-dev
bench  library    librhonabwy:1   librhonabwy-dev
bench  command    jose            jose
bench  command    rnbyc           rnbyc
bench  command    gnuplot         gnuplot-nox
test   command    jq              jq
all    command    tmux            tmux
all    command    zsh             zsh
all    command    fish            fish
all    command    scdoc           scdoc
all    command    man             man-db
all    command    curl            curl
all    command    doxygen         doxygen
all    command    dot             graphviz
all    command    c++             g++
all    command    python3         python3
all    command    luajit          luajit2
all    command    valgrind        valgrind
all    command    softhsm2-util   softhsm2
all    command    pkcs11-tool     opensc
all    engine     pkcs11          libengine-pkcs11-openssl
all    command    shellcheck      shellcheck
all    command    clang-format    clang-format
all    command    valgrind        valgrind
all    command    valgrind        libc6-dbg
all    command    nginx           nginx
all    file       /usr/share/nginx/src/configure  nginx-dev
all    command    haproxy         haproxy
all    command    wrk             wrk
all    command    chromium        chromium
all    command    chromedriver    chromium-driver
all    python     selenium        python3-selenium
all    command    clang           clang
all    command    git             git
all    command    meson           meson
all    command    lintian         lintian
all    command    dpkg-shlibdeps  dpkg-dev
all    command    file            file
all    command    abidiff         abigail-tools
fuzz   command    clang           clang
fuzz   command    clang           libclang-rt-dev
all    command    codespell       codespell
all    command    cppcheck        cppcheck
proof  command    codespell       codespell
proof  command    cppcheck        cppcheck
proof  command    clang-tidy      clang-tidy
all    command    clang-tidy      clang-tidy
proof  command    shellcheck      shellcheck
proof  command    gcovr           gcovr
proof  command    jq              jq
proof  library    check:0         check
proof  command    python3         python3
foreign command clang               clang
foreign file    /usr/lib/gcc/x86_64-linux-gnu/12/32/libgcc.a  gcc-12-multilib
foreign command s390x-linux-gnu-gcc gcc-s390x-linux-gnu
foreign command qemu-s390x          qemu-user
LIST
}

packages_have_cmake() {
    command -v cmake >/dev/null || return 1
    found=$(cmake --version | sed -n '1s/.* \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
    wanted=$(printf '%s' "$1" | tr . ' ')
    printf '%s %s\n' "$found" "$wanted" | awk '{ exit !($1 > $3 || ($1 == $3 && $2 >= $4)) }'
}

packages_have_cc() {
    for cc in "${CC:-cc}" gcc clang; do
        # A compiler without the C library's headers is no compiler.
        command -v "$cc" >/dev/null && printf '#include <stdio.h>\n' | "$cc" -E -x c - >/dev/null 2>&1 && return 0
    done
    return 1
}

# Is it there? KIND, WHAT.
packages_have() {
    case $1 in
    engine) command -v openssl >/dev/null && openssl engine "$2" >/dev/null 2>&1 ;;
    cmake) packages_have_cmake "$2" ;;
    cc) packages_have_cc ;;
    make) command -v ninja >/dev/null || command -v make >/dev/null ;;
    command) command -v "$2" >/dev/null || [ -x "/usr/sbin/$2" ] ;;
    file) [ -e "$2" ] ;;
    python) /usr/bin/python3 -c "import $2" 2>/dev/null ;;
    library) command -v pkg-config >/dev/null && pkg-config --atleast-version="${2#*:}" "${2%:*}" 2>/dev/null ;;
    esac
}

# The packages that are missing of the groups named.
packages_missing() {
    packages_table | while read -r group kind what package; do
        case " $* " in *" $group "*) packages_have "$kind" "$what" || printf '%s\n' "$package" ;; esac
    done | sort -u | tr '\n' ' ' | sed 's/ *$//'
}

packages_need() {
    missing=$(packages_missing "$@")
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null; then
        printf 'Missing, by the names of the Debian packages: %s\n' "$missing" >&2
        exit 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        printf 'Missing: %s. This installs it:\n\n    sudo apt-get install -y %s\n\n' "$missing" "$missing" >&2
        exit 1
    fi
    printf '== Installing %s\n' "$missing"
    mkdir -p build
    apt-get update -qq
    # Package names hold no white space.
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >build/packages.log 2>&1 || {
        cat build/packages.log >&2
        exit 1
    }
    missing=$(packages_missing "$@")
    [ -z "$missing" ] || {
        printf 'Installed, and still not found: %s\n' "$missing" >&2
        exit 1
    }
}

packages_jobs() {
    getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2
}

# The first configuration of a folder chooses its generator. Later ones are quick, and see what has been installed since.
packages_configure() {
    folder=$1
    shift
    if [ ! -f "$folder/CMakeCache.txt" ] && command -v ninja >/dev/null; then
        set -- -G Ninja "$@"
    fi
    cmake -S . -B "$folder" "$@" >"$folder.log" 2>&1 || {
        cat "$folder.log" >&2
        exit 1
    }
    grep 'leaves out' "$folder.log" || true
    rm -f "$folder.log"
}
