/* Wrong arguments: the function reports them, and nothing breaks. */
#include "check.h"

/* NULL that the compiler cannot detect. */
static void *volatile nothing = NULL;

static void texts(void) {
    char *text;

    CHECK(strcmp(zerossl_version(), ZEROSSL_VERSION) == 0);
    CHECK(zerossl_abi_version() == ZEROSSL_ABI_VERSION);

    CHECK(zerossl_describe() == zerossl_describe());
    text = zerossl_json_get(zerossl_describe(), "/version");
    SAME(text, ZEROSSL_VERSION);
    zerossl_string_free(text);
    text = zerossl_json_get(zerossl_describe(), "/operations/0/parameters/properties/domains/type");
    SAME(text, "array");
    zerossl_string_free(text);

    text = zerossl_json_get("{\"a/b\": [1, {\"\\u00e9\": \"tab\\t\"}], \"n\": null}", "/a~1b/1/\xc3\xa9");
    SAME(text, "tab\t");
    zerossl_string_free(text);
    text = zerossl_json_get("{\"n\": null}", "/n");
    SAME(text, "null");
    zerossl_string_free(text);
    CHECK(zerossl_json_get("{}", "/absent") == NULL);
    CHECK(zerossl_json_get("{\"a\": 1}", "a") == NULL);
    CHECK(zerossl_json_get("{", "") == NULL);
    CHECK(zerossl_json_get("{\"a\": \"x\\u0000y\"}", "/a") == NULL);
    CHECK(zerossl_json_get("\"\xff\"", "") == NULL);
    CHECK(zerossl_json_get(nothing, "") == NULL);
    CHECK(zerossl_json_get("{}", nothing) == NULL);

    text = zerossl_json_quote("a \"quoted\"\nline \\ \x01 \xc3\xa9");
    SAME(text, "\"a \\\"quoted\\\"\\nline \\\\ \\u0001 \xc3\xa9\"");
    zerossl_string_free(text);
    CHECK(zerossl_json_quote("\xff") == NULL);
    CHECK(zerossl_json_quote(nothing) == NULL);
}

static void frees_of_null(void) {
    zerossl_string_free(NULL);
    zerossl_error_free(NULL);
    zerossl_client_free(NULL);
    zerossl_op_free(NULL);
    zerossl_op_cancel(NULL);
    CHECK(zerossl_error_code(NULL) == ZEROSSL_OK);
    SAME(zerossl_error_message(NULL), "");
    SAME(zerossl_error_json(NULL), "{}");
    CHECK(zerossl_error_retryable(NULL) == 0 && zerossl_error_retry_after(NULL) == -1);
    CHECK(zerossl_error_api_code(NULL) == -1 && zerossl_error_api_type(NULL) == NULL);
    CHECK(zerossl_error_http_status(NULL) == 0);
    SAME(zerossl_error_name(ZEROSSL_OK), "ok");
    SAME(zerossl_error_name(ZEROSSL_E_RESOURCE), "resource");
    SAME(zerossl_error_name(ZEROSSL_E_NOT_READY), "not_ready");
    SAME(zerossl_error_name(17), "unknown");
}

/* What an error says without JSON. */
static void getters(const zerossl_client *client) {
    zerossl_error *error = no_error_yet();

    CHECK(zerossl_get_certificate(client, "{\"id\": \"0123456789abcdef0123456789abcdef\"}", &error) == NULL);
    CHECK(zerossl_error_code(error) == ZEROSSL_E_API && zerossl_error_retryable(error) == 0);
    CHECK(zerossl_error_api_code(error) == 2803 && zerossl_error_http_status(error) == 200);
    SAME(zerossl_error_api_type(error), "certificate_not_found");
    CHECK(zerossl_error_retry_after(error) == -1);
    zerossl_error_free(error);
    CHECK(zerossl_get_certificate(client, "{}", &error) == NULL);
    CHECK(zerossl_error_api_code(error) == -1 && zerossl_error_api_type(error) == NULL);
    CHECK(zerossl_error_http_status(error) == 0);
    SAME(zerossl_error_name(zerossl_error_code(error)), "invalid_argument");
    zerossl_error_free(error);
}

