/* Many event streams in one process, with the latency of each event at each of them.

   sse_clients PORT[,PORT...] PATH STREAMS PUBLISH EVENTS INTERVAL_MS SIZE

   With several ports, of servers that show the same, each gets an equal part of the streams.
   PUBLISH is file:STATUS_FILE (replaced by rename, as a trainer does) or post:PATH (of the same
   server). Every event carries "@<nanoseconds>@", the monotonic time just before it was published,
   so that a client knows its age. SIZE is how many bytes the published event, or the message in the
   status file, has at least.

   Opens the streams and prints "ready". Then, for each line on standard input, publishes EVENTS
   events, each when the one before has arrived everywhere, and prints one line of JSON. Ends when
   its standard input does. */
#include "common.h"
#include <sys/epoll.h>
#include <sys/stat.h>

/* Connections that are being opened at one time: below any server's backlog. */
enum { OPENING = 128 };

enum { EVENT_TIMEOUT_S = 10, MAX_EVENT = 60000, MAX_PORTS = 16 };

struct stream {
  int fd;
  bool is_open;
  /* Between two "@": the digits so far. */
  bool in_stamp;
  int64_t stamp;
  /* The stamp of the newest event that arrived. */
  int64_t newest;
};

static uint16_t ports[MAX_PORTS];
static int port_count;
static const char *path, *target;
static bool posts;
static int publisher = -1;
static size_t event_size;
static struct stream *streams;
static int stream_count, open_count;
static int epoll_fd;

/* The event that is on its way. */
static int64_t current;
static int arrived;
static int64_t newest_arrival;
static int64_t *latencies;
static size_t latency_count;

static void arrive(struct stream *s, int64_t now) {
  if (s->stamp != current || s->newest == current)
    return;
  s->newest = current;
  newest_arrival = now;
  latencies[latency_count++] = now - current;
  arrived++;
}

/* Finds stamps in bytes that may be cut anywhere. */
static void scan(struct stream *s, const char *bytes, size_t count, int64_t now) {
  const char *end = bytes + count;
  for (const char *at = bytes; at < end; at++) {
    if (!s->in_stamp) {
      at = memchr(at, '@', (size_t)(end - at));
      if (at == NULL)
        return;
      s->in_stamp = true;
      s->stamp = 0;
    } else if (*at >= '0' && *at <= '9') {
      s->stamp = s->stamp * 10 + (*at - '0');
    } else {
      s->in_stamp = false;
      if (*at == '@')
        arrive(s, now);
    }
  }
}

static void receive(struct stream *s) {
  char buffer[8192];
  ssize_t count = recv(s->fd, buffer, sizeof buffer, 0);
  if (count < 0 && errno == EAGAIN)
    return;
  if (count <= 0)
    fail("the server ended a stream");
  if (!s->is_open) {
    if (count < 12 || memcmp(buffer + 8, " 200", 4) != 0) {
      fprintf(stderr, "no stream: %.*s\n", (int)(count < 60 ? count : 60), buffer);
      exit(1);
    }
    s->is_open = true;
    open_count++;
  }
  scan(s, buffer, (size_t)count, now_ns());
}

static uint16_t port_of(const struct stream *s) {
  return ports[(s - streams) % port_count];
}

static void ask(struct stream *s) {
  char request[512];
  int length = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/event-stream\r\n\r\n",
                        path, port_of(s));
  if (send(s->fd, request, (size_t)length, MSG_NOSIGNAL) != length)
    fail("connect");
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, s->fd, &event);
}

/* Lets the streams move for `timeout_ms` at most; returns at once when nothing is under way. */
static void turn(int timeout_ms) {
  struct epoll_event events[512];
  int count = epoll_wait(epoll_fd, events, 512, timeout_ms);
  for (int i = 0; i < count; i++) {
    struct stream *s = events[i].data.ptr;
    if (s == NULL) {
      char answer[4096];
      if (recv(publisher, answer, sizeof answer, 0) <= 0)
        fail("publisher");
    } else if (events[i].events & EPOLLOUT) {
      ask(s);
    } else {
      receive(s);
    }
  }
}

static void open_streams(void) {
  int64_t deadline = now_ns() + (int64_t)60 * 1000000000;
  for (int begun = 0; open_count < stream_count;) {
    for (; begun < stream_count && begun - open_count < OPENING; begun++) {
      struct stream *s = &streams[begun];
      s->fd = begin_connect(port_of(s), begun);
      struct epoll_event event = {.events = EPOLLOUT, .data.ptr = s};
      if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, s->fd, &event) != 0)
        fail("epoll_ctl");
    }
    turn(1000);
    if (now_ns() > deadline)
      fail("the streams didn't open in time");
  }
}

