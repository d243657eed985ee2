#include "check_main.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway.h"
#include "lib/key/key.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define TOKEN_ROOM 4096

/* A minter that uses tokens again, and one with the same settings that does not. */
static xcj_minter *minter, *reference;
static xcj_key *key, *issuer_key;
static xcj_error err;

static void set_up(void)
{
    key = key_of(OCT_JWK);
    ck_assert_int_eq(xcj_key_generate(&issuer_key, XCJ_ES256, 0, &err), XCJ_OK);
}

static void drop_minters(void)
{
    xcj_minter_free(minter);
    xcj_minter_free(reference);
    minter = NULL;
    reference = NULL;
}

static void tear_down(void)
{
    drop_minters();
    xcj_key_free(key);
    xcj_key_free(issuer_key);
}

static xcj_minter *new_minter(const xcj_mint_options *options)
{
    xcj_minter *made;
    ck_assert_msg(xcj_minter_new(&made, key, options, &err) == XCJ_OK, "%s", err.message);
    return made;
}

static void make_minters(xcj_mint_options options)
{
    drop_minters();
    reference = new_minter(&options);
    options.reuse = 60;
    minter = new_minter(&options);
}

static xcj_auth request(void)
{
    xcj_auth auth = api_key_auth();
    auth.jti = (xcj_str){ NULL, 0 };
    return auth;
}

static xcj_cache_counts counts_of(const xcj_minter *of)
{
    xcj_cache_counts counts;
    xcj_minter_reuse_counts(&counts, of);
    return counts;
}

static size_t mint_with(const xcj_minter *with, char token[TOKEN_ROOM], const xcj_auth *auth)
{
    size_t len;
    ck_assert_msg(xcj_mint(token, TOKEN_ROOM, &len, with, auth, NULL, &err) == XCJ_OK, "%s", err.message);
    return len;
}

/* The claims but for iat, exp and jti, which are returned beside them. */
static json_t *split_claims(const char *token, size_t len, json_int_t *iat, json_int_t *exp)
{
    size_t claims_len;
    char *text = part_of(token, len, 1, &claims_len);
    json_t *claims = json_of(text, claims_len);
    *iat = json_integer_value(json_object_get(claims, "iat"));
    *exp = json_integer_value(json_object_get(claims, "exp"));
    ck_assert(json_is_string(json_object_get(claims, "jti")));
    json_object_del(claims, "iat");
    json_object_del(claims, "exp");
    json_object_del(claims, "jti");
    free(text);
    return claims;
}

/* What every reused token must be: a token of this very request, not too old, and none that expires later. */
static void expect_right(const char *token, size_t len, const xcj_auth *auth)
{
    char fresh[TOKEN_ROOM];
    json_int_t iat, exp, fresh_iat, fresh_exp;
    const size_t fresh_len = mint_with(reference, fresh, auth);
    json_t *ours = split_claims(token, len, &iat, &exp);
    json_t *wanted = split_claims(fresh, fresh_len, &fresh_iat, &fresh_exp);
    ck_assert_msg(json_equal(ours, wanted), "%.*s", (int)len, token);
    ck_assert(iat <= fresh_iat && fresh_iat - iat < 60);
    ck_assert(exp <= fresh_exp && fresh_exp - exp < 60 && exp > fresh_iat);
    ck_assert(exp - fresh_iat > 5 || fresh_iat == iat);
    json_decref(ours);
    json_decref(wanted);
}

static bool mint_again(char token[TOKEN_ROOM], const xcj_auth *auth)
{
    char before[TOKEN_ROOM];
    memcpy(before, token, TOKEN_ROOM);
    memset(token, 0, TOKEN_ROOM);
    const size_t len = mint_with(minter, token, auth);
    expect_right(token, len, auth);
    return memcmp(before, token, TOKEN_ROOM) == 0;
}

