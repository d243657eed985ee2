/*
 * Minters: locations with the same mint settings share one, whatever their other directives.
 */
#include "ngx_http_xcj.h"

/* All settings of a minter. */
typedef struct recipe {
    ngx_str_t private_jwk;
    ngx_str_t config;
    ngx_str_t identities;
    ngx_str_t bearer_clientid_claim;
    ngx_str_t iss;
    ngx_str_t jku;
    time_t expires_in;
    ngx_flag_t kong;
    ngx_uint_t dn;
    ngx_uint_t exp;
    ngx_uint_t inbound;
    ngx_uint_t cnf;
    ngx_uint_t bind;
    const ngx_http_xcj_dpop *dpop;
    ngx_flag_t consumer_required;
    ngx_flag_t hmac_k_raw;
    ngx_http_xcj_trust *bearer;
    xcj_verifier *verifier; /* made from `bearer`; verifiers are shared, so equal pointers mean equal settings */
} recipe;

typedef struct made {
    recipe recipe;
    xcj_minter *minter;
} made;

typedef struct named_identities {
    ngx_str_t path;
    xcj_identities *identities;
} named_identities;

ngx_int_t ngx_http_xcj_init_minters(ngx_conf_t *cf, ngx_http_xcj_main_conf *conf)
{
    ngx_int_t rc = ngx_array_init(&conf->minters, cf->pool, 4, sizeof(made));
    return rc == NGX_OK ? ngx_array_init(&conf->identities, cf->pool, 2, sizeof(named_identities)) : rc;
}

static recipe recipe_of(const ngx_http_xcj_loc_conf *conf)
{
    recipe wanted;
    ngx_memzero(&wanted, sizeof wanted);
    int bears = conf->bearer != NGX_CONF_UNSET_PTR && ngx_http_xcj_may_take(conf, XCJ_AUTH_BEARER);
    wanted.bearer = bears ? conf->bearer : NULL;
    wanted.identities = conf->identities;
    wanted.kong = conf->kong == 1 || conf->config.len > 0;
    wanted.dn = conf->dn;
    wanted.exp = conf->exp;
    wanted.inbound = conf->inbound;
    wanted.cnf = conf->cnf;
    wanted.bind = conf->bind;
    wanted.dpop = conf->dpop;
    wanted.consumer_required = conf->consumer_required;
    wanted.hmac_k_raw = conf->hmac_k_raw;
    wanted.config = conf->config;
    if (conf->config.len == 0) {
        wanted.private_jwk = conf->private_jwk;
        wanted.bearer_clientid_claim = conf->bearer_clientid_claim;
        wanted.iss = conf->iss;
        wanted.jku = conf->jku;
        wanted.expires_in = conf->expires_in;
    }
    return wanted;
}

static int same_recipe(const recipe *a, const recipe *b)
{
    return a->verifier == b->verifier && a->kong == b->kong && a->dn == b->dn && a->exp == b->exp &&
           a->inbound == b->inbound && a->cnf == b->cnf && a->bind == b->bind && a->dpop == b->dpop &&
           a->expires_in == b->expires_in && a->consumer_required == b->consumer_required &&
           a->hmac_k_raw == b->hmac_k_raw && ngx_http_xcj_same(&a->private_jwk, &b->private_jwk) &&
           ngx_http_xcj_same(&a->config, &b->config) && ngx_http_xcj_same(&a->identities, &b->identities) &&
           ngx_http_xcj_same(&a->iss, &b->iss) && ngx_http_xcj_same(&a->jku, &b->jku) &&
           ngx_http_xcj_same(&a->bearer_clientid_claim, &b->bearer_clientid_claim);
}

static void free_identities(void *identities)
{
    xcj_identities_free(identities);
}

static ngx_int_t read_identities(named_identities *out, ngx_conf_t *cf, const ngx_http_xcj_place *at)
{
    ngx_str_t text;
    xcj_error err;
    if (ngx_http_xcj_read_file(&text, cf, &out->path, at) != NGX_OK) {
        return NGX_ERROR;
    }
    xcj_code code = xcj_identities_from_json(&out->identities, (const char *)text.data, text.len, &err);
    ngx_http_xcj_wipe(&text);
    if (code != XCJ_OK) {
        ngx_http_xcj_conf_error(cf, at, 0, "\"%V\": %s", &out->path, err.message);
        return NGX_ERROR;
    }
    return ngx_http_xcj_keep(cf, free_identities, out->identities);
}

/* Finds the identities of the file, which is read once. NULL without a file. */
static ngx_int_t find_identities(const xcj_identities **out, ngx_conf_t *cf, const ngx_http_xcj_loc_conf *conf)
{
    ngx_http_xcj_main_conf *main_conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_xcj_module);
    ngx_array_t *all = &main_conf->identities;
    *out = NULL;
    if (conf->identities.len == 0) {
        return NGX_OK;
    }
    named_identities *known = all->elts;
    for (ngx_uint_t i = 0; i < all->nelts; i++) {
        if (ngx_http_xcj_same(&known[i].path, &conf->identities)) {
            *out = known[i].identities;
            return NGX_OK;
        }
    }
    named_identities next = { .path = conf->identities };
    named_identities *place = ngx_array_push(all);
    if (place == NULL || read_identities(&next, cf, &conf->identities_at) != NGX_OK) {
        return NGX_ERROR;
    }
    *place = next;
    *out = next.identities;
    return NGX_OK;
}

