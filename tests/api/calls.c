/*
 * calls.c: every public function with every combination of what pools.h has for its parameters, NULL above all.
 */
#include "pools.h"

#define CHOICES_MAX 64

/* The wheels of a counter: one for each choice that a call makes. */
static size_t chosen[CHOICES_MAX];
static size_t counts[CHOICES_MAX];
static size_t made;

static size_t choose(size_t count)
{
    must(made < CHOICES_MAX, "choose");
    counts[made] = count;
    return chosen[made++];
}

/* To the next combination; false after the last. */
static bool turn(void)
{
    while (made > 0 && chosen[made - 1] + 1 == counts[made - 1]) {
        chosen[--made] = 0;
    }
    if (made > 0) {
        chosen[made - 1]++;
    }
    return made > 0;
}

static void free_pools(void)
{
    EVP_PKEY_free(pkey);
    xcj_free(der);
    xcj_free(pem);
    xcj_free(json_token);
    xcj_free(token);
    xcj_scratch_free(scratch);
    xcj_unverified_free(unverified);
    xcj_verified_free(verified);
    xcj_caller_free(caller);
    xcj_identities_free(identities);
    xcj_verifier_free(verifier);
    xcj_verifier_free(issuer_verifier);
    xcj_minter_free(other_minter);
    xcj_minter_free(minter);
    xcj_rotation_free(rotation);
    xcj_keyset_free(own_keys);
    xcj_keyset_free(set);
    xcj_key_free(public_key);
    xcj_key_free(ec_key);
    xcj_key_free(oct_key);
}

int main(void)
{
    size_t total = 0;
    const size_t functions = sizeof calls / sizeof *calls;
    make_pools();
#ifdef XCJ_API_BRIDGE
    make_bridge();
#endif
    for (size_t i = 0; i < functions; i++) {
        do {
            made = 0;
            calls[i].call();
            total++;
        } while (turn());
    }
#ifdef XCJ_API_BRIDGE
    free_bridge();
#endif
    free_pools();
    printf("%zu functions, %zu calls\n", functions, total);
    return functions > 50 ? EXIT_SUCCESS : EXIT_FAILURE;
}
