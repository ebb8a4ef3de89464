/* Cancel tokens: every wait, from other threads and from signal handlers, and what a waiting op costs. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "server.h"

static zerossl_cancel_token *the_token;
static zerossl_op *the_op;
static int port;

static zerossl_client *with_token(zerossl_client *client, zerossl_cancel_token *token) {
    zerossl_error *error = no_error_yet();
    zerossl_client *bound = zerossl_client_with_cancel(client, token, &error);
    WORKED(error);
    CHECK(bound != NULL);
    return bound;
}

static double cancelled_at;

static void *cancel_soon(void *token) {
    pause_ms(300);
    cancelled_at = now();
    zerossl_cancel_token_cancel(token);
    return NULL;
}

/* A blocking call, whose server is silent. */
static void ends_a_call(void) {
    zerossl_client *client = client_at(port, ""), *bound;
    zerossl_error *error = no_error_yet();
    pthread_t thread;

    the_token = zerossl_cancel_token_new();
    bound = with_token(client, the_token);
    CHECK(zerossl_cancel_token_is_cancelled(the_token) == 0);
    CHECK(pthread_create(&thread, NULL, cancel_soon, the_token) == 0);
    CHECK(zerossl_list_certificates(bound, NULL, &error) == NULL);
    CHECK(now() - cancelled_at < (getenv("SLOW") ? 5 : 0.1));
    EXPECT(error, ZEROSSL_E_CANCELLED, NULL);
    pthread_join(thread, NULL);
    CHECK(zerossl_cancel_token_is_cancelled(the_token) == 1);
    /* Counted: freed before the client that was made for it, which stays cancelled. */
    zerossl_cancel_token_free(the_token);
    zerossl_client_free(client);
    CHECK(zerossl_list_certificates(bound, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_CANCELLED, NULL);
    zerossl_client_free(bound);
}

static void on_signal(int number) {
    int saved = errno;
    (void)number;
    errno = 77;
    zerossl_cancel_token_cancel(the_token);
    zerossl_op_cancel(the_op);
    if (errno != 77)
        _exit(3);
    errno = saved;
}

static void catch_signals(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
}

static pthread_t main_thread;

static void *signal_soon(void *unused) {
    (void)unused;
    pause_ms(300);
    cancelled_at = now();
    CHECK(pthread_kill(main_thread, SIGUSR1) == 0);
    return NULL;
}

/* The handler runs on the thread that is inside the call. */
static void from_a_signal_handler(void) {
    zerossl_client *client = client_at(port, ""), *bound;
    zerossl_error *error = no_error_yet();
    pthread_t thread;
    char *event;

    the_token = zerossl_cancel_token_new();
    bound = with_token(client, the_token);
    main_thread = pthread_self();
    CHECK(pthread_create(&thread, NULL, signal_soon, NULL) == 0);
    CHECK(zerossl_list_certificates(bound, NULL, &error) == NULL);
    CHECK(now() - cancelled_at < (getenv("SLOW") ? 5 : 0.1));
    EXPECT(error, ZEROSSL_E_CANCELLED, NULL);
    pthread_join(thread, NULL);
    zerossl_cancel_token_free(the_token);
    the_token = NULL;

    /* An op, while this thread is inside op_next, with its locks. */
    the_op = zerossl_op_start(client, "list_certificates", NULL, &error);
    WORKED(error);
    CHECK(pthread_create(&thread, NULL, signal_soon, NULL) == 0);
    while (zerossl_op_next(the_op, -1, &event, &error) == ZEROSSL_EVENT)
        zerossl_string_free(event);
    WORKED(error);
    CHECK(zerossl_op_result(the_op, &error) == NULL);
    EXPECT(error, ZEROSSL_E_CANCELLED, NULL);
    pthread_join(thread, NULL);
    zerossl_op_free(the_op);
    the_op = NULL;
    zerossl_client_free(bound);
    zerossl_client_free(client);
}

static volatile int storm_is_over;

static void *storm(void *unused) {
    (void)unused;
    while (!storm_is_over) {
        pthread_kill(main_thread, SIGUSR1);
        pause_ms(1);
    }
    return NULL;
}

/* A signal at any point of op_next, op_fd and op_result. */
static void signals_at_any_point(void) {
    zerossl_client *client = client_at(port, "");
    zerossl_error *error = no_error_yet();
    pthread_t thread;
    char *event;
    int turn;

    the_op = zerossl_op_start(client, "list_certificates", NULL, &error);
    WORKED(error);
    CHECK(pthread_create(&thread, NULL, storm, NULL) == 0);
    for (turn = 0; turn < 2000; turn++) {
        CHECK(zerossl_op_fd(the_op) >= 0);
        if (zerossl_op_next(the_op, turn % 2, &event, &error) == ZEROSSL_EVENT)
            zerossl_string_free(event);
        zerossl_string_free(zerossl_op_result(the_op, &error));
        zerossl_error_free(error);
    }
    storm_is_over = 1;
    pthread_join(thread, NULL);
    zerossl_op_free(the_op);
    the_op = NULL;
    zerossl_client_free(client);
}

static void *free_soon(void *op) {
    pause_ms(200);
    zerossl_op_free(op);
    return NULL;
}

/* Not to be done, and yet no corruption. */
static void freed_during_a_wait(void) {
    zerossl_client *client = client_at(port, "");
    zerossl_error *error = no_error_yet();
    zerossl_op *op = zerossl_op_start(client, "list_certificates", NULL, &error);
    double before = now();
    pthread_t thread;
    char *event;

    WORKED(error);
    CHECK(pthread_create(&thread, NULL, free_soon, op) == 0);
    CHECK(zerossl_op_next(op, -1, &event, &error) == ZEROSSL_E_INVALID_ARGUMENT);
    /* The server is silent for the client's 60 seconds. */
    CHECK(now() - before < 20);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "op");
    CHECK(event == NULL);
    pthread_join(thread, NULL);
    zerossl_client_free(client);
}

