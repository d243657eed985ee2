#include "lib/gateway/sentences.h"

const xcj__sentences xcj__plain_sentences = {
    .issue = "",
    .none = "the request has no credential: ",
    .several = "the request has more than one credential: ",
    .method = { "Bearer token", "Basic credentials", "client certificate", "API key" },
    .bad_claim = { "the Bearer token's claim '", "' gives no client_id" },
    .bad_bearer = "the Bearer token cannot be read: ",
    .bad_basic = "the Basic credentials cannot be read",
    .no_consumer = "the request has no consumer",
    .bad_consumer = "the consumer cannot be used",
};
