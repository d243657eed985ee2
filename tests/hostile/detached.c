/*
 * A thread ends while OpenSSL cleans up for the exit of the process, at each of the places where it could meet what is being
 * released. It has called xcj_thread_release() before, so nothing is released twice.
 *
 *     detached            every place, each in a process of its own
 *     detached without    the same without the release: some of them crash, which shows that the order is forced
 */
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xcj.h>

#define PLACES_MAX 32

static sem_t has_signed;
static sem_t may_end;
static pthread_t thread;
static int place;  /* the call of pthread_key_delete() at which the thread ends */
static int passed; /* such calls so far */
static int releases;

static void check(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "FAIL: %s\n", what);
        _exit(2);
    }
}

/* OpenSSL releases its threads' state with these, and calls this one. */
int pthread_key_delete(pthread_key_t key)
{
    int (*next)(pthread_key_t) = NULL;
    *(void **)&next = dlsym(RTLD_NEXT, "pthread_key_delete");
    if (++passed == place) {
        sem_post(&may_end);
        check(pthread_join(thread, NULL) == 0, "the end of the thread");
    }
    return next(key);
}

static void sign(const xcj_key *key)
{
    char *token;
    size_t len;
    check(xcj_jws_sign(&token, &len, "{}", 2, key, NULL, NULL, NULL) == XCJ_OK, "a signature");
    xcj_free(token);
}

static void *work(void *key)
{
    for (int i = 0; i < 2; i++) { /* a release is not the end: the second signature needs what the first release took */
        sign(key);
        if (releases) {
            xcj_thread_release();
        }
    }
    xcj_key_free(key);
    sem_post(&has_signed);
    sem_wait(&may_end);
    return NULL;
}

/* Returns how many places there are. */
static int end_at(int wanted)
{
    xcj_key *key;
    check(sem_init(&has_signed, 0, 0) == 0 && sem_init(&may_end, 0, 0) == 0, "semaphores");
    check(xcj_key_generate(&key, XCJ_ES256, 0, NULL) == XCJ_OK, "a key");
    check(pthread_create(&thread, NULL, work, key) == 0, "a thread");
    sem_wait(&has_signed);
    place = wanted;
    OPENSSL_cleanup();
    return passed;
}

int main(int argc, char **argv)
{
    releases = argc < 2 || strcmp(argv[1], "without") != 0;
    int crashes = 0;
    int places = PLACES_MAX;
    for (int i = 1; i <= places; i++) {
        int status = 0;
        pid_t child = fork();
        if (child == 0) {
            _exit(100 + end_at(i));
        }
        check(child > 0 && waitpid(child, &status, 0) == child, "a child");
        int is_good = WIFEXITED(status) && WEXITSTATUS(status) >= 100;
        if (is_good) {
            places = WEXITSTATUS(status) - 100;
        } else {
            printf("place %d: status %d\n", i, status);
            crashes++;
        }
    }
    printf("%d places, %d crashes\n", places, crashes);
    return places > 0 && places < PLACES_MAX && crashes == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
