/*
 * wrapping.c: tokens in what people copy: header lines, quotes, broken lines, JSON answers, cookies, SD-JWTs.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "cli/io/doc.h"
#include "cli/tokens/part.h"
#include "cli/tokens/wrapping.h"

/* The deepest place of a token in an answer: {"status":{"token":...}}, {"AuthenticationResult":{"IdToken":...}}. */
#define ANSWER_DEPTH 3

const wrapping_row wrapping_rows[WRAPPING_ROWS] = {
    { WRAP_HEADER, "header-name", "the header's name before the token", "has the name of a header before it" },
    { WRAP_BEARER, "bearer-prefix", "\"Bearer \" before the token", "has \"Bearer \" before it" },
    { WRAP_QUOTES, "quotes", "the quotes around the token", "stands in quotes" },
    { WRAP_SPACE, "white-space", "the white space around the token", "has white space around it" },
    { WRAP_LINES, "line-breaks", "the line breaks or blanks in the token", "has line breaks or blanks within it" },
    { WRAP_ANSWER, "answer", "the JSON around the token", "is a member of a JSON answer" },
    { WRAP_MARK, "mark", "the comma or semicolon after the token", "has a comma or semicolon behind it" },
    { WRAP_OTHER, "other-text", "the text around the token", "has other text around it" },
    { WRAP_DISCLOSURES, "sd-jwt", "the disclosures after the token, each after a ~ (this is an SD-JWT)",
      "is an SD-JWT: disclosures follow it, each after a ~" },
};

void wrapping_note(unsigned around, const char *name)
{
    for (size_t i = 0; i < WRAPPING_ROWS; i++) {
        if ((around & wrapping_rows[i].around) != 0) {
            msg_note("xcj: %s: taken off: %s", name, wrapping_rows[i].words);
        }
    }
}

json_t *wrapping_list(unsigned around)
{
    json_t *ids = json_array();
    for (size_t i = 0; i < WRAPPING_ROWS; i++) {
        if ((around & wrapping_rows[i].around) != 0) {
            (void)json_array_append_new(ids, json_string(wrapping_rows[i].id));
        }
    }
    return ids;
}

/* The characters of both base64 alphabets, padding, and the delimiters between parts. */
static bool is_inner(char c)
{
    return isalnum((unsigned char)c) != 0 || (c != '\0' && strchr("-_+/=.~", c) != NULL);
}

static bool is_quote(char c)
{
    return c != '\0' && strchr("\"'`", c) != NULL;
}

static void set_text(text *to, xcj_str from)
{
    to->len = 0;
    text_add(to, from.ptr, from.len);
}

static xcj_str cut(xcj_str from, size_t front, size_t back)
{
    return (xcj_str){ from.ptr + front, from.len - front - back };
}

/* The dots of a JWS or JWE, up to the disclosures of an SD-JWT. */
static size_t dots_of(xcj_str token)
{
    size_t dots = 0;
    for (size_t i = 0; i < token.len && token.ptr[i] != '~'; i++) {
        dots += token.ptr[i] == '.';
    }
    return dots;
}

/* The beginning of a JSON object in base64url, for any white space after the brace. */
static bool begins(xcj_str at)
{
    return at.len > 2 && at.ptr[0] == 'e' && (at.ptr[1] == 'y' || at.ptr[1] == 'w');
}

static bool is_shaped(xcj_str token)
{
    const size_t dots = dots_of(token);
    return begins(token) && (dots == 2 || dots == 4);
}

json_t *wrapping_header(xcj_str token)
{
    const char *dot = token.len > 0 ? memchr(token.ptr, '.', token.len) : NULL;
    part header;
    if (dot == NULL) {
        return NULL;
    }
    const bool is_read = parts_decode(&header, token.ptr, (size_t)(dot - token.ptr)) && !header.bytes.failed;
    json_t *parsed = is_read ? doc_load(header.bytes.ptr, header.bytes.len) : NULL;
    text_free(&header.bytes);
    return parsed;
}

bool wrapping_is_token(xcj_str token)
{
    const size_t dots = dots_of(token);
    json_t *header = dots == 2 || dots == 4 ? wrapping_header(token) : NULL;
    const bool is_token = json_is_object(header);
    json_decref(header);
    return is_token;
}

static size_t inner_len(xcj_str from)
{
    size_t len = 0;
    while (len < from.len && is_inner(from.ptr[len])) {
        len++;
    }
    return len;
}

/* May this character follow the last line of a token? */
static bool is_delimiter(char c)
{
    return isprint((unsigned char)c) == 0 || strchr(" \",;'`\\", c) != NULL;
}

/*
 * Adds a token that may be broken into lines, and returns how much of the text it takes. Text after a blank belongs to the
 * token only if the input has nothing else. A line never belongs to it if it is longer than the line before, or is itself a
 * token.
 */
