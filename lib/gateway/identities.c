#include "lib/gateway/identities.h"

#include <stdatomic.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_scan.h"
#include "lib/gateway/credential.h"
#include "lib/key/digest.h"

/* Depth for the object, its two members, an entry, and a value that is refused by its type. */
static const xcj__json_limits limits = { .max_depth = 8, .max_members = SIZE_MAX };

#define SHA256_LEN 32

typedef struct entry {
    uint8_t digest[SHA256_LEN]; /* of the API key, certificate or client_id */
    xcj__identity identity;
    xcj__json_item item; /* its JSON, during reading only */
} entry;

/* A hash table with open addressing: a slot is 0, or the index of an entry plus one. At least half of the slots are
 * empty. */
typedef struct table {
    entry *entries;
    size_t count;
    uint32_t *slots;
    size_t slot_count; /* a power of two */
} table;

/* The tables, by what identifies a caller in them. */
typedef enum table_kind { APIKEYS, CERTIFICATES, CLIENTS, KINDS } table_kind;

static const char *const tables[KINDS] = { "apikeys", "certificates", "clients" };

struct xcj_identities {
    atomic_size_t refs;
    char *text; /* our copy, in which the values are unescaped */
    table tables[KINDS];
    size_t longest;
};

/* The context of the JSON visitors. */
typedef struct reading {
    xcj_identities *identities;
    table *table;
    size_t added;
    table_kind kind;
    xcj__json_value consumer;
    xcj__json_value client_id;
    xcj__json_value audience;
    xcj__json_value claims;
    xcj_str *names; /* of the claims, of which `added` are read */
    const char *fault;
} reading;

static xcj_code sha256(uint8_t out[SHA256_LEN], xcj_str text, xcj_scratch *scratch, xcj_error *err)
{
    uint8_t digest[XCJ__DIGEST_MAX];
    size_t len;
    xcj_code code = xcj__digest(digest, &len, XCJ_SHA256, text, scratch, err);
    if (code == XCJ_OK) {
        memcpy(out, digest, SHA256_LEN);
    }
    return code;
}

static xcj_code wrong(const reading *r, const xcj__json_item *item, const char *what, xcj_error *err)
{
    char shown[XCJ__SHOWN];
    size_t offset = (size_t)(item->raw_name.ptr - r->identities->text);
    xcj__sanitise(shown, sizeof shown, item->name.ptr, item->name.len);
    return xcj__fail_at(err, XCJ_ERR_CONFIG, shown, offset, "\"%s\" at offset %zu %s", shown, offset, what);
}

static xcj_code count_entry(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    const reading *r = ctx;
    if (item->value.type != XCJ__JSON_OBJECT) {
        return wrong(r, item, "is not an object", err);
    }
    r->table->count++;
    return XCJ_OK;
}

static xcj_code add_entry(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    reading *r = ctx;
    r->table->entries[r->added++] = (entry){ .item = *item };
    return XCJ_OK;
}

static xcj_code visit_top(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    reading *r = ctx;
    table_kind found = APIKEYS;
    while (found < KINDS && !xcj__json_named(item, tables[found])) {
        found++;
    }
    if (found == KINDS) {
        return wrong(r, item, "is not a member of identities: they have \"apikeys\", \"certificates\" and \"clients\"", err);
    }
    if (item->value.type != XCJ__JSON_OBJECT) {
        return wrong(r, item, "is not an object", err);
    }
    const xcj_str raw = item->value.raw;
    r->table = &r->identities->tables[found];
    if (r->table->entries != NULL) { /* a repeated member: the scan itself reports it only at the end of the object */
        return wrong(r, item, "is there twice", err);
    }
    r->added = 0;
    xcj_code code = xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_OBJECT, &limits, count_entry, r, err);
    if (code != XCJ_OK) {
        return code;
    }
    r->table->entries = xcj__zalloc((r->table->count + 1) * sizeof(entry));
    if (r->table->entries == NULL) {
        return xcj__fail_memory(err);
    }
    return xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_OBJECT, &limits, add_entry, r, err);
}