START_TEST(equal_requests_get_the_same_token)
{
    make_minters(base_options());
    xcj_auth auth = request();
    char token[TOKEN_ROOM] = "";
    ck_assert(!mint_again(token, &auth));
    ck_assert(mint_again(token, &auth));
    auth.now += 59;
    ck_assert(mint_again(token, &auth));
    auth.now++;
    ck_assert(!mint_again(token, &auth));
    ck_assert(mint_again(token, &auth));
    auth.now -= 1; /* the clock goes back */
    ck_assert(!mint_again(token, &auth));
    const xcj_cache_counts counts = counts_of(minter);
    ck_assert(counts.hits == 3 && counts.misses == 3 && counts.entries == 1 && counts.bytes > 300);
    /* With the system's clock. */
    auth.has_now = 0;
    ck_assert(!mint_again(token, &auth));
    ck_assert(mint_again(token, &auth));
}
END_TEST

/* Each input that can change the token, changed in turn. */
enum { INPUTS = 16 };
static void change(xcj_auth *auth, int input)
{
    static const xcj_str two[] = { { "https://a", 9 }, { "https://c", 9 } };
    static const xcj_claim claim = { { "role", 4 }, { "admin", 5 }, XCJ_KIND_STRING };
    static const xcj_claim json = { { "role", 4 }, { "[\"admin\"]", 9 }, XCJ_KIND_JSON };
    static const xcj_claim hidden = { { "role", 4 }, { NULL, 0 }, XCJ_KIND_STRING };
    auth->consumer_custom_id = xcj_text(input == 1 ? "cons2" : input == 2 ? NULL : "cons");
    auth->consumer_id = xcj_text(input == 2 ? "id" : NULL);
    auth->audience = xcj_text(input == 3 ? "https://b" : input >= 4 && input <= 8 ? NULL : "https://a");
    auth->audiences = input == 4 ? two : NULL;
    auth->audiences_count = input == 4 ? 2 : 0;
    auth->service_scheme = xcj_text(input >= 5 && input <= 8 ? "https" : NULL);
    auth->service_host = xcj_text(input >= 5 && input <= 8 ? "h" : NULL);
    auth->service_port = input == 6 ? 8443 : 0;
    auth->service_path = xcj_text(input == 7 ? "/p" : input == 8 ? "/q" : NULL);
    auth->sub = xcj_text(input == 9 ? "alice" : input == 10 ? "bob" : NULL);
    auth->claims = input == 11 ? &claim : input == 12 ? &json : input == 13 ? &hidden : NULL;
    auth->claims_count = input >= 11 && input <= 13;
    auth->api_key = xcj_text(input == 14 ? "key2" : input == 15 ? "ke" : "key");
}

START_TEST(each_input_makes_a_token_of_its_own)
{
    make_minters(base_options());
    char tokens[INPUTS][TOKEN_ROOM] = { "" };
    xcj_auth auth = request();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < INPUTS; i++) {
            change(&auth, i);
            /* A claim without a value is no claim; every other input is a change. */
            ck_assert_int_eq(mint_again(tokens[i], &auth), round > 0);
            for (int j = 0; j < i; j++) {
                ck_assert_msg((i == 13 && j == 0) || strcmp(tokens[i], tokens[j]) != 0, "%d and %d", i, j);
            }
        }
    }
}
END_TEST

/* Random requests of few identities at a clock that goes back and forth: always the token of this request. */
START_TEST(nobody_gets_anothers_token)
{
    static const char *const texts[] = { "a", "ab", "b", "a\",\"sub\":\"b", "\\", "iat", "{\"exp\":1}", "é" };
    make_minters(base_options());
    unsigned seed = 1;
    char token[TOKEN_ROOM];
    for (int i = 0; i < 3000; i++) {
        unsigned picks[6];
        for (int j = 0; j < 6; j++) {
            seed = seed * 1103515245 + 12345;
            picks[j] = seed / 65536;
        }
        xcj_auth auth = request();
        const xcj_claim claim = { { "c", 1 }, xcj_text(texts[picks[4] % 3]), XCJ_KIND_STRING };
        auth.api_key = xcj_text(texts[picks[0] % COUNT_OF(texts)]);
        auth.consumer_custom_id = xcj_text(texts[picks[1] % 2]);
        auth.sub = xcj_text(picks[2] % 3 == 0 ? NULL : texts[picks[2] % 4]);
        auth.claims = &claim;
        auth.claims_count = picks[3] % 2;
        auth.now = 100000 + i / 10 + (int64_t)(picks[5] % 8) - (picks[5] % 50 == 0 ? 100 : 0);
        memset(token, 0, sizeof token);
        (void)mint_again(token, &auth);
    }
    const xcj_cache_counts counts = counts_of(minter);
    ck_assert_msg(counts.hits > 500 && counts.misses > 500, "%lu hits", (unsigned long)counts.hits);
}
END_TEST

