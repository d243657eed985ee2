#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/codec/json_scan.h"

/* On a heap block of exactly the text's length, so that a sanitizer sees a byte too many. */
static xcj_code scan_exact(const char *text, size_t len, const xcj__json_limits *limits, xcj_error *err)
{
    char *copy = malloc(len + (len == 0));
    memcpy(copy, text, len);
    xcj__json_value value;
    xcj_code code = xcj__json_check(copy, len, limits, &value, err);
    ck_assert_int_eq(xcj__json_scan(copy, len, 0, limits, NULL, NULL, NULL), code);
    xcj__json_member room[4];
    xcj__json_index index;
    xcj_code object = xcj__json_scan(copy, len, XCJ__JSON_OBJECT, limits, NULL, NULL, NULL);
    ck_assert_int_eq(xcj__json_index_read(&index, (xcj_str){ copy, len }, limits, room, 4, NULL), object);
    ck_assert(object == XCJ_OK || (index.count == 0 && index.block == NULL));
    xcj_free(index.block);
    if (code == XCJ_OK)
        ck_assert(value.raw.ptr >= copy && value.raw.ptr + value.raw.len <= copy + len);
    else
        ck_assert_ptr_null(value.raw.ptr);
    free(copy);
    return code;
}

static void accept(const char *text, size_t len)
{
    xcj_error err;
    xcj__error_clear(&err);
    ck_assert_msg(scan_exact(text, len, NULL, &err) == XCJ_OK, "refused: %.*s: %s", (int)len, text, err.message);
}

static void refuse(const char *text, size_t len)
{
    xcj_error err;
    ck_assert_msg(scan_exact(text, len, NULL, &err) == XCJ_ERR_JSON, "accepted: %.*s", (int)len, text);
    ck_assert_int_eq(err.code, XCJ_ERR_JSON);
    ck_assert_str_ne(err.message, "");
    ck_assert_uint_le(err.offset, len);
}

typedef struct pair {
    const char *good;
    const char *bad;
} pair;

