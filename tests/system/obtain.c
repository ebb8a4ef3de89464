/* Calls `obtain` with the parameters of its first argument, in JSON. Prints a word and JSON on each line: every event,
 * then the answer or the error. */
#include <stdio.h>
#include <string.h>
#include <zerossl.h>

static void on_event(zerossl_op *op, const char *event_json, void *user_data) {
    char *type = zerossl_json_get(event_json, "/type");

    (void)op;
    (void)user_data;
    if (type != NULL && strcmp(type, "log") != 0)
        printf("event %s\n", event_json);
    zerossl_string_free(type);
}

int main(int count, char **arguments) {
    zerossl_error *error;
    zerossl_client *client = zerossl_client_new("{\"requests_per_second\": 0}", &error);
    const char *params = count > 1 ? arguments[1] : NULL;
    char *answer = client ? zerossl_run(client, "obtain", params, on_event, NULL, &error) : NULL;
    int failed = answer == NULL;

    if (failed)
        printf("error %s\n", zerossl_error_json(error));
    else
        printf("answer %s\n", answer);
    zerossl_string_free(answer);
    zerossl_error_free(error);
    zerossl_client_free(client);
    return failed;
}
