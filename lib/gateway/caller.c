#include "lib/gateway/caller.h"

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/gateway/credential.h"
#include "lib/gateway/identify.h"
#include "lib/gateway/minter.h"

xcj_code xcj_caller_new(xcj_caller **out, const xcj_minter *minter, const xcj_auth *auth, xcj_scratch *scratch,
                        xcj_error *err)
{
    if (!xcj__clear_handle(out) || minter == NULL || auth == NULL) {
        return xcj__fail_null(err);
    }
    xcj_auth request;
    xcj_code code = xcj__auth_read(&request, auth, err);
    if (code == XCJ_OK && request.caller != NULL) {
        code = xcj__fail(err, XCJ_ERR_ARGUMENT, "the request has a caller already");
    }
    if (code == XCJ_OK) {
        xcj_scratch *lent = xcj__context_pool_take(&minter->pool, scratch);
        code = xcj__identify_caller(out, &minter->settings, &request, lent, err);
        xcj__context_pool_give(&minter->pool, scratch, lent);
    }
    if (code == XCJ_OK) {
        (*out)->minter = xcj_minter_ref(minter);
        xcj__error_clear(err);
    }
    return code;
}

void xcj_caller_free(xcj_caller *caller)
{
    if (caller != NULL) {
        xcj_minter_free(caller->minter);
        xcj_verified_free(caller->token);
        xcj_free(caller);
    }
}

xcj_str xcj_caller_client_id(const xcj_caller *caller)
{
    return caller != NULL ? caller->client_id : (xcj_str){ NULL, 0 };
}

xcj_str xcj_caller_consumer(const xcj_caller *caller)
{
    return caller != NULL ? caller->known.consumer : (xcj_str){ NULL, 0 };
}

uint32_t xcj_caller_method(const xcj_caller *caller)
{
    return caller != NULL ? caller->method : 0;
}

size_t xcj_caller_dpop_nonce(const xcj_caller *caller)
{
    return caller != NULL ? caller->nonce : 0;
}
