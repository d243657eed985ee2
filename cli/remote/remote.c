/*
 * remote.c: from a URL to a verifier. What is fetched is published: it holds no secret, and a shared secret in it counts for
 * nothing (the policy allows none of its algorithms).
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/io/io.h"
#include "cli/io/shown.h"
#include "cli/io/time.h"
#include "cli/remote/issuers.h"
#include "cli/remote/remote.h"

/* Most sets that are held: a token's sender chooses the jku. */
#define SOURCES_LIMIT 64

/* The budget of one run for URLs that fail. Sets that were found do not count. */
#define FAILURES_LIMIT 256
#define FAILING_SECONDS_LIMIT ((int64_t)60)

struct remote {
    const char *url; /* of the set; NULL: the issuer's document or each token names it */
    issuers issuers;
    const remote_args *args;
    const verify_policy *policy;
    pages pages;
    url_parts prefix;
    remote_source *sources; /* the one used last first */
    size_t count;
    size_t failures;
    int64_t failing_seconds;
};

bool remote_has_options(const remote_args *args)
{
    return pages_has_options(&args->pages) || args->allow_jku_query;
}

/* Reads a URL that the user gave. `no_query` says why it must not have a query; NULL: it may have one. */
static msg_status read_url(remote *to, const char *option, const char *given, const char *no_query)
{
    msg_status status = pages_read_url(&to->prefix, option, given, to->args->pages.allow_http);
    return status == STATUS_OK && no_query != NULL && to->prefix.query.ptr != NULL
               ? msg_fail(STATUS_USAGE, option, "the URL has a query: %s", no_query)
               : status;
}

static msg_status read_prefix(remote *to)
{
    msg_status status = read_url(to, "--jku-prefix", to->args->jku_prefix, "only a path can be a prefix");
    const char *wrong = status == STATUS_OK ? url_check_path(&to->prefix) : NULL;
    return wrong != NULL ? msg_fail(STATUS_USAGE, "--jku-prefix", "the URL %s", wrong) : status;
}

static msg_status read_args(remote *to)
{
    const remote_args *args = to->args;
    msg_status status = STATUS_OK;
    for (size_t i = 0; i < args->issuer.count && status == STATUS_OK; i++) {
        status = read_url(to, "--issuer", args->issuer.items[i], "an issuer has none (RFC 8414 2)");
    }
    if (args->jku_prefix != NULL) {
        status = read_prefix(to);
    } else if (to->url != NULL) {
        status = read_url(to, "the keys", to->url, NULL);
    }
    return status == STATUS_OK ? pages_open(&to->pages, &args->pages) : status;
}

/* Reports a wrong policy before anything is fetched: a set without keys shows it as well. */
static msg_status check_policy(const remote *of)
{
    xcj_error err;
    xcj_keyset *set = NULL;
    xcj_verifier *verifier = NULL;
    xcj_code code = xcj_keyset_from_keys(&set, NULL, 0, &err);
    if (code == XCJ_OK) {
        code = policy_verifier(&verifier, of->policy, set, NULL, &err);
    }
    xcj_verifier_free(verifier);
    xcj_keyset_free(set);
    return code == XCJ_OK ? STATUS_OK : msg_fail_error(ABOUT_OPTION, "verify", &err);
}

msg_status remote_open(remote **out, const char *url, const remote_args *args, const verify_policy *policy)
{
    *out = NULL;
    remote *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return msg_fail_memory();
    }
    made->url = url;
    made->args = args;
    made->pages = (pages)PAGES_INIT;
    made->policy = policy;
    msg_status status = args->issuer.count > 0 ? issuers_open(&made->issuers, policy) : check_policy(made);
    if (status == STATUS_OK) {
        status = read_args(made);
    }
    if (status != STATUS_OK) {
        remote_close(made);
        return status;
    }
    *out = made;
    return STATUS_OK;
}

static void free_source(remote_source *source)
{
    xcj_verifier_free(source->verifier);
    xcj_keyset_free(source->set);
    free(source->url);
    free(source);
}

void remote_close(remote *which)
{
    if (which == NULL) {
        return;
    }
    while (which->sources != NULL) {
        remote_source *source = which->sources;
        which->sources = source->next;
        free_source(source);
    }
    pages_close(&which->pages);
    issuers_close(&which->issuers);
    free(which);
}

/* Passed to take(). */
typedef struct taking {
    const verify_policy *policy;
    remote_source *source;
} taking;

