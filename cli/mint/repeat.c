/*
 * repeat.c: many tokens by several threads.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "cli/io/io.h"
#include "cli/io/terminal.h"
#include "cli/mint/mint.h"

/* A thread prints when it has so many bytes of lines: whole lines, and threads seldom wait for each other. */
#define PRINT_AT ((size_t)32 << 10)
#define SHOW_EVERY_NS 100000000L

/* Shared by the threads. */
typedef struct crew {
    const mint_job *job;
    atomic_ulong taken; /* how many some thread has made, or is about to make */
    atomic_ulong done;  /* how many are printed */
    atomic_bool stop;
    pthread_mutex_t printing;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t ended;
    unsigned long working;
    xcj_error err; /* the first failure */
} crew;

static bool take(crew *all)
{
    return !atomic_load(&all->stop) && atomic_fetch_add(&all->taken, 1) < all->job->repeat;
}

/* A failure to write ends the run; io_finish() says it. */
static void print(crew *all, text *lines, unsigned long count)
{
    (void)pthread_mutex_lock(&all->printing);
    if (!atomic_load(&all->stop)) {
        io_print(lines->ptr, lines->len);
        if (!io_written()) {
            atomic_store(&all->stop, true);
        }
    }
    (void)pthread_mutex_unlock(&all->printing);
    atomic_fetch_add(&all->done, count);
    lines->len = 0;
}

static xcj_code make_share(crew *all, mint_hand *hand, text *lines, xcj_error *err)
{
    unsigned long count = 0;
    xcj_code code = mint_hand_make(hand, err);
    while (code == XCJ_OK && take(all)) {
        code = mint_line(lines, all->job, hand, err);
        count++;
        if (code == XCJ_OK && lines->len >= PRINT_AT) {
            print(all, lines, count);
            count = 0;
        }
    }
    if (code == XCJ_OK) {
        print(all, lines, count);
    }
    return code;
}

static void *work(void *shared)
{
    crew *all = shared;
    mint_hand hand = { NULL, TEXT_INIT };
    text lines = TEXT_INIT;
    xcj_error err = { .code = XCJ_OK };
    const xcj_code code = make_share(all, &hand, &lines, &err);
    mint_hand_free(&hand);
    text_free(&lines);
    (void)pthread_mutex_lock(&all->lock);
    if (code != XCJ_OK && all->err.code == XCJ_OK) {
        all->err = err;
        all->err.code = code;
        atomic_store(&all->stop, true);
    }
    all->working--;
    (void)pthread_cond_signal(&all->ended);
    (void)pthread_mutex_unlock(&all->lock);
    return NULL;
}

/* Shows how far it is, until the last thread ends. */
static void watch(crew *all)
{
    terminal_progress line;
    if (!terminal_progress_start(&line)) {
        return;
    }
    (void)pthread_mutex_lock(&all->lock);
    while (all->working > 0) {
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += SHOW_EVERY_NS;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        if (pthread_cond_timedwait(&all->ended, &all->lock, &until) != 0) {
            terminal_progress_show(&line, atomic_load(&all->done), all->job->repeat);
        }
    }
    (void)pthread_mutex_unlock(&all->lock);
    terminal_progress_end(&line);
}

static msg_status run_threads(crew *all, pthread_t *threads, unsigned long count)
{
    unsigned long started = 0;
    (void)pthread_mutex_lock(&all->lock);
    while (started < count && pthread_create(&threads[started], NULL, work, all) == 0) {
        started++;
    }
    all->working = started;
    (void)pthread_mutex_unlock(&all->lock);
    if (started == 0) {
        return msg_fail(STATUS_INTERNAL, "mint", "no thread can be started");
    }
    watch(all);
    for (unsigned long i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    return all->err.code == XCJ_OK ? STATUS_OK : mint_fail(&all->err);
}

msg_status mint_repeat(const mint_job *job)
{
    crew all = { .job = job };
    const unsigned long count = job->jobs < job->repeat ? job->jobs : job->repeat;
    pthread_t *threads = calloc(count, sizeof *threads);
    if (threads == NULL) {
        return msg_fail_memory();
    }
    (void)pthread_mutex_init(&all.printing, NULL);
    (void)pthread_mutex_init(&all.lock, NULL);
    (void)pthread_cond_init(&all.ended, NULL);
    msg_status status = run_threads(&all, threads, count);
    (void)pthread_cond_destroy(&all.ended);
    (void)pthread_mutex_destroy(&all.lock);
    (void)pthread_mutex_destroy(&all.printing);
    free(threads);
    return status;
}
