/* Prints a page of the account's certificates.
 *
 *     export ZEROSSL_ACCESS_KEY=...
 *     cc list.c $(pkg-config --cflags --libs zerossl) -o list && ./list
 */
#include <stdio.h>
#include <zerossl.h>

int main(void) {
    static const char *const fields[] = {"id", "status", "common_name", "expires"};
    zerossl_error *error;
    zerossl_client *client = zerossl_client_new(NULL, &error);
    zerossl_doc *list = client ? zerossl_call_doc(client, "list_certificates", NULL, &error) : NULL;
    const zerossl_node *certificate;
    int64_t index;
    size_t field;

    for (index = 0; (certificate = zerossl_node_item(zerossl_doc_at(list, "/results"), index)); index++) {
        for (field = 0; field < sizeof fields / sizeof fields[0]; field++) {
            const char *value = zerossl_node_text(zerossl_node_member(certificate, fields[field]), NULL);
            printf("%s  ", value ? value : "");
        }
        putchar('\n');
    }
    if (error)
        fprintf(stderr, "error: %s\n", zerossl_error_message(error));
    zerossl_error_free(error);
    zerossl_client_free(client);
    zerossl_doc_free(list);
    return list == NULL;
}
