# shellcheck shell=sh disable=SC2154 # scenario/lib.sh sets work
# Sourced by the tests here and by the player of the scenario: nginx with its Lua module, the plugin, and a stand-in for Kong.
packages_or_skip /usr/share/lua/5.1/cjson/util.lua
# shellcheck source=../../openresty/tests/server.sh
. "$XCJ_EXAMPLES/openresty/tests/server.sh"
cp -r "$XCJ_EXAMPLES/kong/kong" "$XCJ_EXAMPLES/kong/tests/standin" .

# plugin_lua: the init_by_lua that loads the plugin, and the configurations in conf/NAME.json into configs[NAME] as Kong would. In
# unchecked.json are those that the schema refuses, as a vault's value may make them.
plugin_lua() {
    cat <<CONF
    lua_package_path "$work/?.lua;$work/standin/?.lua;$work/lua/?.lua;;";
    lua_shared_dict proofs 1m;
    init_by_lua_block {
        kong = require("pdk")
        local cjson = require("cjson.safe")
        local standin = require("standin.schema")
        local schema = require("kong.plugins.x-custom-jwt.schema")
        handler = require("kong.plugins.x-custom-jwt.handler")
        local function read(name)
            local file = assert(io.open("$work/conf/" .. name, "rb"))
            local text = file:read("*a")
            file:close()
            return assert(cjson.decode(text))
        end
        configs = {}
        for name, config in pairs(read("configs.json")) do
            local entity, wrong = standin.load(schema, { name = "x-custom-jwt", config = config })
            configs[name] = (entity or error(name .. ": " .. cjson.encode(wrong))).config
            if config.strict or $1 then
                local minter, failure = require("kong.plugins.x-custom-jwt.minter").of(configs[name])
                if not minter then
                    error("init_by_lua: " .. tostring(failure))
                end
            end
        end
    }
CONF
}
