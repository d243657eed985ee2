/*
 * Secrets are gone when what held them is freed: the writable memory of this process is searched for them, as a debugger or
 * a core would see it. Everything that is searched for, and the copy that is searched, stands in a region of its own that is
 * left out.
 *
 *     secret
 */
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xcj.h>
#include <xcj/openssl.h>

#include "lib/codec/base64url.h"

#define VAULT_SIZE ((size_t)64 << 20)
#define NEEDLES 64
#define NEEDLE_LEN 16
#define TEXT_MAX 16384

/* The region that is left out. */
typedef struct vault {
    struct {
        uint8_t bytes[NEEDLE_LEN];
        char what[48];
    } needles[NEEDLES];
    size_t count;
    char text[TEXT_MAX];
    uint8_t raw[TEXT_MAX];
    uint8_t seen[1 << 20];
} vault;

static vault *v;
static unsigned failures;
static bool heap_only;

static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "FAIL: %s\n", what);
        failures++;
    }
}

static void add(const uint8_t *bytes, size_t len, const char *what)
{
    for (size_t at = 0; at + NEEDLE_LEN <= len && v->count < NEEDLES; at += NEEDLE_LEN) {
        memcpy(v->needles[v->count].bytes, bytes + at, NEEDLE_LEN);
        snprintf(v->needles[v->count++].what, sizeof v->needles[0].what, "%s at %zu", what, at);
        if (at >= (size_t)5 * NEEDLE_LEN) {
            return; /* of a long secret the beginning will do */
        }
    }
}

/* A secret's text, its bytes, and its bytes as a number of OpenSSL's stores them. */
static void add_base64url(const char *text, size_t len, const char *what)
{
    char name[32];
    size_t raw_len;
    add((const uint8_t *)text, len, what);
    if (!xcj__b64u_decode(v->raw, &raw_len, text, len, NULL)) {
        abort();
    }
    snprintf(name, sizeof name, "%s, bytes", what);
    add(v->raw, raw_len, name);
    for (size_t i = 0; i < raw_len / 2; i++) {
        uint8_t swap = v->raw[i];
        v->raw[i] = v->raw[raw_len - 1 - i];
        v->raw[raw_len - 1 - i] = swap;
    }
    snprintf(name, sizeof name, "%s, number", what);
    add(v->raw, raw_len, name);
}

/* The member's value in the JWK that stands in the vault. */
static void add_member(const char *name)
{
    char quoted[16];
    snprintf(quoted, sizeof quoted, "\"%s\":\"", name);
    const char *at = strstr(v->text, quoted);
    if (at == NULL) {
        abort();
    }
    at += strlen(quoted);
    add_base64url(at, strcspn(at, "\""), name);
}

static void forget(void)
{
    memset(v, 0, sizeof *v);
}

static const char *search(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < v->count; i++) {
        if (len >= NEEDLE_LEN && memmem(bytes, len, v->needles[i].bytes, NEEDLE_LEN) != NULL) {
            return v->needles[i].what;
        }
    }
    return NULL;
}

/* One mapping, in pieces that overlap, so that nothing stands between two. */
static const char *search_mapping(int mem, unsigned long from, unsigned long to)
{
    while (from < to) {
        size_t len = to - from < sizeof v->seen ? to - from : sizeof v->seen;
        ssize_t got = pread(mem, v->seen, len, (off_t)from);
        if (got <= 0) {
            return NULL; /* not to be read, such as a guard page */
        }
        const char *found = search(v->seen, (size_t)got);
        if (found != NULL) {
            return found;
        }
        from += (size_t)got == len && from + len < to ? len - NEEDLE_LEN : (size_t)got;
    }
    return NULL;
}

/* What is found in the writable memory, and where; NULL: nothing. */
static const char *find(char *where, size_t cap)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    if (maps == NULL || mem < 0) {
        perror("/proc/self");
        exit(EXIT_FAILURE);
    }
    char line[512];
    const char *found = NULL;
    unsigned mappings = 0;
    while (found == NULL && fgets(line, sizeof line, maps) != NULL) {
        unsigned long from;
        unsigned long to;
        char rights[8];
        if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) != 3 || rights[1] != 'w' ||
            (from <= (unsigned long)v && (unsigned long)v < to) || (heap_only && strstr(line, "[stack]") != NULL)) {
            continue;
        }
        mappings++;
        found = search_mapping(mem, from, to);
        snprintf(where, cap, "%.*s", (int)strcspn(line, "\n"), line);
    }
    must(found != NULL || mappings > 3, "the writable memory is read");
    fclose(maps);
    close(mem);
    return found;
}

