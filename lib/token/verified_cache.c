#include "lib/token/verified_cache.h"

#include <time.h>

#include "lib/key/scratch.h"
#include "lib/token/verified.h"

/* Documents in JSON and detached payloads are verified once: they would only take the place of access tokens. */
bool xcj__verified_cache_serves(const xcj__verification *w)
{
    return w->verifier->cache != NULL && !w->is_json && !w->is_detached;
}

int64_t xcj__verification_clock(const xcj__verification *w)
{
    const xcj_verify_options *options = &w->verifier->policy.options;
    return w->now != NULL ? *w->now : options->has_now ? options->now : (int64_t)time(NULL);
}

xcj_verified *xcj__verified_cache_find(const xcj__verification *w, xcj_str token)
{
    xcj__cached *found = xcj__cache_find(w->verifier->cache, token, xcj__verification_clock(w), NULL);
    xcj__scratch_count(w->scratch, found != NULL);
    return (xcj_verified *)found;
}

void xcj__verified_cache_keep(const xcj__verification *w, xcj_verified *verified)
{
    verified->shared.born = xcj__verification_clock(w);
    verified->shared.life = w->verifier->policy.options.cache_age;
    xcj__cache_put(w->verifier->cache, &verified->shared, verified->shared.born);
}

void xcj_verifier_cache_counts(xcj_cache_counts *out, const xcj_verifier *verifier)
{
    if (out == NULL) {
        return;
    }
    *out = (xcj_cache_counts){ 0 };
    if (verifier != NULL) {
        xcj__cache_count(out, verifier->cache);
        for (size_t i = 0; i < verifier->rows_count; i++) {
            xcj__cache_count(out, verifier->rows[i]->cache);
        }
    }
}
