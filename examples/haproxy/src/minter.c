#include "xcj_lua.h"

#include <string.h>

#define MINTER "xcj.minter"

typedef struct minter {
    xcj_minter *handle;
    xcj_scratch *scratch;
    xcj_caller *caller; /* of the last call */
} minter;

typedef struct settings {
    xcj_str key;
    list alg;
    xcj_str iss;
    xcj_str aud;
    xcj_str jku;
    xcj_str kid;
    xcj_str typ;
    int64_t expires_in;
    list bearer_clientid_claim;
    list keep_claims;
    list drop_claims;
    list require_claims;
    int consumer_optional;
    xcj_str identities;
    const xcj_verifier *bearer;
    int bearer_verified;
} settings;

static const field fields[] = {
    { "key", FIELD_TEXT, offsetof(settings, key) },
    { "alg", FIELD_LIST, offsetof(settings, alg) },
    { "iss", FIELD_TEXT, offsetof(settings, iss) },
    { "aud", FIELD_TEXT, offsetof(settings, aud) },
    { "jku", FIELD_TEXT, offsetof(settings, jku) },
    { "kid", FIELD_TEXT, offsetof(settings, kid) },
    { "typ", FIELD_TEXT, offsetof(settings, typ) },
    { "expires_in", FIELD_INTEGER, offsetof(settings, expires_in) },
    { "bearer_clientid_claim", FIELD_LIST, offsetof(settings, bearer_clientid_claim) },
    { "keep_claims", FIELD_LIST, offsetof(settings, keep_claims) },
    { "drop_claims", FIELD_LIST, offsetof(settings, drop_claims) },
    { "require_claims", FIELD_LIST, offsetof(settings, require_claims) },
    { "consumer_optional", FIELD_FLAG, offsetof(settings, consumer_optional) },
    { "identities", FIELD_TEXT, offsetof(settings, identities) },
    { "bearer", FIELD_VERIFIER, offsetof(settings, bearer) },
    { "bearer_verified", FIELD_FLAG, offsetof(settings, bearer_verified) },
};

static void set_list(const xcj_str **out, size_t *count, const list *given)
{
    *out = given->present ? given->items : NULL;
    *count = given->count;
}

static void options_of(xcj_mint_options *options, const settings *s)
{
    options->iss = s->iss;
    options->aud = s->aud;
    options->jku = s->jku;
    options->kid = s->kid;
    options->typ = s->typ;
    options->expires_in = s->expires_in;
    options->consumer_optional = s->consumer_optional;
    options->bearer_verifier = s->bearer;
    options->bearer_verified = s->bearer_verified;
    set_list(&options->bearer_clientid_claims, &options->bearer_clientid_claims_count, &s->bearer_clientid_claim);
    set_list(&options->keep_claims, &options->keep_claims_count, &s->keep_claims);
    set_list(&options->drop_claims, &options->drop_claims_count, &s->drop_claims);
    set_list(&options->require_claims, &options->require_claims_count, &s->require_claims);
}

static xcj_code build(minter *self, const settings *s, xcj_error *err)
{
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options_of(&options, s);
    xcj_alg algs[LIST_MAX] = { XCJ_ALG_NONE };
    if (!algs_read(algs, &s->alg, err)) {
        return err->code;
    }
    options.alg = algs[0];
    xcj_identities *identities = NULL;
    xcj_key *key = NULL;
    xcj_code code = XCJ_OK;
    if (s->identities.ptr != NULL) {
        code = xcj_identities_from_json(&identities, s->identities.ptr, s->identities.len, err);
    }
    options.identities = identities;
    if (code == XCJ_OK) {
        code = xcj_key_from_data(&key, (const uint8_t *)s->key.ptr, s->key.len, NULL, err);
    }
    if (code == XCJ_OK) {
        code = xcj_minter_new(&self->handle, key, &options, err);
    }
    if (code == XCJ_OK) {
        code = xcj_scratch_new(&self->scratch, err);
    }
    xcj_key_free(key);
    xcj_identities_free(identities);
    return code;
}

int minter_new(lua_State *L)
{
    settings s = { .expires_in = 0 };
    xcj_error err;
    if (!fields_read(L, 1, fields, sizeof fields / sizeof *fields, &s, &err)) {
        return error_push(L, &err);
    }
    minter *self = (minter *)lua_newuserdata(L, sizeof *self);
    *self = (minter){ NULL, NULL, NULL };
    luaL_setmetatable(L, MINTER);
    return build(self, &s, &err) == XCJ_OK ? 1 : error_push(L, &err);
}

typedef struct request {
    list methods;
    list aud;
    xcj_str consumer;
    xcj_str authorization;
    xcj_str client_cert;
    xcj_str apikey;
    xcj_str sub;
} request;

static const field request_fields[] = {
    { "methods", FIELD_LIST, offsetof(request, methods) },
    { "aud", FIELD_LIST, offsetof(request, aud) },
    { "consumer", FIELD_TEXT, offsetof(request, consumer) },
    { "authorization", FIELD_TEXT, offsetof(request, authorization) },
    { "client_cert", FIELD_TEXT, offsetof(request, client_cert) },
    { "apikey", FIELD_TEXT, offsetof(request, apikey) },
    { "sub", FIELD_TEXT, offsetof(request, sub) },
};

