// What surrounds the loop, as the machine and the Swift half of the benchmarks have it: calls with arguments and fields that are written back, a table of
// agreements found by open addressing, and the three ways in which programs are measured.

static void *room(uint64_t words) {
  void *memory = calloc(words + 1, 8);
  if (memory == NULL) exit(1);
  return memory;
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

// Calls a function with arguments that are small integers at rest.
static inline Run call(const Task *task, uint64_t function, const uint64_t *arguments, uint64_t count, Host *host) {
  uint64_t *words = task->slab + scratch_words, *frame = words + task->program.word_count;
  for (uint64_t index = 0; index < count; index++) frame[index] = arguments[index] << 1;
  Arena arena = {task->slab, scratch_words + task->program.word_count + task->slots};
  for (uint64_t word = 0; word < task->program.word_count; word++) words[word] = host->row[word];
  Run run = execute(&task->program, function, frame, &arena, words, task->gas, host);
  if (run.stop == enters || run.stop == stays) {
    for (uint64_t written = run.written; written != 0; written &= written - 1) {
      const Field field = task->program.fields[__builtin_ctzll(written)];
      for (uint64_t word = 0; word < field.words; word++) host->row[field.slot + word] = words[field.slot + word];
    }
  } else if (run.stop == returns) {
    run.detail = frame[run.detail];
  }
  return run;
}

static void demand(int condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "the run came out wrong: %s\n", what);
  exit(1);
}

// MARK: One call that goes round and round

static Figures run_once(const Task *task, uint64_t *state) {
  memcpy(state, task->words, 8 * task->program.word_count);
  Host host = {.row = state};
  const int64_t begin = now();
  const Run run = call(task, task->entry, NULL, 0, &host);
  const int64_t time = now() - begin;
  demand(run.stop == stays, "the action did not end in `stay`");
  return (Figures){time, task->gas - run.gas};
}

// MARK: Agreements

// Rows are whole cache lines; the number plus one is the first word, 0 where there is no row.
typedef struct {
  uint64_t *rows, mask, shift, stride, row_words;
} Table;

static const uint64_t agreement_count = 1000000;

// Of a row of the life cycle: state, price, deadline, the parties, and what is in the vault.
enum { word_state, word_price, word_deadline = 3, word_buyer, word_seller, word_vault, purchase_words = 8 };

// The state comes first.
static uint64_t row_words(const Task *task) { return task->kind == lives ? purchase_words : 1 + task->program.word_count; }

static Table make_table(uint64_t count, uint64_t row_words) {
  uint64_t places = 2;
  while (places < 2 * count) places *= 2;
  Table table = {.mask = places - 1, .shift = 64 - (uint64_t)__builtin_ctzll(places), .stride = (1 + row_words + 7) / 8 * 8, .row_words = row_words};
  const uint64_t size = 8 * places * table.stride, large_page = UINT64_C(2) << 20;
  if (posix_memalign((void **)&table.rows, large_page, size) != 0) exit(1);
  // A wish: without large pages everything works, only slower.
  madvise(table.rows, size, MADV_HUGEPAGE);
  memset(table.rows, 0, size);
  return table;
}

// The words behind the number.
static inline uint64_t *find_row(const Table *table, uint64_t number) {
  uint64_t place = (number * UINT64_C(0x9E3779B97F4A7C15)) >> table->shift;
  while (table->rows[place * table->stride] != 0 && table->rows[place * table->stride] != number + 1) place = (place + 1) & table->mask;
  table->rows[place * table->stride] = number + 1;
  return table->rows + place * table->stride + 1;
}

// MARK: Many actions

static Figures run_actions(const Task *task, const Table *table, uint64_t *state) {
  const uint64_t rows = task->kind == cold_actions ? agreement_count : 1;
  for (uint64_t number = 0; number < rows; number++) memset(find_row(table, number), 0, 8 * table->row_words);
  uint64_t random = 1, failures = 0;
  int64_t gas = 0;
  const int64_t begin = now();
  for (uint64_t index = 0; index < task->rounds; index++) {
    uint64_t number = 0;
    if (task->kind == cold_actions) {
      random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      number = (random >> 32) * rows >> 32;
    }
    Host host = {.row = find_row(table, number) + 1};
    const uint64_t arguments[2] = {index * 7919 % 1000, index};
    const Run run = call(task, task->entry, arguments, 2, &host);
    gas += task->gas - run.gas;
    failures += run.stop != stays;
  }
  const int64_t time = now() - begin;
  demand(failures == 0, "an action failed");
  memset(state, 0, 8 * task->program.word_count);
  for (uint64_t number = 0; number < rows; number++) {
    const uint64_t *row = find_row(table, number);
    for (uint64_t word = 0; word < task->program.word_count; word++) state[word] += row[1 + word];
  }
  return (Figures){time, gas};
}

// MARK: Lives

// Actions by the function of their body, which is followed by the due time of the state's deadline.
enum { action_pay = 0, action_ship = 3, action_accept = 6 };

typedef struct {
  const Task *task;
  const Table *table;
  int64_t gas;
  uint64_t failures;
  Amount received;
} Life;

// The deadline of the state is counted from now.
static void enter_state(Life *life, uint64_t state, uint64_t *row, uint64_t time, Host *host) {
  row[word_state] = state;
  if (state > 2) return;
  const Run due = call(life->task, 3 * state + 1, NULL, 0, host);
  life->gas += life->task->gas - due.gas + life->task->call_gas;
  row[word_deadline] = time + due.detail;
}

static void act(Life *life, uint64_t action, uint64_t number, uint64_t party, uint64_t time) {
  uint64_t *row = find_row(life->table, number);
  const uint64_t allowed = row[action == action_ship ? word_seller : word_buyer];
  if (row[word_state] != action / 3 || party != allowed || time >= row[word_deadline]) {
    life->failures++;
    return;
  }
  Host host = {.row = row + word_price, .vault = (Amount)row[word_vault + 1] << 64 | row[word_vault]};
  const Run run = call(life->task, action, NULL, 0, &host);
  life->gas += life->task->gas - run.gas + life->task->call_gas;
  if (run.stop != enters) {
    life->failures++;
    return;
  }
  // What a failed call has moved is forgotten with its host.
  row[word_vault] = (uint64_t)host.vault;
  row[word_vault + 1] = (uint64_t)(host.vault >> 64);
  life->received += host.received;
  enter_state(life, run.detail, row, time, &host);
}

static Figures run_lives(const Task *task, const Table *table, uint64_t *state) {
  const uint64_t buyer = 0x1001, seller = 0x1002;
  for (uint64_t number = 0; number < task->rounds; number++) memset(find_row(table, number), 0, 8 * table->row_words);
  Life life = {.task = task, .table = table};
  const int64_t begin = now();
  for (uint64_t number = 0; number < task->rounds; number++) {
    uint64_t *row = find_row(table, number);
    row[word_price] = 100;
    row[word_buyer] = buyer;
    row[word_seller] = seller;
    Host host = {.row = row + word_price};
    enter_state(&life, 0, row, number, &host);
    act(&life, action_pay, number, buyer, number);
    act(&life, action_ship, number, seller, number);
    act(&life, action_accept, number, buyer, number);
  }
  const int64_t time = now() - begin;
  demand(life.failures == 0, "an action failed");
  state[0] = (uint64_t)life.received;
  state[1] = 0;
  for (uint64_t number = 0; number < task->rounds; number++) state[1] += find_row(table, number)[word_state] == 3;
  return (Figures){time, life.gas};
}
