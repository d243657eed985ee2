/*
 * pages.c: the content of a URL, through the cache.
 */
#include <string.h>

#include "cli/io/io.h"
#include "cli/io/shown.h"
#include "cli/io/time.h"
#include "cli/remote/freshness.h"
#include "cli/remote/pages.h"

/* Seconds between two questions to one server because of kids it does not know: a token's sender chooses the kid. */
#define COOL_DOWN ((int64_t)30)

#define TIMEOUT_LIMIT ((int64_t)3600)

bool pages_has_options(const pages_args *args)
{
    return args->cacert != NULL || args->cache_dir != NULL || args->timeout != NULL || args->connect_timeout != NULL ||
           args->allow_http;
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

static msg_status read_cacert(pages *to, const char *cacert)
{
    if (cacert == NULL) {
        return STATUS_OK;
    }
    if (io_source_file(cacert) == NULL || strcmp(cacert, "-") == 0) {
        return msg_fail(STATUS_USAGE, "--cacert", "must be the name of a file: xcj-fetch reads it for each connection");
    }
    return io_read(&to->cacert, "--cacert", cacert, IO_KEY_LIMIT, STATUS_INPUT);
}

msg_status pages_open(pages *out, const pages_args *args)
{
    *out = (pages)PAGES_INIT;
    out->allow_http = args->allow_http;
    out->how = (fetch_how){ args->cacert, 10, 5 };
    msg_status status = read_timeout(&out->how.timeout, "--timeout", args->timeout);
    if (status == STATUS_OK) {
        status = read_timeout(&out->how.connect_timeout, "--connect-timeout", args->connect_timeout);
    }
    if (status == STATUS_OK) {
        status = read_cacert(out, args->cacert);
    }
    if (status == STATUS_OK) {
        status = cache_open(&out->kept, args->cache_dir, text_view(&out->cacert));
    }
    if (status != STATUS_OK) {
        pages_close(out);
    }
    return status;
}

void pages_close(pages *which)
{
    cache_close(&which->kept);
    text_free(&which->cacert);
}

bool pages_may_fetch(const url_parts *url, bool allow_http)
{
    return !url_is_plain(url) || url_is_loopback(url) || allow_http;
}

msg_status pages_read_url(url_parts *out, const char *option, const char *value, bool allow_http)
{
    const char *wrong = url_read(out, value, strlen(value));
    if (wrong != NULL) {
        return msg_fail(STATUS_USAGE, option, "the URL %s", wrong);
    }
    if (!pages_may_fetch(out, allow_http)) {
        return msg_fail(STATUS_USAGE, option, "http:// is for this machine only; --allow-http allows it for others");
    }
    return STATUS_OK;
}

/* The new answer's header, or the kept one's if the answer is 304 without it. */
static xcj_str newer(const fetch_answer *answer, const cache_entry *entry, const char *name)
{
    xcj_str value = fields_text(&answer->parts, name);
    return value.ptr == NULL && answer->unchanged ? fields_text(&entry->parts, name) : value;
}

/* Asks the server. It may answer that the cached entry, which may be empty, is unchanged. Caches an accepted answer. */
static msg_status ask(page *of, const pages *from, const cache_entry *entry, int64_t asked_before, page_accept accept,
                      void *to)
{
    fetch_answer answer;
    const int64_t now = time_now();
    of->asked = now;
    msg_status status = fetch_get(&answer, of->url, fields_text(&entry->parts, "etag"), &from->how, &of->why);
    if (status != STATUS_OK) {
        return status;
    }
    const bool may_keep = freshness_may_keep(&answer.parts, answer.unchanged);
    cache_news news = { newer(&answer, entry, "etag"),
                        may_keep ? newer(&answer, entry, "cache-control") : xcj_text("no-store"), now, asked_before,
                        answer.unchanged ? entry->parts.body : answer.parts.body };
    news.fetched -= fields_number(&answer.parts, "age", 0); /* RFC 9111 5.1: the time it spent in others' caches */
    status = accept(to, news.body, &of->why);
    if (status == STATUS_OK) {
        cache_store(&from->kept, of->url, &news);
        of->fetched = news.fetched;
        of->asked_before = news.asked;
    }
    fetch_free(&answer);
    return status;
}

/* Uses the cached entry. If it is refused, it counts as missing. */
static bool take_kept(page *of, cache_entry *entry, page_accept accept, void *to)
{
    fetch_why why;
    if (accept(to, entry->parts.body, &why) != STATUS_OK) {
        cache_entry_free(entry);
        return false;
    }
    of->fetched = entry->fetched;
    of->asked_before = entry->asked;
    return true;
}

msg_status page_load(page *of, const pages *from, page_accept accept, void *to)
{
    cache_entry entry;
    msg_status status = STATUS_OK;
    bool found = cache_load(&entry, &from->kept, of->url);
    if (!found || !cache_is_fresh(&entry, time_now()) || !take_kept(of, &entry, accept, to)) {
        status = ask(of, from, &entry, entry.asked, accept, to);
    }
    cache_entry_free(&entry);
    return status;
}

bool page_is_recent(int64_t asked, int64_t now)
{
    return asked <= now && now - asked < COOL_DOWN;
}

/* Asks again because of an unknown kid. The cache notes the time even if the server fails. */
static bool ask_for_kid(page *of, const pages *from, const cache_entry *entry, int64_t now, page_accept accept, void *to)
{
    if (ask(of, from, entry, now, accept, to) == STATUS_OK) {
        return true;
    }
    msg_warn(shown_url(xcj_text(of->url)).text, "%s", of->why.text);
    if (entry->whole.ptr != NULL) {
        const cache_news same = { fields_text(&entry->parts, "etag"), fields_text(&entry->parts, "cache-control"),
                                  entry->fetched, now, entry->parts.body };
        cache_store(&from->kept, of->url, &same);
    }
    return false;
}

bool page_ask_again(page *of, const pages *from, page_accept accept, void *to)
{
    cache_entry entry;
    const int64_t now = time_now();
    bool found = cache_load(&entry, &from->kept, of->url);
    bool changed = found && (entry.fetched != of->fetched || entry.asked != of->asked_before);
    bool again = false;
    if (changed && cache_is_fresh(&entry, now) && take_kept(of, &entry, accept, to)) {
        again = true; /* another process has asked meanwhile */
    } else if (!page_is_recent(of->asked, now) && !page_is_recent(entry.asked, now)) {
        again = ask_for_kid(of, from, &entry, now, accept, to);
    }
    cache_entry_free(&entry);
    return again;
}
