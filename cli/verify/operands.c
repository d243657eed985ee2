/*
 * operands.c: reads the tokens: one for each operand, or with --batch one for each line of a file.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/io/io.h"
#include "cli/io/shown.h"
#include "cli/tokens/token.h"
#include "cli/tokens/wrapping.h"
#include "cli/verify/verify.h"

/* Takes off what is certain not to be the token's own, and says so. */
static msg_status unwrap(text *token, verify_case *of, const verify_args *args)
{
    wrapping found;
    msg_status status = wrapping_take(&found, text_view(token)) ? STATUS_OK : msg_fail_memory();
    const bool is_certain = (found.around & ~WRAP_CERTAIN) == 0;
    if (status == STATUS_OK && is_certain && found.around != 0) {
        of->around = found.around;
        text_free(token);
        *token = found.token;
        found.token = (text)TEXT_INIT;
    }
    wrapping_note(args->quiet || args->json ? 0 : of->around, of->name);
    wrapping_free(&found);
    return status;
}

/* Counts a token that was judged, or with `tokens` of 0 an operand that could not be read. */
static void count(tally *to, size_t tokens, msg_status status)
{
    to->tokens += tokens;
    to->refused += status != STATUS_OK ? tokens : 0;
    to->first = to->first == STATUS_OK ? status : to->first;
}

static void verify_one(verify_job *job, const char *operand, size_t number)
{
    text token = TEXT_INIT;
    char name[40];
    verify_case of = { .operand = number, .status = STATUS_OK };
    msg_status status = token_read(&token, &of.source, operand);
    of.name = of.source;
    if (status != STATUS_OK) {
        count(&job->results, 0, status);
        return;
    }
    if (number > 0 && token_source(operand) == NULL) {
        (void)snprintf(name, sizeof name, "token %zu", number);
        of.name = name;
    }
    if (job->args->unwrap) {
        status = unwrap(&token, &of, job->args);
    }
    if (status == STATUS_OK) {
        of.token = token.ptr;
        of.len = token.len;
        status = verify_judge(job, &of);
    }
    count(&job->results, 1, status);
    text_free(&token);
}

/* A line without its LF or CRLF. Of one that is too long, one byte more than a token may have. False at the end. */
static bool read_line(text *line, FILE *from)
{
    line->len = 0;
    int c = getc_unlocked(from);
    if (c == EOF) {
        return false;
    }
    for (; c != EOF && c != '\n'; c = getc_unlocked(from)) {
        char *room = line->len <= IO_TOKEN_LIMIT ? text_room(line, 1) : NULL;
        if (room == NULL) {
            continue;
        }
        *room = (char)c;
        line->len++;
    }
    if (line->len > 0 && line->ptr[line->len - 1] == '\r') {
        line->len--;
    }
    if (text_room(line, 0) != NULL) {
        line->ptr[line->len] = '\0';
    }
    return true;
}

static bool is_blank(const text *line)
{
    return text_skip_space(text_view(line), 0) == line->len;
}

/* False when nobody reads the results any more. */
static bool hand_out(const tally *results)
{
    const bool is_out = results->is_followed ? io_written() : !io_failed();
    return is_out && !msg_is_unheard();
}

/* Names a line "line 3", or with several files "FILE line 3". */
static void verify_line(verify_job *job, const char *file, const text *token, const verify_case *at)
{
    text name = TEXT_INIT;
    verify_case of = *at;
    text_printf(&name, "%s%sline %zu", of.operand > 0 ? shown_path(file).text : "", of.operand > 0 ? " " : "", of.line);
    of.name = name.failed ? "line" : name.ptr;
    of.source = of.name;
    of.token = token->ptr;
    of.len = token->len;
    count(&job->results, 1, verify_judge(job, &of));
    text_free(&name);
}

/* False when nobody reads the results any more. */
static bool verify_lines(verify_job *job, FILE *from, const char *name, size_t number)
{
    text line = TEXT_INIT;
    verify_case at = { .operand = number, .status = STATUS_OK };
    const size_t before = job->results.tokens;
    bool is_read = true;
    while (is_read && read_line(&line, from) && !line.failed) {
        at.line++;
        if (!is_blank(&line)) {
            verify_line(job, name, &line, &at);
            is_read = hand_out(&job->results);
        }
    }
    if (is_read && ferror(from)) {
        count(&job->results, 0, msg_fail(STATUS_INPUT, name, "%s", strerror(errno)));
    } else if (line.failed) {
        count(&job->results, 0, msg_fail_memory());
    } else if (job->results.tokens == before) {
        count(&job->results, 0, msg_fail(STATUS_INPUT, name, "is empty: there is no token to verify"));
    }
    text_free(&line);
    return is_read;
}

static void verify_batch(verify_job *job, const char *operand, size_t number)
{
    const char *path = io_operand(operand);
    FILE *from = NULL;
    msg_status status = STATUS_OK;
    if (io_source_file(path) == NULL) {
        status = msg_fail(STATUS_USAGE, "verify", "--batch reads a file or standard input, line by line, not a variable");
    } else {
        status = io_open_lines(&from, "tokens", path);
    }
    if (status != STATUS_OK) {
        count(&job->results, 0, status);
        return;
    }
    (void)verify_lines(job, from, io_name(path), number);
    if (from != stdin) {
        (void)fclose(from);
    }
}

static void say_totals(const verify_job *job)
{
    const tally *results = &job->results;
    const bool is_quiet = job->args->quiet && results->refused == 0;
    if (results->is_many && results->tokens > 0 && !is_quiet) {
        msg_note("xcj: %zu token%s: %zu valid, %zu refused", results->tokens, results->tokens == 1 ? "" : "s",
                 results->tokens - results->refused, results->refused);
    } else if (!results->is_many && results->first == STATUS_OK && !job->args->json && !job->args->quiet &&
               msg_is_terminal()) {
        msg_note("signature verified");
    }
}

msg_status verify_operands(verify_job *job, const opt_list *operands)
{
    tally *results = &job->results;
    const bool are_several = operands->count > 1;
    *results = (tally){ .is_many = job->args->batch || are_several,
                        .is_followed = job->args->line_buffered || isatty(STDOUT_FILENO) == 1 };
    for (size_t i = 0; (i == 0 || i < operands->count) && hand_out(results); i++) {
        const char *operand = operands->count > 0 ? operands->items[i] : "-";
        (job->args->batch ? verify_batch : verify_one)(job, operand, are_several ? i + 1 : 0);
    }
    if (hand_out(results)) {
        say_totals(job);
    }
    return results->first;
}
