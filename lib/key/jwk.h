/*
 * jwk.h: the parameters of a key as bytes, whatever form it was read from. No OpenSSL here.
 */
#ifndef XCJ_LIB_KEY_JWK_H
#define XCJ_LIB_KEY_JWK_H

#include "lib/base/buf.h"
#include "lib/key/alg.h"

/** The numbers of a key, by member. `d` serves RSA, EC and OKP. */
typedef enum xcj__jwk_part {
    XCJ__N,
    XCJ__E,
    XCJ__D,
    XCJ__P,
    XCJ__Q,
    XCJ__DP,
    XCJ__DQ,
    XCJ__QI,
    XCJ__X,
    XCJ__Y,
    XCJ__K,
    XCJ__PART_COUNT,
    XCJ__CERTIFICATE = XCJ__K /* of a key that is no secret: see jwk_certificate.h */
} xcj__jwk_part;

typedef struct xcj__bytes {
    const uint8_t *ptr;
    size_t len;
} xcj__bytes;

/** A key's members. All views point into `block`, which is wiped when it is freed. */
typedef struct xcj__jwk {
    xcj__key_facts facts;
    xcj__bytes part[XCJ__PART_COUNT]; /* big-endian, minimal for RSA, full length for curves */
    xcj_str kid;                      /* unescaped UTF-8; ptr NULL: none */
    xcj_str alg;
    xcj_str key_ops; /* the array's JSON text */
    int64_t nbf;     /* when a private key signs, in Unix seconds; 0: not said */
    int64_t exp;
    char *block;
} xcj__jwk;

/** Whoever reads such an object as one of the two is wronged by whoever reads it as the other. */
#define XCJ__BOTH_KEY_AND_SET "an object with both \"kty\" and \"keys\" is neither a key nor a set"

/** Reads one JWK, checking the shape of everything that needs no arithmetic. On failure nothing is left to free. */
XCJ_MUST_CHECK xcj_code xcj__jwk_parse(xcj__jwk *out, const char *text, size_t len, const xcj_key_options *options,
                                       xcj_error *err);

/**
 * What a JWK that xcj__jwk_parse() refused says of itself: its key type (0: none of ours) and its kid (NULL: none; to be
 * freed by xcj_free()). The text is a checked JSON object. XCJ_ERR_MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__jwk_peek(xcj_kty *kty, xcj_str *kid, const char *text, size_t len, xcj_error *err);

/** Checks sizes, lengths and which members are there, once `part` and `facts` are filled in; sets facts.bits and is_private.
 */
XCJ_MUST_CHECK xcj_code xcj__jwk_check(xcj__jwk *jwk, xcj_error *err);

/** Says that the value of this member is not a date that a key can have. */
xcj_code xcj__jwk_bad_date(const char *member, xcj_error *err);

/** Checks `nbf` and `exp`: each is 0 or a date, and the second is later. */
XCJ_MUST_CHECK xcj_code xcj__jwk_check_dates(const xcj__jwk *jwk, xcj_error *err);

/** Makes room for more numbers in the key's block, moving it; returns where they go, NULL when there is no memory. */
uint8_t *xcj__jwk_extend(xcj__jwk *jwk, size_t more);

/** A copy under other labels (NULL: the same), into a block of its own. */
XCJ_MUST_CHECK xcj_code xcj__jwk_copy(xcj__jwk *out, const xcj__jwk *jwk, const xcj_key_labels *labels, xcj_error *err);

/** As xcj__jwk_copy(), of the public members alone. */
XCJ_MUST_CHECK xcj_code xcj__jwk_copy_public(xcj__jwk *out, const xcj__jwk *jwk, const xcj_key_labels *labels,
                                             xcj_error *err);

/** Are these the same key, labels and private part aside? */
bool xcj__jwk_same(const xcj__jwk *a, const xcj__jwk *b);

/** Wipes and frees the block. */
void xcj__jwk_free(xcj__jwk *jwk);

/** Appends the JWK's JSON text. */
void xcj__jwk_write(xcj__buf *out, const xcj__jwk *jwk, xcj_part part);

/** Appends a JSON object of use, alg and kid, as far as the key has them. */
void xcj__jwk_write_labels(xcj__buf *out, const xcj__jwk *jwk);

/** Appends the canonical JSON text that a thumbprint is the hash of (RFC 7638 3). */
void xcj__jwk_write_canonical(xcj__buf *out, const xcj__jwk *jwk);

/* For the files that read and write JWKs. */

/** The JSON names of the numbers. */
extern const char *const xcj__part_names[XCJ__PART_COUNT];

/** By key type, the numbers that belong to it in the order in which they are written; ends with XCJ__PART_COUNT. */
extern const xcj__jwk_part *const xcj__parts_of[];

/** Sets the label and what the facts say about it. */
void xcj__jwk_set_alg(xcj__jwk *jwk, xcj_str name, xcj_alg alg);

#endif
