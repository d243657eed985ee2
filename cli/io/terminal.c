/*
 * terminal.c: the hidden line and the progress line, and the signals that may come meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include "cli/io/io.h"
#include "cli/io/signals.h"
#include "cli/io/terminal.h"

#define LINE_LIMIT ((size_t)4096)
#define BAR_WIDTH 30
#define CLEAR "\r\033[K"

/* Signals that may come while a line is typed. SIGCONT: the shell has used the terminal meanwhile, and made it echo again.
 */
static const int STIRS[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGCONT };
#define STIRS_COUNT (sizeof STIRS / sizeof STIRS[0])

static volatile sig_atomic_t caught[STIRS_COUNT];

static void note(int number)
{
    for (size_t i = 0; i < STIRS_COUNT; i++) {
        if (STIRS[i] == number) {
            caught[i] = 1;
        }
    }
}

/* The signals as they were before a question. */
typedef struct stirs {
    sigset_t mask;
    struct sigaction actions[STIRS_COUNT];
} stirs;

/* From now on they are noted, and only while the command waits: none is missed between a look and the wait. */
static void catch_stirs(stirs *before)
{
    sigset_t all;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    (void)sigemptyset(&action.sa_mask);
    (void)sigemptyset(&all);
    for (size_t i = 0; i < STIRS_COUNT; i++) {
        caught[i] = 0;
        (void)sigaddset(&all, STIRS[i]);
    }
    (void)pthread_sigmask(SIG_BLOCK, &all, &before->mask);
    for (size_t i = 0; i < STIRS_COUNT; i++) {
        (void)sigaction(STIRS[i], NULL, &before->actions[i]);
        /* A signal that the parent ignored stays ignored: nohup. */
        if (before->actions[i].sa_handler != SIG_IGN) {
            (void)sigaction(STIRS[i], &action, NULL);
        }
    }
}

/* Signals that came act now, on the restored terminal: they end the command, or stop it until it is continued. */
static void release_stirs(const stirs *before)
{
    for (size_t i = 0; i < STIRS_COUNT; i++) {
        (void)sigaction(STIRS[i], &before->actions[i], NULL);
        if (caught[i] && STIRS[i] != SIGCONT) {
            (void)raise(STIRS[i]);
        }
    }
    (void)pthread_sigmask(SIG_SETMASK, &before->mask, NULL);
}

/* Waits for a line, or for a signal outside of `mask`. */
static bool wait_typed(int terminal, const sigset_t *mask)
{
    fd_set typed;
    FD_ZERO(&typed);
    if (terminal >= FD_SETSIZE) {
        return false;
    }
    FD_SET((unsigned)terminal, &typed); /* musl's macro computes with unsigned numbers */
    return pselect(terminal + 1, &typed, NULL, NULL, NULL, mask) > 0;
}

/* One line, unseen. -1 and EINTR: a signal was noted. From the background this stops until the command is in the foreground.
 */
static ssize_t read_hidden(int terminal, const char *prompt, char *room, size_t cap, const sigset_t *mask)
{
    struct termios usual;
    if (tcgetattr(terminal, &usual) != 0) {
        return -1;
    }
    struct termios hidden = usual;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    if (tcsetattr(terminal, TCSAFLUSH, &hidden) != 0) {
        return -1;
    }
    ssize_t got = -1;
    if (write(terminal, prompt, strlen(prompt)) > 0 && wait_typed(terminal, mask)) {
        got = read(terminal, room, cap);
    }
    const int cause = errno;
    (void)tcsetattr(terminal, TCSAFLUSH, &usual);
    const ssize_t ended = write(terminal, "\n", 1);
    errno = cause;
    return ended == 1 ? got : -1;
}

/* Asks again after each signal that did not end the command. */
static ssize_t ask(int terminal, const char *prompt, char *room, size_t cap)
{
    for (;;) {
        stirs before;
        errno = 0;
        catch_stirs(&before);
        const ssize_t got = read_hidden(terminal, prompt, room, cap, &before.mask);
        const bool is_stirred = got < 0 && errno == EINTR;
        release_stirs(&before);
        if (!is_stirred) {
            return got;
        }
    }
}

msg_status terminal_ask(text *out, const char *what, const char *name, const char *no_terminal)
{
    char prompt[320];
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0) {
        return msg_fail(STATUS_INPUT, name, "%s", no_terminal);
    }
    (void)snprintf(prompt, sizeof prompt, "%s for %.250s: ", what, name);
    msg_harmless(prompt);
    char *room = text_room(out, LINE_LIMIT);
    const ssize_t got = room != NULL ? ask(terminal, prompt, room, LINE_LIMIT - 1) : -1;
    (void)close(terminal);
    if (got <= 0) {
        return msg_fail(STATUS_INPUT, name, "nothing was typed at the terminal");
    }
    out->len += (size_t)got;
    out->ptr[out->len] = '\0';
    io_trim_line_end(out);
    return STATUS_OK;
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

/* Async-signal-safe. */
static void clear_line(void)
{
    const ssize_t put = write(STDERR_FILENO, CLEAR, sizeof CLEAR - 1);
    (void)put;
}

bool terminal_progress_start(terminal_progress *line)
{
    line->shown = false;
    (void)clock_gettime(CLOCK_MONOTONIC, &line->start);
    return msg_obeys(STDERR_FILENO) && isatty(STDOUT_FILENO) == 0;
}

void terminal_progress_show(terminal_progress *line, unsigned long done, unsigned long total)
{
    static const char full[] = "##############################";
    static const char rest[] = "------------------------------";
    const double seconds = seconds_since(&line->start);
    if (seconds < 1) {
        return;
    }
    if (!line->shown) {
        signals_guard(clear_line);
        line->shown = true;
    }
    const double part = total > 0 ? (double)done / (double)total : 1;
    const int filled = (int)(part * BAR_WIDTH);
    char shown[160];
    int len = snprintf(shown, sizeof shown, "[%.*s%.*s] %3d %%  %lu of %lu, %.0f a second", filled, full, BAR_WIDTH - filled,
                       rest, (int)(part * 100), done, total, (double)done / seconds);
    struct winsize size = { 0, 0, 0, 0 };
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        size.ws_col = 80;
    }
    /* A line that wraps could not be cleared. */
    (void)fprintf(stderr, CLEAR "%.*s", len < size.ws_col ? len : size.ws_col - 1, shown);
}

void terminal_progress_end(terminal_progress *line)
{
    if (!line->shown) {
        return;
    }
    signals_unguard(clear_line);
    (void)fputs(CLEAR, stderr);
    line->shown = false;
}
