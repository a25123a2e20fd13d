/* Many readers of one server's event stream, each of which checks all that it gets.

   stream_readers PORT STREAMS fin|reset

   Opens the streams and prints a line when each has its first state. Then, for each line on
   standard input, prints what was read since the line before, as JSON. Ends with such a line when
   all streams have ended, or when standard input has. The last argument says what the server sees
   of clients that are killed: FIN, as from a process, or RST, as from a machine that came back.

   A stream is sound when its chunks are, when each id is one more than the id before, and when the
   fields of each state tell the same number, as server.py writes them: the message is that number
   and the moment (CLOCK_MONOTONIC, seconds) before it was written. */
#include "../../benchmarks/load/common.h"
#include <ctype.h>
#include <sys/epoll.h>

enum {
  /* Connections that are being opened at one time: below the server's backlog. */
  OPENING = 256,
  /* The longest line of these streams is a state of some 200 bytes. */
  LINE = 512,
  /* Ages are counted in steps of 0.1 ms up to 20 s. */
  STEPS = 200000,
  STEP_NS = 100000,
  /* The states whose last reader is remembered. */
  NUMBERS = 1 << 16,
};

enum phase { CONNECTING, HEAD, SIZE, SIZE_LF, DATA, DATA_CR, DATA_LF, END_CR, END_LF, COMPLETE };

struct stream {
  int fd;
  enum phase phase;
  bool has_head, has_state, is_status;
  /* Bytes left of the chunk. */
  uint32_t left;
  /* The id and the number of the newest state. */
  int64_t sequence, number;
  size_t length;
  char line[LINE];
};

static uint16_t port;
static struct stream *streams;
static int stream_count, ended, with_state, epoll_fd;
static bool resets;

static struct {
  int64_t events, gaps, bad, complete, cut;
} seen;
static uint32_t ages[STEPS];
static int64_t worst, last_number, last_reader[NUMBERS];

static void complain(const struct stream *s, const char *what) {
  if (seen.bad++ < 5)
    fprintf(stderr, "stream %ld: %s: %.*s\n", (long)(s - streams), what, (int)s->length, s->line);
}

static void note_age(int64_t number, int64_t age) {
  int64_t step = age / STEP_NS;
  ages[step < 0 ? 0 : step < STEPS ? step : STEPS - 1]++;
  if (age > worst)
    worst = age;
  if (number >= 0 && number < NUMBERS && age > last_reader[number])
    last_reader[number] = age;
  if (number > last_number)
    last_number = number;
}

static void read_state(struct stream *s, int64_t now) {
  double epoch, loss, written;
  long number;
  const char *at = strstr(s->line, "\"epoch\": "), *after = strstr(s->line, "\"loss\": ");
  const char *message = strstr(s->line, "\"message\": \"");
  if (at == NULL || after == NULL || message == NULL || sscanf(at + 9, "%lf", &epoch) != 1 ||
      sscanf(after + 8, "%lf", &loss) != 1 ||
      sscanf(message + 12, "%ld %lf\"", &number, &written) != 2) {
    complain(s, "no state of this run");
  } else if (epoch != (double)number || loss != (double)number / 2) {
    complain(s, "a mixed state");
  } else if (s->has_state && number < s->number) {
    complain(s, "an older state");
  } else {
    /* The first state may be any age: it was there before the client. */
    if (s->has_state) {
      seen.events++;
      note_age(number, now - (int64_t)(written * 1e9));
    } else {
      s->has_state = true;
      with_state++;
    }
    s->number = number;
  }
}

static void read_line(struct stream *s, int64_t now) {
  s->line[s->length] = 0;
  if (strncmp(s->line, "id: ", 4) == 0) {
    const char *dash = strrchr(s->line, '-');
    int64_t sequence = dash == NULL ? -1 : atoll(dash + 1);
    if (s->has_state && sequence != s->sequence + 1)
      seen.gaps++;
    s->sequence = sequence;
  } else if (strncmp(s->line, "event: ", 7) == 0) {
    s->is_status = strcmp(s->line + 7, "status") == 0;
  } else if (strncmp(s->line, "data: ", 6) == 0 && s->is_status) {
    read_state(s, now);
  }
}

/* Takes bytes up to and with the next line end. False when there is none among them. */
static bool take_line(struct stream *s, const char **at, size_t count) {
  const char *newline = memchr(*at, '\n', count);
  size_t taken = newline == NULL ? count : (size_t)(newline - *at);
  if (taken > sizeof s->line - 1 - s->length) {
    complain(s, "a line that is too long");
    taken = 0;
  }
  memcpy(s->line + s->length, *at, taken);
  s->length += taken;
  *at = newline == NULL ? *at + count : newline + 1;
  return newline != NULL;
}

static void read_head_line(struct stream *s) {
  if (s->length > 0 && s->line[s->length - 1] == '\r')
    s->length--;
  if (!s->has_head && (s->length < 12 || memcmp(s->line + 8, " 200", 4) != 0))
    complain(s, "no stream");
  s->has_head = true;
  if (s->length == 0)
    s->phase = SIZE;
}

