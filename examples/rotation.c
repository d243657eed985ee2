/*
 * rotation.c: a gateway that changes its key under load without losing a request. Threads mint and verify without a
 * pause. The main thread first publishes the next public key, then signs with its private part, then drops the old key.
 *
 *     example_rotation ROTATIONS
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <xcj.h>

#define THREADS 4

/* The handles that requests use now. The handles need no lock; the lock protects the two pointers. */
static struct {
    pthread_rwlock_t lock;
    xcj_minter *minter;
    xcj_verifier *verifier;
} now = { PTHREAD_RWLOCK_INITIALIZER, NULL, NULL };

static atomic_int stop;
static atomic_long served;
static atomic_long failed;

static void take(xcj_minter **minter, xcj_verifier **verifier)
{
    pthread_rwlock_rdlock(&now.lock);
    *minter = xcj_minter_ref(now.minter);
    *verifier = xcj_verifier_ref(now.verifier);
    pthread_rwlock_unlock(&now.lock);
}

/* Replaces the handles; NULL keeps one. The last request that uses an old handle frees it. */
static void swap(xcj_minter *minter, xcj_verifier *verifier)
{
    pthread_rwlock_wrlock(&now.lock);
    xcj_minter *old_minter = minter != NULL ? now.minter : NULL;
    xcj_verifier *old_verifier = verifier != NULL ? now.verifier : NULL;
    now.minter = minter != NULL ? minter : now.minter;
    now.verifier = verifier != NULL ? verifier : now.verifier;
    pthread_rwlock_unlock(&now.lock);
    xcj_minter_free(old_minter);
    xcj_verifier_free(old_verifier);
}

/* One request: the gateway mints a token, and a backend verifies it, which may have read an older or newer key set. */
static void request(xcj_scratch *scratch)
{
    char token[4096];
    size_t len = 0;
    xcj_minter *minter;
    xcj_verifier *verifier;
    xcj_auth auth = XCJ_AUTH_INIT;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text("caller");
    auth.consumer_custom_id = xcj_text("acme");
    auth.audience = xcj_text("https://backend.example");
    xcj_error err;
    take(&minter, &verifier);
    if (xcj_mint(token, sizeof token, &len, minter, &auth, scratch, &err) != XCJ_OK ||
        xcj_verify(NULL, verifier, token, len, scratch, &err) != XCJ_OK) {
        fprintf(stderr, "%s: %s\n", xcj_code_name(err.code), err.message);
        atomic_fetch_add(&failed, 1);
    }
    atomic_fetch_add(&served, 1);
    xcj_minter_free(minter);
    xcj_verifier_free(verifier);
}

static void *serve(void *unused)
{
    (void)unused;
    xcj_scratch *scratch = NULL; /* of this thread; calls without one give the same result, but are slower */
    if (xcj_scratch_new(&scratch, NULL) != XCJ_OK) {
        fputs("no scratch\n", stderr);
    }
    while (!atomic_load(&stop)) {
        request(scratch);
    }
    xcj_scratch_free(scratch);
    return NULL;
}

static xcj_code new_key(xcj_key **out, unsigned number, xcj_error *err)
{
    char kid[32];
    snprintf(kid, sizeof kid, "key-%u", number);
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.kid = xcj_text(kid);
    xcj_key *key = NULL;
    xcj_code code = xcj_key_generate(&key, XCJ_ES256, 0, err);
    if (code == XCJ_OK) {
        code = xcj_key_relabel(out, key, &labels, err);
    }
    xcj_key_free(key);
    return code;
}

/* Makes a backend's verifier with these keys. */
static xcj_code publish(const xcj_key *const *keys, size_t count, xcj_error *err)
{
    xcj_keyset *set = NULL;
    xcj_verifier *verifier = NULL;
    xcj_code code = xcj_keyset_from_keys(&set, keys, count, err);
    if (code == XCJ_OK) {
        code = xcj_verifier_new(&verifier, set, NULL, err);
    }
    xcj_keyset_free(set);
    if (code == XCJ_OK) {
        swap(NULL, verifier);
    }
    return code;
}

static xcj_code sign_with(const xcj_key *key, xcj_error *err)
{
    xcj_minter *minter = NULL;
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.iss = xcj_text("https://gateway.example");
    xcj_code code = xcj_minter_new(&minter, key, &options, err);
    if (code == XCJ_OK) {
        swap(minter, NULL);
    }
    return code;
}

/* A real gateway waits for minutes here: until backends have read the new set, and until the last old token has expired. */
static void wait_a_little(void)
{
    const struct timespec pause = { 0, 20000000 };
    nanosleep(&pause, NULL);
}

static xcj_code rotate(xcj_key **current, unsigned number, xcj_error *err)
{
    xcj_key *next = NULL;
    xcj_code code = new_key(&next, number, err);
    if (code == XCJ_OK) {
        const xcj_key *both[] = { *current, next };
        code = publish(both, 2, err);
    }
    wait_a_little();
    if (code == XCJ_OK) {
        code = sign_with(next, err);
    }
    wait_a_little();
    if (code == XCJ_OK) {
        const xcj_key *only[] = { next };
        code = publish(only, 1, err);
    }
    if (code != XCJ_OK) {
        xcj_key_free(next);
        return code;
    }
    xcj_key_free(*current);
    *current = next;
    return XCJ_OK;
}

int main(int argc, char **argv)
{
    unsigned rotations = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 5;
    pthread_t threads[THREADS];
    size_t started = 0;
    xcj_key *key = NULL;
    xcj_error err;
    xcj_code code = new_key(&key, 0, &err);
    if (code == XCJ_OK) {
        const xcj_key *only[] = { key };
        code = publish(only, 1, &err);
    }
    if (code == XCJ_OK) {
        code = sign_with(key, &err);
    }
    while (code == XCJ_OK && started < THREADS && pthread_create(&threads[started], NULL, serve, NULL) == 0) {
        started++;
    }
    for (unsigned i = 1; code == XCJ_OK && i <= rotations; i++) {
        code = rotate(&key, i, &err);
    }
    atomic_store(&stop, 1);
    while (started > 0) {
        pthread_join(threads[--started], NULL);
    }
    if (code != XCJ_OK) {
        fprintf(stderr, "%s\n", err.message);
    }
    printf("%u rotations, %ld requests, %ld failed\n", rotations, atomic_load(&served), atomic_load(&failed));
    xcj_minter_free(now.minter);
    xcj_verifier_free(now.verifier);
    xcj_key_free(key);
    return code != XCJ_OK || atomic_load(&served) == 0 || atomic_load(&failed) != 0;
}
