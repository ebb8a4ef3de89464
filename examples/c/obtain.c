/* From names to a certificate, step by step, with validation by file.
 *
 *     export ZEROSSL_ACCESS_KEY=...
 *     cc obtain.c $(pkg-config --cflags --libs zerossl) -o obtain
 *     ./obtain --webroot /var/www/html --out certificates example.com www.example.com
 *
 * The webroot is what your web server shows at http://example.com/. Written to the output folder: privkey.pem, cert.pem,
 * chain.pem, fullchain.pem. Names in ASCII. */
#define _POSIX_C_SOURCE 200809L
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zerossl.h>

/* The service issues within seconds, and at times takes a quarter of an hour. */
#define PATIENCE 1800

static const char *webroot, *out;
static char **names;
static zerossl_client *client;

static int failed(const char *why, const char *what) {
    fprintf(stderr, "error: %s%s\n", why, what);
    return -1;
}

/* printf into new memory. */
static char *format(const char *pattern, ...) {
    va_list arguments;
    size_t size;
    char *text;

    va_start(arguments, pattern);
    size = (size_t)vsnprintf(NULL, 0, pattern, arguments) + 1;
    va_end(arguments);
    text = malloc(size);
    if (text == NULL)
        abort();
    va_start(arguments, pattern);
    vsnprintf(text, size, pattern, arguments);
    va_end(arguments);
    return text;
}

/* Runs an operation and frees the parameters; if it fails, says why. */
static char *call(const char *operation, char *params, zerossl_error **kept) {
    zerossl_error *error;
    char *answer = zerossl_call(client, operation, params, &error);

    free(params);
    if (kept)
        *kept = error;
    else if (error)
        failed(zerossl_error_message(error), "");
    if (!kept)
        zerossl_error_free(error);
    return answer;
}

/* The names as a JSON array. */
static char *domains(void) {
    char *list = format(""), **name;

    for (name = names; *name; name++) {
        char *quoted = zerossl_json_quote(*name);
        char *longer = format("%s%s%s", list, *list ? ", " : "", quoted ? quoted : "\"\"");
        zerossl_string_free(quoted);
        free(list);
        list = longer;
    }
    return list;
}

/* `how` is O_TRUNC, or O_EXCL where nothing may be overwritten. */
static int write_file(const char *path, const char *text, int how, mode_t mode) {
    int fd = open(path, O_WRONLY | O_CREAT | how, mode);
    size_t length = strlen(text);
    int written = fd >= 0 && write(fd, text, length) == (ssize_t)length && fsync(fd) == 0;

    if (fd >= 0 && close(fd) != 0)
        written = 0;
    return written ? 0 : failed(path, ": it cannot be written");
}

/* Writes a field of an answer into the output folder. */
static int save(const char *answer, const char *pointer, const char *name, int how, mode_t mode) {
    char *text = zerossl_json_get(answer, pointer), *path = format("%s/%s", out, name);
    int outcome = text ? write_file(path, text, how, mode) : failed("the answer lacks ", pointer);

    zerossl_string_free(text);
    free(path);
    return outcome;
}

/* Makes key and CSR. The key is safe before anything is ordered: a certificate without its key is lost. It takes its
 * place beside the certificate at the end, so that the files that are in use always belong together. One that is there
 * is of an earlier run, whose order may still be issued. */
static char *make_csr(void) {
    char *list = domains(), *answer = call("generate_csr", format("{\"domains\": [%s]}", list), NULL);
    char *csr = NULL;

    if (answer && save(answer, "/private_key", "privkey.pem.new", O_EXCL, 0600) == 0)
        csr = zerossl_json_get(answer, "/csr");
    zerossl_string_free(answer);
    free(list);
    return csr;
}

static void forget_key(void) {
    char *path = format("%s/privkey.pem.new", out);

    unlink(path);
    free(path);
}

