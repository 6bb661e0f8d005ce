import Interface
import Primitives

/// Checks functions of one module, one after the other: the shape of a function's blocks and loops
/// first, then every instruction once, in order, with what is assigned on every way to it. Most
/// functions are a few instructions long, so that making a verifier for each would be most of the
/// work.
struct FunctionVerifier: AbstractInterpreter {
  /// What is known where a block begins.
  struct Facts {
    /// The slots that are assigned on every way here.
    var assigned = Slots()
    /// Whether the deposits are settled, so that effects may follow.
    var isSettled: Bool
    /// Whether a `payer` has named whom the next `ask` asks.
    var hasPayer = false
    /// A bit for each field: stored on every way here.
    var stored: UInt64 = 0
  }

  /// A set of slots. Most functions have no more than 64, and those lie in one word.
  struct Slots {
    private var first: UInt64 = 0
    /// The slots from 64 on, as far as there are any.
    private var others: [UInt64] = []

    func contains(_ slot: Int) -> Bool {
      if slot < 64 { return first & 1 << UInt64(slot) != 0 }
      return slot / 64 <= others.count && others[slot / 64 - 1] & 1 << UInt64(slot % 64) != 0
    }

    mutating func insert(_ slot: Int) {
      if slot < 64 {
        first |= 1 << UInt64(slot)
      } else {
        while others.count < slot / 64 { others.append(0) }
        others[slot / 64 - 1] |= 1 << UInt64(slot % 64)
      }
    }

    mutating func formIntersection(_ other: Slots) {
      first &= other.first
      for index in others.indices { others[index] &= index < other.others.count ? other.others[index] : 0 }
    }
  }

  /// The module, and what all its functions are checked against. It stands apart so that a verifier is small.
  final class Basis {
    let module: Module
    let limits: Limits
    let entries: [Entry]
    /// Of each entry the types of its arguments and of its value.
    let entryTypes: [(parameters: [RegisterType], result: RegisterType?)]
    let slots: [(type: ValueType, slot: Int)]
    /// Of each word of the state the term or field that begins there, by its place in `slots`, or -1.
    let itemAtWord: [Int]

    init(_ module: Module, entries: [Entry]) {
      self.module = module
      self.entries = entries
      limits = module.protocolNumber.limits
      let interface = module.interface
      entryTypes = entries.map { entry in
        (
          interface.parameterTypes(of: entry).map { RegisterType($0) },
          interface.resultType(of: entry).map { RegisterType($0) }
        )
      }
      slots = interface.slots
      var atWord: [Int] = []
      for (item, slot) in slots.enumerated() where slot.type.wordsAtRest > 0 {
        atWord.append(item)
        for _ in 1..<slot.type.wordsAtRest { atWord.append(-1) }
      }
      itemAtWord = atWord
    }
  }

  /// What a function is for.
  enum Purpose {
    /// It gives a value, and does nothing.
    case value
    /// It gives the time of a deadline, or whether a condition holds: what it gives stays the same
    /// while nothing is done.
    case due
    /// It is called, and knows only what it is given, and who the parties are.
    case function
    /// What follows from the terms.
    case opening
    /// What somebody does.
    case action
    /// What happens by itself.
    case automatic
  }

  let basis: Basis

  // The function that is being checked.
  private(set) var index = -1
  private(set) var function = Function(registers: [], code: [])
  private(set) var layout = RegisterLayout([])
  private(set) var purpose = Purpose.value
  private(set) var parameters: [RegisterType] = []
  /// What a returned value is; nil for a body, which leads somewhere instead.
  private(set) var resultType: RegisterType?
  /// Of each instruction, its innermost loop, by the index of the `loop` instruction; -1 outside loops.
  private(set) var loopOf: [Int] = []
  /// What may be taken by the instruction that comes next, and by no other.
  var probed = Probe.nothing
  /// Of each instruction that can trap, where an answer leads. Empty of a function without answers.
  private var answered: [Int?] = []
  private var isTarget: [Bool]
  /// Room for the pass over the instructions.
  private var arriving: [Facts?]

