/*
 * output.c: temporary files and what becomes of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/io/io.h"
#include "cli/io/output.h"
#include "cli/io/shown.h"
#include "cli/io/signals.h"

#define TEMPS_MAX 3 /* keygen writes three files */
#define TEMP_TRIES 100

/* A temporary file. Changed only while the signals that end the command are held. */
typedef struct output_temp {
    int folder;
    char name[32]; /* "": none */
} output_temp;

static output_temp temps[TEMPS_MAX];

/* Async-signal-safe. */
static void remove_temps(void)
{
    for (size_t i = 0; i < TEMPS_MAX; i++) {
        if (temps[i].name[0] != '\0') {
            (void)unlinkat(temps[i].folder, temps[i].name, 0);
        }
    }
}

static msg_status cannot_write(const output *out)
{
    const int cause = errno;
    return msg_fail(STATUS_INTERNAL, out->option, "%s: cannot write: %s", shown_path(out->path).text, strerror(cause));
}

static bool is_standard(const char *path)
{
    return path == NULL || strcmp(path, "-") == 0;
}

/* Others may have planted it, to read what comes or to have it written elsewhere. */
static msg_status check_planted(const output *out)
{
    const mode_t mode = out->at.about.st_mode;
    if (!out->at.of_others || !(S_ISFIFO(mode) || S_ISSOCK(mode))) {
        return STATUS_OK;
    }
    return msg_fail(STATUS_INTERNAL, out->option, "%s: is a %s in a directory where others may write, and is not written to",
                    shown_path(out->path).text, S_ISFIFO(mode) ? "pipe" : "socket");
}

msg_status output_open(output *out, const char *option, const char *path)
{
    *out = (output)OUTPUT_INIT;
    out->option = option;
    out->path = path;
    if (is_standard(path)) {
        place_of_descriptor(&out->at, STDOUT_FILENO);
        return STATUS_OK;
    }
    msg_status status = place_find(&out->at, option, path);
    if (status != STATUS_OK || !out->at.exists) {
        return status;
    }
    if (S_ISDIR(out->at.about.st_mode)) {
        errno = EISDIR;
        return cannot_write(out);
    }
    return check_planted(out);
}

/* A device, a pipe or a descriptor keeps its place: nothing is renamed over it. */
static bool is_stream(const output *out)
{
    return out->at.descriptor >= 0 || out->at.is_magic || (out->at.exists && !S_ISREG(out->at.about.st_mode));
}

static int write_all(int fd, xcj_str content)
{
    while (content.len > 0) {
        const ssize_t put = write(fd, content.ptr, content.len);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return -1;
        }
        content.ptr += put;
        content.len -= (size_t)put;
    }
    return 0;
}

/* Closes it, after what was done to it failed or not. */
static msg_status finish(const output *out, int fd, int failed)
{
    const int cause = errno;
    if (close(fd) != 0 && !failed) {
        return cannot_write(out);
    }
    errno = cause;
    return failed ? cannot_write(out) : STATUS_OK;
}

static msg_status send_stream(const output *out)
{
    const place *at = &out->at;
    const xcj_str content = text_view(&out->content);
    if (is_standard(out->path)) {
        io_print(content.ptr, content.len);
        return io_flush();
    }
    const int flags = O_WRONLY | O_NOCTTY | O_CLOEXEC | (at->is_magic ? 0 : O_NOFOLLOW);
    const int fd = at->descriptor >= 0 ? fcntl(at->descriptor, F_DUPFD_CLOEXEC, 0) : openat(at->folder, at->name, flags);
    return fd >= 0 ? finish(out, fd, write_all(fd, content)) : cannot_write(out);
}

/* The reason in errno is one for which a file may be written in place, and this one may. */
static bool may_write_in_place(const output *out)
{
    const bool is_fixed = errno == EACCES || errno == EPERM || errno == EROFS || errno == EBUSY || errno == EXDEV;
    return is_fixed && out->at.exists && !out->at.of_others && !out->is_private;
}

static msg_status cannot_replace(const output *out)
{
    if (out->is_private && out->at.exists) {
        const int cause = errno;
        return msg_fail(STATUS_INTERNAL, out->option, "%s: cannot be replaced (%s), and a secret is not written in place",
                        shown_path(out->path).text, strerror(cause));
    }
    return cannot_write(out);
}

static msg_status write_in_place(const output *out)
{
    struct stat about;
    const int flags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    const int fd = openat(out->at.folder, out->at.name, flags);
    if (fd < 0) {
        return cannot_write(out);
    }
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        errno = EAGAIN; /* it was a file before */
        return finish(out, fd, -1);
    }
    const bool failed = ftruncate(fd, 0) != 0 || write_all(fd, text_view(&out->content)) != 0 || fsync(fd) != 0;
    return finish(out, fd, failed);
}

static output_temp *free_slot(void)
{
    size_t i = 0;
    while (i < TEMPS_MAX - 1 && temps[i].name[0] != '\0') {
        i++;
    }
    return &temps[i];
}