static xcj_code visit_member(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    reading *r = ctx;
    if (xcj__json_named(item, "consumer")) {
        r->consumer = item->value;
    } else if (xcj__json_named(item, "audience")) {
        r->audience = item->value;
    } else if (xcj__json_named(item, "claims")) {
        r->claims = item->value;
    } else if (r->kind != CLIENTS && xcj__json_named(item, "client_id")) {
        r->client_id = item->value;
    } else {
        return wrong(r, item,
                     r->kind == CLIENTS ? "is none of \"consumer\", \"audience\" and \"claims\""
                                        : "is none of \"client_id\", \"consumer\", \"audience\" and \"claims\"",
                     err);
    }
    return XCJ_OK;
}

/* The text is our own copy, so strings are unescaped in place. */
static xcj_str unescaped(const reading *r, xcj_str text)
{
    char *dst = r->identities->text + (text.ptr - r->identities->text);
    return (xcj_str){ dst, xcj__json_unescape(dst, text) };
}

static xcj_code read_value(xcj_str *out, const reading *r, const xcj__json_value *value, const char *name, const entry *e,
                           xcj_error *err)
{
    const char *fault = ": it is not a string";
    if (value->type == XCJ__JSON_STRING) {
        *out = unescaped(r, value->text);
        fault = xcj__client_id_fault(*out);
    } else if (value->type == 0) {
        fault = ": there is none";
    }
    if (fault == NULL) {
        return XCJ_OK;
    }
    char what[80] = "has no usable \"";
    strcat(strcat(strcat(what, name), "\""), fault);
    return wrong(r, &e->item, what, err);
}

static bool read_hex(uint8_t out[SHA256_LEN], xcj_str text)
{
    static const char digits[] = "0123456789abcdef";
    if (text.len != (size_t)2 * SHA256_LEN) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        const char *digit = memchr(digits, text.ptr[i], 16);
        if (digit == NULL) {
            return false;
        }
        size_t value = (size_t)(digit - digits);
        out[i / 2] = (uint8_t)(i % 2 == 0 ? value << 4 : out[i / 2] | value);
    }
    return true;
}

static xcj_code read_name(const reading *r, entry *e, xcj_error *err)
{
    if (r->kind != CLIENTS) {
        return read_hex(e->digest, e->item.name)
                   ? XCJ_OK
                   : wrong(r, &e->item,
                           r->kind == APIKEYS ? "is not the SHA-256 of an API key: 64 lowercase hexadecimal digits"
                                              : "is not the SHA-256 of a certificate: 64 lowercase hexadecimal digits",
                           err);
    }
    xcj_str name = unescaped(r, e->item.name);
    const char *fault = xcj__client_id_fault(name);
    if (fault != NULL) {
        char what[80] = "is not a client_id";
        return wrong(r, &e->item, strcat(what, fault), err);
    }
    return sha256(e->digest, name, NULL, err);
}

static xcj_code visit_audience(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    reading *r = ctx;
    r->added++;
    if (item->value.type != XCJ__JSON_STRING || item->value.text.len == 0) {
        r->fault = "has an \"audience\" that is not a string, or an array of strings";
    }
    return XCJ_OK;
}

static xcj_code read_audience(reading *r, entry *e, xcj_error *err)
{
    const xcj__json_value *audience = &r->audience;
    xcj_code code = XCJ_OK;
    r->fault = NULL;
    r->added = 0;
    if (audience->type == 0) {
        return XCJ_OK;
    }
    if (audience->type == XCJ__JSON_ARRAY) {
        code = xcj__json_scan(audience->raw.ptr, audience->raw.len, XCJ__JSON_ARRAY, &limits, visit_audience, r, err);
    } else {
        const xcj__json_item item = { .value = *audience };
        (void)visit_audience(r, &item, err);
    }
    if (code == XCJ_OK && (r->fault != NULL || r->added == 0)) {
        code = wrong(r, &e->item, r->fault != NULL ? r->fault : "has an empty \"audience\"", err);
    }
    e->identity.audience = audience->raw;
    return code;
}

static xcj_code count_claim(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    reading *r = ctx;
    r->added++;
    return xcj__claims_alike(item) ? wrong(r, item, "is a claim of the gateway's own, in any case", err) : XCJ_OK;
}

static xcj_code add_claim(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    reading *r = ctx;
    char *at = (char *)r->names[0].ptr;
    if (r->added > 0) {
        at = (char *)r->names[r->added - 1].ptr + r->names[r->added - 1].len;
    }
    r->names[r->added++] = (xcj_str){ at, xcj__json_unescape(at, item->name) };
    return XCJ_OK;
}

