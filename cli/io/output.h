/*
 * output.h: the files that the command writes. A file is written beside its place and renamed once it is complete, so that a
 * reader sees the old content or the new, whole; a signal that ends the command removes what was not renamed.
 *
 * The new file has the owner, group and mode of the one that it replaces, but not its inode and hard links. A private key is
 * for its owner only, unless the file that it replaces was closed to others already. Where a file cannot be replaced (a
 * mount, a directory that is not writable), a public content is written into it. In a directory of others (place.h) xcj
 * makes and replaces files, and writes through nothing that it finds there.
 */
#ifndef XCJ_CLI_IO_OUTPUT_H
#define XCJ_CLI_IO_OUTPUT_H

#include "cli/io/place.h"
#include "cli/io/text.h"

/** A file on its way. */
typedef struct output {
    const char *option; /* that names it */
    const char *path;   /* as it was given */
    place at;
    bool is_private;
    bool is_staged;
    struct output_temp *temp; /* what will be renamed; NULL: nothing */
    text content;             /* where it may have to be written in place */
} output;

#define OUTPUT_INIT                                                                                                         \
    {                                                                                                                       \
        .at = PLACE_INIT                                                                                                    \
    }

/** Finds the place; NULL and "-" are standard output. Nothing is written. `option` and `path` are borrowed. */
msg_status output_open(output *out, const char *option, const char *path);

/**
 * Opens the file that is there, to read it and then replace it, and waits until no other xcj does so. The lock ends when *fd
 * is closed; until then nothing else may open the file.
 */
msg_status output_lock(int *fd, const output *out);

/** Writes the file beside its place. What goes to a device, a pipe or a descriptor is kept until output_commit(). */
msg_status output_stage(output *out, xcj_str content, bool is_private);

/** Sends and renames what was staged: whatever cannot be undone comes first. */
msg_status output_commit(output *files, size_t count);

/** One file, staged and committed. */
msg_status output_write(output *out, xcj_str content, bool is_private);

/** Removes what was not committed. To be called for every output, opened or not. */
void output_close(output *files, size_t count);

#endif
