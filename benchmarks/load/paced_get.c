/* GETs at a fixed pace over keep-alive connections, each timed from the moment it was due.

   paced_get PORT PATH PER_SECOND SECONDS

   An answer that comes late delays no later request, so a server that stalls can't hide it
   (coordinated omission). Prints one line of JSON. */
#include "common.h"
#include <sys/epoll.h>
#include <sys/timerfd.h>

/* Enough that a connection's answer is long there when its turn comes again. */
enum { CONNECTIONS = 128, PENDING = 1024 };

struct connection {
  int fd;
  unsigned sent, answered;
  int64_t due[PENDING];
};

static struct connection connections[CONNECTIONS];
static char request[1024];
static size_t request_length;
static int64_t *latencies;
static size_t answers, errors;

static void send_next(struct connection *c, int64_t due) {
  c->due[c->sent++ % PENDING] = due;
  if (send(c->fd, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length)
    fail("send");
}

static void receive(struct connection *c, size_t capacity) {
  char buffer[16384];
  ssize_t count = recv(c->fd, buffer, sizeof buffer - 1, 0);
  if (count <= 0) {
    if (count < 0 && errno == EAGAIN)
      return;
    fail("the server closed a connection");
  }
  int64_t now = now_ns();
  buffer[count] = 0;
  /* The answers are small and arrive whole: each begins with its status line. */
  for (char *at = buffer; (at = strstr(at, "HTTP/1.1 ")) != NULL; at += 9) {
    if (strncmp(at + 9, "200", 3) != 0)
      errors++;
    if (answers < capacity)
      latencies[answers++] = now - c->due[c->answered++ % PENDING];
  }
}

int main(int argc, char **argv) {
  if (argc != 5)
    return 64;
  uint16_t port = (uint16_t)atoi(argv[1]);
  int rate = atoi(argv[3]);
  size_t total = (size_t)rate * (size_t)atoi(argv[4]);
  latencies = calloc(total, sizeof *latencies);
  request_length = (size_t)snprintf(request, sizeof request,
                                    "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", argv[2]);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < CONNECTIONS; i++) {
    connections[i].fd = begin_connect(port, i);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};
    epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event);
  }
  usleep(200000);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  int64_t period = 1000000000 / rate, start = now_ns() + period;
  struct itimerspec pace = {
      .it_interval = {.tv_sec = period / 1000000000, .tv_nsec = period % 1000000000},
      .it_value = {.tv_sec = start / 1000000000, .tv_nsec = start % 1000000000}};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &pace, NULL);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
  int64_t deadline = start + period * (int64_t)total + 5000000000;
  for (size_t sent = 0; answers < total && now_ns() < deadline;) {
    struct epoll_event events[64];
    int count = epoll_wait(epoll, events, 64, 1000);
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr != NULL) {
        receive(events[i].data.ptr, total);
        continue;
      }
      uint64_t ticks = 0;
      if (read(timer, &ticks, sizeof ticks) != sizeof ticks)
        continue;
      for (; ticks > 0 && sent < total; ticks--, sent++)
        send_next(&connections[sent % CONNECTIONS], start + period * (int64_t)sent);
    }
  }
  qsort(latencies, answers, sizeof *latencies, compare_int64);
  printf("{\"requests\": %zu, \"unanswered\": %zu, \"errors\": %zu, \"p50_ms\": %.4f, "
         "\"p99_ms\": %.4f, \"max_ms\": %.4f}\n",
         answers, total - answers, errors, (double)percentile(latencies, answers, 0.5) / 1e6,
         (double)percentile(latencies, answers, 0.99) / 1e6,
         answers > 0 ? (double)latencies[answers - 1] / 1e6 : 0);
  return 0;
}