/* How often threads of this process were woken. */
static long wake_ups(void) {
    long sum = 0, count;
    struct dirent *entry;
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    while ((entry = readdir(tasks)) != NULL) {
        char path[300], line[200];
        FILE *status;
        snprintf(path, sizeof path, "/proc/self/task/%s/status", entry->d_name);
        if (entry->d_name[0] == '.' || (status = fopen(path, "r")) == NULL)
            continue;
        while (fgets(line, sizeof line, status) != NULL)
            if (sscanf(line, "voluntary_ctxt_switches: %ld", &count) == 1)
                sum += count;
        fclose(status);
    }
    closedir(tasks);
    return sum;
}

/* Waits quietly: this thread is woken once. */
static long wake_ups_of(zerossl_op *op) {
    long before, woken;
    pause_ms(500);
    before = wake_ups();
    pause_ms(4000);
    woken = wake_ups() - before - 1;
    zerossl_op_cancel(op);
    zerossl_op_free(op);
    return woken;
}

static void a_waiting_op_sleeps(void) {
    zerossl_client *client = client_at(port, ""), *plain = sandbox_client();
    zerossl_cancel_token *token = zerossl_cancel_token_new();
    zerossl_client *bound = with_token(client, token);
    zerossl_error *error = no_error_yet();
    zerossl_op *op;
    char params[1000], *event;

    /* For a silent server, also under a token. */
    op = zerossl_op_start(client, "list_certificates", NULL, &error);
    WORKED(error);
    CHECK(wake_ups_of(op) < 4);
    op = zerossl_op_start(bound, "list_certificates", NULL, &error);
    WORKED(error);
    CHECK(wake_ups_of(op) < 4);
    /* For an answer of ours. */
    snprintf(params, sizeof params,
             "{\"domains\": [\"example.com\"], \"directory\": \"%s/sleeps\","
             " \"validation\": {\"method\": \"CNAME_CSR_HASH\"}, \"preflight\": \"off\"}",
             getenv("SCRATCH"));
    op = zerossl_op_start(plain, "obtain", params, &error);
    WORKED(error);
    for (;;) {
        int is_it;
        CHECK(zerossl_op_next(op, -1, &event, &error) == ZEROSSL_EVENT);
        is_it = strstr(event, "\"publish\"") != NULL && strstr(event, "\"id\"") != NULL;
        zerossl_string_free(event);
        if (is_it)
            break;
    }
    CHECK(wake_ups_of(op) < 4);
    zerossl_client_free(client);
    zerossl_client_free(bound);
    zerossl_client_free(plain);
    zerossl_cancel_token_free(token);
}

static int count_descriptors(void) {
    int count = 0;
    struct dirent *entry;
    DIR *open_ones = opendir("/proc/self/fd");
    CHECK(open_ones != NULL);
    while ((entry = readdir(open_ones)) != NULL)
        count += entry->d_name[0] != '.';
    closedir(open_ones);
    return count;
}

