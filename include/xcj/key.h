/*
 * xcj/key.h: read keys from JWK (RFC 7517, 7518 6, 8037, 8812), PEM, DER and shared secrets, and write them.
 *
 * Key types: RSA; EC on P-256, P-384, P-521 and secp256k1; OKP with Ed25519, Ed448, X25519 and X448 (the last two only
 * convert); oct. RSA keys shorter than 2048 bits convert, but neither sign nor verify. A key is refused if its private
 * part does not match its public part.
 */
#ifndef XCJ_KEY_H
#define XCJ_KEY_H

#include <xcj/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One key: immutable, reference-counted, safe to share between threads. */
typedef struct xcj_key xcj_key;

/** The type of a key, its `kty` (RFC 7518 6.1, RFC 8037 2). */
typedef enum xcj_kty { XCJ_KTY_NONE = 0, XCJ_KTY_RSA = 1, XCJ_KTY_EC = 2, XCJ_KTY_OKP = 3, XCJ_KTY_OCT = 4 } xcj_kty;

/** The name in a JWK: "RSA", "EC", "OKP" or "oct"; NULL for another number. Static string. */
XCJ_API const char *xcj_kty_name(xcj_kty kty);

/** The curve of a key, its `crv` (RFC 7518 6.2.1.1, RFC 8037 2, RFC 8812 3.1). */
typedef enum xcj_curve {
    XCJ_CURVE_NONE = 0,
    XCJ_CURVE_P256 = 1,
    XCJ_CURVE_P384 = 2,
    XCJ_CURVE_P521 = 3,
    XCJ_CURVE_SECP256K1 = 4,
    XCJ_CURVE_ED25519 = 5,
    XCJ_CURVE_ED448 = 6,
    XCJ_CURVE_X25519 = 7,
    XCJ_CURVE_X448 = 8
} xcj_curve;

/** The name in a JWK, such as "P-256"; NULL for XCJ_CURVE_NONE and another number. Static string. */
XCJ_API const char *xcj_curve_name(xcj_curve curve);

/** The encoding of a shared secret. */
typedef enum xcj_secret_encoding {
    XCJ_SECRET_RAW = 0,       /**< none: the bytes are the secret */
    XCJ_SECRET_BASE64 = 1,    /**< base64 (RFC 4648 4) */
    XCJ_SECRET_BASE64URL = 2, /**< base64url (RFC 4648 5) */
    XCJ_SECRET_HEX = 3        /**< hexadecimal, with or without 0x in front */
} xcj_secret_encoding;

struct ossl_lib_ctx_st; /* OpenSSL's OSSL_LIB_CTX */

/** How to read a key. */
typedef struct xcj_key_options {
    size_t size;        /**< sizeof the struct; the _INIT macro sets it */
    xcj_str passphrase; /**< decrypts an encrypted private key; absent: none */
    int hmac_k_raw;     /**< 1: the `k` of an oct JWK is the secret itself, not base64url */
    xcj_alg (*alg_from_name)(const char *name, size_t len); /**< reads the alg of a JWK; NULL: xcj_alg_from_name() */
    int allow_weak_secret; /**< 1: xcj_key_from_secret() accepts a secret shorter than the hash, and it may be used */
    xcj_secret_encoding secret_encoding; /**< how xcj_key_from_secret() decodes the secret */
    xcj_scratch *scratch;                /**< this thread's scratch speeds up reading several private EC keys; NULL: none */
    int pem_labels; /**< 1: reads kid, use and alg from the line that xcj_key_export() writes before a PEM block */
    struct ossl_lib_ctx_st *lib_ctx; /**< where OpenSSL signs and verifies with the key; borrowed: must outlive the key and
                                          all its users; NULL: the default context */
    const char *properties;          /**< property query for the same, such as "fips=yes"; copied; NULL: none */
} xcj_key_options;

/** All defaults. */
#define XCJ_KEY_OPTIONS_INIT                                                                                                \
    {                                                                                                                       \
        sizeof(xcj_key_options), { NULL, 0 }, 0, NULL, 0, XCJ_SECRET_RAW, NULL, 0, NULL, NULL                               \
    }

