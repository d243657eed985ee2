/*
 * convert.c: keys of any form to any other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options/overwrite.h"
#include "cli/remote/source.h"
#include "cli/verbs/verb.h"

typedef struct convert_args {
    const char *to;
    bool public_only;
    const char *alg;
    const char *kid;
    const char *use;
    bool keep_labels;
    bool hmac_k_raw;
    const char *passphrase;
    pages_args pages;
    const char *encrypt;
    const char *kdf;
    const char *out;
    bool force;
} convert_args;

#define FORMS "pem|der|jwk|jwks|pkcs1|sec1|openssh|secret"
typedef enum form { FORM_PEM, FORM_DER, FORM_JWK, FORM_JWKS, FORM_PKCS1, FORM_SEC1, FORM_OPENSSH, FORM_SECRET } form;

#define KDFS "pbkdf2|scrypt"

#define AT(field) offsetof(convert_args, field)

static const opt_row OPTIONS[] = {
    OPT_HEADING("Options"),
    { "to", 0, OPT_TEXT, FORMS, AT(to), "what to make; without it a JWK becomes PEM, all else a JWK" },
    { "public", 0, OPT_FLAG, NULL, AT(public_only), "the public part only" },
    { "output", 'o', OPT_TEXT, "FILE", AT(out), "write to FILE; private keys are readable by their owner only" },
    { "encrypt", 0, OPT_TEXT, "S", AT(encrypt), "encrypt the private key with this passphrase" },
    { "kid", 0, OPT_TEXT, "KID|thumbprint", AT(kid), "select the key of a set; set the kid of a single key" },
    OPT_HEADING("More"),
    { "alg", 'a', OPT_TEXT, "ALG", AT(alg), "the alg of the JWK" },
    { "use", 0, OPT_TEXT, "USE", AT(use), "use of the JWK, such as sig" },
    { "keep-labels", 0, OPT_FLAG, NULL, AT(keep_labels), "keep kid, use and alg in a line before the PEM" },
    { "kdf", 0, OPT_TEXT, KDFS, AT(kdf), "key derivation for --encrypt (default pbkdf2)" },
    { "hmac-k-raw", 0, OPT_FLAG, NULL, AT(hmac_k_raw), "read the k of an oct JWK as raw text, as the Kong plugin does" },
    KEYS_PASSPHRASE_ROW(convert_args, passphrase),
    OVERWRITE_ROW(convert_args, force),
    OPT_HEADING("Fetching"),
    PAGES_ROWS(convert_args, pages),
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

/* A conversion under way. */
typedef struct conversion {
    const convert_args *args;
    const char *name;
    form to;
    xcj_export_options how; /* of PEM, DER and lines of OpenSSH */
    text passphrase;        /* what `how` borrows */
    xcj_key **keys;         /* relabelled, a reference each */
    size_t count;
    bool is_private; /* the result holds a private part */
} conversion;

static msg_status read_form(conversion *work, const keys_loaded *loaded)
{
    const convert_args *args = work->args;
    int found = loaded->is_json || args->encrypt != NULL ? FORM_PEM : FORM_JWK;
    msg_status status = args->to != NULL ? opt_choice(&found, "--to", FORMS, args->to) : STATUS_OK;
    work->to = (form)found;
    if (status == STATUS_OK && args->encrypt != NULL && work->to != FORM_PEM && work->to != FORM_DER) {
        status = msg_fail(STATUS_USAGE, "--encrypt", "encrypts PKCS#8: use it with --to pem or --to der");
    }
    return status;
}

static msg_status read_encryption(conversion *work, const char *path)
{
    const convert_args *args = work->args;
    int kdf = XCJ_PBKDF2;
    if (args->kdf != NULL && args->encrypt == NULL) {
        return msg_fail(STATUS_USAGE, "--kdf", "is of use with --encrypt only");
    }
    if (args->encrypt == NULL) {
        return STATUS_OK;
    }
    if (args->public_only) {
        return msg_fail(STATUS_USAGE, "--encrypt", "a public key is not encrypted: leave out --public or --encrypt");
    }
    if (strcmp(args->encrypt, "-") == 0 && strcmp(path, "-") == 0) {
        return msg_fail(STATUS_USAGE, "--encrypt", "standard input cannot be both the key and the passphrase");
    }
    msg_status status = args->kdf != NULL ? opt_choice(&kdf, "--kdf", KDFS, args->kdf) : STATUS_OK;
    if (status == STATUS_OK) {
        status = keys_read_new_passphrase(&work->passphrase, args->encrypt);
    }
    work->how.kdf = (xcj_kdf)kdf;
    work->how.passphrase = text_view(&work->passphrase);
    return status;
}

