/*
 * Whose key is it, and for what: every algorithm under every name against every kind of key, public keys taken for secrets,
 * the two names of EdDSA, use and key_ops, and the choice among the keys of a set. Only the exact fit verifies.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/codec/base64url.h"
#include "maker.h"

#define COUNT(array) (sizeof array / sizeof array[0])

enum { OCT, RSA, P256, P384, P521, K256, ED25519, ED448, KINDS };

/* How to make a key of each kind; 64 bytes of secret are enough for every hash. */
static const xcj_alg makers[KINDS] = { XCJ_HS512, XCJ_RS256,  XCJ_ES256,   XCJ_ES384,
                                       XCJ_ES512, XCJ_ES256K, XCJ_ED25519, XCJ_ED448 };
static const char *const kind_names[KINDS] = { "oct", "RSA", "P-256", "P-384", "P-521", "secp256k1", "Ed25519", "Ed448" };

/* RFC 7518 3.1, RFC 8037 3.1, RFC 8812 3.2, RFC 9864 2: which kinds of key an algorithm is for. */
static const struct row {
    xcj_alg alg;
    unsigned kinds;
} rows[] = {
    { XCJ_HS256, 1u << OCT },   { XCJ_HS384, 1u << OCT },
    { XCJ_HS512, 1u << OCT },   { XCJ_RS256, 1u << RSA },
    { XCJ_RS384, 1u << RSA },   { XCJ_RS512, 1u << RSA },
    { XCJ_PS256, 1u << RSA },   { XCJ_PS384, 1u << RSA },
    { XCJ_PS512, 1u << RSA },   { XCJ_ES256, 1u << P256 },
    { XCJ_ES384, 1u << P384 },  { XCJ_ES512, 1u << P521 },
    { XCJ_ES256K, 1u << K256 }, { XCJ_ED25519, 1u << ED25519 },
    { XCJ_ED448, 1u << ED448 }, { XCJ_EDDSA, 1u << ED25519 | 1u << ED448 },
};

static bool fits(const struct row *row, int kind)
{
    return (row->kinds >> kind & 1) != 0;
}

static bool is_eddsa(const struct row *row)
{
    return (row->kinds & (1u << ED25519 | 1u << ED448)) != 0;
}

static void make_keys(xcj_key *keys[KINDS])
{
    for (int kind = 0; kind < KINDS; kind++) {
        xcj_key *own = maker_key(makers[kind]);
        keys[kind] = maker_key_with(own, XCJ_PRIVATE, "alg", NULL);
        maker_must(keys[kind] != NULL, "a key without alg is refused");
        xcj_key_free(own);
    }
}

static void free_keys(xcj_key *keys[KINDS])
{
    for (int kind = 0; kind < KINDS; kind++) {
        xcj_key_free(keys[kind]);
    }
}

/* Signed with one algorithm, another in the header, verified with a key of any kind. */
static void every_triple(tally *t, xcj_key *const keys[KINDS])
{
    xcj_verify_options options = maker_policy();
    for (size_t a = 0; a < COUNT(rows); a++) {
        for (int signer = 0; signer < KINDS; signer++) {
            for (size_t b = 0; fits(&rows[a], signer) && b < COUNT(rows); b++) {
                maker_plain(rows[b].alg, keys[signer], rows[a].alg);
                bool same = a == b || (is_eddsa(&rows[a]) && is_eddsa(&rows[b]));
                for (int kind = 0; kind < KINDS; kind++) {
                    char id[96];
                    snprintf(id, sizeof id, "signed %s, said %s, key %s", xcj_alg_name(rows[a].alg),
                             xcj_alg_name(rows[b].alg), kind_names[kind]);
                    xcj_code wanted = !fits(&rows[b], kind)    ? XCJ_ERR_ALG
                                      : same && kind == signer ? XCJ_OK
                                                               : XCJ_ERR_SIGNATURE;
                    maker_expect(t, id, keys[kind], &options, wanted);
                }
            }
        }
    }
}

