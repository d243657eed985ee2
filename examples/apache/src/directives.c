#include "mod_xcj.h"

#include <string.h>

void *mod_xcj_server_new(apr_pool_t *pool, server_rec *server)
{
    (void)server;
    mod_xcj_server *own = (mod_xcj_server *)apr_pcalloc(pool, sizeof *own);
    own->consumer_required = -1;
    own->rows = apr_array_make(pool, 1, sizeof(mod_xcj_row));
    own->clientid_claims = apr_array_make(pool, 1, sizeof(xcj_str));
    return own;
}

static apr_array_header_t *either(apr_array_header_t *inner, apr_array_header_t *outer)
{
    return inner->nelts > 0 ? inner : outer;
}

void *mod_xcj_server_merge(apr_pool_t *pool, void *outer_config, void *inner_config)
{
    const mod_xcj_server *outer = (const mod_xcj_server *)outer_config;
    const mod_xcj_server *inner = (const mod_xcj_server *)inner_config;
    mod_xcj_server *own = (mod_xcj_server *)apr_pmemdup(pool, inner, sizeof *own);
    own->private_jwk = inner->private_jwk != NULL ? inner->private_jwk : outer->private_jwk;
    own->identities = inner->identities != NULL ? inner->identities : outer->identities;
    own->iss = inner->iss != NULL ? inner->iss : outer->iss;
    own->jku = inner->jku != NULL ? inner->jku : outer->jku;
    own->expires_in = inner->expires_in != 0 ? inner->expires_in : outer->expires_in;
    own->rows = either(inner->rows, outer->rows);
    own->clientid_claims = either(inner->clientid_claims, outer->clientid_claims);
    own->consumer_required = inner->consumer_required != -1 ? inner->consumer_required : outer->consumer_required;
    return own;
}

void *mod_xcj_dir_new(apr_pool_t *pool, char *name)
{
    (void)name;
    mod_xcj_dir *own = (mod_xcj_dir *)apr_pcalloc(pool, sizeof *own);
    own->on = -1;
    own->auds = apr_array_make(pool, 1, sizeof(xcj_str));
    return own;
}

void *mod_xcj_dir_merge(apr_pool_t *pool, void *outer_config, void *inner_config)
{
    const mod_xcj_dir *outer = (const mod_xcj_dir *)outer_config;
    const mod_xcj_dir *inner = (const mod_xcj_dir *)inner_config;
    mod_xcj_dir *own = (mod_xcj_dir *)apr_pmemdup(pool, inner, sizeof *own);
    own->on = inner->on != -1 ? inner->on : outer->on;
    own->methods = inner->methods != 0 ? inner->methods : outer->methods;
    own->upstream_header = inner->upstream_header != NULL ? inner->upstream_header : outer->upstream_header;
    own->apikey_header = inner->apikey_header != NULL ? inner->apikey_header : outer->apikey_header;
    own->consumer = inner->consumer != NULL ? inner->consumer : outer->consumer;
    own->auds = either(inner->auds, outer->auds);
    return own;
}

static mod_xcj_server *server_of(const cmd_parms *cmd)
{
    return (mod_xcj_server *)ap_get_module_config(cmd->server->module_config, &xcj_module);
}

static void push_text(apr_array_header_t *list, const char *text)
{
    *(xcj_str *)apr_array_push(list) = xcj_text(text);
}

/* A directive of the server with one text: cmd->info is its place. */
static const char *server_text(cmd_parms *cmd, void *dir, const char *value)
{
    (void)dir;
    *(const char **)((char *)server_of(cmd) + (apr_size_t)cmd->info) = value;
    return NULL;
}

static const char *server_file(cmd_parms *cmd, void *dir, const char *value)
{
    return server_text(cmd, dir, ap_server_root_relative(cmd->pool, value));
}

static const char *seconds(apr_int64_t *out, const char *value, apr_int64_t least)
{
    char *end = NULL;
    *out = apr_strtoi64(value, &end, 10);
    return *value != '\0' && *end == '\0' && *out >= least ? NULL : "a time must be a number of seconds";
}

static const char *set_expires_in(cmd_parms *cmd, void *dir, const char *value)
{
    (void)dir;
    return seconds(&server_of(cmd)->expires_in, value, 1);
}

static const char *add_clientid_claim(cmd_parms *cmd, void *dir, const char *value)
{
    (void)dir;
    push_text(server_of(cmd)->clientid_claims, value);
    return NULL;
}

static const char *set_consumer_required(cmd_parms *cmd, void *dir, int on)
{
    (void)dir;
    server_of(cmd)->consumer_required = on;
    return NULL;
}

static const char *add_algs(apr_pool_t *pool, apr_array_header_t *algs, const char *names)
{
    char *rest = NULL;
    char *copy = apr_pstrdup(pool, names);
    for (const char *name = apr_strtok(copy, ",", &rest); name != NULL; name = apr_strtok(NULL, ",", &rest)) {
        xcj_alg alg = xcj_alg_from_name(name, strlen(name));
        if (alg == XCJ_ALG_NONE) {
            return apr_pstrcat(pool, "there is no algorithm ", name, NULL);
        }
        *(xcj_alg *)apr_array_push(algs) = alg;
    }
    return NULL;
}

