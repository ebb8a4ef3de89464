/* Every step by itself: list, create, verify, wait, download; then all in one: obtain. Ctrl-C ends any of them.
 *
 *     cc tour.c $(pkg-config --cflags --libs zerossl) -o tour
 *     ./tour a.example.com b.example.com /var/www/html certificates
 */
#include <signal.h>
#include <stdio.h>
#include <zerossl.h>

static zerossl_cancel_token *token;

static void on_interrupt(int number) {
    (void)number;
    zerossl_cancel_token_cancel(token);
}

static void on_event(zerossl_op *op, const char *event_json, void *user_data) {
    zerossl_doc *event = zerossl_doc_parse(event_json, NULL);
    (void)op, (void)user_data;
    printf("%s\n", zerossl_node_text(zerossl_doc_at(event, "/message"), NULL));
    zerossl_doc_free(event);
}

int main(int count, char **arguments) {
    zerossl_error *error = NULL;
    zerossl_client *plain = zerossl_client_new(NULL, &error), *client = NULL; /* the key: ZEROSSL_ACCESS_KEY */
    zerossl_doc *params = zerossl_doc_new(), *list = NULL, *csr = NULL, *order = NULL, *done = NULL, *files = NULL;
    const zerossl_node *found;
    char *json = NULL, *obtained = NULL;
    int64_t index;

    token = zerossl_cancel_token_new();
    signal(SIGINT, on_interrupt);
    if (count != 5 || plain == NULL || (client = zerossl_client_with_cancel(plain, token, &error)) == NULL)
        goto end;
    if ((list = zerossl_call_doc(client, "list_certificates", NULL, &error)) == NULL)
        goto end;
    for (index = 0; (found = zerossl_node_item(zerossl_doc_at(list, "/results"), index)) != NULL; index++)
        printf("%s %s\n", zerossl_node_text(zerossl_node_member(found, "id"), NULL),
               zerossl_node_text(zerossl_node_member(found, "common_name"), NULL));
    zerossl_doc_set_text(params, "/domains/-", arguments[1], NULL);
    if ((csr = zerossl_call_doc(client, "generate_csr", params, &error)) == NULL)
        goto end;
    zerossl_doc_set_text(params, "/csr", zerossl_node_text(zerossl_doc_at(csr, "/csr"), NULL), NULL);
    if ((order = zerossl_call_doc(client, "create_certificate", params, &error)) == NULL)
        goto end;
    found = zerossl_node_item(zerossl_doc_at(order, "/validation/other_methods"), 0);
    printf("add this record, then press enter: %s. CNAME %s.\n",
           zerossl_node_text(zerossl_node_member(found, "cname_validation_p1"), NULL),
           zerossl_node_text(zerossl_node_member(found, "cname_validation_p2"), NULL));
    fflush(stdout);
    getchar();
    zerossl_doc_set_json(params, "", "{\"validation_method\": \"CNAME_CSR_HASH\"}", NULL);
    zerossl_doc_set_text(params, "/id", zerossl_node_text(zerossl_doc_at(order, "/id"), NULL), NULL);
    if ((done = zerossl_call_doc(client, "verify_domains", params, &error)) == NULL)
        goto end;
    zerossl_doc_free(done);
    zerossl_doc_remove(params, "/validation_method", NULL);
    if ((done = zerossl_call_doc(client, "wait_until_issued", params, &error)) == NULL)
        goto end;
    if ((files = zerossl_call_doc(client, "download_certificate", params, &error)) == NULL)
        goto end;
    printf("%s", zerossl_node_text(zerossl_doc_at(files, "/certificate"), NULL));

    zerossl_doc_set_json(params, "", "{\"validation\": {\"method\": \"HTTP_CSR_HASH\"}}", NULL);
    zerossl_doc_set_text(params, "/domains/-", arguments[2], NULL);
    zerossl_doc_set_text(params, "/validation/webroot", arguments[3], NULL);
    zerossl_doc_set_text(params, "/directory", arguments[4], NULL);
    json = zerossl_doc_json(params);
    obtained = zerossl_run(client, "obtain", json, on_event, NULL, &error); /* its answer: the files */
end:
    if (obtained == NULL)
        fprintf(stderr, "tour NAME OTHER-NAME WEBROOT DIRECTORY: %s\n", zerossl_error_message(error));
    zerossl_string_free(obtained), zerossl_string_free(json);
    zerossl_doc_free(files), zerossl_doc_free(done), zerossl_doc_free(order), zerossl_doc_free(csr);
    zerossl_doc_free(list), zerossl_doc_free(params), zerossl_error_free(error);
    zerossl_client_free(client), zerossl_client_free(plain), zerossl_cancel_token_free(token);
    return obtained == NULL;
}
