/*
 * sentences.h: how errors about a request are worded. A gateway that replaces another one may have to keep its wording.
 */
#ifndef XCJ_LIB_GATEWAY_SENTENCES_H
#define XCJ_LIB_GATEWAY_SENTENCES_H

/** The number of authentication methods; method number i is the bit 1 << i of XCJ_AUTH_ANY. */
#define XCJ__METHODS 4

/** All are static strings. */
typedef struct xcj__sentences {
    const char *issue;   /* begins every sentence about a credential or a consumer */
    const char *none;    /* before the methods whose credentials are missing */
    const char *several; /* before the methods whose credentials are present */
    const char *method[XCJ__METHODS];
    const char *bad_claim[2]; /* around the name of the claim that gives no client_id */
    const char *bad_bearer;   /* before the fault of a Bearer token */
    const char *bad_basic;    /* before the fault of Basic credentials, or alone */
    const char *no_consumer;
    const char *bad_consumer; /* before the fault */
} xcj__sentences;

/** Plain words, for every gateway. */
extern const xcj__sentences xcj__plain_sentences;

#endif
