/*
 * Makes sure that somebody checks the credentials that tokens are minted for. This module checks Bearer tokens with a key
 * set and API keys with identities; nginx's TLS checks client certificates and auth_basic checks passwords. Where none of
 * them does, the configuration must say that the caller is preauthenticated.
 */
#include "ngx_http_xcj.h"

/*
 * The value of another module's directive. The module's public table of commands gives the offset at which nginx's own
 * setter stored the value. NULL: there is none.
 */
static const void *value_of(ngx_conf_t *cf, const char *directive, char *(*set)(ngx_conf_t *, ngx_command_t *, void *))
{
    const ngx_http_conf_ctx_t *ctx = cf->ctx;
    for (ngx_uint_t i = 0; cf->cycle->modules[i] != NULL; i++) {
        const ngx_module_t *module = cf->cycle->modules[i];
        const ngx_command_t *command = module->type == NGX_HTTP_MODULE ? module->commands : NULL;
        for (; command != NULL && command->name.len > 0; command++) {
            if (ngx_http_xcj_is(&command->name, directive) && command->set == set &&
                command->conf == NGX_HTTP_LOC_CONF_OFFSET) {
                const u_char *conf = ctx->loc_conf[module->ctx_index];
                const void *value;
                ngx_memcpy(&value, conf + command->offset, sizeof value);
                return value != NGX_CONF_UNSET_PTR ? value : NULL;
            }
        }
    }
    return NULL;
}

/* A realm that no request can turn off. Only a request shows whether there is also a file of users. */
static int has_auth_basic(ngx_conf_t *cf)
{
    const ngx_http_complex_value_t *realm = value_of(cf, "auth_basic", ngx_http_set_complex_value_slot);
    return realm != NULL && realm->lengths == NULL && !ngx_http_xcj_is(&realm->value, "off");
}

static int is_preauthenticated(const ngx_http_xcj_loc_conf *conf, ngx_uint_t method)
{
    return ngx_http_xcj_may_take(conf, method) && (conf->preauthenticated & method) != 0;
}

static const char *unsaid(ngx_conf_t *cf, const ngx_http_xcj_loc_conf *conf)
{
    if (ngx_http_xcj_may_take(conf, XCJ_AUTH_BEARER) && conf->bearer == NGX_CONF_UNSET_PTR) {
        return "Bearer tokens need \"xcj_bearer_jwks\" to be verified with, or \"xcj_bearer_jwks off\" where something else "
               "has verified them before";
    }
    if (ngx_http_xcj_may_take(conf, XCJ_AUTH_BASIC) && !is_preauthenticated(conf, XCJ_AUTH_BASIC) && !has_auth_basic(cf)) {
        return "nothing here checks the password of \"xcj_auth basic\": it needs \"auth_basic\" and "
               "\"auth_basic_user_file\", or \"xcj_preauthenticated basic\" where something else has checked it before";
    }
    if (ngx_http_xcj_may_take(conf, XCJ_AUTH_API_KEY) && !is_preauthenticated(conf, XCJ_AUTH_API_KEY) &&
        conf->identities.len == 0) {
        return "nothing here checks the key of \"xcj_auth apikey\": it needs \"xcj_identities\", or "
               "\"xcj_preauthenticated apikey\" where something else has checked it before";
    }
    return NULL;
}

/* Under "satisfy any", a caller whom "allow" admits may claim any identity, since the check of the credential may have
 * failed. */
static int relies_on_access(const ngx_http_xcj_loc_conf *conf)
{
    return ngx_http_xcj_may_take(conf, XCJ_AUTH_BASIC) || is_preauthenticated(conf, XCJ_AUTH_API_KEY) ||
           (ngx_http_xcj_may_take(conf, XCJ_AUTH_BEARER) && conf->bearer == NULL);
}

const char *ngx_http_xcj_unchecked(ngx_conf_t *cf, const ngx_http_xcj_loc_conf *conf)
{
    const ngx_http_core_loc_conf_t *core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    const char *what = unsaid(cf, conf);
    if (what == NULL && core->satisfy == NGX_HTTP_SATISFY_ANY && relies_on_access(conf)) {
        what = "\"satisfy any\" lets requests in whose credential nobody has checked: \"xcj\" cannot mint for a password, "
               "nor for what something else has checked";
    }
    return what;
}
