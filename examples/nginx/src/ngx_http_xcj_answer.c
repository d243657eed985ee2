#include "ngx_http_xcj.h"

ngx_int_t ngx_http_xcj_answer(ngx_http_request_t *r, ngx_uint_t status, const ngx_str_t *body)
{
    ngx_str_t type = ngx_string("application/json");
    ngx_http_complex_value_t value;
    ngx_memzero(&value, sizeof value);
    value.value = *body;
    return ngx_http_send_response(r, status, &type, &value);
}
