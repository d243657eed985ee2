#include <xcj/audit.h>

#include <string.h>
#include <time.h>

#include <xcj/jws.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/codec/json_scan.h"
#include "lib/codec/json_write.h"
#include "lib/gateway/caller.h"
#include "lib/gateway/credential.h"
#include "lib/key/digest.h"

/* A value of this length at most; each byte of it takes six at most. */
#define VALUE_MAX 512

#define STORAGE 2048

static void put_escape(xcj__buf *out, uint32_t unit)
{
    static const char digits[] = "0123456789abcdef";
    const char escape[] = {
        '\\', 'u', digits[unit >> 12 & 15], digits[unit >> 8 & 15], digits[unit >> 4 & 15], digits[unit & 15]
    };
    xcj__buf_put(out, escape, sizeof escape);
}

/* Writes a character beyond ASCII as one or two escapes, or a byte that begins none as a replacement; returns its length. */
static size_t put_beyond(xcj__buf *out, const char *text, size_t len)
{
    const size_t count = xcj__utf8_sequence(text, len);
    if (count == 0) {
        put_escape(out, 0xfffd);
        return 1;
    }
    uint32_t code = (uint32_t)((unsigned char)text[0] & (0xff >> (count + 1)));
    for (size_t i = 1; i < count; i++) {
        code = code << 6 | ((unsigned char)text[i] & 0x3f);
    }
    if (code > 0xffff) {
        put_escape(out, 0xd800 + ((code - 0x10000) >> 10));
        code = 0xdc00 + ((code - 0x10000) & 0x3ff);
    }
    put_escape(out, code);
    return count;
}

/* Printable ASCII alone, so that no reader sees the end of a line. In JSON, a control character is white space. */
static void put_ascii(xcj__buf *out, xcj_str text, bool is_json)
{
    for (size_t i = 0; i < text.len;) {
        const char c = text.ptr[i];
        if ((c & 0x80) != 0) {
            i += put_beyond(out, text.ptr + i, text.len - i);
            continue;
        }
        if (c == 0x7f || (c < ' ' && !is_json)) {
            put_escape(out, (uint32_t)c);
        } else if (c < ' ') {
            xcj__buf_put_char(out, ' ');
        } else {
            xcj__buf_put_text(out, !is_json && (c == '"' || c == '\\') ? "\\" : "");
            xcj__buf_put_char(out, c);
        }
        i++;
    }
}

static void put_name(xcj__buf *out, const char *name)
{
    xcj__buf_put_text(out, ",\"");
    xcj__buf_put_text(out, name);
    xcj__buf_put_text(out, "\":");
}

static void put_string(xcj__buf *out, const char *name, xcj_str text)
{
    if (text.ptr == NULL) {
        return;
    }
    put_name(out, name);
    if (text.len > VALUE_MAX) {
        xcj__buf_put_text(out, "null");
        return;
    }
    xcj__buf_put_char(out, '"');
    put_ascii(out, text, false);
    xcj__buf_put_char(out, '"');
}

static void put_json(xcj__buf *out, const char *name, const xcj__json_value *value)
{
    if (value->type != 0) {
        put_name(out, name);
        put_ascii(out, value->raw.len <= VALUE_MAX ? value->raw : xcj_text("null"), true);
    }
}

static void put_methods(xcj__buf *out, const xcj_auth *auth)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } methods[] = { { XCJ_AUTH_BEARER, "bearer" },
                    { XCJ_AUTH_BASIC, "basic" },
                    { XCJ_AUTH_CLIENT_CERT, "client_cert" },
                    { XCJ_AUTH_API_KEY, "apikey" } };
    const uint32_t present = auth->caller != NULL ? auth->caller->method : xcj__credential_methods(auth) & auth->methods;
    const char *comma = "";
    put_name(out, "methods");
    xcj__buf_put_char(out, '[');
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if ((present & methods[i].bit) != 0) {
            xcj__buf_put_text(out, comma);
            xcj__buf_put_char(out, '"');
            xcj__buf_put_text(out, methods[i].name);
            xcj__buf_put_char(out, '"');
            comma = ",";
        }
    }
    xcj__buf_put_char(out, ']');
    if ((present & XCJ_AUTH_BEARER) != 0 && xcj__credential_is_dpop(auth)) {
        put_string(out, "scheme", xcj_text("DPoP"));
    }
}

