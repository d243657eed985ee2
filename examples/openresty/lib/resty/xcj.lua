--[[
resty/xcj.lua: libxcj for LuaJIT: mint a JWT for each authenticated request, verify tokens, convert keys.

    local xcj = require("resty.xcj")
    local minter = xcj.must(xcj.minter({ key = jwk, iss = "https://gw.example" }))
    local token, err = minter:mint({ methods = "basic", authorization = header, consumer_custom_id = "acme", audience = url })

Functions that can fail return nil and an error: see resty/xcj/base.lua. Only a call with an argument of the wrong class is a
Lua error. Handles are freed by the collector, and earlier by free().
]]
local ffi = require("ffi")
local base = require("resty.xcj.base")
local cdef = require("resty.xcj.cdef")
local key = require("resty.xcj.key")
local minter = require("resty.xcj.minter")
local verifier = require("resty.xcj.verifier")

local lib, err = cdef.lib, base.err

local M = {
    _VERSION = "0.2.0",
    is_error = base.is_error,
    key = key.key,
    secret = key.secret,
    keyset = key.keyset,
    keyset_of = key.keyset_of,
    generate = key.generate,
    verifier = verifier.verifier,
    issuers = verifier.issuers,
    minter = minter.minter,
    methods = minter.methods,
    identities = minter.identities,
    audit_line = minter.audit_line,
    kong_minter = minter.kong_minter,
    kong_failure = minter.kong_failure,
}

--- The first value; a Lua error with the message if there is none. For start-up: nginx does not print an error that is an object.
function M.must(value, failure)
    if value == nil then
        error(tostring(failure), 2)
    end
    return value
end

--- The version of libxcj.
function M.version()
    return ffi.string(lib.xcj_version())
end

--- A JWK, JWK Set or any other key as PEM; `options` are those of key(), and private = true keeps the private part.
function M.jwk_to_pem(jwk, options)
    local private = options and options.private
    local one, failure = key.key(jwk, options and options.key)
    if not one then
        return nil, failure
    end
    return one:pem({ private = private })
end

--- A PEM or any other key as JWK, likewise.
function M.pem_to_jwk(pem, options)
    local one, failure = key.key(pem, options and options.key)
    if not one then
        return nil, failure
    end
    return one:jwk({ private = options and options.private })
end

--- May a header with this name carry a token? true, or nil and the error.
function M.check_token_header(name)
    if lib.xcj_header_check_token(name, #name, err) ~= 0 then
        return nil, base.failure()
    end
    return true
end

--- Could a server mistake one header for the other? Remove all that are alike before you set one.
function M.header_alike(a, b)
    return lib.xcj_header_alike(a, #a, b, #b) ~= 0
end

--- "Bearer " for the header Authorization, else "".
function M.header_prefix(name)
    local prefix = ffi.string(lib.xcj_kong_header_prefix(name, #name)) -- see minter:mint()
    return prefix
end

local nonce = ffi.new("char[?]", cdef.constants.DPOP_NONCE_LEN)

--- A new nonce for DPoP-Nonce.
function M.dpop_nonce()
    if lib.xcj_dpop_nonce(nonce, cdef.constants.DPOP_NONCE_LEN, base.scratch, err) ~= 0 then
        return nil, base.failure()
    end
    return ffi.string(nonce, cdef.constants.DPOP_NONCE_LEN)
end

return M