/**
 * Reads a key from one JWK (JSON in UTF-8). Duplicate members, points off the curve, coordinates with a wrong length and
 * more than two primes (`oth`) are refused, and so are dates of a private key (`nbf`, `exp`) that are none. Unknown
 * members, null members, and leading zero bytes in the numbers of an RSA key are ignored. `options` may be NULL.
 * XCJ_ERR_JSON, _BASE64, _KEY, _KEY_TYPE, _LIMIT, _MEMORY, _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_from_jwk(xcj_key **out, const char *text, size_t len, const xcj_key_options *options,
                                                 xcj_error *err);

/**
 * Reads the one key in PEM: PRIVATE KEY, ENCRYPTED PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY (also with the old
 * encryption of RFC 1421), OPENSSH PRIVATE KEY, PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE (its public key). A private key
 * may be accompanied by its public key and by certificates, one of which must be its own. From a chain of certificates it
 * reads the key of the certificate that issued no other. Text before a block is skipped (RFC 7468). XCJ_ERR_KEY (also for
 * several keys), _KEY_TYPE, _BASE64, _PASSPHRASE, _LIMIT, _MEMORY, _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_from_pem(xcj_key **out, const char *text, size_t len, const xcj_key_options *options,
                                                 xcj_error *err);

/** Reads a key from the DER of one block that xcj_key_from_pem() accepts, or from PKCS#12. Errors as there. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_from_der(xcj_key **out, const uint8_t *der, size_t len,
                                                 const xcj_key_options *options, xcj_error *err);

/** Reads exactly one key in any format that xcj_keyset_from_data() recognises. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_from_data(xcj_key **out, const uint8_t *data, size_t len,
                                                  const xcj_key_options *options, xcj_error *err);

/**
 * Makes an oct key from a shared secret of at most 16384 bytes. `secret_encoding` says how to decode it; then white space
 * is ignored and base64 may lack its padding. A key or certificate is refused, whether PEM, DER, JWK or OpenSSH line, whole
 * or in part, also in base64 (algorithm confusion, RFC 8725 2.1). A secret shorter than 32 bytes is refused unless
 * `allow_weak_secret` is set (RFC 7518 3.2).
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_from_secret(xcj_key **out, const uint8_t *secret, size_t len,
                                                    const xcj_key_options *options, xcj_error *err);

/**
 * Generates a private key for an algorithm. `bits` 0 is the default: 2048 for RSA, the length of the hash for oct. RSA
 * takes 2048 to 16384 bits and oct at least the length of the hash, both in steps of 8; the other types have one size.
 * EdDSA generates an Ed25519 key. The key gets `alg`. XCJ_ERR_ARGUMENT (no algorithm, or a size that it does not have),
 * _KEY_WEAK (too few bits), _LIMIT (too many), _RANDOM, _MEMORY, _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_generate(xcj_key **out, xcj_alg alg, unsigned bits, xcj_error *err);

/** Room for every signature in bytes. The longest so far is RSA's with 16384 bits: 2048. */
#define XCJ_SIGNATURE_MAX 8192

/** A request to a signer. All of it is borrowed during the call. */
typedef struct xcj_sign_request {
    size_t size;          /**< sizeof the struct, as the calling library knows it */
    xcj_alg alg;          /**< the algorithm in the token's header */
    const uint8_t *input; /**< the JWS signing input (RFC 7515 5.1), over which the signature is made */
    size_t input_len;     /**< its length in bytes */
    const uint8_t *hash;  /**< the hash of the input; NULL for EdDSA, which signs the input itself */
    size_t hash_len;      /**< its length in bytes */
    size_t signature_len; /**< the length of the signature in a token, in bytes */
} xcj_sign_request;

/**
 * Writes a signature into `signature`, which has room for XCJ_SIGNATURE_MAX bytes, and sets *signature_len. Returns 0, or
 * any other number for a failure; the error message then contains that number. RSA: PKCS #1 v1.5, or PSS with MGF1 and a
 * salt as long as the hash (RFC 7518 3.3, 3.5). ECDSA: r and then s, each in the full length of the curve (RFC 7518 3.4),
 * or DER if the signer sets `ecdsa_der`. EdDSA: RFC 8032.
 */
typedef int (*xcj_sign_fn)(void *context, uint8_t *signature, size_t *signature_len, const xcj_sign_request *request);

/** An external signer, such as a KMS. */
typedef struct xcj_signer {
    size_t size;      /**< sizeof the struct; the _INIT macro sets it */
    xcj_alg alg;      /**< its algorithm; XCJ_ALG_NONE: the public key's alg, or each one that fits */
    xcj_sign_fn sign; /**< called in the threads that sign, in several simultaneously: it must be thread-safe; NULL: the
                           signature comes later, see xcj_mint_finish() */
    void (*release)(void *context); /**< called when the last reference to the key is released; NULL: nothing to do */
    void *context;                  /**< passed to both functions */
    int ecdsa_der; /**< 1: ECDSA signatures are DER, SEQUENCE { r, s } (RFC 3279 2.2.3), as most KMS return them */
    int trusted;   /**< 1: use each signature unchecked; 0: verify it with the public key first */
} xcj_signer;

