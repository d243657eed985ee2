#include <xcj/http.h>

#include <stdbool.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/gateway/credential.h"

/* These headers frame a message, name its target, or mean something to the server: a token in them would break it. */
static const char *const reserved[] = {
    "Host",
    "Connection",
    "Content-Length",
    "Content-Type",
    "Content-Encoding",
    "Content-Range",
    "Transfer-Encoding",
    "TE",
    "Trailer",
    "Upgrade",
    "Expect",
    "Keep-Alive",
    "Proxy-Connection",
    "Proxy-Authenticate",
    "WWW-Authenticate",
    "Cookie",
    "Set-Cookie",
    "Server",
    "Date",
    "Location",
    "Range",
    "Status",
};

static bool is_alphanumeric(char c)
{
    return xcj__is_digit(c) || xcj__is_alpha(c);
}

static xcj_code refuse(const char *name, size_t len, const char *what, xcj_error *err)
{
    char shown[XCJ__SHOWN];
    xcj__sanitise(shown, sizeof shown, name, len);
    return xcj__fail_at(err, XCJ_ERR_CONFIG, shown, XCJ_NO_OFFSET, "\"%s\" %s", shown, what);
}

xcj_code xcj_header_check(const char *name, size_t len, xcj_error *err)
{
    if (name == NULL) {
        return xcj__fail_null(err);
    }
    bool is_name = len > 0;
    for (size_t i = 0; is_name && i < len; i++) {
        is_name = is_alphanumeric(name[i]) || name[i] == '-' || name[i] == '_';
    }
    if (!is_name) {
        return refuse(name, len, "is not a header name: letters, digits, hyphens and underscores", err);
    }
    xcj__error_clear(err);
    return XCJ_OK;
}

xcj_code xcj_header_check_token(const char *name, size_t len, xcj_error *err)
{
    xcj_code code = xcj_header_check(name, len, err);
    if (code != XCJ_OK) {
        return code;
    }
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        if (xcj_header_alike(name, len, reserved[i], strlen(reserved[i]))) {
            return refuse(name, len, "is a header that cannot carry a token", err);
        }
    }
    return XCJ_OK;
}

static char folded(char c)
{
    return is_alphanumeric(c) ? xcj__lower(c) : '_';
}

int xcj_header_alike(const char *a, size_t a_len, const char *b, size_t b_len)
{
    bool alike = a != NULL && b != NULL && a_len == b_len;
    for (size_t i = 0; alike && i < a_len; i++) {
        alike = folded(a[i]) == folded(b[i]);
    }
    return alike;
}

xcj_code xcj_bearer_token(xcj_str *out, const char *value, size_t len, xcj_error *err)
{
    if (out == NULL) {
        return xcj__fail_null(err);
    }
    *out = (xcj_str){ NULL, 0 };
    xcj_auth auth = XCJ_AUTH_INIT;
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = (xcj_str){ value, value != NULL ? len : 0 };
    xcj__credential credential;
    xcj_code code = xcj__credential_select(&credential, &auth, &xcj__plain_sentences, err);
    if (code == XCJ_OK) {
        *out = credential.text;
        xcj__error_clear(err);
    }
    return code;
}
