/* After everything was freed, no copy of a private key is left in this process's memory. */
#include <fcntl.h>

#include "check.h"

enum { LENGTH = 40, MASK = 0x55 };

/* A part of the key's PEM, masked, so that this is no copy. */
static unsigned char part[LENGTH];

static void remember(const char *pem) {
    const char *line = strchr(pem, '\n') + 1;
    int index;
    CHECK(strncmp(pem, "-----BEGIN ", 11) == 0 && strlen(line) > LENGTH + 20);
    for (index = 0; index < LENGTH; index++)
        part[index] = (unsigned char)line[index + 20] ^ MASK;
}

/* How often the part lies in this memory. */
static int count_in(const unsigned char *memory, size_t size) {
    size_t place;
    int count = 0, index;
    for (place = 0; place + LENGTH <= size; place++) {
        for (index = 0; index < LENGTH && memory[place + (size_t)index] == (part[index] ^ MASK); index++)
            ;
        count += index == LENGTH;
    }
    return count;
}

/* How often it lies in the memory of this process that can be written. */
static int copies(void) {
    FILE *maps = fopen("/proc/self/maps", "r");
    int memory = open("/proc/self/mem", O_RDONLY), count = 0;
    static unsigned char piece[1 << 20];
    char line[512], access[8];
    unsigned long start, end;

    CHECK(maps != NULL && memory >= 0);
    while (fgets(line, sizeof line, maps) != NULL) {
        CHECK(sscanf(line, "%lx-%lx %7s", &start, &end, access) == 3);
        if (access[1] != 'w')
            continue;
        while (start < end) {
            size_t size = end - start < sizeof piece ? end - start : sizeof piece;
            /* What was read before would be found in the piece again. */
            if (start < (unsigned long)piece + sizeof piece && start + size > (unsigned long)piece) {
                start = (unsigned long)piece + sizeof piece;
                continue;
            }
            if (pread(memory, piece, size, (off_t)start) == (ssize_t)size)
                count += count_in(piece, size);
            if (end - start == size)
                break;
            start += size - LENGTH;
        }
        memset(piece, 0, sizeof piece);
    }
    fclose(maps);
    close(memory);
    return count;
}

static const char params[] = "{\"domains\": [\"example.com\"]}";

static void by_text(const zerossl_client *client) {
    zerossl_error *error = no_error_yet();
    char *answer = zerossl_generate_csr(client, params, &error), *key, *quoted;
    WORKED(error);
    key = zerossl_json_get(answer, "/private_key");
    remember(key);
    quoted = zerossl_json_quote(key);
    CHECK(copies() > 0);
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
    remember(zerossl_node_text(zerossl_doc_at(answer, "/private_key"), NULL));
    json = zerossl_doc_json(answer);
    copy = zerossl_doc_parse(json, &error);
    WORKED(error);
    CHECK(zerossl_doc_remove(copy, "/private_key", &error) == ZEROSSL_OK);
    CHECK(copies() > 0);
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
    remember(key);
    CHECK(copies() > 0);
    zerossl_string_free(key);
    zerossl_string_free(answer);
    zerossl_op_free(op);
}

int main(void) {
    static void (*const ways[])(const zerossl_client *) = {by_text, by_document, by_op};
    zerossl_client *client = sandbox_client();
    size_t index;

    for (index = 0; index < sizeof ways / sizeof ways[0]; index++) {
        double end = now() + 20;
        int left;
        ways[index](client);
        /* An op's thread needs a moment. */
        while (count_threads() > 1 && now() < end)
            pause_ms(5);
        left = copies();
        if (left > 0)
            fprintf(stderr, "way %lu: %d copies\n", (unsigned long)index, left);
        CHECK(left == 0);
    }
    zerossl_client_free(client);
    return finish();
}
