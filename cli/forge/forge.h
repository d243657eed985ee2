/*
 * forge.h: makes forged tokens and their valid counterparts from a genuine token and a key.
 */
#ifndef XCJ_CLI_FORGE_FORGE_H
#define XCJ_CLI_FORGE_FORGE_H

#include <xcj/key.h>

#include "cli/io/doc.h"

/** The sources that they are made from. */
typedef struct forge {
    const xcj_key *key;    /* the verifier's */
    const xcj_key *signer; /* the private key; NULL: not given */
    xcj_key *attacker;     /* a key made on the spot */
    xcj_str key_file;      /* the bytes of --key */
    xcj_alg alg;           /* the genuine token's */
    bool is_pinned;        /* the key itself says that this is its algorithm */
    xcj_str token;
    xcj_str part[3]; /* of it, in base64url */
    xcj_str header;  /* of it, as JSON */
    xcj_str claims;
    xcj_str signature;
    json_t *parsed_header;
    json_t *parsed_claims;
    xcj_alg each;     /* what a row is repeated for: an algorithm, */
    const char *tail; /* or "stripped" or "kept": the signature */
} forge;

/* The needs of a case, by bit. */
#define FORGE_PRIVATE 1u /* the private key: what is wrong is signed as it should be */
#define FORGE_PUBLIC 2u  /* a key with a public part: RSA, EC, OKP */
#define FORGE_RSA 4u
#define FORGE_EC 8u
#define FORGE_ED25519 16u
#define FORGE_PSS 32u   /* an RSA token signed with PSS, */
#define FORGE_PKCS1 64u /* or with PKCS#1 v1.5 */

/** Values for which the rows of the table are repeated. */
typedef enum forge_each { FORGE_ONCE = 0, FORGE_EACH_HMAC, FORGE_EACH_ALG, FORGE_EACH_TAIL } forge_each;

typedef struct forge_case forge_case;

/** One row. Its maker appends the token, and returns false where the case does not apply to this token and key. */
struct forge_case {
    const char *name; /* "%s" is what it is repeated for */
    const char *reason;
    unsigned needs;
    forge_each each;
    bool (*make)(forge *from, const forge_case *row, text *out);
    const char *what; /* two words for the maker: often a member's name, */
    const char *raw;  /* and its text */
    bool is_json;     /* a JSON serialisation, for verifiers that read it */
    bool is_valid;    /* a twin, to be accepted */
};

/** All of them; a name of NULL ends it. */
extern const forge_case forge_cases[];

/** Further cases for a DPoP proof (RFC 9449); a name of NULL ends them. */
extern const forge_case forge_proof_cases[];

/** Is the genuine token a DPoP proof? */
bool forge_is_proof(const forge *from);

/** Does a case of forge_cases apply to a DPoP proof? */
bool forge_fits_proof(const forge_case *row);

/** Why a forged token is to be refused. */
typedef struct forge_rule {
    const char *cases; /* a name, in which "*" stands for any characters */
    const char *words; /* the RFC and section, and for a strict case what they allow */
    bool is_strict;    /* a verifier may accept it: only a strict one refuses it */
} forge_rule;

/** The rule for a forged token of this name. */
const forge_rule *forge_rule_of(const char *name);

/** "must" or "strict". */
const char *forge_level(const forge_rule *rule);

/* The makers. */

/** A header member (`what`) with another value (`raw`; NULL: without it), the signature kept, stripped, or made anew. */
bool forge_header(forge *from, const forge_case *row, text *out);
bool forge_header_signed(forge *from, const forge_case *row, text *out);

/** A claim likewise. */
bool forge_claims(forge *from, const forge_case *row, text *out);
bool forge_claims_signed(forge *from, const forge_case *row, text *out);

/** As forge_claims_signed(), but only for a claim that the genuine token has. */
bool forge_present(forge *from, const forge_case *row, text *out);

/** A claim (`what`) that is a URI: the pattern `raw` with %S, %A and %P for its scheme, authority and path; signed. */
bool forge_uri(forge *from, const forge_case *row, text *out);

/** The header's jwk with a further member (`what`, `raw`); signed. */
bool forge_private_jwk(forge *from, const forge_case *row, text *out);

/** Text before (`what`) and behind (`raw`) the header's JSON, or the claims'; signed. */
bool forge_header_around(forge *from, const forge_case *row, text *out);
bool forge_claims_around(forge *from, const forge_case *row, text *out);

/** The claims are this text (`raw`); signed. */
bool forge_claims_text(forge *from, const forge_case *row, text *out);

/** Arrays within arrays without an end, in the header or (`what` "claims") the claims; signed. */
bool forge_nested(forge *from, const forge_case *row, text *out);

/**
 * The pattern `raw`, with %t for the genuine token, %h, %p and %s for its parts, %c for the claims as JSON, %P for the
 * claims of somebody else and %N for a header with alg none, in base64url, %a for the algorithm.
 */
bool forge_pattern(forge *from, const forge_case *row, text *out);

/** The same, and the signature of it. */
bool forge_pattern_signed(forge *from, const forge_case *row, text *out);

/** The genuine signature's base64url spelt otherwise: in the "standard" alphabet or with "stray" bits (`what`). */
bool forge_respelt(forge *from, const forge_case *row, text *out);

/** A payload whose base64url has stray bits; signed. */
bool forge_stray_payload(forge *from, const forge_case *row, text *out);

/** Claims in the clothes of deflate (RFC 1951), as zip DEF has them in a JWE; signed. */
bool forge_zipped(forge *from, const forge_case *row, text *out);

/** HMAC with a form (`raw`) of the public key as its secret. */
bool forge_confused(forge *from, const forge_case *row, text *out);

/** A kid (`what`), and HMAC with what a careless reader would find under it (`raw`). */
bool forge_kid(forge *from, const forge_case *row, text *out);

/** Signed by an attacker's key, which the header brings: as "jwk" or "x5c" (`what`), or by a URL. */
bool forge_embedded(forge *from, const forge_case *row, text *out);

/** Signed with the right key for the wrong algorithm. */
bool forge_other_alg(forge *from, const forge_case *row, text *out);

/** Signed with the right key and a scheme that the algorithm does not allow: "salt", "mgf1" or "sha1" (`what`). */
bool forge_other_scheme(forge *from, const forge_case *row, text *out);

/** Another signature: numbers for its halves or its whole (`what`), see forge_signature.c. */
bool forge_numbers(forge *from, const forge_case *row, text *out);

/** The genuine signature with a change (`what`), see forge_signature.c. */
bool forge_changed(forge *from, const forge_case *row, text *out);

#endif
