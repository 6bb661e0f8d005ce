// The machine's twin: the instructions that the benchmarks use, with the same encoding, gas and checks, and a computed goto in place of the switch. It
// is the yardstick for the machine's loop, so it is written as well as C allows, and it runs the words that the machine's verifier has passed.
//
// Small integers are v << 1; a word whose lowest bit is 1 would be the place of a wide one. Whatever needs those calls `wide`, which a benchmark never
// reaches but whose call has the shape of the machine's: operands and gas go in by value, a result and the gas left come back.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// Numbers of the opcodes, printed from the machine's own table.
#include "opcodes.h"

typedef struct {
  uint8_t op, gas;
  uint16_t a, b, c;
} Instruction;

typedef struct {
  uint64_t value;
  int64_t gas;
} Wide;

typedef enum { stays, out_of_gas, out_of_range, divided_by_zero } Stop;

typedef struct {
  Stop stop;
  int64_t gas;
} Run;

typedef struct {
  uint64_t words[16];
} Host;

// `noipa` keeps the compiler from seeing that these never come back, or what they do.
__attribute__((noipa)) static Wide wide(uint64_t x, uint64_t y, int64_t gas) {
  fprintf(stderr, "a wide integer: %llx, %llx, gas %lld\n", (unsigned long long)x, (unsigned long long)y, (long long)gas);
  abort();
}

__attribute__((noipa)) static int settle(Host *host) { return host == NULL; }

__attribute__((noipa)) static void set_word(Host *host, uint64_t word, uint16_t slot) { host->words[slot] = word; }

__attribute__((noipa)) static Run execute(
    const Instruction *code, uint64_t *r, const uint64_t *constants, int64_t gas, Host *host) {
  static const void *const labels[256] = {
    [0 ... 255] = &&unknown,
    [op_count] = &&count,
    [op_loop] = &&loop,
    [op_again] = &&again,
    [op_stay] = &&stay,
    [op_immediate] = &&immediate,
    [op_constant] = &&constant,
    [op_storeInt] = &&store_int,
    [op_addInt] = &&add_int,
    [op_multiplyInt] = &&multiply_int,
    [op_moduloInt] = &&modulo_int,
    [op_narrow] = &&narrow,
    [op_settle] = &&settle,
  };
  const Instruction *pc = code, *i;
  uint64_t x, y;
  int64_t result;

#define NEXT do { i = pc++; goto *labels[i->op]; } while (0)
#define CHARGE do { gas -= i->gas; if (gas < 0) goto gas_out; } while (0)
#define WIDE do { Wide w = wide(x, y, gas); gas = w.gas; if (gas < 0) goto gas_out; r[i->a] = w.value; } while (0)

  NEXT;

count:
  x = r[i->b];
  if ((x & 1) || (int64_t)x < 0 || x > constants[4 * i->c]) goto range_left;
  r[i->a] = x >> 1;
  NEXT;
loop:
  CHARGE;
  if (r[i->a] == 0) {
    pc = code + i->b;
    NEXT;
  }
  NEXT;
again:
  CHARGE;
  x = r[i->a] - 1;
  r[i->a] = x;
  if (x != 0) {
    pc = code + i->b;
    NEXT;
  }
  NEXT;
stay:
  CHARGE;
  return (Run){stays, gas};
settle:
  CHARGE;
  if (settle(host)) abort();
  NEXT;
immediate:
  r[i->a] = (uint64_t)(int64_t)(int16_t)i->b << 1;
  NEXT;
constant:
  r[i->a] = constants[4 * i->b];
  NEXT;
store_int:
  set_word(host, (uint64_t)((int64_t)r[i->b] >> 1), i->a);
  NEXT;
add_int:
  x = r[i->b];
  y = r[i->c];
  if (!((x | y) & 1) && !__builtin_add_overflow((int64_t)x, (int64_t)y, &result)) {
    r[i->a] = (uint64_t)result;
    NEXT;
  }
  WIDE;
  NEXT;
multiply_int:
  x = r[i->b];
  y = r[i->c];
  if (!((x | y) & 1) && !__builtin_mul_overflow((int64_t)x >> 1, (int64_t)y, &result)) {
    r[i->a] = (uint64_t)result;
    NEXT;
  }
  WIDE;
  NEXT;
modulo_int:
  x = r[i->b];
  y = r[i->c];
  if (y == 0) return (Run){divided_by_zero, gas};
  if (!((x | y) & 1) && (int64_t)(x | y) >= 0) {
    r[i->a] = x % y;
    NEXT;
  }
  WIDE;
  NEXT;
narrow:
  x = r[i->b];
  if (!(x & 1)) {
    const uint64_t *range = constants + 4 * i->c;
    if ((int64_t)x < (int64_t)range[2] || (int64_t)x >= (int64_t)range[7]) goto range_left;
    r[i->a] = x;
    NEXT;
  }
  y = i->c;
  WIDE;
  NEXT;

gas_out:
  return (Run){out_of_gas, gas};
range_left:
  return (Run){out_of_range, gas};
unknown:
  fprintf(stderr, "opcode %d has no handler here\n", i->op);
  abort();
}

static uint64_t read_word(FILE *file) {
  unsigned long long word;
  if (fscanf(file, "%llx", &word) != 1) {
    fprintf(stderr, "the program ends too early\n");
    exit(1);
  }
  return word;
}

static void *room(uint64_t count) {
  void *memory = calloc(count + 1, 8);
  if (memory == NULL) exit(1);
  return memory;
}

static int ascending(const void *a, const void *b) {
  const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

int main(int count, char **arguments) {
  FILE *file = count == 2 ? fopen(arguments[1], "r") : NULL;
  if (file == NULL) {
    fprintf(stderr, "usage: twin <program>\n");
    return 1;
  }
  const uint64_t warm_ups = read_word(file), repetitions = read_word(file);
  const int64_t gas = (int64_t)read_word(file);
  const uint64_t slots = read_word(file);
  uint64_t *r = room(slots);
  const uint64_t constant_count = read_word(file);
  uint64_t *constants = room(constant_count);
  for (uint64_t index = 0; index < constant_count; index++) constants[index] = read_word(file);
  const uint64_t code_count = read_word(file);
  Instruction *code = room(code_count);
  for (uint64_t index = 0; index < code_count; index++) {
    const uint64_t word = read_word(file);
    code[index] = (Instruction){(uint8_t)word, (uint8_t)(word >> 8), (uint16_t)(word >> 16), (uint16_t)(word >> 32), (uint16_t)(word >> 48)};
  }
  fclose(file);

  Host host = {{0}};
  int64_t *times = room(repetitions);
  int64_t gas_used = 0;
  for (uint64_t repetition = 0; repetition < warm_ups + repetitions; repetition++) {
    host.words[0] = 0;
    const int64_t begin = now();
    const Run run = execute(code, r, constants, gas, &host);
    const int64_t time = now() - begin;
    if (run.stop != stays) {
      fprintf(stderr, "the run came out wrong: %d\n", run.stop);
      return 1;
    }
    gas_used = gas - run.gas;
    if (repetition >= warm_ups) times[repetition - warm_ups] = time;
  }
  qsort(times, repetitions, sizeof *times, ascending);
  printf("%lld %lld %llu\n", (long long)times[repetitions / 2], (long long)gas_used, (unsigned long long)host.words[0]);
  return 0;
}
