/*
 * proofs.c: further cases for a DPoP proof (RFC 9449), which is a token whose key is in its header. Names do not change.
 */
#include <string.h>

#include "cli/forge/forge.h"

#define SIGNED(make, name, reason, what, raw)                                                                               \
    {                                                                                                                       \
        name, reason, FORGE_PRIVATE, FORGE_ONCE, make, what, raw, false, false                                              \
    }
#define HEADER(name, reason, what, raw) SIGNED(forge_header_signed, name, reason, what, raw)
#define CLAIM(name, reason, what, raw) SIGNED(forge_claims_signed, name, reason, what, raw)
#define URI(name, reason, raw) SIGNED(forge_uri, name, reason, "htu", raw)
#define TWIN(make, name, reason, what, raw)                                                                                 \
    {                                                                                                                       \
        name, reason, FORGE_PRIVATE, FORGE_ONCE, make, what, raw, false, true                                               \
    }

const forge_case forge_proof_cases[] = {
    TWIN(forge_claims_signed, "twin-dpop-jti", "another jti", "jti", "\"another-jti-of-the-same-client\""),
    TWIN(forge_uri, "twin-dpop-htu-query", "htu has a query and a fragment, which are ignored (RFC 9449 4.3)", "htu",
         "%S://%A%P?a=b#c"),
    TWIN(forge_header_signed, "twin-dpop-typ-escaped", "typ is written with an escape", "typ", "\"dpop\\u002bjwt\""),

    HEADER("dpop-typ-missing", "there is no typ", "typ", NULL),
    HEADER("dpop-typ-jwt", "typ is that of another kind of token", "typ", "\"JWT\""),
    HEADER("dpop-typ-access-token", "typ is that of an access token", "typ", "\"at+jwt\""),
    HEADER("dpop-typ-null", "typ is null", "typ", "null"),
    HEADER("dpop-typ-array", "typ is an array", "typ", "[\"dpop+jwt\"]"),
    HEADER("dpop-typ-space", "a space behind typ", "typ", "\"dpop+jwt \""),
    HEADER("dpop-typ-upper", "typ is in capitals", "typ", "\"DPOP+JWT\""),
    HEADER("dpop-typ-media", "typ is the media type in full", "typ", "\"application/dpop+jwt\""),
    HEADER("dpop-jwk-missing", "there is no jwk", "jwk", NULL),
    HEADER("dpop-jwk-null", "jwk is null", "jwk", "null"),
    HEADER("dpop-jwk-empty", "jwk is an empty object", "jwk", "{}"),
    HEADER("dpop-jwk-array", "jwk is an array", "jwk", "[]"),
    HEADER("dpop-jwk-set", "jwk is an empty key set", "jwk", "{\"keys\":[]}"),
    HEADER("dpop-jwk-secret", "jwk is a shared secret", "jwk", "{\"kty\":\"oct\",\"k\":\"AAAA\"}"),
    HEADER("dpop-jwk-text", "jwk is a text", "jwk", "\"key\""),
    SIGNED(forge_private_jwk, "dpop-jwk-private", "jwk has a member of a private key", "d", "\"AAAA\""),
    SIGNED(forge_private_jwk, "dpop-jwk-private-null", "jwk has a member of a private key, which is null", "d", "null"),
    SIGNED(forge_private_jwk, "dpop-jwk-private-k", "jwk has the member of a shared secret", "k", "\"AAAA\""),

    CLAIM("dpop-htm-missing", "there is no htm", "htm", NULL),
    CLAIM("dpop-htm-other", "htm is another method", "htm", "\"PROPFIND\""),
    CLAIM("dpop-htm-lower", "htm is in small letters", "htm", "\"get\""),
    CLAIM("dpop-htm-empty", "htm is empty", "htm", "\"\""),
    CLAIM("dpop-htm-null", "htm is null", "htm", "null"),
    CLAIM("dpop-htm-array", "htm is an array of methods", "htm", "[\"GET\",\"POST\",\"PUT\",\"DELETE\"]"),
    CLAIM("dpop-htu-missing", "there is no htu", "htu", NULL),
    CLAIM("dpop-htu-other", "htu is another server", "htu", "\"https://attacker.example/\""),
    CLAIM("dpop-htu-empty", "htu is empty", "htu", "\"\""),
    CLAIM("dpop-htu-null", "htu is null", "htu", "null"),
    URI("dpop-htu-path", "htu is a path below", "%S://%A%P/below"),
    URI("dpop-htu-path-before", "htu is a path beside", "%S://%A/beside%P"),
    URI("dpop-htu-path-alone", "htu is the path alone", "%P/"),
    URI("dpop-htu-no-scheme", "htu has no scheme", "//%A%P"),
    URI("dpop-htu-scheme", "htu has another scheme", "ws%S://%A%P"),
    URI("dpop-htu-port", "htu has another port", "%S://%A:1%P"),
    URI("dpop-htu-user", "the server in htu is a user of another one", "%S://%A@attacker.example%P"),
    URI("dpop-htu-suffix", "htu begins as it should, with a longer host", "%S://%A.attacker.example%P"),
    URI("dpop-htu-prefix", "htu ends as it should, with a longer host", "%S://attacker-%A%P"),
    URI("dpop-htu-escaped-slash", "an escape in htu hides the slash", "%S://%A%%2F%P"),
    URI("dpop-htu-nul", "a NUL behind htu", "%S://%A%P\\u0000"),
    URI("dpop-htu-fragment", "what htu should be is its fragment", "https://attacker.example/#%S://%A%P"),

    CLAIM("dpop-iat-missing", "there is no iat", "iat", NULL),
    CLAIM("dpop-iat-past", "iat is long ago", "iat", "1"),
    CLAIM("dpop-iat-negative", "iat is negative", "iat", "-1"),
    CLAIM("dpop-iat-future", "iat is far in the future", "iat", "32503680000"),
    CLAIM("dpop-iat-future-exponent", "iat is far in the future, written with an exponent", "iat", "3.250368e10"),
    CLAIM("dpop-iat-huge", "iat is larger than a double", "iat", "1e999"),
    CLAIM("dpop-iat-null", "iat is null", "iat", "null"),
    CLAIM("dpop-iat-text", "iat is a text", "iat", "\"32503680000\""),
    CLAIM("dpop-jti-missing", "there is no jti", "jti", NULL),
    CLAIM("dpop-jti-null", "jti is null", "jti", "null"),
    CLAIM("dpop-jti-number", "jti is a number", "jti", "7"),
    CLAIM("dpop-jti-empty", "jti is empty", "jti", "\"\""),
    SIGNED(forge_present, "dpop-ath-missing", "there is no ath", "ath", NULL),
    SIGNED(forge_present, "dpop-ath-other", "ath is the hash of another token", "ath",
           "\"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo\""),
    SIGNED(forge_present, "dpop-ath-empty", "ath is empty", "ath", "\"\""),
    SIGNED(forge_present, "dpop-ath-null", "ath is null", "ath", "null"),
    SIGNED(forge_present, "dpop-nonce-missing", "there is no nonce", "nonce", NULL),
    SIGNED(forge_present, "dpop-nonce-other", "nonce is another", "nonce", "\"another\""),
    SIGNED(forge_present, "dpop-nonce-null", "nonce is null", "nonce", "null"),
    { NULL, NULL, 0, FORGE_ONCE, NULL, NULL, NULL, false, false },
};

bool forge_is_proof(const forge *from)
{
    const char *typ = json_string_value(json_object_get(from->parsed_header, "typ"));
    return typ != NULL && strcmp(typ, "dpop+jwt") == 0;
}

/* A proof has no JSON serialisation (RFC 9449 4.2), ignores kid, and has other claims. */
bool forge_fits_proof(const forge_case *row)
{
    static const char *const others[] = { "kid-", "typ-", "cty-", "exp-", "nbf-", "iat-", "iss-", "sub-", "jti-", "aud-" };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strncmp(row->name, others[i], strlen(others[i])) == 0) {
            return false;
        }
    }
    return !row->is_json;
}