/* Each refused text beside an accepted one that is as like it as can be. */
static const pair pairs[] = {
    { "{}", "{" },
    { "{}", "}" },
    { "[]", "[" },
    { "[]", "]" },
    { "[]", "[}" },
    { "{}", "{]" },
    { "{\"a\":1}", "{\"a\":1]" },
    { "[1]", "[1}" },
    { "{\"a\":1}", "{\"a\":1,}" },
    { "{\"a\":1}", "{,\"a\":1}" },
    { "{\"a\":1}", "{\"a\" 1}" },
    { "{\"a\":1}", "{\"a\"::1}" },
    { "{\"a\":1}", "{\"a\":}" },
    { "{\"a\":1}", "{\"a\"}" },
    { "{\"a\":1}", "{a:1}" },
    { "{\"1\":1}", "{1:1}" },
    { "{\"a\":1,\"b\":2}", "{\"a\":1 \"b\":2}" },
    { "{\"a\":1,\"b\":2}", "{\"a\":1,,\"b\":2}" },
    { "{\"a\":1,\"b\":2}", "{\"a\":1;\"b\":2}" },
    { "{\"a\":1,\"b\":2}", "{\"a\":1,2}" },
    { "[1,2]", "[1,2,]" },
    { "[1,2]", "[,1,2]" },
    { "[1,2]", "[1,,2]" },
    { "[1,2]", "[1 2]" },
    { "[1,2]", "[1:2]" },
    { "[[1],2]", "[[1],2" },
    { "[[1],2]", "[[1,2]" },
    { "{\"a\":{\"b\":[]}}", "{\"a\":{\"b\":[}}]" },
    { "{} ", "{} x" },
    { "{}", "{}{}" },
    { "1", "1 2" },
    { "{}", "{}," },
    { "{}", "{}\v" },
    { " \t\r\n{} \t\r\n", "\f{}" },
    { " {}", "\xc2\xa0{}" },
    { "{}", "\xef\xbb\xbf{}" },
    { "{}", "/**/{}" },
    { "{}", "//\n{}" },
    { "{\"a\":\"b\"}", "{'a':'b'}" },
    { "0", "00" },
    { "0", "01" },
    { "-0", "-" },
    { "-0", "-00" },
    { "-1", "--1" },
    { "-1", "- 1" },
    { "1", "+1" },
    { "0.5", ".5" },
    { "5.0", "5." },
    { "5.0", "5.e1" },
    { "1e5", "1e" },
    { "1E+5", "1E+" },
    { "1e-5", "1e-" },
    { "1e05", "1e0.5" },
    { "1e5", "1e5e5" },
    { "1.5", "1.5.5" },
    { "16", "0x10" },
    { "1", "1f" },
    { "1000", "1_000" },
    { "null", "NaN" },
    { "null", "Infinity" },
    { "-1", "-Infinity" },
    { "null", "nul" },
    { "null", "nulll" },
    { "null", "Null" },
    { "true", "tru" },
    { "true", "truefalse" },
    { "true", "True" },
    { "false", "fals" },
    { "false", "falsee" },
    { "[true]", "[tru]" },
    { "\"\"", "\"" },
    { "\"a\"", "\"a" },
    { "\"a\"", "a\"" },
    { "\"a\"", "\"a\"\"" },
    { "\"\\\"\"", "\"\\\"" },
    { "\"\\\\\"", "\"\\\\" },
    { "\"\\/\\b\\f\\n\\r\\t\"", "\"\\a\"" },
    { "\"\\n\"", "\"\\N\"" },
    { "\"\\n\"", "\"\n\"" },
    { "\"\\t\"", "\"\t\"" },
    { "\"\x7f\"", "\"\x1f\"" },
    { "\"\\u0041\"", "\"\\u004\"" },
    { "\"\\u0041\"", "\"\\u004g\"" },
    { "\"\\u0041\"", "\"\\u 041\"" },
    { "\"\\u0041\"", "\"\\U0041\"" },
    { "\"\\u0041\"", "\"\\u\"" },
    { "\"\\u0041\"", "\"\\u+041\"" },
    { "\"\\uABcd\"", "\"\\uAB/d\"" },
    { "\"\\uABcd\"", "\"\\uAB:d\"" },
    { "\"\\uABcd\"", "\"\\uAB`d\"" },
    { "\"\\uABcd\"", "\"\\uAB@d\"" },
    { "\"'\"", "\"\\'\"" },
    { "\"x41\"", "\"\\x41\"" },
    { "\"\\ud834\\udd1e\"", "\"\\ud834\"" },
    { "\"\\uD834\\uDD1E\"", "\"\\udd1e\\ud834\"" },
    { "\"\\udbff\\udfff\"", "\"\\udbff\\ue000\"" },
    { "\"\\ud800\\udc00\"", "\"\\ud800\\udbff\"" },
    { "\"\\ud800\\udc00\"", "\"\\ud800x\\udc00\"" },
    { "\"\\ud800\\udc00\"", "\"\\ud800\\n\"" },
    { "\"\\ud800\\udc00\"", "\"\\ud800\\udc0\"" },
    { "\"\\ud800\\udc00\"", "\"\\ud800\\\"" },
    { "\"\\ud800\\udc00\"", "\"\\ud800udc00\"" },
    { "\"\\ud7ff\"", "\"\\ud800\"" },
    { "\"\\ue000\"", "\"\\udfff\"" },
    { "{\"\\ud834\\udd1e\":1}", "{\"\\ud834\":1}" },
    { "\"\xc3\xa9\"", "\"\xc3\"" },
    { "\"\xc3\xa9\"", "\"\xe9\"" },
    { "\"\xc2\x80\"", "\"\xc0\x80\"" },
    { "\"\xe0\xa0\x80\"", "\"\xe0\x9f\xbf\"" },
    { "\"\xed\x9f\xbf\"", "\"\xed\xa0\x80\"" },
    { "\"\xf0\x90\x80\x80\"", "\"\xf0\x8f\xbf\xbf\"" },
    { "\"\xf4\x8f\xbf\xbf\"", "\"\xf4\x90\x80\x80\"" },
    { "\"\xe2\x82\xac\"", "\"\xe2\x82\"" },
    { "{\"\xc3\xa9\":1}", "{\"\xc3\":1}" },
    { "[\"long enough for a step of eight \xc3\xa9\"]", "[\"long enough for a step of eight \xa9\"]" },
    { "[\"1234567\\n\"]", "[\"1234567\n\"]" },
    { "[\"12345678\\n\"]", "[\"12345678\x01\"]" },
    { "{\"a\":1,\"b\":1}", "{\"a\":1,\"a\":1}" },
    { "{\"a\":1,\"A\":1}", "{\"a\":1,\"b\":2,\"a\":1}" },
    { "{\"\":1,\" \":1}", "{\"\":1,\"\":2}" },
    { "{\"a\":1,\"\\u0062\":1}", "{\"a\":1,\"\\u0061\":1}" },
    { "{\"a\":1,\"\\u0062\":1}", "{\"\\u0061\":1,\"a\":1}" },
    { "{\"\\u0061\":1,\"\\u0041\":1}", "{\"\\u006a\":1,\"\\u006A\":1}" },
    { "{\"\\/\":1,\"\\\\\":1}", "{\"\\/\":1,\"/\":1}" },
    { "{\"\\n\":1,\"n\":1}", "{\"\\n\":1,\"\\u000a\":1}" },
    { "{\"\\u0000\":1,\"\":1}", "{\"\\u0000\":1,\"\\u0000\":1}" },
    { "{\"a\\u0000b\":1,\"a\\u0000c\":1}", "{\"a\\u0000b\":1,\"a\\u0000b\":1}" },
    { "{\"\xc3\xa9\":1,\"e\xcc\x81\":1}", "{\"\xc3\xa9\":1,\"\\u00e9\":1}" },
    { "{\"\\ud834\\udd1e\":1,\"\xf0\x9d\x84\x9f\":1}", "{\"\\ud834\\udd1e\":1,\"\xf0\x9d\x84\x9e\":1}" },
    { "{\"long name of it\":1,\"long name of is\":1}", "{\"long name of it\":1,\"long n\\u0061me of it\":1}" },
    { "{\"a\":{\"a\":{\"a\":1}}}", "{\"a\":{\"a\":{\"a\":1,\"a\":2}}}" },
    { "{\"a\":{\"a\":1},\"b\":{\"a\":1}}", "{\"a\":{\"a\":1},\"a\":{\"a\":1}}" },
    { "[{\"a\":1},{\"a\":1}]", "[{\"a\":1},{\"a\":1,\"b\":[],\"a\":1}]" },
    { "{\"a\":{\"b\":1},\"b\":1}", "{\"a\":{\"b\":1},\"b\":1,\"a\":1}" },
    { "{\"a\":[{\"b\":1}],\"b\":1}", "{\"b\":[{\"b\":1}],\"b\":1}" },
};

#define PAIRS (sizeof pairs / sizeof pairs[0])

START_TEST(texts_and_their_twins)
{
    accept(pairs[_i].good, strlen(pairs[_i].good));
    refuse(pairs[_i].bad, strlen(pairs[_i].bad));
}
END_TEST

START_TEST(nuls_are_no_white_space_and_no_end)
{
    refuse("{}\0", 3);
    refuse("\0{}", 3);
    refuse("[1\0]", 4);
    refuse("\"a\0b\"", 5);
    refuse("{\"a\0\":1}", 8);
    refuse("nul\0", 4);
    accept("\"a\\u0000b\"", 10);
}
END_TEST

START_TEST(no_text_at_all)
{
    refuse("", 0);
    refuse(" \n", 2);
    xcj_error err;
    xcj__json_value value;
    ck_assert_int_eq(xcj__json_check(NULL, 0, NULL, &value, &err), XCJ_ERR_JSON);
    ck_assert_int_eq(xcj__json_check("1", 1, NULL, &value, &err), XCJ_OK);
}
END_TEST

