# shellcheck shell=sh
# Sourced: which tools and libraries the project needs, how to see that they are installed, and which Debian or Ubuntu package
# brings them. Nothing here installs anything: tests source this file, and tests/apt.sh is for the scripts that may install.
#
#     packages_missing GROUP...    the packages to install for these groups
#     packages_or_skip TOOL...     ends a test as skipped (77) where a command or file is missing, and names its package

# On Debian 12, luajit replaces the LuaJIT of nginx's Lua module; luajit2 is that LuaJIT. Later releases have one.
packages_luajit() {
    case $(. /etc/os-release 2>/dev/null && printf '%s' "${VERSION_ID:-}") in 12) printf luajit2 ;; *) printf luajit ;; esac
}

# GROUPS, how to look (see packages_have), what, package.
packages_table() {
    cat <<LIST
build  cmake  3.22  cmake
build  cc  -  gcc
build  libc  -  libc6-dev
build  make  -  ninja-build
build  command  pkg-config  pkg-config
build  library  libcrypto:3.0  libssl-dev
build  library  jansson:2.13  libjansson-dev
show,test  command  openssl  openssl
test,proof  library  check:0  check
test,bench  command  jose  jose
test,bench  library  libjwt:1.10  libjwt-dev
test  library  libcurl:7.81  libcurl4-openssl-dev
test  command  nm  binutils
test  command  objdump  binutils
test  command  readelf  binutils
test,proof  command  jq  jq
test  command  ssh-keygen  openssh-client
test  links  cc:-fsanitize=address  libclang-rt-dev
all,proof  command  gcc  gcc
all,proof  command  python3  python3
all,proof  command  shellcheck  shellcheck
all,proof  command  codespell  codespell
all,proof  command  cppcheck  cppcheck
all,proof  command  clang-tidy  clang-tidy
all,fuzz,foreign  command  clang  clang
all  command  clang-format  clang-format
all  command  c++  g++
all  command  luajit  $(packages_luajit)
all  command  valgrind  valgrind
all  file  /usr/lib/debug/.build-id  libc6-dbg
all  command  tmux  tmux
all  command  zsh  zsh
all  command  fish  fish
all  command  scdoc  scdoc
all  command  man  man-db
all  command  curl  curl
all  command  doxygen  doxygen
all  command  dot  graphviz
all  command  softhsm2-util  softhsm2
all  command  pkcs11-tool  opensc
all  engine  pkcs11  libengine-pkcs11-openssl
all  command  nginx  nginx
test  command  perl  perl-base
all  file  /usr/share/nginx/src/configure  nginx-dev
all  file  /usr/lib/nginx/modules/ngx_http_lua_module.so  libnginx-mod-http-lua
all  file  /usr/share/lua/5.1/cjson/util.lua  lua-cjson
all  command  haproxy  haproxy
all  file  /usr/include/lua5.3/lua.h  liblua5.3-dev
all  file  /usr/include/lua5.4/lua.h  liblua5.4-dev
all  command  apache2  apache2
all  command  apxs  apache2-dev
all  file  /usr/lib/apache2/modules/mod_auth_openidc.so  libapache2-mod-auth-openidc
all  command  lua5.3  lua5.3
all  command  lua5.4  lua5.4
all  command  promtool  prometheus
all  command  wrk  wrk
all  command  chromium  chromium
all  command  chromedriver  chromium-driver
all  python  selenium  python3-selenium
all  python  jwt  python3-jwt
all  python  cryptography  python3-cryptography
all  command  git  git
all  command  meson  meson
all  command  ninja  ninja-build
all  command  lintian  lintian
all  command  dpkg-shlibdeps  dpkg-dev
all  command  file  file
all  command  abidiff  abigail-tools
fuzz  links  clang:-fsanitize=address  libclang-rt-dev
bench  library  jose:11  libjose-dev
bench  library  cjose:0  libcjose-dev
bench  library  librhonabwy:1  librhonabwy-dev
bench  command  rnbyc  rnbyc
bench  command  gnuplot  gnuplot-nox
proof  command  gcovr  gcovr
foreign  links  gcc:-m32  gcc-$(gcc -dumpversion 2>/dev/null | sed 's/\..*//')-multilib
foreign  command  s390x-linux-gnu-gcc  gcc-s390x-linux-gnu
foreign  command  qemu-s390x  qemu-user
foreign  command  musl-gcc  musl-tools
foreign  command  dpkg-source  dpkg-dev
foreign  command  make  make
foreign  command  patch  patch
fresh  command  debootstrap  debootstrap
fresh  command  ip  iproute2
LIST
}

packages_have_cmake() {
    command -v cmake >/dev/null || return 1
    found=$(cmake --version | sed -n '1s/.* \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
    wanted=$(printf '%s' "$1" | tr . ' ')
    printf '%s %s\n' "$found" "$wanted" | awk '{ exit !($1 > $3 || ($1 == $3 && $2 >= $4)) }'
}

# The compiler that CMake will choose.
packages_cc() {
    for cc in "${CC:-cc}" gcc clang; do
        command -v "$cc" && return 0
    done
    return 1
}

# A compiler without the C library's headers compiles nothing.
packages_have_libc() {
    cc=$(packages_cc) && printf '#include <stdio.h>\n' | "$cc" -E -x c - >/dev/null 2>&1
}

# COMPILER:FLAG, a flag for which the linker needs a library. gcc brings those of its sanitizers; clang's are another package.
packages_have_links() {
    cc=${1%%:*}
    [ "$cc" != cc ] || cc=$(packages_cc) || return 0
    command -v "$cc" >/dev/null && printf 'int main(void) { return 0; }\n' | "$cc" "${1#*:}" -x c - -o /dev/null 2>/dev/null
}

# Is it installed? KIND, WHAT.
packages_have() {
    case $1 in
    command) command -v "$2" >/dev/null || [ -x "/usr/sbin/$2" ] ;;
    library) command -v pkg-config >/dev/null && pkg-config --atleast-version="${2#*:}" "${2%:*}" 2>/dev/null ;;
    file) [ -e "$2" ] ;;
    python) /usr/bin/python3 -c "import $2" 2>/dev/null ;;
    engine) command -v openssl >/dev/null && openssl engine "$2" >/dev/null 2>&1 ;;
    make) command -v ninja >/dev/null || command -v make >/dev/null ;;
    cc) packages_cc >/dev/null ;;
    *) "packages_have_$1" "$2" ;;
    esac
}

packages_missing() {
    packages_table | while read -r groups kind what package; do
        for group; do
            case ",$groups," in *",$group,"*) packages_have "$kind" "$what" || printf '%s\n' "$package" ;; esac
        done
    done | sort -u | tr '\n' ' ' | sed 's/ *$//'
}

# The package that brings a command, or a file with this path.
packages_of() {
    packages_table | awk -v tool="$1" '($2 == "command" || $2 == "file") && $3 == tool { print $4; exit }'
}

packages_or_skip() {
    for wanted; do
        case $wanted in /*) [ ! -e "$wanted" ] || continue ;; *) packages_have command "$wanted" && continue ;; esac
        printf 'SKIP: %s is not installed (Debian package %s)\n' "$wanted" "$(packages_of "$wanted")"
        exit 77
    done
}
