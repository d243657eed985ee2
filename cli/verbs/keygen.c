/*
 * keygen.c: a new private key, and on request its public part and the set to publish.
 */
#include <stdlib.h>
#include <string.h>

#include <xcj/kong.h>

#include "cli/io/shown.h"
#include "cli/keys/keys.h"
#include "cli/options/overwrite.h"
#include "cli/verbs/verb.h"

typedef struct keygen_args {
    const char *alg;
    const char *bits;
    const char *kid;
    const char *use;
    const char *to;
    const char *encrypt;
    const char *out;
    const char *public_out;
    const char *jwks_out;
    bool force;
} keygen_args;

#define FORMS "jwk|pem"

#define AT(field) offsetof(keygen_args, field)

static const opt_row OPTIONS[] = {
    OPT_HEADING("Key"),
    { "alg", 'a', OPT_TEXT, "ALG", AT(alg), "algorithm that the key is for" },
    { "bits", 0, OPT_TEXT, "N", AT(bits), "size of an RSA or HMAC key" },
    { "kid", 0, OPT_TEXT, "KID|thumbprint|none", AT(kid), "key id (default: the RFC 7638 thumbprint)" },
    { "use", 0, OPT_TEXT, "USE|none", AT(use), "what the key is for (default sig)" },
    OPT_HEADING("Output"),
    { "to", 0, OPT_TEXT, FORMS, AT(to), "form of the keys (default jwk)" },
    { "encrypt", 0, OPT_TEXT, "S", AT(encrypt), "encrypt the PEM with this passphrase" },
    { "output", 'o', OPT_TEXT, "FILE", AT(out), "write the private key here, readable by its owner only" },
    { "public-out", 0, OPT_TEXT, "FILE", AT(public_out), "write the public key here" },
    { "jwks-out", 0, OPT_TEXT, "FILE", AT(jwks_out), "write a JWK Set with the public key here" },
    OVERWRITE_ROW(keygen_args, force),
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

/* The texts of a new key. */
typedef struct keygen_texts {
    char *private_key;
    size_t private_len;
    char *public_key;
    size_t public_len;
    char *jwks;
    size_t jwks_len;
} keygen_texts;

static msg_status read_bits(unsigned *out, const char *word)
{
    *out = 0;
    if (word == NULL) {
        return STATUS_OK;
    }
    char *end = NULL;
    unsigned long bits = strtoul(word, &end, 10);
    if (word[0] < '0' || word[0] > '9' || *end != '\0' || bits == 0 || bits > 1000000) {
        return msg_fail(STATUS_USAGE, "--bits", "%s is not a number of bits", shown_word(word, strlen(word)).text);
    }
    *out = (unsigned)bits;
    return STATUS_OK;
}

static bool is_pem(const keygen_args *args)
{
    return args->to != NULL ? strcmp(args->to, "pem") == 0 : args->encrypt != NULL;
}

static msg_status check(const keygen_args *args)
{
    if (args->alg == NULL) {
        return msg_fail(STATUS_USAGE, "keygen", "--alg is needed, such as --alg RS256");
    }
    int form = 0;
    msg_status status = args->to != NULL ? opt_choice(&form, "--to", FORMS, args->to) : STATUS_OK;
    if (status != STATUS_OK) {
        return status;
    }
    bool wants_public = args->public_out != NULL || args->jwks_out != NULL;
    xcj_alg alg = xcj_kong_alg_from_name(args->alg, strlen(args->alg));
    bool is_hmac = alg == XCJ_HS256 || alg == XCJ_HS384 || alg == XCJ_HS512;
    if (wants_public && is_hmac) {
        return msg_fail(STATUS_USAGE, "keygen", "an HMAC key has no public part to write");
    }
    if (is_hmac && is_pem(args)) {
        return msg_fail(STATUS_USAGE, "keygen", "an HMAC key has no PEM form: leave out --to pem and --encrypt");
    }
    if (args->encrypt != NULL && args->to != NULL && !is_pem(args)) {
        return msg_fail(STATUS_USAGE, "--encrypt", "encrypts PEM: use it with --to pem");
    }
    return STATUS_OK;
}

/* The value of --kid or --use; NULL for none. */
static const char *label(const char *given, const char *otherwise)
{
    if (given == NULL) {
        return otherwise;
    }
    return strcmp(given, "none") != 0 ? given : NULL;
}

static msg_status make_key(xcj_key **out, const keygen_args *args)
{
    *out = NULL;
    xcj_alg alg = XCJ_ALG_NONE;
    unsigned bits = 0;
    xcj_error err;
    xcj_key *bare = NULL;
    msg_status status = keys_alg(&alg, "--alg", args->alg, strlen(args->alg));
    if (status == STATUS_OK) {
        status = read_bits(&bits, args->bits);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (xcj_key_generate(&bare, alg, bits, &err) != XCJ_OK) {
        return msg_fail_error(ABOUT_OPTION, "keygen", &err);
    }
    const keys_labels labels = { label(args->kid, "thumbprint"), label(args->use, "sig"), NULL };
    status = keys_relabel(out, bare, &labels, "keygen");
    xcj_key_free(bare);
    return status;
}

static xcj_code write_set(keygen_texts *texts, const xcj_key *key, xcj_error *err)
{
    xcj_keyset *set = NULL;
    xcj_code code = xcj_keyset_from_keys(&set, &key, 1, err);
    if (code == XCJ_OK) {
        code = xcj_keyset_to_json(&texts->jwks, &texts->jwks_len, set, XCJ_PUBLIC, err);
    }
    xcj_keyset_free(set);
    return code;
}

static xcj_code write_key(char **out, size_t *len, const xcj_key *key, xcj_part part, const xcj_export_options *pem,
                          xcj_error *err)
{
    return pem != NULL ? xcj_key_export(out, len, key, part, pem, err) : xcj_key_to_jwk(out, len, key, part, err);
}

/* `pem` is NULL for JWK. */
static xcj_code write_texts(keygen_texts *texts, const xcj_key *key, const keygen_args *args, const xcj_export_options *pem,
                            xcj_error *err)
{
    xcj_code code = write_key(&texts->private_key, &texts->private_len, key, XCJ_PRIVATE, pem, err);
    if (code == XCJ_OK && args->public_out != NULL) {
        const xcj_export_options open = XCJ_EXPORT_OPTIONS_INIT;
        code = write_key(&texts->public_key, &texts->public_len, key, XCJ_PUBLIC, pem != NULL ? &open : NULL, err);
    }
    return code == XCJ_OK && args->jwks_out != NULL ? write_set(texts, key, err) : code;
}

static msg_status make_texts(keygen_texts *texts, const xcj_key *key, const keygen_args *args)
{
    text passphrase = TEXT_INIT;
    xcj_export_options pem = XCJ_EXPORT_OPTIONS_INIT;
    xcj_error err;
    msg_status status = STATUS_OK;
    if (args->encrypt != NULL) {
        status = keys_read_new_passphrase(&passphrase, args->encrypt);
        pem.passphrase = text_view(&passphrase);
    }
    if (status == STATUS_OK && write_texts(texts, key, args, is_pem(args) ? &pem : NULL, &err) != XCJ_OK) {
        status = msg_fail_error(ABOUT_INPUT, "keygen", &err);
    }
    text_free(&passphrase);
    return status;
}

static void free_texts(keygen_texts *texts)
{
    xcj_free(texts->private_key);
    xcj_free(texts->public_key);
    xcj_free(texts->jwks);
}

/* The files to write, by their places in an array. */
enum { PRIVATE = 0, PUBLIC = 1, SET = 2, FILES = 3 };

/* Before a key is made: what cannot be written, or would destroy a key. */
static msg_status open_files(output *files, const keygen_args *args)
{
    msg_status status = output_open(&files[PRIVATE], args->out != NULL ? "--output" : "standard output", args->out);
    if (status == STATUS_OK && args->public_out != NULL) {
        status = output_open(&files[PUBLIC], "--public-out", args->public_out);
    }
    if (status == STATUS_OK && args->jwks_out != NULL) {
        status = output_open(&files[SET], "--jwks-out", args->jwks_out);
    }
    if (status == STATUS_OK) {
        status = overwrite_check_apart(files, FILES);
    }
    for (size_t i = 0; i < FILES && status == STATUS_OK; i++) {
        status = overwrite_check_inputs(&files[i], OPTIONS, args, NULL, args->force);
    }
    return status == STATUS_OK ? overwrite_check_keys(files, FILES, args->force) : status;
}

static msg_status stage_line(output *file, const char *json, size_t len, bool is_private)
{
    if (json == NULL) {
        return STATUS_OK;
    }
    text line = TEXT_INIT;
    text_add(&line, json, len);
    text_puts(&line, len > 0 && json[len - 1] == '\n' ? "" : "\n");
    msg_status status = line.failed ? msg_fail_memory() : output_stage(file, text_view(&line), is_private);
    text_free(&line);
    return status;
}

/* All files or none: each is written beside its place before the first is renamed. */
static msg_status write_files(output *files, const keygen_texts *texts)
{
    msg_status status = stage_line(&files[PRIVATE], texts->private_key, texts->private_len, true);
    if (status == STATUS_OK) {
        status = stage_line(&files[PUBLIC], texts->public_key, texts->public_len, false);
    }
    if (status == STATUS_OK) {
        status = stage_line(&files[SET], texts->jwks, texts->jwks_len, false);
    }
    return status == STATUS_OK ? output_commit(files, FILES) : status;
}

static msg_status run(const void *given, const opt_list *operands)
{
    (void)operands;
    const keygen_args *args = given;
    xcj_key *key = NULL;
    keygen_texts texts = { NULL, 0, NULL, 0, NULL, 0 };
    output files[FILES] = { OUTPUT_INIT, OUTPUT_INIT, OUTPUT_INIT };
    msg_status status = check(args);
    if (status == STATUS_OK) {
        status = open_files(files, args);
    }
    if (status == STATUS_OK) {
        status = make_key(&key, args);
    }
    if (status == STATUS_OK) {
        status = make_texts(&texts, key, args);
    }
    if (status == STATUS_OK) {
        status = write_files(files, &texts);
    }
    output_close(files, FILES);
    free_texts(&texts);
    xcj_key_free(key);
    return status;
}

const verb verb_keygen = {
    "keygen",
    "",
    0,
    "make a private key",
    "Writes a new private key to standard output or to a file: a JWK to sign with,\n"
    "named by its thumbprint, or PEM.\n",
    "  xcj keygen --alg ES256 -o private.json --jwks-out jwks.json\n"
    "  xcj keygen --alg RS256 --kid gateway-1 > key.json\n"
    "  xcj keygen --alg EdDSA --to pem > key.pem\n",
    OPTIONS,
    sizeof(keygen_args),
    run,
    VERB_EXIT(STATUS_POLICY),
};
