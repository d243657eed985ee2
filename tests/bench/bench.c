/*
 * xcj-bench: how many tokens or keys a second, ours beside the bare OpenSSL operation and beside other libraries.
 *
 * Implementations take turns within one process, in several rounds; what is printed is the median of the rounds.
 */
#include "tests/bench/bench.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/oracle.h"
#include "tests/bench/turn.h"

#define MAX_ROUNDS 1000
#define MAX_THREADS 256
#define MAX_COUNTS 8

static const char USAGE[] =
    "usage: xcj-bench --all | [--impl A[,B]] [--job mint|verify|convert] [--alg ALG] [--payload small|large]\n"
    "                 [--threads N[,M]] [--seconds S] [--rounds R]\n"
    "       xcj-bench --list\n"
    "Prints a line per measurement, tab-separated: impl, job, alg, payload, threads, ops_per_s (the median of the rounds).\n"
    "What is not given is all there is; one thread (--all: 1,2), 0.2 seconds a turn, 5 rounds. Every option takes a list.\n"
    "convert: small is the public key, large the private key.\n";

typedef struct known_impl {
    const char *name;
    const char *package;
    const bench_impl *impl; /* NULL: it was not there when this program was built */
} known_impl;

static const known_impl KNOWN[] = {
    { "xcj", "", &bench_xcj },
    { "xcj-shared", "", &bench_xcj_shared },
    { "floor", "", &bench_floor },
#ifdef BENCH_HAVE_XCJ_JWT
    { "xcj-jwt", "libjwt-dev", &bench_xcj_jwt },
#else
    { "xcj-jwt", "libjwt-dev", NULL },
#endif
#ifdef BENCH_HAVE_LIBJWT
    { "libjwt", "libjwt-dev", &bench_libjwt },
#else
    { "libjwt", "libjwt-dev", NULL },
#endif
#ifdef BENCH_HAVE_LIBJOSE
    { "libjose", "libjose-dev", &bench_libjose },
#else
    { "libjose", "libjose-dev", NULL },
#endif
#ifdef BENCH_HAVE_CJOSE
    { "cjose", "libcjose-dev", &bench_cjose },
#else
    { "cjose", "libcjose-dev", NULL },
#endif
#ifdef BENCH_HAVE_RHONABWY
    { "rhonabwy", "librhonabwy-dev", &bench_rhonabwy },
#else
    { "rhonabwy", "librhonabwy-dev", NULL },
#endif
};
#define KNOWN_COUNT (sizeof(KNOWN) / sizeof(KNOWN[0]))

static const char *const JOBS[] = { "mint", "verify", "convert" };
static const char *const PAYLOADS[] = { "small", "large" };

/* What to run. A list that is NULL holds everything. */
typedef struct selection {
    const char *impls;
    const char *jobs;
    const char *algs;
    const char *payloads;
    unsigned threads[MAX_COUNTS];
    size_t thread_counts;
    double seconds;
    unsigned rounds;
} selection;

/* One line to print. */
typedef struct entry {
    const bench_impl *impl;
    void *shared;
    unsigned threads;
    double rates[MAX_ROUNDS];
} entry;

/* What has come of it. */
typedef struct tally {
    size_t lines;
    bool failed;
} tally;

