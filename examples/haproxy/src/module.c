#include "xcj_lua.h"

#include <stdio.h>
#include <string.h>

void error_set(xcj_error *err, xcj_code code, const char *member, const char *message)
{
    memset(err, 0, sizeof *err);
    err->code = code;
    err->offset = XCJ_NO_OFFSET;
    snprintf(err->member, sizeof err->member, "%s", member);
    snprintf(err->message, sizeof err->message, "%s", message);
}

int error_push(lua_State *L, const xcj_error *err)
{
    lua_pushnil(L);
    lua_createtable(L, 0, 4);
    lua_pushstring(L, xcj_code_name(err->code));
    lua_setfield(L, -2, "code");
    lua_pushinteger(L, xcj_code_http_status(err->code));
    lua_setfield(L, -2, "status");
    lua_pushstring(L, err->message);
    lua_setfield(L, -2, "message");
    lua_pushstring(L, err->member);
    lua_setfield(L, -2, "member");
    return 2;
}

/* alike(A, B): could a server mistake one header for the other? */
static int alike(lua_State *L)
{
    size_t a_len = 0;
    size_t b_len = 0;
    const char *a = luaL_checklstring(L, 1, &a_len);
    const char *b = luaL_checklstring(L, 2, &b_len);
    lua_pushboolean(L, xcj_header_alike(a, a_len, b, b_len));
    return 1;
}

static const luaL_Reg functions[] = {
    { "minter", minter_new },
    { "verifier", verifier_new },
    { "alike", alike },
    { NULL, NULL },
};

/* What require "xcj" calls. */
int luaopen_xcj(lua_State *L);

int luaopen_xcj(lua_State *L)
{
    minter_register(L);
    verifier_register(L);
    luaL_newlib(L, functions);
    lua_pushstring(L, xcj_version());
    lua_setfield(L, -2, "version");
    return 1;
}