static const char whole[] = "{\"exp\":-1.5e+3,\"a\\u00e9\\ud834\\udd1e\":[true,false,null,{\"x\":\"\xe2\x82\xac\"}],"
                            "\"long name of eight and more\":{\"\":{},\"b\":[[],[1]]}}";

START_TEST(every_prefix_is_refused)
{
    for (size_t len = 0; len < sizeof whole - 1; len++)
        refuse(whole, len);
    accept(whole, sizeof whole - 1);
}
END_TEST

START_TEST(every_byte_in_a_string)
{
    /* At each place of a step of eight, and behind the last step. */
    for (size_t at = 0; at < 20; at++) {
        for (unsigned c = 0; c < 256; c++) {
            char text[24] = "\"aaaaaaaaaaaaaaaaaaaa\"";
            text[1 + at] = (char)c;
            if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
                refuse(text, 22);
            else
                accept(text, 22);
        }
    }
}
END_TEST

START_TEST(messages_say_what_and_where)
{
    static const struct {
        const char *text;
        size_t offset;
        const char *message;
        const char *member;
    } rows[] = {
        { "{\"exp\":1,\"sub\":2,\"exp\":3}", 18, "duplicate member \"exp\" at offset 18", "exp" },
        { "{\"a\xff\":1}", 3, "invalid UTF-8 at offset 3", "" },
        { "{\"a\":1} x", 8, "more text after the JSON value at offset 8", "" },
        { "[1,\"a\nb\"]", 5, "a control character in a string at offset 5", "" },
        { "[1,\"a\\qb\"]", 5, "an invalid escape at offset 5", "" },
        { "[1,\"\\ud800\"]", 4, "an invalid escape at offset 4", "" },
        { "[1,\"abc", 3, "an unterminated string at offset 3", "" },
        { "[1,01]", 3, "a malformed number at offset 3", "" },
        { "[1,nope]", 3, "not a JSON value at offset 3", "" },
        { "[1", 2, "the JSON ends too soon at offset 2", "" },
        { "  ", 2, "there is no JSON value at offset 2", "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        xcj_error err;
        ck_assert_int_eq(scan_exact(rows[i].text, strlen(rows[i].text), NULL, &err), XCJ_ERR_JSON);
        ck_assert_str_eq(err.message, rows[i].message);
        ck_assert_uint_eq(err.offset, rows[i].offset);
        ck_assert_str_eq(err.member, rows[i].member);
    }
}
END_TEST

START_TEST(hostile_names_are_made_fit_for_a_message)
{
    char text[600];
    char name[201];
    memset(name, 'x', 200);
    name[200] = '\0';
    memcpy(name, "\xe2\x82\xac\x7f", 4);
    int len = snprintf(text, sizeof text, "{\"%s\":1,\"%s\":2}", name, name);
    xcj_error err;
    ck_assert_int_eq(scan_exact(text, (size_t)len, NULL, &err), XCJ_ERR_JSON);
    ck_assert_ptr_nonnull(strstr(err.message, "duplicate member \"????xxx"));
    ck_assert_ptr_nonnull(strstr(err.message, "...\" at offset"));
    ck_assert_int_eq(strncmp(err.member, "????xxx", 7), 0);
}
END_TEST

START_TEST(the_top_value_has_the_type_asked_for)
{
    static const char *const texts[] = { "null", "true", "-1", "\"x\"", "[]", "{}" };
    static const char *const messages[] = { "not a JSON null",   "not a JSON boolean", "not a JSON number",
                                            "not a JSON string", "not a JSON array",   "not a JSON object" };
    for (int text = 0; text < 6; text++) {
        for (int type = 0; type < 6; type++) {
            xcj_error err;
            size_t len = strlen(texts[text]);
            xcj_code code = xcj__json_scan(texts[text], len, (xcj__json_type)(type + 1), NULL, NULL, NULL, &err);
            ck_assert_int_eq(code, text == type ? XCJ_OK : XCJ_ERR_JSON);
            if (code != XCJ_OK)
                ck_assert_str_eq(err.message, messages[type]);
        }
        xcj__json_value value;
        ck_assert_int_eq(xcj__json_check(texts[text], strlen(texts[text]), NULL, &value, NULL), XCJ_OK);
        ck_assert_int_eq((int)value.type, text + 1);
    }
    ck_assert_int_eq(xcj__json_scan("x", 1, XCJ__JSON_NUMBER, NULL, NULL, NULL, NULL), XCJ_ERR_JSON);
    ck_assert_int_eq(xcj__json_scan("x", 1, XCJ__JSON_OBJECT, NULL, NULL, NULL, NULL), XCJ_ERR_JSON);
}
END_TEST

START_TEST(check_yields_the_value_without_what_is_round_it)
{
    xcj__json_value value;
    static const char text[] = " \n\"a\\nb\" ";
    ck_assert_int_eq(xcj__json_check(text, sizeof text - 1, NULL, &value, NULL), XCJ_OK);
    ck_assert_int_eq(value.type, XCJ__JSON_STRING);
    ck_assert(value.escaped);
    ck_assert_ptr_eq(value.raw.ptr, text + 2);
    ck_assert_uint_eq(value.raw.len, 6);
    ck_assert_ptr_eq(value.text.ptr, text + 3);
    ck_assert_uint_eq(value.text.len, 4);
    static const char object[] = " {\"a\":[1]}\n";
    ck_assert_int_eq(xcj__json_check(object, sizeof object - 1, NULL, &value, NULL), XCJ_OK);
    ck_assert_int_eq(value.type, XCJ__JSON_OBJECT);
    ck_assert(!value.escaped);
    ck_assert_ptr_eq(value.raw.ptr, object + 1);
    ck_assert_uint_eq(value.raw.len, 9);
    ck_assert_ptr_eq(value.text.ptr, object + 1);
    ck_assert_uint_eq(value.text.len, 9);
}
END_TEST

/* What a visitor saw, as text. */
static xcj_code note(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    xcj__buf *seen = ctx;
    if (item->name.ptr != NULL) {
        xcj__buf_put_str(seen, item->name);
        xcj__buf_put_text(seen, item->name_escaped ? "\\" : "");
        xcj__buf_put_char(seen, '=');
        ck_assert_ptr_eq(item->raw_name.ptr + 1, item->name.ptr);
        ck_assert_uint_eq(item->raw_name.len, item->name.len + 2);
    } else {
        ck_assert_ptr_null(item->raw_name.ptr);
    }
    xcj__buf_put_int(seen, (int)item->value.type);
    xcj__buf_put_text(seen, item->value.escaped ? "\\" : "");
    xcj__buf_put_char(seen, ':');
    xcj__buf_put_str(seen, item->value.text);
    xcj__buf_put_char(seen, '|');
    xcj__buf_put_str(seen, item->value.raw);
    xcj__buf_put_char(seen, ';');
    return XCJ_OK;
}

static void sees(const char *text, const char *expected)
{
    xcj__buf seen;
    xcj__buf_init(&seen);
    ck_assert_int_eq(xcj__json_scan(text, strlen(text), 0, NULL, note, &seen, NULL), XCJ_OK);
    xcj__buf_put_char(&seen, '\0');
    ck_assert_str_eq(seen.ptr, expected);
    xcj__buf_free(&seen);
}

START_TEST(members_and_elements_are_visited_in_order)
{
    sees("{}", "");
    sees("[]", "");
    sees("1", "");
    sees("\"x\"", "");
    sees("[1,\"a\",{\"b\":[2,3]},[],null,true,false,{}]",
         "3:1|1;4:a|\"a\";6:{\"b\":[2,3]}|{\"b\":[2,3]};5:[]|[];1:null|null;2:true|true;2:false|false;6:{}|{};");
    sees(" { \"a\" : -1.50 , \"\\u0062\" : \"\\n\" , \"c\" : { \"d\" : [ ] } } ",
         "a=3:-1.50|-1.50;\\u0062\\=4\\:\\n|\"\\n\";c=6:{ \"d\" : [ ] }|{ \"d\" : [ ] };");
    sees("{\"a\":{\"b\":{\"c\":1}},\"\":[[[]]]}", "a=6:{\"b\":{\"c\":1}}|{\"b\":{\"c\":1}};=5:[[[]]]|[[[]]];");
    sees("{\"a\":\"\\t\",\"b\":\"t\",\"c\":{},\"d\":\"\"}", "a=4\\:\\t|\"\\t\";b=4:t|\"t\";c=6:{}|{};d=4:|\"\";");
}
END_TEST

/* An index, in room for so many members, has what a scan visits. */
static void indexed(const char *text, size_t room_len, bool escaped_name)
{
    xcj__json_member *room = malloc(room_len * sizeof *room);
    xcj__json_index index;
    xcj__buf visited, noted;
    xcj__buf_init(&visited);
    xcj__buf_init(&noted);
    ck_assert_int_eq(xcj__json_scan(text, strlen(text), XCJ__JSON_OBJECT, NULL, note, &visited, NULL), XCJ_OK);
    ck_assert_int_eq(xcj__json_index_read(&index, xcj_text(text), NULL, room, room_len, NULL), XCJ_OK);
    for (size_t i = 0; i < index.count; i++) {
        const xcj__json_item item = xcj__json_member_item(index.text, &index.members[i]);
        char *name = malloc(item.name.len + 1);
        ck_assert_int_eq(note(&noted, &item, NULL), XCJ_OK);
        ck_assert_ptr_eq(xcj__json_index_find(&index, name, xcj__json_unescape(name, item.name)), &index.members[i]);
        free(name);
    }
    ck_assert_uint_eq(noted.len, visited.len);
    ck_assert(noted.len == 0 || memcmp(noted.ptr, visited.ptr, noted.len) == 0);
    ck_assert_int_eq(index.has_escaped_name, escaped_name);
    ck_assert_ptr_null(xcj__json_index_find(&index, "none", 4));
    xcj__buf_free(&visited);
    xcj__buf_free(&noted);
    xcj_free(index.block);
    free(room);
}

START_TEST(an_index_has_what_is_visited)
{
    for (size_t room = 1; room < 10; room++) {
        indexed("{}", room, false);
        indexed(" { \"a\" : -1.50 , \"\\u0062\" : \"\\n\" , \"c\" : { \"d\" : [ ] } } ", room, true);
        indexed("{\"a\":{\"b\":{\"c\":1}},\"\":[[[]]],\"longer than eight\":null}", room, false);
        indexed("{\"a\":[{\"\\u0062\":1},{\"x\":[1,\"\\t\"]}],\"t\":true,\"s\":\"\\\"\",\"e\":{}}", room, false);
        indexed("{\"\\u0000\":1,\"\\u00000\":2,\"\":3,\"more than eight \\u00e9\":4}", room, true);
    }
}
END_TEST

static xcj_code refuse_second(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    unsigned *count = ctx;
    (void)item;
    return ++*count == 2 ? xcj__fail(err, XCJ_ERR_CONFIG, "no more") : XCJ_OK;
}

START_TEST(a_visitor_ends_the_scan)
{
    xcj_error err;
    unsigned count = 0;
    static const char text[] = "{\"a\":1,\"b\":[2],\"c\":3";
    ck_assert_int_eq(xcj__json_scan(text, sizeof text - 1, XCJ__JSON_OBJECT, NULL, refuse_second, &count, &err),
                     XCJ_ERR_CONFIG);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(err.message, "no more");
}
END_TEST

static void nest(xcj__buf *buf, const char *open, const char *close, size_t depth)
{
    xcj__buf_init(buf);
    for (size_t i = 0; i < depth; i++)
        xcj__buf_put_text(buf, open);
    xcj__buf_put_char(buf, '0');
    for (size_t i = 0; i < depth; i++)
        xcj__buf_put_text(buf, close);
}

static xcj_code scan_nested(const char *open, const char *close, size_t depth, const xcj__json_limits *limits,
                            xcj_error *err)
{
    xcj__buf buf;
    nest(&buf, open, close, depth);
    xcj_code code = scan_exact(buf.ptr, buf.len, limits, err);
    xcj__buf_free(&buf);
    return code;
}

START_TEST(depth_is_limited)
{
    static const unsigned depths[] = { 1, 2, 63, 64, 65, 1023, 1024 };
    xcj_error err;
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
        xcj__json_limits limits = { .max_depth = depths[i], .max_members = 100000 };
        ck_assert_int_eq(scan_nested("[", "]", depths[i], &limits, &err), XCJ_OK);
        ck_assert_int_eq(scan_nested("[", "]", depths[i] + 1, &limits, &err), XCJ_ERR_LIMIT);
        ck_assert_uint_eq(err.offset, depths[i]);
        char expected[80];
        snprintf(expected, sizeof expected, "the JSON is nested deeper than %u levels", depths[i]);
        ck_assert_str_eq(err.message, expected);
    }
    ck_assert_int_eq(scan_nested("[", "]", 64, NULL, &err), XCJ_OK);
    ck_assert_int_eq(scan_nested("[", "]", 65, NULL, &err), XCJ_ERR_LIMIT);
    ck_assert_int_eq(scan_nested("[[[],{\"a\":[]}],", "]", 61, NULL, &err), XCJ_OK);
    ck_assert_int_eq(scan_nested("[[[],{\"a\":[]}],", "]", 62, NULL, &err), XCJ_ERR_LIMIT);
    xcj__json_limits beyond = { .max_depth = 5000, .max_members = 100000 };
    ck_assert_int_eq(scan_nested("[", "]", XCJ__JSON_DEPTH_MAX, &beyond, &err), XCJ_OK);
    ck_assert_int_eq(scan_nested("[", "]", XCJ__JSON_DEPTH_MAX + 1, &beyond, &err), XCJ_ERR_LIMIT);
}
END_TEST

