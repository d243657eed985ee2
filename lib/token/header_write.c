#include "lib/token/header_write.h"

#include "lib/base/error.h"
#include "lib/codec/json_scan.h"
#include "lib/codec/json_write.h"
#include "lib/token/header_members.h"

static void put_text_member(xcj__buf *out, const char *name, xcj_str text)
{
    if (text.ptr != NULL && text.len > 0) {
        xcj__buf_put_text(out, out->len == 0 || out->ptr[out->len - 1] == '{' ? "\"" : ",\"");
        xcj__buf_put_text(out, name);
        xcj__buf_put_text(out, "\":");
        xcj__json_put_string(out, text);
    }
}

/* The values that we write ourselves; further members must not repeat those that are present. */
typedef struct members {
    xcj_str typ;
    xcj_str kid;
    xcj_str jku;
} members;

static xcj_code check_extra(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    const members *ours = ctx;
    bool is_ours = (ours->typ.len > 0 && xcj__json_named(item, "typ")) ||
                   (ours->kid.len > 0 && xcj__json_named(item, "kid")) ||
                   (ours->jku.len > 0 && xcj__json_named(item, "jku"));
    bool is_fixed = xcj__json_named(item, "alg") || xcj__json_named(item, "crit") || xcj__json_named(item, "b64");
    if (!is_ours && !is_fixed) {
        return XCJ_OK;
    }
    char shown[XCJ__SHOWN];
    xcj__sanitise(shown, sizeof shown, item->name.ptr, item->name.len);
    return xcj__fail_at(err, XCJ_ERR_CONFIG, shown, XCJ_NO_OFFSET, "a further header member must not be \"%s\": %s", shown,
                        is_fixed ? "libxcj sets it" : "it is already present");
}

static xcj_code put_extra(xcj__buf *out, xcj_str header, members *ours, xcj_error *err)
{
    if (header.ptr == NULL) {
        return XCJ_OK;
    }
    xcj_code code = xcj__json_scan(header.ptr, header.len, XCJ__JSON_OBJECT, NULL, check_extra, ours, err);
    const xcj_str rest = code == XCJ_OK ? xcj__header_members(header) : (xcj_str){ NULL, 0 };
    if (rest.len > 0) {
        xcj__buf_put_char(out, ',');
        xcj__buf_put_str(out, rest);
    }
    return code;
}

static bool is_text(xcj_str text)
{
    return text.ptr == NULL || xcj__utf8_valid(text.ptr, text.len);
}

xcj_code xcj__jws_put_header(xcj__buf *out, xcj_alg alg, const xcj_key *key, const xcj_jws_options *options, xcj_error *err)
{
    members ours = { options->typ, options->kid.ptr != NULL ? options->kid : xcj_key_id(key), options->jku };
    if (!is_text(ours.typ) || !is_text(ours.kid) || !is_text(ours.jku)) {
        return xcj__fail(err, XCJ_ERR_CONFIG, "typ, kid and jku must be UTF-8");
    }
    xcj__buf_put_char(out, '{');
    put_text_member(out, "typ", ours.typ);
    put_text_member(out, "alg", xcj_text(xcj_alg_name(alg)));
    put_text_member(out, "kid", ours.kid);
    put_text_member(out, "jku", ours.jku);
    xcj_code code = put_extra(out, options->header, &ours, err);
    if (options->unencoded) {
        /* RFC 7797 6: b64 must be critical, so that no verifier ignores it and treats the payload as base64url. */
        xcj__buf_put_text(out, ",\"b64\":false,\"crit\":[\"b64\"]");
    }
    xcj__buf_put_char(out, '}');
    return code;
}
