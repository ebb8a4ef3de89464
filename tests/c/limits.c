/* Descriptors, threads and memory run out: an error says so, and everything works again afterwards. */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/resource.h>

#include "server.h"

static long status_of(const char *name) {
    char line[200], format[40];
    long found = -1;
    FILE *status = fopen("/proc/self/status", "r");
    CHECK(status != NULL);
    snprintf(format, sizeof format, "%s: %%ld", name);
    while (found < 0 && fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, format, &found) != 1)
            found = -1;
    fclose(status);
    return found;
}

static struct rlimit before;

static void limit(int what, rlim_t most) {
    struct rlimit now_on;
    CHECK(getrlimit(what, &before) == 0);
    now_on = before;
    now_on.rlim_cur = most;
    CHECK(setrlimit(what, &now_on) == 0);
}

static void unlimit(int what) { CHECK(setrlimit(what, &before) == 0); }

static int lowest_free(void) {
    int fd = open("/dev/null", O_RDONLY);
    CHECK(fd >= 0);
    close(fd);
    return fd;
}

static zerossl_op *start(const zerossl_client *client) {
    zerossl_error *error = no_error_yet();
    zerossl_op *op = zerossl_op_start(client, "list_certificates", NULL, &error);
    WORKED(error);
    return op;
}

static void descriptors(void) {
    int port, listener = listen_somewhere(&port), fd;
    zerossl_client *client = client_at(port, ", \"max_retries\": 0");
    zerossl_op *op = start(client);
    zerossl_error *error = no_error_yet();

    pause_ms(300);
    limit(RLIMIT_NOFILE, (rlim_t)lowest_free());
    CHECK(zerossl_op_fd(op) == ZEROSSL_E_RESOURCE);
    CHECK(zerossl_op_dup_fd(op, &error) == ZEROSSL_E_RESOURCE);
    CHECK(strstr(zerossl_error_message(error), "ulimit -n") != NULL && zerossl_error_retryable(error) == 1);
    EXPECT(error, ZEROSSL_E_RESOURCE, NULL);
    CHECK(zerossl_list_certificates(client, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_RESOURCE, NULL);
    unlimit(RLIMIT_NOFILE);
    CHECK(zerossl_op_fd(op) >= 0);
    /* The caller's own, which outlives the op. */
    fd = zerossl_op_dup_fd(op, &error);
    CHECK(fd >= 0 && fd != zerossl_op_fd(op) && error == NULL && (fcntl(fd, F_GETFD) & FD_CLOEXEC));
    zerossl_op_free(op);
    CHECK(fcntl(fd, F_GETFD) >= 0 && close(fd) == 0);
    CHECK(zerossl_op_dup_fd(NULL, &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "op");

    /* A wait without free descriptors is cancelled all the same. */
    op = start(client);
    limit(RLIMIT_NOFILE, (rlim_t)lowest_free());
    pause_ms(300);
    zerossl_op_cancel(op);
    for (fd = ZEROSSL_EVENT; fd == ZEROSSL_EVENT;) {
        char *event;
        fd = zerossl_op_next(op, 5000, &event, &error);
        zerossl_string_free(event);
    }
    CHECK(fd == ZEROSSL_DONE);
    unlimit(RLIMIT_NOFILE);
    zerossl_op_free(op);
    zerossl_client_free(client);
    close(listener);
}

/* Sanitizers and valgrind have an address space of their own. */
static void memory(void) {
    enum { MOST = 60 };
    int port, listener = listen_somewhere(&port), count;
    zerossl_client *client = client_at(port, "");
    zerossl_error *error = no_error_yet();
    zerossl_op *ops[MOST];
    size_t size = 32 << 20;
    char *text = malloc(size + 3);
    zerossl_doc *doc;

    CHECK(text != NULL);
    memset(text, 'x', size + 2);
    text[0] = text[size + 1] = '"';
    text[size + 2] = '\0';
    doc = zerossl_doc_parse(text, &error);
    WORKED(error);
    limit(RLIMIT_AS, (rlim_t)status_of("VmSize") * 1024 + (1 << 20));
    /* A few threads find the stacks of others that have ended. */
    for (count = 0; count < MOST; count++)
        if ((ops[count] = zerossl_op_start(client, "list_certificates", NULL, &error)) == NULL)
            break;
    CHECK(count < MOST);
    EXPECT(error, ZEROSSL_E_RESOURCE, NULL);
    CHECK(zerossl_doc_json(doc) == NULL);
    unlimit(RLIMIT_AS);
    while (count-- > 0)
        zerossl_op_free(ops[count]);
    zerossl_string_free(zerossl_doc_json(doc));
    zerossl_op_free(start(client));
    zerossl_doc_free(doc);
    zerossl_client_free(client);
    close(listener);
    free(text);
}

/* Says that a large answer follows. */
static void *promise_much(void *listener) {
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 300000000\r\n\r\n{";
    char request[4096];
    int connection = accept(*(int *)listener, NULL, NULL);
    CHECK(connection >= 0 && recv(connection, request, sizeof request, 0) > 0);
    CHECK(send(connection, head, sizeof head - 1, MSG_NOSIGNAL) > 0);
    while (recv(connection, request, sizeof request, 0) > 0)
        ;
    close(connection);
    return NULL;
}

static void large_answer(void) {
    int port, listener = listen_somewhere(&port);
    zerossl_client *client = client_at(port, ", \"max_retries\": 0, \"max_response_bytes\": 400000000");
    zerossl_error *error = no_error_yet();
    pthread_t thread;

    CHECK(pthread_create(&thread, NULL, promise_much, &listener) == 0);
    limit(RLIMIT_AS, (rlim_t)status_of("VmSize") * 1024 + (100 << 20));
    CHECK(zerossl_list_certificates(client, NULL, &error) == NULL);
    unlimit(RLIMIT_AS);
    EXPECT(error, ZEROSSL_E_RESOURCE, NULL);
    zerossl_client_free(client);
    pthread_join(thread, NULL);
    close(listener);
}

/* Many ops, one after the other and at once, leave nothing behind. */
static void many(int ops) {
    zerossl_client *client = sandbox_client();
    zerossl_error *error = no_error_yet();
    zerossl_op *at_once[100];
    char params[500], *event;
    int fds = lowest_free(), turn, index;
    long size = 0;

    snprintf(params, sizeof params, "{\"directory\": \"%s\"}", getenv("SCRATCH"));
    for (turn = 0; turn < ops / 100; turn++) {
        for (index = 0; index < 100; index++) {
            at_once[index] = zerossl_op_start(client, "list_entries", params, &error);
            WORKED(error);
            CHECK(index % 3 || zerossl_op_fd(at_once[index]) >= 0);
        }
        for (index = 0; index < 100; index++) {
            if (index % 2)
                while (zerossl_op_next(at_once[index], -1, &event, &error) == ZEROSSL_EVENT)
                    zerossl_string_free(event);
            zerossl_op_free(at_once[index]);
        }
        while (count_threads() > 1)
            pause_ms(1);
        if (turn == ops / 200)
            size = status_of("VmRSS");
    }
    CHECK(lowest_free() == fds);
    if (!getenv("SLOW") && !getenv("ASAN_OPTIONS"))
        CHECK(status_of("VmRSS") < size + 4096);
    zerossl_client_free(client);
}

int main(void) {
    descriptors();
    if (!getenv("SLOW") && !getenv("ASAN_OPTIONS")) {
        memory();
        large_answer();
    }
    many(getenv("SLOW") ? 200 : 10000);
    return finish();
}
