/* What the load programs share: a monotonic clock, the last word, and loopback sockets. */
#ifndef PULSE_BENCHMARK_COMMON_H
#define PULSE_BENCHMARK_COMMON_H

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Clients of one source address at most: it has about 28,000 ports, and some may be in TIME_WAIT. */
enum { CLIENTS_PER_ADDRESS = 2000 };

static inline _Noreturn void fail(const char *what) {
  perror(what);
  exit(1);
}

static inline int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* What there is to do for a program that reads its streams and answers lines. */
enum input { MOVED, LINE_READ, INPUT_ENDED };

/* Waits until a stream of `epoll_fd` can be read, or standard input has a line or its end.

   By poll(2): epoll_ctl(2) takes neither /dev/null nor a file. */
static inline enum input wait_for_input(int epoll_fd) {
  struct pollfd waited[] = {{.fd = epoll_fd, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
  while (poll(waited, 2, -1) < 1)
    ;
  if (waited[1].revents == 0)
    return MOVED;
  char line[64];
  return read(STDIN_FILENO, line, sizeof line) > 0 ? LINE_READ : INPUT_ENDED;
}

static inline void raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static inline struct sockaddr_in loopback(uint32_t last_byte, uint16_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(0x7F000000u | last_byte);
  return address;
}

/* A socket that connects to 127.0.0.1 from 127.0.0.2 and up, `CLIENTS_PER_ADDRESS` from each. */
static inline int begin_connect(uint16_t port, int client) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    fail("socket");
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  /* The port is chosen at connect: there it need only be free towards this one server. */
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  /* Closing sends a reset, so that the next round meets no ports in TIME_WAIT. */
  struct linger reset = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  struct sockaddr_in from = loopback(2 + (uint32_t)(client / CLIENTS_PER_ADDRESS), 0);
  if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0)
    fail("bind");
  struct sockaddr_in to = loopback(1, port);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS)
    fail("connect");
  return fd;
}

/* A listening socket on 127.0.0.1; its port is printed on a line of its own. */
static inline int listen_and_print(int flags) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (fd < 0)
    fail("socket");
  struct sockaddr_in address = loopback(1, 0);
  socklen_t length = sizeof address;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 4096) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &length) != 0)
    fail("listen");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

static inline int compare_int64(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* The value below which `share` of the sorted samples lie (nearest rank). */
static inline int64_t percentile(const int64_t *sorted, size_t count, double share) {
  if (count == 0)
    return 0;
  size_t rank = (size_t)(share * (double)count);
  return sorted[rank < count ? rank : count - 1];
}

#endif
