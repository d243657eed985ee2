#include "lib/gateway/bounds.h"

#include "lib/base/buf.h"
#include "lib/codec/json_write.h"
#include "lib/gateway/asked.h"
#include "lib/gateway/audience.h"
#include "lib/gateway/caller.h"
#include "lib/gateway/confirm.h"
#include "lib/gateway/credential.h"
#include "lib/gateway/identities.h"
#include "lib/key/x509.h"

/* Room for two int64_t, a port, two UUIDs, and the names and punctuation of every claim. */
#define FIXED_MAX 320

/* The length of everything but the credential and the consumer. */
static size_t common_max(const xcj__mint_settings *settings, const xcj_auth *auth)
{
    return FIXED_MAX + settings->iss.len + xcj__audience_max(settings, auth) + xcj__json_string_max(auth->jti.len) +
           settings->members.len + xcj__asked_max(auth);
}

/* The length of a subject depends only on the certificate's contents, so the certificate must be read. */
static size_t subject_len(const xcj__credential *credential, bool unescaped_dn)
{
    char storage[1024];
    xcj__buf subject;
    xcj__buf_init_on(&subject, storage, sizeof storage);
    xcj_code code = xcj__x509_subject(&subject, credential->text.ptr, credential->text.len, unescaped_dn, NULL);
    size_t len = code == XCJ_OK ? subject.len : 0;
    xcj__buf_free(&subject);
    return len;
}

/* A client_id has no control characters, so escaping at most doubles it. A Bearer payload may both give and keep it. */
static size_t identity_max(const xcj__mint_settings *settings, const xcj_auth *auth)
{
    xcj__credential credential;
    if (auth->caller != NULL) {
        const size_t payload = auth->caller->claims.len;
        return 2 * (payload + auth->caller->client_id.len) + xcj__filter_max(&settings->filter, payload);
    }
    if (xcj__credential_select(&credential, auth, settings->sentences, NULL) != XCJ_OK) {
        return 0;
    }
    if (credential.method == XCJ_AUTH_CLIENT_CERT && credential.text.ptr != NULL) {
        return 2 * subject_len(&credential, settings->unescaped_dn);
    }
    if (credential.method == XCJ_AUTH_API_KEY && settings->api_key_sha256) {
        return XCJ__CREDENTIAL_HASH;
    }
    const size_t reach = xcj__credential_reach(&credential);
    const bool is_bearer = credential.method == XCJ_AUTH_BEARER;
    return 2 * reach + (is_bearer ? xcj__filter_max(&settings->filter, reach) : 0);
}

size_t xcj__claims_max(const xcj__mint_settings *settings, const xcj_auth *auth)
{
    size_t consumer = auth->consumer_custom_id.len > 0 ? auth->consumer_custom_id.len : auth->consumer_id.len;
    size_t known = xcj__identities_longest(settings->identities);
    return common_max(settings, auth) + identity_max(settings, auth) + XCJ__CONFIRM_MAX + 2 * (consumer + known);
}

size_t xcj__complete_max(const xcj__mint_settings *settings, size_t claims_len, const xcj_auth *auth)
{
    return common_max(settings, auth) + claims_len;
}