static void settings(void) {
    zerossl_error *error = no_error_yet();

    CHECK(zerossl_client_new("{\"timeuot\": 3}", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "timeuot");
    CHECK(zerossl_client_new("{\"timeout\": \"3\"}", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "timeout");
    CHECK(zerossl_client_new("{\"timeout\"", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, NULL);
    CHECK(zerossl_client_new("[]", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, NULL);
    CHECK(zerossl_client_new("{\"user_agent\": \"\xe9\"}", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "config_json");
    CHECK(zerossl_client_new("{\"base_url\": \"http://example.com\"}", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "base_url");
    CHECK(zerossl_client_new("{\"timeuot\": 3}", NULL) == NULL);
    zerossl_client_free(new_client(NULL));
    zerossl_client_free(new_client(""));
}

/* What operators and rehearsals need besides operations. */
static void beside_operations(const zerossl_client *client) {
    zerossl_error *error = no_error_yet();
    zerossl_client *real = zerossl_client_new("{\"base_url\": \"https://api.zerossl.com\"}", &error);
    char *text = zerossl_prometheus("{\"entries\": []}", &error);

    CHECK(text != NULL && strstr(text, "\nzerossl_entries 0\n") != NULL);
    zerossl_string_free(text);
    CHECK(zerossl_prometheus("{\"entries\": 1}", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "entries_json");
    CHECK(zerossl_prometheus(nothing, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "entries_json");

    CHECK(zerossl_testing_advance_clock(client, 86400.5) == ZEROSSL_OK);
    CHECK(zerossl_testing_advance_clock(client, -1) == ZEROSSL_E_INVALID_ARGUMENT);
    CHECK(zerossl_testing_advance_clock(client, 1e300) == ZEROSSL_E_INVALID_ARGUMENT);
    CHECK(zerossl_testing_advance_clock(nothing, 1) == ZEROSSL_E_INVALID_ARGUMENT);
    CHECK(real != NULL && zerossl_testing_advance_clock(real, 1) == ZEROSSL_E_INVALID_ARGUMENT);
    zerossl_client_free(real);
}

static void calls(const zerossl_client *client) {
    zerossl_error *error = no_error_yet();
    const char *text;
    char *answer;

    CHECK(zerossl_call(nothing, "get_certificate", NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "client");
    CHECK(zerossl_call(client, nothing, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "operation");
    CHECK(zerossl_call(client, "get_certificat", NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "operation");
    CHECK(zerossl_call(client, "get\xff", NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "operation");
    CHECK(zerossl_get_certificate(nothing, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "client");
    CHECK(zerossl_get_certificate(client, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "id");
    CHECK(zerossl_get_certificate(client, "{\"id\": 7}", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "id");
    CHECK(zerossl_get_certificate(client, "{\"id\": \"\xff\"}", &error) == NULL);
    text = zerossl_error_message(error);
    CHECK(strncmp(text, "get_certificate: `params_json`", 30) == 0);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "params_json");
    CHECK(zerossl_get_certificate(client, "not JSON", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, NULL);
    CHECK(zerossl_get_certificate(client, "{\"id\": \"x\", \"color\": 1}", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "color");
    /* The caller need not take the error. */
    CHECK(zerossl_get_certificate(client, NULL, NULL) == NULL);

    CHECK(zerossl_get_certificate(client, "{\"id\": \"0123456789abcdef0123456789abcdef\"}", &error) == NULL);
    answer = zerossl_json_get(zerossl_error_json(error), "/api_type");
    SAME(answer, "certificate_not_found");
    zerossl_string_free(answer);
    EXPECT(error, ZEROSSL_E_API, NULL);

    error = no_error_yet();
    answer = zerossl_list_certificates(client, NULL, &error);
    WORKED(error);
    CHECK(answer != NULL && answer[0] == '{');
    zerossl_string_free(answer);
}

static void ops(const zerossl_client *client) {
    zerossl_error *error = no_error_yet();
    zerossl_op *op;
    char *event = NULL;

    CHECK(zerossl_op_start(nothing, "list_certificates", NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "client");
    CHECK(zerossl_op_start(client, nothing, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "operation");
    CHECK(zerossl_op_start(client, "obtian", NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "operation");
    CHECK(zerossl_op_start(client, "list_certificates", "{", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, NULL);
    CHECK(zerossl_op_start_call(nothing, "list_certificates", NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "client");
    CHECK(zerossl_op_start_call(client, nothing, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "operation");
    CHECK(zerossl_op_start_call(client, "list_certificates", "{", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, NULL);
    CHECK(zerossl_op_next(nothing, 0, &event, &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "op");
    CHECK(zerossl_op_reply(nothing, "{}", &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "op");
    CHECK(zerossl_op_result(nothing, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "op");
    CHECK(zerossl_op_fd(nothing) == ZEROSSL_E_INVALID_ARGUMENT);
    CHECK(zerossl_run(nothing, "list_certificates", NULL, NULL, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "client");

    op = zerossl_op_start(client, "get_certificate", NULL, &error);
    WORKED(error);
    CHECK(zerossl_op_next(op, -2, &event, &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "timeout_ms");
    CHECK(zerossl_op_next(op, 0, nothing, &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "event_json");
    CHECK(zerossl_op_reply(op, "{\"id\": 1, \"ok\": true}", &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "id");
    CHECK(zerossl_op_reply(op, nothing, &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "reply_json");
    CHECK(zerossl_op_reply(op, "\xff", &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "reply_json");
    /* What is wrong with the parameters is the op's result. */
    event = (char *)no_error_yet();
    error = no_error_yet();
    CHECK(zerossl_op_next(op, -1, &event, &error) == ZEROSSL_DONE);
    CHECK(event == NULL && error == NULL);
    CHECK(zerossl_op_result(op, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "id");
    zerossl_op_free(op);
}

int main(void) {
    zerossl_client *client;

    texts();
    frees_of_null();
    settings();
    client = sandbox_client();
    beside_operations(client);
    calls(client);
    getters(client);
    ops(client);
#ifdef COUNTING
    CHECK(zerossl_testing_panic() == ZEROSSL_E_INTERNAL);
#endif
    zerossl_client_free(client);
    return finish();
}
