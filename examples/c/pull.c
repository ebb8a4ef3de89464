/* Lists all certificates in an event loop: an op works on a thread of the library, poll(2) tells of its news.
 *
 *     export ZEROSSL_ACCESS_KEY=...
 *     cc pull.c $(pkg-config --cflags --libs zerossl) -o pull && ./pull
 */
#include <poll.h>
#include <stdio.h>
#include <zerossl.h>

/* Reads what is there; 0 when the operation has ended. */
static int read_events(zerossl_op *op, zerossl_error **error) {
    char *event, *message;

    for (;;) {
        int32_t found = zerossl_op_next(op, 0, &event, error);
        if (found != ZEROSSL_EVENT)
            return found == ZEROSSL_PENDING;
        /* An event `page` has certificates in /results; here its message will do. */
        message = zerossl_json_get(event, "/message");
        printf("%s\n", message ? message : "");
        zerossl_string_free(message);
        zerossl_string_free(event);
    }
}

int main(void) {
    zerossl_error *error;
    zerossl_client *client = zerossl_client_new(NULL, &error);
    zerossl_op *op = client ? zerossl_op_start(client, "list_certificates", "{\"limit\": 100}", &error) : NULL;
    char *result = NULL, *count;
    struct pollfd watched;

    if (op) {
        /* One of the descriptors of your loop; the op keeps it. */
        watched.fd = zerossl_op_fd(op);
        watched.events = POLLIN;
        do
            poll(&watched, 1, 1000);
        while (read_events(op, &error));
        zerossl_error_free(error);
        result = zerossl_op_result(op, &error);
    }
    if (result) {
        count = zerossl_json_get(result, "/result_count");
        printf("%s certificates\n", count ? count : "?");
        zerossl_string_free(count);
    } else {
        fprintf(stderr, "error: %s\n", zerossl_error_message(error));
    }
    zerossl_error_free(error);
    zerossl_op_free(op);
    zerossl_client_free(client);
    zerossl_string_free(result);
    return result == NULL;
}
