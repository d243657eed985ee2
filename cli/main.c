/*
 * main.c: finds the verb, parses its options and runs it; what is asked of the program itself.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/io/doc.h"
#include "cli/io/platform.h"
#include "cli/io/shown.h"
#include "cli/verbs/help.h"
#include "cli/verbs/verb.h"
#include "cli/verbs/version.h"

static msg_status run_verb(const verb *which, opt_words words)
{
    opt_list operands = { NULL, NULL, 0 };
    bool help = false;
    void *args = calloc(1, which->args_size);
    if (args == NULL) {
        return msg_fail_memory();
    }
    msg_status status = opt_parse(which->options, args, &operands, &help, which->name, words);
    if (status == STATUS_OK && help) {
        status = help_verb(which);
    } else if (status == STATUS_OK && operands.count > which->operands_max) {
        status = msg_fail(STATUS_USAGE, which->name, "unexpected argument: %s",
                          shown_path(operands.items[which->operands_max]).text);
    } else if (status == STATUS_OK) {
        status = which->run(args, &operands);
    }
    opt_free(which->options, args, &operands);
    free(args);
    return status;
}

static msg_status run_program(opt_words words)
{
    program_args args = { false, false };
    opt_list operands = { NULL, NULL, 0 };
    bool help = false;
    msg_status status = opt_parse(program_options, &args, &operands, &help, NULL, words);
    if (status == STATUS_OK && help) {
        status = help_program();
    } else if (status == STATUS_OK && operands.count > 0) {
        status = msg_fail(STATUS_USAGE, NULL, "the verb comes first: xcj VERB [OPTION]...");
    } else if (status == STATUS_OK && !args.version) {
        status = words.count > 0 ? msg_fail(STATUS_USAGE, NULL, "no verb was given; xcj --help lists them") : help_brief();
    } else if (status == STATUS_OK) {
        status = version_print(args.json);
    }
    opt_free(program_options, &args, &operands);
    return status;
}

/* Verbs of other programs. */
static const char *const SYNONYMS[][2] = {
    { "sign", "mint" },
    { "encode", "mint" },
    { "create", "mint" },
    { "issue", "mint" },
    { "decode", "inspect" },
    { "show", "inspect" },
    { "parse", "inspect" },
    { "print", "inspect" },
    { "check", "verify" },
    { "validate", "verify" },
    { "generate", "keygen" },
    { "gen", "keygen" },
    { "genkey", "keygen" },
    { "jwk2pem", "convert" },
    { "pem2jwk", "convert" },
    { "export", "convert" },
    { "import", "convert" },
    { "thp", "thumbprint" },
    { "fingerprint", "thumbprint" },
};

static const verb *find_verb(const char *word)
{
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        if (strcmp(word, (*each)->name) == 0) {
            return *each;
        }
    }
    return NULL;
}

static msg_status unknown_verb(const char *word)
{
    const char *near = NULL;
    for (size_t i = 0; i < sizeof SYNONYMS / sizeof SYNONYMS[0]; i++) {
        if (strcmp(word, SYNONYMS[i][0]) == 0) {
            return msg_fail(STATUS_USAGE, NULL, "unknown verb \"%s\": use xcj %s", word, SYNONYMS[i][1]);
        }
    }
    size_t best = SIZE_MAX;
    for (const verb *const *each = verb_all; *each != NULL; each++) {
        size_t distance = opt_distance(word, (*each)->name);
        if (distance < best) {
            best = distance;
            near = (*each)->name;
        }
    }
    if (near == NULL) {
        return msg_fail(STATUS_USAGE, NULL, "unknown verb: %s; xcj --help lists them", shown_word(word, strlen(word)).text);
    }
    return msg_fail(STATUS_USAGE, NULL, "unknown verb \"%.40s\"; did you mean %s?", word, near);
}

/* The words `help`, `help VERB` and `version`, which stand for options. */
static msg_status run_help(const char *word)
{
    const verb *which = word != NULL ? find_verb(word) : NULL;
    return which != NULL ? help_verb(which) : word != NULL ? unknown_verb(word) : help_program();
}

static msg_status dispatch(int argc, char **argv)
{
    if (argc < 2 || argv[1][0] == '-') {
        return run_program((opt_words){ argc > 1 ? argc - 1 : 0, argv + 1 });
    }
    const char *word = argv[1];
    const verb *which = find_verb(word);
    if (which != NULL) {
        return run_verb(which, (opt_words){ argc - 2, argv + 2 });
    }
    if (strcmp(word, "help") == 0 && argc <= 3) {
        return run_help(argv[2]);
    }
    return strcmp(word, "version") == 0 && argc == 2 ? version_print(false) : unknown_verb(word);
}

/* All is written and freed. What a return would add is OpenSSL taking itself apart, a twentieth of a run, in a process that
 * is about to be gone; sanitizers and coverage need it, and have it in builds that are not optimised. */
static int leave(msg_status status)
{
#ifdef NDEBUG
    _exit((int)status);
#endif
    return (int)status;
}

int main(int argc, char **argv)
{
    platform_start(argc > 0 ? argv[0] : NULL);
    io_start();
    doc_start();
    const msg_status status = io_finish(dispatch(argc, argv));
    msg_finish();
    return leave(status);
}
