/*
 * keys.c: loading keys.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <xcj/kong.h>

#include "cli/io/shown.h"
#include "cli/io/terminal.h"
#include "cli/keys/keys.h"

#define PASSPHRASE_LIMIT ((size_t)4096)

/* With the refusal that follows, 20 lines. */
#define WARNINGS_MAX ((size_t)19)

static const char NO_TERMINAL[] = "is encrypted: give --passphrase FILE or --passphrase env:NAME";

msg_status keys_set_of_one(keys_loaded *out, xcj_key *key)
{
    xcj_error err;
    const xcj_key *const keys[1] = { key };
    xcj_code code = xcj_keyset_from_keys(&out->set, keys, 1, &err);
    xcj_key_free(key);
    return code == XCJ_OK ? STATUS_OK : msg_fail_error(ABOUT_INPUT, NULL, &err);
}

msg_status keys_read_passphrase(text *out, const char *option, const char *source)
{
    return source != NULL ? io_read_line(out, option, source, PASSPHRASE_LIMIT, STATUS_INPUT) : STATUS_OK;
}

msg_status keys_read_new_passphrase(text *out, const char *source)
{
    msg_status status = keys_read_passphrase(out, "--encrypt", source);
    return status == STATUS_OK && out->len == 0 ? msg_fail(STATUS_INPUT, "--encrypt", "the passphrase is empty") : status;
}

static bool may_ask(const keys_how *how)
{
    return how->passphrase == NULL && isatty(STDERR_FILENO) == 1;
}

/* At a terminal an encrypted key asks for its passphrase. */
static msg_status ask_and_read(keys_loaded *out, const text *data, const char *name, xcj_key_options *options,
                               xcj_code *code, xcj_error *err)
{
    text passphrase = TEXT_INIT;
    msg_status asked = terminal_ask(&passphrase, "passphrase", name, NO_TERMINAL);
    if (asked == STATUS_OK) {
        options->passphrase = text_view(&passphrase);
        *code = xcj_keyset_from_data(&out->set, (const uint8_t *)data->ptr, data->len, options, err);
    }
    text_free(&passphrase);
    return asked;
}

/* The encryption of PEM itself (RFC 1421) turns the passphrase into a key by one round of MD5. */
static void warn_old_encryption(const text *data, const char *name)
{
    static const char mark[] = "Proc-Type: 4,ENCRYPTED";
    for (size_t at = 0; at + sizeof mark <= data->len; at++) {
        if (memcmp(data->ptr + at, mark, sizeof mark - 1) == 0) {
            msg_warn(name, "its old encryption is weak: openssl pkcs8 -topk8 makes a better one of it");
            return;
        }
    }
}

static msg_status load_data(keys_loaded *out, const text *data, const char *name, const keys_how *how,
                            xcj_key_options *options)
{
    if (data->len == 0) {
        return msg_fail(STATUS_INPUT, name, "is empty");
    }
    xcj_error err;
    xcj_code code = xcj_keyset_from_data(&out->set, (const uint8_t *)data->ptr, data->len, options, &err);
    if (code == XCJ_ERR_PASSPHRASE && may_ask(how)) {
        msg_status asked = ask_and_read(out, data, name, options, &code, &err);
        if (asked != STATUS_OK) {
            return asked;
        }
    } else if (code == XCJ_ERR_PASSPHRASE && options->passphrase.ptr == NULL) {
        return msg_fail(STATUS_INPUT, name, "%s (--passphrase FILE or env:NAME)", err.message);
    }
    if (code != XCJ_OK) {
        return msg_fail_error(ABOUT_INPUT, name, &err);
    }
    xcj_form form = xcj_keyset_form(out->set);
    out->is_json = form == XCJ_FORM_JWK || form == XCJ_FORM_JWKS;
    out->is_set = form == XCJ_FORM_JWKS || xcj_keyset_count(out->set) > 1;
    warn_old_encryption(data, name);
    return STATUS_OK;
}

msg_status keys_load_data(keys_loaded *out, const text *data, const char *name, const keys_how *how)
{
    *out = (keys_loaded){ NULL, false, false };
    text passphrase = TEXT_INIT;
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    msg_status status = keys_read_passphrase(&passphrase, "--passphrase", how->passphrase);
    if (status == STATUS_OK) {
        options.passphrase = text_view(&passphrase);
        options.hmac_k_raw = how->hmac_k_raw;
        options.alg_from_name = how->hmac_k_raw ? xcj_kong_alg_from_name : NULL;
        options.pem_labels = how->pem_labels;
        status = load_data(out, data, name, how, &options);
    }
    text_free(&passphrase);
    return status;
}

