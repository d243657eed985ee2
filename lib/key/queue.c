#include "lib/key/queue.h"

#include <string.h>

#include "lib/base/mem.h"

static char *copy_of(const char *text)
{
    return text != NULL && text[0] != '\0' ? xcj__dup(text, strlen(text)) : NULL;
}

/* Each entry has strings of its own, so their addresses tell it from one that says the same. */
static bool is_only_entry(void)
{
    const char *file[2], *func[2], *data[2];
    int line[2], flags;
    unsigned long first = ERR_peek_error_all(&file[0], &line[0], &func[0], &data[0], &flags);
    unsigned long last = ERR_peek_last_error_all(&file[1], &line[1], &func[1], &data[1], &flags);
    return first == last && line[0] == line[1] && file[0] == file[1] && func[0] == func[1] && data[0] == data[1];
}

static void put_aside(xcj__queue *theirs)
{
    while (theirs->count < ERR_NUM_ERRORS && ERR_peek_error() != 0) {
        xcj__queue_entry *entry = &theirs->entries[theirs->count++];
        const char *file, *func, *data;
        int flags;
        while (is_only_entry() && ERR_clear_last_mark() == 1) {
            theirs->marks++;
        }
        entry->code = ERR_get_error_all(&file, &entry->line, &func, &data, &flags);
        entry->file = copy_of(file);
        entry->func = copy_of(func);
        entry->data = (flags & ERR_TXT_STRING) != 0 ? copy_of(data) : NULL;
    }
}

void xcj__queue_enter(xcj__queue *theirs)
{
    theirs->count = 0;
    if (ERR_peek_error() != 0) {
        theirs->marks = 0;
        put_aside(theirs);
    }
}

static void put_back(xcj__queue *theirs)
{
    for (size_t i = 0; i < theirs->count; i++) {
        xcj__queue_entry *entry = &theirs->entries[i];
        ERR_new();
        ERR_set_debug(entry->file != NULL ? entry->file : "", entry->line, entry->func != NULL ? entry->func : "");
        ERR_set_error(ERR_GET_LIB(entry->code), ERR_GET_REASON(entry->code), entry->data != NULL ? "%s" : NULL, entry->data);
        xcj_free(entry->file);
        xcj_free(entry->func);
        xcj_free(entry->data);
    }
    for (int i = 0; i < theirs->marks; i++) {
        ERR_set_mark();
    }
}

void xcj__queue_drop(void)
{
    while (ERR_get_error() != 0) {
    }
}

void xcj__queue_leave(xcj__queue *theirs)
{
    xcj__queue_drop();
    if (theirs->count > 0) {
        put_back(theirs);
    }
}

/*
 * By the first entry, which is nearest to the cause: OpenSSL raises a malloc failure for other failures too, around them.
 * And OpenSSL 3.5 does not report each failure to allocate: then only what surrounds the cause has an entry.
 */
bool xcj__queue_says_memory(void)
{
    int first = ERR_GET_REASON(ERR_peek_error());
    return first == ERR_R_MALLOC_FAILURE || first == ERR_R_NESTED_ASN1_ERROR;
}
