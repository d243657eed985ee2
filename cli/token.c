/*
 * token.c: reading tokens.
 */
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/token.h"

/* The name of an operand that is the token itself. */
static const char OPERAND[] = "token";

static const char *operand_name(const char *operand)
{
    if (operand[0] == '@') {
        return io_name(operand + 1);
    }
    return strcmp(operand, "-") == 0 ? io_name(operand) : OPERAND;
}

msg_status token_read(text *out, const char **name, const opt_list *operands, const char *env)
{
    const char *operand = operands->count > 0 ? operands->items[0] : "-";
    if (env != NULL && operands->count > 0) {
        return msg_fail(STATUS_USAGE, NULL, "--token-env and a token exclude each other");
    }
    *name = env != NULL ? "--token-env" : operand_name(operand);
    if (env != NULL) {
        return io_env(out, *name, env);
    }
    return io_value(out, OPERAND, operand, IO_TOKEN_LIMIT, STATUS_POLICY);
}

bool token_is_json(const char *token, size_t len)
{
    const size_t at = text_skip_space((xcj_str){ token, len }, 0);
    return at < len && token[at] == '{';
}

static size_t count_dots(const char *token, size_t len)
{
    size_t dots = 0;
    for (size_t i = 0; i < len; i++) {
        dots += token[i] == '.';
    }
    return dots;
}

const char *token_hint(const char *name, const char *token, size_t len)
{
    if (len == 0) {
        return "is empty";
    }
    if (memchr(token, '\0', len) != NULL) {
        return "contains a NUL byte: it is binary, or text in UTF-16";
    }
    if (len >= 7 && strncasecmp(token, "Bearer ", 7) == 0) {
        return "begins with \"Bearer \": give the token alone";
    }
    if (token[0] == '"' || token[0] == '\'') {
        return "stands in quotes: give the token alone";
    }
    if (token[len - 1] == '\r') {
        return "ends in a carriage return: its lines end in CRLF, not LF";
    }
    if (text_is_space(token[0]) || text_is_space(token[len - 1])) {
        return "has white space around it";
    }
    if (token_is_json(token, len)) {
        return NULL;
    }
    if (len >= 5 && memcmp(token, "-----", 5) == 0) {
        return "is a PEM text, not a token";
    }
    if (count_dots(token, len) == 4) {
        return "has five parts: an encrypted token (JWE), which is not supported";
    }
    if (name == OPERAND && access(token, F_OK) == 0) {
        return "is the name of a file: @FILE reads it";
    }
    return NULL;
}
