/*
 * turn.h: one turn of one implementation: threads, clock and checks.
 */
#ifndef XCJ_TESTS_BENCH_TURN_H
#define XCJ_TESTS_BENCH_TURN_H

#include <stdbool.h>

#include "tests/bench/bench.h"

/*
 * Lets `threads` threads run the case for so many seconds and returns the operations per second of all of them. The first
 * and the last output of each thread are checked by the oracle, every verdict is looked at. Negative: something was wrong.
 */
double turn_run(const bench_impl *impl, const bench_case *what, void *shared, unsigned threads, double seconds);

/* A verifier refuses every spoilt token there is for it; the other jobs have none. */
bool turn_refuses(const bench_impl *impl, const bench_case *what, void *shared);

#endif
