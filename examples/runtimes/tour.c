/* A tour of libzerossl by dlopen: a program that works without the library, too, or a plugin that brings its own.
 *
 *     export ZEROSSL_ACCESS_KEY=...
 *     cc tour.c $(pkg-config --cflags zerossl) -ldl -o tour
 *     ./tour example.com /var/www/html/.well-known/pki-validation certificates
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zerossl.h>

/* Every function that is used, with the type that the header gives it. */
#define FUNCTIONS(F) \
    F(abi_version) F(string_free) F(error_message) F(error_name) F(error_code) F(error_api_code) F(error_free) \
    F(client_new) F(client_free) F(doc_new) F(doc_parse) F(doc_json) F(doc_free) F(doc_at) F(doc_set_text) \
    F(node_text) F(node_int) F(node_item) F(node_member) F(op_start) F(op_next) F(op_reply) F(op_cancel) \
    F(op_result) F(op_free)
#define DECLARE(name) static __typeof__(zerossl_##name) *name;
#define LOAD(name) *(void **)&name = dlsym(library, "zerossl_" #name);
FUNCTIONS(DECLARE)

typedef void (*on_event_fn)(zerossl_op *op, const char *type, const zerossl_doc *event);
static const char *folder;

static const char *text(const zerossl_doc *doc, const char *pointer) { return node_text(doc_at(doc, pointer), NULL); }

/* Runs an operation on a thread of the library, pulls its events, and returns its answer; NULL: it has told why. */
static zerossl_doc *run(zerossl_client *client, const char *operation, const char *request, on_event_fn on_event) {
    zerossl_error *error = NULL;
    char *event = NULL, *result = NULL;
    zerossl_op *op = op_start(client, operation, request, &error);
    zerossl_doc *answer = NULL;

    while (op && op_next(op, -1, &event, &error) == ZEROSSL_EVENT) {
        zerossl_doc *doc = doc_parse(event, NULL);
        on_event(op, text(doc, "/type"), doc);
        doc_free(doc), string_free(event);
    }
    if (op && !error && (result = op_result(op, &error)) != NULL)
        answer = doc_parse(result, NULL);
    if (error)
        printf("%s %ld %s\n", error_name(error_code(error)), (long)error_api_code(error), error_message(error));
    error_free(error), string_free(result), op_free(op);
    return answer;
}

static void show(zerossl_op *op, const char *type, const zerossl_doc *event) {
    const zerossl_node *found;
    (void)op, (void)type;
    for (int64_t i = 0; (found = node_item(doc_at(event, "/results"), i)) != NULL; i++)
        printf("%s %s %s\n", node_text(node_member(found, "id"), NULL), node_text(node_member(found, "status"), NULL),
               node_text(node_member(found, "common_name"), NULL));
}

static void interrupt(zerossl_op *op, const char *type, const zerossl_doc *event) {
    (void)event;
    if (strcmp(type, "publish") == 0)
        op_cancel(op);
}

static void answer(zerossl_op *op, const char *type, const zerossl_doc *event) {
    int publish = strcmp(type, "publish") == 0, done;
    char path[4096], reply[100];
    FILE *file;

    if (strcmp(type, "progress") == 0)
        printf("%s\n", text(event, "/message"));
    if (!publish && strcmp(type, "cleanup") != 0)
        return;
    snprintf(path, sizeof path, "%s/%s", folder, text(event, "/file"));
    if (publish)
        done = (file = fopen(path, "w")) != NULL && fputs(text(event, "/content"), file) >= 0 && fclose(file) == 0;
    else
        done = remove(path) == 0;
    snprintf(reply, sizeof reply, "{\"id\": %ld, %s}", (long)node_int(doc_at(event, "/id"), 0),
             done ? "\"ok\": true" : "\"error\": \"see the folder\"");
    if (op_reply(op, reply, NULL) != ZEROSSL_OK)
        op_cancel(op);
}

int main(int count, char **arguments) {
    const char *path = getenv("ZEROSSL_LIBRARY");
    void *library = dlopen(path ? path : "libzerossl.so.0", RTLD_NOW);
    zerossl_client *client;
    zerossl_doc *order, *found;
    char *request;

    if (library == NULL || count < 4) {
        fprintf(stderr, "%s\n", library ? "tour NAME FOLDER DIRECTORY" : dlerror());
        return 2;
    }
    FUNCTIONS(LOAD)
    if (abi_version == NULL || abi_version() < ZEROSSL_ABI_VERSION) {
        fprintf(stderr, "libzerossl is older than this program\n");
        return 2;
    }
    client = client_new(NULL, NULL);
    found = run(client, "list_certificates", "{\"limit\": 10}", show);
    printf("%ld certificates\n", (long)node_int(doc_at(found, "/result_count"), 0));
    doc_free(found);
    doc_free(run(client, "get_certificate", "{\"id\": \"unknown\"}", show));

    folder = arguments[2];
    order = doc_parse("{\"validation\": {\"method\": \"HTTP_CSR_HASH\"}}", NULL);
    doc_set_text(order, "/domains/-", arguments[1], NULL);
    doc_set_text(order, "/directory", arguments[3], NULL);
    doc_set_text(order, "/preflight", count > 4 ? arguments[4] : "warn", NULL);
    request = doc_json(order);
    doc_free(run(client, "obtain", request, interrupt)); /* the order is kept */
    found = run(client, "obtain", request, answer);      /* and the same call goes on with it */
    if (found)
        printf("%s %s\n", text(found, "/outcome"), text(found, "/files/fullchain"));
    doc_free(found), string_free(request), doc_free(order), client_free(client);
    return found == NULL;
}
