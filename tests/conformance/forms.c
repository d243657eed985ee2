/*
 * How a token is written: characters that are not base64url, JSON serialisations, members in two headers, critical members
 * and payloads that are not encoded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maker.h"

#define COUNT(array) (sizeof array / sizeof array[0])

/* What is put into a part, or in the place of a character there. */
static const xcj_str strangers[] = {
    { "=", 1 },
    { "==", 2 },
    { "+", 1 },
    { "/", 1 },
    { " ", 1 },
    { "\n", 1 },
    { "\r\n", 2 },
    { "\t", 1 },
    { "\0", 1 },
    { "%", 1 },
    { "~", 1 },
    { "*", 1 },
    { ",", 1 },
    { "\"", 1 },
    { "\\", 1 },
    { "\x7f", 1 },
    { "\x80", 1 },
    { "\xc3\xa9", 2 },
    { "\xef\xbb\xbf", 3 },
    { "\xff", 1 },
    { "\x01", 1 },
};

/* Every stranger at the beginning, in the middle and at the end of each part; inserted, and in place of what is there. */
static void characters(tally *t, const xcj_key *key)
{
    xcj_verify_options options = maker_policy();
    maker_token("{\"alg\":\"HS256\"}", "{\"a\":\"b\"}", 9, key, XCJ_HS256);
    maker_expect(t, "as it is", key, &options, XCJ_OK);
    char good[256];
    size_t len = made.len;
    memcpy(good, made.text, len);
    size_t first = (size_t)((const char *)memchr(good, '.', len) - good);
    size_t second = first;
    while (good[++second] != '.') {
    }
    const size_t places[] = { 0, first / 2, first, first + 1, first + 6, second, second + 1, second + 9, len };
    for (size_t i = 0; i < COUNT(strangers); i++) {
        for (size_t p = 0; p < COUNT(places); p++) {
            for (size_t replaced = 0; replaced < 2 && places[p] + replaced <= len; replaced++) {
                xcj_error err;
                xcj_verifier *verifier;
                char id[64];
                maker_begin();
                maker_put(good, places[p]);
                maker_put(strangers[i].ptr, strangers[i].len);
                maker_put(good + places[p] + replaced, len - places[p] - replaced);
                maker_must(xcj_verifier_new_key(&verifier, key, &options, &err) == XCJ_OK, err.message);
                xcj_code code = conform_verify(verifier, (xcj_str){ made.text, made.len }, NULL, NULL, false, &err);
                snprintf(id, sizeof id, "stranger %zu at %zu, %zu replaced", i, places[p], replaced);
                conform_count(t, id, code == XCJ_OK, false, "it was accepted");
                bool is_form = code == XCJ_ERR_BASE64 || code == XCJ_ERR_TOKEN;
                conform_count(t, id, is_form, true, xcj_code_name(code));
                xcj_verifier_free(verifier);
            }
        }
    }
}

/* What people wrap around a token; and dots too many, too few, or alone. */
static void wrappings(tally *t, const xcj_key *key)
{
    static const struct {
        const char *form;
        xcj_code wanted;
    } cases[] = {
        { "<.|.>", XCJ_OK },
        { " <.|.>", XCJ_ERR_TOKEN },
        { "<.|.> ", XCJ_ERR_BASE64 },
        { "<.|.>\n", XCJ_ERR_BASE64 },
        { "Bearer <.|.>", XCJ_ERR_TOKEN },
        { "'<.|.>'", XCJ_ERR_TOKEN },
        { "<.|.>.", XCJ_ERR_TOKEN },
        { ".<.|.>", XCJ_ERR_TOKEN },
        { "<..|.>", XCJ_ERR_TOKEN },
        { "<.|", XCJ_ERR_TOKEN },
        { "<", XCJ_ERR_TOKEN },
        { "", XCJ_ERR_TOKEN },
        { ".", XCJ_ERR_TOKEN },
        { "..", XCJ_ERR_JSON },
        { "...", XCJ_ERR_TOKEN },
        { ".|.>", XCJ_ERR_JSON },
        { "<..>", XCJ_ERR_SIGNATURE },
        { "<.|.", XCJ_ERR_SIGNATURE },
        { "|.<.>", XCJ_ERR_TOKEN },
        { "<.|.>.<.|.>", XCJ_ERR_TOKEN },
        { "<.|.<", XCJ_ERR_SIGNATURE },
        { "<.<.>", XCJ_ERR_SIGNATURE },
        { "<.|.>.AA.AA", XCJ_ERR_TOKEN },
    };
    xcj_verify_options options = maker_policy();
    for (size_t i = 0; i < COUNT(cases); i++) {
        maker_token("{\"alg\":\"HS256\"}", "{\"a\":1}", 7, key, XCJ_HS256);
        maker_json(cases[i].form);
        maker_expect(t, cases[i].form, key, &options, cases[i].wanted);
    }
}

