#include "conform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_or_skip(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        printf("skipped: %s is not here\n", path);
        exit(SKIPPED);
    }
    return file;
}

static json_t *must_parse(const char *text, size_t len, const char *path)
{
    json_error_t error;
    json_t *value = json_loadb(text, len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
    if (value == NULL) {
        printf("%s: %s\n", path, error.text);
        exit(EXIT_FAILURE);
    }
    return value;
}

json_t *conform_load(const char *path)
{
    FILE *file = open_or_skip(path);
    json_error_t error;
    json_t *value = json_loadf(file, JSON_ALLOW_NUL, &error);
    fclose(file);
    if (value == NULL) {
        printf("%s: %s\n", path, error.text);
        exit(EXIT_FAILURE);
    }
    return value;
}

json_t *conform_load_lines(const char *path)
{
    FILE *file = open_or_skip(path);
    json_t *list = json_array();
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    while ((len = getline(&line, &cap, file)) > 0) {
        json_array_append_new(list, must_parse(line, (size_t)len, path));
    }
    free(line);
    fclose(file);
    return list;
}

xcj_str conform_text(const json_t *object, const char *member)
{
    const json_t *value = json_object_get(object, member);
    return (xcj_str){ json_string_value(value), json_string_length(value) };
}

char *conform_dump(const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    if (text == NULL) {
        printf("a vector cannot be written as JSON again\n");
        exit(EXIT_FAILURE);
    }
    return text;
}

void conform_count(tally *t, const char *id, bool accepted, bool wanted, const char *why)
{
    t->to_accept += wanted;
    t->to_reject += !wanted;
    t->accepted += wanted && accepted;
    t->rejected += !wanted && !accepted;
    if (accepted != wanted) {
        t->wrong++;
        printf("%s: %s was %s: %s\n", t->set, id, accepted ? "accepted" : "rejected", why);
    }
}

int conform_end(const tally *t)
{
    printf("%s: accepted %u of %u, rejected %u of %u, %u wrong\n", t->set, t->accepted, t->to_accept, t->rejected,
           t->to_reject, t->wrong);
    bool ran = t->to_accept + t->to_reject > 0;
    return ran && t->wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool is_set(const char *keys, size_t len)
{
    json_t *value = json_loadb(keys, len, JSON_ALLOW_NUL, NULL);
    bool has_keys = json_object_get(value, "keys") != NULL;
    json_decref(value);
    return has_keys;
}

xcj_code conform_verifier(xcj_verifier **out, const char *keys, size_t len, const xcj_verify_options *options,
                          xcj_error *err)
{
    *out = NULL;
    if (is_set(keys, len)) {
        xcj_keyset *set;
        xcj_code code = xcj_keyset_from_json(&set, keys, len, NULL, err);
        if (code == XCJ_OK) {
            code = xcj_verifier_new(out, set, options, err);
        }
        xcj_keyset_free(set);
        return code;
    }
    xcj_key *key;
    xcj_code code = xcj_key_from_jwk(&key, keys, len, NULL, err);
    if (code == XCJ_OK) {
        code = xcj_verifier_new_key(out, key, options, err);
    }
    xcj_key_free(key);
    return code;
}

static xcj_code verify_once(xcj_verified **out, const xcj_verifier *verifier, xcj_str token, const xcj_str *detached,
                            bool is_json, xcj_scratch *scratch, xcj_error *err)
{
    if (detached != NULL) {
        xcj_verify_call call = XCJ_VERIFY_CALL_INIT;
        call.payload = *detached;
        return xcj_verify_with(out, verifier, token.ptr, token.len, &call, scratch, err);
    }
    return is_json ? xcj_verify_json(out, verifier, token.ptr, token.len, scratch, err)
                   : xcj_verify(out, verifier, token.ptr, token.len, scratch, err);
}

static void must(bool holds, const char *what)
{
    if (!holds) {
        printf("%s\n", what);
        exit(EXIT_FAILURE);
    }
}

xcj_code conform_verify(const xcj_verifier *verifier, xcj_str token, const xcj_str *detached, const xcj_str *payload,
                        bool is_json, xcj_error *err)
{
    xcj_scratch *scratch;
    must(xcj_scratch_new(&scratch, err) == XCJ_OK, "no scratch");
    xcj_code first = verify_once(NULL, verifier, token, detached, is_json, NULL, err);
    for (int way = 1; way < 4; way++) {
        xcj_verified *verified = NULL;
        xcj_error why;
        xcj_code code =
            verify_once(way & 1 ? &verified : NULL, verifier, token, detached, is_json, way & 2 ? scratch : NULL, &why);
        must(code == first, "with and without result and scratch the verdicts differ");
        must((verified != NULL) == (code == XCJ_OK && (way & 1)), "a result without a verdict, or none with one");
        if (verified != NULL && payload != NULL) {
            xcj_str own = xcj_verified_payload(verified);
            must(own.len == payload->len && memcmp(own.ptr, payload->ptr, own.len) == 0, "the payload is another");
        }
        xcj_verified_free(verified);
    }
    xcj_scratch_free(scratch);
    return first;
}
