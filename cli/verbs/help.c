/*
 * help.c: the help, made from the tables of verbs and options.
 */
#include <stdio.h>

#include "cli/io/io.h"
#include "cli/verbs/help.h"

typedef struct exit_row {
    msg_status status;
    const char *words;
} exit_row;

static const exit_row EXITS[] = {
    { STATUS_OK, "done; for verify: every token is valid" },
    { STATUS_INTERNAL, "internal error, out of memory, cannot write" },
    { STATUS_USAGE, "wrong option or argument, unknown algorithm" },
    { STATUS_INPUT, "input is missing, unreadable or malformed" },
    { STATUS_SIGNATURE, "the signature is not valid" },
    { STATUS_KEY, "no matching key, or more than one" },
    { STATUS_EXPIRED, "expired, or older than allowed" },
    { STATUS_EARLY, "not yet valid" },
    { STATUS_CLAIM, "another claim is missing or does not match" },
    { STATUS_POLICY, "refused: algorithm, weak key, use of the key, crit, size" },
    { STATUS_AUTH, "mint: no acceptable credential, client_id or consumer" },
    { STATUS_FETCH, "the keys could not be fetched; try again" },
};

#define COMMON_EXITS (VERB_EXIT(STATUS_OK) | VERB_EXIT(STATUS_INTERNAL) | VERB_EXIT(STATUS_USAGE) | VERB_EXIT(STATUS_INPUT))

static const char EXAMPLES[] = "Examples:\n"
                               "  xcj keygen --alg ES256 --kid thumbprint -o key.json --jwks-out jwks.json\n"
                               "  xcj mint --key key.json --sub alice | xcj verify --jwks jwks.json\n"
                               "  xcj convert key.json\n";

static void put_exits(text *out, unsigned which)
{
    text_puts(out, "\nExit codes:\n");
    for (size_t i = 0; i < sizeof EXITS / sizeof EXITS[0]; i++) {
        if ((which & VERB_EXIT(EXITS[i].status)) != 0) {
            text_printf(out, " %2d  %s\n", (int)EXITS[i].status, EXITS[i].words);
        }
    }
}

/* What there is, and how to go on. */
static void put_verbs(text *out)
{
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        text_printf(out, "  %-12s%s\n", (*each)->name, (*each)->summary);
    }
    text_printf(out, "\n%s\nxcj VERB --help shows the options and examples of a verb.", EXAMPLES);
}

/* Prints the text to standard output, and frees it. */
static msg_status print(text *out)
{
    const msg_status status = out->failed ? msg_fail_memory() : STATUS_OK;
    if (status == STATUS_OK) {
        io_print(out->ptr, out->len);
    }
    text_free(out);
    return status;
}

msg_status help_program(void)
{
    text out = TEXT_INIT;
    text_puts(&out, "Usage: xcj VERB [OPTION]... [ARGUMENT]...\n"
                    "Make and verify signed tokens (JWT, JWS), convert keys.\n\n");
    put_verbs(&out);
    text_puts(&out, "\n\n");
    opt_put(&out, program_options);
    put_exits(&out, ~0u);
    return print(&out);
}

msg_status help_verb(const verb *which)
{
    text out = TEXT_INIT;
    text_printf(&out, "Usage: xcj %s [OPTION]...%s%s\n%s\n", which->name, which->operands[0] ? " " : "", which->operands,
                which->about);
    text_printf(&out, "Examples:\n%s\n", which->examples);
    opt_put(&out, which->options);
    put_exits(&out, COMMON_EXITS | which->exits);
    return print(&out);
}

msg_status help_brief(void)
{
    text out = TEXT_INIT;
    text_puts(&out, "Usage: xcj VERB [OPTION]... [ARGUMENT]...\n\n");
    put_verbs(&out);
    if (out.failed) {
        text_free(&out);
        return msg_fail_memory();
    }
    msg_note("%s", out.ptr);
    text_free(&out);
    return STATUS_USAGE;
}
