/* What the test programs share. A program prints nothing, unless a check fails. */
#ifndef CHECK_H
#define CHECK_H

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "zerossl.h"

#define CHECK(condition) \
    ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

/* For a call with an error: checks that it worked, or prints the error. */
#define WORKED(error) \
    ((error) == NULL ? (void)0 : check_failed(__FILE__, __LINE__, zerossl_error_message(error)))

#define SAME(text, expected) check_same(__FILE__, __LINE__, text, expected)

static inline void check_failed(const char *file, int line, const char *what) {
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    _exit(1);
}

static inline void check_same(const char *file, int line, const char *text, const char *expected) {
    if (text == NULL || strcmp(text, expected) != 0) {
        fprintf(stderr, "%s:%d: expected %s, got %s\n", file, line, expected, text ? text : "NULL");
        _exit(1);
    }
}

/* Checks an error's kind and, unless NULL, the parameter that it names; and frees it. */
#define EXPECT(error, code, parameter) check_error(__FILE__, __LINE__, &(error), code, parameter)

static inline void check_error(const char *file, int line, zerossl_error **error, int32_t code,
                               const char *parameter) {
    char *named;

    if (zerossl_error_code(*error) != code) {
        fprintf(stderr, "expected %d: ", (int)code);
        check_failed(file, line, zerossl_error_json(*error));
    }
    named = zerossl_json_get(zerossl_error_json(*error), "/parameter");
    if (parameter != NULL && (named == NULL || strcmp(named, parameter) != 0))
        check_failed(file, line, zerossl_error_json(*error));
    if (strchr(zerossl_error_message(*error), '\n') != NULL)
        check_failed(file, line, "a message has one line");
    zerossl_string_free(named);
    zerossl_error_free(*error);
    *error = NULL;
}

/* An error variable with a pointer that nothing may read. */
static inline zerossl_error *no_error_yet(void) {
    static char elsewhere;
    return (zerossl_error *)(void *)&elsewhere;
}

static inline zerossl_client *new_client(const char *config) {
    zerossl_error *error = no_error_yet();
    zerossl_client *client = zerossl_client_new(config, &error);
    WORKED(error);
    CHECK(client != NULL);
    return client;
}

/* A client of the sandbox in the environment, without a rate limit. */
static inline zerossl_client *sandbox_client(void) {
    return new_client("{\"requests_per_second\": 0}");
}

/* One of our settings for a server at this port, with more settings after a comma, or "". */
static inline zerossl_client *client_at(int port, const char *more) {
    char config[512];
    snprintf(config, sizeof config, "{\"access_key\": \"k\", \"base_url\": \"http://127.0.0.1:%d\"%s}", port, more);
    return new_client(config);
}

static inline void pause_ms(long ms) {
    struct timespec pause;
    pause.tv_sec = ms / 1000;
    pause.tv_nsec = ms % 1000 * 1000000;
    nanosleep(&pause, NULL);
}

static inline double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The threads of this process, without the one of the thread sanitizer. */
static inline int count_threads(void) {
#ifdef __SANITIZE_THREAD__
    int count = -1;
#else
    int count = 0;
#endif
    struct dirent *entry;
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    while ((entry = readdir(tasks)) != NULL)
        count += entry->d_name[0] != '.';
    closedir(tasks);
    return count;
}

#ifdef COUNTING
int64_t zerossl_testing_live(void);
int32_t zerossl_testing_panic(void);
#endif

/* The last line of main: every thread of the library has ended and, in a counting build, no object is left. */
static inline int finish(void) {
    double end = now() + 20;
    while (count_threads() > 1 && now() < end)
        pause_ms(5);
    CHECK(count_threads() == 1);
#ifdef COUNTING
    while (zerossl_testing_live() != 0 && now() < end)
        pause_ms(5);
    CHECK(zerossl_testing_live() == 0);
#endif
    return 0;
}

#endif