msg_status keys_load(keys_loaded *out, const char *option, const char *source, const keys_how *how)
{
    *out = (keys_loaded){ NULL, false, false };
    text data = TEXT_INIT;
    msg_status status = io_read(&data, option, source, IO_KEY_LIMIT, STATUS_INPUT);
    if (status == STATUS_OK) {
        status = keys_load_data(out, &data, io_name(source), how);
    }
    text_free(&data);
    return status;
}

/* The keys of all parts, as one set. */
static msg_status merge(keys_loaded *out, const keys_loaded *parts, size_t count)
{
    xcj_error err;
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += xcj_keyset_count(parts[i].set);
    }
    const xcj_key **keys = calloc(total + 1, sizeof *keys);
    if (keys == NULL) {
        return msg_fail_memory();
    }
    total = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < xcj_keyset_count(parts[i].set); j++) {
            keys[total++] = xcj_keyset_get(parts[i].set, j);
        }
    }
    out->is_set = true;
    const xcj_code code = xcj_keyset_from_keys(&out->set, keys, total, &err);
    free(keys);
    return code == XCJ_OK ? STATUS_OK : msg_fail_error(ABOUT_INPUT, NULL, &err);
}

/* A skipped key makes its kid ambiguous, which a merged set would forget. */
static msg_status check_whole(const keys_loaded *loaded, const char *name)
{
    if (xcj_keyset_skipped_count(loaded->set) == 0) {
        return STATUS_OK;
    }
    keys_warn_skipped(name, loaded->set);
    return msg_fail(STATUS_INPUT, name, "has keys that cannot be used: it must be the only source of keys");
}

msg_status keys_load_several(keys_loaded *out, const char *option, const opt_list *sources, const keys_how *how)
{
    *out = (keys_loaded){ NULL, false, false };
    keys_loaded *parts = calloc(sources->count, sizeof *parts);
    msg_status status = STATUS_OK;
    size_t count = 0;
    if (parts == NULL) {
        return msg_fail_memory();
    }
    while (count < sources->count && status == STATUS_OK) {
        status = keys_load(&parts[count], option, sources->items[count], how);
        if (status == STATUS_OK) {
            status = check_whole(&parts[count], io_name(sources->items[count]));
            count++;
        }
    }
    if (status == STATUS_OK) {
        status = merge(out, parts, count);
    }
    while (count > 0) {
        keys_free(&parts[--count]);
    }
    free(parts);
    return status;
}

msg_status keys_check_secret(const keys_secret *from, const char *verb)
{
    const char *option = from->encoding != NULL ? "--secret-encoding" : "--allow-weak-key";
    if (from->source != NULL || (from->encoding == NULL && !from->allow_weak)) {
        return STATUS_OK;
    }
    return msg_fail(STATUS_USAGE, verb, "%s goes with --secret: it has no effect on other keys", option);
}

void keys_name_weak(xcj_error *err, const keys_secret *from)
{
    const size_t len = strlen(err->message);
    if (err->code == XCJ_ERR_KEY_WEAK && (from->source != NULL)) {
        (void)snprintf(err->message + len, sizeof err->message - len, " (--allow-weak-key takes it all the same)");
    }
}

/* Hexadecimal behind 0x, as Ethereum's clients write it, is hardly meant as text. */
static bool looks_like_hex(const text *secret)
{
    const size_t digits = secret->len > 2 ? strspn(secret->ptr + 2, "0123456789abcdefABCDEF") : 0;
    return digits >= 32 && secret->ptr[0] == '0' && (secret->ptr[1] | 0x20) == 'x' &&
           strspn(secret->ptr + 2 + digits, "\r\n") + digits + 2 == secret->len;
}

static void warn_raw(const text *secret, const char *name)
{
    if (looks_like_hex(secret)) {
        msg_warn(name, "looks like hexadecimal, but its text is the secret: --secret-encoding hex reads the bytes");
    }
    if (secret->ptr[secret->len - 1] == '\n') {
        msg_warn(name, "the newline at its end is part of the secret");
    }
}

