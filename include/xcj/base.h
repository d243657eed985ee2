/*
 * xcj/base.h: result codes, the error value, byte views, memory and algorithm names.
 *
 * Conventions of the whole library:
 *  - An input is a pointer and a length. It needs no NUL. The library copies it or finishes with it before the call
 *    returns.
 *  - A NULL pointer means absent, whatever the length beside it. An absent value is XCJ_ERR_ARGUMENT unless its
 *    description says that it may be NULL. A getter that gets a NULL handle returns what it returns for an absent value:
 *    NULL, 0 or an absent view.
 *  - A NULL array with a count above 0 is XCJ_ERR_ARGUMENT. An array that is present with a count of 0 is not absent: as
 *    a list of allowed values it allows nothing.
 *  - A function that can fail returns an xcj_code and takes an `xcj_error *` as its last argument, which may be NULL.
 *  - The caller owns `T **out` and frees it with xcj_T_free(). `char **` and `uint8_t **` come with a length; free them
 *    with xcj_free(). `const T *` is borrowed and lives as long as the object it was read from.
 *  - On failure every output is NULL or zero and nothing is left to free.
 *  - Options structs are zero-initialised with `size` set (see the _INIT macros); zero means the default.
 *  - Handles are immutable and reference-counted. Any number of threads may use one const handle simultaneously.
 */
#ifndef XCJ_BASE_H
#define XCJ_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define XCJ_API __attribute__((visibility("default")))
#define XCJ_MUST_CHECK __attribute__((warn_unused_result))
#else
#define XCJ_API
#define XCJ_MUST_CHECK
#endif

/** The result of a call. The numbers are stable, have gaps, and are never reused. */
typedef enum xcj_code {
    XCJ_OK = 0,

    /* Failures of this machine or this program. */
    XCJ_ERR_MEMORY = 1,   /**< an allocation failed */
    XCJ_ERR_CRYPTO = 2,   /**< OpenSSL refused an operation that should work */
    XCJ_ERR_RANDOM = 3,   /**< no random bytes are available */
    XCJ_ERR_ARGUMENT = 5, /**< a broken contract: a required pointer is NULL, or an options struct is invalid */
    XCJ_ERR_BUFFER = 6,   /**< the caller's buffer is too short; xcj_error.needed is the length it needs */
    XCJ_ERR_SIGNER = 7,   /**< an external signer failed, or did not return a valid signature */

    /* Malformed input. */
    XCJ_ERR_JSON = 20,        /**< not RFC 8259 JSON, or a duplicate member */
    XCJ_ERR_BASE64 = 21,      /**< not canonical base64url, or base64 where the format is base64 */
    XCJ_ERR_LIMIT = 22,       /**< larger, deeper or longer than the documented limit */
    XCJ_ERR_KEY = 30,         /**< a malformed or inconsistent JWK, PEM or DER key */
    XCJ_ERR_KEY_TYPE = 31,    /**< a key type or curve that is not supported */
    XCJ_ERR_PASSPHRASE = 32,  /**< the key is encrypted, and the passphrase is missing or wrong */
    XCJ_ERR_KEY_PART = 33,    /**< the key lacks the requested part: private of a public key, PEM of an oct key */
    XCJ_ERR_CERTIFICATE = 34, /**< not a readable X.509 certificate */
    XCJ_ERR_TOKEN = 40,       /**< not a JWS in the expected serialisation, or a malformed header */

    /* Refused by policy. */
    XCJ_ERR_ALG_UNKNOWN = 50, /**< no such algorithm name */
    XCJ_ERR_ALG = 51,         /**< the algorithm does not fit the key or the allow-list */
    XCJ_ERR_KEY_WEAK = 52,    /**< the key is too small for the algorithm */
    XCJ_ERR_KEY_USE = 53,     /**< the key's use or key_ops forbids it, or its private part is missing */
    XCJ_ERR_CRIT = 54,        /**< a critical header parameter that the verifier does not understand, or a malformed crit */

    /* Keys and signatures. */
    XCJ_ERR_NO_KEY = 60,        /**< no key in the set fits */
    XCJ_ERR_AMBIGUOUS_KEY = 61, /**< more than one key in the set fits */
    XCJ_ERR_SIGNATURE = 62,     /**< the signature is not valid */

    /* Claims. */
    XCJ_ERR_CLAIM = 70,         /**< a claim is missing, has the wrong type or does not match */
    XCJ_ERR_EXPIRED = 71,       /**< exp has passed, or the token is older than allowed */
    XCJ_ERR_NOT_YET_VALID = 72, /**< the current time is before nbf */

    /* Minting. */
    XCJ_ERR_NO_CREDENTIAL = 80, /**< no acceptable credential was found, or more than one */
    XCJ_ERR_CREDENTIAL = 81,    /**< a credential is malformed */
    XCJ_ERR_CLIENT_ID = 82,     /**< no usable client_id */
    XCJ_ERR_CONSUMER = 83,      /**< no consumer */
    XCJ_ERR_BINDING = 84,       /**< a Bearer token is bound to a key (cnf, RFC 7800), which the request does not prove */
    XCJ_ERR_PROOF = 85,         /**< a DPoP proof (RFC 9449) is missing, malformed, or for another key, request or time */
    XCJ_ERR_NONCE = 86,         /**< a DPoP proof lacks a nonce that is valid now: answer use_dpop_nonce (RFC 9449 9) */
    XCJ_ERR_REPLAY = 87,        /**< a DPoP proof was used before */
    XCJ_ERR_CONFIG = 90         /**< an invalid configuration object or option value */
} xcj_code;

