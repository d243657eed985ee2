/*
 * audit.c: appends a line for each token and each refusal to the file of --audit.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <xcj/audit.h>

#include "cli/io/place.h"
#include "cli/mint/mint.h"

/* Each line begins so, and no key does. */
static const char START[] = "{\"time\":";

static msg_status cannot(const char *path, const char *why)
{
    return msg_fail(STATUS_INTERNAL, path, "cannot be opened for --audit: %s", why);
}

/* In a directory of others, only a file of our own. Devices and pipes cannot be read back. */
static msg_status check_file(int fd, const char *path, const place *at)
{
    struct stat about;
    char first[sizeof START - 1];
    if (fstat(fd, &about) != 0) {
        return cannot(path, strerror(errno));
    }
    if (at->of_others && at->exists && about.st_uid != geteuid()) {
        return cannot(path, "it belongs to somebody else, in a directory that others can write to");
    }
    if (!S_ISREG(about.st_mode) || about.st_size == 0) {
        return STATUS_OK;
    }
    const ssize_t got = pread(fd, first, sizeof first, 0);
    return got == (ssize_t)sizeof first && memcmp(first, START, sizeof first) == 0
               ? STATUS_OK
               : cannot(path, "it holds something else than lines of audit");
}

msg_status mint_open_audit(mint_job *job)
{
    const char *path = job->args->audit;
    place at = PLACE_INIT;
    if (path == NULL) {
        return STATUS_OK;
    }
    msg_status status = place_find(&at, "--audit", path);
    if (status != STATUS_OK) {
        return status;
    }
    job->audit = at.descriptor >= 0
                     ? fcntl(at.descriptor, F_DUPFD_CLOEXEC, 0)
                     : openat(at.folder, at.name, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    status = job->audit < 0 ? cannot(path, strerror(errno)) : check_file(job->audit, path, &at);
    place_close(&at);
    return status;
}

void mint_close_audit(const mint_job *job)
{
    if (job->audit >= 0) {
        (void)close(job->audit);
    }
}

/* One call of write() for a line, so that those of several threads and processes do not mix. */
xcj_code mint_audit(const mint_job *job, xcj_str token, const xcj_error *refusal, xcj_error *err)
{
    char line[XCJ_AUDIT_MAX + 1];
    size_t len;
    xcj_audit audit = XCJ_AUDIT_INIT;
    if (job->audit < 0) {
        return XCJ_OK;
    }
    audit.auth = &job->auth;
    audit.token = token;
    audit.refusal = refusal;
    xcj_code code = xcj_audit_line(line, XCJ_AUDIT_MAX, &len, &audit, err);
    if (code != XCJ_OK) {
        return code;
    }
    line[len++] = '\n';
    if (write(job->audit, line, len) == (ssize_t)len) {
        return XCJ_OK;
    }
    *err = (xcj_error){ .code = XCJ_ERR_SIGNER, .offset = XCJ_NO_OFFSET };
    (void)snprintf(err->message, sizeof err->message, "the file of --audit cannot be written, so there is no token: %s",
                   strerror(errno));
    return err->code;
}
