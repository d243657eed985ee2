#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/codec/json_scan.h"

/* The number 0.D * 10^point, where D is `digits` without leading zeros (and still with the dot). */
typedef struct decimal {
    bool is_negative;
    const char *digits;
    const char *end; /* the end of the mantissa; digits == end: zero */
    int64_t point;
} decimal;

/* Larger exponents are cut to this, which no mantissa can compensate. */
#define EXPONENT_MAX ((int64_t)1 << 40)

static int64_t read_exponent(const char *p, const char *end)
{
    bool is_negative = p < end && *p == '-';
    int64_t exponent = 0;
    p += p < end && (*p == '-' || *p == '+');
    for (; p < end; p++) {
        exponent = exponent < EXPONENT_MAX ? exponent * 10 + (*p - '0') : exponent;
    }
    return is_negative ? -exponent : exponent;
}

static decimal read_decimal(xcj_str text)
{
    const char *p = text.ptr;
    const char *end = text.ptr + text.len;
    decimal d = { .is_negative = *p == '-' };
    p += d.is_negative;
    const char *mantissa = p;
    while (p < end && (xcj__is_digit(*p) || *p == '.')) {
        p++;
    }
    d.end = p;
    const char *dot = memchr(mantissa, '.', (size_t)(p - mantissa));
    d.point = (dot != NULL ? dot : p) - mantissa;
    for (d.digits = mantissa; d.digits < d.end && (*d.digits == '0' || *d.digits == '.'); d.digits++) {
        d.point -= *d.digits == '0';
    }
    d.point += p < end ? read_exponent(p + 1, end) : 0;
    return d;
}

/* Nearly every number in a token is a date: only digits, and too few to overflow. */
#define PLAIN_DIGITS 18

static bool read_plain(xcj_str text, int64_t *out)
{
    int64_t value = 0;
    if (text.len > PLAIN_DIGITS) {
        return false;
    }
    for (const char *p = text.ptr, *end = p + text.len; p < end; p++) {
        const unsigned digit = (unsigned char)*p - (unsigned)'0';
        if (digit > 9) {
            return false;
        }
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

/* The number of digits in DBL_MAX before its decimal point. */
#define FINITE_DIGITS 309

static bool is_finite(xcj_str text, int64_t point)
{
    double value;
    return point < FINITE_DIGITS || (point == FINITE_DIGITS && xcj__json_number_double(text, &value));
}

xcj__json_number xcj__json_number_read(xcj_str text)
{
    xcj__json_number number = { .exact = true, .finite = true };
    if (read_plain(text, &number.floor)) {
        return number;
    }
    decimal d = read_decimal(text);
    if (d.digits == d.end) {
        return number;
    }
    uint64_t whole = 0;
    int64_t place = 0;
    bool is_over = false;
    for (const char *p = d.digits; p < d.end; p++) {
        if (*p == '.') {
            continue;
        }
        unsigned digit = (unsigned)(*p - '0');
        if (place >= d.point) {
            number.fraction = number.fraction || digit != 0;
        } else {
            is_over = is_over || __builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, digit, &whole);
        }
        place++;
    }
    for (; place < d.point && !is_over; place++) {
        is_over = __builtin_mul_overflow(whole, 10, &whole);
    }
    number.finite = is_finite(text, d.point);
    uint64_t below = d.is_negative && number.fraction && !is_over ? 1 : 0;
    is_over = is_over || __builtin_add_overflow(whole, below, &whole);
    uint64_t limit = (uint64_t)INT64_MAX + d.is_negative;
    number.exact = !is_over && whole <= limit;
    number.floor =
        !number.exact ? (d.is_negative ? INT64_MIN : INT64_MAX) : (d.is_negative ? (int64_t)(0 - whole) : (int64_t)whole);
    return number;
}

/* Enough digits to decide the nearest double: no double's exact decimal form is longer, and one sticky digit replaces the
 * rest. */
#define DOUBLE_DIGITS 800

bool xcj__json_number_double(xcj_str text, double *out)
{
    decimal d = read_decimal(text);
    char copy[DOUBLE_DIGITS + 32];
    size_t used = 0;
    int64_t digits = 0;
    bool is_sticky = false;
    *out = 0;
    if (d.is_negative) {
        copy[used++] = '-';
    }
    for (const char *p = d.digits; p < d.end; p++) {
        if (*p == '.') {
            continue;
        }
        if (digits < DOUBLE_DIGITS) {
            copy[used++] = *p;
            digits++;
        } else {
            is_sticky = is_sticky || *p != '0';
        }
    }
    if (digits == 0) {
        copy[used++] = '0';
    }
    if (is_sticky) {
        copy[used++] = '1';
        digits++;
    }
    /* Whole digits and an exponent contain no character that depends on the locale. */
    (void)snprintf(copy + used, sizeof copy - used, "e%lld", (long long)(digits == 0 ? 0 : d.point - digits));
    double value = strtod(copy, NULL);
    if (value > DBL_MAX || value < -DBL_MAX) {
        return false;
    }
    *out = value;
    return true;
}
