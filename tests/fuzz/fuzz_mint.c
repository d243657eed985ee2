/*
 * Minting from a Bearer token with any payload. The first character chooses the options. A token that comes out fits its
 * bound, its claims parse for jansson, hold every inbound member that is not replaced byte for byte and in order, and ours
 * once each.
 */
#include <jansson.h>

#include "fuzz.h"
#include "lib/codec/base64url.h"
#include "lib/codec/json_scan.h"

#define MINTERS 4
#define OURS 7

static xcj_minter *minters[MINTERS];
static xcj_scratch *scratch;
static const char *const OUR_NAMES[OURS] = { "client_id", "iss", "iat", "exp", "aud", "jti", "act" };

static void prepare(void)
{
    static const xcj_str sub = { "sub", 3 };
    static const xcj_str names[] = { { "drop", 4 }, { "a\"b", 3 } };
    xcj_key *key = key_of(HS256_JWK);
    MUST(xcj_scratch_new(&scratch, NULL) == XCJ_OK);
    for (int i = 0; i < MINTERS; i++) {
        xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
        options.iss = xcj_text("i");
        options.bearer_verified = 1;
        options.bearer_clientid_claims = i == 1 ? &sub : NULL;
        options.bearer_clientid_claims_count = i == 1;
        options.consumer_optional = i == 1;
        options.exp = i == 1 ? XCJ_EXP_CAPPED : XCJ_EXP_UNCAPPED;
        options.inbound = i == 1 ? XCJ_INBOUND_ALL : XCJ_INBOUND_SCREENED;
        options.drop_claims = names;
        options.drop_claims_count = i == 2 ? 2 : 0;
        options.claims = xcj_text(i == 2 ? "{\"mine\":[1]}" : NULL);
        options.keep_claims = i == 3 ? names : NULL;
        options.keep_claims_count = i == 3 ? 2 : 0;
        MUST(xcj_minter_new(&minters[i], key, &options, NULL) == XCJ_OK);
    }
    xcj_key_free(key);
}

/* The members of an object as they stand. */
typedef struct members {
    xcj__json_item *items;
    size_t count;
} members;

static xcj_code note(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    members *m = ctx;
    m->items = realloc(m->items, (m->count + 1) * sizeof *m->items);
    MUST(m->items != NULL);
    m->items[m->count++] = *item;
    return XCJ_OK;
}

static members members_of(const char *text, size_t len)
{
    members m = { NULL, 0 };
    MUST(xcj__json_scan(text, len, XCJ__JSON_OBJECT, NULL, note, &m, NULL) == XCJ_OK);
    return m;
}

static bool is_kept(const xcj__json_item *item, int which)
{
    for (size_t i = 0; i < OURS; i++) {
        if (xcj__json_named(item, OUR_NAMES[i])) {
            return false;
        }
    }
    static const char *const screened[] = { "cnf", "nbf", "may_act", "nonce", "at_hash", "c_hash" };
    for (size_t i = 0; which != 3 && i < (which == 1 ? 1 : sizeof screened / sizeof *screened); i++) {
        if (xcj__json_named(item, screened[i])) {
            return false;
        }
    }
    bool is_listed = xcj__json_named(item, "drop") || xcj__json_named(item, "a\"b");
    return which == 2 ? !is_listed && !xcj__json_named(item, "mine") : which != 3 || is_listed;
}

/* From the name to the end of the value, white space and all. */
static xcj_str span(const xcj__json_item *item)
{
    const char *end = item->value.raw.ptr + item->value.raw.len;
    return (xcj_str){ item->raw_name.ptr, (size_t)(end - item->raw_name.ptr) };
}

static void check_members(xcj_str in, xcj_str out, int which)
{
    members theirs = members_of(in.ptr, in.len);
    members all = members_of(out.ptr, out.len);
    size_t at = 0;
    for (size_t i = 0; i < theirs.count; i++) {
        if (is_kept(&theirs.items[i], which)) {
            xcj_str before = span(&theirs.items[i]);
            MUST(at < all.count);
            xcj_str after = span(&all.items[at++]);
            MUST(before.len == after.len && memcmp(before.ptr, after.ptr, before.len) == 0);
        }
    }
    for (size_t i = 0; i < OURS && at < all.count; i++) {
        bool is_last = i == OURS - 1;
        MUST(xcj__json_named(&all.items[at], OUR_NAMES[i]) || is_last);
        at += xcj__json_named(&all.items[at], OUR_NAMES[i]);
    }
    MUST(at + (which == 2) == all.count);
    free(theirs.items);
    free(all.items);
}

