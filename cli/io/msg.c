/*
 * msg.c: one line a message, fit for any terminal.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/io/msg.h"

#define LINE_MAX_LEN 1200
#define TOKEN_SHOWN 12 /* what is shorter is no token */

/* A set of many broken keys, and a batch against it, would print more than they are long. */
#define WARNINGS_LIMIT 64

static size_t warnings;
static bool unheard;

static void note_failure(int printed)
{
    unheard = unheard || (printed < 0 && errno == EPIPE);
}

/* A file name or a token may carry control characters (C1 ones as UTF-8 too): a message stays one harmless line. */
void msg_harmless(char *line)
{
    for (char *p = line; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        unsigned char next = (unsigned char)p[1];
        if (c < 0x20 || c == 0x7f) {
            *p = '?';
        } else if (c == 0xc2 && next >= 0x80 && next <= 0x9f) {
            p[0] = p[1] = '?';
        }
    }
}

/* An argument in the wrong place may be a token, which begins with the base64url of {": no more is said than that it is one.
 */
static void cut_tokens(char *line)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    char *at = line;
    while ((at = strstr(at, "eyJ")) != NULL) {
        const char *end = at + strspn(at, alphabet);
        at += 3;
        if (end - at > TOKEN_SHOWN) {
            memcpy(at, "...", 3);
            at += 3;
            memmove(at, end, strlen(end) + 1);
        }
    }
}

static void say(const char *kind, const char *colour, const char *subject, const char *fmt, va_list args)
{
    char text[LINE_MAX_LEN];
    int used = vsnprintf(text, sizeof text, fmt, args);
    if (used < 0) {
        text[0] = '\0';
    } else if ((size_t)used >= sizeof text) {
        memcpy(text + sizeof text - 4, "...", 4);
    }
    char line[LINE_MAX_LEN + 300];
    (void)snprintf(line, sizeof line, "%.250s%s%s", subject ? subject : "", subject ? ": " : "", text);
    msg_harmless(line);
    cut_tokens(line);
    bool coloured = msg_colour(STDERR_FILENO);
    note_failure(fprintf(stderr, "%sxcj:%s %s%s\n", coloured ? colour : "", coloured ? "\033[0m" : "", kind, line));
}

bool msg_is_unheard(void)
{
    return unheard;
}

bool msg_obeys(int fd)
{
    const char *kind = getenv("TERM");
    return kind != NULL && kind[0] != '\0' && strcmp(kind, "dumb") != 0 && isatty(fd) == 1;
}

bool msg_colour(int fd)
{
    const char *no_color = getenv("NO_COLOR");
    return (no_color == NULL || no_color[0] == '\0') && msg_obeys(fd);
}

bool msg_is_terminal(void)
{
    return isatty(STDERR_FILENO) == 1;
}

msg_status msg_status_of(xcj_code code, msg_about about)
{
    switch (code) {
    case XCJ_OK:
        return STATUS_OK;
    case XCJ_ERR_MEMORY:
    case XCJ_ERR_CRYPTO:
    case XCJ_ERR_RANDOM:
    case XCJ_ERR_BUFFER:
    case XCJ_ERR_SIGNER:
        return STATUS_INTERNAL;
    case XCJ_ERR_ARGUMENT:
        return STATUS_USAGE;
    case XCJ_ERR_CONFIG:
        return about == ABOUT_INPUT ? STATUS_INPUT : STATUS_USAGE;
    case XCJ_ERR_ALG_UNKNOWN:
        return about == ABOUT_TOKEN ? STATUS_POLICY : STATUS_USAGE;
    case XCJ_ERR_LIMIT:
        return about == ABOUT_TOKEN ? STATUS_POLICY : STATUS_INPUT;
    case XCJ_ERR_JSON:
    case XCJ_ERR_BASE64:
    case XCJ_ERR_KEY:
    case XCJ_ERR_KEY_TYPE:
    case XCJ_ERR_PASSPHRASE:
    case XCJ_ERR_KEY_PART:
    case XCJ_ERR_TOKEN:
        return STATUS_INPUT;
    case XCJ_ERR_SIGNATURE:
        return STATUS_SIGNATURE;
    case XCJ_ERR_NO_KEY:
    case XCJ_ERR_AMBIGUOUS_KEY:
        return STATUS_KEY;
    case XCJ_ERR_EXPIRED:
        return STATUS_EXPIRED;
    case XCJ_ERR_NOT_YET_VALID:
        return STATUS_EARLY;
    case XCJ_ERR_CLAIM:
        return STATUS_CLAIM;
    case XCJ_ERR_ALG:
    case XCJ_ERR_KEY_WEAK:
    case XCJ_ERR_KEY_USE:
    case XCJ_ERR_CRIT:
        return STATUS_POLICY;
    case XCJ_ERR_NO_CREDENTIAL:
    case XCJ_ERR_CREDENTIAL:
    case XCJ_ERR_CERTIFICATE:
    case XCJ_ERR_CLIENT_ID:
    case XCJ_ERR_CONSUMER:
    case XCJ_ERR_BINDING:
    case XCJ_ERR_PROOF:
    case XCJ_ERR_NONCE:
    case XCJ_ERR_REPLAY:
        return STATUS_AUTH;
    }
    return STATUS_INTERNAL;
}

msg_status msg_fail(msg_status status, const char *subject, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say("", "\033[1;31m", subject, fmt, args);
    va_end(args);
    return status;
}

msg_status msg_fail_error(msg_about about, const char *subject, const xcj_error *err)
{
    return msg_fail(msg_status_of(err->code, about), subject, "%s", err->message);
}

msg_status msg_fail_memory(void)
{
    return msg_fail(STATUS_INTERNAL, NULL, "out of memory");
}

void msg_warn(const char *subject, const char *fmt, ...)
{
    if (++warnings > WARNINGS_LIMIT) {
        return;
    }
    va_list args;
    va_start(args, fmt);
    say("warning: ", "\033[1;33m", subject, fmt, args);
    va_end(args);
}

void msg_finish(void)
{
    if (warnings > WARNINGS_LIMIT) {
        msg_note("xcj: and %zu more warnings", warnings - WARNINGS_LIMIT);
    }
}

void msg_note(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    va_end(args);
    (void)fputc('\n', stderr);
}
