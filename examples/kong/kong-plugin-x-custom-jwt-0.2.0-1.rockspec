rockspec_format = "3.0"
package = "kong-plugin-x-custom-jwt"
version = "0.2.0-1"
-- For luarocks make, in a checkout.
source = {
    url = ".",
}
description = {
    summary = "x-custom-jwt for Kong on libxcj: a custom JWT for each authenticated request",
    license = "MIT",
}
dependencies = {
    "lua >= 5.1",
    "lua-resty-xcj >= 0.2.0",
}
build = {
    type = "builtin",
    modules = {
        ["kong.plugins.x-custom-jwt.handler"] = "examples/kong/kong/plugins/x-custom-jwt/handler.lua",
        ["kong.plugins.x-custom-jwt.minter"] = "examples/kong/kong/plugins/x-custom-jwt/minter.lua",
        ["kong.plugins.x-custom-jwt.schema"] = "examples/kong/kong/plugins/x-custom-jwt/schema.lua",
    },
}
