#include "lib/gateway/filter_build.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_path.h"
#include "lib/codec/json_write.h"

#define NAME(literal)                                                                                                       \
    {                                                                                                                       \
        literal, sizeof(literal) - 1                                                                                        \
    }

static const xcj_str screened[] = { NAME("nbf"), NAME("may_act"), NAME("nonce"), NAME("at_hash"), NAME("c_hash") };

static xcj_code wrong(const char *option, xcj_str entry, const char *what, xcj_error *err)
{
    char shown[XCJ__SHOWN];
    xcj__sanitise(shown, sizeof shown, entry.ptr, entry.len);
    return xcj__fail_at(err, XCJ_ERR_CONFIG, option, XCJ_NO_OFFSET, "%s: '%s' %s", option, shown, what);
}

static xcj_code check_pointer(xcj_str pointer, const char *option, xcj_error *err)
{
    xcj_str rest = pointer;
    size_t len;
    char *part = xcj__alloc(rest.len);
    if (part == NULL) {
        return xcj__fail_memory(err);
    }
    bool good = true;
    while (good && rest.len > 0) {
        good = xcj__json_take_part(part, &len, &rest);
    }
    xcj_free(part);
    return good ? XCJ_OK : wrong(option, pointer, "is no JSON Pointer: write ~0 for a tilde and ~1 for a slash", err);
}

static xcj_code check_paths(const xcj_str *list, size_t count, const char *option, xcj_error *err)
{
    xcj_code code = xcj__names_check(list, count, option, err);
    for (size_t i = 0; code == XCJ_OK && i < count; i++) {
        if (xcj__json_is_pointer(list[i])) {
            code = check_pointer(list[i], option, err);
        }
    }
    return code;
}

xcj_code xcj__paths_copy(xcj__names *out, const xcj_str *list, size_t count, const char *option, xcj_error *err)
{
    xcj_code code = check_paths(list, count, option, err);
    return code == XCJ_OK ? xcj__names_copy(out, list, count, option, err) : code;
}

static size_t count_parts(xcj_str pointer)
{
    size_t count = 0;
    for (size_t i = 0; i < pointer.len; i++) {
        count += pointer.ptr[i] == '/';
    }
    return count;
}

/* The pointer was checked and has several parts. */
static xcj_code add_path(xcj__filter *filter, xcj_str pointer, bool dropped, const char *option, xcj_error *err)
{
    const size_t count = count_parts(pointer);
    if (filter->paths_count == XCJ__PATHS_MAX || count > XCJ__PATH_PARTS) {
        return wrong(option, pointer, count > XCJ__PATH_PARTS ? "has more than 16 parts" : "is one pointer too many: 64",
                     err);
    }
    if (filter->paths == NULL) {
        filter->paths = xcj__zalloc(XCJ__PATHS_MAX * sizeof *filter->paths);
    }
    xcj_str *parts = xcj__names_alloc(count, pointer.len);
    if (filter->paths == NULL || parts == NULL) {
        xcj_free(parts);
        return xcj__fail_memory(err);
    }
    char *text = (char *)(parts + count);
    for (size_t i = 0; i < count; i++) {
        (void)xcj__json_take_part(text, &parts[i].len, &pointer);
        parts[i].ptr = text;
        text += parts[i].len;
    }
    filter->paths[filter->paths_count++] = (xcj__path){ parts, count, dropped };
    xcj__shape_add(&filter->roots, parts[0]);
    return XCJ_OK;
}

/* act and cnf stay whole: who has acted is not for a gateway to edit, and cnf is never copied. */
static bool stays_whole(xcj_str name)
{
    return xcj__str_is(name, "act") || xcj__str_is(name, "cnf");
}

/* Where the entries of one option go. */
typedef struct sorting {
    xcj__filter *filter;
    xcj__names *names; /* whole claims */
    bool dropped;      /* parts of claims are dropped, not kept */
    bool renamed;
    const char *option;
} sorting;

/* A name, or a pointer to a whole claim, goes to `text` and counts; another pointer becomes a path. */
static xcj_code sort_entry(const sorting *s, xcj_str *own, char *text, xcj_str entry, xcj_error *err)
{
    xcj_str rest = entry;
    *own = (xcj_str){ text, entry.len };
    if (xcj__json_is_pointer(entry)) {
        (void)xcj__json_take_part(text, &own->len, &rest);
    } else {
        memcpy(text, entry.ptr, entry.len);
        rest.len = 0;
    }
    if (stays_whole(*own) && (rest.len > 0 || s->renamed)) {
        return wrong(s->option, entry, "names act or cnf, or a part of it", err);
    }
    if (rest.len == 0) {
        s->names->count++;
        return XCJ_OK;
    }
    return add_path(s->filter, entry, s->dropped, s->option, err);
}

