/* The C client of NATS: Debian's libnats-dev. Nothing of it needs a shim so far: what Swift can't
   import of nats.h by itself belongs here. */
#ifndef PULSE_CNATS_SHIM_H
#define PULSE_CNATS_SHIM_H

#include <nats/nats.h>

#endif
