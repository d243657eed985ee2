#include "check_main.h"

#include <stdio.h>
#include <string.h>

#include "fixtures.h"

#define NONE ((xcj_str){ NULL, 0 })

/* Fresh for 100 to 1000 seconds, refreshed a fifth of that time before. */
static const xcj_refresh_options bounds = { sizeof bounds, 100, 1000, 600, 10, 5 };

static xcj_refresh_state state;

static void set_up(void)
{
    memset(&state, 0, sizeof state);
}

static xcj_refresh_action ask(int64_t now)
{
    return xcj_refresh_decide(&state, &bounds, XCJ_REFRESH_ANY_KEY, now);
}

static xcj_refresh_action ask_kid(int64_t now)
{
    return xcj_refresh_decide(&state, &bounds, XCJ_REFRESH_UNKNOWN_KID, now);
}

static uint64_t begin(int64_t now)
{
    const uint64_t fetch = xcj_refresh_begin(&state, &bounds, now);
    ck_assert_uint_ne(fetch, 0);
    return fetch;
}

/* A set that was fetched at `now` and is fresh for `fresh` seconds. */
static void receive(int64_t now, int64_t fresh)
{
    char control[64];
    (void)snprintf(control, sizeof control, "max-age=%lld", (long long)fresh);
    ck_assert(xcj_refresh_succeed(&state, &bounds, begin(now), xcj_text(control), NONE, now));
}

typedef struct row {
    int64_t now;
    xcj_refresh_action any;
    xcj_refresh_action unknown;
} row;

static void expect(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(ask(rows[i].now) == rows[i].any, "at %lld: %d", (long long)rows[i].now, (int)ask(rows[i].now));
        ck_assert_msg(ask_kid(rows[i].now) == rows[i].unknown, "at %lld, unknown kid: %d", (long long)rows[i].now,
                      (int)ask_kid(rows[i].now));
    }
}

#define EXPECT(...)                                                                                                         \
    do {                                                                                                                    \
        const row rows[] = { __VA_ARGS__ };                                                                                 \
        expect(rows, COUNT_OF(rows));                                                                                       \
    } while (0)

#define REFUSE XCJ_REFRESH_REFUSE
#define USE XCJ_REFRESH_USE
#define AHEAD XCJ_REFRESH_USE_AND_FETCH
#define WAIT XCJ_REFRESH_WAIT
#define FETCH XCJ_REFRESH_FETCH_AND_WAIT

START_TEST(first_set)
{
    EXPECT({ 0, FETCH, FETCH }, { -5, FETCH, FETCH }, { 1000000, FETCH, FETCH });
    const uint64_t fetch = begin(1000);
    EXPECT({ 1000, WAIT, WAIT }, { 1004, WAIT, WAIT });
    ck_assert(xcj_refresh_succeed(&state, &bounds, fetch, NONE, NONE, 1004));
    EXPECT({ 1004, USE, REFUSE }, { 1009, USE, REFUSE }, { 1010, USE, FETCH });
}
END_TEST

START_TEST(first_set_that_fails)
{
    ck_assert(xcj_refresh_fail(&state, begin(1000)));
    EXPECT({ 1000, REFUSE, REFUSE }, { 1009, REFUSE, REFUSE }, { 1010, FETCH, FETCH });
    ck_assert_uint_eq(state.failures, 1);
}
END_TEST

START_TEST(life_of_a_set)
{
    receive(1000, 200);
    EXPECT({ 1000, USE, REFUSE }, { 1159, USE, FETCH }, { 1160, AHEAD, FETCH }, { 1199, AHEAD, FETCH });
    /* Stale, and nobody has tried to fetch it yet: its keys may have been withdrawn long ago. */
    EXPECT({ 1200, FETCH, FETCH }, { 1799, FETCH, FETCH }, { 1800, FETCH, FETCH });
    const uint64_t fetch = begin(1300);
    EXPECT({ 1300, WAIT, WAIT });
    ck_assert(xcj_refresh_fail(&state, fetch));
    EXPECT({ 1301, USE, REFUSE }, { 1310, AHEAD, FETCH }, { 1799, AHEAD, FETCH }, { 1800, FETCH, FETCH });
}
END_TEST

