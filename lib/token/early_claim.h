/*
 * early_claim.h: reads one claim before the signature is verified, because it selects the key.
 */
#ifndef XCJ_LIB_TOKEN_EARLY_CLAIM_H
#define XCJ_LIB_TOKEN_EARLY_CLAIM_H

#include "lib/token/verification.h"

/**
 * Finds the first claim with this name; type 0: none. The value is borrowed until the next part is decoded. After the
 * signature is verified, all claims are scanned and a second one is refused. A payload that is cut at the limit counts as
 * malformed. XCJ_ERR_BASE64, _JSON, _LIMIT.
 */
XCJ_MUST_CHECK xcj_code xcj__early_claim(xcj__json_value *out, xcj__verification *work, xcj_str name);

#endif
