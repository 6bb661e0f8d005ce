// The machine's twin in C: runs one program again and again, as `Benchmarks run` does, and tells the same figures: the median time of a run in nanoseconds,
// its gas, and the words of the state that it leaves. Compiled with COUNT, it tells how many instructions a run executes instead.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "loop.h"

typedef struct {
  Program program;
  uint64_t warm_ups, repetitions, kind, rounds, entry;
  // What a call may use, and what entering a function costs.
  int64_t gas, call_gas;
  // What the state begins as.
  const uint64_t *words;
  // The slots of all functions together: no chain of calls needs more.
  uint64_t slots;
  uint64_t *slab;
} Task;

// Kinds of programs, numbered as `Benchmarks program` does it.
enum { loops, warm_actions, cold_actions, lives };

typedef struct {
  int64_t time, gas;
} Figures;

#include "calls.h"
#include "read.h"

static int ascending(const void *a, const void *b) {
  const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

int main(int count, char **arguments) {
  FILE *file = count == 2 ? fopen(arguments[1], "r") : NULL;
  if (file == NULL) {
    fprintf(stderr, "usage: twin <program>\n");
    return 1;
  }
  const Task task = read_task(file);
  fclose(file);
  const Table table = task.kind == loops ? (Table){0} : make_table(task.kind == lives ? task.rounds : agreement_count, row_words(&task));
  uint64_t *state = room(task.program.word_count + 2);
  int64_t *times = room(task.repetitions);
  Figures run = {0};
  for (uint64_t repetition = 0; repetition < task.warm_ups + task.repetitions; repetition++) {
    switch (task.kind) {
    case loops: run = run_once(&task, state); break;
    case lives: run = run_lives(&task, &table, state); break;
    default: run = run_actions(&task, &table, state); break;
    }
    if (repetition >= task.warm_ups) times[repetition - task.warm_ups] = run.time;
#ifdef COUNT
    printf("%llu\n", (unsigned long long)executed);
    return 0;
#endif
  }
  qsort(times, task.repetitions, sizeof *times, ascending);
  printf("%lld %lld ", (long long)times[task.repetitions / 2], (long long)run.gas);
  const uint64_t words = task.kind == lives ? 2 : task.program.word_count;
  for (uint64_t index = 0; index < words; index++) printf(index ? ",%llx" : "%llx", (unsigned long long)state[index]);
  printf("\n");
  return 0;
}
