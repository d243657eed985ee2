#include "lib/gateway/dpop.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/codec/base64url.h"
#include "lib/codec/json_scan.h"
#include "lib/gateway/uri.h"
#include "lib/key/digest.h"
#include "lib/key/key.h"
#include "lib/token/compact.h"

#define WINDOW_MAX 86400
#define MAX_AGE_DEFAULT 60
#define LEEWAY_DEFAULT 5
#define STORAGE 4096

/* A proof, decoded. Values with type 0 are absent. */
typedef struct proof {
    const xcj_dpop_request *request;
    const xcj__dpop_settings *settings;
    xcj_str header;
    xcj_str payload;
    xcj_str signature;
    xcj_str input; /* what is signed */
    xcj__json_value typ;
    xcj__json_value alg;
    xcj__json_value jwk;
    const char *refused; /* a member of the header or of the jwk that no proof has; NULL: none */
    xcj__json_value htm;
    xcj__json_value htu;
    xcj__json_value iat;
    xcj__json_value jti;
    xcj__json_value ath;
    xcj__json_value nonce;
} proof;

static xcj_code refuse(const char *member, const char *why, xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_PROOF, member, XCJ_NO_OFFSET, "the DPoP proof: %s", why);
}

/* A fault of the proof is not one of the gateway's key or token, so it has one code; a fault of this machine keeps its own.
 */
static xcj_code blame(xcj_code code, const xcj_error *why, const char *member, xcj_error *err)
{
    if (code < XCJ_ERR_JSON) {
        if (code != XCJ_OK && err != NULL) {
            *err = *why;
        }
        return code;
    }
    return refuse(member, why->message, err);
}

static bool is_text(const xcj__json_value *value, xcj_str text)
{
    return value->type == XCJ__JSON_STRING && xcj__json_equal(value->text, value->escaped, text.ptr, text.len);
}

bool xcj__dpop_is_hash(const xcj__json_value *value, const char expected[XCJ__JKT_SIZE])
{
    char text[6 * (XCJ__JKT_SIZE - 1)]; /* an escape takes six characters at most */
    return value->type == XCJ__JSON_STRING && value->text.len <= sizeof text &&
           xcj__json_unescape(text, value->text) == XCJ__JKT_SIZE - 1 &&
           xcj__equal_secret(text, expected, XCJ__JKT_SIZE - 1);
}

static xcj_code decode(xcj_str *out, xcj_str part, const char *name, xcj__buf *work, xcj_error *err)
{
    size_t len = 0;
    uint8_t *dst = (uint8_t *)work->ptr + work->len;
    if (!xcj__b64u_decode(dst, &len, part.ptr, part.len, NULL)) {
        return refuse(name, "a part is not base64url", err);
    }
    *out = (xcj_str){ (const char *)dst, len };
    work->len += len;
    return XCJ_OK;
}

static xcj_code split(proof *p, xcj__buf *work, xcj_error *err)
{
    const xcj_str text = p->request->proof;
    xcj_error why;
    xcj__compact parts;
    if (text.len > XCJ_DPOP_MAX) {
        return refuse("proof", "it is too long", err);
    }
    xcj_code code = xcj__compact_split(&parts, text.ptr, text.len, &why);
    if (code != XCJ_OK) {
        return blame(code, &why, "proof", err);
    }
    if (xcj__buf_reserve(work, xcj__b64u_decoded_max(text.len)) == NULL) {
        return xcj__fail_memory(err);
    }
    p->input = parts.input;
    code = decode(&p->header, parts.header, "header", work, err);
    if (code == XCJ_OK) {
        code = decode(&p->payload, parts.payload, "payload", work, err);
    }
    return code == XCJ_OK ? decode(&p->signature, parts.signature, "signature", work, err) : code;
}

