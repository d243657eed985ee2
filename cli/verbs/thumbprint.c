/*
 * thumbprint.c: the JWK thumbprint (RFC 7638) and its URI (RFC 9278) of each key.
 */
#include <string.h>

#include "cli/remote/source.h"
#include "cli/verbs/verb.h"

typedef struct thumbprint_args {
    const char *hash;
    bool uri;
    const char *passphrase;
    pages_args pages;
} thumbprint_args;

#define AT(field) offsetof(thumbprint_args, field)

static const opt_row OPTIONS[] = {
    OPT_HEADING("Options"),
    { "hash", 0, OPT_TEXT, "sha256|sha384|sha512", AT(hash), "hash function (default sha256)" },
    { "uri", 0, OPT_FLAG, NULL, AT(uri), "as a URI (RFC 9278)" },
    KEYS_PASSPHRASE_ROW(thumbprint_args, passphrase),
    OPT_HEADING("Fetching"),
    PAGES_ROWS(thumbprint_args, pages),
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

typedef struct hash_row {
    const char *name;
    const char *uri_name;
    xcj_hash hash;
} hash_row;

static const hash_row HASHES[] = {
    { "sha256", "sha-256", XCJ_SHA256 },
    { "sha384", "sha-384", XCJ_SHA384 },
    { "sha512", "sha-512", XCJ_SHA512 },
};

static const hash_row *find_hash(const char *name)
{
    for (size_t i = 0; i < sizeof HASHES / sizeof HASHES[0]; i++) {
        if (strcmp(HASHES[i].name, name) == 0 || strcmp(HASHES[i].uri_name, name) == 0) {
            return &HASHES[i];
        }
    }
    return NULL;
}

static msg_status add_line(text *out, const xcj_key *key, const hash_row *hash, bool uri, const char *name)
{
    xcj_error err;
    char *thumbprint = NULL;
    size_t len = 0;
    if (xcj_key_thumbprint(&thumbprint, &len, key, hash->hash, &err) != XCJ_OK) {
        return msg_fail_error(ABOUT_INPUT, name, &err);
    }
    if (keys_is_oct(key)) { /* RFC 7638 7 */
        msg_warn(name, "the thumbprint of a shared secret helps to guess it if it is weak: keep it secret, too");
    }
    if (uri) {
        text_printf(out, "urn:ietf:params:oauth:jwk-thumbprint:%s:", hash->uri_name);
    }
    text_add(out, thumbprint, len);
    text_puts(out, "\n");
    xcj_free(thumbprint);
    return out->failed ? msg_fail_memory() : STATUS_OK;
}

static msg_status run(const void *given, const opt_list *operands)
{
    const thumbprint_args *args = given;
    const char *path = operands->count > 0 ? io_operand(operands->items[0]) : "-";
    const hash_row *hash = find_hash(args->hash != NULL ? args->hash : "sha256");
    if (hash == NULL) {
        return msg_fail(STATUS_USAGE, "--hash", "%s is not sha256, sha384 or sha512",
                        shown_word(args->hash, strlen(args->hash)).text);
    }
    keys_loaded loaded;
    shown room;
    const char *name = source_name(&room, path);
    const keys_how how = { args->passphrase, false, false };
    msg_status status = source_check(&args->pages, "thumbprint", operands, NULL);
    if (status == STATUS_OK) {
        status = source_load(&loaded, "key", path, &how, &args->pages);
    }
    if (status != STATUS_OK) {
        return status;
    }
    text out = TEXT_INIT;
    keys_warn_skipped(name, loaded.set);
    if (xcj_keyset_count(loaded.set) == 0) {
        status = msg_fail(STATUS_INPUT, name, "the set has no usable key");
    }
    for (size_t i = 0; i < xcj_keyset_count(loaded.set) && status == STATUS_OK; i++) {
        status = add_line(&out, xcj_keyset_get(loaded.set, i), hash, args->uri, name);
    }
    if (status == STATUS_OK) {
        io_print(out.ptr, out.len);
    }
    text_free(&out);
    keys_free(&loaded);
    return status;
}

const verb verb_thumbprint = {
    "thumbprint",
    "[FILE|@FILE|-|env:NAME|URL]",
    1,
    "print the JWK thumbprint of a key",
    "Prints the RFC 7638 thumbprint of a key, one line for each key of a set.\n",
    "  xcj thumbprint key.json\n"
    "  xcj thumbprint --uri --hash sha512 public.pem\n",
    OPTIONS,
    sizeof(thumbprint_args),
    run,
    VERB_EXIT(STATUS_FETCH),
};
