/*
 * fetch.c: starting xcj-fetch and reading what it writes.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/io/platform.h"
#include "cli/io/shown.h"
#include "cli/remote/fetch.h"

#define HEAD_LIMIT ((size_t)16 << 10)

/* The variables that the helper inherits: proxies and the library path. Others may hold secrets. */
static const char *const LIBRARIES[] = { "LD_LIBRARY_PATH" };
static const char *const PROXIES[] = { "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                       "ALL_PROXY",  "no_proxy",    "NO_PROXY" };
#define LIBRARIES_COUNT (sizeof LIBRARIES / sizeof LIBRARIES[0])
#define PROXIES_COUNT (sizeof PROXIES / sizeof PROXIES[0])

/* The program, and what it is started with. */
typedef struct command {
    text program;
    text etag;
    text environment[LIBRARIES_COUNT + PROXIES_COUNT];
    char timeout[24];
    char connect_timeout[24];
} command;

/* May the file at `path` be started for the program at `self`? Beside a command that lies in a directory of others, somebody
 * else may have put it there. */
static bool is_trusted(const char *path, const char *self)
{
    struct stat helper;
    struct stat program;
    if (access(path, X_OK) != 0 || stat(path, &helper) != 0 || stat(self, &program) != 0) {
        return false;
    }
    return (helper.st_mode & S_IWOTH) == 0 &&
           (helper.st_uid == 0 || helper.st_uid == geteuid() || helper.st_uid == program.st_uid);
}

/* Beside the command, as in a build tree or a copy of both, or where it was installed: seen from the command, so that a tree
 * may be moved. */
static msg_status find_helper(text *program, fetch_why *why)
{
    static const char *const folders[] = { "", XCJ_LIBEXEC "/" };
    text self = TEXT_INIT;
    bool found = false;
    const bool known = platform_program(&self);
    const size_t folder_len = known ? (size_t)(strrchr(self.ptr, '/') - self.ptr) + 1 : 0;
    for (size_t i = 0; known && !found && i < sizeof folders / sizeof folders[0]; i++) {
        text_free(program);
        text_add(program, self.ptr, folders[i][0] != '/' ? folder_len : 0);
        text_puts(program, folders[i]);
        text_puts(program, "xcj-fetch");
        found = !program->failed && is_trusted(program->ptr, self.ptr);
    }
    text_free(&self);
    if (found) {
        return STATUS_OK;
    }
    return fetch_fail(
        why, STATUS_INTERNAL,
        "the helper program xcj-fetch is missing: it belongs beside xcj or at %s, owned by root or by you, and is "
        "built where libcurl is installed",
        program->ptr != NULL ? program->ptr : XCJ_LIBEXEC);
}

static void inherit(text *variable, const char *name)
{
    const char *value = getenv(name);
    if (value != NULL) {
        text_puts(variable, name);
        text_puts(variable, "=");
        text_puts(variable, value);
    }
}

static bool fill_environment(command *made, char **environment, bool with_proxies)
{
    size_t count = 0;
    for (size_t i = 0; i < LIBRARIES_COUNT; i++) {
        inherit(&made->environment[count++], LIBRARIES[i]);
    }
    for (size_t i = 0; i < PROXIES_COUNT && with_proxies; i++) {
        inherit(&made->environment[count++], PROXIES[i]);
    }
    size_t filled = 0;
    for (size_t i = 0; i < count; i++) {
        if (made->environment[i].failed) {
            return false;
        }
        if (made->environment[i].ptr != NULL) {
            environment[filled++] = made->environment[i].ptr;
        }
    }
    environment[filled] = NULL;
    return true;
}

static void command_free(command *made)
{
    text_free(&made->program);
    text_free(&made->etag);
    for (size_t i = 0; i < sizeof made->environment / sizeof made->environment[0]; i++) {
        text_free(&made->environment[i]);
    }
}

/* Its standard output is the pipe, its standard input is empty, its standard error is ours. */
static int spawn(pid_t *child, int output, char *const *words, char *const *environment)
{
    posix_spawn_file_actions_t actions;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed != 0) {
        return failed;
    }
    platform_close_on_exec();
    failed = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (failed == 0) {
        failed = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    }
    if (failed == 0) {
        failed = posix_spawn(child, words[0], &actions, NULL, words, environment);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return failed;
}

static int wait_for(pid_t child)
{
    int ended = 0;
    while (waitpid(child, &ended, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return ended;
}

static msg_status read_all(text *out, int from, fetch_why *why)
{
    for (;;) {
        char *room = text_room(out, HEAD_LIMIT);
        if (room == NULL) {
            return fetch_fail(why, STATUS_INTERNAL, "out of memory");
        }
        ssize_t got = read(from, room, HEAD_LIMIT);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fetch_fail(why, STATUS_INTERNAL, "cannot read from xcj-fetch: %s", strerror(errno));
        }
        if (got == 0) {
            return STATUS_OK;
        }
        out->len += (size_t)got;
        if (out->len > FETCH_LIMIT + HEAD_LIMIT) {
            return fetch_fail(why, STATUS_FETCH, "is larger than %zu bytes", FETCH_LIMIT);
        }
    }
}

/* Starts it and reads all that it writes; *ended is how it ended. */
static msg_status converse(text *out, char *const *words, char *const *environment, int *ended, fetch_why *why)
{
    int ends[2];
    pid_t child = 0;
    if (pipe(ends) != 0) {
        return fetch_fail(why, STATUS_INTERNAL, "no pipe: %s", strerror(errno));
    }
    (void)signal(SIGCHLD, SIG_DFL); /* were it ignored, how the helper ended would be lost */
    const int failed = spawn(&child, ends[1], words, environment);
    (void)close(ends[1]);
    msg_status status =
        failed == 0 ? read_all(out, ends[0], why) : fetch_fail(why, STATUS_INTERNAL, "%s: %s", words[0], strerror(failed));
    (void)close(ends[0]);
    if (failed == 0) {
        *ended = wait_for(child);
    }
    return status;
}

static msg_status run_helper(text *out, command *made, const char *url, const fetch_how *how, int *ended, fetch_why *why)
{
    url_parts parts;
    char *words[16];
    char *environment[LIBRARIES_COUNT + PROXIES_COUNT + 1];
    size_t count = 0;
    (void)url_read(&parts, url, strlen(url));
    (void)snprintf(made->timeout, sizeof made->timeout, "%lld", (long long)how->timeout);
    (void)snprintf(made->connect_timeout, sizeof made->connect_timeout, "%lld", (long long)how->connect_timeout);
    words[count++] = made->program.ptr;
    words[count++] = "--timeout";
    words[count++] = made->timeout;
    words[count++] = "--connect-timeout";
    words[count++] = made->connect_timeout;
    if (url_is_plain(&parts)) {
        words[count++] = "--http";
    }
    if (how->cacert != NULL) {
        words[count++] = "--cacert";
        words[count++] = (char *)how->cacert;
    }
    if (made->etag.len > 0) {
        words[count++] = "--etag";
        words[count++] = made->etag.ptr;
    }
    words[count++] = "--";
    words[count++] = (char *)url;
    words[count] = NULL;
    /* To a proxy this machine's own names mean the proxy. */
    if (!fill_environment(made, environment, !url_is_loopback(&parts))) {
        return fetch_fail(why, STATUS_INTERNAL, "out of memory");
    }
    return converse(out, words, environment, ended, why);
}

/* Turns the helper's output and exit status into an HTTP answer. */
static msg_status interpret(fetch_answer *out, int ended, bool conditional, const fetch_how *how, fetch_why *why)
{
    bool is_whole = fields_split(&out->parts, text_view(&out->whole));
    const xcj_str error = fields_text(&out->parts, "error");
    if (error.ptr != NULL) {
        return fetch_fail(why, STATUS_FETCH, "%.*s", (int)error.len, error.ptr);
    }
    if (WIFSIGNALED(ended) && WTERMSIG(ended) == SIGALRM) {
        return fetch_fail(why, STATUS_FETCH, "no answer within %lld s", (long long)how->timeout);
    }
    if (!is_whole || !WIFEXITED(ended) || WEXITSTATUS(ended) != 0) {
        return fetch_fail(why, STATUS_INTERNAL, "xcj-fetch failed");
    }
    const int64_t code = fields_number(&out->parts, "status", 0);
    const xcj_str location = fields_text(&out->parts, "location");
    out->unchanged = code == 304 && conditional;
    if (code == 200 || out->unchanged) {
        return STATUS_OK;
    }
    if (location.ptr != NULL) {
        return fetch_fail(why, STATUS_FETCH, "the server redirects (%d) to %s, which is not followed", (int)code,
                          shown_url(location).text);
    }
    return fetch_fail(why, STATUS_FETCH, "the server answers %d", (int)code);
}

msg_status fetch_get(fetch_answer *out, const char *url, xcj_str etag, const fetch_how *how, fetch_why *why)
{
    command made = { .timeout = "" };
    int ended = 0;
    *out = (fetch_answer){ .unchanged = false };
    text_add(&made.etag, etag.ptr, etag.len);
    msg_status status = find_helper(&made.program, why);
    if (status == STATUS_OK) {
        status = run_helper(&out->whole, &made, url, how, &ended, why);
    }
    if (status == STATUS_OK) {
        status = interpret(out, ended, etag.len > 0, how, why);
    }
    command_free(&made);
    if (status != STATUS_OK) {
        fetch_free(out);
    }
    return status;
}

msg_status fetch_fail(fetch_why *why, msg_status status, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(why->text, sizeof why->text, fmt, args);
    va_end(args);
    return status;
}

void fetch_free(fetch_answer *answer)
{
    text_free(&answer->whole);
    *answer = (fetch_answer){ .unchanged = false };
}