/** All defaults. */
#define XCJ_SIGNER_INIT                                                                                                     \
    {                                                                                                                       \
        sizeof(xcj_signer), XCJ_ALG_NONE, NULL, NULL, NULL, 0, 0                                                            \
    }

/**
 * Makes a key whose signatures come from a function. It has the labels and the public part of `public_key`, which may be
 * a private key. It signs wherever a private key does; only its public part can be exported. `key_ops` that contain
 * "verify" allow the signer to sign. The signer must not use the scratch of the call that signs. This function signs
 * nothing. On failure it does not call `release`.
 *
 * Signing with such a key fails with XCJ_ERR_SIGNER, and no token is made, if the signer fails, if its signature has the
 * wrong length, or (unless it is `trusted`) if the public key does not verify the signature. XCJ_ERR_ARGUMENT, _KEY_PART
 * (an oct key, which has no public part), _ALG (does not fit the key), _MEMORY, _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_from_signer(xcj_key **out, const xcj_key *public_key, const xcj_signer *signer,
                                                    xcj_error *err);

/** Labels for a copy of a key. An absent member (ptr NULL, XCJ_ALG_NONE) keeps the key's own label. */
typedef struct xcj_key_labels {
    size_t size; /**< sizeof the struct; the _INIT macro sets it */
    xcj_str kid; /**< "" removes the kid */
    xcj_str use; /**< "sig", "enc" or another string; "" removes the use */
    xcj_alg alg; /**< must fit the key's type and curve */
    int64_t nbf; /**< when the key begins to sign (see xcj/rotation.h), in Unix seconds; 0 keeps the key's own */
    int64_t exp; /**< when it no longer signs: later than nbf; 0 keeps the key's own */
} xcj_key_labels;

/** All defaults. */
#define XCJ_KEY_LABELS_INIT                                                                                                 \
    {                                                                                                                       \
        sizeof(xcj_key_labels), { NULL, 0 }, { NULL, 0 }, XCJ_ALG_NONE, 0, 0                                                \
    }

/** Copies a key under other labels. XCJ_ERR_ALG if the algorithm does not fit, _KEY for a label that is not UTF-8 or no
 * date. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_relabel(xcj_key **out, const xcj_key *key, const xcj_key_labels *labels,
                                                xcj_error *err);

/** Adds a reference and returns the key. */
XCJ_API xcj_key *xcj_key_ref(const xcj_key *key);

/** Releases a reference; the last one wipes and frees the key. NULL is allowed. */
XCJ_API void xcj_key_free(xcj_key *key);

/** The type of the key; XCJ_KTY_NONE for NULL. */
XCJ_API xcj_kty xcj_key_type(const xcj_key *key);

/** The curve of the key; XCJ_CURVE_NONE for RSA and oct. */
XCJ_API xcj_curve xcj_key_curve(const xcj_key *key);

/** The size in bits of the modulus, the field or the secret. */
XCJ_API unsigned xcj_key_bits(const xcj_key *key);

/** Returns 1 if the key can sign: it has a private part or a secret, or one that is held outside the library. */
XCJ_API int xcj_key_is_private(const xcj_key *key);

/** Returns 1 if an EVP_PKEY or a signer holds the private part. Such a key signs; only its public part can be exported. */
XCJ_API int xcj_key_is_external(const xcj_key *key);

/** The kid, borrowed; absent if the key has none. */
XCJ_API xcj_str xcj_key_id(const xcj_key *key);

/** The JWK's `use`, borrowed; absent if the key has none. */
XCJ_API xcj_str xcj_key_use(const xcj_key *key);

/** The JWK's `alg` if the library supports it, else XCJ_ALG_NONE. */
XCJ_API xcj_alg xcj_key_alg(const xcj_key *key);

/**
 * The JWK's `alg` as it is written, also one that the library does not support, such as "RSA-OAEP". Borrowed; absent if
 * the key has none.
 */
XCJ_API xcj_str xcj_key_alg_name(const xcj_key *key);

/**
 * When the key begins to sign, the `nbf` of a private JWK in Unix seconds; 0 if it has none. Only xcj_rotation heeds the
 * two dates: a minter signs with the key that it is given, and a verifier does not look at them.
 */
XCJ_API int64_t xcj_key_nbf(const xcj_key *key);

