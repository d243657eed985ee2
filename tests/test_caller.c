#include "check_main.h"
#include "gateway.h"

#define ROOM 4096

static xcj_error last;

static xcj_caller *caller_of(const xcj_minter *minter, const xcj_auth *auth, xcj_scratch *scratch)
{
    xcj_caller *caller;
    ck_assert_msg(xcj_caller_new(&caller, minter, auth, scratch, &last) == XCJ_OK, "%s", last.message);
    ck_assert_int_eq(last.code, XCJ_OK);
    return caller;
}

/* The caller is this one, and its token is that of the request itself. */
static void expect_caller(const xcj_minter *minter, const xcj_auth *auth, uint32_t method, const char *client_id)
{
    char direct[ROOM];
    char later[ROOM];
    size_t direct_len;
    size_t later_len;
    xcj_scratch *scratch;
    ck_assert_int_eq(xcj_scratch_new(&scratch, NULL), XCJ_OK);
    ck_assert_msg(xcj_mint(direct, ROOM, &direct_len, minter, auth, NULL, &last) == XCJ_OK, "%s", last.message);
    for (int i = 0; i < 2; i++) {
        xcj_caller *caller = caller_of(minter, auth, i == 0 ? NULL : scratch);
        xcj_str found = xcj_caller_client_id(caller);
        ck_assert_uint_eq(found.len, strlen(client_id));
        ck_assert_mem_eq(found.ptr, client_id, found.len + 1); /* a NUL follows, which AddressSanitizer looks for */
        ck_assert_uint_eq(xcj_caller_method(caller), method);
        xcj_auth known = *auth;
        known.caller = caller;
        known.methods = 0;
        known.authorization = known.api_key = known.client_cert = (xcj_str){ NULL, 0 };
        ck_assert_msg(xcj_mint(later, ROOM, &later_len, minter, &known, scratch, &last) == XCJ_OK, "%s", last.message);
        ck_assert_uint_eq(later_len, direct_len);
        ck_assert_mem_eq(later, direct, later_len);
        ck_assert_uint_le(later_len, xcj_mint_bound(minter, &known));
        xcj_caller_free(caller);
    }
    xcj_scratch_free(scratch);
}

static void expect_nobody(const xcj_minter *minter, const xcj_auth *auth, xcj_code wanted)
{
    xcj_caller *caller = (xcj_caller *)(uintptr_t)&last;
    ck_assert_int_eq(xcj_caller_new(&caller, minter, auth, NULL, &last), wanted);
    ck_assert_int_eq(last.code, wanted);
    ck_assert_ptr_null(caller);
}

START_TEST(each_method)
{
    static const char payload[] = "{\"x\":1.10,\"clientId\":\"\\u0061 b\",\"act\":{\"y\":7},\"clientId2\":\"c\"}";
    xcj_mint_options options = base_options();
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    xcj_auth auth = api_key_auth();
    auth.api_key = xcj_text("the \"key\"");
    auth.methods = XCJ_AUTH_ANY;
    expect_caller(minter, &auth, XCJ_AUTH_API_KEY, "the \"key\"");
    auth.client_cert = xcj_text(cert_pem);
    expect_nobody(minter, &auth, XCJ_ERR_NO_CREDENTIAL);
    auth.methods = XCJ_AUTH_CLIENT_CERT;
    expect_caller(minter, &auth, XCJ_AUTH_CLIENT_CERT, "CN=a\\\\b,O=Caf\xc3\xa9 \\\"Q\\\"\\, Inc.,C=FR");
    char *bearer = bearer_of(payload, sizeof payload - 1);
    auth.authorization = xcj_text(bearer);
    auth.methods = XCJ_AUTH_BEARER;
    expect_caller(minter, &auth, XCJ_AUTH_BEARER, "a b");
    auth.authorization = xcj_text("Bearer x.y");
    expect_nobody(minter, &auth, XCJ_ERR_CREDENTIAL);
    auth.authorization = xcj_text("Basic YTpi");
    expect_nobody(minter, &auth, XCJ_ERR_NO_CREDENTIAL);
    auth.methods = XCJ_AUTH_BASIC;
    expect_caller(minter, &auth, XCJ_AUTH_BASIC, "a");
    free(bearer);
    xcj_minter_free(minter);
}
END_TEST