/* Tokens that nobody waits for have no descriptors, and those of a wait are given back. */
static void tokens_cost_nothing(void) {
    enum { MANY = 5000 };
    static zerossl_cancel_token *tokens[MANY];
    static zerossl_client *clients[MANY];
    zerossl_client *client = client_at(port, "");
    int before, index;

    /* The op that was freed before has to be gone with its descriptors. */
    while (count_threads() > 1)
        pause_ms(5);
    before = count_descriptors();
    for (index = 0; index < MANY; index++) {
        tokens[index] = zerossl_cancel_token_new();
        clients[index] = with_token(index % 10 == 0 ? client : clients[index - 1], tokens[index]);
    }
    CHECK(count_descriptors() == before);
    for (index = 0; index < MANY; index++) {
        zerossl_cancel_token_free(index % 2 ? tokens[index] : NULL);
        zerossl_client_free(clients[index]);
        zerossl_cancel_token_free(index % 2 ? NULL : tokens[index]);
    }
    zerossl_client_free(client);
}

/* A cancel in a child is the child's own. */
static void in_a_child(void) {
    zerossl_client *client = client_at(port, ", \"timeout\": 1.5"), *bound;
    zerossl_cancel_token *token = zerossl_cancel_token_new();
    zerossl_error *error = no_error_yet();
    zerossl_op *op;
    pid_t child;
    int status;
    char *event;

    bound = with_token(client, token);
    op = zerossl_op_start(bound, "list_certificates", NULL, &error);
    WORKED(error);
    pause_ms(300);
    child = fork();
    if (child == 0) {
        zerossl_cancel_token_cancel(token);
        zerossl_op_cancel(op);
        zerossl_cancel_token_free(token);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    while (zerossl_op_next(op, -1, &event, &error) == ZEROSSL_EVENT)
        zerossl_string_free(event);
    CHECK(zerossl_op_result(op, &error) == NULL);
    EXPECT(error, ZEROSSL_E_TIMEOUT, NULL);
    zerossl_op_free(op);
    zerossl_client_free(bound);
    zerossl_client_free(client);
    zerossl_cancel_token_free(token);
}

struct log {
    int lines;
    pthread_t thread;
};

static void on_line(const char *line, void *user_data) {
    struct log *log = user_data;
    CHECK(line != NULL && line[0] != '\0' && strchr(line, '\n') == NULL);
    CHECK(strstr(line, "sandbox-key") == NULL);
    CHECK(pthread_equal(pthread_self(), log->thread));
    log->lines++;
}

static void logs(void) {
    zerossl_client *client = sandbox_client(), *logging;
    zerossl_error *error = no_error_yet();
    struct log log;
    char *answer;

    log.lines = 0;
    log.thread = pthread_self();
    logging = zerossl_client_with_log(client, on_line, &log, &error);
    WORKED(error);
    answer = zerossl_list_certificates(logging, NULL, &error);
    WORKED(error);
    zerossl_string_free(answer);
    CHECK(log.lines == 1);
    answer = zerossl_list_certificates(client, NULL, &error);
    WORKED(error);
    zerossl_string_free(answer);
    CHECK(log.lines == 1);
    CHECK(zerossl_client_with_log(client, NULL, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "log");
    CHECK(zerossl_client_with_log(NULL, on_line, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "client");
    zerossl_client_free(logging);
    zerossl_client_free(client);
}

static void null_is_fine(void) {
    zerossl_client *client = client_at(port, "");
    zerossl_error *error = no_error_yet();

    zerossl_cancel_token_cancel(NULL);
    zerossl_cancel_token_free(NULL);
    CHECK(zerossl_cancel_token_is_cancelled(NULL) == 0);
    CHECK(zerossl_client_with_cancel(client, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "token");
    CHECK(zerossl_client_with_cancel(NULL, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "client");
    zerossl_client_free(client);
}

int main(void) {
    int listener = listen_somewhere(&port);

    catch_signals();
    null_is_fine();
    ends_a_call();
    from_a_signal_handler();
    signals_at_any_point();
    freed_during_a_wait();
    tokens_cost_nothing();
    /* Under valgrind, time is not time, and a child has what its parent's threads would free. */
    if (!getenv("SLOW")) {
        a_waiting_op_sleeps();
        in_a_child();
    }
    logs();
    close(listener);
    return finish();
}
