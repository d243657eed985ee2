/*
 * token.c: reading tokens.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/io/doc.h"
#include "cli/io/shown.h"
#include "cli/tokens/token.h"
#include "cli/tokens/wrapping.h"

/* The name of an operand that is the token itself. */
static const char OPERAND[] = "token";

const char *token_operand(const opt_list *operands)
{
    return operands->count > 0 ? operands->items[0] : "-";
}

const char *token_source(const char *operand)
{
    struct stat about;
    if (!io_is_literal(operand)) {
        return io_operand(operand);
    }
    return stat(operand, &about) == 0 && !S_ISDIR(about.st_mode) ? operand : NULL;
}

msg_status token_read(text *out, const char **name, const char *operand)
{
    const char *source = token_source(operand);
    *name = source != NULL ? io_name(source) : OPERAND;
    return source != NULL ? io_read_line(out, OPERAND, source, IO_TOKEN_LIMIT, STATUS_POLICY)
                          : io_value(out, OPERAND, operand, IO_TOKEN_LIMIT, STATUS_POLICY);
}

bool token_is_json(const char *token, size_t len)
{
    const size_t at = text_skip_space((xcj_str){ token, len }, 0);
    return at < len && token[at] == '{';
}

static void put_kinds(text *to, unsigned around)
{
    const char *before = "";
    for (size_t i = 0; i < WRAPPING_ROWS; i++) {
        if ((around & wrapping_rows[i].around) != 0) {
            text_printf(to, "%s%s", before, wrapping_rows[i].hint);
            before = ", ";
        }
    }
}

/* Names the wrapping, the command that removes it, and the option. */
static bool put_wrapping(text *to, const wrapping *of, bool is_line)
{
    if (of->count > 1) {
        text_printf(to, "is one of %zu in this text: give one", of->count);
    } else if (of->around != 0) {
        put_kinds(to, of->around);
    } else {
        return false;
    }
    if (!is_line) {
        text_puts(to, of->count > 1 ? "; " : ": ");
        wrapping_put_command(to, of);
        text_puts(to, of->count > 1 ? " lists them" : " gives the token alone");
        text_puts(to, (of->around & ~WRAP_CERTAIN) == 0 && of->count <= 1 ? ", verify --unwrap takes it off" : "");
    }
    return true;
}

static void put_member(text *to, const json_t *header, const char *name)
{
    const char *value = json_string_value(json_object_get(header, name));
    if (value != NULL) {
        text_printf(to, ", %s %s", name, shown_kid(value).text);
    }
}

static void put_encrypted(text *to, xcj_str token)
{
    json_t *header = wrapping_header(token);
    text_puts(to, "has five parts: it is encrypted (a JWE");
    put_member(to, header, "alg");
    put_member(to, header, "enc");
    text_puts(to, "), and xcj does not decrypt: only who has the private key of its recipient can");
    json_decref(header);
}

/* Describes a text that is not a verifiable token; NULL if it may be one. */
static const char *kind_of(const char *name, xcj_str token, size_t dots)
{
    if (token_is_json(token.ptr, token.len)) {
        json_t *object = doc_load(token.ptr, token.len);
        const bool is_encrypted = json_object_get(object, "ciphertext") != NULL;
        json_decref(object);
        return is_encrypted ? "is encrypted (a JWE in JSON), and xcj does not decrypt" : NULL;
    }
    if (token.len >= 5 && memcmp(token.ptr, "-----", 5) == 0) {
        return "is a PEM text, not a token";
    }
    if (token.len >= 4 && memcmp(token.ptr, "ZXlK", 4) == 0 && dots == 0) {
        return "is a token in base64: base64 -d FILE gives it";
    }
    if (memchr(token.ptr, '=', token.len) != NULL && dots == 2) {
        return "has padding (=), as an AWS load balancer writes it: JOSE has none (RFC 7515 2), so xcj verify refuses it; "
               "xcj inspect reads it";
    }
    return name == OPERAND && dots != 2 ? "is neither a token nor the name of a file that exists" : NULL;
}

static void put_hint(text *to, const char *name, const wrapping *of, bool is_line)
{
    const xcj_str token = text_view(&of->token);
    size_t dots = 0;
    for (size_t i = 0; i < token.len; i++) {
        dots += token.ptr[i] == '.';
    }
    if (dots == 4 && of->count <= 1 && !token_is_json(token.ptr, token.len)) {
        put_encrypted(to, token);
    } else if (!put_wrapping(to, of, is_line)) {
        const char *kind = kind_of(name, token, dots);
        text_puts(to, kind != NULL ? kind : "");
    }
}

static void put_fault(text *to, const char *name, xcj_str token, bool is_line)
{
    wrapping of;
    if (token.len == 0) {
        text_puts(to, "is empty");
    } else if (memchr(token.ptr, '\0', token.len) != NULL) {
        text_puts(to, "contains a NUL byte: it is binary, or UTF-16, which iconv -f UTF-16 -t UTF-8 FILE converts");
    } else {
        to->failed = !wrapping_take(&of, token) || to->failed;
        put_hint(to, name, &of, is_line);
        wrapping_free(&of);
    }
}

void token_name_fault(xcj_error *err, const char *name, xcj_str token, bool is_line)
{
    text words = TEXT_INIT;
    put_fault(&words, name, token, is_line);
    if (words.len > 0 && !words.failed) {
        (void)snprintf(err->message, sizeof err->message, "the token %s", words.ptr);
    }
    text_free(&words);
}