/* "Bearer " and a token of these claims, signed by the minter. */
static size_t signed_bearer(char buf[ROOM], const xcj_minter *minter, const char *claims)
{
    size_t len;
    memcpy(buf, "Bearer ", 7);
    ck_assert_int_eq(xcj_mint_claims(buf + 7, ROOM - 7, &len, minter, claims, strlen(claims), NULL, NULL, &last), XCJ_OK);
    return 7 + len;
}

/* What a verifier refuses has no caller; and what it has accepted is not verified once more. */
START_TEST(verified_once)
{
    xcj_mint_options options = base_options();
    xcj_minter *theirs = minter_of(OCT_JWK, &options);
    char inbound[ROOM];
    size_t len = signed_bearer(inbound, theirs, "{\"clientId\":\"them\"}");
    xcj_verifier *verifier;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, xcj_minter_key(theirs), NULL, &last), XCJ_OK);
    options.bearer_verifier = verifier;
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    xcj_auth auth = api_key_auth();
    auth.has_now = 0;
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = (xcj_str){ inbound, len };
    expect_caller(minter, &auth, XCJ_AUTH_BEARER, "them");
    auth.caller = caller_of(minter, &auth, NULL);
    inbound[len - 6] = inbound[len - 6] == 'A' ? 'B' : 'A';
    char buf[ROOM];
    ck_assert_int_eq(xcj_mint(buf, ROOM, &len, minter, &auth, NULL, &last), XCJ_OK);
    xcj_caller_free((xcj_caller *)(uintptr_t)auth.caller);
    auth.caller = NULL;
    expect_nobody(minter, &auth, XCJ_ERR_SIGNATURE);
    ck_assert_int_eq(xcj_mint(buf, ROOM, &len, minter, &auth, NULL, &last), XCJ_ERR_SIGNATURE);
    xcj_minter_free(minter);
    xcj_minter_free(theirs);
    xcj_verifier_free(verifier);
}
END_TEST

/* The caller shares the claims with the verifier's cache. The cache may evict the token or be freed before the mint. */
START_TEST(of_a_cached_token)
{
    xcj_mint_options options = base_options();
    xcj_minter *theirs = minter_of(OCT_JWK, &options);
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    policy.cache_bytes = 65536;
    xcj_auth auth = api_key_auth();
    auth.has_now = 0;
    auth.methods = XCJ_AUTH_BEARER;
    char inbound[ROOM];
    auth.authorization.ptr = inbound;
    auth.authorization.len = signed_bearer(inbound, theirs, "{\"\\u0061b\":[1],\"clientId\":\"them\"}");
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    for (int is_known = 0; is_known < 2; is_known++) {
        xcj_verifier *verifier;
        xcj_cache_counts counts;
        char direct[ROOM];
        char later[ROOM];
        size_t direct_len;
        size_t later_len;
        ck_assert_int_eq(xcj_verifier_new_key(&verifier, xcj_minter_key(theirs), &policy, &last), XCJ_OK);
        auth.bearer_verifier = verifier;
        if (is_known) {
            expect_caller(minter, &auth, XCJ_AUTH_BEARER, "them");
        }
        xcj_auth known = auth;
        known.caller = caller_of(minter, &auth, NULL);
        xcj_verifier_cache_counts(&counts, verifier);
        ck_assert_uint_eq(counts.misses, 1);
        ck_assert_uint_eq(counts.hits, is_known ? 3 : 0);
        ck_assert_int_eq(xcj_mint(direct, ROOM, &direct_len, minter, &auth, NULL, &last), XCJ_OK);
        xcj_verifier_free(verifier);
        known.bearer_verifier = NULL;
        ck_assert_int_eq(xcj_mint(later, ROOM, &later_len, minter, &known, NULL, &last), XCJ_OK);
        ck_assert_uint_eq(later_len, direct_len);
        ck_assert_uint_le(later_len, xcj_mint_bound(minter, &known));
        xcj_caller_free((xcj_caller *)(uintptr_t)known.caller);
    }
    xcj_minter_free(minter);
    xcj_minter_free(theirs);
}
END_TEST

/* Another key than OCT_JWK. */
#define OTHER_JWK "{\"kty\":\"oct\",\"k\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\",\"alg\":\"HS256\"}"

static xcj_verifier *verifier_of(const char *jwk, int allow_no_exp)
{
    xcj_key *key;
    xcj_verifier *verifier;
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    policy.allow_no_exp = allow_no_exp;
    ck_assert_int_eq(xcj_key_from_jwk(&key, jwk, strlen(jwk), NULL, &last), XCJ_OK);
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &policy, &last), XCJ_OK);
    xcj_key_free(key);
    return verifier;
}

