rockspec_format = "3.0"
package = "lua-resty-xcj"
version = "0.2.0-1"
-- For luarocks make, in a checkout.
source = {
    url = ".",
}
description = {
    summary = "libxcj for OpenResty: mint a JWT for each authenticated request, verify tokens, convert keys",
    detailed = "A binding through the FFI of LuaJIT. libxcj.so.0 must be installed.",
    license = "MIT",
}
dependencies = {
    "lua >= 5.1",
}
external_dependencies = {
    XCJ = { library = "xcj" },
}
build = {
    type = "builtin",
    modules = {
        ["resty.xcj"] = "examples/openresty/lib/resty/xcj.lua",
        ["resty.xcj.base"] = "examples/openresty/lib/resty/xcj/base.lua",
        ["resty.xcj.cdef"] = "examples/openresty/lib/resty/xcj/cdef.lua",
        ["resty.xcj.gateway"] = "examples/openresty/lib/resty/xcj/gateway.lua",
        ["resty.xcj.key"] = "examples/openresty/lib/resty/xcj/key.lua",
        ["resty.xcj.minter"] = "examples/openresty/lib/resty/xcj/minter.lua",
        ["resty.xcj.verifier"] = "examples/openresty/lib/resty/xcj/verifier.lua",
    },
}
