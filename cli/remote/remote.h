/*
 * remote.h: fetches keys: from a URL of the user, or from a token's jku below --jku-prefix.
 */
#ifndef XCJ_CLI_REMOTE_REMOTE_H
#define XCJ_CLI_REMOTE_REMOTE_H

#include <stddef.h>

#include <xcj/verify.h>

#include "cli/keys/policy.h"
#include "cli/remote/jku.h"
#include "cli/remote/pages.h"

/** The options, all of which are about fetching. */
typedef struct remote_args {
    opt_list issuer;
    const char *jku_prefix;
    bool allow_jku_query;
    pages_args pages;
} remote_args;

/* Rows for a verb's table; `field` is the member of its struct. */
#define REMOTE_ISSUER_ROW(args, field)                                                                                      \
    {                                                                                                                       \
        "issuer", 0, OPT_LIST, "URL", offsetof(args, field.issuer), "find its keys; iss must be this URL"                   \
    }

#define REMOTE_ROWS(args, field)                                                                                            \
    { "jku-prefix", 0, OPT_TEXT, "URL", offsetof(args, field.jku_prefix), "fetch the token's jku, if below this URL" },     \
    {                                                                                                                       \
        "allow-jku-query", 0, OPT_FLAG, NULL, offsetof(args, field.allow_jku_query), "accept a jku with a query"            \
    }

/** Is an option given that goes only with keys that are fetched? */
bool remote_has_options(const remote_args *args);

/** A set that was fetched, or that could not be. */
typedef struct remote_source {
    char *url;
    const char *issuer; /* whose keys they are; NULL: they are for all tokens */
    page at;
    xcj_keyset *set;
    xcj_verifier *verifier; /* NULL if the last fetch failed; at.why has the reason */
    msg_status status;
    struct remote_source *next;
} remote_source;

typedef struct remote remote;

/** Reads the options. `url` is that of the set, or NULL with --issuer or --jku-prefix. `policy` must stay as it is until
 * remote_close(). Nothing is fetched yet. */
msg_status remote_open(remote **out, const char *url, const remote_args *args, const verify_policy *policy);

/** Forgets the sets. NULL is fine. */
void remote_close(remote *which);

/** The result of looking for a token's keys. */
typedef struct remote_finding {
    remote_source *source; /* has a verifier; NULL if there are no keys, see why */
    refusal why;
} remote_finding;

/** The set for this token: from the cache, from this run, or fetched. A failure is not said, but told in *found. */
void remote_find(remote_finding *found, remote *from, const char *token, size_t len);

/** The set had no key for the token: asks the server again, if it was not asked just now. True: the set may be a newer one.
 */
bool remote_ask_again(remote *from, remote_source *source);

#endif
