/*
 * bridge.h: pools for the types of libjwt and jansson.
 */
#ifndef XCJ_TESTS_API_BRIDGE_H
#define XCJ_TESTS_API_BRIDGE_H

#include <jansson.h>
#include <jwt.h>
#include <xcj/jansson.h>
#include <xcj/libjwt.h>

static jwt_t *some_jwt;
static json_t *some_claims;

static void make_bridge(void)
{
    must(jwt_new(&some_jwt) == 0 && jwt_add_grant(some_jwt, "sub", "s") == 0, "jwt_new");
    some_claims = json_pack("{s:s}", "sub", "s");
    must(some_claims != NULL, "json_pack");
}

static void free_bridge(void)
{
    json_decref(some_claims);
    jwt_free(some_jwt);
}

static struct jwt *pick_struct_jwt_P(void)
{
    return choose(2) > 0 ? some_jwt : NULL;
}

static const struct jwt *pick_const_struct_jwt_P(void)
{
    return pick_struct_jwt_P();
}

static const struct json_t *pick_const_struct_json_t_P(void)
{
    return choose(2) > 0 ? some_claims : NULL;
}

static void drop_struct_jwt_PP(struct jwt *made)
{
    jwt_free(made);
}

static void drop_struct_json_t_PP(struct json_t *made)
{
    json_decref(made);
}

#endif
