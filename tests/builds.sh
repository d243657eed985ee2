# shellcheck shell=sh
# Sourced from the root of the project: how its scripts build. BUILD names the folder for all builds, build unless it is set;
# a relative one is seen from where the script was called.
#
#     builds_jobs                                how many processors there are
#     builds_make FOLDER CMAKE_OPTION...         configures and builds $BUILD/FOLDER; $targets, if set, instead of everything
#     builds_configure FOLDER CMAKE_OPTION...    configures only
#     builds_strict                              is this Debian 12? What its compilers and analysers find is an error; others know
#                                                more warnings, which stop nobody's build

case ${BUILD:=build} in
/*) ;;
build) BUILD=$PWD/build ;;
*) BUILD=${OLDPWD:-$PWD}/$BUILD ;;
esac
export BUILD

builds_jobs() {
    getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2
}

builds_strict() {
    grep -qxs 'ID=debian' /etc/os-release && grep -qx 'VERSION_ID="12"' /etc/os-release
}

# The first configuration of a folder chooses its generator. Later ones are quick, and see what has been installed since.
builds_configure() {
    folder=$BUILD/$1
    shift
    if [ ! -f "$folder/CMakeCache.txt" ] && command -v ninja >/dev/null; then
        set -- -G Ninja "$@"
    fi
    mkdir -p "$folder"
    cmake -S . -B "$folder" "$@" >"$folder.log" 2>&1 || {
        cat "$folder.log" >&2
        exit 1
    }
    grep 'leaves out' "$folder.log" || true
}

# Names of targets hold no white space.
# shellcheck disable=SC2086
builds_make() {
    printf '== Building %s\n' "$1"
    builds_configure "$@"
    cmake --build "$folder" -j "$(builds_jobs)" ${targets:+--target $targets} >"$folder.log" 2>&1 || {
        cat "$folder.log" >&2
        exit 1
    }
}
