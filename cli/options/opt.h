/*
 * opt.h: options from const tables, parsed in the GNU way: --name=value, --name value, --, options among the operands,
 * -o FILE and -oFILE. Names are written in full, so that a new option never changes what an old script means. The same
 * tables print the help.
 */
#ifndef XCJ_CLI_OPTIONS_OPT_H
#define XCJ_CLI_OPTIONS_OPT_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/io/msg.h"
#include "cli/io/text.h"

/** The type of an option's value, which is stored at its offset in the verb's struct. */
typedef enum opt_kind {
    OPT_FLAG = 1, /* bool */
    OPT_TEXT = 2, /* const char *; once */
    OPT_LIST = 3, /* opt_list; any number of times */
    OPT_ONE = 4,  /* opt_given; once, of all the options that share it */
    OPT_GROUP = 5 /* no option: a heading of the help, over the rows that follow */
} opt_kind;

/**
 * One option. What its value may be is said by the metavar, which the help shows and the completions go by: alternatives
 * between bars, where FILE is a file, DIR a folder, ALG an algorithm, env:NAME an environment variable, @FILE a file after
 * an at sign, and a word in small letters stands for itself. KEY, S and V stand for the forms of a key, a secret and any
 * other value, which the help lists below the options.
 */
typedef struct opt_row {
    const char *name; /* without the dashes; NULL ends a table */
    char letter;      /* the short form, or 0 */
    opt_kind kind;
    const char *metavar; /* NULL for a flag */
    size_t offset;
    const char *help;
} opt_row;

/**
 * A heading. The groups that most people need come first and fill one screen, together with usage and examples; the headings
 * of the others begin with "More".
 */
#define OPT_HEADING(words)                                                                                                  \
    {                                                                                                                       \
        "", 0, OPT_GROUP, NULL, 0, words                                                                                    \
    }

/** --help, which every table has without saying so. */
extern const opt_row opt_help;

/** Values in the order in which they were given, each with its option: several options may share a list. */
typedef struct opt_list {
    const char **items;
    const opt_row **rows;
    size_t count;
} opt_list;

/** The one option that was given of several, and its value; NULL for none. */
typedef struct opt_given {
    const char *value;
    const opt_row *row;
} opt_given;

/** Where the words stand. */
typedef struct opt_words {
    int count;
    char **words;
} opt_words;

/**
 * Parses the words into `dest` (zeroed by the caller) and the operands, which borrow from the words. *help is set, and the
 * rest left alone, at --help or -h. On failure it has said what is wrong. Free with opt_free() either way.
 */
msg_status opt_parse(const opt_row *rows, void *dest, opt_list *operands, bool *help, const char *verb, opt_words words);

/** Frees the lists of `dest` and the operands. */
void opt_free(const opt_row *rows, void *dest, opt_list *operands);

/** Views of the values, a block for free(); NULL for none, since an empty array would allow nothing. */
msg_status opt_views(xcj_str **out, const opt_list *list);

/** Is the value of this form, the first of the metavar's alternatives? */
bool opt_is_form(const opt_row *row, const char *form);

/** Which of the `choices`, as a metavar writes them ("pem|der"), the value is, counted from 0. Says what is wrong. */
msg_status opt_choice(int *out, const char *option, const char *choices, const char *value);

/** The table for people: 80 columns, long texts in several lines. */
void opt_put(text *out, const opt_row *rows);

/** Is `word` a likely misspelling of `name`? The smaller the better; SIZE_MAX: no. */
size_t opt_distance(const char *word, const char *name);

#endif
