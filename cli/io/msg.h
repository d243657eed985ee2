/*
 * msg.h: messages on standard error, and exit codes.
 */
#ifndef XCJ_CLI_IO_MSG_H
#define XCJ_CLI_IO_MSG_H

#include <stdbool.h>

#include <xcj/base.h>

/** The exit statuses, as the manual lists them. */
typedef enum msg_status {
    STATUS_OK = 0,
    STATUS_INTERNAL = 1,  /* out of memory, a failing library, cannot write */
    STATUS_USAGE = 2,     /* a wrong option, an unknown algorithm name */
    STATUS_INPUT = 3,     /* missing, unreadable or malformed input */
    STATUS_SIGNATURE = 4, /* the signature is not valid */
    STATUS_KEY = 5,       /* no matching key, or more than one */
    STATUS_EXPIRED = 6,   /* expired, or older than allowed */
    STATUS_EARLY = 7,     /* not yet valid */
    STATUS_CLAIM = 8,     /* another claim */
    STATUS_POLICY = 9,    /* algorithm, weak key, use of the key, crit, size */
    STATUS_AUTH = 10,     /* minting: no acceptable authentication, client_id or consumer */
    STATUS_FETCH = 11     /* keys could not be fetched: another try may succeed */
} msg_status;

/** The subject of a library error: the same code may exit differently. */
typedef enum msg_about { ABOUT_OPTION = 1, ABOUT_INPUT = 2, ABOUT_TOKEN = 3 } msg_about;

/** The exit status for a library code. */
msg_status msg_status_of(xcj_code code, msg_about about);

/** Says `xcj: SUBJECT: text` on one line (SUBJECT may be NULL) and returns the status, so that it can be returned. */
__attribute__((format(printf, 3, 4))) msg_status msg_fail(msg_status status, const char *subject, const char *fmt, ...);

/** Says what the library said, and returns the status for its code. */
msg_status msg_fail_error(msg_about about, const char *subject, const xcj_error *err);

/** Says that there is no memory, and returns the status for it. */
msg_status msg_fail_memory(void);

/** Prints `xcj: warning: SUBJECT: text`; of one run the first 64. */
__attribute__((format(printf, 2, 3))) void msg_warn(const char *subject, const char *fmt, ...);

/** Prints how many warnings were left out. */
void msg_finish(void);

/** Makes a line fit for a terminal: control characters become question marks. */
void msg_harmless(char *line);

/** Says the text alone, without a prefix. */
__attribute__((format(printf, 1, 2))) void msg_note(const char *fmt, ...);

/** Has the reader of standard error gone away? */
bool msg_is_unheard(void);

/** Is standard error a terminal? */
bool msg_is_terminal(void);

/** Is this file descriptor a terminal that obeys escape sequences (TERM is set, and not dumb)? */
bool msg_obeys(int fd);

/** May this file descriptor be written to in colours: such a terminal, and no NO_COLOR. */
bool msg_colour(int fd);

#endif
