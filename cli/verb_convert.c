/*
 * verb_convert.c: JWK and JWK Set to PEM and DER, and back.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/keys.h"
#include "cli/overwrite.h"
#include "cli/verb.h"

typedef struct convert_args {
    const char *to;
    bool public_only;
    const char *alg;
    const char *kid;
    const char *use;
    bool hmac_k_raw;
    keys_passphrase passphrase;
    const char *out;
    bool force;
} convert_args;

#define FORMS "pem|der|jwk|jwks"
typedef enum form { FORM_PEM = 0, FORM_DER = 1, FORM_JWK = 2, FORM_JWKS = 3 } form;

#define AT(field) offsetof(convert_args, field)

static const opt_row OPTIONS[] = {
    { "to", 0, OPT_TEXT, FORMS, AT(to), "what to make; without it a JWK becomes PEM, all else a JWK" },
    { "public", 0, OPT_FLAG, NULL, AT(public_only), "the public part only" },
    { "alg", 0, OPT_TEXT, "ALG", AT(alg), "the alg of the JWK" },
    { "kid", 0, OPT_TEXT, "KID|thumbprint", AT(kid), "the kid of the JWK; thumbprint: that of RFC 7638" },
    { "use", 0, OPT_TEXT, "USE", AT(use), "the use of the JWK, such as sig" },
    { "hmac-k-raw", 0, OPT_FLAG, NULL, AT(hmac_k_raw), "read the k of an oct JWK as raw text, as the Kong plugin does" },
    KEYS_PASSPHRASE_ROWS(convert_args, passphrase),
    { "output", 'o', OPT_TEXT, "FILE", AT(out), "write here; a private key is readable by its owner only" },
    OVERWRITE_ROW(convert_args, force),
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

/* A conversion under way. */
typedef struct conversion {
    const convert_args *args;
    const char *name;
    form to;
    xcj_key **keys; /* relabelled, a reference each */
    size_t count;
    bool is_private; /* the result holds a private part */
} conversion;

static msg_status read_form(form *out, const char *word, const keys_loaded *loaded)
{
    int found = loaded->is_json ? FORM_PEM : FORM_JWK;
    msg_status status = word != NULL ? opt_choice(&found, "--to", FORMS, word) : STATUS_OK;
    *out = (form)found;
    return status;
}

static xcj_part part_of(const conversion *work, const xcj_key *key)
{
    return xcj_key_is_private(key) && !work->args->public_only ? XCJ_PRIVATE : XCJ_PUBLIC;
}

/* Of a set, an oct key is skipped where it has no form. */
static bool has_form(const conversion *work, const xcj_key *key)
{
    return !keys_is_oct(key) || (work->to >= FORM_JWK && !work->args->public_only);
}

static msg_status add_key(conversion *work, const xcj_key *key, bool of_set)
{
    if (of_set && !has_form(work, key)) {
        msg_warn(work->name, "an oct key is skipped: it has no %s",
                 work->to >= FORM_JWK ? "public part" : "PEM or DER form");
        return STATUS_OK;
    }
    keys_warn_weak(work->name, key);
    const keys_labels labels = { work->args->kid, work->args->use, work->args->alg };
    xcj_key *relabelled = NULL;
    msg_status status = keys_relabel(&relabelled, key, &labels, work->name);
    if (status != STATUS_OK) {
        return status;
    }
    work->keys[work->count++] = relabelled;
    work->is_private = work->is_private || part_of(work, key) == XCJ_PRIVATE;
    return STATUS_OK;
}

static msg_status add_keys(conversion *work, const keys_loaded *loaded)
{
    size_t count = xcj_keyset_count(loaded->set);
    const char *kid = work->args->kid;
    if (count > 1 && kid != NULL && strcmp(kid, "thumbprint") != 0) {
        return msg_fail(STATUS_USAGE, "--kid", "one kid cannot name the %zu keys of a set", count);
    }
    keys_warn_skipped(work->name, loaded->set);
    work->keys = calloc(count + 1, sizeof *work->keys);
    if (work->keys == NULL) {
        return msg_fail_memory();
    }
    for (size_t i = 0; i < count; i++) {
        msg_status status = add_key(work, xcj_keyset_get(loaded->set, i), loaded->is_set);
        if (status != STATUS_OK) {
            return status;
        }
    }
    if (work->count == 0) {
        return msg_fail(STATUS_INPUT, work->name, "there is no key to convert");
    }
    if (work->count > 1 && work->to == FORM_DER) {
        return msg_fail(STATUS_USAGE, "--to", "DER holds one key, and the set has %zu", work->count);
    }
    return STATUS_OK;
}

