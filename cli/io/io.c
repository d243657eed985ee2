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
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/io/io.h"
#include "cli/io/shown.h"

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
    /* A reader that has gone away, and a limit of file sizes, are failures to write, not a sudden end. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)setvbuf(stdout, out_buffer, _IOFBF, sizeof out_buffer);
}

static msg_status out_status(void)
{
    if (out_error == 0) {
        return STATUS_OK;
    }
    /* A reader that has gone away, as in `xcj ... | head`, wants to hear nothing. */
    if (out_error > 0 && out_error != EPIPE) {
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

bool io_failed(void)
{
    return out_error != 0;
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

msg_status io_read_open(text *out, int fd, const char *name, size_t limit, msg_status too_large)
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

bool io_is_url(const char *source)
{
    return strncasecmp(source, "https://", 8) == 0 || strncasecmp(source, "http://", 7) == 0;
}

static msg_status claim_stdin(const char *option)
{
    if (stdin_used) {
        return msg_fail(STATUS_USAGE, option, "standard input can be read only once");
    }
    stdin_used = true;
    return STATUS_OK;
}

static msg_status cannot_open(const char *option, const char *path)
{
    if (path[0] == '\0') {
        return msg_fail(STATUS_INPUT, option, "the file name is empty");
    }
    if (io_is_url(path)) {
        return msg_fail(STATUS_USAGE, option, "is a URL, and only public keys are fetched; curl -fsS URL prints it");
    }
    const int cause = errno;
    return msg_fail(STATUS_INPUT, option, "%s: %s", shown_path(path).text, strerror(cause));
}

msg_status io_open_lines(FILE **out, const char *option, const char *path)
{
    *out = NULL;
    if (strcmp(path, "-") == 0) {
        *out = stdin;
        return claim_stdin(option);
    }
    *out = fopen(path, "re");
    return *out != NULL ? STATUS_OK : cannot_open(option, path);
}

static const char ENV[] = "env:";

static bool is_env(const char *source)
{
    return strncmp(source, ENV, sizeof ENV - 1) == 0;
}

const char *io_source_file(const char *source)
{
    return source == NULL || is_env(source) ? NULL : source;
}

const char *io_name(const char *source)
{
    return strcmp(source, "-") == 0 ? "standard input" : source;
}

static msg_status read_env(text *out, const char *option, const char *name, size_t limit, msg_status too_large)
{
    if (name[0] == '\0') {
        return msg_fail(STATUS_INPUT, option, "the name of the variable is empty");
    }
    const char *value = getenv(name);
    if (value == NULL) {
        return msg_fail(STATUS_INPUT, option, "no such environment variable: %s", shown_variable(name).text);
    }
    const size_t len = strlen(value);
    if (len > limit) {
        return msg_fail(too_large, option, "is larger than %zu bytes", limit);
    }
    text_add(out, value, len);
    return out->failed ? msg_fail_memory() : STATUS_OK;
}

msg_status io_read(text *out, const char *option, const char *source, size_t limit, msg_status too_large)
{
    if (is_env(source)) {
        return read_env(out, option, source + sizeof ENV - 1, limit, too_large);
    }
    bool is_stdin = strcmp(source, "-") == 0;
    msg_status status = is_stdin ? claim_stdin(option) : STATUS_OK;
    if (status != STATUS_OK) {
        return status;
    }
    int fd = is_stdin ? STDIN_FILENO : open(source, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return cannot_open(option, source);
    }
    status = io_read_open(out, fd, io_name(source), limit, too_large);
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

msg_status io_read_line(text *out, const char *option, const char *source, size_t limit, msg_status too_large)
{
    msg_status status = io_read(out, option, source, limit, too_large);
    if (status == STATUS_OK && !is_env(source)) {
        io_trim_line_end(out);
    }
    return status;
}

bool io_is_literal(const char *value)
{
    return value[0] != '@' && strcmp(value, "-") != 0 && !is_env(value);
}

const char *io_operand(const char *operand)
{
    return operand[0] == '@' ? operand + 1 : operand;
}

msg_status io_value(text *out, const char *option, const char *value, size_t limit, msg_status too_large)
{
    if (!io_is_literal(value)) {
        return io_read_line(out, option, io_operand(value), limit, too_large);
    }
    const size_t len = strlen(value);
    if (len > limit) {
        return msg_fail(too_large, option, "is larger than %zu bytes", limit);
    }
    text_add(out, value, len);
    return out->failed ? msg_fail_memory() : STATUS_OK;
}
