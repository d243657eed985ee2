/*
 * cache.c: the files of the cache.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "cli/io/io.h"
#include "cli/io/shown.h"
#include "cli/remote/cache.h"
#include "cli/remote/freshness.h"

#define ENTRY_LIMIT ((size_t)2 << 20)

/* Most entries: a token's sender may make up any number of jku below a prefix. */
#define ENTRIES_LIMIT 256

/* A file's name is a SHA-256 in hexadecimal: a URL cannot lead out of the directory, nor be too long for a name. */
#define NAME_LEN 64

static const char OPTION[] = "--cache-dir";

static bool name_entry(char *hex, xcj_str trust, const char *url)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t len = 0;
    text named = TEXT_INIT;
    text_puts(&named, url);
    text_puts(&named, "\n");
    text_add(&named, trust.ptr, trust.len);
    bool done = !named.failed && EVP_Q_digest(NULL, "SHA256", NULL, named.ptr, named.len, digest, &len) == 1;
    text_free(&named);
    for (size_t i = 0; done && i < NAME_LEN / 2; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
    return done;
}

/* Makes the directory and its missing parents, as mkdir -p does. What cannot be made shows when it is opened. */
static int make_directories(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : -1;
}

/* A slash at the end would make the system follow a link. */
static void trim_slashes(text *path)
{
    while (path->len > 1 && path->ptr[path->len - 1] == '/') {
        path->ptr[--path->len] = '\0';
    }
}

