/*
 * cases.c: the tokens, in the order in which they are written. Names do not change.
 */
#include "cli/forge/forge.h"

#define STRIPPED_AND_KEPT(name, reason, raw)                                                                                \
    {                                                                                                                       \
        name "-%s", reason, 0, FORGE_EACH_TAIL, forge_header, "alg", raw, false, false                                      \
    }
#define PATTERN(name, reason, raw)                                                                                          \
    {                                                                                                                       \
        name, reason, 0, FORGE_ONCE, forge_pattern, NULL, raw, false, false                                                 \
    }
#define CONFUSED(form, reason)                                                                                              \
    {                                                                                                                       \
        "hs%s-" form, reason, FORGE_PUBLIC, FORGE_EACH_HMAC, forge_confused, NULL, form, false, false                       \
    }
#define KID(name, reason, kid, secret)                                                                                      \
    {                                                                                                                       \
        name, reason, 0, FORGE_ONCE, forge_kid, kid, secret, false, false                                                   \
    }
#define EMBEDDED(name, reason, what, raw)                                                                                   \
    {                                                                                                                       \
        name, reason, 0, FORGE_ONCE, forge_embedded, what, raw, false, false                                                \
    }
#define CHANGED(name, reason, what)                                                                                         \
    {                                                                                                                       \
        name, reason, 0, FORGE_ONCE, forge_changed, what, NULL, false, false                                                \
    }
#define NUMBERS(needs, name, reason, what)                                                                                  \
    {                                                                                                                       \
        name, reason, needs, FORGE_ONCE, forge_numbers, what, NULL, false, false                                            \
    }
#define JSON(name, reason, raw)                                                                                             \
    {                                                                                                                       \
        name, reason, 0, FORGE_ONCE, forge_pattern, NULL, raw, true, false                                                  \
    }
#define SIGNED(make, name, reason, what, raw)                                                                               \
    {                                                                                                                       \
        name, reason, FORGE_PRIVATE, FORGE_ONCE, make, what, raw, false, false                                              \
    }
#define HEADER(name, reason, what, raw) SIGNED(forge_header_signed, name, reason, what, raw)
#define CLAIM(name, reason, what, raw) SIGNED(forge_claims_signed, name, reason, what, raw)
#define TWIN(needs, make, name, reason, what, raw)                                                                          \
    {                                                                                                                       \
        name, reason, needs, FORGE_ONCE, make, what, raw, false, true                                                       \
    }