/** When the key no longer signs, the `exp` of a private JWK in Unix seconds; 0 if it has none. */
XCJ_API int64_t xcj_key_exp(const xcj_key *key);

/** The purpose of a key. */
typedef enum xcj_use { XCJ_SIGN = 1, XCJ_VERIFY = 2 } xcj_use;

/**
 * Checks that a key may be used for this purpose with this algorithm: key type and curve, the JWK's alg, use and key_ops,
 * the size, and the private part for signing. Every sign and verify operation asks this one function. XCJ_ERR_ALG,
 * _KEY_WEAK, _KEY_USE.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_admits(const xcj_key *key, xcj_alg alg, xcj_use use, xcj_error *err);

/**
 * Writes up to `cap` algorithms that the key admits, in the order of their numbers, and returns how many the key admits.
 */
XCJ_API size_t xcj_key_algs(const xcj_key *key, xcj_use use, xcj_alg *out, size_t cap);

/**
 * Selects the algorithm to sign with: `asked` if given, else the JWK's alg, else the only one that the key's curve allows
 * (EdDSA for an Ed25519 or Ed448 key). `asked` and the JWK's alg must agree. XCJ_ERR_ALG (the message lists the choices),
 * _KEY_WEAK, _KEY_USE.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_sign_alg(xcj_alg *out, const xcj_key *key, xcj_alg asked, xcj_error *err);

/** The reason why a signature is not valid. */
typedef enum xcj_cause {
    XCJ_CAUSE_UNKNOWN = 0,        /**< no known mistake explains it */
    XCJ_CAUSE_ALG = 1,            /**< it was made with another algorithm than the header names */
    XCJ_CAUSE_CURVE = 2,          /**< the key made it, but the header names an algorithm for another curve */
    XCJ_CAUSE_ECDSA_DER = 3,      /**< it is DER; JOSE requires r and s in their full length (RFC 7518 3.4) */
    XCJ_CAUSE_ECDSA_LENGTH = 4,   /**< r and s lack leading zeros */
    XCJ_CAUSE_PSS_SALT = 5,       /**< its salt is not as long as the hash (RFC 7518 3.5) */
    XCJ_CAUSE_SECRET_TEXT = 6,    /**< the MAC was made with the secret as written in `encoding`, not decoded */
    XCJ_CAUSE_SECRET_BYTES = 7,   /**< the MAC was made with the secret decoded from `encoding` */
    XCJ_CAUSE_SECRET_NEWLINE = 8, /**< the signer's secret has one newline more, or less, at its end */
    XCJ_CAUSE_NONCE = 9           /**< the header's nonce was replaced after signing, as Microsoft does for its Graph */
} xcj_cause;

/** Why a signature is not valid, if a known mistake explains it. */
typedef struct xcj_explanation {
    const xcj_key *key;           /**< the key that was tried, borrowed from the verifier; NULL: none */
    xcj_cause cause;              /**< the mistake of the signer */
    xcj_alg alg;                  /**< the algorithm with which the signature is then valid */
    xcj_secret_encoding encoding; /**< for XCJ_CAUSE_SECRET_TEXT and _BYTES */
    uint64_t reserved[4];         /**< always zero */
} xcj_explanation;

/** The part of a key to write. */
typedef enum xcj_part { XCJ_PUBLIC = 1, XCJ_PRIVATE = 2 } xcj_part;

/**
 * Writes a key as a JWK: kty, crv, the numbers, then use, key_ops, alg and kid if the key has them. A key that was read
 * from a certificate, or from a JWK whose x5c begins with one of this key, also has that one as x5c, and its thumbprints as
 * x5t and x5t#S256 (RFC 7517 4.7 to 4.9). A private key also has nbf and exp. One line, no white space. XCJ_ERR_KEY_PART:
 * the private part of a public or external key, or the public part of an oct key.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_to_jwk(char **out, size_t *out_len, const xcj_key *key, xcj_part part,
                                               xcj_error *err);

/** Writes a key as PEM (RFC 7468): SubjectPublicKeyInfo or PKCS#8, 64 columns, final newline. XCJ_ERR_KEY_PART for oct. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_to_pem(char **out, size_t *out_len, const xcj_key *key, xcj_part part,
                                               xcj_error *err);

/** The structure to write a key in. */
typedef enum xcj_encoding {
    XCJ_PKCS8 = 0, /**< PKCS#8 (RFC 5208); for a public key SubjectPublicKeyInfo (RFC 5280) */
    XCJ_PKCS1 = 1, /**< RSA keys only (RFC 8017 A.1) */
    XCJ_SEC1 = 2,  /**< private EC keys only (RFC 5915) */
    XCJ_OPENSSH =
        3 /**< a line for authorized_keys: public RSA and Ed25519 keys, P-256, P-384, P-521; the kid is its comment */
} xcj_encoding;

