/*
 * token.h: reads a token from an operand, file, variable or standard input, and explains a malformed one.
 */
#ifndef XCJ_CLI_TOKENS_TOKEN_H
#define XCJ_CLI_TOKENS_TOKEN_H

#include "cli/io/io.h"
#include "cli/options/opt.h"

/**
 * Reads the token that an operand is, names or contains: @FILE, "-", env:NAME, the name of an existing file, or the token
 * itself. Leaves out one line end of a file or standard input, and nothing else. *name is what messages name.
 */
msg_status token_read(text *out, const char **name, const char *operand);

/** The first operand, or "-". */
const char *token_operand(const opt_list *operands);

/** The source that an operand names, or NULL if it can only be the token itself. */
const char *token_source(const char *operand);

/** Does it begin with an opening brace: a JSON serialisation (RFC 7515 7.2)? */
bool token_is_json(const char *token, size_t len);

/**
 * Improves the error of a token that cannot be split into parts: the message then names the wrapping, or what the text is
 * instead, and the way out (none for a line of a batch). It leaves the error alone if it recognises nothing. `name` comes
 * from token_read(), or is another name. Only an operand is looked up as a file, because the sender of a token must not
 * learn which files exist.
 */
void token_name_fault(xcj_error *err, const char *name, xcj_str token, bool is_line);

#endif
