/*
 * Replays inputs through a fuzz target without libFuzzer: every line of a corpus (base64, one input a line), then each
 * further file as it is:
 *
 *     replay_NAME CORPUS [FILE]...
 */
#include "fuzz.h"
#include "lib/codec/base64url.h"

/* A block of exactly this size, so that a sanitizer sees a step beyond. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size);
    MUST(copy != NULL || size == 0);
    if (size > 0) {
        memcpy(copy, data, size);
    }
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static size_t replay_corpus(FILE *file)
{
    char *line = NULL;
    size_t cap = 0;
    size_t count = 0;
    for (ssize_t len = getline(&line, &cap, file); len > 0; len = getline(&line, &cap, file)) {
        size_t size;
        len -= line[len - 1] == '\n';
        MUST(xcj__b64_decode((uint8_t *)line, &size, line, (size_t)len, NULL));
        run((uint8_t *)line, size);
        count++;
    }
    free(line);
    return count;
}

static void replay_file(FILE *file)
{
    uint8_t *data = NULL;
    size_t size = 0;
    size_t got = 0;
    do {
        size += got;
        data = realloc(data, size + 65536);
        MUST(data != NULL);
        got = fread(data + size, 1, 65536, file);
    } while (got > 0);
    run(data, size);
    free(data);
}

int main(int argc, char **argv)
{
    size_t count = 0;
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (file == NULL) {
            perror(argv[i]);
            return EXIT_FAILURE;
        }
        if (i == 1) {
            count = replay_corpus(file);
        } else {
            replay_file(file);
            count++;
        }
        fclose(file);
    }
    printf("%zu inputs\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
