/*
 * jwks.c: the set to publish: the public part of every key, once and with a kid, never a private or an oct member. With
 * --rotate the private set that a gateway signs with.
 */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/keys/rotate.h"
#include "cli/options/overwrite.h"
#include "cli/remote/source.h"
#include "cli/verbs/verb.h"

typedef struct jwks_args {
    const char *out;
    bool force;
    const char *kid;
    const char *use;
    const char *alg;
    const char *remove;
    opt_list add;
    rotate_args rotate;
    const char *passphrase;
    pages_args pages;
} jwks_args;

#define AT(field) offsetof(jwks_args, field)

static const opt_row OPTIONS[] = {
    OPT_HEADING("Keys"),
    { "add", 0, OPT_LIST, "KEY|URL", AT(add), "add these keys, in place if --output is the set's file" },
    { "remove", 0, OPT_TEXT, "KID", AT(remove), "leave out the key with this kid" },
    { "kid", 0, OPT_TEXT, "KID|thumbprint", AT(kid), "label a single key; of several keys, list only this one" },
    { "use", 0, OPT_TEXT, "USE", AT(use), "use of the keys that have none, such as sig" },
    { "alg", 'a', OPT_TEXT, "ALG", AT(alg), "alg of the keys that have none, or of a next key" },
    ROTATE_ROW(jwks_args, rotate),
    OPT_HEADING("Output"),
    { "output", 'o', OPT_TEXT, "FILE", AT(out), "write the set here" },
    OPT_HEADING("More"),
    OVERWRITE_ROW(jwks_args, force),
    KEYS_PASSPHRASE_ROW(jwks_args, passphrase),
    OPT_HEADING("More on rotation"),
    ROTATE_ROWS(jwks_args, rotate),
    OPT_HEADING("Fetching"),
    PAGES_ROWS(jwks_args, pages),
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

/* Keys with a reference each, and the thumbprints of all that came, sorted in a tree. */
typedef struct key_list {
    const jwks_args *args;
    xcj_key **keys;
    size_t count;
    char **thumbprints;
    size_t seen;
    void *tree;
} key_list;

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* *is_new: no key with this public part came before. */
static msg_status note_key(bool *is_new, key_list *list, const xcj_key *key)
{
    size_t len = 0;
    xcj_error err;
    char **thumbprint = &list->thumbprints[list->seen];
    if (xcj_key_thumbprint(thumbprint, &len, key, XCJ_SHA256, &err) != XCJ_OK) {
        return msg_fail_error(ABOUT_INPUT, "jwks", &err);
    }
    list->seen++;
    char *const *found = tsearch(*thumbprint, &list->tree, compare);
    *is_new = found != NULL && *found == *thumbprint;
    return found != NULL ? STATUS_OK : msg_fail_memory();
}

static msg_status add_key(key_list *list, const xcj_key *key, const char *name)
{
    const jwks_args *args = list->args;
    bool is_new = false;
    msg_status status = note_key(&is_new, list, key);
    if (status != STATUS_OK || !is_new) {
        return status;
    }
    keys_warn_weak(name, key);
    const keys_labels labels = { xcj_key_id(key).ptr == NULL ? "thumbprint" : NULL,
                                 xcj_key_use(key).ptr == NULL ? args->use : NULL,
                                 xcj_key_alg(key) == XCJ_ALG_NONE ? args->alg : NULL };
    status = keys_relabel(&list->keys[list->count], key, &labels, name);
    list->count += status == STATUS_OK;
    return status;
}

static bool make_room(key_list *list, size_t more)
{
    xcj_key **keys = realloc(list->keys, (list->count + more + 1) * sizeof *keys);
    list->keys = keys != NULL ? keys : list->keys;
    char **thumbprints = realloc(list->thumbprints, (list->seen + more + 1) * sizeof *thumbprints);
    list->thumbprints = thumbprints != NULL ? thumbprints : list->thumbprints;
    return keys != NULL && thumbprints != NULL;
}

static msg_status add_keys(key_list *list, const xcj_keyset *set, const char *name)
{
    msg_status status = make_room(list, xcj_keyset_count(set)) ? STATUS_OK : msg_fail_memory();
    for (size_t i = 0; i < xcj_keyset_count(set) && status == STATUS_OK; i++) {
        const xcj_key *key = xcj_keyset_get(set, i);
        if (keys_is_oct(key)) {
            msg_warn(name, "an oct key is skipped: it has no public part");
        } else {
            status = add_key(list, key, name);
        }
    }
    return status;
}

static void free_list(key_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        xcj_key_free(list->keys[i]);
    }
    for (size_t i = 0; i < list->seen; i++) {
        (void)tdelete(list->thumbprints[i], &list->tree, compare);
        xcj_free(list->thumbprints[i]);
    }
    free(list->keys);
    free(list->thumbprints);
}

