#include "mod_xcj.h"

#include <mod_ssl.h>

/* Found once, before threads start; NULL without mod_ssl. */
static APR_OPTIONAL_FN_TYPE(ssl_var_lookup) * look_up;
static APR_OPTIONAL_FN_TYPE(ssl_is_https) * is_https;

void mod_xcj_tls_register(void)
{
    look_up = APR_RETRIEVE_OPTIONAL_FN(ssl_var_lookup);
    is_https = APR_RETRIEVE_OPTIONAL_FN(ssl_is_https);
}

static const char *variable(request_rec *r, const char *name)
{
    return look_up(r->pool, r->server, r->connection, r, (char *)apr_pstrdup(r->pool, name));
}

xcj_str mod_xcj_certificate(request_rec *r)
{
    const xcj_str absent = { NULL, 0 };
    if (look_up == NULL || is_https == NULL || !is_https(r->connection)) {
        return absent;
    }
    const char *verdict = variable(r, "SSL_CLIENT_VERIFY");
    return verdict != NULL && strcmp(verdict, "SUCCESS") == 0 ? xcj_text(variable(r, "SSL_CLIENT_CERT")) : absent;
}
