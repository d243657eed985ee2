#include "lib/key/turns.h"

/* Of two keys that may sign: does the first one? One that has been published long enough does, of two such the later one,
 * else the one that has been published longer. */
static bool goes_before(const xcj__dates *one, const xcj__dates *other, int64_t now)
{
    const bool is_ripe = one->ripe <= now;
    if (is_ripe != (other->ripe <= now)) {
        return is_ripe;
    }
    if (!is_ripe && one->ripe != other->ripe) {
        return one->ripe < other->ripe;
    }
    return one->nbf > other->nbf;
}

size_t xcj__turns_signer(const xcj__dates *keys, size_t count, int64_t now)
{
    size_t found = count;
    for (size_t i = 0; i < count; i++) {
        const bool may_sign = keys[i].nbf <= now && now < keys[i].exp;
        if (may_sign && (found == count || goes_before(&keys[i], &keys[found], now))) {
            found = i;
        }
    }
    return found;
}

/* The earliest date of a key after this time; INT64_MAX: none. */
static int64_t next_date(const xcj__dates *keys, size_t count, int64_t after)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        const int64_t dates[] = { keys[i].nbf, keys[i].exp, keys[i].ripe };
        for (size_t j = 0; j < sizeof dates / sizeof *dates; j++) {
            next = dates[j] > after && dates[j] < next ? dates[j] : next;
        }
    }
    return next;
}

size_t xcj__turns_plan(xcj__turn turns[XCJ__TURNS_MAX], const xcj__dates *keys, size_t count)
{
    size_t planned = 0;
    int64_t at = INT64_MIN;
    do {
        const size_t key = xcj__turns_signer(keys, count, at);
        if (planned == 0 || turns[planned - 1].key != key) {
            turns[planned++] = (xcj__turn){ at, key };
        }
        at = next_date(keys, count, at);
    } while (at != INT64_MAX);
    return planned;
}

size_t xcj__turns_at(const xcj__turn *turns, size_t count, int64_t now)
{
    size_t turn = 0;
    while (turn + 1 < count && turns[turn + 1].from <= now) {
        turn++;
    }
    return turn;
}

int64_t xcj__turns_end(const xcj__turn *turns, size_t count, size_t turn)
{
    return turn + 1 < count ? turns[turn + 1].from : INT64_MAX;
}
