/*
 * io.c: files, standard streams, environment.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/io.h"

#define CHUNK ((size_t)64 << 10)

static char out_buffer[CHUNK];
static int out_error; /* errno of the first failed write to standard output; -1 once that was said */
static bool stdin_used;

void io_start(void)
{
    for (int fd = 0; fd < 3; fd++) {
        /* Opened the wrong way round, so that using it fails as using the closed one would. */
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd) {
            _exit(STATUS_INTERNAL);
        }
    }
    /* A reader that has gone away is a failure to write, not a sudden end. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)setvbuf(stdout, out_buffer, _IOFBF, sizeof out_buffer);
}

static msg_status out_status(void)
{
    if (out_error == 0) {
        return STATUS_OK;
    }
    if (out_error > 0) {
        (void)msg_fail(STATUS_INTERNAL, NULL, "cannot write to standard output: %s", strerror(out_error));
    }
    out_error = -1;
    return STATUS_INTERNAL;
}

msg_status io_finish(msg_status status)
{
    if (fclose(stdout) != 0 && out_error == 0) {
        out_error = errno;
    }
    text_wipe(out_buffer, sizeof out_buffer);
    msg_status failed = out_status();
    return status != STATUS_OK ? status : failed;
}

bool io_written(void)
{
    if (fflush(stdout) != 0 && out_error == 0) {
        out_error = errno;
    }
    return out_error == 0;
}

msg_status io_flush(void)
{
    return io_written() ? STATUS_OK : out_status();
}

void io_print(const void *bytes, size_t len)
{
    if (len > 0 && fwrite(bytes, 1, len, stdout) != len && out_error == 0) {
        out_error = errno;
    }
}

void io_print_line(const void *bytes, size_t len)
{
    const char *chars = bytes;
    io_print(bytes, len);
    if (len == 0 || chars[len - 1] != '\n') {
        io_print("\n", 1);
    }
}

static msg_status read_all(text *out, int fd, const char *name, size_t limit, msg_status too_large)
{
    for (;;) {
        char *room = text_room(out, CHUNK);
        if (room == NULL) {
            return msg_fail_memory();
        }
        ssize_t got = read(fd, room, CHUNK);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return msg_fail(STATUS_INPUT, name, "%s", strerror(errno));
        }
        out->len += (size_t)got;
        out->ptr[out->len] = '\0';
        if (out->len > limit) {
            return msg_fail(too_large, name, "is larger than %zu bytes", limit);
        }
        if (got == 0) {
            return STATUS_OK;
        }
    }
}

static msg_status claim_stdin(void)
{
    if (stdin_used) {
        return msg_fail(STATUS_USAGE, NULL, "standard input can be read only once");
    }
    stdin_used = true;
    return STATUS_OK;
}

static msg_status cannot_open(const char *path)
{
    if (path[0] == '\0') {
        return msg_fail(STATUS_INPUT, NULL, "the file name is empty");
    }
    return msg_fail(STATUS_INPUT, path, "%s", strerror(errno));
}

msg_status io_open_lines(FILE **out, const char *path)
{
    *out = NULL;
    if (strcmp(path, "-") == 0) {
        *out = stdin;
        return claim_stdin();
    }
    *out = fopen(path, "re");
    return *out != NULL ? STATUS_OK : cannot_open(path);
}

const char *io_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

msg_status io_read(text *out, const char *path, size_t limit, msg_status too_large)
{
    bool is_stdin = strcmp(path, "-") == 0;
    msg_status status = is_stdin ? claim_stdin() : STATUS_OK;
    if (status != STATUS_OK) {
        return status;
    }
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return cannot_open(path);
    }
    status = read_all(out, fd, io_name(path), limit, too_large);
    if (!is_stdin) {
        (void)close(fd);
    }
    if (status != STATUS_OK) {
        text_free(out);
    }
    return status;
}

void io_trim_line_end(text *value)
{
    if (value->len == 0 || value->ptr[value->len - 1] != '\n') {
        return;
    }
    value->len--;
    if (value->len > 0 && value->ptr[value->len - 1] == '\r') {
        value->len--;
    }
    value->ptr[value->len] = '\0';
}

msg_status io_value(text *out, const char *option, const char *value, size_t limit, msg_status too_large)
{
    bool is_file = value[0] == '@' || strcmp(value, "-") == 0;
    if (!is_file) {
        size_t len = strlen(value);
        if (len > limit) {
            return msg_fail(too_large, option, "is larger than %zu bytes", limit);
        }
        text_add(out, value, len);
        return out->failed ? msg_fail_memory() : STATUS_OK;
    }
    msg_status status = io_read(out, value[0] == '@' ? value + 1 : value, limit, too_large);
    if (status == STATUS_OK) {
        io_trim_line_end(out);
    }
    return status;
}

msg_status io_env(text *out, const char *option, const char *name)
{
    const char *value = getenv(name);
    if (value == NULL) {
        return msg_fail(STATUS_INPUT, option, "the environment has no variable %s", name);
    }
    text_puts(out, value);
    return out->failed ? msg_fail_memory() : STATUS_OK;
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, bytes, len);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return -1;
        }
        bytes += put;
        len -= (size_t)put;
    }
    return 0;
}

static msg_status cannot_write(const char *path)
{
    return msg_fail(STATUS_INTERNAL, path, "cannot write: %s", strerror(errno));
}

/* A device or a pipe keeps its place: nothing is moved over it. */
static msg_status write_in_place(const char *path, xcj_str content)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return cannot_write(path);
    }
    int failed = write_all(fd, content.ptr, content.len);
    msg_status status = failed ? cannot_write(path) : STATUS_OK;
    if (close(fd) != 0 && !failed) {
        status = cannot_write(path);
    }
    return status;
}

