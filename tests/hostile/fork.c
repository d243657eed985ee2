/*
 * Processes that fork repeat no jti: children, and their children, mint with the minter and the scratch that they share
 * with their parent, which has drawn random bytes ahead, and without one, while threads of the parent mint too.
 *
 *     fork [alone]    alone: without these threads. Each draw then asks OpenSSL when nothing is drawn ahead, and a child
 * that is forked during such a draw inherits OpenSSL's lock, which nobody will release.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xcj.h>

#include "lib/codec/base64url.h"
#include "lib/key/random.h"

#define CHILDREN 12
#define DEPTH 3
#define TOKENS 24
#define JTI_LEN 36
#define DRAW_LEN 16
#define RECORD JTI_LEN
#define RECORDS_MAX 65536

static xcj_minter *minter;
static xcj_scratch *scratch;
static int out[2];
static atomic_bool stop;
/* No thread mints while a child is forked, as docs/gateways.md demands: a child must not inherit a lock of OpenSSL's. */
static pthread_mutex_t minting[2] = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };
static atomic_bool forking;

static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "FAIL: %s\n", what);
        _exit(1);
    }
}

/* Of one record's length, so that records of many processes do not mix (POSIX, write() to a pipe). */
static void report(const char *record)
{
    must(write(out[1], record, RECORD) == RECORD, "a record is written");
}

static void mint_one(xcj_scratch *lent)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    char token[2048];
    char claims[2048];
    size_t len = 0;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text("caller");
    must(xcj_mint(token, sizeof token, &len, minter, &auth, lent, NULL) == XCJ_OK, "a token");
    const char *payload = (const char *)memchr(token, '.', len) + 1;
    const char *end = memchr(payload, '.', len - (size_t)(payload - token));
    must(xcj__b64u_decode((uint8_t *)claims, &len, payload, (size_t)(end - payload), NULL), "its claims");
    claims[len] = '\0';
    const char *jti = strstr(claims, "\"jti\":\"");
    must(jti != NULL, "a jti");
    report(jti + 7);
}

/* What the library draws for itself, in the form of a record. */
static void draw_one(void)
{
    uint8_t bytes[DRAW_LEN];
    char record[RECORD + 1];
    must(xcj__random(bytes, sizeof bytes, scratch, NULL) == XCJ_OK, "random bytes");
    for (size_t i = 0; i < DRAW_LEN; i++) {
        snprintf(record + 2 * i, 3, "%02x", bytes[i]);
    }
    memcpy(record + 2 * DRAW_LEN, "draw", 4);
    report(record);
}

static void mint_many(void)
{
    for (int i = 0; i < TOKENS; i++) {
        mint_one(scratch);
        mint_one(NULL);
        draw_one();
    }
}

/* Two children at each of the lower levels: 1 + 2 + 4 processes. */
static void descend(int depth)
{
    pid_t pids[2] = { 0, 0 };
    for (int i = 0; i < 2 && depth > 1; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            descend(depth - 1);
            _exit(0);
        }
        must(pids[i] > 0, "a fork");
    }
    mint_many();
    for (int i = 0; i < 2 && depth > 1; i++) {
        int status = 1;
        must(waitpid(pids[i], &status, 0) == pids[i] && status == 0, "a child's success");
    }
}

static void *keep_minting(void *own)
{
    pthread_mutex_t *turn = own;
    while (!atomic_load(&stop)) {
        if (atomic_load(&forking)) {
            (void)sched_yield();
            continue;
        }
        xcj_auth auth = XCJ_AUTH_INIT;
        char token[2048];
        size_t len;
        auth.methods = XCJ_AUTH_API_KEY;
        auth.api_key = xcj_text("thread");
        (void)pthread_mutex_lock(turn);
        must(xcj_mint(token, sizeof token, &len, minter, &auth, NULL, NULL) == XCJ_OK, "a token of a thread");
        (void)pthread_mutex_unlock(turn);
    }
    return NULL;
}

static pid_t fork_between_mints(void)
{
    atomic_store(&forking, true);
    for (int i = 0; i < 2; i++) {
        (void)pthread_mutex_lock(&minting[i]);
    }
    pid_t pid = fork();
    for (int i = 0; i < 2; i++) {
        (void)pthread_mutex_unlock(&minting[i]);
    }
    atomic_store(&forking, false);
    return pid;
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, RECORD);
}

/* All records, read while the children write. */
static size_t collect(char *records)
{
    size_t used = 0;
    for (ssize_t got = 1; got > 0;) {
        got = read(out[0], records + used, (size_t)RECORDS_MAX * RECORD - used);
        used += got > 0 ? (size_t)got : 0;
    }
    return used / RECORD;
}

static void prepare(void)
{
    xcj_key *key;
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.iss = xcj_text("i");
    options.aud = xcj_text("a");
    options.consumer_optional = 1;
    must(xcj_key_generate(&key, XCJ_HS256, 0, NULL) == XCJ_OK, "a key");
    must(xcj_minter_new(&minter, key, &options, NULL) == XCJ_OK, "a minter");
    must(xcj_scratch_new(&scratch, NULL) == XCJ_OK, "a scratch");
    must(pipe(out) == 0, "a pipe");
    xcj_key_free(key);
}

int main(int argc, char **argv)
{
    const size_t threads_count = argc > 1 && strcmp(argv[1], "alone") == 0 ? 0 : 2;
    pthread_t threads[2];
    pid_t pids[CHILDREN];
    size_t expected = (size_t)CHILDREN * ((1 << DEPTH) - 1) * TOKENS * 3 + 2;
    char *records = malloc((size_t)RECORDS_MAX * RECORD);
    prepare();
    must(records != NULL && expected < RECORDS_MAX, "room");
    mint_one(scratch); /* bytes are in store now */
    mint_one(NULL);
    for (size_t i = 0; i < threads_count; i++) {
        must(pthread_create(&threads[i], NULL, keep_minting, &minting[i]) == 0, "a thread");
    }
    for (int i = 0; i < CHILDREN; i++) {
        pids[i] = fork_between_mints();
        if (pids[i] == 0) {
            descend(DEPTH);
            _exit(0);
        }
        must(pids[i] > 0, "a fork");
    }
    close(out[1]);
    size_t count = collect(records);
    atomic_store(&stop, true);
    for (int i = 0; i < CHILDREN; i++) {
        int status = 1;
        must(waitpid(pids[i], &status, 0) == pids[i] && status == 0, "a child's success");
    }
    for (size_t i = 0; i < threads_count; i++) {
        must(pthread_join(threads[i], NULL) == 0, "a thread's end");
    }
    must(count == expected, "every record came");
    qsort(records, count, RECORD, compare);
    for (size_t i = 1; i < count; i++) {
        must(memcmp(records + (i - 1) * RECORD, records + i * RECORD, RECORD) != 0, "no two are the same");
    }
    printf("%zu ids and draws of %d processes, all different\n", count, CHILDREN * ((1 << DEPTH) - 1));
    xcj_scratch_free(scratch);
    xcj_minter_free(minter);
    free(records);
    return EXIT_SUCCESS;
}
