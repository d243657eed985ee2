#include "lib/token/mismatch.h"

void xcj__put_shown(xcj__buf *to, xcj_str value)
{
    char shown[XCJ__SHOWN];
    xcj__buf_put_text(to, "\"");
    xcj__buf_put_text(to, xcj__sanitise(shown, sizeof shown, value.ptr, value.len));
    xcj__buf_put_text(to, "\"");
}

const char *xcj__mismatch(char words[XCJ__MISMATCH_MAX], const char *what, xcj_str found, const xcj_str *wanted,
                          size_t count)
{
    xcj__buf text;
    xcj__buf_init_fixed(&text, words, XCJ__MISMATCH_MAX - 1);
    xcj__buf_put_text(&text, what);
    xcj__buf_put_text(&text, " ");
    if (found.ptr != NULL) {
        xcj__put_shown(&text, found);
        xcj__buf_put_text(&text, ", not ");
    }
    xcj__put_shown(&text, *wanted);
    xcj__buf_put_text(&text, count > 1 ? " or another that is accepted" : "");
    words[text.failed ? 0 : text.len] = '\0';
    return words;
}
