/*
 * finding.c: findings, kept and written.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lint/finding.h"

/* Kept of each severity: a hostile set could be full of them, and notes must not crowd out errors. */
#define KEPT 64

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const NAMES[] = { "error", "warning", "note" };

const char *finding_severity_name(finding_severity severity)
{
    return NAMES[severity];
}

/* Printable ASCII, cut short. */
static void copy(char *to, size_t cap, const char *from)
{
    (void)snprintf(to, cap, "%s", from != NULL ? from : "");
    for (char *p = to; *p != '\0'; p++) {
        if (*p < 0x20 || *p > 0x7e) {
            *p = '?';
        }
    }
}

static finding *next(findings *to, finding_severity severity)
{
    if (to->items == NULL) {
        to->items = calloc(KEPT * COUNT(to->counts), sizeof *to->items);
    }
    to->failed = to->failed || to->items == NULL;
    return to->failed || to->counts[severity]++ >= KEPT ? NULL : &to->items[to->count++];
}

void finding_add(findings *to, finding_severity severity, const char *id, finding_place place, const char *fmt, ...)
{
    finding *item = next(to, severity);
    if (item == NULL) {
        return;
    }
    char words[sizeof item->words];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(words, sizeof words, fmt, args);
    va_end(args);
    item->severity = severity;
    item->id = id;
    item->part = place.part;
    item->index = place.index;
    copy(item->kid, sizeof item->kid, place.kid);
    copy(item->member, sizeof item->member, place.member);
    copy(item->words, sizeof item->words, words);
}

void finding_where(text *to, const finding *of)
{
    text_puts(to, of->part);
    if (of->index >= 0) {
        text_printf(to, " %d", of->index);
    }
    if (of->kid[0] != '\0') {
        text_printf(to, " (kid \"%s\")", of->kid);
    }
    if (of->member[0] != '\0') {
        text_printf(to, " %s", of->member);
    }
}

static json_t *as_object(const finding *of)
{
    json_t *object = json_object();
    (void)json_object_set_new(object, "severity", json_string(NAMES[of->severity]));
    (void)json_object_set_new(object, "id", json_string(of->id));
    (void)json_object_set_new(object, "part", json_string(of->part));
    if (of->index >= 0) {
        (void)json_object_set_new(object, "index", json_integer(of->index));
    }
    if (of->kid[0] != '\0') {
        (void)json_object_set_new(object, "kid", json_string(of->kid));
    }
    if (of->member[0] != '\0') {
        (void)json_object_set_new(object, "member", json_string(of->member));
    }
    (void)json_object_set_new(object, "text", json_string(of->words));
    return object;
}

size_t finding_left_out(const findings *of)
{
    return of->counts[FINDING_ERROR] + of->counts[FINDING_WARNING] + of->counts[FINDING_NOTE] - of->count;
}

json_t *finding_list(const findings *of)
{
    json_t *list = json_array();
    for (size_t i = 0; i < of->count; i++) {
        (void)json_array_append_new(list, as_object(&of->items[i]));
    }
    return list;
}

void finding_free(findings *of)
{
    free(of->items);
}