/* A request brings its verifier, with or without one in the options, and whatever the gateway says of Bearer tokens. */
START_TEST(verified_by_the_request)
{
    xcj_mint_options options = base_options();
    xcj_minter *theirs = minter_of(OCT_JWK, &options);
    xcj_auth auth = api_key_auth();
    char inbound[ROOM];
    const size_t len = signed_bearer(inbound, theirs, "{\"clientId\":\"them\"}");
    auth.has_now = 0;
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = (xcj_str){ inbound, len };
    xcj_verifier *good = verifier_of(OCT_JWK, 0);
    xcj_verifier *other = verifier_of(OTHER_JWK, 0);
    xcj_verifier *lax = verifier_of(OCT_JWK, 1);
    const xcj_verifier *const own[] = { NULL, good, other };
    for (size_t i = 0; i < 3; i++) {
        options.bearer_verified = i == 1;
        options.bearer_verifier = own[i];
        xcj_minter *minter = minter_of(OCT_JWK, &options);
        auth.bearer_verifier = good;
        expect_caller(minter, &auth, XCJ_AUTH_BEARER, "them");
        auth.bearer_verifier = other;
        expect_nobody(minter, &auth, XCJ_ERR_SIGNATURE);
        auth.bearer_verifier = lax;
        expect_nobody(minter, &auth, XCJ_ERR_CONFIG);
        ck_assert_str_eq(last.member, "bearer_verifier");
        auth.bearer_verifier = NULL;
        if (i == 0) {
            expect_nobody(minter, &auth, XCJ_ERR_CONFIG);
        }
        xcj_minter_free(minter);
    }
    xcj_verifier_free(good);
    xcj_verifier_free(other);
    xcj_verifier_free(lax);
    xcj_minter_free(theirs);
}
END_TEST

/* A minter without a verifier finds out callers that another one with a verifier must not believe. */
START_TEST(of_one_minter)
{
    xcj_mint_options options = base_options();
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    xcj_minter *other = minter_of(OCT_JWK, &options);
    xcj_auth auth = api_key_auth();
    char buf[ROOM];
    size_t len;
    auth.caller = caller_of(other, &auth, NULL);
    ck_assert_int_eq(xcj_mint(buf, ROOM, &len, other, &auth, NULL, &last), XCJ_OK);
    ck_assert_int_eq(xcj_mint(buf, ROOM, &len, minter, &auth, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_str_eq(last.member, "caller");
    char *claims;
    ck_assert_int_eq(xcj_auth_claims(&claims, &len, &auth, &options, NULL, &last), XCJ_ERR_ARGUMENT);
    expect_nobody(minter, &auth, XCJ_ERR_ARGUMENT);
    xcj_minter_free(other); /* the caller keeps it */
    ck_assert_int_eq(xcj_mint(buf, ROOM, &len, other, &auth, NULL, &last), XCJ_OK);
    xcj_caller_free((xcj_caller *)(uintptr_t)auth.caller);
    xcj_minter_free(minter);
}
END_TEST

START_TEST(broken_calls)
{
    xcj_mint_options options = base_options();
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    xcj_auth auth = api_key_auth();
    expect_nobody(NULL, &auth, XCJ_ERR_ARGUMENT);
    expect_nobody(minter, NULL, XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_caller_new(NULL, minter, &auth, NULL, &last), XCJ_ERR_ARGUMENT);
    auth.size = 0;
    expect_nobody(minter, &auth, XCJ_ERR_ARGUMENT);
    xcj_caller_free(NULL);
    ck_assert_ptr_null(xcj_caller_client_id(NULL).ptr);
    ck_assert_ptr_null(xcj_caller_consumer(NULL).ptr);
    ck_assert_uint_eq(xcj_caller_method(NULL), 0);
    xcj_minter_free(minter);
}
END_TEST

static Suite *caller_suite(void)
{
    Suite *suite = suite_create("caller");
    TCase *tests = tcase_create("caller");
    tcase_add_test(tests, each_method);
    tcase_add_test(tests, verified_once);
    tcase_add_test(tests, of_a_cached_token);
    tcase_add_test(tests, verified_by_the_request);
    tcase_add_test(tests, of_one_minter);
    tcase_add_test(tests, broken_calls);
    suite_add_tcase(suite, tests);
    return suite;
}

CHECK_MAIN(caller_suite)
