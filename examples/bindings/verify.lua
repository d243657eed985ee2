--[[
verify.lua: libxcj from LuaJIT through its FFI, as in OpenResty: the claims of a token, verified with a JWK Set.

    luajit verify.lua JWKS.json AUDIENCE < TOKEN
]]
local ffi = require("ffi")

ffi.cdef([[
typedef struct xcj_str { const char *ptr; size_t len; } xcj_str;
typedef struct xcj_error {
    int code; uint32_t claims; size_t offset; size_t needed; char member[64]; char message[400]; uint64_t reserved[4];
} xcj_error;
typedef struct xcj_verify_options {
    size_t size;
    const int *algs; size_t algs_count;
    xcj_str issuer;
    const xcj_str *audiences; size_t audiences_count;
    char rest[512]; /* of which the first bytes are the members left at zero */
} xcj_verify_options;
typedef struct xcj_keyset xcj_keyset;
typedef struct xcj_verifier xcj_verifier;
typedef struct xcj_verified xcj_verified;
const char *xcj_code_name(int code);
int xcj_keyset_from_json(xcj_keyset **out, const char *text, size_t len, const void *options, xcj_error *err);
void xcj_keyset_free(xcj_keyset *set);
int xcj_verifier_new(xcj_verifier **out, const xcj_keyset *keys, const xcj_verify_options *options, xcj_error *err);
void xcj_verifier_free(xcj_verifier *verifier);
int xcj_verify(xcj_verified **out, const xcj_verifier *verifier, const char *token, size_t len, void *scratch, xcj_error *err);
void xcj_verified_free(xcj_verified *verified);
xcj_str xcj_verified_payload(const xcj_verified *verified);
]])

local xcj = ffi.load("xcj")

local function check(code, err)
    if code ~= 0 then
        error(ffi.string(xcj.xcj_code_name(code)) .. ": " .. ffi.string(err.message), 0)
    end
end

-- A verifier for this set and audience, made once and used for every request.
local function verifier_for(jwks, audience)
    local err, keys, out = ffi.new("xcj_error"), ffi.new("xcj_keyset *[1]"), ffi.new("xcj_verifier *[1]")
    check(xcj.xcj_keyset_from_json(keys, jwks, #jwks, nil, err), err)
    local options = ffi.new("xcj_verify_options")
    local audiences = ffi.new("xcj_str[1]")
    audiences[0].ptr, audiences[0].len = audience, #audience
    options.size = ffi.sizeof(options) -- a library that knows fewer members refuses what is not zero behind its own
    options.audiences, options.audiences_count = audiences, 1
    local code = xcj.xcj_verifier_new(out, keys[0], options, err)
    xcj.xcj_keyset_free(keys[0])
    check(code, err)
    return ffi.gc(out[0], xcj.xcj_verifier_free)
end

local function claims_of(verifier, token)
    local err, out = ffi.new("xcj_error"), ffi.new("xcj_verified *[1]")
    check(xcj.xcj_verify(out, verifier, token, #token, nil, err), err)
    local payload = xcj.xcj_verified_payload(out[0])
    local claims = ffi.string(payload.ptr, payload.len)
    xcj.xcj_verified_free(out[0])
    return claims
end

if #arg ~= 2 then
    io.stderr:write("usage: luajit verify.lua JWKS.json AUDIENCE < TOKEN\n")
    os.exit(2)
end
local file = assert(io.open(arg[1], "rb"))
local jwks = file:read("*a")
file:close()
local ok, result = pcall(function()
    return claims_of(verifier_for(jwks, arg[2]), (io.read("*a"):gsub("%s+$", "")))
end)
local out = ok and io.stdout or io.stderr
out:write(tostring(result), "\n")
os.exit(ok and 0 or 1)
