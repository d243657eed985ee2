/*
 * keys.h: reads keys and key sets of any form from a file or standard input, for all verbs.
 */
#ifndef XCJ_CLI_KEYS_KEYS_H
#define XCJ_CLI_KEYS_KEYS_H

#include <stddef.h>

#include <xcj/keyset.h>

#include "cli/io/io.h"
#include "cli/options/opt.h"

/** --secret, and how it is read. */
typedef struct keys_secret {
    const char *source; /* FILE, "-" or env:NAME */
    const char *encoding;
    bool allow_weak;
} keys_secret;

/* Rows for a verb's table; `field` is the member of its struct. */
#define KEYS_PASSPHRASE_ROW(args, field)                                                                                    \
    {                                                                                                                       \
        "passphrase", 0, OPT_TEXT, "S", offsetof(args, field), "passphrase of the key"                                      \
    }

/* In the order of xcj_secret_encoding. */
#define KEYS_ENCODINGS "raw|base64|base64url|hex"

#define KEYS_SECRET_ROWS(args, field)                                                                                          \
    { "secret", 0, OPT_TEXT, "S", offsetof(args, field.source), "HMAC secret: all bytes of the source" },                      \
        { "secret-encoding", 0, OPT_TEXT, KEYS_ENCODINGS, offsetof(args, field.encoding), "how it is written (default raw)" }, \
    {                                                                                                                          \
        "allow-weak-key", 0, OPT_FLAG, NULL, offsetof(args, field.allow_weak), "take an HMAC secret shorter than the hash"     \
    }

/** How keys are read. */
typedef struct keys_how {
    const char *passphrase; /* its source, or NULL */
    bool hmac_k_raw;
    bool pem_labels; /* the line of labels before a PEM block counts */
} keys_how;

/** Keys that were read. */
typedef struct keys_loaded {
    xcj_keyset *set; /* often of one */
    bool is_json;    /* a JWK or a JWK Set */
    bool is_set;     /* a JWK Set, or several keys of another form */
} keys_loaded;

/** Reads keys of any form from the source (FILE, "-", env:NAME) that `option` names. Says what is wrong. */
msg_status keys_load(keys_loaded *out, const char *option, const char *source, const keys_how *how);

/** As keys_load(), of several sources, whose keys become one set. A key that cannot be used is an error here. */
msg_status keys_load_several(keys_loaded *out, const char *option, const opt_list *sources, const keys_how *how);

/** As keys_load(), of bytes that were read already; `name` is what messages name. */
msg_status keys_load_data(keys_loaded *out, const text *data, const char *name, const keys_how *how);

/** Are the options about a secret given without one? `verb` is what the message names. */
msg_status keys_check_secret(const keys_secret *from, const char *verb);

/** Adds to an error about a weak secret that --allow-weak-key takes it. */
void keys_name_weak(xcj_error *err, const keys_secret *from);

/** A set of one: the shared secret. */
msg_status keys_load_secret(keys_loaded *out, const keys_secret *from);

/** A set of this one key, which it takes. */
msg_status keys_set_of_one(keys_loaded *out, xcj_key *key);

/** The passphrase from its source; nothing for NULL. */
msg_status keys_read_passphrase(text *out, const char *option, const char *source);

/** The passphrase of --encrypt, which must not be empty. */
msg_status keys_read_new_passphrase(text *out, const char *source);

void keys_free(keys_loaded *loaded);

/** Warns of each key of a set that cannot be used. */
void keys_warn_skipped(const char *name, const xcj_keyset *set);

/** Warns of an RSA key that converts, but neither signs nor verifies. */
void keys_warn_weak(const char *name, const xcj_key *key);

/** Is it a shared secret? It has no public part and no PEM form. */
bool keys_is_oct(const xcj_key *key);

/** The algorithms, counted from 0; XCJ_ALG_NONE behind the last one. */
xcj_alg keys_alg_at(size_t index);

/** The algorithm of this name, SH256 and SH512 as the Kong plugin's pages write them included. */
msg_status keys_alg(xcj_alg *out, const char *option, const char *name, size_t len);

/** The values of --kid, --use and --alg; NULL leaves what the key has. The kid "thumbprint" is that of RFC 7638. */
typedef struct keys_labels {
    const char *kid;
    const char *use;
    const char *alg;
} keys_labels;

/** Have the two the same public part, or secret? `name` is what messages name. */
msg_status keys_compare(bool *same, const xcj_key *one, const xcj_key *other, const char *name);

/** Has the key this kid? */
bool keys_has_kid(const xcj_key *key, xcj_str kid);

/** Does this value of --kid ask for the thumbprint? NULL does not. */
bool keys_is_thumbprint(const char *kid);

/** The same key under other labels. `name` is what messages name. */
msg_status keys_relabel(xcj_key **out, const xcj_key *key, const keys_labels *labels, const char *name);

/** The key of a set to sign with: its only one, or the one with this kid (which may be NULL). Borrowed. */
msg_status keys_pick(const xcj_key **out, const keys_loaded *loaded, const char *kid, const char *name);

/** Finds the only key in a set with this kid. Borrowed. */
msg_status keys_find(const xcj_key **out, const keys_loaded *loaded, const char *kid, const char *name);

#endif
