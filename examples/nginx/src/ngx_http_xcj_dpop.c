/*
 * DPoP (RFC 9449): the directive xcj_dpop, what a request says for its proof, and the proofs that were used, in a zone of
 * shared memory.
 */
#include "ngx_http_xcj.h"

#include <ngx_sha1.h>

#define ZONE_MIN ((ssize_t)(16 * ngx_pagesize))

/* How many neighbours of a proof's place are looked at. */
#define PROBES 64

/* A proof that was used; expires 0: free. */
typedef struct used {
    u_char id[NGX_HTTP_XCJ_PROOF];
    int64_t expires;
} used;

/* At the start of the zone's own memory. A proof is in one of the places from its hash on, so nothing is ever moved. */
typedef struct table {
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

/* Takes a place for the proof. Only what has expired makes room: when all is taken, the proof is refused. */
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
        return 1;
    }
    ngx_memcpy(room->id, id, NGX_HTTP_XCJ_PROOF);
    room->expires = expires;
    return 0;
}

/* A request that nginx sends to another location brings its proof along: it is still the same use. */
static int note_proof(void *context, xcj_str jkt, xcj_str jti, int64_t expires)
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
    if (result == 0 && current != NULL) {
        ngx_memcpy(current->proof, id, sizeof id);
        current->has_proof = 1;
    }
    return result;
}

/* After a reload the zone is the old one, with what was used before. */
static ngx_int_t init_zone(ngx_shm_zone_t *zone, void *old)
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

static char *read_zone(ngx_conf_t *cf, ngx_http_xcj_dpop *dpop, ngx_str_t word)
{
    u_char *colon = ngx_strlchr(word.data, word.data + word.len, ':');
    ngx_str_t name = { colon != NULL ? (size_t)(colon - word.data) : 0, word.data };
    ngx_str_t size = { colon != NULL ? word.len - name.len - 1 : 0, colon != NULL ? colon + 1 : NULL };
    ssize_t bytes = size.len > 0 ? ngx_parse_size(&size) : NGX_ERROR;
    if (name.len == 0 || bytes < ZONE_MIN) {
        return "has a \"zone\" that is not NAME:SIZE, with 64k or more";
    }
    dpop->zone = ngx_shared_memory_add(cf, &name, (size_t)bytes, &ngx_http_xcj_module);
    if (dpop->zone == NULL) {
        return NGX_CONF_ERROR;
    }
    dpop->zone->init = init_zone;
    return NGX_CONF_OK;
}

/* A scheme and a host, as clients write them: without a path, which comes from the request. */
static int is_origin(const ngx_str_t *text)
{
    size_t scheme = text->len > 8 && ngx_strncmp(text->data, "https://", 8) == 0  ? 8
                    : text->len > 7 && ngx_strncmp(text->data, "http://", 7) == 0 ? 7
                                                                                  : 0;
    if (scheme == 0) {
        return 0;
    }
    for (size_t i = scheme; i < text->len; i++) {
        if (ngx_strchr("/?#$@", text->data[i]) != NULL || text->data[i] <= ' ') {
            return 0;
        }
    }
    return 1;
}

static char *read_option(ngx_conf_t *cf, ngx_http_xcj_dpop *dpop, const ngx_str_t *word)
{
    if (word->len > 5 && ngx_strncmp(word->data, "zone=", 5) == 0) {
        return read_zone(cf, dpop, (ngx_str_t){ word->len - 5, word->data + 5 });
    }
    if (word->len > 8 && ngx_strncmp(word->data, "max_age=", 8) == 0) {
        ngx_str_t time = { word->len - 8, word->data + 8 };
        dpop->max_age = ngx_parse_time(&time, 1);
        return dpop->max_age >= 1 && dpop->max_age <= 86400 ? NGX_CONF_OK
                                                            : "has a \"max_age\" that is not from 1 to 86400 seconds";
    }
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" is none of: zone=, max_age=", word);
    return NGX_CONF_ERROR;
}

/* xcj_dpop ORIGIN zone=NAME:SIZE [max_age=TIME] | off */
char *ngx_http_xcj_set_dpop(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    (void)cmd;
    ngx_http_xcj_loc_conf *conf = data;
    const ngx_str_t *words = cf->args->elts;
    if (conf->dpop != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }
    conf->dpop = NULL;
    if (cf->args->nelts == 2 && ngx_http_xcj_is(&words[1], "off")) {
        return NGX_CONF_OK;
    }
    if (!is_origin(&words[1])) {
        return "needs the scheme and host that clients use, such as https://api.example";
    }
    ngx_http_xcj_dpop *dpop = ngx_pcalloc(cf->pool, sizeof *dpop);
    if (dpop == NULL) {
        return NGX_CONF_ERROR;
    }
    dpop->origin = words[1];
    for (ngx_uint_t i = 2; i < cf->args->nelts; i++) {
        char *wrong = read_option(cf, dpop, &words[i]);
        if (wrong != NGX_CONF_OK) {
            return wrong;
        }
    }
    if (dpop->zone == NULL) {
        return "needs a \"zone\", in which the proofs that were used are noted";
    }
    conf->dpop = dpop;
    return NGX_CONF_OK;
}

void ngx_http_xcj_dpop_options(xcj_dpop_options *out, const ngx_http_xcj_dpop *dpop)
{
    *out = (xcj_dpop_options)XCJ_DPOP_OPTIONS_INIT;
    out->max_age = dpop->max_age;
    out->replay = note_proof;
    out->replay_context = dpop->zone;
}

/* The URI has the path as the client sent it. The Host header does not count: the client chooses it. */
ngx_int_t ngx_http_xcj_describe(xcj_auth *auth, ngx_http_request_t *r, const ngx_http_xcj_dpop *dpop)
{
    ngx_str_t path = r->unparsed_uri;
    u_char *query = ngx_strlchr(path.data, path.data + path.len, '?');
    path.len = query != NULL ? (size_t)(query - path.data) : path.len;
    size_t len = dpop->origin.len + path.len;
    u_char *uri = ngx_pnalloc(r->pool, len);
    if (uri == NULL) {
        return NGX_ERROR;
    }
    ngx_memcpy(ngx_cpymem(uri, dpop->origin.data, dpop->origin.len), path.data, path.len);
    auth->htu = (xcj_str){ (const char *)uri, len };
    auth->htm = ngx_http_xcj_view(&r->method_name);
    return NGX_OK;
}

void ngx_http_xcj_verifies_for(ngx_http_xcj_ctx *ctx)
{
    current = ctx;
}
