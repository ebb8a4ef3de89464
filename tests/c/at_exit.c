/* Handlers of exit use the library: those of the program, and destructors of thread-local data. They run when the
 * thread-local values of Rust are gone. */
#include <pthread.h>

#include "check.h"

static void use_it(void) {
    zerossl_error *error = no_error_yet();
    zerossl_client *client = sandbox_client();
    zerossl_op *op;
    char *answer = zerossl_list_certificates(client, NULL, &error), *event;
    int32_t found;

    WORKED(error);
    zerossl_string_free(answer);
    answer = zerossl_run(client, "list_certificates", NULL, NULL, NULL, &error);
    WORKED(error);
    zerossl_string_free(answer);
    op = zerossl_op_start(client, "list_certificates", NULL, &error);
    WORKED(error);
    while ((found = zerossl_op_next(op, -1, &event, &error)) == ZEROSSL_EVENT)
        zerossl_string_free(event);
    CHECK(found == ZEROSSL_DONE);
    zerossl_op_free(op);
    zerossl_client_free(client);
}

static void use_it_at_exit(void) {
    use_it();
    CHECK(finish() == 0);
}

static void use_it_with(void *data) {
    (void)data;
    use_it();
}

static pthread_key_t key;

static void *end_with_data(void *data) {
    CHECK(pthread_setspecific(key, data) == 0);
    use_it();
    return NULL;
}

int main(void) {
    pthread_t thread;

    CHECK(atexit(use_it_at_exit) == 0);
    CHECK(pthread_key_create(&key, use_it_with) == 0);
    CHECK(pthread_create(&thread, NULL, end_with_data, &key) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    use_it();
    return 0;
}
