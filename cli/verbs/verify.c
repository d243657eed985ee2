/*
 * verify.c: tokens against keys and a policy.
 */
#include "cli/verify/verify.h"
#include "cli/io/io.h"
#include "cli/verbs/verb.h"

#define AT(field) offsetof(verify_args, field)

static const opt_row OPTIONS[] = {
    OPT_HEADING("Keys"),
    { "key", 'k', OPT_LIST, "KEY|URL", AT(key), "JWK, PEM, DER, certificate or set" },
    { "jwks", 0, OPT_TEXT, "KEY|URL", AT(jwks), "a set of keys; the token's kid chooses" },
    REMOTE_ISSUER_ROW(verify_args, remote),
    OPT_HEADING("Checks"),
    { "alg", 'a', OPT_LIST, "ALG,ALG", AT(alg), "allowed algorithms (default: what the key admits)" },
    { "iss", 0, OPT_LIST, "ISS", AT(iss), "expected issuer" },
    { "aud", 0, OPT_LIST, "AUD", AT(aud), "expected audience" },
    OPT_HEADING("Output"),
    { "explain", 0, OPT_FLAG, NULL, AT(explain), "show each check on standard error" },
    { "json", 'j', OPT_FLAG, NULL, AT(json), "print a verdict, one line of JSON for each token" },
    { "quiet", 'q', OPT_FLAG, NULL, AT(quiet), "print nothing when the token is valid" },
    { "batch", 0, OPT_FLAG, NULL, AT(batch), "each argument is a file with a token per line" },
    OPT_HEADING("More on keys"),
    KEYS_SECRET_ROWS(verify_args, secret),
    KEYS_PASSPHRASE_ROW(verify_args, passphrase),
    { "hmac-k-raw", 0, OPT_FLAG, NULL, AT(hmac_k_raw), "read the k of an oct JWK as raw text, as the Kong plugin does" },
    { "key-claim", 0, OPT_TEXT, "CLAIM", AT(key_claim), "choose the key whose kid is the value of this claim" },
    { "try-keys", 0, OPT_FLAG, NULL, AT(try_keys), "when several keys fit and kid names none, try up to 16" },
    { "use", 0, OPT_TEXT, VERIFY_USES, AT(use), "the use of the keys; jwt-svid: those of a SPIFFE bundle" },
    OPT_HEADING("More on fetching"),
    REMOTE_ROWS(verify_args, remote),
    PAGES_ROWS(verify_args, remote.pages),
    { "connect-timeout", 0, OPT_TEXT, "DURATION", AT(remote.pages.connect_timeout), "to connect (default 5s)" },
    { "allow-http", 0, OPT_FLAG, NULL, AT(remote.pages.allow_http), "allow http:// URLs of other machines" },
    OPT_HEADING("More checks"),
    { "allow-no-exp", 0, OPT_FLAG, NULL, AT(allow_no_exp), "accept a token without exp" },
    { "typ", 0, OPT_TEXT, "TYPE", AT(typ), "typ of the header must be TYPE" },
    { "profile", 0, OPT_TEXT, POLICY_PROFILES, AT(profile), "typ and claims: RFC 9068, or a draft's Txn-Token" },
    { "leeway", 0, OPT_TEXT, "DURATION", AT(leeway), "clock skew allowed, such as 30 or 2m" },
    { "sub", 0, OPT_TEXT, "SUB", AT(sub), "sub must be SUB" },
    { "require", 0, OPT_LIST, "CLAIM", AT(require), "this claim must be there" },
    { "max-age", 0, OPT_TEXT, "DURATION", AT(max_age), "reject tokens whose iat is longer ago" },
    { "now", 0, OPT_TEXT, "TIME", AT(now), "use TIME as the current time: Unix seconds or RFC 3339" },
    OPT_HEADING("More on tokens"),
    { "jws", 0, OPT_FLAG, NULL, AT(jws), "any payload: check the signature only" },
    { "payload", 0, OPT_TEXT, "FILE", AT(payload), "file with the detached payload" },
    { "all-signatures", 0, OPT_FLAG, NULL, AT(all_signatures), "every signature of a JSON serialisation must be valid" },
    { "unwrap", 0, OPT_FLAG, NULL, AT(unwrap), "take off \"Bearer \", quotes, line breaks, a token response" },
    { "line-buffered", 0, OPT_FLAG, NULL, AT(line_buffered),
      "with --batch: print each result before the next line is read" },
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

static msg_status run(const void *given, const opt_list *operands)
{
    verify_job job = { .args = given };
    msg_status status = verify_check(job.args);
    if (status == STATUS_OK) {
        status = verify_prepare(&job);
    }
    if (status == STATUS_OK && job.args->payload != NULL) {
        status = io_read(&job.payload, "--payload", job.args->payload, IO_PAYLOAD_LIMIT, STATUS_INPUT);
    }
    if (status == STATUS_OK) {
        status = verify_operands(&job, operands);
    }
    text_free(&job.payload);
    xcj_scratch_free(job.scratch);
    remote_close(job.remote);
    xcj_verifier_free(job.verifier);
    keys_free(&job.keys);
    policy_free(&job.wanted);
    return status;
}

const verb verb_verify = {
    "verify",
    "[FILE|@FILE|-|env:NAME|TOKEN]...",
    SIZE_MAX,
    "verify tokens and print their payloads",
    "Prints the payload of each token if every check passes. exp is required.\n"
    "Without an argument, reads standard input.\n",
    "  xcj verify --jwks jwks.json --aud api://orders @token.jwt\n"
    "  xcj verify --key public.pem --alg RS256 --json - < token.jwt\n"
    "  xcj verify --jwks jwks.json --batch --quiet @tokens.txt\n",
    OPTIONS,
    sizeof(verify_args),
    run,
    VERB_EXIT(STATUS_SIGNATURE) | VERB_EXIT(STATUS_KEY) | VERB_EXIT(STATUS_EXPIRED) | VERB_EXIT(STATUS_EARLY) |
        VERB_EXIT(STATUS_CLAIM) | VERB_EXIT(STATUS_POLICY) | VERB_EXIT(STATUS_FETCH),
};
