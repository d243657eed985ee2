#include "lib/key/random_pool.h"

#include <openssl/rand.h>
#include <string.h>

#include "lib/base/fork_mark.h"
#include "lib/base/mem.h"
#include "lib/key/queue.h"

/* One draw of this size costs about what 16 bytes cost, so that a jti's share is a few hundredths of it. */
#define POOL_BYTES 1024

struct xcj__pool {
    size_t left; /* zero after a fork too: the kernel wipes the pool in the child */
    uint8_t bytes[POOL_BYTES];
};

xcj__pool *xcj__pool_new(void)
{
    return xcj__fork_memory(sizeof(xcj__pool));
}

void xcj__pool_free(xcj__pool *pool)
{
    xcj__fork_memory_free(pool, sizeof *pool);
}

static bool draw_fresh(void *dst, size_t len)
{
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    bool drawn = RAND_bytes(dst, (int)len) == 1;
    xcj__queue_leave(&theirs);
    return drawn;
}

bool xcj__pool_draw(xcj__pool *pool, void *dst, size_t len)
{
    if (pool == NULL || len > sizeof pool->bytes) {
        return draw_fresh(dst, len);
    }
    if (pool->left < len) {
        pool->left = 0;
        if (!draw_fresh(pool->bytes, sizeof pool->bytes)) {
            return false;
        }
        pool->left = sizeof pool->bytes;
    }
    pool->left -= len;
    memcpy(dst, pool->bytes + pool->left, len);
    xcj__wipe(pool->bytes + pool->left, len);
    return true;
}
