#include "mod_xcj.h"

#include <apr_file_io.h>
#include <string.h>

/* The largest file that is read. */
#define FILE_MAX (16 << 20)

static xcj_code fail(xcj_error *err, const char *directive, const char *message)
{
    memset(err, 0, sizeof *err);
    err->code = XCJ_ERR_CONFIG;
    apr_snprintf(err->message, sizeof err->message, "%s: %s", directive, message);
    return err->code;
}

/* Reads a whole file into the pool. */
static xcj_code read_file(xcj_str *out, apr_pool_t *pool, const char *name, xcj_error *err)
{
    apr_file_t *file = NULL;
    apr_finfo_t info;
    char reason[120];
    apr_status_t status = apr_file_open(&file, name, APR_READ | APR_BINARY, APR_OS_DEFAULT, pool);
    if (status == APR_SUCCESS) {
        status = apr_file_info_get(&info, APR_FINFO_SIZE, file);
    }
    if (status == APR_SUCCESS && info.size > FILE_MAX) {
        return fail(err, name, "is longer than 16 MiB");
    }
    if (status == APR_SUCCESS) {
        char *content = (char *)apr_palloc(pool, (apr_size_t)info.size + 1);
        status = apr_file_read_full(file, content, (apr_size_t)info.size, &out->len);
        out->ptr = content;
        apr_file_close(file);
    }
    return status == APR_SUCCESS ? XCJ_OK : fail(err, name, apr_strerror(status, reason, sizeof reason));
}

static apr_status_t free_minter(void *minter)
{
    xcj_minter_free((xcj_minter *)minter);
    return APR_SUCCESS;
}

static apr_status_t free_verifier(void *verifier)
{
    xcj_verifier_free((xcj_verifier *)verifier);
    return APR_SUCCESS;
}

static xcj_code build_row(xcj_verifier **out, apr_pool_t *ptemp, const mod_xcj_row *row, xcj_error *err)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.algs = row->algs->nelts > 0 ? (const xcj_alg *)(const void *)row->algs->elts : NULL;
    options.algs_count = (size_t)row->algs->nelts;
    options.audiences = row->auds->nelts > 0 ? (const xcj_str *)(const void *)row->auds->elts : NULL;
    options.audiences_count = (size_t)row->auds->nelts;
    options.issuer = xcj_text(row->iss);
    options.typ = xcj_text(row->typ);
    options.leeway = row->leeway;
    xcj_str text = { NULL, 0 };
    xcj_keyset *keys = NULL;
    xcj_code code = read_file(&text, ptemp, row->file, err);
    if (code == XCJ_OK) {
        code = xcj_keyset_from_data(&keys, (const uint8_t *)text.ptr, text.len, NULL, err);
    }
    if (code == XCJ_OK) {
        code = xcj_verifier_new(out, keys, &options, err);
    }
    xcj_keyset_free(keys);
    return code;
}

/* One row is the verifier itself; several are told apart by their issuers. */
static xcj_code build_verifier(mod_xcj_server *own, apr_pool_t *pconf, apr_pool_t *ptemp, xcj_error *err)
{
    const mod_xcj_row *rows = (const mod_xcj_row *)(const void *)own->rows->elts;
    size_t count = (size_t)own->rows->nelts;
    xcj_verifier **made = (xcj_verifier **)apr_pcalloc(ptemp, count * sizeof *made);
    xcj_code code = XCJ_OK;
    for (size_t i = 0; i < count && code == XCJ_OK; i++) {
        code = build_row(&made[i], ptemp, &rows[i], err);
    }
    if (code == XCJ_OK && count == 1) {
        own->verifier = xcj_verifier_ref(made[0]);
    } else if (code == XCJ_OK && count > 1) {
        code = xcj_verifier_new_issuers(&own->verifier, (const xcj_verifier *const *)made, count, err);
    }
    for (size_t i = 0; i < count; i++) {
        xcj_verifier_free(made[i]);
    }
    apr_pool_cleanup_register(pconf, own->verifier, free_verifier, apr_pool_cleanup_null);
    return code;
}

static xcj_code build_minter(mod_xcj_server *own, apr_pool_t *pconf, apr_pool_t *ptemp, xcj_error *err)
{
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.iss = xcj_text(own->iss);
    options.jku = xcj_text(own->jku);
    options.expires_in = own->expires_in;
    options.consumer_optional = own->consumer_required == 0;
    options.bearer_verifier = own->verifier;
    if (own->clientid_claims->nelts > 0) {
        options.bearer_clientid_claims = (const xcj_str *)(const void *)own->clientid_claims->elts;
        options.bearer_clientid_claims_count = (size_t)own->clientid_claims->nelts;
    }
    xcj_str text = { NULL, 0 };
    xcj_identities *identities = NULL;
    xcj_key *key = NULL;
    xcj_code code = XCJ_OK;
    if (own->identities != NULL && (code = read_file(&text, ptemp, own->identities, err)) == XCJ_OK) {
        code = xcj_identities_from_json(&identities, text.ptr, text.len, err);
    }
    options.identities = identities;
    if (code == XCJ_OK && (code = read_file(&text, ptemp, own->private_jwk, err)) == XCJ_OK) {
        code = xcj_key_from_data(&key, (const uint8_t *)text.ptr, text.len, NULL, err);
    }
    if (code == XCJ_OK) {
        code = xcj_minter_new(&own->minter, key, &options, err);
    }
    apr_pool_cleanup_register(pconf, own->minter, free_minter, apr_pool_cleanup_null);
    xcj_key_free(key);
    xcj_identities_free(identities);
    return code;
}

int mod_xcj_build(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *servers)
{
    (void)plog;
    for (server_rec *server = servers; server != NULL; server = server->next) {
        mod_xcj_server *own = (mod_xcj_server *)ap_get_module_config(server->module_config, &xcj_module);
        const char *what = "XcjBearerJwks";
        xcj_error err;
        xcj_code code = build_verifier(own, pconf, ptemp, &err);
        if (code == XCJ_OK && own->private_jwk != NULL) {
            what = "XcjPrivateJwk";
            code = own->iss != NULL ? build_minter(own, pconf, ptemp, &err) : fail(&err, "XcjIss", "is required");
        }
        if (code != XCJ_OK) {
            ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_EMERG, 0, server, "xcj: %s: %s: %s", what,
                         xcj_code_name(err.code), err.message);
            return HTTP_INTERNAL_SERVER_ERROR;
        }
    }
    return OK;
}
