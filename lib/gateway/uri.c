#include "lib/gateway/uri.h"

#include <string.h>

#include "lib/base/mem.h"

/* RFC 3986 2.3 */
static bool is_unreserved(int c)
{
    return c > 0 && c < 0x80 && (xcj__is_alpha((char)c) || xcj__is_digit((char)c) || strchr("-._~", c) != NULL);
}

/* RFC 3986 2.2, 3.2 and 3.3: what may stand unescaped in an authority or a path. */
static bool is_plain(char c)
{
    return is_unreserved((unsigned char)c) || (c != '\0' && strchr("!$&'()*+,;=:@/[]", c) != NULL);
}

/* Appends one piece without needless escapes. */
static bool put_decoded(xcj__buf *out, xcj_str text, bool is_host)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (c != '%') {
            if (!is_plain(c)) {
                return false;
            }
            xcj__buf_put_char(out, is_host ? xcj__lower(c) : c);
            continue;
        }
        const int high = i + 2 < text.len ? xcj__hex_value(text.ptr[i + 1]) : -1;
        const int low = i + 2 < text.len ? xcj__hex_value(text.ptr[i + 2]) : -1;
        if (high < 0 || low < 0) {
            return false;
        }
        if (is_unreserved(high << 4 | low)) {
            const char decoded = (char)(high << 4 | low);
            xcj__buf_put_char(out, is_host ? xcj__lower(decoded) : decoded);
        } else {
            const char escape[] = { '%', digits[high], digits[low] };
            xcj__buf_put(out, escape, sizeof escape);
        }
        i += 2;
    }
    return true;
}

/* Removes the dot segments of a path in place (RFC 3986 5.2.4) and returns its length; the path begins with a slash. */
static size_t remove_dots(char *path, size_t len)
{
    size_t to = 0;
    for (size_t from = 0; from < len;) {
        size_t end = from + 1;
        while (end < len && path[end] != '/') {
            end++;
        }
        const size_t segment = end - from - 1;
        const bool is_dot = segment == 1 && path[from + 1] == '.';
        const bool is_up = segment == 2 && path[from + 1] == '.' && path[from + 2] == '.';
        if (!is_dot && !is_up) {
            memmove(path + to, path + from, end - from);
            to += end - from;
        }
        while (is_up && to > 0 && path[--to] != '/') {
        }
        if ((is_dot || is_up) && end == len) {
            path[to++] = '/';
        }
        from = end;
    }
    return to;
}

static bool is_default_port(xcj_str scheme, xcj_str port)
{
    return port.len == 0 || (xcj__str_is_nocase(scheme, "http") && xcj__str_is(port, "80")) ||
           (xcj__str_is_nocase(scheme, "https") && xcj__str_is(port, "443"));
}

/* The port begins behind the last colon, unless that stands in the brackets of an IPv6 address. */
static bool put_authority(xcj__buf *out, xcj_str scheme, xcj_str authority)
{
    size_t end = authority.len;
    while (end > 0 && xcj__is_digit(authority.ptr[end - 1])) {
        end--;
    }
    const bool has_port = end > 0 && authority.ptr[end - 1] == ':';
    const xcj_str host = { authority.ptr, has_port ? end - 1 : authority.len };
    const xcj_str port = { authority.ptr + end, authority.len - end };
    if (host.len == 0 || !put_decoded(out, host, true)) {
        return false;
    }
    if (has_port && !is_default_port(scheme, port)) {
        xcj__buf_put_char(out, ':');
        xcj__buf_put_str(out, port);
    }
    return true;
}

static bool put_path(xcj__buf *out, xcj_str path)
{
    const size_t start = out->len;
    if (!put_decoded(out, path, false)) {
        return false;
    }
    if (!out->failed && out->len > start) {
        out->len = start + remove_dots(out->ptr + start, out->len - start);
    }
    if (out->len == start) {
        xcj__buf_put_char(out, '/');
    }
    return true;
}

/* The length of the scheme; 0: none. */
static size_t scheme_len(xcj_str uri)
{
    size_t len = 0;
    while (len < uri.len &&
           (xcj__is_alpha(uri.ptr[len]) ||
            (len > 0 && (xcj__is_digit(uri.ptr[len]) || (uri.ptr[len] != '\0' && strchr("+-.", uri.ptr[len]) != NULL))))) {
        len++;
    }
    return uri.len - len >= 3 && memcmp(uri.ptr + len, "://", 3) == 0 ? len : 0;
}

xcj_str xcj__uri_without_query(xcj_str uri)
{
    size_t len = 0;
    while (len < uri.len && uri.ptr[len] != '?' && uri.ptr[len] != '#') {
        len++;
    }
    return (xcj_str){ uri.ptr, len };
}

bool xcj__uri_put_normal(xcj__buf *out, xcj_str uri)
{
    uri = xcj__uri_without_query(uri);
    const xcj_str scheme = { uri.ptr, scheme_len(uri) };
    if (scheme.len == 0) {
        return false;
    }
    for (size_t i = 0; i < scheme.len; i++) {
        xcj__buf_put_char(out, xcj__lower(scheme.ptr[i]));
    }
    xcj__buf_put_text(out, "://");
    const char *begin = uri.ptr + scheme.len + 3;
    const xcj_str rest = { begin, uri.len - scheme.len - 3 };
    const char *slash = rest.len > 0 ? memchr(rest.ptr, '/', rest.len) : NULL;
    const xcj_str authority = { begin, slash != NULL ? (size_t)(slash - begin) : rest.len };
    const xcj_str path = { begin + authority.len, rest.len - authority.len };
    return put_authority(out, scheme, authority) && put_path(out, path);
}
