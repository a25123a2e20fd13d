/* Preloaded into a server, this has no epoll set left for libmicrohttpd, whose daemon then fails to
   start. libdispatch gets its own, from whichever thread it asks first, before the daemon or after. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

int epoll_create1(int flags) {
  Dl_info caller;
  if (dladdr(__builtin_return_address(0), &caller) != 0 &&
      strstr(caller.dli_fname, "libmicrohttpd") != NULL) {
    errno = EMFILE;
    return -1;
  }
  int (*real)(int) = dlsym(RTLD_NEXT, "epoll_create1");
  return real(flags);
}
