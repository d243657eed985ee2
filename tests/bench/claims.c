#include "tests/bench/claims.h"

#include <string.h>
#include <time.h>

#include <openssl/rand.h>

#include "tests/bench/bench.h"

bool claims_uuid(char out[CLAIMS_UUID + 1])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof(bytes)) != 1) {
        return false;
    }
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    char *at = out;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *at++ = '-';
        }
        *at++ = hex[bytes[i] >> 4];
        *at++ = hex[bytes[i] & 15];
    }
    *at = '\0';
    return true;
}

bool claims_set(json_t *claims, const char *client_id)
{
    char jti[CLAIMS_UUID + 1];
    if (!claims_uuid(jti)) {
        return false;
    }
    if (client_id == NULL) {
        client_id = json_string_value(json_object_get(claims, "clientId"));
    }
    json_int_t now = (json_int_t)time(NULL);
    json_t *act = json_object();
    int failed = json_object_set_new(act, "client_id", json_string(BENCH_CONSUMER));
    failed |= json_object_set_new(claims, "client_id", json_string(client_id));
    failed |= json_object_set_new(claims, "iss", json_string(BENCH_ISSUER));
    failed |= json_object_set_new(claims, "iat", json_integer(now));
    failed |= json_object_set_new(claims, "exp", json_integer(now + BENCH_LIFETIME));
    failed |= json_object_set_new(claims, "aud", json_string(BENCH_AUDIENCE));
    failed |= json_object_set_new(claims, "jti", json_string(jti));
    failed |= json_object_set_new(claims, "act", act);
    return failed == 0;
}

static bool is_text(const json_t *value, const char *text)
{
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

bool claims_hold(const json_t *claims)
{
    const json_t *exp = json_object_get(claims, "exp");
    return json_is_integer(exp) && json_integer_value(exp) > (json_int_t)time(NULL) &&
           is_text(json_object_get(claims, "iss"), BENCH_ISSUER) && is_text(json_object_get(claims, "aud"), BENCH_AUDIENCE);
}

bool claims_text_hold(const char *text, size_t len)
{
    json_t *claims = json_loadb(text, len, 0, NULL);
    bool hold = claims_hold(claims);
    json_decref(claims);
    return hold;
}