/* The stamp of now, and padding up to the wanted size. */
static const char *stamped(void) {
  static char text[MAX_EVENT + 1];
  current = now_ns();
  int length = snprintf(text, sizeof text, "@%ld@", current);
  for (; (size_t)length < event_size; length++)
    text[length] = '.';
  text[length] = 0;
  return text;
}

static void publish_file(void) {
  static char temporary[4096], document[MAX_EVENT + 512];
  static unsigned number;
  snprintf(temporary, sizeof temporary, "%s.new", target);
  int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0)
    fail(temporary);
  int length = snprintf(document, sizeof document,
                        "{\"status\": \"running\", \"epoch\": %.3f, \"total_epochs\": 1000.0, "
                        "\"loss\": 0.25, \"message\": \"%s\", \"timestamp\": %ld}",
                        ++number / 1e3, stamped(), time(NULL));
  if (write(fd, document, (size_t)length) != length || close(fd) != 0)
    fail("write");
  if (rename(temporary, target) != 0)
    fail("rename");
}

static void open_publisher(void) {
  publisher = begin_connect(ports[0], 0);
  fcntl(publisher, F_SETFL, fcntl(publisher, F_GETFL) & ~O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, publisher, &event);
}

static void publish_post(void) {
  static char request[MAX_EVENT + 512];
  const char *body = stamped();
  int length = snprintf(request, sizeof request,
                        "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n\r\n%s",
                        target, strlen(body), body);
  if (send(publisher, request, (size_t)length, MSG_NOSIGNAL) != length)
    fail("publish");
}

static void run(int events, int interval_ms) {
  int64_t *last = calloc((size_t)events, sizeof *last);
  int missing = 0, complete = 0;
  latency_count = 0;
  int64_t begun = now_ns();
  for (int i = 0; i < events; i++) {
    int64_t due = begun + (int64_t)i * interval_ms * 1000000, left;
    while ((left = due - now_ns()) > 0)
      turn((int)(left / 1000000) + 1);
    arrived = 0;
    if (posts)
      publish_post();
    else
      publish_file();
    int64_t deadline = now_ns() + (int64_t)EVENT_TIMEOUT_S * 1000000000;
    while (arrived < stream_count && now_ns() < deadline)
      turn(1000);
    missing += stream_count - arrived;
    if (arrived == stream_count)
      last[complete++] = newest_arrival - current;
  }
  qsort(latencies, latency_count, sizeof *latencies, compare_int64);
  printf("{\"streams\": %d, \"events\": %d, \"missing\": %d, \"p50_ms\": %.4f, \"p99_ms\": %.4f, "
         "\"last_ms\": [",
         stream_count, events, missing, (double)percentile(latencies, latency_count, 0.5) / 1e6,
         (double)percentile(latencies, latency_count, 0.99) / 1e6);
  for (int i = 0; i < complete; i++)
    printf("%s%.4f", i > 0 ? ", " : "", (double)last[i] / 1e6);
  printf("]}\n");
  fflush(stdout);
  free(last);
}

int main(int argc, char **argv) {
  if (argc != 8)
    return 64;
  raise_descriptor_limit();
  for (const char *at = argv[1]; at != NULL && port_count < MAX_PORTS; at = strchr(at, ',')) {
    at += *at == ',';
    ports[port_count++] = (uint16_t)atoi(at);
  }
  path = argv[2];
  stream_count = atoi(argv[3]);
  posts = strncmp(argv[4], "post:", 5) == 0;
  target = argv[4] + 5;
  int events = atoi(argv[5]), interval_ms = atoi(argv[6]);
  event_size = strtoul(argv[7], NULL, 10);
  if (event_size > MAX_EVENT)
    return 64;
  streams = calloc((size_t)stream_count, sizeof *streams);
  latencies = calloc((size_t)stream_count * (size_t)events, sizeof *latencies);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  open_streams();
  if (posts)
    open_publisher();
  printf("ready\n");
  fflush(stdout);
  /* While nothing is asked, the streams are read still: the heartbeats must not pile up. */
  for (;;) {
    switch (wait_for_input(epoll_fd)) {
    case MOVED: turn(0); break;
    case LINE_READ: run(events, interval_ms); break;
    case INPUT_ENDED: return 0;
    }
  }
}
