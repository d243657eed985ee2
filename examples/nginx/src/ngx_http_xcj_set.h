/*
 * ngx_http_xcj_set.h: key sets that are fetched: what the files for the zone, the fetch and the verifiers share.
 */
#ifndef NGX_HTTP_XCJ_SET_H
#define NGX_HTTP_XCJ_SET_H

#include "ngx_http_xcj.h"

/* Room for the reason why a set was not fetched. */
#define NGX_HTTP_XCJ_WHY 200

typedef struct ngx_http_xcj_shared ngx_http_xcj_shared;

/* xcj_jwks_zone. */
struct ngx_http_xcj_set {
    ngx_http_xcj_set *next;
    ngx_str_t name;
    ngx_str_t uri; /* of the internal location; len 0: a line names this set, and no xcj_jwks_zone has */
    xcj_refresh_options options;
    time_t timeout; /* of a fetch */
    ngx_shm_zone_t *zone;
    ngx_http_conf_ctx_t *server; /* the server in which the location is; NULL: nothing uses the set */
    ngx_http_xcj_shared *shared;
    ngx_uint_t serial; /* of this configuration */
    /* Each worker's own, as of the turn of the zone that it has seen last. */
    ngx_uint_t turn;
    ngx_uint_t generation;
    ngx_uint_t fetched_by; /* the serial of the configuration that has fetched the set */
    xcj_refresh_state state;
    xcj_keyset *keys;   /* NULL: there is no set yet */
    ngx_uint_t waiting; /* requests that wait for a fetch */
    void *fetch;        /* the fetch under way in this worker; NULL: none */
};

/* Decides and, if a fetch is to begin, begins it. XCJ_REFRESH_USE, _WAIT or _REFUSE. */
xcj_refresh_action ngx_http_xcj_decide(ngx_http_xcj_set *set, xcj_refresh_need need);

/* The number of the fetch that is under way in any worker; 0: none. */
uint64_t ngx_http_xcj_fetch_under_way(ngx_http_xcj_set *set);

/* fetch.c: fetches the set; ends with one of the next two. */
void ngx_http_xcj_fetch_set(ngx_http_xcj_set *set, uint64_t number);

void ngx_http_xcj_fetch_succeeded(ngx_http_xcj_set *set, uint64_t number, const ngx_str_t *text, xcj_str cache_control,
                                  xcj_str age);
void ngx_http_xcj_fetch_failed(ngx_http_xcj_set *set, uint64_t number, const char *why);

/* Writes the reason for a fetch that timed out. */
void ngx_http_xcj_too_late(u_char why[NGX_HTTP_XCJ_WHY], const ngx_http_xcj_set *set);

#endif