static const char *row_word(apr_pool_t *pool, mod_xcj_row *row, const char *word)
{
    if (strncmp(word, "alg=", 4) == 0) {
        return add_algs(pool, row->algs, word + 4);
    }
    if (strncmp(word, "iss=", 4) == 0) {
        row->iss = word + 4;
    } else if (strncmp(word, "aud=", 4) == 0) {
        push_text(row->auds, word + 4);
    } else if (strncmp(word, "typ=", 4) == 0) {
        row->typ = word + 4;
    } else if (strncmp(word, "leeway=", 7) == 0) {
        return seconds(&row->leeway, word + 7, 0);
    } else {
        return apr_pstrcat(pool, word, " is none of alg=, iss=, aud=, typ=, leeway=", NULL);
    }
    return NULL;
}

static const char *add_row(cmd_parms *cmd, void *dir, int argc, char *const argv[])
{
    (void)dir;
    if (argc == 0) {
        return "XcjBearerJwks needs a file";
    }
    mod_xcj_row *row = (mod_xcj_row *)apr_array_push(server_of(cmd)->rows);
    memset(row, 0, sizeof *row);
    row->file = ap_server_root_relative(cmd->pool, argv[0]);
    row->algs = apr_array_make(cmd->pool, 2, sizeof(xcj_alg));
    row->auds = apr_array_make(cmd->pool, 2, sizeof(xcj_str));
    for (int i = 1; i < argc; i++) {
        const char *wrong = row_word(cmd->pool, row, argv[i]);
        if (wrong != NULL) {
            return wrong;
        }
    }
    return NULL;
}

static const char *add_method(cmd_parms *cmd, void *config, const char *value)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } methods[] = { { "bearer", XCJ_AUTH_BEARER },
                    { "basic", XCJ_AUTH_BASIC },
                    { "client_cert", XCJ_AUTH_CLIENT_CERT },
                    { "apikey", XCJ_AUTH_API_KEY } };
    (void)cmd;
    for (apr_size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (strcmp(value, methods[i].name) == 0) {
            ((mod_xcj_dir *)config)->methods |= methods[i].bit;
            return NULL;
        }
    }
    return "a method must be bearer, basic, client_cert or apikey";
}

static const char *add_aud(cmd_parms *cmd, void *config, const char *value)
{
    (void)cmd;
    push_text(((mod_xcj_dir *)config)->auds, value);
    return NULL;
}

static const char *set_upstream_header(cmd_parms *cmd, void *config, const char *value)
{
    xcj_error err;
    if (xcj_header_check_token(value, strlen(value), &err) != XCJ_OK) {
        return apr_pstrdup(cmd->pool, err.message);
    }
    ((mod_xcj_dir *)config)->upstream_header = value;
    return NULL;
}

#define SERVER(member) ((void *)APR_OFFSETOF(mod_xcj_server, member))
#define DIR(member) ((void *)APR_OFFSETOF(mod_xcj_dir, member))
/* Not in .htaccess, which others than the administrator may write. */
#define ANYWHERE (RSRC_CONF | ACCESS_CONF)

const command_rec mod_xcj_directives[] = {
    AP_INIT_TAKE1("XcjPrivateJwk", server_file, SERVER(private_jwk), RSRC_CONF,
                  "the file of the key that signs: a JWK with alg"),
    AP_INIT_TAKE1("XcjIdentities", server_file, SERVER(identities), RSRC_CONF, "the file of callers and their consumers"),
    AP_INIT_TAKE1("XcjIss", server_text, SERVER(iss), RSRC_CONF, "the claim iss"),
    AP_INIT_TAKE1("XcjJku", server_text, SERVER(jku), RSRC_CONF, "the header's jku"),
    AP_INIT_TAKE1("XcjExpiresIn", set_expires_in, NULL, RSRC_CONF, "seconds from iat to exp; 1800"),
    AP_INIT_TAKE_ARGV("XcjBearerJwks", add_row, NULL, RSRC_CONF,
                      "a file of keys for Bearer tokens, alg=, iss=, aud=, typ=, leeway="),
    AP_INIT_ITERATE("XcjBearerClientidClaim", add_clientid_claim, NULL, RSRC_CONF, "claims that become client_id; clientId"),
    AP_INIT_FLAG("XcjConsumerRequired", set_consumer_required, NULL, RSRC_CONF, "refuse a caller without a consumer; on"),
    AP_INIT_FLAG("Xcj", ap_set_flag_slot, DIR(on), ANYWHERE, "mint a token for each request, or answer 401"),
    AP_INIT_ITERATE("XcjAuth", add_method, NULL, ANYWHERE, "bearer, basic, client_cert, apikey: which credentials count"),
    AP_INIT_ITERATE("XcjAud", add_aud, NULL, ANYWHERE, "the claim aud: one or several"),
    AP_INIT_TAKE1("XcjConsumer", ap_set_string_slot, DIR(consumer), ANYWHERE,
                  "the consumer, instead of that of XcjIdentities"),
    AP_INIT_TAKE1("XcjUpstreamHeader", set_upstream_header, NULL, ANYWHERE,
                  "the request header for the token; X-Custom-Jwt"),
    AP_INIT_TAKE1("XcjApikeyHeader", ap_set_string_slot, DIR(apikey_header), ANYWHERE,
                  "the header that has an API key; apikey"),
    { NULL },
};
