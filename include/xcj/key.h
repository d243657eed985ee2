/*
 * xcj/key.h: keys from JWK (RFC 7517, 7518 6, 8037, 8812), PEM, DER and shared secrets, and back.
 *
 * Key types: RSA; EC on P-256, P-384, P-521 and secp256k1; OKP with Ed25519, Ed448, X25519 and X448 (the last two convert
 * only); oct. RSA keys under 2048 bits convert, but neither sign nor verify. A private part that does not fit its public
 * part is refused.
 */
#ifndef XCJ_KEY_H
#define XCJ_KEY_H

#include <xcj/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One key: immutable, reference-counted, shareable by threads. */
typedef struct xcj_key xcj_key;

/** How the bytes of a shared secret are written. */
typedef enum xcj_secret_encoding {
    XCJ_SECRET_RAW = 0,       /**< as they are */
    XCJ_SECRET_BASE64 = 1,    /**< base64 (RFC 4648 4) */
    XCJ_SECRET_BASE64URL = 2, /**< base64url (RFC 4648 5) */
    XCJ_SECRET_HEX = 3        /**< hexadecimal, also after 0x */
} xcj_secret_encoding;

/** How a key is read. */
typedef struct xcj_key_options {
    size_t size;            /**< of the struct, as its _INIT sets it */
    const char *passphrase; /**< for an encrypted PKCS#8 key; NULL if there is none */
    size_t passphrase_len;  /**< its length */
    int hmac_k_raw;         /**< 1: an oct JWK's `k` is the raw text of the secret, as the Kong plugin reads it */
    int kong_alg_names;     /**< 1: a JWK's alg may read SH256 or SH512 for HS256 or HS512 */
    int allow_weak_secret;  /**< 1: xcj_key_from_secret() takes a secret shorter than the hash, and it may be used */
    xcj_secret_encoding secret_encoding; /**< how xcj_key_from_secret() reads the secret */
    xcj_scratch *scratch; /**< of this thread: private EC keys are read faster when it has read one before; NULL: none */
} xcj_key_options;

/** All defaults. */
#define XCJ_KEY_OPTIONS_INIT                                                                                                \
    {                                                                                                                       \
        sizeof(xcj_key_options), NULL, 0, 0, 0, 0, XCJ_SECRET_RAW, NULL                                                     \
    }

/**
 * A key from one JWK (JSON text, UTF-8). Duplicate members, points off the curve, coordinates of a wrong length and more
 * than two primes (`oth`) are refused; unknown members are ignored, and so are members that are null and leading zero bytes
 * of an RSA key's numbers. `options` may be NULL. XCJ_ERR_JSON, _BASE64, _KEY, _KEY_TYPE, _LIMIT, _MEMORY, _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_from_jwk(xcj_key **out, const char *text, size_t len, const xcj_key_options *options,
                                                 xcj_error *err);

/**
 * The one key of a PEM text: PRIVATE KEY, ENCRYPTED PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY (also with the old
 * encryption of RFC 1421), OPENSSH PRIVATE KEY, PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE (its public key). Beside a private
 * key there may be its public key and certificates, one of which must be its own; a chain of certificates counts as the one
 * that issued no other. Text before a block is skipped (RFC 7468). XCJ_ERR_KEY (several keys, too), _KEY_TYPE, _BASE64,
 * _PASSPHRASE, _LIMIT, _MEMORY, _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_from_pem(xcj_key **out, const char *text, size_t len, const xcj_key_options *options,
                                                 xcj_error *err);

/** As xcj_key_from_pem(), from the DER of one such block, or from PKCS#12. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_from_der(xcj_key **out, const uint8_t *der, size_t len,
                                                 const xcj_key_options *options, xcj_error *err);

/** A key from whatever the bytes are: as xcj_keyset_from_data(), of exactly one key. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_from_data(xcj_key **out, const uint8_t *data, size_t len,
                                                  const xcj_key_options *options, xcj_error *err);

/**
 * An oct key from a shared secret of up to 16 384 bytes, given as they are, or as text if `secret_encoding` says so: white
 * space in such text does not count, and base64 may lack its padding. A key or certificate is refused, as PEM, DER, JWK or
 * OpenSSH line, whole or in part, also in base64 (algorithm confusion, RFC 8725 2.1). So is a secret under 32 bytes, unless
 * `allow_weak_secret` is set (RFC 7518 3.2).
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_from_secret(xcj_key **out, const uint8_t *secret, size_t len,
                                                    const xcj_key_options *options, xcj_error *err);

/**
 * A new private key for an algorithm. `bits` 0 is the default: RSA 2048, oct the length of the hash; RSA takes 2048 to
 * 16384 and oct no less than the hash's, both in steps of 8; the others only their own. EdDSA makes an Ed25519 key. The key
 * carries `alg`. XCJ_ERR_ARGUMENT (no algorithm, or bits that it does not have), _KEY_WEAK (too few), _LIMIT (too many),
 * _RANDOM, _MEMORY, _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_generate(xcj_key **out, xcj_alg alg, unsigned bits, xcj_error *err);

/** The longest signature in bytes: RSA with 16384 bits. */
#define XCJ_SIGNATURE_MAX 2048

