// Integers that outgrow one word, laid out, computed and paid for as the machine does it: an object in the slab is a header (limb count << 1 | sign) and
// the limbs, least first; a register holds its place << 1 | 1; a value that fits 63 bits is never an object. All arithmetic is GMP's mpn layer.

#include <gmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

_Static_assert(sizeof(mp_limb_t) == 8 && GMP_NAIL_BITS == 0, "a limb is a 64-bit word");

// The first words of the slab, where small operands are spelled out as limbs.
enum { scratch_words = 2 };

typedef struct {
  uint64_t *slab;
  // The first free word.
  uint64_t top;
} Arena;

typedef struct {
  const mp_limb_t *limbs;
  int64_t count;
  bool is_negative;
} Operand;

typedef enum { rounded_down, modulo } Division;

// A result and the gas that is left; below zero, nothing was done.
typedef struct {
  uint64_t value;
  int64_t gas;
} Wide;

// MARK: Gas

static inline int64_t larger(int64_t x, int64_t y) { return x > y ? x : y; }
static inline int64_t gas_memory(int64_t words) { return (words + 1) / 2; }
static inline int64_t gas_linear(int64_t x, int64_t y) { return 12 + x + y + gas_memory(larger(x, y) + 2); }
static inline int64_t gas_product(int64_t x, int64_t y) { return 16 + 2 * x * y + gas_memory(x + y + 1); }
static inline int64_t gas_quotient(int64_t x, int64_t y) { return 40 + 4 * (x + 1) * y + gas_memory(x + y + 4); }

// MARK: Objects

static inline Operand operand(const uint64_t *objects, uint64_t *scratch, uint64_t word) {
  if (word & 1) {
    const uint64_t *object = objects + (word >> 1);
    return (Operand){(const mp_limb_t *)object + 1, (int64_t)(object[0] >> 1), object[0] & 1};
  }
  const int64_t value = (int64_t)word >> 1;
  *scratch = value < 0 ? -(uint64_t)value : (uint64_t)value;
  return (Operand){(const mp_limb_t *)scratch, value != 0, value < 0};
}

static inline int64_t limb_count(const Arena *arena, uint64_t word) { return word & 1 ? (int64_t)(arena->slab[word >> 1] >> 1) : 1; }

// Makes the integer whose limbs lie behind the first free word canonical, and answers its register word.
static inline uint64_t finish(Arena *arena, int64_t count, bool is_negative) {
  uint64_t *header = arena->slab + arena->top;
  while (count > 0 && header[count] == 0) count--;
  if (count == 0) return 0;
  const uint64_t first = header[1];
  if (count == 1 && (first < UINT64_C(1) << 62 || (first == UINT64_C(1) << 62 && is_negative))) return (is_negative ? -first : first) << 1;
  header[0] = (uint64_t)count << 1 | is_negative;
  const uint64_t word = arena->top << 1 | 1;
  arena->top += 1 + (uint64_t)count;
  return word;
}

// Copies an object of so many words, and answers its place.
static inline uint64_t append(Arena *arena, const uint64_t *words, uint64_t count) {
  const uint64_t place = arena->top;
  memcpy(arena->slab + place, words, 8 * count);
  arena->top += count;
  return place;
}

// MARK: Arithmetic

static inline int compare_magnitudes(Operand a, Operand b) {
  if (a.count != b.count) return a.count < b.count ? -1 : 1;
  return a.count == 0 ? 0 : mpn_cmp(a.limbs, b.limbs, a.count);
}

static inline int compare_operands(Operand a, Operand b) {
  if (a.is_negative != b.is_negative) return a.is_negative ? -1 : 1;
  return a.is_negative ? -compare_magnitudes(a, b) : compare_magnitudes(a, b);
}

__attribute__((noinline)) static Wide wide_sum(Arena *arena, uint64_t x, uint64_t y, bool negating_second, int64_t gas) {
  gas -= gas_linear(limb_count(arena, x), limb_count(arena, y));
  if (gas < 0) return (Wide){0, gas};
  const Operand a = operand(arena->slab, arena->slab, x);
  Operand b = operand(arena->slab, arena->slab + 1, y);
  b.is_negative ^= negating_second;
  mp_limb_t *result = (mp_limb_t *)arena->slab + arena->top + 1;
  if (a.is_negative == b.is_negative) {
    const Operand large = a.count >= b.count ? a : b, small = a.count >= b.count ? b : a;
    if (large.count == 0) return (Wide){0, gas};
    result[large.count] = mpn_add(result, large.limbs, large.count, small.limbs, small.count);
    return (Wide){finish(arena, large.count + 1, a.is_negative), gas};
  }
  const int order = compare_magnitudes(a, b);
  if (order == 0) return (Wide){0, gas};
  const Operand large = order > 0 ? a : b, small = order > 0 ? b : a;
  mpn_sub(result, large.limbs, large.count, small.limbs, small.count);
  return (Wide){finish(arena, large.count, large.is_negative), gas};
}

