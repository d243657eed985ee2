/*
 * xcj_status: what the module has done, over all workers, whose turn it is to sign, and how fetched sets are. The counters
 * are in shared memory, so that they survive a reload; each costs one atomic addition.
 */
#include "ngx_http_xcj.h"

#define CODES (XCJ_ERR_CONFIG + 1)

/* Look-ups in caches of one kind, by all workers together. */
typedef struct look_ups {
    ngx_atomic_t hits;
    ngx_atomic_t misses;
} look_ups;

/* At the start of the zone's own memory. */
typedef struct ngx_http_xcj_counters {
    time_t since;
    ngx_atomic_t minted;
    look_ups tokens;             /* of xcj_reuse */
    look_ups verified;           /* of cache= */
    ngx_atomic_t refused[CODES]; /* by code; 0: a code that this version does not know */
} counters;

static ngx_int_t init_zone(ngx_shm_zone_t *zone, void *old)
{
    ngx_slab_pool_t *pool = (ngx_slab_pool_t *)zone->shm.addr;
    zone->data = old != NULL ? old : pool->data;
    if (old != NULL || zone->shm.exists) {
        return NGX_OK;
    }
    counters *made = ngx_slab_calloc(pool, sizeof *made);
    if (made == NULL) {
        return NGX_ERROR;
    }
    made->since = ngx_time();
    pool->data = made;
    zone->data = made;
    return NGX_OK;
}

/* Without a location that shows them, nothing is counted. */
static counters *counters_of(ngx_http_request_t *r)
{
    const ngx_http_xcj_main_conf *conf = ngx_http_get_module_main_conf(r, ngx_http_xcj_module);
    return conf->status != NULL ? conf->status->data : NULL;
}

void ngx_http_xcj_count_mint(ngx_http_request_t *r)
{
    counters *all = counters_of(r);
    if (all != NULL) {
        (void)ngx_atomic_fetch_add(&all->minted, 1);
    }
}

void ngx_http_xcj_count_refusal(ngx_http_request_t *r, xcj_code code)
{
    counters *all = counters_of(r);
    if (all != NULL) {
        (void)ngx_atomic_fetch_add(&all->refused[code > 0 && code < CODES ? code : 0], 1);
    }
}

void ngx_http_xcj_count_reuse(ngx_http_request_t *r, int is_reused)
{
    counters *all = counters_of(r);
    if (all != NULL) {
        (void)ngx_atomic_fetch_add(is_reused ? &all->tokens.hits : &all->tokens.misses, 1);
    }
}

/* A verification looks into one cache at most, with the worker's scratch. */
void ngx_http_xcj_count_verified(ngx_http_request_t *r)
{
    static xcj_cache_counts before;
    xcj_cache_counts now;
    counters *all = counters_of(r);
    xcj_scratch_cache_counts(&now, ngx_http_xcj_scratch());
    if (all != NULL && (now.hits != before.hits || now.misses != before.misses)) {
        (void)ngx_atomic_fetch_add(now.hits != before.hits ? &all->verified.hits : &all->verified.misses, 1);
    }
    before = now;
}

/* xcj_status [json | prometheus] */
char *ngx_http_xcj_show_status(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    static ngx_str_t name = ngx_string("xcj_status");
    (void)cmd;
    ngx_http_xcj_loc_conf *conf = data;
    ngx_http_xcj_main_conf *main_conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_xcj_module);
    const ngx_str_t *words = cf->args->elts;
    if (conf->status != NGX_HTTP_XCJ_NO_STATUS) {
        return "is duplicate";
    }
    conf->status =
        cf->args->nelts == 2 && ngx_http_xcj_is(&words[1], "prometheus") ? NGX_HTTP_XCJ_PROMETHEUS : NGX_HTTP_XCJ_JSON;
    if (conf->status == NGX_HTTP_XCJ_JSON && cf->args->nelts == 2 && !ngx_http_xcj_is(&words[1], "json")) {
        return "is neither \"json\" nor \"prometheus\"";
    }
    main_conf->status = ngx_shared_memory_add(cf, &name, 8 * ngx_pagesize, &ngx_http_xcj_module);
    if (main_conf->status == NULL) {
        return NGX_CONF_ERROR;
    }
    main_conf->status->init = init_zone;
    ngx_http_core_loc_conf_t *clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_xcj_status_handler;
    return NGX_CONF_OK;
}