/* A request whose kid is known does not wait for a fetch that began in time, however slow it is. */
START_TEST(slow_refresh_blocks_nobody)
{
    receive(1000, 100);
    (void)begin(1098);
    EXPECT({ 1098, USE, WAIT }, { 1100, USE, WAIT }, { 1103, USE, WAIT }, { 1104, USE, REFUSE }, { 1108, AHEAD, FETCH });
}
END_TEST

/* Ten minutes without the provider: the set is used, a fetch is tried once per cool-down, and then the set is given up. */
START_TEST(provider_down_for_ten_minutes)
{
    unsigned fetches = 0;
    receive(1000, 100);
    for (int64_t now = 1080; now < 1700; now++) {
        const xcj_refresh_action action = ask(now);
        ck_assert_msg(action == USE || action == AHEAD, "at %lld: %d", (long long)now, (int)action);
        if (action == AHEAD) {
            ck_assert(xcj_refresh_fail(&state, begin(now)));
            fetches++;
        }
    }
    ck_assert_uint_eq(fetches, 62);
    EXPECT({ 1700, FETCH, FETCH });
    receive(1700, 100);
    ck_assert_uint_eq(state.failures, 0);
    EXPECT({ 1700, USE, REFUSE });
}
END_TEST

/* Each second brings ten thousand kids that nobody knows; the provider rotates its keys right after a fetch for one of them.
 */
START_TEST(flood_of_kids_cannot_pass_the_cool_down)
{
    unsigned fetches = 0;
    unsigned blocked = 0;
    int64_t last = 0;
    receive(1000, 100);
    for (int64_t now = 1000; now < 1100; now++) {
        for (int i = 0; i < 10000; i++) {
            if (ask_kid(now) == FETCH) {
                ck_assert(now - last >= bounds.cool_down);
                receive(now, 1000);
                last = now;
                fetches++;
            }
            blocked += ask(now) != USE; /* a known kid, meanwhile */
        }
    }
    ck_assert_uint_eq(fetches, 9);
    ck_assert_uint_eq(blocked, 0);
    ck_assert_int_eq(ask_kid(last + bounds.cool_down), FETCH);
}
END_TEST

/* Many workers ask in the same instant; one fetches. */
START_TEST(one_fetch_at_a_time)
{
    receive(1000, 100);
    ck_assert_uint_eq(xcj_refresh_begin(&state, &bounds, 1000), 0);
    const uint64_t fetch = begin(1090);
    for (int64_t now = 1090; now < 1100; now++) {
        ck_assert_uint_eq(xcj_refresh_begin(&state, &bounds, now), 0);
    }
    ck_assert(!xcj_refresh_fail(&state, fetch + 1));
    ck_assert(!xcj_refresh_fail(&state, 0));
    ck_assert(xcj_refresh_fail(&state, fetch));
    ck_assert(!xcj_refresh_fail(&state, fetch));
}
END_TEST

/* The process that fetches was killed: another one fetches after the timeout, and a late end of the first counts for
 * nothing. */
START_TEST(fetch_that_never_ends)
{
    receive(1000, 100);
    const uint64_t lost = begin(1120);
    EXPECT({ 1125, WAIT, WAIT }, { 1126, USE, REFUSE }, { 1130, AHEAD, FETCH });
    const uint64_t next = begin(1130);
    ck_assert_uint_eq(state.failures, 1);
    ck_assert(!xcj_refresh_succeed(&state, &bounds, lost, NONE, NONE, 1131));
    ck_assert(!xcj_refresh_fail(&state, lost));
    ck_assert(xcj_refresh_succeed(&state, &bounds, next, NONE, NONE, 1132));
    EXPECT({ 1132, USE, REFUSE });
}
END_TEST