static char *inbound(const char *claims)
{
    char *text;
    size_t len;
    ck_assert_int_eq(xcj_jws_sign(&text, &len, claims, strlen(claims), issuer_key, NULL, NULL, &err), XCJ_OK);
    char *value = malloc(len + 8);
    ck_assert_ptr_nonnull(value);
    (void)snprintf(value, len + 8, "Bearer %s", text);
    xcj_free(text);
    return value;
}

static void make_bearer_minters(xcj_mint_options options)
{
    xcj_verifier *verifier;
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    policy.cache_bytes = 65536;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, issuer_key, &policy, &err), XCJ_OK);
    options.bearer_verified = 0;
    options.bearer_verifier = verifier;
    options.consumer_optional = 1;
    make_minters(options);
    xcj_verifier_free(verifier);
}

static xcj_auth bearer_request(const char *authorization, int64_t now)
{
    xcj_auth auth = request();
    auth.methods = XCJ_AUTH_BEARER;
    auth.api_key = (xcj_str){ NULL, 0 };
    auth.authorization = xcj_text(authorization);
    auth.now = now;
    return auth;
}

/* Neither the token nor its use outlives the inbound token. */
START_TEST(none_outlives_its_inbound_token)
{
    for (int uncapped = 0; uncapped < 2; uncapped++) {
        xcj_mint_options options = base_options();
        options.exp = uncapped ? XCJ_EXP_UNCAPPED : XCJ_EXP_CAPPED;
        make_bearer_minters(options);
        char *first = inbound("{\"clientId\":\"c\",\"exp\":1030,\"jti\":\"1\"}");
        char *longer = inbound("{\"clientId\":\"c\",\"exp\":9000,\"jti\":\"2\"}");
        char token[TOKEN_ROOM] = "";
        size_t len;
        xcj_auth auth = bearer_request(first, 1000);
        ck_assert(!mint_again(token, &auth));
        ck_assert(mint_again(token, &auth));
        auth.now = 1024;
        ck_assert(mint_again(token, &auth));
        auth.now = 1025; /* in its last seconds a capped token is not used again */
        ck_assert_int_eq(mint_again(token, &auth), uncapped);
        auth.now = 1030;
        ck_assert_int_eq(xcj_mint(token, sizeof token, &len, minter, &auth, NULL, &err), XCJ_ERR_EXPIRED);
        /* The same claims with another exp: a token that expires with the first one is no fair exchange. */
        auth = bearer_request(longer, 1026);
        memset(token, 0, sizeof token);
        (void)mint_again(token, &auth);
        ck_assert(mint_again(token, &auth));
        auth = bearer_request(first, 1026);
        ck_assert_int_eq(mint_again(token, &auth), uncapped);
        free(first);
        free(longer);
    }
}
END_TEST

