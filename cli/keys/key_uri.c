/*
 * key_uri.c: the one file of the command that speaks to OpenSSL itself, whose engines are deprecated, and still all that
 * Debian has for PKCS#11.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/err.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <string.h>
#include <unistd.h>
#ifndef OPENSSL_NO_ENGINE
#include <openssl/engine.h>
#endif

#include <xcj/openssl.h>

#include "cli/io/terminal.h"
#include "cli/keys/key_uri.h"

static const char NAME[] = "--key-uri";

/* The PIN that OpenSSL may ask for, and whether it asked and got none. */
typedef struct answer {
    const char *from;
    text passphrase;
    msg_status status;
} answer;

/* A pem_password_cb. */
static int give(char *room, int cap, int writing, void *data)
{
    answer *self = data;
    (void)writing;
    if (self->status == STATUS_OK && self->passphrase.ptr == NULL) {
        bool may_ask = self->from == NULL && isatty(STDERR_FILENO) == 1;
        self->status = may_ask ? terminal_ask(&self->passphrase, "PIN or passphrase", NAME, "cannot be asked for its PIN")
                               : msg_fail(STATUS_INPUT, NAME,
                                          "wants a PIN or passphrase: give --passphrase FILE or --passphrase env:NAME");
    }
    if (self->status != STATUS_OK || cap < 0 || self->passphrase.len > (size_t)cap) {
        return -1;
    }
    if (self->passphrase.len > 0) {
        memcpy(room, self->passphrase.ptr, self->passphrase.len);
    }
    return (int)self->passphrase.len;
}

/* The first private key that the store has there. */
static EVP_PKEY *from_store(const char *uri, UI_METHOD *ui, answer *data)
{
    EVP_PKEY *pkey = NULL;
    OSSL_STORE_CTX *store = OSSL_STORE_open(uri, ui, data, NULL, NULL);
    if (store == NULL || OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY) != 1) {
        OSSL_STORE_close(store);
        return NULL;
    }
    while (pkey == NULL && data->status == STATUS_OK && OSSL_STORE_eof(store) != 1 && OSSL_STORE_error(store) != 1) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);
        pkey = info != NULL ? OSSL_STORE_INFO_get1_PKEY(info) : NULL;
        OSSL_STORE_INFO_free(info);
    }
    OSSL_STORE_close(store);
    return pkey;
}

#ifndef OPENSSL_NO_ENGINE
/* QUIET, for the engine would print the URI, and a PIN with it, when it finds no key. */
static EVP_PKEY *from_engine(const char *uri, UI_METHOD *ui, answer *data)
{
    EVP_PKEY *pkey = NULL;
    ENGINE *engine = ENGINE_by_id("pkcs11");
    if (engine == NULL) {
        return NULL;
    }
    if (ENGINE_ctrl_cmd_string(engine, "QUIET", NULL, 0) == 1 && ENGINE_init(engine) == 1) {
        pkey = ENGINE_load_private_key(engine, uri, ui, data);
        (void)ENGINE_finish(engine);
    }
    (void)ENGINE_free(engine);
    return pkey;
}
#else
static EVP_PKEY *from_engine(const char *uri, UI_METHOD *ui, answer *data)
{
    (void)uri;
    (void)ui;
    (void)data;
    return NULL;
}
#endif

static msg_status take(keys_loaded *out, EVP_PKEY *pkey)
{
    xcj_error err;
    xcj_key *key;
    if (xcj_key_from_pkey(&key, pkey, XCJ_PRIVATE, NULL, &err) != XCJ_OK) {
        return msg_fail_error(ABOUT_INPUT, NAME, &err);
    }
    return keys_set_of_one(out, key);
}

/* Why there is no key, in words of OpenSSL that hold nothing of the URI. */
static msg_status no_key(const answer *data)
{
    const char *why = ERR_reason_error_string(ERR_peek_error());
    return data->status != STATUS_OK
               ? data->status
               : msg_fail(STATUS_INPUT, NAME, "gives no private key%s%s", why != NULL ? ": " : "", why != NULL ? why : "");
}

static msg_status load(keys_loaded *out, const char *uri, const char *passphrase)
{
    answer data = { passphrase, TEXT_INIT, STATUS_OK };
    EVP_PKEY *pkey = NULL;
    UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(give, 0);
    msg_status status = ui != NULL ? keys_read_passphrase(&data.passphrase, "--passphrase", passphrase) : msg_fail_memory();
    if (status != STATUS_OK) {
        goto out;
    }
    pkey = from_store(uri, ui, &data);
    if (pkey == NULL && strncmp(uri, "pkcs11:", strlen("pkcs11:")) == 0) {
        ERR_clear_error();
        pkey = from_engine(uri, ui, &data);
    }
    status = pkey != NULL ? take(out, pkey) : no_key(&data);
out:
    EVP_PKEY_free(pkey);
    UI_destroy_method(ui);
    text_free(&data.passphrase);
    return status;
}

msg_status key_uri_load(keys_loaded *out, const char *uri, const char *passphrase)
{
    *out = (keys_loaded){ NULL, false, false };
    text given = TEXT_INIT;
    if (io_is_literal(uri) && strstr(uri, "pin-value=") != NULL && msg_is_terminal()) {
        msg_warn(NAME,
                 "every user of this machine can see the PIN in an argument; --passphrase env:NAME and %s @FILE keep it",
                 NAME);
    }
    msg_status status = io_value(&given, NAME, uri, IO_SECRET_LIMIT, STATUS_INPUT);
    if (status == STATUS_OK) {
        status = given.failed ? msg_fail_memory() : STATUS_OK;
    }
    if (status == STATUS_OK && given.len > 0 && memchr(given.ptr, '\0', given.len) != NULL) {
        status = msg_fail(STATUS_INPUT, NAME, "contains a NUL byte");
    }
    if (status == STATUS_OK) {
        status = load(out, given.ptr != NULL ? given.ptr : "", passphrase);
    }
    text_free(&given);
    return status;
}
