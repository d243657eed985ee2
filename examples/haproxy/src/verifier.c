#include "xcj_lua.h"

#define VERIFIER "xcj.verifier"

typedef struct verifier {
    xcj_verifier *handle;
    xcj_scratch *scratch;
    xcj_verified *verified; /* of the last call */
} verifier;

typedef struct settings {
    xcj_str keys;
    list alg;
    xcj_str iss;
    list aud;
    xcj_str sub;
    xcj_str typ;
    list require;
    int64_t leeway;
    int64_t max_age;
} settings;

static const field fields[] = {
    { "keys", FIELD_TEXT, offsetof(settings, keys) },
    { "alg", FIELD_LIST, offsetof(settings, alg) },
    { "iss", FIELD_TEXT, offsetof(settings, iss) },
    { "aud", FIELD_LIST, offsetof(settings, aud) },
    { "sub", FIELD_TEXT, offsetof(settings, sub) },
    { "typ", FIELD_TEXT, offsetof(settings, typ) },
    { "require", FIELD_LIST, offsetof(settings, require) },
    { "leeway", FIELD_INTEGER, offsetof(settings, leeway) },
    { "max_age", FIELD_INTEGER, offsetof(settings, max_age) },
};

static xcj_code build(verifier *self, const settings *s, xcj_error *err)
{
    xcj_alg algs[LIST_MAX];
    if (!algs_read(algs, &s->alg, err)) {
        return err->code;
    }
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.algs = s->alg.present ? algs : NULL;
    options.algs_count = s->alg.count;
    options.issuer = s->iss;
    options.audiences = s->aud.present ? s->aud.items : NULL;
    options.audiences_count = s->aud.count;
    options.subject = s->sub;
    options.typ = s->typ;
    options.required = s->require.present ? s->require.items : NULL;
    options.required_count = s->require.count;
    options.leeway = s->leeway;
    options.max_age = s->max_age;

    xcj_keyset *keys = NULL;
    xcj_code code = xcj_keyset_from_data(&keys, (const uint8_t *)s->keys.ptr, s->keys.len, NULL, err);
    if (code == XCJ_OK) {
        code = xcj_verifier_new(&self->handle, keys, &options, err);
    }
    if (code == XCJ_OK) {
        code = xcj_scratch_new(&self->scratch, err);
    }
    xcj_keyset_free(keys);
    return code;
}

int verifier_new(lua_State *L)
{
    settings s = { .leeway = 0 };
    xcj_error err;
    if (!fields_read(L, 1, fields, sizeof fields / sizeof *fields, &s, &err)) {
        return error_push(L, &err);
    }
    verifier *self = (verifier *)lua_newuserdata(L, sizeof *self);
    *self = (verifier){ NULL, NULL, NULL };
    luaL_setmetatable(L, VERIFIER);
    return build(self, &s, &err) == XCJ_OK ? 1 : error_push(L, &err);
}

const xcj_verifier *verifier_at(lua_State *L, int index)
{
    const verifier *self = (const verifier *)luaL_testudata(L, index, VERIFIER);
    return self != NULL ? self->handle : NULL;
}

/* verifier:verify(TOKEN): the claims as JSON. */
static int verify(lua_State *L)
{
    verifier *self = (verifier *)luaL_checkudata(L, 1, VERIFIER);
    size_t len = 0;
    const char *token = luaL_checklstring(L, 2, &len);
    xcj_verified_free(self->verified);
    self->verified = NULL;
    xcj_error err;
    if (xcj_verify(&self->verified, self->handle, token, len, self->scratch, &err) != XCJ_OK) {
        return error_push(L, &err);
    }
    xcj_str claims = xcj_verified_payload(self->verified);
    lua_pushlstring(L, claims.ptr, claims.len);
    return 1;
}

static int release(lua_State *L)
{
    verifier *self = (verifier *)luaL_checkudata(L, 1, VERIFIER);
    xcj_verified_free(self->verified);
    xcj_scratch_free(self->scratch);
    xcj_verifier_free(self->handle);
    *self = (verifier){ NULL, NULL, NULL };
    return 0;
}

static const luaL_Reg methods[] = {
    { "verify", verify }, { "close", release }, { "__gc", release }, { "__close", release }, { NULL, NULL },
};

void verifier_register(lua_State *L)
{
    luaL_newmetatable(L, VERIFIER);
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
