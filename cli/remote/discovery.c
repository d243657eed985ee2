/*
 * discovery.c: from an issuer to the URL of its keys.
 */
#include <string.h>

#include "cli/io/doc.h"
#include "cli/io/shown.h"
#include "cli/remote/discovery.h"

/* The issuer that the document must name, and the place for its jwks_uri. */
typedef struct wanted {
    const char *issuer;
    bool allow_http;
    text *url;
} wanted;

/* Both names are exact: a document of another issuer names other keys. */
static msg_status accept_document(void *to, xcj_str json, fetch_why *why)
{
    const wanted *of = to;
    json_t *document = doc_load(json.ptr != NULL ? json.ptr : "", json.len);
    const char *issuer = json_string_value(json_object_get(document, "issuer"));
    const json_t *member = json_object_get(document, "jwks_uri");
    const char *uri = json_string_value(member);
    url_parts parts;
    const char *wrong = uri != NULL ? url_read(&parts, uri, json_string_length(member)) : "is missing";
    msg_status status = STATUS_OK;
    if (document == NULL) {
        status = fetch_fail(why, STATUS_INPUT, "is not JSON");
    } else if (issuer == NULL || strcmp(issuer, of->issuer) != 0) {
        status = fetch_fail(why, STATUS_INPUT, "is the document of another issuer: %.150s",
                            issuer != NULL ? shown_url(xcj_text(issuer)).text : "it names none");
    } else if (wrong != NULL) {
        status = fetch_fail(why, STATUS_INPUT, "its jwks_uri %s", wrong);
    } else if (!pages_may_fetch(&parts, of->allow_http)) {
        status = fetch_fail(why, STATUS_INPUT, "its jwks_uri is http://, which only --allow-http allows");
    } else {
        text_puts(of->url, uri);
        status = of->url->failed ? fetch_fail(why, STATUS_INTERNAL, "out of memory") : STATUS_OK;
    }
    json_decref(document);
    return status;
}

static msg_status read_document(wanted *to, const pages *from, const text *url, fetch_why *why)
{
    page document = { .url = url->ptr };
    if (url->failed) {
        return fetch_fail(why, STATUS_INTERNAL, "out of memory");
    }
    const msg_status status = page_load(&document, from, accept_document, to);
    return status == STATUS_OK
               ? status
               : fetch_fail(why, status, "%.150s: %.200s", shown_url(text_view(url)).text, document.why.text);
}

/* OpenID Connect puts the well-known path behind the issuer's (Discovery 4), RFC 8414 3 before it. */
msg_status discovery_find(text *out, const pages *from, const char *issuer, fetch_why *why)
{
    const size_t len = strlen(issuer) - (issuer[strlen(issuer) - 1] == '/');
    const char *host = strstr(issuer, "://") + 3;
    const size_t origin = (size_t)(host - issuer) + strcspn(host, "/");
    wanted of = { issuer, from->allow_http, out };
    text behind = TEXT_INIT;
    text before = TEXT_INIT;
    fetch_why second;
    text_add(&behind, issuer, len);
    text_puts(&behind, "/.well-known/openid-configuration");
    text_add(&before, issuer, origin);
    text_puts(&before, "/.well-known/oauth-authorization-server");
    text_add(&before, issuer + (origin < len ? origin : len), origin < len ? len - origin : 0);
    msg_status status = read_document(&of, from, &behind, why);
    if (status == STATUS_FETCH) {
        status = read_document(&of, from, &before, &second);
        *why = status == STATUS_FETCH || status == STATUS_OK ? *why : second;
    }
    text_free(&behind);
    text_free(&before);
    return status;
}
