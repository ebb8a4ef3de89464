/* The process of the host is not changed: signals, umask, locale, environment. The library's threads block signals. */
#include <locale.h>
#include <signal.h>
#include <sys/stat.h>

#include "server.h"

extern char **environ;

#define SIGNALS 64

static void dispositions(struct sigaction *actions) {
    int number;
    for (number = 1; number < SIGNALS; number++)
        sigaction(number, NULL, &actions[number]);
}

static mode_t current_umask(void) {
    mode_t mask = umask(022);
    umask(mask);
    return mask;
}

/* The blocked signals of a thread, from /proc. */
static unsigned long long blocked(const char *thread) {
    char path[300], line[256];
    unsigned long long mask = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/self/task/%s/status", thread);
    file = fopen(path, "r");
    if (file == NULL)
        return ~0ull;
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "SigBlk:", 7) == 0)
            mask = strtoull(line + 7, NULL, 16);
    fclose(file);
    return mask;
}

/* Every thread but the first belongs to the library, and blocks all signals that can be blocked. */
static int our_threads(void) {
    /* SIGKILL and SIGSTOP cannot; 32 and 33 are libc's own. */
    const unsigned long long never = 1ull << 8 | 1ull << 18 | 1ull << 31 | 1ull << 32;
    char own[32];
    int count = 0;
    struct dirent *entry;
    DIR *tasks = opendir("/proc/self/task");

    snprintf(own, sizeof own, "%d", (int)getpid());
    CHECK(tasks != NULL);
    while ((entry = readdir(tasks)) != NULL) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, own) == 0)
            continue;
        CHECK((blocked(entry->d_name) | never) == ~0ull);
        count++;
    }
    closedir(tasks);
    return count;
}

int main(void) {
    static struct sigaction before[SIGNALS], after[SIGNALS];
    sigset_t mask_before, mask_after;
    int port, listener = listen_somewhere(&port), number;
    mode_t umask_before = current_umask();
    char **environ_before = environ, *locale = setlocale(LC_ALL, NULL);
    zerossl_client *client, *waiting;
    zerossl_error *error;
    zerossl_op *op;
    char *answer;

    dispositions(before);
    sigprocmask(SIG_SETMASK, NULL, &mask_before);

    client = sandbox_client();
    answer = zerossl_list_certificates(client, NULL, &error);
    WORKED(error);
    zerossl_string_free(answer);
    waiting = client_at(port, "");
    op = zerossl_op_start(waiting, "list_certificates", NULL, &error);
    WORKED(error);
    CHECK(our_threads() >= 1);
    zerossl_op_free(op);
    zerossl_client_free(waiting);
    zerossl_client_free(client);

    dispositions(after);
    for (number = 1; number < SIGNALS; number++)
        CHECK(before[number].sa_handler == after[number].sa_handler);
    sigprocmask(SIG_SETMASK, NULL, &mask_after);
    for (number = 1; number < SIGNALS; number++)
        CHECK(sigismember(&mask_before, number) == sigismember(&mask_after, number));
    CHECK(current_umask() == umask_before);
    CHECK(environ == environ_before);
    SAME(setlocale(LC_ALL, NULL), locale);
    close(listener);
    return finish();
}