static xcj_code note_header(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    proof *p = ctx;
    if (xcj__json_named(item, "typ")) {
        p->typ = item->value;
    } else if (xcj__json_named(item, "alg")) {
        p->alg = item->value;
    } else if (xcj__json_named(item, "jwk")) {
        p->jwk = item->value;
    } else if (xcj__json_named(item, "crit")) {
        p->refused = "crit";
    } else if (xcj__json_named(item, "b64")) {
        p->refused = "b64";
    }
    return XCJ_OK;
}

/* RFC 9449 4.3, item 7. Some of them alone do not make a private key, but whoever sends them lets others see them. */
static xcj_code note_jwk(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    static const char *const private_members[] = { "d", "p", "q", "dp", "dq", "qi", "oth", "k" };
    (void)err;
    proof *p = ctx;
    for (size_t i = 0; i < sizeof private_members / sizeof *private_members; i++) {
        if (xcj__json_named(item, private_members[i])) {
            p->refused = "jwk";
        }
    }
    return XCJ_OK;
}

static xcj_code read_header(proof *p, xcj_error *err)
{
    xcj_error why;
    xcj_code code = xcj__json_scan(p->header.ptr, p->header.len, XCJ__JSON_OBJECT, NULL, note_header, p, &why);
    if (code != XCJ_OK) {
        return blame(code, &why, "header", err);
    }
    if (p->refused != NULL) {
        return refuse(p->refused, "a header parameter that no proof has", err);
    }
    if (!is_text(&p->typ, xcj_text("dpop+jwt"))) {
        return refuse("typ", "typ is not \"dpop+jwt\"", err);
    }
    if (p->jwk.type != XCJ__JSON_OBJECT) {
        return refuse("jwk", "jwk is not a JSON object", err);
    }
    code = xcj__json_scan(p->jwk.raw.ptr, p->jwk.raw.len, XCJ__JSON_OBJECT, NULL, note_jwk, p, &why);
    if (code != XCJ_OK) {
        return blame(code, &why, "jwk", err);
    }
    return p->refused == NULL ? XCJ_OK : refuse("jwk", "jwk has a private member", err);
}

static const xcj__alg *find_alg(const proof *p)
{
    const xcj__json_value *alg = &p->alg;
    const bool is_plain = alg->type == XCJ__JSON_STRING && !alg->escaped;
    const xcj__alg *row = is_plain ? xcj__alg_row(xcj_alg_from_name(alg->text.ptr, alg->text.len)) : NULL;
    return row != NULL && (p->settings->algs >> row->id & 1) != 0 ? row : NULL;
}

static xcj_code check_jkt(char jkt[XCJ__JKT_SIZE], const proof *p, const xcj_key *key, xcj_error *err)
{
    char *text;
    size_t len;
    xcj_code code = xcj_key_thumbprint(&text, &len, key, XCJ_SHA256, err);
    if (code != XCJ_OK) {
        return code;
    }
    memcpy(jkt, text, XCJ__JKT_SIZE);
    xcj_free(text);
    const xcj_str bound = p->request->jkt;
    if (bound.ptr != NULL && (bound.len != XCJ__JKT_SIZE - 1 || !xcj__equal_secret(bound.ptr, jkt, XCJ__JKT_SIZE - 1))) {
        return xcj__fail_at(err, XCJ_ERR_BINDING, "jkt", XCJ_NO_OFFSET,
                            "the DPoP proof is by another key than the one that the access token is bound to");
    }
    return XCJ_OK;
}

/* The key is used once, so its context is not kept in the scratch, which would forget for it the keys that are used again.
 */
static xcj_code check_signature(char jkt[XCJ__JKT_SIZE], const proof *p, xcj_scratch *scratch, xcj_error *err)
{
    xcj_error why;
    xcj_key *key;
    const xcj__alg *alg = find_alg(p);
    if (alg == NULL) {
        return refuse("alg", "alg is not an asymmetric algorithm that is allowed here", err);
    }
    xcj_code code = xcj_key_from_jwk(&key, p->jwk.raw.ptr, p->jwk.raw.len, NULL, &why);
    if (code != XCJ_OK) {
        return blame(code, &why, "jwk", err);
    }
    code = check_jkt(jkt, p, key, err);
    if (code == XCJ_OK) {
        xcj__key_import(key, scratch);
        code = blame(xcj__key_verify(key, alg->id, p->input.ptr, p->input.len, (const uint8_t *)p->signature.ptr,
                                     p->signature.len, NULL, &why),
                     &why, "signature", err);
    }
    xcj_key_free(key);
    return code;
}