/** What a signer is asked for. All of it is borrowed for the call. */
typedef struct xcj_sign_request {
    size_t size;          /**< of the struct, as the library that calls knows it */
    xcj_alg alg;          /**< what the token says */
    const uint8_t *input; /**< the JWS signing input (RFC 7515 5.1): what the signature is over */
    size_t input_len;     /**< its length */
    const uint8_t *hash;  /**< its hash, as the algorithm says; NULL for EdDSA, which takes the input itself */
    size_t hash_len;      /**< its length */
    size_t signature_len; /**< how long the signature is in a token, in bytes */
} xcj_sign_request;

/**
 * Makes a signature into `signature`, which holds XCJ_SIGNATURE_MAX bytes, and sets *signature_len; returns 0, or any other
 * number for a failure, which the error's sentence then names. RSA: PKCS #1 v1.5, or PSS with MGF1 of the same hash and a
 * salt as long as the hash (RFC 7518 3.3, 3.5). ECDSA: r and s, each in the full length of the curve, one after the other
 * (RFC 7518 3.4), or DER where the signer says `ecdsa_der`. EdDSA: as RFC 8032 has it.
 */
typedef int (*xcj_sign_fn)(void *context, uint8_t *signature, size_t *signature_len, const xcj_sign_request *request);

/** Something outside that signs, such as a KMS. */
typedef struct xcj_signer {
    size_t size;                    /**< of the struct, as its _INIT sets it */
    xcj_alg alg;                    /**< what it signs with; XCJ_ALG_NONE: what the public key says, or each that fits */
    xcj_sign_fn sign;               /**< called in whichever threads sign, in several at once: it must be ready for that */
    void (*release)(void *context); /**< called when the last reference to the key is gone; NULL: nothing to do */
    void *context;                  /**< handed to both */
    int ecdsa_der; /**< 1: ECDSA signatures come as DER, SEQUENCE { r, s } (RFC 3279 2.2.3), as most KMS give them */
    int trusted;   /**< 1: a signature is taken as it comes; 0: it is first verified with the public key */
} xcj_signer;

/** All defaults. */
#define XCJ_SIGNER_INIT                                                                                                     \
    {                                                                                                                       \
        sizeof(xcj_signer), XCJ_ALG_NONE, NULL, NULL, NULL, 0, 0                                                            \
    }

/**
 * A key whose signatures a function makes: the public part and labels of `public_key` (of a private one, too, only that),
 * and a signer. It signs wherever a private key does, and is never exported but for its public part. `key_ops` that allow to
 * verify allow the signer to sign. A scratch that is in use by the call that signs is not for the signer. Nothing is signed
 * here. On failure `release` is not called.
 *
 * Signing with such a key fails with XCJ_ERR_SIGNER when the signer does, or gives a signature of another length, or (unless
 * it is `trusted`) one that the public key does not verify; no token comes of it.
 * XCJ_ERR_ARGUMENT, _KEY_PART (an oct key, which has no public part), _ALG (does not fit the key), _MEMORY, _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_from_signer(xcj_key **out, const xcj_key *public_key, const xcj_signer *signer,
                                                    xcj_error *err);

/** What a copy of a key is to be called; an absent member (ptr NULL, XCJ_ALG_NONE) leaves what the key has. */
typedef struct xcj_key_labels {
    size_t size; /**< of the struct, as its _INIT sets it */
    xcj_str kid; /**< "" removes the kid */
    xcj_str use; /**< "sig", "enc", another text, or "" to remove it */
    xcj_alg alg; /**< must fit the key's type and curve */
} xcj_key_labels;

