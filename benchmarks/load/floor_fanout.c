/* The physical floor of a fan-out: one loop of send(2) over all sockets.

   floor_fanout

   Prints its port. A GET gets the head of an event stream and stays open; the body of a POST is
   sent to all of them, as one chunk. Ends when its standard input does. */
#include "common.h"
#include <sys/epoll.h>

enum { MAX_DESCRIPTORS = 65536 };

static int streams[MAX_DESCRIPTORS];
static size_t stream_count;

static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n";

static void close_stream(int fd) {
  for (size_t i = 0; i < stream_count; i++)
    if (streams[i] == fd) {
      streams[i] = streams[--stream_count];
      break;
    }
  close(fd);
}

static void fan_out(const char *body, size_t size) {
  char frame[65536];
  int length = snprintf(frame, sizeof frame, "%zx\r\n%.*s\r\n", size, (int)size, body);
  for (size_t i = 0; i < stream_count; i++)
    if (send(streams[i], frame, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
      fail("send");
}

static void serve(int fd) {
  char request[65536];
  ssize_t count = recv(fd, request, sizeof request - 1, MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN)
    return;
  if (count <= 0) {
    close_stream(fd);
    return;
  }
  request[count] = 0;
  if (request[0] == 'G') {
    if (send(fd, head, sizeof head - 1, MSG_NOSIGNAL) < 0)
      fail("send");
    streams[stream_count++] = fd;
    return;
  }
  char *body = strstr(request, "\r\n\r\n");
  if (body == NULL)
    return;
  body += 4;
  fan_out(body, (size_t)(request + count - body));
  static const char done[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  if (send(fd, done, sizeof done - 1, MSG_NOSIGNAL) < 0)
    fail("send");
}

int main(void) {
  raise_descriptor_limit();
  int listener = listen_and_print(SOCK_NONBLOCK);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  int watched[] = {listener, STDIN_FILENO};
  for (int i = 0; i < 2; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = watched[i]};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, watched[i], &event) != 0)
      fail("epoll_ctl");
  }
  for (;;) {
    struct epoll_event events[256];
    int count = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == STDIN_FILENO)
        return 0;
      if (fd != listener) {
        serve(fd);
        continue;
      }
      int client;
      while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        int on = 1;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = client};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event) != 0)
          fail("epoll_ctl");
      }
    }
  }
}
