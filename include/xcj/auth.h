/*
 * xcj/auth.h: the credential that a gateway has accepted, and the claims made from it.
 */
#ifndef XCJ_AUTH_H
#define XCJ_AUTH_H

#include <xcj/dpop.h>
#include <xcj/identities.h>
#include <xcj/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The authentication methods, as bits. */
#define XCJ_AUTH_BEARER ((uint32_t)1 << 0)      /**< Authorization: Bearer or DPoP, a JWT (RFC 6750, RFC 9449) */
#define XCJ_AUTH_BASIC ((uint32_t)1 << 1)       /**< Authorization: Basic (RFC 7617) */
#define XCJ_AUTH_CLIENT_CERT ((uint32_t)1 << 2) /**< a TLS client certificate, or its subject DN */
#define XCJ_AUTH_API_KEY ((uint32_t)1 << 3)     /**< an API key */
/** All four methods. */
#define XCJ_AUTH_ANY (XCJ_AUTH_BEARER | XCJ_AUTH_BASIC | XCJ_AUTH_CLIENT_CERT | XCJ_AUTH_API_KEY)

/** How the value of a claim is given. The numbers are stable. */
typedef enum xcj_kind {
    XCJ_KIND_STRING = 0, /**< text, which becomes a JSON string */
    XCJ_KIND_JSON = 1    /**< one JSON value of any type, copied as it is written */
} xcj_kind;

/** A claim that one request brings. Its value may come from the client: it cannot change, add or hide another claim. */
typedef struct xcj_claim {
    xcj_str name;  /**< not empty; see xcj_auth.claims */
    xcj_str value; /**< absent: the new token lacks the claim, whether the Bearer token has it or not */
    xcj_kind kind; /**< how the value is given */
} xcj_claim;

/** An inbound claim that gets another name. */
typedef struct xcj_rename {
    xcj_str from; /**< a name, or a JSON Pointer */
    xcj_str to;   /**< the new name, on the top level */
} xcj_rename;

/** An identified caller, before a token is minted: see xcj_caller_new(). It has one owner. */
typedef struct xcj_caller xcj_caller;

/**
 * The authentication of one request. The gateway has already checked it: the library verifies nothing here, except a
 * Bearer token if the options contain a verifier. An absent member has ptr NULL; an empty API key, certificate or DN
 * counts as absent.
 */
typedef struct xcj_auth {
    size_t size;           /**< sizeof the struct; the _INIT macro sets it */
    uint32_t methods;      /**< the method that authenticated the request, or a list of which exactly one must be present */
    xcj_str authorization; /**< the value of the Authorization header */
    xcj_str client_cert;   /**< the client certificate, in any form that xcj_certificate_read() accepts. Without its bit in
                              `methods` it is no credential, and proves that the Bearer token is bound to it */
    xcj_str client_dn;     /**< its subject DN as a string, used unchanged; not together with client_cert */
    xcj_str api_key;       /**< the API key; it becomes client_id unless api_key_sha256 is set */
    xcj_str consumer_custom_id; /**< becomes act.client_id */
    xcj_str consumer_id;        /**< becomes act.client_id if there is no custom id */
    xcj_str audience;           /**< the aud claim; or give the service URL in the next four members */
    xcj_str service_scheme;     /**< "http", "https" ... */
    xcj_str service_host;       /**< a host name or an address */
    unsigned service_port;      /**< 0: the scheme's default port; the default port is never written */
    xcj_str service_path;       /**< begins with '/', or is absent */
    xcj_str jti;                /**< the jti claim; absent: a random UUID (RFC 9562 version 4) */
    int64_t now;                /**< the current time in Unix seconds, if has_now is set */
    int has_now;                /**< 0: use the system clock */
    const xcj_caller *caller;   /**< an identified caller; replaces methods and the four credentials; NULL: none */
    const xcj_str *audiences;   /**< several audiences instead of one: aud is an array, or a string if there is one */
    size_t audiences_count;     /**< the number of audiences */
    xcj_str dpop;               /**< the value of the DPoP header, of which a request has at most one: see xcj/dpop.h */
    xcj_str htm;                /**< with dpop: the method of the request */
    xcj_str htu;                /**< with dpop: its URI, as clients write it: with the gateway's own scheme and host */
    const xcj_str *dpop_nonces; /**< with dpop: the nonces that a proof may have; NULL: none is demanded */
    size_t dpop_nonces_count;   /**< the number of dpop_nonces */
    xcj_str sub;                /**< the sub claim, in place of an inbound one; empty or not UTF-8 is XCJ_ERR_CLAIM */
    const xcj_claim *claims; /**< further claims, 64 at most, which replace inbound ones. XCJ_ERR_CONFIG for sub, for a name
                                that the token gets anyway, or for one given twice, in any case; XCJ_ERR_CLAIM for a value
                                that is not UTF-8, or not JSON of its kind */
    size_t claims_count;     /**< the number of claims */
    const xcj_verifier *bearer_verifier; /**< verifies the Bearer token of this request instead of the options' one, under
                                            the same rules: for keys that change while the minter is in use; NULL: none */
} xcj_auth;

