/* Servers that hang up, at every point of a call, plain and TLS: with the default SIGPIPE, the process survives.
 *
 * The arguments are base URLs of such servers; ZEROSSL_CA_FILE has the CA of those with TLS. */
#include <signal.h>

#include "check.h"

/* Larger than a socket's buffer: the hang-up comes in the middle of writing. */
#define BODY 4000000
/* The servers hang up at eleven points, in turns. */
#define ROUNDS 11

static zerossl_client *client_of(const char *url, const char *ca_file, double timeout) {
    char config[1024];

    snprintf(config, sizeof config,
             "{\"access_key\": \"k\", \"base_url\": \"%s\", \"ca_file\": \"%s\", \"timeout\": %g,"
             " \"max_retries\": 0, \"requests_per_second\": 0}",
             url, ca_file, timeout);
    return new_client(config);
}

int main(int count, char **urls) {
    static char params[BODY + 200];
    const char *ca_file = getenv("ZEROSSL_CA_FILE");
    struct sigaction action;
    int index, round;
    size_t length;

    CHECK(ca_file != NULL && count > 1);
    CHECK(sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
    length = (size_t)sprintf(params, "{\"method\": \"POST\", \"path\": \"/x\", \"body\": {\"text\": \"");
    memset(params + length, 'x', BODY);
    strcpy(params + length + BODY, "\"}}");
    for (index = 1; index < count; index++) {
        zerossl_client *client = client_of(urls[index], ca_file, 20);
        /* A short request may fit into the buffer: then it waits for the answer. */
        zerossl_client *hasty = client_of(urls[index], ca_file, 0.3);

        for (round = 0; round < ROUNDS; round++) {
            zerossl_error *error = no_error_yet();
            char *answer = zerossl_call(client, "request", params, &error);

            CHECK(answer == NULL);
            EXPECT(error, ZEROSSL_E_NETWORK, NULL);
            answer = zerossl_list_certificates(hasty, NULL, &error);
            zerossl_string_free(answer);
            zerossl_error_free(error);
        }
        zerossl_client_free(hasty);
        zerossl_client_free(client);
    }
    return finish();
}
