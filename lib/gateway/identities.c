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
    uint8_t digest[SHA256_LEN]; /* of the API key or client_id */
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

struct xcj_identities {
    atomic_size_t refs;
    char *text; /* our copy, in which the values are unescaped */
    table apikeys;
    table clients;
    size_t longest;
};

/* The context of the JSON visitors. */
typedef struct reading {
    xcj_identities *identities;
    table *table;
    size_t added;
    bool is_key; /* this is the table of API keys */
    xcj__json_value consumer;
    xcj__json_value client_id;
} reading;

static xcj_code sha256(uint8_t out[SHA256_LEN], xcj_str text, xcj_error *err)
{
    uint8_t digest[XCJ__DIGEST_MAX];
    size_t len;
    xcj_code code = xcj__digest(digest, &len, XCJ_SHA256, text, err);
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
    bool is_key = xcj__json_named(item, "apikeys");
    if (!is_key && !xcj__json_named(item, "clients")) {
        return wrong(r, item, "is not a member of identities: they have \"apikeys\" and \"clients\"", err);
    }
    if (item->value.type != XCJ__JSON_OBJECT) {
        return wrong(r, item, "is not an object", err);
    }
    const xcj_str raw = item->value.raw;
    r->table = is_key ? &r->identities->apikeys : &r->identities->clients;
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
    } else if (r->is_key && xcj__json_named(item, "client_id")) {
        r->client_id = item->value;
    } else {
        return wrong(r, item, r->is_key ? "is neither \"client_id\" nor \"consumer\"" : "is not \"consumer\"", err);
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
    if (r->is_key) {
        return read_hex(e->digest, e->item.name)
                   ? XCJ_OK
                   : wrong(r, &e->item, "is not the SHA-256 of an API key: 64 lowercase hexadecimal digits", err);
    }
    xcj_str name = unescaped(r, e->item.name);
    const char *fault = xcj__client_id_fault(name);
    if (fault != NULL) {
        char what[80] = "is not a client_id";
        return wrong(r, &e->item, strcat(what, fault), err);
    }
    return sha256(e->digest, name, err);
}

static xcj_code read_entry(reading *r, entry *e, xcj_error *err)
{
    const xcj_str raw = e->item.value.raw;
    r->consumer = r->client_id = (xcj__json_value){ .type = 0 };
    xcj_code code = xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_OBJECT, &limits, visit_member, r, err);
    if (code == XCJ_OK) {
        code = read_value(&e->identity.consumer, r, &r->consumer, "consumer", e, err);
    }
    if (code == XCJ_OK && r->is_key) {
        code = read_value(&e->identity.client_id, r, &r->client_id, "client_id", e, err);
    }
    if (code == XCJ_OK) {
        code = read_name(r, e, err);
    }
    size_t len = e->identity.consumer.len + e->identity.client_id.len;
    if (len > r->identities->longest) {
        r->identities->longest = len;
    }
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

static xcj_code read_table(xcj_identities *identities, bool is_key, xcj_error *err)
{
    table *t = is_key ? &identities->apikeys : &identities->clients;
    reading r = { .identities = identities, .table = t, .is_key = is_key };
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
    if (code == XCJ_OK) {
        code = read_table(identities, true, err);
    }
    if (code == XCJ_OK) {
        code = read_table(identities, false, err);
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
    table *tables[] = { &identities->apikeys, &identities->clients };
    for (size_t i = 0; i < 2; i++) {
        xcj_free(tables[i]->entries);
        xcj_free(tables[i]->slots);
    }
    xcj_free(identities->text);
    xcj_free(identities);
}

static xcj_code find(xcj__identity *out, const table *t, xcj_str name, xcj_error *err)
{
    uint8_t digest[SHA256_LEN];
    *out = (xcj__identity){ { NULL, 0 }, { NULL, 0 } };
    xcj_code code = sha256(digest, name, err);
    if (code != XCJ_OK) {
        return code;
    }
    for (size_t at = first_slot(t, digest); t->slots[at] != 0; at = (at + 1) & (t->slot_count - 1)) {
        const entry *e = &t->entries[t->slots[at] - 1];
        if (xcj__equal_secret(e->digest, digest, sizeof digest)) {
            *out = e->identity;
            break;
        }
    }
    return XCJ_OK;
}

xcj_code xcj__identities_find_key(xcj__identity *out, const xcj_identities *identities, xcj_str key, xcj_error *err)
{
    return find(out, &identities->apikeys, key, err);
}

xcj_code xcj__identities_find_client(xcj__identity *out, const xcj_identities *identities, xcj_str client_id, xcj_error *err)
{
    return find(out, &identities->clients, client_id, err);
}

size_t xcj__identities_longest(const xcj_identities *identities)
{
    return identities != NULL ? identities->longest : 0;
}
