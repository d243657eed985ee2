#include "xcj_lua.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static xcj_str between(const char *begin, const char *end)
{
    return (xcj_str){ begin, (size_t)(end - begin) };
}

/* Moves *at past the line. */
static bool line_read(const char **at, const char *end, xcj_str *out)
{
    const char *newline = (const char *)memchr(*at, '\n', (size_t)(end - *at));
    if (newline == NULL || newline == *at || newline[-1] != '\r') {
        return false;
    }
    *out = between(*at, newline - 1);
    *at = newline + 1;
    return true;
}

/* Leaves *value alone if the line has another header. Twice is an error: one could be checked and the other one used. */
static bool header_read(xcj_str *value, xcj_str line, xcj_str name, xcj_error *err)
{
    if (line.len < name.len + 2 || memcmp(line.ptr + name.len, ": ", 2) != 0 ||
        strncasecmp(line.ptr, name.ptr, name.len) != 0) {
        return true;
    }
    if (value->ptr != NULL) {
        char message[sizeof err->message];
        snprintf(message, sizeof message, "the header %.60s comes more than once", name.ptr);
        error_set(err, XCJ_ERR_CREDENTIAL, "", message);
        return false;
    }
    *value = between(line.ptr + name.len + 2, line.ptr + line.len);
    return true;
}

static bool credential_read(xcj_auth *auth, xcj_str line, xcj_str apikey_header, xcj_error *err)
{
    static const xcj_str authorization = { "authorization", sizeof "authorization" - 1 };
    const bool in_authorization = (auth->methods & (XCJ_AUTH_BEARER | XCJ_AUTH_BASIC)) != 0;
    const bool in_apikey = (auth->methods & XCJ_AUTH_API_KEY) != 0;
    return (!in_authorization || header_read(&auth->authorization, line, authorization, err)) &&
           (!in_apikey || header_read(&auth->api_key, line, apikey_header, err));
}

/* Exactly one empty line, and one line of ours after it: no header value can put a certificate there. */
bool head_read(xcj_auth *auth, xcj_str head, xcj_str apikey_header, xcj_error *err)
{
    const char *at = head.ptr;
    const char *end = head.ptr + head.len;
    xcj_str line;
    do {
        if (!line_read(&at, end, &line)) {
            error_set(err, XCJ_ERR_ARGUMENT, "", "the head of the request has no end");
            return false;
        }
        if (!credential_read(auth, line, apikey_header, err)) {
            return false;
        }
    } while (line.len > 0);
    if (memchr(at, '\n', (size_t)(end - at)) != NULL) {
        error_set(err, XCJ_ERR_ARGUMENT, "", "the head of the request has two ends");
        return false;
    }
    if (end - at > 2 && memcmp(at, "0 ", 2) == 0) {
        auth->client_cert = between(at + 2, end);
    }
    return true;
}