static size_t put_joined(text *to, xcj_str from, bool is_alone, bool *is_broken)
{
    size_t used = inner_len(from);
    size_t line = SIZE_MAX;
    size_t dots = dots_of((xcj_str){ from.ptr, used });
    text_add(to, from.ptr, used);
    for (;;) {
        const size_t blank = text_skip_space(from, used) - used;
        const bool has_break = memchr(from.ptr + used, '\n', blank) != NULL;
        const xcj_str rest = cut(from, used + blank, 0);
        const xcj_str next = { rest.ptr, inner_len(rest) };
        const bool is_whole = next.len == rest.len || is_delimiter(rest.ptr[next.len]);
        dots += dots_of(next);
        if (blank == 0 || next.len == 0 || next.len > line || !is_whole || !(has_break || is_alone) || is_shaped(next) ||
            dots > 4) {
            return used;
        }
        text_add(to, next.ptr, next.len);
        used += blank + next.len;
        line = next.len;
        *is_broken = true;
    }
}

/* Takes simple things off both ends, as long as there are any. */
static xcj_str peel(xcj_str from, unsigned *around)
{
    for (;;) {
        const xcj_str token = text_trim(from);
        *around |= token.len != from.len ? WRAP_SPACE : 0;
        const char last = token.len > 0 ? token.ptr[token.len - 1] : '\0';
        if (last == ',' || last == ';') {
            *around |= WRAP_MARK;
            from = cut(token, 0, 1);
        } else if (token.len >= 2 && is_quote(last) && token.ptr[0] == last) {
            *around |= WRAP_QUOTES;
            from = cut(token, 1, 1);
        } else if (token.len >= 7 && strncasecmp(token.ptr, "Bearer", 6) == 0 && text_is_space(token.ptr[6])) {
            *around |= WRAP_BEARER;
            from = text_trim(cut(token, 7, 0));
        } else {
            return token;
        }
    }
}

/* "> Authorization:", -H "X-Token:": the name of one header, and what curl writes before it. */
static bool is_header_name(xcj_str before)
{
    static const char *const starts[] = { "> ", "< ", "-H", "--header", "\"", "'" };
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        const size_t len = strlen(starts[i]);
        if (before.len >= len && memcmp(before.ptr, starts[i], len) == 0) {
            before = text_trim(cut(before, len, 0));
        }
    }
    for (size_t i = 0; i + 1 < before.len; i++) {
        if (isalnum((unsigned char)before.ptr[i]) == 0 && before.ptr[i] != '-') {
            return false;
        }
    }
    return before.len > 1 && before.ptr[before.len - 1] == ':';
}

/* Names the wrapping from the text before and after a token. */
static unsigned name_rest(xcj_str before, xcj_str behind)
{
    unsigned around = 0;
    before = text_trim(before);
    behind = text_trim(behind);
    if (before.len > 0 && is_quote(before.ptr[before.len - 1])) {
        around |= WRAP_QUOTES;
        before = text_trim(cut(before, 0, 1));
    }
    if (before.len >= 6 && strncasecmp(before.ptr + before.len - 6, "Bearer", 6) == 0) {
        around |= WRAP_BEARER;
        before = text_trim(cut(before, 0, 6));
    }
    if (is_header_name(before)) {
        around |= WRAP_HEADER;
    } else if (before.len == 1 && is_quote(before.ptr[0])) {
        around |= WRAP_QUOTES;
    } else if (before.len > 0) {
        around |= WRAP_OTHER;
    }
    for (; behind.len > 0; behind = text_trim(cut(behind, 1, 0))) {
        const char c = behind.ptr[0];
        around |= is_quote(c) ? WRAP_QUOTES : c == ',' || c == ';' ? WRAP_MARK : c == '\\' ? WRAP_SPACE : WRAP_OTHER;
    }
    return around;
}

/* Looks for tokens in any text. Takes the only one. */
static void search(wrapping *out, xcj_str from)
{
    text found = TEXT_INIT;
    for (size_t at = 0; at < from.len;) {
        const bool is_start =
            at == 0 || (isalnum((unsigned char)from.ptr[at - 1]) == 0 && strchr("-_.", from.ptr[at - 1]) == NULL);
        const xcj_str rest = cut(from, at, 0);
        bool is_broken = false;
        if (!is_start || !begins(rest)) {
            at++;
            continue;
        }
        found.len = 0;
        const size_t used = put_joined(&found, rest, false, &is_broken);
        if (is_shaped(text_view(&found)) && ++out->count == 1) {
            out->around = name_rest((xcj_str){ from.ptr, at }, cut(rest, used, 0)) | (is_broken ? WRAP_LINES : 0);
            set_text(&out->token, text_view(&found));
        }
        at += used;
    }
    out->token.failed = out->token.failed || found.failed;
    text_free(&found);
}

static void put_place(text *to, const char *name)
{
    const bool is_plain =
        name[0] != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")] == '\0';
    text_puts(to, ".");
    if (is_plain) {
        text_puts(to, name);
    } else {
        (void)doc_string(to, name, strlen(name));
    }
}

static void take_member(wrapping *out, const char *before, const char *name, xcj_str token)
{
    set_text(&out->token, token);
    set_text(&out->place, xcj_text(before));
    put_place(&out->place, name);
}

