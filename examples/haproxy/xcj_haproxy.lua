-- Converters of HAProxy that mint and verify tokens. gateway.lua, which haproxy.cfg loads in each thread, calls register().
-- README.md describes the settings.
local xcj = require("xcj")
local gateway = {}

-- The content of a file; an error ends HAProxy's start.
function gateway.file(name)
    local file = assert(io.open(name, "rb"))
    local content = file:read("a")
    file:close()
    return content
end

-- The value of xcj.minter() or xcj.verifier(), or an error with the reason.
local function made(what, value, err)
    return value or error("xcj: " .. what .. ": " .. err.code .. ": " .. err.message, 0)
end

-- settings: minter, and optionally verifier (tables for xcj.minter() and xcj.verifier()), apikey_header, name.
function gateway.register(settings)
    local name = settings.name or "xcj"

    if settings.minter then
        if type(settings.minter.bearer) == "table" then
            settings.minter.bearer = made("minter.bearer", xcj.verifier(settings.minter.bearer))
        end
        local minter = made("minter", xcj.minter(settings.minter))
        core.register_converters(name .. "_mint", minter:converter(settings.apikey_header or "apikey"))
    end

    if settings.verifier then
        local verifier = made("verifier", xcj.verifier(settings.verifier))
        core.register_converters(name .. "_verify", function(token)
            return verifier:verify(token) or ""
        end)
    end
end

return gateway
