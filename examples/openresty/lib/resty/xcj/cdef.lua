--[[
resty/xcj/cdef.lua: the C declarations and the loaded library.

tests/layout.sh compares all of this with the headers: it compiles `functions` behind `#include <xcj.h>`, and compares sizes,
offsets and constants of `structs` and `constants`. When a header gains a member, that test fails until the member is here.
]]
local ffi = require("ffi")

local M = {}

-- Views (xcj_str) inside a struct are written as pointer and length, so that filling one makes no temporary object.
local types = [[
typedef int xcj_code;
typedef int xcj_alg;
typedef int xcj_kty;
typedef int xcj_curve;
typedef int xcj_use;
typedef int xcj_part;
typedef int xcj_hash;
typedef int xcj_where;
typedef int xcj_type;

typedef struct xcj_str { const char *ptr; size_t len; } xcj_str;
typedef struct xcj_error {
    xcj_code code; uint32_t claims; size_t offset; size_t needed; char member[64]; char message[400]; uint64_t reserved[4];
} xcj_error;

typedef struct xcj_scratch xcj_scratch;
typedef struct xcj_key xcj_key;
typedef struct xcj_keyset xcj_keyset;
typedef struct xcj_verifier xcj_verifier;
typedef struct xcj_verified xcj_verified;
typedef struct xcj_identities xcj_identities;
typedef struct xcj_minter xcj_minter;
typedef struct xcj_caller xcj_caller;

typedef struct xcj_key_options {
    size_t size; const char *passphrase; size_t passphrase_len; int hmac_k_raw; void *alg_from_name; int allow_weak_secret;
    int secret_encoding; xcj_scratch *scratch; int pem_labels; void *lib_ctx; const char *properties;
} xcj_key_options;

typedef struct xcj_verify_options {
    size_t size; const xcj_alg *algs; size_t algs_count; const char *issuer; size_t issuer_len;
    const xcj_str *audiences; size_t audiences_count; const char *subject; size_t subject_len; const char *typ; size_t typ_len;
    const xcj_str *required; size_t required_count; const char *key_claim; size_t key_claim_len; int64_t leeway;
    int64_t max_age; int64_t now; int has_now; int allow_no_exp; int opaque_payload; int all_signatures; int ignore_times;
    size_t max_token; unsigned max_depth; size_t max_members; unsigned max_signatures; int try_keys; int jwt_svid;
    const char *client_id; size_t client_id_len; int profile; size_t cache_bytes; int64_t cache_age;
} xcj_verify_options;

/* The two views are passed by value. A callback of LuaJIT takes no struct by value, but in the calling conventions of x86-64
 * and AArch64 each of them is passed exactly as these two arguments. */
typedef int (*xcj_dpop_replay)(void *context, const char *jkt, size_t jkt_len, const char *jti, size_t jti_len, int64_t expires);

typedef struct xcj_dpop_options {
    size_t size; const xcj_alg *algs; size_t algs_count; int64_t max_age; int64_t leeway; xcj_dpop_replay replay;
    void *replay_context;
} xcj_dpop_options;

typedef struct xcj_rename { const char *from; size_t from_len; const char *to; size_t to_len; } xcj_rename;

typedef struct xcj_claim { const char *name; size_t name_len; const char *value; size_t value_len; int kind; } xcj_claim;

typedef struct xcj_mint_options {
    size_t size; xcj_alg alg; const char *iss; size_t iss_len; const char *aud; size_t aud_len; const char *jku; size_t jku_len;
    const char *kid; size_t kid_len; const char *typ; size_t typ_len; int64_t expires_in;
    const xcj_str *bearer_clientid_claims; size_t bearer_clientid_claims_count; int consumer_optional; int dn; int exp;
    int inbound; const xcj_str *drop_claims; size_t drop_claims_count; const xcj_str *keep_claims; size_t keep_claims_count;
    const char *claims; size_t claims_len; const char *header; size_t header_len; size_t max_token;
    const xcj_verifier *bearer_verifier; int bearer_verified; int api_key_sha256; const xcj_identities *identities;
    int bearer_lax_times; int no_exp; int cnf; const xcj_dpop_options *dpop; int bind; const xcj_rename *rename_claims;
    size_t rename_claims_count; const xcj_str *require_claims; size_t require_claims_count; int profile; int64_t reuse;
    size_t reuse_bytes;
} xcj_mint_options;

typedef struct xcj_auth {
    size_t size; uint32_t methods; const char *authorization; size_t authorization_len; const char *client_cert;
    size_t client_cert_len; const char *client_dn; size_t client_dn_len; const char *api_key; size_t api_key_len;
    const char *consumer_custom_id; size_t consumer_custom_id_len; const char *consumer_id; size_t consumer_id_len;
    const char *audience; size_t audience_len; const char *service_scheme; size_t service_scheme_len;
    const char *service_host; size_t service_host_len; unsigned service_port; const char *service_path;
    size_t service_path_len; const char *jti; size_t jti_len; int64_t now; int has_now; const xcj_caller *caller;
    const xcj_str *audiences; size_t audiences_count; const char *dpop; size_t dpop_len; const char *htm; size_t htm_len;
    const char *htu; size_t htu_len; const xcj_str *dpop_nonces; size_t dpop_nonces_count; const char *sub; size_t sub_len;
    const xcj_claim *claims; size_t claims_count; const xcj_verifier *bearer_verifier;
} xcj_auth;

typedef struct xcj_audit { size_t size; const xcj_auth *auth; const char *token; size_t token_len; const xcj_error *refusal; } xcj_audit;
]]

