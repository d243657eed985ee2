/*
 * Keys of OpenSSH, made by ssh-keygen for these tests alone, and what is wrong with keys that only look like them.
 */
#include "check_main.h"

#include <stdio.h>

#include "fixtures.h"
#include "lib/codec/base64url.h"
#include "lib/key/jwk.h"
#include "lib/key/key.h"
#include "lib/key/openssh.h"

static xcj_error err;

static const struct {
    const char *type;
    const char *crv;
    const char *line;
    const char *block; /* base64 of what is in the PEM */
} KEYS[] = {
    { "RSA", NULL,
      "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCazorMkc9di9m42AA2I7+wxDra51awUXz/UeDXERZPShPv+uLLiAGbkongNiUv"
      "NJXgfOZknO7FfmsyCJ8CFERFXg1u4Gk8yD3+nBWmnDCwVEgi07bouNH11O84dy2fnZk1mV4/joWSdP+zEasa5tvT/49MuRoBZBe4"
      "Tx3KaTArqjd5xn4wePZnv8drmBpdeGOrneKcSAGkrkzMdIHwULZfFL6dqxYNPIGkWtgU5tHDRf2vvtXpm2HeAymfzXQlcyUjcJxd"
      "pQk+yuNRHD/CU3+TmD+kWO/ySMTp4o5t8d9lnIWJzSfHxpJLTBiEh5ujHvOgtbF78unYw+vyF39XEk6iZi+PbzorHW5LMjRy/Jy4"
      "KUv6S6oNtCeYXpNQrPHEu35LYUcszj5MSAu3IbuVpOWNVCqjSlMig03NlUEKYvab4heJtCKdvJEjLghE9PaiNmt0sGOigjgQl+lb"
      "bmzYgyd2Qyed/81E/tR8f8fh6EmzMgFF0O9SmF2IlNWJmaOhxg8= someone@example",
      "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAABlwAAAAdzc2gtcnNhAAAAAwEAAQAAAYEAms6KzJHPXYvZ"
      "uNgANiO/sMQ62udWsFF8/1Hg1xEWT0oT7/riy4gBm5KJ4DYlLzSV4HzmZJzuxX5rMgifAhRERV4NbuBpPMg9/pwVppwwsFRIItO2"
      "6LjR9dTvOHctn52ZNZleP46FknT/sxGrGubb0/+PTLkaAWQXuE8dymkwK6o3ecZ+MHj2Z7/Ha5gaXXhjq53inEgBpK5MzHSB8FC2"
      "XxS+nasWDTyBpFrYFObRw0X9r77V6Zth3gMpn810JXMlI3CcXaUJPsrjURw/wlN/k5g/pFjv8kjE6eKObfHfZZyFic0nx8aSS0wY"
      "hIebox7zoLWxe/Lp2MPr8hd/VxJOomYvj286Kx1uSzI0cvycuClL+kuqDbQnmF6TUKzxxLt+S2FHLM4+TEgLtyG7laTljVQqo0pT"
      "IoNNzZVBCmL2m+IXibQinbyRIy4IRPT2ojZrdLBjooI4EJfpW25s2IMndkMnnf/NRP7UfH/H4ehJszIBRdDvUphdiJTViZmjocYP"
      "AAAFiBc4oS0XOKEtAAAAB3NzaC1yc2EAAAGBAJrOisyRz12L2bjYADYjv7DEOtrnVrBRfP9R4NcRFk9KE+/64suIAZuSieA2JS80"
      "leB85mSc7sV+azIInwIUREVeDW7gaTzIPf6cFaacMLBUSCLTtui40fXU7zh3LZ+dmTWZXj+OhZJ0/7MRqxrm29P/j0y5GgFkF7hP"
      "HcppMCuqN3nGfjB49me/x2uYGl14Y6ud4pxIAaSuTMx0gfBQtl8Uvp2rFg08gaRa2BTm0cNF/a++1embYd4DKZ/NdCVzJSNwnF2l"
      "CT7K41EcP8JTf5OYP6RY7/JIxOnijm3x32WchYnNJ8fGkktMGISHm6Me86C1sXvy6djD6/IXf1cSTqJmL49vOisdbksyNHL8nLgp"
      "S/pLqg20J5hek1Cs8cS7fkthRyzOPkxIC7chu5Wk5Y1UKqNKUyKDTc2VQQpi9pviF4m0Ip28kSMuCET09qI2a3SwY6KCOBCX6Vtu"
      "bNiDJ3ZDJ53/zUT+1Hx/x+HoSbMyAUXQ71KYXYiU1YmZo6HGDwAAAAMBAAEAAAGABXm0sxOdMAPYSY9qQn/1Mb1fD4sLJ+VZ9HXi"
      "6/hwv5ExL1XCW8yNsgD223VOz2KewnfodjqOv3F/PR/M7/fjikiPVRKe5kV22+CNa30uw63Xd1Phrk2LL5S+eVLNzE14s8qe6MST"
      "uOBmguDnGmZ78/2gBeiuIMp3hE9YEGa0C3dTyvzYTcKZhIXl+cpBdHjjnZhSAZESbc60bK7aQbO5H5fOPilk+EbhlvyXk/WuCaga"
      "FvM7Aa47Qez+teZAa2qtIXy4oMmvUDOL9Pbf6KJfyURqiW+pmN96FXm5yHqJzv3LF5uumzomuNo6eIup4R3nfNw6GENKCIqb3CuT"
      "N4466/HJgRodBoK45p1/uBfzzoa7n2BBjdmkGWFjzugXda7WdVF9X59E1np84pD7WBiyQcImuIRb+sfObSEpX6v+3ZY94/JTAmFA"
      "cZrlxxNsnBZV2psOGzjsNPqUfwKD4sg8l5QXR8K+52A/y9se+hH/FSIqMlzhsvjz6G14h8sv0pHxAAAAwCxr/geuHXUgEZXd9uel"
      "I6zSADTaqrye/4I89HZcHh51YVHT/EaS6g+v02Gi0pEVPpGwbA0BdCucx6WBi4ePQ1GeExz2CQjhW1XcW44RA/qDL9mUq6vRJG47"
      "3Oyo9Zz9Htdw4W6a2iJ6PhOXBy+ZcfrxhLL/tBkn1WsXIDQBg2W0wXlpTnGpp8orW8ILDy6Y85WMN/aniEuJ13n21STgvLRERuwD"
      "n5JzPLORy1CnBYThPrH3k4C8IH/zIUJc47nSLAAAAMEA1LpzIgIGq/1RjmUkH2m+7PHj2Af9wKKrT/JD6vXHgft64dYgod8xmpTe"
      "c9Ix3zoXHQyZA3oVpscni021rCVqheEg4HrcdaQ3HE3o/QNSlLb7M7+9pTBhiKOssPL5zBeakMeV6I9ISiS52F7v66rj5I5k/EIO"
      "2Sk5/xUm9Cru798xriFvVjBj/y82D3/19dM5KTuLZuHzaDWxZuLICI0LPD8T5V1CTj92xc6efDNhQdQWfIJajZm+4K5AIZP25v/j"
      "AAAAwQC6S+evkHHo2evSv2esYTPE41fWrPBeJeJGsBjKg66U0aBCDcE/4k2VcUhWRWFJG8szgzg5Jb7J4caGNzDqKHnZSz9mU8Ws"
      "qolseSGJ46eEkv1FWFsOtJgBbedA+t3uqvEvc5/qRtyikkWa9yduVaH3zXMwvf8GcudOb3r2Cj+ZxuBQnaOE7GOadbkICzxdbc4h"
      "1KDC6XFJUX1bXSj56kB4q6FSXVV/WE52F//2DgQmIT/EVBimqXvTQwbMjcd7oOUAAAAPc29tZW9uZUBleGFtcGxlAQIDBA==" },
    { "EC", "P-256",
      "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHEXKGypb2MCy1oojlE1eMcixzhJ"
      "DDoxdOItz8tOhXMCVJW/eh7ed47YkwbkkMCoa3wBeAouzoz+7aaK26JilpE= someone@example",
      "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS1zaGEyLW5pc3RwMjU2AAAACG5pc3Rw"
      "MjU2AAAAQQRxFyhsqW9jAstaKI5RNXjHIsc4SQw6MXTiLc/LToVzAlSVv3oe3neO2JMG5JDAqGt8AXgKLs6M/u2mituiYpaRAAAA"
      "qBmWRyIZlkciAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHEXKGypb2MCy1oojlE1eMcixzhJDDoxdOIt"
      "z8tOhXMCVJW/eh7ed47YkwbkkMCoa3wBeAouzoz+7aaK26JilpEAAAAhANimsH9H5poYO832UoYTVFdRTvu88410gzHLwz4JLBcy"
      "AAAAD3NvbWVvbmVAZXhhbXBsZQ==" },
    { "EC", "P-384",
      "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBALhc/LN3TGAffbRjYpR2aqz8rcS"
      "a9XWR09pSKOvfFwlUrWqT2wKSa/Z1Kq92EBGKQpYsNSi38RWAtlg73ZrNFRXuyZnPU6BY/NS7pwYfT47AdKuWIrzsnC2a/ljciKT"
      "HQ== someone@example",
      "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAiAAAABNlY2RzYS1zaGEyLW5pc3RwMzg0AAAACG5pc3Rw"
      "Mzg0AAAAYQQC4XPyzd0xgH320Y2KUdmqs/K3EmvV1kdPaUijr3xcJVK1qk9sCkmv2dSqvdhARikKWLDUot/EVgLZYO92azRUV7sm"
      "Zz1OgWPzUu6cGH0+OwHSrliK87Jwtmv5Y3Iikx0AAADYIK7urSCu7q0AAAATZWNkc2Etc2hhMi1uaXN0cDM4NAAAAAhuaXN0cDM4"
      "NAAAAGEEAuFz8s3dMYB99tGNilHZqrPytxJr1dZHT2lIo698XCVStapPbApJr9nUqr3YQEYpCliw1KLfxFYC2WDvdms0VFe7Jmc9"
      "ToFj81LunBh9PjsB0q5YivOycLZr+WNyIpMdAAAAMFkQ9WK6PukabTBwxbcpRcyD6spj35nxYlULk7cLrcLra9fl+6M1uy7H+EiX"
      "Zpb1IAAAAA9zb21lb25lQGV4YW1wbGUB" },
    { "EC", "P-521",
      "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAElX6RB/XAVYbWRZjY3ez0wk+9P"
      "CtfbWR27Lpk8r6mhgj4YEDiEgjjDxfqtHOZ+FpUXA35hcVgeDPQnfnlGYs6sGgFGcqbe8thfGzBK88cz93C/nX2qwEoUxzuP8dtq"
      "Jc5I3yS19iNFKh8wrkShAAEV5Kwo4XsI7HLimDxsMkCl70bH0g== someone@example",
      "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAArAAAABNlY2RzYS1zaGEyLW5pc3RwNTIxAAAACG5pc3Rw"
      "NTIxAAAAhQQBJV+kQf1wFWG1kWY2N3s9MJPvTwrX21kduy6ZPK+poYI+GBA4hII4w8X6rRzmfhaVFwN+YXFYHgz0J355RmLOrBoB"
      "RnKm3vLYXxswSvPHM/dwv519qsBKFMc7j/HbaiXOSN8ktfYjRSofMK5EoQABFeSsKOF7COxy4pg8bDJApe9Gx9IAAAEQGB1koBgd"
      "ZKAAAAATZWNkc2Etc2hhMi1uaXN0cDUyMQAAAAhuaXN0cDUyMQAAAIUEASVfpEH9cBVhtZFmNjd7PTCT708K19tZHbsumTyvqaGC"
      "PhgQOISCOMPF+q0c5n4WlRcDfmFxWB4M9Cd+eUZizqwaAUZypt7y2F8bMErzxzP3cL+dfarAShTHO4/x22olzkjfJLX2I0UqHzCu"
      "RKEAARXkrCjhewjscuKYPGwyQKXvRsfSAAAAQgGVhNUtkD48zUf3pwbyKYKMaoBydqmXDaXd52OPvZNlNNA2u/BBA6GZbbF4AT95"
      "8uuDDRrffqQ3ceXDy7OmgzPbpwAAAA9zb21lb25lQGV4YW1wbGUBAgM=" },
    { "OKP", "Ed25519", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAzubMkfR6KFq8YOCr+NtLSacvWX/mAZrtbpCHH0k5VJ someone@example",
      "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQAAACAM7mzJH0eihavGDgq/"
      "jbS0mnL1l/5gGa7W6Qhx9JOVSQAAAJgdUEAmHVBAJgAAAAtzc2gtZWQyNTUxOQAAACAM7mzJH0eihavGDgq/jbS0mnL1l/5gGa7W"
      "6Qhx9JOVSQAAAED9teVGfmVmp2qlEKkBH/fUSvxchwz0M4hVqxySqahU4wzubMkfR6KFq8YOCr+NtLSacvWX/mAZrtbpCHH0k5VJ"
      "AAAAD3NvbWVvbmVAZXhhbXBsZQECAwQFBg==" },
};

