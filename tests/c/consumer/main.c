/* A program that uses the installed library. */
#include <stdio.h>
#include <zerossl.h>

int main(void) {
    char *json = zerossl_json_get("{\"list\": [{\"a\":1}]}", "/list/0");
    printf("%s %s\n", zerossl_version(), json ? json : "?");
    zerossl_string_free(json);
    return 0;
}
