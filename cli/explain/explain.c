/*
 * explain.c: causes of bad signatures, in words; the checks of a token.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <xcj/jws.h>

#include "cli/explain/explain.h"
#include "cli/explain/steps.h"
#include "cli/io/doc.h"
#include "cli/io/shown.h"
#include "cli/keys/keys.h"
#include "cli/tokens/token.h"

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
        steps_put_kid(to, doc_view(kid));
    } else {
        text_puts(to, "no kid");
    }
    text_puts(to, "; the key tried is ");
    steps_put_key(to, key);
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
    if (err->code == XCJ_ERR_SIGNATURE && !token_is_json(token, len)) {
        put_tried(&words, why.key, token, len);
    }
    const size_t used = strlen(err->message);
    (void)snprintf(err->message + used, sizeof err->message - used, "%s",
                   words.ptr != NULL && !words.failed ? words.ptr : "");
    text_free(&words);
}

const char *explain_choice(bool *is_certain, const verify_policy *policy, bool is_set, const json_t *kid, const xcj_key *key)
{
    *is_certain = true;
    if (!is_set) {
        return "the key that was given";
    }
    if (policy->options.key_claim.ptr != NULL) {
        return "its kid is the value of the claim that --key-claim names";
    }
    if (json_is_string(kid) && keys_has_kid(key, doc_view(kid))) {
        return "the token's kid selects it";
    }
    *is_certain = false;
    return kid == NULL ? "the one key of the set that fits; the token has no kid"
                       : "the one key of the set that fits; no key has the token's kid";
}

/* That of the first signature's key. */
static const char *why_chosen(const explain_subject *of, const parts *token, const xcj_key *key)
{
    bool is_certain = false;
    const json_t *kid = token->count > 0 ? json_object_get(token->signatures[0].parsed, "kid") : NULL;
    return explain_choice(&is_certain, of->policy, of->is_set, kid, key);
}

/* Is there a form to show? A token that the library cannot take apart is described by its error alone. */
static bool take_parts(parts *out, const explain_subject *of)
{
    xcj_unverified *peeked = NULL;
    text token = TEXT_INIT;
    text_add(&token, of->token.ptr, of->token.len);
    const bool is_json = of->token.len > 0 && of->token.ptr[text_skip_space(of->token, 0)] == '{';
    const bool is_readable =
        is_json ? of->verified != NULL : xcj_unverified_decode(&peeked, of->token.ptr, of->token.len, NULL) == XCJ_OK;
    xcj_unverified_free(peeked);
    const bool taken = is_readable && !token.failed && parts_take(out, of->name, &token) == STATUS_OK;
    text_free(&token);
    return taken;
}

/* Verifies the signature alone: the token stays refused for its claims, and the key shows. NULL: it is not valid. */
static xcj_verified *verify_signature(const explain_subject *of)
{
    xcj_verified *verified = NULL;
    xcj_verifier *verifier = NULL;
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    const xcj_verify_options *asked = &of->policy->options;
    options.algs = asked->algs;
    options.algs_count = asked->algs_count;
    options.try_keys = asked->try_keys;
    options.jwt_svid = asked->jwt_svid;
    options.key_claim = asked->key_claim;
    options.opaque_payload = asked->key_claim.ptr == NULL;
    options.ignore_times = 1;
    options.allow_no_exp = 1;
    const xcj_code code = of->is_set ? xcj_verifier_new(&verifier, of->keys, &options, NULL)
                                     : xcj_verifier_new_key(&verifier, xcj_keyset_get(of->keys, 0), &options, NULL);
    const bool is_valid =
        code == XCJ_OK && xcj_verify(&verified, verifier, of->token.ptr, of->token.len, NULL, NULL) == XCJ_OK;
    xcj_verifier_free(verifier);
    return is_valid ? verified : NULL;
}

/* The key that was used, or tried; borrowed, with its owner in *owner. NULL: none. */
static const xcj_key *find_key(const explain_subject *of, xcj_verified **owner)
{
    xcj_explanation why;
    if (of->verified != NULL) {
        return xcj_verified_key(of->verified);
    }
    if (of->verifier == NULL || of->keys == NULL) {
        return NULL;
    }
    if (xcj_verify_explain(&why, of->verifier, of->token.ptr, of->token.len, NULL) == XCJ_OK && why.key != NULL) {
        return why.key;
    }
    *owner = verify_signature(of);
    return *owner != NULL ? xcj_verified_key(*owner) : NULL;
}

void explain_steps(const explain_subject *of)
{
    parts token;
    text out = TEXT_INIT;
    xcj_verified *owner = NULL;
    const bool taken = take_parts(&token, of);
    const xcj_key *key = taken ? find_key(of, &owner) : NULL;
    const steps view = {
        taken ? &token : NULL,    of->err, key, key != NULL ? why_chosen(of, &token, key) : NULL, of->policy, of->now,
        msg_colour(STDERR_FILENO)
    };
    steps_put(&out, &view);
    if (!out.failed) {
        (void)fwrite(out.ptr, out.len, 1, stderr);
    }
    xcj_verified_free(owner);
    text_free(&out);
    if (taken) {
        parts_free(&token);
    }
}
