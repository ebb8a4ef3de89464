/* A child of fork: the parent's handles report it and do no harm, also while a call of the parent is running. */
#include <sys/wait.h>

#include "server.h"

/* What its owner frees once. */
struct held {
    zerossl_op *op;
};

static void free_held(zerossl_op *op, const char *event_json, void *user_data) {
    struct held *held = (struct held *)user_data;
    (void)op, (void)event_json;
    zerossl_op_free(held->op);
    held->op = NULL;
}

static void child(zerossl_client *client, zerossl_op *op, zerossl_error *from_before) {
    zerossl_error *error = no_error_yet();
    zerossl_client *own;
    char *answer, *event;
    struct held held;

    CHECK(zerossl_list_certificates(client, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_FORKED, NULL);
    CHECK(zerossl_op_start(client, "list_certificates", NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_FORKED, NULL);
    CHECK(zerossl_run(client, "list_certificates", NULL, NULL, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_FORKED, NULL);
    CHECK(zerossl_op_next(op, -1, &event, &error) == ZEROSSL_E_FORKED);
    EXPECT(error, ZEROSSL_E_FORKED, NULL);
    CHECK(zerossl_op_result(op, &error) == NULL);
    EXPECT(error, ZEROSSL_E_FORKED, NULL);
    CHECK(zerossl_op_reply(op, "{\"id\": 1, \"ok\": true}", &error) == ZEROSSL_E_FORKED);
    EXPECT(error, ZEROSSL_E_FORKED, NULL);
    CHECK(zerossl_op_fd(op) == ZEROSSL_E_FORKED);
    zerossl_op_cancel(op);

    /* A new thread may have the number that the parent's had. */
    own = sandbox_client();
    held.op = op;
    answer = zerossl_run(own, "list_certificates", NULL, free_held, &held, &error);
    WORKED(error);
    CHECK(held.op == NULL);
    zerossl_string_free(answer);
    zerossl_client_free(client);
    zerossl_error_free(from_before);

    answer = zerossl_list_certificates(own, NULL, &error);
    WORKED(error);
    zerossl_string_free(answer);
    zerossl_client_free(own);
    _exit(0);
}

int main(void) {
    int port, listener = listen_somewhere(&port), status, round;
    zerossl_client *client = sandbox_client(), *waiting = client_at(port, "");
    zerossl_error *error = no_error_yet(), *kept;
    char *answer;

    answer = zerossl_list_certificates(client, NULL, &error);
    WORKED(error);
    zerossl_string_free(answer);
    CHECK(zerossl_get_certificate(client, NULL, &kept) == NULL);
    for (round = 0; round < 5; round++) {
        zerossl_op *op = zerossl_op_start(waiting, "list_certificates", NULL, &error);
        int fd;
        pid_t pid;

        WORKED(error);
        fd = zerossl_op_fd(op);
        CHECK(fd >= 0);
        pid = fork();
        CHECK(pid >= 0);
        if (pid == 0)
            child(client, op, kept);
        CHECK(waitpid(pid, &status, 0) == pid);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        /* The parent's handles still work. */
        CHECK(zerossl_op_fd(op) == fd);
        zerossl_op_free(op);
    }
    answer = zerossl_list_certificates(client, NULL, &error);
    WORKED(error);
    zerossl_string_free(answer);
    EXPECT(kept, ZEROSSL_E_INVALID_ARGUMENT, "id");
    zerossl_client_free(waiting);
    zerossl_client_free(client);
    close(listener);
    return finish();
}
