/* Eight threads on one client, calls and ops at once. */
#include <pthread.h>

#include "check.h"

#define THREADS 8
#define ROUNDS 20

static void *work(void *shared) {
    const zerossl_client *client = shared;
    int round;

    for (round = 0; round < ROUNDS; round++) {
        zerossl_error *error = no_error_yet();
        char *answer, *event = NULL;
        zerossl_op *op;
        int32_t found;

        answer = zerossl_list_certificates(client, NULL, &error);
        WORKED(error);
        zerossl_string_free(answer);
        CHECK(zerossl_get_certificate(client, "{\"id\": \"0123456789abcdef0123456789abcdef\"}", &error) == NULL);
        EXPECT(error, ZEROSSL_E_API, NULL);
        op = zerossl_op_start(client, "list_certificates", NULL, &error);
        WORKED(error);
        if (round % 2) {
            while ((found = zerossl_op_next(op, -1, &event, &error)) == ZEROSSL_EVENT)
                zerossl_string_free(event);
            CHECK(found == ZEROSSL_DONE);
        }
        zerossl_op_free(op);
    }
    return NULL;
}

int main(void) {
    zerossl_client *client = sandbox_client();
    pthread_t threads[THREADS];
    int index;

    for (index = 0; index < THREADS; index++)
        CHECK(pthread_create(&threads[index], NULL, work, client) == 0);
    for (index = 0; index < THREADS; index++)
        CHECK(pthread_join(threads[index], NULL) == 0);
    zerossl_client_free(client);
    return finish();
}
