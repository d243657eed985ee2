/*
 * completions.c: runs when xcj is built. Writes a shell's completion: a template, and in place of its line "# TABLES" the
 * tables of options that the command itself parses by.
 */
#include <stdio.h>
#include <string.h>

#include "cli/keys.h"
#include "cli/verb.h"

#define LINE_MAX_LEN 400

/* For within single quotes: a backslash before each character of `special`, and a quote as the shell wants it. */
static void print_escaped(const char *from, const char *special, const char *quote)
{
    for (; *from != '\0'; from++) {
        if (*from == '\'') {
            (void)fputs(quote, stdout);
            continue;
        }
        if (strchr(special, *from) != NULL) {
            (void)putchar('\\');
        }
        (void)putchar(*from);
    }
}

static void print_algs(void)
{
    for (size_t i = 0; keys_alg_at(i) != XCJ_ALG_NONE; i++) {
        (void)printf("%s%s", i > 0 ? " " : "", xcj_alg_name(keys_alg_at(i)));
    }
}

/* Calls for each option of a verb, or with NULL of the program, that of the help included. */
static void each_option(const verb *of, void (*call)(const verb *, const opt_row *))
{
    for (const opt_row *row = of != NULL ? of->options : program_options; row->name != NULL; row++) {
        if (row->kind != OPT_GROUP) {
            call(of, row);
        }
    }
    call(of, &opt_help);
}

/* bash: arrays by verb, and by verb and option. */
static void bash_option(const verb *of, const opt_row *row)
{
    (void)printf(" --%s", row->name);
    if (row->letter != 0) {
        (void)printf(" -%c", row->letter);
    }
    (void)of;
}

static void bash_value(const verb *of, const opt_row *row)
{
    if (row->kind == OPT_FLAG) {
        return;
    }
    (void)printf("    ['%s --%s']='%s'\n", of->name, row->name, row->metavar);
    if (row->letter != 0) {
        (void)printf("    ['%s -%c']='%s'\n", of->name, row->letter, row->metavar);
    }
}

static void print_bash(void)
{
    (void)printf("_xcj_algs='");
    print_algs();
    (void)printf("'\n_xcj_verbs='");
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        (void)printf("%s%s", each != verb_all ? " " : "", (*each)->name);
    }
    (void)printf("'\n_xcj_program='");
    each_option(NULL, bash_option);
    (void)printf("'\ndeclare -gA _xcj_options=(\n");
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        (void)printf("    [%s]='", (*each)->name);
        each_option(*each, bash_option);
        (void)printf("'\n");
    }
    (void)printf(")\ndeclare -gA _xcj_operands=(\n");
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        (void)printf("    [%s]='%s'\n", (*each)->name, (*each)->operands);
    }
    (void)printf(")\ndeclare -gA _xcj_values=(\n");
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        each_option(*each, bash_value);
    }
    (void)printf(")\n");
}

/* zsh: the words of _arguments, in which a colon parts. */
static void zsh_value(const char *values)
{
    (void)putchar(':');
    print_escaped(values, ":\\", "'\\''");
    (void)printf(":_xcj_value \"");
    print_escaped(values, ":\\", "'\\''");
    (void)putchar('"');
}

static void zsh_option(const verb *of, const opt_row *row)
{
    const bool valued = row->kind != OPT_FLAG;
    (void)of;
    (void)printf("        ");
    if (row == &opt_help) {
        (void)printf("'(- *)'");
    } else if (row->kind == OPT_LIST) {
        (void)printf("'*'");
    } else if (row->letter != 0) {
        (void)printf("'(-%c --%s)'", row->letter, row->name);
    }
    if (row->letter != 0) {
        (void)printf("{-%c%s,--%s%s}'[", row->letter, valued ? "+" : "", row->name, valued ? "=" : "");
    } else {
        (void)printf("'--%s%s[", row->name, valued ? "=" : "");
    }
    print_escaped(row->help, "[]\\", "'\\''");
    (void)printf("]");
    if (valued) {
        zsh_value(row->metavar);
    }
    (void)printf("'\n");
}

static void zsh_verb(const verb *which)
{
    (void)printf("    %s)\n        specs=(\n", which->name);
    each_option(which, zsh_option);
    if (which->operands_max > 0) {
        (void)printf("        '%s", which->operands_max == 1 ? "1" : "*");
        zsh_value(which->operands);
        (void)printf("'\n");
    }
    (void)printf("        )\n        ;;\n");
}

static void print_zsh(void)
{
    (void)printf("_xcj_algs=(");
    print_algs();
    (void)printf(")\n_xcj_verbs=(\n");
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        (void)printf("    '%s:", (*each)->name);
        print_escaped((*each)->summary, ":\\", "'\\''");
        (void)printf("'\n");
    }
    (void)printf(")\n\n_xcj_specs() {\n    case $1 in\n    '')\n        specs=(\n");
    each_option(NULL, zsh_option);
    (void)printf("        )\n        ;;\n");
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        zsh_verb(*each);
    }
    (void)printf("    esac\n}\n");
}

/* fish: a call of `complete` for each. */
static void fish_option(const verb *of, const opt_row *row)
{
    (void)printf("complete -c xcj -n '__xcj_verb %s' -l %s", of != NULL ? of->name : "", row->name);
    if (row->letter != 0) {
        (void)printf(" -s %c", row->letter);
    }
    (void)printf(" -d '");
    print_escaped(row->help, "\\", "\\'");
    (void)printf("'");
    if (row->kind != OPT_FLAG) {
        (void)printf(" -x -a '(__xcj_value \"%s\")'", row->metavar);
    }
    (void)printf("\n");
}

static void print_fish(void)
{
    (void)printf("set -g __xcj_algs ");
    print_algs();
    (void)printf("\n");
    each_option(NULL, fish_option);
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        (void)printf("complete -c xcj -n '__xcj_verb' -a %s -d '", (*each)->name);
        print_escaped((*each)->summary, "\\", "\\'");
        (void)printf("'\n");
        each_option(*each, fish_option);
        if ((*each)->operands_max > 0) {
            (void)printf("complete -c xcj -n '__xcj_verb %s' -a '(__xcj_value \"%s\")'\n", (*each)->name, (*each)->operands);
        }
    }
}

static void print_tables(const char *shell)
{
    if (strcmp(shell, "bash") == 0) {
        print_bash();
    } else if (strcmp(shell, "zsh") == 0) {
        print_zsh();
    } else {
        print_fish();
    }
}

int main(int argc, char **argv)
{
    FILE *template = argc == 4 ? fopen(argv[2], "re") : NULL;
    if (template == NULL || freopen(argv[3], "we", stdout) == NULL) {
        (void)fprintf(stderr, "usage: xcj_completions bash|zsh|fish TEMPLATE OUTPUT\n");
        return 2;
    }
    char line[LINE_MAX_LEN];
    while (fgets(line, sizeof line, template) != NULL) {
        if (strcmp(line, "# TABLES\n") == 0) {
            print_tables(argv[1]);
        } else {
            (void)fputs(line, stdout);
        }
    }
    const int failed = ferror(template) | ferror(stdout);
    (void)fclose(template);
    return fclose(stdout) != 0 || failed;
}
