/*
 * Signing in nginx's thread pool, so that a worker goes on with other requests meanwhile.
 */
#include "ngx_http_xcj.h"

#if (NGX_THREADS)

#define TOO_LONG 60000 /* milliseconds */

/* What the thread works with: nothing of it is touched by the worker until the task is done. */
typedef struct signing {
    xcj_mint_job job;
    const xcj_minter *minter;
    xcj_code code;
    xcj_error err;
} signing;

/* In a thread of the pool. It outlives what a worker frees when it ends, so it holds nothing of its own: no scratch. */
static void sign(void *data, ngx_log_t *log)
{
    (void)log;
    signing *work = data;
    work->code = xcj_mint_sign(&work->job, work->minter, NULL, &work->err);
}

/* In the worker again. */
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

ngx_int_t ngx_http_xcj_thread_sign(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const xcj_mint_job *job)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    ngx_thread_task_t *task = ngx_thread_task_alloc(r->pool, sizeof(signing));
    if (task == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    signing *work = task->ctx;
    work->job = *job;
    work->minter = conf->minter;
    task->handler = sign;
    task->event.data = r;
    task->event.handler = resume;
    task->event.log = r->connection->log;
    if (ngx_thread_task_post(conf->pool, task) != NGX_OK) {
        return NGX_DECLINED; /* the queue is full */
    }
    /* A worker that is to exit waits for timers, not for tasks: without one a reload would drop this request. */
    ngx_add_timer(&task->event, TOO_LONG);
    r->main->blocked++;
    r->aio = 1;
    ctx->task = task;
    ctx->state = NGX_HTTP_XCJ_SIGNING;
    return NGX_AGAIN;
}

xcj_code ngx_http_xcj_thread_result(xcj_mint_job **job, ngx_http_xcj_ctx *ctx, xcj_error *err)
{
    signing *work = ctx->task->ctx;
    *job = &work->job;
    *err = work->err;
    return work->code;
}

#else

ngx_int_t ngx_http_xcj_thread_sign(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const xcj_mint_job *job)
{
    (void)r;
    (void)ctx;
    (void)job;
    return NGX_DECLINED;
}

xcj_code ngx_http_xcj_thread_result(xcj_mint_job **job, ngx_http_xcj_ctx *ctx, xcj_error *err)
{
    (void)job;
    (void)ctx;
    (void)err;
    return XCJ_ERR_ARGUMENT;
}

#endif