/* Only a token that is used again counts as a hit. */
START_TEST(only_what_is_used_again_is_a_hit)
{
    make_bearer_minters(base_options());
    char *first = inbound("{\"clientId\":\"c\",\"exp\":1300}");
    char *longer = inbound("{\"clientId\":\"c\",\"exp\":9000}");
    const struct {
        const char *authorization;
        int64_t now;
        size_t room;
        bool is_hit;
    } rows[] = {
        { first, 1000, TOKEN_ROOM, false },
        { first, 1001, TOKEN_ROOM, true },
        { longer, 1002, TOKEN_ROOM, false }, /* it would expire much earlier */
        { longer, 1003, TOKEN_ROOM, true },
        { first, 1004, TOKEN_ROOM, false }, /* it would expire later */
        { first, 1005, 100, false },
        { first, 1064, TOKEN_ROOM, false }, /* it is too old */
        { first, 1065, TOKEN_ROOM, true },
        { first, 1063, TOKEN_ROOM, false }, /* the clock goes back, and exp is the same */
        { first, 1064, TOKEN_ROOM, true },
    };
    xcj_cache_counts wanted = { 0 };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char token[TOKEN_ROOM];
        size_t len;
        const xcj_auth auth = bearer_request(rows[i].authorization, rows[i].now);
        ck_assert_int_eq(xcj_mint(token, rows[i].room, &len, minter, &auth, NULL, &err),
                         rows[i].room < TOKEN_ROOM ? XCJ_ERR_BUFFER : XCJ_OK);
        wanted.hits += rows[i].is_hit;
        wanted.misses += !rows[i].is_hit;
        const xcj_cache_counts counts = counts_of(minter);
        ck_assert_msg(counts.hits == wanted.hits && counts.misses == wanted.misses, "row %zu", i);
    }
    free(first);
    free(longer);
}
END_TEST

/* A token of the inbound token's holder is not for one who shows a changed one, or another's. */
START_TEST(an_inbound_token_is_verified_each_time)
{
    make_bearer_minters(base_options());
    char *value = inbound("{\"clientId\":\"c\",\"exp\":9000}");
    char token[TOKEN_ROOM] = "";
    size_t len;
    xcj_auth auth = bearer_request(value, 1000);
    ck_assert(!mint_again(token, &auth));
    ck_assert(mint_again(token, &auth));
    for (size_t i = 7; i < strlen(value); i += 5) {
        const char was = value[i];
        value[i] = was == 'A' ? 'B' : 'A';
        ck_assert_msg(xcj_mint(token, sizeof token, &len, minter, &auth, NULL, &err) != XCJ_OK, "%zu: %s", i, value);
        value[i] = was;
    }
    ck_assert_uint_eq(counts_of(minter).entries, 1);
    free(value);
}
END_TEST

/* A caller who was refused gets a token as soon as the request is valid. */
START_TEST(a_refusal_lasts_for_one_request)
{
    make_bearer_minters(base_options());
    char *value = inbound("{\"clientId\":\"c\",\"nbf\":1000,\"exp\":1300}");
    char token[TOKEN_ROOM] = "";
    size_t len;
    for (int round = 0; round < 2; round++) {
        xcj_auth auth = bearer_request("Bearer x", 1000);
        ck_assert_int_ne(xcj_mint(token, sizeof token, &len, minter, &auth, NULL, &err), XCJ_OK);
        auth = bearer_request(value, 999);
        ck_assert_int_eq(xcj_mint(token, sizeof token, &len, minter, &auth, NULL, &err), XCJ_ERR_NOT_YET_VALID);
        auth = bearer_request(value, 1000);
        (void)mint_again(token, &auth);
    }
    const xcj_cache_counts counts = counts_of(minter);
    ck_assert(counts.hits == 1 && counts.misses == 1 && counts.entries == 1);
    free(value);
}
END_TEST

/* A binding is proven by each request, whether a token is used again or not. */
START_TEST(a_certificate_is_demanded_each_time)
{
    xcj_certificate cert;
    char thumbprint[64], claims[200], token[TOKEN_ROOM] = "";
    size_t len;
    ck_assert_int_eq(xcj_certificate_read(&cert, cert_pem, strlen(cert_pem), &err), XCJ_OK);
    thumbprint[xcj__b64u_encode(thumbprint, cert.sha256, sizeof cert.sha256)] = '\0';
    (void)snprintf(claims, sizeof claims, "{\"clientId\":\"c\",\"exp\":9000,\"cnf\":{\"x5t#S256\":\"%s\"}}", thumbprint);
    make_bearer_minters(base_options());
    char *value = inbound(claims);
    xcj_auth auth = bearer_request(value, 1000);
    auth.client_cert = xcj_text(cert_pem);
    ck_assert(!mint_again(token, &auth));
    ck_assert(mint_again(token, &auth));
    auth.client_cert = (xcj_str){ NULL, 0 };
    ck_assert_int_eq(xcj_mint(token, sizeof token, &len, minter, &auth, NULL, &err), XCJ_ERR_BINDING);
    ck_assert_int_eq(xcj_mint_prepare(token, sizeof token, &len, minter, &auth, NULL, &err), XCJ_ERR_BINDING);
    free(value);
}
END_TEST

