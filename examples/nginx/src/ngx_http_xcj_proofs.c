/*
 * A zone of shared memory for DPoP (RFC 9449): the proofs that were used, and the nonces that proofs may have.
 */
#include "ngx_http_xcj.h"

#include <ngx_sha1.h>

/* How many neighbours of a proof's place are looked at. */
#define PROBES 64

/* A proof that was used; expires 0: free. */
typedef struct used {
    u_char id[NGX_HTTP_XCJ_PROOF];
    int64_t expires;
} used;

/* At the start of the zone's own memory. A proof is in one of the places from its hash on, so nothing is ever moved. */
typedef struct table {
    ngx_http_xcj_nonces nonces;
    int64_t issued_at; /* the second in which the newest nonce was made; 0: never */
    size_t count;
    used places[];
} table;

/* The request whose proof is being verified: a worker verifies one at a time. */
static ngx_http_xcj_ctx *current;

static void identify(u_char id[NGX_HTTP_XCJ_PROOF], xcj_str jkt, xcj_str jti)
{
    ngx_sha1_t sha1;
    ngx_sha1_init(&sha1);
    ngx_sha1_update(&sha1, jkt.ptr, jkt.len);
    ngx_sha1_update(&sha1, jti.ptr, jti.len);
    ngx_sha1_final(id, &sha1);
}

/* Takes a place for the proof. Only what has expired makes room. Returns what an xcj_dpop_replay does. */
static int note_in(table *proofs, const u_char *id, int64_t expires, int64_t now)
{
    size_t at;
    used *room = NULL;
    ngx_memcpy(&at, id, sizeof at);
    for (size_t i = 0; i < PROBES; i++) {
        used *place = &proofs->places[(at + i) % proofs->count];
        if (place->expires >= now && ngx_memcmp(place->id, id, NGX_HTTP_XCJ_PROOF) == 0) {
            return 1;
        }
        room = room == NULL && place->expires < now ? place : room;
    }
    if (room == NULL) {
        return -1;
    }
    ngx_memcpy(room->id, id, NGX_HTTP_XCJ_PROOF);
    room->expires = expires;
    return 0;
}

/* Logs at most once a second in each worker, so that filling the zone does not fill the log. */
static void report_full(const ngx_shm_zone_t *zone)
{
    static time_t reported;
    if (reported != ngx_time()) {
        reported = ngx_time();
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "xcj: the zone \"%V\" is full: proofs are refused", &zone->shm.name);
    }
}

/* A request that nginx sends to another location brings its proof along: it is still the same use. */
int ngx_http_xcj_note_proof(void *context, xcj_str jkt, xcj_str jti, int64_t expires)
{
    ngx_shm_zone_t *zone = context;
    ngx_slab_pool_t *pool = (ngx_slab_pool_t *)zone->shm.addr;
    u_char id[NGX_HTTP_XCJ_PROOF];
    identify(id, jkt, jti);
    if (current != NULL && current->has_proof && ngx_memcmp(current->proof, id, sizeof id) == 0) {
        return 0;
    }
    ngx_shmtx_lock(&pool->mutex);
    int result = note_in(zone->data, id, expires, (int64_t)ngx_time());
    ngx_shmtx_unlock(&pool->mutex);
    if (result < 0) {
        report_full(zone);
    }
    if (result == 0 && current != NULL) {
        ngx_memcpy(current->proof, id, sizeof id);
        current->has_proof = 1;
    }
    return result;
}

void ngx_http_xcj_verifies_for(ngx_http_xcj_ctx *ctx)
{
    current = ctx;
}

/* The newest nonce becomes the one before it. That was given to nobody if there was none, or it was made too long ago. */
static xcj_code renew(table *proofs, int64_t now, int64_t lifetime, xcj_error *err)
{
    ngx_http_xcj_nonces *nonces = &proofs->nonces;
    int64_t age = now - proofs->issued_at;
    xcj_code code = XCJ_OK;
    if (age >= 0 && age < lifetime) {
        return XCJ_OK;
    }
    if (age < 0 || age >= 2 * lifetime) {
        code = xcj_dpop_nonce(nonces->newest, sizeof nonces->newest, ngx_http_xcj_scratch(), err);
    }
    if (code == XCJ_OK) {
        ngx_memcpy(nonces->before, nonces->newest, sizeof nonces->before);
        code = xcj_dpop_nonce(nonces->newest, sizeof nonces->newest, ngx_http_xcj_scratch(), err);
    }
    proofs->issued_at = code == XCJ_OK ? now : 0;
    return code;
}

xcj_code ngx_http_xcj_find_nonces(ngx_http_xcj_nonces *out, ngx_shm_zone_t *zone, time_t lifetime, xcj_error *err)
{
    ngx_slab_pool_t *pool = (ngx_slab_pool_t *)zone->shm.addr;
    table *proofs = zone->data;
    ngx_shmtx_lock(&pool->mutex);
    xcj_code code = renew(proofs, (int64_t)ngx_time(), (int64_t)lifetime, err);
    *out = proofs->nonces;
    ngx_shmtx_unlock(&pool->mutex);
    return code;
}

/* After a reload the zone is the old one, with what was used before. */
ngx_int_t ngx_http_xcj_init_zone(ngx_shm_zone_t *zone, void *old)
{
    ngx_slab_pool_t *pool = (ngx_slab_pool_t *)zone->shm.addr;
    zone->data = old != NULL ? old : pool->data;
    if (old != NULL || zone->shm.exists) {
        return NGX_OK;
    }
    size_t size = zone->shm.size / 4 * 3;
    table *proofs = ngx_slab_calloc(pool, size);
    if (proofs == NULL) {
        return NGX_ERROR;
    }
    proofs->count = (size - sizeof *proofs) / sizeof(used);
    pool->data = proofs;
    zone->data = proofs;
    return NGX_OK;
}
