#include "lib/gateway/reuse.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/gateway/names.h"
#include "lib/key/cache_open.h"

#define STORAGE 2048
#define BYTES_DEFAULT ((size_t)16 * 1024 * 1024)

/* A token is not used again in its last seconds: it must not expire on its way. */
#define MARGIN 5

typedef struct reused {
    xcj__cached shared;
    int64_t exp;
    xcj_str token;
    char text[]; /* the key and the token */
} reused;

xcj_code xcj__reuse_check(const xcj_mint_options *options, xcj_error *err)
{
    const int64_t expires_in = options->expires_in != 0 ? options->expires_in : XCJ__EXPIRES_DEFAULT;
    if (options->reuse < 0 || options->reuse > expires_in / 2) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "reuse", XCJ_NO_OFFSET, "reuse is not from 1 to half of expires_in");
    }
    if (options->reuse_bytes != 0 && (options->reuse == 0 || options->reuse_bytes < XCJ__CACHE_MIN)) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "reuse_bytes", XCJ_NO_OFFSET,
                            "reuse_bytes goes with reuse, and is 65536 at least");
    }
    return options->reuse > 0 && options->profile == XCJ_PROFILE_TXN
               ? xcj__fail_at(err, XCJ_ERR_CONFIG, "reuse", XCJ_NO_OFFSET,
                              "reuse: a Transaction Token is for one transaction")
               : XCJ_OK;
}

xcj_code xcj__reuse_open(xcj_minter *minter, const xcj_mint_options *options, xcj_error *err)
{
    if (options->reuse == 0) {
        return XCJ_OK;
    }
    minter->reuse = options->reuse;
    return xcj__cache_open(&minter->reused, options->reuse_bytes != 0 ? options->reuse_bytes : BYTES_DEFAULT,
                           XCJ__HASHED_WHOLE, err);
}

static bool read_time(int64_t *out, const xcj__json_item *item)
{
    const xcj__json_number number = xcj__json_number_read(item->value.text);
    *out = number.floor;
    return item->value.type == XCJ__JSON_NUMBER && number.exact && !number.fraction;
}

/* A claim without a value appears nowhere else in JSON, so different claims never have equal keys. */
static bool put_key(xcj__buf *key, xcj_str claims, const xcj__stamps *stamps)
{
    size_t from = 0;
    for (size_t i = 0; i < XCJ__STAMPS; i++) {
        xcj__buf_put(key, claims.ptr + from, stamps->places[2 * i] - from);
        from = stamps->places[2 * i + 1];
    }
    xcj__buf_put(key, claims.ptr + from, claims.len - from);
    return !key->failed;
}

/* Finds the stamps of claims that an earlier call has written. */
static bool find_stamps(xcj__stamps *out, const xcj__json_index *claims)
{
    size_t own = 0;
    bool is_good = true;
    for (size_t i = 0; i < claims->count; i++) {
        const xcj__json_item item = xcj__json_member_item(claims->text, &claims->members[i]);
        const xcj__claim claim = xcj__claim_of(&item);
        if (claim != XCJ__IAT && claim != XCJ__EXP && claim != XCJ__JTI) {
            continue;
        }
        is_good = is_good && own < XCJ__STAMPS &&
                  (claim == XCJ__JTI || read_time(claim == XCJ__IAT ? &out->iat : &out->exp, &item));
        if (is_good) {
            out->places[2 * own] = claims->members[i].value;
            out->places[2 * own + 1] = (size_t)claims->members[i].value + claims->members[i].value_len;
            own++;
        }
    }
    return is_good && own == XCJ__STAMPS;
}

static bool read_stamps(xcj__stamps *out, xcj_str claims)
{
    xcj__json_member room[XCJ__JSON_ROOM];
    xcj__json_index index;
    const bool is_good =
        xcj__json_index_read(&index, claims, NULL, room, XCJ__JSON_ROOM, NULL) == XCJ_OK && find_stamps(out, &index);
    xcj_free(index.block);
    return is_good;
}

/* The request for which a kept token is looked up. */
typedef struct request {
    int64_t exp; /* of a new token */
    int64_t reuse;
    size_t cap; /* of the caller's buffer */
} request;

