/* Reads four fields of each certificate of a list: documents ours|cjson|get FILE TIMES
 *
 * `ours` is a document of libzerossl, `cjson` the same with cJSON, and `get` zerossl_json_get for each field of a few
 * certificates, which parses the text each time. Prints the bytes that were read, so that all can be seen to read the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "zerossl.h"

static const char *const fields[] = {"id", "common_name", "status", "expires"};
enum { FIELDS = 4, FEW = 3 };

static size_t ours(const char *text) {
    zerossl_doc *doc = zerossl_doc_parse(text, NULL);
    const zerossl_node *list = zerossl_doc_at(doc, "/results");
    size_t sum = 0, length;
    int64_t index, count = zerossl_node_count(list);
    int field;

    for (index = 0; index < count; index++)
        for (field = 0; field < FIELDS; field++)
            if (zerossl_node_text(zerossl_node_member(zerossl_node_item(list, index), fields[field]), &length))
                sum += length;
    zerossl_doc_free(doc);
    return sum;
}

static size_t cjson(const char *text) {
    cJSON *doc = cJSON_Parse(text);
    const cJSON *certificate;
    size_t sum = 0;
    int field;

    cJSON_ArrayForEach(certificate, cJSON_GetObjectItemCaseSensitive(doc, "results"))
        for (field = 0; field < FIELDS; field++) {
            const char *found =
                cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(certificate, fields[field]));
            if (found)
                sum += strlen(found);
        }
    cJSON_Delete(doc);
    return sum;
}

static size_t get(const char *text) {
    size_t sum = 0;
    int index, field;

    for (index = 0; index < FEW; index++)
        for (field = 0; field < FIELDS; field++) {
            char pointer[64], *found;
            snprintf(pointer, sizeof pointer, "/results/%d/%s", index, fields[field]);
            found = zerossl_json_get(text, pointer);
            if (found)
                sum += strlen(found);
            zerossl_string_free(found);
        }
    return sum;
}

int main(int argc, char **argv) {
    size_t (*way)(const char *), sum = 0, length;
    static char text[4 << 20];
    FILE *file;
    int times;

    if (argc != 4 || (file = fopen(argv[2], "rb")) == NULL)
        return 2;
    length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    way = strcmp(argv[1], "ours") == 0 ? ours : strcmp(argv[1], "cjson") == 0 ? cjson : get;
    for (times = atoi(argv[3]); times > 0; times--)
        sum += way(text);
    printf("%lu\n", (unsigned long)sum);
    return 0;
}
