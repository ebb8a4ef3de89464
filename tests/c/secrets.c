/* After everything was freed, no copy of a secret is left in this process's memory: of an access key, and of a private
 * key that the library has made, as PEM, and as the number in it.
 *
 * SECURITY.md promises this for the library's own copies. So these are not looked for:
 * - An access key after a request: the buffers of the HTTP crates are not wiped.
 * - The text of a key that the caller passes in: it is read by the crate for JSON. Its number is looked for.
 * - The numbers of an RSA key: while the crate for RSA makes one, it frees many as they are.
 * - A number, or a piece of a line, on a stack: the crates move them from place to place, and wipe the last one.
 * - A key in a keystore: the crate for PKCS#12 frees its copy as it is. */
#define _GNU_SOURCE
#include "remember.h"

enum { KEY_SIZE = 64, PEM_SIZE = 8192 };

/* An access key is new each time. */
static void make_access_key(char *key) {
    int random = open("/dev/urandom", O_RDONLY), index;
    CHECK(random >= 0 && read(random, key, KEY_SIZE) == KEY_SIZE);
    close(random);
    for (index = 0; index < KEY_SIZE; index++)
        key[index] = (char)('A' + (unsigned char)key[index] % 26);
    for (index = 0; index + PART <= KEY_SIZE; index += PART)
        remember("the access key", ANYWHERE, key + index, PART);
}

/* The settings are the caller's text, so the caller wipes it. */
static zerossl_client *client_with(const char *name, const char *value, const char *auth) {
    static char config[1024];
    zerossl_client *client;
    snprintf(config, sizeof config, "{\"%s\": \"%s\", \"auth\": \"%s\", \"max_retries\": 0}", name, value, auth);
    client = new_client(config);
    explicit_bzero(config, sizeof config);
    return client;
}

/* The client is used as far as that is possible without a request: its URL and its header are made. */
static void use_and_free(zerossl_client *client) {
    zerossl_error *error = no_error_yet();
    zerossl_cancel_token *token = zerossl_cancel_token_new();
    zerossl_client *bound = zerossl_client_with_cancel(client, token, &error);
    WORKED(error);
    CHECK(copies(NULL) > 0);
    zerossl_cancel_token_cancel(token);
    CHECK(zerossl_list_certificates(bound, NULL, &error) == NULL);
    EXPECT(error, ZEROSSL_E_CANCELLED, NULL);
    zerossl_cancel_token_free(token);
    zerossl_client_free(bound);
    zerossl_client_free(client);
}

static void key_in_settings(const char *auth) {
    char key[KEY_SIZE + 1];
    zerossl_client *client;
    make_access_key(key);
    key[KEY_SIZE] = '\0';
    client = client_with("access_key", key, auth);
    explicit_bzero(key, sizeof key);
    use_and_free(client);
}

static void key_in_file(const char *auth) {
    char key[KEY_SIZE], path[512];
    int file;
    snprintf(path, sizeof path, "%s/key", getenv("SCRATCH"));
    make_access_key(key);
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(file >= 0 && write(file, key, KEY_SIZE) == KEY_SIZE && write(file, "\n", 1) == 1);
    close(file);
    explicit_bzero(key, sizeof key);
    use_and_free(client_with("access_key_file", path, auth));
    CHECK(unlink(path) == 0);
}

/* The bytes of a PEM. Returns how many there are. */
static size_t decode(const char *pem, unsigned char *der) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *next = strchr(pem, '\n'), *digit;
    unsigned bits = 0, value = 0;
    size_t size = 0;
    for (; *next != '\0' && *next != '-'; next++) {
        if ((digit = strchr(digits, *next)) == NULL)
            continue;
        value = value << 6 | (unsigned)(digit - digits);
        if ((bits += 6) >= 8)
            der[size++] = (unsigned char)(value >> (bits -= 8));
    }
    return size;
}

/* What stands for the bytes from this one on, within a line. */
static const char *digits_of(const char *pem, size_t byte) {
    size_t digit = (byte + 2) / 3 * 4;
    if (digit % 64 > 64 - PART)
        digit += 64 - digit % 64;
    return strchr(pem, '\n') + 1 + digit + digit / 64;
}

