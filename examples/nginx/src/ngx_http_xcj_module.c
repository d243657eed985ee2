/*
 * ngx_http_xcj_module: mints one custom JWT for each request that nginx has authenticated, publishes the keys to verify it,
 * and answers for tokens. This file hooks the others into nginx.
 */
#include "ngx_http_xcj.h"

#include <pthread.h>

static pthread_key_t scratch_key;
static ngx_uint_t scratch_ready;

static void free_scratch(void *scratch)
{
    xcj_scratch_free(scratch);
}

/* A scratch belongs to one thread, and a pool's threads come and go without a hook: hence a key with a destructor. */
xcj_scratch *ngx_http_xcj_scratch(void)
{
    if (!scratch_ready) {
        return NULL;
    }
    xcj_scratch *scratch = pthread_getspecific(scratch_key);
    if (scratch != NULL || xcj_scratch_new(&scratch, NULL) != XCJ_OK) {
        return scratch;
    }
    if (pthread_setspecific(scratch_key, scratch) != 0) {
        xcj_scratch_free(scratch);
        return NULL;
    }
    return scratch;
}

static ngx_int_t init_process(ngx_cycle_t *cycle)
{
    int failed = scratch_ready ? 0 : pthread_key_create(&scratch_key, free_scratch);
    if (failed != 0) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, failed, "xcj: pthread_key_create() failed");
        return NGX_ERROR;
    }
    scratch_ready = 1;
    return NGX_OK;
}

/* Here the pool's threads have ended. */
static void exit_process(ngx_cycle_t *cycle)
{
    (void)cycle;
    if (scratch_ready) {
        xcj_scratch_free(pthread_getspecific(scratch_key));
        pthread_setspecific(scratch_key, NULL);
    }
}

/* After the phases that authenticate, which the access phase would not be for a module that is loaded last. */
static ngx_int_t hook_in(ngx_conf_t *cf)
{
    ngx_http_core_main_conf_t *cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    ngx_http_handler_pt *handler = ngx_array_push(&cmcf->phases[NGX_HTTP_PRECONTENT_PHASE].handlers);
    if (handler == NULL) {
        return NGX_ERROR;
    }
    *handler = ngx_http_xcj_mint_handler;
    ngx_http_xcj_init_header_filter();
    return NGX_OK;
}

static ngx_http_module_t module_context = {
    .preconfiguration = ngx_http_xcj_add_variables,
    .postconfiguration = hook_in,
    .create_main_conf = ngx_http_xcj_create_main_conf,
    .create_loc_conf = ngx_http_xcj_create_loc_conf,
    .merge_loc_conf = ngx_http_xcj_merge_loc_conf,
};

ngx_module_t ngx_http_xcj_module = {
    NGX_MODULE_V1,
    &module_context,
    ngx_http_xcj_commands,
    NGX_HTTP_MODULE,
    NULL,
    NULL,
    init_process,
    NULL,
    NULL,
    exit_process,
    NULL,
    NGX_MODULE_V1_PADDING,
};

/* What nginx looks for in a module's file. */
extern ngx_module_t *ngx_modules[];
extern char *ngx_module_names[];
extern char *ngx_module_order[];

ngx_module_t *ngx_modules[] = { &ngx_http_xcj_module, NULL };
char *ngx_module_names[] = { "ngx_http_xcj_module", NULL };
char *ngx_module_order[] = { NULL };
