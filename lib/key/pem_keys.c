#include "lib/key/pem_keys.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/key/der_in.h"
#include "lib/key/evp.h"
#include "lib/key/key.h"
#include "lib/key/openssh.h"
#include "lib/key/pem.h"
#include "lib/key/pem_label.h"
#include "lib/key/pem_sealed.h"
#include "lib/key/queue.h"
#include "lib/key/x509.h"

/* A bundle of trusted certificates has 150. */
#define BLOCKS_MAX 1024

/* Blocks that are not keys, and what makes a key of them. */
static const struct {
    const char *label;
    const char *way_out;
} others[] = {
    { "CERTIFICATE REQUEST", "openssl req -in FILE -noout -pubkey prints its public key" },
    { "NEW CERTIFICATE REQUEST", "openssl req -in FILE -noout -pubkey prints its public key" },
    { "PKCS7", "openssl pkcs7 -in FILE -print_certs prints its certificates" },
    { "CMS", "openssl pkcs7 -in FILE -print_certs prints its certificates" },
    { "PGP PUBLIC KEY BLOCK", "gpg --export-ssh-key KEYID prints it as an OpenSSH line" },
    { "PGP PRIVATE KEY BLOCK", "xcj does not read OpenPGP keys; make a new one with xcj keygen" },
};

typedef struct reading {
    const xcj_key_options *options;
    xcj_error *err;
    xcj__keys keys[XCJ__CLASS_CERTIFICATE + 1]; /* by class */
    xcj__pem chain[2];                          /* the first certificate and the last one read, to see who issued whom */
    size_t certificates;
    bool is_downward; /* so far each certificate was issued by the next one */
    bool is_upward;   /* so far each one issued the next */
    xcj_key *last;    /* the key of the last certificate; borrowed */
    xcj_str skipped;  /* the label of the first block that is no key */
    size_t blocks;
} reading;

bool xcj__keys_add(xcj__keys *keys, xcj_key *key)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (xcj__jwk_same(&keys->items[i]->jwk, &key->jwk)) {
            xcj_key_free(key);
            return true;
        }
    }
    if (keys->count == keys->cap) {
        size_t cap = keys->cap == 0 ? 4 : 2 * keys->cap;
        xcj_key **items = xcj__realloc(keys->items, cap * sizeof(xcj_key *));
        if (items == NULL) {
            xcj_key_free(key);
            return false;
        }
        keys->items = items;
        keys->cap = cap;
    }
    keys->items[keys->count++] = key;
    return true;
}

void xcj__keys_free(xcj__keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        xcj_key_free(keys->items[i]);
    }
    xcj_free(keys->items);
    *keys = (xcj__keys){ NULL, 0, 0 };
}

static xcj_key *find(const xcj__keys *keys, const xcj_key *key)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (xcj__jwk_same(&keys->items[i]->jwk, &key->jwk)) {
            return keys->items[i];
        }
    }
    return NULL;
}

static xcj__class class_of(xcj_str label)
{
    return xcj__str_is(label, "OPENSSH PRIVATE KEY") ? XCJ__CLASS_PRIVATE : xcj__der_class(label);
}

static xcj_code read_key(xcj_key **out, xcj__pem *pem, const reading *r)
{
    *out = NULL;
    xcj__jwk jwk;
    bool was_sealed = pem->headers.ptr != NULL;
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    xcj_code code = was_sealed ? xcj__pem_open(pem, r->options, r->err) : XCJ_OK;
    if (code == XCJ_OK) {
        code = xcj__str_is(pem->label, "OPENSSH PRIVATE KEY")
                   ? xcj__openssh_private(&jwk, pem->der, pem->der_len, r->err)
                   : xcj__der_read(&jwk, pem->label, pem->der, pem->der_len, r->options, r->err);
        if (code == XCJ_ERR_KEY && was_sealed) {
            /* One passphrase in 256 ends in padding that looks right. */
            code = xcj__fail(r->err, XCJ_ERR_PASSPHRASE, "the passphrase does not open the key");
        }
    }
    xcj__queue_leave(&theirs);
    if (code == XCJ_OK && r->options->pem_labels) {
        code = xcj__pem_label_read(&jwk, pem->before, r->err);
    }
    return code == XCJ_OK ? xcj__key_from_members(out, &jwk, r->options, r->err) : code;
}

