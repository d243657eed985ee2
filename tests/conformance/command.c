/*
 * The adversarial set through the xcj command: the exit code, the payload on standard output only when all is valid, and one
 * line on standard error when it is not.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"

extern char **environ;

#define ARGS_MAX 32
#define OUTPUT_MAX (2u * 1024 * 1024)

/* Cases for an API that knows lengths: what is at the ends of the token, a command may strip. */
static bool is_for_api(const json_t *line)
{
    return json_is_true(json_object_get(line, "api_only"));
}

typedef struct outcome {
    int exit_code; /* -1: it did not end by itself */
    char *out;
    size_t out_len;
    char *err;
    size_t err_len;
} outcome;

static void fail(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static void write_file(const char *path, const char *text, size_t len)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(text, 1, len, file) != len || fclose(file) != 0) {
        fail(path);
    }
}

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *text = malloc(OUTPUT_MAX + 1);
    if (file == NULL || text == NULL) {
        fail(path);
    }
    *len = fread(text, 1, OUTPUT_MAX, file);
    text[*len] = '\0';
    fclose(file);
    return text;
}

/* Runs with standard input, output and error in files: nothing can block. */
static outcome run_command(char *const args[])
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "token", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, "err", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    errno = posix_spawn(&pid, args[0], &actions, NULL, args, environ);
    if (errno != 0) {
        fail(args[0]);
    }
    posix_spawn_file_actions_destroy(&actions);
    if (waitpid(pid, &status, 0) != pid) {
        fail("waitpid");
    }
    outcome o = { .exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1 };
    o.out = read_file("out", &o.out_len);
    o.err = read_file("err", &o.err_len);
    return o;
}

/* The policy as options; the algorithms' names stay as the set writes them. */
static void put_options(char *args[ARGS_MAX], size_t *n, const test_case *c, const json_t *policy, char *storage)
{
    const json_t *algs = json_object_get(policy, "algs");
    size_t i;
    json_t *name;
    args[(*n)++] = "--allow-no-exp";
    if (c->is_opaque) {
        args[*n - 1] = "--jws";
    }
    storage[0] = '\0';
    json_array_foreach(algs, i, name)
    {
        strcat(storage, i == 0 ? "--alg=" : ",");
        strcat(storage, json_string_value(name));
    }
    if (storage[0] != '\0') {
        args[(*n)++] = storage;
    }
    char *number = storage + strlen(storage) + 1;
    if (c->options.has_now) {
        args[(*n)++] = number;
        number += sprintf(number, "--now=%lld", (long long)c->options.now) + 1;
    }
    if (c->options.leeway != 0) {
        args[(*n)++] = number;
        sprintf(number, "--leeway=%lld", (long long)c->options.leeway);
    }
    if (c->options.issuer.ptr != NULL) {
        args[(*n)++] = "--iss";
        args[(*n)++] = (char *)(uintptr_t)c->iss.ptr;
    }
    if (c->options.audiences_count > 0) {
        args[(*n)++] = "--aud";
        args[(*n)++] = (char *)(uintptr_t)c->aud.ptr;
    }
}

/* The payload as the library gives it, with one newline at its end. */
static bool is_payload(const test_case *c, const outcome *o)
{
    xcj_verifier *verifier;
    xcj_verified *verified = NULL;
    xcj_error err;
    bool is_json = c->token.len > 0 && memchr(c->token.ptr, '{', c->token.len) != NULL;
    if (conform_verifier(&verifier, c->keys, c->keys_len, &c->options, &err) != XCJ_OK) {
        return false;
    }
    xcj_code code = is_json ? xcj_verify_json(&verified, verifier, c->token.ptr, c->token.len, NULL, &err)
                            : xcj_verify(&verified, verifier, c->token.ptr, c->token.len, NULL, &err);
    bool same = false;
    if (code == XCJ_OK) {
        xcj_str payload = xcj_verified_payload(verified);
        size_t newline = payload.len > 0 && payload.ptr[payload.len - 1] == '\n' ? 0 : 1;
        same = o->out_len == payload.len + newline && memcmp(o->out, payload.ptr, payload.len) == 0 &&
               o->out[o->out_len - 1] == '\n';
    }
    xcj_verified_free(verified);
    xcj_verifier_free(verifier);
    return same;
}

/* Lines of errors; warnings about keys that a set has besides may stand between them. */
static size_t count_errors(const outcome *o)
{
    static const char warning[] = "xcj: warning: ";
    size_t lines = 0;
    for (const char *line = o->err; *line != '\0'; line = strchr(line, '\n') + 1) {
        lines += strncmp(line, warning, sizeof warning - 1) != 0;
        if (strchr(line, '\n') == NULL) {
            return SIZE_MAX;
        }
    }
    return lines;
}

static void run_case(tally *t, const char *command, const json_t *line)
{
    test_case c;
    char storage[1024];
    char *args[ARGS_MAX] = { (char *)(uintptr_t)command, "verify", "--key", "key", NULL };
    size_t n = 4;
    case_read(&c, line);
    put_options(args, &n, &c, json_object_get(line, "policy"), storage);
    args[n++] = "-";
    args[n] = NULL;
    write_file("key", c.keys, c.keys_len);
    write_file("token", c.token.ptr, c.token.len);
    outcome o = run_command(args);
    /* 2 only where the policy names an algorithm that does not exist: then the option itself is refused. */
    bool refused = (o.exit_code >= 3 && o.exit_code <= 9) || (o.exit_code == 2 && c.options.algs != NULL);
    bool shaped = o.exit_code == 0 ? is_payload(&c, &o) : refused && o.out_len == 0 && count_errors(&o) == 1;
    conform_count(t, c.id, o.exit_code == 0, case_wanted(&c, true), o.err);
    if (!shaped) {
        printf("%s: exit %d, %zu bytes of output, %zu lines of errors: %.*s\n", c.id, o.exit_code, o.out_len,
               count_errors(&o), (int)o.err_len, o.err);
        t->wrong++;
    }
    free(o.out);
    free(o.err);
    case_free(&c);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        printf("usage: %s XCJ FOLDER ADVERSARIAL\n", argv[0]);
        return EXIT_FAILURE;
    }
    tally t = { .set = "adversarial.jsonl through the command" };
    json_t *lines = conform_load_lines(argv[3]);
    if (chdir(argv[2]) != 0) {
        fail(argv[2]);
    }
    unsigned left_out = 0;
    size_t i;
    json_t *line;
    json_array_foreach(lines, i, line)
    {
        /* An empty list allows nothing; an option cannot say that. */
        const json_t *algs = json_object_get(json_object_get(line, "policy"), "algs");
        if (is_for_api(line) || (algs != NULL && json_array_size(algs) == 0)) {
            left_out++;
        } else {
            run_case(&t, argv[1], line);
        }
    }
    json_decref(lines);
    t.wrong += case_exceptions_unused(true);
    printf("%u cases are for the library alone\n", left_out);
    return conform_end(&t);
}