/* Without identities and without a hash, the client_id of an API key is the key. */
static bool is_secret(const xcj_auth *auth, xcj_str client_id)
{
    const xcj_caller *caller = auth->caller;
    if (caller != NULL && caller->method == XCJ_AUTH_API_KEY) {
        return caller->settings->identities == NULL && !caller->settings->api_key_sha256;
    }
    return auth->api_key.len > 0 && auth->api_key.len == client_id.len &&
           memcmp(auth->api_key.ptr, client_id.ptr, client_id.len) == 0;
}

static xcj_code put_client_id(xcj__buf *out, const xcj_auth *auth, xcj_str client_id, xcj_error *err)
{
    char storage[2 * XCJ__CREDENTIAL_HASH];
    xcj__buf work;
    if (!is_secret(auth, client_id)) {
        put_string(out, "client_id", client_id);
        return XCJ_OK;
    }
    xcj__buf_init_on(&work, storage, sizeof storage);
    xcj_code code = xcj__credential_hash(&client_id, &work, NULL, err);
    if (code == XCJ_OK) {
        put_string(out, "client_id_sha256", client_id);
    }
    xcj__buf_free(&work);
    return code;
}

static xcj_code put_claim_client_id(xcj__buf *out, const xcj_auth *auth, const xcj__json_value *value, xcj_error *err)
{
    if (value->type != XCJ__JSON_STRING) {
        return XCJ_OK;
    }
    char storage[VALUE_MAX];
    xcj__buf text;
    xcj__buf_init_on(&text, storage, sizeof storage);
    char *room = xcj__buf_reserve(&text, value->text.len + 1);
    const size_t len = room != NULL ? xcj__json_unescape(room, value->text) : 0;
    xcj_code code = room != NULL ? put_client_id(out, auth, (xcj_str){ room, len }, err) : xcj__fail_memory(err);
    xcj__buf_free(&text);
    return code;
}

/* Members of a claim that is an object. What else is in it may be anything, even a key. */
static xcj_code put_within(xcj__buf *out, const xcj__json_value *claim, const char *const (*names)[2], size_t count,
                           xcj_error *err)
{
    xcj__json_member room[XCJ__JSON_ROOM];
    xcj__json_index members;
    if (claim->type != XCJ__JSON_OBJECT) {
        return XCJ_OK;
    }
    xcj_code code = xcj__json_index_read(&members, claim->raw, NULL, room, XCJ__JSON_ROOM, err);
    for (size_t i = 0; code == XCJ_OK && i < count; i++) {
        const xcj__json_value value = xcj__json_index_value(&members, names[i][0], strlen(names[i][0]));
        put_json(out, names[i][1], &value);
    }
    xcj_free(members.block);
    return code;
}

/* Members of an object under their own names. */
static void put_members(xcj__buf *out, const xcj__json_index *index, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const xcj__json_value value = xcj__json_index_value(index, names[i], strlen(names[i]));
        put_json(out, names[i], &value);
    }
}

static xcj_code put_claims(xcj__buf *out, const xcj_auth *auth, xcj_str payload, xcj_error *err)
{
    static const char *const names[] = { "iss", "sub", "aud", "jti", "exp" };
    static const char *const actor[][2] = { { "client_id", "consumer" } };
    static const char *const bound[][2] = { { "jkt", "jkt" }, { "x5t#S256", "x5t#S256" } };
    xcj__json_member room[XCJ__JSON_ROOM];
    xcj__json_index claims;
    xcj_code code = xcj__json_index_read(&claims, payload, NULL, room, XCJ__JSON_ROOM, err);
    if (code == XCJ_OK) {
        const xcj__json_value client_id = xcj__json_index_value(&claims, "client_id", 9);
        code = put_claim_client_id(out, auth, &client_id, err);
    }
    if (code == XCJ_OK) {
        const xcj__json_value act = xcj__json_index_value(&claims, "act", 3);
        code = put_within(out, &act, actor, 1, err);
    }
    if (code == XCJ_OK) {
        const xcj__json_value cnf = xcj__json_index_value(&claims, "cnf", 3);
        put_members(out, &claims, names, sizeof names / sizeof *names);
        code = put_within(out, &cnf, bound, 2, err);
    }
    xcj_free(claims.block);
    return code;
}

