#include "lib/key/pem_label.h"

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_scan.h"

#define START "# "

void xcj__pem_label_write(xcj__buf *out, const xcj__jwk *jwk)
{
    if (jwk->facts.use.ptr == NULL && jwk->alg.ptr == NULL && jwk->kid.ptr == NULL) {
        return;
    }
    xcj__buf_put_text(out, START);
    xcj__jwk_write_labels(out, jwk);
    xcj__buf_put_char(out, '\n');
}

static xcj_str last_line(xcj_str text)
{
    text = xcj__str_trim(text);
    size_t from = text.len;
    while (from > 0 && text.ptr[from - 1] != '\n' && text.ptr[from - 1] != '\r') {
        from--;
    }
    return (xcj_str){ text.ptr + from, text.len - from };
}

enum { USE, ALG, KID, LABEL_COUNT };

typedef struct reading {
    char *block; /* room for all labels, unescaped */
    size_t used;
    xcj_str labels[LABEL_COUNT];
} reading;

static xcj_code note_member(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    static const char *const names[LABEL_COUNT] = { "use", "alg", "kid" };
    reading *r = ctx;
    for (size_t i = 0; i < LABEL_COUNT; i++) {
        if (!xcj__json_named(item, names[i])) {
            continue;
        }
        if (item->value.type != XCJ__JSON_STRING) {
            return xcj__fail_at(err, XCJ_ERR_KEY, names[i], XCJ_NO_OFFSET, "\"%s\" is not a string", names[i]);
        }
        char *dst = r->block + r->used;
        r->labels[i] = (xcj_str){ dst, xcj__json_unescape(dst, item->value.text) };
        r->used += r->labels[i].len;
    }
    return XCJ_OK;
}

/* Into the key's own block. */
static xcj_code take(xcj__jwk *jwk, const reading *r, xcj_error *err)
{
    xcj_str use = r->labels[USE];
    xcj_str alg = r->labels[ALG];
    if (use.ptr != NULL) {
        jwk->facts.use = use;
    }
    if (alg.ptr != NULL) {
        xcj__jwk_set_alg(jwk, alg, xcj_alg_from_name(alg.ptr, alg.len));
    }
    if (r->labels[KID].ptr != NULL) {
        jwk->kid = r->labels[KID];
    }
    return xcj__jwk_extend(jwk, 1) != NULL ? XCJ_OK : xcj__fail_memory(err);
}

xcj_code xcj__pem_label_read(xcj__jwk *jwk, xcj_str before, xcj_error *err)
{
    xcj_str line = last_line(before);
    size_t start = sizeof START - 1;
    if (!xcj__str_starts(line, START "{")) {
        return XCJ_OK;
    }
    reading r = { .block = xcj__alloc(line.len) };
    xcj_code code = r.block != NULL
                        ? xcj__json_scan(line.ptr + start, line.len - start, XCJ__JSON_OBJECT, NULL, note_member, &r, err)
                        : xcj__fail_memory(err);
    if (code == XCJ_OK) {
        code = take(jwk, &r, err);
    } else if (r.block != NULL) {
        code = xcj__fail_within(err, code, "the line before the PEM block");
    }
    xcj_free(r.block);
    if (code != XCJ_OK) {
        xcj__jwk_free(jwk);
    }
    return code;
}
