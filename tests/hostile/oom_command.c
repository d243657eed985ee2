/*
 * Every allocation of the command fails once, one after the other, for each verb: it says that memory is out and exits with
 * 1, with nothing on standard output and no file half written; or, where it can do without, does the same as ever. The
 * command is part of this program, so that its allocations, jansson's and the library's can be made to fail; each run is a
 * process.
 *
 *     oom_command FOLDER
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failing.h"

#define WORDS_MAX 32
#define OUTPUT_MAX 65536

/* main() of the command, see CMakeLists.txt. */
int xcj_main(int argc, char **argv);

typedef struct outcome {
    int status;
    bool happened;
    char out[OUTPUT_MAX];
    char err[OUTPUT_MAX];
    size_t files;
} outcome;

static unsigned failures;
static char token[4096];
static char bound[4096];
static char proof[4096];

static void bad(const char *verb, long nth, const char *what, const char *said)
{
    fprintf(stderr, "FAIL: %s, allocation %ld: %s: %s\n", verb, nth, what, said);
    failures++;
}

static void read_file(char *to, const char *name)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, to, OUTPUT_MAX - 1) : 0;
    to[got > 0 ? got : 0] = '\0';
    close(fd);
}

static size_t count_files(void)
{
    size_t count = 0;
    DIR *here = opendir(".");
    while (here != NULL && readdir(here) != NULL) {
        count++;
    }
    closedir(here);
    return count;
}

static void redirect(int fd, const char *name)
{
    int file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || dup2(file, fd) < 0) {
        _exit(99);
    }
}

/* The command may leave by _exit(), so that only what is shared tells whether anything failed. */
static bool *happened;

static void note_failure(void)
{
    *happened = true;
}

/* In a process of its own: the n-th allocation fails, or none for -1. */
static void run(outcome *o, const char *const *words, long nth)
{
    char *argv[WORDS_MAX + 2] = { (char *)(uintptr_t) "xcj" };
    int argc = 1;
    while (words[argc - 1] != NULL) {
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
        argc++;
    }
    (void)unlink("made");
    *happened = false;
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        redirect(1, "out");
        redirect(2, "err");
        failing_plan(FAILING_OWN, nth < 0 ? LONG_MAX : nth, false);
        failing_notify(note_failure);
        failing_arm();
        _exit(xcj_main(argc, argv));
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        abort();
    }
    o->status = WIFEXITED(status) ? WEXITSTATUS(status) : 200;
    o->happened = *happened;
    read_file(o->out, "out");
    read_file(o->err, "err");
    o->files = count_files();
}

static void check(const char *const *words, bool may_differ)
{
    static outcome usual;
    static outcome now;
    run(&usual, words, -1);
    if (usual.status != 0) {
        bad(words[0], -1, "it does not work at all", usual.err);
        return;
    }
    long nth = 0;
    for (; nth == 0 || now.happened; nth++) {
        run(&now, words, nth);
        if (now.status == 1 && now.happened) {
            /* A verdict for scripts is one of a failure, too. */
            if (now.out[0] != '\0' && strstr(now.out, "XCJ_ERR_MEMORY") == NULL) {
                bad(words[0], nth, "it failed and printed", now.out);
            }
            if (strstr(now.err, "memory") == NULL) {
                bad(words[0], nth, "it does not say why", now.err);
            }
            if (now.files > usual.files || access("made", F_OK) == 0) {
                bad(words[0], nth, "it failed and left a file", now.err);
            }
        } else if (now.status != 0 || (!may_differ && strcmp(now.out, usual.out) != 0)) {
            bad(words[0], nth, now.status == 200 ? "it crashed" : "it did something else", now.err);
        }
    }
    printf("%-10s %ld allocations\n", words[0], nth - 1);
}

