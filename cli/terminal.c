/*
 * terminal.c: the hidden line and the progress line, and the signals that may come meanwhile.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "cli/io.h"
#include "cli/terminal.h"

#define LINE_LIMIT ((size_t)4096)
#define BAR_WIDTH 30
#define CLEAR "\r\033[K"

static const int SIGNALS[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
#define SIGNAL_COUNT (sizeof SIGNALS / sizeof SIGNALS[0])

/* What the handler undoes; constant while it may be called. */
static int hidden_fd = -1; /* a terminal that does not echo */
static struct termios hidden_before;
static struct sigaction before[SIGNAL_COUNT];

static void undo(int number)
{
    ssize_t put = 0;
    if (hidden_fd >= 0) {
        (void)tcsetattr(hidden_fd, TCSAFLUSH, &hidden_before);
        put = write(hidden_fd, "\n", 1);
    } else {
        put = write(STDERR_FILENO, CLEAR, sizeof CLEAR - 1);
    }
    (void)put;
    /* The action is the default again (SA_RESETHAND), and ends the command as soon as this returns. */
    (void)raise(number);
}

static void guard(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = undo;
    action.sa_flags = (int)SA_RESETHAND;
    (void)sigfillset(&action.sa_mask);
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        (void)sigaction(SIGNALS[i], NULL, &before[i]);
        /* What a parent had ignored stays ignored: nohup. */
        if (before[i].sa_handler != SIG_IGN) {
            (void)sigaction(SIGNALS[i], &action, NULL);
        }
    }
}

static void unguard(void)
{
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        (void)sigaction(SIGNALS[i], &before[i], NULL);
    }
}

static ssize_t read_hidden(int terminal, char *room, size_t cap)
{
    if (tcgetattr(terminal, &hidden_before) != 0) {
        return -1;
    }
    struct termios hidden = hidden_before;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    hidden_fd = terminal;
    guard();
    ssize_t got = -1;
    if (tcsetattr(terminal, TCSAFLUSH, &hidden) == 0) {
        got = read(terminal, room, cap);
        (void)tcsetattr(terminal, TCSAFLUSH, &hidden_before);
    }
    unguard();
    hidden_fd = -1;
    return got;
}

msg_status terminal_ask(text *out, const char *prompt, const char *name, const char *no_terminal)
{
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0) {
        return msg_fail(STATUS_INPUT, name, "%s", no_terminal);
    }
    char *room = text_room(out, LINE_LIMIT);
    ssize_t got = -1;
    if (room != NULL && write(terminal, prompt, strlen(prompt)) > 0) {
        got = read_hidden(terminal, room, LINE_LIMIT - 1);
    }
    bool fine = got > 0 && write(terminal, "\n", 1) == 1;
    (void)close(terminal);
    if (!fine) {
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

bool terminal_progress_start(terminal_progress *line)
{
    const char *kind = getenv("TERM");
    line->shown = false;
    (void)clock_gettime(CLOCK_MONOTONIC, &line->start);
    return msg_is_terminal() && isatty(STDOUT_FILENO) == 0 && kind != NULL && strcmp(kind, "dumb") != 0;
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
        guard();
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
    unguard();
    (void)fputs(CLEAR, stderr);
    line->shown = false;
}
