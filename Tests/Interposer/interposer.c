// Stands between a program and the system calls that change a file, counts those on files whose path contains INTERPOSE_PATH, and at the INTERPOSE_AT-th does
// what INTERPOSE_DO says:
//
//   kill   ends the process with SIGKILL before the call
//   tear   writes half of the bytes, then ends the process
//   full   fails with ENOSPC, then and ever after
//   sync   fails a sync with EIO, once
//
// With INTERPOSE_COUNT it writes the number of calls to that file at the end, so that a test knows how many points there are.

#define _GNU_SOURCE
#include "interposer.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static long count;

static int counts(int descriptor) {
  const char *wanted = getenv("INTERPOSE_PATH");
  if (wanted == NULL) return 0;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return 0;
  path[size] = 0;
  return strstr(path, wanted) != NULL;
}

static void die(void) {
  raise(SIGKILL);
  for (;;) pause();
}

// Whether this call is the one, or one behind it.
static int strikes(const char *deed) {
  const char *at = getenv("INTERPOSE_AT"), *what = getenv("INTERPOSE_DO");
  if (at == NULL || what == NULL || strcmp(what, deed) != 0) return 0;
  long point = atol(at);
  return strcmp(deed, "full") == 0 ? count >= point : count == point;
}

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("INTERPOSE_COUNT");
  if (path == NULL || count == 0) return;
  FILE *file = fopen(path, "w");
  if (file == NULL) return;
  fprintf(file, "%ld\n", count);
  fclose(file);
}

#define NEXT(name) __typeof__(name) *next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

// Before a call that writes `size` bytes: 0 to go on, 1 to fail; where it tears, `half` writes the first half.
#define BEFORE(descriptor, half)   \
  if (counts(descriptor)) {        \
    count++;                       \
    if (strikes("kill")) die();    \
    if (strikes("tear")) {         \
      half;                        \
      die();                       \
    }                              \
    if (strikes("full")) {         \
      errno = ENOSPC;              \
      return -1;                   \
    }                              \
  }

ssize_t write(int descriptor, const void *bytes, size_t size) {
  NEXT(write);
  BEFORE(descriptor, next(descriptor, bytes, size / 2))
  return next(descriptor, bytes, size);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) {
  NEXT(pwrite);
  BEFORE(descriptor, next(descriptor, bytes, size / 2, offset))
  return next(descriptor, bytes, size, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t offset) {
  NEXT(pwrite64);
  BEFORE(descriptor, next(descriptor, bytes, size / 2, offset))
  return next(descriptor, bytes, size, offset);
}

ssize_t writev(int descriptor, const struct iovec *parts, int number) {
  NEXT(writev);
  BEFORE(descriptor, next(descriptor, parts, (number + 1) / 2))
  return next(descriptor, parts, number);
}

ssize_t pwritev(int descriptor, const struct iovec *parts, int number, off_t offset) {
  NEXT(pwritev);
  BEFORE(descriptor, next(descriptor, parts, (number + 1) / 2, offset))
  return next(descriptor, parts, number, offset);
}

static int failsSync(int descriptor) {
  if (!counts(descriptor)) return 0;
  count++;
  if (strikes("kill") || strikes("tear")) die();
  if (!strikes("sync")) return 0;
  errno = EIO;
  return 1;
}

int fsync(int descriptor) {
  NEXT(fsync);
  return failsSync(descriptor) ? -1 : next(descriptor);
}

int fdatasync(int descriptor) {
  NEXT(fdatasync);
  return failsSync(descriptor) ? -1 : next(descriptor);
}

int ftruncate(int descriptor, off_t size) {
  NEXT(ftruncate);
  BEFORE(descriptor, (void)0)
  return next(descriptor, size);
}
