/* Ops: pulled, polled through a descriptor, cancelled, fetched twice, freed at any time. */
#include <fcntl.h>
#include <pthread.h>

#include "order.h"
#include "server.h"

/* Whether an event has this type; frees it. */
static int is_type(char *event, const char *type) {
    char *found = zerossl_json_get(event, "/type");
    int is = found != NULL && strcmp(found, type) == 0;
    CHECK(found != NULL);
    zerossl_string_free(found);
    zerossl_string_free(event);
    return is;
}

static zerossl_op *start(const zerossl_client *client, const char *operation, const char *params) {
    zerossl_error *error = no_error_yet();
    zerossl_op *op = zerossl_op_start(client, operation, params, &error);
    WORKED(error);
    CHECK(op != NULL);
    return op;
}

/* Reads to the end; returns the number of pages. */
static int pages_of(zerossl_op *op, int timeout_ms) {
    zerossl_error *error = no_error_yet();
    char *event;
    int pages = 0;

    for (;;) {
        switch (zerossl_op_next(op, timeout_ms, &event, &error)) {
        case ZEROSSL_EVENT:
            CHECK(event != NULL && error == NULL);
            pages += is_type(event, "page");
            break;
        case ZEROSSL_PENDING:
            CHECK(event == NULL && error == NULL && timeout_ms >= 0);
            break;
        case ZEROSSL_DONE:
            CHECK(event == NULL && error == NULL);
            return pages;
        default:
            WORKED(error);
        }
    }
}

static void pulled(const zerossl_client *client) {
    static const int timeouts[] = {-1, 0, 20};
    size_t index;

    for (index = 0; index < sizeof timeouts / sizeof timeouts[0]; index++) {
        zerossl_error *error = no_error_yet();
        zerossl_op *op = start(client, "list_certificates", "{\"limit\": 1}");
        char *first, *second, *count;
        int pages = pages_of(op, timeouts[index]);

        first = zerossl_op_result(op, &error);
        WORKED(error);
        CHECK(pages == 3);
        second = zerossl_op_result(op, &error);
        WORKED(error);
        SAME(second, first);
        count = zerossl_json_get(first, "/result_count");
        SAME(count, "3");
        zerossl_string_free(first);
        zerossl_string_free(second);
        zerossl_string_free(count);
        zerossl_op_free(op);
    }
}

/* A list as one call: one page, as the result, and no event but the log of its one request. */
static void one_call(const zerossl_client *client) {
    zerossl_error *error = no_error_yet();
    zerossl_op *op = zerossl_op_start_call(client, "list_certificates", "{\"limit\": 1, \"page\": 2}", &error);
    char *event, *answer, *found;
    int logs = 0;

    WORKED(error);
    while (zerossl_op_next(op, -1, &event, &error) == ZEROSSL_EVENT) {
        CHECK(is_type(event, "log"));
        logs++;
    }
    WORKED(error);
    CHECK(logs == 1);
    answer = zerossl_op_result(op, &error);
    WORKED(error);
    found = zerossl_json_get(answer, "/page");
    SAME(found, "2");
    zerossl_string_free(found);
    found = zerossl_json_get(answer, "/results/0/common_name");
    SAME(found, "two.example.com");
    zerossl_string_free(found);
    CHECK(zerossl_json_get(answer, "/results/1") == NULL);
    zerossl_string_free(answer);
    zerossl_op_free(op);
}

static int is_readable(int fd, int timeout_ms) {
    struct pollfd watched;
    watched.fd = fd;
    watched.events = POLLIN;
    watched.revents = 0;
    return poll(&watched, 1, timeout_ms) == 1 && (watched.revents & POLLIN);
}

static void watched(const zerossl_client *client) {
    zerossl_op *op = start(client, "list_certificates", "{\"limit\": 1}");
    zerossl_error *error = no_error_yet();
    char scratch[64], *event;
    int fd = zerossl_op_fd(op), pages = 0;
    int32_t found = ZEROSSL_PENDING;

    CHECK(fd >= 0 && zerossl_op_fd(op) == fd);
    CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    while (found != ZEROSSL_DONE) {
        CHECK(is_readable(fd, 20000));
        /* A host whose event loop reads from the descriptor does no harm. */
        if (pages % 2 == 0)
            CHECK(recv(fd, scratch, sizeof scratch, MSG_DONTWAIT) != 0);
        found = zerossl_op_next(op, 0, &event, &error);
        CHECK(found >= 0);
        if (found == ZEROSSL_EVENT)
            pages += is_type(event, "page");
    }
    CHECK(pages == 3);
    CHECK(is_readable(fd, 0));
    zerossl_op_free(op);
    CHECK(fcntl(fd, F_GETFD) == -1);
}

