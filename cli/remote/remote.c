/*
 * remote.c: from a URL to a verifier. What is fetched is published: it holds no secret, and a shared secret in it counts for
 * nothing (the policy allows none of its algorithms).
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <xcj/jws.h>

#include "cli/io/doc.h"
#include "cli/io/io.h"
#include "cli/io/shown.h"
#include "cli/io/time.h"
#include "cli/remote/cache.h"
#include "cli/remote/freshness.h"
#include "cli/remote/remote.h"
#include "cli/tokens/token.h"

/* Seconds between two questions to one server because of kids it does not know: a token's sender chooses the kid. */
#define COOL_DOWN ((int64_t)30)

/* Most sets that are held: a token's sender chooses the jku. */
#define SOURCES_LIMIT 64

/* The budget of one run for URLs that fail. Sets that were found do not count. */
#define FAILURES_LIMIT 256
#define FAILING_SECONDS_LIMIT ((int64_t)60)

#define TIMEOUT_LIMIT ((int64_t)3600)

struct remote {
    const char *url; /* of the set; NULL: the issuer's document or each token names it */
    bool has_asked;  /* for the issuer's document */
    text found_url;
    msg_status status; /* of that document */
    fetch_why why;
    const remote_args *args;
    const xcj_verify_options *options;
    fetch_how how;
    cache kept;
    text cacert; /* its bytes */
    url_parts prefix;
    remote_source *sources; /* the one used last first */
    size_t count;
    size_t failures;
    int64_t failing_seconds;
};

bool remote_has_options(const remote_args *args)
{
    return args->cacert != NULL || args->cache_dir != NULL || args->timeout != NULL || args->connect_timeout != NULL ||
           args->allow_http || args->allow_jku_query;
}

static msg_status read_timeout(int64_t *out, const char *option, const char *value)
{
    if (value == NULL) {
        return STATUS_OK;
    }
    msg_status status = time_duration(out, option, value);
    if (status == STATUS_OK && (*out < 1 || *out > TIMEOUT_LIMIT)) {
        return msg_fail(STATUS_USAGE, option, "must be one second to one hour");
    }
    return status;
}

/* Plain http only if the user says so, or if nothing leaves this machine. */
static bool is_allowed(const url_parts *url, bool allow_http)
{
    return !url_is_plain(url) || url_is_loopback(url) || allow_http;
}

/* A URL that the user gives. */
static msg_status read_url(url_parts *out, const char *option, const char *value, bool allow_http)
{
    const char *wrong = url_read(out, value, strlen(value));
    if (wrong != NULL) {
        return msg_fail(STATUS_USAGE, option, "the URL %s", wrong);
    }
    if (!is_allowed(out, allow_http)) {
        return msg_fail(STATUS_USAGE, option, "http:// is for this machine only; --allow-http allows it for others");
    }
    return STATUS_OK;
}

static bool is_file(const char *source)
{
    return io_source_file(source) != NULL && strcmp(source, "-") != 0;
}

static msg_status read_args(remote *to)
{
    const remote_args *args = to->args;
    const bool is_prefix = args->jku_prefix != NULL;
    const char *given = is_prefix ? args->jku_prefix : args->issuer != NULL ? args->issuer : to->url;
    const char *option = is_prefix ? "--jku-prefix" : args->issuer != NULL ? "--issuer" : "the keys";
    to->how = (fetch_how){ args->cacert, 10, 5 };
    msg_status status = read_timeout(&to->how.timeout, "--timeout", args->timeout);
    if (status == STATUS_OK) {
        status = read_timeout(&to->how.connect_timeout, "--connect-timeout", args->connect_timeout);
    }
    if (status == STATUS_OK) {
        status = read_url(&to->prefix, option, given, args->allow_http);
    }
    if (status == STATUS_OK && to->url == NULL && to->prefix.query.ptr != NULL) {
        status = msg_fail(STATUS_USAGE, option, "the URL has a query: %s",
                          is_prefix ? "only a path can be a prefix" : "an issuer has none (RFC 8414 2)");
    }
    const char *wrong = status == STATUS_OK && is_prefix ? url_check_path(&to->prefix) : NULL;
    if (wrong != NULL) {
        status = msg_fail(STATUS_USAGE, "--jku-prefix", "the URL %s", wrong);
    }
    if (status == STATUS_OK && args->cacert != NULL && !is_file(args->cacert)) {
        status = msg_fail(STATUS_USAGE, "--cacert", "must be the name of a file: xcj-fetch reads it for each connection");
    }
    if (status == STATUS_OK && args->cacert != NULL) {
        status = io_read(&to->cacert, "--cacert", args->cacert, IO_KEY_LIMIT, STATUS_INPUT);
    }
    return status == STATUS_OK ? cache_open(&to->kept, args->cache_dir, text_view(&to->cacert)) : status;
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
        code = xcj_verifier_new(&verifier, set, of->options, &err);
    }
    xcj_verifier_free(verifier);
    xcj_keyset_free(set);
    return code == XCJ_OK ? STATUS_OK : msg_fail_error(ABOUT_OPTION, "verify", &err);
}

