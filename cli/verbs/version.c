/*
 * version.c: versions, and algorithms tried out: an OpenSSL may be built without some, or forbid them (FIPS).
 */
#include <xcj/jws.h>
#include <xcj/verify.h>

#include "cli/io/doc.h"
#include "cli/keys/keys.h"
#include "cli/verbs/version.h"

static bool verifies(const char *token, size_t len, const xcj_key *key)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.opaque_payload = 1;
    xcj_verifier *verifier = NULL;
    bool fine = xcj_verifier_new_key(&verifier, key, &options, NULL) == XCJ_OK &&
                xcj_verify(NULL, verifier, token, len, NULL, NULL) == XCJ_OK;
    xcj_verifier_free(verifier);
    return fine;
}

/* Signs and verifies with a key of its own algorithm. */
static bool works(const xcj_key *key)
{
    char *token = NULL;
    size_t len = 0;
    bool fine = xcj_jws_sign(&token, &len, "tried", 5, key, NULL, NULL, NULL) == XCJ_OK && verifies(token, len, key);
    xcj_free(token);
    return fine;
}

/* With the last key under this name (an RSA key takes long to make), else with a new one, which becomes the last. */
static bool works_with_some(xcj_key **key, xcj_alg alg)
{
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.alg = alg;
    xcj_key *next = NULL;
    bool fine = *key != NULL && xcj_key_relabel(&next, *key, &labels, NULL) == XCJ_OK && works(next);
    if (!fine) {
        xcj_key_free(next);
        fine = xcj_key_generate(&next, alg, 0, NULL) == XCJ_OK && works(next);
    }
    xcj_key_free(*key);
    *key = next;
    return fine;
}

static json_t *working_algorithms(void)
{
    json_t *list = json_array();
    xcj_key *key = NULL;
    for (size_t i = 0; keys_alg_at(i) != XCJ_ALG_NONE; i++) {
        if (works_with_some(&key, keys_alg_at(i))) {
            (void)json_array_append_new(list, json_string(xcj_alg_name(keys_alg_at(i))));
        }
    }
    xcj_key_free(key);
    return list;
}

msg_status version_print(bool json)
{
    text line = TEXT_INIT;
    if (!json) {
        text_printf(&line, "xcj %s\n", xcj_version());
        io_print(line.ptr, line.len);
        text_free(&line);
        return STATUS_OK;
    }
    const text no_members = TEXT_INIT;
    json_t *object = json_object();
    (void)json_object_set_new(object, "xcj", json_string(xcj_version()));
    (void)json_object_set_new(object, "openssl", json_string(xcj_openssl_version()));
    (void)json_object_set_new(object, "jansson", json_string(jansson_version_str()));
    (void)json_object_set_new(object, "algorithms", working_algorithms());
    msg_status status = doc_line(&line, object, &no_members);
    if (status == STATUS_OK) {
        io_print(line.ptr, line.len);
    }
    json_decref(object);
    text_free(&line);
    return status;
}
