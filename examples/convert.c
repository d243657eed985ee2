/*
 * convert.c: reads a key (JWK, PEM or DER), writes its public part as PEM and prints its thumbprint.
 *
 *     example_convert <KEY >PUBLIC.pem
 */
#include <stdio.h>
#include <xcj.h>

static int convert(const xcj_key *key)
{
    char *pem = NULL;
    char *thumbprint = NULL;
    size_t pem_len = 0;
    size_t thumbprint_len = 0;
    xcj_error err;
    int status = 1;
    if (xcj_key_to_pem(&pem, &pem_len, key, XCJ_PUBLIC, &err) != XCJ_OK ||
        xcj_key_thumbprint(&thumbprint, &thumbprint_len, key, XCJ_SHA256, &err) != XCJ_OK) {
        fprintf(stderr, "%s\n", err.message);
        goto out;
    }
    fprintf(stderr, "%s key, %u bits, thumbprint %s\n", xcj_kty_name(xcj_key_type(key)), xcj_key_bits(key), thumbprint);
    status = fwrite(pem, 1, pem_len, stdout) == pem_len ? 0 : 1;
out:
    xcj_free(thumbprint);
    xcj_free(pem);
    return status;
}

int main(void)
{
    uint8_t data[65536];
    size_t len = fread(data, 1, sizeof data, stdin);
    xcj_key *key = NULL;
    xcj_error err;
    if (xcj_key_from_data(&key, data, len, NULL, &err) != XCJ_OK) {
        fprintf(stderr, "%s: %s\n", xcj_code_name(err.code), err.message);
        return 1;
    }
    int status = convert(key);
    xcj_key_free(key);
    return status;
}
