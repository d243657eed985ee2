# shellcheck shell=sh
# Sourced by the tests of resty.xcj in a real nginx. The environment comes from CMakeLists.txt here: XCJ (the command), XCJ_LIBRARY
# (libxcj.so.0), XCJ_SOURCE (the project). The functions are those of the nginx module's tests, which load the Lua module in its place.
XCJ_EXAMPLE=$XCJ_SOURCE/examples/nginx
XCJ_MODULE=/usr/lib/nginx/modules/ndk_http_module.so # nginx loads it before the Lua module, which needs it
lua_module=/usr/lib/nginx/modules/ngx_http_lua_module.so
export XCJ_EXAMPLE XCJ_MODULE
# shellcheck source=../../../tests/packages.sh
. "$XCJ_SOURCE/tests/packages.sh"
packages_or_skip nginx luajit "$lua_module"
# shellcheck source=../../nginx/tests/lib.sh
. "$XCJ_EXAMPLE/tests/lib.sh"
# nginx may run as a user who cannot read the build directory.
mkdir lib
cp "$XCJ_LIBRARY" lib/libxcj.so.0
cp -r "$XCJ_SOURCE/examples/openresty/lib" lua
cp "$lua_module" lua.so
LD_LIBRARY_PATH=$work/lib
export LD_LIBRARY_PATH
