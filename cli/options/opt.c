/*
 * opt.c: the option parser.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/io/shown.h"
#include "cli/options/opt.h"

#define NAME_MAX_LEN 31
#define LINE_WIDTH 80
#define LEFT_WIDTH 30

/* A parse under way. */
typedef struct parse {
    const opt_row *rows;
    char *dest;
    const char *verb;
    opt_words words;
    int next; /* the word after the one in hand */
} parse;

const opt_row opt_help = { "help", 'h', OPT_FLAG, NULL, 0, "print this help" };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t length_of(const parse *state)
{
    return (size_t)state->words.count;
}

static msg_status list_add(opt_list *list, size_t room, const opt_row *row, const char *value)
{
    if (list->items == NULL) {
        list->items = calloc(room, sizeof *list->items);
        list->rows = calloc(room, sizeof *list->rows);
        if (list->items == NULL || list->rows == NULL) {
            return msg_fail_memory();
        }
    }
    list->items[list->count] = value;
    list->rows[list->count] = row;
    list->count++;
    return STATUS_OK;
}

static msg_status store_text(const parse *state, const opt_row *row, const char **slot, const char *value)
{
    if (*slot != NULL) {
        return msg_fail(STATUS_USAGE, state->verb, "--%s was given twice", row->name);
    }
    *slot = value;
    return STATUS_OK;
}

static msg_status store_one(const parse *state, const opt_row *row, opt_given *slot, const char *value)
{
    if (slot->row != NULL && slot->row != row) {
        return msg_fail(STATUS_USAGE, state->verb, "--%s excludes --%s", row->name, slot->row->name);
    }
    slot->row = row;
    return store_text(state, row, &slot->value, value);
}

static msg_status store(const parse *state, const opt_row *row, const char *value)
{
    void *slot = state->dest + row->offset;
    switch (row->kind) {
    case OPT_FLAG:
        *(bool *)slot = true;
        return STATUS_OK;
    case OPT_TEXT:
        return store_text(state, row, slot, value);
    case OPT_ONE:
        return store_one(state, row, slot, value);
    case OPT_LIST:
        return list_add(slot, length_of(state), row, value);
    case OPT_GROUP:
        break;
    }
    return STATUS_INTERNAL;
}

/* The option that is written most alike, or the first that begins like it. */
static const opt_row *nearest(const opt_row *rows, const char *word)
{
    const opt_row *best = NULL;
    size_t best_distance = SIZE_MAX;
    for (const opt_row *row = rows; row->name != NULL; row++) {
        size_t distance = opt_distance(word, row->name);
        if (distance == SIZE_MAX && strncmp(word, row->name, strlen(word)) == 0) {
            distance = NAME_MAX_LEN;
        }
        if (distance < best_distance) {
            best = row;
            best_distance = distance;
        }
    }
    return best;
}

/* Names that other programs have for what is an option here. */
static const char *const SYNONYMS[][2] = {
    { "algorithm", "alg" },       { "algorithms", "alg" },     { "audience", "aud" },
    { "cert", "client-cert" },    { "certificate", "x5c" },    { "dir", "cache-dir" },
    { "exp", "expires-in" },      { "expires", "expires-in" }, { "expiry", "expires-in" },
    { "header-field", "header" }, { "hmac-secret", "secret" }, { "in", "key" },
    { "issuer", "iss" },          { "issuer-name", "iss" },    { "jwk", "key" },
    { "jwks-uri", "jwks" },       { "key-id", "kid" },         { "out", "output" },
    { "password", "passphrase" }, { "passin", "passphrase" },  { "private-key", "key" },
    { "public-key", "key" },      { "signing-key", "key" },    { "size", "bits" },
    { "subject", "sub" },         { "token-type", "typ" },     { "type", "typ" },
    { "user", "basic" },
};

static const opt_row *find_exact(const opt_row *rows, const char *name, size_t len)
{
    for (const opt_row *row = rows; row->name != NULL; row++) {
        if (row->kind != OPT_GROUP && strncmp(row->name, name, len) == 0 && row->name[len] == '\0') {
            return row;
        }
    }
    return NULL;
}

static const opt_row *find_synonym(const opt_row *rows, const char *word)
{
    for (size_t i = 0; i < sizeof SYNONYMS / sizeof SYNONYMS[0]; i++) {
        if (strcmp(word, SYNONYMS[i][0]) == 0) {
            return find_exact(rows, SYNONYMS[i][1], strlen(SYNONYMS[i][1]));
        }
    }
    return NULL;
}

bool opt_is_form(const opt_row *row, const char *form)
{
    return row->metavar != NULL && strncmp(row->metavar, form, strcspn(row->metavar, "|")) == 0;
}