/* PEM of several keys says which is which. */
static void settle_export(conversion *work)
{
    static const xcj_encoding encodings[] = {
        [FORM_PKCS1] = XCJ_PKCS1, [FORM_SEC1] = XCJ_SEC1, [FORM_OPENSSH] = XCJ_OPENSSH, [FORM_SECRET] = XCJ_PKCS8
    };
    work->how.encoding = encodings[work->to];
    work->how.der = work->to == FORM_DER;
    work->how.labels = work->to != FORM_DER && work->to != FORM_OPENSSH && (work->args->keep_labels || work->count > 1);
}

static bool is_jwk(const conversion *work)
{
    return work->to == FORM_JWK || work->to == FORM_JWKS;
}

static xcj_part part_of(const conversion *work, const xcj_key *key)
{
    return xcj_key_is_private(key) && !work->args->public_only && work->to != FORM_OPENSSH ? XCJ_PRIVATE : XCJ_PUBLIC;
}

/* Of a set, an oct key is skipped where it has no form. */
static bool has_form(const conversion *work, const xcj_key *key)
{
    return !keys_is_oct(key) || ((is_jwk(work) || work->to == FORM_SECRET) && !work->args->public_only);
}

static msg_status add_key(conversion *work, const xcj_key *key, const char *kid, bool of_set)
{
    if (of_set && !has_form(work, key)) {
        msg_warn(work->name, "an oct key is skipped: it has no %s", is_jwk(work) ? "public part" : "PEM or DER form");
        return STATUS_OK;
    }
    keys_warn_weak(work->name, key);
    const keys_labels labels = { kid, work->args->use, work->args->alg };
    xcj_key *relabelled = NULL;
    msg_status status = keys_relabel(&relabelled, key, &labels, work->name);
    if (status != STATUS_OK) {
        return status;
    }
    work->keys[work->count++] = relabelled;
    work->is_private = work->is_private || part_of(work, key) == XCJ_PRIVATE;
    return STATUS_OK;
}

/* All keys, or the one that --kid picks of a set. */
static msg_status add_wanted(conversion *work, const keys_loaded *loaded)
{
    const char *kid = work->args->kid;
    if (kid != NULL && loaded->is_set && !keys_is_thumbprint(kid)) {
        const xcj_key *found = NULL;
        msg_status status = keys_find(&found, loaded, kid, work->name);
        return status == STATUS_OK ? add_key(work, found, NULL, false) : status;
    }
    keys_warn_skipped(work->name, loaded->set);
    msg_status status = STATUS_OK;
    for (size_t i = 0; i < xcj_keyset_count(loaded->set) && status == STATUS_OK; i++) {
        status = add_key(work, xcj_keyset_get(loaded->set, i), kid, loaded->is_set);
    }
    return status;
}

static msg_status add_keys(conversion *work, const keys_loaded *loaded)
{
    work->keys = calloc(xcj_keyset_count(loaded->set) + 1, sizeof *work->keys);
    if (work->keys == NULL) {
        return msg_fail_memory();
    }
    msg_status status = add_wanted(work, loaded);
    if (status == STATUS_OK && work->count == 0) {
        status = msg_fail(STATUS_INPUT, work->name, "there is no key to convert");
    }
    if (status == STATUS_OK && work->count > 1 && (work->to == FORM_DER || work->to == FORM_SECRET)) {
        status = msg_fail(STATUS_USAGE, "--to", "%s holds one key, and the set has %zu; --kid picks one",
                          work->to == FORM_DER ? "DER" : "a secret", work->count);
    }
    settle_export(work);
    return status;
}

static xcj_code write_key(text *out, const conversion *work, const xcj_key *key, xcj_error *err)
{
    uint8_t *secret = NULL;
    char *chars = NULL;
    size_t len = 0;
    xcj_part part = part_of(work, key);
    xcj_code code = work->to == FORM_SECRET ? xcj_key_to_secret(&secret, &len, key, err)
                    : is_jwk(work)          ? xcj_key_to_jwk(&chars, &len, key, part, err)
                                            : xcj_key_export(&chars, &len, key, part, &work->how, err);
    if (code == XCJ_OK) {
        text_add(out, secret != NULL ? (const char *)secret : chars, len);
    }
    xcj_free(chars);
    xcj_free(secret);
    return code;
}

