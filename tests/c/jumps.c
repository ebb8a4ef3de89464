/* A longjmp out of a callback is forbidden. It leaves no op behind, all the same. */
#include <setjmp.h>

#include "server.h"

static jmp_buf out;

static void jump(zerossl_op *op, const char *event_json, void *user_data) {
    (void)op, (void)event_json, (void)user_data;
    longjmp(out, 1);
}

static void jump_from_log(const char *line, void *user_data) {
    (void)line, (void)user_data;
    longjmp(out, 1);
}

/* So that the frames of the call are below those of main. */
static void leave(const zerossl_client *client, const char *params) {
    zerossl_error *error = no_error_yet();
    zerossl_string_free(zerossl_run(client, "obtain", params, jump, NULL, &error));
    WORKED(error);
    CHECK(!"the callback has returned");
}

static void leave_a_call(const zerossl_client *client) {
    zerossl_error *error = no_error_yet();
    zerossl_string_free(zerossl_list_certificates(client, NULL, &error));
    CHECK(!"the callback has returned");
}

int main(void) {
    zerossl_client *client = sandbox_client(), *volatile logging = NULL;
    zerossl_error *error = no_error_yet();
    char params[1000];
    volatile int jumps = 0;
    double end;

    snprintf(params, sizeof params,
             "{\"domains\": [\"example.com\"], \"directory\": \"%s/jumps\","
             " \"validation\": {\"method\": \"CNAME_CSR_HASH\"}, \"preflight\": \"off\"}",
             getenv("SCRATCH"));
    if (setjmp(out) == 0)
        leave(client, params);
    jumps++;
    /* The next call of this thread finds out. */
    zerossl_string_free(NULL);
    for (end = now() + 20; count_threads() > 1 && now() < end;)
        pause_ms(5);
    CHECK(count_threads() == 1);

    if (setjmp(out) == 0) {
        logging = zerossl_client_with_log(client, jump_from_log, NULL, &error);
        WORKED(error);
        leave_a_call(logging);
    }
    jumps++;
    CHECK(jumps == 2);
    zerossl_client_free(logging);
    zerossl_string_free(zerossl_list_certificates(client, NULL, &error));
    WORKED(error);
    zerossl_client_free(client);
    return 0;
}
