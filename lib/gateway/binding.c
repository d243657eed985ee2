#include "lib/gateway/binding.h"

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"

/* A SHA-256 in base64url. */
#define THUMBPRINT 43

typedef struct binding {
    const xcj_auth *auth;
    const xcj__sentences *sentences;
    size_t proven;
} binding;

static xcj_code unproven(const binding *b, const char *member, const char *why, xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_BINDING, member, XCJ_NO_OFFSET, "%sThe Bearer token %s", b->sentences->issue, why);
}

/* An escape takes six characters at most. */
static bool is_thumbprint(const xcj__json_value *value, const char expected[THUMBPRINT])
{
    char text[6 * THUMBPRINT];
    if (value->type != XCJ__JSON_STRING || value->text.len > sizeof text) {
        return false;
    }
    return xcj__json_unescape(text, value->text) == THUMBPRINT && xcj__equal_secret(text, expected, THUMBPRINT);
}

/* RFC 8705 3.1 */
static xcj_code check_certificate(const binding *b, const xcj__json_value *value, xcj_error *err)
{
    xcj_certificate cert;
    char thumbprint[THUMBPRINT];
    xcj_str shown = b->auth->client_cert;
    if (shown.len == 0) {
        return unproven(b, "x5t#S256", "is bound to a client certificate, and the connection has none", err);
    }
    xcj_code code = xcj_certificate_read(&cert, shown.ptr, shown.len, err);
    if (code != XCJ_OK) {
        return code;
    }
    (void)xcj__b64u_encode(thumbprint, cert.sha256, sizeof cert.sha256);
    return is_thumbprint(value, thumbprint)
               ? XCJ_OK
               : unproven(b, "x5t#S256", "is bound to a client certificate other than the connection's", err);
}

/* RFC 7800 3.1 lets a reader ignore members that it does not know. Each one narrows who may use the token, so an unknown one
 * is refused. */
static xcj_code check_member(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    binding *b = ctx;
    char shown[XCJ__SHOWN];
    b->proven++;
    if (xcj__json_named(item, "x5t#S256")) {
        return check_certificate(b, &item->value, err);
    }
    xcj__sanitise(shown, sizeof shown, item->name.ptr, item->name.len);
    return xcj__fail_at(err, XCJ_ERR_BINDING, shown, XCJ_NO_OFFSET,
                        "%sThe Bearer token is bound by the confirmation method '%s', which is not supported",
                        b->sentences->issue, shown);
}

xcj_code xcj__binding_check(const xcj__json_value *cnf, const xcj_auth *auth, const xcj__sentences *sentences,
                            xcj_error *err)
{
    binding b = { auth, sentences, 0 };
    if (cnf->type == 0) {
        return XCJ_OK;
    }
    if (cnf->type != XCJ__JSON_OBJECT) {
        return unproven(&b, "cnf", "has a cnf that is not an object", err);
    }
    xcj_code code = xcj__json_scan(cnf->raw.ptr, cnf->raw.len, XCJ__JSON_OBJECT, NULL, check_member, &b, err);
    return code == XCJ_OK && b.proven == 0 ? unproven(&b, "cnf", "has a cnf without a confirmation method", err) : code;
}
