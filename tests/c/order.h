/* A draft on the account. */
#ifndef ORDER_H
#define ORDER_H

#include "check.h"

static inline void order(const zerossl_client *client, const char *name) {
    char params[8192], *made, *csr, *quoted;
    zerossl_error *error;

    snprintf(params, sizeof params, "{\"domains\": [\"%s\"]}", name);
    made = zerossl_generate_csr(client, params, &error);
    WORKED(error);
    csr = zerossl_json_get(made, "/csr");
    quoted = zerossl_json_quote(csr);
    snprintf(params, sizeof params, "{\"domains\": [\"%s\"], \"csr\": %s}", name, quoted);
    zerossl_string_free(zerossl_create_certificate(client, params, &error));
    WORKED(error);
    zerossl_string_free(made);
    zerossl_string_free(csr);
    zerossl_string_free(quoted);
}

#endif
