/*
 * xcj/base.h: result codes, the error value, byte views, memory and algorithm names.
 *
 * Conventions of the whole library:
 *  - Inputs are (pointer, length); they never need a NUL and are copied or finished with before the call returns.
 *  - A NULL pointer is absent, whatever the length beside it says. Where something must be given, absence is
 *    XCJ_ERR_ARGUMENT, and a getter of a NULL handle returns what it returns for an absent value: NULL, 0, an absent view.
 *    What may be NULL says so.
 *  - An array of NULL with a count above 0 is XCJ_ERR_ARGUMENT. An array that is given with a count of 0 is not absent: a
 *    list of what is allowed then allows nothing.
 *  - A fallible function returns an xcj_code and takes an `xcj_error *` last, which may be NULL.
 *  - `T **out` belongs to the caller and is freed by xcj_T_free(); `char **` and `uint8_t **` come with a length and are
 *    freed by xcj_free(). `const T *` is borrowed and lives as long as what it was read from.
 *  - On failure every output is NULL or zero and nothing is left to free.
 *  - Options structs are zero-initialised with `size` set (see the _INIT macros); zero means the default.
 *  - Handles are immutable and reference-counted; one const handle may be used by any number of threads at once.
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

/** What a call came to. The numbers are stable, have gaps, and are never reused. */
typedef enum xcj_code {
    XCJ_OK = 0,

    /* This machine, or this program. */
    XCJ_ERR_MEMORY = 1,   /**< an allocation failed */
    XCJ_ERR_CRYPTO = 2,   /**< OpenSSL refused an operation that should work */
    XCJ_ERR_RANDOM = 3,   /**< no random bytes */
    XCJ_ERR_ARGUMENT = 5, /**< a broken contract: NULL where a value must be, a bad options struct */
    XCJ_ERR_BUFFER = 6,   /**< the caller's buffer is too short; the needed length is given */
    XCJ_ERR_SIGNER = 7,   /**< what signs for a key elsewhere failed, or gave something else than its signature */

    /* Malformed input. */
    XCJ_ERR_JSON = 20,        /**< not RFC 8259 JSON, or a duplicate member */
    XCJ_ERR_BASE64 = 21,      /**< not canonical base64url (or base64, where that is the format) */
    XCJ_ERR_LIMIT = 22,       /**< larger, deeper or longer than the documented limit */
    XCJ_ERR_KEY = 30,         /**< a malformed or inconsistent JWK, PEM or DER key */
    XCJ_ERR_KEY_TYPE = 31,    /**< a key type or curve that is not supported */
    XCJ_ERR_PASSPHRASE = 32,  /**< an encrypted key, and no passphrase or a wrong one */
    XCJ_ERR_KEY_PART = 33,    /**< the part asked for is not there: a private one of a public key, a PEM of an oct key */
    XCJ_ERR_CERTIFICATE = 34, /**< not a readable X.509 certificate */
    XCJ_ERR_TOKEN = 40,       /**< not a JWS in the form asked for, or a malformed header */

    /* Refused by policy. */
    XCJ_ERR_ALG_UNKNOWN = 50, /**< no such algorithm name */
    XCJ_ERR_ALG = 51,         /**< the algorithm does not fit the key or the allow-list */
    XCJ_ERR_KEY_WEAK = 52,    /**< the key is too small for the algorithm */
    XCJ_ERR_KEY_USE = 53,     /**< the key's use, key_ops or missing private part forbid it */
    XCJ_ERR_CRIT = 54,        /**< a critical header parameter that is not understood, or is malformed */

    /* Keys and signatures. */
    XCJ_ERR_NO_KEY = 60,        /**< no key of the set fits */
    XCJ_ERR_AMBIGUOUS_KEY = 61, /**< more than one key of the set fits */
    XCJ_ERR_SIGNATURE = 62,     /**< the signature is not valid */

    /* Claims. */
    XCJ_ERR_CLAIM = 70,         /**< a claim is missing, ill-typed or does not match */
    XCJ_ERR_EXPIRED = 71,       /**< exp has passed, or the token is older than allowed */
    XCJ_ERR_NOT_YET_VALID = 72, /**< nbf has not come */

    /* Minting. */
    XCJ_ERR_NO_CREDENTIAL = 80, /**< no acceptable authentication was found, or more than one */
    XCJ_ERR_CREDENTIAL = 81,    /**< an authentication is malformed */
    XCJ_ERR_CLIENT_ID = 82,     /**< no usable client_id */
    XCJ_ERR_CONSUMER = 83,      /**< no consumer */
    XCJ_ERR_CONFIG = 90         /**< a wrong configuration object or option value */
} xcj_code;

/** The name of a code, such as "XCJ_ERR_SIGNATURE"; "XCJ_ERR_?" for a number that is not one. Static text. */
XCJ_API const char *xcj_code_name(xcj_code code);

/**
 * The HTTP status a gateway answers with: 200 for XCJ_OK, 401 when the credential or token is not acceptable, also when its
 * claims are not (RFC 6750 3.1), 500 when the fault is the gateway's own (memory, keys, configuration). 403 is for a scope
 * that does not suffice, which the gateway checks.
 */
