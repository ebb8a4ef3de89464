/* A program with calls, ops and an `obtain` under way, that is disturbed and then ends at random moments.
 *
 *     busy SEED DISTURBANCES WAY PARAMETERS
 *
 * WAY says how it ends: with status 7, or by SIGTERM. PARAMETERS are those of `obtain`. It prints nothing, unless a check
 * fails. */
#define _ISOC11_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "check.h"

#define CALLERS 2
#define STATUS 7
#define MOST_DISTURBANCES 16
/* A signal ends a process that hangs for this many seconds. */
#define PATIENCE 30
/* The longest wait for the next moment, in milliseconds. */
#define LONGEST 40

/* Each cancel needs a new token. None is freed, so a handler may use all of them at any time. */
static zerossl_cancel_token *tokens[MOST_DISTURBANCES + 1];
static volatile sig_atomic_t current_token = 0;
/* None is freed either. */
static zerossl_op *volatile obtaining = NULL;
static volatile sig_atomic_t signals = 0, exits = 0;
static uint32_t chance;

/* Below the limit; for the first thread only. */
static int draw(int limit) {
    chance = chance * 1664525u + 1013904223u;
    return (int)((chance >> 8) % (uint32_t)limit);
}

/* Signals do not make it shorter. */
static void wait_for_the_moment(void) {
    double end = now() + draw(LONGEST * 1000) / 1e6;
    while (now() < end)
        usleep(50);
}

static void on_cancel(int number) {
    int saved = errno, index;
    (void)number;
    for (index = 0; index < current_token; index++)
        zerossl_cancel_token_cancel(tokens[index]);
    zerossl_op_cancel(obtaining);
    errno = saved;
}

static void on_signal(int number) {
    (void)number;
    signals += zerossl_cancel_token_is_cancelled(tokens[0]) >= 0;
}

static zerossl_client *cancelled_by_signals(void) {
    zerossl_error *error;
    zerossl_client *client = sandbox_client(), *view = zerossl_client_with_cancel(client, tokens[current_token], &error);
    WORKED(error);
    zerossl_client_free(client);
    return view;
}

/* Nothing but what was asked for goes wrong, whatever signal came. */
static void expect(zerossl_error *error, int32_t otherwise) {
    int32_t code = zerossl_error_code(error);
    if (code != ZEROSSL_E_CANCELLED && code != otherwise)
        check_failed(__FILE__, __LINE__, zerossl_error_json(error));
    zerossl_error_free(error);
}

static void *call(void *unused) {
    zerossl_error *error;

    (void)unused;
    for (;;) {
        zerossl_client *client = cancelled_by_signals();
        int round;

        for (round = 0; round < 10; round++) {
            zerossl_string_free(zerossl_list_certificates(client, "{\"limit\": 1}", &error));
            expect(error, ZEROSSL_OK);
            zerossl_string_free(zerossl_get_certificate(client, "{\"id\": \"0123456789abcdef0123456789abcdef\"}", &error));
            expect(error, ZEROSSL_E_API);
        }
        zerossl_client_free(client);
        if (exits)
            exit(STATUS);
    }
    return NULL;
}

static void *read_ops(void *unused) {
    zerossl_error *error;
    int round;

    (void)unused;
    for (round = 0;; round++) {
        zerossl_client *client = cancelled_by_signals();
        zerossl_op *op = zerossl_op_start(client, "list_certificates", NULL, &error);
        char *event;
        int32_t found = ZEROSSL_EVENT;

        WORKED(error);
        if (round % 3 == 1)
            CHECK(zerossl_op_fd(op) >= 0);
        /* Some are freed as they run. */
        while (round % 3 != 2 && found == ZEROSSL_EVENT) {
            found = zerossl_op_next(op, -1, &event, &error);
            WORKED(error);
            zerossl_string_free(event);
        }
        zerossl_op_free(op);
        zerossl_client_free(client);
    }
    return NULL;
}

static void *obtain(void *parameters) {
    zerossl_error *error;

    for (;;) {
        zerossl_client *client = cancelled_by_signals();
        zerossl_op *op = zerossl_op_start(client, "obtain", parameters, &error);
        char *event;

        WORKED(error);
        obtaining = op;
        while (zerossl_op_next(op, -1, &event, &error) == ZEROSSL_EVENT)
            zerossl_string_free(event);
        WORKED(error);
        zerossl_string_free(zerossl_op_result(op, &error));
        expect(error, ZEROSSL_OK);
        zerossl_client_free(client);
    }
    return NULL;
}

