/*
 * alg.h: one row per signature algorithm and per curve, and the ONE function that admits a key for an algorithm.
 */
#ifndef XCJ_LIB_KEY_ALG_H
#define XCJ_LIB_KEY_ALG_H

#include <stdbool.h>

#include <xcj/key.h>

/** Curves, that of XCJ_CURVE_NONE included. */
#define XCJ__CURVE_COUNT (XCJ_CURVE_X448 + 1)

typedef enum xcj__scheme { XCJ__HMAC = 1, XCJ__PKCS1, XCJ__PSS, XCJ__ECDSA, XCJ__EDDSA } xcj__scheme;

/** A curve: its JOSE name, what OpenSSL calls it, and its sizes. */
typedef struct xcj__curve {
    const char *name;
    const char *group; /* OpenSSL's name of the group, or of the key type for OKP */
    xcj_kty kty;
    unsigned bits;
    unsigned octets;        /* length of a coordinate, of an OKP public key and of a private part */
    unsigned signature_len; /* 0: does not sign */
    const char *oid;        /* the DER of the OBJECT IDENTIFIER, tag and length included */
    unsigned oid_len;
} xcj__curve;

/** An algorithm. A new one is a new row. */
typedef struct xcj__alg {
    xcj_alg id;
    const char *name;
    xcj_kty kty;
    unsigned curves; /* bits of 1 << xcj_curve, that of XCJ_CURVE_NONE where the key type has none */
    xcj_hash hash;   /* 0: the scheme hashes by itself */
    xcj__scheme scheme;
    unsigned min_bits; /* RFC 7518 3.2, 3.3 and 3.5 */
    unsigned slot;     /* which of a key's prepared contexts it uses: below xcj__key_slots() */
} xcj__alg;

#define XCJ__ALG_COUNT 16

/** The row of an algorithm; NULL when the number is none. */
const xcj__alg *xcj__alg_row(xcj_alg id);

/** The row of a curve; NULL for XCJ_CURVE_NONE. */
const xcj__curve *xcj__curve_row(xcj_curve crv);

/** The curve of exactly this JOSE name; XCJ_CURVE_NONE if there is none. */
xcj_curve xcj__curve_from_name(xcj_str name);

/** Bytes of a hash. */
unsigned xcj__hash_len(xcj_hash hash);

/** OpenSSL's name of a hash. */
const char *xcj__hash_name(xcj_hash hash);

/** All that admission needs to know of a key. */
typedef struct xcj__key_facts {
    xcj_kty kty;
    xcj_curve crv;
    unsigned bits;
    xcj_alg alg;
    xcj_str use; /* the JWK's own, unescaped UTF-8; ptr NULL: none */
    bool is_private;
    bool has_alg; /* the JWK names an algorithm; `alg` is XCJ_ALG_NONE when it is not one of ours */
    bool has_key_ops;
    bool op_sign; /* what key_ops holds */
    bool op_verify;
    bool is_pss;  /* RSA: the key's own type says that it is for PSS alone */
    bool weak_ok; /* the caller took responsibility for a short HMAC secret */
} xcj__key_facts;

/** THE choke point: every signature made or verified passes it. XCJ_ERR_ALG, _KEY_WEAK, _KEY_USE. */
XCJ_MUST_CHECK xcj_code xcj__alg_admit(const xcj__alg *alg, const xcj__key_facts *key, xcj_use use, xcj_error *err);

/** Exact length of a signature by this key with this (admitted) algorithm. */
size_t xcj__alg_signature_len(const xcj__alg *alg, const xcj__key_facts *key);

#endif
