// An exception out of a callback of the C functions is forbidden, and ends the process with a sentence.
#include <cstring>
#include <stdexcept>

#include "zerossl.h"

static void on_event(zerossl_op *, const char *, void *) { throw std::runtime_error("out of the callback"); }
static void on_line(const char *, void *) { throw std::runtime_error("out of the log"); }

int main(int count, char **arguments) {
    zerossl_error *error;
    zerossl_client *client = zerossl_client_new(nullptr, &error);
    try {
        if (count > 1 && std::strcmp(arguments[1], "log") == 0) {
            zerossl_client *logging = zerossl_client_with_log(client, on_line, nullptr, &error);
            zerossl_string_free(zerossl_list_certificates(logging, nullptr, &error));
        } else {
            zerossl_string_free(zerossl_run(client, "list_certificates", nullptr, on_event, nullptr, &error));
        }
    } catch (const std::exception &) {
        return 5;
    }
    return 0;
}
