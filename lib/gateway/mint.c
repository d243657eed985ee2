#include "lib/gateway/mint.h"

#include <stdatomic.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/codec/json_write.h"
#include "lib/gateway/auth.h"
#include "lib/gateway/credential.h"
#include "lib/key/context_pool.h"
#include "lib/key/key.h"
#include "lib/key/scratch.h"
#include "lib/token/jws.h"

#define STORAGE 4096

struct xcj_minter {
    atomic_size_t refs;
    xcj_key *key;
    xcj_alg alg;
    size_t signature_len; /* in bytes */
    xcj__mint_settings settings;
    xcj_str head; /* the header in base64url and the dot after it */
    void *extra;  /* see xcj__minter_extend() */
    xcj__context_pool pool;
};

static xcj_code build_head(xcj_minter *minter, const xcj_mint_options *options, xcj_error *err)
{
    xcj_jws_options jws = XCJ_JWS_OPTIONS_INIT;
    jws.typ = options->typ.ptr != NULL ? options->typ : xcj_text("JWT");
    jws.kid = options->kid;
    jws.jku = options->jku;
    jws.header = options->header;
    xcj__buf json;
    xcj__buf head;
    xcj__buf_init(&json);
    xcj__buf_init(&head);
    char *text;
    size_t len;
    xcj_code code = xcj__jws_put_header(&json, minter->alg, minter->key, &jws, err);
    if (code == XCJ_OK && json.failed) {
        code = xcj__fail_memory(err);
    }
    if (code != XCJ_OK) {
        goto out;
    }
    char *dst = xcj__buf_reserve(&head, xcj__b64u_encoded_len(json.len));
    if (dst != NULL) {
        head.len += xcj__b64u_encode(dst, (const uint8_t *)json.ptr, json.len);
    }
    xcj__buf_put_char(&head, '.');
    code = xcj__buf_take(&head, &text, &len, err);
    if (code == XCJ_OK) {
        minter->head = (xcj_str){ text, len };
    }
out:
    xcj__buf_free(&head);
    xcj__buf_free(&json);
    return code;
}

static xcj_code check_header_texts(const xcj_mint_options *options, xcj_error *err)
{
    xcj_code code = xcj__option_text(options->jku, "jku", err);
    if (code == XCJ_OK) {
        code = xcj__option_text(options->typ, "typ", err);
    }
    if (code == XCJ_OK && options->kid.len > 0) { /* "": no kid */
        code = xcj__option_text(options->kid, "kid", err);
    }
    return code;
}

static xcj_code prepare(xcj_minter *minter, const xcj_mint_options *options, xcj_error *err)
{
    xcj_code code = xcj_key_sign_alg(&minter->alg, minter->key, options->alg, err);
    if (code == XCJ_OK) {
        code = check_header_texts(options, err);
    }
    if (code == XCJ_OK) {
        code = xcj__mint_settings_build(&minter->settings, options, err);
    }
    if (code == XCJ_OK) {
        code = build_head(minter, options, err);
    }
    if (code == XCJ_OK) {
        code = xcj__key_prepare(minter->key, minter->alg, XCJ_SIGN, err);
    }
    if (code == XCJ_OK) {
        minter->signature_len = xcj__key_signature_len(minter->key, minter->alg);
    }
    return code;
}

static size_t token_len(const xcj_minter *minter, size_t claims_len)
{
    return minter->head.len + xcj__b64u_encoded_len(claims_len) + 1 + xcj__b64u_encoded_len(minter->signature_len);
}

/* Writes header and claims into the job's buffer, after checking that the whole token fits. */
static xcj_code write_input(xcj_mint_job *job, const xcj_minter *minter, const xcj__buf *claims, xcj_error *err)
{
    size_t needed = token_len(minter, claims->len);
    size_t most = minter->settings.max_token;
    if (needed > most) {
        return xcj__fail_at(err, XCJ_ERR_LIMIT, "max_token", XCJ_NO_OFFSET, "the token is %zu bytes long and may have %zu",
                            needed, most);
    }
    if (needed > job->cap) {
        xcj_code code =
            xcj__fail(err, XCJ_ERR_BUFFER, "the token is %zu bytes long and the buffer has %zu", needed, job->cap);
        if (err != NULL) {
            err->needed = needed;
        }
        return code;
    }
    memcpy(job->buf, minter->head.ptr, minter->head.len);
    job->input_len = minter->head.len;
    job->input_len += xcj__b64u_encode(job->buf + minter->head.len, (const uint8_t *)claims->ptr, claims->len);
    return XCJ_OK;
}

