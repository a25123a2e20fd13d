/* GnuTLS is the library that libmicrohttpd serves HTTPS with: Debian's libmicrohttpd-dev brings it.
   Here is what Swift can't import of it by itself. */
#ifndef PULSE_CGNUTLS_SHIM_H
#define PULSE_CGNUTLS_SHIM_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/* gnutls_free is a mutable global, which Swift takes for a data race. */
static inline void CGnuTLS_free(gnutls_datum_t text) {
  gnutls_free(text.data);
}

#endif