/* A text that grows in a pool, and remembers that it could not. */
typedef struct page {
    ngx_pool_t *pool;
    u_char *data;
    size_t len;
    size_t cap;
    int failed;
} page;

static u_char *reserve(page *text, size_t more)
{
    if (text->len + more > text->cap) {
        size_t cap = 2 * (text->len + more);
        u_char *data = text->failed ? NULL : ngx_pnalloc(text->pool, cap);
        if (data == NULL) {
            text->failed = 1;
            return NULL;
        }
        ngx_memcpy(data, text->data, text->len);
        text->data = data;
        text->cap = cap;
    }
    return text->data + text->len;
}

static void put(page *text, const char *literal)
{
    size_t len = ngx_strlen(literal);
    u_char *at = reserve(text, len);
    if (at != NULL) {
        ngx_memcpy(at, literal, len);
        text->len += len;
    }
}

static void put_number(page *text, int64_t number)
{
    u_char *at = reserve(text, NGX_INT64_LEN + 1);
    if (at != NULL) {
        text->len = (size_t)(ngx_sprintf(at, "%L", number) - text->data);
    }
}

/* In quotes. JSON's escapes serve Prometheus as well where a text has no control character, which no file name or kid that
 * a person chose has; others are cut. */
static void put_text(page *text, ngx_str_t value)
{
    size_t len = value.len + ngx_escape_json(NULL, value.data, value.len);
    put(text, "\"");
    u_char *at = reserve(text, len);
    if (at != NULL) {
        ngx_escape_json(at, value.data, value.len);
        text->len += len;
    }
    put(text, "\"");
}

static ngx_str_t kid_of(const ngx_http_xcj_own *own, size_t index)
{
    const xcj_str kid = xcj_key_id(xcj_keyset_get(own->set, index));
    return (ngx_str_t){ kid.len, (u_char *)kid.ptr };
}

static size_t count_published(const ngx_http_xcj_own *own)
{
    xcj_keyset *set;
    xcj_code code = xcj_rotation_published(&set, own->rotation, ngx_time(), NULL);
    size_t count = code == XCJ_OK ? xcj_keyset_count(set) : 0;
    xcj_keyset_free(set);
    return count;
}

static void put_key_json(page *text, const ngx_http_xcj_own *own)
{
    const size_t count = xcj_keyset_count(own->set);
    const size_t signer = xcj_rotation_signer(own->rotation, ngx_time());
    const int64_t until = xcj_rotation_signer_until(own->rotation, ngx_time());
    const size_t next = until != INT64_MAX ? xcj_rotation_signer(own->rotation, until) : count;
    put(text, "{\"file\":");
    put_text(text, own->path);
    put(text, ",\"kid\":");
    signer < count ? put_text(text, kid_of(own, signer)) : put(text, "null");
    put(text, ",\"until\":");
    until != INT64_MAX ? put_number(text, until) : put(text, "null");
    put(text, ",\"next\":");
    next < count ? put_text(text, kid_of(own, next)) : put(text, "null");
    put(text, ",\"published\":");
    put_number(text, (int64_t)count_published(own));
    put(text, "}");
}

static void put_set_json(page *text, const ngx_http_xcj_set_status *set)
{
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {
        { ",\"age\":", set->age },
        { ",\"fresh\":", set->fresh },
        { ",\"keys\":", (int64_t)set->keys },
        { ",\"generation\":", (int64_t)set->generation },
        { ",\"fetches\":", (int64_t)set->fetches },
        { ",\"failures\":", (int64_t)set->failures },
    };
    put(text, "{\"set\":");
    put_text(text, set->name);
    put(text, ",\"usable\":");
    put(text, set->has_set ? "true" : "false");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        put(text, numbers[i].name);
        put_number(text, numbers[i].value);
    }
    put(text, ",\"error\":");
    put_text(text, (ngx_str_t){ ngx_strlen(set->error), (u_char *)set->error });
    put(text, "}");
}

static void put_look_ups_json(page *text, const char *name, const look_ups *cache)
{
    put(text, name);
    put(text, "{\"hits\":");
    put_number(text, (int64_t)cache->hits);
    put(text, ",\"misses\":");
    put_number(text, (int64_t)cache->misses);
    put(text, "}");
}

