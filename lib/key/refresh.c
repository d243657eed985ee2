#include <stdbool.h>

#include <xcj/refresh.h>

#include "lib/base/error.h"
#include "lib/base/options.h"
#include "lib/key/cache_control.h"

#define SECONDS_MAX ((int64_t)31536000)

/* The time from `then` to `now`; -1 if the clock was set back meanwhile. */
static int64_t since(int64_t then, int64_t now)
{
    if (then > now) {
        return -1;
    }
    const uint64_t passed = (uint64_t)now - (uint64_t)then;
    return passed < INT64_MAX ? (int64_t)passed : INT64_MAX;
}

static int64_t given_or(int64_t given, int64_t otherwise)
{
    return given != 0 ? given : otherwise;
}

static xcj_code read_options(xcj_refresh_options *out, const xcj_refresh_options *options, xcj_error *err)
{
    xcj_code code = xcj__options_read(out, sizeof *out, options, err);
    if (code != XCJ_OK) {
        return code;
    }
    out->min_fresh = given_or(out->min_fresh, 300);
    out->max_fresh = given_or(out->max_fresh, out->min_fresh > 3600 ? out->min_fresh : 3600);
    out->stale_if_error = given_or(out->stale_if_error, 3600);
    out->cool_down = given_or(out->cool_down, out->min_fresh < 10 ? out->min_fresh : 10);
    out->timeout = given_or(out->timeout, 10);
    const struct {
        const char *name;
        int64_t value;
    } members[] = {
        { "min_fresh", out->min_fresh }, { "max_fresh", out->max_fresh }, { "stale_if_error", out->stale_if_error },
        { "cool_down", out->cool_down }, { "timeout", out->timeout },
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (members[i].value < 1 || members[i].value > SECONDS_MAX) {
            return xcj__fail_at(err, XCJ_ERR_CONFIG, members[i].name, XCJ_NO_OFFSET, "%s is not from 1 to 31536000 seconds",
                                members[i].name);
        }
    }
    if (out->min_fresh > out->max_fresh) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "max_fresh", XCJ_NO_OFFSET, "max_fresh is below min_fresh");
    }
    if (out->cool_down > out->min_fresh) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "cool_down", XCJ_NO_OFFSET,
                            "cool_down is above min_fresh, so a set could not be fetched again before it is stale");
    }
    return XCJ_OK;
}

xcj_code xcj_refresh_check(const xcj_refresh_options *options, xcj_error *err)
{
    xcj_refresh_options bounds;
    xcj_code code = read_options(&bounds, options, err);
    if (code == XCJ_OK) {
        xcj__error_clear(err);
    }
    return code;
}

static xcj_refresh_options bounds_of(const xcj_refresh_options *options)
{
    xcj_refresh_options bounds;
    if (read_options(&bounds, options, NULL) != XCJ_OK) {
        (void)read_options(&bounds, NULL, NULL);
    }
    return bounds;
}

static bool is_within(int64_t passed, int64_t limit)
{
    return passed >= 0 && passed < limit;
}

/* The clock counts whole seconds, so a fetch may have begun up to a second after `began`. With one second more than the
 * timeout, the timer of the process that fetches comes first. */
static bool is_under_way(const xcj_refresh_state *state, const xcj_refresh_options *bounds, int64_t now)
{
    return state->is_fetching && is_within(since(state->began, now), bounds->timeout + 1);
}

/* After the clock was set back, nothing is known of the last fetch. */
static bool may_begin(const xcj_refresh_state *state, const xcj_refresh_options *bounds, int64_t now)
{
    return state->fetch == 0 ||
           (!is_under_way(state, bounds, now) && !is_within(since(state->began, now), bounds->cool_down));
}

static xcj_refresh_action wait_or_refuse(const xcj_refresh_state *state, const xcj_refresh_options *bounds, int64_t now)
{
    if (is_under_way(state, bounds, now)) {
        return XCJ_REFRESH_WAIT;
    }
    return may_begin(state, bounds, now) ? XCJ_REFRESH_FETCH_AND_WAIT : XCJ_REFRESH_REFUSE;
}

/* Is a fetch of the stale set still to be tried? One that began while the set was fresh has had its time. */
static bool is_untried(const xcj_refresh_state *state, const xcj_refresh_options *bounds, int64_t now)
{
    if (state->failures > 0) {
        return false;
    }
    if (!state->is_fetching) {
        return may_begin(state, bounds, now);
    }
    return is_under_way(state, bounds, now) && since(state->received, state->began) >= state->fresh;
}

xcj_refresh_action xcj_refresh_decide(const xcj_refresh_state *state, const xcj_refresh_options *options,
                                      xcj_refresh_need need, int64_t now)
{
    if (state == NULL) {
        return XCJ_REFRESH_REFUSE;
    }
    const xcj_refresh_options bounds = bounds_of(options);
    const int64_t age = since(state->received, now);
    const bool is_usable = state->has_set && (age < state->fresh || age - state->fresh < bounds.stale_if_error);
    if (need == XCJ_REFRESH_UNKNOWN_KID || !is_usable || (age >= state->fresh && is_untried(state, &bounds, now))) {
        return wait_or_refuse(state, &bounds, now);
    }
    /* A fifth of its time before the set is stale. */
    const bool is_due = age < 0 || age >= state->fresh - state->fresh / 5 - (state->fresh % 5 > 0);
    return is_due && may_begin(state, &bounds, now) ? XCJ_REFRESH_USE_AND_FETCH : XCJ_REFRESH_USE;
}

uint64_t xcj_refresh_begin(xcj_refresh_state *state, const xcj_refresh_options *options, int64_t now)
{
    if (state == NULL) {
        return 0;
    }
    const xcj_refresh_options bounds = bounds_of(options);
    if (!may_begin(state, &bounds, now)) {
        return 0;
    }
    state->failures += state->is_fetching;
    if (state->has_set && since(state->received, now) < 0) {
        state->received = now; /* its age is unknown, so it is stale from now on */
        state->fresh = 0;
    }
    state->is_fetching = 1;
    state->began = now;
    return ++state->fetch;
}

static bool end(xcj_refresh_state *state, uint64_t fetch)
{
    if (state == NULL || !state->is_fetching || state->fetch != fetch) {
        return false;
    }
    state->is_fetching = 0;
    return true;
}

/* A response without a time, or whose time is over, is used for the shortest time, since it is the newest there is. */
static int64_t fresh_for(const xcj_refresh_options *bounds, xcj_str cache_control, xcj_str age)
{
    int64_t seconds = xcj_refresh_max_age(cache_control.ptr, cache_control.len);
    const int64_t spent = age.ptr != NULL ? xcj__delta_seconds(age) : 0;
    seconds = spent >= 0 ? seconds - spent : 0;
    return seconds < bounds->min_fresh ? bounds->min_fresh : seconds > bounds->max_fresh ? bounds->max_fresh : seconds;
}

int xcj_refresh_succeed(xcj_refresh_state *state, const xcj_refresh_options *options, uint64_t fetch, xcj_str cache_control,
                        xcj_str age, int64_t now)
{
    if (!end(state, fetch)) {
        return 0;
    }
    const xcj_refresh_options bounds = bounds_of(options);
    state->failures = 0;
    state->has_set = 1;
    state->received = now;
    state->fresh = fresh_for(&bounds, cache_control, age);
    return 1;
}

int xcj_refresh_fail(xcj_refresh_state *state, uint64_t fetch)
{
    if (!end(state, fetch)) {
        return 0;
    }
    state->failures++;
    return 1;
}
