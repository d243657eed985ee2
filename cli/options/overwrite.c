/*
 * overwrite.c: outputs that would destroy a key.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <xcj/key.h>

#include "cli/io/io.h"
#include "cli/io/shown.h"
#include "cli/options/overwrite.h"

static bool is_open(const output *out)
{
    return out->at.folder >= 0 || out->at.descriptor >= 0;
}

msg_status overwrite_check_apart(const output *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (is_open(&files[i]) && is_open(&files[j]) && place_same(&files[i].at, &files[j].at)) {
                return msg_fail(STATUS_USAGE, files[i].option, "is the same file as %s", files[j].option);
            }
        }
    }
    return STATUS_OK;
}

/* The first place of `what` between `at` and `end`, or NULL. */
static const char *find(const char *at, const char *end, const char *what)
{
    const size_t len = strlen(what);
    while (at != NULL && (size_t)(end - at) >= len && memcmp(at, what, len) != 0) {
        at = memchr(at + 1, what[0], (size_t)(end - at) - 1);
    }
    return at != NULL && (size_t)(end - at) >= len ? at : NULL;
}

static bool contains(const text *data, const char *what)
{
    return find(data->ptr, data->ptr + data->len, what) != NULL;
}

/* A JSON member of this name, in quotes, in any object. */
static bool has_member(const text *data, const char *quoted)
{
    const char *end = data->ptr + data->len;
    const char *at = data->ptr;
    while ((at = find(at, end, quoted)) != NULL) {
        at += strlen(quoted);
        at += text_skip_space((xcj_str){ at, (size_t)(end - at) }, 0);
        if (at < end && *at == ':') {
            return true;
        }
    }
    return false;
}

/* A DER element that is as long as the file: a key, or what may contain one. */
static bool is_der(const text *data)
{
    const uint8_t *at = (const uint8_t *)data->ptr;
    if (data->len < 2 || at[0] != 0x30) {
        return false;
    }
    const size_t octets = at[1] < 0x80 ? 0 : at[1] & 0x7fU;
    size_t len = octets == 0 ? at[1] : 0;
    for (size_t i = 0; i < octets && octets <= 4 && i + 2 < data->len; i++) {
        len = len << 8 | at[i + 2];
    }
    return len + octets + 2 == data->len;
}

/* DER that the library does not read as a public key may be a private one: encrypted, or in another container. */
static bool is_private_der(const text *data)
{
    xcj_key *key = NULL;
    const xcj_code code = xcj_key_from_data(&key, (const uint8_t *)data->ptr, data->len, NULL, NULL);
    const bool is_public = code == XCJ_OK && !xcj_key_is_private(key);
    xcj_key_free(key);
    return !is_public;
}

/* PEM of any kind; a JWK by itself, in a set or in a configuration; DER. When in doubt, yes: --force is the way out. */
static bool may_hold_private_key(const text *data)
{
    const bool is_jwk = has_member(data, "\"kty\"") && (has_member(data, "\"d\"") || has_member(data, "\"k\""));
    return contains(data, "PRIVATE KEY-----") || is_jwk || (is_der(data) && is_private_der(data));
}

static msg_status check_key(const output *out)
{
    if (!is_open(out) || out->at.descriptor >= 0 || !out->at.exists || !S_ISREG(out->at.about.st_mode) ||
        out->at.about.st_size == 0 || out->at.about.st_size > (off_t)IO_KEY_LIMIT) {
        return STATUS_OK;
    }
    const int fd =
        openat(out->at.folder, out->at.name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | (out->at.is_magic ? 0 : O_NOFOLLOW));
    if (fd < 0) {
        const int cause = errno;
        return msg_fail(STATUS_USAGE, out->option,
                        "%s: cannot be read (%s), and may hold a private key; --force overwrites it",
                        shown_path(out->path).text, strerror(cause));
    }
    text data = TEXT_INIT;
    msg_status status = io_read_open(&data, fd, out->path, IO_KEY_LIMIT, STATUS_INPUT);
    (void)close(fd);
    if (status == STATUS_OK && may_hold_private_key(&data)) {
        status = msg_fail(STATUS_USAGE, out->option, "%s: holds a private key; --force overwrites it",
                          shown_path(out->path).text);
    }
    text_free(&data);
    return status;
}

msg_status overwrite_check_keys(const output *files, size_t count, bool force)
{
    msg_status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK && !force; i++) {
        status = check_key(&files[i]);
    }
    return status;
}

bool overwrite_is_input(const output *out, const char *source)
{
    struct stat about;
    const char *input = io_source_file(source);
    if (input == NULL || !out->at.exists) {
        return false;
    }
    /* Another process may have replaced the file since the output was opened. */
    if (out->path != NULL && strcmp(input, out->path) == 0 && S_ISREG(out->at.about.st_mode)) {
        return true;
    }
    const bool is_stdin = strcmp(input, "-") == 0;
    const bool is_there = (is_stdin ? fstat(STDIN_FILENO, &about) : stat(input, &about)) == 0 && S_ISREG(about.st_mode);
    return is_there && about.st_dev == out->at.about.st_dev && about.st_ino == out->at.about.st_ino;
}

static msg_status check_input(const output *out, const char *source)
{
    if (!overwrite_is_input(out, source)) {
        return STATUS_OK;
    }
    return msg_fail(STATUS_USAGE, out->option, "is %s, which is read as well; --force overwrites it", io_name(source));
}

/* The source that the value of an option names; NULL: it is no source. */
static const char *source_of(const opt_row *row, const char *value)
{
    const size_t len = strlen(row->name);
    const bool is_output = strcmp(row->name, "output") == 0 || (len > 4 && strcmp(row->name + len - 4, "-out") == 0);
    if (value == NULL || is_output) {
        return NULL;
    }
    if (opt_is_form(row, "V")) {
        return io_is_literal(value) ? NULL : io_operand(value);
    }
    return opt_is_form(row, "FILE") || opt_is_form(row, "KEY") || opt_is_form(row, "S") ? value : NULL;
}

static msg_status check_row(const output *out, const opt_row *row, const void *slot)
{
    const opt_list *list = slot;
    const opt_given *given = slot;
    msg_status status = STATUS_OK;
    switch (row->kind) {
    case OPT_TEXT:
        return check_input(out, source_of(row, *(const char *const *)slot));
    case OPT_ONE:
        return check_input(out, given->row == row ? source_of(row, given->value) : NULL);
    case OPT_LIST:
        for (size_t i = 0; i < list->count && status == STATUS_OK; i++) {
            status = check_input(out, list->rows[i] == row ? source_of(row, list->items[i]) : NULL);
        }
        return status;
    case OPT_FLAG:
    case OPT_GROUP:
        break;
    }
    return STATUS_OK;
}

msg_status overwrite_check_inputs(const output *out, const opt_row *rows, const void *args, const opt_list *operands,
                                  bool force)
{
    msg_status status = STATUS_OK;
    for (const opt_row *row = rows; row->name != NULL && status == STATUS_OK && !force; row++) {
        status = check_row(out, row, (const char *)args + row->offset);
    }
    const size_t count = operands != NULL && !force ? operands->count : 0;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = check_input(out, io_operand(operands->items[i]));
    }
    const bool reads_stdin = operands != NULL && operands->count == 0 && !force;
    return status == STATUS_OK && reads_stdin ? check_input(out, "-") : status;
}