static char *create_order(const char *csr) {
    char *list = domains(), *quoted = zerossl_json_quote(csr);
    zerossl_error *error;
    char *order = call("create_certificate",
                       format("{\"domains\": [%s], \"csr\": %s, \"strict_domains\": true}", list, quoted), &error);

    if (error) {
        failed(zerossl_error_message(error), "");
        /* Unless the order may exist, its key is of no use. */
        if (zerossl_error_code(error) != ZEROSSL_E_AMBIGUOUS)
            forget_key();
    }
    zerossl_error_free(error);
    zerossl_string_free(quoted);
    free(list);
    return order;
}

/* The file's content: some lines, without a newline at the end. */
static char *content_of(const char *order, const char *name) {
    char *content = format("");
    int line;

    for (line = 0;; line++) {
        char *pointer = format("/validation/other_methods/%s/file_validation_content/%d", name, line);
        char *text = zerossl_json_get(order, pointer), *longer;

        free(pointer);
        if (text == NULL)
            return content;
        longer = format("%s%s%s", content, line ? "\n" : "", text);
        zerossl_string_free(text);
        free(content);
        content = longer;
    }
}

/* Whether it is a name such as 0123ABCD.txt: the service must not choose where we write. */
static int is_file_name(const char *name) {
    size_t length = strlen(name), index;

    if (length < 5 || strcmp(name + length - 4, ".txt") != 0)
        return 0;
    for (index = 0; index < length - 4; index++)
        if (!isalnum((unsigned char)name[index]))
            return 0;
    return 1;
}

/* Writes one validation file to where the service will look for it, or takes it away again. */
static int publish(const char *order, const char *name, int remove_it) {
    char *pointer = format("/validation/other_methods/%s/file_validation_url_http", name);
    char *url = zerossl_json_get(order, pointer), *content = content_of(order, name), *path = NULL;
    const char *file = url && strrchr(url, '/') ? strrchr(url, '/') + 1 : "";
    int outcome = -1;

    free(pointer);
    if (!is_file_name(file)) {
        failed("the service wants a file with an odd name for ", name);
    } else {
        path = format("%s/.well-known/pki-validation/%s", webroot, file);
        if (remove_it)
            /* Names with one webroot share the file. */
            outcome = unlink(path) == 0 || errno == ENOENT ? 0 : failed("cannot be removed: ", path);
        else if ((outcome = write_file(path, content, O_TRUNC, 0644)) == 0)
            printf("published for %s\n", url);
    }
    zerossl_string_free(url);
    free(content);
    free(path);
    return outcome;
}

static int publish_all(const char *order, int remove_them) {
    char **name;

    for (name = names; *name; name++)
        if (publish(order, *name, remove_them) != 0)
            return -1;
    return 0;
}

/* Waits until it is issued. `refused` is what the verification said, if it failed. */
static int wait_until_issued(const char *id, const zerossl_error *refused) {
    const struct timespec pause = {5, 0};
    time_t deadline = time(NULL) + PATIENCE;

    for (;;) {
        char *answer = call("get_certificate", format("{\"id\": \"%s\"}", id), NULL);
        char *status = answer ? zerossl_json_get(answer, "/status") : NULL;
        int is_draft = status && strcmp(status, "draft") == 0;
        int is_pending = status && strcmp(status, "pending_validation") == 0;
        int outcome = 1;

        if (status == NULL)
            outcome = -1;
        else if (strcmp(status, "issued") == 0)
            outcome = 0;
        else if (is_draft && refused)
            outcome = failed(zerossl_error_message(refused), "");
        else if (!(is_draft || is_pending) || time(NULL) >= deadline)
            outcome = failed("not issued, see the dashboard; the certificate is ", status);
        else
            printf("waiting: %s\n", status);
        zerossl_string_free(answer);
        zerossl_string_free(status);
        if (outcome != 1)
            return outcome;
        nanosleep(&pause, NULL);
    }
}

