--[[
resty/xcj/minter.lua: a key and mint settings, and the tokens that they give.

mint() allocates nothing but the token: it fills one xcj_auth and one buffer over and over. That is safe, for nothing in it
yields, and each worker of nginx has a Lua of its own.
]]
local ffi = require("ffi")
local base = require("resty.xcj.base")
local cdef = require("resty.xcj.cdef")
local keys = require("resty.xcj.key")
local verifier = require("resty.xcj.verifier")

local lib, constants, err, scratch = cdef.lib, cdef.constants, base.err, base.scratch
local str, type, tonumber = ffi.string, type, tonumber

local M = {}
local Minter = base.class("minter", lib.xcj_minter_free)
local Caller = base.class("caller", lib.xcj_caller_free)
local Identities = base.class("table of identities", lib.xcj_identities_free)
M.Minter, M.Caller, M.Identities = Minter, Caller, Identities

--- The bits of methods, for the `methods` of a request.
M.methods = {
    bearer = constants.AUTH_BEARER,
    basic = constants.AUTH_BASIC,
    client_cert = constants.AUTH_CLIENT_CERT,
    apikey = constants.AUTH_API_KEY,
    any = constants.AUTH_ANY,
}

--- The known API keys, certificates and client_ids, from the JSON that xcj/identities.h describes.
function M.identities(json)
    local out = ffi.new("xcj_identities *[1]")
    if lib.xcj_identities_from_json(out, json, #json, err) ~= 0 then
        return nil, base.failure()
    end
    return Identities.own(out[0])
end

--[[
Options of minters.
]]

-- The Lua function that notes proofs, for the one call of C that is under way.
local noting

local note

-- The callback for C, of which one serves all minters. An error cannot leave it: a proof that was not noted is refused.
local function callback()
    note = note or ffi.cast("xcj_dpop_replay", function(_, jkt, jkt_len, jti, jti_len, expires)
        local ok, is_new = pcall(noting, str(jkt, jkt_len), str(jti, jti_len), tonumber(expires))
        if not ok or is_new == nil then
            return -1
        end
        return is_new and 0 or 1
    end)
    return note
end

local dpop_spec = { algs = "algs", max_age = "natural", leeway = "natural" }

-- dpop = {algs = ..., max_age = ..., leeway = ..., replay = function(jkt, jti, expires) ... end}
local function set_dpop(struct, name, value, kept)
    if type(value) ~= "table" or value.replay ~= nil and type(value.replay) ~= "function" then
        return base.error(constants.ERR_CONFIG, name, "dpop is a table, whose replay is a function")
    end
    local options = ffi.new("xcj_dpop_options")
    local failure = base.fill(options, dpop_spec, value, kept, { replay = true })
    if failure then
        return failure
    end
    if value.replay then
        options.replay = callback()
        kept.replay = value.replay
    end
    kept[#kept + 1] = options
    struct[name] = options
end

-- rename_claims = {old = "new", ...}
local function set_renames(struct, name, value, kept)
    if type(value) ~= "table" then
        return base.error(constants.ERR_CONFIG, name, "rename_claims is a table of old and new names")
    end
    local count = 0
    for _ in pairs(value) do
        count = count + 1
    end
    local renames, i = ffi.new("xcj_rename[?]", math.max(count, 1)), 0
    for from, to in pairs(value) do
        if type(from) ~= "string" or type(to) ~= "string" then
            return base.error(constants.ERR_CONFIG, name, "rename_claims has a name that is not a string")
        end
        renames[i].from, renames[i].from_len, renames[i].to, renames[i].to_len = from, #from, to, #to
        i = i + 1
    end
    kept[#kept + 1] = renames
    struct[name], struct[name .. "_count"] = renames, count
end

local spec = {
    alg = "alg",
    iss = "text",
    aud = "text",
    jku = "text",
    kid = "text",
    typ = "text",
    expires_in = "number",
    bearer_clientid_claims = "texts",
    consumer_optional = "flag",
    dn = base.one_of({ rfc4514 = constants.DN_RFC4514, unescaped = constants.DN_UNESCAPED }),
    exp = base.one_of({ capped = constants.EXP_CAPPED, uncapped = constants.EXP_UNCAPPED }),
    inbound = base.one_of({ screened = constants.INBOUND_SCREENED, all = constants.INBOUND_ALL }),
    drop_claims = "texts",
    keep_claims = "texts",
    claims = "text",
    header = "text",
    max_token = "natural",
    bearer_verifier = base.handle(verifier.Verifier),
    bearer_verified = "flag",
    api_key_sha256 = "flag",
    identities = base.handle(Identities),
    bearer_lax_times = "flag",
    no_exp = "flag",
    cnf = base.one_of({ proven = constants.CNF_PROVEN, ignored = constants.CNF_IGNORED }),
    dpop = set_dpop,
    bind = base.one_of({
        nothing = constants.BIND_NOTHING,
        certificate = constants.BIND_CERTIFICATE,
        key = constants.BIND_KEY,
    }),
    rename_claims = set_renames,
    require_claims = "texts",
    reuse = "natural",
    reuse_bytes = "natural",
    profile = base.one_of({
        jwt = constants.PROFILE_JWT,
        ["at+jwt"] = constants.PROFILE_AT_JWT,
        txn = constants.PROFILE_TXN,
    }),
}

-- The token's buffer: as long as the longest token that any minter makes, so that it is never too short.
local cap = 65536
local buf = ffi.new("char[?]", cap)

local function own(handle, options, kept)
    local longest = tonumber(options.max_token)
    if longest > cap then
        cap = longest
        buf = ffi.new("char[?]", cap)
    end
    local minter = Minter.own(handle)
    minter.replay = kept.replay
    minter.binds_certificate = options.bind == constants.BIND_CERTIFICATE
    return minter
end

local function read_options(given, others)
    local kept, options = {}, ffi.new("xcj_mint_options")
    local failure = base.fill(options, spec, given, kept, others)
    return options, kept, failure
end

--[[
A minter: minter{key = KEY, iss = ..., ...}. KEY is an object or a string to read. The other members are those of
xcj_mint_options, and enumerations are strings: dn = "rfc4514".
]]
function M.minter(given)
    local options, kept, failure = read_options(given, { key = true })
    if failure then
        return nil, failure
    end
    local key = given.key
    if not keys.Key.is(key) then
        key, failure = keys.key(key)
        if not key then
            return nil, failure
        end
    end
    local out = ffi.new("xcj_minter *[1]")
    if lib.xcj_minter_new(out, keys.Key.check(key), options, err) ~= 0 then
        return nil, base.failure()
    end
    return own(out[0], options, kept)
end

--[[
A minter that behaves as the Kong plugin x-custom-jwt, from its configuration object (JSON). `given` has the options that the
object does not give, and key_options, a table of options for reading the key.
]]
function M.kong_minter(config, given)
    local options, kept, failure = read_options(given, { key_options = true })
    if failure then
        return nil, failure
    end
    local key_options
    key_options, failure = keys.options(given and given.key_options, kept)
    if not key_options then
        return nil, failure
    end
    local out = ffi.new("xcj_minter *[1]")
    if lib.xcj_kong_minter_from_config(out, config, #config, options, key_options, err) ~= 0 then
        return nil, base.failure()
    end
    return own(out[0], options, kept)
end

--[[
The request. What is not a string was sent more than once (nginx gives a table for such a header) and is noted in `wrong`.
]]
local auth = ffi.new("xcj_auth")
auth.size = ffi.sizeof("xcj_auth")
local wrong

local function view(value)
    if value == nil then
        return nil, 0
    end
    if type(value) ~= "string" then
        wrong = true
        return nil, 0
    end
    return value, #value
end

-- An array that grows, and the same memory as pointers and lengths: writing to these makes no object.
local function views_of(room)
    local array = ffi.new("xcj_str[?]", room)
    return { array = array, room = room, pointers = ffi.cast("const char **", array), lengths = ffi.cast("size_t *", array) }
end
local audiences, nonces = views_of(8), views_of(8)

-- Writes a list of strings and returns where they are.
local function write_list(list, views)
    local count = #list
    if count > views.room then
        local larger = views_of(count)
        views.array, views.room, views.pointers, views.lengths = larger.array, count, larger.pointers, larger.lengths
    end
    local pointers, lengths = views.pointers, views.lengths
    for i = 1, count do
        pointers[2 * i - 2], lengths[2 * i - 1] = view(list[i])
    end
    return views.array, count
end

local claims_room = 64 -- the most that a request may have
local claims = ffi.new("xcj_claim[?]", claims_room)
-- The same memory, as words of five members each: name, name_len, value, value_len, and kind in the first half of its word.
local claim_pointers, claim_lengths = ffi.cast("const char **", claims), ffi.cast("size_t *", claims)
local claim_kinds = ffi.cast("int *", claims)

-- claims = {{name = ..., value = TEXT}, {name = ..., json = JSON}, {name = ...}, ...}
local function write_claims(list)
    local count = #list
    if count > claims_room then
        return claims, count -- refused for its count, before an element is read
    end
    for i = 1, count do
        local given, at = list[i], 5 * (i - 1)
        local value = given.json
        claim_kinds[2 * (at + 4)] = value ~= nil and constants.KIND_JSON or constants.KIND_STRING
        if value == nil then
            value = given.value
        end
        claim_pointers[at], claim_lengths[at + 1] = view(given.name)
        claim_pointers[at + 2], claim_lengths[at + 3] = view(value)
    end
    return claims, count
end

local function write_methods(methods)
    if type(methods) == "string" then
        return M.methods[methods] or 0
    end
    return methods or 0
end

local function write_request(request)
    wrong = false
    auth.authorization, auth.authorization_len = view(request.authorization)
    auth.client_cert, auth.client_cert_len = view(request.client_cert)
    auth.client_dn, auth.client_dn_len = view(request.client_dn)
    auth.api_key, auth.api_key_len = view(request.api_key)
    auth.consumer_custom_id, auth.consumer_custom_id_len = view(request.consumer_custom_id)
    auth.consumer_id, auth.consumer_id_len = view(request.consumer_id)
    auth.service_scheme, auth.service_scheme_len = view(request.service_scheme)
    auth.service_host, auth.service_host_len = view(request.service_host)
    auth.service_port = request.service_port or 0
    auth.service_path, auth.service_path_len = view(request.service_path)
    auth.jti, auth.jti_len = view(request.jti)
    auth.now, auth.has_now = request.now or 0, request.now and 1 or 0
    auth.dpop, auth.dpop_len = view(request.dpop)
    auth.htm, auth.htm_len = view(request.htm)
    auth.htu, auth.htu_len = view(request.htu)
    auth.sub, auth.sub_len = view(request.sub)
    if type(request.audience) == "table" then
        auth.audience, auth.audience_len = nil, 0
        auth.audiences, auth.audiences_count = write_list(request.audience, audiences)
    else
        auth.audience, auth.audience_len = view(request.audience)
        auth.audiences, auth.audiences_count = nil, 0
    end
    if request.dpop_nonces then
        auth.dpop_nonces, auth.dpop_nonces_count = write_list(request.dpop_nonces, nonces)
    else
        auth.dpop_nonces, auth.dpop_nonces_count = nil, 0
    end
    if request.claims then
        auth.claims, auth.claims_count = write_claims(request.claims)
    else
        auth.claims, auth.claims_count = nil, 0
    end
    local own_verifier = request.bearer_verifier
    auth.bearer_verifier = own_verifier and verifier.Verifier.check(own_verifier) or nil
    if request.caller then
        auth.caller, auth.methods = Caller.check(request.caller), 0
    elseif request.methods == "kong" then
        auth.caller, auth.methods = nil, lib.xcj_kong_method(auth)
    else
        auth.caller, auth.methods = nil, write_methods(request.methods)
    end
    return not wrong
end

local function sent_twice()
    return base.error(constants.ERR_CREDENTIAL, "", "a header that the request may have once was sent more than once")
end

-- The length of a result, and its low half: LuaJIT makes an object of each size_t that it reads, but none of a uint32_t.
local len = ffi.new("size_t[1]")
local halves, low = ffi.cast("uint32_t *", len), ffi.abi("le") and 0 or 1

-- The compiler of LuaJIT must not compile a call that may call back into Lua.
local function mint_noting(minter)
    noting = minter.replay
    local code = lib.xcj_mint(buf, cap, len, minter.handle, auth, scratch, err)
    noting = nil
    return code
end
jit.off(mint_noting)

--[[
The token for a request, a table:

    methods              the method that authenticated it: "bearer", "basic", "client_cert", "apikey"; or a sum of bits in
                         `methods`, of which exactly one credential must be present; or "kong", the plugin's order
    caller               in place of methods and credentials: see caller()
    authorization, client_cert, client_dn, api_key, dpop, htm, htu, dpop_nonces
    consumer_custom_id, consumer_id
    audience             a string, or a list of strings; or service_scheme, service_host, service_port, service_path
    sub, jti, now
    bearer_verifier      in place of the minter's: see xcj/auth.h
    claims               {{name = "tenant", value = "a"}, {name = "roles", json = '["r"]'}, ...}

What each means is in xcj/auth.h. The table may be used again for the next request.
]]
function Minter:mint(request)
    Minter.check(self)
    if not write_request(request) then
        return nil, sent_twice()
    end
    local code
    if self.replay then
        code = mint_noting(self)
    else
        code = lib.xcj_mint(buf, cap, len, self.handle, auth, scratch, err)
    end
    if code ~= 0 then
        return nil, base.failure()
    end
    local token = str(buf, halves[low]) -- LuaJIT compiles no function that ends with a tail call of ffi.string
    return token
end

--- A token with given claims, a JSON object, without a credential. `request`, which may be nil, gives jti, now, audience, sub, claims.
function Minter:mint_claims(json, request)
    Minter.check(self)
    if not write_request(request or {}) then
        return nil, sent_twice()
    end
    if lib.xcj_mint_claims(buf, cap, len, self.handle, json, #json, auth, scratch, err) ~= 0 then
        return nil, base.failure()
    end
    return str(buf, halves[low])
end

local out_caller = ffi.new("xcj_caller *[1]")

local function new_caller(minter)
    noting = minter.replay
    local code = lib.xcj_caller_new(out_caller, minter.handle, auth, scratch, err)
    noting = nil
    return code
end
jit.off(new_caller)

--[[
Who the caller of a request is, before a token is minted: for a gateway that finds consumer or audience by the client_id. Mint
with {caller = CALLER, ...} then, and free() the caller.
]]
function Minter:caller(request)
    Minter.check(self)
    if not write_request(request) then
        return nil, sent_twice()
    end
    if new_caller(self) ~= 0 then
        return nil, base.failure()
    end
    return Caller.own(out_caller[0])
end

function Caller:client_id()
    return base.text(lib.xcj_caller_client_id(Caller.check(self)))
end

--- The consumer that the identities give; nil if there is none.
function Caller:consumer()
    return base.text(lib.xcj_caller_consumer(Caller.check(self)))
end

local method_names = {
    [constants.AUTH_BEARER] = "bearer",
    [constants.AUTH_BASIC] = "basic",
    [constants.AUTH_CLIENT_CERT] = "client_cert",
    [constants.AUTH_API_KEY] = "apikey",
}

function Caller:method()
    return method_names[lib.xcj_caller_method(Caller.check(self))]
end

--- The place in dpop_nonces, from 1, of the nonce in the caller's proof; 1 without a proof.
function Caller:dpop_nonce()
    return tonumber(lib.xcj_caller_dpop_nonce(Caller.check(self))) + 1
end

function Minter:alg()
    return base.name(lib.xcj_alg_name(lib.xcj_minter_alg(Minter.check(self))))
end

--- The key, to publish its public part.
function Minter:key()
    return keys.Key.own(lib.xcj_key_ref(lib.xcj_minter_key(Minter.check(self))))
end

--- The header names of a kong_minter, and its verbose.
function Minter:kong_settings()
    local handle = Minter.check(self)
    return {
        apikey_header = base.text(lib.xcj_kong_apikey_header(handle)),
        upstream_header = base.text(lib.xcj_kong_upstream_header(handle)),
        downstream_header = base.text(lib.xcj_kong_downstream_header(handle)),
        verbose = lib.xcj_kong_verbose(handle) ~= 0,
    }
end

--- The plugin's body for a failed mint.
function M.kong_failure(failure, verbose)
    return base.call_for_text(lib.xcj_kong_failure, failure and base.to_c(failure), verbose and 1 or 0)
end

local audit = ffi.new("xcj_audit")
audit.size = ffi.sizeof("xcj_audit")
local line = ffi.new("char[?]", constants.AUDIT_MAX)

--- The line for an audit log: of the token that mint() made for the request, or of the error with which it refused the request.
function M.audit_line(request, token, failure)
    if not write_request(request) then -- its other members are logged all the same
        wrong = false
    end
    audit.auth = auth
    audit.token, audit.token_len = view(token)
    local refusal = failure and base.to_c(failure)
    audit.refusal = refusal
    if lib.xcj_audit_line(line, constants.AUDIT_MAX, len, audit, err) ~= 0 then
        return nil, base.failure()
    end
    return str(line, halves[low])
end

return M
