/*
 * The directives: their arguments and contexts.
 */
#include "ngx_http_xcj.h"

#define ANYWHERE (NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF)

#define EXPIRES_MAX 31536000
#define LEEWAY_MAX 86400
#define CACHE_MIN 65536
#define LEAD_MAX 31536000
#define USUAL_LEAD 3600

static const ngx_conf_enum_t methods[] = {
    { ngx_string("bearer"), XCJ_AUTH_BEARER },
    { ngx_string("basic"), XCJ_AUTH_BASIC },
    { ngx_string("client_cert"), XCJ_AUTH_CLIENT_CERT },
    { ngx_string("apikey"), XCJ_AUTH_API_KEY },
    { ngx_null_string, 0 },
};

static ngx_conf_enum_t dn_forms[] = {
    { ngx_string("rfc4514"), XCJ_DN_RFC4514 },
    { ngx_string("kong"), XCJ_DN_UNESCAPED },
    { ngx_null_string, 0 },
};

static ngx_conf_enum_t inbound_rules[] = {
    { ngx_string("screened"), XCJ_INBOUND_SCREENED },
    { ngx_string("all"), XCJ_INBOUND_ALL },
    { ngx_null_string, 0 },
};

static ngx_conf_enum_t profiles[] = {
    { ngx_string("jwt"), XCJ_PROFILE_JWT },
    { ngx_string("at+jwt"), XCJ_PROFILE_AT_JWT },
    { ngx_string("txn"), XCJ_PROFILE_TXN },
    { ngx_null_string, 0 },
};

static ngx_conf_enum_t cnf_rules[] = {
    { ngx_string("proven"), XCJ_CNF_PROVEN },
    { ngx_string("ignored"), XCJ_CNF_IGNORED },
    { ngx_null_string, 0 },
};

static ngx_conf_enum_t bindings[] = {
    { ngx_string("off"), XCJ_BIND_NOTHING },
    { ngx_string("certificate"), XCJ_BIND_CERTIFICATE },
    { ngx_string("key"), XCJ_BIND_KEY },
    { ngx_null_string, 0 },
};

static void note_place(ngx_conf_t *cf, ngx_http_xcj_place *at)
{
    at->file = cf->conf_file->file.name;
    at->line = cf->conf_file->line;
}

static char *say(ngx_conf_t *cf, xcj_code code, const xcj_error *err)
{
    if (code == XCJ_OK) {
        return NGX_CONF_OK;
    }
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s", err->message);
    return NGX_CONF_ERROR;
}

static char *check_field_name(ngx_conf_t *cf, void *post, void *data)
{
    (void)post;
    const ngx_str_t *name = data;
    xcj_error err;
    return say(cf, xcj_header_check((const char *)name->data, name->len, &err), &err);
}

static char *check_written_field(ngx_conf_t *cf, void *post, void *data)
{
    (void)post;
    const ngx_str_t *name = data;
    xcj_error err;
    return say(cf, xcj_header_check_token((const char *)name->data, name->len, &err), &err);
}

static char *check_downstream_field(ngx_conf_t *cf, void *post, void *data)
{
    ngx_str_t *name = data;
    if (ngx_http_xcj_is(name, "off")) {
        name->len = 0;
        return NGX_CONF_OK;
    }
    return check_written_field(cf, post, data);
}

/* These settings are the same for every request. A variable's name, taken literally, would be noticed only in the tokens.
 */
static char *check_constant(ngx_conf_t *cf, void *post, void *data)
{
    (void)post;
    ngx_str_t *text = data;
    if (text->len == 0) {
        return "is empty";
    }
    if (ngx_http_script_variables_count(text) > 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "variables cannot be used in \"%V\"", text);
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}

static char *check_expires_in(ngx_conf_t *cf, void *post, void *data)
{
    (void)cf;
    (void)post;
    time_t seconds = *(time_t *)data;
    return seconds >= 1 && seconds <= EXPIRES_MAX ? NGX_CONF_OK : "must be from 1 second to 31536000";
}

