/*
 * forge.c: a corpus of forged tokens, to test somebody's verifier.
 */
#include <stdio.h>
#include <string.h>

#include <xcj/jws.h>
#include <xcj/verify.h>

#include "cli/forge/forge.h"
#include "cli/forge/run.h"
#include "cli/io/time.h"
#include "cli/keys/keys.h"
#include "cli/tokens/token.h"
#include "cli/verbs/verb.h"

typedef struct forge_args {
    const char *key;
    const char *private_key;
    const char *now;
    const char *run;
    bool list;
    bool must_only;
    bool json;
    const char *passphrase;
} forge_args;

/* A corpus has some hundred tokens of this size. */
#define TOKEN_LIMIT ((size_t)64 << 10)

#define AT(field) offsetof(forge_args, field)

static const opt_row OPTIONS[] = {
    OPT_HEADING("Input"),
    { "key", 'k', OPT_TEXT, "KEY", AT(key), "the key that the verifier has" },
    { "private", 0, OPT_TEXT, "KEY", AT(private_key),
      "its private key: also make valid counterparts, and signed tokens with other faults" },
    OPT_HEADING("Output"),
    { "run", 0, OPT_TEXT, "CMD", AT(run),
      "run CMD for each token (on its standard input; exit code 0 accepts) and print what it accepts" },
    { "json", 'j', OPT_FLAG, NULL, AT(json), "with --run: print one line of JSON" },
    { "must-only", 0, OPT_FLAG, NULL, AT(must_only), "only tokens that an RFC says to refuse, and valid ones" },
    { "list", 0, OPT_FLAG, NULL, AT(list), "list all cases with their reasons; make no tokens" },
    OPT_HEADING("More"),
    { "now", 0, OPT_TEXT, "TIME", AT(now), "use TIME as the current time: Unix seconds or RFC 3339" },
    KEYS_PASSPHRASE_ROW(forge_args, passphrase),
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

/* The inputs, which live until the corpus is made. */
typedef struct sources {
    text key_file;
    text token;
    keys_loaded keys;
    keys_loaded private_keys;
    xcj_unverified *taken;
    forge from;
} sources;

static msg_status read_private(sources *of, const forge_args *args, const char *kid)
{
    if (args->private_key == NULL) {
        return STATUS_OK;
    }
    const keys_how how = { args->passphrase, false, false };
    const char *name = io_name(args->private_key);
    msg_status status = keys_load(&of->private_keys, "--private", args->private_key, &how);
    if (status == STATUS_OK) {
        status = keys_pick(&of->from.signer, &of->private_keys, kid, name);
    }
    if (status != STATUS_OK) {
        return status;
    }
    bool is_same = false;
    status = keys_compare(&is_same, of->from.key, of->from.signer, name);
    if (status != STATUS_OK || !is_same) {
        return status != STATUS_OK ? status : msg_fail(STATUS_KEY, name, "is not the private key of --key");
    }
    xcj_error err;
    const xcj_code code = xcj_key_admits(of->from.signer, of->from.alg, XCJ_SIGN, &err);
    return code == XCJ_OK ? STATUS_OK : msg_fail_error(ABOUT_INPUT, name, &err);
}

/* A token that would be refused anyway shows nothing when it is refused. */
static msg_status check_genuine(const sources *of, const char *name, int64_t now)
{
    xcj_error err;
    xcj_verifier *verifier = NULL;
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.ignore_times = 1;
    options.allow_no_exp = 1;
    xcj_code code = xcj_verifier_new_key(&verifier, of->from.key, &options, &err);
    if (code == XCJ_OK) {
        code = xcj_verify(NULL, verifier, of->token.ptr, of->token.len, NULL, &err);
    }
    xcj_verifier_free(verifier);
    if (code != XCJ_OK) {
        return msg_fail_error(ABOUT_TOKEN, name, &err);
    }
    const json_t *exp = json_object_get(of->from.parsed_claims, "exp");
    if (!forge_is_proof(&of->from) && (exp == NULL || json_number_value(exp) <= (double)now)) {
        msg_warn(name, "the token %s: its twins may be refused for that", exp == NULL ? "has no exp" : "has expired");
    }
    return STATUS_OK;
}

static void split(sources *of)
{
    const char *at = of->token.ptr;
    for (size_t i = 0; i < 3; i++) {
        const size_t len = strcspn(at, ".");
        of->from.part[i] = (xcj_str){ at, len };
        at += len + 1;
    }
}

static msg_status take_token(sources *of, const char *name)
{
    xcj_error err;
    forge *from = &of->from;
    if (of->token.len > TOKEN_LIMIT) {
        return msg_fail(STATUS_POLICY, name, "is larger than %zu bytes: most lines of the corpus would hold all of it",
                        TOKEN_LIMIT);
    }
    if (xcj_unverified_decode(&of->taken, of->token.ptr, of->token.len, &err) != XCJ_OK) {
        token_name_fault(&err, name, text_view(&of->token), false);
        return msg_fail_error(ABOUT_TOKEN, name, &err);
    }
    split(of);
    from->token = text_view(&of->token);
    from->header = xcj_unverified_header(of->taken);
    from->claims = xcj_unverified_payload(of->taken);
    from->signature = xcj_unverified_signature(of->taken);
    from->parsed_header = doc_load_exact(from->header);
    from->parsed_claims = doc_load_exact(from->claims);
    if (!json_is_object(from->parsed_header) || !json_is_object(from->parsed_claims)) {
        return msg_fail(STATUS_INPUT, name, "the token's claims are not a JSON object that can be written again");
    }
    const json_t *alg = json_object_get(from->parsed_header, "alg");
    from->alg = json_is_string(alg) ? xcj_alg_from_name(json_string_value(alg), json_string_length(alg)) : XCJ_ALG_NONE;
    return STATUS_OK;
}

static msg_status read_sources(sources *of, const forge_args *args, const opt_list *operands)
{
    const char *name = NULL;
    int64_t now = 0;
    const keys_how how = { args->passphrase, false, false };
    if (args->key == NULL) {
        return msg_fail(STATUS_USAGE, "forge", "--key is needed: the key that the verifier has");
    }
    msg_status status = time_read_now(&now, args->now);
    if (status == STATUS_OK) {
        status = token_read(&of->token, &name, token_operand(operands));
    }
    if (status == STATUS_OK) {
        status = take_token(of, name);
    }
    if (status == STATUS_OK) {
        status = io_read(&of->key_file, "--key", args->key, IO_KEY_LIMIT, STATUS_INPUT);
    }
    if (status == STATUS_OK) {
        status = keys_load_data(&of->keys, &of->key_file, io_name(args->key), &how);
    }
    const char *kid = json_string_value(json_object_get(of->from.parsed_header, "kid"));
    if (status == STATUS_OK) {
        status = keys_pick(&of->from.key, &of->keys, kid, io_name(args->key));
    }
    if (status == STATUS_OK) {
        status = check_genuine(of, name, now);
    }
    of->from.key_file = text_view(&of->key_file);
    of->from.is_pinned = of->from.key != NULL && xcj_key_alg(of->from.key) == of->from.alg;
    return status == STATUS_OK ? read_private(of, args, kid) : status;
}

static void free_sources(sources *of)
{
    xcj_key_free(of->from.attacker);
    json_decref(of->from.parsed_header);
    json_decref(of->from.parsed_claims);
    xcj_unverified_free(of->taken);
    keys_free(&of->keys);
    keys_free(&of->private_keys);
    text_free(&of->key_file);
    text_free(&of->token);
}

/* The needs of cases that this token and this key meet. */
static unsigned means(const forge *from)
{
    const char *alg = xcj_alg_name(from->alg);
    const xcj_kty type = xcj_key_type(from->key);
    const bool is_rsa = type == XCJ_KTY_RSA;
    return (from->signer != NULL ? FORGE_PRIVATE : 0) | (keys_is_oct(from->key) ? 0 : FORGE_PUBLIC) |
           (is_rsa ? FORGE_RSA : 0) | (type == XCJ_KTY_EC ? FORGE_EC : 0) |
           (xcj_key_curve(from->key) == XCJ_CURVE_ED25519 ? FORGE_ED25519 : 0) | (is_rsa && alg[0] == 'P' ? FORGE_PSS : 0) |
           (is_rsa && alg[0] == 'R' ? FORGE_PKCS1 : 0);
}

/* A case's name, with what it is repeated for in small letters in place of its "%s". */
static void name_case(char *out, size_t cap, const forge_case *row, const char *each)
{
    const char *mark = strstr(row->name, "%s");
    if (mark == NULL) {
        (void)snprintf(out, cap, "%s", row->name);
        return;
    }
    (void)snprintf(out, cap, "%.*s%s%s", (int)(mark - row->name), row->name, each, mark + 2);
    for (char *p = out; *p != '\0'; p++) {
        *p = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
    }
}

/* Repetition `i` of a case; false behind the last one. */
static bool set_each(forge *from, const forge_case *row, size_t i, char *name, size_t cap)
{
    const char *each = "";
    switch (row->each) {
    case FORGE_ONCE:
        break;
    case FORGE_EACH_TAIL:
        from->tail = i == 0 ? "stripped" : "kept";
        each = from->tail;
        break;
    case FORGE_EACH_HMAC:
    case FORGE_EACH_ALG:
        from->each = keys_alg_at(i);
        each = from->each != XCJ_ALG_NONE ? xcj_alg_name(from->each) : "";
        break;
    }
    const size_t hmacs = 3; /* which are the first algorithms */
    name_case(name, cap, row, row->each == FORGE_EACH_HMAC && *each != '\0' ? each + 2 : each);
    return row->each == FORGE_ONCE        ? i < 1
           : row->each == FORGE_EACH_TAIL ? i < 2
           : row->each == FORGE_EACH_HMAC ? i < hmacs
                                          : from->each != XCJ_ALG_NONE;
}

static void put_line(text *out, const forge_case *row, const char *name, const text *token)
{
    const text nothing = TEXT_INIT;
    json_t *object = json_object();
    json_t *value = json_stringn(token->ptr != NULL ? token->ptr : "", token->len);
    (void)json_object_set_new(object, "name", json_string(name));
    (void)json_object_set_new(object, "reason", json_string(row->reason));
    (void)json_object_set_new(object, "expect", json_string(row->is_valid ? "accept" : "refuse"));
    if (!row->is_valid) {
        const forge_rule *rule = forge_rule_of(name);
        (void)json_object_set_new(object, "level", json_string(forge_level(rule)));
        (void)json_object_set_new(object, "rule", json_string(rule->words));
    }
    (void)json_object_set_new(object, "form", json_string(row->is_json ? "json" : "compact"));
    if (json_object_set_new(object, "token", value) != 0 || doc_line(out, object, &nothing) != STATUS_OK) {
        out->failed = true;
    }
    json_decref(object);
}

/* What becomes of the tokens: a line each, or a command's input. */
typedef struct sink {
    text out;
    forge_run run;
    bool must_only;
} sink;

static bool is_wanted(const sink *to, const forge_case *row, const char *name)
{
    return row->is_valid || !to->must_only || !forge_rule_of(name)->is_strict;
}

static msg_status put_token(sink *to, const forge_case *row, const char *name, const text *token)
{
    if (to->run.command != NULL) {
        return forge_run_case(&to->run, row, name, token);
    }
    put_line(&to->out, row, name, token);
    return STATUS_OK;
}

static msg_status put_case(sink *to, forge *from, const forge_case *row)
{
    char name[64];
    msg_status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && set_each(from, row, i, name, sizeof name); i++) {
        text token = TEXT_INIT;
        if (is_wanted(to, row, name) && row->make(from, row, &token) && !token.failed) {
            status = put_token(to, row, name, &token);
        }
        if (status == STATUS_OK && (token.failed || to->out.failed)) {
            status = msg_fail(STATUS_INTERNAL, "forge", "no memory, or OpenSSL made no signature");
        }
        text_free(&token);
        from->tail = NULL;
    }
    return status;
}