  /// What the instruction before has found out.
  enum Probe {
    case nothing
    /// The register holds this case.
    case matched(register: UInt16, case: Int)
    /// There is a value of this type to be taken.
    case found(ValueType)
  }

  init(_ module: Module, entries: [Entry]) {
    basis = Basis(module, entries: entries)
    // As long as the longest function's code, and used for all of them.
    let count = module.functions.reduce(0) { max($0, $1.code.count) }
    isTarget = Array(repeating: false, count: count)
    arriving = Array(repeating: nil, count: count)
  }

  var module: Module { basis.module }
  var limits: Limits { basis.limits }
  var slots: [(type: ValueType, slot: Int)] { basis.slots }
  private var entries: [Entry] { basis.entries }

  func fault(_ code: ModuleFault.Code, _ instruction: Int? = nil) -> ModuleFault {
    ModuleFault(code, function: index, instruction: instruction)
  }

  /// Checks a function and answers where its registers begin.
  mutating func check(_ index: Int) throws(ModuleFault) -> RegisterLayout {
    begin(index)
    try checkRegisters()
    guard !function.code.isEmpty else { throw fault(.ending) }
    guard function.code.count <= limits.instructions else { throw fault(.tooMany) }
    try findLoops()
    try checkAnswers()
    try checkBlocks()
    try checkInstructions()
    return layout
  }

  /// What the ledger runs the function for; nil of a function that others call.
  private var entry: Entry? { index < entries.count ? entries[index] : nil }

  private mutating func begin(_ index: Int) {
    self.index = index
    function = module.functions[index]
    layout = RegisterLayout(function.registers)
    if index < entries.count {
      (parameters, resultType) = basis.entryTypes[index]
    } else {
      parameters = Array(function.registers.prefix(function.signature?.parameterCount ?? 0))
      resultType = function.signature?.result
    }
    purpose =
      switch entry {
      case .body(let transition): module.interface.transitions[transition].trigger.isAutomatic ? .automatic : .action
      case .opening: .opening
      case .due: .due
      case .bound, .invariant, .view: .value
      case nil: .function
      }
    probed = .nothing
    loopOf.removeAll(keepingCapacity: !loopOf.isEmpty)
    for pc in function.code.indices { isTarget[pc] = false }
  }

  // MARK: Shape

  private func checkRegisters() throws(ModuleFault) {
    guard layout.slotCount <= limits.registers else { throw fault(.registers) }
    guard (function.signature == nil) == (entry != nil) else { throw fault(.functionCount) }
    guard function.registers.starts(with: parameters) else { throw fault(.registers) }
    if let signature = function.signature {
      guard signature.parameterCount <= function.registers.count, signature.parameterCount <= limits.parameters else {
        throw fault(.registers)
      }
      for case .loopCounter in parameters + [signature.result] { throw fault(.type) }
    }
    for type in function.registers { try check(type) }
    if let signature = function.signature { try check(signature.result) }
  }

  private func check(_ type: RegisterType) throws(ModuleFault) {
    switch type {
    case .value(let type):
      if let code = type.defect(in: module.interface, limits, before: module.interface.types.count) {
        throw fault(code)
      }
    case .wide(let bits): guard (1...limits.integerBits).contains(bits) else { throw fault(.type) }
    case .loopCounter(let bound): guard (0...limits.loopBound).contains(bound) else { throw fault(.type) }
    }
  }

