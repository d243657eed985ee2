/*
 * xcj-fetch.c: one HTTP GET with libcurl, for the xcj command, which starts it and looks at the URL first.
 *
 *     xcj-fetch [--http] [--cacert FILE] [--timeout SECONDS] [--connect-timeout SECONDS] [--etag ETAG] URL
 *
 * Standard output is lines of a name and a value (status; etag, cache-control, age, vary, content-type and location where
 * the answer has them; malformed when a header is folded or does not fit), an empty line, and the body; or the line
 * `error SENTENCE`, and the exit status is 1. No redirect is followed.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curl/curl.h>

#define BODY_LIMIT ((size_t)1 << 20)

/* Of all headers, those of answers 1xx included. */
#define HEADER_BYTES ((size_t)64 << 10)
#define HEADER_LINES 256

/* The request. */
typedef struct wish {
    const char *url;
    const char *cacert;
    const char *etag;
    long timeout;
    long connect_timeout;
    bool plain; /* http, not https */
} wish;

/* The headers of one answer. One that is absent is empty. */
typedef struct head {
    char etag[512];
    char control[1024];
    char age[32];
    char vary[256];
    char type[256];
    char location[1024];
    bool malformed; /* nothing may be concluded from them */
    bool complete;  /* what follows is a trailer */
} head;

/* The answer. */
typedef struct answer {
    head head;
    size_t header_bytes;
    size_t header_lines;
    size_t len;
    bool is_large;
    bool is_chatty; /* too many headers */
    char body[BODY_LIMIT];
} answer;

static answer came;

static int fail(const char *sentence)
{
    (void)printf("error ");
    for (const char *p = sentence; *p != '\0'; p++) {
        (void)putchar((unsigned char)*p < 0x20 ? ' ' : *p);
    }
    (void)printf("\n\n");
    return EXIT_FAILURE;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * Keeps a header's value; a second one is added with a comma (RFC 9110 5.3). One that does not fit, or holds what a line
 * cannot hold, spoils the answer.
 */
static void keep(char *to, size_t cap, const char *value, size_t len)
{
    size_t used = strlen(to);
    const char *comma = used > 0 ? ", " : "";
    bool fits = used + strlen(comma) + len < cap;
    for (size_t i = 0; i < len; i++) {
        fits = fits && ((unsigned char)value[i] >= 0x20 || value[i] == '\t');
    }
    if (fits) {
        (void)snprintf(to + used, cap - used, "%s%.*s", comma, (int)len, value);
    } else {
        came.head.malformed = true;
    }
}

static void keep_header(const char *name, size_t name_len, const char *value, size_t len)
{
    head *to = &came.head;
    const struct {
        const char *name;
        char *value;
        size_t cap;
    } rows[] = {
        { "etag", to->etag, sizeof to->etag },
        { "cache-control", to->control, sizeof to->control },
        { "age", to->age, sizeof to->age },
        { "vary", to->vary, sizeof to->vary },
        { "content-type", to->type, sizeof to->type },
        { "location", to->location, sizeof to->location },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (name_len == strlen(rows[i].name) && strncasecmp(name, rows[i].name, name_len) == 0) {
            keep(rows[i].value, rows[i].cap, value, len);
            to->malformed = to->malformed || len == 0;
        }
    }
}

static void read_header(const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);
    if (is_space(line[0]) || colon == NULL) {
        came.head.malformed = true; /* folded (RFC 9112 5.2), or no header at all */
        return;
    }
    const char *value = colon + 1;
    const char *end = line + len;
    while (value < end && is_space(*value)) {
        value++;
    }
    while (end > value && is_space(end[-1])) {
        end--;
    }
    keep_header(line, (size_t)(colon - line), value, (size_t)(end - value));
}

/* libcurl's callback: one line of the header. A new status line begins a new answer, as after 1xx. */
static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    (void)context;
    const size_t len = size * count;
    came.header_bytes += len;
    if (++came.header_lines > HEADER_LINES || came.header_bytes > HEADER_BYTES) {
        came.is_chatty = true;
        return 0;
    }
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        came.head = (head){ .complete = false };
    } else if (len == 0 || line[0] == '\r' || line[0] == '\n') {
        came.head.complete = true;
    } else if (!came.head.complete) {
        read_header(line, len);
    }
    return len;
}

/* libcurl's callback: some of the body. */
static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    (void)context;
    size_t len = size * count;
    if (len > BODY_LIMIT - came.len) {
        came.is_large = true;
        return 0;
    }
    memcpy(came.body + came.len, bytes, len);
    came.len += len;
    return len;
}

static bool set_number(CURL *curl, CURLoption option, long value)
{
    return curl_easy_setopt(curl, option, value) == CURLE_OK;
}

static bool set_text(CURL *curl, CURLoption option, const char *value)
{
    return curl_easy_setopt(curl, option, value) == CURLE_OK;
}

static bool set_protocol(CURL *curl, bool plain)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    return set_text(curl, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
#else
    return set_number(curl, CURLOPT_PROTOCOLS, plain ? CURLPROTO_HTTP : CURLPROTO_HTTPS);
#endif
}