/* The options point into `wanted` and to `claim`. */
static void mint_options(xcj_mint_options *out, const recipe *wanted, const xcj_identities *identities, xcj_str *claim)
{
    out->bearer_verifier = wanted->verifier;
    out->bearer_verified = 1; /* without a verifier: as ngx_http_xcj_unchecked() has made sure */
    out->identities = identities;
    out->dn = wanted->dn == NGX_CONF_UNSET_UINT ? XCJ_DN_DEFAULT : (xcj_dn)wanted->dn;
    out->exp = wanted->exp == NGX_CONF_UNSET_UINT ? XCJ_EXP_DEFAULT : (xcj_exp)wanted->exp;
    out->inbound = wanted->inbound == NGX_CONF_UNSET_UINT ? XCJ_INBOUND_DEFAULT : (xcj_inbound)wanted->inbound;
    out->cnf = wanted->cnf == NGX_CONF_UNSET_UINT ? XCJ_CNF_DEFAULT : (xcj_cnf)wanted->cnf;
    out->bind = (xcj_bind)wanted->bind;
    out->consumer_optional = wanted->consumer_required == 0;
    if (wanted->bearer_clientid_claim.len > 0) {
        *claim = ngx_http_xcj_view(&wanted->bearer_clientid_claim);
        out->bearer_clientid_claims = claim;
        out->bearer_clientid_claims_count = 1;
    }
    out->iss = ngx_http_xcj_view(&wanted->iss);
    out->jku = ngx_http_xcj_view(&wanted->jku);
    out->expires_in = wanted->expires_in > 0 ? wanted->expires_in : 0;
}

static void free_minter(void *minter)
{
    xcj_minter_free(minter);
}

/* Finds errors in a configuration object early: mints for a complete request, with no room for the token. */
static xcj_code rehearse(const xcj_minter *minter, xcj_error *err)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    auth.methods = XCJ_AUTH_CLIENT_CERT;
    auth.client_dn = auth.consumer_id = auth.audience = xcj_text("x");
    size_t len;
    xcj_code code = xcj_mint_prepare(NULL, 0, &len, minter, &auth, NULL, err);
    return code == XCJ_ERR_BUFFER || code == XCJ_ERR_BINDING ? XCJ_OK : code; /* it has nothing to bind the token to */
}

static xcj_code build(xcj_minter **out, const recipe *wanted, const ngx_str_t *text, const xcj_mint_options *options,
                      xcj_error *err)
{
    xcj_key_options reading = ngx_http_xcj_key_options(wanted->hmac_k_raw);
    if (wanted->config.len > 0) {
        return xcj_kong_minter_from_config(out, (const char *)text->data, text->len, options, &reading, err);
    }
    xcj_key *key = NULL;
    xcj_code code = xcj_key_from_jwk(&key, (const char *)text->data, text->len, &reading, err);
    if (code == XCJ_OK) {
        code = (wanted->kong ? xcj_kong_minter_new : xcj_minter_new)(out, key, options, err);
    }
    xcj_key_free(key);
    return code;
}

static ngx_int_t make(made *out, ngx_conf_t *cf, const ngx_http_xcj_loc_conf *conf)
{
    const recipe *wanted = &out->recipe;
    const ngx_str_t *path = wanted->config.len > 0 ? &wanted->config : &wanted->private_jwk;
    const xcj_identities *identities;
    ngx_str_t text;
    if (find_identities(&identities, cf, conf) != NGX_OK ||
        ngx_http_xcj_read_file(&text, cf, path, &conf->key_at) != NGX_OK) {
        return NGX_ERROR;
    }
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    xcj_error err;
    xcj_minter *minter = NULL;
    xcj_dpop_options dpop;
    xcj_str claim;
    mint_options(&options, wanted, identities, &claim);
    if (wanted->dpop != NULL) {
        ngx_http_xcj_dpop_options(&dpop, wanted->dpop);
        options.dpop = &dpop;
    }
    xcj_code code = build(&minter, wanted, &text, &options, &err);
    ngx_http_xcj_wipe(&text);
    if (code == XCJ_OK && (code = rehearse(minter, &err)) != XCJ_OK) {
        xcj_minter_free(minter);
    }
    if (code != XCJ_OK) {
        ngx_http_xcj_conf_error(cf, &conf->key_at, 0, "\"%V\": %s", path, err.message);
        return NGX_ERROR;
    }
    out->minter = minter;
    return ngx_http_xcj_keep(cf, free_minter, minter);
}

ngx_int_t ngx_http_xcj_make_minter(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf)
{
    ngx_http_xcj_main_conf *main_conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_xcj_module);
    made next = { .recipe = recipe_of(conf) };
    if (next.recipe.bearer != NULL &&
        ngx_http_xcj_make_verifier(&next.recipe.verifier, cf, next.recipe.bearer, conf->hmac_k_raw, 0) != NGX_OK) {
        return NGX_ERROR;
    }
    made *known = main_conf->minters.elts;
    for (ngx_uint_t i = 0; i < main_conf->minters.nelts; i++) {
        if (same_recipe(&known[i].recipe, &next.recipe)) {
            conf->minter = known[i].minter;
            return NGX_OK;
        }
    }
    made *place = ngx_array_push(&main_conf->minters);
    if (place == NULL || make(&next, cf, conf) != NGX_OK) {
        return NGX_ERROR;
    }
    *place = next;
    conf->minter = next.minter;
    return NGX_OK;
}
