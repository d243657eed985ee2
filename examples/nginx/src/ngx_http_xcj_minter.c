/*
 * Minters: locations with the same mint settings share one, whatever their other directives.
 */
#include "ngx_http_xcj.h"

/* All settings of a minter. */
typedef struct recipe {
    ngx_http_xcj_own *own; /* NULL: the key is in a configuration object */
    ngx_str_t config;
    ngx_str_t identities;
    ngx_array_t *clientid_claims; /* this and the next four may be NULL; equal pointers mean equal settings */
    ngx_array_t *keep_claims;
    ngx_array_t *drop_claims;
    ngx_array_t *require_claims;
    ngx_array_t *rename_claims;
    ngx_str_t jose_header;
    ngx_str_t iss;
    ngx_str_t jku;
    time_t expires_in;
    time_t reuse;
    size_t reuse_bytes;
    ngx_flag_t kong;
    ngx_uint_t dn;
    ngx_flag_t cap_exp;
    ngx_uint_t inbound;
    ngx_uint_t cnf;
    ngx_uint_t bind;
    ngx_uint_t profile;
    const ngx_http_xcj_dpop *dpop;
    ngx_flag_t consumer_required;
    ngx_flag_t hmac_k_raw;
    ngx_http_xcj_trust *bearer;
    ngx_http_xcj_verifier *verifier; /* made from `bearer`; verifiers are shared, so equal pointers mean equal settings */
} recipe;