msg_status remote_open(remote **out, const char *url, const remote_args *args, const xcj_verify_options *options)
{
    *out = NULL;
    remote *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return msg_fail_memory();
    }
    made->url = url;
    made->args = args;
    made->kept.fd = -1;
    made->options = options;
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
    cache_close(&which->kept);
    text_free(&which->cacert);
    text_free(&which->found_url);
    free(which);
}

/* The set's text becomes the source's keys; what it had before goes only when the new one is good. */
static msg_status take(const remote *from, remote_source *to, xcj_str json, fetch_why *why)
{
    xcj_error err;
    xcj_keyset *set = NULL;
    xcj_verifier *verifier = NULL;
    xcj_code code = xcj_keyset_from_json(&set, json.ptr != NULL ? json.ptr : "", json.len, NULL, &err);
    if (code != XCJ_OK) {
        return fetch_fail(why, msg_status_of(code, ABOUT_INPUT), "is not a JWK Set: %s", err.message);
    }
    code = xcj_verifier_new(&verifier, set, from->options, &err);
    if (code != XCJ_OK) {
        xcj_keyset_free(set);
        return fetch_fail(why, msg_status_of(code, ABOUT_OPTION), "%s", err.message);
    }
    xcj_verifier_free(to->verifier);
    xcj_keyset_free(to->set);
    to->verifier = verifier;
    to->set = set;
    return STATUS_OK;
}

/* The new answer's header, or the kept one's if the answer is 304 without it. */
static xcj_str newer(const fetch_answer *answer, const cache_entry *entry, const char *name)
{
    xcj_str value = fields_text(&answer->parts, name);
    return value.ptr == NULL && answer->unchanged ? fields_text(&entry->parts, name) : value;
}

/* Asks the server, with the entry (which may be none) as what is known. Keeps the answer once it turned out to be a set. */
static msg_status ask(const remote *from, remote_source *to, const cache_entry *entry, int64_t asked_before)
{
    fetch_answer answer;
    const int64_t now = time_now();
    to->asked = now;
    msg_status status = fetch_get(&answer, to->url, fields_text(&entry->parts, "etag"), &from->how, &to->why);
    if (status != STATUS_OK) {
        return status;
    }
    const bool may_keep = freshness_may_keep(&answer.parts, answer.unchanged);
    cache_news news = { newer(&answer, entry, "etag"),
                        may_keep ? newer(&answer, entry, "cache-control") : xcj_text("no-store"), now, asked_before,
                        answer.unchanged ? entry->parts.body : answer.parts.body };
    news.fetched -= fields_number(&answer.parts, "age", 0); /* RFC 9111 5.1: the time it spent in others' caches */
    status = take(from, to, news.body, &to->why);
    if (status == STATUS_OK) {
        cache_store(&from->kept, to->url, &news);
        to->fetched = news.fetched;
        to->asked_before = news.asked;
    }
    fetch_free(&answer);
    return status;
}

/* From the cache. An entry that is not a set is none. */
static bool take_kept(const remote *from, remote_source *to, cache_entry *entry)
{
    fetch_why why;
    if (take(from, to, entry->parts.body, &why) != STATUS_OK) {
        cache_entry_free(entry);
        return false;
    }
    to->fetched = entry->fetched;
    to->asked_before = entry->asked;
    return true;
}

/* A stale set is never used: when the server fails there are no keys. */
static void load(const remote *from, remote_source *to)
{
    cache_entry entry;
    bool found = cache_load(&entry, &from->kept, to->url);
    if (found && cache_is_fresh(&entry, time_now()) && take_kept(from, to, &entry)) {
        to->status = STATUS_OK;
    } else {
        to->status = ask(from, to, &entry, entry.asked);
    }
    cache_entry_free(&entry);
}

static bool is_recent(int64_t asked, int64_t now)
{
    return asked <= now && now - asked < COOL_DOWN;
}

/* Asked for a kid that is not known: that is remembered in the cache whatever comes of it. */
static bool ask_for_kid(const remote *from, remote_source *to, const cache_entry *entry, int64_t now)
{
    if (ask(from, to, entry, now) == STATUS_OK) {
        return true;
    }
    msg_warn(shown_url(xcj_text(to->url)).text, "%s", to->why.text);
    if (entry->whole.ptr != NULL) {
        const cache_news same = { fields_text(&entry->parts, "etag"), fields_text(&entry->parts, "cache-control"),
                                  entry->fetched, now, entry->parts.body };
        cache_store(&from->kept, to->url, &same);
    }
    return false;
}

