--[[
schema.lua: the configuration of the plugin. The first nine fields are those of the original, so its configurations load unchanged;
all others are optional and off.
]]
local typedefs = require("kong.db.schema.typedefs")

-- A list of names. An empty list is not an absent one: as keep_claims it keeps nothing.
local names = { type = "array", elements = { type = "string", len_min = 1 } }
local algs = {
    type = "array",
    elements = {
        type = "string",
        one_of = {
            "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "Ed448",
        },
    },
}

local function one_of(...)
    return { type = "string", one_of = { ... } }
end

local issuer = {
    type = "record",
    fields = {
        { iss = { type = "string", required = true, len_min = 1 } },
        { jwks = { type = "string", required = true, referenceable = true } },
        { audiences = names },
        { algs = algs },
        { typ = { type = "string" } },
        { clientid_claim = { type = "string" } },
        { leeway = { type = "integer", between = { 0, 86400 } } },
    },
}

local dpop = {
    type = "record",
    fields = {
        { origin = typedefs.url({ required = true }) },
        { shared_dict = { type = "string", required = true } },
        { algs = algs },
        { max_age = { type = "integer", between = { 1, 86400 } } },
        { leeway = { type = "integer", between = { 1, 86400 } } },
    },
}

local fields = {
    -- The original's. Its header and URL types are Kong's own.
    { apikey_header = { type = "string", default = "apikey" } },
    { bearer_clientid_claim = { type = "string", default = "clientId" } },
    { upstream_custom_jwt_header = typedefs.header_name({ required = true, default = "X-Custom-Jwt" }) },
    { downstream_custom_jwt_header = typedefs.header_name({ required = false }) },
    { expires_in = { type = "number", required = true, default = 1800 } },
    { iss = typedefs.url({ required = true, default = "https://kong-gateway:8443/x-custom-jwt" }) },
    { jku = typedefs.url({ required = true, default = "https://kong-gateway:8443/x-custom-jwt/jwks" }) },
    -- A configuration without a key loads, as it did; its requests are refused, and the log says why.
    { private_jwk = { type = "string", required = true, referenceable = true, default = '{"kty": "CHANGE ME"}' } },
    { verbose = { type = "boolean", default = false } },

    { strict = { type = "boolean", required = true, default = false } },
    { methods = { type = "array", len_min = 1, elements = one_of("bearer", "basic", "client_cert", "apikey") } },
    { issuers = { type = "array", elements = issuer } },
    { bearer_verified = { type = "boolean" } },
    { identities = { type = "string", referenceable = true } },
    { alg = { type = "string" } },
    { hmac_k_raw = { type = "boolean" } },
    { dn = one_of("rfc4514", "kong") },
    { exp = one_of("capped", "uncapped") },
    { inbound = one_of("screened", "all") },
    { cnf = one_of("proven", "ignored") },
    { bind = one_of("nothing", "certificate", "key") },
    { dpop = dpop },
    { profile = one_of("jwt", "at+jwt", "txn") },
    { audiences = names },
    { consumer_optional = { type = "boolean" } },
    { api_key_sha256 = { type = "boolean" } },
    { keep_claims = names },
    { drop_claims = names },
    { require_claims = names },
    { rename_claims = { type = "map", keys = { type = "string" }, values = { type = "string" } } },
    { claims = { type = "string" } },
    { claims_from_headers = { type = "map", keys = { type = "string" }, values = typedefs.header_name() } },
    { reuse = { type = "integer", between = { 1, 86400 } } },
    { max_token = { type = "integer", gt = 0 } },
}

local function is_reference(text)
    return type(text) == "string" and text:sub(1, 9) == "{vault://"
end

-- A strict configuration is built here, so that its errors appear when it is saved. A reference to a vault has no value yet, and a
-- control plane may lack libxcj: then the errors appear in the first request.
local function check_strict(entity)
    local config = entity.config
    if type(config) ~= "table" or config.strict ~= true then
        return true
    end
    local found, minters = pcall(require, "kong.plugins.x-custom-jwt.minter")
    if not found or is_reference(config.private_jwk) then
        return true
    end
    local built, failure = minters.build(config)
    if not built then
        return nil, failure.message
    end
    return true
end

return {
    name = "x-custom-jwt",
    fields = {
        { protocols = typedefs.protocols },
        { config = { type = "record", fields = fields } },
    },
    entity_checks = {
        { custom_entity_check = { field_sources = { "config" }, fn = check_strict } },
    },
}