/** All defaults. */
#define XCJ_AUTH_INIT                                                                                                       \
    {                                                                                                                       \
        sizeof(xcj_auth), 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 },     \
            { NULL, 0 }, { NULL, 0 }, 0, { NULL, 0 }, { NULL, 0 }, 0, 0, NULL, NULL, 0, { NULL, 0 }, { NULL, 0 },           \
            { NULL, 0 }, NULL, 0, { NULL, 0 }, NULL, 0, NULL                                                                \
    }

/** How client_id is written for the subject of a client certificate. The numbers are stable. */
typedef enum xcj_dn {
    XCJ_DN_DEFAULT = 0,  /**< XCJ_DN_RFC4514 */
    XCJ_DN_RFC4514 = 1,  /**< "CN=client,O=Acme\\, Inc.,C=US": escaped, so different subjects never look alike */
    XCJ_DN_UNESCAPED = 2 /**< "C=US, O=Acme, Inc., CN=client", in the order of the certificate. XCJ_ERR_CERTIFICATE if
                            another subject could give the same string: a value that contains ", " and then "=", a control
                            character, or several values in one relative name */
} xcj_dn;

/** The exp of a token for a Bearer token. The numbers are stable. */
typedef enum xcj_exp {
    XCJ_EXP_DEFAULT = 0, /**< XCJ_EXP_CAPPED */
    XCJ_EXP_CAPPED = 1,  /**< not later than the Bearer token's exp; if that has passed: XCJ_ERR_EXPIRED */
    XCJ_EXP_UNCAPPED = 2 /**< the token may outlive the Bearer token */
} xcj_exp;

/** Which claims of a Bearer token the new token keeps, besides those that ours replace. The numbers are stable. */
typedef enum xcj_inbound {
    XCJ_INBOUND_DEFAULT = 0, /**< XCJ_INBOUND_SCREENED */
    XCJ_INBOUND_SCREENED =
        1,              /**< all but cnf, nbf, may_act, nonce, at_hash and c_hash, which apply to the Bearer token alone */
    XCJ_INBOUND_ALL = 2 /**< all but cnf: who shows the new token does not prove to hold the key of the old one */
} xcj_inbound;

/**
 * What becomes of a Bearer token with cnf (RFC 7800), which only the holder of a key or certificate may use. The new token
 * never keeps cnf. The numbers are stable.
 */
typedef enum xcj_cnf {
    XCJ_CNF_DEFAULT = 0, /**< XCJ_CNF_PROVEN */
    XCJ_CNF_PROVEN = 1,  /**< XCJ_ERR_BINDING, unless the request proves every member of cnf: `x5t#S256` (RFC 8705) is proven
                            by the client_cert of the request, `jkt` (RFC 9449) by the scheme DPoP and its proof, and no
                            other member is known. A token that is not bound to a key is refused with the scheme DPoP */
    XCJ_CNF_IGNORED = 2  /**< mint all the same: whoever has stolen the Bearer token gets one that is bound to nothing */
} xcj_cnf;

/**
 * What the token for a credential is bound to (its claim cnf, RFC 7800), so that only the caller can use it. The numbers are
 * stable.
 */
typedef enum xcj_bind {
    XCJ_BIND_DEFAULT = 0,     /**< XCJ_BIND_NOTHING */
    XCJ_BIND_NOTHING = 1,     /**< a bearer token: no cnf */
    XCJ_BIND_CERTIFICATE = 2, /**< cnf has the `x5t#S256` (RFC 8705 3.1) of the request's client_cert; XCJ_ERR_BINDING
                                 without one */
    XCJ_BIND_KEY = 3          /**< cnf has the `jkt` (RFC 9449 6.1) of the key that the request's DPoP proof proves;
                                 XCJ_ERR_BINDING without one. Not together with XCJ_CNF_IGNORED, which reads no proof */
} xcj_bind;