XCJ_API int xcj_code_http_status(xcj_code code);

/** The version of the library, "MAJOR.MINOR.PATCH". Static text. */
XCJ_API const char *xcj_version(void);

/** The OpenSSL that this process runs with, as it names itself: "OpenSSL 3.0.17 1 Jul 2025". Static text. */
XCJ_API const char *xcj_openssl_version(void);

/* Claims by bit, for xcj_error.claims, in the order in which failures are reported. */
#define XCJ_CLAIM_ISS ((uint32_t)1 << 0)      /**< the issuer */
#define XCJ_CLAIM_SUB ((uint32_t)1 << 1)      /**< the subject */
#define XCJ_CLAIM_AUD ((uint32_t)1 << 2)      /**< the audience */
#define XCJ_CLAIM_EXP ((uint32_t)1 << 3)      /**< the end of its time */
#define XCJ_CLAIM_NBF ((uint32_t)1 << 4)      /**< the beginning of its time */
#define XCJ_CLAIM_IAT ((uint32_t)1 << 5)      /**< when it was issued */
#define XCJ_CLAIM_JTI ((uint32_t)1 << 6)      /**< the token's id */
#define XCJ_CLAIM_TYP ((uint32_t)1 << 7)      /**< the header's typ (RFC 8725 3.11) */
#define XCJ_CLAIM_REQUIRED ((uint32_t)1 << 8) /**< a claim that the policy requires by name */

/** `offset` of an error that has no place in a text. */
#define XCJ_NO_OFFSET SIZE_MAX

/**
 * What went wrong, as a value: owned by the caller, nothing to allocate or free. Every call that takes one sets all of it.
 * `message` is one sentence without a final period. It may carry configuration values, numbers, and text of the token with
 * everything but printable ASCII replaced; never a key, a password or a whole token.
 */
typedef struct xcj_error {
    xcj_code code;        /**< what the call returned */
    uint32_t claims;      /**< XCJ_CLAIM_ bits of every claim that failed */
    size_t offset;        /**< byte offset into the text at fault, or XCJ_NO_OFFSET */
    size_t needed;        /**< with XCJ_ERR_BUFFER: the length that is enough */
    char member[64];      /**< the JSON member, claim or option at fault; "" if none */
    char message[400];    /**< the sentence */
    uint64_t reserved[4]; /**< zero */
} xcj_error;

/** A borrowed run of bytes; `ptr` NULL means absent. */
typedef struct xcj_str {
    const char *ptr; /**< need not end in a NUL */
    size_t len;      /**< in bytes */
} xcj_str;

/** A view of a NUL-terminated text; absent for NULL. */
XCJ_API xcj_str xcj_text(const char *text);

/** Wipes a block that the library handed out as `char **` or `uint8_t **`, whole, and frees it. NULL is fine. */
XCJ_API void xcj_free(void *block);

/** The signature algorithms (RFC 7518 3.1, RFC 8037 3.1, RFC 8812 3.2, RFC 9864 2). The numbers are stable. */
typedef enum xcj_alg {
    XCJ_ALG_NONE = 0, /**< no algorithm given; never the JWS algorithm "none", which does not exist here */
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
    XCJ_ED25519 = 15, /**< RFC 9864: EdDSA with Ed25519, under a name of its own */
    XCJ_ED448 = 16    /**< RFC 9864: EdDSA with Ed448, under a name of its own */
} xcj_alg;

/** The JOSE name, such as "RS256"; NULL for a number that is not an algorithm. Static text. */
XCJ_API const char *xcj_alg_name(xcj_alg alg);

/** The algorithm of exactly this JOSE name; XCJ_ALG_NONE if there is none. */
XCJ_API xcj_alg xcj_alg_from_name(const char *name, size_t len);

/** As xcj_alg_from_name(), and reads "SH256" and "SH512", as the Kong plugin's pages write them. Never for tokens. */
XCJ_API xcj_alg xcj_alg_from_config(const char *name, size_t len);

/**
 * What one thread may keep between calls to go faster: crypto contexts, random bytes, a text buffer. One per thread, owned
 * by the caller; every function that takes one also works with NULL: a minter or verifier then lends one of a few of its
 * own. It keeps a reference to the keys it last used, and is wiped when it is freed. It may be used across a fork (a child
 * never repeats the parent's random bytes), but not by two threads at once.
 */
typedef struct xcj_scratch xcj_scratch;

/** A new scratch. XCJ_ERR_MEMORY. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_scratch_new(xcj_scratch **out, xcj_error *err);

/** Wipes and frees a scratch. NULL is fine. */
XCJ_API void xcj_scratch_free(xcj_scratch *scratch);

/**
 * Releases what OpenSSL keeps for the calling thread. A thread that may outlive exit(), because nobody joins it, calls this
 * after its last call of the library: OpenSSL releases the same memory when the process exits, and again when the thread
 * ends. Later calls from the thread work, and it then calls this again.
 */
XCJ_API void xcj_thread_release(void);

#ifdef __cplusplus
}
#endif

#endif
