#include "lib/token/header.h"

#include <string.h>

#include "lib/base/error.h"

typedef struct reading {
    xcj__header *out;
    xcj_str text;
    xcj__buf *names;
    const xcj__json_limits *limits;
} reading;

/* Takes a string parameter: a view of the text, or of `names` if it had to be unescaped. */
static xcj_code take_string(reading *r, const xcj__json_item *item, const char *name, xcj_str *out, xcj_error *err)
{
    const xcj__json_value *value = &item->value;
    if (value->type != XCJ__JSON_STRING) {
        return xcj__fail_at(err, XCJ_ERR_TOKEN, name, (size_t)(value->raw.ptr - r->text.ptr),
                            "the header's \"%s\" is not a string", name);
    }
    *out = value->text;
    if (!value->escaped) {
        return XCJ_OK;
    }
    /* Reserve space for the whole header now, so that earlier strings do not move. */
    char *dst = xcj__buf_reserve(r->names, r->names->len == 0 ? r->text.len : value->text.len);
    if (dst == NULL) {
        return xcj__fail_memory(err);
    }
    *out = (xcj_str){ dst, xcj__json_unescape(dst, value->text) };
    r->names->len += out->len;
    return XCJ_OK;
}

static xcj_code take_b64(reading *r, const xcj__json_item *item, xcj_error *err)
{
    if (item->value.type != XCJ__JSON_BOOL) {
        return xcj__fail_at(err, XCJ_ERR_TOKEN, "b64", XCJ_NO_OFFSET, "the header's \"b64\" is not true or false");
    }
    r->out->has_b64 = true;
    r->out->b64 = item->value.text.ptr[0] == 't';
    return XCJ_OK;
}

typedef struct critical {
    size_t count;
    bool names_b64;
} critical;

static xcj_code note_critical(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    critical *crit = ctx;
    const xcj__json_value *value = &item->value;
    crit->count++;
    if (value->type != XCJ__JSON_STRING || !xcj__json_equal(value->text, value->escaped, "b64", 3) || crit->names_b64) {
        char shown[XCJ__SHOWN];
        return xcj__fail_at(err, XCJ_ERR_CRIT, "crit", XCJ_NO_OFFSET,
                            "the token's \"crit\" names \"%s\", which is not understood",
                            xcj__sanitise(shown, sizeof shown, value->text.ptr, value->text.len));
    }
    crit->names_b64 = true;
    return XCJ_OK;
}

/* RFC 7515 4.1.11: crit is a non-empty array of names without duplicates, each of which we must understand: only b64. */
static xcj_code take_crit(reading *r, const xcj__json_item *item, xcj_error *err)
{
    critical crit = { 0, false };
    if (item->value.type != XCJ__JSON_ARRAY) {
        return xcj__fail_at(err, XCJ_ERR_CRIT, "crit", XCJ_NO_OFFSET, "the header's \"crit\" is not an array");
    }
    xcj_str raw = item->value.raw;
    xcj_code code = xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_ARRAY, r->limits, note_critical, &crit, err);
    if (code == XCJ_OK && crit.count == 0) {
        code = xcj__fail_at(err, XCJ_ERR_CRIT, "crit", XCJ_NO_OFFSET, "the header's \"crit\" is empty");
    }
    r->out->has_crit = true;
    r->out->crit_b64 = crit.names_b64;
    return code;
}

static xcj_code take_member(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    reading *r = ctx;
    xcj__header *h = r->out;
    xcj_str unused;
    if (xcj__json_named(item, "alg")) {
        h->has_alg = true;
        return take_string(r, item, "alg", &h->alg, err);
    }
    if (xcj__json_named(item, "kid")) {
        h->has_kid = true;
        return take_string(r, item, "kid", &h->kid, err);
    }
    if (xcj__json_named(item, "typ")) {
        h->has_typ = true;
        return take_string(r, item, "typ", &h->typ, err);
    }
    if (xcj__json_named(item, "crit")) {
        return take_crit(r, item, err);
    }
    if (xcj__json_named(item, "b64")) {
        return take_b64(r, item, err);
    }
    if (xcj__json_named(item, "cty")) {
        return take_string(r, item, "cty", &unused, err);
    }
    return XCJ_OK;
}

xcj_code xcj__header_read(xcj__header *out, xcj_str text, const xcj__json_limits *limits, xcj__buf *names, xcj_error *err)
{
    reading r = { out, text, names, limits };
    memset(out, 0, sizeof *out);
    return xcj__json_scan(text.ptr, text.len, XCJ__JSON_OBJECT, limits, take_member, &r, err);
}