static void put_json(page *text, const counters *all, const ngx_http_xcj_main_conf *conf)
{
    put(text, "{\"since\":");
    put_number(text, all->since);
    put(text, ",\"minted\":");
    put_number(text, (int64_t)all->minted);
    put(text, ",\"refused\":{");
    const char *comma = "";
    for (int code = 1; code < CODES; code++) {
        if (all->refused[code] > 0) {
            put(text, comma);
            put(text, "\"");
            put(text, xcj_code_name((xcj_code)code));
            put(text, "\":");
            put_number(text, (int64_t)all->refused[code]);
            comma = ",";
        }
    }
    put(text, "},\"caches\":{");
    put_look_ups_json(text, "\"minted\":", &all->tokens);
    put_look_ups_json(text, ",\"verified\":", &all->verified);
    put(text, "},\"keys\":[");
    for (const ngx_http_xcj_own *own = conf->owns; own != NULL; own = own->next) {
        put(text, own != conf->owns ? "," : "");
        put_key_json(text, own);
    }
    put(text, "],\"sets\":[");
    for (ngx_http_xcj_set *set = conf->sets; set != NULL;) {
        ngx_http_xcj_set_status seen;
        put(text, set != conf->sets ? "," : "");
        set = ngx_http_xcj_see_set(&seen, set);
        put_set_json(text, &seen);
    }
    put(text, "]}");
}

static void put_family(page *text, const char *name, const char *type, const char *help)
{
    put(text, "# HELP ");
    put(text, name);
    put(text, " ");
    put(text, help);
    put(text, "\n# TYPE ");
    put(text, name);
    put(text, " ");
    put(text, type);
    put(text, "\n");
}

/* Each code from the start, so that a rate has something to begin with. */
static void put_refusals(page *text, const counters *all)
{
    const char *unknown = xcj_code_name((xcj_code)-1);
    put_family(text, "xcj_refused_total", "counter", "Requests that were refused, by the code of the reason.");
    for (int code = 1; code < CODES; code++) {
        const char *name = xcj_code_name((xcj_code)code);
        if (ngx_strcmp(name, unknown) != 0) {
            put(text, "xcj_refused_total{code=\"");
            put(text, name);
            put(text, "\"} ");
            put_number(text, (int64_t)all->refused[code]);
            put(text, "\n");
        }
    }
}

static void put_look_ups(page *text, const char *labels, ngx_atomic_uint_t value)
{
    put(text, "xcj_cache_lookups_total{");
    put(text, labels);
    put(text, "} ");
    put_number(text, (int64_t)value);
    put(text, "\n");
}

static void put_caches(page *text, const counters *all)
{
    put_family(text, "xcj_cache_lookups_total", "counter", "Look-ups of tokens to use again, and of verified tokens.");
    put_look_ups(text, "cache=\"minted\",result=\"hit\"", all->tokens.hits);
    put_look_ups(text, "cache=\"minted\",result=\"miss\"", all->tokens.misses);
    put_look_ups(text, "cache=\"verified\",result=\"hit\"", all->verified.hits);
    put_look_ups(text, "cache=\"verified\",result=\"miss\"", all->verified.misses);
}

static void put_sample(page *text, const char *name, const ngx_http_xcj_own *own, size_t kid, int64_t value)
{
    put(text, name);
    put(text, "{file=");
    put_text(text, own->path);
    if (kid < xcj_keyset_count(own->set)) {
        put(text, ",kid=");
        put_text(text, kid_of(own, kid));
    }
    put(text, "} ");
    put_number(text, value);
    put(text, "\n");
}

static void put_keys(page *text, const ngx_http_xcj_own *owns)
{
    const int64_t now = ngx_time();
    put_family(text, "xcj_signing_key", "gauge", "1 for the key that signs; a file without a sample has none.");
    for (const ngx_http_xcj_own *own = owns; own != NULL; own = own->next) {
        const size_t signer = xcj_rotation_signer(own->rotation, now);
        if (signer < xcj_keyset_count(own->set)) {
            put_sample(text, "xcj_signing_key", own, signer, 1);
        }
    }
    put_family(text, "xcj_signing_key_end_timestamp_seconds", "gauge", "When another key signs, or none.");
    for (const ngx_http_xcj_own *own = owns; own != NULL; own = own->next) {
        const int64_t until = xcj_rotation_signer_until(own->rotation, now);
        if (until != INT64_MAX) {
            put_sample(text, "xcj_signing_key_end_timestamp_seconds", own, SIZE_MAX, until);
        }
    }
    put_family(text, "xcj_published_keys", "gauge", "Keys of the file that are published.");
    for (const ngx_http_xcj_own *own = owns; own != NULL; own = own->next) {
        put_sample(text, "xcj_published_keys", own, SIZE_MAX, (int64_t)count_published(own));
    }
}

