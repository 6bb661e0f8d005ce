import Interface
import Primitives

/// Checks one function: the shape of its blocks and loops first, then every instruction once, in order, with what is assigned on every way to it.
struct FunctionVerifier {
  /// What is known where a block begins.
  private struct Facts: Equatable {
    /// A bit for each slot: assigned on every way here.
    var assigned: [UInt64]
    /// Whether the deposits are settled, so that effects may follow.
    var isSettled: Bool
  }

  let module: Module
  let function: Function
  let index: Int
  /// What the ledger runs it for; nil of a function that others call.
  let entry: Entry?
  let entryCount: Int
  let layout: RegisterLayout
  let limits: Limits
  let slots: [(type: ValueType, slot: Int)]
  let measures: TypeMeasures
  let parameters: [RegisterType]
  /// What a returned value is; nil for a body, which leads somewhere instead.
  let resultType: RegisterType?
  /// Of each instruction, its innermost loop, by the index of the `loop` instruction; -1 outside loops.
  private(set) var loopOf: [Int]
  /// What may be taken by the instruction that comes next, and by no other.
  var probed = Probe.nothing
  private var isTarget: [Bool]
  private var arriving: [Facts?]

  /// What the instruction before has found out.
  enum Probe {
    case nothing
    /// The register holds this case.
    case matched(register: UInt16, case: Int)
    /// There is a value of this type to be taken.
    case found(ValueType)
  }

  init(_ module: Module, _ index: Int, _ entry: Entry?, entryCount: Int, slots: [(type: ValueType, slot: Int)], measures: TypeMeasures) {
    self.module = module
    self.index = index
    self.entry = entry
    function = module.functions[index]
    layout = RegisterLayout(function.registers)
    limits = module.protocolNumber.limits
    self.entryCount = entryCount
    self.slots = slots
    self.measures = measures
    if let entry {
      parameters = module.interface.parameterTypes(of: entry).map { RegisterType($0) }
      resultType = module.interface.resultType(of: entry).map { RegisterType($0) }
    } else {
      parameters = Array(function.registers.prefix(function.signature?.parameterCount ?? 0))
      resultType = function.signature?.result
    }
    loopOf = []
    isTarget = Array(repeating: false, count: function.code.count)
    arriving = Array(repeating: nil, count: function.code.count)
  }

  func fault(_ code: ModuleFault.Code, _ instruction: Int? = nil) -> ModuleFault { ModuleFault(code, function: index, instruction: instruction) }

  private var isAutomatic: Bool {
    if case .body(let transition)? = entry { module.interface.transitions[transition].trigger.isAutomatic } else { false }
  }

  mutating func run() throws(ModuleFault) {
    try checkRegisters()
    guard !function.code.isEmpty else { throw fault(.ending) }
    guard function.code.count <= limits.instructions else { throw fault(.tooMany) }
    try findLoops()
    try checkBlocks()
    try checkInstructions()
  }

  // MARK: Shape

  private func checkRegisters() throws(ModuleFault) {
    guard layout.slotCount <= limits.registers else { throw fault(.registers) }
    guard (function.signature == nil) == (entry != nil) else { throw fault(.functionCount) }
    guard function.registers.starts(with: parameters) else { throw fault(.registers) }
    if let signature = function.signature {
      guard signature.parameterCount <= function.registers.count, signature.parameterCount <= limits.parameters else { throw fault(.registers) }
      for case .counter in parameters + [signature.result] { throw fault(.type) }
    }
    for type in function.registers + (function.signature.map { [$0.result] } ?? []) {
      switch type {
      case .wide(let bits): guard (1...limits.integerBits).contains(bits) else { throw fault(.type) }
      case .counter(let bound): guard (0...limits.loopBound).contains(bound) else { throw fault(.type) }
      case .amount(let currency): guard currency < module.interface.currencies.count else { throw fault(.index) }
      case .text(let max): guard (1...limits.textScalars).contains(max) else { throw fault(.type) }
      case .bytes(let max): guard (1...limits.bytesSize).contains(max) else { throw fault(.type) }
      case .composite(let index): guard index < module.interface.types.count else { throw fault(.index) }
      case .bool, .int, .percent, .ratio, .duration: break
      }
    }
  }

