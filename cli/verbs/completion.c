/*
 * completion.c: prints a shell's completion: a template, and in place of its line "# TABLES" the tables of options that
 * the command itself parses by.
 */
#include <string.h>

#include "cli/completions/completion.h"
#include "cli/keys/keys.h"
#include "cli/verbs/verb.h"

static const opt_row OPTIONS[] = {
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

/* For within single quotes: a backslash before each character of `special`, and a quote as the shell wants it. */
static void put_escaped(text *out, const char *from, const char *special, const char *quote)
{
    for (; *from != '\0'; from++) {
        const bool is_quote = *from == '\'';
        if (strchr(special, *from) != NULL) {
            text_puts(out, "\\");
        }
        text_add(out, is_quote ? quote : from, is_quote ? strlen(quote) : 1);
    }
}

static void put_algs(text *out)
{
    for (size_t i = 0; keys_alg_at(i) != XCJ_ALG_NONE; i++) {
        text_printf(out, "%s%s", i > 0 ? " " : "", xcj_alg_name(keys_alg_at(i)));
    }
}

/* Calls for each option of a verb, or with NULL of the program, that of the help included. */
static void each_option(text *out, const verb *of, void (*call)(text *, const verb *, const opt_row *))
{
    for (const opt_row *row = of != NULL ? of->options : program_options; row->name != NULL; row++) {
        if (row->kind != OPT_GROUP) {
            call(out, of, row);
        }
    }
    call(out, of, &opt_help);
}

/* bash: arrays by verb, and by verb and option. */
static void bash_option(text *out, const verb *of, const opt_row *row)
{
    text_printf(out, " --%s", row->name);
    if (row->letter != 0) {
        text_printf(out, " -%c", row->letter);
    }
    (void)of;
}

static void bash_value(text *out, const verb *of, const opt_row *row)
{
    if (row->kind == OPT_FLAG) {
        return;
    }
    text_printf(out, "    ['%s --%s']='%s'\n", of->name, row->name, row->metavar);
    if (row->letter != 0) {
        text_printf(out, "    ['%s -%c']='%s'\n", of->name, row->letter, row->metavar);
    }
}

static void put_bash(text *out)
{
    text_puts(out, "_xcj_algs='");
    put_algs(out);
    text_puts(out, "'\n_xcj_verbs='");
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        text_printf(out, "%s%s", each != verb_all ? " " : "", (*each)->name);
    }
    text_puts(out, "'\n_xcj_program='");
    each_option(out, NULL, bash_option);
    text_puts(out, "'\ndeclare -gA _xcj_options=(\n");
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        text_printf(out, "    [%s]='", (*each)->name);
        each_option(out, *each, bash_option);
        text_puts(out, "'\n");
    }
    text_puts(out, ")\ndeclare -gA _xcj_operands=(\n");
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        text_printf(out, "    [%s]='%s'\n", (*each)->name, (*each)->operands);
    }
    text_puts(out, ")\ndeclare -gA _xcj_values=(\n");
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        each_option(out, *each, bash_value);
    }
    text_puts(out, ")\n");
}

/* zsh: the words of _arguments, in which a colon parts. */
static void zsh_value(text *out, const char *values)
{
    text_puts(out, ":");
    put_escaped(out, values, ":\\", "'\\''");
    text_puts(out, ":_xcj_value \"");
    put_escaped(out, values, ":\\", "'\\''");
    text_puts(out, "\"");
}

static void zsh_option(text *out, const verb *of, const opt_row *row)
{
    const bool valued = row->kind != OPT_FLAG;
    (void)of;
    text_puts(out, "        ");
    if (row == &opt_help) {
        text_puts(out, "'(- *)'");
    } else if (row->kind == OPT_LIST) {
        text_puts(out, "'*'");
    } else if (row->letter != 0) {
        text_printf(out, "'(-%c --%s)'", row->letter, row->name);
    }
    if (row->letter != 0) {
        text_printf(out, "{-%c%s,--%s%s}'[", row->letter, valued ? "+" : "", row->name, valued ? "=" : "");
    } else {
        text_printf(out, "'--%s%s[", row->name, valued ? "=" : "");
    }
    put_escaped(out, row->help, "[]\\", "'\\''");
    text_puts(out, "]");
    if (valued) {
        zsh_value(out, row->metavar);
    }
    text_puts(out, "'\n");
}