/* Keeps the keys that have this kid, or those that have another one. */
static msg_status keep_keys(key_list *list, const char *option, const char *kid, bool those)
{
    size_t kept = 0;
    bool found = false;
    for (size_t i = 0; i < list->count; i++) {
        const bool has = keys_has_kid(list->keys[i], xcj_text(kid));
        found = found || has;
        if (has == those) {
            list->keys[kept++] = list->keys[i];
        } else {
            xcj_key_free(list->keys[i]);
        }
    }
    list->count = kept;
    return found ? STATUS_OK : msg_fail(STATUS_KEY, option, "no key has the kid %s", shown_kid(kid).text);
}

static msg_status apply_kid(key_list *list, const char *kid)
{
    if (list->count != 1 && !keys_is_thumbprint(kid)) {
        return keep_keys(list, "--kid", kid, true);
    }
    const keys_labels labels = { kid, NULL, NULL };
    msg_status status = STATUS_OK;
    for (size_t i = 0; i < list->count && status == STATUS_OK; i++) {
        xcj_key *key = NULL;
        status = keys_relabel(&key, list->keys[i], &labels, "--kid");
        if (status == STATUS_OK) {
            xcj_key_free(list->keys[i]);
            list->keys[i] = key;
        }
    }
    return status;
}

/* Frees them. */
static msg_status add_loaded(key_list *list, keys_loaded *loaded, const char *name)
{
    keys_warn_skipped(name, loaded->set);
    msg_status status = add_keys(list, loaded->set, name);
    keys_free(loaded);
    return status;
}

static msg_status add_file(key_list *list, const char *operand, const char *path)
{
    keys_loaded loaded;
    shown name;
    const keys_how how = { list->args->passphrase, false, false };
    msg_status status = source_load(&loaded, operand, path, &how, &list->args->pages);
    return status == STATUS_OK ? add_loaded(list, &loaded, source_name(&name, path)) : status;
}

static int compare_kids(const void *a, const void *b)
{
    const xcj_str one = xcj_key_id(*(xcj_key *const *)a);
    const xcj_str other = xcj_key_id(*(xcj_key *const *)b);
    const int order = memcmp(one.ptr, other.ptr, one.len < other.len ? one.len : other.len);
    return order != 0 ? order : (one.len > other.len) - (one.len < other.len);
}

/* Every key has a kid by now. Two with the same make a token ambiguous. */
static msg_status warn_of_kids(const key_list *list)
{
    xcj_key **sorted = calloc(list->count, sizeof *sorted);
    if (sorted == NULL) {
        return msg_fail_memory();
    }
    memcpy(sorted, list->keys, list->count * sizeof *sorted);
    qsort(sorted, list->count, sizeof *sorted, compare_kids);
    for (size_t i = 1; i < list->count; i++) {
        if (compare_kids(&sorted[i - 1], &sorted[i]) == 0) {
            const xcj_str kid = xcj_key_id(sorted[i]);
            msg_warn("jwks", "two keys have the kid %s: a token with it is refused as ambiguous",
                     shown_name(kid.ptr, kid.len).text);
        }
    }
    free(sorted);
    return STATUS_OK;
}