/* The place of the secret numbers in PKCS#8: of RSA, behind the modulus and the exponent, which are public. */
static size_t place_of_secret(const unsigned char *der, size_t size, size_t number_size) {
    const unsigned char ecdsa[] = {2, 1, 1, 4, (unsigned char)number_size}, rsa[] = {2, 3, 1, 0, 1, 2};
    const unsigned char *before = (const unsigned char *)(number_size > 0 ? memmem(der, size, ecdsa, sizeof ecdsa)
                                                                          : memmem(der, size, rsa, sizeof rsa));
    CHECK(before != NULL);
    return (size_t)(before - der) + (number_size > 0 ? sizeof ecdsa : sizeof rsa + 4);
}

/* Of an elliptic curve the number has this size; of RSA it is 0. */
static void remember_key(const char *pem, size_t number_size) {
    static unsigned char der[PEM_SIZE];
    size_t size, place;
    CHECK(strlen(pem) < PEM_SIZE && strncmp(pem, "-----BEGIN PRIVATE KEY-----\n", 28) == 0);
    size = decode(pem, der);
    place = place_of_secret(der, size, number_size);
    CHECK(place + 3 * PART < size);
    remember_number("the key's number", der + place, number_size);
    remember("the key's PEM", BUT_ON_STACKS, digits_of(pem, place), PART);
    remember("the key's PEM", BUT_ON_STACKS, digits_of(pem, place + PART), PART);
    /* On a stack there are pieces of a line, and no line. */
    remember("the key's PEM", ANYWHERE, strchr(digits_of(pem, place), '\n') - LONGEST, LONGEST);
    explicit_bzero(der, sizeof der);
}

static const struct {
    const char *name;
    size_t number_size;
} key_types[] = {{"ecdsa-p256", 32}, {"ecdsa-p384", 48}, {"rsa-2048", 0}};

static const char params[] = "{\"domains\": [\"example.com\"]}";

static char *generate(const zerossl_client *client, const char *parameters) {
    zerossl_error *error = no_error_yet();
    char *answer = zerossl_generate_csr(client, parameters, &error);
    WORKED(error);
    return answer;
}

/* With several names: behind a CSR of another length, the key is elsewhere in the answer. */
static void by_text(const zerossl_client *client, const char *key_type, size_t number_size, int names) {
    char parameters[1024], *answer, *key, *quoted;
    int size = snprintf(parameters, sizeof parameters, "{\"key_type\": \"%s\", \"domains\": [\"example.com\"", key_type);
    for (; names > 1; names--)
        size += snprintf(parameters + size, sizeof parameters - (size_t)size, ", \"name%d.example.com\"", names);
    snprintf(parameters + size, sizeof parameters - (size_t)size, "]}");
    answer = generate(client, parameters);
    key = zerossl_json_get(answer, "/private_key");
    remember_key(key, number_size);
    quoted = zerossl_json_quote(key);
    CHECK(copies(NULL) > 0);
    /* Cut short by its owner, it is wiped all the same. */
    key[10] = '\0';
    zerossl_string_free(key);
    zerossl_string_free(quoted);
    zerossl_string_free(answer);
}

static void by_document(const zerossl_client *client) {
    zerossl_error *error = no_error_yet();
    zerossl_doc *given = zerossl_doc_new(), *answer, *copy;
    char *json;
    CHECK(zerossl_doc_set_json(given, "", params, &error) == ZEROSSL_OK);
    answer = zerossl_call_doc(client, "generate_csr", given, &error);
    WORKED(error);
    remember_key(zerossl_node_text(zerossl_doc_at(answer, "/private_key"), NULL), 32);
    json = zerossl_doc_json(answer);
    copy = zerossl_doc_parse(json, &error);
    WORKED(error);
    CHECK(zerossl_doc_remove(copy, "/private_key", &error) == ZEROSSL_OK);
    CHECK(copies(NULL) > 0);
    zerossl_string_free(json);
    zerossl_doc_free(copy);
    zerossl_doc_free(answer);
    zerossl_doc_free(given);
}

