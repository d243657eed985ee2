/*
 * freshness.c: reading Cache-Control, Age, Vary and Content-Type.
 */
#include <string.h>
#include <strings.h>

#include "cli/io/text.h"
#include "cli/remote/freshness.h"

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
    xcj_str directive = text_trim((xcj_str){ rest->ptr, len });
    size_t skipped = len < rest->len ? len + 1 : len;
    rest->ptr += skipped;
    rest->len -= skipped;
    return directive;
}

/* The directive's argument, without its quotes; false: it is another directive. */
static bool is_directive(xcj_str directive, const char *name, xcj_str *argument)
{
    const size_t len = strlen(name);
    if (directive.len < len || strncasecmp(directive.ptr, name, len) != 0) {
        return false;
    }
    *argument = (xcj_str){ directive.ptr + len, directive.len - len };
    if (argument->len == 0) {
        return true;
    }
    if (argument->ptr[0] != '=') {
        return false;
    }
    argument->ptr++;
    argument->len--;
    if (argument->len >= 2 && argument->ptr[0] == '"' && argument->ptr[argument->len - 1] == '"') {
        argument->ptr++;
        argument->len -= 2;
    }
    return true;
}

freshness freshness_read(xcj_str control)
{
    freshness found = { false, -1 };
    bool must_ask = false;
    xcj_str argument;
    while (control.len > 0) {
        const xcj_str directive = next_directive(&control);
        if (is_directive(directive, "no-store", &argument)) {
            found.no_store = true;
        } else if (is_directive(directive, "no-cache", &argument)) {
            must_ask = true;
        } else if (is_directive(directive, "max-age", &argument)) {
            /* RFC 9111 4.2.1: one that is there twice, or is no number, counts as stale. */
            must_ask = must_ask || found.seconds >= 0;
            found.seconds = fields_digits(argument);
        }
    }
    if (found.no_store || must_ask || found.seconds < 0) {
        found.seconds = 0;
    }
    if (found.seconds > FRESHNESS_LIMIT) {
        found.seconds = FRESHNESS_LIMIT;
    }
    return found;
}

/* RFC 9110 12.5.5: an asterisk among the names means that no request is like another. */
static bool has_asterisk(xcj_str vary)
{
    bool found = false;
    while (vary.len > 0) {
        const xcj_str name = next_directive(&vary);
        found = found || (name.len == 1 && name.ptr[0] == '*');
    }
    return found;
}

static bool ends_with(xcj_str of, const char *end)
{
    const size_t len = strlen(end);
    return of.len >= len && strncasecmp(of.ptr + of.len - len, end, len) == 0;
}

/* application/json, application/jwk-set+json and others of that kind. */
static bool is_json(xcj_str type)
{
    static const char tree[] = "application/";
    size_t len = 0;
    while (len < type.len && type.ptr[len] != ';') {
        len++;
    }
    const xcj_str name = text_trim((xcj_str){ type.ptr, len });
    return name.len > sizeof tree && strncasecmp(name.ptr, tree, sizeof tree - 1) == 0 &&
           memchr(name.ptr, ',', name.len) == NULL && (ends_with(name, "/json") || ends_with(name, "+json"));
}

bool freshness_may_keep(const fields *answer, bool unchanged)
{
    const xcj_str age = fields_text(answer, "age");
    const xcj_str type = fields_text(answer, "content-type");
    return fields_text(answer, "malformed").ptr == NULL && (age.ptr == NULL || fields_digits(age) >= 0) &&
           !has_asterisk(fields_text(answer, "vary")) && (is_json(type) || (unchanged && type.ptr == NULL));
}