static xcj_code note_claim(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    proof *p = ctx;
    const struct {
        const char *name;
        xcj__json_value *value;
    } claims[] = { { "htm", &p->htm }, { "htu", &p->htu }, { "iat", &p->iat },
                   { "jti", &p->jti }, { "ath", &p->ath }, { "nonce", &p->nonce } };
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        if (xcj__json_named(item, claims[i].name)) {
            *claims[i].value = item->value;
        }
    }
    return XCJ_OK;
}

/* Both in one buffer, so that one check finds out that there was no memory. */
static xcj_code check_htu(const proof *p, xcj_error *err)
{
    char storage[STORAGE / 2];
    xcj__buf both;
    if (p->htu.type != XCJ__JSON_STRING) {
        return refuse("htu", "htu is not a string", err);
    }
    xcj__buf_init_on(&both, storage, sizeof storage);
    char *text = xcj__buf_reserve(&both, p->htu.text.len + 1);
    const size_t len = text != NULL ? xcj__json_unescape(text, p->htu.text) : 0;
    both.len = len;
    xcj__buf normal;
    char room[STORAGE / 2];
    xcj__buf_init_on(&normal, room, sizeof room);
    bool fits = xcj__uri_put_normal(&normal, (xcj_str){ both.ptr, len });
    const size_t ours = normal.len;
    fits = fits && xcj__uri_put_normal(&normal, p->request->uri);
    fits = fits && normal.len == 2 * ours && !normal.failed && memcmp(normal.ptr, normal.ptr + ours, ours) == 0;
    const bool failed = both.failed || normal.failed;
    xcj__buf_free(&both);
    xcj__buf_free(&normal);
    if (failed) {
        return xcj__fail_memory(err);
    }
    return fits ? XCJ_OK : refuse("htu", "htu is not the URI of this request", err);
}

static xcj_code check_iat(int64_t *iat, const proof *p, xcj_error *err)
{
    xcj__json_number number = { 0, false, false, false };
    if (p->iat.type == XCJ__JSON_NUMBER) {
        number = xcj__json_number_read(p->iat.text);
    }
    if (!number.finite || !number.exact) {
        return refuse("iat", "iat is not a number of seconds", err);
    }
    const int64_t now = xcj__dpop_now(p->request);
    *iat = number.floor;
    if (*iat > now + p->settings->leeway || (*iat == now + p->settings->leeway && number.fraction)) {
        return refuse("iat", "iat is in the future", err);
    }
    return *iat >= now - p->settings->max_age ? XCJ_OK : refuse("iat", "iat is too long ago", err);
}

/* *place becomes the place of the proof's nonce in the list. */
static xcj_code check_nonce(size_t *place, const proof *p, xcj_error *err)
{
    const xcj_str *nonces = p->request->nonces;
    const size_t count = nonces != NULL ? p->request->nonces_count : 0;
    size_t i = 0;
    while (i < count && (nonces[i].ptr == NULL || nonces[i].len == 0 || !is_text(&p->nonce, nonces[i]))) {
        i++;
    }
    *place = i;
    return nonces == NULL || i < count ? XCJ_OK
                                       : xcj__fail_at(err, XCJ_ERR_NONCE, "nonce", XCJ_NO_OFFSET,
                                                      "the DPoP proof has no nonce, or not one that is valid now");
}

static xcj_code check_ath(const proof *p, xcj_error *err)
{
    char hash[XCJ__JKT_SIZE];
    if (p->request->token.ptr == NULL) {
        return XCJ_OK;
    }
    xcj_code code = xcj__dpop_token_hash(hash, p->request->token, err);
    if (code != XCJ_OK) {
        return code;
    }
    return xcj__dpop_is_hash(&p->ath, hash) ? XCJ_OK : refuse("ath", "ath is not the hash of the access token", err);
}