/** All defaults. */
#define XCJ_KEY_LABELS_INIT                                                                                                 \
    {                                                                                                                       \
        sizeof(xcj_key_labels), { NULL, 0 }, { NULL, 0 }, XCJ_ALG_NONE                                                      \
    }

/** The same key under other labels. XCJ_ERR_ALG when the algorithm does not fit, _KEY for text that is not UTF-8. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_relabel(xcj_key **out, const xcj_key *key, const xcj_key_labels *labels,
                                                xcj_error *err);

/** One more reference; returns the key. */
XCJ_API xcj_key *xcj_key_ref(const xcj_key *key);

/** Gives a reference back; the last one wipes and frees the key. NULL is fine. */
XCJ_API void xcj_key_free(xcj_key *key);

/** "RSA", "EC", "OKP" or "oct". Static text. */
XCJ_API const char *xcj_key_type(const xcj_key *key);

/** The JOSE name of the curve, such as "P-256"; NULL for RSA and oct. Static text. */
XCJ_API const char *xcj_key_curve(const xcj_key *key);

/** The size: bits of the modulus, the field or the secret. */
XCJ_API unsigned xcj_key_bits(const xcj_key *key);

/** 1 if it can sign: the private part (or the secret) is there, or held elsewhere. */
XCJ_API int xcj_key_is_private(const xcj_key *key);

/** 1 if the private part is held elsewhere, by an EVP_PKEY or a signer: such a key signs, and is exported as public only. */
XCJ_API int xcj_key_is_external(const xcj_key *key);

/** The kid, borrowed; absent if the key has none. */
XCJ_API xcj_str xcj_key_id(const xcj_key *key);

/** The JWK's `use`, borrowed; absent if the key has none. */
XCJ_API xcj_str xcj_key_use(const xcj_key *key);

/** The JWK's `alg` if it is one of ours, else XCJ_ALG_NONE. */
XCJ_API xcj_alg xcj_key_alg(const xcj_key *key);

/** The JWK's `alg` as it stands (also one that is not ours, such as "RSA-OAEP"), borrowed; absent if there is none. */
XCJ_API xcj_str xcj_key_alg_name(const xcj_key *key);

/** What a key is to be used for. */
typedef enum xcj_use { XCJ_SIGN = 1, XCJ_VERIFY = 2 } xcj_use;

/**
 * May this key be used so with this algorithm? The one place that decides it, for every sign and verify: key type and curve,
 * the JWK's alg, use and key_ops, size, the private part to sign.
 * XCJ_ERR_ALG, _KEY_WEAK, _KEY_USE.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_admits(const xcj_key *key, xcj_alg alg, xcj_use use, xcj_error *err);

/** Writes up to `cap` algorithms that the key admits, in the order of their numbers; returns how many there are. */
XCJ_API size_t xcj_key_algs(const xcj_key *key, xcj_use use, xcj_alg *out, size_t cap);