const forge_case forge_cases[] = {
    /* Twins: what is refused below must not be refused for something else. */
    TWIN(0, forge_pattern, "twin-genuine", "the token that was given", NULL, "%t"),
    { "twin-json-flattened", "the token that was given, as a flattened JSON serialisation", 0, FORGE_ONCE, forge_pattern,
      NULL, "{\"payload\":\"%p\",\"protected\":\"%h\",\"signature\":\"%s\"}", true, true },
    { "twin-json-general", "the token that was given, as a general JSON serialisation", 0, FORGE_ONCE, forge_pattern, NULL,
      "{\"payload\":\"%p\",\"signatures\":[{\"protected\":\"%h\",\"signature\":\"%s\"}]}", true, true },
    TWIN(FORGE_PRIVATE, forge_pattern_signed, "twin-signed", "the same header and claims, signed anew", NULL, "%h.%p"),
    TWIN(FORGE_PRIVATE, forge_header_signed, "twin-header-unknown", "an unknown header member is ignored (RFC 7515 4)",
         "x-unknown", "{\"a\":[1,null]}"),
    TWIN(FORGE_PRIVATE, forge_header_around, "twin-header-space", "white space around the header's JSON", " \n", "\r\n\t"),
    TWIN(FORGE_PRIVATE, forge_claims_around, "twin-claims-space", "white space around the claims' JSON", " \n", "\r\n\t"),
    TWIN(FORGE_PRIVATE, forge_claims_signed, "twin-claim-unknown", "an unknown claim is ignored (RFC 7519 4)", "x-unknown",
         "{\"a\":[1,null]}"),
    TWIN(FORGE_PRIVATE, forge_claims_signed, "twin-claim-escaped", "an escape in a claim", "x-unknown",
         "\"\\u0061\\ud83d\\ude00\\/\""),
    TWIN(FORGE_PRIVATE, forge_claims_signed, "twin-exp-fraction", "a NumericDate may have a fraction (RFC 7519 2)", "exp",
         "32503680000.5"),
    TWIN(FORGE_PRIVATE, forge_claims_signed, "twin-nbf-past", "nbf has come", "nbf", "1"),

    /* No signature at all (RFC 8725 3.2). */
    STRIPPED_AND_KEPT("alg-none-lower", "alg is none", "\"none\""),
    STRIPPED_AND_KEPT("alg-none-title", "alg is None", "\"None\""),
    STRIPPED_AND_KEPT("alg-none-upper", "alg is NONE", "\"NONE\""),
    STRIPPED_AND_KEPT("alg-none-mixed", "alg is nOnE", "\"nOnE\""),
    STRIPPED_AND_KEPT("alg-none-space", "alg is none and a space", "\"none \""),
    STRIPPED_AND_KEPT("alg-none-nul", "alg is none and a NUL", "\"none\\u0000\""),
    STRIPPED_AND_KEPT("alg-none-escaped", "alg is none, with an escape", "\"n\\u006fne\""),
    STRIPPED_AND_KEPT("alg-none-twice", "alg twice, none last", "\"HS256\",\"alg\":\"none\""),
    STRIPPED_AND_KEPT("alg-empty", "alg is empty", "\"\""),
    STRIPPED_AND_KEPT("alg-null", "alg is null", "null"),
    STRIPPED_AND_KEPT("alg-false", "alg is false", "false"),
    STRIPPED_AND_KEPT("alg-zero", "alg is a number", "0"),
    STRIPPED_AND_KEPT("alg-array", "alg is an array", "[\"none\"]"),
    STRIPPED_AND_KEPT("alg-object", "alg is an object", "{}"),
    STRIPPED_AND_KEPT("alg-missing", "there is no alg", NULL),
    PATTERN("alg-none-claims", "alg is none, and the claims are somebody else's", "%N.%P."),
    PATTERN("alg-none-two-parts", "alg is none, without the last dot", "%N.%p"),

    /* The public key taken for an HMAC secret (RFC 8725 2.1). */
    CONFUSED("spki-pem", "HMAC with the public key's PEM as secret"),
    CONFUSED("spki-pem-stripped", "HMAC with the public key's PEM without its last line feed"),
    CONFUSED("spki-pem-crlf", "HMAC with the public key's PEM, lines ending in CRLF"),
    CONFUSED("spki-der", "HMAC with the public key's DER"),
    CONFUSED("pkcs1-pem", "HMAC with the PKCS#1 PEM of the RSA public key"),
    CONFUSED("pkcs1-pem-stripped", "HMAC with the PKCS#1 PEM without its last line feed"),
    CONFUSED("pkcs1-der", "HMAC with the PKCS#1 DER of the RSA public key"),
    CONFUSED("modulus", "HMAC with the bytes of the RSA modulus"),
    CONFUSED("point", "HMAC with the bytes of the public key: an EC point, or those of an OKP key"),
    CONFUSED("jwk", "HMAC with the text of the public JWK"),
    CONFUSED("file", "HMAC with the bytes of the key file"),
    { "hs%s-empty", "HMAC with an empty secret", 0, FORGE_EACH_HMAC, forge_confused, NULL, "empty", false, false },

    /* Another algorithm than the signature's. */
    { "alg-swap-%s", "alg is another, the signature is kept", 0, FORGE_EACH_ALG, forge_header, "alg", NULL, false, false },
    { "alg-signed-%s", "signed with the right key for an algorithm that is not the key's", FORGE_PRIVATE, FORGE_EACH_ALG,
      forge_other_alg, NULL, NULL, false, false },
    HEADER("alg-unknown-signed", "alg is no algorithm; signed", "alg", "\"XX256\""),
    HEADER("alg-missing-signed", "there is no alg; signed", "alg", NULL),
    HEADER("alg-array-signed", "alg is an array; signed", "alg", "[\"HS256\",\"RS256\",\"ES256\"]"),
    HEADER("alg-null-signed", "alg is null; signed", "alg", "null"),
    { "pss-salt-empty", "PSS with an empty salt (RFC 7518 3.5: as long as the hash)", FORGE_PRIVATE | FORGE_PSS, FORGE_ONCE,
      forge_other_scheme, "salt", NULL, false, false },
    { "pss-mgf1-sha1", "PSS with a mask of SHA-1 (RFC 7518 3.5: of the same hash)", FORGE_PRIVATE | FORGE_PSS, FORGE_ONCE,
      forge_other_scheme, "mgf1", NULL, false, false },
    { "pkcs1-sha1", "PKCS#1 v1.5 with SHA-1", FORGE_PRIVATE | FORGE_PKCS1, FORGE_ONCE, forge_other_scheme, "sha1", NULL,
      false, false },

    /* The signature itself. */
    PATTERN("signature-stripped", "the signature is empty", "%h.%p."),
    PATTERN("signature-missing", "there are two parts", "%h.%p"),
    PATTERN("payload-other", "the payload is somebody else's, the signature is kept", "%h.%P.%s"),
    PATTERN("payload-empty", "the payload is empty, the signature is kept", "%h..%s"),
    PATTERN("payload-is-header", "the header in place of the payload", "%h.%h.%s"),
    PATTERN("signature-is-payload", "the payload in place of the signature", "%h.%p.%p"),
    { "header-other", "a header member more, the signature is kept", 0, FORGE_ONCE, forge_header, "x-unknown", "1", false,
      false },
    { "claim-other", "a claim more, the signature is kept", 0, FORGE_ONCE, forge_claims, "admin", "true", false, false },
    CHANGED("signature-cut", "the signature lacks its last byte", "cut"),
    CHANGED("signature-half", "the signature is cut in half", "half"),
    CHANGED("signature-zero-behind", "a zero byte behind the signature", "zero-behind"),
    CHANGED("signature-zero-before", "a zero byte before the signature", "zero-before"),
    CHANGED("signature-twice", "the signature stands twice", "twice"),
    CHANGED("signature-first-bit", "a bit of the first byte is flipped", "first-bit"),
    CHANGED("signature-last-bit", "a bit of the last byte is flipped", "last-bit"),
    NUMBERS(0, "signature-zero", "a signature of zeros", "0"),
    NUMBERS(0, "signature-ones", "a signature of ones", "f"),
    NUMBERS(FORGE_RSA, "rsa-one", "the RSA signature is 1", "1"),
    NUMBERS(FORGE_RSA, "rsa-modulus", "the RSA signature is the modulus", "n"),
    { "ecdsa-der", "the signature is DER (RFC 7518 3.4: r and s alone)", FORGE_EC, FORGE_ONCE, forge_changed, "der", NULL,
      false, false },
    NUMBERS(FORGE_EC, "ecdsa-r-zero", "r is 0", "0s"),
    NUMBERS(FORGE_EC, "ecdsa-s-zero", "s is 0", "r0"),
    NUMBERS(FORGE_EC, "ecdsa-zero", "r and s are 0", "00"),
    NUMBERS(FORGE_EC, "ecdsa-r-order", "r is the curve's order", "ns"),
    NUMBERS(FORGE_EC, "ecdsa-s-order", "s is the curve's order", "rn"),
    NUMBERS(FORGE_EC, "ecdsa-order", "r and s are the curve's order", "nn"),
    NUMBERS(FORGE_EC, "ecdsa-order-zero", "r is the curve's order, s is 0", "n0"),
    NUMBERS(FORGE_EC, "ecdsa-one", "r and s are 1", "11"),
    NUMBERS(FORGE_EC, "ecdsa-ones", "r and s are all ones", "ff"),
    NUMBERS(FORGE_EC, "ecdsa-swapped", "r and s are swapped", "sr"),
    NUMBERS(FORGE_ED25519, "ed25519-swapped", "R and S are swapped", "sr"),
    { "ed25519-order", "S has the group's order added (RFC 8032 5.1.7)", FORGE_ED25519, FORGE_ONCE, forge_changed, "order",
      NULL, false, false },

    /* Keys that came with the token (RFC 8725 3.10). */
    EMBEDDED("embedded-jwk", "signed by an attacker's key, which is in the header", "jwk", NULL),
    EMBEDDED("embedded-x5c", "signed by an attacker's key, whose certificate is in the header", "x5c", NULL),
    EMBEDDED("embedded-jku", "signed by an attacker's key, which jku points to", "jku",
             "\"https://attacker.example/jwks.json\""),
    EMBEDDED("embedded-jku-local", "signed by an attacker's key, jku points to the verifier's own network", "jku",
             "\"http://169.254.169.254/latest/meta-data\""),
    EMBEDDED("embedded-jku-file", "signed by an attacker's key, jku is a file", "jku", "\"file:///proc/self/environ\""),
    EMBEDDED("embedded-x5u", "signed by an attacker's key, whose certificate x5u points to", "x5u",
             "\"https://attacker.example/cert.pem\""),
    EMBEDDED("embedded-kid", "signed by an attacker's key under the genuine kid", "x-unknown", "1"),

    /* Key ids for a careless reader to misuse. */
    KID("kid-path", "kid is a path to an empty file, HMAC with an empty secret", "\"../../../../../../../dev/null\"", ""),
    KID("kid-path-known", "kid is a path to a file of known content, HMAC with it",
        "\"/proc/sys/kernel/randomize_va_space\"", "2\n"),
    KID("kid-path-nul", "kid is a path with a NUL in it", "\"../../../dev/null\\u0000.pem\"", ""),
    KID("kid-sql", "kid is SQL that yields the secret", "\"x' UNION SELECT 'forged'-- \"", "forged"),
    KID("kid-command", "kid is a shell's command", "\"|echo forged\"", "forged\n"),
    KID("kid-url", "kid is an attacker's URL", "\"https://attacker.example/secret\"", "forged"),
    KID("kid-empty", "kid is empty, and so is the secret", "\"\"", ""),
    KID("kid-prototype", "kid is a member that every object of JavaScript has", "\"__proto__\"", ""),
    HEADER("kid-number", "kid is a number (RFC 7515 4.1.4: a string); signed", "kid", "1"),
    HEADER("kid-null", "kid is null; signed", "kid", "null"),
    HEADER("kid-array", "kid is an array; signed", "kid", "[]"),

    /* crit (RFC 7515 4.1.11), b64 (RFC 7797) and other header members; signed. */
    HEADER("crit-unknown", "crit names an extension that nobody knows", "crit", "[\"x-unknown\"],\"x-unknown\":1"),
    HEADER("crit-empty", "crit is empty", "crit", "[]"),
    HEADER("crit-absent", "crit names a member that is not there", "crit", "[\"x-unknown\"]"),
    HEADER("crit-alg", "crit names alg, which RFC 7515 defines", "crit", "[\"alg\"]"),
    HEADER("crit-twice", "crit names an extension twice", "crit", "[\"b64\",\"b64\"],\"b64\":true"),
    HEADER("crit-text", "crit is a text", "crit", "\"b64\",\"b64\":true"),
    HEADER("crit-object", "crit is an object", "crit", "{\"b64\":1},\"b64\":true"),
    HEADER("crit-null", "crit is null", "crit", "null"),
    HEADER("crit-number", "crit names a number", "crit", "[1]"),
    HEADER("crit-empty-name", "crit names the empty name", "crit", "[\"\"],\"\":1"),
    HEADER("crit-claim", "crit names a claim", "crit", "[\"exp\"]"),
    HEADER("b64-false", "b64 is false in a JWT (RFC 7797 7)", "b64", "false,\"crit\":[\"b64\"]"),
    HEADER("b64-true", "b64 is critical in a JWT, though true (RFC 7797 7)", "b64", "true,\"crit\":[\"b64\"]"),
    HEADER("b64-not-critical", "b64 is false and not critical (RFC 7797 6)", "b64", "false"),
    HEADER("b64-text", "b64 is a text", "b64", "\"false\",\"crit\":[\"b64\"]"),
    HEADER("typ-number", "typ is a number", "typ", "1"),
    HEADER("typ-null", "typ is null", "typ", "null"),
    HEADER("typ-array", "typ is an array", "typ", "[\"JWT\"]"),
    HEADER("cty-number", "cty is a number", "cty", "1"),
    SIGNED(forge_zipped, "zip-deflated", "the claims are compressed, as only a JWE may", "zip", "\"DEF\""),
    HEADER("header-twice-alg", "alg stands twice", "alg", "\"none\",\"alg\":\"HS256\""),
    HEADER("header-twice", "a header member stands twice", "x-unknown", "1,\"x-unknown\":2"),
    HEADER("header-twice-escaped", "a header member stands twice, once with an escape", "x-unknown",
           "1,\"\\u0078-unknown\":2"),
    HEADER("header-twice-within", "a member within the header stands twice", "x-unknown", "{\"a\":1,\"a\":2}"),
    SIGNED(forge_header_around, "header-trailing", "text behind the header's JSON", "", "x"),
    SIGNED(forge_header_around, "header-two", "two objects in the header", "", "{}"),
    SIGNED(forge_header_around, "header-array", "the header is an array", "[", "]"),
    SIGNED(forge_header_around, "header-bom", "a byte order mark before the header's JSON", "\xef\xbb\xbf", ""),
    SIGNED(forge_header_around, "header-comment", "a comment before the header's JSON", "/**/", ""),
    HEADER("header-comma", "a comma too many in the header", "x-unknown", "1,"),
    HEADER("header-utf8", "bytes in the header that are not UTF-8", "x-unknown", "\"\xff\xfe\""),
    HEADER("header-surrogate", "a lone surrogate in the header", "x-unknown", "\"\\ud800\""),
    SIGNED(forge_nested, "header-nested", "arrays within arrays without an end in the header", "header", NULL),

    /* Claims; signed. */
    CLAIM("exp-past", "exp has passed", "exp", "1"),
    CLAIM("exp-past-fraction", "exp has passed, written with a fraction", "exp", "1.5"),
    CLAIM("exp-past-exponent", "exp has passed, written with an exponent", "exp", "1e9"),
    CLAIM("exp-zero", "exp is 0", "exp", "0"),
    CLAIM("exp-negative", "exp is negative", "exp", "-1"),
    CLAIM("exp-negative-huge", "exp is below what 64 bits hold", "exp", "-9223372036854775809"),
    CLAIM("exp-text", "exp is a text (RFC 7519 2: a number)", "exp", "\"32503680000\""),
    CLAIM("exp-text-date", "exp is a date", "exp", "\"3000-01-01T00:00:00Z\""),
    CLAIM("exp-null", "exp is null", "exp", "null"),
    CLAIM("exp-true", "exp is true", "exp", "true"),
    CLAIM("exp-array", "exp is an array", "exp", "[32503680000]"),
    CLAIM("exp-object", "exp is an object", "exp", "{}"),
    CLAIM("exp-huge", "exp is larger than a double", "exp", "1e999"),
    CLAIM("exp-nan", "exp is NaN, which JSON has not", "exp", "NaN"),
    CLAIM("exp-infinity", "exp is Infinity, which JSON has not", "exp", "Infinity"),
    CLAIM("exp-hex", "exp is hexadecimal, which JSON has not", "exp", "0x7fffffffff"),
    CLAIM("exp-plus", "exp has a plus sign, which JSON has not", "exp", "+32503680000"),
    CLAIM("exp-leading-zero", "exp has a leading zero, which JSON has not", "exp", "032503680000"),
    CLAIM("exp-dot", "exp ends in a dot, which JSON has not", "exp", "32503680000."),
    CLAIM("exp-twice", "exp stands twice, passed first", "exp", "1,\"exp\":32503680000"),
    CLAIM("exp-twice-last", "exp stands twice, passed last", "exp", "32503680000,\"exp\":1"),
    CLAIM("nbf-future", "nbf has not come", "nbf", "32503680000"),
    CLAIM("nbf-future-exponent", "nbf has not come, written with an exponent", "nbf", "3.250368e10"),
    CLAIM("nbf-text", "nbf is a text", "nbf", "\"1\""),
    CLAIM("nbf-null", "nbf is null", "nbf", "null"),
    CLAIM("nbf-huge", "nbf is larger than a double", "nbf", "1e999"),
    CLAIM("iat-text", "iat is a text", "iat", "\"1\""),
    CLAIM("iat-null", "iat is null", "iat", "null"),
    CLAIM("iss-number", "iss is a number", "iss", "7"),
    CLAIM("iss-null", "iss is null", "iss", "null"),
    CLAIM("iss-array", "iss is an array", "iss", "[\"a\"]"),
    CLAIM("iss-object", "iss is an object", "iss", "{}"),
    CLAIM("sub-number", "sub is a number", "sub", "7"),
    CLAIM("sub-null", "sub is null", "sub", "null"),
    CLAIM("sub-array", "sub is an array", "sub", "[\"a\"]"),
    CLAIM("sub-object", "sub is an object", "sub", "{}"),
    CLAIM("jti-number", "jti is a number", "jti", "7"),
    CLAIM("jti-null", "jti is null", "jti", "null"),
    CLAIM("jti-array", "jti is an array", "jti", "[\"a\"]"),
    CLAIM("jti-object", "jti is an object", "jti", "{}"),
    CLAIM("aud-number", "aud is a number", "aud", "7"),
    CLAIM("aud-null", "aud is null", "aud", "null"),
    CLAIM("aud-object", "aud is an object", "aud", "{}"),
    CLAIM("aud-true", "aud is true", "aud", "true"),
    CLAIM("aud-array-number", "aud is an array of a number", "aud", "[7]"),
    CLAIM("aud-array-array", "aud is an array of an array", "aud", "[[\"a\"]]"),
    CLAIM("claim-twice", "sub stands twice", "sub", "\"a\",\"sub\":\"b\""),
    CLAIM("claim-twice-escaped", "sub stands twice, once with an escape", "sub", "\"a\",\"\\u0073ub\":\"b\""),
    CLAIM("claim-twice-within", "a member within a claim stands twice", "x-unknown", "{\"a\":1,\"a\":2}"),
    CLAIM("claim-utf8", "bytes in a claim that are not UTF-8", "sub", "\"\xff\xfe\""),
    CLAIM("claim-utf8-overlong", "an overlong form of UTF-8 in a claim", "sub", "\"\xc0\xaf\""),
    CLAIM("claim-utf8-surrogate", "a surrogate in UTF-8 in a claim", "sub", "\"\xed\xa0\x80\""),
    CLAIM("claim-surrogate", "a lone surrogate in a claim", "sub", "\"\\ud800\""),
    CLAIM("claim-surrogate-low", "a low surrogate before a high one in a claim", "sub", "\"\\udc00\\ud800\""),
    CLAIM("claim-control", "a line feed within a text, not escaped", "sub", "\"a\nb\""),
    CLAIM("claim-quotes", "a text in single quotes", "sub", "'a'"),
    CLAIM("claim-comma", "a comma too many in the claims", "x-unknown", "1,"),
    SIGNED(forge_claims_around, "claims-trailing", "text behind the claims' JSON", "", "x"),
    SIGNED(forge_claims_around, "claims-two", "two objects in the payload", "", "{}"),
    SIGNED(forge_claims_around, "claims-array", "the claims are an array", "[", "]"),
    SIGNED(forge_claims_around, "claims-bom", "a byte order mark before the claims' JSON", "\xef\xbb\xbf", ""),
    SIGNED(forge_claims_around, "claims-comment", "a comment before the claims' JSON", "/**/", ""),
    SIGNED(forge_claims_text, "claims-empty", "the payload is empty", NULL, ""),
    SIGNED(forge_claims_text, "claims-text", "the payload is a text", NULL, "\"hello\""),
    SIGNED(forge_claims_text, "claims-null", "the payload is null", NULL, "null"),
    SIGNED(forge_claims_text, "claims-number", "the payload is a number", NULL, "1"),
    SIGNED(forge_nested, "claims-nested", "arrays within arrays without an end in the claims", "claims", NULL),

    /* One token has one form: canonical base64url (RFC 7515 2), two dots. */
    PATTERN("base64-padding", "padding behind the signature", "%h.%p.%s="),
    PATTERN("base64-padding-two", "twice padding behind the signature", "%h.%p.%s=="),
    PATTERN("base64-plus", "a character of base64 behind the signature", "%h.%p.%s+"),
    PATTERN("base64-foreign", "a character that no base64 has behind the signature", "%h.%p.%s!"),
    PATTERN("base64-percent", "a character behind the signature as a URL escapes it", "%h.%p.%s%%3D"),
    { "base64-standard-signature", "the signature in the alphabet of base64", 0, FORGE_ONCE, forge_respelt, "standard", NULL,
      false, false },
    { "base64-stray-signature", "stray bits behind the signature's last byte", 0, FORGE_ONCE, forge_respelt, "stray", NULL,
      false, false },
    PATTERN("base64-padding-within", "padding before the signature's dot", "%h.%p=.%s"),
    PATTERN("space-behind", "a space behind the token", "%t "),
    PATTERN("space-before", "a space before the token", " %t"),
    PATTERN("space-line-feed", "two line feeds behind the token", "%t\n\n"),
    PATTERN("space-within", "a space before a dot", "%h .%p.%s"),
    PATTERN("space-line-within", "a line feed behind a dot", "%h.%p.\n%s"),
    PATTERN("space-tab", "a tab behind the token", "%t\t"),
    PATTERN("wrapped-bearer", "\"Bearer \" before the token", "Bearer %t"),
    PATTERN("wrapped-quotes", "the token in quotes", "\"%t\""),
    PATTERN("parts-none", "nothing at all", ""),
    PATTERN("parts-one", "the header alone", "%h"),
    PATTERN("parts-dots", "two dots alone", ".."),
    PATTERN("parts-no-header", "the header is empty", ".%p.%s"),
    PATTERN("parts-signature-only", "the signature alone, behind two dots", "..%s"),
    PATTERN("parts-four", "a part more behind the signature", "%h.%p.%s.%s"),
    PATTERN("parts-four-empty", "a dot behind the token", "%t."),
    PATTERN("parts-before", "a dot before the token", ".%t"),
    PATTERN("parts-five", "five parts, as a JWE has", "%h.%p.%s.%p.%s"),
    PATTERN("parts-many", "very many dots", "%t...................................................................."),
    PATTERN("parts-twice", "the token twice, a comma between", "%t,%t"),
    SIGNED(forge_pattern_signed, "base64-padding-header", "padding behind the header, and signed", NULL, "%h=.%p"),
    SIGNED(forge_pattern_signed, "base64-padding-payload", "padding behind the payload, and signed", NULL, "%h.%p="),
    SIGNED(forge_pattern_signed, "base64-space-header", "a space behind the header, and signed", NULL, "%h .%p"),
    SIGNED(forge_pattern_signed, "base64-line-payload", "a line feed behind the payload, and signed", NULL, "%h.%p\n"),
    SIGNED(forge_pattern_signed, "payload-not-encoded", "the claims are not in base64url, and signed", NULL, "%h.%c"),
    SIGNED(forge_pattern_signed, "parts-four-signed", "four parts, and signed", NULL, "%h.%p.%p"),
    SIGNED(forge_pattern_signed, "parts-two-signed", "header and signature only", NULL, "%h"),
    SIGNED(forge_stray_payload, "base64-stray-payload", "stray bits behind the payload, and signed", NULL, NULL),

    /* The JSON serialisations (RFC 7515 7.2), for who reads them; a reader of compact tokens refuses them anyway. */
    JSON("json-payload-other", "flattened, the payload is somebody else's",
         "{\"payload\":\"%P\",\"protected\":\"%h\",\"signature\":\"%s\"}"),
    JSON("json-none", "flattened, alg is none", "{\"payload\":\"%P\",\"protected\":\"%N\",\"signature\":\"\"}"),
    JSON("json-none-unprotected", "flattened, alg is none and not protected",
         "{\"payload\":\"%P\",\"header\":{\"alg\":\"none\"},\"signature\":\"\"}"),
    JSON("json-alg-twice", "flattened, alg stands in both headers",
         "{\"payload\":\"%p\",\"protected\":\"%h\",\"header\":{\"alg\":\"%a\"},\"signature\":\"%s\"}"),
    JSON("json-alg-none-twice", "flattened, the unprotected header says none",
         "{\"payload\":\"%p\",\"protected\":\"%h\",\"header\":{\"alg\":\"none\"},\"signature\":\"%s\"}"),
    JSON("json-crit-unprotected", "flattened, crit is not protected",
         "{\"payload\":\"%p\",\"protected\":\"%h\",\"header\":{\"crit\":[\"x\"],\"x\":1},\"signature\":\"%s\"}"),
    JSON("json-header-array", "flattened, the unprotected header is an array",
         "{\"payload\":\"%p\",\"protected\":\"%h\",\"header\":[],\"signature\":\"%s\"}"),
    JSON("json-signature-missing", "flattened, without a signature", "{\"payload\":\"%p\",\"protected\":\"%h\"}"),
    JSON("json-signature-null", "flattened, the signature is null",
         "{\"payload\":\"%p\",\"protected\":\"%h\",\"signature\":null}"),
    JSON("json-protected-missing", "flattened, without a protected header", "{\"payload\":\"%p\",\"signature\":\"%s\"}"),
    JSON("json-payload-object", "flattened, the payload is an object",
         "{\"payload\":%c,\"protected\":\"%h\",\"signature\":\"%s\"}"),
    JSON("json-payload-twice", "flattened, the payload stands twice",
         "{\"payload\":\"%p\",\"payload\":\"%P\",\"protected\":\"%h\",\"signature\":\"%s\"}"),
    JSON("json-payload-twice-last", "flattened, the payload stands twice, the genuine one last",
         "{\"payload\":\"%P\",\"payload\":\"%p\",\"protected\":\"%h\",\"signature\":\"%s\"}"),
    JSON("json-both-forms", "flattened and general at once",
         "{\"payload\":\"%p\",\"protected\":\"%h\",\"signature\":\"%s\",\"signatures\":[{\"protected\":\"%h\",\"signature\":"
         "\"%"
         "s\"}]}"),
    JSON("json-signatures-empty", "general, without a signature", "{\"payload\":\"%p\",\"signatures\":[]}"),
    JSON("json-signatures-bad", "general, with two signatures of which neither is good",
         "{\"payload\":\"%P\",\"signatures\":[{\"protected\":\"%N\",\"signature\":\"\"},{\"protected\":\"%h\",\"signature\":"
         "\"%s\"}]}"),
    JSON("json-trailing", "text behind the JSON", "{\"payload\":\"%p\",\"protected\":\"%h\",\"signature\":\"%s\"}x"),
    JSON("json-in-array", "the JSON serialisation in an array",
         "[{\"payload\":\"%p\",\"protected\":\"%h\",\"signature\":\"%s\"}]"),
    JSON("json-compact-within", "an object with the compact token in it", "{\"token\":\"%t\"}"),
    { NULL, NULL, 0, FORGE_ONCE, NULL, NULL, NULL, false, false },
};
