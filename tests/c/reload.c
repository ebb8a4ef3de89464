/* Loads, uses and unloads the library in a loop. The argument is its path. */
#include <dlfcn.h>

#include "check.h"

typedef zerossl_client *(*client_new_fn)(const char *, zerossl_error **);
typedef void (*client_free_fn)(zerossl_client *);
typedef char *(*call_fn)(const zerossl_client *, const char *, const char *, zerossl_error **);
typedef void (*string_free_fn)(char *);

/* ISO C has no conversion from an object pointer to a function pointer; POSIX guarantees this one. */
#define LOAD(library, function, name) \
    (*(void **)(&(function)) = dlsym(library, name), CHECK((function) != NULL))

int main(int count, char **arguments) {
    int round;

    CHECK(count == 2);
    for (round = 0; round < 25; round++) {
        void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
        client_new_fn client_new;
        client_free_fn client_free;
        call_fn call;
        string_free_fn string_free;
        zerossl_client *client;
        zerossl_error *error;
        char *answer;

        if (library == NULL)
            check_failed(__FILE__, __LINE__, dlerror());
        LOAD(library, client_new, "zerossl_client_new");
        LOAD(library, client_free, "zerossl_client_free");
        LOAD(library, call, "zerossl_call");
        LOAD(library, string_free, "zerossl_string_free");
        client = client_new("{\"requests_per_second\": 0}", &error);
        CHECK(client != NULL);
        answer = call(client, "list_certificates", NULL, &error);
        CHECK(answer != NULL);
        string_free(answer);
        client_free(client);
        CHECK(dlclose(library) == 0);
    }
    return 0;
}
