#include "lib/key/random.h"

#include <openssl/rand.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/key/evp.h"
#include "lib/key/random_pool.h"

/* One draw of this size costs about what 16 bytes cost, so that a jti's share is a few hundredths of it. */
#define POOL_BYTES 1024

struct xcj__pool {
    size_t left; /* zero after a fork too: the whole page is wiped in the child */
    uint8_t bytes[POOL_BYTES];
};

xcj__pool *xcj__pool_new(void)
{
#ifdef MADV_WIPEONFORK
    xcj__pool *pool = mmap(NULL, sizeof *pool, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pool == MAP_FAILED) {
        return NULL;
    }
    if (madvise(pool, sizeof *pool, MADV_WIPEONFORK) == 0) {
        return pool;
    }
    munmap(pool, sizeof *pool);
#endif
    return NULL;
}

void xcj__pool_free(xcj__pool *pool)
{
    if (pool != NULL) {
        xcj__wipe(pool, sizeof *pool);
        munmap(pool, sizeof *pool);
    }
}

static xcj_code draw(void *dst, size_t len, xcj_error *err)
{
    xcj__queue_mark();
    int drawn = RAND_bytes(dst, (int)len);
    xcj__queue_restore();
    return drawn == 1 ? XCJ_OK : xcj__fail(err, XCJ_ERR_RANDOM, "the system gives no random bytes");
}

xcj_code xcj__random(void *dst, size_t len, xcj_scratch *scratch, xcj_error *err)
{
    xcj__pool *pool = xcj__scratch_pool(scratch);
    if (pool == NULL || len > sizeof pool->bytes) {
        return draw(dst, len, err);
    }
    if (pool->left < len) {
        pool->left = 0;
        xcj_code code = draw(pool->bytes, sizeof pool->bytes, err);
        if (code != XCJ_OK) {
            return code;
        }
        pool->left = sizeof pool->bytes;
    }
    pool->left -= len;
    memcpy(dst, pool->bytes + pool->left, len);
    xcj__wipe(pool->bytes + pool->left, len);
    return XCJ_OK;
}

xcj_code xcj__random_uuid(char dst[XCJ__UUID_LEN], xcj_scratch *scratch, xcj_error *err)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[16];
    xcj_code code = xcj__random(bytes, sizeof bytes, scratch, err);
    if (code != XCJ_OK) {
        return code;
    }
    /* RFC 9562 5.4: version 4 and the variant 10 in their fixed places. */
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *dst++ = '-';
        }
        *dst++ = digits[bytes[i] >> 4];
        *dst++ = digits[bytes[i] & 0x0f];
    }
    return XCJ_OK;
}
