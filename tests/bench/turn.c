#include "tests/bench/turn.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "tests/bench/oracle.h"

/* Calls before the clock runs: a key's first operation costs more (RSA blinding, Montgomery), as does a cold heap. */
#define WARMING 3

typedef struct turn {
    const bench_impl *impl;
    const bench_case *what;
    void *shared;
    pthread_barrier_t start;
    atomic_bool stop;
} turn;

typedef struct worker {
    pthread_t thread;
    turn *turn;
    bool good;
    double rate;
} worker;

static double now(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static bool run_and_check(const turn *t, void *own)
{
    bench_text out = { NULL, 0 };
    return t->impl->run(own, t->what->input, &out) && oracle_approves(t->what, t->impl->signature_only, out);
}

static void run_until_stopped(worker *me, void *own)
{
    turn *t = me->turn;
    bench_text out = { NULL, 0 };
    unsigned long count = 0;
    double begin = now();
    do {
        me->good &= t->impl->run(own, t->what->input, &out);
        count++;
    } while (!atomic_load_explicit(&t->stop, memory_order_relaxed));
    me->rate = (double)count / (now() - begin);
    me->good = me->good && oracle_approves(t->what, t->impl->signature_only, out);
}

static void *work(void *arg)
{
    worker *me = arg;
    turn *t = me->turn;
    void *own = t->impl->enter(t->what, t->shared);
    me->good = own != NULL;
    me->good = me->good && run_and_check(t, own);
    for (int i = 0; i < WARMING && me->good; i++) {
        bench_text out;
        me->good = t->impl->run(own, t->what->input, &out);
    }
    (void)pthread_barrier_wait(&t->start);
    if (me->good) {
        run_until_stopped(me, own);
    }
    if (own != NULL) {
        t->impl->leave(own);
    }
    return NULL;
}

static void sleep_for(double seconds)
{
    time_t whole = (time_t)seconds;
    struct timespec left = { whole, (long)((seconds - (double)whole) * 1e9) };
    while (nanosleep(&left, &left) != 0) {
    }
}

/* Every thread is at the barrier, or none was started. */
static double run_workers(turn *t, worker *workers, unsigned threads, double seconds)
{
    double rate = 0;
    bool good = true;
    for (unsigned i = 0; i < threads; i++) {
        workers[i].turn = t;
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) {
            abort(); /* those that run wait for this one at the barrier */
        }
    }
    (void)pthread_barrier_wait(&t->start);
    sleep_for(seconds);
    atomic_store_explicit(&t->stop, true, memory_order_relaxed);
    for (unsigned i = 0; i < threads; i++) {
        (void)pthread_join(workers[i].thread, NULL);
        good = good && workers[i].good;
        rate += workers[i].rate;
    }
    return good ? rate : -1;
}

double turn_run(const bench_impl *impl, const bench_case *what, void *shared, unsigned threads, double seconds)
{
    turn t = { .impl = impl, .what = what, .shared = shared };
    worker *workers = calloc(threads, sizeof(*workers));
    if (workers == NULL || pthread_barrier_init(&t.start, NULL, threads + 1) != 0) {
        free(workers);
        return -1;
    }
    double rate = run_workers(&t, workers, threads, seconds);
    (void)pthread_barrier_destroy(&t.start);
    free(workers);
    return rate;
}

bool turn_refuses(const bench_impl *impl, const bench_case *what, void *shared)
{
    if (what->job != BENCH_VERIFY) {
        return true;
    }
    void *own = impl->enter(what, shared);
    bench_text spoilt[ORACLE_FLAWS];
    bench_text out = { NULL, 0 };
    int flaws = impl->signature_only ? ORACLE_SIGNATURES : ORACLE_FLAWS;
    bool refuses = own != NULL && impl->run(own, what->input, &out);
    for (int i = 0; i < flaws; i++) {
        spoilt[i] = oracle_spoilt(what, (oracle_flaw)i);
        refuses = refuses && spoilt[i].ptr != NULL && !impl->run(own, spoilt[i], &out);
    }
    for (int i = 0; i < flaws; i++) {
        oracle_release(&spoilt[i]);
    }
    if (own != NULL) {
        impl->leave(own);
    }
    return refuses;
}