  /// Loops are brackets: `loop` opens one, and the `again` before the loop's exit, with the same counter, closes it.
  private mutating func findLoops() throws(ModuleFault) {
    var open: [Int] = []
    for (pc, instruction) in function.code.enumerated() {
      let row = instruction.opcode.row
      switch row.flow {
      case .opensLoop:
        loopOf.append(open.last ?? -1)
        let exit = Int(instruction.b)
        guard exit > pc + 1, exit < function.code.count else { throw fault(.loop, pc) }
        let last = function.code[exit - 1]
        guard last.opcode == .again, last.a == instruction.a, Int(last.b) == pc + 1 else { throw fault(.loop, pc) }
        guard open.count < limits.loopDepth, !open.contains(where: { function.code[$0].a == instruction.a }) else {
          throw fault(.loop, pc)
        }
        open.append(pc)
      case .closesLoop:
        guard let loop = open.popLast(), Int(function.code[loop].b) == pc + 1 else { throw fault(.loop, pc) }
        loopOf.append(loop)
      case .straight, .endsBlock, .jumps, .branches, .enters, .stays, .returns, .traps:
        loopOf.append(open.last ?? -1)
        // The counter of a loop that is open counts its rounds.
        if row.a == .write(.counter), open.contains(where: { function.code[$0].a == instruction.a }) {
          throw fault(.loop, pc)
        }
      }
    }
    guard open.isEmpty else { throw fault(.loop) }
  }

  /// Answers are brackets too. Each leads ahead, out of as many loops as it likes and into none.
  private mutating func checkAnswers() throws(ModuleFault) {
    answered = []
    if function.answers.isEmpty { return }
    var open: [Answer] = []
    var last: Answer?
    for answer in function.answers {
      guard answer.first < answer.end, answer.end <= answer.target, answer.target < function.code.count else {
        throw fault(.answer)
      }
      if let last, last.first > answer.first || (last.first == answer.first && last.end <= answer.end) {
        throw fault(.answer)
      }
      last = answer
      while let around = open.last, around.end <= answer.first { open.removeLast() }
      if let around = open.last, around.end < answer.end { throw fault(.answer) }
      open.append(answer)
    }
    answered = function.answerTargets
    for (pc, target) in answered.enumerated() {
      guard let target else { continue }
      guard isInside(pc, loop: loopOf[target]) else { throw fault(.answer, pc) }
      isTarget[target] = true
    }
  }

  /// Whether an instruction stands in a loop, or in one inside it.
  private func isInside(_ pc: Int, loop: Int) -> Bool {
    var around = loopOf[pc]
    while around > loop { around = loopOf[around] }
    return around == loop
  }

  private mutating func checkBlocks() throws(ModuleFault) {
    let code = function.code
    for (pc, instruction) in code.enumerated() {
      guard let target = instruction.target else { continue }
      if instruction.opcode.row.flow == .closesLoop {
        isTarget[target] = true
        continue
      }
      guard target > pc, target < code.count, loopOf[target] == loopOf[pc] else { throw fault(.target, pc) }
      isTarget[target] = true
    }
    var sum = 0
    for (pc, instruction) in code.enumerated() {
      if isTarget[pc], !code[pc - 1].opcode.row.endsBlock { throw fault(.target, pc) }
      let row = instruction.opcode.row
      sum += row.gas
      guard instruction.gas == (row.endsBlock ? sum : 0) else { throw fault(.blockGas, pc) }
      if row.endsBlock { sum = 0 }
    }
  }

  // MARK: Instructions

  private mutating func checkInstructions() throws(ModuleFault) {
    // Where there are no deposits, they are settled from the beginning.
    var entry = Facts(isSettled: purpose == .automatic || purpose == .opening)
    for parameter in parameters.indices { entry.assigned.insert(layout.starts[parameter]) }
    var arriving: [Facts?] = []
    swap(&arriving, &self.arriving)
    let end = try pass(function.code, 0...(function.code.count - 1), entry: entry, &arriving)
    swap(&arriving, &self.arriving)
    guard end == nil else { throw fault(.ending, function.code.count - 1) }
  }

  func handler(at pc: Int) -> Int? { answered.isEmpty ? nil : answered[pc] }

  func join(_ state: inout Facts, _ other: Facts, at pc: Int) throws(ModuleFault) {
    guard state.isSettled == other.isSettled, state.hasPayer == other.hasPayer else { throw fault(.order, pc) }
    state.assigned.formIntersection(other.assigned)
    state.stored &= other.stored
  }

  func skip(_ pc: Int) throws(ModuleFault) { throw fault(.ending, pc) }

