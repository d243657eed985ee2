/*
 * A gateway's own keys: the files that xcj_private_jwk names, and whose turn it is to sign. Only the time decides, so all
 * workers switch by themselves.
 */
#include "ngx_http_xcj.h"

#define USUAL_EXPIRES_IN 1800

/* For how long the keys must be published after their last token: the longest lifetime in any location counts. */
static void note_lifetime(ngx_http_xcj_own *own, const ngx_http_xcj_loc_conf *conf)
{
    time_t lifetime = conf->expires_in > 0 ? conf->expires_in : USUAL_EXPIRES_IN;
    own->expires_in = lifetime > own->expires_in ? lifetime : own->expires_in;
}

static void free_set(void *set)
{
    xcj_keyset_free(set);
}

static ngx_int_t read_own(ngx_http_xcj_own *own, ngx_conf_t *cf)
{
    if (ngx_http_xcj_read_keyset(&own->set, cf, &own->path, &own->at, own->hmac_k_raw) != NGX_OK) {
        return NGX_ERROR;
    }
    return ngx_http_xcj_keep(cf, free_set, own->set);
}

ngx_http_xcj_own *ngx_http_xcj_find_own(ngx_conf_t *cf, const ngx_http_xcj_loc_conf *conf)
{
    ngx_http_xcj_main_conf *main_conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_xcj_module);
    ngx_http_xcj_own *own = main_conf->owns;
    while (own != NULL && (!ngx_http_xcj_same(&own->path, &conf->private_jwk) || own->hmac_k_raw != conf->hmac_k_raw ||
                           own->lead != conf->lead)) {
        own = own->next;
    }
    if (own == NULL) {
        own = ngx_pcalloc(cf->pool, sizeof *own);
        if (own == NULL) {
            return NULL;
        }
        own->path = conf->private_jwk;
        own->at = conf->key_at;
        own->hmac_k_raw = conf->hmac_k_raw;
        own->lead = conf->lead;
        if (read_own(own, cf) != NGX_OK) {
            return NULL;
        }
        own->next = main_conf->owns;
        main_conf->owns = own;
    }
    note_lifetime(own, conf);
    return own;
}

/* The configuration before a reload, if this very module made it. */
static const ngx_http_xcj_main_conf *conf_before(const ngx_cycle_t *cycle)
{
    ngx_cycle_t *old = cycle->old_cycle;
    if (old == NULL || old->conf_ctx == NULL || old->modules == NULL) {
        return NULL;
    }
    for (ngx_uint_t i = 0; old->modules[i] != NULL; i++) {
        if (old->modules[i] == &ngx_http_xcj_module) {
            return ngx_http_cycle_get_module_main_conf(old, ngx_http_xcj_module);
        }
    }
    return NULL;
}

/* What the same file had before: its keys are published already. */
static const xcj_rotation *rotation_before(const ngx_cycle_t *cycle, const ngx_http_xcj_own *own)
{
    const ngx_http_xcj_main_conf *before = conf_before(cycle);
    const ngx_http_xcj_own *old = before != NULL ? before->owns : NULL;
    while (old != NULL && !ngx_http_xcj_same(&old->path, &own->path)) {
        old = old->next;
    }
    return old != NULL ? old->rotation : NULL;
}

static void warn_early(ngx_conf_t *cf, const ngx_http_xcj_own *own)
{
    const xcj_key *key = xcj_keyset_get(own->set, xcj_rotation_early(own->rotation));
    if (key != NULL) {
        ngx_str_t kid = { xcj_key_id(key).len, (u_char *)xcj_key_id(key).ptr };
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "the key \"%V\" of \"%V\" will sign before it has been published for %T seconds, as no other key may",
                      &kid, &own->path, own->lead);
    }
}

static void free_rotation(void *rotation)
{
    xcj_rotation_free(rotation);
}

static ngx_int_t plan(ngx_conf_t *cf, ngx_http_xcj_own *own)
{
    xcj_rotation_options options = XCJ_ROTATION_OPTIONS_INIT;
    options.has_now = 1;
    options.now = ngx_time();
    options.lead = own->lead;
    options.expires_in = own->expires_in;
    options.before = rotation_before(cf->cycle, own);
    xcj_error err;
    if (xcj_rotation_new(&own->rotation, own->set, &options, &err) != XCJ_OK) {
        ngx_http_xcj_conf_error(cf, &own->at, 0, "\"%V\": %s", &own->path, err.message);
        return NGX_ERROR;
    }
    warn_early(cf, own);
    return ngx_http_xcj_keep(cf, free_rotation, own->rotation);
}

ngx_int_t ngx_http_xcj_plan_turns(ngx_conf_t *cf)
{
    ngx_http_xcj_main_conf *main_conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_xcj_module);
    for (ngx_http_xcj_own *own = main_conf->owns; own != NULL; own = own->next) {
        if (plan(cf, own) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}

xcj_minter *ngx_http_xcj_minter_now(const ngx_http_xcj_loc_conf *conf)
{
    const ngx_http_xcj_signers *signers = conf->signers;
    size_t turn = signers->own != NULL ? xcj_rotation_signer(signers->own->rotation, ngx_time()) : 0;
    return turn < signers->count ? signers->minters[turn] : NULL;
}
