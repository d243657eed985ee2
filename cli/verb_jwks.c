/*
 * verb_jwks.c: the set to publish: the public part of every key, never a private or an oct member.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/keys.h"
#include "cli/overwrite.h"
#include "cli/verb.h"

typedef struct jwks_args {
    const char *out;
    bool force;
    const char *passphrase;
} jwks_args;

#define AT(field) offsetof(jwks_args, field)

static const opt_row OPTIONS[] = {
    OPT_HEADING("Output"),
    { "output", 'o', OPT_TEXT, "FILE", AT(out), "write the set here" },
    OPT_HEADING("More"),
    OVERWRITE_ROW(jwks_args, force),
    KEYS_PASSPHRASE_ROW(jwks_args, passphrase),
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

/* Keys with a reference each. */
typedef struct key_list {
    xcj_key **keys;
    size_t count;
} key_list;

static msg_status add_keys(key_list *list, const xcj_keyset *set, const char *name)
{
    size_t more = xcj_keyset_count(set);
    xcj_key **keys = realloc(list->keys, (list->count + more + 1) * sizeof *keys);
    if (keys == NULL) {
        return msg_fail_memory();
    }
    list->keys = keys;
    for (size_t i = 0; i < more; i++) {
        const xcj_key *key = xcj_keyset_get(set, i);
        if (keys_is_oct(key)) {
            msg_warn(name, "an oct key is skipped: it has no public part");
            continue;
        }
        keys_warn_weak(name, key);
        list->keys[list->count++] = xcj_key_ref(key);
    }
    return STATUS_OK;
}

static msg_status add_file(key_list *list, const char *operand, const char *path, const char *passphrase)
{
    keys_loaded loaded;
    const keys_how how = { passphrase, false, false };
    msg_status status = keys_load(&loaded, operand, path, &how);
    if (status != STATUS_OK) {
        return status;
    }
    keys_warn_skipped(io_name(path), loaded.set);
    status = add_keys(list, loaded.set, io_name(path));
    keys_free(&loaded);
    return status;
}

static msg_status print_set(const key_list *list, output *file)
{
    if (list->count == 0) {
        return msg_fail(STATUS_INPUT, "jwks", "there is no key with a public part");
    }
    xcj_error err;
    xcj_keyset *set = NULL;
    char *json = NULL;
    size_t len = 0;
    text line = TEXT_INIT;
    msg_status status = STATUS_OK;
    if (xcj_keyset_from_keys(&set, (const xcj_key *const *)list->keys, list->count, &err) != XCJ_OK ||
        xcj_keyset_to_json(&json, &len, set, XCJ_PUBLIC, &err) != XCJ_OK) {
        status = msg_fail_error(ABOUT_INPUT, "jwks", &err);
        goto out;
    }
    text_add(&line, json, len);
    text_puts(&line, "\n");
    status = line.failed ? msg_fail_memory() : output_write(file, text_view(&line), false);
out:
    text_free(&line);
    xcj_free(json);
    xcj_keyset_free(set);
    return status;
}

static msg_status open_file(output *file, const jwks_args *args, const opt_list *inputs)
{
    msg_status status = output_open(file, args->out != NULL ? "--output" : "standard output", args->out);
    for (size_t i = 0; i < inputs->count && status == STATUS_OK; i++) {
        status = overwrite_check_input(file, io_operand(inputs->items[i]), args->force);
    }
    if (status == STATUS_OK) {
        status = overwrite_check_input(file, inputs->count == 0 ? "-" : io_source_file(args->passphrase), args->force);
    }
    return status == STATUS_OK ? overwrite_check_keys(file, 1, args->force) : status;
}

static msg_status run(const void *given, const opt_list *operands)
{
    const jwks_args *args = given;
    output file = OUTPUT_INIT;
    key_list list = { NULL, 0 };
    msg_status status = open_file(&file, args, operands);
    if (status == STATUS_OK && operands->count == 0) {
        status = add_file(&list, "key", "-", args->passphrase);
    }
    for (size_t i = 0; i < operands->count && status == STATUS_OK; i++) {
        char operand[32];
        (void)snprintf(operand, sizeof operand, "key %zu", i + 1);
        status = add_file(&list, operand, io_operand(operands->items[i]), args->passphrase);
    }
    if (status == STATUS_OK) {
        status = print_set(&list, &file);
    }
    for (size_t i = 0; i < list.count; i++) {
        xcj_key_free(list.keys[i]);
    }
    free(list.keys);
    output_close(&file, 1);
    return status;
}

const verb verb_jwks = {
    "jwks",
    "[FILE|@FILE|-|env:NAME]...",
    SIZE_MAX,
    "print the public set of keys, to publish",
    "Prints a JWK Set with the public part of every key in JWKs, sets, PEM, DER and\n"
    "certificates. Never prints a private part; skips shared secrets.\n",
    "  xcj jwks private.json > jwks.json\n"
    "  xcj jwks old.pem new.json -o jwks.json\n",
    OPTIONS,
    sizeof(jwks_args),
    run,
    0,
};