static void zsh_verb(text *out, const verb *which)
{
    text_printf(out, "    %s)\n        specs=(\n", which->name);
    each_option(out, which, zsh_option);
    if (which->operands_max > 0) {
        text_printf(out, "        '%s", which->operands_max == 1 ? "1" : "*");
        zsh_value(out, which->operands);
        text_puts(out, "'\n");
    }
    text_puts(out, "        )\n        ;;\n");
}

static void put_zsh(text *out)
{
    text_puts(out, "_xcj_algs=(");
    put_algs(out);
    text_puts(out, ")\n_xcj_verbs=(\n");
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        text_printf(out, "    '%s:", (*each)->name);
        put_escaped(out, (*each)->summary, ":\\", "'\\''");
        text_puts(out, "'\n");
    }
    text_puts(out, ")\n\n_xcj_specs() {\n    case $1 in\n    '')\n        specs=(\n");
    each_option(out, NULL, zsh_option);
    text_puts(out, "        )\n        ;;\n");
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        zsh_verb(out, *each);
    }
    text_puts(out, "    esac\n}\n");
}

/* fish: a call of `complete` for each. */
static void fish_option(text *out, const verb *of, const opt_row *row)
{
    text_printf(out, "complete -c xcj -n '__xcj_verb %s' -l %s", of != NULL ? of->name : "", row->name);
    if (row->letter != 0) {
        text_printf(out, " -s %c", row->letter);
    }
    text_puts(out, " -d '");
    put_escaped(out, row->help, "\\", "\\'");
    text_puts(out, "'");
    if (row->kind != OPT_FLAG) {
        text_printf(out, " -x -a '(__xcj_value \"%s\")'", row->metavar);
    }
    text_puts(out, "\n");
}

static void put_fish(text *out)
{
    text_puts(out, "set -g __xcj_algs ");
    put_algs(out);
    text_puts(out, "\n");
    each_option(out, NULL, fish_option);
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        text_printf(out, "complete -c xcj -n '__xcj_verb' -a %s -d '", (*each)->name);
        put_escaped(out, (*each)->summary, "\\", "\\'");
        text_puts(out, "'\n");
        each_option(out, *each, fish_option);
        if ((*each)->operands_max > 0) {
            text_printf(out, "complete -c xcj -n '__xcj_verb %s' -a '(__xcj_value \"%s\")'\n", (*each)->name,
                        (*each)->operands);
        }
    }
}

static msg_status run(const void *given, const opt_list *operands)
{
    static void (*const put_tables[])(text *) = { put_bash, put_zsh, put_fish };
    static const char mark[] = "# TABLES\n";
    int shell = 0;
    (void)given;
    if (operands->count == 0) {
        return msg_fail(STATUS_USAGE, "completion", "name the shell: " COMPLETION_SHELLS);
    }
    msg_status status = opt_choice(&shell, "completion", COMPLETION_SHELLS, operands->items[0]);
    if (status != STATUS_OK) {
        return status;
    }
    text out = TEXT_INIT;
    const char *template = completion_templates[shell];
    const char *at = strstr(template, mark);
    text_add(&out, template, (size_t)(at - template));
    put_tables[shell](&out);
    text_puts(&out, at + sizeof mark - 1);
    status = out.failed ? msg_fail_memory() : STATUS_OK;
    if (status == STATUS_OK) {
        io_print(out.ptr, out.len);
    }
    text_free(&out);
    return status;
}

const verb verb_completion = {
    "completion",
    COMPLETION_SHELLS,
    1,
    "print the completion for a shell",
    "Prints the script with which a shell completes verbs, options and values of xcj.\n",
    "  source <(xcj completion bash)\n"
    "  xcj completion zsh >_xcj\n"
    "  xcj completion fish >xcj.fish\n",
    OPTIONS,
    1, /* it has no arguments */
    run,
    0,
};
