/* Documents: read, built, and as parameters and answers. */
#include <stddef.h>

#include "check.h"

static zerossl_doc *parsed(const char *text) {
    zerossl_error *error = no_error_yet();
    zerossl_doc *doc = zerossl_doc_parse(text, &error);
    WORKED(error);
    CHECK(doc != NULL);
    return doc;
}

static void same_json(const zerossl_doc *doc, const char *expected) {
    char *json = zerossl_doc_json(doc);
    SAME(json, expected);
    zerossl_string_free(json);
}

static void reading(void) {
    zerossl_doc *doc = parsed(" {\"a\": [1, -2.5, \"x\\u0000y\", null, \"null\", true, {}], \"k/1\": {\"b\": 12345678901}, \"n\": 1.0}");
    const zerossl_node *list = zerossl_doc_at(doc, "/a"), *root = zerossl_doc_at(doc, "");
    size_t length = 99;

    CHECK(zerossl_node_type(root) == ZEROSSL_NODE_OBJECT && zerossl_node_count(root) == 3);
    CHECK(zerossl_node_type(list) == ZEROSSL_NODE_ARRAY && zerossl_node_count(list) == 7);
    CHECK(zerossl_node_type(zerossl_node_item(list, 0)) == ZEROSSL_NODE_NUMBER);
    CHECK(zerossl_node_int(zerossl_node_item(list, 0), 7) == 1);
    CHECK(zerossl_node_int(zerossl_node_item(list, 1), 7) == 7);
    CHECK(zerossl_node_number(zerossl_node_item(list, 1), 7) == -2.5);
    CHECK(zerossl_node_number(zerossl_node_item(list, 2), 7) == 7);
    CHECK(memcmp(zerossl_node_text(zerossl_node_item(list, 2), &length), "x\0y", 4) == 0 && length == 3);
    CHECK(zerossl_node_type(zerossl_node_item(list, 3)) == ZEROSSL_NODE_NULL);
    CHECK(zerossl_node_type(zerossl_node_item(list, 4)) == ZEROSSL_NODE_TEXT);
    SAME(zerossl_node_text(zerossl_node_item(list, 4), NULL), "null");
    CHECK(zerossl_node_type(zerossl_node_item(list, 5)) == ZEROSSL_NODE_FLAG);
    CHECK(zerossl_node_flag(zerossl_node_item(list, 5), 7) == 1);
    CHECK(zerossl_node_flag(zerossl_node_item(list, 4), 7) == 7);
    CHECK(zerossl_node_item(list, 7) == NULL && zerossl_node_item(list, -1) == NULL);
    CHECK(zerossl_node_text(zerossl_node_item(list, 0), &length) == NULL && length == 0);
    SAME(zerossl_node_key(root, 1), "k/1");
    CHECK(zerossl_node_key(root, 3) == NULL && zerossl_node_key(list, 0) == NULL);
    CHECK(zerossl_node_int(zerossl_doc_at(doc, "/k~11/b"), 0) == 12345678901);
    CHECK(zerossl_node_member(root, "a") == list && zerossl_node_member(root, "b") == NULL);
    CHECK(zerossl_node_item(root, 0) == list);
    CHECK(zerossl_doc_at(doc, "/a/07") == NULL && zerossl_doc_at(doc, "a") == NULL);
    zerossl_doc_free(doc);
}

