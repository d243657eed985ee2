-- The settings of this gateway. HAProxy runs this file in each thread when it starts, and again at a reload.
local gateway = require("xcj_haproxy")
local folder = "/etc/haproxy/xcj/"
local file = gateway.file

gateway.register({
    minter = {
        key = file(folder .. "active.json"),
        iss = "https://localhost:8443",
        aud = "http://127.0.0.1:9000/",
        identities = file(folder .. "identities.json"),
        bearer = { keys = file(folder .. "idp.json"), iss = "https://idp.example", aud = "gateway", alg = { "RS256", "ES256" } },
    },
    -- For gateways behind this one: %[req.hdr(X-Custom-Jwt),lua.xcj_verify] is the claims of a valid token, and else empty.
    verifier = { keys = file(folder .. "jwks.json"), iss = "https://localhost:8443", aud = "http://127.0.0.1:9000/" },
})
