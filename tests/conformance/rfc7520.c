/*
 * The JOSE cookbook: RFC 7520 sections 3 and 4, RFC 7797 and RFC 8037, every file in every form that it prints.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"

/* What is refused on purpose, by file and the key's place in it: every form of it. */
static const struct refused {
    const char *file;
    size_t key;
    const char *why;
} refusals[] = {
    { "4_7.protecting_content_only.json", 0, "alg only in the unprotected header" },
    { "4_8.multiple_signatures.json", 1, "alg only in the unprotected header of that signature" },
    { "4.2.hmac-sha2_b64_false.json", 0, "a draft's file: b64 without crit" },
};

#define REFUSALS (sizeof refusals / sizeof refusals[0])

static bool used[REFUSALS];

static bool is_refused(const char *file, size_t key)
{
    for (size_t i = 0; i < REFUSALS; i++) {
        if (strcmp(file, refusals[i].file) == 0 && refusals[i].key == key) {
            used[i] = true;
            return true;
        }
    }
    return false;
}

/* One form of an example, and what its payload is. */
typedef struct form {
    xcj_str token;
    xcj_str payload;
    bool is_detached;
    bool is_json;
} form;

static void run_form(tally *t, const char *file, const json_t *key, bool wanted, form f)
{
    char *keys = conform_dump(key);
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.opaque_payload = 1;
    xcj_verifier *verifier;
    xcj_error err;
    xcj_code code = conform_verifier(&verifier, keys, strlen(keys), &options, &err);
    if (code == XCJ_OK) {
        code = conform_verify(verifier, f.token, f.is_detached ? &f.payload : NULL, &f.payload, f.is_json, &err);
    }
    conform_count(t, file, code == XCJ_OK, wanted, err.message);
    xcj_verifier_free(verifier);
    free(keys);
}

static void run_example(tally *t, const char *file, const json_t *example)
{
    const json_t *input = json_object_get(example, "input");
    const json_t *output = json_object_get(example, "output");
    const json_t *key = json_object_get(input, "key");
    xcj_str payload = conform_text(input, "payload");
    bool is_detached = strstr(file, "detached") != NULL;
    size_t count = json_is_array(key) ? json_array_size(key) : 1;
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_is_array(key) ? json_array_get(key, i) : key;
        bool wanted = !is_refused(file, i);
        static const char *const forms[] = { "json", "json_flat" };
        for (size_t f = 0; f < 2; f++) {
            const json_t *json = json_object_get(output, forms[f]);
            if (json != NULL) {
                char *text = conform_dump(json);
                run_form(t, file, one, wanted, (form){ { text, strlen(text) }, payload, is_detached, true });
                free(text);
            }
        }
        xcj_str compact = conform_text(output, "compact");
        if (compact.ptr != NULL) {
            run_form(t, file, one, wanted, (form){ compact, payload, is_detached, false });
        }
    }
}

static void run_file(tally *t, const char *folder, const char *file)
{
    char path[2048];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    json_t *content = conform_load(path);
    if (json_object_get(content, "kty") != NULL) {
        xcj_error err;
        xcj_key *key = keys_read(content, &err);
        conform_count(t, file, key != NULL, true, err.message);
        if (key != NULL) {
            keys_expect_jwk(t, file, key, xcj_key_is_private(key) ? XCJ_PRIVATE : XCJ_PUBLIC, content);
        }
        xcj_key_free(key);
    } else {
        run_example(t, file, content);
    }
    json_decref(content);
}

int main(int argc, char **argv)
{
    static const char *const folders[] = { "jwk", "jws", "curve25519", "rfc7797" };
    tally t = { .set = "rfc7520" };
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", argc > 1 ? argv[1] : ".", folders[i]);
        DIR *folder = opendir(path);
        if (folder == NULL) {
            printf("skipped: %s is not here\n", path);
            return SKIPPED;
        }
        for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
            if (strstr(entry->d_name, ".json") != NULL) {
                run_file(&t, path, entry->d_name);
            }
        }
        closedir(folder);
    }
    for (size_t i = 0; i < REFUSALS; i++) {
        conform_count(&t, refusals[i].file, used[i], true, "a refusal that is no longer met with");
    }
    return conform_end(&t);
}