static void expect_gone(const char *job)
{
    char where[512] = "";
    must(v->count > 0, "there is something to search for");
    const char *found = find(where, sizeof where);
    if (found != NULL) {
        fprintf(stderr, "FAIL: %s: %s is still there: %s\n", job, found, where);
        failures++;
    } else {
        printf("ok: %s: %zu pieces are gone\n", job, v->count);
    }
    forget();
}

/* The search finds what there is: a block in use, one that was freed without wiping, a page, the stack. */
static void check_search(void)
{
    char where[512];
    for (size_t i = 0; i < 32; i++) {
        v->raw[i] = (uint8_t)(17 + 7 * i);
    }
    add(v->raw, 32, "a planted secret");
    must(find(where, sizeof where) == NULL, "nothing is found where nothing is");
    uint8_t *block = malloc(64);
    memcpy(block + 32, v->raw, 32);
    must(find(where, sizeof where) != NULL, "a planted secret is found");
    /* Through a pointer of which the compiler knows nothing, or it would drop what is freed at once. */
    void (*volatile release)(void *) = free;
    release(block);
    must(find(where, sizeof where) != NULL, "a planted secret is found in freed memory");
    volatile uint8_t *again = malloc(64);
    for (size_t i = 0; i < 64; i++) {
        again[i] = 0;
    }
    free((void *)(uintptr_t)again);
    must(find(where, sizeof where) == NULL, "a wiped secret is not");
    volatile uint8_t on_stack[32];
    for (size_t i = 0; i < sizeof on_stack; i++) {
        on_stack[i] = v->raw[i];
    }
    must(find(where, sizeof where) != NULL, "a planted secret is found on the stack");
    for (size_t i = 0; i < sizeof on_stack; i++) {
        on_stack[i] = 0;
    }
    forget();
}

static void must_be_ok(xcj_code code, const xcj_error *err)
{
    if (code != XCJ_OK) {
        fprintf(stderr, "FAIL: %s: %s\n", xcj_code_name(code), err->message);
        exit(EXIT_FAILURE);
    }
}

/* Everything that a key is used for: signing, verifying, every form that it is written in. */
static void use_key(const xcj_key *key, bool in_all_forms)
{
    xcj_error err;
    xcj_scratch *scratch;
    xcj_verifier *verifier;
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    char *text;
    size_t len;
    policy.allow_no_exp = 1;
    must_be_ok(xcj_scratch_new(&scratch, &err), &err);
    must_be_ok(xcj_verifier_new_key(&verifier, key, &policy, &err), &err);
    for (int i = 0; i < 4; i++) {
        xcj_scratch *lent = i % 2 == 0 ? scratch : NULL;
        must_be_ok(xcj_jws_sign(&text, &len, "{}", 2, key, NULL, lent, &err), &err);
        must_be_ok(xcj_verify(NULL, verifier, text, len, lent, &err), &err);
        xcj_free(text);
    }
    xcj_verifier_free(verifier);
    xcj_scratch_free(scratch);
    if (in_all_forms) {
        uint8_t *der;
        must_be_ok(xcj_key_to_jwk(&text, &len, key, XCJ_PRIVATE, &err), &err);
        xcj_free(text);
        if (xcj_key_to_pem(&text, &len, key, XCJ_PRIVATE, &err) == XCJ_OK) {
            xcj_free(text);
            must_be_ok(xcj_key_to_der(&der, &len, key, XCJ_PRIVATE, &err), &err);
            xcj_free(der);
        } else {
            must_be_ok(xcj_key_to_secret(&der, &len, key, &err), &err);
            xcj_free(der);
        }
    }
}