#define RUN_HEADERS(cases) maker_expect_headers(t, key, &options, cases, COUNT(cases))

/* RFC 7515 4: one JSON object, each name once, each member of its type. */
static void header_texts(tally *t, const xcj_key *key)
{
    static const maker_header cases[] = {
        { "{\"alg\":\"HS256\"}", XCJ_OK },
        { " \t\r\n{ \"alg\" : \"HS256\" } \n", XCJ_OK },
        { "{\"\\u0061lg\":\"\\u0048S256\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"x\":{\"alg\":\"none\",\"alg2\":[{\"alg\":1}]}}", XCJ_OK },
        { "{\"Alg\":\"none\",\"alg\":\"HS256\",\"ALG\":1}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"enc\":\"A128GCM\",\"zip\":\"DEF\",\"epk\":1}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"},\"jku\":\"https://x\",\"x5u\":1,\"x5c\":[]}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"cty\":\"JWT\",\"typ\":\"\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"alg\":\"HS256\"}", XCJ_ERR_JSON },
        { "{\"alg\":\"none\",\"\\u0061lg\":\"HS256\"}", XCJ_ERR_JSON },
        { "{\"alg\":\"HS256\",\"x\":{\"y\":1,\"\\u0079\":1}}", XCJ_ERR_JSON },
        { "{\"alg\":\"HS256\",\"kid\":\"\\ud800\"}", XCJ_ERR_JSON },
        { "{\"alg\":\"HS256\",\"kid\":\"\xff\"}", XCJ_ERR_JSON },
        { "{\"alg\":\"HS256\",}", XCJ_ERR_JSON },
        { "{\"alg\":\"HS256\"}{}", XCJ_ERR_JSON },
        { "{\"alg\":\"HS256\"", XCJ_ERR_JSON },
        { "{'alg':'HS256'}", XCJ_ERR_JSON },
        { "{alg:\"HS256\"}", XCJ_ERR_JSON },
        { "\xef\xbb\xbf{\"alg\":\"HS256\"}", XCJ_ERR_JSON },
        { "[{\"alg\":\"HS256\"}]", XCJ_ERR_JSON },
        { "\"HS256\"", XCJ_ERR_JSON },
        { "null", XCJ_ERR_JSON },
        { "{}", XCJ_ERR_TOKEN },
        { "{\"alg\":null}", XCJ_ERR_TOKEN },
        { "{\"alg\":[\"HS256\"]}", XCJ_ERR_TOKEN },
        { "{\"alg\":{\"HS256\":1}}", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\",\"kid\":1}", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\",\"cty\":null}", XCJ_ERR_TOKEN },
    };
    xcj_verify_options options = maker_policy();
    RUN_HEADERS(cases);
    options.opaque_payload = 1;
    RUN_HEADERS(cases);
}