/* Clears a job so that no later step treats it as prepared or signed. */
static void job_init(xcj_mint_job *job, char *buf, size_t cap)
{
    job->size = sizeof *job;
    job->buf = buf;
    job->cap = cap;
    job->input_len = 0;
    job->signature_len = 0;
    job->minter = NULL;
}

static xcj_code job_sign(xcj_mint_job *job, const xcj_minter *minter, xcj_scratch *scratch, xcj_error *err)
{
    job->signature_len = 0;
    size_t len = 0;
    xcj_code code = xcj__key_sign(job->signature, &len, minter->key, minter->alg, job->buf, job->input_len, scratch, err);
    if (code == XCJ_OK) {
        job->signature_len = len;
    }
    return code;
}

static size_t job_finish(const xcj_mint_job *job)
{
    char *end = job->buf + job->input_len;
    *end = '.';
    return job->input_len + 1 + xcj__b64u_encode(end + 1, job->signature, job->signature_len);
}

/* The input for the claims. */
typedef struct source {
    const xcj_auth *auth; /* NULL: all defaults */
    const xcj_str *given; /* given claims; NULL: claims for the credential */
} source;

static xcj_code job_prepare(xcj_mint_job *job, const xcj_minter *minter, source from, xcj_scratch *scratch, xcj_error *err)
{
    xcj_auth auth;
    xcj_code code = xcj__auth_read(&auth, from.auth, err);
    if (code != XCJ_OK) {
        return code;
    }
    char storage[STORAGE];
    xcj__buf claims;
    xcj__scratch_lend(scratch, XCJ__SCRATCH_CLAIMS, &claims, storage, sizeof storage);
    if (from.given != NULL) {
        code = xcj__auth_complete_claims(&claims, &minter->settings, *from.given, &auth, scratch, err);
    } else {
        code = xcj__auth_put_claims(&claims, &minter->settings, &auth, scratch, err);
    }
    if (code == XCJ_OK) {
        code = write_input(job, minter, &claims, err);
    }
    xcj__scratch_return(scratch, XCJ__SCRATCH_CLAIMS, &claims);
    return code;
}

/* Signs and finishes. On failure, wipes the unsigned part from the caller's buffer. */
static xcj_code job_complete(xcj_mint_job *job, size_t *len, const xcj_minter *minter, xcj_scratch *scratch, xcj_error *err)
{
    xcj_code code = job_sign(job, minter, scratch, err);
    if (code != XCJ_OK) {
        memset(job->buf, 0, job->input_len);
        return code;
    }
    *len = job_finish(job);
    xcj__error_clear(err);
    return XCJ_OK;
}

/* Runs all three steps. */
static xcj_code mint(xcj_mint_job *job, size_t *len, const xcj_minter *minter, source from, xcj_scratch *own, xcj_error *err)
{
    xcj_scratch *scratch = xcj__context_pool_take(&minter->pool, own);
    xcj_code code = job_prepare(job, minter, from, scratch, err);
    if (code == XCJ_OK) {
        code = job_complete(job, len, minter, scratch, err);
    }
    xcj__context_pool_give(&minter->pool, own, scratch);
    return code;
}

xcj_code xcj_minter_new(xcj_minter **out, const xcj_key *key, const xcj_mint_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || key == NULL) {
        return xcj__fail_null(err);
    }
    xcj_mint_options read;
    xcj_code code = xcj__mint_options_read(&read, options, err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj_minter *minter = xcj__zalloc(sizeof *minter);
    if (minter == NULL) {
        return xcj__fail_memory(err);
    }
    atomic_init(&minter->refs, 1);
    minter->key = xcj_key_ref(key);
    code = prepare(minter, &read, err);
    if (code != XCJ_OK) {
        xcj_minter_free(minter);
        return code;
    }
    xcj__error_clear(err);
    *out = minter;
    return XCJ_OK;
}

void xcj__minter_extend(xcj_minter *minter, const xcj__sentences *sentences, void *extra)
{
    minter->settings.sentences = sentences;
    minter->settings.flat_act = true;
    minter->extra = extra;
}

const void *xcj__minter_extra(const xcj_minter *minter)
{
    return minter->extra;
}

xcj_minter *xcj_minter_ref(const xcj_minter *minter)
{
    xcj_minter *same = (xcj_minter *)minter;
    if (same != NULL) {
        atomic_fetch_add_explicit(&same->refs, 1, memory_order_relaxed);
    }
    return same;
}

