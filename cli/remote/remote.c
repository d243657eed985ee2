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
#include "cli/remote/discovery.h"
#include "cli/remote/remote.h"

/* Most sets that are held: a token's sender chooses the jku. */
#define SOURCES_LIMIT 64

/* The budget of one run for URLs that fail. Sets that were found do not count. */
#define FAILURES_LIMIT 256
#define FAILING_SECONDS_LIMIT ((int64_t)60)

struct remote {
    const char *url; /* of the set; NULL: the issuer's document or each token names it */
    bool has_asked;  /* for the issuer's document */
    text found_url;
    msg_status status; /* of that document */
    fetch_why why;
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

static msg_status read_args(remote *to)
{
    const remote_args *args = to->args;
    const bool is_prefix = args->jku_prefix != NULL;
    const char *given = is_prefix ? args->jku_prefix : args->issuer != NULL ? args->issuer : to->url;
    const char *option = is_prefix ? "--jku-prefix" : args->issuer != NULL ? "--issuer" : "the keys";
    msg_status status = pages_read_url(&to->prefix, option, given, args->pages.allow_http);
    if (status == STATUS_OK && to->url == NULL && to->prefix.query.ptr != NULL) {
        status = msg_fail(STATUS_USAGE, option, "the URL has a query: %s",
                          is_prefix ? "only a path can be a prefix" : "an issuer has none (RFC 8414 2)");
    }
    const char *wrong = status == STATUS_OK && is_prefix ? url_check_path(&to->prefix) : NULL;
    if (wrong != NULL) {
        status = msg_fail(STATUS_USAGE, "--jku-prefix", "the URL %s", wrong);
    }
    return status == STATUS_OK ? pages_open(&to->pages, &args->pages) : status;
}

/* Reports a wrong policy before anything is fetched: a set without keys shows it as well. */
static msg_status check_policy(const remote *of)
{
    static const char none[] = "{\"keys\":[]}";
    xcj_error err;
    xcj_keyset *set = NULL;
    xcj_verifier *verifier = NULL;
    xcj_code code = xcj_keyset_from_json(&set, none, sizeof none - 1, NULL, &err);
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
    msg_status status = check_policy(made);
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
    text_free(&which->found_url);
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
    code = policy_verifier(&verifier, to->policy, set, NULL, &err);
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

static remote_source *add_source(remote *to, const char *url)
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
    made->next = to->sources;
    to->sources = made;
    to->count++;
    return made;
}

/* The source of this URL, which becomes the first. */
static remote_source *find_source(remote *from, const char *url)
{
    for (remote_source **link = &from->sources; *link != NULL; link = &(*link)->next) {
        remote_source *source = *link;
        if (strcmp(source->url, url) == 0) {
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

static void find_at(remote_finding *found, remote *from, const char *url)
{
    remote_source *source = find_source(from, url);
    const bool is_due = source == NULL || (source->verifier == NULL && !page_is_recent(source->at.asked, time_now()));
    if (is_due && is_spent(from)) {
        refusal_set(&found->why, STATUS_FETCH, "XCJ_ERR_FETCH", "too many URLs failed in this run: no other set is fetched");
        return;
    }
    if (source == NULL) {
        source = add_source(from, url);
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

/* The issuer's set: its metadata is asked for once. */
static void discover(remote *from)
{
    if (!from->has_asked) {
        from->has_asked = true;
        from->status = discovery_find(&from->found_url, &from->pages, from->args->issuer, &from->why);
        from->url = from->status == STATUS_OK ? from->found_url.ptr : NULL;
    }
}

void remote_find(remote_finding *found, remote *from, const char *token, size_t len)
{
    *found = (remote_finding){ NULL, { STATUS_OK, NULL, { .code = XCJ_OK } } };
    if (from->args->issuer != NULL) {
        discover(from);
    }
    if (from->url != NULL) {
        find_at(found, from, from->url);
        return;
    }
    if (from->args->issuer != NULL) {
        refusal_set(&found->why, from->status, "XCJ_ERR_FETCH", "%s", from->why.text);
        return;
    }
    char *jku = jku_read(&found->why, &from->prefix, from->args->allow_jku_query, (xcj_str){ token, len });
    if (jku != NULL) {
        find_at(found, from, jku);
    }
    free(jku);
}
