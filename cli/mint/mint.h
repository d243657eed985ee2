/*
 * mint.h: the parts of the verb mint: its options, its claims, one token, and many tokens with several threads.
 */
#ifndef XCJ_CLI_MINT_MINT_H
#define XCJ_CLI_MINT_MINT_H

#include <xcj/kong.h>

#include "cli/keys/keys.h"
#include "cli/options/opt.h"

/** The values of the options. */
typedef struct mint_args {
    opt_list key;
    const char *key_uri;
    const char *config;
    keys_secret secret;
    const char *passphrase;
    opt_given authentication;
    const char *client_cert; /* an authentication, or with a Bearer token what that is bound to */
    const char *dpop;
    const char *htm;
    const char *htu;
    const char *nonce;
    const char *consumer_custom_id;
    const char *consumer_id;
    opt_list bearer_clientid_claim;
    opt_list keep;
    opt_list drop;
    opt_list rename;
    opt_list require;
    opt_list from_header;
    const char *dn;
    const char *bind;
    opt_list aud;
    const char *iss;
    const char *jku;
    const char *expires_in;
    const char *claims;
    opt_list claim; /* --claim and --claim-json, in their order */
    const char *sub;
    const char *jti;
    const char *now;
    const char *iat;
    const char *nbf;
    const char *exp;
    const char *alg;
    const char *kid;
    const char *typ;
    const char *profile;
    const char *x5c;
    opt_list header; /* --header and --header-json, in their order */
    const char *payload;
    const char *format;
    const char *out;
    const char *audit;
    const char *repeat;
    const char *jobs;
    bool kong;
    bool hmac_k_raw;
    bool ignore_cnf;
    bool no_consumer;
    bool apikey_sha256;
    bool no_exp;
    bool bare;
    bool jws;
    bool detached;
    bool unencoded;
    bool force;
} mint_args;

/** The form in which a token is printed; header may be followed by = and a name. */
#define MINT_FORMS "token|header|json"
typedef enum mint_form { MINT_TOKEN = 0, MINT_HEADER = 1, MINT_JSON = 2 } mint_form;

/** All that a token is made of: read once, and constant then, so that threads share it. */
typedef struct mint_job {
    const mint_args *args;
    mint_form form;
    const char *header_name; /* of --format header=NAME; NULL: the minter's */
    unsigned long repeat;
    unsigned long jobs;
    int audit; /* the file of --audit; -1: none */
    keys_loaded keys;
    const xcj_key *key; /* borrowed from keys */
    xcj_auth auth;
    int64_t now; /* chooses the key, and is the default of iat */
    bool authenticated;
    text credential;  /* what auth points to */
    text client_cert; /* what auth points to */
    text dpop;        /* what auth points to */
    xcj_str nonce;    /* what auth points to */
    text times;       /* members: nbf, and iat and exp where the library does not write them */
    xcj_str *audiences;
    xcj_str *keep; /* this and the next five: what the options point to */
    xcj_str *drop;
    xcj_str *require;
    xcj_str *clientid_claims;
    xcj_rename *renames;
    xcj_claim *from_headers;
    text claims;      /* a JSON object, or empty; with --jws the payload, any bytes */
    text header;      /* a JSON object, or empty */
    char *thumbprint; /* the kid of --kid thumbprint */
    xcj_mint_options options;
    xcj_minter *minter; /* NULL with --bare */
} mint_job;

/** Do the options name an authentication? */
static inline bool mint_is_authenticated(const mint_args *args)
{
    return args->authentication.row != NULL || args->client_cert != NULL;
}

/** Do the options that name an authentication fit together? */
msg_status mint_check_authentication(const mint_args *args);

/** Do the options about inbound claims and headers fit the others? `bears`: there may be a Bearer token. */
msg_status mint_check_inbound(const mint_args *args, bool bears);

/** Reads the options about inbound claims, and --from-header. Call mint_free_inbound() afterwards, also on failure. */
msg_status mint_read_inbound(mint_job *job);
void mint_free_inbound(mint_job *job);

/** The authentication, and what else a request says. */
msg_status mint_read_authentication(mint_job *job);

/** Adds one member, `"NAME":VALUE`, after a comma if there are others. */
msg_status mint_add_member(text *members, const char *option, xcj_str name, xcj_str value, bool is_json);

/** Adds NAME=VALUE, split at the first equals sign; the value is JSON if the option's name ends in -json. */
msg_status mint_add_pair(text *members, const opt_row *row, const char *pair);

/** Adds members that are written already, or nothing. */
void mint_add_raw(text *members, xcj_str raw);

/** The claims: the text of --claims, byte for byte, and before its closing brace what the other options add. */
msg_status mint_read_claims(mint_job *job);

/** What options say about time: --now, --iat, --nbf, --exp, --no-exp and --expires-in. Comes before the claims. */
msg_status mint_read_times(mint_job *job);

/** The payload of --jws. */
msg_status mint_read_payload(mint_job *job);

/** The header's typ and further members. Needs the key for --kid thumbprint and --x5c. */
msg_status mint_read_header(mint_job *job);

/** Do the options of --jws fit the others? */
msg_status mint_check_jws(const mint_args *args);

/** Signs the claims or the payload as they are: --bare and --jws. */
xcj_code mint_jws(text *token, const mint_job *job, xcj_scratch *scratch, xcj_error *err);

/** One thread's buffers for minting. Begins as all zero. */
typedef struct mint_hand {
    xcj_scratch *scratch;
    text token;
} mint_hand;

xcj_code mint_hand_make(mint_hand *hand, xcj_error *err);
void mint_hand_free(mint_hand *hand);

/** Opens the file of --audit, which is new or has lines of audit. */
msg_status mint_open_audit(mint_job *job);
void mint_close_audit(const mint_job *job);

/** Appends the line for a token, or for a refusal, if --audit is given. Several threads may do so. */
xcj_code mint_audit(const mint_job *job, xcj_str token, const xcj_error *refusal, xcj_error *err);

/** Mints a token and adds its line in the form of --format, after that of --audit. Says nothing. */
xcj_code mint_line(text *lines, const mint_job *job, mint_hand *hand, xcj_error *err);

/** Says why there is no token. `err->code` is set, whether the rest is or not. */
msg_status mint_fail(const xcj_error *err);

/** Mints and prints as many as --repeat says, in --jobs threads; whole lines, in no order. */
msg_status mint_repeat(const mint_job *job);

#endif
