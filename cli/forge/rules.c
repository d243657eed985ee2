/*
 * rules.c: the RFC section that demands a case's refusal, or that lets a verifier accept it. The first row that fits
 * counts.
 */
#include <string.h>

#include "cli/forge/forge.h"

static const forge_rule RULES[] = {
    /* RFC 7515 4 and 7519 4: duplicates are rejected, or the last one counts. */
    { "dpop-typ-upper", "RFC 7515 4.1.9: a media type may be compared in any case", true },
    { "dpop-typ-media", "RFC 7515 4.1.9: application/ may be left out or not", true },
    { "dpop-nonce-*", "RFC 9449 4.3", false },
    { "dpop-ath-*", "RFC 9449 4.3", false },
    { "dpop-jwk-private-null", "RFC 9449 4.3: a member that is null may count as absent", true },
    { "dpop-jti-empty", "RFC 9449 4.2: it asks for no length", true },
    { "dpop-*", "RFC 9449 4.3", false },
    { "header-twice*", "RFC 7515 4: the last of two members may count", true },
    { "exp-twice-last", "RFC 7519 4", false },
    { "exp-twice", "RFC 7519 4: the last of two claims may count", true },
    { "claim-twice*", "RFC 7519 4: the last of two claims may count", true },
    { "json-payload-twice-last", "RFC 8259 4: the last of two members may count", true },
    { "json-payload-twice", "RFC 7515 5.2", false },
    { "json-both-forms", "RFC 7515 7.2: unknown members are ignored", true },
    { "json-crit-unprotected", "RFC 7515 4.1.11", false },
    { "json-none*", "RFC 7518 3.6", false },
    { "json-protected-missing", "RFC 7515 4.1.1", false },
    { "json-alg*", "RFC 7515 7.2.1", false },
    { "json-payload-other", "RFC 7515 5.2", false },
    { "json-signatures-bad", "RFC 7515 5.2", false },
    { "json-*", "RFC 7515 7.2", false },

    { "alg-none-*", "RFC 7518 3.6", false },
    { "alg-swap-*", "RFC 7515 5.2", false },
    { "alg-signed-*", "RFC 8725 3.1", false },
    { "alg-*", "RFC 7515 4.1.1", false },
    { "hs*-empty", "RFC 8725 3.5", false },
    { "hs*", "RFC 8725 3.1", false },
    { "pss-*", "RFC 7518 3.5", false },
    { "pkcs1-*", "RFC 7518 3.3", false },
    { "ecdsa-*", "RFC 7518 3.4", false },
    { "ed25519-*", "RFC 8032 5.1.7", false },
    { "embedded-*", "RFC 8725 3.8", false },

    { "kid-number", "RFC 7515 4.1.4: a kid is optional to process", true },
    { "kid-null", "RFC 7515 4.1.4: a kid is optional to process", true },
    { "kid-array", "RFC 7515 4.1.4: a kid is optional to process", true },
    { "kid-*", "RFC 8725 3.10", false },
    { "crit-empty", "RFC 7515 4.1.11: a verifier MAY refuse it", true },
    { "crit-alg", "RFC 7515 4.1.11: a verifier MAY refuse it", true },
    { "crit-twice", "RFC 7515 4.1.11: a verifier MAY refuse it", true },
    { "crit-*", "RFC 7515 4.1.11", false },
    { "b64-not-critical", "RFC 7515 4: an unknown member is ignored", true },
    { "b64-true", "RFC 7797 3: true is the default", true },
    { "b64-text", "RFC 7797 3", false },
    { "b64-*", "RFC 7797 7", false },
    { "typ-*", "RFC 7515 4.1.9: JWS ignores typ", true },
    { "cty-*", "RFC 7515 4.1.10: JWS ignores cty", true },
    { "header-bom", "RFC 8259 8.1: a parser MAY ignore it", true },
    { "claims-bom", "RFC 8259 8.1: a parser MAY ignore it", true },
    { "header-surrogate", "RFC 8259 8.2: the grammar allows it", true },
    { "claim-surrogate*", "RFC 8259 8.2: the grammar allows it", true },
    { "header-*", "RFC 7515 5.2", false },

    { "exp-huge", "RFC 8259 6: a parser may limit numbers", true },
    { "exp-nan", "RFC 7519 7.2", false },
    { "exp-infinity", "RFC 7519 7.2", false },
    { "exp-hex", "RFC 7519 7.2", false },
    { "exp-plus", "RFC 7519 7.2", false },
    { "exp-leading-zero", "RFC 7519 7.2", false },
    { "exp-dot", "RFC 7519 7.2", false },
    { "exp-*", "RFC 7519 4.1.4", false },
    { "nbf-*", "RFC 7519 4.1.5", false },
    { "iat-*", "RFC 7519 4.1.6: iat is optional to process", true },
    { "iss-*", "RFC 7519 4.1.1: iss is optional to process", true },
    { "sub-*", "RFC 7519 4.1.2: sub is optional to process", true },
    { "jti-*", "RFC 7519 4.1.7: jti is optional to process", true },
    { "aud-*", "RFC 7519 4.1.3", false },
    { "zip-*", "RFC 7519 7.2", false },
    { "claim-other", "RFC 7515 5.2", false },
    { "claim*", "RFC 7519 7.2", false },

    { "base64-stray-*", "RFC 4648 3.5: a decoder MAY refuse it", true },
    { "base64-*", "RFC 7515 5.2", false },
    { "signature-*", "RFC 7515 5.2", false },
    { "rsa-*", "RFC 7515 5.2", false },
    { "payload-*", "RFC 7515 5.2", false },
    { "space-*", "RFC 7515 5.2", false },
    { "wrapped-*", "RFC 7515 5.2", false },
    { "parts-*", "RFC 7515 5.2", false },
};

/* Does the name fit the pattern, of which a "*" stands for any characters? */
static bool fits(const char *pattern, const char *name)
{
    const char *star = strchr(pattern, '*');
    if (star == NULL) {
        return strcmp(pattern, name) == 0;
    }
    const size_t before = (size_t)(star - pattern);
    const size_t behind = strlen(star + 1);
    const size_t len = strlen(name);
    return len >= before + behind && strncmp(pattern, name, before) == 0 && strcmp(name + len - behind, star + 1) == 0;
}

const forge_rule *forge_rule_of(const char *name)
{
    for (size_t i = 0; i < sizeof RULES / sizeof RULES[0]; i++) {
        if (fits(RULES[i].cases, name)) {
            return &RULES[i];
        }
    }
    return NULL;
}

const char *forge_level(const forge_rule *rule)
{
    return rule->is_strict ? "strict" : "must";
}
