/*
 * failing.h: makes the n-th of something fail, for as long as it is armed: allocations of the library and the command (by
 * link-time wrapping, see CMakeLists.txt), of OpenSSL and jansson (by their hooks), or calls into libcrypto (by wrapping).
 */
#ifndef XCJ_TESTS_HOSTILE_FAILING_H
#define XCJ_TESTS_HOSTILE_FAILING_H

#include <stdbool.h>

typedef enum failing_kind {
    FAILING_NOTHING = 0,
    FAILING_OWN = 1,     /* an allocation of ours, jansson's included */
    FAILING_OPENSSL = 2, /* an allocation of OpenSSL's */
    FAILING_CALL = 4,    /* a call of libcrypto */
    FAILING_RANDOM = 8   /* OpenSSL's generator, whoever asks it */
} failing_kind;

/** Before OpenSSL allocates anything. */
void failing_install(void);

/** What the next failing_arm() makes fail: the n-th of this kind, and with `lasting` all that follow. */
void failing_plan(failing_kind kind, long nth, bool lasting);

/** Counting begins here, and ends at failing_disarm(). */
void failing_arm(void);
void failing_disarm(void);

/** Is called at each failure. */
void failing_notify(void (*notify)(void));

/** Has anything failed since failing_plan()? */
bool failing_happened(void);

/** Which call of libcrypto failed; "" for anything else. */
const char *failing_what(void);

/** For the wrappers: does this one fail? */
bool failing_now(failing_kind kind, const char *what);

#endif
