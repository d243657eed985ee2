/*
 * explain.c: causes of bad signatures, in words.
 */
#include <stdio.h>
#include <string.h>

#include <xcj/jws.h>

#include "cli/doc.h"
#include "cli/explain.h"
#include "cli/keys.h"
#include "cli/shown.h"

/* The names of the encodings in messages, and the values of --secret-encoding. */
static const char *const TEXTS[] = { "", "base64", "base64url", "hexadecimal" };
static const char *const OPTIONS[] = { "raw", "base64", "base64url", "hex" };

static void put_cause(text *to, const xcj_explanation *of)
{
    const char *alg = xcj_alg_name(of->alg);
    switch (of->cause) {
    case XCJ_CAUSE_UNKNOWN:
        break;
    case XCJ_CAUSE_ALG:
        text_printf(to, "; it is valid as %s: the header names another algorithm than signed", alg);
        break;
    case XCJ_CAUSE_CURVE:
        text_printf(
            to, "; it was made with this key, but the curve of %s is another: the issuer must name the key's own algorithm",
            alg);
        break;
    case XCJ_CAUSE_ECDSA_DER:
        text_puts(to, "; it would be if it were not DER: the issuer must write r and s alone (RFC 7518 3.4)");
        break;
    case XCJ_CAUSE_ECDSA_LENGTH:
        text_puts(
            to,
            "; it would be if r and s had their leading zeros: the issuer must write both in full length (RFC 7518 3.4)");
        break;
    case XCJ_CAUSE_PSS_SALT:
        text_printf(to,
                    "; it is RSA-PSS with a salt of another length: the issuer must make the salt of %s as long as its hash",
                    alg);
        break;
    case XCJ_CAUSE_SECRET_TEXT:
        text_printf(to,
                    "; it is valid with the secret's %s text as the secret: --secret-encoding raw, or --hmac-k-raw for a "
                    "JWK, reads the text",
                    TEXTS[of->encoding]);
        break;
    case XCJ_CAUSE_SECRET_BYTES:
        text_printf(to, "; it is valid with the bytes that the secret is the %s text of: --secret-encoding %s reads them",
                    TEXTS[of->encoding], OPTIONS[of->encoding]);
        break;
    case XCJ_CAUSE_SECRET_NEWLINE:
        text_puts(to, "; it is valid with one more or less newline at the end of the secret: printf '%s' writes none");
        break;
    case XCJ_CAUSE_NONCE:
        text_puts(to, "; it was, before the nonce in the header was replaced: this is Microsoft's own token for its Graph, "
                      "which nobody else can verify; request one for your API");
        break;
    }
}

static void put_kid(text *to, const char *before, xcj_str kid)
{
    char whole[256];
    (void)snprintf(whole, sizeof whole, "%.*s", kid.len < sizeof whole ? (int)kid.len : (int)sizeof whole - 1,
                   kid.ptr != NULL ? kid.ptr : "");
    if (kid.ptr != NULL) {
        text_printf(to, "%s %s", before, shown_kid(whole).text);
    }
}

static void put_key(text *to, const xcj_key *key)
{
    const char *curve = xcj_key_curve(key);
    if (keys_is_oct(key)) {
        text_puts(to, "a shared secret");
    } else if (curve != NULL) {
        text_printf(to, "%s %s", xcj_key_type(key), curve);
    } else {
        text_printf(to, "%s of %u bits", xcj_key_type(key), xcj_key_bits(key));
    }
    put_kid(to, ", kid", xcj_key_id(key));
}

static void put_tried(text *to, const xcj_key *key, const char *token, size_t len)
{
    xcj_unverified *peeked = NULL;
    if (xcj_unverified_decode(&peeked, token, len, NULL) != XCJ_OK) {
        return;
    }
    const xcj_str header = xcj_unverified_header(peeked);
    json_t *parsed = doc_load(header.ptr, header.len);
    const json_t *kid = json_object_get(parsed, "kid");
    text_puts(to, " (the token has ");
    if (json_is_string(kid)) {
        put_kid(to, "kid", (xcj_str){ json_string_value(kid), json_string_length(kid) });
    } else {
        text_puts(to, "no kid");
    }
    text_puts(to, "; the key tried is ");
    put_key(to, key);
    text_puts(to, ")");
    json_decref(parsed);
    xcj_unverified_free(peeked);
}

void explain_refusal(xcj_error *err, const xcj_verifier *verifier, const char *token, size_t len)
{
    xcj_explanation why;
    text words = TEXT_INIT;
    const bool is_asked = err->code == XCJ_ERR_SIGNATURE || err->code == XCJ_ERR_ALG;
    if (!is_asked || xcj_verify_explain(&why, verifier, token, len, NULL) != XCJ_OK || why.key == NULL) {
        return;
    }
    put_cause(&words, &why);
    if (err->code == XCJ_ERR_SIGNATURE) {
        put_tried(&words, why.key, token, len);
    }
    const size_t used = strlen(err->message);
    (void)snprintf(err->message + used, sizeof err->message - used, "%s",
                   words.ptr != NULL && !words.failed ? words.ptr : "");
    text_free(&words);
}