/* The last check, so that only a proof that is good can use its jti up. */
static xcj_code check_replay(const proof *p, const char *jkt, int64_t iat, xcj_error *err)
{
    char text[6 * XCJ_DPOP_JTI_MAX];
    const xcj__json_value *jti = &p->jti;
    if (jti->type != XCJ__JSON_STRING || jti->text.len == 0 || jti->text.len > sizeof text) {
        return refuse("jti", "jti is not a string of 1 to 256 bytes", err);
    }
    const size_t len = xcj__json_unescape(text, jti->text);
    if (len > XCJ_DPOP_JTI_MAX) {
        return refuse("jti", "jti is not a string of 1 to 256 bytes", err);
    }
    const xcj__dpop_settings *settings = p->settings;
    const xcj_str by = { jkt, XCJ__JKT_SIZE - 1 };
    const int noted = settings->replay != NULL ? settings->replay(settings->replay_context, by, (xcj_str){ text, len },
                                                                  iat + settings->max_age + 1)
                                               : 0;
    return noted == 0 ? XCJ_OK
                      : xcj__fail_at(err, XCJ_ERR_REPLAY, "jti", XCJ_NO_OFFSET, "the DPoP proof %s",
                                     noted > 0 ? "was used before" : "cannot be noted as used: there is no room");
}

static xcj_code check_claims(xcj__dpop_proven *out, proof *p, xcj_error *err)
{
    xcj_error why;
    int64_t iat = 0;
    xcj_code code = xcj__json_scan(p->payload.ptr, p->payload.len, XCJ__JSON_OBJECT, NULL, note_claim, p, &why);
    if (code != XCJ_OK) {
        return blame(code, &why, "payload", err);
    }
    if (!is_text(&p->htm, p->request->method)) {
        return refuse("htm", "htm is not the method of this request", err);
    }
    code = check_htu(p, err);
    if (code == XCJ_OK) {
        code = check_ath(p, err);
    }
    if (code == XCJ_OK) {
        code = check_nonce(&out->nonce, p, err);
    }
    if (code == XCJ_OK) {
        code = check_iat(&iat, p, err);
    }
    return code == XCJ_OK ? check_replay(p, out->jkt, iat, err) : code;
}

xcj_code xcj__dpop_check(xcj__dpop_proven *out, const xcj_dpop_request *request, const xcj__dpop_settings *settings,
                         xcj_scratch *scratch, xcj_error *err)
{
    char storage[STORAGE];
    xcj__buf work;
    proof p = { .request = request, .settings = settings };
    xcj__buf_init_on(&work, storage, sizeof storage);
    xcj_code code = split(&p, &work, err);
    if (code == XCJ_OK) {
        code = read_header(&p, err);
    }
    if (code == XCJ_OK) {
        code = check_signature(out->jkt, &p, scratch, err);
    }
    if (code == XCJ_OK) {
        code = check_claims(out, &p, err);
    }
    xcj__buf_free(&work);
    return code;
}

xcj_code xcj__dpop_token_hash(char out[XCJ__JKT_SIZE], xcj_str token, xcj_error *err)
{
    uint8_t hash[XCJ__DIGEST_MAX];
    size_t len;
    xcj_code code = xcj__digest(hash, &len, XCJ_SHA256, token, NULL, err);
    if (code == XCJ_OK) {
        out[xcj__b64u_encode(out, hash, len)] = '\0';
    }
    return code;
}

int64_t xcj__dpop_now(const xcj_dpop_request *request)
{
    return request->has_now ? request->now : (int64_t)time(NULL);
}

static uint32_t asymmetric(void)
{
    uint32_t bits = 0;
    for (unsigned id = 1; id <= XCJ__ALG_COUNT; id++) {
        bits |= xcj__alg_row((xcj_alg)id)->scheme != XCJ__HMAC ? (uint32_t)1 << id : 0;
    }
    return bits;
}