/* Lets the service look for the files. */
static int validate(const char *order, const char *id) {
    zerossl_error *error = NULL;
    char *verified;
    int outcome;

    if (publish_all(order, 0) != 0)
        return -1;
    verified = call("verify_domains", format("{\"id\": \"%s\", \"validation_method\": \"HTTP_CSR_HASH\"}", id), &error);
    zerossl_string_free(verified);
    /* After a refusal the certificate's own status decides: the call may have worked all the same. */
    if (error && zerossl_error_code(error) != ZEROSSL_E_VALIDATION && zerossl_error_code(error) != ZEROSSL_E_API)
        outcome = failed(zerossl_error_message(error), "");
    else
        outcome = wait_until_issued(id, error);
    zerossl_error_free(error);
    /* The service looks a second time, so the files stay until now. */
    if (publish_all(order, 1) != 0)
        return -1;
    if (outcome == 0)
        printf("issued\n");
    return outcome;
}

static int download(const char *id) {
    char *answer = call("download_certificate", format("{\"id\": \"%s\"}", id), NULL);
    char *new_key = format("%s/privkey.pem.new", out), *key = format("%s/privkey.pem", out);
    int outcome = answer && save(answer, "/certificate", "cert.pem", O_TRUNC, 0644) == 0 &&
                          save(answer, "/ca_bundle", "chain.pem", O_TRUNC, 0644) == 0 &&
                          save(answer, "/fullchain", "fullchain.pem", O_TRUNC, 0644) == 0
                      ? 0
                      : -1;

    if (outcome == 0 && rename(new_key, key) != 0)
        outcome = failed(new_key, ": it cannot be renamed");
    free(new_key);
    free(key);
    zerossl_string_free(answer);
    if (outcome == 0)
        printf("written to %s: privkey.pem, cert.pem, chain.pem, fullchain.pem\n", out);
    return outcome;
}

/* A draft takes a place in the quota, so one that was refused is cancelled; anything else may still be issued, and keeps
 * its key. If this fails too, the first error is the one to tell. */
static void give_up(const char *id) {
    zerossl_error *ignored;
    char *answer = call("get_certificate", format("{\"id\": \"%s\"}", id), &ignored);
    char *status = answer ? zerossl_json_get(answer, "/status") : NULL;

    zerossl_error_free(ignored);
    zerossl_string_free(answer);
    if (status && strcmp(status, "draft") == 0) {
        answer = call("cancel_certificate", format("{\"id\": \"%s\"}", id), &ignored);
        if (answer)
            forget_key();
        zerossl_error_free(ignored);
        zerossl_string_free(answer);
    }
    zerossl_string_free(status);
}

static int issue(void) {
    char *csr = make_csr(), *order = NULL, *id = NULL;
    int outcome = -1;

    if (csr) {
        printf("key and CSR made\n");
        order = create_order(csr);
    }
    if (order)
        id = zerossl_json_get(order, "/id");
    if (id) {
        printf("ordered: %s\n", id);
        outcome = validate(order, id);
        if (outcome == 0)
            outcome = download(id);
        else
            give_up(id);
    }
    zerossl_string_free(csr);
    zerossl_string_free(order);
    zerossl_string_free(id);
    return outcome;
}

int main(int count, char **arguments) {
    zerossl_error *error;
    char *folder;
    int outcome;

    if (count < 6 || strcmp(arguments[1], "--webroot") != 0 || strcmp(arguments[3], "--out") != 0) {
        fprintf(stderr, "usage: obtain --webroot FOLDER --out FOLDER NAME...\n");
        return 2;
    }
    /* Progress shows at once, in a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    webroot = arguments[2];
    out = arguments[4];
    names = arguments + 5;
    folder = format("%s/.well-known", webroot);
    mkdir(folder, 0755);
    free(folder);
    folder = format("%s/.well-known/pki-validation", webroot);
    mkdir(folder, 0755);
    free(folder);

    /* The key comes from ZEROSSL_ACCESS_KEY, and ZEROSSL_BASE_URL may lead to a sandbox. */
    client = zerossl_client_new("{\"user_agent\": \"obtain-example\"}", &error);
    outcome = client ? issue() : failed(zerossl_error_message(error), "");
    zerossl_error_free(error);
    zerossl_client_free(client);
    return outcome == 0 ? 0 : 1;
}
