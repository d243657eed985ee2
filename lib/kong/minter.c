#include "lib/kong/minter.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/gateway/minter.h"

/* The plugin's own sentences, and ours in its manner. */
static const xcj__sentences sentences = {
    .issue = "Issue with 'client_id' claim retrieval or Kong Consumer. ",
    .none = "No suitable Authentication method is found: ",
    .several = "More than one Authentication method is found: ",
    .method = { "Bearer token", "Basic Auth", "mTLS", "Key Auth" },
    .bad_claim = { "Unable to get '", "' claim from the Bearer token" },
    .bad_bearer = "Unable to get the 'Auth token' payload: ",
    .bad_basic = "Unable to decode correctly in base64 the 'Basic Auth'",
    .no_consumer = "There is no Kong consumer credential",
    .bad_consumer = "Unable to use the Kong consumer",
};

const xcj__kong_headers xcj__kong_default_headers = {
    .apikey = { "apikey", 6 },
    .upstream = { "X-Custom-Jwt", 12 },
};

static void copy_name(xcj_str *name, char **at)
{
    if (name->ptr != NULL) {
        memcpy(*at, name->ptr, name->len);
        name->ptr = *at;
        *at += name->len;
    }
}

/* One block: the struct, then the names. */
static xcj__kong_headers *copy_headers(const xcj__kong_headers *headers)
{
    xcj__kong_headers *copy =
        xcj__zalloc(sizeof *copy + headers->apikey.len + headers->upstream.len + headers->downstream.len);
    if (copy != NULL) {
        char *at = (char *)(copy + 1);
        *copy = *headers;
        copy_name(&copy->apikey, &at);
        copy_name(&copy->upstream, &at);
        copy_name(&copy->downstream, &at);
    }
    return copy;
}

static void choose_the_plugins_ways(xcj_mint_options *options)
{
    if (options->dn == XCJ_DN_DEFAULT) {
        options->dn = XCJ_DN_UNESCAPED;
    }
    if (options->exp == XCJ_EXP_DEFAULT) {
        options->exp = XCJ_EXP_UNCAPPED;
    }
    if (options->inbound == XCJ_INBOUND_DEFAULT) {
        options->inbound = XCJ_INBOUND_ALL;
    }
    options->bearer_verified = 1;
}

xcj_code xcj__kong_minter_build(xcj_minter **out, const xcj_key *key, const xcj_mint_options *options,
                                const xcj__kong_headers *headers, xcj_error *err)
{
    xcj_mint_options read;
    xcj_code code = xcj__options_read(&read, sizeof read, options, err);
    if (code != XCJ_OK) {
        return code;
    }
    choose_the_plugins_ways(&read);
    code = xcj_minter_new(out, key, &read, err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj__kong_headers *copy = headers != NULL ? copy_headers(headers) : NULL;
    if (headers != NULL && copy == NULL) {
        xcj_minter_free(*out);
        *out = NULL;
        return xcj__fail_memory(err);
    }
    xcj__minter_extend(*out, &sentences, copy);
    return XCJ_OK;
}

xcj_code xcj_kong_minter_new(xcj_minter **out, const xcj_key *key, const xcj_mint_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || key == NULL) {
        return xcj__fail_null(err);
    }
    return xcj__kong_minter_build(out, key, options, NULL, err);
}

static const xcj__kong_headers *headers_of(const xcj_minter *minter)
{
    static const xcj__kong_headers none = { .verbose = false };
    const xcj__kong_headers *own = minter != NULL ? minter->extra : &none;
    return own != NULL ? own : &xcj__kong_default_headers;
}

xcj_str xcj_kong_apikey_header(const xcj_minter *minter)
{
    return headers_of(minter)->apikey;
}

xcj_str xcj_kong_upstream_header(const xcj_minter *minter)
{
    return headers_of(minter)->upstream;
}

xcj_str xcj_kong_downstream_header(const xcj_minter *minter)
{
    return headers_of(minter)->downstream;
}

int xcj_kong_verbose(const xcj_minter *minter)
{
    return headers_of(minter)->verbose;
}
