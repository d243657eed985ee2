#include "lib/gateway/filter.h"

#include "lib/base/error.h"
#include "lib/codec/json_path.h"
#include "lib/codec/json_write.h"

uint64_t xcj__filter_paths(const xcj__filter *filter, const xcj__json_item *item)
{
    uint64_t parts = 0;
    if (!xcj__shape_may_have(&filter->roots, item)) {
        return 0;
    }
    for (size_t i = 0; i < filter->paths_count; i++) {
        parts |= (uint64_t)xcj__name_is(item, filter->paths[i].parts[0]) << i;
    }
    return parts;
}

/* An object that is copied in parts. */
typedef struct copying {
    xcj__buf *out;
    const xcj__filter *filter;
    uint64_t parts; /* the paths that lead into it */
    size_t depth;   /* the number of their parts that are behind */
    bool kept;      /* without regard to these paths */
} copying;

static void put_member(const copying *c, const xcj__json_item *item);

/* Where do the paths lead that go on with this member? */
static xcj_code put_part(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    const copying *c = ctx;
    copying inner = { c->out, c->filter, 0, c->depth + 1, c->kept };
    for (size_t i = 0; i < c->filter->paths_count; i++) {
        const xcj__path *path = &c->filter->paths[i];
        if ((c->parts >> i & 1) == 0 || !xcj__name_is(item, path->parts[c->depth])) {
            continue;
        }
        if (path->count > c->depth + 1) {
            inner.parts |= UINT64_C(1) << i;
        } else if (path->dropped) {
            return XCJ_OK;
        } else {
            inner.kept = true;
        }
    }
    put_member(&inner, item);
    return XCJ_OK;
}

static void put_whole(xcj__buf *out, const xcj__json_item *item)
{
    xcj__buf_put_str(out, item->raw_name);
    xcj__buf_put_char(out, ':');
    xcj__buf_put_str(out, item->value.raw);
    xcj__buf_put_char(out, ',');
}

/* The paths have a bounded number of parts, so the depth is bounded. */
static void put_member(const copying *c, const xcj__json_item *item)
{
    const xcj_str raw = item->value.raw;
    if (c->parts == 0 || item->value.type != XCJ__JSON_OBJECT) {
        if (c->kept) {
            put_whole(c->out, item);
        }
        return;
    }
    const size_t start = c->out->len;
    copying inside = *c;
    xcj__buf_put_str(c->out, item->raw_name);
    xcj__buf_put_text(c->out, ":{");
    const size_t empty = c->out->len;
    /* The value was scanned before; out of memory, the buffer fails. */
    if (xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_OBJECT, &xcj__json_scanned, put_part, &inside, NULL) != XCJ_OK) {
        c->out->failed = true;
    }
    if (c->out->len == empty && !c->kept) {
        c->out->len = start;
        return;
    }
    c->out->len -= c->out->len > empty ? 1 : 0; /* the last comma */
    xcj__buf_put_text(c->out, "},");
}

void xcj__filter_put(xcj__buf *out, const xcj__filter *filter, const xcj__json_item *item, uint64_t parts, bool kept)
{
    const copying c = { out, filter, parts, 1, kept };
    put_member(&c, item);
}

xcj_code xcj__filter_rename(xcj__buf *out, const xcj__filter *filter, const xcj__json_index *claims)
{
    for (size_t i = 0; out != NULL && i < filter->targets.count; i++) {
        xcj__json_value value;
        xcj_code code = xcj__json_find(&value, claims, filter->sources.list[i]);
        if (code != XCJ_OK) {
            return code;
        }
        if (value.type != 0) {
            xcj__json_put_string(out, filter->targets.list[i]);
            xcj__buf_put_char(out, ':');
            xcj__buf_put_str(out, value.raw);
            xcj__buf_put_char(out, ',');
        }
    }
    return XCJ_OK;
}

xcj_code xcj__filter_require(const xcj__filter *filter, const xcj__json_index *claims, xcj_error *err)
{
    for (size_t i = 0; i < filter->required.count; i++) {
        const xcj_str path = filter->required.list[i];
        xcj__json_value value;
        char shown[XCJ__SHOWN];
        xcj_code code = xcj__json_find(&value, claims, path);
        if (code != XCJ_OK) {
            return xcj__fail_memory(err);
        }
        if (value.type == 0) {
            xcj__sanitise(shown, sizeof shown, path.ptr, path.len);
            code = xcj__fail_at(err, XCJ_ERR_CLAIM, shown, XCJ_NO_OFFSET, "the Bearer token lacks the claim '%s'", shown);
            if (err != NULL) {
                err->claims = XCJ_CLAIM_REQUIRED;
            }
            return code;
        }
    }
    return XCJ_OK;
}

size_t xcj__filter_max(const xcj__filter *filter, size_t payload_len)
{
    size_t most = 0;
    for (size_t i = 0; i < filter->targets.count; i++) {
        most += xcj__json_string_max(filter->targets.list[i].len) + 2 + payload_len;
    }
    return most;
}
