/*
 * scratch.h: what a thread keeps between calls, as the layers above see it.
 */
#ifndef XCJ_LIB_KEY_SCRATCH_H
#define XCJ_LIB_KEY_SCRATCH_H

#include "lib/base/buf.h"

/** Text buffers of a scratch, by purpose, so that two may be in use at once. */
typedef enum xcj__scratch_buf {
    XCJ__SCRATCH_CLAIMS,
    XCJ__SCRATCH_INBOUND,
    XCJ__SCRATCH_CLIENT_ID,
    XCJ__SCRATCH_VERIFY,
    XCJ__SCRATCH_BUFS
} xcj__scratch_buf;

/**
 * Lends an empty buffer: the scratch's, with the room it has grown to, or, without a scratch, one that begins on `storage`.
 * It goes back with xcj__scratch_return(), whatever happened.
 */
void xcj__scratch_lend(xcj_scratch *scratch, xcj__scratch_buf which, xcj__buf *buf, void *storage, size_t cap);
void xcj__scratch_return(xcj_scratch *scratch, xcj__scratch_buf which, xcj__buf *buf);

/** Counts a look-up in a cache of verified tokens; without a scratch, nothing. */
void xcj__scratch_count(xcj_scratch *scratch, bool is_hit);

/** The buffer whose content a scratch keeps from one call to the next; NULL without a scratch. */
xcj__buf *xcj__scratch_memory(xcj_scratch *scratch);

#endif
