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

/* What does not fit is cut, which leaves no JSON and is refused. */
static char params[8192];

static void add(const char *before, const char *text, const char *after) {
    char *quoted = zerossl_json_quote(text);
    size_t length = strlen(params);
    snprintf(params + length, sizeof params - length, "%s%s%s", before, quoted ? quoted : "", after);
    zerossl_string_free(quoted);
}

static void on_event(zerossl_op *op, const char *event_json, void *user_data) {
    char *type = zerossl_json_get(event_json, "/type"), *message = zerossl_json_get(event_json, "/message");
    (void)op, (void)user_data;
    if (type && message && strcmp(type, "log") != 0)
        printf("%s: %s\n", type, message);
    zerossl_string_free(type);
    zerossl_string_free(message);
}

int main(int count, char **arguments) {
    zerossl_error *error;
    zerossl_client *client = zerossl_client_new(NULL, &error);
    char **word = arguments + 1, **end = arguments + count, *answer, *path;
    int failed;

    for (; end - word > 1 && strncmp(*word, "--", 2) == 0; word += 2) {
        int is_webroot = strcmp(*word, "--webroot") == 0;
        add(*params ? ", " : "{", is_webroot ? "validation" : *word + 2, ": ");
        add(is_webroot ? "{\"method\": \"HTTP_CSR_HASH\", \"webroot\": " : "", word[1], is_webroot ? "}" : "");
    }
    add(*params ? ", " : "{", "domains", ": [");
    for (; word < end; word++)
        add("", *word, end - word > 1 ? ", " : "");
    strncat(params, "]}", sizeof params - strlen(params) - 1);

    answer = client ? zerossl_run(client, "obtain", params, on_event, NULL, &error) : NULL;
    path = answer ? zerossl_json_get(answer, "/files/fullchain") : NULL;
    if (error)
        fprintf(stderr, "error: %s\n", zerossl_error_message(error));
    else
        printf("%s\n", path ? path : "not there yet: call again");
    zerossl_string_free(path);
    zerossl_string_free(answer);
    zerossl_client_free(client);
    failed = error != NULL;
    zerossl_error_free(error);
    return failed;
}