static msg_status put_cases(sink *to, forge *from, const forge_case *rows, bool (*fits)(const forge_case *row))
{
    const unsigned have = means(from);
    msg_status status = STATUS_OK;
    for (const forge_case *row = rows; row->name != NULL && status == STATUS_OK; row++) {
        if ((row->needs & have) == row->needs && (fits == NULL || fits(row))) {
            status = put_case(to, from, row);
        }
    }
    return status;
}

static msg_status print_corpus(forge *from, const forge_args *args)
{
    sink to = { TEXT_INIT, { .command = args->run }, args->must_only };
    const bool is_proof = forge_is_proof(from);
    msg_status status = put_cases(&to, from, forge_cases, is_proof ? forge_fits_proof : NULL);
    if (status == STATUS_OK && is_proof) {
        status = put_cases(&to, from, forge_proof_cases, NULL);
    }
    if (status == STATUS_OK && args->run != NULL) {
        status = forge_run_report(&to.run, args->json);
    } else if (status == STATUS_OK) {
        io_print(to.out.ptr, to.out.len);
    }
    forge_run_free(&to.run);
    text_free(&to.out);
    return status;
}

/* Name, "must", "strict" or "accept", the reason, and the rule. */
static void put_row(text *out, const forge_case *row, const char *name)
{
    const forge_rule *rule = row->is_valid ? NULL : forge_rule_of(name);
    text_printf(out, "%s\t%s\t%s%s\t%s\n", name, rule != NULL ? forge_level(rule) : "accept", row->reason,
                (row->needs & FORGE_PRIVATE) != 0 ? " (needs --private)" : "", rule != NULL ? rule->words : "");
}