/* RFC 7515 4.1.11, RFC 7797 6 and 7. */
static void critical(tally *t, const xcj_key *key)
{
    static const maker_header for_jwt[] = {
        { "{\"alg\":\"HS256\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"b64\":true}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"b64\":true,\"crit\":[\"b64\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"b64\":false}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[\"alg\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":\"b64\",\"b64\":true}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":null}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":{}}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[1]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[null]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[\"\"],\"\":1}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[\"x\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[\"typ\"],\"typ\":\"JWT\"}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[\"crit\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"\\u0063rit\":[\"x\"],\"x\":1}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"Crit\":[\"x\"],\"CRIT\":7}", XCJ_OK },
    };
    static const maker_header for_jws[] = {
        { "{\"alg\":\"HS256\",\"b64\":true,\"crit\":[\"b64\"]}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"b64\":true,\"crit\":[\"\\u0062\\u00364\"]}", XCJ_OK },
        { "{\"crit\":[\"b64\"],\"b64\":true,\"alg\":\"HS256\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"b64\":true}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"b64\":true,\"crit\":[]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"b64\":true,\"crit\":[\"B64\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"b64\":true,\"crit\":[\"b64\\u0000\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"b64\":true,\"crit\":[[\"b64\"]]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"b64\":null,\"crit\":[\"b64\"]}", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\",\"b64\":0,\"crit\":[\"b64\"]}", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\",\"b64\":true,\"crit\":[\"b64\",\"b64\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"b64\":true,\"crit\":[\"b64\",\"exp\"],\"exp\":1}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[\"b64\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"b64\":\"true\",\"crit\":[\"b64\"]}", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\",\"b64\":false}", XCJ_ERR_CRIT },
    };
    xcj_verify_options options = maker_policy();
    RUN_HEADERS(for_jwt);
    options.opaque_payload = 1;
    RUN_HEADERS(for_jws);
}

