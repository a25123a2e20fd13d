/* libmicrohttpd 0.9 has no hook between its sockets and its parser, which loses what a request head
   looked like: it writes NULs over the bytes that separate lines and fields. So its two calls that
   receive are answered here: a symbol of the executable comes before those of its libraries
   (ld.so(8)). Threads that haven't asked for a filter get what they would have got anyway. */
#include "shim.h"

#include <gnutls/gnutls.h>
#include <sys/socket.h>

static _Thread_local CMHD_Filter filter;
static _Thread_local void *filter_context;
static _Thread_local bool filters_tls;

void CMHD_filter_received(CMHD_Filter with, void *context, bool tls) {
  filter = with;
  filter_context = context;
  filters_tls = tls;
}

void *CMHD_filter_context(void) { return filter_context; }

ssize_t CMHD_receive(int socket, void *session, void *buffer, size_t size) {
  if (session == NULL)
    return recvfrom(socket, buffer, size, 0, NULL, NULL);
  unsigned char sequence[8];
  return gnutls_record_recv_seq(session, buffer, size, sequence);
}

ssize_t recv(int socket, void *buffer, size_t size, int flags) {
  if (filter != NULL && !filters_tls && flags == 0)
    return filter(filter_context, socket, NULL, buffer, size);
  return recvfrom(socket, buffer, size, flags, NULL, NULL);
}

ssize_t gnutls_record_recv(gnutls_session_t session, void *data, size_t size) {
  if (filter != NULL && filters_tls)
    return filter(filter_context, gnutls_transport_get_int(session), session, data, size);
  return CMHD_receive(-1, session, data, size);
}