static bool listed(const char *list, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = list; at != NULL; at = strchr(at, ','), at = at == NULL ? NULL : at + 1) {
        if (strncmp(at, name, len) == 0 && (at[len] == ',' || at[len] == '\0')) {
            return true;
        }
    }
    return list == NULL;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, unsigned count)
{
    qsort(values, count, sizeof(*values), by_value);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* No PEM of a shared secret; and PS256's key is that of RS256. */
static bool exists(const bench_case *what)
{
    return what->job != BENCH_CONVERT || (what->key->pem != NULL && strcmp(what->key->alg, "PS256") != 0);
}

static void complain(const bench_impl *impl, const bench_case *what, const char *why)
{
    fprintf(stderr, "xcj-bench: %s %s %s %s: %s\n", impl->name, JOBS[what->job], what->key->alg, PAYLOADS[what->large], why);
}

static bool open_entry(entry *e, const bench_case *what)
{
    e->shared = e->impl->open == NULL ? NULL : e->impl->open(what);
    if (e->impl->open != NULL && e->shared == NULL) {
        complain(e->impl, what, "cannot be set up");
        return false;
    }
    if (!turn_refuses(e->impl, what, e->shared)) {
        complain(e->impl, what, "accepts a spoilt token, or not the good one");
        return false;
    }
    return true;
}

static void close_entry(entry *e)
{
    if (e->shared != NULL) {
        e->impl->close(e->shared);
        e->shared = NULL;
    }
}

/* The entries of a case: each implementation that can do it, with each number of threads. Returns how many. */
static size_t gather(entry *entries, const selection *s, const bench_case *what, tally *t)
{
    size_t count = 0;
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        if (KNOWN[i].impl == NULL || !listed(s->impls, KNOWN[i].name) || !KNOWN[i].impl->can(what)) {
            continue;
        }
        for (size_t k = 0; k < s->thread_counts; k++) {
            entry *e = &entries[count];
            *e = (entry){ .impl = KNOWN[i].impl, .threads = s->threads[k] };
            bool open = open_entry(e, what);
            if (open) {
                count++;
            } else {
                close_entry(e);
                t->failed = true;
            }
        }
    }
    return count;
}

static void run_case(const selection *s, const bench_case *what, entry *entries, tally *t)
{
    size_t count = gather(entries, s, what, t);
    for (unsigned round = 0; round < s->rounds; round++) {
        for (size_t i = 0; i < count; i++) {
            entry *e = &entries[i];
            e->rates[round] = turn_run(e->impl, what, e->shared, e->threads, s->seconds);
        }
    }
    for (size_t i = 0; i < count; i++) {
        entry *e = &entries[i];
        double rate = median(e->rates, s->rounds);
        if (e->rates[0] < 0) { /* sorted: the lowest */
            complain(e->impl, what, "a wrong output, or no output");
            t->failed = true;
        } else {
            printf("%s\t%s\t%s\t%s\t%u\t%.1f\n", e->impl->name, JOBS[what->job], what->key->alg, PAYLOADS[what->large],
                   e->threads, rate);
            t->lines++;
        }
        close_entry(e);
    }
    (void)fflush(stdout);
}

static bool run_all(const selection *s)
{
    tally t = { 0, false };
    entry *entries = calloc(KNOWN_COUNT * MAX_COUNTS, sizeof(*entries));
    if (entries == NULL) {
        return false;
    }
    for (int job = 0; job < BENCH_JOBS; job++) {
        for (size_t k = 0; bench_key_at(k) != NULL; k++) {
            for (int large = 0; large < 2; large++) {
                bench_case what = { .job = (bench_job)job, .key = bench_key_at(k), .large = large != 0 };
                if (!listed(s->jobs, JOBS[job]) || !listed(s->algs, what.key->alg) ||
                    !listed(s->payloads, PAYLOADS[large]) || !exists(&what)) {
                    continue;
                }
                if (oracle_case(&what)) {
                    run_case(s, &what, entries, &t);
                } else {
                    t.failed = true;
                }
                oracle_case_clear(&what);
            }
        }
    }
    free(entries);
    if (t.lines == 0 && !t.failed) {
        fprintf(stderr, "xcj-bench: nothing to run: see --list\n");
    }
    return t.lines > 0 && !t.failed;
}

static void list_job(const bench_impl *impl, bench_job job)
{
    const char *before = "";
    printf("%s\t%s\t", impl->name, JOBS[job]);
    for (size_t k = 0; bench_key_at(k) != NULL; k++) {
        bench_case what = { .job = job, .key = bench_key_at(k) };
        if (exists(&what) && impl->can(&what)) {
            printf("%s%s", before, what.key->alg);
            before = ",";
        }
    }
    printf("%s\n", before[0] == '\0' ? "-" : "");
}