bool remote_ask_again(remote *from, remote_source *source)
{
    cache_entry entry;
    const int64_t now = time_now();
    bool found = cache_load(&entry, &from->kept, source->url);
    bool changed = found && (entry.fetched != source->fetched || entry.asked != source->asked_before);
    bool again = false;
    if (changed && cache_is_fresh(&entry, now) && take_kept(from, source, &entry)) {
        again = true; /* another process has asked meanwhile */
    } else if (!is_recent(source->asked, now) && !is_recent(entry.asked, now)) {
        again = ask_for_kid(from, source, &entry, now);
    }
    cache_entry_free(&entry);
    return again;
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

__attribute__((format(printf, 4, 5))) static void refuse(remote_finding *found, msg_status status, const char *code,
                                                         const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(found->err.message, sizeof found->err.message, fmt, args);
    va_end(args);
    found->status = status;
    found->code = code;
}

static void refuse_jku(remote_finding *found, const char *why)
{
    refuse(found, STATUS_POLICY, "XCJ_ERR_JKU", "the token's jku %s", why);
}

static void refuse_memory(remote_finding *found)
{
    refuse(found, STATUS_INTERNAL, xcj_code_name(XCJ_ERR_MEMORY), "out of memory");
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
    load(from, source);
    if (source->verifier == NULL) {
        from->failures++;
        from->failing_seconds += seconds_up() - begun;
    }
}

static void find_at(remote_finding *found, remote *from, const char *url)
{
    remote_source *source = find_source(from, url);
    const bool is_due = source == NULL || (source->verifier == NULL && !is_recent(source->asked, time_now()));
    if (is_due && is_spent(from)) {
        refuse(found, STATUS_FETCH, "XCJ_ERR_FETCH", "too many URLs failed in this run: no other set is fetched");
        return;
    }
    if (source == NULL) {
        source = add_source(from, url);
        if (source == NULL) {
            refuse_memory(found);
            return;
        }
    }
    if (is_due) {
        try_source(from, source);
    }
    if (source->verifier != NULL) {
        found->source = source;
    } else {
        refuse(found, source->status, "XCJ_ERR_FETCH", "%.200s: %s", shown_url(xcj_text(url)).text, source->why.text);
    }
}

/* The protected header, still base64url; of JSON serialisations only a flattened one has just one (RFC 7515 7.2.2). */
static void add_header(text *to, const char *token, size_t len)
{
    if (!token_is_json(token, len)) {
        const char *dot = len > 0 ? memchr(token, '.', len) : NULL;
        text_add(to, token, dot != NULL ? (size_t)(dot - token) : len);
        return;
    }
    json_t *parsed = doc_load(token, len);
    const json_t *header = json_object_get(parsed, "protected");
    if (json_is_string(header)) {
        text_add(to, json_string_value(header), json_string_length(header));
    }
    json_decref(parsed);
}

/* The header as it stands, unverified: no payload is looked at before its signature holds. */
static xcj_unverified *peek(remote_finding *found, const char *token, size_t len)
{
    xcj_unverified *peeked = NULL;
    text header = TEXT_INIT;
    add_header(&header, token, len);
    if (header.len == 0 && !header.failed && len > 0) {
        found->err.code = XCJ_ERR_TOKEN;
        refuse(found, STATUS_INPUT, xcj_code_name(XCJ_ERR_TOKEN), "there is no single protected header to find a jku in");
        text_free(&header);
        return NULL;
    }
    text_puts(&header, "..");
    if (header.failed) {
        refuse_memory(found);
    } else if (xcj_unverified_decode(&peeked, header.ptr, header.len, &found->err) != XCJ_OK) {
        found->status = msg_status_of(found->err.code, ABOUT_TOKEN);
        found->code = xcj_code_name(found->err.code);
    }
    text_free(&header);
    return peeked;
}

/* The jku of the header, if it is one that may be followed; else NULL, and *found says why. */
static char *read_jku(remote_finding *found, const remote *from, xcj_str header)
{
    json_t *parsed = doc_load(header.ptr, header.len);
    const json_t *member = json_object_get(parsed, "jku");
    const char *jku = json_string_value(member);
    url_parts parts;
    char *copy = NULL;
    if (jku == NULL) {
        refuse_jku(found, member == NULL ? "is missing" : "is not a text");
        goto out;
    }
    const char *wrong = url_read(&parts, jku, json_string_length(member));
    if (wrong == NULL) {
        wrong = url_check_path(&parts);
    }
    if (wrong != NULL) {
        refuse_jku(found, wrong);
    } else if (parts.query.ptr != NULL && !from->args->allow_jku_query) {
        refuse_jku(found, "has a query, which --allow-jku-query would allow");
    } else if (!url_is_below(&parts, &from->prefix)) {
        refuse_jku(found, "is not below --jku-prefix");
    } else {
        copy = strdup(jku);
        if (copy == NULL) {
            refuse_memory(found);
        }
    }
out:
    json_decref(parsed);
    return copy;
}

/* The set's URL, from the issuer's document. Both its names are exact: a document of another issuer names other keys. */
static msg_status read_document(remote *from, xcj_str json, fetch_why *why)
{
    json_t *document = doc_load(json.ptr != NULL ? json.ptr : "", json.len);
    const char *issuer = json_string_value(json_object_get(document, "issuer"));
    const json_t *member = json_object_get(document, "jwks_uri");
    const char *uri = json_string_value(member);
    url_parts parts;
    const char *wrong = uri != NULL ? url_read(&parts, uri, json_string_length(member)) : "is missing";
    msg_status status = STATUS_OK;
    if (document == NULL) {
        status = fetch_fail(why, STATUS_INPUT, "is not JSON");
    } else if (issuer == NULL || strcmp(issuer, from->args->issuer) != 0) {
        status = fetch_fail(why, STATUS_INPUT, "is the document of another issuer: %.150s",
                            issuer != NULL ? shown_url(xcj_text(issuer)).text : "it names none");
    } else if (wrong != NULL) {
        status = fetch_fail(why, STATUS_INPUT, "its jwks_uri %s", wrong);
    } else if (!is_allowed(&parts, from->args->allow_http)) {
        status = fetch_fail(why, STATUS_INPUT, "its jwks_uri is http://, which only --allow-http allows");
    } else {
        text_puts(&from->found_url, uri);
        status = from->found_url.failed ? fetch_fail(why, STATUS_INTERNAL, "out of memory") : STATUS_OK;
    }
    json_decref(document);
    return status;
}

static msg_status ask_document(remote *from, const text *url)
{
    fetch_answer answer;
    fetch_why why;
    msg_status status = url->failed ? fetch_fail(&why, STATUS_INTERNAL, "out of memory")
                                    : fetch_get(&answer, url->ptr, (xcj_str){ NULL, 0 }, &from->how, &why);
    if (status == STATUS_OK) {
        status = read_document(from, answer.parts.body, &why);
        fetch_free(&answer);
    }
    if (status != STATUS_OK) {
        (void)fetch_fail(&from->why, status, "%.150s: %.200s", url->ptr != NULL ? shown_url(text_view(url)).text : "",
                         why.text);
    }
    return status;
}

/* OpenID Connect puts the well-known path behind the issuer's (Discovery 4), RFC 8414 3 before it. */
static msg_status discover(remote *from)
{
    const char *issuer = from->args->issuer;
    const size_t len = strlen(issuer) - (issuer[strlen(issuer) - 1] == '/');
    const size_t origin = (size_t)(from->prefix.host.ptr - issuer) + strcspn(from->prefix.host.ptr, "/");
    text behind = TEXT_INIT;
    text before = TEXT_INIT;
    text_add(&behind, issuer, len);
    text_puts(&behind, "/.well-known/openid-configuration");
    text_add(&before, issuer, origin);
    text_puts(&before, "/.well-known/oauth-authorization-server");
    text_add(&before, issuer + (origin < len ? origin : len), origin < len ? len - origin : 0);
    from->status = ask_document(from, &behind);
    if (from->status == STATUS_FETCH) {
        const fetch_why first = from->why;
        from->status = ask_document(from, &before);
        from->why = from->status == STATUS_FETCH ? first : from->why;
    }
    from->url = from->status == STATUS_OK ? from->found_url.ptr : NULL;
    text_free(&behind);
    text_free(&before);
    return from->status;
}

void remote_find(remote_finding *found, remote *from, const char *token, size_t len)
{
    *found = (remote_finding){ NULL, STATUS_OK, NULL, { .code = XCJ_OK } };
    if (from->args->issuer != NULL && !from->has_asked) {
        from->has_asked = true;
        (void)discover(from);
    }
    if (from->url != NULL) {
        find_at(found, from, from->url);
        return;
    }
    if (from->args->issuer != NULL) {
        refuse(found, from->status, "XCJ_ERR_FETCH", "%s", from->why.text);
        return;
    }
    xcj_unverified *peeked = peek(found, token, len);
    if (peeked == NULL) {
        return;
    }
    char *jku = read_jku(found, from, xcj_unverified_header(peeked));
    if (jku != NULL) {
        find_at(found, from, jku);
    }
    free(jku);
    xcj_unverified_free(peeked);
}