/* RFC 7515 7.2: <, | and > stand for the protected header, the payload and the signature. */
static void json_forms(tally *t, const xcj_key *key)
{
    static const struct {
        const char *form;
        xcj_code wanted;
        xcj_code all; /* when every signature must be valid */
    } cases[] = {
        { "{'payload':'|','protected':'<','signature':'>'}", XCJ_OK, XCJ_OK },
        { "{'\\u0070ayload':'|','protect\\u0065d':'<','signature':'>'}", XCJ_OK, XCJ_OK },
        { " {\n'payload' : '|' ,\t'protected':'<','signature':'>' }\r\n", XCJ_OK, XCJ_OK },
        { "{'payload':'|','x':{'payload':1},'protected':'<','signature':'>','Signatures':[]}", XCJ_OK, XCJ_OK },
        { "{'payload':'\\u00653\\u0030','protected':'<','signature':'>'}", XCJ_OK, XCJ_OK },
        { "{'payload':'e3\\/','protected':'<','signature':'>'}", XCJ_ERR_BASE64, XCJ_ERR_BASE64 },
        { "{'payload':'|\\u003d','protected':'<','signature':'>'}", XCJ_ERR_BASE64, XCJ_ERR_BASE64 },
        { "{'payload':'|\\n','protected':'<','signature':'>'}", XCJ_ERR_BASE64, XCJ_ERR_BASE64 },
        { "{'payload':'|\\u0000','protected':'<','signature':'>'}", XCJ_ERR_BASE64, XCJ_ERR_BASE64 },
        { "{'payload':'|','protected':'<\\u003d','signature':'>'}", XCJ_ERR_BASE64, XCJ_ERR_BASE64 },
        { "{'payload':'|','protected':'<','signature':'>\\u003d'}", XCJ_ERR_BASE64, XCJ_ERR_BASE64 },
        { "{'payload':'|','protected':'<','signature':'>\\u000a'}", XCJ_ERR_BASE64, XCJ_ERR_BASE64 },
        { "{'payload':'e31','protected':'<','signature':'>'}", XCJ_ERR_BASE64, XCJ_ERR_BASE64 },
        { "{'payload':'|','\\u0070ayload':'|','protected':'<','signature':'>'}", XCJ_ERR_JSON, XCJ_ERR_JSON },
        { "{'payload':'|','protected':'<','protected':'<','signature':'>'}", XCJ_ERR_JSON, XCJ_ERR_JSON },
        { "{'payload':'|','protected':'','signature':'>'}", XCJ_ERR_JSON, XCJ_ERR_JSON },
        { "{'payload':'|','protected':null,'signature':'>'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','protected':{'alg':'HS256'},'signature':'>'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','protected':'<','signature':null}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','protected':'<'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':{},'protected':'<','signature':'>'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'protected':'<','signature':'>'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'Payload':'|','protected':'<','signature':'>'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'','protected':'<','signature':'>'}", XCJ_ERR_SIGNATURE, XCJ_ERR_SIGNATURE },
        { "{'payload':'|','protected':'<','signature':''}", XCJ_ERR_SIGNATURE, XCJ_ERR_SIGNATURE },
        { "{'payload':'|','signatures':[]}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','signatures':null}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','signatures':'>'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','signature':'>','signatures':[{'protected':'<','signature':'>'}]}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','header':{},'signatures':[{'protected':'<','signature':'>'}]}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','signatures':[{'protected':'<','signature':'>','x':[1]}],'y':0}", XCJ_OK, XCJ_OK },
        { "{'payload':'|','signatures':[{'protected':'<','signature':'>'}]}", XCJ_OK, XCJ_OK },
        { "{'payload':'|','signatures':[{'protected':'<','signature':'>'},{'protected':'<','signature':'>'}]}", XCJ_OK,
          XCJ_OK },
        { "{'payload':'|','signatures':[{'protected':'<','signature':''},{'protected':'<','signature':'>'}]}", XCJ_OK,
          XCJ_ERR_SIGNATURE },
        { "{'payload':'|','signatures':[{'protected':'<','signature':'>'},{'protected':'<','signature':'AA'}]}", XCJ_OK,
          XCJ_ERR_SIGNATURE },
        { "{'payload':'|','signatures':[{'protected':'<','signature':'>'},7]}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','signatures':[{'protected':'<','signature':'>'},{'protected':'<'}]}", XCJ_ERR_TOKEN,
          XCJ_ERR_TOKEN },
        { "{'payload':'|','protected':'<','header':{},'signature':'>'}", XCJ_OK, XCJ_OK },
        { "{'payload':'|','protected':'<','header':{'kid':'any','x':1},'signature':'>'}", XCJ_OK, XCJ_OK },
        { "{'payload':'|','protected':'<','header':{'\\u0061lg':'HS256'},'signature':'>'}", XCJ_ERR_ALG, XCJ_ERR_ALG },
        { "{'payload':'|','protected':'<','header':{'typ':'JWT'},'signature':'>'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','protected':'<','header':{'b64':true},'signature':'>'}", XCJ_ERR_CRIT, XCJ_ERR_CRIT },
        { "{'payload':'|','protected':'<','header':[],'signature':'>'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','header':{'alg':'HS256'},'signature':'>'}", XCJ_ERR_ALG, XCJ_ERR_ALG },
        { "{'payload':'|','signature':'>'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','protected':'<','signature':'>','signatures':[]}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','signatures':{}}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|=','protected':'<','signature':'>'}", XCJ_ERR_BASE64, XCJ_ERR_BASE64 },
        { "{'payload':null,'protected':'<','signature':'>'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','protected':'<','signature':'>'}x", XCJ_ERR_JSON, XCJ_ERR_JSON },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        xcj_verify_options options = maker_policy();
        maker_token("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{}", 2, key, XCJ_HS256);
        maker_json(cases[i].form);
        maker_expect(t, cases[i].form, key, &options, cases[i].wanted);
        options.all_signatures = 1;
        maker_expect(t, cases[i].form, key, &options, cases[i].all);
    }
}