static void list_all(void)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        if (KNOWN[i].impl == NULL) {
            printf("%s\t-\tnot built in: it needs %s\n", KNOWN[i].name, KNOWN[i].package);
            continue;
        }
        for (int job = 0; job < BENCH_JOBS; job++) {
            list_job(KNOWN[i].impl, (bench_job)job);
        }
    }
}

/* Is every name of the list one of ours, and there? */
static bool names_known(const char *list)
{
    size_t found = 0;
    size_t commas = 1;
    for (const char *at = list; at != NULL && *at != '\0'; at++) {
        commas += *at == ',';
    }
    for (size_t i = 0; list != NULL && i < KNOWN_COUNT; i++) {
        found += listed(list, KNOWN[i].name) && KNOWN[i].impl != NULL;
    }
    return list == NULL || found == commas;
}

static bool read_threads(selection *s, const char *text)
{
    s->thread_counts = 0;
    for (char *end; s->thread_counts < MAX_COUNTS; text = end + 1) {
        unsigned long n = strtoul(text, &end, 10);
        if (end == text || n < 1 || n > MAX_THREADS || (*end != ',' && *end != '\0')) {
            return false;
        }
        s->threads[s->thread_counts++] = (unsigned)n;
        if (*end == '\0') {
            return true;
        }
    }
    return false;
}

static bool read_numbers(selection *s, int option, const char *text)
{
    char *end;
    if (option == 's') {
        s->seconds = strtod(text, &end);
        return end != text && *end == '\0' && s->seconds >= 0 && s->seconds <= 3600;
    }
    unsigned long n = strtoul(text, &end, 10);
    s->rounds = (unsigned)n;
    return end != text && *end == '\0' && n >= 1 && n <= MAX_ROUNDS;
}

static bool read_option(selection *s, int option, const char *text)
{
    switch (option) {
    case 'A':
        return true;
    case 'i':
        s->impls = text;
        return names_known(text);
    case 'j':
        s->jobs = text;
        return true;
    case 'a':
        s->algs = text;
        return true;
    case 'p':
        s->payloads = text;
        return true;
    case 't':
        return read_threads(s, text);
    case 's':
    case 'r':
        return read_numbers(s, option, text);
    default:
        return false;
    }
}

int main(int argc, char **argv)
{
    static const struct option OPTIONS[] = {
        { "all", no_argument, NULL, 'A' },           { "list", no_argument, NULL, 'l' },
        { "impl", required_argument, NULL, 'i' },    { "job", required_argument, NULL, 'j' },
        { "alg", required_argument, NULL, 'a' },     { "payload", required_argument, NULL, 'p' },
        { "threads", required_argument, NULL, 't' }, { "seconds", required_argument, NULL, 's' },
        { "rounds", required_argument, NULL, 'r' },  { NULL, 0, NULL, 0 },
    };
    selection s = { .seconds = 0.2, .rounds = 5 };
    bool all = false;
    for (int option; (option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1;) {
        if (option == 'l') {
            list_all();
            return 0;
        }
        all = all || option == 'A';
        if (!read_option(&s, option, optarg)) {
            fprintf(stderr, "%s%s%s", optarg == NULL ? "" : "xcj-bench: cannot use: ", optarg == NULL ? "" : optarg,
                    optarg == NULL ? "" : " (see --list)\n");
            fputs(USAGE, stderr);
            return 2;
        }
    }
    if (argc == 1 || optind != argc) {
        fputs(USAGE, stderr);
        return 2;
    }
    if (s.thread_counts == 0) {
        (void)read_threads(&s, all ? "1,2" : "1");
    }
    return run_all(&s) ? 0 : 1;
}