static ngx_conf_post_t field_name = { check_field_name };
static ngx_conf_post_t written_field = { check_written_field };
static ngx_conf_post_t downstream_field = { check_downstream_field };
static ngx_conf_post_t constant = { check_constant };
static ngx_conf_post_t expires_in = { check_expires_in };

static char *set_enable(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_http_xcj_loc_conf *conf = data;
    note_place(cf, &conf->enabled_at);
    return ngx_conf_set_flag_slot(cf, cmd, data);
}

/* xcj_auth METHOD... and xcj_preauthenticated METHOD... */
static char *set_methods(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_uint_t *bits = (ngx_uint_t *)((u_char *)data + cmd->offset);
    const ngx_str_t *words = cf->args->elts;
    if (*bits != 0) {
        return "is duplicate";
    }
    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        const ngx_conf_enum_t *method = methods;
        while (method->name.len != 0 && !ngx_http_xcj_same(&method->name, &words[i])) {
            method++;
        }
        if (method->name.len == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" is none of: bearer, basic, client_cert, apikey", &words[i]);
            return NGX_CONF_ERROR;
        }
        *bits |= method->value;
    }
    return NGX_CONF_OK;
}

/* Relative names are relative to nginx.conf, like the names of certificates. */
static char *set_file(ngx_conf_t *cf, ngx_command_t *cmd, void *data, ngx_http_xcj_place *at)
{
    ngx_str_t *path = (ngx_str_t *)((u_char *)data + cmd->offset);
    char *wrong = ngx_conf_set_str_slot(cf, cmd, data);
    if (wrong != NGX_CONF_OK) {
        return wrong;
    }
    return ngx_http_xcj_name_file(cf, path, at) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}

/* xcj_private_jwk FILE [lead=TIME] */
static char *set_private_jwk(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_http_xcj_loc_conf *conf = data;
    const ngx_str_t *words = cf->args->elts;
    char *wrong = set_file(cf, cmd, data, &conf->key_at);
    if (wrong != NGX_CONF_OK) {
        return wrong;
    }
    conf->lead = USUAL_LEAD;
    if (cf->args->nelts == 3) {
        ngx_str_t time = { words[2].len - 5, words[2].data + 5 };
        int is_lead = words[2].len > 5 && ngx_strncmp(words[2].data, "lead=", 5) == 0;
        conf->lead = is_lead ? ngx_parse_time(&time, 1) : NGX_ERROR;
    }
    return conf->lead >= 0 && conf->lead <= LEAD_MAX ? NGX_CONF_OK
                                                     : "has a second argument that is no \"lead=\" up to 365 days";
}

/* xcj_config */
static char *set_key_file(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_http_xcj_loc_conf *conf = data;
    return set_file(cf, cmd, data, &conf->key_at);
}

static char *set_identities(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_http_xcj_loc_conf *conf = data;
    return set_file(cf, cmd, data, &conf->identities_at);
}

static ngx_int_t push_text(ngx_array_t *list, u_char *text, size_t len)
{
    xcj_str *item = ngx_array_push(list);
    if (item == NULL) {
        return NGX_ERROR;
    }
    *item = (xcj_str){ (const char *)text, len };
    return NGX_OK;
}

/* alg=A,B */
char *ngx_http_xcj_read_algs(ngx_conf_t *cf, ngx_array_t *algs, u_char *text, u_char *end)
{
    while (text < end) {
        u_char *comma = ngx_strlchr(text, end, ',');
        u_char *stop = comma != NULL ? comma : end;
        xcj_alg *alg = ngx_array_push(algs);
        if (alg == NULL) {
            return NGX_CONF_ERROR;
        }
        *alg = xcj_kong_alg_from_name((const char *)text, (size_t)(stop - text));
        if (*alg == XCJ_ALG_NONE) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%*s\" is not an algorithm", (size_t)(stop - text), text);
            return NGX_CONF_ERROR;
        }
        text = stop + 1;
    }
    return algs->nelts > 0 ? NGX_CONF_OK : "has an empty \"alg\"";
}