/* A key that names an algorithm, and a list that holds one, admit that one alone. */
static void labels_and_lists(tally *t, xcj_key *const keys[KINDS])
{
    for (int kind = 0; kind < KINDS; kind++) {
        for (size_t label = 0; label < COUNT(rows); label++) {
            char text[32];
            snprintf(text, sizeof text, "\"%s\"", xcj_alg_name(rows[label].alg));
            xcj_key *labelled = maker_key_with(keys[kind], XCJ_PRIVATE, "alg", text);
            for (size_t a = 0; a < COUNT(rows); a++) {
                if (!fits(&rows[a], kind)) {
                    continue;
                }
                char id[96];
                xcj_verify_options options = maker_policy();
                maker_plain(rows[a].alg, keys[kind], rows[a].alg);
                snprintf(id, sizeof id, "%s by a key for %s", xcj_alg_name(rows[a].alg), text);
                /* A label that is for another kind of key makes no key, or none that fits. */
                if (labelled != NULL) {
                    maker_expect(t, id, labelled, &options, a == label ? XCJ_OK : XCJ_ERR_ALG);
                } else {
                    conform_count(t, id, false, a == label, "the key was refused");
                }
                options.algs = &rows[label].alg;
                options.algs_count = 1;
                snprintf(id, sizeof id, "%s where %s is allowed", xcj_alg_name(rows[a].alg), text);
                maker_expect(t, id, keys[kind], &options, a == label ? XCJ_OK : XCJ_ERR_ALG);
            }
            xcj_key_free(labelled);
        }
    }
}

/* Names that are no algorithm: in the header, and as the key's own. */
static void names_that_are_none(tally *t, const xcj_key *key)
{
    static const char *const names[] = { "none",         "None", "NONE",   "nOnE",     "",         "hs256",   "HS256 ",
                                         " HS256",       "HS25", "HS2566", "HS256\\n", "SH256",    "HS1",     "ES521",
                                         "HS256\\u0000", "RS1",  "A128KW", "dir",      "RSA-OAEP", "ECDH-ES", "EdDSA " };
    xcj_verify_options options = maker_policy();
    maker_plain(XCJ_HS256, key, XCJ_HS256);
    maker_expect(t, "HS256", key, &options, XCJ_OK);
    for (size_t i = 0; i < COUNT(names); i++) {
        char header[64];
        char id[96];
        snprintf(header, sizeof header, "{\"alg\":\"%s\"}", names[i]);
        maker_token(header, "{}", 2, key, XCJ_HS256);
        snprintf(id, sizeof id, "header %s", header);
        maker_expect(t, id, key, &options, XCJ_ERR_ALG);
        uint8_t sig[XCJ_SIGNATURE_MAX];
        maker_take_signature(sig);
        snprintf(id, sizeof id, "header %s without a signature", header);
        maker_expect(t, id, key, &options, XCJ_ERR_ALG);
        snprintf(header, sizeof header, "\"%s\"", names[i]);
        xcj_key *labelled = maker_key_with(key, XCJ_PRIVATE, "alg", header);
        maker_plain(XCJ_HS256, key, XCJ_HS256);
        snprintf(id, sizeof id, "a key for %s", header);
        if (labelled != NULL) {
            maker_expect(t, id, labelled, &options, XCJ_ERR_ALG);
        } else {
            conform_count(t, id, false, false, "");
        }
        xcj_key_free(labelled);
    }
}

static const xcj_alg macs[] = { XCJ_HS256, XCJ_HS384, XCJ_HS512 };

/* Tokens made so are good for a secret that is none of these texts. */
static void honest_secret(tally *t)
{
    uint8_t bytes[64];
    memset(bytes, 0xa5, sizeof bytes);
    xcj_key *secret = maker_secret(bytes, sizeof bytes);
    xcj_verify_options options = maker_policy();
    for (size_t i = 0; i < COUNT(macs); i++) {
        maker_mac(macs[i], bytes, sizeof bytes);
        maker_expect(t, "a MAC with a secret", secret, &options, XCJ_OK);
    }
    xcj_key_free(secret);
}

