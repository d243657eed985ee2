--[[
resty/xcj/gateway.lua: the work of a gateway in nginx: find the credential of a request, mint, set the header, or answer.

    init_by_lua_block   { gateway = xcj.must(require("resty.xcj.gateway").new({ minter = ..., methods = "basic", ... })) }
    access_by_lua_block { gateway:access() }

It authenticates nobody but for Bearer tokens, if the minter has a bearer_verifier, and API keys, if it has identities. Another
module of nginx must have checked each other method, before the access phase of Lua: auth_basic, ssl_verify_client.
]]
local base = require("resty.xcj.base")
local cdef = require("resty.xcj.cdef")
local minters = require("resty.xcj.minter")
local xcj = require("resty.xcj")

local bit = require("bit")
local constants = cdef.constants
local ngx, type, pairs = ngx, type, pairs

local M = {}
M.__index = M

local known = {
    minter = "table", methods = "any", audience = "any", consumer = "any", upstream_header = "string",
    downstream_header = "string", apikey_header = "string", htu_origin = "string", claims = "function", verbose = "boolean",
}

local function check(options)
    for name, value in pairs(options) do
        if not known[name] or (known[name] ~= "any" and type(value) ~= known[name]) then
            return nil, base.error(constants.ERR_CONFIG, tostring(name), tostring(name) .. " is unknown or of another type")
        end
    end
    if not minters.Minter.is(options.minter) then
        return nil, base.error(constants.ERR_CONFIG, "minter", "minter is required")
    end
    return true
end

-- Is the client certificate needed? It authenticates the caller, proves that a Bearer token is bound to it, or binds the new token.
-- `bits` is not a number for "kong".
local function needs_certificate(minter, bits)
    local methods = minters.methods.client_cert + minters.methods.bearer
    return minter.binds_certificate or type(bits) ~= "number" or bit.band(bits, methods) ~= 0
end

--[[
    minter               the minter; required
    methods              as in a request of the minter: what authenticated the requests here
    audience             the aud claim: a string, a list of strings, or a function that returns one; nil: that of the minter
    consumer             a string, or a function of the caller; nil: that of the identities
    upstream_header      "X-Custom-Jwt"
    downstream_header    nil: none
    apikey_header        "apikey"
    htu_origin           the scheme and host that clients use, for DPoP; nil: no DPoP
    claims               a function that returns the claims of the request
    verbose              true: give the reason in the 401's body
]]
function M.new(options)
    local ok, failure = check(options)
    local self = { upstream_header = "X-Custom-Jwt", apikey_header = "apikey" }
    if not ok then
        return nil, failure
    end
    for name, value in pairs(options) do
        self[name] = value
    end
    for _, name in ipairs({ "upstream_header", "downstream_header" }) do
        if self[name] then
            ok, failure = xcj.check_token_header(self[name])
            if not ok then
                return nil, failure
            end
        end
    end
    self.prefix = xcj.header_prefix(self.upstream_header)
    local bits = minters.methods[self.methods] or self.methods
    self.needs_certificate = needs_certificate(self.minter, bits)
    self.basic_only = bits == minters.methods.basic
    return setmetatable(self, M)
end

-- A certificate that nginx could not verify is an error, for it is not nobody's.
local function client_cert(self)
    if not self.needs_certificate then
        return nil
    end
    local verify = ngx.var.ssl_client_verify
    if verify == "SUCCESS" then
        return ngx.var.ssl_client_raw_cert
    end
    if verify ~= nil and verify ~= "NONE" and verify ~= "" then
        return nil, base.error(constants.ERR_CREDENTIAL, "client_cert", "the client certificate is not valid")
    end
end

-- Removes all that a service could mistake for our header.
local function clear_copies(headers, name)
    for other in pairs(headers) do
        if xcj.header_alike(other, name) then
            ngx.req.clear_header(other)
        end
    end
end

-- Names of `headers` are in lower case. Two headers give a table, which the minter refuses.
local function read_request(self, headers)
    local cert, failure = client_cert(self)
    if failure then
        return nil, failure
    end
    local audience = self.audience
    if type(audience) == "function" then
        audience = audience()
    end
    local dpop = self.htu_origin and rawget(headers, "dpop")
    return {
        methods = self.methods,
        authorization = rawget(headers, "authorization"),
        client_cert = cert,
        api_key = headers[self.apikey_header],
        audience = audience,
        claims = self.claims and self.claims(),
        dpop = dpop,
        htm = dpop and ngx.req.get_method(),
        htu = dpop and self.htu_origin .. ngx.var.request_uri:gsub("%?.*", ""),
    }
end

local function mint(self, request)
    local consumer = self.consumer
    if type(consumer) ~= "function" then
        request.consumer_custom_id = consumer
        return self.minter:mint(request)
    end
    local caller, failure = self.minter:caller(request)
    if not caller then
        return nil, failure
    end
    request.consumer_custom_id = consumer(caller)
    request.caller = caller
    local token
    token, failure = self.minter:mint(request)
    caller:free()
    return token, failure
end

-- RFC 9110 11.6.1, RFC 9449 7.1
local function challenge(self, failure)
    if self.basic_only then
        return 'Basic realm="gateway", charset="UTF-8"'
    end
    if failure.name == "XCJ_ERR_PROOF" or failure.name == "XCJ_ERR_REPLAY" then
        return 'DPoP error="invalid_dpop_proof"'
    end
    return "Bearer"
end

local function refuse(self, failure)
    ngx.log(failure.status == 401 and ngx.INFO or ngx.ERR, "xcj: ", tostring(failure))
    ngx.status = failure.status
    ngx.header["Content-Type"] = "application/json"
    ngx.header["Cache-Control"] = "no-store"
    if failure.status == 401 then
        ngx.header["WWW-Authenticate"] = challenge(self, failure)
    end
    ngx.print(xcj.kong_failure(failure, self.verbose))
    return ngx.exit(failure.status)
end

--- For access_by_lua. A subrequest neither asks for a credential nor mints.
function M:access()
    if ngx.is_subrequest then
        return
    end
    local headers = ngx.req.get_headers(0)
    local request, failure = read_request(self, headers)
    local token
    if request then
        token, failure = mint(self, request)
    end
    if not token then
        return refuse(self, failure)
    end
    clear_copies(headers, self.upstream_header)
    ngx.req.set_header(self.upstream_header, self.prefix .. token)
    if self.downstream_header then
        ngx.ctx.xcj_token = token
    end
end

--- For header_filter_by_lua, if there is a downstream_header.
function M:header_filter()
    local token = ngx.ctx.xcj_token
    if token and self.downstream_header then
        ngx.header[self.downstream_header] = xcj.header_prefix(self.downstream_header) .. token
    end
end

--- For content_by_lua: a public key set, from keyset:json(), for the URL in jku.
function M.answer_jwks(json)
    ngx.header["Content-Type"] = "application/json"
    ngx.header["Access-Control-Allow-Origin"] = "*"
    ngx.header["Cache-Control"] = "public, max-age=300"
    ngx.print(json)
end

--- A `replay` for a minter's dpop that notes proofs in a lua_shared_dict, for all workers.
function M.replay(dict)
    return function(jkt, jti, expires)
        local ok, why = dict:safe_add(jkt .. jti, true, math.max(expires - ngx.time(), 1))
        if ok then
            return true
        end
        if why == "exists" then
            return false
        end
    end
end

return M
