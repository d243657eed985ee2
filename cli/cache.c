/*
 * cache.c: the files of the cache.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "cli/cache.h"
#include "cli/freshness.h"
#include "cli/io.h"

#define ENTRY_LIMIT ((size_t)2 << 20)

/* Most entries: a token's sender may make up any number of jku below a prefix. */
#define ENTRIES_LIMIT 256

/* A file's name is a hash: a URL cannot lead out of the folder, nor be too long for a name. */
static bool hash(char *hex, xcj_str trust, const char *url)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t len = 0;
    text named = TEXT_INIT;
    text_puts(&named, url);
    text_puts(&named, "\n");
    text_add(&named, trust.ptr, trust.len);
    bool done = !named.failed && EVP_Q_digest(NULL, "SHA256", NULL, named.ptr, named.len, digest, &len) == 1;
    text_free(&named);
    for (size_t i = 0; done && i < len; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
    return done;
}

static bool file_of(text *path, const cache *which, const char *url)
{
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    if (which->folder == NULL || !hash(hex, which->trust, url)) {
        return false;
    }
    text_puts(path, which->folder);
    text_puts(path, "/");
    text_puts(path, hex);
    return !path->failed;
}

msg_status cache_open(const cache *which)
{
    struct stat about;
    if (which->folder == NULL) {
        return STATUS_OK;
    }
    if (mkdir(which->folder, 0700) != 0 && errno != EEXIST) {
        return msg_fail(STATUS_INTERNAL, which->folder, "cannot be made: %s", strerror(errno));
    }
    if (stat(which->folder, &about) != 0) {
        return msg_fail(STATUS_INPUT, which->folder, "%s", strerror(errno));
    }
    /* Who can write there chooses the keys. */
    if (!S_ISDIR(about.st_mode) || about.st_uid != geteuid() || (about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return msg_fail(STATUS_INPUT, which->folder, "is not a folder of yours in which nobody else may write");
    }
    return STATUS_OK;
}

static bool equals(xcj_str a, const char *b)
{
    return a.ptr != NULL && a.len == strlen(b) && memcmp(a.ptr, b, a.len) == 0;
}

bool cache_load(cache_entry *out, const cache *which, const char *url)
{
    *out = (cache_entry){ TEXT_INIT, { { NULL, 0 }, { NULL, 0 } }, 0, 0 };
    text path = TEXT_INIT;
    bool found = file_of(&path, which, url) && access(path.ptr, F_OK) == 0 &&
                 io_read(&out->whole, path.ptr, ENTRY_LIMIT, STATUS_INPUT) == STATUS_OK &&
                 fields_split(&out->parts, text_view(&out->whole)) && equals(fields_text(&out->parts, "url"), url);
    text_free(&path);
    if (!found) {
        cache_entry_free(out);
        return false;
    }
    out->fetched = fields_number(&out->parts, "fetched", 0);
    out->asked = fields_number(&out->parts, "asked", 0);
    return true;
}

bool cache_is_fresh(const cache_entry *entry, int64_t now)
{
    /* An entry of the future was written by another clock: nothing is known of its age. */
    const freshness allowed = freshness_read(fields_text(&entry->parts, "cache-control"));
    return entry->fetched <= now && now - entry->fetched < allowed.seconds;
}

static void write_entry(text *to, const char *url, const cache_news *news)
{
    text_puts(to, "url ");
    text_puts(to, url);
    text_printf(to, "\nfetched %lld\nasked %lld\n", (long long)news->fetched, (long long)news->asked);
    if (news->etag.len > 0) {
        text_puts(to, "etag ");
        text_add(to, news->etag.ptr, news->etag.len);
        text_puts(to, "\n");
    }
    if (news->control.len > 0) {
        text_puts(to, "cache-control ");
        text_add(to, news->control.ptr, news->control.len);
        text_puts(to, "\n");
    }
    text_puts(to, "\n");
    text_add(to, news->body.ptr, news->body.len);
}

/* Is the file there already, or may there be one more? */
static bool has_room(const char *folder, const char *file)
{
    if (access(file, F_OK) == 0) {
        return true;
    }
    DIR *opened = opendir(folder);
    size_t count = 0;
    while (opened != NULL && readdir(opened) != NULL) {
        count++;
    }
    if (opened != NULL) {
        (void)closedir(opened);
    }
    return count < ENTRIES_LIMIT + 2; /* "." and ".." */
}

void cache_store(const cache *which, const char *url, const cache_news *news)
{
    text path = TEXT_INIT;
    text content = TEXT_INIT;
    io_file file = { NULL, NULL };
    if (!file_of(&path, which, url)) {
        goto out;
    }
    if (freshness_read(news->control).no_store) {
        (void)unlink(path.ptr);
        goto out;
    }
    if (!has_room(which->folder, path.ptr)) {
        msg_warn(which->folder, "has %d entries, and gets no more", ENTRIES_LIMIT);
        goto out;
    }
    write_entry(&content, url, news);
    if (!content.failed && io_stage(&file, path.ptr, text_view(&content), true) == STATUS_OK) {
        (void)io_commit(&file);
    }
out:
    text_free(&content);
    text_free(&path);
}

void cache_entry_free(cache_entry *entry)
{
    text_free(&entry->whole);
    *entry = (cache_entry){ TEXT_INIT, { { NULL, 0 }, { NULL, 0 } }, 0, 0 };
}