static int count_proofs(void *context, xcj_str jkt, xcj_str jti, int64_t expires)
{
    (void)jkt;
    (void)jti;
    (void)expires;
    return ++*(int *)context > 3;
}

/* Proofs are checked, and counted against replay, each time. */
START_TEST(a_proof_is_checked_each_time)
{
    int proofs = 0;
    xcj_dpop_options dpop = XCJ_DPOP_OPTIONS_INIT;
    xcj_mint_options options = base_options();
    dpop.replay = count_proofs;
    dpop.replay_context = &proofs;
    options.dpop = &dpop;
    make_bearer_minters(options);
    xcj_minter_free(reference);
    reference = NULL;
    char *jkt, *proof, claims[200], token[TOKEN_ROOM], before[TOKEN_ROOM];
    size_t jkt_len, proof_len, len;
    ck_assert_int_eq(xcj_key_thumbprint(&jkt, &jkt_len, issuer_key, XCJ_SHA256, &err), XCJ_OK);
    (void)snprintf(claims, sizeof claims, "{\"clientId\":\"c\",\"exp\":9000,\"cnf\":{\"jkt\":\"%s\"}}", jkt);
    char *value = inbound(claims);
    memcpy(value, "DPoP   ", 7);
    xcj_auth auth = bearer_request(value, 1000);
    xcj_dpop_request asked = XCJ_DPOP_REQUEST_INIT;
    asked.method = auth.htm = xcj_text("GET");
    asked.uri = auth.htu = xcj_text("https://gateway/x");
    asked.token = xcj_text(value + 7);
    asked.has_now = 1;
    asked.now = 1000;
    ck_assert_int_eq(xcj_dpop_make(&proof, &proof_len, issuer_key, &asked, XCJ_ALG_NONE, NULL, &err), XCJ_OK);
    auth.dpop = (xcj_str){ proof, proof_len };
    memset(before, 0, sizeof before);
    for (int i = 0; i < 3; i++) {
        memset(token, 0, sizeof token);
        len = mint_with(minter, token, &auth);
        ck_assert(i == 0 || memcmp(before, token, sizeof token) == 0);
        memcpy(before, token, sizeof token);
    }
    ck_assert_int_eq(proofs, 3);
    ck_assert_int_eq(xcj_mint(token, sizeof token, &len, minter, &auth, NULL, &err), XCJ_ERR_REPLAY);
    auth.dpop = (xcj_str){ NULL, 0 };
    ck_assert_int_eq(xcj_mint(token, sizeof token, &len, minter, &auth, NULL, &err), XCJ_ERR_PROOF);
    xcj_free(proof);
    xcj_free(jkt);
    free(value);
}
END_TEST

