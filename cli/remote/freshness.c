/*
 * freshness.c: reading Age, Vary and Content-Type.
 */
#include <string.h>
#include <strings.h>

#include <xcj/refresh.h>

#include "cli/io/text.h"
#include "cli/remote/freshness.h"

freshness freshness_read(xcj_str control)
{
    const int64_t seconds = xcj_refresh_max_age(control.ptr, control.len);
    return (freshness){ seconds < 0, seconds < 0 ? 0 : seconds > FRESHNESS_LIMIT ? FRESHNESS_LIMIT : seconds };
}

/* RFC 9110 12.5.5: an asterisk among the names means that no request is like another. */
static bool has_asterisk(xcj_str vary)
{
    for (size_t from = 0, at = 0; at <= vary.len; at++) {
        if (at < vary.len && vary.ptr[at] != ',') {
            continue;
        }
        const xcj_str name = text_trim((xcj_str){ vary.ptr + from, at - from });
        if (name.len == 1 && name.ptr[0] == '*') {
            return true;
        }
        from = at + 1;
    }
    return false;
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