static xcj_code read_algs(xcj__dpop_settings *out, const xcj_dpop_options *options, xcj_error *err)
{
    out->algs = options->algs == NULL ? asymmetric() : 0;
    for (size_t i = 0; options->algs != NULL && i < options->algs_count; i++) {
        const xcj__alg *row = xcj__alg_row(options->algs[i]);
        if (row == NULL || row->scheme == XCJ__HMAC) {
            return xcj__fail_at(err, XCJ_ERR_CONFIG, "algs", XCJ_NO_OFFSET, "algs has an entry that is not asymmetric");
        }
        out->algs |= (uint32_t)1 << row->id;
    }
    return XCJ_OK;
}

xcj_code xcj__dpop_settings_read(xcj__dpop_settings *out, const xcj_dpop_options *options, xcj_error *err)
{
    xcj_dpop_options given;
    *out = (xcj__dpop_settings){ .algs = 0 };
    xcj_code code = xcj__options_read(&given, sizeof given, options, err);
    if (code == XCJ_OK) {
        code = xcj__array_check(given.algs, given.algs_count, "algs", err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    if (given.max_age < 0 || given.max_age > WINDOW_MAX || given.leeway < 0 || given.leeway > WINDOW_MAX) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "max_age", XCJ_NO_OFFSET, "max_age or leeway is not from 1 to %d seconds",
                            WINDOW_MAX);
    }
    out->max_age = given.max_age != 0 ? given.max_age : MAX_AGE_DEFAULT;
    out->leeway = given.leeway != 0 ? given.leeway : LEEWAY_DEFAULT;
    out->replay = given.replay;
    out->replay_context = given.replay_context;
    return read_algs(out, &given, err);
}

xcj_code xcj__dpop_request_read(xcj_dpop_request *out, const xcj_dpop_request *request, xcj_error *err)
{
    xcj_code code = xcj__options_read(out, sizeof *out, request, err);
    xcj__view_settle(&out->proof);
    xcj__view_settle(&out->method);
    xcj__view_settle(&out->uri);
    xcj__view_settle(&out->token);
    xcj__view_settle(&out->jkt);
    if (code == XCJ_OK) {
        code = xcj__array_check(out->nonces, out->nonces_count, "nonces", err);
    }
    const int64_t now = xcj__dpop_now(out);
    if (code == XCJ_OK && (now < 0 || now > INT64_MAX / 2)) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "now", XCJ_NO_OFFSET, "the clock is not a time that a proof can carry");
    }
    if (code == XCJ_OK && (out->method.len == 0 || out->uri.len == 0 || out->uri.len > XCJ_DPOP_MAX)) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "uri", XCJ_NO_OFFSET,
                            "a proof is for a method and a URI of 1 to %d bytes", XCJ_DPOP_MAX);
    }
    return code;
}

xcj_code xcj_dpop_verify(char **jkt, size_t *jkt_len, const xcj_dpop_request *request, const xcj_dpop_options *options,
                         xcj_scratch *scratch, xcj_error *err)
{
    if (!xcj__clear_block(jkt, jkt_len) || request == NULL) {
        return xcj__fail_null(err);
    }
    xcj__dpop_proven found;
    xcj_dpop_request given;
    xcj__dpop_settings settings;
    xcj_code code = xcj__dpop_settings_read(&settings, options, err);
    if (code == XCJ_OK) {
        code = xcj__dpop_request_read(&given, request, err);
    }
    if (code == XCJ_OK && given.proof.ptr == NULL) {
        code = xcj__fail_null(err);
    }
    if (code == XCJ_OK) {
        code = xcj__dpop_check(&found, &given, &settings, scratch, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    *jkt = xcj__dup(found.jkt, XCJ__JKT_SIZE - 1);
    if (*jkt == NULL) {
        return xcj__fail_memory(err);
    }
    *jkt_len = XCJ__JKT_SIZE - 1;
    xcj__error_clear(err);
    return XCJ_OK;
}
