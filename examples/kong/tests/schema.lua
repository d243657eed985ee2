-- schema.lua KONG OPENRESTY: the plugin's schema by the stand-in of Kong's check. The working directory has the files of schema.sh.
package.path = arg[1] .. "/?.lua;" .. arg[1] .. "/tests/standin/?.lua;" .. arg[2] .. "/lib/?.lua;" .. arg[2] .. "/tests/?.lua;" .. package.path
ngx = { null = {}, shared = {}, time = os.time }
local checks = require("checks")
local standin = require("schema")
local schema = require("kong.plugins.x-custom-jwt.schema")
local minters = require("kong.plugins.x-custom-jwt.minter")

local check = checks.check

local function read(name)
    local file = assert(io.open(name, "rb"))
    local text = file:read("*a"):gsub("\n$", "")
    file:close()
    return text
end
local key, jwks = read("key.json"), read("idp-set.json")

local function show(errors)
    if type(errors) ~= "table" then
        return tostring(errors)
    end
    local text = {}
    for field, wrong in pairs(errors) do
        text[#text + 1] = field .. ": " .. show(wrong)
    end
    table.sort(text)
    return table.concat(text, "; ")
end

local function loads(name, config)
    local entity, errors = standin.load(schema, { name = "x-custom-jwt", config = config })
    check(name .. " loads", entity, show(errors))
    return entity and entity.config
end

local function refuses(name, part, config)
    local entity, errors = standin.load(schema, { name = "x-custom-jwt", config = config })
    check(name .. " is refused", entity == nil and show(errors):find(part, 1, true), entity and "it loads" or show(errors))
end

-- The schema itself, and that the stand-in finds what is wrong in one.
check("the schema", standin.check(schema), select(2, standin.check(schema)))
check("a misspelt attribute", not standin.check({ name = "x", fields = { { a = { type = "string", requird = true } } } }))
check("an unknown type", not standin.check({ name = "x", fields = { { a = { type = "text" } } } }))

-- Configurations of the original.
local old = {
    apikey_header = "X-Key", bearer_clientid_claim = "azp", upstream_custom_jwt_header = "Authorization",
    downstream_custom_jwt_header = "X-Down", expires_in = 900, iss = "https://kong:8443/x-custom-jwt",
    jku = "https://kong:8443/x-custom-jwt/jwks", private_jwk = key, verbose = true,
}
local config = loads("a whole configuration of the original", old)
for name, value in pairs(old) do
    check(name .. " is unchanged", config[name] == value, config[name])
end
config = loads("an empty configuration", {})
for name, value in pairs({ apikey_header = "apikey", bearer_clientid_claim = "clientId", upstream_custom_jwt_header = "X-Custom-Jwt",
    expires_in = 1800, iss = "https://kong-gateway:8443/x-custom-jwt", jku = "https://kong-gateway:8443/x-custom-jwt/jwks",
    verbose = false, strict = false }) do
    check("the default of " .. name, config[name] == value, config[name])
end
check("no other default", config.downstream_custom_jwt_header == nil and config.methods == nil and config.hmac_k_raw == nil)
loads("a fraction of a second", { expires_in = 1800.5 })
loads("a key that is none", { private_jwk = "x" })
config = loads("a key in a vault", { private_jwk = "{vault://env/jwk}" })
check("a reference is unchanged", config.private_jwk == "{vault://env/jwk}", config.private_jwk)
refuses("a header name", "bad header name", { upstream_custom_jwt_header = "a b" })
refuses("a URL", "missing scheme", { iss = "kong" })
refuses("a string for a number", "expected number", { expires_in = "1800" })
refuses("a number for a string", "expected string", { private_jwk = 1 })
refuses("a misspelt field", "unknown field", { strickt = true })

-- The new fields.
loads("all new fields", { methods = { "basic", "apikey" }, issuers = { { iss = "https://idp", jwks = jwks, audiences = { "gw" }, algs = { "ES256" } } },
    dn = "rfc4514", exp = "capped", inbound = "screened", cnf = "proven", bind = "certificate", profile = "jwt", audiences = { "a", "b" },
    dpop = { origin = "https://gw", shared_dict = "kong_cache" }, keep_claims = {}, require_claims = { "sub" },
    rename_claims = { a = "b" }, claims = "{}", claims_from_headers = { tenant = "X-Tenant" }, max_token = 8192, hmac_k_raw = true,
    consumer_optional = true, api_key_sha256 = true, reuse = 30, identities = '{"clients":{}}', alg = "ES256", bearer_verified = true })
for field, value in pairs({ methods = { "mtls" }, dn = "x", exp = "x", inbound = "x", cnf = "x", bind = "x", profile = "x",
    issuers = { { iss = "https://idp" } }, dpop = { origin = "gw", shared_dict = "d" }, max_token = 0, audiences = "a", strict = "yes",
    claims_from_headers = { a = "a b" }, rename_claims = { a = 1 } }) do
    refuses(field, field .. ": ", { [field] = value })
end
refuses("no method", "length must be at least 1", { methods = {} })
refuses("an algorithm that is none", "expected one of", { issuers = { { iss = "i", jwks = jwks, algs = { "none" } } } })

-- Strict finds at once what would fail in each request.
local function strict(more)
    local all = { strict = true, private_jwk = key, issuers = { { iss = "https://idp", jwks = jwks } } }
    for name, value in pairs(more) do
        all[name] = value
    end
    return all
end
loads("strict", strict({}))
loads("strict without Bearer", strict({ issuers = {}, methods = { "basic" } }))
loads("strict behind a plugin that verifies", strict({ issuers = {}, bearer_verified = true }))
loads("strict with a key in a vault", strict({ private_jwk = "{vault://env/jwk}" }))
refuses("strict, unverified Bearer tokens", "issuers is required with strict", strict({ issuers = {} }))
refuses("strict, no key", "neither a JWK", strict({ private_jwk = "x {" }))
refuses("strict, the default key", "CHANGE ME", strict({ private_jwk = '{"kty": "CHANGE ME"}' }))
refuses("strict, a fraction", "expires_in", strict({ expires_in = 1800.5 }))
refuses("strict, a negative lifetime", "expires_in", strict({ expires_in = -1 }))
refuses("strict, an algorithm that does not fit", "RS256", strict({ alg = "RS256" }))
refuses("strict, a header that frames messages", "Content-Length", strict({ upstream_custom_jwt_header = "Content-Length" }))
refuses("strict, one header for both", "the header that the token replaces", strict({ apikey_header = "x_custom_jwt" }))
refuses("strict, no keys of an issuer", "offset 1", strict({ issuers = { { iss = "https://idp", jwks = "{" } } }))
refuses("strict, a dictionary that there is not", "lua_shared_dict", strict({ dpop = { origin = "https://gw", shared_dict = "none" } }))
refuses("strict, identities", "nobody", strict({ identities = '{"nobody":{}}' }))
refuses("strict, claims of ours", "iss", strict({ claims = '{"iss":"x"}' }))

-- One minter for a configuration, which goes with it, and another when a vault has another key.
local count = minters.count()
local live = loads("a live configuration", { private_jwk = key })
local minter = assert(minters.of(live))
check("the same minter", minters.of(live) == minter)
live.private_jwk = read("key2.json")
local other = assert(minters.of(live))
check("another key, another minter", other ~= minter and other:key():kid() == "k2")
check("the old one is freed", minter.handle == nil)
check("one entry", minters.count() == count + 1, minters.count())
live.identities = '{"apikeys":{}}'
local with_identities = assert(minters.of(live))
check("other identities, another minter", with_identities ~= other)
live.private_jwk = "x"
local none, failure = minters.of(live)
check("a key that is none", none == nil and failure.status == 500, failure)
check("the error is kept", select(2, minters.of(live)) == failure)
for i = 1, 200 do
    assert(minters.of(assert(loads("configuration " .. i, { private_jwk = key }))))
end
live = nil
collectgarbage()
collectgarbage()
check("configurations that are gone have no minter", minters.count() == 0, minters.count())

checks.finish()