/* In a process of its own: what OpenSSL itself leaves behind of what is only preparation is not looked for here. */
static void elsewhere(void (*prepare)(void))
{
    int status = 1;
    pid_t child = fork();
    if (child == 0) {
        prepare();
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        abort();
    }
}

static xcj_alg wanted_alg;

/* A new key's private JWK into the vault. */
static void generate(void)
{
    xcj_key *key;
    xcj_error err;
    char *text;
    size_t len;
    must_be_ok(xcj_key_generate(&key, wanted_alg, 0, &err), &err);
    must_be_ok(xcj_key_to_jwk(&text, &len, key, XCJ_PRIVATE, &err), &err);
    memcpy(v->text, text, len + 1);
    xcj_free(text);
    xcj_key_free(key);
}

/*
 * And its members among what is searched for. Generating a key on an Edwards curve, OpenSSL 3.0 leaves the random bytes that
 * it was made of in freed memory, also without libxcj.
 */
static size_t new_jwk(xcj_alg alg)
{
    static const char *const rsa[] = { "d", "p", "q", "dp", "dq", "qi" };
    wanted_alg = alg;
    if (alg >= XCJ_EDDSA) {
        elsewhere(generate);
    } else {
        generate();
    }
    if (strstr(v->text, "\"kty\":\"RSA\"") != NULL) {
        for (size_t i = 0; i < sizeof rsa / sizeof *rsa; i++) {
            add_member(rsa[i]);
        }
    } else {
        add_member(strstr(v->text, "\"oct\"") != NULL ? "k" : "d");
    }
    return strlen(v->text);
}

static void check_jwk(xcj_alg alg)
{
    char job[64];
    xcj_key *key;
    xcj_error err;
    size_t len = new_jwk(alg);
    must_be_ok(xcj_key_from_jwk(&key, v->text, len, NULL, &err), &err);
    use_key(key, true);
    xcj_key_free(key);
    snprintf(job, sizeof job, "a %s key, generated, read, used and written", xcj_alg_name(alg));
    expect_gone(job);
}

static void check_set_and_config(void)
{
    xcj_error err;
    xcj_keyset *set;
    xcj_minter *minter;
    size_t len = new_jwk(XCJ_ES256);
    memmove(v->text + 28, v->text, len);
    memcpy(v->text, "{\"iss\":\"i\", \"private_jwk\":  ", 28);
    memcpy(v->text + 28 + len, "}", 2);
    must_be_ok(xcj_kong_minter_from_config(&minter, v->text, len + 29, NULL, NULL, &err), &err);
    use_key(xcj_minter_key(minter), false);
    xcj_minter_free(minter);
    must_be_ok(xcj_keyset_from_json(&set, v->text + 28, len, NULL, &err), &err);
    char *text;
    size_t text_len;
    must_be_ok(xcj_keyset_to_json(&text, &text_len, set, XCJ_PRIVATE, &err), &err);
    xcj_free(text);
    xcj_keyset_free(set);
    expect_gone("a key in a configuration and in a set");
}

/* What is refused leaves nothing behind either. */
static void check_refused(void)
{
    xcj_error err;
    xcj_key *key;
    size_t len = new_jwk(XCJ_ES256);
    for (size_t cut = 1; cut < len; cut += 3) {
        must(xcj_key_from_jwk(&key, v->text, len - cut, NULL, &err) != XCJ_OK, "a JWK cut short is refused");
    }
    char *x = strstr(v->text, "\"x\":\"") + 8;
    *x = *x == 'A' ? 'B' : 'A';
    must(xcj_key_from_jwk(&key, v->text, len, NULL, &err) == XCJ_ERR_KEY, "a point off the curve is refused");
    expect_gone("keys that were refused");
}

static void check_secret(void)
{
    xcj_error err;
    xcj_key *key;
    (void)new_jwk(XCJ_HS256);
    const char *k = strstr(v->text, "\"k\":\"") + 5;
    size_t len;
    if (!xcj__b64u_decode(v->raw, &len, k, strcspn(k, "\""), NULL)) {
        abort();
    }
    must_be_ok(xcj_key_from_secret(&key, v->raw, len, NULL, &err), &err);
    xcj_key *labelled;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.alg = XCJ_HS256;
    must_be_ok(xcj_key_relabel(&labelled, key, &labels, &err), &err);
    use_key(labelled, true);
    xcj_key_free(key);
    xcj_key_free(labelled);
    expect_gone("a shared secret");
}

