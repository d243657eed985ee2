/*
 * xcj-process: wall time of whole processes, from posix_spawn to their end. Commands take turns; the median is printed.
 *
 * Standard input has a command per line, tab-separated: label, file for its standard input, program, arguments. Each must
 * succeed. Output: label and milliseconds, tab-separated.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define MAX_COMMANDS 64
#define MAX_WORDS 32
#define MAX_ROUNDS 1000

extern char **environ;

typedef struct command {
    char *line; /* owns the words */
    char *label;
    char *input;
    char *words[MAX_WORDS + 1];
    double times[MAX_ROUNDS];
    bool failed;
} command;

static double now_ms(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static bool run(const command *c, double *ms)
{
    posix_spawn_file_actions_t files;
    pid_t child;
    int status = -1;
    if (posix_spawn_file_actions_init(&files) != 0) {
        return false;
    }
    bool ready = posix_spawn_file_actions_addopen(&files, 0, c->input, O_RDONLY, 0) == 0 &&
                 posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0) == 0 &&
                 posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0) == 0;
    double begin = now_ms();
    bool ended = ready && posix_spawnp(&child, c->words[0], &files, NULL, c->words, environ) == 0 &&
                 waitpid(child, &status, 0) == child;
    *ms = now_ms() - begin;
    (void)posix_spawn_file_actions_destroy(&files);
    return ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool read_command(command *c, const char *line)
{
    size_t count = 0;
    c->line = strdup(line);
    if (c->line == NULL) {
        return false;
    }
    c->line[strcspn(c->line, "\n")] = '\0';
    c->label = strtok(c->line, "\t");
    c->input = strtok(NULL, "\t");
    for (char *word; count < MAX_WORDS && (word = strtok(NULL, "\t")) != NULL;) {
        c->words[count++] = word;
    }
    return count > 0;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool measure(command *commands, size_t count, unsigned rounds)
{
    bool good = true;
    for (size_t i = 0; i < count; i++) { /* into the page cache, and to see whether it works at all */
        command *c = &commands[i];
        c->failed = !run(c, &c->times[0]);
    }
    for (unsigned round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count; i++) {
            command *c = &commands[i];
            c->failed = c->failed || !run(c, &c->times[round]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        command *c = &commands[i];
        if (c->failed) {
            fprintf(stderr, "xcj-process: failed: %s\n", c->label);
            good = false;
            continue;
        }
        qsort(c->times, rounds, sizeof(c->times[0]), by_value);
        printf("%s\t%.3f\n", c->label, (c->times[(rounds - 1) / 2] + c->times[rounds / 2]) / 2);
    }
    return good;
}

int main(int argc, char **argv)
{
    static command commands[MAX_COMMANDS];
    char line[4096];
    size_t count = 0;
    long rounds = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    if (rounds < 1 || rounds > MAX_ROUNDS) {
        fputs("usage: xcj-process ROUNDS < COMMANDS\n", stderr);
        return 2;
    }
    bool good = true;
    while (count < MAX_COMMANDS && fgets(line, sizeof(line), stdin) != NULL) {
        if (read_command(&commands[count], line)) {
            count++;
        } else {
            fprintf(stderr, "xcj-process: no command: %s", line);
            free(commands[count].line);
            good = false;
        }
    }
    good = measure(commands, count, (unsigned)rounds) && good;
    for (size_t i = 0; i < count; i++) {
        free(commands[i].line);
    }
    return good ? 0 : 1;
}
