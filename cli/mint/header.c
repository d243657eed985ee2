/*
 * header.c: the header's typ, kid, certificate and further members, from options.
 */
#include <string.h>

#include "cli/mint/mint.h"

static msg_status set_typ(mint_job *job, const char *typ)
{
    if (job->options.typ.ptr != NULL) {
        return msg_fail(STATUS_USAGE, "mint", "typ was given twice (--typ, --header typ)");
    }
    job->options.typ = xcj_text(typ);
    return STATUS_OK;
}

/* The parameters that have an option of their own. */
static const char *right_form(const char *pair)
{
    static const char *const forms[][2] = { { "alg=", "--alg ALG" }, { "kid=", "--kid KID" }, { "jku=", "--jku URL" } };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (strncmp(pair, forms[i][0], strlen(forms[i][0])) == 0) {
            return forms[i][1];
        }
    }
    return NULL;
}

static msg_status add_option(mint_job *job, text *members, const opt_row *row, const char *pair)
{
    const char *form = right_form(pair);
    if (form != NULL) {
        return msg_fail(STATUS_USAGE, "mint", "--%s %.3s: use %s", row->name, pair, form);
    }
    if (strncmp(pair, "typ=", 4) != 0) {
        return mint_add_pair(members, row, pair);
    }
    if (strcmp(row->name, "header") != 0) {
        return msg_fail(STATUS_USAGE, "mint", "--%s typ: use --typ TYPE", row->name);
    }
    return set_typ(job, pair + 4);
}

/* The certificate must be that of the key: nobody could verify the token by another. */
static msg_status check_certificate(const mint_job *job, const text *cert, const char *name)
{
    keys_loaded loaded;
    bool is_same = false;
    const keys_how how = { 0 };
    msg_status status = keys_load_data(&loaded, cert, name, &how);
    if (status != STATUS_OK) {
        return status;
    }
    if (xcj_keyset_count(loaded.set) == 0) {
        status = msg_fail(STATUS_INPUT, name, "has no certificate with a usable key");
    } else {
        status = keys_compare(&is_same, job->key, xcj_keyset_get(loaded.set, 0), name);
    }
    if (status == STATUS_OK && !is_same) {
        status = msg_fail(STATUS_KEY, "--x5c", "%s is the certificate of another key", name);
    }
    keys_free(&loaded);
    return status;
}

static msg_status put_certificate(text *members, const text *cert, const char *name)
{
    xcj_certificate facts;
    xcj_error err;
    char *x5c = NULL;
    size_t len = 0;
    if (xcj_certificate_read(&facts, cert->ptr, cert->len, &err) != XCJ_OK ||
        xcj_certificate_to_x5c(&x5c, &len, cert->ptr, cert->len, &err) != XCJ_OK) {
        return msg_fail_error(ABOUT_INPUT, name, &err);
    }
    text hash = TEXT_INIT;
    text_base64url(&hash, (xcj_str){ (const char *)facts.sha256, sizeof facts.sha256 });
    msg_status status = mint_add_member(members, "x5c", xcj_text("x5t#S256"), text_view(&hash), false);
    if (status == STATUS_OK) {
        status = mint_add_member(members, "x5c", xcj_text("x5c"), (xcj_str){ x5c, len }, true);
    }
    members->failed = members->failed || hash.failed;
    text_free(&hash);
    xcj_free(x5c);
    return status;
}

static msg_status add_certificate(const mint_job *job, text *members)
{
    text cert = TEXT_INIT;
    const char *source = job->args->x5c;
    msg_status status = io_read(&cert, "--x5c", source, IO_KEY_LIMIT, STATUS_INPUT);
    if (status == STATUS_OK) {
        status = check_certificate(job, &cert, io_name(source));
    }
    if (status == STATUS_OK) {
        status = put_certificate(members, &cert, io_name(source));
    }
    text_free(&cert);
    return status;
}

static msg_status read_kid(mint_job *job)
{
    const char *kid = job->args->kid;
    size_t len = 0;
    xcj_error err;
    job->options.kid = xcj_text(kid);
    if (!keys_is_thumbprint(kid)) {
        return STATUS_OK;
    }
    if (xcj_key_thumbprint(&job->thumbprint, &len, job->key, XCJ_SHA256, &err) != XCJ_OK) {
        return msg_fail_error(ABOUT_INPUT, "--kid", &err);
    }
    job->options.kid = (xcj_str){ job->thumbprint, len };
    return STATUS_OK;
}

msg_status mint_read_header(mint_job *job)
{
    const mint_args *args = job->args;
    text members = TEXT_INIT;
    msg_status status = args->typ != NULL ? set_typ(job, args->typ) : STATUS_OK;
    for (size_t i = 0; i < args->header.count && status == STATUS_OK; i++) {
        status = add_option(job, &members, args->header.rows[i], args->header.items[i]);
    }
    if (status == STATUS_OK) {
        status = read_kid(job);
    }
    if (status == STATUS_OK && args->x5c != NULL) {
        status = add_certificate(job, &members);
    }
    if (status == STATUS_OK && members.len > 0) {
        text_puts(&job->header, "{");
        text_add(&job->header, members.ptr, members.len);
        text_puts(&job->header, "}");
    }
    if (status == STATUS_OK && (members.failed || job->header.failed)) {
        status = msg_fail_memory();
    }
    text_free(&members);
    return status;
}