/* --NAME-env, --NAME-file and --NAME-url: the value says where it comes from, not the option. */
static const opt_row *find_source(const opt_row *rows, const char *word, const char **form)
{
    static const char *const ends[][3] = { { "-env", "KEY", " env:NAME" }, { "-env", "S", " env:NAME" },
                                           { "-env", "V", " env:NAME" },   { "-file", "S", " FILE" },
                                           { "-file", "KEY", " FILE" },    { "-file", "V", " @FILE" },
                                           { "-url", "KEY", " URL" } };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        const char *end = strrchr(word, '-');
        const opt_row *row =
            end != NULL && strcmp(end, ends[i][0]) == 0 ? find_exact(rows, word, (size_t)(end - word)) : NULL;
        if (row != NULL && opt_is_form(row, ends[i][1])) {
            *form = ends[i][2];
            return row;
        }
    }
    return NULL;
}

static msg_status unknown(const parse *state, const char *name, size_t len)
{
    char word[NAME_MAX_LEN + 1];
    const char *form = "";
    (void)snprintf(word, sizeof word, "%.*s", (int)least(len, NAME_MAX_LEN), name);
    if (len > NAME_MAX_LEN || strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-") != len || word[0] == '-') {
        return msg_fail(STATUS_USAGE, state->verb, "unknown option: %s", shown_value(name).text);
    }
    const opt_row *near = find_source(state->rows, word, &form);
    near = near != NULL ? near : find_synonym(state->rows, word);
    near = near != NULL ? near : nearest(state->rows, word);
    if (strcmp(word, "token-env") == 0) {
        return msg_fail(STATUS_USAGE, state->verb, "unknown option --token-env; the token's argument may be env:NAME");
    }
    if (near == NULL) {
        return msg_fail(STATUS_USAGE, state->verb, "unknown option --%s", word);
    }
    return msg_fail(STATUS_USAGE, state->verb, "unknown option --%s; did you mean --%s%s?", word, near->name, form);
}

/* The value of an option whose word is in hand: `attached` to it, or the next word. */
static msg_status take(parse *state, const opt_row *row, const char *attached)
{
    if (row->kind == OPT_FLAG) {
        if (attached != NULL) {
            return msg_fail(STATUS_USAGE, state->verb, "--%s takes no value", row->name);
        }
        return store(state, row, NULL);
    }
    if (attached != NULL) {
        return store(state, row, attached);
    }
    if (state->next >= state->words.count) {
        return msg_fail(STATUS_USAGE, state->verb, "--%s needs a value: %s", row->name, row->metavar);
    }
    return store(state, row, state->words.words[state->next++]);
}

static msg_status take_long(parse *state, const char *word, bool *help)
{
    const char *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    if (equals == NULL && strcmp(word, opt_help.name) == 0) {
        *help = true;
        return STATUS_OK;
    }
    const opt_row *row = find_exact(state->rows, word, len);
    if (row == NULL) {
        return unknown(state, word, len);
    }
    return take(state, row, equals ? equals + 1 : NULL);
}

static msg_status take_short(parse *state, const char *word, bool *help)
{
    if (word[0] == opt_help.letter && word[1] == '\0') {
        *help = true;
        return STATUS_OK;
    }
    for (const opt_row *row = state->rows; row->name != NULL; row++) {
        if (row->letter != word[0]) {
            continue;
        }
        return take(state, row, word[1] == '\0' ? NULL : word + 1);
    }
    return msg_fail(STATUS_USAGE, state->verb, "unknown option -%c", word[0]);
}

msg_status opt_parse(const opt_row *rows, void *dest, opt_list *operands, bool *help, const char *verb, opt_words words)
{
    parse state = { rows, dest, verb, words, 0 };
    bool options_over = false;
    msg_status status = STATUS_OK;
    while (status == STATUS_OK && !*help && state.next < words.count) {
        const char *word = words.words[state.next++];
        if (options_over || word[0] != '-' || word[1] == '\0') {
            status = list_add(operands, (size_t)words.count, NULL, word);
        } else if (word[1] != '-') {
            status = take_short(&state, word + 1, help);
        } else if (word[2] == '\0') {
            options_over = true;
        } else {
            status = take_long(&state, word + 2, help);
        }
    }
    return status;
}

static void list_free(opt_list *list)
{
    free(list->items);
    free(list->rows);
    *list = (opt_list){ NULL, NULL, 0 };
}

msg_status opt_views(xcj_str **out, const opt_list *list)
{
    *out = list->count > 0 ? calloc(list->count, sizeof **out) : NULL;
    if (*out == NULL) {
        return list->count > 0 ? msg_fail_memory() : STATUS_OK;
    }
    for (size_t i = 0; i < list->count; i++) {
        (*out)[i] = xcj_text(list->items[i]);
    }
    return STATUS_OK;
}

