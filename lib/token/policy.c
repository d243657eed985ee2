#include "lib/token/policy.h"

#include <string.h>

#include "lib/base/cache.h"
#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/codec/json_write.h"
#include "lib/token/profile.h"

#define TOKEN_MAX ((size_t)2 * 1024 * 1024)
#define SIGNATURES_MAX 16
#define LEEWAY_MAX 86400
#define CACHE_AGE 300

static size_t list_len(const xcj_str *list, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len += sizeof *list + list[i].len;
    }
    return len;
}

/* The arrays come first in the block, where they are aligned, and the strings follow. */
typedef struct block {
    xcj_str *arrays;
    char *texts;
} block;

static xcj_str copy_text(block *b, xcj_str text)
{
    if (text.ptr == NULL) {
        return (xcj_str){ NULL, 0 };
    }
    char *dst = b->texts;
    memcpy(dst, text.ptr, text.len);
    b->texts += text.len;
    return (xcj_str){ dst, text.len };
}

/* Keeps an empty list, which allows nothing; an absent list allows everything. */
static const xcj_str *copy_list(block *b, const xcj_str *list, size_t count)
{
    xcj_str *dst = b->arrays;
    for (size_t i = 0; i < count; i++) {
        dst[i] = copy_text(b, list[i]);
    }
    b->arrays += count;
    return list != NULL ? dst : NULL;
}

static bool copy_texts(xcj__policy *policy)
{
    xcj_verify_options *o = &policy->options;
    size_t arrays = o->audiences_count + o->required_count;
    size_t len = list_len(o->audiences, o->audiences_count) + list_len(o->required, o->required_count) + o->issuer.len +
                 o->subject.len + o->typ.len + o->key_claim.len + o->client_id.len;
    policy->block = xcj__alloc(len + 1);
    if (policy->block == NULL) {
        return false;
    }
    block b = { (xcj_str *)(void *)policy->block, policy->block + arrays * sizeof(xcj_str) };
    o->audiences = copy_list(&b, o->audiences, o->audiences_count);
    o->required = copy_list(&b, o->required, o->required_count);
    o->issuer = copy_text(&b, o->issuer);
    o->subject = copy_text(&b, o->subject);
    o->typ = copy_text(&b, o->typ);
    o->key_claim = copy_text(&b, o->key_claim);
    o->client_id = copy_text(&b, o->client_id);
    return true;
}

static xcj_code wrong_option(const char *name, const char *why, xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_CONFIG, name, XCJ_NO_OFFSET, "%s: %s", name, why);
}

static xcj_code read_algs(xcj__policy *policy, xcj_error *err)
{
    const xcj_verify_options *o = &policy->options;
    policy->algs = o->algs == NULL ? UINT32_MAX : 0;
    for (size_t i = 0; i < o->algs_count; i++) {
        if (xcj_alg_name(o->algs[i]) == NULL) {
            return wrong_option("algs", "no algorithm has this number", err);
        }
        policy->algs |= (uint32_t)1 << o->algs[i];
    }
    return XCJ_OK;
}

/* An opaque payload has no claims, so checks of claims would silently do nothing. */
static bool asks_for_claims(const xcj_verify_options *o)
{
    return o->issuer.ptr != NULL || o->audiences != NULL || o->required_count != 0 || o->subject.ptr != NULL ||
           o->max_age != 0 || o->leeway != 0 || o->key_claim.ptr != NULL || o->client_id.ptr != NULL;
}

/* An absent string in a list would count as empty, and accept a token with an empty claim. */
static xcj_code check_list(const xcj_str *list, size_t count, const char *name, xcj_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].ptr == NULL) {
            return wrong_option(name, "the list contains an absent string", err);
        }
    }
    return XCJ_OK;
}

static xcj_code check_arrays(const xcj_verify_options *o, xcj_error *err)
{
    xcj_code code = xcj__array_check(o->algs, o->algs_count, "algs", err);
    code = code == XCJ_OK ? xcj__array_check(o->audiences, o->audiences_count, "audiences", err) : code;
    return code == XCJ_OK ? xcj__array_check(o->required, o->required_count, "required", err) : code;
}

static xcj_code check_lists(const xcj_verify_options *o, xcj_error *err)
{
    xcj_code code = check_list(o->audiences, o->audiences_count, "audiences", err);
    return code == XCJ_OK ? check_list(o->required, o->required_count, "required", err) : code;
}

/* A name, or a JSON Pointer, in which every tilde is ~0 or ~1 (RFC 6901 3). */
static bool is_path(xcj_str path)
{
    bool is_good = path.len > 0 && xcj__utf8_valid(path.ptr, path.len);
    for (size_t i = 0; is_good && path.ptr[0] == '/' && i < path.len; i++) {
        is_good = path.ptr[i] != '~' || (i + 1 < path.len && (path.ptr[i + 1] == '0' || path.ptr[i + 1] == '1'));
    }
    return is_good;
}