void xcj_minter_free(xcj_minter *minter)
{
    if (minter == NULL || atomic_fetch_sub_explicit(&minter->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    xcj__context_pool_free(&minter->pool);
    xcj_key_free(minter->key);
    xcj__mint_settings_free(&minter->settings);
    xcj__disown(&minter->head);
    xcj_free(minter->extra);
    xcj_free(minter);
}

const xcj__mint_settings *xcj__minter_settings(const xcj_minter *minter)
{
    return &minter->settings;
}

xcj_alg xcj_minter_alg(const xcj_minter *minter)
{
    return minter != NULL ? minter->alg : XCJ_ALG_NONE;
}

const xcj_key *xcj_minter_key(const xcj_minter *minter)
{
    return minter != NULL ? minter->key : NULL;
}

size_t xcj_mint_bound(const xcj_minter *minter, const xcj_auth *auth)
{
    xcj_auth request;
    if (minter == NULL || auth == NULL || xcj__auth_read(&request, auth, NULL) != XCJ_OK) {
        return 0;
    }
    return token_len(minter, xcj__auth_claims_max(&minter->settings, &request));
}

size_t xcj_mint_claims_bound(const xcj_minter *minter, size_t claims_len, const xcj_auth *auth)
{
    xcj_auth request;
    if (minter == NULL || xcj__auth_read(&request, auth, NULL) != XCJ_OK) {
        return 0;
    }
    return token_len(minter, xcj__auth_complete_max(&minter->settings, claims_len, &request));
}

static bool clear_len(size_t *len)
{
    if (len != NULL) {
        *len = 0;
    }
    return len != NULL;
}

xcj_code xcj_mint(char *buf, size_t cap, size_t *len, const xcj_minter *minter, const xcj_auth *auth, xcj_scratch *scratch,
                  xcj_error *err)
{
    if (!clear_len(len) || minter == NULL || auth == NULL || (buf == NULL && cap > 0)) {
        return xcj__fail_null(err);
    }
    xcj_mint_job job;
    job_init(&job, buf, cap);
    return mint(&job, len, minter, (source){ auth, NULL }, scratch, err);
}

xcj_code xcj_mint_claims(char *buf, size_t cap, size_t *len, const xcj_minter *minter, const char *claims, size_t claims_len,
                         const xcj_auth *auth, xcj_scratch *scratch, xcj_error *err)
{
    if (!clear_len(len) || minter == NULL || claims == NULL || (buf == NULL && cap > 0)) {
        return xcj__fail_null(err);
    }
    xcj_mint_job job;
    job_init(&job, buf, cap);
    const xcj_str given = { claims, claims_len };
    return mint(&job, len, minter, (source){ auth, &given }, scratch, err);
}

xcj_code xcj_mint_prepare(xcj_mint_job *job, char *buf, size_t cap, const xcj_minter *minter, const xcj_auth *auth,
                          xcj_scratch *scratch, xcj_error *err)
{
    if (job == NULL) {
        return xcj__fail_null(err);
    }
    job_init(job, buf, cap);
    if (minter == NULL || auth == NULL || (buf == NULL && cap > 0)) {
        return xcj__fail_null(err);
    }
    xcj_scratch *lent = xcj__context_pool_take(&minter->pool, scratch);
    xcj_code code = job_prepare(job, minter, (source){ auth, NULL }, lent, err);
    xcj__context_pool_give(&minter->pool, scratch, lent);
    if (code == XCJ_OK) {
        job->minter = minter;
        xcj__error_clear(err);
    }
    return code;
}

xcj_code xcj_mint_sign(xcj_mint_job *job, const xcj_minter *minter, xcj_scratch *scratch, xcj_error *err)
{
    if (job == NULL || minter == NULL) {
        return xcj__fail_null(err);
    }
    if (job->size != sizeof *job || job->input_len == 0) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "the job was not prepared");
    }
    if (job->minter != minter) {
        job->signature_len = 0;
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "the job was prepared by another minter");
    }
    xcj_scratch *lent = xcj__context_pool_take(&minter->pool, scratch);
    xcj_code code = job_sign(job, minter, lent, err);
    xcj__context_pool_give(&minter->pool, scratch, lent);
    if (code == XCJ_OK) {
        xcj__error_clear(err);
    }
    return code;
}

xcj_code xcj_mint_finish(xcj_mint_job *job, size_t *len, xcj_error *err)
{
    if (!clear_len(len) || job == NULL) {
        return xcj__fail_null(err);
    }
    if (job->size != sizeof *job || job->input_len == 0 || job->signature_len == 0) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "the job was not signed");
    }
    *len = job_finish(job);
    xcj__error_clear(err);
    return XCJ_OK;
}
