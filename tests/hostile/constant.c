/*
 * Constant time, as ctgrind looks for it: run by valgrind's memcheck with secrets marked as undefined, so that every branch
 * and every address that depends on one is an error. What comes of a comparison may be known, so it is marked as defined
 * again, and nothing else is.
 *
 *     constant equal | verify | leak      the last one leaks, so that valgrind is seen to find it
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/memcheck.h>
#include <xcj.h>

#include "lib/base/mem.h"
#include "lib/key/evp.h"

#define HIDE(ptr, len) (void)VALGRIND_MAKE_MEM_UNDEFINED(ptr, len)
#define SHOW(ptr, len) (void)VALGRIND_MAKE_MEM_DEFINED(ptr, len)

static unsigned compared;
static bool leaks;

/* The linker leads the library's comparisons here. */
bool __real_xcj__equal_secret(const void *a, const void *b, size_t len);
bool __wrap_xcj__equal_secret(const void *a, const void *b, size_t len);

bool __wrap_xcj__equal_secret(const void *a, const void *b, size_t len)
{
    const volatile unsigned char *left = a;
    const volatile unsigned char *right = b;
    bool equal = true;
    if (leaks) {
        for (size_t i = 0; equal && i < len; i++) {
            equal = left[i] == right[i];
        }
    } else {
        equal = __real_xcj__equal_secret(a, b, len);
    }
    SHOW(&equal, sizeof equal);
    compared++;
    return equal;
}

static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "FAIL: %s\n", what);
        exit(EXIT_FAILURE);
    }
}

static void check_equal(void)
{
    uint8_t secret[80];
    uint8_t other[80];
    for (size_t len = 0; len <= sizeof secret; len++) {
        for (size_t differs = 0; differs <= len; differs++) {
            memset(secret, 0x5a, sizeof secret);
            memset(other, 0x5a, sizeof other);
            if (differs < len) {
                other[differs] ^= (uint8_t)(1 << differs % 8);
            }
            HIDE(secret, sizeof secret);
            must(__wrap_xcj__equal_secret(secret, other, len) == (differs == len), "equal or not");
            SHOW(secret, sizeof secret);
        }
    }
}

/* The secret is hidden once the key is loaded, and with it all that is computed of it. */
static void check_verify(xcj_alg alg)
{
    xcj_key *key;
    xcj_key *fresh;
    xcj_verifier *verifier;
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    char *token;
    char *jwk;
    size_t len;
    size_t jwk_len;
    policy.allow_no_exp = 1;
    must(xcj_key_generate(&key, alg, 0, NULL) == XCJ_OK, "a key");
    must(xcj_jws_sign(&token, &len, "{}", 2, key, NULL, NULL, NULL) == XCJ_OK, "a token");
    must(xcj_key_to_jwk(&jwk, &jwk_len, key, XCJ_PRIVATE, NULL) == XCJ_OK, "its JWK");
    must(xcj_key_from_jwk(&fresh, jwk, jwk_len, NULL, NULL) == XCJ_OK, "the same key, not used yet");
    must(xcj_verifier_new_key(&verifier, fresh, &policy, NULL) == XCJ_OK, "a verifier");
    xcj__bytes secret = fresh->jwk.part[XCJ__K];
    HIDE((void *)(uintptr_t)secret.ptr, secret.len);
    char *last = token + len - 5;
    for (size_t i = 0; i < 8; i++) {
        unsigned before = compared;
        xcj_code wanted = i % 2 == 0 ? XCJ_OK : XCJ_ERR_SIGNATURE;
        char was = *last;
        if (i % 2 == 1) {
            *last = was == 'A' ? 'B' : 'A';
        }
        must(xcj_verify(NULL, verifier, token, len, NULL, NULL) == wanted, "the verdict");
        must(compared == before + 1, "one comparison of the MAC");
        *last = was;
        last = token + len - 5 - 4 * i;
    }
    SHOW((void *)(uintptr_t)secret.ptr, secret.len);
    xcj_verifier_free(verifier);
    xcj_key_free(fresh);
    xcj_key_free(key);
    xcj_free(jwk);
    xcj_free(token);
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    must(RUNNING_ON_VALGRIND, "this is run by valgrind");
    leaks = strcmp(what, "leak") == 0;
    if (strcmp(what, "equal") == 0) {
        check_equal();
    } else if (leaks || strcmp(what, "verify") == 0) {
        check_verify(XCJ_HS256);
        check_verify(XCJ_HS384);
        check_verify(XCJ_HS512);
    } else {
        fprintf(stderr, "usage: constant equal|verify|leak\n");
        return EXIT_FAILURE;
    }
    printf("%u comparisons, %u errors\n", compared, (unsigned)VALGRIND_COUNT_ERRORS);
    return EXIT_SUCCESS;
}
