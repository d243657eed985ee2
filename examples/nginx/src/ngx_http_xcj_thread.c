/*
 * Signs in nginx's thread pool, so that a worker continues with other requests.
 *
 * nginx does not join the pool's threads when a worker exits, and stops waiting for them if the queue is full. So this
 * file counts tasks, and a thread leaves no memory of OpenSSL behind: see ngx_http_xcj_end_threads().
 */
#include "ngx_http_xcj.h"

#if (NGX_THREADS)

#define TOO_LONG 60000 /* milliseconds */
#define EXIT_WAIT 5000 /* milliseconds; a key in memory never takes so long to sign */

/* The data of one task: the worker does not touch it until the task is done. */
typedef struct signing {
    const xcj_minter *minter;
    ngx_http_xcj_pool *pool;
    xcj_str input;
    size_t len;
    xcj_code code;
    xcj_error err;
    uint8_t signature[XCJ_SIGNATURE_MAX];
} signing;

static ngx_atomic_t is_exiting;

/* Runs in a thread of the pool. It uses no scratch, since nginx has no hook to free one. */
static void sign(void *data, ngx_log_t *log)
{
    (void)log;
    signing *work = data;
    if (!is_exiting) {
        work->code =
            xcj_mint_sign(work->signature, sizeof work->signature, &work->len, work->minter, work->input, NULL, &work->err);
        xcj_thread_release();
    }
    (void)ngx_atomic_fetch_add(&work->pool->under_way, -1);
}

static void report_full(ngx_http_xcj_pool *pool, ngx_log_t *log)
{
    if (pool->inline_count > 0) {
        ngx_log_error(NGX_LOG_WARN, log, 0, "xcj: thread pool \"%V\" was full: the worker itself signed %ui tokens",
                      &pool->name, pool->inline_count);
    }
    pool->inline_count = 0;
    pool->full_at = 0;
}

/*
 * nginx logs each task that a full queue refuses. So for the rest of that second, post no task while as many are under
 * way as when the queue was full.
 */
static ngx_int_t post(ngx_http_xcj_pool *pool, ngx_thread_task_t *task, ngx_log_t *log)
{
    if (pool->full_at != 0 && pool->full_at != ngx_time()) {
        report_full(pool, log);
    }
    if (pool->full_at != 0 && pool->under_way >= pool->full_with) {
        pool->inline_count++;
        return NGX_DECLINED;
    }
    (void)ngx_atomic_fetch_add(&pool->under_way, 1);
    if (ngx_thread_task_post(pool->threads, task) == NGX_OK) {
        return NGX_OK;
    }
    (void)ngx_atomic_fetch_add(&pool->under_way, -1);
    pool->full_at = ngx_time();
    pool->full_with = pool->under_way;
    pool->inline_count++;
    return NGX_DECLINED;
}

/*
 * Waits until none of our tasks is under way, before nginx frees the minters and OpenSSL cleans up. Tasks that still wait
 * in the queue are not signed. If a signer hangs, the process ends without waiting further, since its thread would crash
 * later.
 */
void ngx_http_xcj_end_threads(ngx_http_xcj_pool *pool, ngx_log_t *log)
{
    is_exiting = 1;
    ngx_memory_barrier();
    for (; pool != NULL; pool = pool->next) {
        report_full(pool, log);
        for (ngx_uint_t waited = 0; pool->under_way > 0; waited++) {
            if (waited == EXIT_WAIT) {
                ngx_log_error(NGX_LOG_ALERT, log, 0, "xcj: thread pool \"%V\" still signs after %d seconds: exiting anyway",
                              &pool->name, EXIT_WAIT / 1000);
                _exit(EXIT_FAILURE);
            }
            ngx_msleep(1);
        }
    }
}

/* Runs in the worker again. */
static void resume(ngx_event_t *event)
{
    ngx_http_request_t *r = event->data;
    ngx_connection_t *c = r->connection;
    ngx_http_set_log_request(c->log, r);
    if (event->timedout) {
        event->timedout = 0;
        ngx_log_error(NGX_LOG_ALERT, c->log, 0, "xcj: the thread pool has not signed for %d seconds", TOO_LONG / 1000);
        ngx_add_timer(event, TOO_LONG);
        return;
    }
    if (event->timer_set) {
        ngx_del_timer(event);
    }
    r->main->blocked--;
    r->aio = 0;
    ngx_http_xcj_ctx *ctx = ngx_http_xcj_get_ctx(r);
    if (ctx != NULL) {
        ctx->state = NGX_HTTP_XCJ_SIGNED;
    }
    r->write_event_handler(r);
    ngx_http_run_posted_requests(c);
}

ngx_int_t ngx_http_xcj_thread_sign(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, xcj_str input)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    ngx_thread_task_t *task = ngx_thread_task_alloc(r->pool, sizeof(signing));
    if (task == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    signing *work = task->ctx;
    work->input = input;
    work->minter = ctx->minter;
    work->pool = conf->pool;
    task->handler = sign;
    task->event.data = r;
    task->event.handler = resume;
    task->event.log = r->connection->log;
    if (post(conf->pool, task, r->connection->log) != NGX_OK) {
        return NGX_DECLINED;
    }
    /* A worker that exits gracefully waits for timers, not for tasks: without this timer a reload would drop the request.
     */
    ngx_add_timer(&task->event, TOO_LONG);
    r->main->blocked++;
    r->aio = 1;
    ctx->task = task;
    ctx->state = NGX_HTTP_XCJ_SIGNING;
    return NGX_AGAIN;
}

xcj_code ngx_http_xcj_thread_finish(size_t *len, ngx_http_xcj_ctx *ctx, char *token, xcj_error *err)
{
    const signing *work = ctx->task->ctx;
    if (work->code != XCJ_OK) {
        *err = work->err;
        return work->code;
    }
    *len = work->input.len;
    return xcj_mint_finish(token, ctx->cap, len, work->minter, work->signature, work->len, err);
}

#else

void ngx_http_xcj_end_threads(ngx_http_xcj_pool *pool, ngx_log_t *log)
{
    (void)pool;
    (void)log;
}

ngx_int_t ngx_http_xcj_thread_sign(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, xcj_str input)
{
    (void)r;
    (void)ctx;
    (void)input;
    return NGX_DECLINED;
}

xcj_code ngx_http_xcj_thread_finish(size_t *len, ngx_http_xcj_ctx *ctx, char *token, xcj_error *err)
{
    (void)len;
    (void)ctx;
    (void)token;
    (void)err;
    return XCJ_ERR_ARGUMENT;
}

#endif