/**
 * The one algorithm to sign with: `asked` if given, else the JWK's alg, else the only one the key's curve allows (EdDSA for
 * an Ed25519 or Ed448 key). `asked` and the JWK's alg must agree. XCJ_ERR_ALG (which lists the choices), _KEY_WEAK,
 * _KEY_USE.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_sign_alg(xcj_alg *out, const xcj_key *key, xcj_alg asked, xcj_error *err);

/** What is wrong with a signature that is not valid. */
typedef enum xcj_cause {
    XCJ_CAUSE_UNKNOWN = 0,        /**< nothing that was tried makes it valid */
    XCJ_CAUSE_ALG = 1,            /**< it was made with another algorithm than the header names */
    XCJ_CAUSE_CURVE = 2,          /**< it is the key's, but the header names an algorithm of another curve */
    XCJ_CAUSE_ECDSA_DER = 3,      /**< it is DER, where JOSE has r and s in their full length (RFC 7518 3.4) */
    XCJ_CAUSE_ECDSA_LENGTH = 4,   /**< r and s lack leading zeros */
    XCJ_CAUSE_PSS_SALT = 5,       /**< its salt is not as long as the hash (RFC 7518 3.5) */
    XCJ_CAUSE_SECRET_TEXT = 6,    /**< the MAC was made with the text that the secret is in `encoding` */
    XCJ_CAUSE_SECRET_BYTES = 7,   /**< the MAC was made with the bytes that the secret's text stands for in `encoding` */
    XCJ_CAUSE_SECRET_NEWLINE = 8, /**< the MAC was made with a newline more, or less, at the end of the secret */
    XCJ_CAUSE_NONCE = 9           /**< the header's nonce was replaced after signing, as Microsoft does it for its Graph */
} xcj_cause;

/** Why a signature is not valid, as far as it can be shown. */
typedef struct xcj_explanation {
    const xcj_key *key;           /**< the key that was tried, borrowed from the verifier; NULL: none was */
    xcj_cause cause;              /**< what makes the signature valid */
    xcj_alg alg;                  /**< what it is then valid with */
    xcj_secret_encoding encoding; /**< see XCJ_CAUSE_SECRET_TEXT and _BYTES */
    uint64_t reserved[4];         /**< zero */
} xcj_explanation;

/** Which part of a key is written. */
typedef enum xcj_part { XCJ_PUBLIC = 1, XCJ_PRIVATE = 2 } xcj_part;

/**
 * The key as JWK text: kty, crv, the numbers, then use, key_ops, alg and kid where the key has them. One line, no white
 * space. XCJ_ERR_KEY_PART: a private part of a public key or of one that is held elsewhere, or a public part of an oct key.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_to_jwk(char **out, size_t *out_len, const xcj_key *key, xcj_part part,
                                               xcj_error *err);

/** The key as PEM (RFC 7468): SubjectPublicKeyInfo or PKCS#8, 64 columns, final line feed. XCJ_ERR_KEY_PART for oct. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_to_pem(char **out, size_t *out_len, const xcj_key *key, xcj_part part,
                                               xcj_error *err);

/** The bytes of an oct key's secret, with a NUL after them. XCJ_ERR_KEY_PART for every other key. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_to_secret(uint8_t **out, size_t *out_len, const xcj_key *key, xcj_error *err);

/** The key as DER: SubjectPublicKeyInfo or PKCS#8. XCJ_ERR_KEY_PART for oct. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_to_der(uint8_t **out, size_t *out_len, const xcj_key *key, xcj_part part,
                                               xcj_error *err);

/** Hashes for thumbprints. */
typedef enum xcj_hash { XCJ_SHA256 = 1, XCJ_SHA384 = 2, XCJ_SHA512 = 3 } xcj_hash;

/** The JWK thumbprint (RFC 7638, RFC 8037 2), base64url, with a NUL after it. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_thumbprint(char **out, size_t *out_len, const xcj_key *key, xcj_hash hash,
                                                   xcj_error *err);

/** What a certificate says, beside its key, which xcj_key_from_data() reads. Whether to trust it is not looked at. */
typedef struct xcj_certificate {
    int64_t not_before;   /**< Unix seconds */
    int64_t not_after;    /**< Unix seconds */
    uint8_t sha1[20];     /**< of its DER: x5t in base64url (RFC 7517 4.8) */
    uint8_t sha256[32];   /**< of its DER: x5t#S256 in base64url (RFC 7517 4.9) */
    uint64_t reserved[4]; /**< zero */
} xcj_certificate;

/**
 * Reads the first certificate of a PEM text, or DER; also as proxies write it into a header: URL-encoded PEM, :base64: of
 * DER (RFC 9440), base64 of DER, or an X-Forwarded-Client-Cert of one element with a Cert. XCJ_ERR_CERTIFICATE, _LIMIT,
 * _MEMORY, _CRYPTO; *out is then all zero.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_certificate_read(xcj_certificate *out, const char *cert, size_t len, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
