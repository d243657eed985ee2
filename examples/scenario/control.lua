-- A bare signature of OpenSSL for bench.sh: a function that signs 32 bytes with the EC key of a PEM file, through one prepared context.
local ffi = require("ffi")
ffi.cdef([[
typedef struct xcj_control_st xcj_control;
xcj_control *BIO_new_file(const char *name, const char *mode);
xcj_control *PEM_read_bio_PrivateKey(xcj_control *in, void *, void *, void *);
xcj_control *EVP_PKEY_CTX_new_from_pkey(void *, xcj_control *key, const char *);
int EVP_PKEY_sign_init(xcj_control *context);
int EVP_PKEY_sign(xcj_control *context, unsigned char *signature, size_t *len, const unsigned char *digest, size_t digest_len);
]])

return function(pem)
    local crypto = ffi.load("libcrypto.so.3")
    local key = crypto.PEM_read_bio_PrivateKey(crypto.BIO_new_file(pem, "r"), nil, nil, nil)
    local context = crypto.EVP_PKEY_CTX_new_from_pkey(nil, key, nil)
    assert(crypto.EVP_PKEY_sign_init(context) == 1)
    local signature, len, digest = ffi.new("unsigned char[80]"), ffi.new("size_t[1]"), ffi.new("unsigned char[32]")
    return function()
        len[0] = 80
        assert(crypto.EVP_PKEY_sign(context, signature, len, digest, 32) == 1)
    end
end
