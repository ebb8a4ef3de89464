/* A client, its token, the client that is bound to it and an op, used and freed in every order, by several threads, with
 * forks at random. */
#include <pthread.h>
#include <sys/wait.h>

#include "server.h"

/* A child of several threads may find a lock of the sanitizer's own allocator taken, and hang. */
#if defined(__SANITIZE_ADDRESS__)
#define MAY_FORK 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MAY_FORK 0
#endif
#endif
#ifndef MAY_FORK
#define MAY_FORK 1
#endif

enum { STEPS = 6, THREADS = 4 };

static int port;
static unsigned seed;

struct objects {
    zerossl_client *client, *bound;
    zerossl_cancel_token *token;
    zerossl_op *op;
};

static void step(struct objects *objects, int number) {
    zerossl_error *error = no_error_yet();
    char *event;

    switch (number) {
    case 0:
        zerossl_client_free(objects->client);
        break;
    case 1:
        zerossl_client_free(objects->bound);
        break;
    case 2:
        zerossl_cancel_token_free(objects->token);
        objects->token = NULL;
        break;
    case 3:
        zerossl_cancel_token_cancel(objects->token);
        break;
    case 4:
        if (objects->op && zerossl_op_next(objects->op, 1, &event, &error) == ZEROSSL_EVENT)
            zerossl_string_free(event);
        break;
    default:
        zerossl_op_free(objects->op);
        objects->op = NULL;
    }
}

/* In a child, what is the parent's is freed, and something new works. */
static void in_a_child(struct objects *objects) {
    zerossl_error *error = no_error_yet();
    zerossl_cancel_token *token = zerossl_cancel_token_new();
    zerossl_client *client, *bound;
    int number;

    for (number = 2; number < STEPS; number++)
        step(objects, number);
    client = client_at(port, "");
    bound = zerossl_client_with_cancel(client, token, &error);
    zerossl_cancel_token_cancel(token);
    CHECK(zerossl_list_certificates(bound, NULL, &error) == NULL);
    _exit(zerossl_error_code(error) == ZEROSSL_E_CANCELLED ? 0 : 1);
}

static void play(const int *order, unsigned *random) {
    struct objects objects;
    zerossl_error *error = no_error_yet();
    int index, fork_at = rand_r(random) % 20;

    objects.client = client_at(port, "");
    objects.token = zerossl_cancel_token_new();
    objects.bound = zerossl_client_with_cancel(objects.client, objects.token, &error);
    WORKED(error);
    objects.op = zerossl_op_start(objects.bound, "list_certificates", NULL, &error);
    WORKED(error);
    if (rand_r(random) % 4 == 0)
        pause_ms(rand_r(random) % 120);
    for (index = 0; index < STEPS; index++) {
        if (MAY_FORK && index == fork_at) {
            int status = 1;
            pid_t child = fork();
            if (child == 0)
                in_a_child(&objects);
            CHECK(child > 0 && waitpid(child, &status, 0) == child);
            if (status != 0)
                fprintf(stderr, "seed %u: the child ended with %d\n", seed, status);
            CHECK(status == 0);
        }
        step(&objects, order[index]);
    }
}

/* Every order, of which each thread plays its share. */
static void permute(int *order, int from, int *count, int share, unsigned *random) {
    int index, swapped;
    if (from == STEPS) {
        if ((*count)++ % THREADS == share)
            play(order, random);
        return;
    }
    for (index = from; index < STEPS; index++) {
        swapped = order[from], order[from] = order[index], order[index] = swapped;
        permute(order, from + 1, count, share, random);
        swapped = order[from], order[from] = order[index], order[index] = swapped;
    }
}

static void *worker(void *share) {
    int order[STEPS], index, count = 0, number = *(int *)share;
    unsigned random = seed + (unsigned)number;
    for (index = 0; index < STEPS; index++)
        order[index] = index;
    permute(order, 0, &count, number, &random);
    CHECK(count == 720);
    return NULL;
}

int main(void) {
    int listener = listen_somewhere(&port), shares[THREADS], index;
    pthread_t threads[THREADS];

    seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
    for (index = 0; index < THREADS; index++) {
        shares[index] = index;
        CHECK(pthread_create(&threads[index], NULL, worker, &shares[index]) == 0);
    }
    for (index = 0; index < THREADS; index++)
        CHECK(pthread_join(threads[index], NULL) == 0);
    close(listener);
    return finish();
}
