--[[
minter.lua: a minter from the plugin's configuration, built once for each configuration and freed with it.
]]
local cjson = require("cjson.safe")
local base = require("resty.xcj.base")
local gateway = require("resty.xcj.gateway")
local xcj = require("resty.xcj")

local M = {}

-- Kong writes ngx.null for some fields that are not set.
local function given(value)
    if value ~= ngx.null then
        return value
    end
end

local function wrong(member, message)
    return nil, base.error(90, member, member .. " " .. message) -- XCJ_ERR_CONFIG
end

-- A verifier for one of the issuers.
local function verifier_of(row)
    return xcj.verifier({
        keys = row.jwks, issuer = row.iss, audiences = given(row.audiences), algs = given(row.algs), typ = given(row.typ),
        client_id = given(row.clientid_claim), leeway = given(row.leeway),
    })
end

local function verifier_for(config)
    local rows = {}
    for i, row in ipairs(given(config.issuers) or {}) do
        local row_verifier, failure = verifier_of(row)
        if not row_verifier then
            return nil, failure
        end
        rows[i] = row_verifier
    end
    if #rows == 0 then
        return false
    end
    return xcj.issuers(rows)
end

local function dpop_for(config)
    local dpop = given(config.dpop)
    if not dpop then
        return false
    end
    local dict = ngx.shared and ngx.shared[dpop.shared_dict]
    if not dict then
        return wrong("dpop", "names a lua_shared_dict that there is not: " .. tostring(dpop.shared_dict))
    end
    return { replay = gateway.replay(dict), algs = given(dpop.algs), max_age = given(dpop.max_age), leeway = given(dpop.leeway) }
end

-- What both modes share.
local function options_for(config)
    local verifier, failure = verifier_for(config)
    if verifier == nil then
        return nil, failure
    end
    local dpop
    dpop, failure = dpop_for(config)
    if dpop == nil then
        return nil, failure
    end
    local identities = given(config.identities)
    if identities then
        identities, failure = xcj.identities(identities)
        if not identities then
            return nil, failure
        end
    end
    local options = { bearer_verifier = verifier or nil, dpop = dpop or nil, identities = identities }
    for _, name in ipairs({ "exp", "inbound", "cnf", "bind", "profile", "consumer_optional", "api_key_sha256", "keep_claims",
        "drop_claims", "require_claims", "rename_claims", "claims", "max_token", "alg", "reuse" }) do
        options[name] = given(config[name])
    end
    local dn = given(config.dn)
    options.dn = dn == "kong" and "unescaped" or dn
    return options
end

-- The plugin's own object, for the library.
local function original_object(config)
    local object = {}
    for _, name in ipairs({ "apikey_header", "bearer_clientid_claim", "upstream_custom_jwt_header", "downstream_custom_jwt_header",
        "expires_in", "iss", "jku", "private_jwk", "verbose" }) do
        object[name] = given(config[name])
    end
    return cjson.encode(object)
end

-- The plugin used `k` as it is written, and so did all who verify its tokens.
local function raw_k(config)
    local raw = given(config.hmac_k_raw)
    if raw == nil then
        return not config.strict
    end
    return raw
end

local function build_compatible(config, options)
    options.key_options = { hmac_k_raw = raw_k(config) }
    return xcj.kong_minter(original_object(config), options)
end

local function allows_bearer(config)
    local methods = given(config.methods)
    for _, method in ipairs(methods or { "bearer" }) do
        if method == "bearer" then
            return true
        end
    end
    return false
end

local function build_strict(config, options)
    if allows_bearer(config) and not options.bearer_verifier and not given(config.bearer_verified) then
        return wrong("issuers", "is required with strict where Bearer tokens count; or bearer_verified, if a plugin before this one "
            .. "verifies them")
    end
    for _, name in ipairs({ "upstream_custom_jwt_header", "downstream_custom_jwt_header" }) do
        local header = given(config[name])
        if header then
            local ok, failure = xcj.check_token_header(header)
            if not ok then
                return nil, failure
            end
        end
    end
    if xcj.header_alike(config.apikey_header, config.upstream_custom_jwt_header) then
        return wrong("apikey_header", "is the header that the token replaces")
    end
    local key, failure = xcj.key(config.private_jwk, { hmac_k_raw = raw_k(config) })
    if not key then
        return nil, failure
    end
    options.key, options.iss, options.jku, options.expires_in = key, config.iss, config.jku, config.expires_in
    options.bearer_clientid_claims = config.bearer_clientid_claim
    options.bearer_verified = given(config.bearer_verified)
    return xcj.minter(options)
end

--- A minter for a configuration; nil and the error.
function M.build(config)
    local options, failure = options_for(config)
    if not options then
        return nil, failure
    end
    if config.strict then
        return build_strict(config, options)
    end
    return build_compatible(config, options)
end

--[[
Minters by their configuration, a table that Kong makes anew when it changes: the collector frees a minter with its table. A vault
may change the key within the same table, so the strings that it may change are compared. No entry refers to its own table, or it
would never be collected.
]]
local entries = setmetatable({}, { __mode = "k" })

local function same_secrets(entry, config)
    if entry.private_jwk ~= config.private_jwk or entry.identities ~= config.identities then
        return false
    end
    for i, row in ipairs(given(config.issuers) or {}) do
        if entry[i] ~= row.jwks then
            return false
        end
    end
    return true
end

local function new_entry(config)
    local minter, failure = M.build(config)
    if failure then
        failure.status = 500 -- the gateway's own, whatever is wrong with the key
    end
    local entry = { minter = minter, failure = failure, private_jwk = config.private_jwk, identities = config.identities }
    for i, row in ipairs(given(config.issuers) or {}) do
        entry[i] = row.jwks
    end
    return entry
end

--- The minter for a configuration; nil and the error. Neither is made twice.
function M.of(config)
    local entry = entries[config]
    if not entry or not same_secrets(entry, config) then
        local old = entry
        entry = new_entry(config)
        entries[config] = entry
        if old and old.minter then
            old.minter:free()
        end
    end
    return entry.minter, entry.failure
end

--- How many configurations have an entry, for the tests.
function M.count()
    local count = 0
    for _ in pairs(entries) do
        count = count + 1
    end
    return count
end

return M
