/*
 * The module xcj for Lua 5.3 and 5.4. README.md describes its functions. A Lua error leaves a C function without its
 * clean-up, so every function first reads its arguments, then works without Lua, and keeps what it made in a userdata, whose
 * __gc frees it.
 */
#ifndef XCJ_LUA_H
#define XCJ_LUA_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <xcj.h>

/* The most strings in an option that is a list. */
#define LIST_MAX 32

/* One string, or several in a table. */
typedef struct list {
    xcj_str items[LIST_MAX];
    size_t count;
    bool present;
} list;

typedef enum kind { FIELD_TEXT, FIELD_LIST, FIELD_INTEGER, FIELD_FLAG, FIELD_VERIFIER } kind;

/* An option: its name in the table, its type, and its place in the struct. */
typedef struct field {
    const char *name;
    kind kind;
    size_t offset;
} field;

/* Reads the table at `index` into the struct. Views lead into the table. false: an unknown name or a wrong type, in *err. */
bool fields_read(lua_State *L, int index, const field *fields, size_t count, void *out, xcj_error *err);

/* Fills an error of this module. */
void error_set(xcj_error *err, xcj_code code, const char *member, const char *message);

/* Returns nil and a table of the error: code, status, message, member. */
int error_push(lua_State *L, const xcj_error *err);

/* Reads names of algorithms. */
bool algs_read(xcj_alg *out, const list *names, xcj_error *err);

/*
 * Reads the credentials of auth->methods from the headers of a request, as HAProxy's req.hdrs writes them, and the client
 * certificate after them: ssl_c_verify, a space, and the certificate, which counts if ssl_c_verify is 0.
 */
bool head_read(xcj_auth *auth, xcj_str head, xcj_str apikey_header, xcj_error *err);

/* The functions minter() and verifier(), and the types of their results. */
int minter_new(lua_State *L);
void minter_register(lua_State *L);
int verifier_new(lua_State *L);
void verifier_register(lua_State *L);

/* The verifier at this index of the stack; NULL: something else. */
const xcj_verifier *verifier_at(lua_State *L, int index);

#endif
