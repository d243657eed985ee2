/*
 * confirm.h: binds the new token to a certificate or key: its claim cnf.
 */
#ifndef XCJ_LIB_GATEWAY_CONFIRM_H
#define XCJ_LIB_GATEWAY_CONFIRM_H

#include "lib/base/buf.h"
#include "lib/gateway/identify.h"

/** The most bytes that xcj__confirm_put() appends. */
#define XCJ__CONFIRM_MAX 80

/**
 * Finds the thumbprint that the settings ask for: of the request's certificate, or of the key of its proof, which is read by
 * now. XCJ_ERR_BINDING, and the errors of xcj__binding_thumbprint().
 */
XCJ_MUST_CHECK xcj_code xcj__confirm_find(char out[XCJ__JKT_SIZE], const xcj__request *r, xcj_error *err);

/** Appends a comma and the claim, if the settings ask for one. */
void xcj__confirm_put(xcj__buf *out, const xcj__request *r);

#endif
