#include "lib/gateway/confirm.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/gateway/binding.h"

static xcj_code missing(const xcj__request *r, const char *what, xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_BINDING, "cnf", XCJ_NO_OFFSET,
                        "%sThe new token is to be bound to %s, and there is none", r->settings->sentences->issue, what);
}

xcj_code xcj__confirm_find(char out[XCJ__JKT_SIZE], const xcj__request *r, xcj_error *err)
{
    const xcj_str cert = r->auth->client_cert;
    switch (r->settings->bind) {
    case XCJ_BIND_CERTIFICATE:
        return cert.len > 0 ? xcj__binding_thumbprint(out, cert, err)
                            : missing(r, "the client certificate of the connection", err);
    case XCJ_BIND_KEY:
        memcpy(out, r->in.proof.jkt, XCJ__JKT_SIZE);
        return out[0] != '\0' ? XCJ_OK : missing(r, "the key of a DPoP proof", err);
    default:
        return XCJ_OK;
    }
}

void xcj__confirm_put(xcj__buf *out, const xcj__request *r)
{
    if (r->bound[0] != '\0') {
        xcj__buf_put_text(out, r->settings->bind == XCJ_BIND_KEY ? ",\"cnf\":{\"jkt\":\"" : ",\"cnf\":{\"x5t#S256\":\"");
        xcj__buf_put_text(out, r->bound);
        xcj__buf_put_text(out, "\"}");
    }
}