/* RFC 7797 3: signatures that differ in b64 would let one decide how the payload of another is read. */
static void mixed_b64(tally *t, const xcj_key *key)
{
    xcj_jws_options plain = XCJ_JWS_OPTIONS_INIT;
    xcj_jws_options raw = XCJ_JWS_OPTIONS_INIT;
    raw.unencoded = 1;
    const xcj_jws_signer same[] = { { key, &raw }, { key, &raw } };
    const xcj_jws_signer mixed[] = { { key, &plain }, { key, &raw } };
    char *text;
    size_t len;
    xcj_error err;
    xcj_verify_options options = maker_policy();
    options.opaque_payload = 1;
    maker_must(xcj_jws_sign_json(&text, &len, "$.02", 4, same, 2, NULL, &err) == XCJ_OK, err.message);
    maker_begin();
    maker_put(text, len);
    maker_expect(t, "both b64=false", key, &options, XCJ_OK);
    xcj_free(text);
    conform_count(t, "b64 differs when signing", xcj_jws_sign_json(&text, &len, "$.02", 4, mixed, 2, NULL, &err) == XCJ_OK,
                  false, "it was signed");
    /* Beside a good signature over the raw text, before it or behind it: one that takes the text for base64url. */
    static const struct {
        const char *other;
        xcj_code wanted;
        xcj_code all;
    } others[] = {
        { "{'protected':'<','signature':'>'}", XCJ_OK, XCJ_OK },
        { "{'protected':'<','signature':'AAAA'}", XCJ_OK, XCJ_ERR_SIGNATURE },
        { "{'protected':'W10','signature':'AAAA'}", XCJ_OK, XCJ_ERR_JSON }, /* []: no b64 to differ in */
        { "{'protected':'eyJhbGciOiJIUzI1NiJ9','signature':'AAAA'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN }, /* alg HS256 */
        { "{'protected':'eyJhbGciOiJub25lIn0','signature':''}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },      /* alg none */
        { "{'header':{'alg':'HS256'},'signature':'AAAA'}", XCJ_OK, XCJ_ERR_ALG },
        { "{'header':{'x':1},'signature':'AAAA'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
    };
    static const char header[] = "{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}";
    static const char good[] = "{'protected':'<','signature':'>'}";
    for (size_t i = 0; i < COUNT(others); i++) {
        for (int first = 0; first < 2; first++) {
            char form[256];
            maker_begin();
            maker_put_base64url(header, strlen(header));
            maker_put(".YWJjZA", 7);
            maker_sign(key, XCJ_HS256);
            snprintf(form, sizeof form, "{'payload':'|','signatures':[%s,%s]}", first ? others[i].other : good,
                     first ? good : others[i].other);
            maker_json(form);
            options.all_signatures = 0;
            maker_expect(t, form, key, &options, others[i].wanted);
            options.all_signatures = 1;
            maker_expect(t, form, key, &options, others[i].all);
        }
    }
}

/* RFC 7515 7.2.1: a member is in one header only. What decides is in the protected one. */
static void two_headers(tally *t, const xcj_key *key)
{
    static const struct {
        const char *inside;
        const char *outside;
        xcj_code wanted;
    } cases[] = {
        { "{\"alg\":\"HS256\"}", "{}", XCJ_OK },
        { "{\"alg\":\"HS256\"}", "{ }", XCJ_OK },
        { "{\"alg\":\"HS256\",\"x\":1}", "{\"y\":1}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"x\":{\"y\":1}}", "{\"y\":{\"x\":1}}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"x\":1}", "{\"X\":1}", XCJ_OK },
        { "{\"alg\":\"HS256\"}", "{\"kid\":\"a\"}", XCJ_OK },
        { "{\"alg\":\"HS256\"}", "{\"typ\":\"JWT\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"x\":1}", "{\"x\":1}", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\",\"x\":1}", "{\"\\u0078\":1}", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\",\"\\u0078\":1}", "{\"x\":2}", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\",\"kid\":\"a\"}", "{\"kid\":\"a\"}", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\",\"\":1}", "{\"\":1}", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\"}", "{\"x\":1,\"x\":1}", XCJ_ERR_JSON },
        { "{\"alg\":\"HS256\"}", "{\"alg\":\"HS256\"}", XCJ_ERR_ALG },
        { "{\"alg\":\"HS256\"}", "{\"alg\":\"none\"}", XCJ_ERR_ALG },
        { "{\"x\":1}", "{\"alg\":\"HS256\"}", XCJ_ERR_ALG },
        { "{\"alg\":\"HS256\"}", "{\"crit\":[\"b64\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\"}", "{\"crit\":[]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\"}", "{\"b64\":true}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\"}", "{\"b64\":false}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[\"b64\"]}", "{\"b64\":true}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[\"x\"]}", "{\"x\":1}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\"}", "{\"kid\":1}", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\"}", "[]", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\"}", "null", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\"}", "\"x\"", XCJ_ERR_TOKEN },
    };
    static const char *const forms[] = { "{'payload':'|','protected':'<','header':%s,'signature':'>'}",
                                         "{'payload':'|','signatures':[{'signature':'>','header':%s,'protected':'<'}]}" };
    xcj_verify_options options = maker_policy();
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (int opaque = 0; opaque < 2; opaque++) {
            for (size_t f = 0; f < COUNT(forms); f++) {
                char form[256];
                char id[256];
                options.opaque_payload = opaque;
                snprintf(form, sizeof form, f == 0 ? forms[0] : forms[1], cases[i].outside);
                snprintf(id, sizeof id, "%s and %s", cases[i].inside, cases[i].outside);
                maker_token(cases[i].inside, "{}", 2, key, XCJ_HS256);
                maker_json(form);
                maker_expect(t, id, key, &options, cases[i].wanted);
            }
        }
    }
}

/* A kid may stand in either header: it only chooses among keys that are trusted. */
static void kid_outside(tally *t)
{
    static const struct {
        const char *inside;
        const char *outside;
        xcj_code wanted;
    } cases[] = {
        { "{\"alg\":\"HS256\",\"kid\":\"one\"}", "{}", XCJ_OK },
        { "{\"alg\":\"HS256\"}", "{\"kid\":\"one\"}", XCJ_OK },
        { "{\"alg\":\"HS256\"}", "{\"k\\u0069d\":\"\\u006fne\"}", XCJ_OK },
        { "{\"alg\":\"HS256\"}", "{\"kid\":\"two\"}", XCJ_ERR_SIGNATURE },
        { "{\"alg\":\"HS256\"}", "{\"kid\":\"three\"}", XCJ_ERR_NO_KEY },
        { "{\"alg\":\"HS256\"}", "{\"Kid\":\"one\"}", XCJ_ERR_AMBIGUOUS_KEY },
        { "{\"alg\":\"HS256\",\"kid\":\"one\"}", "{\"kid\":\"one\"}", XCJ_ERR_TOKEN },
    };
    xcj_key *made_keys[2] = { maker_key(XCJ_HS256), maker_key(XCJ_HS256) };
    xcj_key *named[2] = { maker_key_with(made_keys[0], XCJ_PRIVATE, "kid", "\"one\""),
                          maker_key_with(made_keys[1], XCJ_PRIVATE, "kid", "\"two\"") };
    xcj_verify_options options = maker_policy();
    xcj_keyset *set;
    xcj_verifier *verifier;
    xcj_error err;
    maker_must(xcj_keyset_from_keys(&set, (const xcj_key *const *)named, 2, &err) == XCJ_OK, err.message);
    maker_must(xcj_verifier_new(&verifier, set, &options, &err) == XCJ_OK, err.message);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char form[256];
        snprintf(form, sizeof form, "{'payload':'|','protected':'<','header':%s,'signature':'>'}", cases[i].outside);
        maker_token(cases[i].inside, "{}", 2, named[0], XCJ_HS256);
        maker_json(form);
        maker_expect_by(t, form, verifier, cases[i].wanted);
    }
    xcj_verifier_free(verifier);
    xcj_keyset_free(set);
    for (int i = 0; i < 2; i++) {
        xcj_key_free(named[i]);
        xcj_key_free(made_keys[i]);
    }
}

/* Several signatures, one of them good: any is enough, in whatever place it stands; all have to be, if that is asked. */
static void beside_a_good_one(tally *t, const xcj_key *key)
{
    static const struct {
        const char *other;
        xcj_code all;
    } others[] = {
        { "{'protected':'<','signature':'>'}", XCJ_OK },
        { "{'protected':'<','signature':'>','header':{'x':1}}", XCJ_OK },
        { "{'protected':'<','signature':'AAAA'}", XCJ_ERR_SIGNATURE },
        { "{'protected':'<','signature':''}", XCJ_ERR_SIGNATURE },
        { "{'protected':'<','signature':'>='}", XCJ_ERR_BASE64 },
        { "{'protected':'<=','signature':'>'}", XCJ_ERR_BASE64 },
        { "{'protected':'eyJhbGciOiJub25lIn0','signature':''}", XCJ_ERR_ALG },        /* alg none */
        { "{'protected':'eyJhbGciOiJIUzUxMiJ9','signature':'>'}", XCJ_ERR_KEY_WEAK }, /* alg HS512 */
        { "{'protected':'eyJhbGciOiJSUzI1NiJ9','signature':'>'}", XCJ_ERR_ALG },      /* alg RS256 */
        { "{'protected':'e30','signature':'>'}", XCJ_ERR_TOKEN },                     /* {} */
        { "{'protected':'e31','signature':'>'}", XCJ_ERR_BASE64 },                    /* {} and a stray bit */
        { "{'protected':'W10','signature':'>'}", XCJ_ERR_JSON },                      /* [] */
        { "{'header':{'alg':'HS256'},'signature':'>'}", XCJ_ERR_ALG },
        { "{'protected':'<','header':{'alg':'HS256'},'signature':'>'}", XCJ_ERR_ALG },
    };
    static const char good[] = "{'protected':'<','signature':'>'}";
    xcj_key *wide = maker_key_with(key, XCJ_PRIVATE, "alg", NULL);
    for (size_t i = 0; i < COUNT(others); i++) {
        for (int first = 0; first < 2; first++) {
            char form[512];
            xcj_verify_options options = maker_policy();
            snprintf(form, sizeof form, "{'payload':'|','signatures':[%s,%s]}", first ? others[i].other : good,
                     first ? good : others[i].other);
            maker_token("{\"alg\":\"HS256\"}", "{}", 2, wide, XCJ_HS256);
            maker_json(form);
            maker_expect(t, form, wide, &options, XCJ_OK);
            options.all_signatures = 1;
            maker_expect(t, form, wide, &options, others[i].all);
        }
    }
    xcj_key_free(wide);
}

/* Sixteen signatures are the limit, unless it is set. */
static void how_many(tally *t, const xcj_key *key)
{
    static const struct {
        int count;
        unsigned max;
        xcj_code wanted;
    } cases[] = { { 1, 0, XCJ_OK }, { 16, 0, XCJ_OK },       { 17, 0, XCJ_ERR_LIMIT },  { 17, 17, XCJ_OK },
                  { 1, 1, XCJ_OK }, { 2, 1, XCJ_ERR_LIMIT }, { 1000, 0, XCJ_ERR_LIMIT } };
    static char form[64 * 1024];
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (int all = 0; all < 2; all++) {
            xcj_verify_options options = maker_policy();
            options.max_signatures = cases[i].max;
            options.all_signatures = all;
            strcpy(form, "{'payload':'|','signatures':[");
            size_t len = strlen(form);
            for (int n = 0; n < cases[i].count; n++) {
                len += (size_t)sprintf(form + len, "%s{'protected':'<','signature':'>'}", n == 0 ? "" : ",");
            }
            strcpy(form + len, "]}");
            char id[64];
            snprintf(id, sizeof id, "%d signatures, limit %u", cases[i].count, cases[i].max);
            maker_token("{\"alg\":\"HS256\"}", "{}", 2, key, XCJ_HS256);
            maker_json(form);
            maker_expect(t, id, key, &options, cases[i].wanted);
        }
    }
}

