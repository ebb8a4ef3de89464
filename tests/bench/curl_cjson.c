/* The same calls with libcurl and cJSON: curl_cjson URL one|page|thousand CALLS
 *
 * As one would write it without a library: a handle and a buffer that are used
 * again, the answer parsed, common_name and status of each certificate read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <curl/curl.h>

struct body {
    char *bytes;
    size_t length, room;
};

static size_t append(char *bytes, size_t size, size_t count, void *to)
{
    struct body *body = to;
    size_t more = size * count;
    if (body->room - body->length < more) {
        size_t room = 2 * (body->length + more);
        char *grown = realloc(body->bytes, room);
        if (grown == NULL)
            return 0;
        body->bytes = grown;
        body->room = room;
    }
    memcpy(body->bytes + body->length, bytes, more);
    body->length += more;
    return more;
}

static int is_readable(const cJSON *certificate)
{
    return cJSON_IsString(cJSON_GetObjectItemCaseSensitive(certificate, "common_name")) &&
           cJSON_IsString(cJSON_GetObjectItemCaseSensitive(certificate, "status"));
}

/* How many certificates of the answer can be read. */
static int readable(const struct body *body)
{
    int count = 0;
    cJSON *answer = cJSON_ParseWithLength(body->bytes, body->length);
    const cJSON *results = cJSON_GetObjectItemCaseSensitive(answer, "results");
    if (results != NULL) {
        const cJSON *certificate;
        cJSON_ArrayForEach(certificate, results) count += is_readable(certificate);
    } else {
        count = is_readable(answer);
    }
    cJSON_Delete(answer);
    return count;
}

int main(int argc, char **argv)
{
    struct body body = {NULL, 0, 0};
    char url[256];
    int failed = 0;
    if (argc != 4) {
        fprintf(stderr, "usage: curl_cjson URL one|page|thousand CALLS\n");
        return 2;
    }
    int count = strcmp(argv[2], "thousand") == 0 ? 1000 : strcmp(argv[2], "page") == 0 ? 100 : 1;
    long calls = strtol(argv[3], NULL, 10);
    const char *id = count == 1 ? "/0123456789abcdef0123456789abcdef" : "";
    snprintf(url, sizeof url, "%s/certificates%s?access_key=bench&limit=%d", argv[1], id, count);

    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL *curl = curl_easy_init();
    if (curl == NULL)
        return 1;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    for (; calls > 0 && !failed; calls--) {
        body.length = 0;
        failed = curl_easy_perform(curl) != CURLE_OK || readable(&body) != count;
    }
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    free(body.bytes);
    if (failed)
        fprintf(stderr, "the answer is not the one that was asked for\n");
    return failed;
}
