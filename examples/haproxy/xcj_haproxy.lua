-- Actions and converters of HAProxy that mint and verify tokens. gateway.lua, which haproxy.cfg loads in each thread, calls
-- register(). README.md describes the settings.
local xcj = require("xcj")
local gateway = {}

-- The content of a file; an error ends HAProxy's start.
function gateway.file(name)
    local file = assert(io.open(name, "rb"))
    local content = file:read("a")
    file:close()
    return content
end

-- The value of xcj.minter() or xcj.verifier(), or an error with the reason.
local function made(what, value, err)
    return value or error("xcj: " .. what .. ": " .. err.code .. ": " .. err.message, 0)
end

local function split(list)
    local names = {}
    for name in list:gmatch("[^,]+") do names[#names + 1] = name end
    return names
end

-- The value of a header that may come once. Twice is no value: one could be checked and the other one used.
local function once(fetch, name)
    local count = fetch:req_fhdr_cnt(name)
    if count > 1 then return nil, "the header " .. name .. " comes more than once" end
    return count == 1 and fetch:req_fhdr(name) or nil
end

-- Answers instead of the service.
local function refuse(txn, err, challenge)
    txn:set_var("txn.xcj_error", err.code .. ": " .. err.message)
    local reply = txn:reply({ status = err.status, reason = err.status == 401 and "Unauthorized" or "Internal Server Error" })
    reply:add_header("Content-Type", "application/json")
    reply:add_header("Cache-Control", "no-store")
    if err.status == 401 then reply:add_header("WWW-Authenticate", challenge) end
    reply:set_body('{"ErrorMessage":"You are not authorized to access to this service"}')
    txn:done(reply)
end

-- What the request has, for minter:mint().
local function request_of(txn, methods, settings)
    local request, fetch, reason = { methods = methods }, txn.f, nil
    for _, method in ipairs(methods) do
        if method == "apikey" then
            request.apikey, reason = once(fetch, settings.apikey_header)
        elseif method ~= "client_cert" then
            request.authorization, reason = once(fetch, "authorization")
        end
        if reason then return nil, { code = "XCJ_ERR_CREDENTIAL", status = 401, message = reason } end
    end
    if fetch:ssl_fc() == 1 and fetch:ssl_c_used() == 1 and fetch:ssl_c_verify() == 0 then
        request.client_cert = fetch:ssl_c_der()
    end
    return request
end

-- settings: minter, and optionally verifier (tables for xcj.minter() and xcj.verifier()), header, apikey_header, name.
function gateway.register(settings)
    local name = settings.name or "xcj"
    local header = settings.header or "X-Custom-Jwt"
    settings.apikey_header = settings.apikey_header or "apikey"
    local known = {}

    if settings.minter then
        if type(settings.minter.bearer) == "table" then
            settings.minter.bearer = made("minter.bearer", xcj.verifier(settings.minter.bearer))
        end
        local minter = made("minter", xcj.minter(settings.minter))
        core.register_action(name .. "_mint", { "http-req" }, function(txn, list)
            local methods = known[list]
            if not methods then
                methods = split(list)
                known[list] = methods
            end
            local request, err = request_of(txn, methods, settings)
            local token, client_id
            if request then token, client_id = minter:mint(request) end
            if not token then
                return refuse(txn, err or client_id, methods[1] == "basic" and 'Basic realm="gateway"' or "Bearer")
            end
            txn:set_var("txn.xcj_client_id", client_id)
            txn.http:req_del_header("authorization")
            txn.http:req_del_header(settings.apikey_header)
            txn.http:req_set_header(header, header:lower() == "authorization" and "Bearer " .. token or token)
        end, 1)
    end

    if settings.verifier then
        local verifier = made("verifier", xcj.verifier(settings.verifier))
        core.register_converters(name .. "_verify", function(token)
            return verifier:verify(token) or ""
        end)
    end
end

return gateway
