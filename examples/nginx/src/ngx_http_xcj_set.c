/*
 * xcj_jwks_zone: a key set that is fetched from an internal location and shared by all workers. Its text and its state lie
 * in a zone of shared memory; each worker reads the keys from the text when the text has changed.
 *
 * Whoever changes the zone prepares a record and a text beside those that count, and then makes them count with one store.
 * So a worker that is killed leaves the zone as it was, and the master unlocks it.
 */
#include "ngx_http_xcj_set.h"

#define NAME_MAX_LEN 255
#define ZONE_MIN ((ssize_t)(8 * ngx_pagesize))

#define TIMEOUT_DEFAULT 10 /* as the library's */

/* A larger set would keep a worker busy for too long. */
#define KEYS_MAX 1000

/* What counts together. */
typedef struct record {
    xcj_refresh_state state;
    ngx_uint_t generation; /* of the text; its lowest bit is the text's place */
    size_t len;
    ngx_uint_t serial; /* of the configuration that has fetched it */
    ngx_uint_t keys;
    ngx_uint_t fetches; /* those that have ended, and those of them that failed */
    ngx_uint_t failed;
    u_char error[NGX_HTTP_XCJ_WHY]; /* why the last one failed, with a NUL; "": it did not */
} record;

struct ngx_http_xcj_shared {
    ngx_atomic_t turn; /* its lowest bit is the place of the record that counts */
    record records[2];
    ngx_uint_t serial; /* of the newest configuration; only the master changes it */
    size_t uri_len;
    u_char uri[NAME_MAX_LEN];
    size_t room; /* for each text */
    u_char texts[];
};

ngx_http_xcj_set *ngx_http_xcj_find_set(ngx_conf_t *cf, const ngx_str_t *name)
{
    ngx_http_xcj_main_conf *conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_xcj_module);
    ngx_http_xcj_set *set = conf->sets;
    while (set != NULL && !ngx_http_xcj_same(&set->name, name)) {
        set = set->next;
    }
    if (set == NULL && (set = ngx_pcalloc(cf->pool, sizeof *set)) != NULL) {
        set->name = *name;
        set->options = (xcj_refresh_options)XCJ_REFRESH_OPTIONS_INIT;
        set->next = conf->sets;
        conf->sets = set;
    }
    return set;
}

/* The set is fetched through the server of the first location that uses it. */
ngx_int_t ngx_http_xcj_use_set(ngx_conf_t *cf, ngx_http_xcj_set *set, const ngx_http_xcj_place *at)
{
    const ngx_http_core_srv_conf_t *server = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);
    if (set->uri.len == 0) {
        ngx_http_xcj_conf_error(cf, at, 0, "there is no \"xcj_jwks_zone\" with the name \"%V\"", &set->name);
        return NGX_ERROR;
    }
    if (set->server == NULL) {
        set->server = server->ctx;
    }
    return NGX_OK;
}

static record *now_of(const ngx_http_xcj_shared *shared)
{
    return (record *)&shared->records[shared->turn & 1];
}

/* Locks the zone and returns a copy of the record, to be changed. */
static record *begin_change(const ngx_http_xcj_set *set)
{
    ngx_slab_pool_t *pool = (ngx_slab_pool_t *)set->zone->shm.addr;
    ngx_shmtx_lock(&pool->mutex);
    record *next = &set->shared->records[(set->shared->turn + 1) & 1];
    *next = *now_of(set->shared);
    return next;
}

static void end_change(const ngx_http_xcj_set *set, int counts)
{
    ngx_slab_pool_t *pool = (ngx_slab_pool_t *)set->zone->shm.addr;
    if (counts) {
        ngx_memory_barrier();
        set->shared->turn++;
    }
    ngx_shmtx_unlock(&pool->mutex);
}

static u_char *text_of(const ngx_http_xcj_shared *shared, ngx_uint_t generation)
{
    return (u_char *)shared->texts + (generation & 1) * shared->room;
}