static void building(void) {
    zerossl_doc *doc = zerossl_doc_new();
    zerossl_error *error = no_error_yet();

    same_json(doc, "{}");
    CHECK(zerossl_doc_set_text(doc, "/domains/-", "a \"quoted\" text", &error) == ZEROSSL_OK && error == NULL);
    CHECK(zerossl_doc_set_text(doc, "/domains/-", "b", &error) == ZEROSSL_OK);
    CHECK(zerossl_doc_set_int(doc, "/validity_days", INT64_MIN, &error) == ZEROSSL_OK);
    CHECK(zerossl_doc_set_number(doc, "/n", 0.5, &error) == ZEROSSL_OK);
    CHECK(zerossl_doc_set_number(doc, "/w", 90, &error) == ZEROSSL_OK);
    CHECK(zerossl_doc_set_flag(doc, "/f", 2, &error) == ZEROSSL_OK);
    CHECK(zerossl_doc_set_null(doc, "/z", &error) == ZEROSSL_OK);
    CHECK(zerossl_doc_set_json(doc, "/validation", "{\"method\": \"EMAIL\"}", &error) == ZEROSSL_OK);
    CHECK(zerossl_doc_remove(doc, "/domains/0", &error) == ZEROSSL_OK);
    CHECK(zerossl_doc_remove(doc, "/nothing", &error) == ZEROSSL_OK);
    same_json(doc, "{\"domains\":[\"b\"],\"validity_days\":-9223372036854775808,\"n\":0.5,\"w\":90,\"f\":true,"
                   "\"z\":null,\"validation\":{\"method\":\"EMAIL\"}}");
    CHECK(zerossl_doc_set_int(doc, "domains", 1, &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "pointer");
    CHECK(zerossl_doc_set_text(doc, "/x", NULL, &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "value");
    CHECK(zerossl_doc_set_text(doc, "/x", "\xff", &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "value");
    CHECK(zerossl_doc_set_number(doc, "/x", 1e308 * 10, &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "value");
    CHECK(zerossl_doc_set_json(doc, "/x", "{", &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "json");
    CHECK(zerossl_doc_set_null(NULL, "/x", &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "doc");
    CHECK(zerossl_doc_remove(doc, NULL, &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "pointer");
    CHECK(zerossl_doc_at(doc, "/x") == NULL);
    zerossl_doc_free(doc);
}

static void refused(void) {
    static const char *const texts[] = {"", "{", "[1,]", "{\"a\":1,\"a\":2}", "\xff", "nul", "\"\\ud800\""};
    zerossl_error *error = no_error_yet();
    zerossl_client *client = sandbox_client();
    zerossl_doc *doc;
    size_t index;

    for (index = 0; index < sizeof texts / sizeof texts[0]; index++) {
        CHECK(zerossl_doc_parse(texts[index], &error) == NULL);
        EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "text");
    }
    CHECK(zerossl_doc_parse(NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "text");
    /* The argument that is wrong has its name in the error; so has a key that is there twice. */
    CHECK(zerossl_list_certificates(client, "{", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "params_json");
    CHECK(zerossl_list_certificates(client, "[]", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "params_json");
    CHECK(zerossl_list_certificates(client, "{\"limit\": 1, \"limit\": 2}", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "limit");
    CHECK(zerossl_client_new("{\"timeout\": 1", &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "config_json");
    CHECK(zerossl_client_new("{\"domains\": []}", &error) == NULL);
    CHECK(strstr(zerossl_error_message(error), "unknown setting") != NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "domains");
    doc = parsed("[]");
    CHECK(zerossl_call_doc(client, "list_certificates", doc, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "params");
    CHECK(zerossl_call_doc(client, NULL, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "operation");
    CHECK(zerossl_call_doc(NULL, "list_certificates", NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "client");
    zerossl_doc_free(doc);
    zerossl_client_free(client);
}

/* From a key to a draft, without text in between. */
static void calling(void) {
    zerossl_client *client = sandbox_client();
    zerossl_error *error = no_error_yet();
    zerossl_doc *params = zerossl_doc_new(), *answer, *order;
    const zerossl_node *list;

    CHECK(zerossl_doc_set_text(params, "/domains/-", "documents.example.com", &error) == ZEROSSL_OK);
    answer = zerossl_call_doc(client, "generate_csr", params, &error);
    WORKED(error);
    CHECK(zerossl_doc_set_text(params, "/csr", zerossl_node_text(zerossl_doc_at(answer, "/csr"), NULL), &error) ==
          ZEROSSL_OK);
    zerossl_doc_free(answer);
    order = zerossl_call_doc(client, "create_certificate", params, &error);
    WORKED(error);
    CHECK(zerossl_node_type(zerossl_doc_at(order, "/expires")) != ZEROSSL_NODE_ABSENT);
    answer = zerossl_call_doc(client, "list_certificates", NULL, &error);
    WORKED(error);
    list = zerossl_doc_at(answer, "/results");
    CHECK(zerossl_node_count(list) >= 1);
    SAME(zerossl_node_text(zerossl_node_member(zerossl_node_item(list, 0), "id"), NULL),
         zerossl_node_text(zerossl_doc_at(order, "/id"), NULL));
    /* A map can be enumerated. */
    list = zerossl_doc_at(order, "/validation/other_methods");
    CHECK(zerossl_node_count(list) >= 1);
    CHECK(strstr(zerossl_node_key(list, 0), "documents.example.com") != NULL);
    zerossl_doc_free(params);
    zerossl_doc_free(answer);
    zerossl_doc_free(order);
    zerossl_client_free(client);
}

static void bytes(void) {
    zerossl_doc *doc = parsed("{\"zip\": \"UEsDBAD/\", \"none\": \"\", \"text\": \"no base64!\"}");
    size_t length = 99;
    unsigned char *found = zerossl_node_bytes(zerossl_doc_at(doc, "/zip"), &length);

    CHECK(found != NULL && length == 6 && memcmp(found, "PK\3\4\0\377", 6) == 0);
    zerossl_bytes_free(found, length);
    found = zerossl_node_bytes(zerossl_doc_at(doc, "/none"), &length);
    CHECK(found != NULL && length == 0);
    zerossl_bytes_free(found, length);
    CHECK(zerossl_node_bytes(zerossl_doc_at(doc, "/text"), &length) == NULL && length == 0);
    CHECK(zerossl_node_bytes(NULL, NULL) == NULL);
    zerossl_doc_free(doc);
}

static void null_is_fine(void) {
    CHECK(zerossl_node_type(NULL) == ZEROSSL_NODE_ABSENT && zerossl_node_count(NULL) == -1);
    CHECK(zerossl_node_item(NULL, 0) == NULL && zerossl_node_member(NULL, "a") == NULL);
    CHECK(zerossl_node_key(NULL, 0) == NULL && zerossl_node_text(NULL, NULL) == NULL);
    CHECK(zerossl_node_int(NULL, 5) == 5 && zerossl_node_flag(NULL, 5) == 5);
    CHECK(zerossl_doc_at(NULL, "") == NULL && zerossl_doc_json(NULL) == NULL);
    zerossl_doc_free(NULL);
    zerossl_bytes_free(NULL, 0);
}

int main(void) {
    reading();
    building();
    refused();
    calling();
    bytes();
    null_is_fine();
    return finish();
}
