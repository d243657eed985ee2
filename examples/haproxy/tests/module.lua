-- The module xcj by itself: what it mints and verifies, and that every fault is a value. Arguments: the folder of the files.
local xcj = require("xcj")
local folder = arg[1]
local checks = 0

local function file(name)
    local handle = assert(io.open(folder .. "/" .. name, "rb"))
    local content = handle:read("a")
    handle:close()
    return content
end

local function check(name, good, seen)
    checks = checks + 1
    if not good then
        print("FAIL: " .. name .. ": " .. tostring(seen))
        os.exit(1)
    end
end

-- CODE in the member at fault.
local function fails(name, code, member, value, err)
    check(name .. " returns nil", value == nil, value)
    check(name .. ", code", err.code == code, err.code .. ": " .. err.message)
    check(name .. ", member", member == nil or err.member == member, err.member)
    check(name .. ", message", #err.message > 10, err.message)
end

-- A copy of a table with other members.
local function with(options, changes)
    local copy = {}
    for name, value in pairs(options) do copy[name] = value end
    for name, value in pairs(changes) do copy[name] = value end
    return copy
end

local rules = { keys = file("idp-set.json"), iss = "https://idp", aud = { "another", "gateway" }, alg = { "RS256", "ES256" } }
local idp = assert(xcj.verifier(rules))
local options = {
    key = file("gw.json"), iss = "https://gw", aud = "https://service", expires_in = 300, bearer = idp,
    identities = file("identities.json"),
}
local minter = assert(xcj.minter(options))
local verifier = assert(xcj.verifier({ keys = file("gw-set.json"), iss = "https://gw", aud = "https://service" }))

-- Each method.
local bearer = file("made/es256"):gsub("%s", "")
local function minted(name, request, wanted)
    local token, client_id = minter:mint(request)
    check(name, token, type(client_id) == "table" and client_id.message)
    check(name .. ", client_id", client_id == wanted, client_id)
    local claims = assert(verifier:verify(token))
    check(name .. ", claims", claims:find('"client_id":' .. string.format("%q", wanted), 1, true), claims)
end
minted("an API key", { methods = "apikey", apikey = "012345AZERTY!" }, "key-client")
minted("Basic", { methods = { "basic" }, authorization = "Basic dXNlcjp4" }, "user")
minted("a Bearer token", { methods = { "bearer", "apikey" }, authorization = "Bearer " .. bearer }, "app")
local token, client_id = minter:mint({ methods = "client_cert", client_cert = file("client.pem") })
check("a certificate", token and client_id == "CN=caller,O=Acme\\, Inc.,C=FR", client_id)
token = assert(minter:mint({ methods = "apikey", apikey = "012345AZERTY!", aud = { "a", "b" }, sub = "me", consumer = "c" }))
local claims = assert(xcj.verifier({ keys = file("gw-set.json"), aud = "b", sub = "me" })):verify(token)
check("a request's own values", claims:find('"act":{"client_id":"c"}', 1, true), claims)

-- The converter: the head of a request, and behind it what HAProxy says of the client's certificate.
local convert = minter:converter("X-Key")
local key = "x-key: 012345AZERTY!\r\n"
local basic = "AUTHORIZATION: Basic dXNlcjp4\r\n"
local certificate = file("made/client")
local function converts(name, wanted, head, ...)
    local result = convert(head, ...)
    local token, id = result:match("^200 (%S+)\n(.*)$")
    check(name, (id or result):find(wanted, 1, true) == 1, result)
    check(name .. ", the token", not token or verifier:verify(token), result)
end
converts("a head with an API key", "key-client", "Host: a\r\n" .. key .. "\r\n", "apikey")
converts("a head with Basic", "user", basic .. "\r\n", "basic")
converts("a head with a Bearer token", "app", "authorization: Bearer " .. bearer .. "\r\n\r\n", "bearer", "apikey")
converts("a head with a certificate", "CN=caller", key .. "\r\n0 " .. certificate, "client_cert")
converts("a certificate alone", "CN=caller", "\r\n0 " .. certificate, "client_cert")
converts("a certificate that TLS has not verified", "401 XCJ_ERR_NO_CREDENTIAL", "\r\n10 " .. certificate, "client_cert")
converts("a certificate that is cut off", "401 XCJ_ERR_CERTIFICATE", "\r\n0 " .. certificate:sub(1, -30), "client_cert")
converts("another method's credential", "401 XCJ_ERR_NO_CREDENTIAL", key .. "\r\n", "basic")
converts("one of two methods beside it", "key-client", key .. basic .. "\r\n", "apikey")
converts("two credentials", "401 XCJ_ERR_NO_CREDENTIAL", key .. basic .. "\r\n", "apikey", "basic")
converts("a header twice", "401 XCJ_ERR_CREDENTIAL: the header X-Key ", key .. "Host: a\r\n" .. key:upper() .. "\r\n", "apikey")
converts("an empty header, and another one", "401 XCJ_ERR_CREDENTIAL: the header X-Key ", "X-Key: \r\n" .. key .. "\r\n", "apikey")
converts("an empty header", "401 XCJ_ERR_NO_CREDENTIAL", "X-Key: \r\n\r\n", "apikey")
for _, other in ipairs({ "x", "x-", "x-key2: ", "x-key 2: ", "xx-key: ", "x_key: ", "a: x-key: ", "x-key" }) do
    converts("the header " .. other, "401 XCJ_ERR_NO_CREDENTIAL", other .. "012345AZERTY!\r\n\r\n", "apikey")
end
converts("no head", "500 XCJ_ERR_ARGUMENT", "", "apikey")
converts("a head without an end", "500 XCJ_ERR_ARGUMENT", key, "apikey")
converts("a line without an end", "500 XCJ_ERR_ARGUMENT", key .. "a: b\r", "apikey")
converts("a newline alone", "500 XCJ_ERR_ARGUMENT", "a: b\n" .. key .. "\r\n", "apikey")
converts("an empty newline", "500 XCJ_ERR_ARGUMENT", "\n", "apikey")
converts("a certificate in a header", "500 XCJ_ERR_ARGUMENT", "a: b\r\n\r\n0 " .. certificate .. "\r\n\r\n", "client_cert")
converts("an unknown method for a head", "500 XCJ_ERR_CONFIG", key .. "\r\n", "apikey", "password")
converts("no method for a head", "500 XCJ_ERR_ARGUMENT", key .. "\r\n")
check("a head that is no string", not pcall(convert, nil, "apikey"))
check("a converter without a header for API keys", not pcall(minter.converter, minter))

-- What a caller can do wrong.
fails("no credential", "XCJ_ERR_NO_CREDENTIAL", nil, minter:mint({ methods = "apikey" }))
fails("an unknown key", "XCJ_ERR_CREDENTIAL", nil, minter:mint({ methods = "apikey", apikey = "guess" }))
fails("two credentials", "XCJ_ERR_NO_CREDENTIAL", nil,
    minter:mint({ methods = { "bearer", "apikey" }, authorization = "Bearer " .. bearer, apikey = "012345AZERTY!" }))
fails("a spoilt token", "XCJ_ERR_SIGNATURE", nil, verifier:verify((token:gsub(".....$", "AAAAA"))))
fails("no token", "XCJ_ERR_TOKEN", nil, verifier:verify(""))
local _, err = minter:mint({ methods = "apikey" })
check("the status of a caller's fault", err.status == 401, err.status)

-- What the operator can do wrong.
fails("an unknown option", "XCJ_ERR_CONFIG", "audience", xcj.minter(with(options, { audience = "x" })))
fails("a position", "XCJ_ERR_CONFIG", nil, xcj.minter({ "x" }))
fails("a number for a string", "XCJ_ERR_CONFIG", "iss", xcj.minter(with(options, { iss = 7 })))
fails("a number in a list", "XCJ_ERR_CONFIG", "aud", xcj.verifier(with(rules, { aud = { "a", 7 } })))
fails("a list that is too long", "XCJ_ERR_CONFIG", "aud", xcj.verifier(with(rules, { aud = table.pack(("x"):rep(33):byte(1, 33)) })))
fails("a fraction", "XCJ_ERR_CONFIG", "expires_in", xcj.minter(with(options, { expires_in = 1.5 })))
fails("a string for a flag", "XCJ_ERR_CONFIG", "consumer_optional", xcj.minter(with(options, { consumer_optional = "no" })))
fails("a table for a verifier", "XCJ_ERR_CONFIG", "bearer", xcj.minter(with(options, { bearer = {} })))
fails("no table", "XCJ_ERR_CONFIG", nil, xcj.minter("x"))
fails("an unknown algorithm", "XCJ_ERR_ALG_UNKNOWN", "alg", xcj.verifier(with(rules, { alg = "none" })))
fails("a broken key", "XCJ_ERR_KEY", nil, xcj.minter(with(options, { key = "x" })))
fails("a public key", "XCJ_ERR_KEY_USE", nil, xcj.minter(with(options, { key = file("idp-rs.pem"), alg = "RS256" })))
fails("an unknown method", "XCJ_ERR_CONFIG", "methods", minter:mint({ methods = "password" }))
fails("an unknown member of a request", "XCJ_ERR_CONFIG", "api_key", minter:mint({ methods = "apikey", api_key = "x" }))
_, err = xcj.minter(with(options, { iss = 7 }))
check("the status of the operator's fault", err.status == 500, err.status)

-- Headers that are alike.
check("alike", xcj.alike("X-Custom-Jwt", "x_custom.jwt"))
check("not alike", not xcj.alike("X-Custom-Jwt", "X-Custom"))

-- Nothing grows, and what is closed refuses.
local function grown()
    collectgarbage()
    return collectgarbage("count")
end
for _ = 1, 200 do
    assert(xcj.minter(options))
    assert(minter:mint({ methods = "apikey", apikey = "012345AZERTY!" }))
end
local before = grown()
for _ = 1, 500 do
    assert(minter:mint({ methods = "apikey", apikey = "012345AZERTY!" }))
    minter:mint({ methods = "apikey", apikey = "guess" })
    convert(key .. "\r\n", "apikey")
    convert(key, "apikey")
end
check("memory of Lua", grown() - before < 16, grown() - before)
minter:close()
minter:close()
fails("a closed minter", "XCJ_ERR_ARGUMENT", nil, minter:mint({ methods = "apikey", apikey = "012345AZERTY!" }))
converts("a closed minter, by its converter", "500 XCJ_ERR_ARGUMENT", key .. "\r\n", "apikey")
verifier:close()
fails("a closed verifier", "XCJ_ERR_ARGUMENT", nil, verifier:verify(token))
fails("a closed verifier in a minter", "XCJ_ERR_CONFIG", "bearer", xcj.minter(with(options, { bearer = verifier })))
if _VERSION == "Lua 5.4" then
    local outside
    load([[local xcj, options, use = ...; local one <close> = xcj.minter(options); use(one)]])(xcj, options, function(one) outside = one end)
    fails("a minter after its block", "XCJ_ERR_ARGUMENT", nil, outside:mint({ methods = "apikey", apikey = "x" }))
end
print(_VERSION .. ": " .. checks .. " checks")