/* A compact token whose payload is not encoded: what stands between the dots is what was signed (RFC 7797 5.2). */
static void raw_payloads(tally *t, const xcj_key *key)
{
    static const char header[] = "{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}";
    static const struct {
        xcj_str payload;
        xcj_code wanted;
    } cases[] = {
        { { "hello", 5 }, XCJ_OK },        { { "a b=+/\\\"{}", 10 }, XCJ_OK }, { { "", 0 }, XCJ_OK },
        { { "\0\xff\x80\n", 4 }, XCJ_OK }, { { "$.02", 4 }, XCJ_ERR_TOKEN },   { { ".", 1 }, XCJ_ERR_TOKEN },
        { { "YWJjZA", 6 }, XCJ_OK },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        xcj_verify_options options = maker_policy();
        xcj_verifier *verifier;
        xcj_error err;
        options.opaque_payload = 1;
        maker_begin();
        maker_put_base64url(header, strlen(header));
        maker_put(".", 1);
        maker_put(cases[i].payload.ptr, cases[i].payload.len);
        maker_sign(key, XCJ_HS256);
        maker_expect(t, "a payload that is not encoded", key, &options, cases[i].wanted);
        maker_must(xcj_verifier_new_key(&verifier, key, &options, &err) == XCJ_OK, err.message);
        if (cases[i].wanted == XCJ_OK) {
            xcj_str token = { made.text, made.len };
            xcj_code code = conform_verify(verifier, token, NULL, &cases[i].payload, false, &err);
            conform_count(t, "its bytes", code == XCJ_OK, true, err.message);
        }
        xcj_verifier_free(verifier);
        options.opaque_payload = 0;
        maker_expect(t, "the same as a JWT", key, &options, cases[i].wanted == XCJ_OK ? XCJ_ERR_CRIT : XCJ_ERR_TOKEN);
    }
}

