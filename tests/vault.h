/*
 * vault.h: a provider of the tests, "vault", that stands for a device: RSA and EC keys go in and sign, and their private
 * part never comes out again, neither as a parameter nor exported. It verifies nothing.
 */
#ifndef XCJ_TESTS_VAULT_H
#define XCJ_TESTS_VAULT_H

#include <check.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* What is left out of the next provider that is loaded, and what became of it. */
static bool vault_lacks_dup;
static bool vault_is_locked;
static const EVP_PKEY *vault_shows; /* another key's public part, in place of its own; NULL: its own */
static atomic_uint vault_signatures;
static atomic_uint vault_private_asked; /* somebody asked for a value that does not come out */

typedef struct vault_key {
    EVP_PKEY *inside;
    const char *type;
} vault_key;

typedef struct vault_signing {
    vault_key *key;
    EVP_PKEY_CTX *ctx;
} vault_signing;

static inline void *vault_key_new(const char *type)
{
    vault_key *key = calloc(1, sizeof *key);
    key->type = type;
    return key;
}

static inline void *vault_rsa_new(void *provider)
{
    (void)provider;
    return vault_key_new("RSA");
}

static inline void *vault_ec_new(void *provider)
{
    (void)provider;
    return vault_key_new("EC");
}

static inline void vault_key_free(void *data)
{
    vault_key *key = data;
    EVP_PKEY_free(key->inside);
    free(key);
}

static inline int vault_has(const void *data, int selection)
{
    const vault_key *key = data;
    (void)selection;
    return key->inside != NULL;
}

static inline int vault_import(void *data, int selection, const OSSL_PARAM *params)
{
    vault_key *key = data;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, key->type, NULL);
    int done = EVP_PKEY_fromdata_init(ctx) == 1 &&
               EVP_PKEY_fromdata(ctx, &key->inside, selection, (OSSL_PARAM *)(uintptr_t)params) == 1;
    EVP_PKEY_CTX_free(ctx);
    return done;
}

static inline const OSSL_PARAM *vault_types(int selection)
{
    static const OSSL_PARAM types[] = {
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_PRIV_KEY, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_D, NULL, 0),
        OSSL_PARAM_END,
    };
    (void)selection;
    return types;
}

static inline int vault_export(void *data, int selection, OSSL_CALLBACK *take, void *arg)
{
    vault_key *key = data;
    OSSL_PARAM *params = NULL;
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0) {
        return 0; /* OpenSSL tries this before it asks the vault to sign */
    }
    const EVP_PKEY *shown = vault_shows != NULL ? vault_shows : key->inside;
    int done = EVP_PKEY_todata(shown, EVP_PKEY_PUBLIC_KEY, &params) == 1 && take(params, arg);
    OSSL_PARAM_free(params);
    return done;
}

static inline bool vault_is_private(const char *name)
{
    static const char *const names[] = { OSSL_PKEY_PARAM_PRIV_KEY, OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1 };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static inline int vault_get_params(void *data, OSSL_PARAM *params)
{
    vault_key *key = data;
    for (OSSL_PARAM *p = params; p->key != NULL; p++) {
        if (vault_is_private(p->key)) {
            atomic_fetch_add(&vault_private_asked, 1);
            return 0;
        }
    }
    return EVP_PKEY_get_params(key->inside, params);
}

static inline const OSSL_PARAM *vault_gettable(void *provider)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
        OSSL_PARAM_END,
    };
    (void)provider;
    return gettable;
}

static inline const char *vault_rsa_operation(int operation)
{
    return operation == OSSL_OP_SIGNATURE ? "RSA" : NULL;
}

static inline const char *vault_ec_operation(int operation)
{
    return operation == OSSL_OP_SIGNATURE ? "ECDSA" : NULL;
}

static inline void *vault_signing_new(void *provider, const char *propq)
{
    (void)provider;
    (void)propq;
    return calloc(1, sizeof(vault_signing));
}

static inline void vault_signing_free(void *data)
{
    vault_signing *signing = data;
    EVP_PKEY_CTX_free(signing->ctx);
    free(signing);
}

static inline void *vault_signing_dup(void *data)
{
    vault_signing *signing = data;
    vault_signing *copy = calloc(1, sizeof *copy);
    *copy = (vault_signing){ signing->key, EVP_PKEY_CTX_dup(signing->ctx) };
    return copy;
}

static inline int vault_set(void *data, const OSSL_PARAM *params)
{
    vault_signing *signing = data;
    return params == NULL || EVP_PKEY_CTX_set_params(signing->ctx, params) == 1;
}

static inline const OSSL_PARAM *vault_settable(void *data, void *provider)
{
    static const OSSL_PARAM settable[] = {
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL, 0),
        OSSL_PARAM_END,
    };
    (void)data;
    (void)provider;
    return settable;
}

static inline int vault_sign_init(void *data, void *key, const OSSL_PARAM *params)
{
    vault_signing *signing = data;
    signing->key = key;
    EVP_PKEY_CTX_free(signing->ctx);
    signing->ctx = EVP_PKEY_CTX_new_from_pkey(NULL, signing->key->inside, NULL);
    return EVP_PKEY_sign_init(signing->ctx) == 1 && vault_set(signing, params);
}

static inline int vault_sign(void *data, unsigned char *sig, size_t *len, size_t cap, const unsigned char *hash,
                             size_t hash_len)
{
    vault_signing *signing = data;
    *len = cap;
    atomic_fetch_add(&vault_signatures, 1);
    return !vault_is_locked && EVP_PKEY_sign(signing->ctx, sig, len, hash, hash_len) == 1;
}

typedef void (*vault_function)(void);