ngx_int_t ngx_http_xcj_allow_asymmetric(ngx_array_t *algs)
{
    for (xcj_alg alg = XCJ_RS256; xcj_alg_name(alg) != NULL; alg++) {
        xcj_alg *place = ngx_array_push(algs);
        if (place == NULL) {
            return NGX_ERROR;
        }
        *place = alg;
    }
    return NGX_OK;
}

/* Whoever can fetch the set as well must not be able to sign with what is in it. */
static char *check_fetched_algs(ngx_array_t *algs)
{
    const xcj_alg *given = algs->elts;
    for (ngx_uint_t i = 0; i < algs->nelts; i++) {
        if (given[i] < XCJ_RS256) {
            return "has an \"alg\" for shared secrets: a set that is fetched has public keys";
        }
    }
    if (algs->nelts > 0) {
        return NGX_CONF_OK;
    }
    return ngx_http_xcj_allow_asymmetric(algs) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}

static char *read_leeway(time_t *out, u_char *text, size_t len)
{
    ngx_str_t value = { len, text };
    *out = ngx_parse_time(&value, 1);
    return *out >= 0 && *out <= LEEWAY_MAX ? NGX_CONF_OK : "has a \"leeway\" that is not from 0 to 86400 seconds";
}

static char *read_size(size_t *out, u_char *text, size_t len, char *wrong)
{
    ngx_str_t value = { len, text };
    const ssize_t size = ngx_parse_size(&value);
    *out = size >= CACHE_MIN ? (size_t)size : 0;
    return size >= CACHE_MIN ? NGX_CONF_OK : wrong;
}

static char *read_cache_age(time_t *out, u_char *text, size_t len)
{
    ngx_str_t value = { len, text };
    *out = ngx_parse_time(&value, 1);
    return *out > 0 ? NGX_CONF_OK : "has a \"cache_age\" that is not 1 second or more";
}

static char *set_once(xcj_str *out, const ngx_str_t *word, size_t prefix, char *twice)
{
    if (out->ptr != NULL) {
        return twice;
    }
    *out = (xcj_str){ (const char *)word->data + prefix, word->len - prefix };
    return NGX_CONF_OK;
}

static char *read_trust_option(ngx_conf_t *cf, ngx_http_xcj_trust *trust, const ngx_str_t *word, int may_mint)
{
    u_char *end = word->data + word->len;
    if (word->len > 4 && ngx_strncmp(word->data, "alg=", 4) == 0) {
        return ngx_http_xcj_read_algs(cf, &trust->algs, word->data + 4, end);
    }
    if (word->len > 4 && ngx_strncmp(word->data, "iss=", 4) == 0) {
        return set_once(&trust->issuer, word, 4, "has two \"iss\": each issuer has a line of its own");
    }
    if (word->len > 4 && ngx_strncmp(word->data, "typ=", 4) == 0) {
        return set_once(&trust->typ, word, 4, "has two \"typ\"");
    }
    if (may_mint && word->len > 10 && ngx_strncmp(word->data, "client_id=", 10) == 0) {
        return set_once(&trust->client_id, word, 10, "has two \"client_id\"");
    }
    if (word->len > 4 && ngx_strncmp(word->data, "aud=", 4) == 0) {
        return push_text(&trust->audiences, word->data + 4, word->len - 4) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
    }
    if (word->len > 7 && ngx_strncmp(word->data, "leeway=", 7) == 0) {
        return read_leeway(&trust->leeway, word->data + 7, word->len - 7);
    }
    if (word->len > 6 && ngx_strncmp(word->data, "cache=", 6) == 0) {
        return read_size(&trust->cache, word->data + 6, word->len - 6, "has a \"cache\" that is not at least 64k");
    }
    if (word->len > 10 && ngx_strncmp(word->data, "cache_age=", 10) == 0) {
        return read_cache_age(&trust->cache_age, word->data + 10, word->len - 10);
    }
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" is none of: alg=, iss=, aud=, typ=, leeway=, cache=, cache_age=%s",
                       word, may_mint ? ", client_id=" : "");
    return NGX_CONF_ERROR;
}