#define PASSPHRASE_LEN 32

/* v->text is a JWK: behind it comes the same key as encrypted PEM. v->raw is the passphrase. */
static void seal(void)
{
    xcj_key *key;
    xcj_error err;
    EVP_PKEY *pkey;
    size_t len = strlen(v->text);
    must_be_ok(xcj_key_from_jwk(&key, v->text, len, NULL, &err), &err);
    must_be_ok(xcj_key_to_pkey(&pkey, key, XCJ_PRIVATE, &err), &err);
    BIO *bio = BIO_new(BIO_s_mem());
    if (PEM_write_bio_PKCS8PrivateKey(bio, pkey, EVP_aes_128_cbc(), (char *)v->raw, PASSPHRASE_LEN, NULL, NULL) != 1 ||
        BIO_read(bio, v->text + len + 1, TEXT_MAX / 2) <= 0) {
        abort();
    }
}

/* v->text becomes a key in DER. */
static void seal_for_openssl(void)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
    uint8_t *at = (uint8_t *)v->text + sizeof(int);
    int len = i2d_PKCS8_PRIV_KEY_INFO(info, &at);
    BIGNUM *d = NULL;
    if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &d) != 1 || BN_bn2binpad(d, v->raw, 32) != 32) {
        abort();
    }
    memcpy(v->text, &len, sizeof len);
}

/* Does this OpenSSL wipe what it reads a private key from? That of version 3.0 does not, also without libxcj. */
static bool openssl_wipes_der(void)
{
    char where[512];
    int len;
    elsewhere(seal_for_openssl);
    memcpy(&len, v->text, sizeof len);
    const uint8_t *at = (const uint8_t *)v->text + sizeof len;
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, len);
    EVP_PKEY *pkey = EVP_PKCS82PKEY(info);
    PKCS8_PRIV_KEY_INFO_free(info);
    if (pkey == NULL) {
        abort();
    }
    EVP_PKEY_free(pkey);
    add(v->raw, 32, "d");
    bool wipes = find(where, sizeof where) == NULL;
    forget();
    return wipes;
}

/* The passphrase, the PEM's text, and the key's members where OpenSSL lets them be gone. */
static void check_pem(void)
{
    xcj_error err;
    xcj_key *key;
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    char *pem;
    size_t pem_len;
    bool wipes = openssl_wipes_der();
    size_t len = new_jwk(XCJ_ES256);
    const char *sealed = v->text + len + 1;
    if (!wipes) {
        printf("note: OpenSSL leaves parts of a private key that it reads from PEM or DER in freed memory\n");
        v->count = 0;
    }
    for (size_t i = 0; i < PASSPHRASE_LEN; i++) {
        v->raw[i] = (uint8_t)('!' + 37 * i % 90);
    }
    add(v->raw, PASSPHRASE_LEN, "the passphrase");
    elsewhere(seal);
    options.passphrase = (xcj_str){ (const char *)v->raw, PASSPHRASE_LEN - 1 };
    must(xcj_key_from_pem(&key, sealed, strlen(sealed), &options, &err) == XCJ_ERR_PASSPHRASE, "a wrong passphrase");
    options.passphrase.len = PASSPHRASE_LEN;
    must_be_ok(xcj_key_from_pem(&key, sealed, strlen(sealed), &options, &err), &err);
    use_key(key, false);
    must_be_ok(xcj_key_to_pem(&pem, &pem_len, key, XCJ_PRIVATE, &err), &err);
    add((const uint8_t *)pem + 92, 64, "the PEM's second line");
    char *encrypted;
    size_t encrypted_len;
    xcj_export_options export = XCJ_EXPORT_OPTIONS_INIT;
    export.kdf = XCJ_SCRYPT;
    export.passphrase = (xcj_str){ (const char *)v->raw, PASSPHRASE_LEN };
    must_be_ok(xcj_key_export(&encrypted, &encrypted_len, key, XCJ_PRIVATE, &export, &err), &err);
    xcj_free(encrypted);
    xcj_key_free(key);
    must_be_ok(xcj_key_from_pem(&key, pem, pem_len, NULL, &err), &err);
    xcj_free(pem);
    xcj_key_free(key);
    expect_gone("a key in PEM and its passphrase");
}

