/* Plays cases for run.py, through the C functions.
 *
 * Input, for each case: `call` or `named`, an operation, and a client's configuration and the parameters as one line of
 * JSON each. Output: `ok` or `error`, the length of the JSON that follows, and that JSON. */
#include <dlfcn.h>

#include "check.h"

#define LINE 4000000

typedef char *(*operation_fn)(const zerossl_client *, const char *, zerossl_error **);

static char *read_line(void) {
    static char line[LINE];
    size_t length;

    if (fgets(line, sizeof line, stdin) == NULL)
        return NULL;
    length = strlen(line);
    CHECK(length > 0 && line[length - 1] == '\n');
    line[length - 1] = '\0';
    return strdup(line);
}

static void tell(const char *what, const char *json) {
    printf("%s %lu\n%s\n", what, (unsigned long)strlen(json), json);
    fflush(stdout);
}

static char *play(const char *way, const zerossl_client *client, const char *operation, const char *params,
                  zerossl_error **error) {
    char name[100];
    operation_fn function;

    if (strcmp(way, "call") == 0)
        return zerossl_call(client, operation, params, error);
    snprintf(name, sizeof name, "zerossl_%s", operation);
    *(void **)&function = dlsym(RTLD_DEFAULT, name);
    CHECK(function != NULL);
    return function(client, params, error);
}

int main(void) {
    char *way;

    while ((way = read_line()) != NULL) {
        char *operation = read_line(), *config = read_line(), *params = read_line();
        zerossl_error *error = no_error_yet();
        zerossl_client *client = zerossl_client_new(config, &error);
        char *answer = client ? play(way, client, operation, params, &error) : NULL;

        CHECK((answer == NULL) == (error != NULL));
        if (answer)
            tell("ok", answer);
        else
            tell("error", zerossl_error_json(error));
        zerossl_string_free(answer);
        zerossl_error_free(error);
        zerossl_client_free(client);
        free(way);
        free(operation);
        free(config);
        free(params);
    }
    return 0;
}