/* In three steps, and with an identified caller: the same tokens. */
START_TEST(steps_reuse_as_well)
{
    make_minters(base_options());
    xcj_auth auth = request();
    xcj_caller *caller;
    ck_assert_int_eq(xcj_caller_new(&caller, minter, &auth, NULL, &err), XCJ_OK);
    auth.caller = caller;
    char token[TOKEN_ROOM], before[TOKEN_ROOM] = "";
    uint8_t signature[XCJ_SIGNATURE_MAX];
    size_t len, signature_len;
    for (int i = 0; i < 3; i++) {
        memset(token, 0, sizeof token);
        ck_assert_int_eq(xcj_mint_prepare(token, sizeof token, &len, minter, &auth, NULL, &err), XCJ_OK);
        const xcj_str input = { token, len };
        ck_assert_int_eq(xcj_mint_is_reused(minter, input), i > 0);
        ck_assert_int_eq(xcj_mint_sign(signature, sizeof signature, &signature_len, minter, input, NULL, &err), XCJ_OK);
        ck_assert_uint_eq(signature_len, i > 0 ? 0 : 32);
        ck_assert_int_eq(xcj_mint_finish(token, i > 0 ? len : sizeof token, &len, minter, signature, signature_len, &err),
                         XCJ_OK);
        ck_assert(i == 0 || memcmp(token, before, sizeof token) == 0);
        memcpy(before, token, sizeof token);
    }
    auth.caller = NULL;
    memset(token, 0, sizeof token);
    (void)mint_with(minter, token, &auth);
    ck_assert_mem_eq(token, before, sizeof token);
    ck_assert_uint_eq(counts_of(minter).hits, 3);
    /* No room for it: as if there were none. */
    ck_assert_int_eq(xcj_mint(token, 10, &len, minter, &auth, NULL, &err), XCJ_ERR_BUFFER);
    ck_assert_uint_gt(err.needed, 10);
    /* A token without its signature is none to finish. */
    ck_assert_int_eq(xcj_mint_is_reused(minter, (xcj_str){ before, 20 }), 0);
    ck_assert_int_eq(xcj_mint_is_reused(NULL, (xcj_str){ before, 200 }), 0);
    ck_assert_int_eq(xcj_mint_is_reused(minter, (xcj_str){ NULL, 0 }), 0);
    xcj_caller_free(caller);
}
END_TEST

/* A signing device whose first signatures, as many as `lies`, are wrong. */
typedef struct device {
    xcj_key *key;
    int lies;
} device;

static int device_sign(void *context, uint8_t *signature, size_t *len, const xcj_sign_request *asked)
{
    device *self = context;
    const xcj_str input = { (const char *)asked->input, asked->input_len };
    if (xcj__key_sign(signature, len, self->key, asked->alg, input.ptr, input.len, NULL, NULL) != XCJ_OK) {
        return 1;
    }
    signature[0] = (uint8_t)(signature[0] ^ (self->lies-- > 0));
    return 0;
}

/* Mints with a signature of the device, which the library asks for (`sign`) or is given. */
static xcj_code mint_at(device *self, bool is_given, char token[TOKEN_ROOM], size_t *len)
{
    const xcj_auth auth = request();
    memset(token, 0, TOKEN_ROOM);
    if (!is_given) {
        return xcj_mint(token, TOKEN_ROOM, len, minter, &auth, NULL, &err);
    }
    ck_assert_int_eq(xcj_mint_prepare(token, TOKEN_ROOM, len, minter, &auth, NULL, &err), XCJ_OK);
    uint8_t signature[XCJ_SIGNATURE_MAX];
    size_t signature_len = 0;
    if (xcj_mint_is_reused(minter, (xcj_str){ token, *len }) == 0) {
        const xcj_sign_request asked = { sizeof asked,    xcj_minter_alg(minter), (const uint8_t *)token, *len, NULL, 0,
                                         sizeof signature };
        ck_assert_int_eq(device_sign(self, signature, &signature_len, &asked), 0);
    }
    return xcj_mint_finish(token, TOKEN_ROOM, len, minter, signature, signature_len, &err);
}

