/*
 * token.c: one token, as a line of output.
 */
#include <string.h>

#include <xcj/jws.h>

#include "cli/io/doc.h"
#include "cli/mint/mint.h"

static xcj_code mint(text *token, const mint_job *job, xcj_scratch *scratch, xcj_error *err)
{
    if (job->args->bare || job->args->jws) {
        return mint_jws(token, job, scratch, err);
    }
    const text *claims = &job->claims;
    const size_t bound = job->authenticated ? xcj_mint_bound(job->minter, &job->auth)
                                            : xcj_mint_claims_bound(job->minter, claims->len, &job->auth);
    char *room = text_room(token, bound);
    if (room == NULL) {
        return XCJ_ERR_MEMORY;
    }
    size_t len = 0;
    xcj_code code = job->authenticated ? xcj_mint(room, bound, &len, job->minter, &job->auth, scratch, err)
                                       : xcj_mint_claims(room, bound, &len, job->minter, claims->ptr, claims->len,
                                                         &job->auth, scratch, err);
    token->len += len;
    return code;
}

static xcj_str field_name(const mint_job *job)
{
    if (job->header_name != NULL) {
        return xcj_text(job->header_name);
    }
    return job->minter != NULL ? xcj_kong_upstream_header(job->minter) : xcj_text("X-Custom-Jwt");
}

static void add_field(text *lines, const mint_job *job, xcj_str token)
{
    xcj_str name = field_name(job);
    text_add(lines, name.ptr, name.len);
    text_puts(lines, ": ");
    text_puts(lines, xcj_kong_header_prefix(name.ptr, name.len));
    text_add(lines, token.ptr, token.len);
}

static void add_text(text *lines, const char *before, const char *start, const char *end)
{
    text_puts(lines, before);
    (void)doc_string(lines, start, (size_t)(end - start));
}

/* The token with its field, its parts as the flattened serialisation names them (RFC 7515 7.2.2), and its claims. */
static xcj_code add_json(text *lines, const mint_job *job, xcj_str token, xcj_error *err)
{
    xcj_unverified *taken = NULL;
    xcj_code code = xcj_unverified_decode(&taken, token.ptr, token.len, err);
    if (code != XCJ_OK) {
        return code;
    }
    const char *end = token.ptr + token.len;
    const char *payload = (const char *)memchr(token.ptr, '.', token.len) + 1;
    const char *signature = (const char *)memchr(payload, '.', (size_t)(end - payload)) + 1;
    xcj_str field = field_name(job);
    add_text(lines, "{\"token\":", token.ptr, end);
    add_text(lines, ",\"field\":", field.ptr, field.ptr + field.len);
    add_text(lines, ",\"protected\":", token.ptr, payload - 1);
    add_text(lines, ",\"payload\":", payload, signature - 1);
    add_text(lines, ",\"signature\":", signature, end);
    doc_member(lines, "claims", xcj_unverified_payload(taken));
    text_puts(lines, "}");
    xcj_unverified_free(taken);
    return XCJ_OK;
}

xcj_code mint_hand_make(mint_hand *hand, xcj_error *err)
{
    return xcj_scratch_new(&hand->scratch, err);
}

void mint_hand_free(mint_hand *hand)
{
    xcj_scratch_free(hand->scratch);
    text_free(&hand->token);
}

xcj_code mint_line(text *lines, const mint_job *job, mint_hand *hand, xcj_error *err)
{
    text *token = &hand->token;
    token->len = 0;
    xcj_code code = mint(token, job, hand->scratch, err);
    if (code != XCJ_OK) {
        xcj_error why;
        const xcj_code noted = code == XCJ_ERR_MEMORY ? XCJ_OK : mint_audit(job, (xcj_str){ NULL, 0 }, err, &why);
        *err = noted != XCJ_OK ? why : *err;
        return noted != XCJ_OK ? noted : code;
    }
    code = mint_audit(job, text_view(token), NULL, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (job->form == MINT_JSON && !job->args->jws) {
        code = add_json(lines, job, text_view(token), err);
    } else if (job->form == MINT_HEADER) {
        add_field(lines, job, text_view(token));
    } else {
        text_add(lines, token->ptr, token->len);
    }
    text_puts(lines, "\n");
    return lines->failed || token->failed ? XCJ_ERR_MEMORY : code;
}

msg_status mint_fail(const xcj_error *err)
{
    return err->code == XCJ_ERR_MEMORY ? msg_fail_memory() : msg_fail_error(ABOUT_OPTION, "mint", err);
}
