/*
 * run.c: the command is a line for sh, as git and make have it. It reads one token from standard input, without a
 * newline; exit code 0 accepts it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/forge/run.h"
#include "cli/io/platform.h"

/* Seconds that a command may take for one token. */
#define PATIENCE 30

extern char **environ;

static void wake(int number)
{
    (void)number;
}

/* The exit status, 128 and the signal's number, or -1 if the command could not be run. */
static int wait_for(pid_t child)
{
    int ended = 0;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = wake;
    (void)sigaction(SIGALRM, &action, NULL);
    (void)alarm(PATIENCE);
    while (waitpid(child, &ended, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
        (void)kill(-child, SIGKILL);
    }
    (void)alarm(0);
    return WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
}

static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t defaults;
    (void)sigemptyset(&defaults);
    (void)sigaddset(&defaults, SIGPIPE);
    const int failed = posix_spawnattr_setsigdefault(attributes, &defaults);
    return failed != 0 ? failed : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

static int set_descriptors(posix_spawn_file_actions_t *actions, int input)
{
    int failed = posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO);
    if (failed == 0) {
        failed = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    }
    return failed != 0 ? failed : posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
}

static int run_command(const char *line, int input)
{
    char shell[] = "sh";
    char option[] = "-c";
    char *const words[] = { shell, option, (char *)line, NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t child = 0;
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return -1;
    }
    int failed = posix_spawnattr_init(&attributes);
    if (failed == 0) {
        failed = set_attributes(&attributes);
        failed = failed != 0 ? failed : set_descriptors(&actions, input);
        failed = failed != 0 ? failed : posix_spawn(&child, "/bin/sh", &actions, &attributes, words, environ);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return failed != 0 ? -1 : wait_for(child);
}

/* A file, not a pipe: the command may end before it has read all of a large token. */
static int give(const char *line, const text *token)
{
    FILE *input = tmpfile();
    if (input == NULL) {
        return -1;
    }
    const bool written = (token->len == 0 || fwrite(token->ptr, token->len, 1, input) == 1) && fflush(input) == 0;
    rewind(input);
    platform_close_on_exec();
    const int result = written ? run_command(line, fileno(input)) : -1;
    (void)fclose(input);
    return result;
}

static msg_status refuse_command(int result)
{
    static const char words[] = "the command is no verifier: it refuses the genuine token";
    if (result == 127) {
        return msg_fail(STATUS_USAGE, "--run", "%s (exit code 127: command not found?)", words);
    }
    return msg_fail(STATUS_USAGE, "--run", "%s (exit code %d); it must read the token from standard input", words, result);
}

static json_t *describe(const forge_case *row, const char *name)
{
    json_t *object = json_object();
    (void)json_object_set_new(object, "name", json_string(name));
    (void)json_object_set_new(object, "reason", json_string(row->reason));
    if (!row->is_valid) {
        const forge_rule *rule = forge_rule_of(name);
        (void)json_object_set_new(object, "level", json_string(forge_level(rule)));
        (void)json_object_set_new(object, "rule", json_string(rule->words));
    }
    return object;
}

/* Adds the case to a list, which is made at the first one. */
static msg_status note(json_t **list, const forge_case *row, const char *name)
{
    if (*list == NULL) {
        *list = json_array();
    }
    return json_array_append_new(*list, describe(row, name)) == 0 ? STATUS_OK : msg_fail_memory();
}

msg_status forge_run_case(forge_run *run, const forge_case *row, const char *name, const text *token)
{
    const int result = give(run->command, token);
    if (result < 0) {
        return msg_fail(STATUS_INTERNAL, "--run", "cannot start the command: %s", strerror(errno));
    }
    const bool is_first = run->valid == 0;
    run->valid += row->is_valid;
    run->forged += !row->is_valid;
    if (row->is_valid) {
        return result == 0 ? STATUS_OK : is_first ? refuse_command(result) : note(&run->refused, row, name);
    }
    if (result != 0) {
        return STATUS_OK;
    }
    run->must += !forge_rule_of(name)->is_strict;
    return note(&run->accepted, row, name);
}

static json_t *list_or_empty(json_t *list)
{
    return list != NULL ? json_incref(list) : json_array();
}

static msg_status put_json(text *out, const forge_run *run)
{
    const text nothing = TEXT_INIT;
    const size_t accepted = json_array_size(run->accepted);
    json_t *object = json_object();
    (void)json_object_set_new(object, "forged", json_integer((json_int_t)run->forged));
    (void)json_object_set_new(object, "refused", json_integer((json_int_t)(run->forged - accepted)));
    (void)json_object_set_new(object, "must_refuse", json_integer((json_int_t)run->must));
    (void)json_object_set_new(object, "strict", json_integer((json_int_t)(accepted - run->must)));
    (void)json_object_set_new(object, "accepted", list_or_empty(run->accepted));
    (void)json_object_set_new(object, "valid", json_integer((json_int_t)run->valid));
    (void)json_object_set_new(object, "valid_refused", list_or_empty(run->refused));
    const msg_status status = doc_line(out, object, &nothing);
    json_decref(object);
    return status;
}

static void put_list(text *out, const json_t *list, const char *verdict)
{
    size_t i = 0;
    json_t *each = NULL;
    json_array_foreach(list, i, each)
    {
        const char *level = json_string_value(json_object_get(each, "level"));
        const char *rule = json_string_value(json_object_get(each, "rule"));
        text_printf(out, "%s %-6s  %-26s  %s%s%s%s\n", verdict, level != NULL ? level : "valid",
                    json_string_value(json_object_get(each, "name")), json_string_value(json_object_get(each, "reason")),
                    rule != NULL ? " (" : "", rule != NULL ? rule : "", rule != NULL ? ")" : "");
    }
}

static void put_text(text *out, const forge_run *run)
{
    const size_t accepted = json_array_size(run->accepted);
    put_list(out, run->accepted, "accepts");
    put_list(out, run->refused, "refuses");
    text_printf(
        out, "%zu of %zu forged tokens refused; accepted: %zu that a verifier must refuse, %zu that a strict one refuses\n",
        run->forged - accepted, run->forged, run->must, accepted - run->must);
    text_printf(out, "%zu of %zu valid tokens accepted\n", run->valid - json_array_size(run->refused), run->valid);
}

msg_status forge_run_report(const forge_run *run, bool as_json)
{
    text out = TEXT_INIT;
    msg_status status = STATUS_OK;
    if (as_json) {
        status = put_json(&out, run);
    } else {
        put_text(&out, run);
        status = out.failed ? msg_fail_memory() : STATUS_OK;
    }
    if (status == STATUS_OK) {
        io_print(out.ptr, out.len);
        status = run->must > 0 ? STATUS_POLICY : STATUS_OK;
    }
    text_free(&out);
    return status;
}

void forge_run_free(forge_run *run)
{
    json_decref(run->accepted);
    json_decref(run->refused);
}