/* A client of its own works in a child, which can end in each way. */
static void fork_one(void) {
    int status, way = draw(3);
    pid_t pid = fork();

    CHECK(pid >= 0);
    if (pid == 0) {
        zerossl_client *own;
        zerossl_error *error;

        alarm(PATIENCE);
        own = sandbox_client();
        zerossl_string_free(zerossl_list_certificates(own, NULL, &error));
        WORKED(error);
        zerossl_client_free(own);
        way == 0 ? _exit(0) : way == 1 ? quick_exit(0) : exit(0);
    }
    while (waitpid(pid, &status, 0) != pid)
        CHECK(errno == EINTR);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* From now on, again and again. */
static void start_timer(int which) {
    struct itimerval timer;
    timer.it_interval.tv_sec = timer.it_value.tv_sec = 0;
    timer.it_interval.tv_usec = timer.it_value.tv_usec = 200 + draw(5000);
    CHECK(setitimer(which, &timer, NULL) == 0);
}

static void handle(int number, void (*handler)(int)) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    /* Without SA_RESTART, more calls of the system end early. */
    action.sa_flags = draw(2) ? SA_RESTART : 0;
    CHECK(sigaction(number, &action, NULL) == 0);
}

static void disturb(pthread_t *threads, int count) {
    int is_int = draw(2);

    switch (draw(5)) {
    case 0:
    case 1:
        fork_one();
        break;
    case 2:
        current_token = current_token + 1;
        /* To the process, or to a thread that is in a call. */
        if (draw(2))
            kill(getpid(), is_int ? SIGINT : SIGTERM);
        else
            pthread_kill(threads[draw(count)], is_int ? SIGINT : SIGTERM);
        break;
    case 3:
        start_timer(draw(2) ? ITIMER_REAL : ITIMER_PROF);
        break;
    default:
        pthread_kill(threads[draw(count)], SIGCHLD);
    }
}

static void call_at_exit(void) {
    zerossl_error *error;
    zerossl_client *client = sandbox_client();
    zerossl_string_free(zerossl_list_certificates(client, NULL, &error));
    WORKED(error);
    zerossl_client_free(client);
}

int main(int count, char **arguments) {
    pthread_t threads[CALLERS + 2];
    int index, disturbances;
    const char *way;

    CHECK(count == 5);
    chance = (uint32_t)strtoul(arguments[1], NULL, 10);
    disturbances = atoi(arguments[2]);
    way = arguments[3];
    CHECK(disturbances <= MOST_DISTURBANCES);
    for (index = 0; index <= disturbances; index++)
        tokens[index] = zerossl_cancel_token_new();
    handle(SIGTERM, on_cancel);
    handle(SIGINT, on_cancel);
    handle(SIGALRM, on_signal);
    handle(SIGPROF, on_signal);
    handle(SIGCHLD, on_signal);
    if (draw(2))
        CHECK(atexit(call_at_exit) == 0);
    for (index = 0; index < CALLERS; index++)
        CHECK(pthread_create(&threads[index], NULL, call, NULL) == 0);
    CHECK(pthread_create(&threads[CALLERS], NULL, read_ops, NULL) == 0);
    CHECK(pthread_create(&threads[CALLERS + 1], NULL, obtain, arguments[4]) == 0);
    for (index = 0; index < disturbances; index++) {
        wait_for_the_moment();
        disturb(threads, CALLERS + 2);
    }
    wait_for_the_moment();
    if (strcmp(way, "_exit") == 0)
        _exit(STATUS);
    if (strcmp(way, "quick_exit") == 0)
        quick_exit(STATUS);
    if (strcmp(way, "exit") == 0)
        exit(STATUS);
    if (strcmp(way, "SIGTERM") == 0) {
        signal(SIGTERM, SIG_DFL);
        kill(getpid(), SIGTERM);
    }
    if (strcmp(way, "exit of a thread") == 0) {
        exits = 1;
        for (;;)
            pause();
    }
    return STATUS;
}
