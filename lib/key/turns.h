/*
 * turns.h: which of several keys signs when. Pure arithmetic on dates.
 */
#ifndef XCJ_LIB_KEY_TURNS_H
#define XCJ_LIB_KEY_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Most keys that take turns. */
#define XCJ__ROTATION_MAX 64

/** The dates of a key, in Unix seconds. */
typedef struct xcj__dates {
    int64_t nbf;   /* INT64_MIN: always */
    int64_t exp;   /* INT64_MAX: never */
    int64_t since; /* when it was first published */
    int64_t ripe;  /* when it has been published long enough */
    int64_t gone;  /* when it is published no more */
} xcj__dates;

/** A turn lasts until the next one begins. */
typedef struct xcj__turn {
    int64_t from;
    size_t key; /* its index; the number of keys if none signs */
} xcj__turn;

/** A turn may begin at each of the three dates of a key, and the first at the beginning of time. */
#define XCJ__TURNS_MAX (3 * XCJ__ROTATION_MAX + 1)

/** The key that signs at a time; `count` if none may. */
size_t xcj__turns_signer(const xcj__dates *keys, size_t count, int64_t now);

/** Writes the turns of all time, of which the first begins at INT64_MIN; returns how many there are. */
size_t xcj__turns_plan(xcj__turn turns[XCJ__TURNS_MAX], const xcj__dates *keys, size_t count);

/** The turn at a time. */
size_t xcj__turns_at(const xcj__turn *turns, size_t count, int64_t now);

/** When a turn ends; INT64_MAX: never. */
int64_t xcj__turns_end(const xcj__turn *turns, size_t count, size_t turn);

#endif