  mutating func step(
    _ instruction: Instruction, _ row: OpcodeRow, at pc: Int, _ state: inout Facts, handled: inout Facts?
  ) throws(ModuleFault) {
    if isTarget[pc] { probed = .nothing }
    let before = probed
    probed = .nothing
    try checkOperands(instruction, at: pc, &state)
    try checkRules(instruction, at: pc, before)
    try checkPlace(instruction, row, at: pc, &state)
  }

  func branch(_ instruction: Instruction, _ row: OpcodeRow, at pc: Int, _ state: inout Facts) -> Facts { state }

  private func isAssigned(_ slot: Int, _ facts: Facts) -> Bool { facts.assigned.contains(slot) }

  private func checkOperands(_ instruction: Instruction, at pc: Int, _ facts: inout Facts) throws(ModuleFault) {
    for (kind, value) in instruction.operands {
      let number = Int(value)
      switch kind {
      case .unused: guard number == 0 else { throw fault(.unusedOperand, pc) }
      case .read(let kind):
        guard let type = layout.type(at: number), type.isA(kind, in: module.interface.types) else {
          throw fault(.operand, pc)
        }
        guard isAssigned(number, facts) else { throw fault(.unassigned, pc) }
        if kind.isChanging { try checkChangeable(number, at: pc) }
      case .write(let kind):
        guard let type = layout.type(at: number), type.isA(kind, in: module.interface.types) else {
          throw fault(.operand, pc)
        }
        if isLoopedThrough(number, at: pc) { throw fault(.changing, pc) }
      case .readMany(let values):
        // What is recorded is of just the event's types.
        try checkMany(
          types(of: values, instruction, at: pc), from: number, at: pc, facts, isExact: values == .eventValues)
      case .target, .number: break
      case .constant: guard number < module.constants.count else { throw fault(.operand, pc) }
      case .slot: guard number < basis.itemAtWord.count else { throw fault(.operand, pc) }
      case .vault: guard number < module.interface.vaults.count else { throw fault(.operand, pc) }
      case .currency: guard number < module.interface.currencies.count else { throw fault(.operand, pc) }
      case .state: guard number < module.interface.states.count else { throw fault(.operand, pc) }
      case .split: guard number < module.splits.count else { throw fault(.operand, pc) }
      case .event: guard number < module.interface.events.count else { throw fault(.operand, pc) }
      case .field: guard number < module.interface.fields.count else { throw fault(.operand, pc) }
      case .item: guard number < slots.count else { throw fault(.operand, pc) }
      case .function:
        guard number >= entries.count, number > index, number < module.functions.count else { throw fault(.call, pc) }
      case .trap: guard let trap = Trap(operand: value), trap != .gas else { throw fault(.operand, pc) }
      case .part: break
      case .party: guard number < module.interface.parties.count else { throw fault(.operand, pc) }
      case .place, .payer, .holding: try check(place(value, at: pc), as: kind, instruction.opcode, at: pc, facts)
      }
    }
    if instruction.opcode == .split, case let source = try place(instruction.a, at: pc), let vault = source.vault {
      try checkShares(module.splits[Int(instruction.b)], in: module.interface.vaults[vault].currency, at: pc, facts)
    }
    // Writes count only now: an instruction reads its operands before it writes its result.
    for case (.write, let value) in instruction.operands { facts.assigned.insert(Int(value)) }
  }

  /// Consecutive registers, each of a value that fits the type, or is of just this type.
  private func checkMany(_ types: [RegisterType], from slot: Int, at pc: Int, _ facts: Facts, isExact: Bool)
    throws(ModuleFault)
  {
    guard !types.isEmpty else {
      guard slot == 0 else { throw fault(.unusedOperand, pc) }
      return
    }
    guard let first = layout.register(at: slot), first + types.count <= layout.types.count else {
      throw fault(.operand, pc)
    }
    for (offset, type) in types.enumerated() {
      let register = layout.types[first + offset]
      guard register == type || (!isExact && fits(register, type)) else { throw fault(.operandType, pc) }
      guard isAssigned(layout.starts[first + offset], facts) else { throw fault(.unassigned, pc) }
    }
  }

