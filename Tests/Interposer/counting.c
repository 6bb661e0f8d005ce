// Counts what a program allocates and retains, for whoever asks: `interposer_counts` begins anew and answers what was counted until then. Only a program that
// this library is preloaded into has the function, and so can look for it.

#define _GNU_SOURCE
#include "interposer.h"

#include <dlfcn.h>
#include <stddef.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static long allocations, retains, releases;

void interposer_counts(long *result) {
  result[0] = allocations;
  result[1] = retains;
  result[2] = releases;
  allocations = retains = releases = 0;
}

void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocations++;
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  allocations++;
  return __libc_realloc(memory, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  allocations++;
  *result = __libc_memalign(alignment, size);
  return *result == NULL;
}

void *aligned_alloc(size_t alignment, size_t size) {
  allocations++;
  return __libc_memalign(alignment, size);
}

typedef void *(*Counting)(void *);

#define COUNT(name, counter)                               \
  void *name(void *object);                                \
  void *name(void *object) {                               \
    static Counting real;                                  \
    if (real == NULL) real = (Counting)dlsym(RTLD_NEXT, #name); \
    if (object != NULL) counter++;                         \
    return real(object);                                   \
  }

COUNT(swift_retain, retains)
COUNT(swift_bridgeObjectRetain, retains)
COUNT(swift_release, releases)
COUNT(swift_bridgeObjectRelease, releases)