/** How to derive an encryption key from a passphrase. */
typedef enum xcj_kdf {
    XCJ_PBKDF2 = 0, /**< with HMAC-SHA-256 and 600 000 iterations (RFC 8018 5.2) */
    XCJ_SCRYPT = 1  /**< with N 16 384, r 8 and p 1 (RFC 7914) */
} xcj_kdf;

/** How to write a key. */
typedef struct xcj_export_options {
    size_t size;           /**< sizeof the struct; the _INIT macro sets it */
    xcj_encoding encoding; /**< the structure */
    int der;               /**< 1: DER, not PEM */
    int labels;            /**< 1: writes kid, use and alg as JSON behind "# " in a line before the PEM block */
    xcj_kdf kdf;           /**< how to derive the key from the passphrase */
    xcj_str passphrase;    /**< encrypts a private key in PKCS#8, with AES-256-CBC; absent: none */
} xcj_export_options;

/** All defaults. */
#define XCJ_EXPORT_OPTIONS_INIT                                                                                             \
    {                                                                                                                       \
        sizeof(xcj_export_options), XCJ_PKCS8, 0, 0, XCJ_PBKDF2,                                                            \
        {                                                                                                                   \
            NULL, 0                                                                                                         \
        }                                                                                                                   \
    }

/**
 * Writes the key as PEM, as DER, or as a line for OpenSSH, followed by a NUL. `options` may be NULL. XCJ_ERR_KEY_TYPE: the
 * structure does not hold keys of this type. XCJ_ERR_KEY_PART: the key has no such part, the structure does not hold it, or
 * a public key is to be encrypted. XCJ_ERR_ARGUMENT: options that exclude each other, an empty passphrase. XCJ_ERR_LIMIT,
 * _RANDOM, _MEMORY, _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_export(char **out, size_t *out_len, const xcj_key *key, xcj_part part,
                                               const xcj_export_options *options, xcj_error *err);

/** Returns the secret of an oct key, followed by a NUL. XCJ_ERR_KEY_PART for every other key. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_to_secret(uint8_t **out, size_t *out_len, const xcj_key *key, xcj_error *err);

/** Writes a key as DER: SubjectPublicKeyInfo or PKCS#8. XCJ_ERR_KEY_PART for oct. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_to_der(uint8_t **out, size_t *out_len, const xcj_key *key, xcj_part part,
                                               xcj_error *err);

/** The hash functions for thumbprints. */
typedef enum xcj_hash { XCJ_SHA256 = 1, XCJ_SHA384 = 2, XCJ_SHA512 = 3 } xcj_hash;

/** Returns the JWK thumbprint (RFC 7638, RFC 8037 2) in base64url, followed by a NUL. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_thumbprint(char **out, size_t *out_len, const xcj_key *key, xcj_hash hash,
                                                   xcj_error *err);

/** Facts about a certificate; xcj_key_from_data() reads its key. The library does not check whether to trust it. */
typedef struct xcj_certificate {
    int64_t not_before;   /**< Unix seconds */
    int64_t not_after;    /**< Unix seconds */
    uint8_t sha1[20];     /**< SHA-1 of its DER; in base64url it is x5t (RFC 7517 4.8) */
    uint8_t sha256[32];   /**< SHA-256 of its DER; in base64url it is x5t#S256 (RFC 7517 4.9) */
    uint64_t reserved[4]; /**< always zero */
} xcj_certificate;

/**
 * Reads a DER certificate or the first one in PEM, also in the forms that proxies write into a header: URL-encoded PEM,
 * :base64: of DER (RFC 9440), base64 of DER, or an X-Forwarded-Client-Cert with one element that has a Cert. On failure
 * *out is all zero. XCJ_ERR_CERTIFICATE, _LIMIT, _MEMORY, _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_certificate_read(xcj_certificate *out, const char *cert, size_t len, xcj_error *err);

/**
 * Returns the certificate as the value of x5c (RFC 7515 4.1.6), a JSON array of base64, followed by a NUL. Of PEM, every
 * certificate is in it, in the order of the text: the signer's, then its chain. Errors as for xcj_certificate_read().
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_certificate_to_x5c(char **out, size_t *out_len, const char *cert, size_t len,
                                                       xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
