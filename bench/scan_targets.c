/* One process that is every address of a network: answers each connection with one 401.
   Usage: scan_targets PORT. One epoll loop, so that it takes as little of the machine as it can. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static const char answer[] =
    "HTTP/1.1 401 Unauthorized\r\nServer: gSOAP/2.7\r\nConnection: close\r\n"
    "WWW-Authenticate: Digest realm=\"IGD\", nonce=\"5f3c0a1b2c3d4e5f\", qop=\"auth\"\r\n"
    "Content-Type: text/xml\r\nContent-Length: 0\r\n\r\n";

int main(int argc, char **argv) {
    struct rlimit files;
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[argc - 1]))};
    struct epoll_event events[512], one;
    char request[4096];
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), loop = epoll_create1(0);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&any, sizeof any) || listen(listener, 65535)) return 1;
    one.events = EPOLLIN, one.data.fd = listener;
    epoll_ctl(loop, EPOLL_CTL_ADD, listener, &one);
    for (;;) {
        int ready = epoll_wait(loop, events, 512, -1);
        for (int at = 0; at < ready; at++) {
            int fd = events[at].data.fd;
            if (fd != listener) {
                ssize_t got = read(fd, request, sizeof request);
                if (got > 0 && write(fd, answer, sizeof answer - 1) < 0) got = 0;
                close(fd);
                continue;
            }
            while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                one.events = EPOLLIN, one.data.fd = fd;
                epoll_ctl(loop, EPOLL_CTL_ADD, fd, &one);
            }
        }
    }
}
