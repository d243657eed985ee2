--[[
A stand-in for the functions of Kong's PDK that handler.lua calls, written from their documentation. Each checks its phase and its
arguments as the PDK does. `ngx.ctx.standin` has what Kong knows of a request: service, consumer, and in place of a TLS connection the certificate.
]]
local kong = { request = {}, service = { request = {} }, client = { tls = {} }, router = {}, response = {}, log = {} }

-- As in the PDK, one look-up for each call.
local function phases(...)
    local set = {}
    for _, phase in ipairs({ ... }) do
        set[phase] = true
    end
    return set
end
local before_service = phases("rewrite", "access")
local with_response = phases("rewrite", "access", "header_filter")
local after_access = phases("access", "header_filter", "body_filter", "log")
local with_client = phases("rewrite", "access", "header_filter", "body_filter", "log")
local with_tls = phases("rewrite", "access", "balancer", "header_filter", "body_filter", "log")

local function in_phase(allowed)
    local phase = ngx.get_phase()
    if not allowed[phase] then
        error("function cannot be called in " .. phase .. " phase", 3)
    end
end

function kong.request.get_method()
    in_phase(with_client)
    return ngx.req.get_method()
end

function kong.service.request.set_header(name, value)
    in_phase(before_service)
    assert(type(name) == "string" and type(value) == "string", "header and value must be strings")
    ngx.req.set_header(name, value)
end

function kong.service.request.clear_header(name)
    in_phase(before_service)
    assert(type(name) == "string", "header must be a string")
    ngx.req.clear_header(name)
end

function kong.client.tls.get_full_client_certificate_chain()
    in_phase(with_tls)
    return ngx.ctx.standin.cert or ngx.var.ssl_client_raw_cert
end

function kong.client.get_consumer()
    in_phase(with_client)
    return ngx.ctx.standin.consumer
end

function kong.router.get_service()
    in_phase(after_access)
    return ngx.ctx.standin.service
end

function kong.response.set_header(name, value)
    in_phase(with_response)
    assert(type(name) == "string" and type(value) == "string", "header and value must be strings")
    ngx.header[name] = value
end

function kong.response.exit(status, body, headers)
    in_phase(before_service)
    assert(type(status) == "number" and status >= 100 and status <= 599, "code must be a number from 100 to 599")
    assert(body == nil or type(body) == "string", "body must be a nil, string or table")
    ngx.status = status
    for name, value in pairs(headers or {}) do
        ngx.header[name] = value
    end
    ngx.header["Content-Length"] = body and #body or 0
    ngx.print(body)
    return ngx.exit(status)
end

for name, level in pairs({ err = ngx.ERR, info = ngx.INFO }) do
    kong.log[name] = function(...)
        ngx.log(level, "[kong] ", ...)
    end
end

-- kong.ctx.plugin: a table for this plugin and this request.
kong.ctx = setmetatable({}, {
    __index = function(_, name)
        assert(name == "plugin")
        local ctx = ngx.ctx
        ctx.standin_plugin = ctx.standin_plugin or {}
        return ctx.standin_plugin
    end,
})

return kong
