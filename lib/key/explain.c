#include "lib/key/explain.h"

#include <openssl/rsa.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/codec/der.h"
#include "lib/key/evp.h"
#include "lib/key/key.h"
#include "lib/key/secret_text.h"

/* Of P-521. */
#define ECDSA_MAX 132

/* So many leading zeros may r and s lack together: more do in one of 2^24 signatures. */
#define ZEROS_MAX ((size_t)3)

/* One signature that is not valid. */
typedef struct trial {
    xcj_explanation *out;
    const xcj_key *key;
    const xcj__alg *alg;
    xcj_str input;
    xcj_str signature;
} trial;

static bool found(const trial *t, xcj_cause cause, xcj_alg alg)
{
    t->out->cause = cause;
    t->out->alg = alg;
    return true;
}

/* Admission is not asked: whether key and algorithm fit each other is part of the question. */
static bool verifies(const trial *t, const xcj__alg *alg, bool any_salt, xcj_str signature)
{
    xcj__context *context = xcj__context_new(t->key, alg, XCJ_VERIFY);
    bool valid = context != NULL &&
                 (!any_salt || EVP_PKEY_CTX_set_rsa_pss_saltlen(context->pkey, RSA_PSS_SALTLEN_AUTO) == 1) &&
                 xcj__context_verify(context, t->input, (const uint8_t *)signature.ptr, signature.len) == 1;
    xcj__context_free(context);
    return valid;
}

static bool explain_rsa(const trial *t)
{
    for (xcj_alg id = XCJ_RS256; id <= XCJ_PS512; id++) {
        if (id != t->alg->id && verifies(t, xcj__alg_row(id), false, t->signature)) {
            return found(t, XCJ_CAUSE_ALG, id);
        }
    }
    for (xcj_alg id = XCJ_PS256; id <= XCJ_PS512; id++) {
        if (verifies(t, xcj__alg_row(id), true, t->signature)) {
            return found(t, XCJ_CAUSE_PSS_SALT, id);
        }
    }
    return false;
}

/* RFC 7518 3.4: r and s have the full length of the curve. */
static bool lacks_zeros(const trial *t, size_t half)
{
    const xcj_str given = t->signature;
    if (given.len >= 2 * half || 2 * half - given.len > ZEROS_MAX) {
        return false;
    }
    for (size_t r = given.len - half; r <= half; r++) {
        char full[ECDSA_MAX] = { 0 };
        memcpy(full + half - r, given.ptr, r);
        memcpy(full + 2 * half - (given.len - r), given.ptr + r, given.len - r);
        if (verifies(t, t->alg, false, (xcj_str){ full, 2 * half })) {
            return true;
        }
    }
    return false;
}

static bool explain_ecdsa(const trial *t)
{
    char rs[ECDSA_MAX];
    const size_t half = xcj__alg_signature_len(t->alg, &t->key->jwk.facts) / 2;
    const bool fits = (t->alg->curves & 1U << t->key->jwk.facts.crv) != 0;
    if (!fits) {
        return t->signature.len == 2 * half && verifies(t, t->alg, false, t->signature) &&
               found(t, XCJ_CAUSE_CURVE, t->alg->id);
    }
    if (xcj__der_to_ecdsa((uint8_t *)rs, half, (const uint8_t *)t->signature.ptr, t->signature.len) &&
        verifies(t, t->alg, false, (xcj_str){ rs, 2 * half })) {
        return found(t, XCJ_CAUSE_ECDSA_DER, t->alg->id);
    }
    return lacks_zeros(t, half) && found(t, XCJ_CAUSE_ECDSA_LENGTH, t->alg->id);
}

/* The algorithm that makes a MAC of this length; NULL: none does. */
static const xcj__alg *mac_of(size_t len)
{
    for (xcj_alg id = XCJ_HS256; id <= XCJ_HS512; id++) {
        const xcj__alg *row = xcj__alg_row(id);
        if (xcj__hash_len(row->hash) == len) {
            return row;
        }
    }
    return NULL;
}

static bool is_secret(const trial *t, const xcj__alg *alg, xcj_str secret)
{
    uint8_t mac[EVP_MAX_MD_SIZE];
    size_t len = 0;
    const bool made = EVP_Q_mac(NULL, "HMAC", NULL, xcj__hash_name(alg->hash), NULL, secret.ptr, secret.len,
                                (const uint8_t *)t->input.ptr, t->input.len, mac, sizeof mac, &len) != NULL;
    const bool equal = made && len == t->signature.len && xcj__equal_secret(mac, t->signature.ptr, len);
    xcj__wipe(mac, sizeof mac);
    return equal;
}

/* The ways to write bytes as text. */
typedef enum spelling { AS_IS, BASE64, BASE64_BARE, BASE64URL, HEX, HEX_UPPER, HEX_0X, SPELLINGS } spelling;

