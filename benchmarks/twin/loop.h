// The twin's loop: the instructions that the benchmarks use, with the machine's encoding, gas and checks, and a computed goto in place of the switch. It is
// the yardstick for the machine's loop, so it is written as well as C allows, and it runs the words that the machine's verifier has passed.
//
// Small integers are v << 1; a word whose lowest bit is 1 is the place of a wide one. What takes long lies out of line, as in the machine: operands and gas
// go in by value, a result and the gas left come back.

#include "arena.h"
// Numbers of the opcodes and of the places of parties, printed from the machine's own tables.
#include "encoding.h"

typedef struct {
  uint8_t op, gas;
  uint16_t a, b, c;
} Instruction;

// The least and the greatest count of a list, by the slot of the register that holds it.
typedef struct {
  uint64_t least, most;
} Bounds;

typedef struct {
  const Instruction *code;
  uint32_t slots, parameter_slots, result_slots;
  const Bounds *bounds;
} Function;

// A field among the words of the state.
typedef struct {
  uint64_t slot, words;
} Field;

typedef struct {
  const Function *functions;
  const uint64_t *constants, *objects;
  const Field *fields;
  uint64_t word_count;
} Program;

typedef unsigned __int128 Amount;

// An agreement as a call sees it: its words, one vault, and what a call asks for and pays out.
typedef struct {
  uint64_t *row;
  Amount vault, asked, received;
} Host;

// What a call returns to.
typedef struct {
  const Instruction *pc;
  const Function *function;
  uint64_t *frame;
  uint64_t result;
} Caller;

// Functions call only those behind them, and the benchmarks have few.
enum { calls_max = 16 };

typedef enum { stays, enters, returns, out_of_gas, out_of_range, out_of_bounds, divided_by_zero, refused } Stop;

typedef struct {
  Stop stop;
  uint64_t detail;
  int64_t gas;
  // A bit for each field that was written.
  uint64_t written;
} Run;

#ifdef COUNT
static uint64_t executed;
#define COUNT_ONE executed++
#else
#define COUNT_ONE
#endif

// `noipa` keeps the compiler from seeing what these do, as the machine's compiler does not see through its host.
__attribute__((noipa)) static void ask(Host *host, Amount units) { host->asked += units; }

__attribute__((noipa)) static int settle(Host *host) {
  host->vault += host->asked;
  host->asked = 0;
  return 0;
}

__attribute__((noipa)) static Amount balance(const Host *host) { return host->vault; }

__attribute__((noipa)) static void move(Host *host, Amount units, uint16_t place) {
  host->vault -= units;
  if (place == place_of_party(1)) host->received += units;
}

// The list of so many copies of a value; its place, and no gas where there is not enough of it.
__attribute__((noinline)) static Wide fill_list(Arena *arena, uint64_t value, uint64_t count, int64_t gas) {
  gas -= gas_memory((int64_t)count + 1);
  if (gas < 0) return (Wide){0, gas};
  const uint64_t place = arena->top;
  uint64_t *list = arena->slab + place;
  list[0] = count << 32 | count;
  for (uint64_t index = 1; index <= count; index++) list[index] = value;
  arena->top += 1 + count;
  return (Wide){place, gas};
}

