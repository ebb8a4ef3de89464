/* Operations that ask: `obtain` without a publisher, answered while it is pulled and from within a callback. */
#include <pthread.h>
#include <sys/stat.h>

#include "manage.h"

/* The parameters, with a separate entry for each test. */
static const char *wanted(const char *name) {
    static char params[2048];
    const char *folder = getenv("SCRATCH");

    CHECK(folder != NULL);
    snprintf(params, sizeof params,
             "{\"domains\": [\"%s\"], \"directory\": \"%s/store\", \"validation\": {\"method\": \"CNAME_CSR_HASH\"}, "
             "\"preflight\": \"off\", \"poll_interval\": 0.05}",
             name, folder);
    return params;
}

static char *member(const char *json, const char *pointer) {
    char *found = zerossl_json_get(json, pointer);
    CHECK(found != NULL);
    return found;
}

static int is(const char *json, const char *pointer, const char *text) {
    char *found = member(json, pointer);
    int same = strcmp(found, text) == 0;
    zerossl_string_free(found);
    return same;
}

static int reply(zerossl_op *op, const char *id, const char *rest, zerossl_error **error) {
    char json[256];
    snprintf(json, sizeof json, "{\"id\": %s%s}", id, rest);
    *error = no_error_yet();
    return (int)zerossl_op_reply(op, json, error);
}

/* Adds the record of an event to the sandbox's DNS, or removes it. */
static void serve_record(const char *event) {
    char *name = member(event, "/name"), *target = member(event, "/target"), text[1024];

    CHECK(target[strlen(target) - 1] == '.');
    if (is(event, "/type", "publish")) {
        snprintf(text, sizeof text, "{\"name\": \"%s\", \"type\": \"CNAME\", \"value\": \"%s\"}", name, target);
        free(manage("POST", "/records", text));
    } else {
        snprintf(text, sizeof text, "/records?name=%s", name);
        free(manage("DELETE", text, ""));
    }
    zerossl_string_free(name);
    zerossl_string_free(target);
}

static int asks(const char *event) {
    return is(event, "/type", "publish") || is(event, "/type", "cleanup");
}

