/*
 * jobs.h: one job for each thing that a public function does and that can fail. A job makes what it needs, arms what fails
 * around the one call, and looks at the outcome.
 */
#ifndef XCJ_TESTS_HOSTILE_JOBS_H
#define XCJ_TESTS_HOSTILE_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <xcj.h>

typedef struct job {
    const char *name;
    xcj_code (*run)(size_t which);
    size_t which;
    xcj_code expected; /* when nothing fails */
    bool is_slow;
} job;

extern const job JOBS[];
extern const size_t JOB_COUNT;

/** The error of the last job. */
extern xcj_error job_error;

/** What the jobs work on. */
void jobs_prepare(void);
void jobs_release(void);

#endif