/* Who issued whom, of a certificate and the next one. */
static xcj_code note_order(reading *r, const xcj__pem *before, const xcj__pem *pem)
{
    xcj__bytes one = { before->der, before->der_len };
    xcj__bytes next = { pem->der, pem->der_len };
    int down = r->is_downward ? xcj__x509_issued(next, one) : 0;
    int up = r->is_upward ? xcj__x509_issued(one, next) : 0;
    r->is_downward = down == 1;
    r->is_upward = up == 1;
    return down < 0 || up < 0 ? xcj__fail_memory(r->err) : XCJ_OK;
}

/* The order of a chain. Takes the block over. */
static xcj_code note_certificate(reading *r, xcj__pem *pem, xcj_key *key)
{
    xcj_code code = XCJ_OK;
    if (r->certificates++ == 0) {
        r->chain[0] = *pem;
        r->is_downward = true;
        r->is_upward = true;
    } else {
        xcj__pem *before = r->certificates == 2 ? &r->chain[0] : &r->chain[1];
        code = note_order(r, before, pem);
        xcj__pem_free(&r->chain[1]);
        r->chain[1] = *pem;
    }
    *pem = (xcj__pem){ 0 };
    r->last = key;
    return code;
}

static xcj_code add_block(reading *r, xcj__pem *pem, xcj__class class)
{
    xcj_key *key;
    xcj_code code = read_key(&key, pem, r);
    if (code == XCJ_ERR_KEY_TYPE && class == XCJ__CLASS_CERTIFICATE && r->keys[XCJ__CLASS_PRIVATE].count > 0) {
        return XCJ_OK; /* of a chain with other algorithms; the key's own certificate is of the key's type */
    }
    if (code != XCJ_OK) {
        return code;
    }
    if (++r->blocks > BLOCKS_MAX) {
        xcj_key_free(key);
        return xcj__fail(r->err, XCJ_ERR_LIMIT, "the PEM text has more than %d keys and certificates", BLOCKS_MAX);
    }
    xcj_key *kept = find(&r->keys[class], key);
    if (!xcj__keys_add(&r->keys[class], key)) {
        return xcj__fail_memory(r->err);
    }
    return class == XCJ__CLASS_CERTIFICATE ? note_certificate(r, pem, kept != NULL ? kept : key) : XCJ_OK;
}

static xcj_code read_blocks(reading *r, const char *text, size_t len)
{
    size_t at = 0;
    for (;;) {
        xcj__pem pem;
        xcj_code code = xcj__pem_next(&pem, text, len, &at, r->err);
        if (code != XCJ_OK || pem.label.ptr == NULL) {
            return code;
        }
        xcj__class class = class_of(pem.label);
        if (class != XCJ__CLASS_NONE) {
            code = add_block(r, &pem, class);
        } else if (r->skipped.ptr == NULL) {
            r->skipped = pem.label;
        }
        xcj__pem_free(&pem);
        if (code != XCJ_OK) {
            return code;
        }
    }
}

static xcj_code no_key(const reading *r, const char *text)
{
    if (r->skipped.ptr == NULL) {
        return xcj__fail_at(r->err, XCJ_ERR_KEY, "PEM", XCJ_NO_OFFSET, "there is no PEM block");
    }
    char shown[XCJ__SHOWN];
    const char *way_out = "";
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        way_out = xcj__str_is(r->skipped, others[i].label) ? others[i].way_out : way_out;
    }
    return xcj__fail_at(r->err, XCJ_ERR_KEY, "PEM", (size_t)(r->skipped.ptr - text), "a PEM block \"%s\" is not a key%s%s",
                        xcj__sanitise(shown, sizeof shown, r->skipped.ptr, r->skipped.len), way_out[0] != '\0' ? ": " : "",
                        way_out);
}

/* Moves the keys of `from` that `out` has not. */
static xcj_code move(xcj__keys *out, xcj__keys *from, xcj_error *err)
{
    xcj_code code = XCJ_OK;
    for (size_t i = 0; i < from->count && code == XCJ_OK; i++) {
        code = xcj__keys_add(out, xcj_key_ref(from->items[i])) ? XCJ_OK : xcj__fail_memory(err);
    }
    return code;
}

