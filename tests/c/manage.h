/* The sandbox's management interface, whose address is in SANDBOX_MANAGEMENT. */
#ifndef MANAGE_H
#define MANAGE_H

#include "server.h"

/* Sends a request, which has to succeed, and returns the body of the answer; the caller frees it. */
static inline char *manage(const char *method, const char *path, const char *body) {
    const char *url = getenv("SANDBOX_MANAGEMENT"), *colon;
    char request[4096];
    struct sockaddr_in address;
    size_t length = 0, room = 65536;
    ssize_t count;
    char *answer = (char *)malloc(room), *content;
    int connection = socket(AF_INET, SOCK_STREAM, 0);

    CHECK(url != NULL && answer != NULL && connection >= 0);
    colon = strrchr(url, ':');
    CHECK(colon != NULL);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)atoi(colon + 1));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(connect(connection, (struct sockaddr *)&address, sizeof address) == 0);
    count = snprintf(request, sizeof request,
                     "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %lu\r\n\r\n%s", method,
                     path, (unsigned long)strlen(body), body);
    CHECK(count > 0 && (size_t)count < sizeof request);
    CHECK(send(connection, request, (size_t)count, MSG_NOSIGNAL) == count);
    while ((count = recv(connection, answer + length, room - length - 1, 0)) > 0) {
        length += (size_t)count;
        if (length + 1 == room) {
            answer = (char *)realloc(answer, room *= 2);
            CHECK(answer != NULL);
        }
    }
    close(connection);
    answer[length] = '\0';
    content = strstr(answer, "\r\n\r\n");
    if (strncmp(answer, "HTTP/1.1 200", 12) != 0 || content == NULL)
        check_failed(__FILE__, __LINE__, answer);
    memmove(answer, content + 4, strlen(content + 4) + 1);
    return answer;
}

#endif