__attribute__((noinline)) static Wide wide_product(Arena *arena, uint64_t x, uint64_t y, int64_t gas) {
  gas -= gas_product(limb_count(arena, x), limb_count(arena, y));
  if (gas < 0) return (Wide){0, gas};
  const Operand a = operand(arena->slab, arena->slab, x), b = operand(arena->slab, arena->slab + 1, y);
  const Operand large = a.count >= b.count ? a : b, small = a.count >= b.count ? b : a;
  if (small.count == 0) return (Wide){0, gas};
  mpn_mul((mp_limb_t *)arena->slab + arena->top + 1, large.limbs, large.count, small.limbs, small.count);
  return (Wide){finish(arena, a.count + b.count, a.is_negative != b.is_negative), gas};
}

// The divisor is not zero. Small operands with a small result cost nothing beyond the instruction.
__attribute__((noinline)) static Wide quotient(Arena *arena, uint64_t x, uint64_t y, Division division, int64_t gas) {
  if (!((x | y) & 1)) {
    const int64_t dividend = (int64_t)x >> 1, divisor = (int64_t)y >> 1, rest = dividend % divisor;
    const bool steps_down = rest != 0 && (dividend < 0) != (divisor < 0);
    const int64_t value = division == modulo ? (steps_down ? rest + divisor : rest) : dividend / divisor - steps_down;
    int64_t word;
    if (!__builtin_mul_overflow(value, 2, &word)) return (Wide){(uint64_t)word, gas};
  }
  gas -= gas_quotient(limb_count(arena, x), limb_count(arena, y));
  if (gas < 0) return (Wide){0, gas};
  const Operand a = operand(arena->slab, arena->slab, x), b = operand(arena->slab, arena->slab + 1, y);
  // The quotient's limbs, one more for a carry, then the rest's.
  const int64_t count = a.count >= b.count ? a.count - b.count + 1 : 1;
  mp_limb_t *result = (mp_limb_t *)arena->slab + arena->top + 1, *rest = result + count + 1;
  if (a.count >= b.count) {
    mpn_tdiv_qr(result, rest, 0, a.limbs, a.count, b.limbs, b.count);
  } else {
    result[0] = 0;
    for (int64_t index = 0; index < b.count; index++) rest[index] = index < a.count ? a.limbs[index] : 0;
  }
  result[count] = 0;
  int64_t rest_count = b.count;
  while (rest_count > 0 && rest[rest_count - 1] == 0) rest_count--;
  const bool is_negative = a.is_negative != b.is_negative;
  if (division == modulo) {
    if (rest_count == 0) return (Wide){0, gas};
    if (is_negative) {
      mpn_sub(result, b.limbs, b.count, rest, rest_count);
      return (Wide){finish(arena, b.count, b.is_negative), gas};
    }
    mpn_copyi(result, rest, rest_count);
    return (Wide){finish(arena, rest_count, a.is_negative), gas};
  }
  if (rest_count > 0 && is_negative) mpn_add_1(result, result, count + 1, 1);
  return (Wide){finish(arena, count + 1, is_negative), gas};
}

// The order of two integers that are not both small.
__attribute__((noinline)) static Wide wide_order(Arena *arena, uint64_t x, uint64_t y, int64_t gas) {
  gas -= gas_linear(limb_count(arena, x), limb_count(arena, y));
  if (gas < 0) return (Wide){0, gas};
  return (Wide){(uint64_t)(int64_t)compare_operands(operand(arena->slab, arena->slab, x), operand(arena->slab, arena->slab + 1, y)), gas};
}

// Whether a wide integer lies within a range, whose ends are two constants of four words each.
__attribute__((noinline)) static Wide wide_contains(Arena *arena, uint64_t x, const uint64_t *range, const uint64_t *objects, int64_t gas) {
  gas -= gas_linear(limb_count(arena, x), 4);
  if (gas < 0) return (Wide){0, gas};
  const Operand value = operand(arena->slab, arena->slab, x);
  const bool is_inside = compare_operands(value, operand(objects, arena->slab + 1, range[0])) >= 0
    && compare_operands(value, operand(objects, arena->slab + 1, range[4])) <= 0;
  return (Wide){is_inside, gas};
}

// Copies an integer among the constants.
__attribute__((noinline)) static Wide wide_constant(Arena *arena, uint64_t word, const uint64_t *objects, int64_t gas) {
  const uint64_t *object = objects + (word >> 1);
  const uint64_t count = 1 + (object[0] >> 1);
  gas -= gas_memory((int64_t)count);
  return gas < 0 ? (Wide){0, gas} : (Wide){append(arena, object, count) << 1 | 1, gas};
}
