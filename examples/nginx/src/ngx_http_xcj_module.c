/*
 * ngx_http_xcj_module: mints one custom JWT for each request that nginx has authenticated, publishes the keys that verify
 * it, and answers for tokens. This file registers the handlers of the others with nginx.
 */
#include "ngx_http_xcj.h"

#include <dlfcn.h>

/* The scratch of this worker. */
static xcj_scratch *scratch;

xcj_scratch *ngx_http_xcj_scratch(void)
{
    return scratch;
}

/*
 * When a worker exits, nginx unloads modules while a pool's thread may still run this code: one more reference keeps it
 * loaded. The master takes none, so that a reload can unload this module or load a new one.
 */
static ngx_int_t stay_loaded(ngx_log_t *log)
{
    Dl_info self;
    if (dladdr(&ngx_http_xcj_module, &self) != 0 && dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD) != NULL) {
        return NGX_OK;
    }
    ngx_log_error(NGX_LOG_EMERG, log, 0, "xcj: the module cannot find itself: %s", dlerror());
    return NGX_ERROR;
}

static ngx_int_t init_process(ngx_cycle_t *cycle)
{
    xcj_error err;
    if (scratch == NULL && xcj_scratch_new(&scratch, &err) != XCJ_OK) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0, "xcj: %s", err.message);
        return NGX_ERROR;
    }
    ngx_http_xcj_main_conf *conf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_xcj_module);
    if (conf != NULL) {
        ngx_http_xcj_start_sets(conf, cycle);
    }
    return stay_loaded(cycle->log);
}

static void exit_process(ngx_cycle_t *cycle)
{
    const ngx_http_xcj_main_conf *conf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_xcj_module);
    if (conf != NULL) {
        ngx_http_xcj_end_threads(conf->pools, cycle->log);
        ngx_http_xcj_end_verifiers(conf);
        ngx_http_xcj_end_sets(conf);
    }
    xcj_scratch_free(scratch);
    scratch = NULL;
}

static ngx_int_t hook(ngx_conf_t *cf, ngx_http_phases phase, ngx_http_handler_pt handler)
{
    ngx_http_core_main_conf_t *cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    ngx_http_handler_pt *place = ngx_array_push(&cmcf->phases[phase].handlers);
    if (place == NULL) {
        return NGX_ERROR;
    }
    *place = handler;
    return NGX_OK;
}

/*
 * Runs the location handler before everything else that knows the location. Runs the mint handler after the phases that
 * authenticate; in the access phase a module that is loaded last would run before them.
 */
static ngx_int_t complete(ngx_conf_t *cf)
{
    ngx_http_xcj_init_header_filter();
    ngx_http_xcj_watch_audit(cf);
    if (ngx_http_xcj_plan_turns(cf) != NGX_OK || ngx_http_xcj_make_jwks(cf) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_int_t rc = hook(cf, NGX_HTTP_REWRITE_PHASE, ngx_http_xcj_location_handler);
    return rc == NGX_OK ? hook(cf, NGX_HTTP_PRECONTENT_PHASE, ngx_http_xcj_mint_handler) : rc;
}

static ngx_http_module_t module_context = {
    .preconfiguration = ngx_http_xcj_add_variables,
    .postconfiguration = complete,
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

/* The symbols that nginx looks for in a module's file. */
extern ngx_module_t *ngx_modules[];
extern char *ngx_module_names[];
extern char *ngx_module_order[];

ngx_module_t *ngx_modules[] = { &ngx_http_xcj_module, NULL };
char *ngx_module_names[] = { "ngx_http_xcj_module", NULL };
char *ngx_module_order[] = { NULL };
