/*
 * signals.c: handlers for the signals that end the command.
 */
#include <stdbool.h>
#include <string.h>

#include "cli/io/signals.h"

#define GUARDS_MAX 2 /* temporary files, the progress line */

const int signals_ending[SIGNALS_ENDING_COUNT] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

/* Changed only while the signals are held. */
static void (*guards[GUARDS_MAX])(void);
static struct sigaction before[SIGNALS_ENDING_COUNT];

static void undo_all(int number)
{
    for (size_t i = 0; i < GUARDS_MAX; i++) {
        if (guards[i] != NULL) {
            guards[i]();
        }
    }
    /* The action is the default again (SA_RESETHAND), and ends the command as soon as this returns. */
    (void)raise(number);
}

void signals_hold(sigset_t *held_before)
{
    sigset_t ending;
    (void)sigemptyset(&ending);
    for (size_t i = 0; i < SIGNALS_ENDING_COUNT; i++) {
        (void)sigaddset(&ending, signals_ending[i]);
    }
    (void)pthread_sigmask(SIG_BLOCK, &ending, held_before);
}

void signals_release(const sigset_t *held_before)
{
    (void)pthread_sigmask(SIG_SETMASK, held_before, NULL);
}

static bool any_guard(void)
{
    for (size_t i = 0; i < GUARDS_MAX; i++) {
        if (guards[i] != NULL) {
            return true;
        }
    }
    return false;
}

static void install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = undo_all;
    action.sa_flags = (int)SA_RESETHAND;
    (void)sigfillset(&action.sa_mask);
    for (size_t i = 0; i < SIGNALS_ENDING_COUNT; i++) {
        (void)sigaction(signals_ending[i], NULL, &before[i]);
        /* A signal that the parent had ignored stays ignored: nohup. */
        if (before[i].sa_handler != SIG_IGN) {
            (void)sigaction(signals_ending[i], &action, NULL);
        }
    }
}

static void restore(void)
{
    for (size_t i = 0; i < SIGNALS_ENDING_COUNT; i++) {
        (void)sigaction(signals_ending[i], &before[i], NULL);
    }
}

/* Puts `to` where `from` is, if it is anywhere. */
static bool replace(void (*from)(void), void (*to)(void))
{
    for (size_t i = 0; i < GUARDS_MAX; i++) {
        if (guards[i] == from) {
            guards[i] = to;
            return true;
        }
    }
    return false;
}

void signals_guard(void (*undo)(void))
{
    sigset_t held;
    signals_hold(&held);
    if (!any_guard()) {
        install();
    }
    if (!replace(undo, undo)) {
        (void)replace(NULL, undo);
    }
    signals_release(&held);
}

void signals_unguard(void (*undo)(void))
{
    sigset_t held;
    signals_hold(&held);
    if (replace(undo, NULL) && !any_guard()) {
        restore();
    }
    signals_release(&held);
}
