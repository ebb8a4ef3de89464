/* Children that are forked while other threads of the parent make keys and TLS connections: each can do the same. */
#include <pthread.h>
#include <sys/wait.h>

#include "check.h"

#define THREADS 4
#define CHILDREN 60
/* A signal ends a process that hangs for this many seconds. */
#define PATIENCE 60

static const char *const KEY_TYPES[] = {"ecdsa-p256", "ecdsa-p384", "rsa-2048"};

/* A new client has neither a key nor a connection yet. */
static void make_key_and_connection(const char *key_type) {
    zerossl_client *client;
    zerossl_error *error = no_error_yet();
    char config[512], parameters[128], *made, *answer;

    snprintf(config, sizeof config, "{\"requests_per_second\": 0, \"ca_file\": \"%s\"}", getenv("ZEROSSL_CA_FILE"));
    client = new_client(config);
    snprintf(parameters, sizeof parameters, "{\"domains\": [\"example.com\"], \"key_type\": \"%s\"}", key_type);
    made = zerossl_generate_csr(client, parameters, &error);
    WORKED(error);
    CHECK(strstr(made, "PRIVATE KEY") != NULL);
    zerossl_string_free(made);
    answer = zerossl_list_certificates(client, NULL, &error);
    WORKED(error);
    zerossl_string_free(answer);
    zerossl_client_free(client);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int forked_all = 0;

static int is_over(void) {
    int over;
    pthread_mutex_lock(&lock);
    over = forked_all;
    pthread_mutex_unlock(&lock);
    return over;
}

static void *be_busy(void *unused) {
    while (!is_over())
        make_key_and_connection("ecdsa-p256");
    return unused;
}

int main(void) {
    pthread_t threads[THREADS];
    int index, status;

    for (index = 0; index < THREADS; index++)
        CHECK(pthread_create(&threads[index], NULL, be_busy, NULL) == 0);
    for (index = 0; index < CHILDREN; index++) {
        pid_t pid = fork();
        CHECK(pid >= 0);
        if (pid == 0) {
            alarm(PATIENCE);
            make_key_and_connection(KEY_TYPES[index % 3]);
            _exit(0);
        }
        CHECK(waitpid(pid, &status, 0) == pid);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    pthread_mutex_lock(&lock);
    forked_all = 1;
    pthread_mutex_unlock(&lock);
    for (index = 0; index < THREADS; index++)
        CHECK(pthread_join(threads[index], NULL) == 0);
    return finish();
}
