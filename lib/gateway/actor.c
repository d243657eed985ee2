#include "lib/gateway/actor.h"

#include "lib/base/error.h"
#include "lib/codec/json_write.h"

/* One actor of the inbound chain. */
typedef struct actor {
    xcj_str consumer; /* to compare with */
    size_t members;
    bool is_consumer; /* has the consumer as its client_id */
    xcj__json_value act;
} actor;

static xcj_code note_member(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    actor *a = ctx;
    const xcj__json_value *value = &item->value;
    a->members++;
    if (xcj__json_named(item, "act")) {
        a->act = *value;
    } else if (value->type == XCJ__JSON_STRING && xcj__json_named(item, "client_id")) {
        a->is_consumer = xcj__json_equal(value->text, value->escaped, a->consumer.ptr, a->consumer.len);
    }
    return XCJ_OK;
}

/* Counts the actors of the chain and reads the first. */
static xcj_code read_chain(actor *first, const xcj__inbound *in, xcj_error *err)
{
    actor next = *first;
    xcj__json_value act = in->act;
    for (size_t actors = 1; act.type != 0; actors++) {
        if (act.type != XCJ__JSON_OBJECT) {
            return xcj__fail_at(err, XCJ_ERR_CREDENTIAL, "act", XCJ_NO_OFFSET,
                                "%sThe Bearer token's 'act' claim is not an object", in->settings->sentences->issue);
        }
        if (actors == XCJ__ACTORS_MAX) {
            return xcj__fail_at(err, XCJ_ERR_LIMIT, "act", XCJ_NO_OFFSET,
                                "%sThe Bearer token's 'act' claim has %d actors or more: the limit is %d with ours",
                                in->settings->sentences->issue, XCJ__ACTORS_MAX, XCJ__ACTORS_MAX);
        }
        next = (actor){ .consumer = first->consumer };
        xcj_code code = xcj__json_scan(act.raw.ptr, act.raw.len, XCJ__JSON_OBJECT, NULL, note_member, &next, err);
        if (code != XCJ_OK) {
            return code;
        }
        *first = actors == 1 ? next : *first;
        act = next.act;
    }
    return XCJ_OK;
}

xcj_code xcj__actor_put(xcj__buf *out, const xcj__inbound *in, xcj_str consumer, xcj_error *err)
{
    if (consumer.ptr == NULL && in->act.type == 0) {
        return XCJ_OK;
    }
    actor inbound = { .consumer = consumer };
    xcj_code code = read_chain(&inbound, in, err);
    if (code != XCJ_OK) {
        return code;
    }
    const bool is_ours = in->settings->flat_act && inbound.is_consumer && inbound.members == 1;
    xcj__buf_put_text(out, ",\"act\":{");
    if (consumer.ptr != NULL) {
        xcj__buf_put_text(out, "\"client_id\":");
        xcj__json_put_string(out, consumer);
    }
    if (in->act.type != 0 && !is_ours) {
        xcj__buf_put_text(out, consumer.ptr != NULL ? ",\"act\":" : "\"act\":");
        xcj__buf_put_str(out, in->act.raw);
    }
    xcj__buf_put_char(out, '}');
    return XCJ_OK;
}
