/*
 * place.h: resolves an output path. A directory belongs to others if its owner is neither the user nor root, or if everybody
 * or a group other than the user's primary group may write to it. In such a directory it follows no symbolic link.
 */
#ifndef XCJ_CLI_IO_PLACE_H
#define XCJ_CLI_IO_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "cli/io/msg.h"

/** The directory that a path leads to, and the name in it: calls that take both cannot be led elsewhere. Or a descriptor. */
typedef struct place {
    int descriptor; /* one of the process's own, borrowed: what /dev/stdout and /dev/fd/3 stand for; else -1 */
    int folder;     /* for openat() and its like; -1: none */
    char name[NAME_MAX + 1];
    bool of_others;    /* the directory */
    bool exists;       /* `about` is what has the name */
    bool is_magic;     /* a link of /proc, which only the kernel can follow; `about` is what it leads to */
    struct stat about; /* never a symbolic link */
} place;

#define PLACE_INIT                                                                                                          \
    {                                                                                                                       \
        .descriptor = -1, .folder = -1                                                                                      \
    }

/** Follows the path. What it leads to need not exist, its directory must. Reports what is wrong, as a failure to write. */
msg_status place_find(place *out, const char *option, const char *path);

/** The place of a descriptor, which may be closed. */
void place_of_descriptor(place *out, int descriptor);

void place_close(place *which);

/** Is it one and the same file, whether it exists or not? */
bool place_same(const place *a, const place *b);

#endif
