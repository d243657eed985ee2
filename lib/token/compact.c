#include "lib/token/compact.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"

static size_t count_dots(const char *token, size_t len)
{
    size_t dots = 0;
    for (size_t i = 0; i < len; i++) {
        dots += token[i] == '.';
    }
    return dots;
}

/* Names the common mistakes of people who paste tokens. */
static xcj_code not_compact(const char *token, size_t len, size_t dots, xcj_error *err)
{
    if (len == 0) {
        return xcj__fail(err, XCJ_ERR_TOKEN, "the token is empty");
    }
    if (token[0] == '{') {
        return xcj__fail(err, XCJ_ERR_TOKEN, "this is JSON, not a compact token");
    }
    if (len >= 7 && xcj__str_is_nocase((xcj_str){ token, 7 }, "Bearer ")) {
        return xcj__fail(err, XCJ_ERR_TOKEN, "the token begins with \"Bearer \": remove that");
    }
    if (token[0] == '"' || token[0] == '\'') {
        return xcj__fail(err, XCJ_ERR_TOKEN, "the token stands in quotes: leave them out");
    }
    if (dots == 4) {
        return xcj__fail(err, XCJ_ERR_TOKEN, "a token of five parts is encrypted (a JWE), which is not supported");
    }
    return xcj__fail(err, XCJ_ERR_TOKEN, "a token has three parts, separated by dots; this has %zu", dots + 1);
}

xcj_code xcj__compact_split(xcj__compact *out, const char *token, size_t len, xcj_error *err)
{
    const char *first = len > 0 ? memchr(token, '.', len) : NULL;
    const char *end = token + len;
    const char *second = first != NULL ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;
    bool is_three = second != NULL && memchr(second + 1, '.', (size_t)(end - second - 1)) == NULL;
    if (!is_three || memchr("{\"'", token[0], 3) != NULL || memchr(token, ' ', (size_t)(first - token)) != NULL) {
        return not_compact(token, len, count_dots(token, len), err);
    }
    out->header = (xcj_str){ token, (size_t)(first - token) };
    out->payload = (xcj_str){ first + 1, (size_t)(second - first - 1) };
    out->signature = (xcj_str){ second + 1, (size_t)(end - second - 1) };
    out->input = (xcj_str){ token, (size_t)(second - token) };
    return XCJ_OK;
}
