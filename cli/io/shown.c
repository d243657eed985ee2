/*
 * shown.c: telling names from what may be a secret.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "cli/io/shown.h"

#define WORD_MAX 5
#define DIGITS_MAX 3
#define NAME_SHOWN 24
#define KID_SHOWN 60
#define VARIABLE_SHOWN 40
#define PATH_SHOWN 240
#define NUMBERS_MAX 2 /* of a component */

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static size_t count_of(const char *text, char c)
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += *text == c;
    }
    return count;
}

static const char *json_kind(const char *json)
{
    if (strstr(json, "\"keys\"") != NULL) {
        return "a JWK Set";
    }
    return strstr(json, "\"kty\"") != NULL ? "a JWK" : "JSON";
}

/* In words; NULL: like nothing in particular. */
static const char *looks_like(const char *value)
{
    value += strspn(value, " \t\r\n");
    if (value[0] == '{' || value[0] == '[') {
        return json_kind(value);
    }
    if (strstr(value, "---BEGIN") != NULL) {
        return "PEM";
    }
    if (strncmp(value, "eyJ", 3) == 0) {
        return count_of(value, '.') == 4 ? "an encrypted token" : "a token";
    }
    if (strncasecmp(value, "Bearer ", 7) == 0 || strncasecmp(value, "Basic ", 6) == 0) {
        return "an Authorization header";
    }
    if (strncmp(value, "pkcs11:", 7) == 0) {
        return "a PKCS#11 URI";
    }
    return strstr(value, "://") != NULL ? "a URL" : NULL;
}

/* Of UTF-8, the bytes that begin one. */
static size_t count_characters(const char *value, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++) {
        count += ((unsigned char)value[i] & 0xc0) != 0x80;
    }
    return count;
}

static shown counted(size_t count, const char *kind)
{
    shown out;
    (void)snprintf(out.text, sizeof out.text, "a value of %zu character%s%s%s", count, count == 1 ? "" : "s",
                   kind != NULL ? " that looks like " : "", kind != NULL ? kind : "");
    return out;
}

shown shown_value(const char *value)
{
    return counted(count_characters(value, strlen(value)), looks_like(value));
}

/* A view, described by its length and its beginning. */
static shown describe(const char *value, size_t len)
{
    char copy[4096];
    (void)snprintf(copy, sizeof copy, "%.*s", len < sizeof copy ? (int)len : (int)sizeof copy - 1, value);
    const shown out = counted(count_characters(value, len), looks_like(copy));
    memset(copy, 0, sizeof copy);
    __asm__ volatile("" : : "r"(copy) : "memory"); /* or the compiler drops the memset */
    return out;
}

static shown quote(const char *value, size_t len)
{
    shown out;
    (void)snprintf(out.text, sizeof out.text, "\"%.*s\"", (int)len, value);
    return out;
}

shown shown_word(const char *value, size_t len)
{
    const bool is_pin = strspn(value, DIGITS) >= len && len > DIGITS_MAX;
    return len <= WORD_MAX && !is_pin ? quote(value, len) : describe(value, len);
}

shown shown_variable(const char *name)
{
    const size_t len = strlen(name);
    const size_t capitals = strspn(name, UPPER "_");
    /* Digits at the end only: random capitals have them anywhere. */
    const bool is_name = capitals > 0 && capitals + strspn(name + capitals, DIGITS) == len && len <= VARIABLE_SHOWN;
    shown out;
    (void)snprintf(out.text, sizeof out.text, "%s", name);
    return is_name ? out : shown_value(name);
}

shown shown_name(const char *name, size_t len)
{
    const bool is_name = len > 0 && len <= NAME_SHOWN && strspn(name, LOWER UPPER "_-.") >= len;
    return is_name ? quote(name, len) : describe(name, len);
}

shown shown_kid(const char *kid)
{
    const size_t len = strlen(kid);
    return len <= KID_SHOWN && looks_like(kid) == NULL ? quote(kid, len) : shown_value(kid);
}

/* How much of a URL, or of a reference to one, stands before its host: the scheme and the slashes. */
static size_t before_host(xcj_str url)
{
    for (size_t at = 0; at + 1 < url.len; at++) {
        if (url.ptr[at] == '/') {
            return url.ptr[at + 1] == '/' ? at + 2 : 0;
        }
    }
    return 0;
}

shown shown_url(xcj_str url)
{
    shown out;
    const size_t scheme = before_host(url);
    size_t host = scheme; /* behind a user and a password */
    size_t end = scheme;
    for (bool in_authority = scheme > 0; end < url.len && strchr("?#", url.ptr[end]) == NULL; end++) {
        in_authority = in_authority && url.ptr[end] != '/';
        host = in_authority && url.ptr[end] == '@' ? end + 1 : host;
    }
    (void)snprintf(out.text, sizeof out.text, "%.*s%s%.*s%s%s", (int)scheme, url.ptr, host > scheme ? "...@" : "",
                   (int)(end - host), url.ptr + host, end < url.len ? (url.ptr[end] == '#' ? "#" : "?") : "",
                   end < url.len ? "..." : "");
    return out;
}

/* Random text changes from small letters and digits to capitals, and between letters and digits, more often than names. */
static bool is_plain_component(const char *name, size_t len)
{
    size_t numbers = 0;
    for (size_t i = 0; i < len; i++) {
        const bool is_known = name[i] != '\0' && strchr(LOWER UPPER DIGITS "._-~", name[i]) != NULL;
        const bool is_jump = i > 0 && strchr(UPPER, name[i]) != NULL && strchr(LOWER DIGITS, name[i - 1]) != NULL;
        numbers += i > 0 && strchr(DIGITS, name[i]) != NULL && strchr(LOWER UPPER, name[i - 1]) != NULL;
        if (!is_known || is_jump || numbers > NUMBERS_MAX) {
            return false;
        }
    }
    return len <= 64;
}

static bool has_extension(const char *name)
{
    static const char *const usual[] = { ".json", ".jwk", ".jwks", ".pem", ".key", ".pub", ".crt", ".cer",
                                         ".der",  ".p8",  ".p12",  ".pfx", ".jwt", ".txt", ".bin", ".conf" };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && dot > name && i < sizeof usual / sizeof usual[0]; i++) {
        if (strcmp(dot, usual[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The directory of a path, with its slash: is there one of this name? */
static bool is_directory(const char *path, size_t len)
{
    char folder[PATH_SHOWN + 1];
    struct stat about;
    (void)snprintf(folder, sizeof folder, "%.*s", (int)len, path);
    return stat(folder, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool is_plain_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *last = slash != NULL ? slash + 1 : path;
    if (strlen(path) > PATH_SHOWN || !is_plain_component(last, strlen(last)) || (slash == NULL && !has_extension(last))) {
        return false;
    }
    if (slash == NULL || is_directory(path, (size_t)(last - path))) {
        return true;
    }
    for (const char *at = path; at < last;) {
        const size_t len = strcspn(at, "/");
        if (!is_plain_component(at, len)) {
            return false;
        }
        at += len + 1;
    }
    return true;
}

shown shown_path(const char *path)
{
    struct stat about;
    shown out;
    (void)snprintf(out.text, sizeof out.text, "%s", path);
    return lstat(path, &about) == 0 || is_plain_path(path) ? out : shown_value(path);
}
