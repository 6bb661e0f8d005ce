// Preloaded into what valgrind runs, whose address space is smaller than the map that a ledger's log reserves.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

int mdb_env_set_mapsize(void *environment, size_t size) {
  static const size_t most = (size_t)1 << 34;
  int (*const set)(void *, size_t) = (int (*)(void *, size_t))dlsym(RTLD_NEXT, "mdb_env_set_mapsize");
  return set(environment, size < most ? size : most);
}
