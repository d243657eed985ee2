#include "lib/gateway/audience.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_write.h"

static xcj_code bad_audience(const char *why, xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_CONFIG, "aud", XCJ_NO_OFFSET, "aud: %s", why);
}

static bool is_default_port(xcj_str scheme, unsigned port)
{
    return port == 0 || (port == 80 && xcj__str_is_nocase(scheme, "http")) ||
           (port == 443 && xcj__str_is_nocase(scheme, "https"));
}

/* RFC 3986 3.2.2: an IPv6 address needs brackets, or its last group would look like a port. */
static const char *service_fault(const xcj_auth *auth)
{
    xcj_str host = auth->service_host;
    if (auth->service_scheme.len == 0 || host.len == 0) {
        return "a service URL needs a scheme and a host";
    }
    if (auth->service_port > 65535) {
        return "the service's port is above 65535";
    }
    if (host.ptr[0] != '[' && memchr(host.ptr, ':', host.len) != NULL) {
        return "the service's host has a colon: an IPv6 address stands in brackets, a port is a member of its own";
    }
    if (auth->service_path.len > 0 && auth->service_path.ptr[0] != '/') {
        return "the service's path does not begin with a slash";
    }
    const xcj_str parts[] = { auth->service_scheme, host, auth->service_path };
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].len > 0 && !xcj__utf8_valid(parts[i].ptr, parts[i].len)) {
            return "the service URL is not valid UTF-8";
        }
    }
    return NULL;
}

static void put_service(xcj__buf *out, const xcj_auth *auth)
{
    xcj__buf_put_char(out, '"');
    xcj__json_put_content(out, auth->service_scheme);
    xcj__buf_put_text(out, "://");
    xcj__json_put_content(out, auth->service_host);
    if (!is_default_port(auth->service_scheme, auth->service_port)) {
        xcj__buf_put_char(out, ':');
        xcj__buf_put_int(out, (int64_t)auth->service_port);
    }
    if (auth->service_path.len > 0) {
        xcj__json_put_content(out, auth->service_path);
    }
    xcj__buf_put_char(out, '"');
}

static bool has_service(const xcj_auth *auth)
{
    return auth->service_scheme.len > 0 || auth->service_host.len > 0;
}

bool xcj__audience_asked(const xcj_auth *auth)
{
    return auth->audience.len > 0 || auth->audiences_count > 0 || has_service(auth);
}

bool xcj__audience_given(const xcj__mint_settings *settings, const xcj_auth *auth)
{
    return xcj__audience_asked(auth) || settings->aud.ptr != NULL;
}

static xcj_code put_audiences(xcj__buf *out, const xcj_str *list, size_t count, xcj_error *err)
{
    xcj__buf_put_text(out, count > 1 ? "[" : "");
    for (size_t i = 0; i < count; i++) {
        if (list[i].ptr == NULL || list[i].len == 0) {
            return bad_audience("it is empty", err);
        }
        if (!xcj__utf8_valid(list[i].ptr, list[i].len)) {
            return bad_audience("it is not valid UTF-8", err);
        }
        xcj__buf_put_text(out, i > 0 ? "," : "");
        xcj__json_put_string(out, list[i]);
    }
    xcj__buf_put_text(out, count > 1 ? "]" : "");
    return XCJ_OK;
}

xcj_code xcj__audience_put(xcj__buf *out, const xcj__mint_settings *settings, const xcj_auth *auth, xcj_error *err)
{
    xcj__buf_put_text(out, "\"aud\":");
    if (auth->audiences_count > 0 && (auth->audience.len > 0 || has_service(auth))) {
        return bad_audience("audiences excludes audience and the service URL", err);
    }
    if (auth->audiences_count > 0) {
        return put_audiences(out, auth->audiences, auth->audiences_count, err);
    }
    if (auth->audience.len > 0) {
        return put_audiences(out, &auth->audience, 1, err);
    }
    if (has_service(auth)) {
        const char *fault = service_fault(auth);
        if (fault != NULL) {
            return bad_audience(fault, err);
        }
        put_service(out, auth);
    } else {
        xcj__buf_put_str(out, settings->aud);
    }
    return XCJ_OK;
}

size_t xcj__audience_max(const xcj__mint_settings *settings, const xcj_auth *auth)
{
    size_t audience = settings->aud.len;
    for (size_t i = 0; i < auth->audiences_count; i++) {
        audience += xcj__json_string_max(auth->audiences[i].len) + 1;
    }
    if (auth->audience.len > 0) {
        audience = xcj__json_string_max(auth->audience.len);
    } else if (has_service(auth)) {
        audience = xcj__json_string_max(auth->service_scheme.len + auth->service_host.len + auth->service_path.len);
    }
    return audience;
}