static ngx_http_xcj_trust *new_trust(ngx_conf_t *cf)
{
    ngx_http_xcj_trust *trust = ngx_pcalloc(cf->pool, sizeof *trust);
    if (trust == NULL || ngx_array_init(&trust->algs, cf->pool, 2, sizeof(xcj_alg)) != NGX_OK ||
        ngx_array_init(&trust->audiences, cf->pool, 1, sizeof(xcj_str)) != NGX_OK) {
        return NULL;
    }
    return trust;
}

/* Appends a line. Its issuer tells it from the others, so each of several lines has its own. */
static char *add_trust(ngx_http_xcj_trust **slot, ngx_http_xcj_trust *trust)
{
    if (*slot == NGX_CONF_UNSET_PTR) {
        *slot = trust;
        return NGX_CONF_OK;
    }
    for (; *slot != NULL; slot = &(*slot)->next) {
        const xcj_str known = (*slot)->issuer;
        if (known.ptr == NULL || trust->issuer.ptr == NULL) {
            return "is duplicate: each of several lines needs \"iss=\"";
        }
        if (known.len == trust->issuer.len && ngx_memcmp(known.ptr, trust->issuer.ptr, known.len) == 0) {
            return "is duplicate: another line has the same \"iss\"";
        }
    }
    *slot = trust;
    return NGX_CONF_OK;
}

/* FILE, or zone=NAME for a set that is fetched. */
static ngx_int_t name_keys(ngx_conf_t *cf, ngx_http_xcj_trust *trust, ngx_str_t word, int is_bearer)
{
    if (!is_bearer || word.len <= 5 || ngx_strncmp(word.data, "zone=", 5) != 0) {
        trust->path = word;
        return ngx_http_xcj_name_file(cf, &trust->path, &trust->at);
    }
    const ngx_str_t name = { word.len - 5, word.data + 5 };
    note_place(cf, &trust->at);
    trust->set = ngx_http_xcj_find_set(cf, &name);
    return trust->set != NULL ? NGX_OK : NGX_ERROR;
}

/*
 * xcj_bearer_jwks FILE | zone=NAME [alg=A,B] [iss=S] [aud=S]... [typ=TYPE] [client_id=CLAIM] [leeway=TIME]
 * [cache=SIZE] [cache_age=TIME] | off, a line for
 * each issuer, and xcj_introspect_jwks, which has one line, and neither client_id nor off.
 */
static char *set_trust(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_http_xcj_trust **slot = (ngx_http_xcj_trust **)((u_char *)data + cmd->offset);
    const ngx_str_t *words = cf->args->elts;
    int is_bearer = cmd->offset == offsetof(ngx_http_xcj_loc_conf, bearer);
    int is_off = is_bearer && cf->args->nelts == 2 && ngx_http_xcj_is(&words[1], "off");
    if (*slot != NGX_CONF_UNSET_PTR && (!is_bearer || is_off || *slot == NULL)) {
        return "is duplicate";
    }
    if (is_off) {
        *slot = NULL;
        return NGX_CONF_OK;
    }
    ngx_http_xcj_trust *trust = new_trust(cf);
    if (trust == NULL) {
        return NGX_CONF_ERROR;
    }
    if (name_keys(cf, trust, words[1], is_bearer) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    for (ngx_uint_t i = 2; i < cf->args->nelts; i++) {
        char *wrong = read_trust_option(cf, trust, &words[i], is_bearer);
        if (wrong != NGX_CONF_OK) {
            return wrong;
        }
    }
    if (trust->set != NULL) {
        char *wrong = check_fetched_algs(&trust->algs);
        if (wrong != NGX_CONF_OK) {
            return wrong;
        }
    }
    return add_trust(slot, trust);
}

#if (NGX_THREADS)

/* Finds the pool with this name, or adds it. */
static ngx_http_xcj_pool *find_pool(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_http_xcj_main_conf *main_conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_xcj_module);
    ngx_thread_pool_t *threads = ngx_thread_pool_add(cf, name);
    ngx_http_xcj_pool *pool = main_conf->pools;
    while (pool != NULL && pool->threads != threads) {
        pool = pool->next;
    }
    if (pool == NULL && threads != NULL && (pool = ngx_pcalloc(cf->pool, sizeof *pool)) != NULL) {
        pool->threads = threads;
        pool->name = *name;
        pool->next = main_conf->pools;
        main_conf->pools = pool;
    }
    return pool;
}