/* The set's text becomes the source's keys; what it had before goes only when the new one is good. */
static msg_status take(void *given, xcj_str json, fetch_why *why)
{
    const taking *to = given;
    xcj_error err;
    xcj_keyset *set = NULL;
    xcj_verifier *verifier = NULL;
    xcj_code code = xcj_keyset_from_json(&set, json.ptr != NULL ? json.ptr : "", json.len, NULL, &err);
    if (code != XCJ_OK) {
        return fetch_fail(why, msg_status_of(code, ABOUT_INPUT), "is not a JWK Set: %s", err.message);
    }
    const char *issuer = to->source->issuer;
    code = issuer != NULL ? policy_row(&verifier, to->policy, xcj_text(issuer), set, NULL, &err)
                          : policy_verifier(&verifier, to->policy, set, NULL, &err);
    if (code != XCJ_OK) {
        xcj_keyset_free(set);
        return fetch_fail(why, msg_status_of(code, ABOUT_OPTION), "%s", err.message);
    }
    xcj_verifier_free(to->source->verifier);
    xcj_keyset_free(to->source->set);
    to->source->verifier = verifier;
    to->source->set = set;
    return STATUS_OK;
}

bool remote_ask_again(remote *from, remote_source *source)
{
    taking to = { from->policy, source };
    return page_ask_again(&source->at, &from->pages, take, &to);
}

/* Makes room for one more: the URL that failed longest ago goes, and where none did the set that was used longest ago. */
static void drop_source(remote *from)
{
    remote_source **victim = NULL;
    for (remote_source **link = &from->sources; *link != NULL; link = &(*link)->next) {
        if (victim == NULL || (*link)->verifier == NULL || (*victim)->verifier != NULL) {
            victim = link;
        }
    }
    if (victim != NULL) {
        remote_source *dropped = *victim;
        *victim = dropped->next;
        free_source(dropped);
        from->count--;
    }
}

static remote_source *add_source(remote *to, const char *url, const char *issuer)
{
    if (to->count == SOURCES_LIMIT) {
        drop_source(to);
    }
    remote_source *made = calloc(1, sizeof *made);
    char *copy = strdup(url);
    if (made == NULL || copy == NULL) {
        free(made);
        free(copy);
        return NULL;
    }
    made->url = copy;
    made->at.url = copy;
    made->issuer = issuer;
    made->next = to->sources;
    to->sources = made;
    to->count++;
    return made;
}

/* Finds the source of this URL and makes it the first. Issuers that share a set have a source each, with their own
 * verifiers. */
static remote_source *find_source(remote *from, const char *url, const char *issuer)
{
    for (remote_source **link = &from->sources; *link != NULL; link = &(*link)->next) {
        remote_source *source = *link;
        if (source->issuer == issuer && strcmp(source->url, url) == 0) {
            *link = source->next;
            source->next = from->sources;
            from->sources = source;
            return source;
        }
    }
    return NULL;
}

static bool is_spent(const remote *from)
{
    return from->args->jku_prefix != NULL &&
           (from->failures >= FAILURES_LIMIT || from->failing_seconds >= FAILING_SECONDS_LIMIT);
}

static int64_t seconds_up(void)
{
    struct timespec now = { 0, 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec;
}

/* Loads, and counts what comes of it: senders of junk tokens have a budget of their own. */
static void try_source(remote *from, remote_source *source)
{
    const int64_t begun = seconds_up();
    taking to = { from->policy, source };
    source->status = page_load(&source->at, &from->pages, take, &to);
    if (source->verifier == NULL) {
        from->failures++;
        from->failing_seconds += seconds_up() - begun;
    }
}

static void find_at(remote_finding *found, remote *from, const char *url, const char *issuer)
{
    remote_source *source = find_source(from, url, issuer);
    const bool is_due = source == NULL || (source->verifier == NULL && !page_is_recent(source->at.asked, time_now()));
    if (is_due && is_spent(from)) {
        refusal_set(&found->why, STATUS_FETCH, "XCJ_ERR_FETCH", "too many URLs failed in this run: no other set is fetched");
        return;
    }
    if (source == NULL) {
        source = add_source(from, url, issuer);
        if (source == NULL) {
            refusal_memory(&found->why);
            return;
        }
    }
    if (is_due) {
        try_source(from, source);
    }
    if (source->verifier != NULL) {
        found->source = source;
    } else {
        refusal_set(&found->why, source->status, "XCJ_ERR_FETCH", "%.200s: %s", shown_url(xcj_text(url)).text,
                    source->at.why.text);
    }
}

/* The set of the token's issuer. */
static void find_issued(remote_finding *found, remote *from, xcj_str token)
{
    issuer_row *whose = issuers_find(&from->issuers, &found->why, token);
    const char *url = whose != NULL ? issuers_url(whose, &found->why, &from->pages) : NULL;
    if (url != NULL) {
        find_at(found, from, url, whose->name);
    }
}

void remote_find(remote_finding *found, remote *from, const char *token, size_t len)
{
    *found = (remote_finding){ NULL, { STATUS_OK, NULL, { .code = XCJ_OK } } };
    if (from->issuers.count > 0) {
        find_issued(found, from, (xcj_str){ token, len });
        return;
    }
    if (from->url != NULL) {
        find_at(found, from, from->url, NULL);
        return;
    }
    char *jku = jku_read(&found->why, &from->prefix, from->args->allow_jku_query, (xcj_str){ token, len });
    if (jku != NULL) {
        find_at(found, from, jku, NULL);
    }
    free(jku);
}