/* A wrong signature spoils at most one token, whoever made it, trusted or not. */
START_TEST(a_wrong_signature_is_not_reused)
{
    enum { GIVEN = 1, TRUSTED = 2, LOCAL = 4, WAYS = 5 };
    for (int way = 0; way < WAYS; way++) {
        device self = { issuer_key, 1 };
        xcj_signer signer = XCJ_SIGNER_INIT;
        const bool is_given = way & (GIVEN | LOCAL);
        signer.sign = is_given ? NULL : device_sign;
        signer.context = &self;
        signer.trusted = way & TRUSTED ? 1 : 0;
        xcj_key_free(key);
        if (way == LOCAL) {
            key = xcj_key_ref(issuer_key); /* but the signature is made elsewhere */
        } else {
            ck_assert_int_eq(xcj_key_from_signer(&key, issuer_key, &signer, &err), XCJ_OK);
        }
        make_minters(base_options());
        xcj_verifier *verifier;
        xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
        policy.has_now = 1;
        policy.now = 1000;
        ck_assert_int_eq(xcj_verifier_new_key(&verifier, issuer_key, &policy, &err), XCJ_OK);
        char first[TOKEN_ROOM], token[TOKEN_ROOM], again[TOKEN_ROOM];
        size_t len;
        const xcj_code code = mint_at(&self, is_given, first, &len);
        if (way & (TRUSTED | LOCAL)) { /* it is used unchecked, once */
            ck_assert_int_eq(code, XCJ_OK);
            ck_assert_int_eq(xcj_verify(NULL, verifier, first, len, NULL, &err), XCJ_ERR_SIGNATURE);
        } else {
            ck_assert_int_eq(code, XCJ_ERR_SIGNER);
        }
        ck_assert_int_eq(mint_at(&self, is_given, token, &len), XCJ_OK);
        ck_assert_msg(xcj_verify(NULL, verifier, token, len, NULL, &err) == XCJ_OK, "way %d: %s", way, err.message);
        ck_assert_int_eq(mint_at(&self, is_given, again, &len), XCJ_OK);
        ck_assert_int_eq(xcj_verify(NULL, verifier, again, len, NULL, &err), XCJ_OK);
        /* A right one is used again, unless the key signs here and the signature is from elsewhere. */
        ck_assert_msg((memcmp(token, again, TOKEN_ROOM) == 0) == (way != LOCAL), "way %d", way);
        ck_assert_uint_eq(counts_of(minter).hits, way != LOCAL);
        xcj_verifier_free(verifier);
        drop_minters();
    }
}
END_TEST

