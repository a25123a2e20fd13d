/* One atomic write as bare system calls: the ones that Pulse's writers make.

   floor_write FILE COUNT

   Prints the median time of one write in nanoseconds. */
#include "common.h"
#include <libgen.h>
#include <limits.h>
#include <sys/stat.h>

static void write_once(const char *path, const char *directory, const char *document) {
  char link[PATH_MAX], temporary[PATH_MAX];
  struct stat status;
  static unsigned number;
  if (readlink(path, link, sizeof link) >= 0)
    fail("the target must be no link");
  mode_t mode = stat(path, &status) == 0 ? status.st_mode & 0777 : 0666;
  snprintf(temporary, sizeof temporary, "%s/.floor-%d-%x.tmp", directory, getpid(), number++);
  int parent = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (parent < 0 || fd < 0 || fstat(fd, &status) != 0)
    fail("open");
  size_t length = strlen(document);
  if (write(fd, document, length) != (ssize_t)length || fsync(fd) != 0 || close(fd) != 0)
    fail("write");
  if (rename(temporary, path) != 0 || fsync(parent) != 0 || close(parent) != 0)
    fail("rename");
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 64;
  size_t count = strtoul(argv[2], NULL, 10);
  int64_t *times = calloc(count, sizeof *times);
  char *copy = strdup(argv[1]);
  const char *directory = dirname(copy);
  for (size_t i = 0; i < count; i++) {
    char document[512];
    int64_t start = now_ns();
    snprintf(document, sizeof document,
             "{\"status\": \"running\", \"epoch\": %.2f, \"total_epochs\": 1000.0, \"loss\": 0.25, "
             "\"message\": \"step\", \"timestamp\": %ld}",
             (double)i / 100, time(NULL));
    write_once(argv[1], directory, document);
    times[i] = now_ns() - start;
  }
  qsort(times, count, sizeof *times, compare_int64);
  printf("%ld\n", percentile(times, count, 0.5));
  return 0;
}
