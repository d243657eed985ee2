/*
 * xcj/refresh.h: when to fetch a key set again, and how long to use the present one. For a gateway that fetches the key sets
 * of identity providers itself: it keeps the set and a state, and asks here what to do. These functions only compute: they
 * read no clock, allocate nothing and never wait.
 *
 * For each request: xcj_refresh_decide(). If it says so, xcj_refresh_begin(), then the fetch, then xcj_refresh_succeed() or
 * xcj_refresh_fail(). If a token's kid is in no key of the set (XCJ_ERR_NO_KEY): xcj_refresh_decide() for that. Processes
 * that share a set share the state and change it under one lock.
 *
 * Times are in seconds by one clock. It may be set back: the set then stays in use and is fetched at once. A fetch that
 * never ends counts as failed after its timeout, so the process that fetches may die.
 */
#ifndef XCJ_REFRESH_H
#define XCJ_REFRESH_H

#include <xcj/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The bounds, in seconds, each 31536000 at most. */
typedef struct xcj_refresh_options {
    size_t size;       /**< sizeof the struct; the _INIT macro sets it */
    int64_t min_fresh; /**< a set is fresh for at least this many seconds, whatever its server says; not below cool_down; 0:
                          300 */
    int64_t
        max_fresh; /**< a set is fresh for at most this many seconds; not below min_fresh; 0: 3600, or min_fresh if longer */
    int64_t stale_if_error; /**< how long a set that is no longer fresh is used while fetches fail; 0: 3600 */
    int64_t cool_down; /**< the least time from the beginning of one fetch to the next, whatever tokens ask for; 0: 10, or
                          min_fresh if shorter */
    int64_t timeout;   /**< a fetch that takes longer, in whole seconds, counts as failed; 0: 10 */
} xcj_refresh_options;

/** All defaults. */
#define XCJ_REFRESH_OPTIONS_INIT                                                                                            \
    {                                                                                                                       \
        sizeof(xcj_refresh_options), 0, 0, 0, 0, 0                                                                          \
    }

/**
 * What is known of one set: plain numbers, so it may lie in shared memory. All zero: nothing was fetched yet. Only these
 * functions change it. Its layout stays the same in later versions.
 */
typedef struct xcj_refresh_state {
    uint64_t fetch;       /**< the number of the fetch that began last; 0: none has begun */
    uint64_t is_fetching; /**< 1: that fetch has not ended */
    int64_t began;        /**< when it began */
    uint64_t failures;    /**< fetches that failed since the last one that succeeded */
    uint64_t has_set;     /**< 1: a fetch has succeeded */
    int64_t received;     /**< when the set was received */
    int64_t fresh;        /**< for how many seconds from then it is fresh */
} xcj_refresh_state;

/** What a decision is for. The numbers are stable. */
typedef enum xcj_refresh_need {
    XCJ_REFRESH_ANY_KEY = 0,    /**< a request that needs the set */
    XCJ_REFRESH_UNKNOWN_KID = 1 /**< a token whose kid is in no key of the present set */
} xcj_refresh_need;

/** What to do. The numbers are stable. */
typedef enum xcj_refresh_action {
    XCJ_REFRESH_REFUSE = 0,        /**< there is no set that may be used (or no newer one), and it is too early to fetch */
    XCJ_REFRESH_USE = 1,           /**< use the present set */
    XCJ_REFRESH_USE_AND_FETCH = 2, /**< use the present set, and begin a fetch without waiting for it */
    XCJ_REFRESH_WAIT = 3,          /**< wait until the fetch that is under way has ended, then decide again */
    XCJ_REFRESH_FETCH_AND_WAIT = 4 /**< begin a fetch and wait until it has ended, then decide again */
} xcj_refresh_action;

/** Checks the bounds. XCJ_ERR_CONFIG. The other functions take the defaults instead of options that this refuses. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_refresh_check(const xcj_refresh_options *options, xcj_error *err);

/**
 * Decides what to do now. Waiting is never advised for XCJ_REFRESH_ANY_KEY while the set is fresh, nor while it may be used
 * because fetches fail. A request waits once: when the fetch has ended, it decides again, and treats another advice to wait
 * as XCJ_REFRESH_REFUSE. XCJ_REFRESH_REFUSE also if `state` is NULL.
 */
XCJ_API xcj_refresh_action xcj_refresh_decide(const xcj_refresh_state *state, const xcj_refresh_options *options,
                                              xcj_refresh_need need, int64_t now);

/** Begins a fetch and returns its number; 0 if none may begin, because one is under way or the cool-down lasts. */
XCJ_API uint64_t xcj_refresh_begin(xcj_refresh_state *state, const xcj_refresh_options *options, int64_t now);

/**
 * Ends a fetch that has brought a usable set: the gateway has read its keys. `cache_control` and `age` are the values of
 * these headers of the response (RFC 9111), or absent. Returns 1; 0 if the fetch is not the one under way: its set is then
 * ignored.
 */
XCJ_API int xcj_refresh_succeed(xcj_refresh_state *state, const xcj_refresh_options *options, uint64_t fetch,
                                xcj_str cache_control, xcj_str age, int64_t now);

/** Ends a fetch that has brought no usable set. Returns 1; 0 if the fetch is not the one under way. */
XCJ_API int xcj_refresh_fail(xcj_refresh_state *state, uint64_t fetch);

/**
 * Reads the value of Cache-Control as a private cache (RFC 9111 5.2.2): for how many seconds a response may be used without
 * asking again; 0: it must ask each time; -1: it must not keep the response (no-store). What is absent, malformed or
 * contradictory allows nothing.
 */
XCJ_API int64_t xcj_refresh_max_age(const char *cache_control, size_t len);

#ifdef __cplusplus
}
#endif

#endif