/* A new file in the folder, mode 0600. */
static int make_temp(output *out)
{
    output_temp *slot = free_slot();
    int fd = -1;
    sigset_t held;
    signals_guard(remove_temps);
    signals_hold(&held);
    for (int i = 0; i < TEMP_TRIES; i++) {
        /* Nobody need fail to guess it: O_EXCL refuses what is there. */
        struct timespec now;
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        const uint64_t number = (uint64_t)getpid() << 32 ^ (uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec ^ (uint64_t)i;
        (void)snprintf(slot->name, sizeof slot->name, ".xcj-%016" PRIx64, number);
        fd = openat(out->at.folder, slot->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST) {
            break;
        }
    }
    slot->folder = out->at.folder;
    if (fd < 0) {
        slot->name[0] = '\0';
    } else {
        out->temp = slot;
    }
    signals_release(&held);
    return fd;
}

static mode_t usual_mode(void)
{
    const mode_t mask = umask(0);
    (void)umask(mask);
    return 0666 & ~mask;
}

/* The new file takes the owner, group and mode of the one it replaces, as far as the process may give them. */
static mode_t take_over(int fd, const struct stat *old)
{
    const mode_t mode = old->st_mode & 0777;
    if (fchown(fd, old->st_uid, old->st_gid) == 0 || fchown(fd, (uid_t)-1, old->st_gid) == 0) {
        return mode;
    }
    /* Another group gets what everybody has. */
    return (mode & ~(mode_t)070) | (mode & 07) << 3;
}

static int set_mode(int fd, const output *out)
{
    const place *at = &out->at;
    const bool is_kept = at->exists && !at->of_others && (!out->is_private || (at->about.st_mode & 07) == 0);
    const mode_t usual = out->is_private ? 0600 : usual_mode();
    return fchmod(fd, is_kept ? take_over(fd, &at->about) : usual);
}

static msg_status keep_content(output *out, xcj_str content)
{
    text_add(&out->content, content.ptr, content.len);
    return out->content.failed ? msg_fail_memory() : STATUS_OK;
}

/* Whoever had the lock before has renamed a new file over the one that was opened: then the lock is of no use. */
static bool is_current(const output *out, int fd)
{
    struct stat opened;
    struct stat there;
    return fstat(fd, &opened) == 0 && fstatat(out->at.folder, out->at.name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           opened.st_dev == there.st_dev && opened.st_ino == there.st_ino;
}

msg_status output_lock(int *fd, const output *out)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    for (;;) {
        *fd = openat(out->at.folder, out->at.name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (*fd < 0) {
            return cannot_write(out);
        }
        while (fcntl(*fd, F_SETLKW, &whole) != 0) {
            if (errno != EINTR) {
                const int failed = *fd;
                *fd = -1;
                return finish(out, failed, -1);
            }
        }
        if (is_current(out, *fd)) {
            return STATUS_OK;
        }
        (void)close(*fd);
    }
}

msg_status output_stage(output *out, xcj_str content, bool is_private)
{
    out->is_private = is_private;
    out->is_staged = true;
    if (is_stream(out)) {
        return keep_content(out, content);
    }
    const int fd = make_temp(out);
    if (fd < 0 && !may_write_in_place(out)) {
        return cannot_replace(out);
    }
    msg_status status = STATUS_OK;
    if (fd >= 0) {
        status = finish(out, fd, set_mode(fd, out) != 0 || write_all(fd, content) != 0 || fsync(fd) != 0);
    }
    return status == STATUS_OK && !is_private ? keep_content(out, content) : status;
}

/* The temporary file has gone, by one way or the other. */
static void forget_temp(output *out)
{
    if (out->temp != NULL) {
        out->temp->name[0] = '\0';
        out->temp = NULL;
    }
    for (size_t i = 0; i < TEMPS_MAX; i++) {
        if (temps[i].name[0] != '\0') {
            return;
        }
    }
    signals_unguard(remove_temps);
}

static msg_status commit_file(output *out)
{
    if (out->temp == NULL) {
        return write_in_place(out);
    }
    sigset_t held;
    signals_hold(&held);
    const bool is_moved = renameat(out->at.folder, out->temp->name, out->at.folder, out->at.name) == 0;
    if (is_moved) {
        forget_temp(out);
    }
    signals_release(&held);
    if (is_moved) {
        return STATUS_OK;
    }
    return may_write_in_place(out) ? write_in_place(out) : cannot_replace(out);
}

msg_status output_commit(output *files, size_t count)
{
    msg_status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (files[i].is_staged && is_stream(&files[i])) {
            status = send_stream(&files[i]);
        }
    }
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (files[i].is_staged && !is_stream(&files[i])) {
            status = commit_file(&files[i]);
        }
    }
    return status;
}

msg_status output_write(output *out, xcj_str content, bool is_private)
{
    msg_status status = output_stage(out, content, is_private);
    return status == STATUS_OK ? output_commit(out, 1) : status;
}

void output_close(output *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sigset_t held;
        signals_hold(&held);
        if (files[i].temp != NULL) {
            (void)unlinkat(files[i].temp->folder, files[i].temp->name, 0);
        }
        forget_temp(&files[i]);
        signals_release(&held);
        text_free(&files[i].content);
        place_close(&files[i].at);
    }
}