/* The consumer is the actor, and an inbound act stays as it is, within it. */
static void check_act(const json_t *in, const json_t *out, int which)
{
    const json_t *theirs = which != 3 ? json_object_get(in, "act") : NULL;
    const json_t *ours = json_object_get(out, "act");
    const json_t *consumer = json_object_get(ours, "client_id");
    MUST(json_object_size(ours) == (size_t)(which != 1) + (theirs != NULL));
    MUST(which == 1 ? consumer == NULL : strcmp(json_string_value(consumer), "consumer") == 0);
    MUST(theirs == NULL || json_equal(theirs, json_object_get(ours, "act")));
}

static void check_values(xcj_str in, xcj_str out, int which)
{
    json_t *before = json_loadb(in.ptr, in.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    json_t *after = json_loadb(out.ptr, out.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    /* Numbers that jansson does not hold, and the like, are the only things that it may refuse. */
    MUST((before == NULL) >= (after == NULL));
    if (before == NULL || after == NULL) {
        json_decref(before);
        json_decref(after);
        return;
    }
    const json_t *id = json_object_get(before, which == 1 ? "sub" : "clientId");
    MUST(json_is_string(id) && json_equal(id, json_object_get(after, "client_id")));
    MUST(strcmp(json_string_value(json_object_get(after, "aud")), "https://s/p") == 0);
    MUST(json_integer_value(json_object_get(after, "iat")) == 1800000000);
    MUST(json_integer_value(json_object_get(after, "exp")) <= 1800001800);
    check_act(before, after, which);
    json_decref(before);
    json_decref(after);
}

static void check_token(char *token, size_t len, xcj_str in, int which)
{
    char *payload = memchr(token, '.', len);
    MUST(payload != NULL);
    payload++;
    char *end = memchr(payload, '.', (size_t)(token + len - payload));
    size_t out_len;
    MUST(end != NULL);
    MUST(xcj__b64u_decode((uint8_t *)payload, &out_len, payload, (size_t)(end - payload), NULL));
    xcj_str out = { payload, out_len };
    check_members(in, out, which);
    check_values(in, out, which);
}

/* A Bearer credential of this payload. */
static size_t put_bearer(char *dst, const uint8_t *payload, size_t len)
{
    static const char head[] = "Bearer e30.";
    size_t at = sizeof head - 1;
    memcpy(dst, head, at);
    at += xcj__b64u_encode(dst + at, payload, len);
    memcpy(dst + at, ".AA", 3);
    return at + 3;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || data[0] < '0' || data[0] >= '0' + MINTERS) {
        return -1;
    }
    if (scratch == NULL) {
        prepare();
    }
    int which = data[0] - '0';
    xcj_auth auth = XCJ_AUTH_INIT;
    char *authorization = malloc(size * 2 + 32);
    MUST(authorization != NULL);
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = (xcj_str){ authorization, put_bearer(authorization, data + 1, size - 1) };
    auth.consumer_id = xcj_text(which == 1 ? NULL : "consumer");
    auth.audience = xcj_text("https://s/p");
    auth.has_now = 1;
    auth.now = 1800000000;
    size_t cap = xcj_mint_bound(minters[which], &auth);
    char *token = malloc(cap);
    MUST(token != NULL);
    size_t len;
    xcj_error err;
    xcj_code code = xcj_mint(token, cap, &len, minters[which], &auth, size % 2 == 0 ? scratch : NULL, &err);
    if (check_call(code, NULL, &err)) {
        check_token(token, len, (xcj_str){ (const char *)data + 1, size - 1 }, which);
    } else {
        MUST(len == 0);
    }
    free(token);
    free(authorization);
    return 0;
}
