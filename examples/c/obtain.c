/* From names to an installed certificate. Run it daily: it renews when that is due, and goes on where it was stopped.
 *
 *     export ZEROSSL_ACCESS_KEY=...
 *     cc obtain.c $(pkg-config --cflags --libs zerossl) -o obtain
 *     ./obtain --webroot /var/www/html --directory certificates example.com www.example.com
 *
 * The webroot is what your web server shows at http://example.com/. Further options are the other parameters of
 * `obtain` that take a text, such as --key_type rsa-2048. */
#include <stdio.h>
#include <string.h>
#include <zerossl.h>

static void on_event(zerossl_op *op, const char *event_json, void *user_data) {
    zerossl_doc *event = zerossl_doc_parse(event_json, NULL);
    const char *type = zerossl_node_text(zerossl_doc_at(event, "/type"), NULL);
    (void)op, (void)user_data;
    if (type && strcmp(type, "log") != 0)
        printf("%s: %s\n", type, zerossl_node_text(zerossl_doc_at(event, "/message"), NULL));
    zerossl_doc_free(event);
}

int main(int count, char **arguments) {
    zerossl_error *error;
    zerossl_client *client = zerossl_client_new(NULL, &error);
    zerossl_doc *params = zerossl_doc_new();
    char **word = arguments + 1, **end = arguments + count, *json, *answer, *path, pointer[64];
    int failed;

    for (; end - word > 1 && strncmp(*word, "--", 2) == 0; word += 2) {
        int is_webroot = strcmp(*word, "--webroot") == 0;
        if (is_webroot)
            zerossl_doc_set_text(params, "/validation/method", "HTTP_CSR_HASH", NULL);
        snprintf(pointer, sizeof pointer, "/%s%s", is_webroot ? "validation/" : "", *word + 2);
        zerossl_doc_set_text(params, pointer, word[1], NULL);
    }
    for (; word < end; word++)
        zerossl_doc_set_text(params, "/domains/-", *word, NULL);

    json = zerossl_doc_json(params);
    answer = client ? zerossl_run(client, "obtain", json, on_event, NULL, &error) : NULL;
    path = answer ? zerossl_json_get(answer, "/files/fullchain") : NULL;
    if (error)
        fprintf(stderr, "error: %s\n", zerossl_error_message(error));
    else
        printf("%s\n", path ? path : "not there yet: call again");
    zerossl_string_free(path);
    zerossl_string_free(answer);
    zerossl_string_free(json);
    zerossl_doc_free(params);
    zerossl_client_free(client);
    failed = error != NULL;
    zerossl_error_free(error);
    return failed;
}