static msg_status write_set(output *file, const xcj_keyset *set, xcj_part part)
{
    xcj_error err;
    char *json = NULL;
    size_t len = 0;
    text line = TEXT_INIT;
    if (xcj_keyset_to_json(&json, &len, set, part, &err) != XCJ_OK) {
        return msg_fail_error(ABOUT_INPUT, "jwks", &err);
    }
    text_add(&line, json, len);
    text_puts(&line, "\n");
    msg_status status = line.failed ? msg_fail_memory() : output_write(file, text_view(&line), part == XCJ_PRIVATE);
    text_free(&line);
    xcj_free(json);
    return status;
}

static msg_status print_set(const key_list *list, output *file)
{
    if (list->count == 0) {
        return msg_fail(STATUS_INPUT, "jwks", "there is no key with a public part");
    }
    xcj_error err;
    xcj_keyset *set = NULL;
    msg_status status = warn_of_kids(list);
    if (status != STATUS_OK) {
        return status;
    }
    status = xcj_keyset_from_keys(&set, (const xcj_key *const *)list->keys, list->count, &err) == XCJ_OK
                 ? write_set(file, set, XCJ_PUBLIC)
                 : msg_fail_error(ABOUT_INPUT, "jwks", &err);
    xcj_keyset_free(set);
    return status;
}

/* Keys are added to a set, or removed from it, or take turns in it, where it is: then its file is both read and written. */
static bool is_in_place(const output *file, const jwks_args *args, const opt_list *inputs)
{
    const bool changes = args->add.count > 0 || args->remove != NULL || args->rotate.period != NULL;
    return changes && args->out != NULL && inputs->count == 1 && overwrite_is_input(file, io_operand(inputs->items[0]));
}

static msg_status open_file(output *file, bool *in_place, const jwks_args *args, const opt_list *inputs)
{
    msg_status status = output_open(file, args->out != NULL ? "--output" : "standard output", args->out);
    *in_place = status == STATUS_OK && is_in_place(file, args, inputs);
    if (status == STATUS_OK) {
        status = overwrite_check_inputs(file, OPTIONS, args, *in_place ? NULL : inputs, args->force);
    }
    /* A rotation keeps the private keys that it finds in the file. */
    const bool may_have_keys = args->force || (*in_place && args->rotate.period != NULL);
    return status == STATUS_OK ? overwrite_check_keys(file, 1, may_have_keys) : status;
}

/* Reads the set that is locked, through the descriptor of the lock. */
static msg_status load_locked(keys_loaded *out, const jwks_args *args, int fd, const char *path)
{
    text data = TEXT_INIT;
    const keys_how how = { args->passphrase, false, false };
    msg_status status = io_read_open(&data, fd, path, IO_KEY_LIMIT, STATUS_INPUT);
    if (status == STATUS_OK) {
        status = keys_load_data(out, &data, path, &how);
    }
    text_free(&data);
    return status;
}

static msg_status add_locked(key_list *list, int fd, const char *path)
{
    keys_loaded loaded;
    msg_status status = load_locked(&loaded, list->args, fd, path);
    return status == STATUS_OK ? add_loaded(list, &loaded, path) : status;
}

static msg_status add_operands(key_list *list, const opt_list *operands)
{
    msg_status status = operands->count == 0 ? add_file(list, "key", "-") : STATUS_OK;
    for (size_t i = 0; i < operands->count && status == STATUS_OK; i++) {
        char operand[32];
        (void)snprintf(operand, sizeof operand, "key %zu", i + 1);
        status = add_file(list, operand, io_operand(operands->items[i]));
    }
    return status;
}

static msg_status make_set(key_list *list, const opt_list *operands, int locked)
{
    const jwks_args *args = list->args;
    msg_status status =
        locked >= 0 ? add_locked(list, locked, io_operand(operands->items[0])) : add_operands(list, operands);
    if (status == STATUS_OK && args->remove != NULL) {
        status = keep_keys(list, "--remove", args->remove, false);
    }
    for (size_t i = 0; i < args->add.count && status == STATUS_OK; i++) {
        status = add_file(list, "--add", args->add.items[i]);
    }
    return status == STATUS_OK && args->kid != NULL ? apply_kid(list, args->kid) : status;
}