#endif

static char *set_thread_pool(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    (void)cmd;
    ngx_http_xcj_loc_conf *conf = data;
    ngx_str_t *words = cf->args->elts;
    if (conf->thread_pool != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }
    if (ngx_http_xcj_is(&words[1], "off")) {
        conf->thread_pool = NULL;
        return NGX_CONF_OK;
    }
#if (NGX_THREADS)
    conf->thread_pool = find_pool(cf, &words[1]);
    return conf->thread_pool != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
#else
    return "needs an nginx that was built --with-threads";
#endif
}

static char *read_jwks_option(ngx_conf_t *cf, ngx_http_xcj_jwks *jwks, ngx_str_t word)
{
    if (word.len > 8 && ngx_strncmp(word.data, "max_age=", 8) == 0) {
        ngx_str_t time = { word.len - 8, word.data + 8 };
        jwks->max_age = ngx_parse_time(&time, 1);
        return jwks->max_age >= 0 ? NGX_CONF_OK : "has a \"max_age\" that is no time in seconds";
    }
    ngx_str_t *path = ngx_array_push(&jwks->paths);
    if (path == NULL) {
        return NGX_CONF_ERROR;
    }
    *path = word;
    return ngx_http_xcj_name_file(cf, path, &jwks->at) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}

/* xcj_jwks [FILE]... [max_age=TIME] */
static char *set_jwks(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    (void)cmd;
    ngx_http_xcj_loc_conf *conf = data;
    const ngx_str_t *words = cf->args->elts;
    if (conf->jwks != NULL) {
        return "is duplicate";
    }
    ngx_http_xcj_jwks *jwks = ngx_pcalloc(cf->pool, sizeof *jwks);
    if (jwks == NULL || ngx_array_init(&jwks->paths, cf->pool, 2, sizeof(ngx_str_t)) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    jwks->max_age = NGX_CONF_UNSET;
    note_place(cf, &jwks->at);
    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        char *wrong = read_jwks_option(cf, jwks, words[i]);
        if (wrong != NGX_CONF_OK) {
            return wrong;
        }
    }
    conf->jwks = jwks;
    ngx_http_core_loc_conf_t *clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_xcj_jwks_handler;
    return NGX_CONF_OK;
}

static char *set_introspect(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    (void)cmd;
    ngx_http_xcj_loc_conf *conf = data;
    if (conf->introspects) {
        return "is duplicate";
    }
    conf->introspects = 1;
    note_place(cf, &conf->introspects_at);
    ngx_http_core_loc_conf_t *clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_xcj_introspect_handler;
    return NGX_CONF_OK;
}

/* xcj_reuse TIME [SIZE] | off */
static char *set_reuse(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    (void)cmd;
    ngx_http_xcj_loc_conf *conf = data;
    ngx_str_t *words = cf->args->elts;
    if (conf->reuse != NGX_CONF_UNSET) {
        return "is duplicate";
    }
    if (cf->args->nelts == 2 && ngx_http_xcj_is(&words[1], "off")) {
        conf->reuse = 0;
        return NGX_CONF_OK;
    }
    conf->reuse = ngx_parse_time(&words[1], 1);
    if (conf->reuse <= 0) {
        return "has a time that is not 1 second or more";
    }
    return cf->args->nelts == 2
               ? NGX_CONF_OK
               : read_size(&conf->reuse_bytes, words[2].data, words[2].len, "has a size that is not at least 64k");
}

