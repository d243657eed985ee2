/*
 * source.c: keys from a file, a variable or a URL.
 */
#include "cli/remote/source.h"

static msg_status accept_all(void *to, xcj_str content, fetch_why *why)
{
    text *out = to;
    text_add(out, content.ptr, content.len);
    return out->failed ? fetch_fail(why, STATUS_INTERNAL, "out of memory") : STATUS_OK;
}

/* Refuses an answer without a key, so that it is not cached: the server may be repaired before the answer would be stale. */
static msg_status accept_keys(void *to, xcj_str content, fetch_why *why)
{
    xcj_error err;
    xcj_keyset *set = NULL;
    xcj_code code = xcj_keyset_from_data(&set, (const uint8_t *)content.ptr, content.len, NULL, &err);
    xcj_keyset_free(set);
    if (code != XCJ_OK && code != XCJ_ERR_PASSPHRASE) {
        return fetch_fail(why, msg_status_of(code, ABOUT_INPUT), "%s", err.message);
    }
    return accept_all(to, content, why);
}

static msg_status read_url(text *out, const char *option, const char *source, page_accept accept, const pages_args *args)
{
    url_parts parts;
    pages from;
    shown name;
    msg_status status = pages_read_url(&parts, option, source, args->allow_http);
    if (status == STATUS_OK) {
        status = pages_open(&from, args);
    }
    if (status != STATUS_OK) {
        return status;
    }
    page of = { .url = source };
    status = page_load(&of, &from, accept, out);
    pages_close(&from);
    return status == STATUS_OK ? status : msg_fail(status, source_name(&name, source), "%s", of.why.text);
}

static msg_status read_any(text *out, const char *option, const char *source, page_accept accept, const pages_args *args)
{
    return io_is_url(source) ? read_url(out, option, source, accept, args)
                             : io_read(out, option, source, IO_KEY_LIMIT, STATUS_INPUT);
}

msg_status source_read(text *out, const char *option, const char *source, const pages_args *args)
{
    return read_any(out, option, source, accept_all, args);
}

msg_status source_load(keys_loaded *out, const char *option, const char *source, const keys_how *how, const pages_args *args)
{
    *out = (keys_loaded){ NULL, false, false };
    text data = TEXT_INIT;
    shown name;
    msg_status status = read_any(&data, option, source, accept_keys, args);
    if (status == STATUS_OK) {
        status = keys_load_data(out, &data, source_name(&name, source), how);
    }
    text_free(&data);
    return status;
}

const char *source_name(shown *room, const char *source)
{
    if (!io_is_url(source)) {
        return io_name(source);
    }
    *room = shown_url(xcj_text(source));
    return room->text;
}

static bool has_url(const opt_list *list)
{
    bool found = false;
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        found = found || io_is_url(io_operand(list->items[i]));
    }
    return found;
}

msg_status source_check(const pages_args *args, const char *verb, const opt_list *operands, const opt_list *more)
{
    if (!pages_has_options(args) || has_url(operands) || has_url(more)) {
        return STATUS_OK;
    }
    return msg_fail(STATUS_USAGE, verb, "an option about fetching goes only with a URL");
}
