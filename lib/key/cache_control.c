#include "lib/key/cache_control.h"

#include <stdbool.h>
#include <string.h>

#include <xcj/refresh.h>

#include "lib/base/mem.h"

int64_t xcj__delta_seconds(xcj_str text)
{
    int64_t value = 0;
    if (text.len == 0 || text.len > 15) {
        return -1;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (!xcj__is_digit(text.ptr[i])) {
            return -1;
        }
        value = value * 10 + (text.ptr[i] - '0');
    }
    return value;
}

/* The next element of the list: a comma within quotes does not end it (RFC 9110 5.6.1). */
static xcj_str next_directive(xcj_str *rest)
{
    bool quoted = false;
    size_t len = 0;
    for (; len < rest->len && (quoted || rest->ptr[len] != ','); len++) {
        if (quoted && rest->ptr[len] == '\\' && len + 1 < rest->len) {
            len++;
        } else if (rest->ptr[len] == '"') {
            quoted = !quoted;
        }
    }
    const xcj_str directive = xcj__str_trim_ows((xcj_str){ rest->ptr, len });
    const size_t skipped = len < rest->len ? len + 1 : len;
    rest->ptr += skipped;
    rest->len -= skipped;
    return directive;
}

/* The directive's argument, without its quotes; false: it is another directive. */
static bool is_directive(xcj_str directive, const char *name, xcj_str *argument)
{
    const char *equals = memchr(directive.ptr, '=', directive.len);
    const size_t len = equals != NULL ? (size_t)(equals - directive.ptr) : directive.len;
    if (!xcj__str_is_nocase((xcj_str){ directive.ptr, len }, name)) {
        return false;
    }
    const size_t behind = equals != NULL ? len + 1 : len;
    *argument = (xcj_str){ directive.ptr + behind, directive.len - behind };
    if (argument->len >= 2 && argument->ptr[0] == '"' && argument->ptr[argument->len - 1] == '"') {
        argument->ptr++;
        argument->len -= 2;
    }
    return true;
}

int64_t xcj_refresh_max_age(const char *cache_control, size_t len)
{
    xcj_str rest = { cache_control, cache_control != NULL ? len : 0 };
    xcj_str argument;
    int64_t seconds = -1;
    bool must_ask = false;
    bool no_store = false;
    while (rest.len > 0) {
        const xcj_str directive = next_directive(&rest);
        if (is_directive(directive, "no-store", &argument)) {
            no_store = true;
        } else if (is_directive(directive, "no-cache", &argument)) {
            must_ask = true;
        } else if (is_directive(directive, "max-age", &argument)) {
            /* RFC 9111 4.2.1: if it is present twice or is not a number, the response counts as stale. */
            must_ask = must_ask || seconds >= 0;
            seconds = xcj__delta_seconds(argument);
            must_ask = must_ask || seconds < 0;
        }
    }
    return no_store ? -1 : must_ask || seconds < 0 ? 0 : seconds;
}
