--[[
resty/xcj/verifier.lua: keys and a policy, and the tokens that they verify.
]]
local ffi = require("ffi")
local base = require("resty.xcj.base")
local cdef = require("resty.xcj.cdef")
local keys = require("resty.xcj.key")

local lib, constants, err, scratch = cdef.lib, cdef.constants, base.err, base.scratch

local M = {}
local Verifier = base.class("verifier", lib.xcj_verifier_free)
local Verified = base.class("verified token", lib.xcj_verified_free)
M.Verifier, M.Verified = Verifier, Verified

local spec = {
    algs = "algs",
    issuer = "text",
    audiences = "texts",
    subject = "text",
    typ = "text",
    required = "texts",
    key_claim = "text",
    leeway = "number",
    max_age = "number",
    now = "number",
    allow_no_exp = "flag",
    opaque_payload = "flag",
    ignore_times = "flag",
    max_token = "natural",
    max_depth = "natural",
    max_members = "natural",
    try_keys = "flag",
    jwt_svid = "flag",
    client_id = "text",
    cache_bytes = "natural",
    cache_age = "natural",
    profile = base.one_of({
        jwt = constants.PROFILE_JWT,
        ["at+jwt"] = constants.PROFILE_AT_JWT,
        txn = constants.PROFILE_TXN,
    }),
}
local own_options = { keys = true, key = true }

local function new_verifier(f, handle, options)
    local out = ffi.new("xcj_verifier *[1]")
    if f(out, handle, options, err) ~= 0 then
        return nil, base.failure()
    end
    return Verifier.own(out[0])
end

-- The object that the caller gave, or one read from a string.
local function given_or_read(class, read, value)
    if class.is(value) then
        return value
    end
    return read(value)
end

--[[
A verifier: verifier{keys = SET, ...} with a key set, or verifier{key = KEY, ...} with one key, whose kid is not compared. SET
and KEY are objects or strings to read. The other members are those of xcj_verify_options.
]]
function M.verifier(given)
    local kept, options = {}, ffi.new("xcj_verify_options")
    local failure = base.fill(options, spec, given, kept, own_options)
    if failure then
        return nil, failure
    end
    options.has_now = given.now ~= nil and 1 or 0
    if given.key ~= nil and given.keys ~= nil then
        return nil, base.error(constants.ERR_CONFIG, "keys", "keys and key exclude each other")
    end
    local one = given.key ~= nil
    local class = one and keys.Key or keys.Keyset
    local source
    source, failure = given_or_read(class, one and keys.key or keys.keyset, one and given.key or given.keys)
    if not source then
        return nil, failure
    end
    return new_verifier(one and lib.xcj_verifier_new_key or lib.xcj_verifier_new, class.check(source), options)
end

--- A verifier for the tokens of several issuers, from a list of verifiers that each name one.
function M.issuers(rows)
    local handles = ffi.new("const xcj_verifier *[?]", math.max(#rows, 1))
    for i, row in ipairs(rows) do
        handles[i - 1] = Verifier.check(row)
    end
    local out = ffi.new("xcj_verifier *[1]")
    if lib.xcj_verifier_new_issuers(out, handles, #rows, err) ~= 0 then
        return nil, base.failure()
    end
    return Verifier.own(out[0])
end

local function check_token(token)
    if type(token) ~= "string" then
        error("a token is a string", 3)
    end
end

--- Is the token valid? Makes no object for its claims.
function Verifier:check_token(token)
    check_token(token)
    if lib.xcj_verify(nil, Verifier.check(self), token, #token, scratch, err) ~= 0 then
        return nil, base.failure()
    end
    return true
end

local out_verified = ffi.new("xcj_verified *[1]")

--- The verified token. free() it when done, so that its memory does not wait for the collector.
function Verifier:verify(token)
    check_token(token)
    if lib.xcj_verify(out_verified, Verifier.check(self), token, #token, scratch, err) ~= 0 then
        return nil, base.failure()
    end
    return Verified.own(out_verified[0])
end

--- The claims as JSON, byte for byte as they were signed.
function Verified:payload()
    return base.text(lib.xcj_verified_payload(Verified.check(self)))
end

--- The protected header as JSON.
function Verified:header()
    return base.text(lib.xcj_verified_header(Verified.check(self)))
end

function Verified:alg()
    return base.name(lib.xcj_alg_name(lib.xcj_verified_alg(Verified.check(self))))
end

--[[
The values. `path` is a claim's name or a JSON Pointer; `where` is "header" for a header parameter. A value that is absent or
has another type is an error.
]]
local function place(where)
    return where == "header" and constants.HEADER or constants.CLAIMS
end

--- A string.
function Verified:text(path, where)
    return base.call_for_text(lib.xcj_verified_text, Verified.check(self), place(where), path, #path)
end

local function scalar(kind, f)
    local out = ffi.new(kind)
    return function(self, path, where)
        if f(out, Verified.check(self), place(where), path, #path, err) ~= 0 then
            return nil, base.failure()
        end
        return out[0]
    end
end

--- A number, as Lua has them: an integer above 2^53 is rounded.
Verified.number = scalar("double[1]", lib.xcj_verified_number)

local boolean = scalar("int[1]", lib.xcj_verified_boolean)

--- true or false.
function Verified:boolean(path, where)
    local value, failure = boolean(self, path, where)
    if value == nil then
        return nil, failure
    end
    return value ~= 0
end

--- A list of strings; one string is a list of one, as aud may be.
function Verified:texts(path, where)
    local out, count = ffi.new("xcj_str *[1]"), ffi.new("size_t[1]")
    if lib.xcj_verified_texts(out, count, Verified.check(self), place(where), path, #path, err) ~= 0 then
        return nil, base.failure()
    end
    local list = {}
    for i = 1, tonumber(count[0]) do
        list[i] = base.text(out[0][i - 1])
    end
    lib.xcj_free(out[0])
    return list
end

--- Any value, as JSON.
function Verified:json(path, where)
    local out = ffi.new("xcj_str")
    if lib.xcj_verified_json(out, Verified.check(self), place(where), path, #path, err) ~= 0 then
        return nil, base.failure()
    end
    return base.text(out)
end

return M
