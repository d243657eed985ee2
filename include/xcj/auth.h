/*
 * xcj/auth.h: the authentication that a gateway has accepted, and the claims made of it.
 */
#ifndef XCJ_AUTH_H
#define XCJ_AUTH_H

#include <xcj/identities.h>
#include <xcj/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The ways to authenticate, by bit. */
#define XCJ_AUTH_BEARER ((uint32_t)1 << 0)      /**< Authorization: Bearer, a JWT (RFC 6750) */
#define XCJ_AUTH_BASIC ((uint32_t)1 << 1)       /**< Authorization: Basic (RFC 7617) */
#define XCJ_AUTH_CLIENT_CERT ((uint32_t)1 << 2) /**< a TLS client certificate, or its subject's DN */
#define XCJ_AUTH_API_KEY ((uint32_t)1 << 3)     /**< an API key */
/** All four. */
#define XCJ_AUTH_ANY (XCJ_AUTH_BEARER | XCJ_AUTH_BASIC | XCJ_AUTH_CLIENT_CERT | XCJ_AUTH_API_KEY)

/** Who calls, found out before a token is minted: see xcj_caller_new(). One owner. */
typedef struct xcj_caller xcj_caller;

/**
 * One request's authentication. The gateway has checked it already: nothing here is verified, but for a Bearer token when
 * the options carry a verifier. An absent member has ptr NULL; an empty API key, certificate or DN counts as absent.
 */
typedef struct xcj_auth {
    size_t size;                /**< of the struct, as its _INIT sets it */
    uint32_t methods;           /**< the one that authenticated the request, or a list: exactly one of it must be present */
    xcj_str authorization;      /**< the value of the Authorization header field */
    xcj_str client_cert;        /**< the client certificate, as xcj_certificate_read() takes it */
    xcj_str client_dn;          /**< or its subject as text, used unchanged; not together with client_cert */
    xcj_str api_key;            /**< the API key; it becomes client_id, unless the options say api_key_sha256 */
    xcj_str consumer_custom_id; /**< becomes act.client_id */
    xcj_str consumer_id;        /**< becomes act.client_id when there is no custom id */
    xcj_str audience;           /**< aud as it is; or the service URL in the four members below */
    xcj_str service_scheme;     /**< "http", "https" ... */
    xcj_str service_host;       /**< a name, or an address */
    unsigned service_port;      /**< 0: the scheme's default, which is never written */
    xcj_str service_path;       /**< begins with '/', or is absent */
    xcj_str jti;                /**< the token's id; absent: a random UUID (RFC 9562 version 4) */
    int64_t now;                /**< the clock in Unix seconds, when has_now is set */
    int has_now;                /**< 0: the system clock */
    const xcj_caller *caller;   /**< replaces methods and the four credentials; NULL: they are looked at */
} xcj_auth;

/** All defaults. */
#define XCJ_AUTH_INIT                                                                                                       \
    {                                                                                                                       \
        sizeof(xcj_auth), 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 },     \
            { NULL, 0 }, { NULL, 0 }, 0, { NULL, 0 }, { NULL, 0 }, 0, 0, NULL                                               \
    }

/** How the subject of a client certificate is written as client_id. The numbers are stable. */
typedef enum xcj_dn {
    XCJ_DN_DEFAULT = 0, /**< XCJ_DN_RFC4514; of a configuration object XCJ_DN_KONG */
    XCJ_DN_RFC4514 = 1, /**< "CN=client,O=Acme\\, Inc.,C=US": values are escaped, so two subjects never look alike */
    XCJ_DN_KONG = 2     /**< see xcj/kong.h */
} xcj_dn;

/** How claims and header are made: the same for every request of a gateway. */
typedef struct xcj_mint_options {
    size_t size;                   /**< of the struct, as its _INIT sets it */
    xcj_alg alg;                   /**< XCJ_ALG_NONE: see xcj_key_sign_alg() */
    xcj_str iss;                   /**< the issuer; required with an authentication */
    xcj_str aud;                   /**< aud when the request gives none */
    xcj_str jku;                   /**< absent: no jku in the header */
    xcj_str kid;                   /**< absent: the key's kid, if it has one; "": none */
    xcj_str typ;                   /**< absent: "JWT" */
    int64_t expires_in;            /**< seconds from iat to exp, 1 to 31536000; 0: 1800 */
    xcj_str bearer_clientid_claim; /**< the inbound claim that client_id is read from; absent: "clientId" */
    int consumer_optional;         /**< 1: without a consumer there is no act.client_id; 0: XCJ_ERR_CONSUMER */
    xcj_dn dn;                     /**< how the subject of a client certificate is written */
    int cap_exp;                   /**< 1: exp is not after the Bearer token's; one that has passed is XCJ_ERR_EXPIRED */
    const xcj_str *drop_claims;    /**< Bearer: inbound claims not to keep */
    size_t drop_claims_count;      /**< how many */
    const xcj_str *keep_claims;    /**< Bearer: the only inbound claims to keep; NULL: all. Not with drop_claims */
    size_t keep_claims_count;      /**< how many */
    xcj_str claims;                /**< a JSON object whose members follow our claims; they must not repeat one of ours */
    xcj_str header;                /**< a JSON object whose members follow ours; not alg, crit, b64 or a repetition */
    size_t max_token;              /**< longest token in bytes, minted or Bearer, XCJ_ERR_LIMIT beyond; 0: 64 KiB */
    const xcj_verifier *bearer_verifier; /**< verifies the Bearer token here; NULL: the gateway has done it. With
                                          * opaque_payload it is XCJ_ERR_CONFIG; see bearer_lax_times */
    int single;                          /**< 1: one token only: nothing is done ahead that only later ones gain from */
    int verbose;        /**< 1: xcj_minter_failure() says why. A configuration object's own `verbose` goes first */
    int api_key_sha256; /**< 1: client_id of an API key is its SHA-256 in lowercase hexadecimal: backends cannot use the key
                         */
    const xcj_identities *identities; /**< API keys are then known or refused, and become the client_id of their entry; the
                                           consumer is that of the entry, unless the request gives one; NULL: none */
    int bearer_lax_times; /**< 1: bearer_verifier may say allow_no_exp or ignore_times; 0: such a one is XCJ_ERR_CONFIG */
} xcj_mint_options;

/** All defaults. */
#define XCJ_MINT_OPTIONS_INIT                                                                                               \
    {                                                                                                                       \
        sizeof(xcj_mint_options), XCJ_ALG_NONE, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, 0,         \
            { NULL, 0 }, 0, XCJ_DN_DEFAULT, 0, NULL, 0, NULL, 0, { NULL, 0 }, { NULL, 0 }, 0, NULL, 0, 0, 0, NULL, 0        \
    }

/**
 * The claims of the custom JWT as JSON text, unsigned. Bearer: the inbound payload's members byte for byte and in order,
 * ours replacing theirs, and none that differs from one of ours by case alone; then client_id, iss, iat, exp, aud, jti, act.
 * `scratch` may be NULL; free the text with xcj_free(). XCJ_ERR_NO_CREDENTIAL, _CREDENTIAL, _CLIENT_ID, _CONSUMER,
 * _CERTIFICATE, _CONFIG (iss, aud), _EXPIRED, and what the bearer_verifier says.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_auth_claims(char **out, size_t *out_len, const xcj_auth *auth,
                                                const xcj_mint_options *options, xcj_scratch *scratch, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