START_TEST(ten_thousand_levels)
{
    xcj_error err;
    xcj__json_limits deep = { .max_depth = XCJ__JSON_DEPTH_MAX, .max_members = 100000 };
    ck_assert_int_eq(scan_nested("[", "]", 10000, NULL, &err), XCJ_ERR_LIMIT);
    ck_assert_int_eq(scan_nested("[", "]", 10000, &deep, &err), XCJ_ERR_LIMIT);
    ck_assert_int_eq(scan_nested("{\"a\":", "}", 10000, &deep, &err), XCJ_ERR_LIMIT);
    ck_assert_int_eq(scan_nested("[{\"a\":", "}]", 10000, &deep, &err), XCJ_ERR_LIMIT);
    ck_assert_int_eq(scan_nested("[", "", 100000, &deep, &err), XCJ_ERR_LIMIT);
}
END_TEST

START_TEST(members_and_elements_are_counted_everywhere)
{
    static const struct {
        const char *text;
        size_t count;
    } rows[] = {
        { "1", 0 },
        { "[]", 0 },
        { "[[],[]]", 2 },
        { "[1,2,3]", 3 },
        { "{\"a\":1,\"b\":{\"c\":[1,2]}}", 5 },
        { "[{\"a\":1},{\"a\":1}]", 4 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        xcj__json_limits limits = { .max_depth = 64, .max_members = rows[i].count };
        ck_assert_int_eq(scan_exact(rows[i].text, strlen(rows[i].text), &limits, NULL), XCJ_OK);
        if (limits.max_members == 0)
            continue;
        limits.max_members--;
        ck_assert_int_eq(scan_exact(rows[i].text, strlen(rows[i].text), &limits, NULL), XCJ_ERR_LIMIT);
    }
}
END_TEST

/* An object of `count` names made by `format`, a printf format of one unsigned; `twice` repeats that name at the end. */
__attribute__((format(printf, 2, 0))) static void make_names(xcj__buf *buf, const char *format, unsigned count, int twice)
{
    char name[200];
    xcj__buf_init(buf);
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof name, format, i);
        xcj__buf_put_text(buf, i == 0 ? "{\"" : ",\"");
        xcj__buf_put_text(buf, name);
        xcj__buf_put_text(buf, "\":0");
    }
    if (twice >= 0) {
        snprintf(name, sizeof name, format, (unsigned)twice);
        xcj__buf_put_text(buf, ",\"");
        xcj__buf_put_text(buf, name);
        xcj__buf_put_text(buf, "\":0");
    }
    xcj__buf_put_char(buf, '}');
}

