/* The header's promises must not make the compiler remove a caller's checks: NULL is passed first and checked for
 * afterwards, as careless programs do. */
#include "check.h"

#define APART __attribute__((noinline))

/* NULL that the compiler cannot detect. */
static void *volatile nothing = NULL;

static int missing;

/* Each passes its object to the library, and then counts it if it is NULL. */
static APART void call(const zerossl_client *client, const char *operation) {
    zerossl_error *error = no_error_yet();
    char *answer = zerossl_call(client, operation, NULL, &error);

    CHECK(answer == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "operation");
    if (client == NULL)
        missing++;
    if (operation == NULL)
        missing++;
}

static APART void named(const zerossl_client *client) {
    zerossl_error *error = no_error_yet();

    CHECK(zerossl_list_certificates(client, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "client");
    if (client == NULL)
        missing++;
}

static APART void start(const zerossl_client *client, const char *operation) {
    zerossl_error *error = no_error_yet();

    CHECK(zerossl_op_start(client, operation, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, NULL);
    CHECK(zerossl_op_start_call(client, operation, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, NULL);
    if (client == NULL)
        missing++;
    if (operation == NULL)
        missing++;
}

static APART void run(const zerossl_client *client, const char *operation) {
    zerossl_error *error = no_error_yet();

    CHECK(zerossl_run(client, operation, NULL, NULL, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, NULL);
    if (client == NULL)
        missing++;
    if (operation == NULL)
        missing++;
}

static APART void pull(zerossl_op *op, char **event) {
    zerossl_error *error = no_error_yet();

    CHECK(zerossl_op_next(op, 0, event, &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "op");
    CHECK(zerossl_op_result(op, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "op");
    CHECK(zerossl_op_fd(op) == ZEROSSL_E_INVALID_ARGUMENT);
    if (op == NULL)
        missing++;
    if (event == NULL)
        missing++;
}

static APART void reply(zerossl_op *op, const char *text) {
    zerossl_error *error = no_error_yet();

    CHECK(zerossl_op_reply(op, text, &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, NULL);
    if (op == NULL)
        missing++;
    if (text == NULL)
        missing++;
}

static APART void json(const char *text, const char *pointer) {
    CHECK(zerossl_json_get(text, pointer) == NULL);
    CHECK(zerossl_json_quote(text) == NULL);
    if (text == NULL)
        missing++;
    if (pointer == NULL)
        missing++;
}

static APART void error_of(const zerossl_error *error) {
    CHECK(zerossl_error_code(error) == ZEROSSL_OK);
    SAME(zerossl_error_message(error), "");
    SAME(zerossl_error_json(error), "{}");
    if (error == NULL)
        missing++;
}

/* NULL that the library takes for {}, or does not return. */
static APART void settings(const char *config, zerossl_error **error) {
    zerossl_client *client = zerossl_client_new(config, error);

    CHECK(client != NULL);
    if (config == NULL)
        missing++;
    if (error == NULL)
        missing++;
    zerossl_client_free(client);
    zerossl_string_free(NULL);
}

int main(void) {
    zerossl_client *client = sandbox_client();

    call(nothing, nothing);
    call(client, nothing);
    named(nothing);
    start(nothing, nothing);
    run(nothing, nothing);
    pull(nothing, nothing);
    reply(nothing, nothing);
    json(nothing, nothing);
    error_of(nothing);
    settings(nothing, nothing);
    CHECK(missing == 17);
    zerossl_client_free(client);
    return finish();
}