static msg_status publish(const jwks_args *args, const opt_list *operands, output *file, int locked)
{
    key_list list = { .args = args };
    msg_status status = make_set(&list, operands, locked);
    if (status == STATUS_OK) {
        status = print_set(&list, file);
    }
    free_list(&list);
    return status;
}

/* A set that is as it should be is not written again. */
static msg_status rotate(const jwks_args *args, const rotate_plan *plan, const char *path, output *file, int locked)
{
    keys_loaded loaded = { NULL, false, false };
    xcj_keyset *next = NULL;
    bool is_same = false;
    const keys_how how = { args->passphrase, false, false };
    msg_status status = locked >= 0 ? load_locked(&loaded, args, locked, path) : keys_load(&loaded, "key", path, &how);
    if (status == STATUS_OK && !loaded.is_json) {
        status = msg_fail(STATUS_INPUT, io_name(path), "is no JWK: xcj convert --to jwk makes one");
    }
    if (status == STATUS_OK) {
        status = rotate_set(&next, &is_same, loaded.set, plan, io_name(path));
    }
    if (status == STATUS_OK && !(is_same && locked >= 0)) {
        status = write_set(file, next, XCJ_PRIVATE);
    }
    xcj_keyset_free(next);
    keys_free(&loaded);
    return status;
}

/* What --rotate cannot be combined with. */
static msg_status check_rotation(const jwks_args *args, const opt_list *operands)
{
    const char *other = args->add.count > 0    ? "--add"
                        : args->remove != NULL ? "--remove"
                        : args->kid != NULL    ? "--kid"
                        : args->use != NULL    ? "--use"
                                               : NULL;
    if (args->rotate.period == NULL) {
        return STATUS_OK;
    }
    if (other != NULL) {
        return msg_fail(STATUS_USAGE, other, "cannot be combined with --rotate");
    }
    return operands->count <= 1 ? STATUS_OK : msg_fail(STATUS_USAGE, "--rotate", "is for one set");
}

static msg_status run(const void *given, const opt_list *operands)
{
    const jwks_args *args = given;
    output file = OUTPUT_INIT;
    rotate_plan plan;
    bool in_place = false;
    int locked = -1;
    msg_status status = check_rotation(args, operands);
    if (status == STATUS_OK) {
        status = rotate_read(&plan, &args->rotate, args->alg);
    }
    if (status == STATUS_OK) {
        status = source_check(&args->pages, "jwks", operands, &args->add);
    }
    if (status == STATUS_OK) {
        status = open_file(&file, &in_place, args, operands);
    }
    if (status == STATUS_OK && in_place) {
        status = output_lock(&locked, &file);
    }
    if (status == STATUS_OK) {
        const char *path = operands->count > 0 ? io_operand(operands->items[0]) : "-";
        status =
            args->rotate.period != NULL ? rotate(args, &plan, path, &file, locked) : publish(args, operands, &file, locked);
    }
    if (in_place && locked >= 0) {
        (void)close(locked);
    }
    output_close(&file, 1);
    return status;
}

const verb verb_jwks = {
    "jwks",
    "[FILE|@FILE|-|env:NAME|URL]...",
    SIZE_MAX,
    "print the public set of keys, to publish",
    "Prints a JWK Set with the public part of every key in JWKs, sets, PEM, DER and\n"
    "certificates; skips shared secrets. With --rotate, writes the private set that a\n"
    "gateway signs with, and adds the key that signs next.\n",
    "  xcj jwks private.json > jwks.json\n"
    "  xcj jwks old.pem new.json -o jwks.json\n"
    "  xcj jwks jwks.json --add new.json -o jwks.json\n"
    "  xcj jwks --rotate 30d keys.json -o keys.json\n",
    OPTIONS,
    sizeof(jwks_args),
    run,
    VERB_EXIT(STATUS_KEY) | VERB_EXIT(STATUS_FETCH),
};