M.functions = [[
const char *xcj_version(void);
const char *xcj_code_name(xcj_code code);
int xcj_code_http_status(xcj_code code);
void xcj_free(void *block);
const char *xcj_alg_name(xcj_alg alg);
xcj_alg xcj_alg_from_name(const char *name, size_t len);
xcj_code xcj_scratch_new(xcj_scratch **out, xcj_error *err);

const char *xcj_kty_name(xcj_kty kty);
const char *xcj_curve_name(xcj_curve curve);
xcj_code xcj_key_from_data(xcj_key **out, const uint8_t *data, size_t len, const xcj_key_options *options, xcj_error *err);
xcj_code xcj_key_from_secret(xcj_key **out, const uint8_t *secret, size_t len, const xcj_key_options *options, xcj_error *err);
xcj_code xcj_key_generate(xcj_key **out, xcj_alg alg, unsigned bits, xcj_error *err);
xcj_key *xcj_key_ref(const xcj_key *key);
void xcj_key_free(xcj_key *key);
xcj_kty xcj_key_type(const xcj_key *key);
xcj_curve xcj_key_curve(const xcj_key *key);
unsigned xcj_key_bits(const xcj_key *key);
int xcj_key_is_private(const xcj_key *key);
xcj_str xcj_key_id(const xcj_key *key);
xcj_str xcj_key_alg_name(const xcj_key *key);
xcj_code xcj_key_to_jwk(char **out, size_t *out_len, const xcj_key *key, xcj_part part, xcj_error *err);
xcj_code xcj_key_to_pem(char **out, size_t *out_len, const xcj_key *key, xcj_part part, xcj_error *err);
xcj_code xcj_key_thumbprint(char **out, size_t *out_len, const xcj_key *key, xcj_hash hash, xcj_error *err);

xcj_code xcj_keyset_from_data(xcj_keyset **out, const uint8_t *data, size_t len, const xcj_key_options *options, xcj_error *err);
xcj_code xcj_keyset_from_keys(xcj_keyset **out, const xcj_key *const *keys, size_t count, xcj_error *err);
void xcj_keyset_free(xcj_keyset *set);
size_t xcj_keyset_count(const xcj_keyset *set);
const xcj_key *xcj_keyset_get(const xcj_keyset *set, size_t index);
xcj_code xcj_keyset_to_json(char **out, size_t *out_len, const xcj_keyset *set, xcj_part part, xcj_error *err);

xcj_code xcj_verifier_new(xcj_verifier **out, const xcj_keyset *keys, const xcj_verify_options *options, xcj_error *err);
xcj_code xcj_verifier_new_key(xcj_verifier **out, const xcj_key *key, const xcj_verify_options *options, xcj_error *err);
xcj_code xcj_verifier_new_issuers(xcj_verifier **out, const xcj_verifier *const *rows, size_t count, xcj_error *err);
void xcj_verifier_free(xcj_verifier *verifier);
xcj_code xcj_verify(xcj_verified **out, const xcj_verifier *verifier, const char *token, size_t len, xcj_scratch *scratch, xcj_error *err);
void xcj_verified_free(xcj_verified *verified);
xcj_str xcj_verified_payload(const xcj_verified *verified);
xcj_str xcj_verified_header(const xcj_verified *verified);
xcj_alg xcj_verified_alg(const xcj_verified *verified);
xcj_type xcj_verified_type(const xcj_verified *verified, xcj_where where, const char *path, size_t path_len);
xcj_code xcj_verified_text(char **out, size_t *out_len, const xcj_verified *verified, xcj_where where, const char *path, size_t path_len, xcj_error *err);
xcj_code xcj_verified_number(double *out, const xcj_verified *verified, xcj_where where, const char *path, size_t path_len, xcj_error *err);
xcj_code xcj_verified_boolean(int *out, const xcj_verified *verified, xcj_where where, const char *path, size_t path_len, xcj_error *err);
xcj_code xcj_verified_texts(xcj_str **out, size_t *out_count, const xcj_verified *verified, xcj_where where, const char *path, size_t path_len, xcj_error *err);
xcj_code xcj_verified_json(xcj_str *out, const xcj_verified *verified, xcj_where where, const char *path, size_t path_len, xcj_error *err);

xcj_code xcj_identities_from_json(xcj_identities **out, const char *text, size_t len, xcj_error *err);
void xcj_identities_free(xcj_identities *identities);

xcj_code xcj_minter_new(xcj_minter **out, const xcj_key *key, const xcj_mint_options *options, xcj_error *err);
void xcj_minter_free(xcj_minter *minter);
xcj_alg xcj_minter_alg(const xcj_minter *minter);
const xcj_key *xcj_minter_key(const xcj_minter *minter);
xcj_code xcj_caller_new(xcj_caller **out, const xcj_minter *minter, const xcj_auth *auth, xcj_scratch *scratch, xcj_error *err);
void xcj_caller_free(xcj_caller *caller);
xcj_str xcj_caller_client_id(const xcj_caller *caller);
xcj_str xcj_caller_consumer(const xcj_caller *caller);
uint32_t xcj_caller_method(const xcj_caller *caller);
size_t xcj_caller_dpop_nonce(const xcj_caller *caller);
xcj_code xcj_mint(char *buf, size_t cap, size_t *len, const xcj_minter *minter, const xcj_auth *auth, xcj_scratch *scratch, xcj_error *err);
xcj_code xcj_mint_claims(char *buf, size_t cap, size_t *len, const xcj_minter *minter, const char *claims, size_t claims_len, const xcj_auth *auth, xcj_scratch *scratch, xcj_error *err);
xcj_code xcj_dpop_nonce(char *buf, size_t cap, xcj_scratch *scratch, xcj_error *err);
xcj_code xcj_audit_line(char *buf, size_t cap, size_t *len, const xcj_audit *audit, xcj_error *err);
xcj_code xcj_header_check_token(const char *name, size_t len, xcj_error *err);
int xcj_header_alike(const char *a, size_t a_len, const char *b, size_t b_len);

xcj_code xcj_kong_minter_from_config(xcj_minter **out, const char *text, size_t len, const xcj_mint_options *defaults, const xcj_key_options *key_options, xcj_error *err);
xcj_str xcj_kong_apikey_header(const xcj_minter *minter);
xcj_str xcj_kong_upstream_header(const xcj_minter *minter);
xcj_str xcj_kong_downstream_header(const xcj_minter *minter);
int xcj_kong_verbose(const xcj_minter *minter);
const char *xcj_kong_header_prefix(const char *name, size_t len);
xcj_code xcj_kong_failure(char **out, size_t *out_len, const xcj_error *failure, int verbose, xcj_error *err);
uint32_t xcj_kong_method(const xcj_auth *auth);
]]