/* Reads what a provider has sent. Only public keys count: with a shared secret in it, everybody could sign. */
static xcj_keyset *read_keys(u_char why[NGX_HTTP_XCJ_WHY], const u_char *text, size_t len)
{
    xcj_keyset *keys = NULL;
    xcj_error err;
    xcj_key_options options = ngx_http_xcj_key_options(0);
    size_t public_count = 0;
    if (xcj_keyset_from_json(&keys, (const char *)text, len, &options, &err) != XCJ_OK) {
        (void)ngx_snprintf(why, NGX_HTTP_XCJ_WHY, "it is not a JWK Set: %s%Z", err.message);
        why[NGX_HTTP_XCJ_WHY - 1] = '\0';
        return NULL;
    }
    for (size_t i = 0; i < xcj_keyset_count(keys); i++) {
        public_count += xcj_key_type(xcj_keyset_get(keys, i)) != XCJ_KTY_OCT;
    }
    if (xcj_keyset_form(keys) == XCJ_FORM_JWKS && public_count > 0 && xcj_keyset_count(keys) <= KEYS_MAX) {
        return keys;
    }
    const char *fault = xcj_keyset_form(keys) != XCJ_FORM_JWKS ? "it is not a JWK Set"
                        : public_count == 0                    ? "it has no usable public key"
                                                               : "it has more than 1000 keys";
    ngx_cpystrn(why, (u_char *)fault, NGX_HTTP_XCJ_WHY);
    xcj_keyset_free(keys);
    return NULL;
}

/* Copies the record that counts and, if it has changed, its text. NGX_ERROR: out of memory. */
static ngx_int_t copy_shared(record *out, u_char **text, ngx_uint_t *turn, const ngx_http_xcj_set *set)
{
    ngx_slab_pool_t *pool = (ngx_slab_pool_t *)set->zone->shm.addr;
    const ngx_http_xcj_shared *shared = set->shared;
    ngx_int_t rc = NGX_OK;
    *text = NULL;
    ngx_shmtx_lock(&pool->mutex);
    *turn = shared->turn;
    *out = *now_of(shared);
    if (out->generation != set->generation) {
        *text = ngx_alloc(out->len + 1, ngx_cycle->log);
        rc = *text != NULL ? NGX_OK : NGX_ERROR;
    }
    if (*text != NULL) {
        ngx_memcpy(*text, text_of(shared, out->generation), out->len);
    }
    ngx_shmtx_unlock(&pool->mutex);
    return rc;
}

/* Takes over what another worker, or this one, has changed. What fails for want of memory is tried again by the next call.
 */
static void catch_up(ngx_http_xcj_set *set)
{
    record copy;
    u_char *text;
    ngx_uint_t turn;
    u_char why[NGX_HTTP_XCJ_WHY];
    if (set->turn == set->shared->turn || copy_shared(&copy, &text, &turn, set) != NGX_OK) {
        return;
    }
    if (text != NULL) {
        xcj_keyset *keys = read_keys(why, text, copy.len);
        ngx_free(text);
        if (keys == NULL) {
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "xcj: the key set \"%V\" in the zone: %s", &set->name, why);
            return;
        }
        xcj_keyset_free(set->keys);
        set->keys = keys;
        set->generation = copy.generation;
    }
    set->state = copy.state;
    set->fetched_by = copy.serial;
    set->turn = turn;
}

/* Counts the failure, and returns whether its reason is new. */
static int note_failure(record *next, const char *why)
{
    const int is_news = ngx_strcmp(next->error, why) != 0;
    next->fetches++;
    next->failed++;
    ngx_cpystrn(next->error, (u_char *)why, sizeof next->error);
    return is_news;
}

static void log_failure(const ngx_http_xcj_set *set, const char *why, int has_set)
{
    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "xcj: the key set \"%V\" cannot be fetched from \"%V\": %s; %s",
                  &set->name, &set->uri, why,
                  has_set ? "the present one stays for as long as stale_if_error allows"
                          : "no set has been fetched so far, so tokens that need it get 503");
}

/*
 * A worker of an older configuration leaves fetching to those of the newer one. 0: no fetch may begin. If a fetch of another
 * worker has timed out without a report, because that worker was killed or hangs, its failure is reported here.
 */
