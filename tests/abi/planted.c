/*
 * A library with the public headers' types in its functions: what the ABI checker is tested on. Changes are planted in
 * copies of the headers and of this file.
 */
#include <xcj.h>

const char *xcj_code_name(xcj_code code)
{
    return code == XCJ_OK ? "XCJ_OK" : "XCJ_ERR_?";
}

xcj_str xcj_text(const char *text)
{
    xcj_str view = { text, 0 };
    return view;
}

xcj_code xcj_key_from_jwk(xcj_key **out, const char *text, size_t len, const xcj_key_options *options, xcj_error *err)
{
    *out = NULL;
    return text == NULL || len == 0 || options == NULL || err == NULL ? XCJ_ERR_ARGUMENT : XCJ_OK;
}

xcj_code xcj_key_relabel(xcj_key **out, const xcj_key *key, const xcj_key_labels *labels, xcj_error *err)
{
    *out = NULL;
    return key == NULL || labels == NULL || err == NULL ? XCJ_ERR_ARGUMENT : XCJ_OK;
}