#define VAULT_KEYS(type)                                                                                                    \
    {                                                                                                                       \
        { OSSL_FUNC_KEYMGMT_NEW, (vault_function)vault_##type##_new },                                                      \
            { OSSL_FUNC_KEYMGMT_FREE, (vault_function)vault_key_free },                                                     \
            { OSSL_FUNC_KEYMGMT_HAS, (vault_function)vault_has },                                                           \
            { OSSL_FUNC_KEYMGMT_IMPORT, (vault_function)vault_import },                                                     \
            { OSSL_FUNC_KEYMGMT_IMPORT_TYPES, (vault_function)vault_types },                                                \
            { OSSL_FUNC_KEYMGMT_EXPORT, (vault_function)vault_export },                                                     \
            { OSSL_FUNC_KEYMGMT_EXPORT_TYPES, (vault_function)vault_types },                                                \
            { OSSL_FUNC_KEYMGMT_GET_PARAMS, (vault_function)vault_get_params },                                             \
            { OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, (vault_function)vault_gettable },                                          \
            { OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, (vault_function)vault_##type##_operation },                           \
        {                                                                                                                   \
            0, NULL                                                                                                         \
        }                                                                                                                   \
    }

static const OSSL_DISPATCH vault_rsa[] = VAULT_KEYS(rsa);
static const OSSL_DISPATCH vault_ec[] = VAULT_KEYS(ec);

/* The last but one is what vault_lacks_dup leaves out. */
static const OSSL_DISPATCH vault_signature[] = {
    { OSSL_FUNC_SIGNATURE_NEWCTX, (vault_function)vault_signing_new },
    { OSSL_FUNC_SIGNATURE_FREECTX, (vault_function)vault_signing_free },
    { OSSL_FUNC_SIGNATURE_SIGN_INIT, (vault_function)vault_sign_init },
    { OSSL_FUNC_SIGNATURE_SIGN, (vault_function)vault_sign },
    { OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, (vault_function)vault_set },
    { OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, (vault_function)vault_settable },
    { OSSL_FUNC_SIGNATURE_DUPCTX, (vault_function)vault_signing_dup },
    { 0, NULL },
};
static OSSL_DISPATCH vault_signature_now[sizeof vault_signature / sizeof vault_signature[0]];

static const OSSL_ALGORITHM vault_keymgmts[] = {
    { "RSA:rsaEncryption", "provider=vault", vault_rsa, NULL },
    { "EC:id-ecPublicKey", "provider=vault", vault_ec, NULL },
    { NULL, NULL, NULL, NULL },
};
static const OSSL_ALGORITHM vault_signatures_of[] = {
    { "RSA:rsaEncryption", "provider=vault", vault_signature_now, NULL },
    { "ECDSA", "provider=vault", vault_signature_now, NULL },
    { NULL, NULL, NULL, NULL },
};

static inline const OSSL_ALGORITHM *vault_query(void *provider, int operation, int *no_cache)
{
    (void)provider;
    *no_cache = 0;
    return operation == OSSL_OP_KEYMGMT ? vault_keymgmts : operation == OSSL_OP_SIGNATURE ? vault_signatures_of : NULL;
}

static inline int vault_start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
                              void **provider)
{
    static const OSSL_DISPATCH functions[] = {
        { OSSL_FUNC_PROVIDER_QUERY_OPERATION, (vault_function)vault_query },
        { 0, NULL },
    };
    (void)in;
    size_t dup = sizeof vault_signature / sizeof vault_signature[0] - 2;
    memcpy(vault_signature_now, vault_signature, sizeof vault_signature);
    if (vault_lacks_dup) {
        memset(&vault_signature_now[dup], 0, sizeof vault_signature_now[dup]);
    }
    *provider = (void *)(uintptr_t)handle;
    *out = functions;
    return 1;
}

static OSSL_PROVIDER *vault_loaded[2];

/** A library context with the vault and, for all that the vault does not do, OpenSSL's default provider. */
static inline OSSL_LIB_CTX *vault_open(void)
{
    OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
    ck_assert_int_eq(OSSL_PROVIDER_add_builtin(lib, "vault", vault_start), 1);
    vault_loaded[0] = OSSL_PROVIDER_load(lib, "default");
    vault_loaded[1] = OSSL_PROVIDER_load(lib, "vault");
    ck_assert(vault_loaded[0] != NULL && vault_loaded[1] != NULL);
    return lib;
}

/** The next vault is a new one, also where the tests share a process. */
static inline void vault_close(OSSL_LIB_CTX *lib)
{
    OSSL_PROVIDER_unload(vault_loaded[0]);
    OSSL_PROVIDER_unload(vault_loaded[1]);
    OSSL_LIB_CTX_free(lib);
    vault_lacks_dup = vault_is_locked = false;
    vault_shows = NULL;
    vault_signatures = vault_private_asked = 0;
}

/** The same key, put into the vault. */
static inline EVP_PKEY *vault_take(OSSL_LIB_CTX *lib, const EVP_PKEY *pkey)
{
    OSSL_PARAM *params = NULL;
    EVP_PKEY *kept = NULL;
    const char *type = EVP_PKEY_is_a(pkey, "RSA") ? "RSA" : "EC";
    ck_assert_int_eq(EVP_PKEY_todata(pkey, EVP_PKEY_KEYPAIR, &params), 1);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(lib, type, "provider=vault");
    ck_assert_int_eq(EVP_PKEY_fromdata_init(ctx), 1);
    ck_assert_int_eq(EVP_PKEY_fromdata(ctx, &kept, EVP_PKEY_KEYPAIR, params), 1);
    ck_assert_str_eq(OSSL_PROVIDER_get0_name(EVP_PKEY_get0_provider(kept)), "vault");
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    return kept;
}

#endif
