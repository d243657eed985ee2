--[[
A stand-in for the types of Kong that schema.lua names, written from Kong's documentation: each is a function that takes further
attributes, or a table where it is used as it is.
]]
local function define(base)
    return setmetatable({}, {
        __call = function(_, more)
            local field = {}
            for name, value in pairs(base) do
                field[name] = value
            end
            for name, value in pairs(more or {}) do
                field[name] = value
            end
            return field
        end,
    })
end

local function check_header_name(name)
    if name:match("^[%w_%-]+$") then
        return true
    end
    return nil, "bad header name '" .. name .. "', allowed characters are A-Z, a-z, 0-9, '_', and '-'"
end

local function check_url(url)
    if not url:match("^%a[%w+.-]*://") then
        return nil, "missing scheme in url"
    end
    if not url:match("^%a[%w+.-]*://[^/:]+") then
        return nil, "missing host in url"
    end
    return true
end

return {
    header_name = define({ type = "string", custom_validator = check_header_name }),
    url = define({ type = "string", custom_validator = check_url }),
    protocols = {
        type = "set",
        required = true,
        default = { "grpc", "grpcs", "http", "https" },
        elements = { type = "string", one_of = { "grpc", "grpcs", "http", "https", "tcp", "tls", "udp" } },
    },
}