START_TEST(clock_set_back)
{
    receive(100000, 200);
    EXPECT({ 99999, AHEAD, FETCH }, { 1000, AHEAD, FETCH }, { INT64_MIN, AHEAD, FETCH });
    /* The set was stale from the moment at which that was noticed, so it cannot be used for a day more. */
    ck_assert(xcj_refresh_fail(&state, begin(1000)));
    EXPECT({ 1001, USE, REFUSE }, { 1010, AHEAD, FETCH }, { 1599, AHEAD, FETCH }, { 1600, FETCH, FETCH });
    receive(1600, 200);
    EXPECT({ 1601, USE, REFUSE });
    /* A fetch of the future is not under way. */
    (void)begin(5000);
    EXPECT({ 4999, FETCH, FETCH });
    EXPECT({ INT64_MAX, FETCH, FETCH });
}
END_TEST

START_TEST(time_that_the_server_allows)
{
    static const struct {
        const char *control;
        const char *age;
        int64_t fresh;
    } cases[] = {
        { "max-age=500", NULL, 500 },
        { "public, max-age=500, must-revalidate", NULL, 500 },
        { "max-age=500", "100", 400 },
        { "max-age=500", "499", 100 },
        { "max-age=500", "700", 100 },
        { "max-age=500", "soon", 100 },
        { "max-age=500", "", 100 },
        { "max-age=99", NULL, 100 },
        { "max-age=100", NULL, 100 },
        { "max-age=1001", NULL, 1000 },
        { "max-age=999999999999999", NULL, 1000 },
        { "max-age=9999999999999999", NULL, 100 },
        { "no-store", NULL, 100 },
        { "no-cache, max-age=500", NULL, 100 },
        { "", NULL, 100 },
        { NULL, NULL, 100 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        set_up();
        ck_assert(xcj_refresh_succeed(&state, &bounds, begin(7), xcj_text(cases[i].control), xcj_text(cases[i].age), 8));
        ck_assert_msg(state.fresh == cases[i].fresh, "%s: %lld", cases[i].control, (long long)state.fresh);
        ck_assert_int_eq(state.received, 8);
    }
}
END_TEST

/* Without options, an hour is the longest time. */
START_TEST(the_longest_time_by_default)
{
    ck_assert(xcj_refresh_succeed(&state, NULL, begin(7), xcj_text("max-age=3600"), NONE, 8));
    ck_assert_int_eq(state.fresh, 3600);
    ck_assert(xcj_refresh_succeed(&state, NULL, begin(107), xcj_text("max-age=3601"), NONE, 108));
    ck_assert_int_eq(state.fresh, 3600);
}
END_TEST

/* A set that arrives in the second in which the next fetch begins is as fresh as any. */
START_TEST(fetch_in_the_second_of_arrival)
{
    const uint64_t fetch = begin(1000);
    ck_assert(xcj_refresh_succeed(&state, &bounds, fetch, xcj_text("max-age=201"), NONE, 1010));
    ck_assert(xcj_refresh_fail(&state, begin(1010)));
    EXPECT({ 1011, USE, REFUSE }, { 1169, USE, FETCH }, { 1170, AHEAD, FETCH });
}
END_TEST

START_TEST(cache_control)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
        { "max-age=60", 60 },
        { "MAX-AGE=60", 60 },
        { "max-age=\"60\"", 60 },
        { " private ,\tmax-age=60 ", 60 },
        { "x=\"a, no-store\", max-age=60", 60 },
        { "x=\"a\\\", no-store\", max-age=60", 60 },
        { "max-age=60, no-store", -1 },
        { "No-Store", -1 },
        { "no-cache", 0 },
        { "no-cache=\"set-cookie\", max-age=60", 0 },
        { "max-age=60, max-age=60", 0 },
        { "max-age=x, max-age=60", 0 },
        { "max-age", 0 },
        { "max-age=", 0 },
        { "max-age=-1", 0 },
        { "max-age=6 0", 0 },
        { "max-age=60;", 0 },
        { "max-ages=60", 0 },
        { "s-maxage=60", 0 },
        { "max-age=\"60", 0 },
        { "\"", 0 },
        { ",,,", 0 },
        { "", 0 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const int64_t seconds = xcj_refresh_max_age(cases[i].text, strlen(cases[i].text));
        ck_assert_msg(seconds == cases[i].seconds, "%s: %lld", cases[i].text, (long long)seconds);
    }
    ck_assert_int_eq(xcj_refresh_max_age(NULL, 9), 0);
    ck_assert_int_eq(xcj_refresh_max_age("max-age=60", 9), 6);
}
END_TEST