/* The names go into a block of their own: the claims stay as they are written. */
static xcj_code read_claims(reading *r, entry *e, xcj_error *err)
{
    const xcj_str raw = r->claims.raw;
    if (r->claims.type == 0) {
        return XCJ_OK;
    }
    if (r->claims.type != XCJ__JSON_OBJECT) {
        return wrong(r, &e->item, "has \"claims\" that are not an object", err);
    }
    r->added = 0;
    xcj_code code = xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_OBJECT, NULL, count_claim, r, err);
    const size_t count = r->added;
    if (code != XCJ_OK || count == 0) {
        return code;
    }
    r->names = xcj__names_alloc(count, raw.len);
    if (r->names == NULL) {
        return xcj__fail_memory(err);
    }
    e->identity.names.list = r->names;
    r->names[0].ptr = (char *)(r->names + count);
    r->added = 0;
    code = xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_OBJECT, NULL, add_claim, r, err);
    e->identity.names = xcj__names_of(r->names, count);
    e->identity.claims = (xcj_str){ raw.ptr + 1, raw.len - 2 };
    return code;
}

static void note_longest(xcj_identities *identities, const xcj__identity *identity)
{
    const size_t len = identity->consumer.len + identity->client_id.len + identity->audience.len + identity->claims.len;
    identities->longest = len > identities->longest ? len : identities->longest;
}

static xcj_code read_entry(reading *r, entry *e, xcj_error *err)
{
    const xcj_str raw = e->item.value.raw;
    r->consumer = r->client_id = r->audience = r->claims = (xcj__json_value){ .type = 0 };
    xcj_code code = xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_OBJECT, &limits, visit_member, r, err);
    if (code == XCJ_OK) {
        code = read_audience(r, e, err);
    }
    if (code == XCJ_OK) {
        code = read_claims(r, e, err);
    }
    if (code == XCJ_OK) {
        code = read_value(&e->identity.consumer, r, &r->consumer, "consumer", e, err);
    }
    if (code == XCJ_OK && (r->kind == APIKEYS || r->client_id.type != 0)) {
        code = read_value(&e->identity.client_id, r, &r->client_id, "client_id", e, err);
    }
    if (code == XCJ_OK) {
        code = read_name(r, e, err);
    }
    note_longest(r->identities, &e->identity);
    return code;
}

static size_t first_slot(const table *t, const uint8_t digest[SHA256_LEN])
{
    uint32_t begin;
    memcpy(&begin, digest, sizeof begin);
    return begin & (t->slot_count - 1);
}

/* The names in one object differ, so the digests differ too. */
static void insert(table *t, size_t place)
{
    size_t at = first_slot(t, t->entries[place].digest);
    while (t->slots[at] != 0) {
        at = (at + 1) & (t->slot_count - 1);
    }
    t->slots[at] = (uint32_t)place + 1;
}

static xcj_code read_table(xcj_identities *identities, table_kind kind, xcj_error *err)
{
    table *t = &identities->tables[kind];
    reading r = { .identities = identities, .table = t, .kind = kind };
    t->slot_count = 2;
    while (t->slot_count < 2 * t->count) {
        t->slot_count *= 2;
    }
    t->slots = xcj__zalloc(t->slot_count * sizeof *t->slots);
    if (t->slots == NULL) {
        return xcj__fail_memory(err);
    }
    for (size_t i = 0; i < t->count; i++) {
        xcj_code code = read_entry(&r, &t->entries[i], err);
        if (code != XCJ_OK) {
            return code;
        }
        insert(t, i);
    }
    return XCJ_OK;
}

static xcj_code read_text(xcj_identities *identities, const char *text, size_t len, xcj_error *err)
{
    reading r = { .identities = identities };
    identities->text = xcj__dup(text, len);
    if (identities->text == NULL) {
        return xcj__fail_memory(err);
    }
    xcj_code code = xcj__json_scan(identities->text, len, XCJ__JSON_OBJECT, &limits, visit_top, &r, err);
    for (table_kind kind = APIKEYS; code == XCJ_OK && kind < KINDS; kind++) {
        code = read_table(identities, kind, err);
    }
    return code;
}

