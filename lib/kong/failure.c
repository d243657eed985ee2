#include <string.h>

#include <xcj/kong.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_write.h"

#define UNAUTHORIZED "You are not authorized to access to this service"

static void put_reason(xcj__buf *body, const xcj_error *failure)
{
    char shown[sizeof failure->message];
    xcj_str message = { failure->message, strnlen(failure->message, sizeof failure->message) };
    if (!xcj__utf8_valid(message.ptr, message.len)) { /* cut within a character */
        message = xcj_text(xcj__sanitise(shown, sizeof shown, message.ptr, message.len));
    }
    xcj__buf_put_text(body, ",\"VerboseMessage\":");
    xcj__json_put_string(body, message);
}

xcj_code xcj_kong_failure(char **out, size_t *out_len, const xcj_error *failure, int verbose, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len)) {
        return xcj__fail_null(err);
    }
    xcj__buf body;
    xcj__buf_init(&body);
    xcj__buf_put_text(&body, "{\"ErrorMessage\":\"" UNAUTHORIZED "\"");
    if (verbose && failure != NULL) {
        put_reason(&body, failure);
    }
    xcj__buf_put_char(&body, '}');
    xcj_code code = xcj__buf_take(&body, out, out_len, err);
    if (code == XCJ_OK) {
        xcj__error_clear(err);
    }
    return code;
}