static const xcj_secret_encoding ENCODING_OF[SPELLINGS] = { XCJ_SECRET_RAW,       XCJ_SECRET_BASE64, XCJ_SECRET_BASE64,
                                                            XCJ_SECRET_BASE64URL, XCJ_SECRET_HEX,    XCJ_SECRET_HEX,
                                                            XCJ_SECRET_HEX };

static void put_hex(xcj__buf *to, xcj__bytes bytes, const char *digits)
{
    for (size_t i = 0; i < bytes.len; i++) {
        xcj__buf_put_char(to, digits[bytes.ptr[i] >> 4]);
        xcj__buf_put_char(to, digits[bytes.ptr[i] & 15]);
    }
}

static void put_spelling(xcj__buf *to, xcj__bytes bytes, spelling how)
{
    const xcj_str text = { (const char *)bytes.ptr, bytes.len };
    if (how == AS_IS) {
        xcj__buf_put(to, bytes.ptr, bytes.len);
    } else if (how == BASE64URL) {
        xcj__put_base64url(to, text);
    } else if (how == BASE64 || how == BASE64_BARE) {
        xcj__put_base64(to, text);
        while (how == BASE64_BARE && to->len > 0 && to->ptr[to->len - 1] == '=') {
            to->len--;
        }
    } else {
        xcj__buf_put_text(to, how == HEX_0X ? "0x" : "");
        put_hex(to, bytes, how == HEX_UPPER ? "0123456789ABCDEF" : "0123456789abcdef");
    }
}

/* Does the text stand for the secret? What was read in one encoding may have been meant in another. */
static bool decodes(const trial *t, const xcj__alg *alg, xcj_str text)
{
    for (xcj_secret_encoding encoding = XCJ_SECRET_BASE64; encoding <= XCJ_SECRET_HEX; encoding++) {
        xcj__buf bytes;
        const bool is_it = xcj__secret_decode(&bytes, text, encoding, NULL) == XCJ_OK &&
                           is_secret(t, alg, (xcj_str){ bytes.ptr, bytes.len });
        xcj__buf_free(&bytes);
        if (is_it) {
            t->out->encoding = encoding;
            return found(t, XCJ_CAUSE_SECRET_BYTES, alg->id);
        }
    }
    return false;
}

static bool is_spelt(const trial *t, const xcj__alg *alg, xcj__bytes k, spelling how)
{
    xcj__buf text;
    xcj__buf_init(&text);
    put_spelling(&text, k, how);
    const xcj_str view = { text.ptr, text.len };
    bool explained = false;
    if (!text.failed && is_secret(t, alg, view)) {
        t->out->encoding = ENCODING_OF[how];
        explained = found(t, how == AS_IS ? XCJ_CAUSE_ALG : XCJ_CAUSE_SECRET_TEXT, alg->id);
    }
    explained = explained || (!text.failed && decodes(t, alg, view));
    xcj__buf_free(&text);
    return explained;
}

/* A newline at the end of a file: the one side took it for a part of the secret, the other did not. */
static bool is_newline(const trial *t, const xcj__alg *alg, xcj__bytes k)
{
    xcj__buf text;
    xcj__buf_init(&text);
    xcj__buf_put(&text, k.ptr, k.len);
    size_t shorter = k.len;
    while (shorter > 0 && (k.ptr[shorter - 1] == '\n' || k.ptr[shorter - 1] == '\r')) {
        shorter--;
    }
    if (shorter == k.len) {
        xcj__buf_put_char(&text, '\n');
    } else {
        text.len = shorter;
    }
    const bool is_it = !text.failed && is_secret(t, alg, (xcj_str){ text.ptr, text.len });
    xcj__buf_free(&text);
    return is_it && found(t, XCJ_CAUSE_SECRET_NEWLINE, alg->id);
}

static bool explain_mac(const trial *t)
{
    const xcj__alg *alg = mac_of(t->signature.len);
    const xcj__bytes k = t->key->jwk.part[XCJ__K];
    bool explained = alg != NULL && is_newline(t, alg, k);
    for (spelling how = AS_IS; !explained && alg != NULL && how < SPELLINGS; how++) {
        explained = is_spelt(t, alg, k, how);
    }
    return explained;
}

void xcj__key_explain(xcj_explanation *out, const xcj_key *key, const xcj__alg *alg, xcj_str input, xcj_str signature)
{
    const trial t = { out, key, alg, input, signature };
    xcj__queue theirs;
    if (alg->kty != key->jwk.facts.kty) {
        return;
    }
    xcj__queue_enter(&theirs);
    switch (alg->scheme) {
    case XCJ__HMAC:
        (void)explain_mac(&t);
        break;
    case XCJ__PKCS1:
    case XCJ__PSS:
        (void)explain_rsa(&t);
        break;
    case XCJ__ECDSA:
        (void)explain_ecdsa(&t);
        break;
    case XCJ__EDDSA:
        break;
    }
    xcj__queue_leave(&theirs);
}