static const char SEALED[] =
    "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABAVSbTkJILl0grrZxOqB4SuAAAAEAAAAAEAAAAz"
    "AAAAC3NzaC1lZDI1NTE5AAAAIOKlvsueMwt3VkjKnPPCOE6g20NRxCiPX/0exfr7X56MAAAAkHxyI/uiGJeixwCyBfd2iw+yHGX4"
    "5qLU+ADDSAuKbm8XcPJwreyxyHTfXU0+wUR8QmIZRnZFy7OyeSi+t6CzLpl+svT2OWAuF7e/2xer6MLmTglnaJjjfnhcLtPrSkHR"
    "ThPnFIeq/ktGvyEXsMIPdFNBv6sqNBt3zTSHTSrZoqUvzLVLXNgm078iAplLQgStAA==";

static size_t decoded(uint8_t **bytes, const char *base64)
{
    size_t len = strlen(base64);
    *bytes = malloc(len);
    ck_assert(xcj__b64_decode(*bytes, &len, base64, len, NULL));
    return len;
}

static xcj_code read_line(xcj__jwk *jwk, const char *line, size_t len)
{
    char *copy = malloc(len + 1);
    memcpy(copy, line, len);
    xcj_code code = xcj__openssh_public(jwk, (xcj_str){ copy, len }, &err);
    memset(copy, 'x', len);
    free(copy);
    return code;
}