/* A token that is bound to the key. */
static void make_bound(outcome *made)
{
    static const char *const thumbprint[] = { "thumbprint", "key", NULL };
    static char claims[256];
    static const char *const mint[] = { "mint", "--key", "key", "--claims", claims, NULL };
    run(made, thumbprint, -1);
    snprintf(claims, sizeof claims, "{\"clientId\":\"c\",\"cnf\":{\"jkt\":\"%.*s\"}}", (int)strcspn(made->out, "\n"),
             made->out);
    run(made, mint, -1);
    snprintf(bound, sizeof bound, "%.*s", (int)strcspn(made->out, "\n"), made->out);
}

int main(int argc, char **argv)
{
    static const char *const keygen[] = { "keygen", "--alg", "ES256", "--kid", "k", "-o", "made", NULL };
    static const char *const key[] = { "keygen", "--alg",      "ES256", "--kid",   "k", "-o",
                                       "key",    "--jwks-out", "set",   "--force", NULL };
    static const char *const make[] = { "mint",  "--key", "key",           "--basic", "@pair", "--iss", "i",
                                        "--aud", "a",     "--no-consumer", "--now",   "1000",  NULL };
    static const char *const mint[] = { "mint", "--key",    "key", "--claims", "{\"a\":1}", "--claim",
                                        "b=c",  "--header", "x=y", "--output", "json",      NULL };
    static const char *const verify[] = { "verify", "--jwks", "set", "--now", "1000", "--iss", "i", "--json", token, NULL };
    static const char *const convert[] = { "convert", "--to", "pem", "key", NULL };
    static const char *const convert_to[] = { "convert", "--to", "jwk", "--kid", "thumbprint", "-o", "made", "key", NULL };
    static const char *const jwks[] = { "jwks", "key", "set", NULL };
    static const char *const rotate[] = { "jwks", "--rotate", "1d", "--now", "1000", "key", "-o", "turns", NULL };
    static const char *const turn[] = { "mint", "--key", "turns", "--sub", "s", "--now", "1000", NULL };
    static const char *const lint[] = { "lint", "--private", "--now", "1000", "turns", NULL };
    static const char *const inspect[] = { "inspect", token, NULL };
    static const char *const thumbprint[] = { "thumbprint", "--uri", "key", NULL };
    static const char *const dpop[] = { "dpop",     "--key", "key",     "--htm", "GET",   "--htu", "https://h/p",
                                        "--bearer", bound,   "--nonce", "n",     "--now", "1000",  NULL };
    static const char *const prove[] = { "mint", "--key", "key",         "--bearer",      bound,   "--dpop", proof, "--htm",
                                         "GET",  "--htu", "https://h/p", "--nonce",       "n",     "--bind", "key", "--iss",
                                         "i",    "--aud", "a",           "--no-consumer", "--now", "1000",   NULL };
    static outcome first;
    if (argc != 2 || chdir(argv[1]) != 0) {
        fprintf(stderr, "usage: oom_command FOLDER\n");
        return EXIT_FAILURE;
    }
    failing_install();
    happened = mmap(NULL, sizeof *happened, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (happened == MAP_FAILED) {
        return EXIT_FAILURE;
    }
    FILE *pair = fopen("pair", "w");
    if (pair == NULL || fputs("user:password", pair) < 0 || fclose(pair) != 0) {
        return EXIT_FAILURE;
    }
    run(&first, key, -1);
    run(&first, make, -1);
    memcpy(token, first.out, strcspn(first.out, "\n"));
    make_bound(&first);
    run(&first, rotate, -1);
    run(&first, dpop, -1);
    snprintf(proof, sizeof proof, "%.*s", (int)strcspn(first.out, "\n"), first.out);
    check(keygen, true);
    check(make, true);
    check(mint, true);
    check(verify, true); /* its verdict does without a thumbprint */
    check(convert, false);
    check(convert_to, false);
    check(jwks, false);
    check(turn, true);
    check(lint, false);
    check(inspect, true); /* a note may be missing */
    check(thumbprint, false);
    check(dpop, true);
    check(prove, true);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