/* Whoever can write there chooses the keys. */
static bool is_own(int fd)
{
    struct stat about;
    return fstat(fd, &about) == 0 && about.st_uid == geteuid() && (about.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static msg_status open_directory(cache *which, text *path)
{
    if (make_directories(path->ptr) != 0) {
        const int cause = errno;
        return msg_fail(STATUS_INTERNAL, OPTION, "%s: cannot be made: %s", shown_path(which->folder).text, strerror(cause));
    }
    which->fd = open(path->ptr, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (which->fd < 0 && errno != ENOTDIR && errno != ELOOP) {
        const int cause = errno;
        return msg_fail(STATUS_INPUT, OPTION, "%s: %s", shown_path(which->folder).text, strerror(cause));
    }
    /* The check is of the open directory; its path is never used again. */
    if (which->fd < 0 || !is_own(which->fd)) {
        return msg_fail(STATUS_INPUT, OPTION, "%s: is not a directory of yours in which nobody else may write",
                        shown_path(which->folder).text);
    }
    return STATUS_OK;
}

msg_status cache_open(cache *out, const char *folder, xcj_str trust)
{
    *out = (cache){ folder, -1, trust };
    if (folder == NULL) {
        return STATUS_OK;
    }
    if (folder[0] == '\0') {
        return msg_fail(STATUS_INPUT, OPTION, "the name of the directory is empty");
    }
    text path = TEXT_INIT;
    text_puts(&path, folder);
    if (path.failed) {
        return msg_fail_memory();
    }
    trim_slashes(&path);
    msg_status status = open_directory(out, &path);
    text_free(&path);
    return status;
}

void cache_close(cache *which)
{
    if (which->fd >= 0) {
        (void)close(which->fd);
    }
    which->fd = -1;
}

static bool equals(xcj_str a, const char *b)
{
    return a.ptr != NULL && a.len == strlen(b) && memcmp(a.ptr, b, a.len) == 0;
}

static bool read_file(text *out, int fd)
{
    while (out->len <= ENTRY_LIMIT) {
        char *room = text_room(out, (size_t)64 << 10);
        ssize_t got = room != NULL ? read(fd, room, (size_t)64 << 10) : -1;
        if (got < 0 && room != NULL && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0;
        }
        out->len += (size_t)got;
        out->ptr[out->len] = '\0';
    }
    return false;
}

/* A link or a pipe in its place is no entry, nor is a file that another user can change. */
static bool read_entry(text *out, const cache *which, const char *name)
{
    struct stat about;
    int fd = openat(which->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool done = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && is_own(fd) && read_file(out, fd);
    (void)close(fd);
    return done;
}

bool cache_load(cache_entry *out, const cache *which, const char *url)
{
    char name[NAME_LEN + 1];
    *out = (cache_entry){ TEXT_INIT, { { NULL, 0 }, { NULL, 0 } }, 0, 0 };
    bool found = which->fd >= 0 && name_entry(name, which->trust, url) && read_entry(&out->whole, which, name) &&
                 fields_split(&out->parts, text_view(&out->whole)) && equals(fields_text(&out->parts, "url"), url);
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

static void format_entry(text *to, const char *url, const cache_news *news)
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

/* Is it the name of an entry, or of one that is being written? Nothing else in the directory is ours to remove. */
static bool is_entry(const char *name)
{
    return strspn(name, "0123456789abcdef") == NAME_LEN && (name[NAME_LEN] == '\0' || name[NAME_LEN] == '.');
}

/* How many entries there are, and the name of the oldest. */
static size_t survey(const cache *which, char *oldest)
{
    time_t least = 0;
    size_t count = 0;
    int fd = openat(which->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *opened = fd >= 0 ? fdopendir(fd) : NULL;
    if (opened == NULL) {
        return 0;
    }
    for (const struct dirent *each = readdir(opened); each != NULL; each = readdir(opened)) {
        struct stat about;
        if (!is_entry(each->d_name) || fstatat(which->fd, each->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        if (count == 0 || about.st_mtime < least) {
            (void)snprintf(oldest, NAME_MAX + 1, "%s", each->d_name);
            least = about.st_mtime;
        }
        count++;
    }
    (void)closedir(opened);
    return count;
}

/* Removes the oldest entries until one more has room. */
static void make_place(const cache *which, const char *name)
{
    char oldest[NAME_MAX + 1] = "";
    if (faccessat(which->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        return;
    }
    while (survey(which, oldest) >= ENTRIES_LIMIT && unlinkat(which->fd, oldest, 0) == 0) {
    }
}

static bool write_all(int fd, xcj_str content)
{
    while (content.len > 0) {
        ssize_t put = write(fd, content.ptr, content.len);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return false;
        }
        content.ptr += put;
        content.len -= (size_t)put;
    }
    return true;
}

/* A reader sees the old entry or the new one, whole. What a killed process leaves is removed with the oldest entries. */
static bool replace(const cache *which, const char *name, xcj_str content)
{
    uint64_t lot = 0;
    char temp[NAME_LEN + 18];
    if (RAND_bytes((unsigned char *)&lot, sizeof lot) != 1) {
        return false;
    }
    (void)snprintf(temp, sizeof temp, "%s.%016" PRIx64, name, lot);
    int fd = openat(which->fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }
    bool done = write_all(fd, content) && fsync(fd) == 0;
    done = close(fd) == 0 && done && renameat(which->fd, temp, which->fd, name) == 0;
    if (!done) {
        const int cause = errno;
        (void)unlinkat(which->fd, temp, 0);
        errno = cause;
    }
    return done;
}

void cache_store(const cache *which, const char *url, const cache_news *news)
{
    char name[NAME_LEN + 1];
    text content = TEXT_INIT;
    if (which->fd < 0 || !name_entry(name, which->trust, url)) {
        return;
    }
    if (freshness_read(news->control).no_store) {
        (void)unlinkat(which->fd, name, 0);
        return;
    }
    make_place(which, name);
    format_entry(&content, url, news);
    if (!content.failed && !replace(which, name, text_view(&content))) {
        const int cause = errno;
        msg_warn(OPTION, "%s: the set is not kept: %s", shown_path(which->folder).text, strerror(cause));
    }
    text_free(&content);
}

void cache_entry_free(cache_entry *entry)
{
    text_free(&entry->whole);
    *entry = (cache_entry){ TEXT_INIT, { { NULL, 0 }, { NULL, 0 } }, 0, 0 };
}
