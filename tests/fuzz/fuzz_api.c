/*
 * The API with whatever the input chooses for the arguments: NULL, odd lengths, wrong enumerators, options of any state,
 * and the input's own second half as a text. What each call promises is checked by the code that tests/api generates.
 */
#include "pools.h"

#define CALLS_MAX 16

static const uint8_t *at;
static size_t left;

static size_t choose(size_t count)
{
    if (left == 0) {
        return 0;
    }
    left--;
    return *at++ % count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (oct_key == NULL) {
        make_pools();
    }
    at = data;
    left = size / 2;
    further = (view){ size > 0 ? (const void *)(data + left) : "", size - left };
    for (int i = 0; i < CALLS_MAX && left > 0; i++) {
        calls[choose(sizeof calls / sizeof *calls)].call();
    }
    return 0;
}
