/* Orders a certificate for one name and says what to publish; obtain.c goes on from there.
 *
 *     export ZEROSSL_ACCESS_KEY=...
 *     cc order.c $(pkg-config --cflags --libs zerossl) -o order
 *     ./order > privkey.pem
 *
 * The private key goes to stdout: keep it, a certificate without its key is lost. */
#include <stdio.h>
#include <zerossl.h>

int main(void) {
    zerossl_error *error;
    char params[8192], *made = NULL, *key = NULL, *csr = NULL, *quoted = NULL, *order = NULL, *what = NULL;
    zerossl_client *client = zerossl_client_new(NULL, &error);

    if (client && (made = zerossl_generate_csr(client, "{\"domains\": [\"example.com\"]}", &error))) {
        key = zerossl_json_get(made, "/private_key");
        csr = zerossl_json_get(made, "/csr");
        quoted = zerossl_json_quote(csr);
        printf("%s", key);
        snprintf(params, sizeof params, "{\"domains\": [\"example.com\"], \"csr\": %s}", quoted);
        order = zerossl_create_certificate(client, params, &error);
    }
    if (order && (what = zerossl_json_get(order, "/validation/other_methods")))
        fprintf(stderr, "publish, then call zerossl_verify_domains: %s\n", what);
    if (error)
        fprintf(stderr, "error: %s\n", zerossl_error_message(error));
    zerossl_string_free(what);
    zerossl_string_free(order);
    zerossl_string_free(quoted);
    zerossl_string_free(csr);
    zerossl_string_free(key);
    zerossl_string_free(made);
    zerossl_client_free(client);
    if (error == NULL)
        return 0;
    zerossl_error_free(error);
    return 1;
}
