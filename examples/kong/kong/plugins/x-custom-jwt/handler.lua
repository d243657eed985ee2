--[[
handler.lua: the plugin. After the authentication plugins it mints a token for the caller and puts it into a header for the Service.
]]
local minters = require("kong.plugins.x-custom-jwt.minter")
local xcj = require("resty.xcj")

local Plugin = {
    VERSION = "0.2.0",
    PRIORITY = 1025, -- as the original: after the plugins that authenticate
}

local function given(value)
    if value ~= ngx.null then
        return value
    end
end

-- The sum of bits for the methods, once for each list.
local sums = setmetatable({}, { __mode = "k" })

local function methods_of(config)
    local methods = given(config.methods)
    if not methods then
        return config.strict and "any" or "kong"
    end
    local sum = sums[methods]
    if not sum then
        sum = 0
        for _, method in ipairs(methods) do
            local bit = xcj.methods[method]
            sum = sum % (2 * bit) < bit and sum + bit or sum
        end
        sums[methods] = sum
    end
    return sum
end

-- One value of a header. Of several, the original took the first; strict refuses them, for another plugin may have checked another one.
local function single(value, config)
    if type(value) == "table" and not config.strict then
        return value[1]
    end
    return value
end

local function set_service(request, config)
    local audiences = given(config.audiences)
    if audiences then
        request.audience = audiences
        return
    end
    local service = kong.router.get_service()
    if service then
        request.service_scheme = given(service.protocol)
        request.service_host = given(service.host)
        request.service_port = given(service.port)
        request.service_path = given(service.path)
    end
end

local function set_consumer(request)
    local consumer = kong.client.get_consumer()
    if consumer then
        request.consumer_custom_id = given(consumer.custom_id)
        request.consumer_id = given(consumer.id)
    end
end

local function set_dpop(request, headers, config)
    local dpop = given(config.dpop)
    if dpop then
        request.dpop = headers["dpop"]
        request.htm = kong.request.get_method()
        request.htu = dpop.origin .. ngx.var.request_uri:gsub("%?.*", "")
    end
end

local function set_claims(request, headers, config)
    local wanted = given(config.claims_from_headers)
    if not wanted then
        return
    end
    local claims = {}
    for claim, header in pairs(wanted) do
        local value = single(headers[header], config)
        if value ~= nil then
            claims[#claims + 1] = { name = claim, value = value }
        end
    end
    request.claims = claims
end

local function read_request(config, headers)
    local request = {
        methods = methods_of(config),
        authorization = single(rawget(headers, "authorization"), config),
        client_cert = kong.client.tls.get_full_client_certificate_chain(),
        api_key = single(headers[config.apikey_header], config),
    }
    set_service(request, config)
    set_consumer(request)
    set_dpop(request, headers, config)
    set_claims(request, headers, config)
    return request
end

-- The token replaces the header, and all that a Service could mistake for it.
local function clear_copies(headers, name)
    for other in pairs(headers) do
        if xcj.header_alike(other, name) then
            kong.service.request.clear_header(other)
        end
    end
end

local function challenge(failure)
    if failure.name == "XCJ_ERR_PROOF" or failure.name == "XCJ_ERR_REPLAY" then
        return 'DPoP error="invalid_dpop_proof"'
    end
    return "Bearer"
end

-- The original answers 401 to everything. With strict, an error of the gateway is 500, and its reason is for the log alone.
local function refuse(failure, config)
    local log = failure.status == 401 and kong.log.info or kong.log.err
    log("x-custom-jwt: ", tostring(failure))
    local headers = { ["Content-Type"] = "application/json" }
    if not config.strict then
        return kong.response.exit(401, xcj.kong_failure(failure, config.verbose), headers)
    end
    headers["Cache-Control"] = "no-store"
    if failure.status == 401 then
        headers["WWW-Authenticate"] = challenge(failure)
    end
    return kong.response.exit(failure.status, xcj.kong_failure(failure, config.verbose and failure.status == 401), headers)
end

function Plugin:access(config)
    local minter, failure = minters.of(config)
    local headers, token
    if minter then
        headers = ngx.req.get_headers(0) -- all of them: the PDK stops at 1000
        token, failure = minter:mint(read_request(config, headers))
    end
    if not token then
        return refuse(failure, config)
    end
    local header = config.upstream_custom_jwt_header
    clear_copies(headers, header)
    kong.service.request.set_header(header, xcj.header_prefix(header) .. token)
    if given(config.downstream_custom_jwt_header) then
        kong.ctx.plugin.token = token
    end
end

function Plugin:header_filter(config)
    local header, token = given(config.downstream_custom_jwt_header), kong.ctx.plugin.token
    if header and token then
        kong.response.set_header(header, xcj.header_prefix(header) .. token)
    end
end

return Plugin