/* The second has equal first and last eight bytes and equal lengths; the third a long prefix; the last only escapes. */
static const char *const name_formats[] = {
    "n%u", "aaaaaaaa%08uzzzzzzzz", "a prefix that is the same for all of the names, and longer than what matters %u",
    "\\u0061%08u\\u0062"
};

START_TEST(fifty_thousand_members)
{
    xcj__buf buf;
    xcj_error err;
    make_names(&buf, name_formats[_i], 50000, -1);
    ck_assert_int_eq(scan_exact(buf.ptr, buf.len, NULL, &err), XCJ_OK);
    xcj__json_limits few = { .max_depth = 64, .max_members = 49999 };
    ck_assert_int_eq(scan_exact(buf.ptr, buf.len, &few, &err), XCJ_ERR_LIMIT);
    xcj__buf_free(&buf);
    make_names(&buf, name_formats[_i], 50000, 31415);
    ck_assert_int_eq(scan_exact(buf.ptr, buf.len, NULL, &err), XCJ_ERR_JSON);
    ck_assert_ptr_nonnull(strstr(err.message, "duplicate member"));
    ck_assert_uint_gt(err.offset + 100, buf.len);
    xcj__buf_free(&buf);
}
END_TEST

START_TEST(a_duplicate_is_found_whatever_the_count)
{
    for (size_t way = 0; way < sizeof name_formats / sizeof name_formats[0]; way++) {
        for (unsigned count = 1; count < 150; count += count < 70 ? 1 : 13) {
            xcj__buf buf;
            xcj_error err;
            make_names(&buf, name_formats[way], count, -1);
            ck_assert_int_eq(scan_exact(buf.ptr, buf.len, NULL, &err), XCJ_OK);
            xcj__buf_free(&buf);
            for (unsigned twice = 0; twice < count; twice += 1 + count / 5) {
                make_names(&buf, name_formats[way], count, (int)twice);
                ck_assert_int_eq(scan_exact(buf.ptr, buf.len, NULL, &err), XCJ_ERR_JSON);
                ck_assert_uint_gt(err.offset + 100, buf.len);
                xcj__buf_free(&buf);
            }
        }
    }
}
END_TEST