static void put_rows(text *out, const forge_case *rows, bool must_only)
{
    const sink to = { .must_only = must_only };
    char name[64];
    forge from = { .key = NULL };
    for (const forge_case *row = rows; row->name != NULL; row++) {
        for (size_t i = 0; set_each(&from, row, i, name, sizeof name); i++) {
            if (is_wanted(&to, row, name)) {
                put_row(out, row, name);
            }
        }
    }
}

static msg_status print_list(bool must_only)
{
    text out = TEXT_INIT;
    put_rows(&out, forge_cases, must_only);
    put_rows(&out, forge_proof_cases, must_only);
    if (out.failed) {
        return msg_fail_memory();
    }
    io_print(out.ptr, out.len);
    text_free(&out);
    return STATUS_OK;
}

static msg_status run(const void *given, const opt_list *operands)
{
    const forge_args *args = given;
    if (args->json && args->run == NULL) {
        return msg_fail(STATUS_USAGE, "forge", "--json goes with --run: the corpus itself is lines of JSON");
    }
    if (args->list) {
        return print_list(args->must_only);
    }
    sources of = { .key_file = TEXT_INIT };
    msg_status status = read_sources(&of, args, operands);
    if (status == STATUS_OK) {
        status = print_corpus(&of.from, args);
    }
    free_sources(&of);
    return status;
}

const verb verb_forge = {
    "forge",
    "[FILE|@FILE|-|env:NAME|TOKEN]",
    1,
    "make forged tokens, or test a verifier with them",
    "Makes forged tokens from a genuine one and the verifier's key, one JSON object\n"
    "per line. Wrong headers and claims need --private: only a valid signature shows\n"
    "whether they are refused.\n",
    "  xcj forge --key public.pem @token.jwt | jq -r .name\n"
    "  xcj forge --key jwks.json --private private.json @token.jwt \\\n"
    "        --run 'xcj verify --key public.json'\n"
    "  xcj forge --list --must-only\n",
    OPTIONS,
    sizeof(forge_args),
    run,
    VERB_EXIT(STATUS_SIGNATURE) | VERB_EXIT(STATUS_KEY) | VERB_EXIT(STATUS_POLICY),
};