static mode_t public_mode(void)
{
    mode_t mask = umask(0);
    (void)umask(mask);
    return 0666 & ~mask;
}

static int fill(int fd, xcj_str content, bool is_private)
{
    /* mkstemp() made it 0600. */
    if (!is_private && fchmod(fd, public_mode()) != 0) {
        return -1;
    }
    if (write_all(fd, content.ptr, content.len) != 0) {
        return -1;
    }
    return fsync(fd);
}

static msg_status write_beside(io_file *file, const char *path, xcj_str content, bool is_private)
{
    text temp = TEXT_INIT;
    text_puts(&temp, file->path);
    text_puts(&temp, ".XXXXXX");
    if (temp.failed) {
        text_free(&temp);
        return msg_fail_memory();
    }
    int fd = mkstemp(temp.ptr);
    if (fd < 0) {
        text_free(&temp);
        return cannot_write(path);
    }
    file->temp = temp.ptr;
    int failed = fill(fd, content, is_private);
    int cause = errno;
    if (close(fd) != 0 && !failed) {
        failed = -1;
        cause = errno;
    }
    errno = cause;
    return failed ? cannot_write(path) : STATUS_OK;
}

msg_status io_stage(io_file *file, const char *path, xcj_str content, bool is_private)
{
    struct stat about;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
        errno = EISDIR;
        return cannot_write(path);
    }
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode)) {
        return write_in_place(path, content);
    }
    /* Through a symbolic link: the file it leads to is replaced, not the link. */
    file->path = realpath(path, NULL);
    if (file->path == NULL) {
        file->path = strdup(path);
    }
    if (file->path == NULL) {
        return msg_fail_memory();
    }
    msg_status status = write_beside(file, path, content, is_private);
    if (status != STATUS_OK) {
        io_discard(file);
    }
    return status;
}

msg_status io_commit(io_file *file)
{
    if (file->temp == NULL) {
        return STATUS_OK;
    }
    msg_status status = STATUS_OK;
    if (rename(file->temp, file->path) == 0) {
        free(file->temp);
        file->temp = NULL;
    } else {
        status = cannot_write(file->path);
    }
    io_discard(file);
    return status;
}

void io_discard(io_file *file)
{
    if (file->temp != NULL) {
        (void)unlink(file->temp);
    }
    free(file->temp);
    free(file->path);
    *file = (io_file){ NULL, NULL };
}

msg_status io_result(const char *path, xcj_str content, bool is_private)
{
    if (path == NULL || strcmp(path, "-") == 0) {
        io_print(content.ptr, content.len);
        return STATUS_OK;
    }
    io_file file = { NULL, NULL };
    msg_status status = io_stage(&file, path, content, is_private);
    return status == STATUS_OK ? io_commit(&file) : status;
}