static uint64_t begin_fetch(ngx_http_xcj_set *set)
{
    u_char why[NGX_HTTP_XCJ_WHY];
    ngx_http_xcj_too_late(why, set);
    record *next = begin_change(set);
    const int was_lost = next->state.is_fetching != 0;
    const int has_set = next->state.has_set != 0;
    uint64_t number = next->serial <= set->serial ? xcj_refresh_begin(&next->state, &set->options, ngx_time()) : 0;
    const int is_news = was_lost && note_failure(next, (const char *)why);
    end_change(set, number != 0);
    if (number != 0 && is_news) {
        log_failure(set, (const char *)why, has_set);
    }
    return number;
}

static int needs_fetch(const ngx_http_xcj_set *set, xcj_refresh_action action)
{
    if (action == XCJ_REFRESH_USE && set->fetched_by < set->serial) {
        /* A reload may have changed the location, so nothing is known of its keys. */
        action = xcj_refresh_decide(&set->state, &set->options, XCJ_REFRESH_UNKNOWN_KID, ngx_time());
    }
    return action == XCJ_REFRESH_USE_AND_FETCH || action == XCJ_REFRESH_FETCH_AND_WAIT;
}

static xcj_refresh_action decide(ngx_http_xcj_set *set, xcj_refresh_need need)
{
    catch_up(set);
    return xcj_refresh_decide(&set->state, &set->options, need, ngx_time());
}

xcj_refresh_action ngx_http_xcj_decide(ngx_http_xcj_set *set, xcj_refresh_need need)
{
    xcj_refresh_action action = decide(set, need);
    if (needs_fetch(set, action) && set->fetch == NULL) {
        uint64_t number = begin_fetch(set);
        if (number != 0) {
            ngx_http_xcj_fetch_set(set, number);
        }
        action = decide(set, need);
    }
    switch (action) {
    case XCJ_REFRESH_USE_AND_FETCH:
        return XCJ_REFRESH_USE;
    case XCJ_REFRESH_FETCH_AND_WAIT:
        return XCJ_REFRESH_REFUSE;
    default:
        return action;
    }
}

uint64_t ngx_http_xcj_fetch_under_way(ngx_http_xcj_set *set)
{
    return decide(set, XCJ_REFRESH_UNKNOWN_KID) == XCJ_REFRESH_WAIT ? set->state.fetch : 0;
}

void ngx_http_xcj_too_late(u_char why[NGX_HTTP_XCJ_WHY], const ngx_http_xcj_set *set)
{
    (void)ngx_snprintf(why, NGX_HTTP_XCJ_WHY, "timed out after %T s%Z", set->timeout);
}

void ngx_http_xcj_fetch_failed(ngx_http_xcj_set *set, uint64_t number, const char *why)
{
    record *next = begin_change(set);
    const int counts = xcj_refresh_fail(&next->state, number);
    const int is_news = note_failure(next, why);
    const int has_set = next->state.has_set != 0;
    end_change(set, counts);
    if (counts && is_news) {
        log_failure(set, why, has_set);
    }
}

/* The same text keeps its generation, and with it the verifiers of each worker. */
static void put_text(ngx_http_xcj_shared *shared, record *next, const ngx_str_t *text)
{
    if (next->len == text->len && ngx_memcmp(text_of(shared, next->generation), text->data, text->len) == 0) {
        return;
    }
    next->generation++;
    next->len = text->len;
    ngx_memcpy(text_of(shared, next->generation), text->data, text->len);
}