/* Does what an event asks for and replies, after all kinds of wrong replies. */
static void answer(zerossl_op *op, const char *event) {
    char *id = member(event, "/id"), *stage = member(event, "/stage"), *method = member(event, "/method");
    zerossl_error *error;

    SAME(stage, "publish");
    SAME(method, "CNAME_CSR_HASH");
    serve_record(event);
    CHECK(reply(op, "4711", ", \"ok\": true", &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "id");
    CHECK(reply(op, id, ", \"ok\": false", &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "ok");
    CHECK(reply(op, id, "", &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "ok");
    CHECK(reply(op, id, ", \"ok\": true", &error) == ZEROSSL_OK);
    WORKED(error);
    CHECK(reply(op, id, ", \"ok\": true", &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "id");
    zerossl_string_free(id);
    zerossl_string_free(stage);
    zerossl_string_free(method);
}

static zerossl_op *start(const zerossl_client *client, const char *name) {
    zerossl_error *error = no_error_yet();
    zerossl_op *op = zerossl_op_start(client, "obtain", wanted(name), &error);
    WORKED(error);
    CHECK(op != NULL);
    return op;
}

/* The next event that asks; NULL at the end. */
static char *next_question(zerossl_op *op) {
    zerossl_error *error = no_error_yet();
    char *event;

    while (zerossl_op_next(op, -1, &event, &error) == ZEROSSL_EVENT) {
        if (asks(event))
            return event;
        zerossl_string_free(event);
    }
    WORKED(error);
    return NULL;
}

static void ends_well(char *answer, zerossl_error *error, const char *outcome) {
    char *path, *records;
    struct stat found;

    WORKED(error);
    if (!is(answer, "/outcome", outcome))
        check_failed(__FILE__, __LINE__, answer);
    path = member(answer, "/files/privkey");
    CHECK(stat(path, &found) == 0 && (found.st_mode & 0777) == 0600);
    zerossl_string_free(path);
    zerossl_string_free(answer);
    records = manage("GET", "/records", "");
    if (strstr(records, "CNAME") != NULL)
        check_failed(__FILE__, __LINE__, records);
    free(records);
}

static void pulled(const zerossl_client *client, const char *name, const char *outcome) {
    zerossl_op *op = start(client, name);
    zerossl_error *error = no_error_yet();
    char *event;
    int questions = 0;

    while ((event = next_question(op)) != NULL) {
        CHECK(is(event, "/type", questions++ ? "cleanup" : "publish"));
        answer(op, event);
        zerossl_string_free(event);
    }
    CHECK(questions == 2);
    event = zerossl_op_result(op, &error);
    ends_well(event, error, outcome);
    zerossl_op_free(op);
}

static void on_event(zerossl_op *op, const char *event_json, void *user_data) {
    if (!asks(event_json))
        return;
    ++*(int *)user_data;
    answer(op, event_json);
}

static void with_a_callback(const zerossl_client *client) {
    zerossl_error *error = no_error_yet();
    int questions = 0;
    char *answer = zerossl_run(client, "obtain", wanted("run.example.com"), on_event, &questions, &error);

    ends_well(answer, error, "issued");
    CHECK(questions == 2);
}

/* Nobody can answer: that is the answer. */
static void without_a_callback(const zerossl_client *client) {
    zerossl_error *error = no_error_yet();

    CHECK(zerossl_run(client, "obtain", wanted("nobody.example.com"), NULL, NULL, &error) == NULL);
    CHECK(strstr(zerossl_error_message(error), "give `on_event`") != NULL);
    EXPECT(error, ZEROSSL_E_VALIDATION, NULL);
    pulled(client, "nobody.example.com", "resumed");
}

/* It could not be published: the reason is in the error, and the next call continues with the order. */
static void refused(const zerossl_client *client) {
    zerossl_op *op = start(client, "refused.example.com");
    zerossl_error *error;
    char *event = next_question(op), *id = member(event, "/id");

    CHECK(reply(op, id, ", \"error\": \"no such zone here\"", &error) == ZEROSSL_OK);
    zerossl_string_free(event);
    zerossl_string_free(id);
    CHECK(next_question(op) == NULL);
    CHECK(zerossl_op_result(op, &error) == NULL);
    CHECK(strstr(zerossl_error_message(error), "no such zone here") != NULL);
    EXPECT(error, ZEROSSL_E_VALIDATION, NULL);
    zerossl_op_free(op);
    pulled(client, "refused.example.com", "resumed");
}

static void *cancel(void *op) {
    zerossl_op_cancel((zerossl_op *)op);
    return NULL;
}

static void cancel_when_asked(zerossl_op *op, const char *event_json, void *user_data) {
    (void)user_data;
    if (asks(event_json))
        zerossl_op_cancel(op);
}

/* A question cannot be answered when nothing waits for the reply any more. */
static void cancelled(const zerossl_client *client) {
    zerossl_op *op = start(client, "cancelled.example.com");
    char *event = next_question(op), *id = member(event, "/id");
    zerossl_error *error;
    pthread_t thread;

    CHECK(pthread_create(&thread, NULL, cancel, op) == 0);
    CHECK(next_question(op) == NULL);
    pthread_join(thread, NULL);
    CHECK(reply(op, id, ", \"ok\": true", &error) == ZEROSSL_E_INVALID_ARGUMENT);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "id");
    CHECK(zerossl_op_result(op, &error) == NULL);
    EXPECT(error, ZEROSSL_E_CANCELLED, NULL);
    zerossl_string_free(event);
    zerossl_string_free(id);
    zerossl_op_free(op);
    CHECK(zerossl_run(client, "obtain", wanted("cancelled.example.com"), cancel_when_asked, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_CANCELLED, NULL);
    pulled(client, "cancelled.example.com", "resumed");
}

/* Freed while it waits for a reply: it does not block, and the entry is free for the next call. */
static void freed(const zerossl_client *client) {
    zerossl_op *op = start(client, "freed.example.com");
    char *event = next_question(op);
    double begin = now();

    zerossl_op_free(op);
    CHECK(now() - begin < 1);
    zerossl_string_free(event);
    pulled(client, "freed.example.com", "resumed");
}

/* A plain call has no callback, and reports that before anything is made or sent. */
static void not_by_a_call(const zerossl_client *client) {
    char store[1024], *requests;
    zerossl_error *error = no_error_yet();
    struct stat found;

    CHECK(zerossl_call(client, "obtain", wanted("call.example.com"), &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "validation");
    CHECK(zerossl_obtain(client, wanted("call.example.com"), &error) == NULL);
    EXPECT(error, ZEROSSL_E_INVALID_ARGUMENT, "validation");
    snprintf(store, sizeof store, "%s/store", getenv("SCRATCH"));
    CHECK(stat(store, &found) != 0);
    requests = manage("GET", "/requests", "");
    CHECK(strstr(requests, "create_certificate") == NULL && strstr(requests, "list_certificates") == NULL);
    free(requests);
}

int main(void) {
    zerossl_client *client = sandbox_client();

    not_by_a_call(client);
    pulled(client, "pulled.example.com", "issued");
    with_a_callback(client);
    without_a_callback(client);
    refused(client);
    cancelled(client);
    freed(client);
    zerossl_client_free(client);
    return finish();
}