static void read_size(struct stream *s, char digit) {
  if (digit == '\r')
    s->phase = SIZE_LF;
  else if (isdigit((unsigned char)digit))
    s->left = s->left * 16 + (uint32_t)(digit - '0');
  else if (isxdigit((unsigned char)digit))
    s->left = s->left * 16 + (uint32_t)((digit | 0x20) - 'a' + 10);
  else
    complain(s, "no size of a chunk");
}

static void expect(struct stream *s, char byte, char expected, enum phase next) {
  if (byte != expected)
    complain(s, "a chunk that does not end");
  s->phase = next;
}

static void feed(struct stream *s, const char *at, size_t count, int64_t now) {
  for (const char *end = at + count; at < end;) {
    size_t here = (size_t)(end - at);
    if (s->phase == HEAD) {
      if (take_line(s, &at, here)) {
        read_head_line(s);
        s->length = 0;
      }
    } else if (s->phase == DATA) {
      const char *begin = at;
      if (take_line(s, &at, here < s->left ? here : s->left)) {
        read_line(s, now);
        s->length = 0;
      }
      s->left -= (uint32_t)(at - begin);
      if (s->left == 0)
        s->phase = DATA_CR;
    } else {
      char byte = *at++;
      switch (s->phase) {
      case SIZE: read_size(s, byte); break;
      case SIZE_LF: expect(s, byte, '\n', s->left > 0 ? DATA : END_CR); break;
      case DATA_CR: expect(s, byte, '\r', DATA_LF); break;
      case DATA_LF: expect(s, byte, '\n', SIZE); break;
      case END_CR: expect(s, byte, '\r', END_LF); break;
      case END_LF: expect(s, byte, '\n', COMPLETE); break;
      default: complain(s, "bytes after the last chunk");
      }
    }
  }
}

static void receive(struct stream *s) {
  static char buffer[65536];
  ssize_t count = recv(s->fd, buffer, sizeof buffer, 0);
  if (count > 0)
    return feed(s, buffer, (size_t)count, now_ns());
  if (count < 0 && errno == EAGAIN)
    return;
  s->phase == COMPLETE ? seen.complete++ : seen.cut++;
  ended++;
  close(s->fd);
}

static void ask(struct stream *s) {
  static const char request[] = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";
  s->phase = HEAD;
  if (send(s->fd, request, sizeof request - 1, MSG_NOSIGNAL) != sizeof request - 1)
    return receive(s);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, s->fd, &event);
}

static void turn(int timeout_ms) {
  struct epoll_event events[512];
  int count = epoll_wait(epoll_fd, events, 512, timeout_ms);
  for (int i = 0; i < count; i++) {
    struct stream *s = events[i].data.ptr;
    s->phase == CONNECTING ? ask(s) : receive(s);
  }
}

static void open_streams(void) {
  for (int begun = 0; with_state + ended < stream_count;) {
    for (; begun < stream_count && begun - with_state - ended < OPENING; begun++) {
      struct stream *s = &streams[begun];
      s->fd = begin_connect(port, begun);
      if (!resets) {
        struct linger none = {.l_onoff = 0};
        setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
      }
      struct epoll_event event = {.events = EPOLLOUT, .data.ptr = s};
      if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, s->fd, &event) != 0)
        fail("epoll_ctl");
    }
    turn(1000);
  }
}

static double age_ms(double share) {
  int64_t total = 0, below = 0;
  for (int i = 0; i < STEPS; i++)
    total += ages[i];
  for (int i = 0; i < STEPS; i++) {
    below += ages[i];
    if ((double)below > share * (double)total)
      return (double)(i + 1) * STEP_NS / 1e6;
  }
  return 0;
}

/* Prints what was read since the last report, and begins anew. */
static void report(void) {
  static int64_t last[NUMBERS];
  size_t count = 0;
  for (int64_t i = 0; i <= last_number && i < NUMBERS; i++) {
    if (last_reader[i] > 0)
      last[count++] = last_reader[i];
  }
  qsort(last, count, sizeof *last, compare_int64);
  printf("{\"streams\": %d, \"opened\": %d, \"complete\": %ld, \"cut\": %ld, \"events\": %ld, "
         "\"gaps\": %ld, \"bad\": %ld, \"p50_ms\": %.1f, \"p99_ms\": %.1f, \"worst_ms\": %.1f, "
         "\"last_reader_p99_ms\": %.1f}\n",
         stream_count, with_state, seen.complete, seen.cut, seen.events, seen.gaps, seen.bad,
         age_ms(0.5), age_ms(0.99), (double)worst / 1e6,
         (double)percentile(last, count, 0.99) / 1e6);
  memset(&seen, 0, sizeof seen);
  memset(ages, 0, sizeof ages);
  memset(last_reader, 0, sizeof last_reader);
  worst = 0;
}

/* Reads on until all streams have ended or standard input has; answers its lines. */
static void read_on(void) {
  while (ended < stream_count) {
    switch (wait_for_input(epoll_fd)) {
    case MOVED: turn(0); break;
    case LINE_READ: report(); break;
    case INPUT_ENDED: return;
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 4)
    return 64;
  raise_descriptor_limit();
  setlinebuf(stdout);
  port = (uint16_t)atoi(argv[1]);
  stream_count = atoi(argv[2]);
  resets = strcmp(argv[3], "reset") == 0;
  streams = calloc((size_t)stream_count, sizeof *streams);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  open_streams();
  printf("%d open\n", with_state);
  read_on();
  report();
  return 0;
}
