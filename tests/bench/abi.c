/* The C library as a host uses it:
 *
 *     abi CONFIG CALLS OPERATION PARAMS LEAST     calls an operation, which answers with at least so many bytes
 *     abi CONFIG sweep CERTIFICATES               reads all pages of a list, and prints the kilobytes that this took at most
 *     abi CONFIG threads THREADS                  gets a certificate again and again, and prints the microseconds of CPU for each
 *
 * With no calls, it only loads the library, and makes and frees a client. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "zerossl.h"

static int failed(const char *what, zerossl_error *error) {
    fprintf(stderr, "%s: %s\n", what, error ? zerossl_error_message(error) : "a short answer");
    zerossl_error_free(error);
    return 1;
}

static int call(const zerossl_client *client, const char *operation, const char *params, size_t least) {
    zerossl_error *error;
    char *answer = zerossl_call(client, operation, params, &error);
    int is_good = answer && answer[0] == '{' && strlen(answer) >= least;
    zerossl_string_free(answer);
    return is_good ? 0 : failed(operation, error);
}

static long status_of(const char *name) {
    char line[256];
    long kilobytes = -1;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && kilobytes < 0 && fgets(line, sizeof line, status))
        if (strncmp(line, name, strlen(name)) == 0)
            kilobytes = strtol(line + strlen(name), NULL, 10);
    if (status)
        fclose(status);
    return kilobytes;
}

static int sweep(const zerossl_client *client, long expected) {
    zerossl_error *error;
    zerossl_op *op;
    long before, found = 0;
    int32_t state;

    if (call(client, "list_certificates", "{\"limit\": 1}", 1))
        return 1;
    before = status_of("VmRSS:");
    op = zerossl_op_start(client, "list_certificates", "{}", &error);
    if (!op)
        return failed("zerossl_op_start", error);
    do {
        char *event, *at;
        state = zerossl_op_next(op, -1, &event, &error);
        if (state < 0)
            return failed("zerossl_op_next", error);
        for (at = event; at && (at = strstr(at, "{\"id\":")) != NULL; at++)
            found++;
        zerossl_string_free(event);
    } while (state != ZEROSSL_DONE);
    zerossl_op_free(op);
    printf("%ld\n", status_of("VmHWM:") - before);
    if (found != expected)
        fprintf(stderr, "%ld certificates instead of %ld\n", found, expected);
    return found != expected;
}

enum { CALLS = 16384, MOST_THREADS = 64 };

struct work {
    const zerossl_client *client;
    long calls;
    int bad;
};

static void *work_on(void *data) {
    struct work *work = data;
    for (; work->calls > 0 && !work->bad; work->calls--)
        work->bad = call(work->client, "get_certificate", "{\"id\": \"0123456789abcdef0123456789abcdef\"}", 1500);
    return NULL;
}

static double cpu(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int threads(const zerossl_client *client, long wanted) {
    pthread_t running[MOST_THREADS];
    struct work works[MOST_THREADS];
    double before;
    long started, thread;
    int bad = 0;

    if (wanted < 1 || wanted > MOST_THREADS)
        return 2;
    before = cpu();
    for (started = 0; started < wanted; started++) {
        works[started].client = client;
        works[started].calls = CALLS / wanted;
        works[started].bad = 0;
        if (pthread_create(&running[started], NULL, work_on, &works[started]) != 0)
            break;
    }
    for (thread = 0; thread < started; thread++) {
        pthread_join(running[thread], NULL);
        bad |= works[thread].bad;
    }
    printf("%.1f\n", (cpu() - before) / (double)CALLS);
    return bad || started < wanted;
}

int main(int count, char **arguments) {
    zerossl_error *error;
    zerossl_client *client;
    int bad = 0;
    long calls;

    if (count != 4 && count != 6)
        return 2;
    client = zerossl_client_new(arguments[1], &error);
    if (!client)
        return failed("zerossl_client_new", error);
    if (count == 4 && strcmp(arguments[2], "threads") == 0)
        bad = threads(client, strtol(arguments[3], NULL, 10));
    else if (count == 4)
        bad = sweep(client, strtol(arguments[3], NULL, 10));
    else
        for (calls = strtol(arguments[2], NULL, 10); calls > 0 && !bad; calls--)
            bad = call(client, arguments[3], arguments[4], strtoul(arguments[5], NULL, 10));
    zerossl_client_free(client);
    return bad;
}