static xcj_code sort_out(const sorting *s, const xcj_str *list, size_t count, xcj_error *err)
{
    xcj_str *own = xcj__names_alloc(count, xcj__names_bytes(list, count));
    if (own == NULL) {
        return xcj__fail_memory(err);
    }
    *s->names = (xcj__names){ .list = own };
    char *text = (char *)(own + count);
    xcj_code code = XCJ_OK;
    for (size_t i = 0; code == XCJ_OK && i < count; i++) {
        code = sort_entry(s, &own[s->names->count], text, list[i], err);
        text += list[i].len;
    }
    *s->names = xcj__names_of(own, s->names->count);
    return code;
}

static xcj_code build_lists(xcj__filter *out, const xcj_mint_options *options, xcj_error *err)
{
    const sorting drop = { out, &out->listed, true, false, "drop_claims" };
    const sorting keep = { out, &out->listed, false, false, "keep_claims" };
    const xcj__json_item cnf = xcj__name_item(xcj__claim_name(XCJ__CNF));
    if (options->keep_claims == NULL) {
        size_t count = options->inbound == XCJ_INBOUND_ALL ? 0 : sizeof screened / sizeof *screened;
        out->screened = xcj__names_of(screened, count);
        xcj_code code = check_paths(options->drop_claims, options->drop_claims_count, drop.option, err);
        return code == XCJ_OK ? sort_out(&drop, options->drop_claims, options->drop_claims_count, err) : code;
    }
    if (options->drop_claims_count > 0) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "keep_claims", XCJ_NO_OFFSET,
                            "drop_claims and keep_claims are not given together");
    }
    out->keep_only = true;
    xcj_code code = check_paths(options->keep_claims, options->keep_claims_count, keep.option, err);
    if (code == XCJ_OK) {
        code = sort_out(&keep, options->keep_claims, options->keep_claims_count, err);
    }
    if (code == XCJ_OK && xcj__names_have(&out->listed, &cnf)) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "keep_claims", XCJ_NO_OFFSET,
                            "keep_claims names cnf, which is never copied: it binds the Bearer token to a key");
    }
    return code;
}

static xcj_code check_targets(const xcj__names *targets, const xcj__names *custom, xcj_error *err)
{
    for (size_t i = 0; i < targets->count; i++) {
        const xcj__json_item item = xcj__name_item(targets->list[i]);
        const xcj__names before = xcj__names_of(targets->list, i);
        if (item.name.len == 0) {
            return wrong("rename_claims", item.name, "is empty", err);
        }
        if (xcj__claims_alike(&item) || xcj__names_alike(custom, &item)) {
            return wrong("rename_claims", item.name, "is a claim of the gateway's own", err);
        }
        if (xcj__names_alike(&before, &item)) {
            return wrong("rename_claims", item.name, "is the new name of several claims", err);
        }
    }
    return XCJ_OK;
}

static xcj_code build_renames(xcj__filter *out, const xcj_rename *renames, size_t count, xcj_error *err)
{
    xcj_str from[XCJ__PATHS_MAX];
    xcj_str to[XCJ__PATHS_MAX];
    const sorting sources = { out, &out->moved, true, true, "rename_claims" };
    if (count > XCJ__PATHS_MAX) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "rename_claims", XCJ_NO_OFFSET, "rename_claims has more than %d entries",
                            XCJ__PATHS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        from[i] = renames[i].from;
        to[i] = renames[i].to;
    }
    xcj_code code = xcj__paths_copy(&out->sources, from, count, sources.option, err);
    if (code == XCJ_OK) {
        code = sort_out(&sources, from, count, err);
    }
    return code == XCJ_OK ? xcj__names_copy(&out->targets, to, count, sources.option, err) : code;
}

void xcj__filter_free(xcj__filter *filter)
{
    for (size_t i = 0; i < filter->paths_count; i++) {
        xcj_free((xcj_str *)filter->paths[i].parts);
    }
    xcj_free(filter->paths);
    xcj_free((xcj_str *)filter->listed.list);
    xcj_free((xcj_str *)filter->sources.list);
    xcj_free((xcj_str *)filter->moved.list);
    xcj_free((xcj_str *)filter->targets.list);
    xcj_free((xcj_str *)filter->required.list);
    *filter = (xcj__filter){ .keep_only = false };
}

xcj_code xcj__filter_build(xcj__filter *out, const xcj_mint_options *options, const xcj__names *custom, xcj_error *err)
{
    *out = (xcj__filter){ .keep_only = false };
    xcj_code code = build_lists(out, options, err);
    if (code == XCJ_OK && options->rename_claims_count > 0) {
        code = build_renames(out, options->rename_claims, options->rename_claims_count, err);
    }
    if (code == XCJ_OK) {
        code = check_targets(&out->targets, custom, err);
    }
    return code == XCJ_OK ? xcj__paths_copy(&out->required, options->require_claims, options->require_claims_count,
                                            "require_claims", err)
                          : code;
}
