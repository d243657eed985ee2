#include "lib/key/openssh_write.h"

#include <string.h>

#include "lib/codec/base64url.h"
#include "lib/codec/json_write.h"

const xcj__openssh_type *xcj__openssh_type_of(const xcj__key_facts *facts)
{
    for (size_t i = 0; i < XCJ__OPENSSH_TYPES; i++) {
        if (xcj__openssh_types[i].kty == facts->kty && xcj__openssh_types[i].crv == facts->crv) {
            return &xcj__openssh_types[i];
        }
    }
    return NULL;
}

/* RFC 4251 5: the length in four bytes, and what has it. */
static void put_length(xcj__buf *out, size_t len)
{
    const uint8_t bytes[4] = { (uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len };
    xcj__buf_put(out, bytes, sizeof bytes);
}

static void put_string(xcj__buf *out, const void *bytes, size_t len)
{
    put_length(out, len);
    xcj__buf_put(out, bytes, len);
}

/* A number without leading zero bytes, which is positive. */
static void put_mpint(xcj__buf *out, xcj__bytes number)
{
    bool is_high = number.ptr[0] >= 0x80;
    put_length(out, number.len + is_high);
    xcj__buf_put(out, "", is_high);
    xcj__buf_put(out, number.ptr, number.len);
}

static void put_point(xcj__buf *out, const xcj__jwk *jwk, const char *curve)
{
    xcj__bytes x = jwk->part[XCJ__X];
    xcj__bytes y = jwk->part[XCJ__Y];
    put_string(out, curve, strlen(curve));
    put_length(out, 1 + x.len + y.len);
    xcj__buf_put_char(out, 4);
    xcj__buf_put(out, x.ptr, x.len);
    xcj__buf_put(out, y.ptr, y.len);
}

static void put_blob(xcj__buf *out, const xcj__jwk *jwk, const xcj__openssh_type *type)
{
    put_string(out, type->name, strlen(type->name));
    if (type->kty == XCJ_KTY_RSA) {
        put_mpint(out, jwk->part[XCJ__E]);
        put_mpint(out, jwk->part[XCJ__N]);
    } else if (type->kty == XCJ_KTY_EC) {
        put_point(out, jwk, type->curve);
    } else {
        put_string(out, jwk->part[XCJ__X].ptr, jwk->part[XCJ__X].len);
    }
}

void xcj__openssh_write(xcj__buf *out, const xcj__jwk *jwk, const xcj__openssh_type *type)
{
    uint8_t storage[1024];
    xcj__buf blob;
    xcj__buf_init_on(&blob, storage, sizeof storage);
    put_blob(&blob, jwk, type);
    xcj__buf_put_text(out, type->name);
    xcj__buf_put_char(out, ' ');
    if (!blob.failed) {
        xcj__put_base64(out, (xcj_str){ blob.ptr, blob.len });
    }
    out->failed = out->failed || blob.failed;
    xcj__buf_free(&blob);
    if (jwk->kid.len > 0 && !xcj__utf8_has_control(jwk->kid.ptr, jwk->kid.len)) {
        xcj__buf_put_char(out, ' ');
        xcj__buf_put_str(out, jwk->kid);
    }
    xcj__buf_put_char(out, '\n');
}