msg_status keys_load_secret(keys_loaded *out, const keys_secret *from)
{
    *out = (keys_loaded){ NULL, false, false };
    text secret = TEXT_INIT;
    xcj_error err;
    xcj_key *key = NULL;
    int encoding = XCJ_SECRET_RAW;
    const char *name = io_name(from->source);
    msg_status status =
        from->encoding != NULL ? opt_choice(&encoding, "--secret-encoding", KEYS_ENCODINGS, from->encoding) : STATUS_OK;
    if (status == STATUS_OK) {
        status = io_read(&secret, "--secret", from->source, IO_SECRET_LIMIT, STATUS_INPUT);
    }
    if (status != STATUS_OK) {
        return status;
    }
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    options.allow_weak_secret = from->allow_weak;
    options.secret_encoding = (xcj_secret_encoding)encoding;
    if (xcj_key_from_secret(&key, (const uint8_t *)secret.ptr, secret.len, &options, &err) != XCJ_OK) {
        keys_name_weak(&err, from);
        status = msg_fail_error(ABOUT_INPUT, name, &err);
    } else if (from->encoding == NULL) {
        warn_raw(&secret, name);
    }
    text_free(&secret);
    return status == STATUS_OK ? keys_set_of_one(out, key) : status;
}

void keys_free(keys_loaded *loaded)
{
    xcj_keyset_free(loaded->set);
    loaded->set = NULL;
}

void keys_warn_skipped(const char *name, const xcj_keyset *set)
{
    size_t count = xcj_keyset_skipped_count(set);
    size_t named = count <= WARNINGS_MAX ? count : WARNINGS_MAX - 1;
    for (size_t i = 0; i < named; i++) {
        size_t position = 0;
        const xcj_error *why = xcj_keyset_skipped(set, i, &position);
        const xcj_str own = xcj_keyset_skipped_kid(set, i);
        text kid = TEXT_INIT;
        text_add(&kid, own.ptr, own.len);
        const bool shows = own.ptr != NULL && kid.ptr != NULL;
        msg_warn(name, "key %zu%s%s%s of the set is skipped: %s", position, shows ? " (kid " : "",
                 shows ? shown_kid(kid.ptr).text : "", shows ? ")" : "", why->message);
        text_free(&kid);
    }
    if (named < count) {
        msg_warn(name, "%zu more keys of the set are skipped", count - named);
    }
}

void keys_warn_weak(const char *name, const xcj_key *key)
{
    if (xcj_key_type(key) == XCJ_KTY_RSA && xcj_key_bits(key) < 2048) {
        msg_warn(name, "an RSA key of %u bits is too weak to sign or verify", xcj_key_bits(key));
    }
}

bool keys_is_oct(const xcj_key *key)
{
    return xcj_key_type(key) == XCJ_KTY_OCT;
}

xcj_alg keys_alg_at(size_t index)
{
    const xcj_alg alg = (xcj_alg)(XCJ_HS256 + index);
    return xcj_alg_name(alg) != NULL ? alg : XCJ_ALG_NONE;
}

msg_status keys_alg(xcj_alg *out, const char *option, const char *name, size_t len)
{
    *out = xcj_kong_alg_from_name(name, len);
    if (*out != XCJ_ALG_NONE) {
        return STATUS_OK;
    }
    text all = TEXT_INIT;
    for (size_t i = 0; keys_alg_at(i) != XCJ_ALG_NONE; i++) {
        const char *known = xcj_alg_name(keys_alg_at(i));
        if (strlen(known) == len && strncasecmp(known, name, len) == 0) {
            text_free(&all);
            return msg_fail(STATUS_USAGE, option, "unknown algorithm: %s; did you mean %s?", shown_word(name, len).text,
                            known);
        }
        text_puts(&all, i > 0 ? ", " : "");
        text_puts(&all, known);
    }
    (void)msg_fail(STATUS_USAGE, option, "unknown algorithm: %s; there are %s", shown_word(name, len).text,
                   all.ptr != NULL ? all.ptr : "");
    text_free(&all);
    return STATUS_USAGE;
}

