/*
 * members.c: members of a JSON object, from options.
 */
#include <stdio.h>
#include <string.h>

#include "cli/io/doc.h"
#include "cli/io/shown.h"
#include "cli/mint/mint.h"

void mint_add_raw(text *members, xcj_str raw)
{
    text_puts(members, members->len > 0 && raw.len > 0 ? "," : "");
    text_add(members, raw.ptr, raw.len);
}

msg_status mint_add_member(text *members, const char *option, xcj_str name, xcj_str value, bool is_json)
{
    char where[300];
    (void)snprintf(where, sizeof where, "--%s %s", option, shown_name(name.ptr, name.len).text);
    if (is_json) {
        msg_status status = doc_check(where, value, false);
        if (status != STATUS_OK) {
            return status;
        }
    }
    text_puts(members, members->len > 0 ? "," : "");
    bool fine = doc_string(members, name.ptr, name.len);
    text_puts(members, ":");
    if (is_json) {
        text_add(members, value.ptr, value.len);
    } else {
        fine = fine && doc_string(members, value.ptr, value.len);
    }
    return fine ? STATUS_OK : msg_fail(STATUS_INPUT, where, "is not UTF-8");
}

msg_status mint_add_pair(text *members, const opt_row *row, const char *pair)
{
    const char *equals = strchr(pair, '=');
    if (equals == NULL) {
        return msg_fail(STATUS_USAGE, "mint", "--%s wants %s, with an equals sign", row->name, row->metavar);
    }
    const xcj_str name = { pair, (size_t)(equals - pair) };
    return mint_add_member(members, row->name, name, xcj_text(equals + 1), strstr(row->name, "-json") != NULL);
}