/* A public text of the key MACs the token: the oldest trick against a verifier that lets the token choose (RFC 8725 2.1). */
static void as_secret(tally *t, const char *what, const xcj_key *key, const void *bytes, size_t len)
{
    xcj_verify_options options = maker_policy();
    for (size_t i = 0; i < COUNT(macs); i++) {
        char id[96];
        snprintf(id, sizeof id, "%s with the %s of a key %s", xcj_alg_name(macs[i]), what, xcj_kty_name(xcj_key_type(key)));
        maker_mac(macs[i], bytes, len);
        maker_expect(t, id, key, &options, XCJ_ERR_ALG);
        options.algs = &macs[i];
        options.algs_count = 1;
        maker_expect(t, id, key, &options, XCJ_ERR_ALG);
        options.algs = NULL;
        options.algs_count = 0;
    }
}

static void public_as_secret(tally *t, xcj_key *const keys[KINDS])
{
    for (int kind = RSA; kind < KINDS; kind++) {
        char *text;
        uint8_t *der;
        size_t len;
        xcj_error err;
        maker_must(xcj_key_to_pem(&text, &len, keys[kind], XCJ_PUBLIC, &err) == XCJ_OK, err.message);
        as_secret(t, "PEM", keys[kind], text, len);
        as_secret(t, "PEM without its last line feed", keys[kind], text, len - 1);
        xcj_key *taken;
        conform_count(t, "a PEM as a secret", xcj_key_from_secret(&taken, (const uint8_t *)text, len, NULL, &err) == XCJ_OK,
                      false, "it was taken");
        xcj_free(text);
        maker_must(xcj_key_to_der(&der, &len, keys[kind], XCJ_PUBLIC, &err) == XCJ_OK, err.message);
        as_secret(t, "DER", keys[kind], der, len);
        conform_count(t, "a DER as a secret", xcj_key_from_secret(&taken, der, len, NULL, &err) == XCJ_OK, false,
                      "it was taken");
        xcj_free(der);
        maker_must(xcj_key_to_jwk(&text, &len, keys[kind], XCJ_PUBLIC, &err) == XCJ_OK, err.message);
        as_secret(t, "JWK", keys[kind], text, len);
        conform_count(t, "a JWK as a secret", xcj_key_from_secret(&taken, (const uint8_t *)text, len, NULL, &err) == XCJ_OK,
                      false, "it was taken");
        xcj_free(text);
    }
}

/* RFC 7517 4.2 and 4.3. */
static void uses(tally *t, const xcj_key *key)
{
    static const struct {
        const char *json; /* NULL: not there */
        bool good;
    } use[] = { { NULL, true },       { "\"sig\"", true },   { "\"enc\"", false },     { "\"\"", false },
                { "\"SIG\"", false }, { "\"sig \"", false }, { "\"si\\u0067\"", true } },
      ops[] = { { NULL, true },
                { "[\"verify\"]", true },
                { "[\"sign\",\"verify\"]", true },
                { "[\"verif\\u0079\"]", true },
                { "[\"verify\",\"new\"]", true },
                { "[\"a\\u0000b\",\"verify\",\"a\\u0000c\"]", true },
                { "[\"sign\"]", false },
                { "[]", false },
                { "[\"Verify\"]", false },
                { "[\"verify \"]", false },
                { "[\"encrypt\",\"deriveBits\"]", false },
                { "[\"verify\",\"verify\"]", false },
                { "[\"verify\",\"\\u0076erify\"]", false },
                { "[\"verify\",1]", false },
                { "\"verify\"", false },
                { "null", true },
                { "{}", false } };
    xcj_verify_options options = maker_policy();
    for (size_t u = 0; u < COUNT(use); u++) {
        for (size_t o = 0; o < COUNT(ops); o++) {
            char id[96];
            xcj_key *first = maker_key_with(key, XCJ_PUBLIC, "use", use[u].json);
            maker_must(first != NULL, "a key with that use");
            xcj_key *second = maker_key_with(first, XCJ_PUBLIC, "key_ops", ops[o].json);
            maker_plain(XCJ_ES256, key, XCJ_ES256);
            bool wanted = use[u].good && ops[o].good;
            snprintf(id, sizeof id, "use %s, key_ops %s", use[u].json ? use[u].json : "-", ops[o].json ? ops[o].json : "-");
            if (second == NULL) {
                conform_count(t, id, false, wanted, "the key was refused");
            } else {
                maker_expect(t, id, second, &options, wanted ? XCJ_OK : XCJ_ERR_KEY_USE);
            }
            xcj_key_free(second);
            xcj_key_free(first);
        }
    }
}