void opt_free(const opt_row *rows, void *dest, opt_list *operands)
{
    for (const opt_row *row = rows; row->name != NULL; row++) {
        void *slot = (char *)dest + row->offset;
        if (row->kind == OPT_LIST) {
            list_free(slot);
        }
    }
    list_free(operands);
}

msg_status opt_choice(int *out, const char *option, const char *choices, const char *value)
{
    const size_t len = strlen(value);
    const char *at = choices;
    for (int i = 0; *at != '\0'; i++) {
        size_t word = strcspn(at, "|");
        if (word == len && strncmp(at, value, len) == 0) {
            *out = i;
            return STATUS_OK;
        }
        at += word + (at[word] == '|');
    }
    return msg_fail(STATUS_USAGE, option, "%s is not one of %s", shown_word(value, len).text, choices);
}

/* Breaks the words into lines of 80 columns; each begins at the right column. */
static void put_wrapped(text *out, const char *words)
{
    size_t room = LINE_WIDTH - LEFT_WIDTH;
    for (const char *at = words; *at != '\0';) {
        const size_t len = strcspn(at, " ");
        if (at != words && len + 1 > room) {
            text_printf(out, "\n%*s", LEFT_WIDTH, "");
            room = LINE_WIDTH - LEFT_WIDTH;
        } else if (at != words) {
            text_puts(out, " ");
            room--;
        }
        text_add(out, at, len);
        room -= least(len, room);
        at += len + (at[len] == ' ');
    }
    text_puts(out, "\n");
}

static void put_row(text *out, const opt_row *row)
{
    char left[LINE_WIDTH];
    char words[3 * LINE_WIDTH];
    char letter[8] = "    ";
    if (row->letter != 0) {
        (void)snprintf(letter, sizeof letter, "-%c, ", row->letter);
    }
    (void)snprintf(left, sizeof left, "  %s--%s%s%s", letter, row->name, row->metavar ? " " : "",
                   row->metavar ? row->metavar : "");
    (void)snprintf(words, sizeof words, "%s%s", row->help, row->kind == OPT_LIST ? " (repeatable)" : "");
    if (strlen(left) + 2 <= LEFT_WIDTH) {
        text_printf(out, "%-*s", LEFT_WIDTH, left);
    } else {
        text_printf(out, "%s\n%*s", left, LEFT_WIDTH, "");
    }
    put_wrapped(out, words);
}

/* The forms of the values that the rows name by a word. */
static void put_legend(text *out, const opt_row *rows)
{
    static const char *const legend[][2] = {
        { "KEY", "KEY: FILE, - (standard input) or env:NAME (a variable)" },
        { "S", "S: FILE, - or env:NAME; never the secret itself" },
        { "V", "V: the value itself, @FILE, - or env:NAME" },
    };
    for (size_t i = 0; i < sizeof legend / sizeof legend[0]; i++) {
        const opt_row *row = rows;
        while (row->name != NULL && !opt_is_form(row, legend[i][0])) {
            row++;
        }
        if (row->name != NULL) {
            text_printf(out, "  %s\n", legend[i][1]);
        }
    }
}

void opt_put(text *out, const opt_row *rows)
{
    for (const opt_row *row = rows; row->name != NULL; row++) {
        if (row->kind == OPT_GROUP) {
            text_printf(out, "%s%s:\n", strncmp(row->help, "More", 4) == 0 ? "\n" : "", row->help);
        } else {
            put_row(out, row);
        }
    }
    put_row(out, &opt_help);
    put_legend(out, rows);
}

/* Edits (insert, drop, replace, swap neighbours) from one word to the other; both at most NAME_MAX_LEN long. */
static size_t edits(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t cost[NAME_MAX_LEN + 1][NAME_MAX_LEN + 1];
    for (size_t i = 0; i <= a_len; i++) {
        cost[i][0] = i;
    }
    for (size_t j = 0; j <= b_len; j++) {
        cost[0][j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        for (size_t j = 1; j <= b_len; j++) {
            size_t replaced = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            cost[i][j] = least(replaced, least(cost[i - 1][j], cost[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
            }
        }
    }
    return cost[a_len][b_len];
}

size_t opt_distance(const char *word, const char *name)
{
    size_t word_len = strlen(word);
    size_t name_len = strlen(name);
    if (word_len > NAME_MAX_LEN || name_len > NAME_MAX_LEN) {
        return SIZE_MAX;
    }
    size_t distance = edits(word, word_len, name, name_len);
    size_t allowed = least(2, least(word_len, name_len) / 2);
    return distance <= allowed ? distance : SIZE_MAX;
}