/* Counts the tokens among the members, and takes the last one. */
static void look_into(wrapping *out, json_t *object, const char *before, unsigned depth)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        const xcj_str token = peel(doc_view(value), &out->around);
        if (json_is_string(value) && is_shaped(token) && inner_len(token) == token.len) {
            out->count++;
            take_member(out, before, name, token);
        } else if (json_is_object(value) && depth < ANSWER_DEPTH) {
            text place = TEXT_INIT;
            text_puts(&place, before);
            put_place(&place, name);
            look_into(out, value, place.ptr != NULL ? place.ptr : "", depth + 1);
            text_free(&place);
        }
    }
}

/* Takes the token from JSON that is not itself a JWS or JWE. In an OAuth response access_token precedes id_token. */
static void take_answer(wrapping *out, json_t *object)
{
    static const char *const names[] = { "access_token", "id_token" };
    look_into(out, object, "", 1);
    for (size_t i = 0; i < sizeof names / sizeof names[0] && out->count > 1; i++) {
        const json_t *value = json_object_get(object, names[i]);
        const xcj_str token = doc_view(value);
        if (is_shaped(token)) {
            take_member(out, "", names[i], token);
            out->count = 1;
        }
    }
    out->around = out->count == 1 ? WRAP_ANSWER : 0;
}

static bool is_serialisation(const json_t *object)
{
    static const char *const names[] = { "payload", "signature", "signatures", "ciphertext", "protected" };
    bool is_one = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        is_one = is_one || json_object_get(object, names[i]) != NULL;
    }
    return is_one;
}

/* Is it a JSON object? Then the token is looked for among its members. */
static bool take_json(wrapping *out, xcj_str from)
{
    doc_flaw flaw;
    json_t *object = from.len > 0 && from.ptr[0] == '{' ? doc_survey(from.ptr, from.len, &flaw) : NULL;
    const bool is_object = json_is_object(object);
    if (is_object && !is_serialisation(object)) {
        take_answer(out, object);
    }
    json_decref(object);
    return is_object;
}

/* "token=ey...": an equals sign that pads nothing. */
static bool has_name(xcj_str from)
{
    bool has = false;
    for (size_t i = 0; i + 1 < from.len && from.ptr[i] != '~'; i++) {
        has = has || (from.ptr[i] == '=' && isalnum((unsigned char)from.ptr[i + 1]) != 0);
    }
    return has;
}

/* The token alone, or broken; false when there is more than that. */
static bool take_bare(wrapping *out, xcj_str from, unsigned around)
{
    bool is_broken = false;
    text joined = TEXT_INIT;
    const bool is_whole = put_joined(&joined, from, true, &is_broken) == from.len && !has_name(from);
    const bool is_it = is_whole && (!is_broken || is_shaped(text_view(&joined)));
    if (is_it) {
        set_text(&out->token, text_view(&joined));
        out->around = around | (is_broken ? WRAP_LINES : 0);
    }
    out->token.failed = out->token.failed || joined.failed;
    text_free(&joined);
    return is_it;
}

/* RFC 9901 4: the JWS, then its disclosures, then perhaps a proof of the holder's key. */
static void cut_disclosures(wrapping *out)
{
    const char *tilde = out->token.len > 0 ? memchr(out->token.ptr, '~', out->token.len) : NULL;
    if (tilde != NULL && is_shaped(text_view(&out->token))) {
        out->token.len = (size_t)(tilde - out->token.ptr);
        out->token.ptr[out->token.len] = '\0';
        out->around |= WRAP_DISCLOSURES;
    }
}

bool wrapping_take(wrapping *out, xcj_str given)
{
    unsigned around = 0;
    *out = (wrapping){ 0, TEXT_INIT, TEXT_INIT, 0 };
    const xcj_str peeled = peel(given, &around);
    set_text(&out->token, given);
    if (take_json(out, peeled)) {
        if (out->count == 0) {
            out->around = around;
            set_text(&out->token, peeled);
        }
        return !out->token.failed;
    }
    if (!take_bare(out, peeled, around)) {
        search(out, text_trim(given));
    }
    if (out->count > 1) {
        out->around = 0;
        set_text(&out->token, given);
    }
    cut_disclosures(out);
    return !out->token.failed;
}

void wrapping_put_command(text *to, const wrapping *of)
{
    /* Classes: what [a-z] holds depends on the locale; i is not in it in Turkish. */
    static const char one[] = "grep -oE 'e[wy][[:alnum:]_-]+(\\.[[:alnum:]_-]*){2}'";
    if ((of->around & WRAP_ANSWER) != 0) {
        text_printf(to, "jq -r '%s' FILE", of->place.ptr != NULL ? of->place.ptr : ".");
    } else if ((of->around & WRAP_LINES) != 0) {
        text_printf(to, "tr -d ' \\r\\n' <FILE | %s", one);
    } else if (of->around == WRAP_DISCLOSURES) {
        text_puts(to, "cut -d '~' -f 1 FILE");
    } else {
        text_printf(to, "%s FILE", one);
    }
}

void wrapping_free(wrapping *of)
{
    text_free(&of->token);
    text_free(&of->place);
}
