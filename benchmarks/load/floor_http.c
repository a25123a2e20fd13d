/* The ceiling of the library: libmicrohttpd with one prebuilt response, and nothing else.

   floor_http BODY [HEADER VALUE]...

   Prints its port, serves every GET with BODY and the headers, answers If-None-Match that equals
   its ETag with 304, and ends when its standard input does. The daemon runs as Pulse's does: one
   epoll thread, 8 KiB for a connection (Pulse's have 7), answers at the handler's second call. */
#include "common.h"
#include <microhttpd.h>

static struct MHD_Response *full, *not_modified;
static const char *etag;

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **mark) {
  (void)context, (void)url, (void)method, (void)version, (void)upload, (void)upload_size;
  if (*mark == NULL) {
    *mark = connection;
    return MHD_YES;
  }
  const char *known = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-None-Match");
  if (known != NULL && etag != NULL && strcmp(known, etag) == 0)
    return MHD_queue_response(connection, 304, not_modified);
  return MHD_queue_response(connection, 200, full);
}

int main(int argc, char **argv) {
  if (argc < 2)
    return 64;
  raise_descriptor_limit();
  full = MHD_create_response_from_buffer(strlen(argv[1]), argv[1], MHD_RESPMEM_PERSISTENT);
  not_modified = MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
  for (int i = 2; i + 1 < argc; i += 2) {
    MHD_add_response_header(full, argv[i], argv[i + 1]);
    if (strcmp(argv[i], "Content-Type") != 0)
      MHD_add_response_header(not_modified, argv[i], argv[i + 1]);
    if (strcmp(argv[i], "ETag") == 0)
      etag = argv[i + 1];
  }
  int listener = listen_and_print(SOCK_NONBLOCK);
  struct MHD_Daemon *daemon = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, NULL, MHD_OPTION_LISTEN_SOCKET,
      listener, MHD_OPTION_CONNECTION_LIMIT, 1000u, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      (size_t)8192, MHD_OPTION_END);
  if (daemon == NULL)
    fail("MHD_start_daemon");
  while (getchar() != EOF) {
  }
  MHD_stop_daemon(daemon);
  return 0;
}