/** The name of a code, such as "XCJ_ERR_SIGNATURE"; "XCJ_ERR_?" for any other number. Static string. */
XCJ_API const char *xcj_code_name(xcj_code code);

/**
 * The HTTP status for a gateway's answer: 200 for XCJ_OK; 401 when the credential, the token or its claims are not
 * acceptable (RFC 6750 3.1); 500 when the fault is the gateway's own (memory, keys, configuration). Never 403: that
 * status means an insufficient scope, which the gateway checks.
 */
XCJ_API int xcj_code_http_status(xcj_code code);

/** The version of the library, "MAJOR.MINOR.PATCH". Static string. */
XCJ_API const char *xcj_version(void);

/** The version of OpenSSL in this process, as OpenSSL reports it: "OpenSSL 3.0.17 1 Jul 2025". Static string. */
XCJ_API const char *xcj_openssl_version(void);

/* Bits of xcj_error.claims, in the order in which failures are reported. */
#define XCJ_CLAIM_ISS ((uint32_t)1 << 0)      /**< the issuer */
#define XCJ_CLAIM_SUB ((uint32_t)1 << 1)      /**< the subject */
#define XCJ_CLAIM_AUD ((uint32_t)1 << 2)      /**< the audience */
#define XCJ_CLAIM_EXP ((uint32_t)1 << 3)      /**< the expiration time */
#define XCJ_CLAIM_NBF ((uint32_t)1 << 4)      /**< the time before which the token is not valid */
#define XCJ_CLAIM_IAT ((uint32_t)1 << 5)      /**< the time of issue */
#define XCJ_CLAIM_JTI ((uint32_t)1 << 6)      /**< the JWT ID */
#define XCJ_CLAIM_TYP ((uint32_t)1 << 7)      /**< the typ header parameter (RFC 8725 3.11) */
#define XCJ_CLAIM_REQUIRED ((uint32_t)1 << 8) /**< a claim that the policy requires by name */

/** The `offset` of an error that has no position in the input. */
#define XCJ_NO_OFFSET SIZE_MAX

/**
 * Describes a failure. The caller owns it; there is nothing to allocate or free. Every call that takes one sets all of
 * it. `message` is one sentence without a final period. It may contain configuration values, numbers, and parts of the
 * token in which everything but printable ASCII is replaced; never a key, a password or a whole token.
 */
typedef struct xcj_error {
    xcj_code code;        /**< what the call returned */
    uint32_t claims;      /**< XCJ_CLAIM_ bits, one for every claim that failed */
    size_t offset;        /**< byte offset of the fault in the input, or XCJ_NO_OFFSET */
    size_t needed;        /**< with XCJ_ERR_BUFFER: the sufficient length */
    char member[64];      /**< the JSON member, claim or option at fault; "" if unknown */
    char message[400];    /**< the sentence for people */
    uint64_t reserved[4]; /**< always zero */
} xcj_error;