START_TEST(the_first_repetition_is_the_one_named)
{
    for (unsigned count = 5; count < 100; count += 45) {
        xcj__buf buf;
        xcj_error err;
        make_names(&buf, "n%u", count, 3);
        buf.len--;
        size_t at = buf.len - strlen("n3\":0");
        xcj__buf_put_text(&buf, ",\"n0\":0,\"n3\":0,\"n1\":0}");
        ck_assert_int_eq(scan_exact(buf.ptr, buf.len, NULL, &err), XCJ_ERR_JSON);
        ck_assert_uint_eq(err.offset, at);
        ck_assert_str_eq(err.member, "n3");
        xcj__buf_free(&buf);
    }
}
END_TEST

static unsigned next_random(unsigned *state)
{
    *state = *state * 1103515245U + 12345U;
    return *state >> 16 & 0x7fff;
}

/*
 * A name of 32 to 62 bytes whose first and last eight bytes and length fold into the same number as those of all others:
 * longer names begin with smaller letters, so that order by length and order by bytes contradict each other.
 */
static void put_colliding_name(xcj__buf *buf, unsigned which, bool escaped)
{
    char name[70];
    unsigned len = 32 + which % 31;
    memset(name, 'm', sizeof name);
    name[0] = (char)(0x5f ^ len);
    snprintf(name + 8, sizeof name - 8, "%05u", which);
    name[13] = 'm';
    for (unsigned i = 0; i < len; i++) {
        if (escaped && i == 20)
            xcj__buf_put_text(buf, "\\u006d");
        else
            xcj__buf_put_char(buf, name[i]);
    }
}

START_TEST(colliding_names_of_any_length_and_spelling)
{
    unsigned state = 7;
    for (unsigned round = 0; round < 300; round++) {
        unsigned count = 33 + round % 60;
        unsigned step = 1 + next_random(&state) % 50;
        for (int repeated = 0; repeated < 2; repeated++) {
            xcj__buf buf;
            xcj__buf_init(&buf);
            for (unsigned i = 0; i < count + (unsigned)repeated; i++) {
                unsigned which = (i < count ? i : count / 2) * step;
                xcj__buf_put_text(&buf, i == 0 ? round % 2 == 0 ? "{\"" : "{\"other\":0,\"" : ",\"");
                put_colliding_name(&buf, which, i < count ? next_random(&state) % 2 == 0 : true);
                xcj__buf_put_text(&buf, "\":0");
            }
            xcj__buf_put_char(&buf, '}');
            ck_assert_int_eq(scan_exact(buf.ptr, buf.len, NULL, NULL), repeated ? XCJ_ERR_JSON : XCJ_OK);
            xcj__buf_free(&buf);
        }
    }
}
END_TEST

START_TEST(duplicates_at_every_depth)
{
    for (size_t depth = 1; depth <= 60; depth++) {
        xcj__buf buf;
        xcj__buf_init(&buf);
        for (size_t i = 1; i < depth; i++)
            xcj__buf_put_text(&buf, i % 3 ? "{\"x\":0,\"a\":" : "[{},");
        size_t names = buf.len;
        xcj__buf_put_text(&buf, "{\"a\":1,\"a\":2}");
        for (size_t i = depth - 1; i > 0; i--)
            xcj__buf_put_text(&buf, i % 3 ? ",\"b\":{\"a\":3}}" : "]");
        ck_assert_int_eq(scan_exact(buf.ptr, buf.len, NULL, NULL), XCJ_ERR_JSON);
        buf.ptr[names + 8] = 'c';
        ck_assert_int_eq(scan_exact(buf.ptr, buf.len, NULL, NULL), XCJ_OK);
        xcj__buf_free(&buf);
    }
}
END_TEST

START_TEST(outer_names_are_kept_while_inner_ones_come_and_go)
{
    for (int repeated = 0; repeated < 2; repeated++) {
        xcj__buf buf;
        xcj__buf_init(&buf);
        for (unsigned i = 0; i < 200; i++) {
            char member[64];
            unsigned which = repeated && i == 199 ? 17 : i;
            snprintf(member, sizeof member, "%s\"n%u\":{\"n%u\":[{\"n1\":1}],\"n2\":2}", i == 0 ? "{" : ",", which,
                     i + 1000);
            xcj__buf_put_text(&buf, member);
        }
        xcj__buf_put_char(&buf, '}');
        ck_assert_int_eq(scan_exact(buf.ptr, buf.len, NULL, NULL), repeated ? XCJ_ERR_JSON : XCJ_OK);
        xcj__buf_free(&buf);
    }
}
END_TEST

START_TEST(numbers_of_a_thousand_digits)
{
    char text[3100];
    memset(text, '7', sizeof text);
    accept(text, 1000);
    text[1000] = '.';
    accept(text, 2000);
    text[2000] = 'e';
    accept(text, 3000);
    text[2001] = '-';
    accept(text, 3000);
    refuse(text, 2001);
    refuse(text, 2002);
    text[0] = '0';
    refuse(text, 1000);
}
END_TEST

