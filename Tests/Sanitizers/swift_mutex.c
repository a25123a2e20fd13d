/* Preloaded into tests under ThreadSanitizer, this tells it what it can't see of Swift's `Mutex`.

   The quick way through the lock is compiled into the tests and seen. The slow way, where threads
   meet, is in the standard library, which isn't instrumented: without this each such meeting is
   reported as a race. So nothing has to be suppressed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
/* A method finds its object in a register of its own. */
#define SELF __attribute__((swift_context)) void *mutex

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef SWIFT void lock_method(uint32_t thread, SELF);
typedef SWIFT void unlock_method(SELF);

/* There in tests under ThreadSanitizer only: the loader brings this into other programs too. */
__attribute__((weak)) void __tsan_acquire(void *);
__attribute__((weak)) void __tsan_release(void *);

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void unlock_slow(SELF) __asm__(UNLOCK);

SWIFT void lock_slow(uint32_t thread, SELF) {
  lock_method *real = (lock_method *)dlsym(RTLD_NEXT, LOCK);
  real(thread, mutex);
  if (__tsan_acquire != NULL)
    __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF) {
  if (__tsan_release != NULL)
    __tsan_release(mutex);
  unlock_method *real = (unlock_method *)dlsym(RTLD_NEXT, UNLOCK);
  real(mutex);
}
