/*
 * cert_text.h: reads a client certificate in the forms that proxies write into a header.
 */
#ifndef XCJ_LIB_KEY_CERT_TEXT_H
#define XCJ_LIB_KEY_CERT_TEXT_H

#include "lib/base/buf.h"

/**
 * The PEM or DER in URL-encoded PEM (nginx, AWS ALB), in the Client-Cert of RFC 9440 (":base64:"), in the Cert of Envoy's
 * X-Forwarded-Client-Cert, or in base64 of DER (HAProxy), in `out`; which is empty when the text is none of these. Free with
 * xcj__buf_free(). XCJ_ERR_CERTIFICATE, _MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__cert_text(xcj__buf *out, xcj_str text, xcj_error *err);

#endif
