/*
 * Fetches a key set from an internal location, as a subrequest of a request that no client has made. So nothing of a client
 * reaches the provider, no client waits for the fetch on its connection, and none can end it by hanging up.
 */
#include "ngx_http_xcj_set.h"

/* A file that a thread reads for the location must not vanish beneath it. */
#define BLOCKED_WAIT 100 /* milliseconds */

/* Everything that nginx expects of a connection, without a socket. */
typedef struct fetch {
    ngx_http_xcj_set *set;
    uint64_t number;
    ngx_flag_t is_done;
    ngx_http_request_t *request;
    ngx_connection_t connection;
    ngx_event_t read;
    ngx_event_t write;
    ngx_event_t too_late;
    ngx_event_t end;
    ngx_http_connection_t http;
    ngx_http_log_ctx_t log_ctx;
    ngx_log_t log;
    struct sockaddr address;
} fetch;

static u_char *describe(ngx_log_t *log, u_char *buf, size_t len)
{
    const ngx_http_log_ctx_t *ctx = log->data;
    u_char *end = ngx_snprintf(buf, len, " while fetching a key set for xcj");
    ngx_http_request_t *r = ctx->request;
    return r != NULL ? r->log_handler(r, ctx->current_request, end, len - (size_t)(end - buf)) : end;
}

static void forget_event(ngx_event_t *event)
{
    if (event->timer_set) {
        ngx_del_timer(event);
    }
    if (event->posted) {
        ngx_delete_posted_event(event);
    }
}

/* Frees the request and, with it, a subrequest that has not ended. Nothing of nginx that works for it may be on the stack.
 */
static void free_fetch(fetch *f)
{
    ngx_http_request_t *r = f->request;
    ngx_pool_t *pool = f->connection.pool;
    if (r != NULL && r->blocked) {
        f->is_done = 1;
        ngx_add_timer(&f->too_late, BLOCKED_WAIT);
        return;
    }
    forget_event(&f->read);
    forget_event(&f->write);
    forget_event(&f->too_late);
    forget_event(&f->end);
    f->set->fetch = NULL;
    if (r != NULL) {
        r->logged = 1;
        r->count++; /* a subrequest that is cut short gives up its own count, and must not end this request once more */
        ngx_http_free_request(r, 0);
    }
    ngx_destroy_pool(pool);
}

static void end_fetch(ngx_event_t *event)
{
    free_fetch(event->data);
}

static void end_late(ngx_event_t *event)
{
    fetch *f = event->data;
    u_char why[NGX_HTTP_XCJ_WHY];
    if (!f->is_done) {
        ngx_http_xcj_too_late(why, f->set);
        ngx_http_xcj_fetch_failed(f->set, f->number, (const char *)why);
    }
    free_fetch(f);
}

/* The header's value; absent if there is none, and empty if there are several, which then count for nothing. */
static xcj_str find_header(const ngx_http_request_t *r, const char *name)
{
    xcj_str found = { NULL, 0 };
    const size_t len = ngx_strlen(name);
    for (const ngx_list_part_t *part = &r->headers_out.headers.part; part != NULL; part = part->next) {
        const ngx_table_elt_t *field = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (field[i].hash == 0 || field[i].key.len != len ||
                ngx_strncasecmp(field[i].key.data, (u_char *)name, len) != 0) {
                continue;
            }
            if (found.ptr != NULL) {
                return xcj_text("");
            }
            found = (xcj_str){ (const char *)field[i].value.data, field[i].value.len };
        }
    }
    return found;
}

static void take(const fetch *f, const ngx_http_request_t *r, ngx_int_t rc)
{
    u_char why[NGX_HTTP_XCJ_WHY];
    const ngx_uint_t status = rc >= NGX_HTTP_SPECIAL_RESPONSE ? (ngx_uint_t)rc : r->headers_out.status;
    if (rc < NGX_OK) {
        ngx_http_xcj_fetch_failed(
            f->set, f->number, "the answer is longer than the location's subrequest_output_buffer_size, or was cut short");
        return;
    }
    if (status != NGX_HTTP_OK) {
        (void)ngx_snprintf(why, sizeof why, "the answer has status %ui%Z", status);
        ngx_http_xcj_fetch_failed(f->set, f->number, (const char *)why);
        return;
    }
    const ngx_buf_t *buf = r->out != NULL ? r->out->buf : NULL;
    const ngx_str_t body = { buf != NULL ? (size_t)(buf->last - buf->pos) : 0, buf != NULL ? buf->pos : (u_char *)"" };
    ngx_http_xcj_fetch_succeeded(f->set, f->number, &body, find_header(r, "Cache-Control"), find_header(r, "Age"));
}

