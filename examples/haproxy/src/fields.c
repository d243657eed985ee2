#include "xcj_lua.h"

#include <stdio.h>
#include <string.h>

static bool refuse(xcj_error *err, const char *name, const char *wanted)
{
    char message[sizeof err->message];
    snprintf(message, sizeof message, "%.60s must be %s", name, wanted);
    error_set(err, XCJ_ERR_CONFIG, name, message);
    return false;
}

/* Strictly a string: converting a number would change the table while lua_next() walks it. */
static bool text_at(lua_State *L, int index, xcj_str *out)
{
    if (lua_type(L, index) != LUA_TSTRING) {
        return false;
    }
    out->ptr = lua_tolstring(L, index, &out->len);
    return true;
}

static bool list_at(lua_State *L, int index, list *out)
{
    out->present = true;
    out->count = 1;
    if (text_at(L, index, &out->items[0])) {
        return true;
    }
    out->count = lua_istable(L, index) ? lua_rawlen(L, index) : LIST_MAX + 1;
    for (size_t i = 0; i < out->count && i < LIST_MAX; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        bool text = text_at(L, -1, &out->items[i]);
        lua_pop(L, 1);
        if (!text) {
            return false;
        }
    }
    return out->count <= LIST_MAX;
}

/* The value on top of the stack. */
static bool value_read(lua_State *L, const field *f, void *place, xcj_error *err)
{
    switch (f->kind) {
    case FIELD_TEXT:
        return text_at(L, lua_gettop(L), (xcj_str *)place) || refuse(err, f->name, "a string");
    case FIELD_LIST:
        return list_at(L, lua_gettop(L), (list *)place) || refuse(err, f->name, "a string or a table of at most 32 strings");
    case FIELD_INTEGER:
        *(int64_t *)place = lua_tointeger(L, -1);
        return lua_isinteger(L, -1) || refuse(err, f->name, "an integer");
    case FIELD_FLAG:
        *(int *)place = lua_toboolean(L, -1);
        return lua_isboolean(L, -1) || refuse(err, f->name, "true or false");
    case FIELD_VERIFIER:
        *(const xcj_verifier **)place = verifier_at(L, -1);
        return *(const xcj_verifier **)place != NULL || refuse(err, f->name, "a verifier");
    }
    return false;
}

static const field *field_named(const field *fields, size_t count, xcj_str name)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(fields[i].name) == name.len && memcmp(fields[i].name, name.ptr, name.len) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

bool fields_read(lua_State *L, int index, const field *fields, size_t count, void *out, xcj_error *err)
{
    if (!lua_istable(L, index)) {
        return refuse(err, "the argument", "a table");
    }
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        xcj_str name = { "", 0 };
        const field *f = text_at(L, -2, &name) ? field_named(fields, count, name) : NULL;
        if (f == NULL) {
            return refuse(err, name.ptr, "absent: there is no such option");
        }
        if (!value_read(L, f, (char *)out + f->offset, err)) {
            return false;
        }
        lua_pop(L, 1);
    }
    return true;
}

bool algs_read(xcj_alg *out, const list *names, xcj_error *err)
{
    for (size_t i = 0; i < names->count; i++) {
        out[i] = xcj_alg_from_name(names->items[i].ptr, names->items[i].len);
        if (out[i] == XCJ_ALG_NONE) {
            error_set(err, XCJ_ERR_ALG_UNKNOWN, "alg", "an algorithm that does not exist");
            return false;
        }
    }
    return true;
}