/* With certificates of its own no others are trusted: libcurl may know a folder of them besides the file. */
static bool set_tls(CURL *curl, const char *cacert)
{
    return set_number(curl, CURLOPT_SSL_VERIFYPEER, 1) && set_number(curl, CURLOPT_SSL_VERIFYHOST, 2) &&
           set_number(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) &&
           (cacert == NULL || (set_text(curl, CURLOPT_CAINFO, cacert) && set_text(curl, CURLOPT_CAPATH, NULL)));
}

static bool set_limits(CURL *curl, const wish *asked)
{
    return set_number(curl, CURLOPT_NOSIGNAL, 1) && set_number(curl, CURLOPT_TIMEOUT, asked->timeout) &&
           set_number(curl, CURLOPT_CONNECTTIMEOUT, asked->connect_timeout) &&
           set_number(curl, CURLOPT_MAXFILESIZE, (long)BODY_LIMIT) && set_number(curl, CURLOPT_FOLLOWLOCATION, 0);
}

static struct curl_slist *headers_of(const wish *asked)
{
    struct curl_slist *list = curl_slist_append(NULL, "Accept: application/jwk-set+json, application/json");
    char line[600];
    if (list == NULL || asked->etag == NULL) {
        return list;
    }
    (void)snprintf(line, sizeof line, "If-None-Match: %s", asked->etag);
    struct curl_slist *longer = curl_slist_append(list, line);
    if (longer == NULL) {
        curl_slist_free_all(list);
    }
    return longer;
}

/* The path has been looked at as it is, and is asked for as it is. */
static bool set_all(CURL *curl, const wish *asked, struct curl_slist *headers, char *why)
{
    return set_protocol(curl, asked->plain) && set_tls(curl, asked->cacert) && set_limits(curl, asked) &&
           set_text(curl, CURLOPT_URL, asked->url) && set_number(curl, CURLOPT_PATH_AS_IS, 1) &&
           set_text(curl, CURLOPT_USERAGENT, "xcj/" XCJ_VERSION) && set_number(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1) &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why) == CURLE_OK;
}

static void print_field(const char *name, const char *value)
{
    if (value[0] != '\0') {
        (void)printf("%s %s\n", name, value);
    }
}

static int print_answer(long status)
{
    (void)printf("status %ld\n", status);
    print_field("etag", came.head.etag);
    print_field("cache-control", came.head.control);
    print_field("age", came.head.age);
    print_field("vary", came.head.vary);
    print_field("content-type", came.head.type);
    print_field("location", came.head.location);
    print_field("malformed", came.head.malformed ? "1" : "");
    (void)printf("\n");
    (void)fwrite(came.body, 1, came.len, stdout);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int get(CURL *curl, const wish *asked, struct curl_slist *headers)
{
    char why[CURL_ERROR_SIZE] = "";
    long status = 0;
    if (!set_all(curl, asked, headers, why)) {
        return fail("libcurl does not know an option that is needed");
    }
    CURLcode code = curl_easy_perform(curl);
    if (came.is_large || code == CURLE_FILESIZE_EXCEEDED) {
        return fail("is larger than 1048576 bytes");
    }
    if (came.is_chatty) {
        return fail("has more than 65536 bytes or 256 lines of headers");
    }
    if (code == CURLE_OK) {
        code = curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    }
    if (code != CURLE_OK) {
        return fail(why[0] != '\0' ? why : curl_easy_strerror(code));
    }
    return print_answer(status);
}

static bool read_words(wish *to, int count, char **words)
{
    static const struct option options[] = {
        { "http", no_argument, NULL, 'h' },          { "cacert", required_argument, NULL, 'c' },
        { "timeout", required_argument, NULL, 't' }, { "connect-timeout", required_argument, NULL, 'n' },
        { "etag", required_argument, NULL, 'e' },    { NULL, 0, NULL, 0 },
    };
    *to = (wish){ NULL, NULL, NULL, 10, 5, false };
    for (int c = getopt_long(count, words, "", options, NULL); c != -1; c = getopt_long(count, words, "", options, NULL)) {
        switch (c) {
        case 'h':
            to->plain = true;
            break;
        case 'c':
            to->cacert = optarg;
            break;
        case 't':
            to->timeout = strtol(optarg, NULL, 10);
            break;
        case 'n':
            to->connect_timeout = strtol(optarg, NULL, 10);
            break;
        case 'e':
            to->etag = optarg;
            break;
        default:
            return false;
        }
    }
    to->url = optind == count - 1 ? words[optind] : NULL;
    return to->url != NULL && to->timeout > 0 && to->connect_timeout > 0;
}

int main(int argc, char **argv)
{
    wish asked;
    if (!read_words(&asked, argc, argv)) {
        (void)fprintf(stderr, "usage: xcj-fetch [--http] [--cacert FILE] [--timeout SECONDS] [--connect-timeout SECONDS] "
                              "[--etag ETAG] URL\n");
        return 2;
    }
    /* libcurl waits for a name server that does not answer even when its own time is up. */
    (void)alarm((unsigned)asked.timeout + 1);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return fail("libcurl cannot be used");
    }
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = headers_of(&asked);
    int status = curl != NULL && headers != NULL ? get(curl, &asked, headers) : fail("out of memory");
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    return status;
}
