/*
 * time.c: durations and instants. The calendar is the proleptic Gregorian one, without leap seconds, as in NumericDate.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/io/shown.h"
#include "cli/io/time.h"

/* Digits at *text, at most `most`; false when there is none or the number does not fit. Moves *text behind them. */
static bool digits(const char **text, int most, int64_t *out)
{
    int64_t value = 0;
    int seen = 0;
    for (; **text >= '0' && **text <= '9' && seen < most; (*text)++, seen++) {
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, **text - '0', &value)) {
            return false;
        }
    }
    *out = value;
    return seen > 0;
}

static int64_t seconds_in(char unit)
{
    switch (unit) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return 86400;
    case 'w':
        return 604800;
    default:
        return 0;
    }
}

static bool read_duration(int64_t *out, const char *text)
{
    int64_t number = 0;
    if (!digits(&text, 20, &number)) {
        return false;
    }
    const int64_t unit = *text != '\0' ? seconds_in(*text++) : 1;
    return unit != 0 && *text == '\0' && !__builtin_mul_overflow(number, unit, out);
}

msg_status time_duration(int64_t *out, const char *option, const char *value)
{
    if (!read_duration(out, value)) {
        return msg_fail(STATUS_USAGE, option, "%s is not a duration such as 1800, 30m, 12h or 7d",
                        shown_word(value, strlen(value)).text);
    }
    return STATUS_OK;
}

/* Days from 1970-01-01 to the first of this month. */
static int64_t days_before(int64_t year, int64_t month)
{
    static const int before[12] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
    int64_t past = month > 2 ? year : year - 1; /* February counts once it is over */
    return (year - 1970) * 365 + past / 4 - past / 100 + past / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400) +
           before[month - 1];
}

static int64_t days_in(int64_t year, int64_t month)
{
    return (month == 12 ? days_before(year + 1, 1) : days_before(year, month + 1)) - days_before(year, month);
}

static bool field(const char **text, int width, char after, int64_t *out)
{
    const char *start = *text;
    if (!digits(text, width, out) || *text - start != width) {
        return false;
    }
    if (after == '\0') {
        return true;
    }
    return *(*text)++ == after;
}

/* The offset from UTC at the end: Z, +hh:mm or -hh:mm. */
static bool zone(const char *text, int64_t *seconds)
{
    *seconds = 0;
    if ((text[0] == 'Z' || text[0] == 'z') && text[1] == '\0') {
        return true;
    }
    char sign = *text++;
    int64_t hours = 0;
    int64_t minutes = 0;
    if ((sign != '+' && sign != '-') || !field(&text, 2, ':', &hours) || !field(&text, 2, '\0', &minutes) || *text != '\0') {
        return false;
    }
    *seconds = (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
    return hours < 24 && minutes < 60;
}

static bool read_rfc3339(int64_t *out, const char *text)
{
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;
    if (!field(&text, 4, '-', &year) || !field(&text, 2, '-', &month) || !field(&text, 2, '\0', &day)) {
        return false;
    }
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in(year, month)) {
        return false;
    }
    if (*text != 'T' && *text != 't' && *text != ' ') {
        return false;
    }
    text++;
    int64_t hour = 0;
    int64_t minute = 0;
    int64_t second = 0;
    int64_t offset = 0;
    if (!field(&text, 2, ':', &hour) || !field(&text, 2, ':', &minute) || !field(&text, 2, '\0', &second)) {
        return false;
    }
    if (hour > 23 || minute > 59 || second > 59 || !zone(text, &offset)) {
        return false;
    }
    *out = (days_before(year, month) + day - 1) * 86400 + hour * 3600 + minute * 60 + second - offset;
    return true;
}

int64_t time_now(void)
{
    return (int64_t)time(NULL);
}

static bool read_relative(int64_t *out, const char *text, int64_t now)
{
    int64_t distance = 0;
    if ((text[0] != '+' && text[0] != '-') || !read_duration(&distance, text + 1)) {
        return false;
    }
    return !__builtin_add_overflow(now, text[0] == '-' ? -distance : distance, out);
}

msg_status time_instant(int64_t *out, const char *option, const char *value, int64_t now)
{
    const char *rest = value;
    if ((digits(&rest, 20, out) && *rest == '\0') || read_rfc3339(out, value) || read_relative(out, value, now)) {
        return STATUS_OK;
    }
    return msg_fail(STATUS_USAGE, option, "%s is neither Unix seconds nor a time such as 2024-04-09T17:56:56Z, +30m or -5m",
                    shown_word(value, strlen(value)).text);
}

msg_status time_read_now(int64_t *out, const char *value)
{
    *out = time_now();
    return value != NULL ? time_instant(out, "--now", value, *out) : STATUS_OK;
}

bool time_floor(int64_t *out, double date)
{
    if (!(date > -9e15 && date < 9e15)) {
        return false;
    }
    *out = (int64_t)date;
    if ((double)*out > date) {
        (*out)--;
    }
    return true;
}

static void distance_words(char *out, size_t cap, int64_t seconds)
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = { { 31557600, "year" }, { 2629800, "month" }, { 86400, "day" }, { 3600, "hour" }, { 60, "minute" } };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        int64_t count = seconds / units[i].seconds;
        if (count > 0) {
            (void)snprintf(out, cap, "%lld %s%s", (long long)count, units[i].name, count == 1 ? "" : "s");
            return;
        }
    }
    (void)snprintf(out, cap, "%lld second%s", (long long)seconds, seconds == 1 ? "" : "s");
}

void time_words(char *out, size_t cap, int64_t instant, int64_t now)
{
    if (instant < -62135596800 || instant > TIME_LAST || now < -TIME_LAST || now > TIME_LAST) {
        (void)snprintf(out, cap, "%lld", (long long)instant);
        return;
    }
    time_t seconds = (time_t)instant;
    struct tm parts;
    char date[64];
    if (gmtime_r(&seconds, &parts) == NULL || strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0) {
        (void)snprintf(date, sizeof date, "%lld", (long long)instant);
    }
    char distance[64];
    distance_words(distance, sizeof distance, instant > now ? instant - now : now - instant);
    if (instant == now) {
        (void)snprintf(out, cap, "now (%s)", date);
    } else {
        (void)snprintf(out, cap, instant > now ? "in %s (%s)" : "%s ago (%s)", distance, date);
    }
}