#define DIRECTIVE(name, where, args, set, member, post)                                                                     \
    {                                                                                                                       \
        ngx_string(name), (where) | (args), set, NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_http_xcj_loc_conf, member), post    \
    }

ngx_command_t ngx_http_xcj_commands[] = {
    DIRECTIVE("xcj", ANYWHERE, NGX_CONF_FLAG, set_enable, enable, NULL),
    DIRECTIVE("xcj_auth", ANYWHERE, NGX_CONF_1MORE, set_methods, methods, NULL),
    DIRECTIVE("xcj_preauthenticated", ANYWHERE, NGX_CONF_1MORE, set_methods, preauthenticated, NULL),
    DIRECTIVE("xcj_kong", ANYWHERE, NGX_CONF_FLAG, ngx_conf_set_flag_slot, kong, NULL),
    DIRECTIVE("xcj_kong_order", ANYWHERE, NGX_CONF_FLAG, ngx_conf_set_flag_slot, kong_order, NULL),
    DIRECTIVE("xcj_dn", ANYWHERE, NGX_CONF_TAKE1, ngx_conf_set_enum_slot, dn, &dn_forms),
    DIRECTIVE("xcj_cap_exp", ANYWHERE, NGX_CONF_FLAG, ngx_conf_set_flag_slot, cap_exp, NULL),
    DIRECTIVE("xcj_inbound", ANYWHERE, NGX_CONF_TAKE1, ngx_conf_set_enum_slot, inbound, &inbound_rules),
    DIRECTIVE("xcj_profile", ANYWHERE, NGX_CONF_TAKE1, ngx_conf_set_enum_slot, profile, &profiles),
    DIRECTIVE("xcj_cnf", ANYWHERE, NGX_CONF_TAKE1, ngx_conf_set_enum_slot, cnf, &cnf_rules),
    DIRECTIVE("xcj_bind", ANYWHERE, NGX_CONF_TAKE1, ngx_conf_set_enum_slot, bind, &bindings),
    DIRECTIVE("xcj_dpop", ANYWHERE, NGX_CONF_1MORE, ngx_http_xcj_set_dpop, dpop, NULL),
    DIRECTIVE("xcj_identities", ANYWHERE, NGX_CONF_TAKE1, set_identities, identities, NULL),
    DIRECTIVE("xcj_private_jwk", ANYWHERE, NGX_CONF_TAKE12, set_private_jwk, private_jwk, NULL),
    DIRECTIVE("xcj_config", ANYWHERE, NGX_CONF_TAKE1, set_key_file, config, NULL),
    DIRECTIVE("xcj_apikey_header", ANYWHERE, NGX_CONF_TAKE1, ngx_conf_set_str_slot, apikey_header, &field_name),
    DIRECTIVE("xcj_bearer_clientid_claim", ANYWHERE, NGX_CONF_1MORE, ngx_http_xcj_set_names, clientid_claims, NULL),
    DIRECTIVE("xcj_keep_claims", ANYWHERE, NGX_CONF_1MORE, ngx_http_xcj_set_names, keep_claims, NULL),
    DIRECTIVE("xcj_drop_claims", ANYWHERE, NGX_CONF_1MORE, ngx_http_xcj_set_names, drop_claims, NULL),
    DIRECTIVE("xcj_require_claims", ANYWHERE, NGX_CONF_1MORE, ngx_http_xcj_set_names, require_claims, NULL),
    DIRECTIVE("xcj_rename_claim", ANYWHERE, NGX_CONF_TAKE2, ngx_http_xcj_set_rename, rename_claims, NULL),
    DIRECTIVE("xcj_claim", ANYWHERE, NGX_CONF_2MORE, ngx_http_xcj_set_claim, claims, NULL),
    DIRECTIVE("xcj_jose_header", ANYWHERE, NGX_CONF_TAKE2, ngx_http_xcj_set_jose_header, jose_header, NULL),
    DIRECTIVE("xcj_upstream_header", ANYWHERE, NGX_CONF_TAKE1, ngx_conf_set_str_slot, upstream_header, &written_field),
    DIRECTIVE("xcj_downstream_header", ANYWHERE, NGX_CONF_TAKE1, ngx_conf_set_str_slot, downstream_header,
              &downstream_field),
    DIRECTIVE("xcj_expires_in", ANYWHERE, NGX_CONF_TAKE1, ngx_conf_set_sec_slot, expires_in, &expires_in),
    DIRECTIVE("xcj_reuse", ANYWHERE, NGX_CONF_TAKE12, set_reuse, reuse, NULL),
    DIRECTIVE("xcj_iss", ANYWHERE, NGX_CONF_TAKE1, ngx_conf_set_str_slot, iss, &constant),
    DIRECTIVE("xcj_jku", ANYWHERE, NGX_CONF_TAKE1, ngx_conf_set_str_slot, jku, &constant),
    DIRECTIVE("xcj_aud", ANYWHERE, NGX_CONF_1MORE, ngx_http_xcj_set_values, aud, NULL),
    DIRECTIVE("xcj_sub", ANYWHERE, NGX_CONF_TAKE1, ngx_http_set_complex_value_slot, sub, NULL),
    DIRECTIVE("xcj_consumer", ANYWHERE, NGX_CONF_TAKE1, ngx_http_set_complex_value_slot, consumer, NULL),
    DIRECTIVE("xcj_consumer_required", ANYWHERE, NGX_CONF_FLAG, ngx_conf_set_flag_slot, consumer_required, NULL),
    DIRECTIVE("xcj_client_cert", ANYWHERE, NGX_CONF_TAKE1, ngx_http_set_complex_value_slot, client_cert, NULL),
    DIRECTIVE("xcj_client_verify", ANYWHERE, NGX_CONF_TAKE1, ngx_http_set_complex_value_slot, client_verify, NULL),
    DIRECTIVE("xcj_verbose", ANYWHERE, NGX_CONF_FLAG, ngx_conf_set_flag_slot, verbose, NULL),
    DIRECTIVE("xcj_hmac_k_raw", ANYWHERE, NGX_CONF_FLAG, ngx_conf_set_flag_slot, hmac_k_raw, NULL),
    DIRECTIVE("xcj_thread_pool", ANYWHERE, NGX_CONF_TAKE1, set_thread_pool, thread_pool, NULL),
    DIRECTIVE("xcj_bearer_jwks", ANYWHERE, NGX_CONF_1MORE, set_trust, bearer, NULL),
    { ngx_string("xcj_jwks_zone"), NGX_HTTP_MAIN_CONF | NGX_CONF_2MORE, ngx_http_xcj_set_zone, NGX_HTTP_MAIN_CONF_OFFSET, 0,
      NULL },
    DIRECTIVE("xcj_introspect_jwks", ANYWHERE, NGX_CONF_1MORE, set_trust, introspect, NULL),
    DIRECTIVE("xcj_jwks", NGX_HTTP_LOC_CONF, NGX_CONF_ANY, set_jwks, jwks, NULL),
    DIRECTIVE("xcj_status", NGX_HTTP_LOC_CONF, NGX_CONF_NOARGS | NGX_CONF_TAKE1, ngx_http_xcj_show_status, status, NULL),
    DIRECTIVE("xcj_introspect", NGX_HTTP_LOC_CONF, NGX_CONF_NOARGS, set_introspect, introspects, NULL),
    ngx_null_command,
};