/* Of Basic credentials the password is gone when the call returns, with a scratch too, which lives on. */
static void check_basic(void)
{
    xcj_error err;
    xcj_key *key;
    xcj_minter *minter;
    xcj_scratch *scratch;
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    xcj_auth auth = XCJ_AUTH_INIT;
    static const char pair[] = "user:5f0c1b7a9d3e4826b7d1a0c9e8f35264";
    options.iss = xcj_text("i");
    options.bearer_verified = 1;
    options.aud = xcj_text("a");
    options.consumer_optional = 1;
    must_be_ok(xcj_key_generate(&key, XCJ_ES256, 0, &err), &err);
    must_be_ok(xcj_minter_new(&minter, key, &options, &err), &err);
    must_be_ok(xcj_scratch_new(&scratch, &err), &err);
    add((const uint8_t *)pair + 5, sizeof pair - 6, "the password");
    memcpy(v->text, "Basic ", 6);
    size_t len = 6 + xcj__b64_encode(v->text + 6, (const uint8_t *)pair, sizeof pair - 1);
    add((const uint8_t *)v->text + 14, len - 14, "the credentials");
    auth.methods = XCJ_AUTH_BASIC;
    auth.authorization = (xcj_str){ v->text, len };
    char token[2048];
    for (int i = 0; i < 2; i++) {
        must_be_ok(xcj_mint(token, sizeof token, &len, minter, &auth, i == 0 ? scratch : NULL, &err), &err);
        auth.methods = XCJ_AUTH_ANY;
    }
    memcpy(v->text + 20, "!", 1);
    must(xcj_mint(token, sizeof token, &len, minter, &auth, scratch, &err) == XCJ_ERR_CREDENTIAL, "damaged credentials");
    expect_gone("a password, the scratch still in use");
    xcj_scratch_free(scratch);
    xcj_minter_free(minter);
    xcj_key_free(key);
}

/*
 * The claims of a Bearer token are no secret, but other people's: gone with the scratch. A word of them may stay on the
 * stack where a function kept it for a moment.
 */
static void check_bearer(void)
{
    xcj_error err;
    xcj_scratch *scratch;
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    xcj_auth auth = XCJ_AUTH_INIT;
    static const char payload[] = "{\"clientId\":\"c\",\"note\":\"91b3c7d5e2f0486a8c1d7b5e3f9a2046\"}";
    char *claims;
    size_t len;
    options.iss = xcj_text("i");
    options.bearer_verified = 1;
    options.aud = xcj_text("a");
    options.consumer_optional = 1;
    must_be_ok(xcj_scratch_new(&scratch, &err), &err);
    memcpy(v->text, "Bearer e30.", 11);
    len = 11 + xcj__b64u_encode(v->text + 11, (const uint8_t *)payload, sizeof payload - 1);
    memcpy(v->text + len, ".AA", 3);
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = (xcj_str){ v->text, len + 3 };
    must_be_ok(xcj_auth_claims(&claims, &len, &auth, &options, scratch, &err), &err);
    xcj_free(claims);
    xcj_scratch_free(scratch);
    add((const uint8_t *)payload + 24, 32, "a claim");
    heap_only = true;
    expect_gone("the claims of a Bearer token");
    heap_only = false;
}

int main(void)
{
    v = mmap(NULL, VAULT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (v == MAP_FAILED) {
        perror("mmap");
        return EXIT_FAILURE;
    }
    (void)setvbuf(stdout, NULL, _IONBF, 0);
    check_search();
    static const xcj_alg algs[] = {
        XCJ_HS256, XCJ_HS512, XCJ_ES256, XCJ_ES512, XCJ_ED25519, XCJ_ED448, XCJ_RS256, XCJ_PS256
    };
    for (size_t i = 0; i < sizeof algs / sizeof *algs; i++) {
        check_jwk(algs[i]);
    }
    check_set_and_config();
    check_refused();
    check_secret();
    check_pem();
    check_basic();
    check_bearer();
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