/* Forbidden, but it must not cause SIGPIPE or close another file. */
static void host_closes(const zerossl_client *client) {
    zerossl_op *op = start(client, "list_certificates", "{\"limit\": 1}");
    int fd = zerossl_op_fd(op), other;

    CHECK(fd >= 0);
    close(fd);
    other = open("/dev/null", O_RDONLY);
    CHECK(other == fd);
    CHECK(pages_of(op, -1) == 3);
    zerossl_op_free(op);
    CHECK(fcntl(other, F_GETFD) != -1);
    close(other);

    op = start(client, "list_certificates", "{\"limit\": 1}");
    fd = zerossl_op_fd(op);
    CHECK(shutdown(fd, SHUT_RDWR) == 0);
    CHECK(pages_of(op, -1) == 3);
    zerossl_op_free(op);
}

static void *cancel_soon(void *op) {
    pause_ms(100);
    zerossl_op_cancel(op);
    return NULL;
}

static void cancelled(void) {
    int port, listener = listen_somewhere(&port);
    zerossl_client *client = client_at(port, "");
    zerossl_error *error = no_error_yet();
    zerossl_op *op = start(client, "list_certificates", NULL);
    pthread_t thread;
    double begin;

    CHECK(zerossl_op_result(op, &error) == NULL);
    EXPECT(error, ZEROSSL_E_NOT_READY, NULL);
    CHECK(pthread_create(&thread, NULL, cancel_soon, op) == 0);
    begin = now();
    CHECK(pages_of(op, -1) == 0);
    CHECK(now() - begin < 5);
    CHECK(zerossl_op_result(op, &error) == NULL);
    EXPECT(error, ZEROSSL_E_CANCELLED, NULL);
    CHECK(zerossl_op_result(op, &error) == NULL);
    EXPECT(error, ZEROSSL_E_CANCELLED, NULL);
    pthread_join(thread, NULL);
    zerossl_op_free(op);

    /* Freed in the middle of a call, after its client: neither call waits. */
    op = start(client, "list_certificates", NULL);
    CHECK(zerossl_op_fd(op) >= 0);
    begin = now();
    zerossl_client_free(client);
    zerossl_op_free(op);
    CHECK(now() - begin < 1);
    close(listener);
}

/* The op keeps what it needs. */
static void outlives_its_client(void) {
    zerossl_client *client = sandbox_client();
    zerossl_op *op = start(client, "list_certificates", "{\"limit\": 1}");
    zerossl_client_free(client);
    CHECK(pages_of(op, -1) == 3);
    zerossl_op_free(op);
}

struct seen {
    int pages;
    int cancel_at;
};

static void on_event(zerossl_op *op, const char *event_json, void *user_data) {
    struct seen *seen = user_data;
    zerossl_error *error = no_error_yet();
    char *text = zerossl_json_get(event_json, "/type");

    seen->pages += strcmp(text, "page") == 0;
    zerossl_string_free(text);
    CHECK(zerossl_op_next(op, 0, &text, &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "op");
    CHECK(text == NULL);
    CHECK(zerossl_op_result(op, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "op");
    CHECK(zerossl_op_fd(op) == ZEROSSL_E_INVALID_ARGUMENT);
    zerossl_op_free(op);
    CHECK(zerossl_op_reply(op, "{\"id\": 1, \"ok\": true}", &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "id");
    if (seen->pages == seen->cancel_at)
        zerossl_op_cancel(op);
}

static void with_a_callback(const zerossl_client *client) {
    struct seen seen = {0, -1};
    zerossl_error *error = no_error_yet();
    char *answer = zerossl_run(client, "list_certificates", "{\"limit\": 1}", on_event, &seen, &error);

    WORKED(error);
    CHECK(answer != NULL && seen.pages == 3);
    zerossl_string_free(answer);
    answer = zerossl_run(client, "list_certificates", NULL, NULL, NULL, &error);
    WORKED(error);
    zerossl_string_free(answer);
    seen.pages = 0;
    seen.cancel_at = 1;
    CHECK(zerossl_run(client, "list_certificates", "{\"limit\": 1}", on_event, &seen, &error) == NULL);
    EXPECT(error, ZEROSSL_E_CANCELLED, NULL);
}

int main(void) {
    zerossl_client *client = sandbox_client();

    order(client, "one.example.com");
    order(client, "two.example.com");
    order(client, "three.example.com");
    pulled(client);
    one_call(client);
    watched(client);
    host_closes(client);
    with_a_callback(client);
    zerossl_client_free(client);
    outlives_its_client();
    cancelled();
    return finish();
}