__attribute__((noipa)) static Run execute(
    const Program *program, uint64_t entry, uint64_t *r, Arena *arena, uint64_t *words, int64_t gas, Host *host) {
  static const void *const labels[256] = {
    [0 ... 255] = &&unknown,
    [op_next] = &&next,
    [op_jump] = &&jump,
    [op_branch] = &&branch,
    [op_count] = &&count,
    [op_loop] = &&loop,
    [op_again] = &&again,
    [op_enter] = &&enter,
    [op_stay] = &&stay,
    [op_return] = &&return_,
    [op_require] = &&require,
    [op_copy] = &&copy,
    [op_immediate] = &&immediate,
    [op_constant] = &&constant,
    [op_constantWide] = &&constant_wide,
    [op_loadPair] = &&load_pair,
    [op_loadInt] = &&load_int,
    [op_storeInt] = &&store_int,
    [op_storeWide] = &&store_wide,
    [op_addInt] = &&add_int,
    [op_subtractInt] = &&subtract_int,
    [op_multiplyInt] = &&multiply_int,
    [op_divideIntDown] = &&divide_int_down,
    [op_moduloInt] = &&modulo_int,
    [op_narrow] = &&narrow,
    [op_equalInt] = &&equal_int,
    [op_lessInt] = &&less_int,
    [op_lessOrEqualInt] = &&less_or_equal_int,
    [op_ask] = &&ask,
    [op_settle] = &&settle,
    [op_pay] = &&pay,
    [op_call] = &&call,
    [op_fillList] = &&fill_list,
    [op_getElement] = &&get_element,
    [op_setElement] = &&set_element,
  };
  const uint64_t *const constants = program->constants;
  uint64_t *const slab = arena->slab;
  const Function *function = program->functions + entry;
  const Instruction *code = function->code, *pc = code, *i;
  Caller callers[calls_max], *caller = callers;
  uint64_t written = 0, x, y;
  int64_t result;
  Wide wide;

#define NEXT do { COUNT_ONE; i = pc++; goto *labels[i->op]; } while (0)
#ifdef UNMETERED
// What the blocks cost is not counted: the difference in time is what metering costs. Work by size is charged all the same.
#define CHARGE do { if (0) goto gas_out; } while (0)
#else
#define CHARGE do { gas -= i->gas; if (gas < 0) goto gas_out; } while (0)
#endif
#define WIDE(operation) do { wide = (operation); gas = wide.gas; if (gas < 0) goto gas_out; r[i->a] = wide.value; } while (0)
#define END(stop, detail) return (Run){stop, detail, gas, written}

  NEXT;

next:
  CHARGE;
  NEXT;
jump:
  CHARGE;
  pc = code + i->a;
  NEXT;
branch:
  CHARGE;
  if (r[i->a] == 0) {
    pc = code + i->b;
    NEXT;
  }
  NEXT;
count:
  x = r[i->b];
  if ((x & 1) || (int64_t)x < 0 || x > constants[4 * i->c]) END(out_of_range, 0);
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
enter:
  CHARGE;
  END(enters, i->a);
stay:
  CHARGE;
  END(stays, 0);
call:
  CHARGE;
  {
    const Function *callee = program->functions + i->a;
    uint64_t *frame = r + function->slots;
    for (uint32_t slot = 0; slot < callee->parameter_slots; slot++) frame[slot] = r[i->b + slot];
    *caller++ = (Caller){pc, function, r, i->c};
    function = callee;
    r = frame;
    code = callee->code;
    pc = code;
  }
  NEXT;
return_:
  CHARGE;
  if (caller == callers) END(returns, i->a);
  caller--;
  {
    const uint64_t *value = r + i->a;
    uint64_t *frame = caller->frame;
    frame[caller->result] = value[0];
    if (function->result_slots == 2) frame[caller->result + 1] = value[1];
    r = frame;
  }
  function = caller->function;
  code = function->code;
  pc = caller->pc;
  NEXT;
require:
  if (r[i->a] == 0) END(refused, 0);
  NEXT;
settle:
  CHARGE;
  if (settle(host)) END(refused, 0);
  NEXT;
ask:
  ask(host, (Amount)r[i->b + 1] << 64 | r[i->b]);
  NEXT;
pay:
  CHARGE;
  {
    const Amount held = balance(host);
    if (held != 0) move(host, held, i->b);
  }
  NEXT;

copy:
  r[i->a] = r[i->b];
  NEXT;
immediate:
  r[i->a] = (uint64_t)(int64_t)(int16_t)i->b << 1;
  NEXT;
constant:
  r[i->a] = constants[4 * i->b];
  NEXT;
constant_wide:
  WIDE(wide_constant(arena, constants[4 * i->b], program->objects, gas));
  NEXT;
load_pair:
  x = words[i->b];
  y = words[i->b + 1];
  r[i->a] = x;
  r[i->a + 1] = y;
  NEXT;
load_int:
  r[i->a] = words[i->b] << 1;
  NEXT;
store_int:
  words[i->a] = (uint64_t)((int64_t)r[i->b] >> 1);
  written |= UINT64_C(1) << (i->c & 63);
  NEXT;
store_wide:
  {
    const Operand value = operand(slab, slab, r[i->b]);
    words[i->a] = (uint64_t)value.count << 1 | value.is_negative;
    for (int64_t limb = 0; limb < 4; limb++) words[i->a + 1 + limb] = limb < value.count ? value.limbs[limb] : 0;
  }
  written |= UINT64_C(1) << (i->c & 63);
  NEXT;

add_int:
  x = r[i->b];
  y = r[i->c];
  if (!((x | y) & 1) && !__builtin_add_overflow((int64_t)x, (int64_t)y, &result)) {
    r[i->a] = (uint64_t)result;
    NEXT;
  }
  WIDE(wide_sum(arena, x, y, false, gas));
  NEXT;
subtract_int:
  x = r[i->b];
  y = r[i->c];
  if (!((x | y) & 1) && !__builtin_sub_overflow((int64_t)x, (int64_t)y, &result)) {
    r[i->a] = (uint64_t)result;
    NEXT;
  }
  WIDE(wide_sum(arena, x, y, true, gas));
  NEXT;
multiply_int:
  x = r[i->b];
  y = r[i->c];
  if (!((x | y) & 1) && !__builtin_mul_overflow((int64_t)x >> 1, (int64_t)y, &result)) {
    r[i->a] = (uint64_t)result;
    NEXT;
  }
  WIDE(wide_product(arena, x, y, gas));
  NEXT;
divide_int_down:
  x = r[i->b];
  y = r[i->c];
  if (y == 0) END(divided_by_zero, 0);
  if (!((x | y) & 1) && (int64_t)(x | y) >= 0) {
    r[i->a] = x / y << 1;
    NEXT;
  }
  WIDE(quotient(arena, x, y, rounded_down, gas));
  NEXT;
modulo_int:
  x = r[i->b];
  y = r[i->c];
  if (y == 0) END(divided_by_zero, 0);
  if (!((x | y) & 1) && (int64_t)(x | y) >= 0) {
    r[i->a] = x % y;
    NEXT;
  }
  WIDE(quotient(arena, x, y, modulo, gas));
  NEXT;
narrow:
  x = r[i->b];
  if (!(x & 1)) {
    const uint64_t *range = constants + 4 * i->c;
    if ((int64_t)x < (int64_t)range[2] || (int64_t)x >= (int64_t)range[7]) END(out_of_range, 0);
    r[i->a] = x;
    NEXT;
  }
  wide = wide_contains(arena, x, constants + 4 * i->c, program->objects, gas);
  gas = wide.gas;
  if (gas < 0) goto gas_out;
  if (!wide.value) END(out_of_range, 0);
  r[i->a] = x;
  NEXT;

// Where both operands are small, C compares them in one step each.
#define COMPARE(relation)                                                  \
  x = r[i->b];                                                             \
  y = r[i->c];                                                             \
  if (!((x | y) & 1)) {                                                    \
    r[i->a] = (int64_t)x relation (int64_t)y;                              \
    NEXT;                                                                  \
  }                                                                        \
  WIDE(wide_order(arena, x, y, gas));                                      \
  r[i->a] = (int64_t)r[i->a] relation 0;                                   \
  NEXT

equal_int:
  COMPARE(==);
less_int:
  COMPARE(<);
less_or_equal_int:
  COMPARE(<=);

fill_list:
  x = r[i->c];
  {
    const Bounds bounds = function->bounds[i->a];
    if ((x & 1) || (int64_t)x < 0 || x >> 1 < bounds.least || x >> 1 > bounds.most) END(out_of_range, 0);
  }
  WIDE(fill_list(arena, r[i->b], x >> 1, gas));
  NEXT;
get_element:
  x = r[i->c];
  {
    const uint64_t *list = slab + r[i->b];
    // A negative index is far beyond every count.
    if ((x & 1) || x >> 1 >= (uint32_t)list[0]) END(out_of_bounds, 0);
    r[i->a] = list[1 + (x >> 1)];
  }
  NEXT;
set_element:
  x = r[i->b];
  {
    uint64_t *list = slab + r[i->a];
    if ((x & 1) || x >> 1 >= (uint32_t)list[0]) END(out_of_bounds, 0);
    list[1 + (x >> 1)] = r[i->c];
  }
  NEXT;

gas_out:
  END(out_of_gas, 0);
unknown:
  fprintf(stderr, "opcode %d has no handler here\n", i->op);
  abort();
}