/* A payload that goes another way (RFC 7515 appendix F), encoded or not, compact or JSON. */
static void detached(tally *t, const xcj_key *key)
{
    static const struct {
        xcj_str given;
        bool is_good;
    } payloads[] = { { { "$.02", 4 }, true },   { { "$.03", 4 }, false },   { { "$.02 ", 5 }, false },
                     { { "$.0", 3 }, false },   { { "JC4wMg", 6 }, false }, { { "", 0 }, false },
                     { { "$.02\0", 5 }, false } };
    for (int way = 0; way < 4; way++) {
        xcj_jws_options how = XCJ_JWS_OPTIONS_INIT;
        how.detached = 1;
        how.unencoded = way & 1;
        xcj_jws_signer signer = { key, &how };
        xcj_verify_options options = maker_policy();
        xcj_verifier *verifier;
        xcj_error err;
        char *text;
        size_t len;
        options.opaque_payload = 1;
        xcj_code code = way & 2 ? xcj_jws_sign_json(&text, &len, "$.02", 4, &signer, 1, NULL, &err)
                                : xcj_jws_sign(&text, &len, "$.02", 4, key, &how, NULL, &err);
        maker_must(code == XCJ_OK, err.message);
        maker_must(xcj_verifier_new_key(&verifier, key, &options, &err) == XCJ_OK, err.message);
        for (size_t i = 0; i < COUNT(payloads); i++) {
            code = conform_verify(verifier, (xcj_str){ text, len }, &payloads[i].given, &payloads[i].given, way & 2, &err);
            conform_count(t, "a payload given apart", code == XCJ_OK, payloads[i].is_good, err.message);
        }
        code = conform_verify(verifier, (xcj_str){ text, len }, NULL, NULL, way & 2, &err);
        conform_count(t, "and not given", code == XCJ_OK, false, "it was accepted");
        xcj_verifier_free(verifier);
        xcj_free(text);
    }
    maker_token("{\"alg\":\"HS256\"}", "$.02", 4, key, XCJ_HS256);
    xcj_verify_options options = maker_policy();
    xcj_verifier *verifier;
    xcj_error err;
    options.opaque_payload = 1;
    maker_must(xcj_verifier_new_key(&verifier, key, &options, &err) == XCJ_OK, err.message);
    xcj_code code = conform_verify(verifier, (xcj_str){ made.text, made.len }, &payloads[0].given, NULL, false, &err);
    conform_count(t, "given apart, and there as well", code == XCJ_OK, false, "it was accepted");
    xcj_verifier_free(verifier);
}

int main(void)
{
    tally t = { .set = "forms" };
    maker_open();
    xcj_key *key = maker_key(XCJ_HS256);
    characters(&t, key);
    wrappings(&t, key);
    header_texts(&t, key);
    critical(&t, key);
    json_forms(&t, key);
    two_headers(&t, key);
    kid_outside(&t);
    beside_a_good_one(&t, key);
    how_many(&t, key);
    mixed_b64(&t, key);
    raw_payloads(&t, key);
    detached(&t, key);
    xcj_key_free(key);
    maker_close();
    return conform_end(&t);
}
