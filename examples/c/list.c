/* Prints a page of the account's certificates.
 *
 *     export ZEROSSL_ACCESS_KEY=...
 *     cc list.c $(pkg-config --cflags --libs zerossl) -o list && ./list
 */
#include <stdio.h>
#include <zerossl.h>

static void print_field(const char *json, const char *pointer) {
    char *value = zerossl_json_get(json, pointer);
    printf("%s  ", value ? value : "");
    zerossl_string_free(value);
}

int main(void) {
    zerossl_error *error;
    zerossl_client *client = zerossl_client_new(NULL, &error);
    char *list = client ? zerossl_list_certificates(client, "{\"limit\": 100}", &error) : NULL;
    int failed = list == NULL, index;

    for (index = 0; list; index++) {
        char pointer[32], *certificate;

        snprintf(pointer, sizeof pointer, "/results/%d", index);
        certificate = zerossl_json_get(list, pointer);
        if (certificate == NULL)
            break;
        print_field(certificate, "/id");
        print_field(certificate, "/status");
        print_field(certificate, "/common_name");
        print_field(certificate, "/expires");
        putchar('\n');
        zerossl_string_free(certificate);
    }
    if (failed)
        fprintf(stderr, "error: %s\n", zerossl_error_message(error));
    zerossl_string_free(list);
    zerossl_error_free(error);
    zerossl_client_free(client);
    return failed;
}