START_TEST(names_and_texts_compare_unescaped)
{
    static const struct {
        const char *content;
        bool escaped;
        const char *text;
        bool equal;
    } rows[] = {
        { "abc", false, "abc", true },
        { "abc", false, "ab", false },
        { "abc", false, "abd", false },
        { "ab", false, "abc", false },
        { "", false, "", true },
        { "\\u0061b", true, "ab", true },
        { "\\u0061b", true, "a", false },
        { "\\u0061b", true, "abc", false },
        { "\\\"\\\\\\/\\b\\f\\n\\r\\t", true, "\"\\/\b\f\n\r\t", true },
        { "\\u00e9\\u20AC\\ud834\\udd1e", true, "\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e", true },
        { "\\n", true, "n", false },
        { "\\u007f\\u0080\\u07ff\\u0800\\uffff", true, "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf", true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        xcj_str content = xcj_text(rows[i].content);
        size_t len = strlen(rows[i].text);
        ck_assert_msg(xcj__json_equal(content, rows[i].escaped, rows[i].text, len) == rows[i].equal, "row %zu", i);
        xcj__json_item item = { .name = content, .name_escaped = rows[i].escaped };
        ck_assert(xcj__json_named(&item, rows[i].text) == rows[i].equal);
        if (!rows[i].equal)
            continue;
        char out[64];
        ck_assert_uint_eq(xcj__json_unescape(out, content), len);
        ck_assert_mem_eq(out, rows[i].text, len);
        memcpy(out, content.ptr, content.len);
        ck_assert_uint_eq(xcj__json_unescape(out, (xcj_str){ out, content.len }), len);
        ck_assert_mem_eq(out, rows[i].text, len);
    }
    ck_assert(xcj__json_equal(xcj_text("a\\u0000b"), true, "a\0b", 3));
    ck_assert(!xcj__json_equal(xcj_text("a\\u0000b"), true, "a", 1));
    xcj__json_item element = { .name = { NULL, 0 } };
    ck_assert(!xcj__json_named(&element, "a"));
}
END_TEST

static const struct {
    const char *text;
    int64_t floor;
    bool fraction;
    bool exact;
    bool finite;
} numbers[] = {
    { "0", 0, false, true, true },
    { "-0", 0, false, true, true },
    { "0.0", 0, false, true, true },
    { "-0.000e5", 0, false, true, true },
    { "0e99999999999999999999", 0, false, true, true },
    { "0.000e-99999999999999999999", 0, false, true, true },
    { "1", 1, false, true, true },
    { "-1", -1, false, true, true },
    { "0.5", 0, true, true, true },
    { "-0.5", -1, true, true, true },
    { "-1.5", -2, true, true, true },
    { "-1.0", -1, false, true, true },
    { "1.000000000000000000000000000001", 1, true, true, true },
    { "1712685416.999", 1712685416, true, true, true },
    { "1.712685416e9", 1712685416, false, true, true },
    { "1.712685416e+0000000000009", 1712685416, false, true, true },
    { "1.7126854165E9", 1712685416, true, true, true },
    { "17126854160000e-4", 1712685416, false, true, true },
    { "17126854161000e-4", 1712685416, true, true, true },
    { "17126854160001e-4", 1712685416, true, true, true },
    { "100e-2", 1, false, true, true },
    { "100e-3", 0, true, true, true },
    { "0.001e3", 1, false, true, true },
    { "0.0012e3", 1, true, true, true },
    { "1e18", 1000000000000000000, false, true, true },
    { "1e-99999999999999999999", 0, true, true, true },
    { "-1e-99999999999999999999", -1, true, true, true },
    { "9223372036854775807", INT64_MAX, false, true, true },
    { "9223372036854775807.5", INT64_MAX, true, true, true },
    { "922337203685477580.7e1", INT64_MAX, false, true, true },
    { "9223372036854775808", INT64_MAX, false, false, true },
    { "-9223372036854775808", INT64_MIN, false, true, true },
    { "-9223372036854775807.5", INT64_MIN, true, true, true },
    { "-9223372036854775808.5", INT64_MIN, true, false, true },
    { "-9223372036854775809", INT64_MIN, false, false, true },
    { "18446744073709551616", INT64_MAX, false, false, true },
    { "18446744073709551617", INT64_MAX, false, false, true },
    { "1e19", INT64_MAX, false, false, true },
    { "-1e19", INT64_MIN, false, false, true },
    { "1e308", INT64_MAX, false, false, true },
    { "1.797e308", INT64_MAX, false, false, true },
    { "1.798e308", INT64_MAX, false, false, false },
    { "9.99e308", INT64_MAX, false, false, false },
    { "1e309", INT64_MAX, false, false, false },
    { "-1e309", INT64_MIN, false, false, false },
    { "0.1e310", INT64_MAX, false, false, false },
    { "0.01e310", INT64_MAX, false, false, true },
    { "1e99999999999999999999", INT64_MAX, false, false, false },
    { "-1e18446744073709551617", INT64_MIN, false, false, false },
};

START_TEST(numbers_are_read_exactly)
{
    char *copy = strdup(numbers[_i].text);
    xcj__json_number number = xcj__json_number_read((xcj_str){ copy, strlen(copy) });
    free(copy);
    ck_assert_int_eq(number.floor, numbers[_i].floor);
    ck_assert_int_eq(number.exact, numbers[_i].exact);
    ck_assert_int_eq(number.finite, numbers[_i].finite);
    if (number.exact)
        ck_assert_int_eq(number.fraction, numbers[_i].fraction);
}
END_TEST

START_TEST(numbers_of_many_digits_are_read_exactly)
{
    char text[2100];
    /* 5, 1000 zeros, a 1 behind the dot. */
    text[0] = '5';
    memset(text + 1, '0', 2000);
    memcpy(text + 1001, "e-1000", 6);
    xcj__json_number number = xcj__json_number_read((xcj_str){ text, 1007 });
    ck_assert(number.exact && !number.fraction);
    ck_assert_int_eq(number.floor, 5);
    text[1000] = '1';
    number = xcj__json_number_read((xcj_str){ text, 1007 });
    ck_assert(number.exact && number.fraction);
    ck_assert_int_eq(number.floor, 5);
    memset(text, '0', sizeof text);
    text[1] = '.';
    memcpy(text + 1002, "42e1002", 7);
    number = xcj__json_number_read((xcj_str){ text, 1009 });
    ck_assert(number.exact && !number.fraction);
    ck_assert_int_eq(number.floor, 42);
}
END_TEST

static const char *const doubles[] = {
    "0",
    "1",
    "-1",
    "0.1",
    "1.10",
    "-2.5e-3",
    "123456789012345678901234567890",
    "1e22",
    "1e23",
    "9007199254740993",
    "9007199254740992.999999999999999999999",
    "1.7976931348623157e308",
    "-1.7976931348623157e308",
    "1.79769313486231580793e308",
    "2.2250738585072014e-308",
    "5e-324",
    "2.4703282292062327e-324",
    "2.4703282292062328e-324",
    "1e-400",
    "0.000000000000000000000000000000001e33",
    "100000000000000000000000e-23",
    "0e999999",
    "4.35",
    "0.3e+0000001",
};

START_TEST(doubles_are_the_nearest)
{
    double value = -7;
    double expected = strtod(doubles[_i], NULL);
    ck_assert(xcj__json_number_double(xcj_text(doubles[_i]), &value));
    ck_assert_msg(memcmp(&value, &expected, sizeof value) == 0, "%s: %.17g and not %.17g", doubles[_i], value, expected);
}
END_TEST

START_TEST(a_negative_zero_keeps_its_sign)
{
    double value = -7;
    ck_assert(xcj__json_number_double(xcj_text("-0"), &value));
    ck_assert(value == 0 && signbit(value));
    ck_assert(xcj__json_number_double(xcj_text("-0.0e5"), &value));
    ck_assert(value == 0 && signbit(value));
    ck_assert(xcj__json_number_double(xcj_text("-1e-999999999999999999999"), &value));
    ck_assert(value == 0);
}
END_TEST

START_TEST(what_no_double_holds_is_refused)
{
    static const char *const large[] = { "1e309", "-1e309", "1.8e308", "1.7976931348623159e308", "1e99999999999999999999" };
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
        double value = -7;
        ck_assert_msg(!xcj__json_number_double(xcj_text(large[i]), &value), "%s", large[i]);
        ck_assert(value == 0);
    }
}
END_TEST