/*
 * nginx calls this again if it answers an error with a page. It would close the connection after an error, which is one of a
 * filter here: but the connection has no socket, and free_fetch() frees it.
 */
static ngx_int_t done(ngx_http_request_t *r, void *data, ngx_int_t rc)
{
    fetch *f = data;
    r->connection->error = 0;
    if (!f->is_done) {
        f->is_done = 1;
        take(f, r, rc);
        ngx_post_event(&f->end, &ngx_posted_events);
    }
    return NGX_OK;
}

/* limit_req has delayed the request; its time is up. */
static void go_on(ngx_event_t *event)
{
    ngx_connection_t *c = event->data;
    ngx_http_request_t *r = c->data;
    event->delayed = event->timedout = 0;
    r->write_event_handler(r);
    ngx_http_run_posted_requests(c);
}

static void init_event(ngx_event_t *event, void *data, ngx_event_handler_pt handler, ngx_log_t *log)
{
    event->data = data;
    event->handler = handler;
    event->log = log;
}

/* The events count as active, so that nginx adds none of them to its poll. */
static void init_connection(fetch *f, ngx_pool_t *pool)
{
    ngx_connection_t *c = &f->connection;
    f->log = *ngx_cycle->log;
    f->log.handler = describe;
    f->log.data = &f->log_ctx;
    f->log.action = NULL;
    f->log_ctx.connection = c;
    f->http.conf_ctx = f->set->server;
    f->address.sa_family = AF_UNIX;
    init_event(&f->read, c, ngx_http_empty_handler, &f->log);
    init_event(&f->write, c, go_on, &f->log);
    init_event(&f->too_late, f, end_late, &f->log);
    init_event(&f->end, f, end_fetch, &f->log);
    f->write.write = 1;
    f->write.active = f->write.ready = f->read.active = 1;
    c->read = &f->read;
    c->write = &f->write;
    c->fd = (ngx_socket_t)-1;
    c->recv = ngx_recv;
    c->send = ngx_send;
    c->recv_chain = ngx_recv_chain;
    c->send_chain = ngx_send_chain;
    c->log = &f->log;
    c->pool = pool;
    c->sockaddr = c->local_sockaddr = &f->address;
    c->socklen = c->local_socklen = sizeof f->address;
    ngx_str_set(&c->addr_text, "unix:");
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);
    c->data = &f->http;
}

static ngx_http_request_t *make_request(fetch *f)
{
    ngx_http_request_t *r = f->request = ngx_http_create_request(&f->connection);
    if (r == NULL || ngx_list_init(&r->headers_in.headers, r->pool, 1, sizeof(ngx_table_elt_t)) != NGX_OK) {
        return NULL;
    }
    f->connection.data = r;
    r->method = NGX_HTTP_GET;
    ngx_str_set(&r->method_name, "GET");
    r->http_version = NGX_HTTP_VERSION_11;
    ngx_str_set(&r->http_protocol, "HTTP/1.1");
    r->uri = r->unparsed_uri = f->set->uri;
    r->headers_in.content_length_n = -1;
    r->headers_in.keep_alive_n = -1;
    r->read_event_handler = ngx_http_request_empty_handler;
    r->write_event_handler = ngx_http_request_empty_handler;
    return r;
}

static ngx_int_t send_request(fetch *f)
{
    ngx_http_request_t *r = make_request(f);
    ngx_http_post_subrequest_t *post = r != NULL ? ngx_palloc(r->pool, sizeof *post) : NULL;
    ngx_http_request_t *subrequest;
    ngx_str_t uri = f->set->uri;
    if (post == NULL) {
        return NGX_ERROR;
    }
    post->handler = done;
    post->data = f;
    return ngx_http_subrequest(r, &uri, NULL, &subrequest, post, NGX_HTTP_SUBREQUEST_IN_MEMORY | NGX_HTTP_SUBREQUEST_WAITED);
}

void ngx_http_xcj_fetch_set(ngx_http_xcj_set *set, uint64_t number)
{
    ngx_pool_t *pool = ngx_create_pool(2048, ngx_cycle->log);
    fetch *f = pool != NULL ? ngx_pcalloc(pool, sizeof *f) : NULL;
    if (f == NULL) {
        ngx_http_xcj_fetch_failed(set, number, "out of memory");
        if (pool != NULL) {
            ngx_destroy_pool(pool);
        }
        return;
    }
    f->set = set;
    f->number = number;
    init_connection(f, pool);
    set->fetch = f;
    if (send_request(f) != NGX_OK) {
        ngx_http_xcj_fetch_failed(set, number, "out of memory");
        free_fetch(f);
        return;
    }
    ngx_add_timer(&f->too_late, (ngx_msec_t)set->timeout * 1000);
    ngx_http_run_posted_requests(&f->connection);
}
