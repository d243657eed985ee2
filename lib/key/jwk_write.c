#include "lib/codec/base64url.h"
#include "lib/codec/json_write.h"
#include "lib/key/jwk.h"
#include "lib/key/jwk_certificate.h"

static void put_member_name(xcj__buf *out, const char *name)
{
    bool is_first = !out->failed && out->ptr[out->len - 1] == '{';
    xcj__buf_put_text(out, is_first ? "\"" : ",\"");
    xcj__buf_put_text(out, name);
    xcj__buf_put_text(out, "\":");
}

static void put_string_member(xcj__buf *out, const char *name, xcj_str text)
{
    if (text.ptr != NULL) {
        put_member_name(out, name);
        xcj__json_put_string(out, text);
    }
}

static void put_date(xcj__buf *out, const char *name, int64_t date)
{
    if (date != 0) {
        put_member_name(out, name);
        xcj__buf_put_int(out, date);
    }
}

static void put_number(xcj__buf *out, const char *name, xcj__bytes number)
{
    put_member_name(out, name);
    xcj__buf_put_char(out, '"');
    xcj__put_base64url(out, (xcj_str){ (const char *)number.ptr, number.len });
    xcj__buf_put_char(out, '"');
}

static void put_certificate(xcj__buf *out, const xcj__jwk *jwk)
{
    const xcj__bytes whole = jwk->part[XCJ__CERTIFICATE];
    if (whole.ptr == NULL || jwk->facts.kty == XCJ_KTY_OCT) {
        return;
    }
    const xcj__bytes cert = { whole.ptr, whole.len - XCJ__THUMBPRINTS_LEN };
    put_member_name(out, "x5c");
    xcj__buf_put_text(out, "[\"");
    xcj__put_base64(out, (xcj_str){ (const char *)cert.ptr, cert.len });
    xcj__buf_put_text(out, "\"]");
    put_number(out, "x5t", (xcj__bytes){ cert.ptr + cert.len, XCJ__SHA1_LEN });
    put_number(out, "x5t#S256", (xcj__bytes){ cert.ptr + cert.len + XCJ__SHA1_LEN, XCJ__SHA256_LEN });
}

static bool is_private_part(xcj__jwk_part part)
{
    return part >= XCJ__D && part != XCJ__X && part != XCJ__Y;
}

/* The public half of a signing key verifies: key_ops of a private key do not fit it as they stand. */
static void put_key_ops(xcj__buf *out, const xcj__jwk *jwk, xcj_part part)
{
    if (jwk->key_ops.ptr == NULL) {
        return;
    }
    if (part == XCJ_PRIVATE || !jwk->facts.is_private) {
        put_member_name(out, "key_ops");
        xcj__buf_put_str(out, jwk->key_ops);
    } else if (jwk->facts.op_sign || jwk->facts.op_verify) {
        put_member_name(out, "key_ops");
        xcj__buf_put_text(out, "[\"verify\"]");
    }
}

void xcj__jwk_write(xcj__buf *out, const xcj__jwk *jwk, xcj_part part)
{
    const xcj__curve *curve = xcj__curve_row(jwk->facts.crv);
    xcj__buf_put_char(out, '{');
    put_string_member(out, "kty", xcj_text(xcj_kty_name(jwk->facts.kty)));
    put_string_member(out, "crv", xcj_text(curve != NULL ? curve->name : NULL));
    for (const xcj__jwk_part *p = xcj__parts_of[jwk->facts.kty]; *p != XCJ__PART_COUNT; p++) {
        if (jwk->part[*p].ptr != NULL && (part == XCJ_PRIVATE || !is_private_part(*p))) {
            put_number(out, xcj__part_names[*p], jwk->part[*p]);
        }
    }
    put_string_member(out, "use", jwk->facts.use);
    put_key_ops(out, jwk, part);
    put_string_member(out, "alg", jwk->alg);
    put_string_member(out, "kid", jwk->kid);
    put_certificate(out, jwk);
    if (part == XCJ_PRIVATE) {
        put_date(out, "nbf", jwk->nbf);
        put_date(out, "exp", jwk->exp);
    }
    xcj__buf_put_char(out, '}');
}

void xcj__jwk_write_labels(xcj__buf *out, const xcj__jwk *jwk)
{
    xcj__buf_put_char(out, '{');
    put_string_member(out, "use", jwk->facts.use);
    put_string_member(out, "alg", jwk->alg);
    put_string_member(out, "kid", jwk->kid);
    xcj__buf_put_char(out, '}');
}

void xcj__jwk_write_canonical(xcj__buf *out, const xcj__jwk *jwk)
{
    const xcj__curve *curve = xcj__curve_row(jwk->facts.crv);
    bool is_rsa = jwk->facts.kty == XCJ_KTY_RSA;
    /* RFC 7638 3.2 and 3.3, RFC 8037 2: the required members only, in lexicographic order. */
    xcj__buf_put_char(out, '{');
    put_string_member(out, "crv", xcj_text(curve != NULL ? curve->name : NULL));
    if (is_rsa) {
        put_number(out, "e", jwk->part[XCJ__E]);
    } else if (jwk->facts.kty == XCJ_KTY_OCT) {
        put_number(out, "k", jwk->part[XCJ__K]);
    }
    put_string_member(out, "kty", xcj_text(xcj_kty_name(jwk->facts.kty)));
    if (is_rsa) {
        put_number(out, "n", jwk->part[XCJ__N]);
    }
    if (curve != NULL) {
        put_number(out, "x", jwk->part[XCJ__X]);
    }
    if (jwk->facts.kty == XCJ_KTY_EC) {
        put_number(out, "y", jwk->part[XCJ__Y]);
    }
    xcj__buf_put_char(out, '}');
}