  /// Loops are brackets: `loop` opens one, and the `again` before the loop's exit, with the same counter, closes it.
  private mutating func findLoops() throws(ModuleFault) {
    var open: [Int] = []
    for (pc, instruction) in function.code.enumerated() {
      switch instruction.opcode {
      case .loop:
        loopOf.append(open.last ?? -1)
        let exit = Int(instruction.b)
        guard exit > pc + 1, exit < function.code.count else { throw fault(.loop, pc) }
        let last = function.code[exit - 1]
        guard last.opcode == .again, last.a == instruction.a, Int(last.b) == pc + 1 else { throw fault(.loop, pc) }
        guard open.count < limits.loopDepth, !open.contains(where: { function.code[$0].a == instruction.a }) else { throw fault(.loop, pc) }
        open.append(pc)
      case .again:
        guard let loop = open.popLast(), Int(function.code[loop].b) == pc + 1 else { throw fault(.loop, pc) }
        loopOf.append(loop)
      default:
        loopOf.append(open.last ?? -1)
        if instruction.opcode == .count || instruction.opcode == .each, open.contains(where: { function.code[$0].a == instruction.a }) {
          throw fault(.loop, pc)
        }
      }
    }
    guard open.isEmpty else { throw fault(.loop) }
  }

  private mutating func checkBlocks() throws(ModuleFault) {
    let code = function.code
    for (pc, instruction) in code.enumerated() {
      let target: Int
      switch instruction.opcode {
      case .jump: target = Int(instruction.a)
      case .branch, .loop, .match, .find, .findEntry: target = Int(instruction.b)
      case .again:
        isTarget[Int(instruction.b)] = true
        continue
      default: continue
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
    var assigned = [UInt64](repeating: 0, count: (layout.slotCount + 63) / 64)
    for parameter in parameters.indices {
      assigned[layout.starts[parameter] / 64] |= 1 << (layout.starts[parameter] % 64)
    }
    // Automatic transitions have no deposits: they begin settled.
    var facts: Facts? = Facts(assigned: assigned, isSettled: isAutomatic)
    for (pc, instruction) in function.code.enumerated() {
      if let other = arriving[pc] {
        arriving[pc] = nil
        facts = try merge(facts, other, at: pc)
      }
      guard var here = facts else { throw fault(.ending, pc) }
      if isTarget[pc] { probed = .nothing }
      let before = probed
      probed = .nothing
      try checkOperands(instruction, at: pc, &here)
      try checkTypes(instruction, at: pc)
      try checkObjects(instruction, at: pc, before)
      try checkPlace(instruction, at: pc, &here)
      facts = try leave(instruction, at: pc, with: here)
    }
    guard facts == nil else { throw fault(.ending, function.code.count - 1) }
  }

  private func merge(_ a: Facts?, _ b: Facts, at pc: Int) throws(ModuleFault) -> Facts {
    guard let a else { return b }
    guard a.isSettled == b.isSettled else { throw fault(.order, pc) }
    return Facts(assigned: zip(a.assigned, b.assigned).map { $0 & $1 }, isSettled: a.isSettled)
  }

  private mutating func arrive(at target: Int, with facts: Facts) throws(ModuleFault) {
    arriving[target] = try merge(arriving[target], facts, at: target)
  }

  /// What is known behind the instruction; nil where nothing follows it.
  private mutating func leave(_ instruction: Instruction, at pc: Int, with facts: Facts) throws(ModuleFault) -> Facts? {
    switch instruction.opcode {
    case .jump:
      try arrive(at: Int(instruction.a), with: facts)
      return nil
    case .branch, .loop, .match, .find, .findEntry:
      try arrive(at: Int(instruction.b), with: facts)
      return facts
    case .enter, .stay, .return, .fail: return nil
    case .settle:
      // Once round a loop would settle twice.
      guard loopOf[pc] == -1 else { throw fault(.order, pc) }
      return facts
    default: return facts
    }
  }

  private func isAssigned(_ slot: Int, _ facts: Facts) -> Bool { facts.assigned[slot / 64] & 1 << (slot % 64) != 0 }

  private func checkOperands(_ instruction: Instruction, at pc: Int, _ facts: inout Facts) throws(ModuleFault) {
    let interface = module.interface
    for (kind, value) in instruction.operands {
      let number = Int(value)
      switch kind {
      case .unused: guard number == 0 else { throw fault(.unusedOperand, pc) }
      case .read(let kind):
        guard let type = layout.type(at: number), type.isA(kind, in: interface.types) else { throw fault(.operand, pc) }
        guard isAssigned(number, facts) else { throw fault(.unassigned, pc) }
        if kind.isChanging { try checkChangeable(number, at: pc) }
      case .write(let kind):
        guard let type = layout.type(at: number), type.isA(kind, in: interface.types) else { throw fault(.operand, pc) }
        if isLoopedThrough(number, at: pc) { throw fault(.changing, pc) }
      case .readAll:
        guard Int(instruction.a) < interface.events.count else { throw fault(.operand, pc) }
        try checkMany(interface.events[Int(instruction.a)].parameters.map { RegisterType($0.type) }, from: number, at: pc, facts, isExact: true)
      case .readMany: try checkMany(manyTypes(instruction, at: pc), from: number, at: pc, facts, isExact: false)
      case .target, .number: break
      case .constant: guard number < module.constants.count else { throw fault(.operand, pc) }
      case .slot: guard number < interface.wordCount else { throw fault(.operand, pc) }
      case .vault: guard number < interface.vaults.count else { throw fault(.operand, pc) }
      case .currency: guard number < interface.currencies.count else { throw fault(.operand, pc) }
      case .state: guard number < interface.states.count else { throw fault(.operand, pc) }
      case .split: guard number < module.splits.count else { throw fault(.operand, pc) }
      case .event: guard number < interface.events.count else { throw fault(.operand, pc) }
      case .field: guard number < interface.fields.count else { throw fault(.operand, pc) }
      case .item: guard number < slots.count else { throw fault(.operand, pc) }
      case .function: guard number >= entryCount, number > index, number < module.functions.count else { throw fault(.call, pc) }
      case .trap: guard number < Trap.allCases.count, Trap.allCases[number] != .gas else { throw fault(.operand, pc) }
      case .part: break
      case .place:
        switch PlaceOperand(number: value).place {
        case .vault(let index): guard index < interface.vaults.count else { throw fault(.operand, pc) }
        case .party(let index): guard index < interface.parties.count else { throw fault(.operand, pc) }
        }
      }
    }
    if instruction.opcode == .split { try checkShares(module.splits[Int(instruction.b)], of: Int(instruction.a), at: pc, facts) }
    // Writes count only now: an instruction reads its operands before it writes its result.
    for case (.write, let value) in instruction.operands { facts.assigned[Int(value) / 64] |= 1 << (Int(value) % 64) }
  }

  /// Consecutive registers, each of a value that fits the type, or is of just this type.
  private func checkMany(_ types: [RegisterType], from slot: Int, at pc: Int, _ facts: Facts, isExact: Bool) throws(ModuleFault) {
    guard !types.isEmpty else {
      guard slot == 0 else { throw fault(.unusedOperand, pc) }
      return
    }
    guard let first = layout.register(at: slot), first + types.count <= layout.types.count else { throw fault(.operand, pc) }
    for (offset, type) in types.enumerated() {
      let register = layout.types[first + offset]
      guard register == type || (!isExact && fits(register, type)) else { throw fault(.operandType, pc) }
      guard isAssigned(layout.starts[first + offset], facts) else { throw fault(.unassigned, pc) }
    }
  }

  private func checkShares(_ shares: [SplitShare], of vault: Int, at pc: Int, _ facts: Facts) throws(ModuleFault) {
    let vaults = module.interface.vaults
    for share in shares {
      switch share.portion {
      case .part(let slot), .upTo(let slot):
        guard let type = layout.type(at: slot) else { throw fault(.operand, pc) }
        guard type == .percent || type == .amount(currency: vaults[vault].currency) else { throw fault(.operandType, pc) }
        guard isAssigned(slot, facts) else { throw fault(.unassigned, pc) }
      case .rest, .evenly: break
      }
      for case .vault(let target) in share.targets where vaults[target].currency != vaults[vault].currency { throw fault(.operandType, pc) }
    }
  }

  /// Which instructions may stand in which functions, and on which side of `settle`.
  private func checkPlace(_ instruction: Instruction, at pc: Int, _ facts: inout Facts) throws(ModuleFault) {
    switch instruction.opcode {
    case .return: guard resultType != nil else { throw fault(.notHere, pc) }
    case .require: guard resultType == nil, !isAutomatic else { throw fault(.notHere, pc) }
    case .ask:
      guard resultType == nil, !isAutomatic else { throw fault(.notHere, pc) }
      guard !facts.isSettled else { throw fault(.order, pc) }
    case .settle:
      guard resultType == nil, !isAutomatic else { throw fault(.notHere, pc) }
      guard !facts.isSettled else { throw fault(.order, pc) }
      facts.isSettled = true
    case .enter, .stay, .store, .storePair, .storeInt, .storeWide, .storeObject, .setEntry, .removeEntry, .pay, .split, .emit:
      guard resultType == nil, facts.isSettled else { throw fault(.effect, pc) }
      if instruction.opcode == .stay && isAutomatic { throw fault(.notHere, pc) }
    default: break
    }
  }
}