typedef struct made {
    recipe recipe;
    ngx_http_xcj_signers *signers;
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

static recipe recipe_of(const ngx_http_xcj_loc_conf *conf, ngx_http_xcj_own *own)
{
    recipe wanted;
    ngx_memzero(&wanted, sizeof wanted);
    wanted.own = own;
    int bears = conf->bearer != NGX_CONF_UNSET_PTR && ngx_http_xcj_may_take(conf, XCJ_AUTH_BEARER);
    wanted.bearer = bears ? conf->bearer : NULL;
    wanted.identities = conf->identities;
    wanted.kong = conf->kong == 1 || conf->config.len > 0;
    wanted.dn = conf->dn;
    wanted.cap_exp = conf->cap_exp;
    wanted.keep_claims = conf->keep_claims;
    wanted.drop_claims = conf->drop_claims;
    wanted.require_claims = conf->require_claims;
    wanted.rename_claims = conf->rename_claims;
    wanted.jose_header = conf->jose_header;
    wanted.inbound = conf->inbound;
    wanted.cnf = conf->cnf;
    wanted.profile = conf->profile;
    wanted.bind = conf->bind;
    wanted.dpop = conf->dpop;
    wanted.consumer_required = conf->consumer_required;
    wanted.hmac_k_raw = conf->hmac_k_raw;
    wanted.reuse = conf->reuse;
    wanted.reuse_bytes = conf->reuse_bytes;
    wanted.config = conf->config;
    if (conf->config.len == 0) {
        wanted.clientid_claims = conf->clientid_claims;
        wanted.iss = conf->iss;
        wanted.jku = conf->jku;
        wanted.expires_in = conf->expires_in;
    }
    return wanted;
}

/* The settings that decide about claims. */
static int same_claims(const recipe *a, const recipe *b)
{
    return a->dn == b->dn && a->cap_exp == b->cap_exp && a->inbound == b->inbound && a->cnf == b->cnf &&
           a->bind == b->bind && a->profile == b->profile && a->clientid_claims == b->clientid_claims &&
           a->keep_claims == b->keep_claims && a->drop_claims == b->drop_claims && a->require_claims == b->require_claims &&
           a->rename_claims == b->rename_claims;
}

static int same_recipe(const recipe *a, const recipe *b)
{
    return a->verifier == b->verifier && a->kong == b->kong && same_claims(a, b) && a->dpop == b->dpop &&
           a->expires_in == b->expires_in && a->reuse == b->reuse && a->reuse_bytes == b->reuse_bytes &&
           a->consumer_required == b->consumer_required && a->hmac_k_raw == b->hmac_k_raw && a->own == b->own &&
           ngx_http_xcj_same(&a->config, &b->config) && ngx_http_xcj_same(&a->identities, &b->identities) &&
           ngx_http_xcj_same(&a->iss, &b->iss) && ngx_http_xcj_same(&a->jku, &b->jku) &&
           ngx_http_xcj_same(&a->jose_header, &b->jose_header);
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

/* The names of a list; NULL: not given. */
static const xcj_str *names_of(size_t *count, const ngx_array_t *list)
{
    static const xcj_str none = { NULL, 0 };
    *count = list != NULL ? list->nelts : 0;
    return list == NULL ? NULL : list->nelts > 0 ? list->elts : &none;
}

static void claim_options(xcj_mint_options *out, const recipe *wanted)
{
    out->bearer_clientid_claims = names_of(&out->bearer_clientid_claims_count, wanted->clientid_claims);
    out->keep_claims = names_of(&out->keep_claims_count, wanted->keep_claims);
    out->drop_claims = names_of(&out->drop_claims_count, wanted->drop_claims);
    out->require_claims = names_of(&out->require_claims_count, wanted->require_claims);
    if (wanted->rename_claims != NULL) {
        out->rename_claims = wanted->rename_claims->elts;
        out->rename_claims_count = wanted->rename_claims->nelts;
    }
    out->header = ngx_http_xcj_view(&wanted->jose_header);
}

/* The options point into `wanted`. */
static void mint_options(xcj_mint_options *out, const recipe *wanted, const xcj_identities *identities)
{
    out->bearer_verifier = wanted->verifier != NULL ? wanted->verifier->verifier : NULL;
    out->bearer_verified = wanted->verifier == NULL; /* as ngx_http_xcj_unchecked() has made sure */
    out->identities = identities;
    out->dn = wanted->dn == NGX_CONF_UNSET_UINT ? XCJ_DN_DEFAULT : (xcj_dn)wanted->dn;
    out->exp = wanted->cap_exp == NGX_CONF_UNSET ? XCJ_EXP_DEFAULT : wanted->cap_exp ? XCJ_EXP_CAPPED : XCJ_EXP_UNCAPPED;
    out->inbound = wanted->inbound == NGX_CONF_UNSET_UINT ? XCJ_INBOUND_DEFAULT : (xcj_inbound)wanted->inbound;
    out->cnf = wanted->cnf == NGX_CONF_UNSET_UINT ? XCJ_CNF_DEFAULT : (xcj_cnf)wanted->cnf;
    out->bind = (xcj_bind)wanted->bind;
    out->profile = (xcj_profile)wanted->profile;
    out->consumer_optional = wanted->consumer_required == 0;
    out->iss = ngx_http_xcj_view(&wanted->iss);
    out->jku = ngx_http_xcj_view(&wanted->jku);
    out->expires_in = wanted->expires_in > 0 ? wanted->expires_in : 0;
    out->reuse = wanted->reuse;
    out->reuse_bytes = wanted->reuse_bytes;
    claim_options(out, wanted);
}

static void free_signers(void *data)
{
    ngx_http_xcj_signers *signers = data;
    while (signers->count > 0) {
        xcj_minter_free(signers->minters[--signers->count]);
    }
}

/* Finds errors in a configuration object and in the claims of a location early: mints for a complete request, with no room
 * for the token. */
static xcj_code rehearse(const ngx_http_xcj_loc_conf *conf, const xcj_minter *minter, const xcj_auth *claims, xcj_error *err)
{
    xcj_auth auth = *claims;
    auth.methods = XCJ_AUTH_CLIENT_CERT;
    auth.client_dn = auth.consumer_id = auth.audience = xcj_text("x");
    size_t len;
    xcj_code code = xcj_mint_prepare(NULL, 0, &len, minter, &auth, NULL, err);
    /* This request has no key or certificate to bind to, and may lack claims that a profile demands. */
    const int lacks = code == XCJ_ERR_BINDING || (code == XCJ_ERR_CLAIM && conf->profile != XCJ_PROFILE_JWT);
    return code == XCJ_ERR_BUFFER || lacks ? XCJ_OK : code;
}

/* The minter of a configuration object. */
static ngx_int_t build_from_object(ngx_http_xcj_signers *out, ngx_conf_t *cf, const recipe *wanted,
                                   const ngx_http_xcj_place *at, const xcj_mint_options *options)
{
    ngx_str_t text;
    xcj_error err;
    xcj_key_options reading = ngx_http_xcj_key_options(wanted->hmac_k_raw);
    if (ngx_http_xcj_read_file(&text, cf, &wanted->config, at) != NGX_OK) {
        return NGX_ERROR;
    }
    xcj_code code = xcj_kong_minter_from_config(out->minters, (const char *)text.data, text.len, options, &reading, &err);
    ngx_http_xcj_wipe(&text);
    if (code != XCJ_OK) {
        ngx_http_xcj_conf_error(cf, at, 0, "\"%V\": %s", &wanted->config, err.message);
        return NGX_ERROR;
    }
    out->count = 1;
    return NGX_OK;
}

/* A minter for each key of the file. */
static ngx_int_t build_for_keys(ngx_http_xcj_signers *out, ngx_conf_t *cf, const recipe *wanted,
                                const ngx_http_xcj_place *at, const xcj_mint_options *options)
{
    xcj_error err;
    for (size_t i = 0; i < xcj_keyset_count(wanted->own->set); i++) {
        const xcj_key *key = xcj_keyset_get(wanted->own->set, i);
        xcj_code code = (wanted->kong ? xcj_kong_minter_new : xcj_minter_new)(&out->minters[i], key, options, &err);
        if (code != XCJ_OK) {
            ngx_http_xcj_conf_error(cf, at, 0, "\"%V\": %s", &wanted->own->path, err.message);
            return NGX_ERROR;
        }
        out->count++;
    }
    return NGX_OK;
}

static ngx_http_xcj_signers *new_signers(ngx_conf_t *cf, const ngx_http_xcj_own *own)
{
    size_t count = own != NULL ? xcj_keyset_count(own->set) : 1;
    ngx_http_xcj_signers *signers = ngx_pcalloc(cf->pool, sizeof *signers);
    if (signers == NULL) {
        return NULL;
    }
    signers->own = own;
    signers->minters = ngx_pcalloc(cf->pool, count * sizeof *signers->minters);
    return signers->minters != NULL && ngx_http_xcj_keep(cf, free_signers, signers) == NGX_OK ? signers : NULL;
}

static ngx_int_t make(made *out, ngx_conf_t *cf, const ngx_http_xcj_loc_conf *conf)
{
    const recipe *wanted = &out->recipe;
    const xcj_identities *identities;
    out->signers = new_signers(cf, wanted->own);
    if (out->signers == NULL || find_identities(&identities, cf, conf) != NGX_OK) {
        return NGX_ERROR;
    }
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    xcj_dpop_options dpop;
    mint_options(&options, wanted, identities);
    if (wanted->dpop != NULL) {
        ngx_http_xcj_dpop_options(&dpop, wanted->dpop);
        options.dpop = &dpop;
    }
    return (wanted->own != NULL ? build_for_keys : build_from_object)(out->signers, cf, wanted, &conf->key_at, &options);
}

static ngx_int_t find_minter(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf)
{
    ngx_http_xcj_main_conf *main_conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_xcj_module);
    ngx_http_xcj_own *own = conf->config.len == 0 ? ngx_http_xcj_find_own(cf, conf) : NULL;
    if (own == NULL && conf->config.len == 0) {
        return NGX_ERROR;
    }
    made next = { .recipe = recipe_of(conf, own) };
    if (next.recipe.bearer != NULL &&
        ngx_http_xcj_make_verifier(&next.recipe.verifier, cf, next.recipe.bearer, conf->hmac_k_raw, 0) != NGX_OK) {
        return NGX_ERROR;
    }
    conf->verifier = next.recipe.verifier;
    made *known = main_conf->minters.elts;
    for (ngx_uint_t i = 0; i < main_conf->minters.nelts; i++) {
        if (same_recipe(&known[i].recipe, &next.recipe)) {
            conf->signers = known[i].signers;
            return NGX_OK;
        }
    }
    made *place = ngx_array_push(&main_conf->minters);
    if (place == NULL || make(&next, cf, conf) != NGX_OK) {
        return NGX_ERROR;
    }
    *place = next;
    conf->signers = next.signers;
    return NGX_OK;
}

ngx_int_t ngx_http_xcj_make_minter(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    xcj_error err;
    if (find_minter(cf, conf) != NGX_OK || ngx_http_xcj_constant_claims(&auth, cf, conf) != NGX_OK) {
        return NGX_ERROR;
    }
    for (size_t i = 0; i < conf->signers->count; i++) {
        if (rehearse(conf, conf->signers->minters[i], &auth, &err) != XCJ_OK) {
            const ngx_str_t *path = conf->config.len > 0 ? &conf->config : &conf->private_jwk;
            ngx_http_xcj_conf_error(cf, &conf->key_at, 0, "\"%V\": %s", path, err.message);
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}
