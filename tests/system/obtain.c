/* Calls `obtain` with the parameters of its first argument, in JSON. Prints a word and JSON on each line: every event,
 * then the answer or the error.
 *
 * With FORK_AT, the first event of that stage forks a child that stays until it is killed; its pid is printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zerossl.h>

static void fork_at(const char *event_json) {
    static int is_forked;
    const char *wanted = getenv("FORK_AT");
    char *stage = zerossl_json_get(event_json, "/stage");

    if (!is_forked && wanted != NULL && stage != NULL && strcmp(stage, wanted) == 0) {
        pid_t child;

        is_forked = 1;
        fflush(stdout);
        child = fork();
        if (child == 0) {
            for (;;)
                pause();
        }
        printf("child %ld\n", (long)child);
        fflush(stdout);
    }
    zerossl_string_free(stage);
}

static void on_event(zerossl_op *op, const char *event_json, void *user_data) {
    char *type = zerossl_json_get(event_json, "/type");

    (void)op;
    (void)user_data;
    if (type != NULL && strcmp(type, "log") != 0)
        printf("event %s\n", event_json);
    zerossl_string_free(type);
    fork_at(event_json);
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
