#include "lib/gateway/names.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_string.h"
#include "lib/codec/json_write.h"

#define NAME(literal)                                                                                                       \
    {                                                                                                                       \
        literal, sizeof(literal) - 1                                                                                        \
    }

static const xcj_str claim_names[XCJ__CLAIM_COUNT] = {
    [XCJ__CLIENT_ID] = NAME("client_id"),
    [XCJ__ISS] = NAME("iss"),
    [XCJ__IAT] = NAME("iat"),
    [XCJ__EXP] = NAME("exp"),
    [XCJ__AUD] = NAME("aud"),
    [XCJ__JTI] = NAME("jti"),
    [XCJ__ACT] = NAME("act"),
    [XCJ__CNF] = NAME("cnf"),
};

bool xcj__name_is(const xcj__json_item *item, xcj_str name)
{
    if (item->name_escaped) {
        return xcj__json_equal(item->name, true, name.ptr, name.len);
    }
    return item->name.len == name.len && memcmp(item->name.ptr, name.ptr, name.len) == 0;
}

xcj_str xcj__claim_name(xcj__claim claim)
{
    return claim_names[claim];
}

xcj__claim xcj__claim_of(const xcj__json_item *item)
{
    xcj__claim claim = XCJ__CLIENT_ID;
    while (claim < XCJ__CLAIM_COUNT && !xcj__name_is(item, claim_names[claim])) {
        claim++;
    }
    return claim;
}

/* The next character in lower case; -1 at the end. Some parsers also treat U+017F as an s and U+212A as a k. */
static int32_t next_folded(xcj__json_reader *text)
{
    int32_t code = xcj__json_read_byte(text);
    if (code < 0x80) {
        return code >= 'A' && code <= 'Z' ? code | 0x20 : code;
    }
    const int tails = code < 0xe0 ? 1 : code < 0xf0 ? 2 : 3;
    code &= 0x3f >> tails;
    for (int i = 0; i < tails; i++) {
        code = code << 6 | (xcj__json_read_byte(text) & 0x3f);
    }
    return code == 0x17f ? 's' : code == 0x212a ? 'k' : code;
}

static xcj__json_reader reader_of(xcj_str text, bool escaped)
{
    xcj__json_reader reader = xcj__json_reader_of(text.ptr, text.len);
    reader.is_plain = !escaped;
    return reader;
}

/* A letter takes at most six bytes as an escape, and at most three without. */
static bool may_be_alike(const xcj__json_item *item, xcj_str ours)
{
    if (3 * item->name.len < ours.len || item->name.len > 6 * ours.len || ours.len == 0) {
        return false;
    }
    const char first = *item->name.ptr;
    return item->name_escaped || ((first | *ours.ptr) & 0x80) != 0 || (first | 0x20) == (*ours.ptr | 0x20);
}

static bool equals_folded(const xcj__json_item *item, xcj_str ours)
{
    int32_t a, b;
    xcj__json_reader theirs = reader_of(item->name, item->name_escaped);
    xcj__json_reader own = reader_of(ours, false);
    do {
        a = next_folded(&theirs);
        b = next_folded(&own);
    } while (a == b && a >= 0);
    return a == b;
}

bool xcj__name_alike(const xcj__json_item *item, xcj_str ours)
{
    return may_be_alike(item, ours) && equals_folded(item, ours);
}

static bool is_ascii(xcj_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((text.ptr[i] & 0x80) != 0) {
            return false;
        }
    }
    return true;
}

/* One bit for a letter in either case, or for a length. */
static uint64_t initial_bit(xcj_str name)
{
    return UINT64_C(1) << ((*name.ptr | 0x20) & 63);
}

static uint64_t length_bit(xcj_str name)
{
    return UINT64_C(1) << (name.len & 63);
}

/* If a name is not ASCII, names with another first byte may look alike. */
void xcj__shape_add(xcj__shape *shape, xcj_str name)
{
    const bool plain = is_ascii(name);
    shape->initials |= name.len > 0 && plain ? initial_bit(name) : UINT64_MAX;
    shape->lengths |= plain ? length_bit(name) : UINT64_MAX;
}

void xcj__shape_join(xcj__shape *shape, xcj__shape other)
{
    shape->initials |= other.initials;
    shape->lengths |= other.lengths;
}

xcj__shape xcj__shape_of_ours(void)
{
    return xcj__names_of(claim_names, XCJ__CLAIM_COUNT).shape;
}

bool xcj__shape_may_have(const xcj__shape *shape, const xcj__json_item *item)
{
    xcj_str name = item->name;
    if (item->name_escaped || name.len == 0 || (*name.ptr & 0x80) != 0) {
        return true;
    }
    return (shape->initials & initial_bit(name)) != 0 && ((shape->lengths & length_bit(name)) != 0 || !is_ascii(name));
}

static bool any_alike(const xcj_str *list, size_t count, const xcj__json_item *item)
{
    for (size_t i = 0; i < count; i++) {
        if (xcj__name_alike(item, list[i])) {
            return true;
        }
    }
    return false;
}

bool xcj__claims_alike(const xcj__json_item *item)
{
    return any_alike(claim_names, XCJ__CLAIM_COUNT, item);
}

bool xcj__names_alike(const xcj__names *names, const xcj__json_item *item)
{
    return any_alike(names->list, names->count, item);
}

bool xcj__names_search(const xcj__names *names, const xcj__json_item *item)
{
    for (size_t i = 0; i < names->count; i++) {
        if (xcj__name_is(item, names->list[i])) {
            return true;
        }
    }
    return false;
}

xcj__names xcj__names_of(const xcj_str *list, size_t count)
{
    xcj__names names = { list, count, { 0, 0 } };
    for (size_t i = 0; i < count; i++) {
        xcj__shape_add(&names.shape, list[i]);
    }
    return names;
}

size_t xcj__names_bytes(const xcj_str *list, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += list[i].len;
    }
    return bytes;
}

xcj_str *xcj__names_alloc(size_t count, size_t bytes)
{
    const bool fits = count <= (SIZE_MAX - bytes) / sizeof(xcj_str) - 1;
    return fits ? xcj__zalloc((count + 1) * sizeof(xcj_str) + bytes) : NULL;
}

xcj_code xcj__names_check(const xcj_str *list, size_t count, const char *option, xcj_error *err)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].ptr == NULL || !xcj__utf8_valid(list[i].ptr, list[i].len) || list[i].len > SIZE_MAX / 2 - bytes) {
            return xcj__fail_at(err, XCJ_ERR_CONFIG, option, XCJ_NO_OFFSET, "%s has an entry that is not a name", option);
        }
        bytes += list[i].len;
    }
    return XCJ_OK;
}

xcj_code xcj__names_copy(xcj__names *out, const xcj_str *list, size_t count, const char *option, xcj_error *err)
{
    xcj_code code = xcj__names_check(list, count, option, err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj_str *names = xcj__names_alloc(count, xcj__names_bytes(list, count));
    if (names == NULL) {
        return xcj__fail_memory(err);
    }
    char *text = (char *)(names + count);
    for (size_t i = 0; i < count; i++) {
        memcpy(text, list[i].ptr, list[i].len);
        names[i] = (xcj_str){ text, list[i].len };
        text += list[i].len;
    }
    *out = xcj__names_of(names, count);
    return XCJ_OK;
}