START_TEST(the_last_of_many_digits_decides)
{
    /* Half way between 1 and the next double, and a hair above it: a thousand digits away. */
    char text[1200] = "1.00000000000000011102230246251565404236316680908203125";
    size_t len = strlen(text);
    double even, above;
    memset(text + len, '0', 1000);
    ck_assert(xcj__json_number_double((xcj_str){ text, len + 1000 }, &even));
    ck_assert(even == 1.0);
    text[len + 999] = '1';
    ck_assert(xcj__json_number_double((xcj_str){ text, len + 1000 }, &above));
    ck_assert(above == nextafter(1.0, 2.0));
    memset(text, '9', 1100);
    memcpy(text + 1100, "e-1100", 6);
    ck_assert(xcj__json_number_double((xcj_str){ text, 1106 }, &even));
    ck_assert(even == 1.0);
}
END_TEST

START_TEST(no_locale_matters)
{
    static const char *const commas[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8", "de_DE", "fr_FR" };
    bool found = false;
    for (size_t i = 0; i < sizeof commas / sizeof commas[0] && !found; i++)
        found = setlocale(LC_ALL, commas[i]) != NULL;
    if (!found)
        printf("skipped: no locale with a decimal comma is installed\n");
    double value = 0;
    ck_assert(xcj__json_number_double(xcj_text("1.5"), &value));
    ck_assert(value == 1.5);
    setlocale(LC_ALL, "C");
}
END_TEST

static void add_numbers(TCase *tests)
{
    tcase_add_test(tests, numbers_of_a_thousand_digits);
    tcase_add_loop_test(tests, numbers_are_read_exactly, 0, (int)(sizeof numbers / sizeof numbers[0]));
    tcase_add_test(tests, numbers_of_many_digits_are_read_exactly);
    tcase_add_loop_test(tests, doubles_are_the_nearest, 0, (int)(sizeof doubles / sizeof doubles[0]));
    tcase_add_test(tests, a_negative_zero_keeps_its_sign);
    tcase_add_test(tests, what_no_double_holds_is_refused);
    tcase_add_test(tests, the_last_of_many_digits_decides);
    tcase_add_test(tests, no_locale_matters);
}

static void add_grammar(TCase *tests)
{
    tcase_add_loop_test(tests, texts_and_their_twins, 0, (int)PAIRS);
    tcase_add_test(tests, nuls_are_no_white_space_and_no_end);
    tcase_add_test(tests, no_text_at_all);
    tcase_add_test(tests, every_prefix_is_refused);
    tcase_add_test(tests, every_byte_in_a_string);
    tcase_add_test(tests, messages_say_what_and_where);
    tcase_add_test(tests, hostile_names_are_made_fit_for_a_message);
    tcase_add_test(tests, the_top_value_has_the_type_asked_for);
    tcase_add_test(tests, check_yields_the_value_without_what_is_round_it);
    tcase_add_test(tests, members_and_elements_are_visited_in_order);
    tcase_add_test(tests, an_index_has_what_is_visited);
    tcase_add_test(tests, a_visitor_ends_the_scan);
    tcase_add_test(tests, names_and_texts_compare_unescaped);
}

static void add_limits(TCase *tests)
{
    tcase_add_test(tests, depth_is_limited);
    tcase_add_test(tests, ten_thousand_levels);
    tcase_add_test(tests, members_and_elements_are_counted_everywhere);
    tcase_add_loop_test(tests, fifty_thousand_members, 0, (int)(sizeof name_formats / sizeof name_formats[0]));
    tcase_add_test(tests, a_duplicate_is_found_whatever_the_count);
    tcase_add_test(tests, the_first_repetition_is_the_one_named);
    tcase_add_test(tests, colliding_names_of_any_length_and_spelling);
    tcase_add_test(tests, duplicates_at_every_depth);
    tcase_add_test(tests, outer_names_are_kept_while_inner_ones_come_and_go);
}

static Suite *json_scan_suite(void)
{
    static const struct {
        const char *name;
        void (*add)(TCase *tests);
    } cases[] = { { "grammar", add_grammar }, { "limits", add_limits }, { "numbers", add_numbers } };
    Suite *suite = suite_create("json_scan");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        TCase *tests = tcase_create(cases[i].name);
        tcase_set_timeout(tests, 60);
        cases[i].add(tests);
        suite_add_tcase(suite, tests);
    }
    return suite;
}

CHECK_MAIN(json_scan_suite)
