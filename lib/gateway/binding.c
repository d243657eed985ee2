#include "lib/gateway/binding.h"

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/key/x509.h"

typedef struct binding {
    xcj__dpop_proven *proof;
    const xcj__credential *credential;
    const xcj_auth *auth;
    xcj_scratch *scratch;
    const xcj__mint_settings *settings;
    size_t proven;
    bool has_jkt;
} binding;

static xcj_code unproven(const binding *b, const char *member, const char *why, xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_BINDING, member, XCJ_NO_OFFSET, "%sThe Bearer token %s", b->settings->sentences->issue,
                        why);
}

xcj_code xcj__binding_thumbprint(char out[XCJ__JKT_SIZE], xcj_str cert, xcj_error *err)
{
    uint8_t hash[XCJ__X509_SHA256];
    xcj_code code = xcj__x509_sha256(hash, cert.ptr, cert.len, err);
    if (code == XCJ_OK) {
        out[xcj__b64u_encode(out, hash, sizeof hash)] = '\0';
    }
    return code;
}

static xcj_code check_certificate(const binding *b, const xcj__json_value *value, xcj_error *err)
{
    char thumbprint[XCJ__JKT_SIZE];
    xcj_str shown = b->auth->client_cert;
    if (shown.len == 0) {
        return unproven(b, "x5t#S256", "is bound to a client certificate, and the connection has none", err);
    }
    xcj_code code = xcj__binding_thumbprint(thumbprint, shown, err);
    if (code != XCJ_OK) {
        return code;
    }
    return xcj__dpop_is_hash(value, thumbprint)
               ? XCJ_OK
               : unproven(b, "x5t#S256", "is bound to a client certificate other than the connection's", err);
}

/* RFC 9449 7.2: a token that is bound to a key is none with the scheme Bearer, with or without a proof. */
static xcj_code check_key(binding *b, const xcj__json_value *value, xcj_error *err)
{
    char bound[6 * (XCJ__JKT_SIZE - 1)]; /* an escape takes six characters at most */
    const xcj_auth *auth = b->auth;
    b->has_jkt = true;
    if (!b->credential->is_dpop) {
        return unproven(b, "jkt", "is bound to a key: it needs the scheme DPoP and a DPoP proof", err);
    }
    if (auth->dpop.len == 0) {
        return xcj__fail_at(err, XCJ_ERR_PROOF, "proof", XCJ_NO_OFFSET, "%sThe request has no DPoP proof",
                            b->settings->sentences->issue);
    }
    if (value->type != XCJ__JSON_STRING || value->text.len > sizeof bound) {
        return unproven(b, "jkt", "is bound to a key by a jkt that is not a thumbprint", err);
    }
    xcj_dpop_request request = { sizeof request,      auth->dpop,   auth->htm,         auth->htu,
                                 b->credential->text, { NULL, 0 },  auth->dpop_nonces, auth->dpop_nonces_count,
                                 auth->now,           auth->has_now };
    request.jkt = (xcj_str){ bound, xcj__json_unescape(bound, value->text) };
    xcj_dpop_request read;
    xcj_code code = xcj__dpop_request_read(&read, &request, err);
    return code == XCJ_OK ? xcj__dpop_check(b->proof, &read, &b->settings->dpop, b->scratch, err) : code;
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
    if (xcj__json_named(item, "jkt")) {
        return check_key(b, &item->value, err);
    }
    xcj__sanitise(shown, sizeof shown, item->name.ptr, item->name.len);
    return xcj__fail_at(err, XCJ_ERR_BINDING, shown, XCJ_NO_OFFSET,
                        "%sThe Bearer token is bound by the confirmation method '%s', which is not supported",
                        b->settings->sentences->issue, shown);
}

xcj_code xcj__binding_check(xcj__inbound *in, const xcj__credential *credential, const xcj_auth *auth, xcj_scratch *scratch,
                            xcj_error *err)
{
    binding b = { &in->proof, credential, auth, scratch, in->settings, 0, false };
    const xcj__json_value *cnf = &in->cnf;
    xcj_code code = XCJ_OK;
    if ((cnf->type == 0 && !credential->is_dpop) || in->settings->cnf_ignored) {
        return XCJ_OK;
    }
    if (cnf->type != 0 && cnf->type != XCJ__JSON_OBJECT) {
        return unproven(&b, "cnf", "has a cnf that is not an object", err);
    }
    if (cnf->type != 0) {
        code = xcj__json_scan(cnf->raw.ptr, cnf->raw.len, XCJ__JSON_OBJECT, NULL, check_member, &b, err);
    }
    if (code == XCJ_OK && cnf->type != 0 && b.proven == 0) {
        return unproven(&b, "cnf", "has a cnf without a confirmation method", err);
    }
    return code == XCJ_OK && credential->is_dpop && !b.has_jkt
               ? unproven(&b, "jkt", "came with the scheme DPoP, and is not bound to a key", err)
               : code;
}
