/* Calls and ops in great number: nothing is left of them.
 *
 *     flat CALLS OPS
 *
 * After a tenth of them, and after all, prints how many bytes malloc has given out, and waits for a line. */
#include <malloc.h>

#include "check.h"
#include "order.h"

static zerossl_client *client;

/* An answer, a document, a refusal of the service and one of the library; now and then with a new client. */
static void call(int number) {
    zerossl_error *error = no_error_yet();
    zerossl_doc *answer;
    zerossl_cancel_token *token;

    switch (number % 10) {
    case 0:
        CHECK(zerossl_get_certificate(client, "{\"id\": \"0123456789abcdef0123456789abcdef\"}", &error) == NULL);
        EXPECT(error, ZEROSSL_E_API, NULL);
        break;
    case 1:
        CHECK(zerossl_get_certificate(client, "{\"id\": \"/\"}", &error) == NULL);
        EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "id");
        break;
    case 2:
    case 3:
        answer = zerossl_call_doc(client, "list_certificates", NULL, &error);
        WORKED(error);
        CHECK(zerossl_node_count(zerossl_doc_at(answer, "/results")) == 2);
        zerossl_doc_free(answer);
        break;
    default:
        zerossl_string_free(zerossl_list_certificates(client, NULL, &error));
        WORKED(error);
    }
    if (number % 100 == 0) {
        zerossl_client *other = sandbox_client();
        token = zerossl_cancel_token_new();
        zerossl_client_free(client);
        client = zerossl_client_with_cancel(other, token, &error);
        WORKED(error);
        zerossl_cancel_token_free(token);
        zerossl_client_free(other);
    }
}

/* Read to the end, watched through a descriptor, cancelled, or freed as it runs. */
static void work(int number) {
    zerossl_error *error = no_error_yet();
    zerossl_op *op = zerossl_op_start(client, "list_certificates", "{\"limit\": 1}", &error);
    char *event;

    WORKED(error);
    if (number % 4 == 1)
        CHECK(zerossl_op_fd(op) >= 0);
    if (number % 4 == 2)
        zerossl_op_cancel(op);
    while (number % 4 != 3 && zerossl_op_next(op, -1, &event, &error) == ZEROSSL_EVENT)
        zerossl_string_free(event);
    WORKED(error);
    zerossl_op_free(op);
}

static void measured(int calls, int ops) {
    int index;
    char line[16];

    client = sandbox_client();
    for (index = 0; index < calls; index++)
        call(index);
    for (index = 0; index < ops; index++)
        work(index);
    zerossl_client_free(client);
    CHECK(finish() == 0);
    printf("%lu\n", (unsigned long)mallinfo2().uordblks);
    fflush(stdout);
    CHECK(fgets(line, sizeof line, stdin) != NULL);
}

int main(int count, char **arguments) {
    int calls, ops;

    CHECK(count == 3);
    calls = atoi(arguments[1]);
    ops = atoi(arguments[2]);
    /* Their buffers are no growth. */
    CHECK(setvbuf(stdin, NULL, _IONBF, 0) == 0 && setvbuf(stdout, NULL, _IONBF, 0) == 0);
    client = sandbox_client();
    order(client, "one.example.com");
    order(client, "two.example.com");
    zerossl_client_free(client);
    measured(calls / 10, ops / 10);
    measured(calls - calls / 10, ops - ops / 10);
    return 0;
}