void ngx_http_xcj_fetch_succeeded(ngx_http_xcj_set *set, uint64_t number, const ngx_str_t *text, xcj_str cache_control,
                                  xcj_str age)
{
    u_char why[NGX_HTTP_XCJ_WHY];
    if (text->len > set->shared->room) {
        (void)ngx_snprintf(why, sizeof why, "it has %uz bytes, and the zone has room for %uz%Z", text->len,
                           set->shared->room);
        ngx_http_xcj_fetch_failed(set, number, (const char *)why);
        return;
    }
    xcj_keyset *keys = read_keys(why, text->data, text->len);
    if (keys == NULL) {
        ngx_http_xcj_fetch_failed(set, number, (const char *)why);
        return;
    }
    record *next = begin_change(set);
    const int counts = next->serial <= set->serial &&
                       xcj_refresh_succeed(&next->state, &set->options, number, cache_control, age, ngx_time());
    const int was_down = next->error[0] != '\0';
    if (counts) {
        put_text(set->shared, next, text);
        next->serial = set->serial;
        next->keys = xcj_keyset_count(keys);
        next->fetches++;
        next->error[0] = '\0';
    }
    end_change(set, counts);
    xcj_keyset_free(keys);
    if (counts && was_down) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0, "xcj: the key set \"%V\" is fetched again", &set->name);
    }
}

ngx_http_xcj_set *ngx_http_xcj_see_set(ngx_http_xcj_set_status *out, ngx_http_xcj_set *set)
{
    record copy;
    begin_change(set);
    copy = *now_of(set->shared);
    end_change(set, 0);
    ngx_memzero(out, sizeof *out);
    out->name = set->name;
    out->has_set = copy.state.has_set != 0;
    out->age = out->has_set ? ngx_time() - (time_t)copy.state.received : 0;
    out->fresh = (time_t)copy.state.fresh;
    out->keys = copy.keys;
    out->generation = copy.generation;
    out->fetches = copy.fetches;
    out->failures = copy.failed;
    ngx_cpystrn(out->error, copy.error, sizeof out->error);
    return set->next;
}

static ngx_int_t take_over(ngx_http_xcj_set *set, ngx_shm_zone_t *zone)
{
    ngx_http_xcj_shared *shared = set->shared;
    if (shared->uri_len != set->uri.len || ngx_memcmp(shared->uri, set->uri.data, set->uri.len) != 0) {
        const ngx_str_t before = { shared->uri_len, shared->uri };
        ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0,
                      "the zone \"%V\" has the keys of \"%V\": give the set of \"%V\" another name", &zone->shm.name,
                      &before, &set->uri);
        return NGX_ERROR;
    }
    set->serial = ++shared->serial;
    return NGX_OK;
}

/* After a reload the zone is the old one, with its set: the first worker of the new configuration fetches it again. */
static ngx_int_t init_zone(ngx_shm_zone_t *zone, void *old)
{
    ngx_slab_pool_t *pool = (ngx_slab_pool_t *)zone->shm.addr;
    ngx_http_xcj_set *set = zone->data;
    const ngx_http_xcj_set *before = old;
    set->shared = before != NULL ? before->shared : pool->data;
    if (set->shared != NULL && (before != NULL || zone->shm.exists)) {
        return take_over(set, zone);
    }
    size_t size = zone->shm.size / 4 * 3;
    ngx_http_xcj_shared *shared = ngx_slab_calloc(pool, size);
    if (shared == NULL) {
        return NGX_ERROR;
    }
    shared->room = (size - sizeof *shared) / 2;
    shared->uri_len = set->uri.len;
    ngx_memcpy(shared->uri, set->uri.data, set->uri.len);
    set->shared = shared;
    set->serial = ++shared->serial;
    pool->data = shared;
    return NGX_OK;
}

static char *add_zone(ngx_conf_t *cf, const ngx_str_t *word, ngx_http_xcj_set **out)
{
    u_char *colon = ngx_strlchr(word->data, word->data + word->len, ':');
    ngx_str_t name = { colon != NULL ? (size_t)(colon - word->data) : 0, word->data };
    ngx_str_t size = { colon != NULL ? word->len - name.len - 1 : 0, colon != NULL ? colon + 1 : NULL };
    ssize_t bytes = size.len > 0 ? ngx_parse_size(&size) : NGX_ERROR;
    if (name.len == 0 || bytes < ZONE_MIN) {
        return "needs NAME:SIZE, with 32k or more";
    }
    ngx_http_xcj_set *set = ngx_http_xcj_find_set(cf, &name);
    if (set == NULL) {
        return NGX_CONF_ERROR;
    }
    if (set->uri.len > 0) {
        return "is duplicate: there is another set with this name";
    }
    set->zone = ngx_shared_memory_add(cf, &name, (size_t)bytes, &ngx_http_xcj_module);
    if (set->zone == NULL) {
        return NGX_CONF_ERROR;
    }
    if (set->zone->data != NULL) {
        return "is duplicate: there is another zone with this name";
    }
    set->zone->init = init_zone;
    set->zone->data = set;
    *out = set;
    return NGX_CONF_OK;
}