static void by_op(const zerossl_client *client) {
    zerossl_error *error = no_error_yet();
    zerossl_op *op = zerossl_op_start(client, "generate_csr", params, &error);
    char *event, *answer, *key;
    WORKED(error);
    while (zerossl_op_next(op, -1, &event, &error) == ZEROSSL_EVENT)
        zerossl_string_free(event);
    answer = zerossl_op_result(op, &error);
    WORKED(error);
    key = zerossl_json_get(answer, "/private_key");
    remember_key(key, 32);
    CHECK(copies(NULL) > 0);
    zerossl_string_free(key);
    zerossl_string_free(answer);
    zerossl_op_free(op);
}

/* A key of the caller, as a parameter of both kinds of calls. */
static void given(const zerossl_client *client) {
    static char parameters[PEM_SIZE];
    zerossl_error *error = no_error_yet();
    char *made = generate(client, params), *key = zerossl_json_get(made, "/private_key");
    char *quoted = zerossl_json_quote(key);
    zerossl_doc *document = zerossl_doc_new();

    remember_key(key, 32);
    /* Of the caller's key, the text is not wiped. */
    count_parts -= 3;
    snprintf(parameters, sizeof parameters, "{\"domains\": [\"example.com\"], \"private_key\": %s}", quoted);
    zerossl_string_free(generate(client, parameters));
    CHECK(zerossl_doc_set_json(document, "", parameters, &error) == ZEROSSL_OK);
    zerossl_doc_free(zerossl_call_doc(client, "generate_csr", document, &error));
    WORKED(error);
    explicit_bzero(parameters, sizeof parameters);
    zerossl_doc_free(document);
    zerossl_string_free(quoted);
    zerossl_string_free(key);
    zerossl_string_free(made);
}

/* A key that `obtain` makes, stores, and reads again for the certificate. */
static void obtained(const zerossl_client *client) {
    static char key[PEM_SIZE];
    zerossl_error *error = no_error_yet();
    char parameters[2048], path[512];
    int file, call;
    ssize_t size = 0;

    snprintf(parameters, sizeof parameters,
             "{\"domains\": [\"example.com\"], \"directory\": \"%s/store\", \"preflight\": \"off\", \"poll_interval\": 0.1,"
             " \"validation\": {\"method\": \"HTTP_CSR_HASH\", \"webroot\": \"%s\"}}",
             getenv("SCRATCH"), getenv("WEBROOT"));
    /* The second one looks whether all is well. */
    for (call = 0; call < 2; call++) {
        zerossl_string_free(zerossl_obtain(client, parameters, &error));
        WORKED(error);
    }
    snprintf(path, sizeof path, "%s/store/example.com/current/privkey.pem", getenv("SCRATCH"));
    file = open(path, O_RDONLY);
    CHECK(file >= 0 && (size = read(file, key, sizeof key - 1)) > 0);
    close(file);
    key[size] = '\0';
    remember_key(key, 32);
    CHECK(copies(NULL) > 0);
    explicit_bzero(key, sizeof key);
    /* A renewal looks at what it replaces. */
    snprintf(strrchr(parameters, '}'), 32, ", \"force\": true}");
    zerossl_string_free(zerossl_obtain(client, parameters, &error));
    WORKED(error);
}

static void check(const char *way) {
    double end = now() + 20;
    /* An op's thread needs a moment. */
    while (count_threads() > 1 && now() < end)
        pause_ms(5);
    CHECK(copies(way) == 0);
    count_parts = 0;
}

int main(void) {
    zerossl_client *client = sandbox_client();
    size_t index;
    int names;

    /* What the library frees stays. */
    CHECK(count_freed > 0);
    for (index = 0; index < sizeof key_types / sizeof key_types[0]; index++)
        for (names = 1; names <= 20; names += 1 + (int)index * 6) {
            by_text(client, key_types[index].name, key_types[index].number_size, names);
            check(key_types[index].name);
        }
    by_document(client);
    check("by document");
    by_op(client);
    check("by op");
    given(client);
    check("given");
    obtained(client);
    check("obtained");
    for (index = 0; index < 2; index++) {
        const char *auth = index == 0 ? "query" : "header";
        key_in_settings(auth);
        check(auth);
        key_in_file(auth);
        check("from a file");
    }
    zerossl_client_free(client);
    return finish();
}