static xcj_code put_header(xcj__buf *out, xcj_str header, xcj_error *err)
{
    static const char *const names[] = { "alg", "kid" };
    xcj__json_member room[XCJ__JSON_ROOM];
    xcj__json_index members;
    xcj_code code = xcj__json_index_read(&members, header, NULL, room, XCJ__JSON_ROOM, err);
    if (code == XCJ_OK) {
        put_members(out, &members, names, sizeof names / sizeof *names);
    }
    xcj_free(members.block);
    return code;
}

static xcj_code put_token(xcj__buf *out, const xcj_auth *auth, xcj_str token, xcj_error *err)
{
    xcj_unverified *taken;
    xcj_code code = xcj_unverified_decode(&taken, token.ptr, token.len, err);
    if (code == XCJ_OK) {
        code = put_claims(out, auth, xcj_unverified_payload(taken), err);
    }
    if (code == XCJ_OK) {
        code = put_header(out, xcj_unverified_header(taken), err);
    }
    xcj_unverified_free(taken);
    return code;
}

static void put_audience(xcj__buf *out, const xcj_auth *auth)
{
    if (auth->audiences_count > 0) {
        put_string(out, "aud", auth->audiences[0]);
    } else if (auth->audience.len > 0) {
        put_string(out, "aud", auth->audience);
    } else if (auth->service_host.len > 0) {
        put_string(out, "aud", auth->service_host);
    }
}

static xcj_code put_refusal(xcj__buf *out, const xcj_auth *auth, const xcj_error *why, xcj_error *err)
{
    xcj_code code = auth->caller != NULL ? put_client_id(out, auth, auth->caller->client_id, err) : XCJ_OK;
    if (auth->caller != NULL) {
        put_string(out, "consumer", auth->caller->known.consumer);
    }
    put_audience(out, auth);
    put_string(out, "code", xcj_text(xcj_code_name(why->code)));
    put_name(out, "status");
    xcj__buf_put_int(out, xcj_code_http_status(why->code));
    put_string(out, "member", xcj_text(why->member[0] != '\0' ? why->member : NULL));
    put_string(out, "reason", xcj_text(why->message));
    return code;
}

static xcj_code put_line(xcj__buf *out, const xcj_audit *audit, xcj_error *err)
{
    xcj_auth auth;
    xcj_code code = xcj__auth_read(&auth, audit->auth, err);
    if (code != XCJ_OK) {
        return code;
    }
    const bool is_minted = audit->token.ptr != NULL;
    xcj__buf_put_text(out, "{\"time\":");
    xcj__buf_put_int(out, auth.has_now ? auth.now : (int64_t)time(NULL));
    put_string(out, "event", xcj_text(is_minted ? "mint" : "refuse"));
    put_methods(out, &auth);
    code = is_minted ? put_token(out, &auth, audit->token, err) : put_refusal(out, &auth, audit->refusal, err);
    xcj__buf_put_char(out, '}');
    return code;
}

static xcj_code copy_line(char *buf, size_t cap, size_t *len, const xcj__buf *line, xcj_error *err)
{
    if (line->failed || line->ptr == NULL) {
        return xcj__fail_memory(err);
    }
    if (buf == NULL || line->len > cap) {
        return xcj__fail_buffer(err, "line", line->len, cap);
    }
    memcpy(buf, line->ptr, line->len);
    *len = line->len;
    xcj__error_clear(err);
    return XCJ_OK;
}

xcj_code xcj_audit_line(char *buf, size_t cap, size_t *len, const xcj_audit *audit, xcj_error *err)
{
    if (len != NULL) {
        *len = 0;
    }
    if (len == NULL || audit == NULL || (buf == NULL && cap > 0)) {
        return xcj__fail_null(err);
    }
    xcj_audit given;
    xcj_code code = xcj__options_read(&given, sizeof given, audit, err);
    if (code == XCJ_OK && given.token.ptr == NULL && given.refusal == NULL) {
        code = xcj__fail_null(err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    char storage[STORAGE];
    xcj__buf line;
    xcj__buf_init_on(&line, storage, sizeof storage);
    code = put_line(&line, &given, err);
    if (code == XCJ_OK) {
        code = copy_line(buf, cap, len, &line, err);
    }
    xcj__buf_free(&line);
    return code;
}