  func place(_ number: UInt16, at pc: Int) throws(ModuleFault) -> PlaceOperand {
    guard let place = PlaceOperand(number: number) else { throw fault(.operand, pc) }
    return place
  }

  /// A vault with keys can be paid out as a whole, and asked whether it is empty; where money goes,
  /// or a share is taken, it is what it holds under one of them.
  private func check(_ place: PlaceOperand, as kind: Operand, _ opcode: Opcode, at pc: Int, _ facts: Facts)
    throws(ModuleFault)
  {
    switch place {
    case .vault(let index):
      guard kind != .payer, index < module.interface.vaults.count else { throw fault(.operand, pc) }
      let isWhole = kind == .holding && opcode != .split
      guard module.interface.vaults[index].key == nil || isWhole else { throw fault(.operand, pc) }
    case .party(let index):
      guard kind != .holding, index < module.interface.parties.count else { throw fault(.operand, pc) }
    case .account(let slot):
      guard kind != .holding, layout.type(at: slot) == .party else { throw fault(.operand, pc) }
      guard isAssigned(slot, facts) else { throw fault(.unassigned, pc) }
    case .entry(let index, let slot):
      guard kind != .payer, index < module.interface.vaults.count, let key = module.interface.vaults[index].key else {
        throw fault(.operand, pc)
      }
      guard let type = layout.type(at: slot), fits(type, RegisterType(key.type)) else { throw fault(.operand, pc) }
      guard isAssigned(slot, facts) else { throw fault(.unassigned, pc) }
    }
  }

  /// The shares of a table, and of those inside it, divide an amount of this currency. The tables'
  /// own shape has been checked.
  private func checkShares(_ shares: [SplitShare], in currency: Int, at pc: Int, _ facts: Facts) throws(ModuleFault) {
    let interface = module.interface
    for share in shares {
      switch share.portion {
      case .part(let slot), .upTo(let slot):
        guard let type = layout.type(at: slot) else { throw fault(.operand, pc) }
        guard type == .percent || type == .value(.amount(currency: currency)) else { throw fault(.operandType, pc) }
        guard isAssigned(slot, facts) else { throw fault(.unassigned, pc) }
      case .rest, .evenly: break
      }
      switch share.targets {
      case .places(let places):
        for place in places {
          try check(place, as: .place, .split, at: pc, facts)
          if let vault = place.vault, interface.vaults[vault].currency != currency { throw fault(.operandType, pc) }
        }
      case .split(let table): try checkShares(module.splits[table], in: currency, at: pc, facts)
      case .list(let slot):
        guard case .value(.composite(let index))? = layout.type(at: slot),
          case .list(.party, let least, _) = interface.types[index], least >= 1
        else {
          throw fault(.operand, pc)
        }
        guard isAssigned(slot, facts) else { throw fault(.unassigned, pc) }
      }
    }
  }