/** Borrowed bytes; `ptr` NULL means absent. */
typedef struct xcj_str {
    const char *ptr; /**< needs no terminating NUL */
    size_t len;      /**< length in bytes */
} xcj_str;

/** A view of a NUL-terminated string; absent for NULL. */
XCJ_API xcj_str xcj_text(const char *text);

/**
 * 1 if a Unicode character shows as what it is. 0 for those that show as nothing or change how others show, which no
 * client_id has and no log should print: controls, bidirectional and zero-width ones, line separators, tags, variation
 * selectors, noncharacters.
 */
XCJ_API int xcj_shows(uint32_t code_point);

/** Wipes and frees a whole block that the library returned as `char **` or `uint8_t **`. NULL is allowed. */
XCJ_API void xcj_free(void *block);

/** The signature algorithms (RFC 7518 3.1, RFC 8037 3.1, RFC 8812 3.2, RFC 9864 2). The numbers are stable. */
typedef enum xcj_alg {
    XCJ_ALG_NONE = 0, /**< no algorithm chosen; never the JWS algorithm "none", which the library does not implement */
    XCJ_HS256 = 1,
    XCJ_HS384 = 2,
    XCJ_HS512 = 3,
    XCJ_RS256 = 4,
    XCJ_RS384 = 5,
    XCJ_RS512 = 6,
    XCJ_PS256 = 7,
    XCJ_PS384 = 8,
    XCJ_PS512 = 9,
    XCJ_ES256 = 10,
    XCJ_ES384 = 11,
    XCJ_ES512 = 12,
    XCJ_ES256K = 13,
    XCJ_EDDSA = 14,
    XCJ_ED25519 = 15, /**< RFC 9864: EdDSA with Ed25519 only */
    XCJ_ED448 = 16    /**< RFC 9864: EdDSA with Ed448 only */
} xcj_alg;

/** What a cache of a verifier or minter has done since it was made, and what it contains. All 0: there is no cache. */
typedef struct xcj_cache_counts {
    uint64_t hits;      /**< look-ups that found an entry to use again; a verifier then checks its times */
    uint64_t misses;    /**< look-ups that found none, or one that was too old or did not fit the request */
    uint64_t evictions; /**< entries removed to make room */
    uint64_t entries;   /**< entries now */
    uint64_t bytes;     /**< the memory that they use now */
} xcj_cache_counts;

/** The JOSE name, such as "RS256"; NULL for a number that is not an algorithm. Static string. */
XCJ_API const char *xcj_alg_name(xcj_alg alg);

/** The algorithm with exactly this JOSE name; XCJ_ALG_NONE if there is none. */
XCJ_API xcj_alg xcj_alg_from_name(const char *name, size_t len);

/**
 * State that one thread keeps between calls to go faster: crypto contexts, random bytes, a buffer. The caller owns it and
 * uses one per thread, never one in two threads simultaneously. Every function that takes one accepts NULL: a minter or
 * verifier then uses a scratch from its own small pool. A scratch keeps a reference to the keys it last used; freeing it
 * wipes it. It may be used across a fork: a child never repeats the parent's random bytes.
 */
typedef struct xcj_scratch xcj_scratch;

/** Allocates a scratch. XCJ_ERR_MEMORY. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_scratch_new(xcj_scratch **out, xcj_error *err);

/** Wipes and frees a scratch. NULL is allowed. */
XCJ_API void xcj_scratch_free(xcj_scratch *scratch);

/**
 * The hits and misses that calls with this scratch had in verifiers' caches of verified tokens; the other members are 0.
 * This is cheap: after each call, a worker can add the difference to a sum that processes share. All 0 for a NULL scratch.
 */
XCJ_API void xcj_scratch_cache_counts(xcj_cache_counts *out, const xcj_scratch *scratch);

/**
 * Releases OpenSSL's memory for the calling thread. Call it in a thread that may outlive exit() because nobody joins it,
 * after its last call into the library. Otherwise OpenSSL frees the same memory twice: when the process exits and when
 * the thread ends. The thread may call the library again, and then calls this function again.
 */
XCJ_API void xcj_thread_release(void);

#ifdef __cplusplus
}
#endif

#endif
