#include "lib/key/container.h"

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/codec/der.h"

/* A set of 10 000 keys has a hundred thousand members. */
#define MEMBERS_MAX ((size_t)1024 * 1024)

/* Of base64, enough to see the beginning of any key's DER. */
#define BASE64_BEGINNING 256

/* The members that tell one answer from another. */
static const char *const members[] = { "client_email", "private_key", "KeyId", "PublicKey",    "realm",        "public_key",
                                       "request_id",   "data",        "pem",   "key",          "publicKeyJwk", "jwk",
                                       "access_token", "ciphertext",  "kind",  "SecretString", "publicKeys" };
#define MEMBERS (sizeof members / sizeof members[0])

/* The first row whose members are all there. */
static const struct {
    const char *first;
    const char *second; /* NULL: none */
    const char *message;
} rows[] = {
    { "client_email", "private_key", "this is a Google service account: jq -r .private_key FILE prints its key" },
    { "KeyId", "PublicKey", "this is an answer of AWS KMS: jq -r .PublicKey FILE prints its key in base64" },
    { "realm", "public_key", "this is a Keycloak realm: jq -r .public_key FILE prints its key in base64" },
    { "request_id", "data", "this is an answer of Vault: jq -r '.data.keys[].public_key' FILE prints its keys" },
    { "kind", "data",
      "this is a Kubernetes object: jq -r '.data[\"tls.key\"]' FILE prints its member tls.key, which is read as it is" },
    { "SecretString", NULL, "this is an answer of AWS Secrets Manager: jq -r .SecretString FILE prints what it holds" },
    { "publicKeys", NULL, "the keys are a member of this object: jq .publicKeys FILE prints them" },
    { "access_token", NULL, "this is an answer with tokens, not a key" },
    { "ciphertext", NULL, "this is an encrypted JWK (a JWE): decrypt it first" },
    { "publicKeyJwk", NULL, "this is a verification method of a DID: jq .publicKeyJwk FILE prints its key" },
    { "pem", NULL, "this is an answer of Google KMS: jq -r .pem FILE prints its key" },
    { "key", NULL, "the key may be a member of this object: jq .key FILE prints it" },
    { "jwk", NULL, "the key is a member of this object: jq .jwk FILE prints it" },
    { "private_key", NULL, "the key is a member of this object: jq -r .private_key FILE prints it" },
    { "public_key", NULL, "the key is a member of this object: jq -r .public_key FILE prints it" },
};

static unsigned bit_of(const char *name)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        if (strcmp(members[i], name) == 0) {
            return 1u << i;
        }
    }
    return 0;
}

/* PEM, or base64 of DER or PEM. */
static bool is_key_text(const xcj__json_value *value)
{
    uint8_t beginning[BASE64_BEGINNING];
    if (value->type != XCJ__JSON_STRING || value->escaped) {
        return value->type == XCJ__JSON_STRING && xcj__str_starts(value->text, "-----BEGIN ");
    }
    size_t len = xcj__b64_decode_lax(beginning, sizeof beginning, value->text.ptr, value->text.len);
    xcj_str inner = { (const char *)beginning, len };
    return xcj__str_starts(value->text, "-----BEGIN ") || xcj__str_starts(inner, "-----BEGIN ") ||
           xcj__der_begins_key(beginning, len);
}

typedef struct looking {
    xcj__container *found;
    size_t count;
    size_t texts;
} looking;

static xcj_code note(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    looking *l = ctx;
    xcj__json_value *const values[] = { &l->found->keys, &l->found->jwks, &l->found->jwks_uri, &l->found->data };
    static const char *const names[] = { "keys", "jwks", "jwks_uri", "data" };
    if (item->value.type == XCJ__JSON_NULL) {
        return XCJ_OK; /* counts as absent, as in a JWK */
    }
    l->count++;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (xcj__json_named(item, names[i])) {
            *values[i] = item->value;
        }
    }
    for (size_t i = 0; i < MEMBERS; i++) {
        l->found->known |= xcj__json_named(item, members[i]) ? 1u << i : 0;
    }
    l->found->has_kty = l->found->has_kty || xcj__json_named(item, "kty");
    l->texts += is_key_text(&item->value);
    return XCJ_OK;
}

xcj_code xcj__container_read(xcj__container *out, const char *text, size_t len, xcj_error *err)
{
    static const xcj__json_limits limits = { .max_depth = XCJ__JSON_DEPTH, .max_members = MEMBERS_MAX };
    *out = (xcj__container){ 0 };
    looking l = { out, 0, 0 };
    xcj_code code = xcj__json_scan(text, len, XCJ__JSON_OBJECT, &limits, note, &l, err);
    out->is_map = l.count > 0 && l.texts == l.count;
    return code;
}

static xcj_code find_keys(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    bool *found = ctx;
    *found = *found || xcj__json_named(item, "keys");
    return XCJ_OK;
}

/* Vault's transit engine answers with keys in its data; the others with what was stored there. */
static bool is_stored_in_vault(const xcj__container *container)
{
    static const xcj__json_limits limits = { .max_depth = XCJ__JSON_DEPTH, .max_members = MEMBERS_MAX };
    const xcj__json_value *data = &container->data;
    bool has_keys = false;
    bool is_answer = (container->known & bit_of("request_id")) != 0 && data->type == XCJ__JSON_OBJECT;
    return is_answer &&
           xcj__json_scan(data->raw.ptr, data->raw.len, XCJ__JSON_OBJECT, &limits, find_keys, &has_keys, NULL) == XCJ_OK &&
           !has_keys;
}

xcj_code xcj__container_name(const xcj__container *container, xcj_error *err)
{
    if (container->jwks_uri.type == XCJ__JSON_STRING) {
        char shown[200];
        return xcj__fail_at(err, XCJ_ERR_KEY, "jwks_uri", XCJ_NO_OFFSET,
                            "this is a discovery document; the key set is at its jwks_uri, %s",
                            xcj__sanitise(shown, sizeof shown, container->jwks_uri.text.ptr, container->jwks_uri.text.len));
    }
    if (is_stored_in_vault(container)) {
        return xcj__fail(err, XCJ_ERR_KEY, "this is an answer of Vault: jq .data FILE prints what is stored there");
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned wanted = bit_of(rows[i].first) | (rows[i].second != NULL ? bit_of(rows[i].second) : 0);
        if ((container->known & wanted) == wanted) {
            return xcj__fail(err, XCJ_ERR_KEY, "%s", rows[i].message);
        }
    }
    return XCJ_OK;
}