static xcj_code write_key(text *out, const conversion *work, const xcj_key *key, xcj_error *err)
{
    uint8_t *der = NULL;
    char *chars = NULL;
    size_t len = 0;
    xcj_part part = part_of(work, key);
    xcj_code code = XCJ_OK;
    if (work->to == FORM_PEM) {
        code = xcj_key_to_pem(&chars, &len, key, part, err);
    } else if (work->to == FORM_DER) {
        code = xcj_key_to_der(&der, &len, key, part, err);
    } else {
        code = xcj_key_to_jwk(&chars, &len, key, part, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    text_add(out, der != NULL ? (const char *)der : chars, len);
    if (work->to == FORM_JWK) {
        text_puts(out, "\n");
    }
    xcj_free(chars);
    xcj_free(der);
    return XCJ_OK;
}

/* Each key with the part it has: xcj_keyset_to_json() would refuse a set of private and public keys. */
static xcj_code write_set(text *out, const conversion *work, xcj_error *err)
{
    text_puts(out, "{\"keys\":[");
    for (size_t i = 0; i < work->count; i++) {
        char *jwk = NULL;
        size_t len = 0;
        xcj_code code = xcj_key_to_jwk(&jwk, &len, work->keys[i], part_of(work, work->keys[i]), err);
        if (code != XCJ_OK) {
            return code;
        }
        text_puts(out, i > 0 ? "," : "");
        text_add(out, jwk, len);
        xcj_free(jwk);
    }
    text_puts(out, "]}\n");
    return XCJ_OK;
}

static msg_status write_all(const conversion *work, output *file)
{
    text out = TEXT_INIT;
    xcj_error err;
    xcj_code code = XCJ_OK;
    if (work->to == FORM_JWKS) {
        code = write_set(&out, work, &err);
    }
    for (size_t i = 0; i < work->count && code == XCJ_OK && work->to != FORM_JWKS; i++) {
        code = write_key(&out, work, work->keys[i], &err);
    }
    msg_status status = STATUS_OK;
    if (code != XCJ_OK) {
        status = msg_fail_error(ABOUT_INPUT, work->name, &err);
    } else {
        status = out.failed ? msg_fail_memory() : output_write(file, text_view(&out), work->is_private);
    }
    text_free(&out);
    return status;
}

static msg_status open_file(output *file, const convert_args *args, const char *input)
{
    msg_status status = output_open(file, args->out != NULL ? "--output" : "standard output", args->out);
    if (status == STATUS_OK) {
        status = overwrite_check_input(file, input, args->force);
    }
    if (status == STATUS_OK) {
        status = overwrite_check_input(file, args->passphrase.file, args->force);
    }
    return status == STATUS_OK ? overwrite_check_keys(file, 1, args->force) : status;
}

static msg_status run(const void *given, const opt_list *operands)
{
    const convert_args *args = given;
    const char *path = operands->count > 0 ? operands->items[0] : "-";
    output file = OUTPUT_INIT;
    conversion work = { args, io_name(path), FORM_PEM, NULL, 0, false };
    keys_loaded loaded = { NULL, false, false };
    const keys_how how = { args->passphrase, args->hmac_k_raw };
    msg_status status = open_file(&file, args, path);
    if (status == STATUS_OK) {
        status = keys_load(&loaded, "key", path, &how);
    }
    if (status == STATUS_OK) {
        status = read_form(&work.to, args->to, &loaded);
    }
    if (status == STATUS_OK) {
        status = add_keys(&work, &loaded);
    }
    if (status == STATUS_OK) {
        status = write_all(&work, &file);
    }
    for (size_t i = 0; i < work.count; i++) {
        xcj_key_free(work.keys[i]);
    }
    free(work.keys);
    keys_free(&loaded);
    output_close(&file, 1);
    return status;
}

const verb verb_convert = {
    "convert",
    "[FILE|-]",
    1,
    "convert a key: JWK, JWK Set, PEM, DER, certificate",
    "Converts a key. A JWK or a JWK Set becomes PEM, every key of the set in turn; PEM, DER or a\n"
    "certificate becomes a JWK. A private key stays private unless --public is given.\n",
    "  xcj convert key.json\n"
    "  xcj convert --kid thumbprint --use sig --alg RS256 server.pem -o signing.json\n"
    "  xcj convert --public --to jwks private.pem\n",
    OPTIONS,
    sizeof(convert_args),
    run,
};
