#include "lib/base/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct code_row {
    xcj_code code;
    int status;
    const char *name;
} code_row;

#define ROW(code, status)                                                                                                   \
    {                                                                                                                       \
        code, status, #code                                                                                                 \
    }

/* 401: the caller's input is not acceptable (RFC 6750 3.1: invalid_token for every fault of a token). 500: the fault is
 * on our side. */
static const code_row codes[] = {
    ROW(XCJ_OK, 200),
    ROW(XCJ_ERR_MEMORY, 500),
    ROW(XCJ_ERR_CRYPTO, 500),
    ROW(XCJ_ERR_RANDOM, 500),
    ROW(XCJ_ERR_ARGUMENT, 500),
    ROW(XCJ_ERR_BUFFER, 500),
    ROW(XCJ_ERR_SIGNER, 500),
    ROW(XCJ_ERR_JSON, 401),
    ROW(XCJ_ERR_BASE64, 401),
    ROW(XCJ_ERR_LIMIT, 401),
    ROW(XCJ_ERR_KEY, 500),
    ROW(XCJ_ERR_KEY_TYPE, 500),
    ROW(XCJ_ERR_PASSPHRASE, 500),
    ROW(XCJ_ERR_KEY_PART, 500),
    ROW(XCJ_ERR_CERTIFICATE, 401),
    ROW(XCJ_ERR_TOKEN, 401),
    ROW(XCJ_ERR_ALG_UNKNOWN, 401),
    ROW(XCJ_ERR_ALG, 401),
    ROW(XCJ_ERR_KEY_WEAK, 401),
    ROW(XCJ_ERR_KEY_USE, 401),
    ROW(XCJ_ERR_CRIT, 401),
    ROW(XCJ_ERR_NO_KEY, 401),
    ROW(XCJ_ERR_AMBIGUOUS_KEY, 401),
    ROW(XCJ_ERR_SIGNATURE, 401),
    ROW(XCJ_ERR_CLAIM, 401),
    ROW(XCJ_ERR_EXPIRED, 401),
    ROW(XCJ_ERR_NOT_YET_VALID, 401),
    ROW(XCJ_ERR_NO_CREDENTIAL, 401),
    ROW(XCJ_ERR_CREDENTIAL, 401),
    ROW(XCJ_ERR_CLIENT_ID, 401),
    ROW(XCJ_ERR_CONSUMER, 401),
    ROW(XCJ_ERR_BINDING, 401),
    ROW(XCJ_ERR_PROOF, 401),
    ROW(XCJ_ERR_NONCE, 401),
    ROW(XCJ_ERR_REPLAY, 401),
    ROW(XCJ_ERR_CONFIG, 500),
};

#undef ROW

static const code_row *find_code(xcj_code code)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].code == code) {
            return &codes[i];
        }
    }
    return NULL;
}

static void copy_text(char *dst, size_t cap, const char *text)
{
    size_t len = strnlen(text, cap - 1);
    memcpy(dst, text, len);
    dst[len] = '\0';
}

/* The arguments may point into *err itself, when a prefix is added to an earlier message, so build the new error
 * separately. */
__attribute__((format(printf, 5, 0))) static void fill(xcj_error *err, xcj_code code, const char *member, size_t offset,
                                                       const char *fmt, va_list args)
{
    if (err == NULL) {
        return;
    }
    xcj_error fresh;
    xcj__error_clear(&fresh);
    fresh.code = code;
    fresh.offset = offset;
    if (member != NULL) {
        copy_text(fresh.member, sizeof fresh.member, member);
    }
    if (vsnprintf(fresh.message, sizeof fresh.message, fmt, args) < 0) {
        fresh.message[0] = '\0';
    }
    *err = fresh;
}

xcj_code xcj__fail(xcj_error *err, xcj_code code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fill(err, code, NULL, XCJ_NO_OFFSET, fmt, args);
    va_end(args);
    return code;
}

xcj_code xcj__fail_at(xcj_error *err, xcj_code code, const char *member, size_t offset, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fill(err, code, member, offset, fmt, args);
    va_end(args);
    return code;
}

xcj_code xcj__fail_within(xcj_error *err, xcj_code code, const char *what)
{
    if (err != NULL) {
        char sentence[sizeof err->message];
        memcpy(sentence, err->message, sizeof sentence);
        (void)snprintf(err->message, sizeof err->message, "%s: %.*s", what, (int)(sizeof sentence - strlen(what) - 3),
                       sentence);
    }
    return code;
}

xcj_code xcj__fail_memory(xcj_error *err)
{
    return xcj__fail(err, XCJ_ERR_MEMORY, "out of memory");
}

xcj_code xcj__fail_buffer(xcj_error *err, const char *what, size_t needed, size_t cap)
{
    xcj_code code = xcj__fail(err, XCJ_ERR_BUFFER, "the %s is %zu bytes long and the buffer has %zu", what, needed, cap);
    if (err != NULL) {
        err->needed = needed;
    }
    return code;
}

xcj_code xcj__fail_null(xcj_error *err)
{
    return xcj__fail(err, XCJ_ERR_ARGUMENT, "a required pointer is NULL");
}

void xcj__error_clear(xcj_error *err)
{
    if (err == NULL) {
        return;
    }
    memset(err, 0, sizeof *err);
    err->offset = XCJ_NO_OFFSET;
}

const char *xcj__sanitise(char *dst, size_t cap, const char *text, size_t len)
{
    static const char cut[] = "...";
    if (cap == 0) {
        return dst;
    }
    bool fits = len < cap;
    size_t kept = fits ? len : cap - 1;
    for (size_t i = 0; i < kept; i++) {
        dst[i] = text[i] >= ' ' && text[i] <= '~' && text[i] != '"' ? text[i] : '?';
    }
    if (!fits && kept >= sizeof cut - 1) {
        memcpy(dst + kept - (sizeof cut - 1), cut, sizeof cut - 1);
    }
    dst[kept] = '\0';
    return dst;
}

const char *xcj_code_name(xcj_code code)
{
    const code_row *row = find_code(code);
    return row != NULL ? row->name : "XCJ_ERR_?";
}

int xcj_code_http_status(xcj_code code)
{
    const code_row *row = find_code(code);
    return row != NULL ? row->status : 500;
}

const char *xcj_version(void)
{
    return XCJ_VERSION;
}
