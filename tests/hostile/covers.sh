#!/bin/sh
# Nothing is missing where everything is to fail in turn: each public function that can fail has a job in jobs.c, and each
# function of libcrypto that the library calls has a wrapper in calls.c, but those that cannot fail or whose failure is made
# by other means.
# shellcheck source=../structure/common.sh
. "$(dirname "$0")/../structure/common.sh"
packages_or_skip nm
here=$XCJ_ROOT/tests/hostile

# These allocate nothing and ask OpenSSL for nothing. Those of libxcj-jwt fail in tests/bridge/memory.c.
sed -n 's/.*XCJ_MUST_CHECK xcj_code \(xcj_[a-z0-9_]*\)(.*/\1/p' "$XCJ_ROOT"/include/xcj/*.h |
    grep -vxE 'xcj_key_admits|xcj_key_sign_alg|xcj_header_check|xcj_header_check_token|xcj_bearer_token' | sort >"$work/public"
grep -q xcj_key_from_jwk "$work/public" || bad "no public functions were found"
while read -r name; do
    grep -q "FAILING(.*$name(" "$here/jobs.c" || grep -q ": $name(" "$here/jobs.c" ||
        grep -q "= $name(\|return $name(" "$XCJ_ROOT/tests/bridge/memory.c" || bad "no job calls $name"
done <"$work/public"

sed -n 's/^CALL[_A-Z]*([^,]*, [^,]*, \([A-Za-z0-9_]*\),.*/\1/p' "$here/calls.c" | sort >"$work/wrapped"
cat >"$work/other" <<'LIST'
ASN1_INTEGER_get_int64
ASN1_TYPE_unpack_sequence
BIO_ctrl
BN_CTX_get
BN_bn2bin
BN_set_flags
BN_set_negative
EVP_PKEY_Q_keygen
EVP_PKEY_get_int_param
OBJ_obj2txt
OPENSSL_thread_stop
X509_NAME_ENTRY_set
LIST
nm -u "$XCJ_BUILD/libxcj.a" | awk '$1 == "U" { print $2 }' | sort -u |
    grep -E '^(ASN1|BIO|BN|CRYPTO|EC|EVP|OBJ|OSSL|OPENSSL|PBE|PKCS|RAND|X509|d2i|i2d)' |
    grep -vE '_free$|_it$|_up_ref$|^ERR_|^EVP_(sha[0-9]+|aes_256_cbc)$|^BIO_s_mem$|^BN_(is|u?cmp|num|swap|value|CTX_(start|end))|^EC_GROUP_get0_|_clear_free$' |
    grep -vE '^EVP_PKEY_(is_a|get0_.*)$|^OSSL_PARAM_(construct|modified)|^OBJ_(obj2nid|nid2sn)$|^OPENSSL_sk_(num|value)$|^PKCS12_(get0_mac|mac_present|SAFEBAG_get(0.*|_nid))$|^X509_(NAME_cmp|get_issuer|NAME_(ENTRY_)?get|NAME_ENTRY_set|NAME_entry|SIG_get0|get0|get_subject)' |
    comm -23 - "$work/wrapped" | comm -23 - "$work/other" >"$work/unwrapped"
while read -r name; do bad "calls.c has no wrapper for $name"; done <"$work/unwrapped"

finish "$(wc -l <"$work/public") public functions and $(wc -l <"$work/wrapped") of libcrypto"
