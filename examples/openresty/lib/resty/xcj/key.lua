--[[
resty/xcj/key.lua: keys and sets of keys: read in any format that libxcj recognises, written as JWK, JWK Set or PEM.
]]
local ffi = require("ffi")
local base = require("resty.xcj.base")
local cdef = require("resty.xcj.cdef")

local lib, constants, err = cdef.lib, cdef.constants, base.err

local M = {}
local Key = base.class("key", lib.xcj_key_free)
local Keyset = base.class("key set", lib.xcj_keyset_free)
M.Key, M.Keyset = Key, Keyset

local key_spec = {
    passphrase = "text",
    hmac_k_raw = "flag",
    allow_weak_secret = "flag",
    pem_labels = "flag",
    secret_encoding = base.one_of({
        raw = constants.SECRET_RAW,
        base64 = constants.SECRET_BASE64,
        base64url = constants.SECRET_BASE64URL,
        hex = constants.SECRET_HEX,
    }),
}

-- The xcj_key_options for a table; nil and the error.
function M.options(given, kept)
    local options = ffi.new("xcj_key_options")
    local failure = base.fill(options, key_spec, given, kept)
    if failure then
        return nil, failure
    end
    return options
end

local function read(kind, class, f, data, given)
    if type(data) ~= "string" then
        return nil, base.error(constants.ERR_ARGUMENT, "", "a key is read from a string, not from a " .. type(data))
    end
    local kept, out = {}, ffi.new(kind)
    local options, failure = M.options(given, kept)
    if not options then
        return nil, failure
    end
    if f(out, data, #data, options, err) ~= 0 then
        return nil, base.failure()
    end
    return class.own(out[0])
end

--- A key from a JWK, PEM, DER, PKCS#12 or OpenSSH line.
function M.key(data, options)
    return read("xcj_key *[1]", Key, lib.xcj_key_from_data, data, options)
end

--- A shared secret, as a key.
function M.secret(secret, options)
    return read("xcj_key *[1]", Key, lib.xcj_key_from_secret, secret, options)
end

--- A set from a JWK Set, or from anything else that holds keys.
function M.keyset(data, options)
    return read("xcj_keyset *[1]", Keyset, lib.xcj_keyset_from_data, data, options)
end

--- A new private key for an algorithm, such as "ES256".
function M.generate(alg, bits)
    local number = type(alg) == "string" and lib.xcj_alg_from_name(alg, #alg) or 0
    local out = ffi.new("xcj_key *[1]")
    if lib.xcj_key_generate(out, number, bits or 0, err) ~= 0 then
        return nil, base.failure()
    end
    return Key.own(out[0])
end

local function part(options)
    return options and options.private and constants.PRIVATE or constants.PUBLIC
end

--- The public JWK; with {private = true} the private one.
function Key:jwk(options)
    return base.call_for_text(lib.xcj_key_to_jwk, Key.check(self), part(options))
end

--- PEM, public or private likewise.
function Key:pem(options)
    return base.call_for_text(lib.xcj_key_to_pem, Key.check(self), part(options))
end

--- The thumbprint of RFC 7638 with SHA-256.
function Key:thumbprint()
    return base.call_for_text(lib.xcj_key_thumbprint, Key.check(self), constants.SHA256)
end

--- The kid; nil if the key has none.
function Key:kid()
    return base.text(lib.xcj_key_id(Key.check(self)))
end

--- The alg as it is written in the key; nil if the key has none.
function Key:alg()
    return base.text(lib.xcj_key_alg_name(Key.check(self)))
end

--- "RSA", "EC", "OKP" or "oct".
function Key:type()
    return base.name(lib.xcj_kty_name(lib.xcj_key_type(Key.check(self))))
end

--- The curve, such as "P-256"; nil for RSA and oct.
function Key:curve()
    return base.name(lib.xcj_curve_name(lib.xcj_key_curve(Key.check(self))))
end

function Key:bits()
    return lib.xcj_key_bits(Key.check(self))
end

function Key:is_private()
    return lib.xcj_key_is_private(Key.check(self)) ~= 0
end

--- A set of these keys.
function M.keyset_of(keys)
    local handles = ffi.new("const xcj_key *[?]", math.max(#keys, 1))
    for i, key in ipairs(keys) do
        handles[i - 1] = Key.check(key)
    end
    local out = ffi.new("xcj_keyset *[1]")
    if lib.xcj_keyset_from_keys(out, handles, #keys, err) ~= 0 then
        return nil, base.failure()
    end
    return Keyset.own(out[0])
end

--- The public JWK Set; with {private = true} the private one.
function Keyset:json(options)
    return base.call_for_text(lib.xcj_keyset_to_json, Keyset.check(self), part(options))
end

function Keyset:count()
    return tonumber(lib.xcj_keyset_count(Keyset.check(self)))
end

--- The key at this place, from 1; nil beyond the end.
function Keyset:get(place)
    local key = lib.xcj_keyset_get(Keyset.check(self), place - 1)
    if key == nil then
        return nil
    end
    return Key.own(lib.xcj_key_ref(key))
end

return M