xcj_code xcj_identities_from_json(xcj_identities **out, const char *text, size_t len, xcj_error *err)
{
    if (!xcj__clear_handle(out) || text == NULL) {
        return xcj__fail_null(err);
    }
    xcj_identities *identities = xcj__zalloc(sizeof *identities);
    if (identities == NULL) {
        return xcj__fail_memory(err);
    }
    atomic_init(&identities->refs, 1);
    xcj_code code = read_text(identities, text, len, err);
    if (code != XCJ_OK) {
        xcj_identities_free(identities);
        return code;
    }
    xcj__error_clear(err);
    *out = identities;
    return XCJ_OK;
}

xcj_identities *xcj_identities_ref(const xcj_identities *identities)
{
    xcj_identities *same = (xcj_identities *)(uintptr_t)identities;
    if (same != NULL) {
        atomic_fetch_add_explicit(&same->refs, 1, memory_order_relaxed);
    }
    return same;
}

void xcj_identities_free(xcj_identities *identities)
{
    if (identities == NULL || atomic_fetch_sub_explicit(&identities->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (table_kind kind = APIKEYS; kind < KINDS; kind++) {
        table *t = &identities->tables[kind];
        for (size_t i = 0; t->entries != NULL && i < t->count; i++) {
            xcj_free((xcj_str *)t->entries[i].identity.names.list);
        }
        xcj_free(t->entries);
        xcj_free(t->slots);
    }
    xcj_free(identities->text);
    xcj_free(identities);
}

static void find_digest(xcj__identity *out, const table *t, const uint8_t digest[SHA256_LEN])
{
    *out = (xcj__identity){ .consumer = { NULL, 0 } };
    for (size_t at = first_slot(t, digest); t->slots[at] != 0; at = (at + 1) & (t->slot_count - 1)) {
        const entry *e = &t->entries[t->slots[at] - 1];
        if (xcj__equal_secret(e->digest, digest, SHA256_LEN)) {
            *out = e->identity;
            break;
        }
    }
}

static xcj_code find(xcj__identity *out, const table *t, xcj_str name, xcj_scratch *scratch, xcj_error *err)
{
    uint8_t digest[SHA256_LEN];
    *out = (xcj__identity){ .consumer = { NULL, 0 } };
    xcj_code code = sha256(digest, name, scratch, err);
    if (code == XCJ_OK) {
        find_digest(out, t, digest);
    }
    return code;
}

xcj_code xcj__identities_find_key(xcj__identity *out, const xcj_identities *identities, xcj_str key, xcj_scratch *scratch,
                                  xcj_error *err)
{
    return find(out, &identities->tables[APIKEYS], key, scratch, err);
}

xcj_code xcj__identities_find_client(xcj__identity *out, const xcj_identities *identities, xcj_str client_id,
                                     xcj_scratch *scratch, xcj_error *err)
{
    return find(out, &identities->tables[CLIENTS], client_id, scratch, err);
}

void xcj__identities_find_certificate(xcj__identity *out, const xcj_identities *identities, const uint8_t *sha256)
{
    find_digest(out, &identities->tables[CERTIFICATES], sha256);
}

bool xcj__identities_have_certificates(const xcj_identities *identities)
{
    return identities != NULL && identities->tables[CERTIFICATES].count > 0;
}

static xcj_code check_names(const xcj__names *own, const xcj__names *others, const char *option, xcj_error *err)
{
    for (size_t i = 0; i < own->count; i++) {
        const xcj__json_item item = xcj__name_item(own->list[i]);
        if (xcj__names_alike(others, &item)) {
            char shown[XCJ__SHOWN];
            xcj__sanitise(shown, sizeof shown, item.name.ptr, item.name.len);
            return xcj__fail_at(err, XCJ_ERR_CONFIG, shown, XCJ_NO_OFFSET,
                                "\"%s\" is a claim of the identities and of %s, in any case", shown, option);
        }
    }
    return XCJ_OK;
}

xcj_code xcj__identities_check(const xcj_identities *identities, const xcj__names *names, const char *option, xcj_error *err)
{
    xcj_code code = XCJ_OK;
    for (table_kind kind = APIKEYS; identities != NULL && names->count > 0 && kind < KINDS; kind++) {
        const table *t = &identities->tables[kind];
        for (size_t i = 0; code == XCJ_OK && i < t->count; i++) {
            code = check_names(&t->entries[i].identity.names, names, option, err);
        }
    }
    return code;
}

size_t xcj__identities_longest(const xcj_identities *identities)
{
    return identities != NULL ? identities->longest : 0;
}