static xcj_code check_certificates(const reading *r)
{
    const xcj__keys *certificates = &r->keys[XCJ__CLASS_CERTIFICATE];
    for (size_t i = 0; i < certificates->count; i++) {
        if (find(&r->keys[XCJ__CLASS_PRIVATE], certificates->items[i]) != NULL) {
            return XCJ_OK;
        }
    }
    return certificates->count == 0
               ? XCJ_OK
               : xcj__fail_at(r->err, XCJ_ERR_KEY, "PEM", XCJ_NO_OFFSET,
                              "no certificate in the PEM text is that of its private key: keep the private key alone, or "
                              "put its own certificate beside it");
}

/* Of a chain the certificate at its end, of others all. */
static xcj_code add_certificates(xcj__keys *out, reading *r)
{
    bool is_chain = r->certificates > 1 && (r->is_downward || r->is_upward);
    if (!is_chain) {
        return move(out, &r->keys[XCJ__CLASS_CERTIFICATE], r->err);
    }
    xcj_key *leaf = r->is_downward ? r->keys[XCJ__CLASS_CERTIFICATE].items[0] : r->last;
    return xcj__keys_add(out, xcj_key_ref(leaf)) ? XCJ_OK : xcj__fail_memory(r->err);
}

static xcj_code settle(xcj__keys *out, reading *r)
{
    xcj_code code = move(out, &r->keys[XCJ__CLASS_PRIVATE], r->err);
    bool has_private = out->count > 0;
    if (code == XCJ_OK) {
        code = move(out, &r->keys[XCJ__CLASS_PUBLIC], r->err);
    }
    if (code == XCJ_OK) {
        code = has_private ? check_certificates(r) : add_certificates(out, r);
    }
    return code;
}

xcj_code xcj__pem_keys(xcj__keys *out, const char *text, size_t len, const xcj_key_options *options, xcj_error *err)
{
    reading r = { .options = options, .err = err };
    *out = (xcj__keys){ NULL, 0, 0 };
    xcj_code code = read_blocks(&r, text, len);
    if (code == XCJ_OK || code == XCJ_ERR_KEY) {
        /* A line with wrong dashes is no line of a block: its key must not go unnoticed beside others. */
        xcj_code wrong = xcj__pem_check_dashes(text, len, false, NULL);
        code = wrong == XCJ_OK ? code : xcj__pem_check_dashes(text, len, false, err);
    }
    if (code == XCJ_OK) {
        code = settle(out, &r);
    }
    if (code == XCJ_OK && out->count == 0) {
        code = no_key(&r, text);
    }
    if (code != XCJ_OK) {
        xcj__keys_free(out);
    }
    for (size_t i = 0; i <= XCJ__CLASS_CERTIFICATE; i++) {
        xcj__keys_free(&r.keys[i]);
    }
    xcj__pem_free(&r.chain[0]);
    xcj__pem_free(&r.chain[1]);
    return code;
}

xcj_code xcj_key_from_pem(xcj_key **out, const char *text, size_t len, const xcj_key_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || text == NULL) {
        return xcj__fail_null(err);
    }
    xcj_key_options given;
    xcj__keys keys;
    xcj_code code = xcj__key_options_read(&given, options, err);
    if (code == XCJ_OK && len > XCJ__KEY_TEXT_MAX) {
        code = xcj__fail(err, XCJ_ERR_LIMIT, "a key of %zu bytes: the limit is %zu", len, XCJ__KEY_TEXT_MAX);
    }
    if (code == XCJ_OK) {
        code = xcj__pem_keys(&keys, text, len, &given, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    if (keys.count == 1) {
        *out = xcj_key_ref(keys.items[0]);
        xcj__error_clear(err);
    } else {
        code = xcj__fail_at(err, XCJ_ERR_KEY, "PEM", XCJ_NO_OFFSET,
                            "there are %zu keys in the PEM text, and one is needed: keep one", keys.count);
    }
    xcj__keys_free(&keys);
    return code;
}