/* RFC 9068 4, and "Txn-Token Validation" of the draft: who verifies must know for whom the token is, and from whom. */
static xcj_code check_profile(const xcj_verify_options *o, xcj_error *err)
{
    const xcj__profile *profile = xcj__profile_of(o->profile);
    if (o->typ.ptr != NULL || o->opaque_payload) {
        return wrong_option("profile", "it excludes typ and opaque_payload", err);
    }
    if (o->audiences == NULL || (profile->checks_issuer && o->issuer.ptr == NULL)) {
        return wrong_option("profile", profile->checks_issuer ? "it needs an issuer and audiences" : "it needs audiences",
                            err);
    }
    return check_lists(o, err);
}

static xcj_code check_cache(const xcj_verify_options *o, xcj_error *err)
{
    if (o->cache_bytes != 0 && o->cache_bytes < XCJ__CACHE_MIN) {
        return wrong_option("cache_bytes", "65536 at least", err);
    }
    if (o->cache_age < 0 || (o->cache_age > 0 && o->cache_bytes == 0)) {
        return wrong_option("cache_age", "a number of seconds, of a cache with cache_bytes", err);
    }
    return XCJ_OK;
}

static xcj_code check_options(const xcj_verify_options *o, xcj_error *err)
{
    if (o->leeway < 0 || o->leeway > LEEWAY_MAX) {
        return wrong_option("leeway", "from 0 to 86400 seconds", err);
    }
    if (o->max_age < 0) {
        return wrong_option("max_age", "a number of seconds", err);
    }
    if (o->required_count > XCJ__REQUIRED_MAX) {
        return wrong_option("required", "32 claims at most", err);
    }
    if (o->max_depth > XCJ__JSON_DEPTH_MAX) {
        return wrong_option("max_depth", "1024 at most", err);
    }
    if (o->client_id.ptr != NULL && !is_path(o->client_id)) {
        return wrong_option("client_id", "neither the name of a claim nor a JSON Pointer", err);
    }
    if (xcj__profile_of(o->profile) == NULL) {
        return wrong_option("profile", "none of its enumerators", err);
    }
    if (o->profile != XCJ_PROFILE_JWT) {
        return check_profile(o, err);
    }
    if (o->opaque_payload && asks_for_claims(o)) {
        return wrong_option("opaque_payload", "an opaque payload has no claims, but the policy requires some", err);
    }
    return check_lists(o, err);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void set_early_limits(xcj__policy *policy)
{
    policy->header_limits = policy->limits;
    policy->header_limits.max_members = smaller(policy->limits.max_members, XCJ__HEADER_MEMBERS);
    policy->early_limits = policy->limits;
    policy->early_limits.max_members = smaller(policy->limits.max_members, XCJ__EARLY_MEMBERS);
    policy->early_limits.any_names = true;
}

xcj_code xcj__policy_open(xcj__policy *out, const xcj_verify_options *options, xcj_error *err)
{
    memset(out, 0, sizeof *out);
    xcj_verify_options *o = &out->options;
    xcj_code code = xcj__options_read(o, sizeof *o, options, err);
    xcj__view_settle(&o->issuer);
    xcj__view_settle(&o->subject);
    xcj__view_settle(&o->typ);
    xcj__view_settle(&o->key_claim);
    xcj__view_settle(&o->client_id);
    if (code == XCJ_OK) {
        code = check_arrays(o, err);
    }
    if (code == XCJ_OK) {
        code = check_options(o, err);
    }
    if (code == XCJ_OK) {
        code = check_cache(o, err);
    }
    if (code == XCJ_OK) {
        code = read_algs(out, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    o->algs = NULL;
    if (o->profile != XCJ_PROFILE_JWT) {
        o->typ = xcj_text(xcj__profile_of(o->profile)->typ);
    }
    o->cache_age = o->cache_age != 0 ? o->cache_age : CACHE_AGE;
    o->max_token = o->max_token != 0 ? o->max_token : TOKEN_MAX;
    o->max_signatures = o->max_signatures != 0 ? o->max_signatures : SIGNATURES_MAX;
    out->limits.max_depth = o->max_depth != 0 ? o->max_depth : XCJ__JSON_DEPTH;
    out->limits.max_members = o->max_members != 0 ? o->max_members : XCJ__JSON_MEMBERS;
    set_early_limits(out);
    return copy_texts(out) ? XCJ_OK : xcj__fail_memory(err);
}

void xcj__policy_close(xcj__policy *policy)
{
    xcj_free(policy->block);
    policy->block = NULL;
}

xcj_code xcj__policy_check_len(const xcj__policy *policy, size_t len, xcj_error *err)
{
    return len <= policy->options.max_token
               ? XCJ_OK
               : xcj__fail(err, XCJ_ERR_LIMIT, "the token has %zu bytes; the limit is %zu", len, policy->options.max_token);
}