START_TEST(options_that_are_refused)
{
    static const struct {
        xcj_refresh_options options;
        const char *member; /* NULL: accepted */
    } cases[] = {
        { { sizeof(xcj_refresh_options), 0, 0, 0, 0, 0 }, NULL },
        { { sizeof(xcj_refresh_options), 10, 10, 1, 10, 31536000 }, NULL },
        { { sizeof(xcj_refresh_options), 7200, 0, 0, 0, 0 }, NULL },
        { { sizeof(xcj_refresh_options), -1, 0, 0, 0, 0 }, "min_fresh" },
        { { sizeof(xcj_refresh_options), 0, 299, 0, 0, 0 }, "max_fresh" },
        { { sizeof(xcj_refresh_options), 0, 31536001, 0, 0, 0 }, "max_fresh" },
        { { sizeof(xcj_refresh_options), 0, 0, -1, 0, 0 }, "stale_if_error" },
        { { sizeof(xcj_refresh_options), 0, 0, 0, 301, 0 }, "cool_down" },
        { { sizeof(xcj_refresh_options), 9, 0, 0, 0, 0 }, NULL },
        { { sizeof(xcj_refresh_options), 9, 0, 0, 10, 0 }, "cool_down" },
        { { sizeof(xcj_refresh_options), 0, 0, 0, 0, -1 }, "timeout" },
    };
    xcj_error err;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const xcj_code code = xcj_refresh_check(&cases[i].options, &err);
        ck_assert_int_eq(code, cases[i].member != NULL ? XCJ_ERR_CONFIG : XCJ_OK);
        ck_assert_msg(cases[i].member == NULL || strcmp(err.member, cases[i].member) == 0, "case %zu: %s", i, err.message);
    }
    /* Instead of refused options, the defaults count. */
    const xcj_refresh_options wrong = { sizeof wrong, 1, 1, 1, 1, -1 };
    ck_assert_uint_eq(xcj_refresh_begin(&state, &wrong, 0), 1);
    ck_assert(xcj_refresh_succeed(&state, &wrong, 1, NONE, NONE, 0));
    ck_assert_int_eq(state.fresh, 300);
    ck_assert_int_eq(xcj_refresh_decide(&state, &wrong, XCJ_REFRESH_ANY_KEY, 239), USE);
    ck_assert_int_eq(xcj_refresh_decide(&state, &wrong, XCJ_REFRESH_ANY_KEY, 240), AHEAD);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        first_set,
        first_set_that_fails,
        life_of_a_set,
        slow_refresh_blocks_nobody,
        provider_down_for_ten_minutes,
        flood_of_kids_cannot_pass_the_cool_down,
        one_fetch_at_a_time,
        fetch_that_never_ends,
        clock_set_back,
        time_that_the_server_allows,
        the_longest_time_by_default,
        fetch_in_the_second_of_arrival,
        cache_control,
        options_that_are_refused,
    };
    TCase *tcase = tcase_create("refresh");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    for (size_t i = 0; i < COUNT_OF(tests); i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *made = suite_create("refresh");
    suite_add_tcase(made, tcase);
    return made;
}

CHECK_MAIN(suite)
