/*
 * mint.h: the parts of the verb mint: its options, the claims they give, one token, and many by several threads.
 */
#ifndef XCJ_CLI_MINT_H
#define XCJ_CLI_MINT_H

#include <xcj/mint.h>

#include "cli/keys.h"
#include "cli/opt.h"

/** The values of the options. */
typedef struct mint_args {
    const char *key;
    const char *key_env;
    const char *key_uri;
    const char *config;
    keys_secret secret;
    keys_passphrase passphrase;
    bool hmac_k_raw;
    opt_given authentication;
    const char *consumer_custom_id;
    const char *consumer_id;
    bool no_consumer;
    const char *bearer_clientid_claim;
    const char *dn;
    bool apikey_sha256;
    const char *aud;
    const char *iss;
    const char *jku;
    const char *expires_in;
    const char *claims;
    opt_list claim; /* --claim and --claim-json, in their order */
    const char *sub;
    const char *jti;
    const char *now;
    const char *alg;
    const char *kid;
    opt_list header; /* --header and --header-json, in their order */
    bool bare;
    const char *output;
    const char *repeat;
    const char *jobs;
} mint_args;

/** The form in which a token is printed. */
#define MINT_FORMS "token|header|json"
typedef enum mint_form { MINT_TOKEN = 0, MINT_HEADER = 1, MINT_JSON = 2 } mint_form;

/** All that a token is made of: read once, and constant then, so that threads share it. */
typedef struct mint_job {
    const mint_args *args;
    mint_form output;
    unsigned long repeat;
    unsigned long jobs;
    keys_loaded keys;
    const xcj_key *key; /* borrowed from keys */
    xcj_auth auth;
    bool authenticated;
    text credential; /* what auth points to */
    text claims;     /* a JSON object, or empty */
    text header;     /* a JSON object, or empty */
    xcj_mint_options options;
    xcj_minter *minter; /* NULL with --bare */
} mint_job;

/** The authentication, and what else a request says. */
msg_status mint_read_authentication(mint_job *job);

/** The claims: the text of --claims, byte for byte, and before its closing brace what the other options add. */
msg_status mint_read_claims(mint_job *job);

/** The header's typ and further members. */
msg_status mint_read_header(mint_job *job);

/** One thread's buffers for minting. Begins as all zero. */
typedef struct mint_hand {
    xcj_scratch *scratch;
    text token;
} mint_hand;

xcj_code mint_hand_make(mint_hand *hand, xcj_error *err);
void mint_hand_free(mint_hand *hand);

/** Mints a token and adds its line in the form of --output. Says nothing. */
xcj_code mint_line(text *lines, const mint_job *job, mint_hand *hand, xcj_error *err);

/** Says why there is no token. `err->code` is set, whether the rest is or not. */
msg_status mint_fail(const xcj_error *err);

/** Mints and prints as many as --repeat says, in --jobs threads; whole lines, in no order. */
msg_status mint_repeat(const mint_job *job);

#endif
