-- unit.lua OPENRESTY: resty.xcj under LuaJIT. The working directory has the files of unit.sh.
package.path = arg[1] .. "/lib/?.lua;" .. arg[1] .. "/tests/?.lua;" .. package.path
local ffi = require("ffi")
local xcj = require("resty.xcj")
local checks = require("checks")

local check = checks.check

local function is(name, wanted, found)
    check(name, wanted == found, "wanted " .. tostring(wanted) .. ", found " .. tostring(found))
end

-- A call that must fail with this code.
local function fails(name, code, value, failure)
    is(name .. ", result", nil, value)
    check(name .. ", error", xcj.is_error(failure), failure)
    if xcj.is_error(failure) then
        is(name .. ", code", code, failure.name)
        check(name .. ", message", #failure.message > 0 and tostring(failure) == failure.name .. ": " .. failure.message, failure)
    end
    return failure
end

local function has(name, text, part)
    check(name, type(text) == "string" and text:find(part, 1, true) ~= nil, tostring(text) .. " has no " .. part)
end

local function lacks(name, text, part)
    check(name, type(text) == "string" and text:find(part, 1, true) == nil, text)
end

local function read(name)
    local file = assert(io.open(name, "rb"))
    local text = file:read("*a"):gsub("\n$", "")
    file:close()
    return text
end

-- Keys: JWK to PEM and back, for each type.
local made = {}
for _, alg in ipairs({ "RS256", "ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed448" }) do
    local key = assert(xcj.generate(alg))
    made[alg] = key
    local jwk, pem = assert(key:jwk({ private = true })), assert(key:pem({ private = true }))
    has(alg .. " pem", pem, "-----BEGIN PRIVATE KEY-----\n")
    has(alg .. " public pem", key:pem(), "-----BEGIN PUBLIC KEY-----\n")
    lacks(alg .. " public jwk", key:jwk(), '"d"')
    is(alg .. " from jwk", pem, xcj.jwk_to_pem(jwk, { private = true }))
    is(alg .. " public part", key:pem(), xcj.jwk_to_pem(jwk))
    is(alg .. " from pem", jwk:gsub(',"alg":"[^"]*"', ""), (xcj.pem_to_jwk(pem, { private = true })))
    is(alg .. " alg", alg, key:alg())
    is(alg .. " private", true, key:is_private())
    is(alg .. " public", false, assert(xcj.key(key:jwk())):is_private())
    is(alg .. " thumbprint", 43, #key:thumbprint())
end
is("RSA", "RSA 2048 nil", made.RS256:type() .. " " .. made.RS256:bits() .. " " .. tostring(made.RS256:curve()))
is("EC", "EC 384 P-384", made.ES384:type() .. " " .. made.ES384:bits() .. " " .. made.ES384:curve())
is("no kid", nil, made.ES256:kid())
is("a kid", "idp", assert(xcj.key(read("idp.json"))):kid())
local secret = assert(xcj.secret("0123456789abcdef0123456789abcdef"))
fails("PEM of a secret", "XCJ_ERR_KEY_PART", secret:pem())
fails("private part of a public key", "XCJ_ERR_KEY_PART", assert(xcj.key(made.ES256:jwk())):jwk({ private = true }))
fails("no key", "XCJ_ERR_KEY", xcj.key("nothing at all"))
fails("no string", "XCJ_ERR_ARGUMENT", xcj.key(nil))
fails("a short secret", "XCJ_ERR_KEY_WEAK", xcj.secret("short"))
assert(xcj.secret("short", { allow_weak_secret = true }))
is("a secret in hex", 256, assert(xcj.secret(("0a"):rep(32), { secret_encoding = "hex" })):bits())
fails("an encoding", "XCJ_ERR_CONFIG", xcj.secret("x", { secret_encoding = "base32" }))
fails("an algorithm", "XCJ_ERR_ARGUMENT", xcj.generate("none"))
fails("an option of keys", "XCJ_ERR_CONFIG", xcj.key(made.ES256:jwk(), { passphras = "x" }))

-- Sets.
local set = assert(xcj.keyset_of({ made.ES256, made.RS256 }))
is("keys of a set", 2, set:count())
is("a key of a set", made.RS256:jwk(), set:get(2):jwk())
is("beyond a set", nil, set:get(3))
lacks("a public set", set:json(), '"d"')
is("a set, read", set:json(), assert(xcj.keyset(set:json())):json())

-- Minting by each method, and what it refuses.
local es = made.ES256
local inbound = assert(xcj.minter({ key = read("idp.json"), iss = "https://idp" }))
local verify_idp = assert(xcj.verifier({ keys = read("idp-set.json"), algs = { "ES256" } }))
local minter = assert(xcj.minter({
    key = es, iss = "https://gw", aud = "https://service", jku = "https://gw/jwks", kid = "k1", expires_in = 60,
    claims = '{"env":"test"}', header = '{"x":1}', bearer_verifier = verify_idp, dn = "rfc4514",
    rename_claims = { scope = "scp" }, drop_claims = { "secret" },
}))
local verifier = assert(xcj.verifier({ key = es, issuer = "https://gw", required = { "jti" } }))

local function mint(name, request)
    request.consumer_custom_id = request.consumer_custom_id or "acme"
    local token, failure = minter:mint(request)
    check(name, token, failure)
    return assert(verifier:verify(token))
end

local got = mint("apikey", { methods = "apikey", api_key = "k-1" })
is("client_id", "k-1", got:text("client_id"))
is("act", "acme", got:text("/act/client_id"))
is("aud", "https://service", got:texts("aud")[1])
is("lifetime", 60, got:number("exp") - got:number("iat"))
is("a claim of the options", "test", got:text("env"))
is("alg", "ES256", got:alg())
is("header", '{"typ":"JWT","alg":"ES256","kid":"k1","jku":"https://gw/jwks","x":1}', got:header())
is("a header parameter", "k1", got:text("kid", "header"))
is("JSON", '{"client_id":"acme"}', got:json("act"))
has("payload", got:payload(), '"client_id":"k-1"')
fails("a claim that is missing", "XCJ_ERR_CLAIM", got:text("no"))
fails("a number that is a string", "XCJ_ERR_CLAIM", got:number("client_id"))

got = mint("basic", { methods = "basic", authorization = "Basic YTpiOmM=", audience = { "https://a", "https://b" }, sub = "s" })
is("basic", "a", got:text("client_id"))
is("two audiences", "https://a https://b", table.concat(got:texts("aud"), " "))
is("sub", "s", got:text("sub"))
got = mint("client_dn", { methods = "client_cert", client_dn = "CN=a", service_scheme = "https", service_host = "h", service_port = 8443,
    service_path = "/p" })
is("the service's URL", "https://h:8443/p", got:texts("aud")[1])
local token = assert(inbound:mint_claims('{"clientId":"app","scope":"r","secret":1,"n":1.10,"ok":true}'))
got = mint("bearer", { methods = "bearer", authorization = "Bearer " .. token, claims = {
    { name = "tenant", value = "t\"1" }, { name = "roles", json = '["r"]' }, { name = "n" } } })
is("bearer", "app", got:text("client_id"))
is("renamed", "r", got:text("scp"))
is("true", true, got:boolean("ok"))
fails("dropped", "XCJ_ERR_CLAIM", got:json("secret"))
fails("removed by the request", "XCJ_ERR_CLAIM", got:json("n"))
is("a claim of the request", 't"1', got:text("tenant"))
is("a JSON claim of the request", '["r"]', got:json("roles"))
local other_idp = assert(xcj.generate("ES256"))
local of_other = "Bearer " .. assert(xcj.minter({ key = other_idp, iss = "https://idp" })):mint_claims('{"clientId":"app"}')
fails("another verifier's token", "XCJ_ERR_SIGNATURE", minter:mint({ methods = "bearer", authorization = of_other, consumer_id = "c" }))
got = mint("a verifier of the request", { methods = "bearer", authorization = of_other, bearer_verifier = assert(xcj.verifier({ key = other_idp })) })
is("a verifier of the request", "app", got:text("client_id"))
fails("the minter's verifier again", "XCJ_ERR_SIGNATURE", minter:mint({ methods = "bearer", authorization = of_other, consumer_id = "c" }))
got = mint("one of a list", { methods = xcj.methods.basic + xcj.methods.apikey, api_key = "k" })
is("one of a list", "k", got:text("client_id"))
for i = 1, 40 do -- more than the first array has room for
    local list = {}
    for j = 1, i do
        list[j] = "https://" .. j
    end
    got = mint("audiences", { methods = "apikey", api_key = "k", audience = list })
    is("audiences", table.concat(list, " "), table.concat(got:texts("aud"), " "))
    got:free()
end

local whole = { methods = "any", authorization = "Basic YTpi", api_key = "victim", consumer_id = "c" }
is("two credentials", 401, fails("two credentials", "XCJ_ERR_NO_CREDENTIAL", minter:mint(whole)).status)
fails("no credential", "XCJ_ERR_NO_CREDENTIAL", minter:mint({ methods = "apikey", consumer_id = "c" }))
fails("no method", "XCJ_ERR_ARGUMENT", minter:mint({ api_key = "k", consumer_id = "c" }))
fails("an unknown method", "XCJ_ERR_ARGUMENT", minter:mint({ methods = "apikeys", api_key = "k", consumer_id = "c" }))
fails("no consumer", "XCJ_ERR_CONSUMER", minter:mint({ methods = "apikey", api_key = "k" }))
fails("a header twice", "XCJ_ERR_CREDENTIAL", minter:mint({ methods = "apikey", api_key = { "a", "b" }, consumer_id = "c" }))
fails("an audience that is no string", "XCJ_ERR_CREDENTIAL", minter:mint({ methods = "apikey", api_key = "a", audience = { 1 }, consumer_id = "c" }))
fails("a forged token", "XCJ_ERR_SIGNATURE", minter:mint({ methods = "bearer", consumer_id = "c",
    authorization = "Bearer " .. token:gsub("%.[^.]*$", "." .. ("A"):rep(86)) }))
fails("an expired token", "XCJ_ERR_EXPIRED", minter:mint({ methods = "bearer", consumer_id = "c",
    authorization = "Bearer " .. inbound:mint_claims('{"clientId":"a"}', { now = 1000000000 }) }))
fails("a claim of ours", "XCJ_ERR_CONFIG", minter:mint({ methods = "apikey", api_key = "k", consumer_id = "c",
    claims = { { name = "iss", value = "x" } } }))
local many = {}
for i = 1, 65 do
    many[i] = { name = "n" .. i, value = "v" }
end
fails("65 claims", "XCJ_ERR_LIMIT", minter:mint({ methods = "apikey", api_key = "k", consumer_id = "c", claims = many }))
many[65] = nil
mint("64 claims", { methods = "apikey", api_key = "k", claims = many })
fails("a token too long", "XCJ_ERR_LIMIT", assert(xcj.minter({ key = es, iss = "i", aud = "a", max_token = 200 })):mint({
    methods = "apikey", api_key = "k", consumer_id = "c" }))
local long = assert(xcj.minter({ key = es, iss = "i", aud = "a", max_token = 400000 }))
local token_of_long = assert(long:mint({ methods = "apikey", api_key = ("k"):rep(200000), consumer_id = "c" }))
check("a long token", #token_of_long > 260000, #token_of_long)
-- A request leaves nothing for the next one.
fails("what the request before had", "XCJ_ERR_NO_CREDENTIAL", minter:mint({ methods = "apikey", consumer_id = "c" }))

local reusing = assert(xcj.minter({ key = es, iss = "i", aud = "a", reuse = 60, reuse_bytes = 65536 }))
local again = { methods = "apikey", api_key = "k", consumer_id = "c" }
is("a token that is used again", assert(reusing:mint(again)), reusing:mint(again))
again.api_key = "other"
check("another caller's token", reusing:mint(again) ~= reusing:mint({ methods = "apikey", api_key = "k", consumer_id = "c" }))
check("no token is used again", minter:mint(again) ~= minter:mint(again))
fails("a small store of tokens", "XCJ_ERR_CONFIG", xcj.minter({ key = es, iss = "i", reuse = 60, reuse_bytes = 1 }))

-- Callers, who are known before the token is made.
local identities = assert(xcj.identities('{"clients":{"a":{"consumer":"c-of-a"}}}'))
local known = assert(xcj.minter({ key = es, iss = "https://gw", aud = "x", identities = identities }))
local caller = assert(known:caller({ methods = "basic", authorization = "Basic YTpiOmM=" }))
is("caller", "a c-of-a basic", caller:client_id() .. " " .. caller:consumer() .. " " .. caller:method())
got = assert(verifier:verify(known:mint({ caller = caller, audience = "by caller" })))
is("minted for a caller", "a by caller c-of-a", got:text("client_id") .. " " .. got:text("aud") .. " " .. got:text("/act/client_id"))
caller:free()
check("a freed caller", not pcall(caller.client_id, caller))
check("minting for a freed caller", not pcall(known.mint, known, { caller = caller }))
fails("a caller without a credential", "XCJ_ERR_NO_CREDENTIAL", known:caller({ methods = "basic" }))
fails("identities", "XCJ_ERR_CONFIG", xcj.identities('{"client":{}}'))

-- DPoP: the proof counts once.
local seen = {}
local answer
local bound = assert(xcj.minter({ key = es, iss = "i", aud = "a", bearer_verifier = verify_idp, dpop = { max_age = 300, replay = function(jkt, jti, expires)
    if answer ~= "own" then
        return answer
    end
    check("replay", #jkt == 43 and #jti > 0 and expires > os.time(), jkt)
    local is_new = not seen[jkt .. jti]
    seen[jkt .. jti] = true
    return is_new
end } }))
local proven = { methods = "bearer", authorization = "DPoP " .. read("bound"), dpop = read("proof"), htm = "GET",
    htu = "https://gw.example/orders", consumer_id = "c" }
answer = nil
fails("no room for the proof", "XCJ_ERR_REPLAY", bound:mint(proven))
answer = "own"
check("a proof", bound:mint(proven), "refused")
fails("a proof again", "XCJ_ERR_REPLAY", bound:mint(proven))
seen = {}
local one_caller = assert(bound:caller(proven))
fails("a proof again, for a caller", "XCJ_ERR_REPLAY", bound:caller(proven))
check("minted for a proven caller", bound:mint({ caller = one_caller, consumer_id = "c" }), "refused")
proven.htm = "POST"
fails("another request's proof", "XCJ_ERR_PROOF", bound:mint(proven))
fails("a bound token as Bearer", "XCJ_ERR_BINDING", bound:mint({ methods = "bearer", authorization = "Bearer " .. read("bound"), consumer_id = "c" }))
proven.htm, proven.dpop_nonces = "GET", { assert(xcj.dpop_nonce()), assert(xcj.dpop_nonce()) }
fails("a proof without a nonce", "XCJ_ERR_NONCE", bound:mint(proven))
local raising = assert(xcj.minter({ key = es, iss = "i", aud = "a", bearer_verifier = verify_idp, dpop = { max_age = 300, replay = function()
    error("no store")
end } }))
proven.dpop_nonces = nil
fails("a replay that raises", "XCJ_ERR_REPLAY", raising:mint(proven))

-- As the Kong plugin.
local config = '{"config":{"iss":"https://kong","private_jwk":' .. es:jwk({ private = true }) .. ',"verbose":true,"apikey_header":"X-Key"}}'
local kong = assert(xcj.kong_minter(config, { aud = "https://service" }))
local settings = kong:kong_settings()
is("kong", "X-Key X-Custom-Jwt nil true", settings.apikey_header .. " " .. settings.upstream_header .. " " ..
    tostring(settings.downstream_header) .. " " .. tostring(settings.verbose))
got = assert(assert(xcj.verifier({ key = es })):verify(kong:mint({ methods = "kong", authorization = "Basic YTpi", api_key = "x", consumer_id = "c" })))
is("the plugin's order", "a", got:text("client_id"))
local failure = fails("the plugin's sentence", "XCJ_ERR_NO_CREDENTIAL", kong:mint({ methods = "kong", consumer_id = "c" }))
is("the plugin's body", '{"ErrorMessage":"You are not authorized to access to this service","VerboseMessage":"No suitable ' ..
    'Authentication method is found: no Bearer token, no Basic Auth, no mTLS, no Key Auth"}', xcj.kong_failure(failure, true))
is("the plugin's body, not verbose", '{"ErrorMessage":"You are not authorized to access to this service"}', xcj.kong_failure(failure))
is("the plugin's body without an error", '{"ErrorMessage":"You are not authorized to access to this service"}', xcj.kong_failure())
fails("a raw secret", "XCJ_ERR_BASE64", xcj.kong_minter('{"iss":"i","private_jwk":{"kty":"oct","alg":"HS256","k":"not base64url, but as long as it must be"}}'))
assert(xcj.kong_minter('{"iss":"i","private_jwk":{"kty":"oct","alg":"HS256","k":"not base64url, but as long as it must be"}}',
    { key_options = { hmac_k_raw = true } }))
fails("no configuration", "XCJ_ERR_JSON", xcj.kong_minter("{"))

-- Options that are wrong in themselves.
for name, value in pairs({ is = "x", iss = 1, expires_in = 1.5, dn = "kong", consumer_optional = 1, bearer_verifier = "v", dpop = true,
    drop_claims = { 1 }, rename_claims = { 1 }, max_token = -1, alg = "none", identities = verifier }) do
    has("option " .. name, fails("option " .. name, "XCJ_ERR_CONFIG", xcj.minter({ key = es, [name] = value })).message, name)
end
fails("no key", "XCJ_ERR_ARGUMENT", xcj.minter({ iss = "i" }))
fails("another algorithm than the key's", "XCJ_ERR_ALG", xcj.minter({ key = es, alg = "RS256" }))
fails("both keys", "XCJ_ERR_CONFIG", xcj.verifier({ key = es, keys = set }))
fails("no keys", "XCJ_ERR_ARGUMENT", xcj.verifier({}))
fails("an algorithm in a list", "XCJ_ERR_CONFIG", xcj.verifier({ key = es, algs = { "none" } }))
for _, call in ipairs({ function() es:pem(verifier.pem) return verifier.pem(es) end, function() return verifier:verify(nil) end,
    function() return minter.mint(es, {}) end, function() return xcj.keyset_of({ verifier }) end }) do
    check("an object of another class", not pcall(call))
end

local cached = assert(xcj.verifier({ key = es, cache_bytes = 1024 * 1024, cache_age = 60 }))
for _ = 1, 3 do
    check("a cached token", cached:check_token(assert(minter:mint({ methods = "apikey", api_key = "k", consumer_id = "c", jti = "j" }))))
end
fails("a small cache", "XCJ_ERR_CONFIG", xcj.verifier({ key = es, cache_bytes = 1 }))

-- Several issuers.
local rows = assert(xcj.issuers({
    assert(xcj.verifier({ keys = read("idp-set.json"), issuer = "https://idp" })), assert(xcj.verifier({ key = es, issuer = "https://gw" })),
}))
check("the first issuer", rows:check_token(token), "refused")
check("the second issuer", rows:check_token(minter:mint({ methods = "apikey", api_key = "k", consumer_id = "c" })), "refused")
fails("no issuer's", "XCJ_ERR_CLAIM", rows:check_token(kong:mint({ methods = "apikey", api_key = "k", consumer_id = "c" })))
fails("rows without an issuer", "XCJ_ERR_CONFIG", xcj.issuers({ assert(xcj.verifier({ key = es })) }))

-- Header names, and lines for an audit.
is("a header for tokens", true, xcj.check_token_header("X-Custom-Jwt"))
fails("a header that frames messages", "XCJ_ERR_CONFIG", xcj.check_token_header("Content-Length"))
is("alike", true, xcj.header_alike("x_custom_jwt", "X-Custom-Jwt"))
is("not alike", false, xcj.header_alike("x-custom-jwt2", "X-Custom-Jwt"))
is("prefix", "Bearer ", xcj.header_prefix("authorization"))
is("no prefix", "", xcj.header_prefix("X-Custom-Jwt"))
local request = { methods = "apikey", api_key = "k", consumer_id = "c" }
token = assert(minter:mint(request))
has("an audit line", xcj.audit_line(request, token), '"event":"mint"')
has("an audit line of a refusal", xcj.audit_line(request, nil, failure), '"code":"XCJ_ERR_NO_CREDENTIAL"')
fails("an audit line of nothing", "XCJ_ERR_ARGUMENT", xcj.audit_line(request))

-- Minting makes nothing but the token. The same inputs give the same token, which Lua then has already: nothing may be made.
local hs = assert(xcj.minter({ key = secret, alg = "HS256", iss = "i", aud = "a", bearer_verifier = verify_idp }))
local same = { methods = "bearer", authorization = "Bearer " .. read("bound"), jti = "j", now = os.time(), consumer_id = "c",
    claims = { { name = "a", value = "b" } }, audience = { "x", "y" }, dpop_nonces = { "n" } }
local plain = assert(inbound:mint_claims('{"clientId":"app"}'))
same.authorization = "Bearer " .. plain
local verify_hs = assert(xcj.verifier({ key = secret }))
local fixed = assert(hs:mint(same))
local function grown(f)
    for _ = 1, 3000 do
        f()
    end
    collectgarbage()
    collectgarbage("stop")
    local before = collectgarbage("count")
    for _ = 1, 3000 do
        f()
    end
    local after = collectgarbage("count")
    collectgarbage("restart")
    return after - before
end
local function makes_nothing(how)
    for name, f in pairs({
        mints = function() return hs:mint(same) end,
        verifications = function() return verify_hs:check_token(fixed) end,
    }) do
        local made_now = grown(f)
        check("KiB that 3000 " .. name .. " make, " .. how, made_now < 50, made_now) -- one object for each would be 70
    end
end
makes_nothing("compiled")
jit.off(true, true)
jit.off()
makes_nothing("interpreted")
jit.on()
check("memory that 3000 strings make, in KiB", grown(function()
    return tostring({})
end) > 100, "the measure finds nothing")

-- The collector frees what nobody has any more.
local function resident()
    local file = assert(io.open("/proc/self/statm"))
    local _, pages = file:read("*n", "*n")
    file:close()
    return pages * 4
end
local function churn(count)
    for _ = 1, count do
        local one = assert(xcj.minter({ key = es, iss = "i", aud = "a" }))
        assert(one:caller(request)):free()
        assert(verify_hs:verify(fixed))
    end
    collectgarbage()
    collectgarbage()
end
churn(500)
churn(500) -- as much as the collector leaves waiting
local before = resident()
churn(2000)
local grew = resident() - before
check("KiB that stay of 2000 minters and verified tokens", grew < 4000, grew) -- a minter has more than two
local minter_of_error, raised = pcall(xcj.must, xcj.minter({}))
has("must", not minter_of_error and raised, "XCJ_ERR_ARGUMENT: ")
is("must, a value", es, xcj.must(es))

checks.finish()
