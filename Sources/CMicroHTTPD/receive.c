/* libmicrohttpd 0.9 has no hook between its sockets and its parser, which loses what a request head
   looked like: it writes NULs over the bytes that separate lines and fields. And what GnuTLS says of a
   record or of a handshake it takes for less than it is. So the calls that receive are answered here: a
   symbol of the executable comes before those of its libraries (ld.so(8)). Threads that haven't asked for
   a filter get what they would have got anyway. */
#define _GNU_SOURCE
#include "shim.h"

#include <dlfcn.h>
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

/* How often one call looks again; a client that sends more at once without any data waits for its
   deadline. */
static const int further_looks = 1000;

static bool has_bytes(int socket) {
  char byte;
  return recvfrom(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT, NULL, NULL) > 0;
}

static ssize_t receive_record(gnutls_session_t session, void *buffer, size_t size) {
  /* Not gnutls_record_recv, which is defined below; nobody needs the number of the record. */
  unsigned char sequence[8];
  return gnutls_record_recv_seq(session, buffer, size, sequence);
}

ssize_t CMHD_receive(int socket, void *session, void *buffer, size_t size) {
  if (session == NULL)
    return recvfrom(socket, buffer, size, 0, NULL, NULL);
  ssize_t count = receive_record(session, buffer, size);
  /* After a record that holds no data (an empty one, a KeyUpdate: RFC 8446 4.6.3) GnuTLS says "again" as
     if nothing were there, and the library would wait for what has come already. */
  for (int look = 0; look < further_looks && count == GNUTLS_E_AGAIN; look++) {
    bool waits_for_room = gnutls_record_get_direction(session) == 1;
    if (waits_for_room || !has_bytes(socket))
      break;
    count = receive_record(session, buffer, size);
  }
  return count;
}

ssize_t recv(int socket, void *buffer, size_t size, int flags) {
  if (filter != NULL && !filters_tls && flags == 0)
    return filter(filter_context, socket, NULL, buffer, size);
  return recvfrom(socket, buffer, size, flags, NULL, NULL);
}

ssize_t gnutls_record_recv(gnutls_session_t session, void *data, size_t size) {
  if (filter != NULL && filters_tls)
    return filter(filter_context, gnutls_transport_get_int(session), session, data, size);
  return receive_record(session, data, size);
}

/* The library closes the connection of a handshake that has failed, and says nothing: the alert is sent
   before (RFC 8446 6.2). What the client has sent beyond is thrown away, because closing over unread bytes
   resets the connection, which can overtake the alert. */
int gnutls_handshake(gnutls_session_t session) {
  int (*original)(gnutls_session_t) = (int (*)(gnutls_session_t))dlsym(RTLD_NEXT, "gnutls_handshake");
  int code = original(session);
  if (code < 0 && filter != NULL && filters_tls && gnutls_error_is_fatal(code)) {
    gnutls_alert_send_appropriate(session, code);
    recvfrom(gnutls_transport_get_int(session), NULL, 1 << 24, MSG_DONTWAIT | MSG_TRUNC, NULL, NULL);
  }
  return code;
}
