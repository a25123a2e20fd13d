/* GETs whose answer is a 304: as many as N keep-alive connections manage, one after the other.

   get_unchanged PORT PATH TAG CONNECTIONS SECONDS

   In wrk's place, which waits for a body when a 304 says how long the 200's is (RFC 9110 §8.6 lets
   it). Prints one line of JSON. */
#include "common.h"
#include <sys/epoll.h>

enum { SAMPLES = 1 << 20, CONNECTIONS = 1024 };

struct connection {
  int fd;
  int64_t sent;
};

static struct connection connections[CONNECTIONS];
static char request[1024];
static size_t request_length;
static int64_t latencies[SAMPLES];
static size_t requests, errors;

static void ask(struct connection *c) {
  c->sent = now_ns();
  if (send(c->fd, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length)
    fail("send");
}

/* The answers are small and arrive whole: the head, and nothing after it. */
static void receive(struct connection *c) {
  char answer[4096];
  ssize_t count = recv(c->fd, answer, sizeof answer, 0);
  if (count <= 0)
    fail("the server closed a connection");
  if (count < 16 || memcmp(answer, "HTTP/1.1 304 ", 13) != 0 ||
      memcmp(answer + count - 4, "\r\n\r\n", 4) != 0)
    errors++;
  latencies[requests++ % SAMPLES] = now_ns() - c->sent;
  ask(c);
}

int main(int argc, char **argv) {
  if (argc != 6 || atoi(argv[4]) > CONNECTIONS)
    return 64;
  int count = atoi(argv[4]);
  request_length = (size_t)snprintf(
      request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nIf-None-Match: %s\r\n\r\n",
      argv[2], argv[1], argv[3]);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < count; i++) {
    connections[i].fd = begin_connect((uint16_t)atoi(argv[1]), i);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};
    epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event);
  }
  usleep(100000);
  int64_t start = now_ns(), end = start + (int64_t)atoi(argv[5]) * 1000000000;
  for (int i = 0; i < count; i++)
    ask(&connections[i]);
  while (now_ns() < end) {
    struct epoll_event events[CONNECTIONS];
    int ready = epoll_wait(epoll, events, CONNECTIONS, 1000);
    for (int i = 0; i < ready; i++)
      receive(events[i].data.ptr);
  }
  double seconds = (double)(now_ns() - start) / 1e9;
  size_t kept = requests < SAMPLES ? requests : SAMPLES;
  qsort(latencies, kept, sizeof *latencies, compare_int64);
  printf("{\"requests\": %zu, \"seconds\": %.6f, \"errors\": %zu, \"p50_ms\": %.4f, "
         "\"p99_ms\": %.4f}\n",
         requests, seconds, errors, (double)percentile(latencies, kept, 0.5) / 1e6,
         (double)percentile(latencies, kept, 0.99) / 1e6);
  return 0;
}