static char *read_option(ngx_conf_t *cf, ngx_http_xcj_set *set, const ngx_str_t *word)
{
    xcj_refresh_options *options = &set->options;
    const struct {
        ngx_str_t name;
        int64_t *value;
    } times[] = {
        { ngx_string("min_fresh="), &options->min_fresh },
        { ngx_string("max_fresh="), &options->max_fresh },
        { ngx_string("stale_if_error="), &options->stale_if_error },
        { ngx_string("cool_down="), &options->cool_down },
        { ngx_string("timeout="), &options->timeout },
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        const size_t len = times[i].name.len;
        if (word->len <= len || ngx_strncmp(word->data, times[i].name.data, len) != 0) {
            continue;
        }
        ngx_str_t time = { word->len - len, word->data + len };
        time_t seconds = ngx_parse_time(&time, 1);
        if (seconds < 1) {
            return "has a time that is not a number of seconds above 0";
        }
        *times[i].value = seconds;
        return NGX_CONF_OK;
    }
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"%V\" is none of: min_fresh=, max_fresh=, stale_if_error=, cool_down=, timeout=", word);
    return NGX_CONF_ERROR;
}

/* xcj_jwks_zone NAME:SIZE URI [min_fresh=TIME] [max_fresh=TIME] [stale_if_error=TIME] [cool_down=TIME] [timeout=TIME] */
char *ngx_http_xcj_set_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    (void)cmd;
    (void)data;
    const ngx_str_t *words = cf->args->elts;
    ngx_http_xcj_set *set;
    xcj_error err;
    char *wrong = add_zone(cf, &words[1], &set);
    if (wrong != NGX_CONF_OK) {
        return wrong;
    }
    if (words[2].data[0] != '/' || words[2].len > NAME_MAX_LEN || ngx_strchr(words[2].data, '?') != NULL) {
        return "needs the path of an internal location, such as /_jwks";
    }
    set->uri = words[2];
    for (ngx_uint_t i = 3; i < cf->args->nelts; i++) {
        wrong = read_option(cf, set, &words[i]);
        if (wrong != NGX_CONF_OK) {
            return wrong;
        }
    }
    if (xcj_refresh_check(&set->options, &err) != XCJ_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s", err.message);
        return NGX_CONF_ERROR;
    }
    set->timeout = set->options.timeout != 0 ? (time_t)set->options.timeout : TIMEOUT_DEFAULT;
    return NGX_CONF_OK;
}

/* Once a second in each worker, so that sets are fetched in time without a request. It keeps no worker from exiting. */
static void tick(ngx_event_t *event)
{
    const ngx_http_xcj_main_conf *conf = event->data;
    for (ngx_http_xcj_set *set = conf->sets; set != NULL; set = set->next) {
        if (set->server != NULL) {
            (void)ngx_http_xcj_decide(set, XCJ_REFRESH_ANY_KEY);
        }
    }
    if (!ngx_exiting && !ngx_quit && !ngx_terminate) {
        ngx_add_timer(event, 1000);
    }
}

void ngx_http_xcj_start_sets(ngx_http_xcj_main_conf *conf, ngx_cycle_t *cycle)
{
    if (conf->sets == NULL || ngx_process == NGX_PROCESS_HELPER) {
        return;
    }
    conf->tick.handler = tick;
    conf->tick.data = conf;
    conf->tick.log = cycle->log;
    conf->tick.cancelable = 1;
    ngx_add_timer(&conf->tick, 1);
}

void ngx_http_xcj_end_sets(const ngx_http_xcj_main_conf *conf)
{
    for (ngx_http_xcj_set *set = conf->sets; set != NULL; set = set->next) {
        xcj_keyset_free(set->keys);
        set->keys = NULL;
    }
}
