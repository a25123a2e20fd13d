/* What Swift can't import of microhttpd.h by itself: variadic functions and macros with casts. Each
   shim goes when Swift imports what it stands for. And what C has to define: how the library receives
   (receive.c) and waits (wait.c). */
#ifndef PULSE_CMICROHTTPD_SHIM_H
#define PULSE_CMICROHTTPD_SHIM_H

#include <microhttpd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* Receives one message of the library, already formatted; `length` excludes the final NUL. */
typedef void (*CMHD_Log)(void *context, const char *message, size_t length);

/* Receives for the library into `buffer`, by CMHD_receive; returns what that does, with fewer or other
   bytes. `session` is NULL without TLS. */
typedef ssize_t (*CMHD_Filter)(void *context, int socket, void *session, void *buffer, size_t size);

/* From here on everything that the library receives on this thread goes through `filter`. */
void CMHD_filter_received(CMHD_Filter filter, void *context, bool tls);

/* The context of this thread's filter; NULL before there is one. */
void *CMHD_filter_context(void);

/* recv(2), or gnutls_record_recv where there is a session, unfiltered. */
ssize_t CMHD_receive(int socket, void *session, void *buffer, size_t size);

/* Everything that Pulse hands to MHD_start_daemon, with the names of its options. */
struct CMHD_Configuration {
  unsigned int flags;
  int listen_socket;
  size_t connection_memory;
  unsigned int connection_limit;
  unsigned int connection_timeout;
  MHD_AcceptPolicyCallback accept; /* or NULL: every connection is wanted */
  MHD_AccessHandlerCallback handle_request;
  MHD_NotifyConnectionCallback notify_connection;
  MHD_RequestCompletedCallback notify_completed;
  CMHD_Log log;
  void *context;               /* the first argument of every callback */
};

/* va_list has no Swift form that keeps its meaning across platforms: format here. */
static inline void CMHD_format_log(void *configuration, const char *format, va_list arguments) {
  const struct CMHD_Configuration *c = (const struct CMHD_Configuration *)configuration;
  char message[512];
  int length = vsnprintf(message, sizeof message, format, arguments);
  if (length < 0)
    return;
  if ((size_t)length >= sizeof message)
    length = (int)sizeof message - 1;
  c->log(c->context, message, (size_t)length);
}

/* Leaves "%41" as it is: paths are decoded once, in Swift, where a NUL can be refused. */
static inline size_t CMHD_keep_escapes(void *context, struct MHD_Connection *connection, char *text) {
  (void)context;
  (void)connection;
  size_t length = 0;
  while (text[length] != 0)
    length++;
  return length;
}

/* Cipher suites with forward secrecy and authenticated encryption alone (RFC 9325 4.2), no signature by
   SHA-1 (RFC 9155), and of what a client offers the first in this order: Mozilla's "intermediate". */
static const char CMHD_tls_priorities[] =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
    ":-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA"
    ":-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:-MAC-ALL:+AEAD"
    ":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1"
    ":-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:%SERVER_PRECEDENCE";

/* Stands where the library wants a certificate, a gnutls_certificate_retrieve_function2: each session is
   given its own when it begins, and GnuTLS never asks here. */
static inline int CMHD_no_certificate(void *session, const void *authorities, int authority_count,
                                      const void *algorithms, int algorithm_count, void *certificates,
                                      unsigned int *certificate_count, void *key) {
  (void)session, (void)authorities, (void)authority_count, (void)algorithms, (void)algorithm_count;
  (void)certificates, (void)certificate_count, (void)key;
  return -1;
}

/* Variadic MHD_start_daemon. `c` must outlive the daemon: the logger reads it. */
static inline struct MHD_Daemon *CMHD_start_daemon(const struct CMHD_Configuration *c) {
  struct MHD_OptionItem tls[] = {
      {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)CMHD_no_certificate},
      {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)CMHD_tls_priorities},
      {MHD_OPTION_END, 0, NULL},
  };
  struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
  return MHD_start_daemon(
      c->flags, 0, c->accept, c->context, c->handle_request, c->context,
      MHD_OPTION_EXTERNAL_LOGGER, CMHD_format_log, (void *)c,
      MHD_OPTION_LISTEN_SOCKET, (MHD_socket)c->listen_socket,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, c->connection_memory,
      MHD_OPTION_CONNECTION_LIMIT, c->connection_limit,
      MHD_OPTION_CONNECTION_TIMEOUT, c->connection_timeout,
      /* What isn't sound doesn't reach the library. Its own refusal of a request without Host would send
         two heads (0.9, parse_connection_headers). */
      MHD_OPTION_STRICT_FOR_CLIENT, 0,
      MHD_OPTION_UNESCAPE_CALLBACK, CMHD_keep_escapes, NULL,
      MHD_OPTION_NOTIFY_CONNECTION, c->notify_connection, c->context,
      MHD_OPTION_NOTIFY_COMPLETED, c->notify_completed, c->context,
      MHD_OPTION_ARRAY, (c->flags & MHD_USE_TLS) != 0 ? tls : none,
      MHD_OPTION_END);
}

/* Variadic MHD_get_connection_info with MHD_CONNECTION_INFO_CONNECTION_FD. -1 when there is none. */
static inline int CMHD_connection_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == NULL ? -1 : (int)info->connect_fd;
}

/* Variadic MHD_get_connection_info with MHD_CONNECTION_INFO_GNUTLS_SESSION. NULL where there is none. */
static inline void *CMHD_tls_session(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  return info == NULL ? NULL : info->tls_session;
}

/* Variadic MHD_set_response_options: no chunks, whatever the client's version, and the connection ends
   with the answer. */
static inline void CMHD_end_with_response(struct MHD_Response *response) {
  MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
}

/* Macros with casts, and flags that Swift sees as members of a closed enum. */
static const ssize_t CMHD_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t CMHD_end_with_error = MHD_CONTENT_READER_END_WITH_ERROR;
static const uint64_t CMHD_size_unknown = MHD_SIZE_UNKNOWN;
static const unsigned int CMHD_event_loop = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
static const unsigned int CMHD_tls = MHD_USE_TLS;

#endif
