// Reads what `Benchmarks program` prints: hexadecimal words, lists behind their counts.

static uint64_t read_word(FILE *file) {
  unsigned long long word;
  if (fscanf(file, "%llx", &word) != 1) {
    fprintf(stderr, "the program ends too early\n");
    exit(1);
  }
  return word;
}

static uint64_t *read_words(FILE *file, uint64_t *count) {
  *count = read_word(file);
  uint64_t *words = room(*count);
  for (uint64_t index = 0; index < *count; index++) words[index] = read_word(file);
  return words;
}

static Task read_task(FILE *file) {
  Task task = {.warm_ups = read_word(file), .repetitions = read_word(file)};
  task.kind = read_word(file);
  task.rounds = read_word(file);
  task.gas = (int64_t)read_word(file);
  task.call_gas = (int64_t)read_word(file);
  task.entry = read_word(file);
  const uint64_t function_count = read_word(file);
  Function *functions = room(function_count * sizeof *functions / 8);
  uint64_t *starts = room(function_count);
  Bounds **bounds = room(function_count);
  for (uint64_t index = 0; index < function_count; index++) {
    starts[index] = read_word(file);
    functions[index].slots = (uint32_t)read_word(file);
    functions[index].parameter_slots = (uint32_t)read_word(file);
    functions[index].result_slots = (uint32_t)read_word(file);
    functions[index].bounds = bounds[index] = room(2 * functions[index].slots);
    task.slots += functions[index].slots;
  }
  for (uint64_t left = read_word(file); left > 0; left--) {
    const uint64_t function = read_word(file), slot = read_word(file);
    bounds[function][slot].least = read_word(file);
    bounds[function][slot].most = read_word(file);
  }
  uint64_t count;
  task.program.fields = (const Field *)read_words(file, &count);
  task.words = read_words(file, &task.program.word_count);
  task.program.constants = read_words(file, &count);
  task.program.objects = read_words(file, &count);
  const uint64_t *words = read_words(file, &count);
  Instruction *code = room(count);
  for (uint64_t index = 0; index < count; index++) {
    const uint64_t word = words[index];
    code[index] = (Instruction){(uint8_t)word, (uint8_t)(word >> 8), (uint16_t)(word >> 16), (uint16_t)(word >> 32), (uint16_t)(word >> 48)};
  }
  for (uint64_t index = 0; index < function_count; index++) functions[index].code = code + starts[index];
  task.program.functions = functions;
  // Memory cannot run out before gas: 16 bytes cost one unit.
  task.slab = room(scratch_words + task.program.word_count + task.slots + 2 * (uint64_t)task.gas);
  return task;
}
