#include "lib/base/buf.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"

#define FIRST_CAP 256

/* Called when `more` bytes do not fit. Doubling keeps the total copying linear. */
static bool grow(xcj__buf *buf, size_t more)
{
    if (buf->fixed || more > SIZE_MAX - buf->len) {
        return false;
    }
    size_t cap = buf->len + more;
    if (cap < FIRST_CAP) {
        cap = FIRST_CAP;
    }
    if (buf->cap <= SIZE_MAX / 2 && cap < buf->cap * 2) {
        cap = buf->cap * 2;
    }
    char *fresh = buf->owned ? xcj__realloc(buf->ptr, cap) : xcj__alloc(cap);
    if (fresh == NULL) {
        return false;
    }
    if (!buf->owned && buf->len > 0) {
        memcpy(fresh, buf->ptr, buf->len);
        xcj__wipe(buf->ptr, buf->len);
    }
    buf->ptr = fresh;
    buf->cap = cap;
    buf->owned = true;
    return true;
}

void xcj__buf_init(xcj__buf *buf)
{
    *buf = (xcj__buf){ 0 };
}

void xcj__buf_init_on(xcj__buf *buf, void *storage, size_t cap)
{
    *buf = (xcj__buf){ .ptr = storage, .cap = cap };
}

void xcj__buf_init_fixed(xcj__buf *buf, void *storage, size_t cap)
{
    *buf = (xcj__buf){ .ptr = storage, .cap = cap, .fixed = true };
}

void xcj__buf_free(xcj__buf *buf)
{
    if (buf->owned) {
        xcj_free(buf->ptr);
    } else if (!buf->fixed) {
        xcj__wipe(buf->ptr, buf->len);
    }
    xcj__buf_init(buf);
}

char *xcj__buf_reserve(xcj__buf *buf, size_t more)
{
    if (buf->failed) {
        return NULL;
    }
    if (buf->ptr == NULL || more > buf->cap - buf->len) {
        if (!grow(buf, more)) {
            buf->failed = true;
            return NULL;
        }
    }
    return buf->ptr + buf->len;
}

void xcj__buf_put(xcj__buf *buf, const void *data, size_t len)
{
    if (len == 0) {
        return;
    }
    char *room = xcj__buf_reserve(buf, len);
    if (room != NULL) {
        memcpy(room, data, len);
    } else if (!buf->fixed) {
        return;
    }
    buf->len = len <= SIZE_MAX - buf->len ? buf->len + len : SIZE_MAX;
}

void xcj__buf_put_str(xcj__buf *buf, xcj_str text)
{
    xcj__buf_put(buf, text.ptr, text.len);
}

/* 00 to 99. */
static const char pairs[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

void xcj__buf_put_int(xcj__buf *buf, int64_t value)
{
    char digits[20]; /* "-9223372036854775808" */
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (; rest >= 10; rest /= 100) {
        at -= 2;
        memcpy(digits + at, pairs + 2 * (rest % 100), 2);
    }
    if (rest > 0 || at == sizeof digits) {
        digits[--at] = (char)('0' + rest);
    }
    if (value < 0) {
        digits[--at] = '-';
    }
    xcj__buf_put(buf, digits + at, sizeof digits - at);
}

xcj_code xcj__buf_take(xcj__buf *buf, char **out, size_t *out_len, xcj_error *err)
{
    char *block = NULL;
    size_t len = buf->len;
    if (!buf->failed && !buf->owned) {
        block = xcj__dup(buf->ptr, len);
    } else if (xcj__buf_reserve(buf, 1) != NULL) {
        block = buf->ptr;
        block[len] = '\0';
        xcj__buf_init(buf);
    }
    xcj__buf_free(buf);
    *out = block;
    *out_len = block != NULL ? len : 0;
    return block != NULL ? XCJ_OK : xcj__fail_memory(err);
}