/* Each key with the part it has: xcj_keyset_to_json() would refuse a set of private and public keys. */
static xcj_code write_keys(text *out, const conversion *work, size_t *at, xcj_error *err)
{
    bool is_set = work->to == FORM_JWKS;
    text_puts(out, is_set ? "{\"keys\":[" : "");
    for (*at = 0; *at < work->count; ++*at) {
        text_puts(out, is_set && *at > 0 ? "," : "");
        xcj_code code = write_key(out, work, work->keys[*at], err);
        if (code != XCJ_OK) {
            return code;
        }
        text_puts(out, work->to == FORM_JWK ? "\n" : "");
    }
    text_puts(out, is_set ? "]}\n" : "");
    return XCJ_OK;
}

/* Of several keys it says which. */
static msg_status fail_key(const conversion *work, size_t at, const xcj_error *err)
{
    if (work->count == 1) {
        return msg_fail_error(ABOUT_INPUT, work->name, err);
    }
    char kid[128];
    xcj_str id = xcj_key_id(work->keys[at]);
    (void)snprintf(kid, sizeof kid, "%.*s", id.ptr != NULL ? (int)(id.len < 100 ? id.len : 100) : 0,
                   id.ptr != NULL ? id.ptr : "");
    return msg_fail(msg_status_of(err->code, ABOUT_INPUT), work->name, "key %zu of the set%s%s: %s; --kid picks one", at,
                    id.ptr != NULL ? ", kid " : "", id.ptr != NULL ? shown_kid(kid).text : "", err->message);
}

static msg_status write_all(const conversion *work, output *file)
{
    text out = TEXT_INIT;
    xcj_error err;
    size_t at = 0;
    msg_status status = STATUS_OK;
    if (write_keys(&out, work, &at, &err) != XCJ_OK) {
        status = fail_key(work, at, &err);
    } else {
        status = out.failed ? msg_fail_memory() : output_write(file, text_view(&out), work->is_private);
    }
    text_free(&out);
    return status;
}

static msg_status open_file(output *file, const convert_args *args, const opt_list *operands)
{
    msg_status status = output_open(file, args->out != NULL ? "--output" : "standard output", args->out);
    if (status == STATUS_OK) {
        status = overwrite_check_inputs(file, OPTIONS, args, operands, args->force);
    }
    return status == STATUS_OK ? overwrite_check_keys(file, 1, args->force) : status;
}

static msg_status run(const void *given, const opt_list *operands)
{
    const convert_args *args = given;
    const char *path = operands->count > 0 ? io_operand(operands->items[0]) : "-";
    output file = OUTPUT_INIT;
    shown room;
    conversion work = { .args = args, .name = source_name(&room, path), .how = XCJ_EXPORT_OPTIONS_INIT };
    keys_loaded loaded = { NULL, false, false };
    const keys_how how = { args->passphrase, args->hmac_k_raw, args->keep_labels };
    msg_status status = source_check(&args->pages, "convert", operands, NULL);
    if (status == STATUS_OK) {
        status = open_file(&file, args, operands);
    }
    if (status == STATUS_OK) {
        status = read_encryption(&work, path);
    }
    if (status == STATUS_OK) {
        status = source_load(&loaded, "key", path, &how, &args->pages);
    }
    if (status == STATUS_OK) {
        status = read_form(&work, &loaded);
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
    text_free(&work.passphrase);
    keys_free(&loaded);
    output_close(&file, 1);
    return status;
}

const verb verb_convert = {
    "convert",
    "[FILE|@FILE|-|env:NAME|URL]",
    1,
    "convert a key: JWK, JWK Set, PEM, DER, certificate",
    "Turns a JWK or a set into PEM; PEM, DER, certificates, PKCS#12 and OpenSSH keys\n"
    "into a JWK. A private key stays private unless --public is given.\n",
    "  xcj convert key.json\n"
    "  xcj convert --kid thumbprint --use sig --alg RS256 server.pem -o signing.json\n"
    "  xcj convert --public --to jwks private.pem\n",
    OPTIONS,
    sizeof(convert_args),
    run,
    VERB_EXIT(STATUS_KEY) | VERB_EXIT(STATUS_POLICY) | VERB_EXIT(STATUS_FETCH),
};