static xcj_verifier *verifier_of(const xcj_key *const *keys, size_t count)
{
    xcj_keyset *set;
    xcj_verifier *verifier;
    xcj_error err;
    xcj_verify_options options = maker_policy();
    maker_must(xcj_keyset_from_keys(&set, keys, count, &err) == XCJ_OK, err.message);
    maker_must(xcj_verifier_new(&verifier, set, &options, &err) == XCJ_OK, err.message);
    xcj_keyset_free(set);
    return verifier;
}

/* One key of each kind and no kid: each token finds its own, until there are two that fit. */
static void selection(tally *t, xcj_key *const keys[KINDS])
{
    for (int twin = 0; twin < KINDS; twin++) {
        const xcj_key *list[KINDS + 1];
        memcpy(list, keys, sizeof(xcj_key *) * KINDS);
        xcj_key *other = maker_key(makers[twin]);
        xcj_key *plain = maker_key_with(other, XCJ_PRIVATE, "alg", NULL);
        list[KINDS] = plain;
        xcj_verifier *alone = verifier_of(list, KINDS);
        xcj_verifier *beside = verifier_of(list, KINDS + 1);
        for (size_t a = 0; a < COUNT(rows); a++) {
            for (int kind = 0; kind < KINDS; kind++) {
                if (!fits(&rows[a], kind)) {
                    continue;
                }
                char id[96];
                snprintf(id, sizeof id, "%s by %s, two keys %s", xcj_alg_name(rows[a].alg), kind_names[kind],
                         kind_names[twin]);
                maker_plain(rows[a].alg, keys[kind], rows[a].alg);
                /* EdDSA does not say which curve: two keys fit from the start. */
                bool clear = rows[a].alg != XCJ_EDDSA;
                maker_expect_by(t, id, alone, clear ? XCJ_OK : XCJ_ERR_AMBIGUOUS_KEY);
                maker_expect_by(t, id, beside, clear && !fits(&rows[a], twin) ? XCJ_OK : XCJ_ERR_AMBIGUOUS_KEY);
            }
        }
        xcj_verifier_free(beside);
        xcj_verifier_free(alone);
        xcj_key_free(plain);
        xcj_key_free(other);
    }
}

/* A kid names a key; that it is of the right kind does not make another one stand in for it, and the other way round. */
static void kid_of_another_kind(tally *t, xcj_key *const keys[KINDS])
{
    for (int kind = 0; kind < KINDS; kind++) {
        int next = (kind + 1) % KINDS;
        const xcj_key *list[2] = { maker_key_with(keys[kind], XCJ_PRIVATE, "kid", "\"one\""),
                                   maker_key_with(keys[next], XCJ_PRIVATE, "kid", "\"two\"") };
        xcj_verifier *verifier = verifier_of(list, 2);
        static const struct {
            const char *kid;
            xcj_code wanted;
        } cases[] = {
            { "one", XCJ_OK }, { "two", XCJ_ERR_ALG }, { "three", XCJ_ERR_NO_KEY }, { "On\\u0065", XCJ_ERR_NO_KEY }
        };
        for (size_t i = 0; i < COUNT(cases); i++) {
            char header[96];
            snprintf(header, sizeof header, "{\"alg\":\"%s\",\"kid\":\"%s\"}", xcj_alg_name(makers[kind]), cases[i].kid);
            maker_token(header, "{}", 2, keys[kind], makers[kind]);
            maker_expect_by(t, header, verifier, cases[i].wanted);
        }
        xcj_verifier_free(verifier);
        xcj_key_free((xcj_key *)(uintptr_t)list[0]);
        xcj_key_free((xcj_key *)(uintptr_t)list[1]);
    }
}

int main(void)
{
    tally t = { .set = "confusion" };
    xcj_key *keys[KINDS];
    maker_open();
    make_keys(keys);
    every_triple(&t, keys);
    labels_and_lists(&t, keys);
    names_that_are_none(&t, keys[OCT]);
    honest_secret(&t);
    public_as_secret(&t, keys);
    uses(&t, keys[P256]);
    selection(&t, keys);
    kid_of_another_kind(&t, keys);
    free_keys(keys);
    maker_close();
    return conform_end(&t);
}
