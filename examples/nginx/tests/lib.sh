# shellcheck shell=sh
# Sourced by the tests of the nginx module. The environment comes from CMakeLists.txt here: XCJ (the command), XCJ_MODULE (the
# module), XCJ_EXAMPLE (examples/nginx) and XCJ_SHARED (vectors that lie outside the project).
: "${XCJ_MODULE:?the module}" "${XCJ_EXAMPLE:?examples/nginx}"
XCJ_EXAMPLES=$XCJ_EXAMPLE/..
# shellcheck source=../../scenario/lib.sh
. "$XCJ_EXAMPLES/scenario/lib.sh"
# shellcheck source=server.sh
. "$XCJ_EXAMPLE/tests/server.sh"

# rejects NAME LINE TEXT [LINE]...: nginx -t refuses the configuration on standard input, says TEXT, and names this line of it.
rejects() {
    rejects_name=$1
    rejects_line=$2
    rejects_text=$3
    configure ''
    rejects_at=$(($(grep -n 'scgi_temp_path' conf/nginx.conf | cut -d : -f 1) + rejects_line))
    if run_nginx -t; then fail "$rejects_name: accepted"; fi
    has "$rejects_name" said "$rejects_text"
    has "$rejects_name" said "nginx.conf:$rejects_at"
}
