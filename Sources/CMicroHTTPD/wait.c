/* libmicrohttpd asks epoll again, in the same turn, whenever it got as many events as it has room for, and
   waits there as it did before (MHD_epoll, 0.9 and 1.0). If there are no more, all those clients wait
   for the next one that says anything, or for a timeout. So it never gets quite as many: the rest comes in
   its next turn. The symbol is found as those of receive.c are. */
#include "shim.h"

#include <stddef.h>
#include <sys/epoll.h>

int epoll_wait(int set, struct epoll_event *events, int room, int timeout) {
  bool is_daemon = CMHD_filter_context() != NULL;
  return epoll_pwait(set, events, is_daemon && room > 1 ? room - 1 : room, timeout, NULL);
}
