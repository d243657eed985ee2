/*
 * url.c: taking URLs apart.
 */
#include <string.h>
#include <strings.h>

#include "cli/remote/url.h"

static bool equal(xcj_str a, xcj_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static bool is_text(xcj_str a, const char *b)
{
    return equal(a, xcj_text(b));
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    return at != NULL ? (int)(at - digits) % 16 : -1;
}

/* The byte of %XX at this place; -1: it is none. */
static int percent(xcj_str in, size_t at)
{
    if (in.len - at < 3 || hex_digit(in.ptr[at + 1]) < 0 || hex_digit(in.ptr[at + 2]) < 0) {
        return -1;
    }
    return hex_digit(in.ptr[at + 1]) * 16 + hex_digit(in.ptr[at + 2]);
}

/* RFC 3986 2: what no URL is made of. */
static const char *check_characters(xcj_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '#') {
            return "has a fragment";
        }
        if (c <= 0x20 || c >= 0x7f || strchr("\\\"<>^`{|}", c) != NULL) {
            return "holds a character that no URL is made of";
        }
        if (c == '%' && percent(text, i) < 0) {
            return "has a % without two hexadecimal digits";
        }
    }
    return NULL;
}

/*
 * A server may decode %2e, %2f and %5c before it resolves dots, leave out what follows a semicolon, a colon, or an encoded
 * question mark, and drop spaces at the end of a name: the path is looked at as such a server sees it.
 */
static const char *check_path(xcj_str path)
{
    bool has_dot = false; /* the segment in hand */
    bool has_name = false;
    for (size_t at = 0; at <= path.len; at++) {
        int c = at < path.len ? path.ptr[at] : '/';
        if (c == '%') {
            c = percent(path, at);
            at += 2;
        }
        if (c < 0x20 || c == 0x7f) {
            return "has a control character in its path";
        }
        if (strchr("/\\;:?#", c) == NULL) {
            has_dot = has_dot || c == '.';
            has_name = has_name || (c != '.' && c != ' ');
            continue;
        }
        if (has_dot && !has_name) {
            return "has a dot segment in its path";
        }
        has_dot = false;
        has_name = false;
    }
    return NULL;
}

static bool consists_of(xcj_str text, const char *characters)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(characters, text.ptr[i]) == NULL) {
            return false;
        }
    }
    return text.len > 0;
}

static const char *check_port(xcj_str port)
{
    unsigned number = 0;
    if (port.len > 5 || !consists_of(port, "0123456789")) {
        return "has a malformed port";
    }
    for (size_t i = 0; i < port.len; i++) {
        number = number * 10 + (unsigned)(port.ptr[i] - '0');
    }
    return number >= 1 && number <= 65535 ? NULL : "has no port between 1 and 65535";
}

/* Host and port, without a user. */
static const char *read_authority(url_parts *out, xcj_str text)
{
    if (text.len > 0 && memchr(text.ptr, '@', text.len) != NULL) {
        return "names a user";
    }
    bool is_bracketed = text.len > 0 && text.ptr[0] == '[';
    const char *end = text.len > 0 ? memchr(text.ptr, is_bracketed ? ']' : ':', text.len) : NULL;
    if (is_bracketed && end == NULL) {
        return "has a malformed host";
    }
    size_t host_len = end != NULL ? (size_t)(end - text.ptr) + is_bracketed : text.len;
    out->host = (xcj_str){ text.ptr, host_len };
    if (host_len == 0) {
        return "has no host";
    }
    const xcj_str inner = { text.ptr + is_bracketed, host_len - 2 * (size_t)is_bracketed };
    if (!consists_of(inner, is_bracketed ? "0123456789abcdefABCDEF:."
                                         : "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")) {
        return "has a malformed host";
    }
    if (host_len == text.len) {
        return NULL;
    }
    out->port = (xcj_str){ text.ptr + host_len + 1, text.len - host_len - 1 };
    return text.ptr[host_len] == ':' ? check_port(out->port) : "has a malformed host";
}

/* How much of the text stands before the first of these characters. */
static size_t span_before(xcj_str text, const char *characters)
{
    size_t len = 0;
    while (len < text.len && strchr(characters, text.ptr[len]) == NULL) {
        len++;
    }
    return len;
}

const char *url_read(url_parts *out, const char *text, size_t len)
{
    *out = (url_parts){ { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
    xcj_str rest = { text, len };
    if (len > URL_LIMIT) {
        return "is longer than 2048 bytes";
    }
    const char *wrong = check_characters(rest);
    if (wrong != NULL) {
        return wrong;
    }
    bool is_https = len >= 8 && memcmp(text, "https://", 8) == 0;
    if (!is_https && (len < 7 || memcmp(text, "http://", 7) != 0)) {
        return "does not begin with https:// or http://";
    }
    out->scheme = (xcj_str){ text, is_https ? 5 : 4 };
    rest.ptr += out->scheme.len + 3;
    rest.len -= out->scheme.len + 3;
    const xcj_str authority = { rest.ptr, span_before(rest, "/?") };
    wrong = read_authority(out, authority);
    if (wrong != NULL) {
        return wrong;
    }
    rest.ptr += authority.len;
    rest.len -= authority.len;
    out->path = (xcj_str){ rest.ptr, span_before(rest, "?") };
    if (out->path.len < rest.len) {
        out->query = (xcj_str){ rest.ptr + out->path.len + 1, rest.len - out->path.len - 1 };
    }
    if (out->path.len == 0) {
        out->path = xcj_text("/");
    }
    return check_path(out->path);
}

const char *url_check_path(const url_parts *which)
{
    for (size_t at = 0; at < which->path.len; at++) {
        const int c = which->path.ptr[at] == '%' ? percent(which->path, at) : 0;
        if (c == '%') {
            return "has an encoded % in its path, which a server may decode twice";
        }
        if (c >= 0x80) {
            return "has an encoded byte beyond ASCII in its path";
        }
    }
    return NULL;
}

bool url_is_plain(const url_parts *which)
{
    return is_text(which->scheme, "http");
}

/* Four decimal numbers up to 255 without leading zeros, 127 first: other spellings are not taken for an address. */
static bool is_127(xcj_str host)
{
    size_t numbers = 0;
    for (size_t at = 0; at < host.len; numbers++) {
        unsigned value = 0;
        size_t begin = at;
        for (; at < host.len && at - begin < 4 && host.ptr[at] != '.'; at++) {
            if (host.ptr[at] < '0' || host.ptr[at] > '9') {
                return false;
            }
            value = value * 10 + (unsigned)(host.ptr[at] - '0');
        }
        bool padded = at - begin > 1 && host.ptr[begin] == '0';
        if (at == begin || padded || value > 255 || (numbers == 0 && value != 127)) {
            return false;
        }
        if (at == host.len) {
            return numbers == 3;
        }
        at++;
    }
    return false;
}

bool url_is_loopback(const url_parts *which)
{
    const xcj_str host = which->host;
    bool is_name = host.len == 9 && strncasecmp(host.ptr, "localhost", 9) == 0;
    return is_name || is_text(host, "[::1]") || is_127(host);
}

bool url_is_below(const url_parts *which, const url_parts *prefix)
{
    if (!equal(which->scheme, prefix->scheme) || !equal(which->host, prefix->host) || !equal(which->port, prefix->port)) {
        return false;
    }
    const xcj_str path = which->path;
    const size_t len = prefix->path.len;
    if (path.len < len || memcmp(path.ptr, prefix->path.ptr, len) != 0) {
        return false;
    }
    return path.len == len || path.ptr[len] == '/' || prefix->path.ptr[len - 1] == '/';
}
