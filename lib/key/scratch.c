#include "lib/key/scratch.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/key/evp.h"
#include "lib/key/provider_key.h"
#include "lib/key/random_pool.h"
#include "lib/key/weierstrass.h"

#define KEPT_COUNT 8

/* A buffer that one huge token has grown is not kept. */
#define BUF_KEEP_MAX ((size_t)64 * 1024)

typedef struct kept {
    xcj_key *key;                 /* a reference: the address cannot come back as another key's */
    const xcj__context *prepared; /* which of the key's contexts it was made from */
    xcj__context *context;
} kept;

struct xcj_scratch {
    kept kept[KEPT_COUNT];
    size_t next;
    EC_GROUP *groups[XCJ_CURVE_SECP256K1 + 1]; /* by curve */
    EVP_PKEY *curves[XCJ_CURVE_SECP256K1 + 1]; /* likewise */
    EVP_MD_CTX *sha256;
    xcj__pool *pool;
    xcj__buf bufs[XCJ__SCRATCH_BUFS];
    xcj__buf memory;
    uint64_t hits; /* in caches of verified tokens */
    uint64_t misses;
};

xcj_code xcj_scratch_new(xcj_scratch **out, xcj_error *err)
{
    if (!xcj__clear_handle(out)) {
        return xcj__fail_null(err);
    }
    xcj_scratch *scratch = xcj__zalloc(sizeof *scratch);
    if (scratch == NULL) {
        return xcj__fail_memory(err);
    }
    scratch->pool = xcj__pool_new();
    for (size_t i = 0; i < XCJ__SCRATCH_BUFS; i++) {
        xcj__buf_init(&scratch->bufs[i]);
    }
    xcj__buf_init(&scratch->memory);
    xcj__error_clear(err);
    *out = scratch;
    return XCJ_OK;
}

static void kept_drop(kept *slot)
{
    xcj__context_free(slot->context);
    xcj_key_free(slot->key);
    memset(slot, 0, sizeof *slot);
}

void xcj_scratch_free(xcj_scratch *scratch)
{
    if (scratch == NULL) {
        return;
    }
    for (size_t i = 0; i < KEPT_COUNT; i++) {
        kept_drop(&scratch->kept[i]);
    }
    for (size_t i = 0; i < XCJ__SCRATCH_BUFS; i++) {
        xcj__buf_free(&scratch->bufs[i]);
    }
    for (xcj_curve crv = XCJ_CURVE_P256; crv <= XCJ_CURVE_SECP256K1; crv++) {
        EC_GROUP_free(scratch->groups[crv]);
        EVP_PKEY_free(scratch->curves[crv]);
    }
    EVP_MD_CTX_free(scratch->sha256);
    xcj__buf_free(&scratch->memory);
    xcj__pool_free(scratch->pool);
    xcj_free(scratch);
}

xcj__context *xcj__scratch_context(xcj_scratch *scratch, const xcj_key *key, const xcj__context *prepared)
{
    for (size_t i = 0; i < KEPT_COUNT; i++) {
        if (scratch->kept[i].prepared == prepared) {
            return scratch->kept[i].context;
        }
    }
    xcj__context *context = xcj__context_dup(prepared);
    if (context != NULL) {
        kept *slot = &scratch->kept[scratch->next];
        scratch->next = (scratch->next + 1) % KEPT_COUNT;
        kept_drop(slot);
        *slot = (kept){ xcj_key_ref(key), prepared, context };
    }
    return context;
}

const EC_GROUP *xcj__scratch_group(xcj_scratch *scratch, xcj_curve crv)
{
    if (scratch->groups[crv] == NULL) {
        scratch->groups[crv] = xcj__weierstrass_group(crv);
    }
    return scratch->groups[crv];
}

EVP_PKEY *xcj__scratch_curve(xcj_scratch *scratch, xcj_curve crv)
{
    if (scratch->curves[crv] == NULL) {
        scratch->curves[crv] = xcj__provider_curve(crv);
    }
    return scratch->curves[crv];
}

EVP_MD_CTX *xcj__scratch_sha256(xcj_scratch *scratch)
{
    if (scratch->sha256 == NULL) {
        EVP_MD_CTX *made = EVP_MD_CTX_new();
        EVP_MD *type = EVP_MD_fetch(NULL, "SHA256", NULL);
        const bool is_ready = made != NULL && type != NULL && EVP_DigestInit_ex(made, type, NULL) == 1;
        EVP_MD_CTX_free(is_ready ? NULL : made);
        scratch->sha256 = is_ready ? made : NULL;
        EVP_MD_free(type); /* the context has a reference */
    }
    return scratch->sha256;
}

xcj__pool *xcj__scratch_pool(xcj_scratch *scratch)
{
    return scratch != NULL ? scratch->pool : NULL;
}

void xcj__scratch_lend(xcj_scratch *scratch, xcj__scratch_buf which, xcj__buf *buf, void *storage, size_t cap)
{
    if (scratch == NULL) {
        xcj__buf_init_on(buf, storage, cap);
        return;
    }
    *buf = scratch->bufs[which];
    buf->len = 0;
    xcj__buf_init(&scratch->bufs[which]);
}

void xcj__scratch_return(xcj_scratch *scratch, xcj__scratch_buf which, xcj__buf *buf)
{
    if (scratch == NULL || buf->failed || buf->cap > BUF_KEEP_MAX) {
        xcj__buf_free(buf);
        return;
    }
    scratch->bufs[which] = *buf;
    xcj__buf_init(buf);
}

xcj__buf *xcj__scratch_memory(xcj_scratch *scratch)
{
    return scratch != NULL ? &scratch->memory : NULL;
}

void xcj__scratch_count(xcj_scratch *scratch, bool is_hit)
{
    if (scratch != NULL) {
        scratch->hits += is_hit;
        scratch->misses += !is_hit;
    }
}

void xcj_scratch_cache_counts(xcj_cache_counts *out, const xcj_scratch *scratch)
{
    if (out != NULL) {
        *out = scratch != NULL ? (xcj_cache_counts){ .hits = scratch->hits, .misses = scratch->misses }
                               : (xcj_cache_counts){ 0 };
    }
}
