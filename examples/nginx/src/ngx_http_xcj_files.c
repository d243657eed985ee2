/*
 * Files named by directives. The master process reads them while it reads the configuration. On a fault nginx refuses the
 * configuration; at a reload it keeps the current one.
 */
#include "ngx_http_xcj.h"

#define FILE_MAX (16 * 1024 * 1024)

void ngx_http_xcj_conf_error(ngx_conf_t *cf, const ngx_http_xcj_place *at, ngx_err_t err, const char *format, ...)
{
    u_char text[NGX_MAX_ERROR_STR];
    va_list args;
    va_start(args, format);
    u_char *end = ngx_vslprintf(text, text + sizeof text, format, args);
    va_end(args);
    ngx_log_error(NGX_LOG_EMERG, cf->log, err, "%*s in %V:%ui", (size_t)(end - text), text, &at->file, at->line);
}

void ngx_http_xcj_wipe(ngx_str_t *text)
{
    if (text->data != NULL) {
        ngx_explicit_memzero(text->data, text->len);
        ngx_free(text->data);
    }
    ngx_str_null(text);
}

static ngx_int_t read_all(ngx_fd_t fd, u_char *data, size_t len)
{
    for (size_t got = 0; got < len;) {
        ssize_t n = ngx_read_fd(fd, data + got, len - got);
        if (n <= 0) {
            return NGX_ERROR;
        }
        got += (size_t)n;
    }
    return NGX_OK;
}

/* Reads an open file into memory outside a pool: the file may contain a private key, and the memory is wiped soon. */
static ngx_int_t read_open(ngx_str_t *out, ngx_conf_t *cf, ngx_fd_t fd, const ngx_str_t *path, const ngx_http_xcj_place *at)
{
    ngx_file_info_t info;
    if (ngx_fd_info(fd, &info) == NGX_FILE_ERROR || !ngx_is_file(&info)) {
        ngx_http_xcj_conf_error(cf, at, 0, "\"%V\" is not a regular file", path);
        return NGX_ERROR;
    }
    if (ngx_file_size(&info) > FILE_MAX) {
        ngx_http_xcj_conf_error(cf, at, 0, "\"%V\" is longer than 16 MiB", path);
        return NGX_ERROR;
    }
    out->len = (size_t)ngx_file_size(&info);
    out->data = ngx_alloc(out->len + 1, cf->log);
    if (out->data == NULL) {
        return NGX_ERROR;
    }
    if (read_all(fd, out->data, out->len) != NGX_OK) {
        ngx_http_xcj_conf_error(cf, at, ngx_errno, "\"%V\" cannot be read", path);
        ngx_http_xcj_wipe(out);
        return NGX_ERROR;
    }
    return NGX_OK;
}

static ngx_fd_t open_file(ngx_conf_t *cf, const ngx_str_t *path, const ngx_http_xcj_place *at)
{
    ngx_fd_t fd = ngx_open_file(path->data, NGX_FILE_RDONLY | NGX_FILE_NONBLOCK, NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        ngx_http_xcj_conf_error(cf, at, ngx_errno, "\"%V\" cannot be opened", path);
    }
    return fd;
}

ngx_int_t ngx_http_xcj_read_file(ngx_str_t *out, ngx_conf_t *cf, const ngx_str_t *path, const ngx_http_xcj_place *at)
{
    ngx_str_null(out);
    ngx_fd_t fd = open_file(cf, path, at);
    if (fd == NGX_INVALID_FILE) {
        return NGX_ERROR;
    }
    ngx_int_t rc = read_open(out, cf, fd, path, at);
    ngx_close_file(fd);
    return rc;
}

/* A file that a directive names must be present, even if nothing uses it yet. */
ngx_int_t ngx_http_xcj_name_file(ngx_conf_t *cf, ngx_str_t *path, ngx_http_xcj_place *at)
{
    at->file = cf->conf_file->file.name;
    at->line = cf->conf_file->line;
    if (ngx_conf_full_name(cf->cycle, path, 1) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_fd_t fd = open_file(cf, path, at);
    if (fd == NGX_INVALID_FILE) {
        return NGX_ERROR;
    }
    ngx_close_file(fd);
    return NGX_OK;
}