-- The structs whose layout must be that of the headers.
M.structs = {
    "xcj_str", "xcj_error", "xcj_key_options", "xcj_verify_options", "xcj_dpop_options", "xcj_rename", "xcj_claim",
    "xcj_mint_options", "xcj_auth", "xcj_audit",
}
M.types = types

-- Numbers of the headers, by the names there without XCJ_.
M.constants = {
    ERR_MEMORY = 1, ERR_ARGUMENT = 5, ERR_BUFFER = 6, ERR_CREDENTIAL = 81, ERR_CONFIG = 90,
    AUTH_BEARER = 1, AUTH_BASIC = 2, AUTH_CLIENT_CERT = 4, AUTH_API_KEY = 8, AUTH_ANY = 15,
    KIND_STRING = 0, KIND_JSON = 1,
    DN_RFC4514 = 1, DN_UNESCAPED = 2, EXP_CAPPED = 1, EXP_UNCAPPED = 2, INBOUND_SCREENED = 1, INBOUND_ALL = 2,
    CNF_PROVEN = 1, CNF_IGNORED = 2, BIND_NOTHING = 1, BIND_CERTIFICATE = 2, BIND_KEY = 3,
    PROFILE_JWT = 0, PROFILE_AT_JWT = 1, PROFILE_TXN = 2,
    SECRET_RAW = 0, SECRET_BASE64 = 1, SECRET_BASE64URL = 2, SECRET_HEX = 3,
    PUBLIC = 1, PRIVATE = 2, SHA256 = 1, CLAIMS = 1, HEADER = 2, DPOP_NONCE_LEN = 36, AUDIT_MAX = 16384,
}

ffi.cdef(types .. M.functions)

-- By its soname: another ABI is another file, so these declarations never meet it.
M.lib = ffi.load("libxcj.so.0")

return M