static bool method_read(uint32_t *out, xcj_str name, xcj_error *err)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } methods[] = { { "bearer", XCJ_AUTH_BEARER },
                    { "basic", XCJ_AUTH_BASIC },
                    { "client_cert", XCJ_AUTH_CLIENT_CERT },
                    { "apikey", XCJ_AUTH_API_KEY } };
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (strlen(methods[i].name) == name.len && memcmp(methods[i].name, name.ptr, name.len) == 0) {
            *out |= methods[i].bit;
            return true;
        }
    }
    error_set(err, XCJ_ERR_CONFIG, "methods", "a method must be bearer, basic, client_cert or apikey");
    return false;
}

static bool methods_read(uint32_t *out, const list *names, xcj_error *err)
{
    for (size_t i = 0; i < names->count; i++) {
        if (!method_read(out, names->items[i], err)) {
            return false;
        }
    }
    return true;
}

static bool auth_read(lua_State *L, xcj_auth *auth, request *r, xcj_error *err)
{
    if (!fields_read(L, 2, request_fields, sizeof request_fields / sizeof *request_fields, r, err) ||
        !methods_read(&auth->methods, &r->methods, err)) {
        return false;
    }
    auth->authorization = r->authorization;
    auth->client_cert = r->client_cert;
    auth->api_key = r->apikey;
    auth->consumer_custom_id = r->consumer;
    auth->sub = r->sub;
    set_list(&auth->audiences, &auth->audiences_count, &r->aud);
    return true;
}

/* *client_id is a view into self->caller, which the next call frees. */
static xcj_code mint_into(luaL_Buffer *buffer, minter *self, xcj_auth *auth, xcj_str *client_id, xcj_error *err)
{
    xcj_caller_free(self->caller);
    self->caller = NULL;
    xcj_code code = xcj_caller_new(&self->caller, self->handle, auth, self->scratch, err);
    if (code != XCJ_OK) {
        return code;
    }
    auth->caller = self->caller;
    *client_id = xcj_caller_client_id(self->caller);
    size_t cap = xcj_mint_bound(self->handle, auth); /* by the caller: the credential is not read again */
    size_t len = 0;
    code = xcj_mint(luaL_prepbuffsize(buffer, cap), cap, &len, self->handle, auth, self->scratch, err);
    luaL_addsize(buffer, len);
    return code;
}

/* minter:mint(REQUEST): the token and its client_id. */
static int mint(lua_State *L)
{
    minter *self = (minter *)luaL_checkudata(L, 1, MINTER);
    xcj_auth auth = XCJ_AUTH_INIT;
    request r = { .methods = { .count = 0 } };
    xcj_error err;
    if (!auth_read(L, &auth, &r, &err)) {
        return error_push(L, &err);
    }
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    xcj_str client_id;
    if (mint_into(&buffer, self, &auth, &client_id, &err) != XCJ_OK) {
        return error_push(L, &err);
    }
    luaL_pushresult(&buffer);
    lua_pushlstring(L, client_id.ptr, client_id.len);
    return 2;
}

static xcj_str string_at(lua_State *L, int index)
{
    xcj_str text;
    text.ptr = luaL_checklstring(L, index, &text.len);
    return text;
}

static bool auth_of_head(lua_State *L, xcj_auth *auth, xcj_error *err)
{
    const int last = lua_gettop(L);
    for (int i = 2; i <= last; i++) {
        if (!method_read(&auth->methods, string_at(L, i), err)) {
            return false;
        }
    }
    return head_read(auth, string_at(L, 1), string_at(L, lua_upvalueindex(2)), err);
}

/* One string, since a converter has one result: "200 TOKEN\nCLIENT_ID", or "401 REASON", or "500 REASON". */
static int convert(lua_State *L)
{
    minter *self = (minter *)lua_touserdata(L, lua_upvalueindex(1));
    xcj_auth auth = XCJ_AUTH_INIT;
    xcj_error err;
    bool known = auth_of_head(L, &auth, &err);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    luaL_addstring(&buffer, "200 ");
    xcj_str client_id;
    if (!known || mint_into(&buffer, self, &auth, &client_id, &err) != XCJ_OK) {
        lua_pushfstring(L, "%d %s: %s", xcj_code_http_status(err.code), xcj_code_name(err.code), err.message);
        return 1;
    }
    luaL_addchar(&buffer, '\n');
    luaL_addlstring(&buffer, client_id.ptr, client_id.len);
    luaL_pushresult(&buffer);
    return 1;
}

/* minter:converter(APIKEY_HEADER): a function for core.register_converters(), without Lua code that each request would run.
 */
static int converter_new(lua_State *L)
{
    luaL_checkudata(L, 1, MINTER);
    luaL_checkstring(L, 2);
    lua_settop(L, 2);
    lua_pushcclosure(L, convert, 2);
    return 1;
}

static int release(lua_State *L)
{
    minter *self = (minter *)luaL_checkudata(L, 1, MINTER);
    xcj_caller_free(self->caller);
    xcj_scratch_free(self->scratch);
    xcj_minter_free(self->handle);
    *self = (minter){ NULL, NULL, NULL };
    return 0;
}

static const luaL_Reg methods[] = {
    { "mint", mint },    { "converter", converter_new }, { "close", release },
    { "__gc", release }, { "__close", release },         { NULL, NULL },
};

void minter_register(lua_State *L)
{
    luaL_newmetatable(L, MINTER);
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
