/*
 * place.c: following a path component by component.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/io/place.h"
#include "cli/io/platform.h"
#include "cli/io/shown.h"

#define LINKS_MAX 40 /* as the kernel */
#define REST_MAX ((size_t)2 * PATH_MAX)

/* A path that is being followed. */
typedef struct walk {
    const char *option; /* that names the path */
    const char *path;   /* as it was given */
    place *at;
    char rest[REST_MAX]; /* of the path, behind the directory */
    unsigned links;
} walk;

static msg_status fail(const walk *w, int cause)
{
    return msg_fail(STATUS_INTERNAL, w->option, "%s: cannot write: %s", shown_path(w->path).text, strerror(cause));
}

/* The descriptor that a path stands for, or -1. To open the path anew would lose its offset, and what was closed is open
 * again. */
static int descriptor_of(const char *path)
{
    static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };
    if (strcmp(path, "/dev/stdout") == 0 || strcmp(path, "/dev/stderr") == 0) {
        return strcmp(path, "/dev/stdout") == 0 ? STDOUT_FILENO : STDERR_FILENO;
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        const size_t len = strlen(folders[i]);
        const char *digits = path + len;
        const size_t count = strncmp(path, folders[i], len) == 0 ? strspn(digits, "0123456789") : 0;
        if (count > 0 && count < 8 && digits[count] == '\0') {
            return atoi(digits);
        }
    }
    return -1;
}

static bool is_of_others(const struct stat *folder)
{
    const bool group_writes = (folder->st_mode & S_IWGRP) != 0 && folder->st_gid != getegid();
    return (folder->st_uid != geteuid() && folder->st_uid != 0) || (folder->st_mode & S_IWOTH) != 0 || group_writes;
}

/* Into this directory. */
static int enter(walk *w, int from, const char *name, int flags)
{
    struct stat about;
    const int folder = platform_open_folder(from, name, flags);
    if (folder < 0 || fstat(folder, &about) != 0) {
        return -1;
    }
    place_close(w->at);
    w->at->folder = folder;
    w->at->of_others = is_of_others(&about);
    return 0;
}

static int start(walk *w)
{
    return enter(w, AT_FDCWD, w->rest[0] == '/' ? "/" : ".", 0);
}

void place_of_descriptor(place *out, int descriptor)
{
    *out = (place)PLACE_INIT;
    out->descriptor = descriptor;
    out->exists = fstat(descriptor, &out->about) == 0;
}

/* Is the rest of the path one of a descriptor? */
static msg_status recognise(walk *w, bool *done)
{
    const int descriptor = descriptor_of(w->rest);
    if (descriptor < 0) {
        return STATUS_OK;
    }
    place_close(w->at);
    place_of_descriptor(w->at, descriptor);
    const int flags = fcntl(descriptor, F_GETFL);
    *done = true;
    return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY ? STATUS_OK : fail(w, EBADF);
}

/* Replaces the link by its target in the rest of the path. */
static int expand(walk *w, const char *tail)
{
    char target[PATH_MAX];
    char joined[REST_MAX];
    const ssize_t len = readlinkat(w->at->folder, w->at->name, target, sizeof target);
    if (len < 0) {
        return -1;
    }
    const int wanted = snprintf(joined, sizeof joined, "%.*s%s", (int)len, target, tail);
    if ((size_t)len == sizeof target || wanted < 0 || (size_t)wanted >= sizeof joined) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(w->rest, joined, (size_t)wanted + 1);
    return w->rest[0] == '/' ? start(w) : 0;
}

/* A link: `tail` is what stands behind it. *done: it is the last, and nothing but the kernel can follow it. */
static msg_status follow(walk *w, const char *tail, bool *done)
{
    place *at = w->at;
    if (at->of_others) {
        return msg_fail(STATUS_INTERNAL, w->option,
                        "%s: the symbolic link \"%s\" is in a directory where others may write, and is not followed",
                        shown_path(w->path).text, at->name);
    }
    if (++w->links > LINKS_MAX) {
        return fail(w, ELOOP);
    }
    if (!platform_is_proc(at->folder)) {
        return expand(w, tail) == 0 ? recognise(w, done) : fail(w, errno);
    }
    *done = *tail == '\0';
    at->is_magic = *done;
    if (*done) {
        return fstatat(at->folder, at->name, &at->about, 0) == 0 ? STATUS_OK : fail(w, errno);
    }
    memmove(w->rest, tail, strlen(tail) + 1);
    return enter(w, at->folder, at->name, 0) == 0 ? STATUS_OK : fail(w, errno);
}

/* The next component. *done: it was the last. */
static msg_status step(walk *w, bool *done)
{
    place *at = w->at;
    const char *start_of = w->rest + strspn(w->rest, "/");
    const size_t len = strcspn(start_of, "/");
    const char *tail = start_of + len;
    if (len > NAME_MAX) {
        return fail(w, ENAMETOOLONG);
    }
    /* A path that ends in a slash is one of a directory. */
    (void)snprintf(at->name, sizeof at->name, "%.*s", len > 0 ? (int)len : 1, len > 0 ? start_of : ".");
    at->exists = fstatat(at->folder, at->name, &at->about, AT_SYMLINK_NOFOLLOW) == 0;
    if (!at->exists) {
        *done = errno == ENOENT && *tail == '\0';
        return *done ? STATUS_OK : fail(w, errno);
    }
    if (S_ISLNK(at->about.st_mode)) {
        return follow(w, tail, done);
    }
    *done = *tail == '\0';
    if (*done) {
        return STATUS_OK;
    }
    memmove(w->rest, tail, strlen(tail) + 1);
    return enter(w, at->folder, at->name, O_NOFOLLOW) == 0 ? STATUS_OK : fail(w, errno);
}

msg_status place_find(place *out, const char *option, const char *path)
{
    walk w = { .option = option, .path = path, .at = out };
    *out = (place)PLACE_INIT;
    if (path[0] == '\0') {
        return msg_fail(STATUS_INTERNAL, option, "cannot write: the file name is empty");
    }
    if (strlen(path) >= PATH_MAX) {
        return fail(&w, ENAMETOOLONG);
    }
    memcpy(w.rest, path, strlen(path) + 1);
    bool done = false;
    msg_status status = start(&w) == 0 ? recognise(&w, &done) : fail(&w, errno);
    while (status == STATUS_OK && !done) {
        status = step(&w, &done);
    }
    if (status != STATUS_OK) {
        place_close(out);
    }
    return status;
}

void place_close(place *which)
{
    if (which->folder >= 0) {
        (void)close(which->folder);
    }
    which->folder = -1;
}

static bool same_inode(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool place_same(const place *a, const place *b)
{
    struct stat folder;
    struct stat other;
    if (a->exists || b->exists) {
        return a->exists && b->exists && same_inode(&a->about, &b->about);
    }
    return strcmp(a->name, b->name) == 0 && fstat(a->folder, &folder) == 0 && fstat(b->folder, &other) == 0 &&
           same_inode(&folder, &other);
}