/* With other inbound tokens a new token may expire earlier, or so much later that the kept one would be a bad exchange. */
static bool is_as_good(const xcj__cached *shared, const void *context)
{
    const reused *entry = (const reused *)shared;
    const request *r = context;
    return entry->exp <= r->exp && r->exp - entry->exp < r->reuse && entry->token.len <= r->cap;
}

size_t xcj__reuse_find(char *buf, size_t cap, const xcj_minter *minter, xcj_str claims, const xcj__stamps *stamps)
{
    char storage[STORAGE];
    xcj__buf key;
    size_t len = 0;
    xcj__buf_init_on(&key, storage, sizeof storage);
    if (put_key(&key, claims, stamps)) {
        const request wanted = { stamps->exp, minter->reuse, cap };
        const xcj__cache_demand demand = { is_as_good, &wanted };
        reused *entry = (reused *)xcj__cache_find(minter->reused, (xcj_str){ key.ptr, key.len }, stamps->iat, &demand);
        if (entry != NULL) {
            len = entry->token.len;
            memcpy(buf, entry->token.ptr, len);
        }
        xcj__cached_drop((xcj__cached *)entry);
    }
    xcj__buf_free(&key);
    return len;
}

static void destroy(xcj__cached *shared)
{
    xcj_free(shared);
}

static size_t key_len(size_t claims_len, const xcj__stamps *stamps)
{
    for (size_t i = 0; i < XCJ__STAMPS; i++) {
        claims_len -= stamps->places[2 * i + 1] - stamps->places[2 * i];
    }
    return claims_len;
}

static void keep(const xcj_minter *minter, xcj_str claims, const xcj__stamps *stamps, xcj_str input,
                 const uint8_t *signature, size_t signature_len)
{
    const int64_t left = stamps->exp - MARGIN - stamps->iat;
    const size_t key = key_len(claims.len, stamps);
    const size_t token_len = input.len + 1 + xcj__b64u_encoded_len(signature_len);
    const size_t size = sizeof(reused) + key + token_len;
    reused *entry = left > 0 ? xcj__alloc(size) : NULL;
    if (entry == NULL) {
        return;
    }
    char *token = entry->text + key;
    xcj__buf text;
    xcj__buf_init_fixed(&text, entry->text, key);
    (void)put_key(&text, claims, stamps);
    memcpy(token, input.ptr, input.len);
    token[input.len] = '.';
    (void)xcj__b64u_encode(token + input.len + 1, signature, signature_len);
    entry->shared = (xcj__cached){ .refs = 1,
                                   .destroy = destroy,
                                   .size = size,
                                   .key = { entry->text, key },
                                   .born = stamps->iat,
                                   .life = left < minter->reuse ? left : minter->reuse };
    entry->exp = stamps->exp;
    entry->token = (xcj_str){ token, token_len };
    xcj__cache_put(minter->reused, &entry->shared, stamps->iat);
    xcj__cached_drop(&entry->shared);
}

void xcj__reuse_keep(const xcj_minter *minter, xcj_str input, const uint8_t *signature, size_t signature_len)
{
    char decoded[STORAGE];
    xcj__buf claims;
    xcj__stamps stamps = { 0 };
    size_t len, bad;
    xcj__buf_init_on(&claims, decoded, sizeof decoded);
    const char *at = input.ptr + minter->head.len;
    const size_t carried = input.len - minter->head.len;
    char *room = xcj__buf_reserve(&claims, xcj__b64u_decoded_max(carried));
    if (room != NULL && xcj__b64u_decode((uint8_t *)room, &len, at, carried, &bad)) {
        claims.len = len;
        const xcj_str text = { room, len };
        if (read_stamps(&stamps, text)) {
            keep(minter, text, &stamps, input, signature, signature_len);
        }
    }
    xcj__buf_free(&claims);
}

void xcj_minter_reuse_counts(xcj_cache_counts *out, const xcj_minter *minter)
{
    if (out != NULL) {
        *out = (xcj_cache_counts){ 0 };
        xcj__cache_count(out, minter != NULL ? minter->reused : NULL);
    }
}