msg_status keys_relabel(xcj_key **out, const xcj_key *key, const keys_labels *labels, const char *name)
{
    *out = NULL;
    xcj_error err;
    xcj_key_labels wanted = XCJ_KEY_LABELS_INIT;
    char *thumbprint = NULL;
    wanted.kid = xcj_text(labels->kid);
    wanted.use = xcj_text(labels->use);
    if (labels->alg != NULL) {
        msg_status status = keys_alg(&wanted.alg, "--alg", labels->alg, strlen(labels->alg));
        if (status != STATUS_OK) {
            return status;
        }
    }
    if (keys_is_thumbprint(labels->kid)) {
        size_t len = 0;
        if (xcj_key_thumbprint(&thumbprint, &len, key, XCJ_SHA256, &err) != XCJ_OK) {
            return msg_fail_error(ABOUT_INPUT, name, &err);
        }
        wanted.kid = (xcj_str){ thumbprint, len };
    }
    xcj_code code = xcj_key_relabel(out, key, &wanted, &err);
    xcj_free(thumbprint);
    return code == XCJ_OK ? STATUS_OK : msg_fail_error(ABOUT_OPTION, name, &err);
}

msg_status keys_compare(bool *same, const xcj_key *one, const xcj_key *other, const char *name)
{
    char *first = NULL;
    char *second = NULL;
    size_t len = 0;
    xcj_error err;
    const bool made = xcj_key_thumbprint(&first, &len, one, XCJ_SHA256, &err) == XCJ_OK &&
                      xcj_key_thumbprint(&second, &len, other, XCJ_SHA256, &err) == XCJ_OK;
    *same = made && strcmp(first, second) == 0;
    xcj_free(first);
    xcj_free(second);
    return made ? STATUS_OK : msg_fail_error(ABOUT_INPUT, name, &err);
}

bool keys_has_kid(const xcj_key *key, xcj_str kid)
{
    const xcj_str own = xcj_key_id(key);
    return own.ptr != NULL && own.len == kid.len && memcmp(own.ptr, kid.ptr, own.len) == 0;
}

bool keys_is_thumbprint(const char *kid)
{
    return kid != NULL && strcmp(kid, "thumbprint") == 0;
}

/* The kids of a set, for a message. */
static void list_kids(text *out, const xcj_keyset *set)
{
    for (size_t i = 0; i < xcj_keyset_count(set) && out->len < 300; i++) {
        xcj_str kid = xcj_key_id(xcj_keyset_get(set, i));
        text_puts(out, i == 0 ? "" : ", ");
        if (kid.ptr == NULL) {
            text_puts(out, "(none)");
        } else {
            text_add(out, kid.ptr, kid.len > 60 ? 60 : kid.len);
        }
    }
}

static msg_status fail_pick(const keys_loaded *loaded, const char *kid, size_t found, const char *name)
{
    text kids = TEXT_INIT;
    list_kids(&kids, loaded->set);
    const char *list = kids.ptr != NULL ? kids.ptr : "";
    if (kid == NULL) {
        (void)msg_fail(STATUS_KEY, name, "the set has %zu keys; --kid chooses one: %s", xcj_keyset_count(loaded->set), list);
    } else {
        (void)msg_fail(STATUS_KEY, name, "%s key of the set has the kid %s; there are: %s", found ? "more than one" : "no",
                       shown_kid(kid).text, list);
    }
    text_free(&kids);
    return STATUS_KEY;
}

msg_status keys_find(const xcj_key **out, const keys_loaded *loaded, const char *kid, const char *name)
{
    *out = NULL;
    size_t count = xcj_keyset_count(loaded->set);
    size_t found = 0;
    if (count == 0) {
        keys_warn_skipped(name, loaded->set);
        return msg_fail(STATUS_KEY, name, "the set has no usable key");
    }
    for (size_t i = 0; i < count && kid != NULL; i++) {
        const xcj_key *key = xcj_keyset_get(loaded->set, i);
        if (keys_has_kid(key, xcj_text(kid))) {
            *out = key;
            found++;
        }
    }
    if (found == 1) {
        return STATUS_OK;
    }
    keys_warn_skipped(name, loaded->set);
    *out = NULL;
    return fail_pick(loaded, kid, found, name);
}

msg_status keys_pick(const xcj_key **out, const keys_loaded *loaded, const char *kid, const char *name)
{
    if (xcj_keyset_count(loaded->set) == 1) {
        *out = xcj_keyset_get(loaded->set, 0);
        return STATUS_OK;
    }
    return keys_find(out, loaded, kid, name);
}
