#ifndef XCJ_POSIX_ONLY
#define _GNU_SOURCE /* O_PATH, which Linux has */
#endif

#include "cli/io/platform.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__linux__) && !defined(XCJ_POSIX_ONLY)
#include <sys/vfs.h>
#define HAVE_PROC 1
#define PROC_MAGIC 0x9fa0 /* linux/magic.h */
#else
#define HAVE_PROC 0
#endif

/* Descriptors are numbered from 0 on; Linux allows this many unless its administrator says otherwise. */
#define DESCRIPTORS_MOST ((rlim_t)1 << 20)

static const char *started_as;

void platform_start(const char *argv0)
{
    started_as = argv0;
}

/* The absolute path of the file at `name`, if it can be executed. */
static bool add_real_path(text *path, const char *name)
{
    char real[PATH_MAX];
    if (access(name, X_OK) != 0 || realpath(name, real) == NULL) {
        return false;
    }
    text_puts(path, real);
    return !path->failed;
}

/* Looks `name` up as a shell does, but not in the current directory. */
static bool search_path(text *path, const char *name)
{
    const char *folder = getenv("PATH");
    while (folder != NULL && *folder != '\0') {
        const size_t len = strcspn(folder, ":");
        text candidate = TEXT_INIT;
        text_add(&candidate, folder, len);
        text_puts(&candidate, "/");
        text_puts(&candidate, name);
        const bool found = folder[0] == '/' && !candidate.failed && add_real_path(path, candidate.ptr);
        text_free(&candidate);
        if (found) {
            return true;
        }
        folder += len + (folder[len] == ':');
    }
    return false;
}

bool platform_program(text *path)
{
    if (HAVE_PROC && add_real_path(path, "/proc/self/exe")) {
        return true;
    }
    if (started_as == NULL || started_as[0] == '\0') {
        return false;
    }
    return strchr(started_as, '/') != NULL ? add_real_path(path, started_as) : search_path(path, started_as);
}

int platform_open_folder(int from, const char *name, int flags)
{
#ifdef O_PATH
    return openat(from, name, O_PATH | O_DIRECTORY | O_CLOEXEC | flags);
#else
    return openat(from, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
#endif
}

bool platform_is_proc(int folder)
{
#ifdef PROC_MAGIC
    struct statfs about;
    return fstatfs(folder, &about) == 0 && about.f_type == PROC_MAGIC;
#else
    (void)folder;
    return false;
#endif
}

static void mark(int fd)
{
    if (fd > STDERR_FILENO) {
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
}

/* The kernel's list of open descriptors. */
static bool mark_listed(void)
{
    DIR *folder = HAVE_PROC ? opendir("/proc/self/fd") : NULL;
    if (folder == NULL) {
        return false;
    }
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        mark(atoi(entry->d_name));
    }
    (void)closedir(folder);
    return true;
}

/* Every number up to the hard limit: the soft one may have been lowered after a descriptor was opened. */
static void mark_all(void)
{
    struct rlimit limit;
    rlim_t most = DESCRIPTORS_MOST;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < most) {
        most = limit.rlim_max;
    }
    for (rlim_t fd = 0; fd < most; fd++) {
        mark((int)fd);
    }
}

void platform_close_on_exec(void)
{
    if (!mark_listed()) {
        mark_all();
    }
}