  /// Which instructions may stand in which functions, and on which side of `settle`.
  private func checkPlace(
    _ instruction: Instruction, _ row: OpcodeRow, at pc: Int, _ facts: inout Facts
  ) throws(ModuleFault) {
    func demand(_ purposes: Purpose...) throws(ModuleFault) {
      if !purposes.contains(purpose) { throw fault(.notHere, pc) }
    }
    /// An effect, which stands behind `settle`.
    func demandEffect(_ purposes: Purpose...) throws(ModuleFault) {
      if !purposes.contains(purpose) || !facts.isSettled { throw fault(.effect, pc) }
    }
    switch row.reads {
    case .registers, .parties: break
    case .caller: try demand(.action)
    case .now: try demand(.value, .opening, .action, .automatic)
    case .opened, .vault, .emptiness: if purpose == .function { throw fault(.notHere, pc) }
    case .state:
      if purpose == .function { throw fault(.notHere, pc) }
      if let field = field(namedBy: instruction), !isMap(field) { try checkRead(field, at: pc, facts) }
    }
    switch row.traps {
    case .never, .operands, .range, .scale, .room, .shares, .callee: break
    case .refuses: try demand(.action)
    }
    switch row.effect {
    case .nothing: break
    case .namesPayer, .asks:
      try demand(.action)
      guard !facts.isSettled, row.effect == .asks || !facts.hasPayer else { throw fault(.order, pc) }
      facts.hasPayer = row.effect == .namesPayer
    case .settles:
      // Once round a loop would settle twice.
      guard !facts.isSettled, !facts.hasPayer, loopOf[pc] == -1 else { throw fault(.order, pc) }
      facts.isSettled = true
    case .stores: if let field = field(namedBy: instruction) { try checkStore(field: field, at: pc, &facts) }
    case .pays, .splits, .paysEach, .emits, .increments: try demandEffect(.action, .automatic)
    }
    switch row.flow {
    case .straight, .endsBlock, .jumps, .branches, .opensLoop, .closesLoop, .traps: break
    case .returns: try demand(.value, .due, .function)
    case .enters:
      try demandEffect(.action, .automatic)
      try demandStored(at: pc, facts) { $0 == .parameter(state: StateID(Int(instruction.a))) }
    case .stays:
      try demandEffect(.action, .automatic, .opening)
      if purpose == .automatic { throw fault(.notHere, pc) }
      if purpose == .opening { try demandStored(at: pc, facts) { $0.isComputedAtOpening } }
    }
  }

  /// The field that an instruction reads or stores; nil of a term.
  private func field(namedBy instruction: Instruction) -> StateVariableID? {
    instruction.stateOperand.map { operand in
      switch operand {
      case .word(let word): basis.itemAtWord[word]
      case .item(let item): item
      }
    }.flatMap { module.interface.stateVariable(ofItem: $0) }
  }

  /// What is read has been given its value: a state's parameter where the agreement is in that
  /// state, and in the opening what has been stored on every way.
  private func checkRead(_ field: StateVariableID, at pc: Int, _ facts: Facts) throws(ModuleFault) {
    let role = module.interface.fields[field].role
    if case .parameter(let state) = role {
      guard reads(parametersOf: state) else { throw fault(.role, pc) }
    } else if purpose == .opening, role.isComputedAtOpening, facts.stored & 1 << UInt64(field.index) == 0 {
      throw fault(.role, pc)
    }
  }

  /// Whether the function runs in this state alone. A view runs at any time, but only shows what it reads.
  private func reads(parametersOf state: StateID) -> Bool {
    switch entry {
    case .body(let transition), .due(let transition): module.interface.transitions[transition].source == state
    case .invariant(let invariant): module.interface.invariants[invariant].states == [state]
    case .view: true
    case .bound, .opening, nil: false
    }
  }

  /// A map gets its entries one by one, and begins without any.
  private func isMap(_ field: StateVariableID) -> Bool {
    module.interface.fields[field].type.mapParts(in: module.interface.types) != nil
  }

  /// What follows from the terms is stored by the opening, which stores nothing else; what is derived changes no more.
  private func checkStore(field: StateVariableID, at pc: Int, _ facts: inout Facts) throws(ModuleFault) {
    guard purpose != .value, facts.isSettled else { throw fault(.effect, pc) }
    let role = module.interface.fields[field].role
    guard purpose == .opening ? role.isComputedAtOpening : role != .derived else { throw fault(.role, pc) }
    facts.stored |= 1 << UInt64(field.index)
  }

  /// Every field of such a role has been given its value. A map may be meant to have no entries.
  private func demandStored(
    at pc: Int, _ facts: Facts, _ isMeant: (ContractInterface.Field.Role) -> Bool
  ) throws(ModuleFault) {
    for field in module.interface.fields.ids
    where isMeant(module.interface.fields[field].role) && facts.stored & 1 << UInt64(field.index) == 0 {
      if !isMap(field) { throw fault(.role, pc) }
    }
  }
}