/** The mint settings: how to make claims and header for every request. */
typedef struct xcj_mint_options {
    size_t size;                           /**< sizeof the struct; the _INIT macro sets it */
    xcj_alg alg;                           /**< XCJ_ALG_NONE: see xcj_key_sign_alg() */
    xcj_str iss;                           /**< the issuer; required to mint for a credential */
    xcj_str aud;                           /**< the aud claim if the request gives none */
    xcj_str jku;                           /**< absent: no jku in the header */
    xcj_str kid;                           /**< absent: the key's kid, if any; "": no kid */
    xcj_str typ;                           /**< absent: "JWT" */
    int64_t expires_in;                    /**< seconds from iat to exp, 1 to 31536000; 0: 1800 */
    const xcj_str *bearer_clientid_claims; /**< Bearer: names and JSON Pointers; the first one that the token has gives the
                                              client_id, a string; NULL: "clientId" */
    size_t bearer_clientid_claims_count;   /**< the number of bearer_clientid_claims */
    int consumer_optional;                 /**< 1: without a consumer, write no act.client_id; 0: XCJ_ERR_CONSUMER */
    xcj_dn dn;                             /**< how the subject of a client certificate is written */
    xcj_exp exp;                           /**< Bearer: may the token outlive the Bearer token? */
    xcj_inbound inbound;                   /**< Bearer: the inbound claims to keep, unless keep_claims names them */
    const xcj_str *drop_claims;            /**< Bearer: further inbound claims to remove, by name or JSON Pointer */
    size_t drop_claims_count;              /**< the number of drop_claims */
    const xcj_str *keep_claims; /**< Bearer: the only inbound claims to keep, by name or JSON Pointer; NULL: see `inbound`.
                                   cnf is XCJ_ERR_CONFIG. Not together with drop_claims */
    size_t keep_claims_count;   /**< the number of keep_claims */
    xcj_str claims;             /**< a JSON object whose members follow our claims and must not repeat one of them */
    xcj_str header;             /**< a JSON object whose members follow ours; no repetition, no alg, crit or b64 */
    size_t max_token;           /**< the longest token in bytes, minted or Bearer, XCJ_ERR_LIMIT above; 0: 64 KiB */
    const xcj_verifier *bearer_verifier; /**< verifies the Bearer token here; NULL: see bearer_verified. A verifier with
                                            opaque_payload is XCJ_ERR_CONFIG; see bearer_lax_times */
    int bearer_verified; /**< 1: the gateway verifies Bearer tokens before it mints. Without this and without a
                            bearer_verifier, a Bearer token is XCJ_ERR_CONFIG */
    int api_key_sha256;  /**< 1: for an API key, client_id is its SHA-256 in lowercase hex: backends cannot use the key */
    const xcj_identities *identities; /**< the known API keys; others are refused. client_id is that of the key's entry, and
                                         so is the consumer unless the request gives one. NULL: accept every API key */
    int bearer_lax_times;             /**< 1: allow a bearer_verifier with allow_no_exp or ignore_times; 0: XCJ_ERR_CONFIG */
    int no_exp;                   /**< 1: xcj_mint_claims() adds no exp; a token for a credential is then XCJ_ERR_CONFIG */
    xcj_cnf cnf;                  /**< Bearer: must the request prove what the token is bound to? */
    const xcj_dpop_options *dpop; /**< what DPoP proofs must fulfil; NULL: all defaults, so no check for replay */
    xcj_bind bind;                /**< what the token is bound to */
    const xcj_rename *rename_claims; /**< Bearer: inbound claims, 64 at most, that get another name, whether they are kept or
                                        not. XCJ_ERR_CONFIG for act or cnf, and for a new name that the token gets anyway */
    size_t rename_claims_count;      /**< the number of rename_claims */
    const xcj_str *require_claims;   /**< Bearer: inbound claims, by name or JSON Pointer, without which the token is
                                        XCJ_ERR_CLAIM */
    size_t require_claims_count;     /**< the number of require_claims */
    xcj_profile profile; /**< sets typ, which must be absent, and demands claims: XCJ_ERR_CLAIM. A Transaction Token keeps
                            the txn of the Bearer token, or gets a new one */
    int64_t reuse;       /**< for how many seconds a token is used again, at most half of expires_in; 0: never. See
                            xcj_minter_reuse_counts(). A Transaction Token is not used again: XCJ_ERR_CONFIG */
    size_t reuse_bytes;  /**< with reuse: the most memory for tokens, 65536 at least; 0: 16 MiB */
} xcj_mint_options;

/** All defaults. */
#define XCJ_MINT_OPTIONS_INIT                                                                                               \
    {                                                                                                                       \
        sizeof(xcj_mint_options), XCJ_ALG_NONE, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, 0, NULL,   \
            0, 0, XCJ_DN_DEFAULT, XCJ_EXP_DEFAULT, XCJ_INBOUND_DEFAULT, NULL, 0, NULL, 0, { NULL, 0 }, { NULL, 0 }, 0,      \
            NULL, 0, 0, NULL, 0, 0, XCJ_CNF_DEFAULT, NULL, XCJ_BIND_DEFAULT, NULL, 0, NULL, 0, XCJ_PROFILE_JWT, 0, 0        \
    }

/**
 * Returns the claims of the custom JWT as unsigned JSON. For a Bearer token: the inbound members that are kept, byte for
 * byte and in order, replaced by ours where the names match; an inbound member whose name differs from one of ours only in
 * case is XCJ_ERR_CREDENTIAL. Then client_id, iss, iat, exp, aud, jti, act, the claims of the options, and sub and the
 * claims of the request. `scratch` may be NULL. Free the string with xcj_free(). XCJ_ERR_NO_CREDENTIAL, _CREDENTIAL,
 * _CLIENT_ID, _CONSUMER, _CERTIFICATE, _CONFIG (iss, aud), _CLAIM, _EXPIRED, _BINDING, _PROOF, _NONCE, _REPLAY, and the
 * errors of the bearer_verifier.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_auth_claims(char **out, size_t *out_len, const xcj_auth *auth,
                                                const xcj_mint_options *options, xcj_scratch *scratch, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