static xcj_code read_block(xcj__jwk *jwk, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len + 1);
    memcpy(copy, bytes, len);
    xcj_code code = xcj__openssh_private(jwk, copy, len, &err);
    memset(copy, 'x', len);
    free(copy);
    ck_assert(code == XCJ_OK || jwk->block == NULL);
    return code;
}

/* Both halves say the same key, and the private one signs for the public one. */
START_TEST(every_type)
{
    xcj__jwk from_line, from_block;
    uint8_t *bytes;
    size_t len = decoded(&bytes, KEYS[_i].block);
    ck_assert(xcj__openssh_sniff(xcj_text(KEYS[_i].line)));
    ck_assert_int_eq(read_line(&from_line, KEYS[_i].line, strlen(KEYS[_i].line)), XCJ_OK);
    ck_assert_msg(read_block(&from_block, bytes, len) == XCJ_OK, "%s", err.message);
    ck_assert(!from_line.facts.is_private && from_block.facts.is_private);
    ck_assert_str_eq(xcj_kty_name(from_line.facts.kty), KEYS[_i].type);
    const xcj__curve *curve = xcj__curve_row(from_line.facts.crv);
    ck_assert_str_eq(curve != NULL ? curve->name : "", KEYS[_i].crv != NULL ? KEYS[_i].crv : "");
    ck_assert(xcj__jwk_same(&from_line, &from_block));
    ck_assert_ptr_null(from_block.kid.ptr);
    xcj__jwk_free(&from_line);
    xcj__jwk_free(&from_block);
    char *pem = malloc(2 * strlen(KEYS[_i].block) + 200);
    sprintf(pem, "-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n-----END OPENSSH PRIVATE KEY-----\n", KEYS[_i].block);
    xcj_key *private_key, *public_key;
    ck_assert_int_eq(xcj_key_from_data(&private_key, (const uint8_t *)pem, strlen(pem), NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_from_data(&public_key, (const uint8_t *)KEYS[_i].line, strlen(KEYS[_i].line), NULL, &err),
                     XCJ_OK);
    char *a = jwk_text(private_key, XCJ_PUBLIC);
    char *b = jwk_text(public_key, XCJ_PUBLIC);
    ck_assert_str_eq(a, b);
    xcj_free(a);
    xcj_free(b);
    xcj_key_free(private_key);
    xcj_key_free(public_key);
    free(pem);
    free(bytes);
}
END_TEST

/* Cut short anywhere, or with any byte changed: never a crash, and what is still read is a whole key. */
START_TEST(damaged_blocks)
{
    uint8_t *bytes;
    size_t len = decoded(&bytes, KEYS[_i].block);
    size_t step = len > 1000 ? 11 : 1;
    xcj__jwk jwk;
    for (size_t cut = 0; cut < len; cut += step) {
        xcj_code code = read_block(&jwk, bytes, cut);
        /* The padding may be shorter. */
        ck_assert(code == XCJ_ERR_KEY || code == XCJ_ERR_KEY_TYPE);
    }
    for (size_t at = 0; at < len; at += step) {
        bytes[at] ^= (uint8_t)(1u << at % 8);
        xcj_code code = read_block(&jwk, bytes, len);
        if (code == XCJ_OK) {
            xcj_key *key;
            code = xcj__key_from_members(&key, &jwk, NULL, &err);
            ck_assert(code == XCJ_OK || code == XCJ_ERR_KEY);
            xcj_key_free(key);
        }
        bytes[at] ^= (uint8_t)(1u << at % 8);
    }
    free(bytes);
}
END_TEST

START_TEST(lines_that_are_refused)
{
    static const struct {
        const char *line;
        xcj_code code;
        const char *words;
    } rows[] = {
        { "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA", XCJ_ERR_BASE64, "base64" },
        { "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA", XCJ_ERR_KEY, "malformed" },
        { "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIDdV4Ft7jIKl8LPBUp+Bb7Pd4EMfrmKGmyjRnZJjzGZZ", XCJ_ERR_KEY, "malformed" },
        { "ssh-dss AAAAB3NzaC1kc3MAAAAA", XCJ_ERR_KEY_TYPE, "ssh-dss" },
        { "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t", XCJ_ERR_KEY_TYPE, "sk-ssh-ed25519" },
        { "ssh-ed25519", XCJ_ERR_KEY, "malformed" },
        { "", XCJ_ERR_KEY, "malformed" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        xcj__jwk jwk;
        ck_assert_msg(read_line(&jwk, rows[i].line, strlen(rows[i].line)) == rows[i].code, "%zu: %s", i, err.message);
        ck_assert_ptr_null(jwk.block);
        ck_assert_msg(strstr(err.message, rows[i].words) != NULL, "%s", err.message);
    }
    ck_assert(!xcj__openssh_sniff(xcj_text("ssh-rsa is not here")));
    ck_assert(!xcj__openssh_sniff(xcj_text("AAAAB3NzaC1yc2E AAAA1")));
    ck_assert(!xcj__openssh_sniff((xcj_str){ NULL, 0 }));
}
END_TEST

START_TEST(an_encrypted_key_is_named)
{
    uint8_t *bytes;
    size_t len = decoded(&bytes, SEALED);
    xcj__jwk jwk;
    ck_assert_int_eq(read_block(&jwk, bytes, len), XCJ_ERR_KEY);
    ck_assert_ptr_nonnull(strstr(err.message, "ssh-keygen -p -N ''"));
    free(bytes);
}
END_TEST

/* authorized_keys: comments and empty lines are passed over, and several keys make a set. */
START_TEST(several_lines)
{
    char text[4096];
    xcj_keyset *set;
    xcj_key *key;
    int len = sprintf(text, "# mine\n\n%s\r\n%s\n%s\n", KEYS[0].line, KEYS[1].line, KEYS[1].line);
    ck_assert_int_eq(xcj_keyset_from_data(&set, (uint8_t *)text, (size_t)len, NULL, &err), XCJ_OK);
    ck_assert_uint_eq(xcj_keyset_count(set), 2);
    ck_assert_int_eq(xcj_keyset_form(set), XCJ_FORM_OPENSSH);
    xcj_keyset_free(set);
    ck_assert_int_eq(xcj_key_from_data(&key, (uint8_t *)text, (size_t)len, NULL, &err), XCJ_ERR_KEY);
    ck_assert_ptr_nonnull(strstr(err.message, "2 keys"));
    len = sprintf(text, "%s\nno key\n", KEYS[1].line);
    ck_assert_int_eq(xcj_keyset_from_data(&set, (uint8_t *)text, (size_t)len, NULL, &err), XCJ_ERR_BASE64);
    ck_assert_ptr_null(set);
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("openssh");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, every_type, 0, COUNT_OF(KEYS));
    tcase_add_loop_test(tcase, damaged_blocks, 0, COUNT_OF(KEYS));
    tcase_add_test(tcase, lines_that_are_refused);
    tcase_add_test(tcase, an_encrypted_key_is_named);
    tcase_add_test(tcase, several_lines);
    Suite *s = suite_create("openssh");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