START_TEST(what_the_caller_chooses_is_not_reused)
{
    make_minters(base_options());
    xcj_auth auth = api_key_auth(); /* with a jti */
    char token[TOKEN_ROOM], again[TOKEN_ROOM];
    size_t len;
    ck_assert_int_eq(xcj_mint(token, sizeof token, &len, minter, &auth, NULL, &err), XCJ_ERR_ARGUMENT);
    ck_assert_str_eq(err.member, "jti");
    ck_assert_int_eq(xcj_mint_prepare(token, sizeof token, &len, minter, &auth, NULL, &err), XCJ_ERR_ARGUMENT);
    (void)mint_with(reference, token, &auth);
    static const char claims[] = "{\"a\":1}";
    ck_assert_int_eq(xcj_mint_claims(token, sizeof token, &len, minter, claims, 7, NULL, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_mint_claims(again, sizeof again, &len, minter, claims, 7, NULL, NULL, &err), XCJ_OK);
    ck_assert(memcmp(token, again, len) != 0);
    ck_assert_uint_eq(counts_of(minter).entries, 0);
    ck_assert_uint_eq(counts_of(reference).misses, 0);
}
END_TEST

START_TEST(bad_options)
{
    static const struct {
        int64_t expires_in, reuse;
        size_t bytes;
        xcj_profile profile;
        const char *member;
    } rows[] = {
        { 0, 900, 65536, XCJ_PROFILE_JWT, NULL },
        { 0, 901, 0, XCJ_PROFILE_JWT, "reuse" },
        { 120, 60, 0, XCJ_PROFILE_JWT, NULL },
        { 119, 60, 0, XCJ_PROFILE_JWT, "reuse" },
        { 0, -1, 0, XCJ_PROFILE_JWT, "reuse" },
        { -5, 0, 0, XCJ_PROFILE_JWT, "expires_in" },
        { 31536001, 60, 0, XCJ_PROFILE_JWT, "expires_in" },
        { -5, 60, 0, XCJ_PROFILE_JWT, "expires_in" },
        { 1, 0, 0, XCJ_PROFILE_JWT, NULL },
        { 0, 60, 65535, XCJ_PROFILE_JWT, "reuse_bytes" },
        { 0, 0, 65536, XCJ_PROFILE_JWT, "reuse_bytes" },
        { 0, 60, 0, XCJ_PROFILE_TXN, "reuse" },
        { 0, 0, 0, XCJ_PROFILE_TXN, NULL },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        xcj_mint_options options = base_options();
        xcj_minter *made;
        options.expires_in = rows[i].expires_in;
        options.reuse = rows[i].reuse;
        options.reuse_bytes = rows[i].bytes;
        options.profile = rows[i].profile;
        xcj_code code = xcj_minter_new(&made, key, &options, &err);
        ck_assert_msg(code == (rows[i].member != NULL ? XCJ_ERR_CONFIG : XCJ_OK), "row %zu: %s", i, err.message);
        ck_assert(rows[i].member == NULL || strcmp(err.member, rows[i].member) == 0);
        xcj_minter_free(made);
    }
}
END_TEST

START_TEST(a_child_reuses_no_token_of_its_parent)
{
    make_minters(base_options());
    xcj_auth auth = request();
    char token[TOKEN_ROOM] = "";
    (void)mint_again(token, &auth);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        char own[TOKEN_ROOM] = "";
        size_t len;
        int wrong = xcj_mint(own, sizeof own, &len, minter, &auth, NULL, NULL) != XCJ_OK || strcmp(own, token) == 0;
        _exit(wrong);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert(mint_again(token, &auth));
}
END_TEST

enum { THREADS = 16, ROUNDS = 200 };

static void *mint_many(void *arg)
{
    const unsigned number = *(const unsigned *)arg;
    for (unsigned i = 0; i < ROUNDS; i++) {
        char id[16], wanted[32], token[TOKEN_ROOM];
        size_t len;
        xcj_auth auth = request();
        (void)snprintf(id, sizeof id, "id%u", (number + i) % 5);
        (void)snprintf(wanted, sizeof wanted, "\"client_id\":\"%s\"", id);
        auth.api_key = xcj_text(id);
        if (xcj_mint(token, sizeof token, &len, minter, &auth, NULL, NULL) != XCJ_OK) {
            abort();
        }
        char claims[TOKEN_ROOM];
        size_t claims_len;
        const char *dot = memchr(token, '.', len);
        const char *end = memchr(dot + 1, '.', len - (size_t)(dot + 1 - token));
        if (!xcj__b64u_decode((uint8_t *)claims, &claims_len, dot + 1, (size_t)(end - dot - 1), NULL)) {
            abort();
        }
        claims[claims_len] = '\0';
        if (strstr(claims, wanted) == NULL) {
            abort();
        }
    }
    return NULL;
}

START_TEST(threads_get_their_own_identity)
{
    pthread_t ids[THREADS];
    unsigned numbers[THREADS];
    make_minters(base_options());
    for (unsigned i = 0; i < THREADS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&ids[i], NULL, mint_many, &numbers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(ids[i], NULL), 0);
    }
    const xcj_cache_counts counts = counts_of(minter);
    ck_assert(counts.hits > THREADS * ROUNDS / 2 && counts.entries == 5);
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("reuse");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, equal_requests_get_the_same_token);
    tcase_add_test(tcase, each_input_makes_a_token_of_its_own);
    tcase_add_test(tcase, nobody_gets_anothers_token);
    tcase_add_test(tcase, none_outlives_its_inbound_token);
    tcase_add_test(tcase, only_what_is_used_again_is_a_hit);
    tcase_add_test(tcase, an_inbound_token_is_verified_each_time);
    tcase_add_test(tcase, a_refusal_lasts_for_one_request);
    tcase_add_test(tcase, a_certificate_is_demanded_each_time);
    tcase_add_test(tcase, a_proof_is_checked_each_time);
    tcase_add_test(tcase, steps_reuse_as_well);
    tcase_add_test(tcase, a_wrong_signature_is_not_reused);
    tcase_add_test(tcase, what_the_caller_chooses_is_not_reused);
    tcase_add_test(tcase, bad_options);
    tcase_add_test(tcase, a_child_reuses_no_token_of_its_parent);
    tcase_add_test(tcase, threads_get_their_own_identity);
    Suite *s = suite_create("reuse");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