/* One number of each set; a set that has never been received has no age. */
static void put_sets(page *text, ngx_http_xcj_set *first, const char *name, const char *type, const char *help,
                     int64_t (*number)(const ngx_http_xcj_set_status *))
{
    put_family(text, name, type, help);
    for (ngx_http_xcj_set *set = first; set != NULL;) {
        ngx_http_xcj_set_status seen;
        set = ngx_http_xcj_see_set(&seen, set);
        if (number(&seen) >= 0) {
            put(text, name);
            put(text, "{set=");
            put_text(text, seen.name);
            put(text, "} ");
            put_number(text, number(&seen));
            put(text, "\n");
        }
    }
}

static int64_t age_of(const ngx_http_xcj_set_status *set)
{
    return set->has_set ? (int64_t)set->age : -1;
}

static int64_t keys_of(const ngx_http_xcj_set_status *set)
{
    return (int64_t)set->keys;
}

static int64_t fetches_of(const ngx_http_xcj_set_status *set)
{
    return (int64_t)set->fetches;
}

static int64_t failures_of(const ngx_http_xcj_set_status *set)
{
    return (int64_t)set->failures;
}

static int64_t failing_of(const ngx_http_xcj_set_status *set)
{
    return set->error[0] != '\0';
}

static void put_prometheus(page *text, const counters *all, const ngx_http_xcj_main_conf *conf)
{
    put_family(text, "xcj_counting_start_timestamp_seconds", "gauge", "When counting began.");
    put(text, "xcj_counting_start_timestamp_seconds ");
    put_number(text, all->since);
    put(text, "\n");
    put_family(text, "xcj_minted_total", "counter", "Tokens that were minted.");
    put(text, "xcj_minted_total ");
    put_number(text, (int64_t)all->minted);
    put(text, "\n");
    put_refusals(text, all);
    put_caches(text, all);
    put_keys(text, conf->owns);
    put_sets(text, conf->sets, "xcj_set_age_seconds", "gauge", "Time since a fetched set was received.", age_of);
    put_sets(text, conf->sets, "xcj_set_keys", "gauge", "Usable keys of a fetched set.", keys_of);
    put_sets(text, conf->sets, "xcj_set_fetches_total", "counter", "Fetches of a set.", fetches_of);
    put_sets(text, conf->sets, "xcj_set_fetch_failures_total", "counter", "Fetches that failed.", failures_of);
    put_sets(text, conf->sets, "xcj_set_failing", "gauge", "1 if the last fetch of the set failed.", failing_of);
}

ngx_int_t ngx_http_xcj_status_handler(ngx_http_request_t *r)
{
    static const ngx_str_t no_store = ngx_string("no-store");
    static ngx_str_t json = ngx_string("application/json");
    static ngx_str_t prometheus = ngx_string("text/plain; version=0.0.4; charset=utf-8");
    const ngx_http_xcj_main_conf *main_conf = ngx_http_get_module_main_conf(r, ngx_http_xcj_module);
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    page text = { .pool = r->pool };
    if (r->method != NGX_HTTP_GET && r->method != NGX_HTTP_HEAD) {
        return NGX_HTTP_NOT_ALLOWED;
    }
    if (conf->status == NGX_HTTP_XCJ_JSON) {
        put_json(&text, counters_of(r), main_conf);
    } else {
        put_prometheus(&text, counters_of(r), main_conf);
    }
    if (text.failed || ngx_http_xcj_add_header(r, "Cache-Control", &no_store) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ngx_http_complex_value_t value;
    ngx_memzero(&value, sizeof value);
    value.value = (ngx_str_t){ text.len, text.data };
    return ngx_http_send_response(r, NGX_HTTP_OK, conf->status == NGX_HTTP_XCJ_JSON ? &json : &prometheus, &value);
}
