// Modules with one thing wrong, made from the bytecode of sound contracts: what no compiler would
// write, but anybody may publish. Most pass the verifier, since every mutation keeps what it can:
// the gas of blocks is computed anew, and jumps follow the code that they lead to.

package import Bytecode
package import Fuzzing
import Interface
import Primitives

package struct ModuleMutant: Sendable {
  package enum Operator: String, CaseIterable, Sendable {
    case target = "state of an `enter`"
    case jump = "target of a jump"
    case place = "place or vault"
    case register = "register"
    case constant = "constant named"
    case constantValue = "constant"
    case opcode = "opcode"
    case deletion = "instruction deleted"
    case moneyDeletion = "payment deleted"
    case raiseDeletion = "`raise` deleted"
    case guardDeletion = "`require` deleted"
    case copy = "instruction copied"
    case swap = "instructions swapped"
    case portion = "portion of a share"
    case shareTarget = "target of a share"
    case shareDeletion = "share deleted"
    case answer = "answer changed"
    case answerDeletion = "answer deleted"
    case trigger = "trigger"
    case due = "due time"
    case source = "source of a transition"
    case transitionDeletion = "transition deleted"
    case final = "final state"
    case initial = "initial state"
    case counter = "end of a counter"
    case bound = "bound of a term deleted"
    case who = "who may act"
    case keys = "keys of a vault"
    case body = "body of another transition"
  }

  package let kind: Operator
  package let change: String
  package let module: Module

  /// Nil where the operator finds nothing to change.
  package init?(of original: WellFormedModule, _ random: inout Random) {
    var mutation = ModuleMutation(original, random)
    defer { random = mutation.random }
    let kind = mutation.random.element(Operator.allCases)
    guard let change = mutation.apply(kind) else { return nil }
    // Now and then two things are wrong.
    var changes = change
    if mutation.random.oneIn(5), let other = mutation.apply(mutation.random.element(Operator.allCases)) {
      changes += "; \(other)"
    }
    guard mutation.module != original.module else { return nil }
    self.kind = kind
    self.change = changes
    module = mutation.module
  }
}

/// A module that is being changed.
struct ModuleMutation {
  var module: Module
  var random: Random
  /// The entries of the module as it is now, one for each of its first functions.
  var entries: [Entry]

  init(_ original: WellFormedModule, _ random: Random) {
    module = original.module
    self.random = random
    entries = original.module.interface.entries
  }

  var interface: ContractInterface { module.interface }

  /// What was changed, or nil where there was nothing to change.
  mutating func apply(_ kind: ModuleMutant.Operator) -> String? {
    switch kind {
    case .target: operand(of: { $0.opcode == .enter }) { $0.a = UInt16($1.random.below($1.interface.states.count)) }
    case .jump:
      operand(of: { $0.target != nil && $0.opcode != .again }) { instruction, mutation in
        let target = UInt16(mutation.random.below(mutation.codeCount + 1))
        if instruction.opcode.row.a == .target { instruction.a = target } else { instruction.b = target }
      }
    case .place: changePlace()
    case .register: changeRegister()
    case .constant: changeConstant()
    case .constantValue: changeConstantValue()
    case .opcode: changeOpcode()
    case .deletion: delete { _ in true }
    case .moneyDeletion: delete { [.pay, .payEach, .split, .ask].contains($0.opcode) }
    case .raiseDeletion: delete { $0.opcode == .raise }
    case .guardDeletion: delete { $0.opcode == .require }
    case .copy: copy()
    case .swap: swap()
    case .portion: changePortion()
    case .shareTarget: changeShareTarget()
    case .shareDeletion: deleteShare()
    case .answer: changeAnswer()
    case .answerDeletion: deleteAnswer()
    case .trigger: changeTrigger()
    case .due: changeDue()
    case .source: changeSource()
    case .transitionDeletion: deleteTransition()
    case .final: changeFinal()
    case .initial: changeInitial()
    case .counter: changeCounter()
    case .bound: deleteBound()
    case .who: changeWho()
    case .keys: changeKeys()
    case .body: changeBody()
    }
  }

  // MARK: Instructions

  /// How long the code is that is being changed.
  private var codeCount = 0

  /// An instruction of which that holds; those of transitions' bodies are likelier.
  private mutating func pick(_ matches: (Instruction) -> Bool) -> (function: Int, pc: Int)? {
    for _ in 0..<12 {
      let function = random.below(module.functions.count)
      if function < entries.count, !random.oneIn(4) {
        guard case .body = entries[function] else { continue }
      }
      let code = module.functions[function].code
      let places = code.indices.filter { matches(code[$0]) }
      if !places.isEmpty { return (function, random.element(places)) }
    }
    let all = module.functions.indices.flatMap { function in
      module.functions[function].code.indices.filter { matches(module.functions[function].code[$0]) }.map {
        (function: function, pc: $0)
      }
    }
    return all.isEmpty ? nil : random.element(all)
  }

  private mutating func operand(
    of matches: (Instruction) -> Bool, _ change: (inout Instruction, inout ModuleMutation) -> Void
  ) -> String? {
    guard let (function, pc) = pick(matches) else { return nil }
    codeCount = module.functions[function].code.count
    var instruction = module.functions[function].code[pc]
    change(&instruction, &self)
    return replace(function, pc, instruction)
  }

  private mutating func replace(_ function: Int, _ pc: Int, _ instruction: Instruction) -> String? {
    let old = module.functions[function].code[pc]
    if old == instruction { return nil }
    module.functions[function].code[pc] = instruction
    price(function)
    return "\(place(function)) \(pc): \(ModuleMutation.words(old)) ⇒ \(ModuleMutation.words(instruction))"
  }

  private static func words(_ i: Instruction) -> String { "\(i.opcode.mnemonic) \(i.a) \(i.b) \(i.c)" }

  func place(_ function: Int) -> String { function < entries.count ? "\(entries[function])" : "function \(function)" }

  /// The gas of each block anew.
  mutating func price(_ function: Int) {
    var sum = 0
    for pc in module.functions[function].code.indices {
      let row = module.functions[function].code[pc].opcode.row
      sum += row.gas
      module.functions[function].code[pc].gas = row.endsBlock ? UInt8(truncatingIfNeeded: sum) : 0
      if row.endsBlock { sum = 0 }
    }
  }

  mutating func randomPlace(_ vaultsOnly: Bool, _ slots: [Int]) -> UInt16 {
    var places: [PlaceOperand] = []
    for (index, vault) in interface.vaults.identified {
      if vault.key == nil || vaultsOnly { places.append(.vault(index.index)) }
      if vault.key != nil { places += slots.map { .entry(vault: index.index, register: $0) } }
    }
    if !vaultsOnly {
      places += interface.parties.indices.map { .party($0) }
      places += slots.map { .account(register: $0) }
    }
    return places.isEmpty ? 0 : random.element(places).number
  }

  private func slots(_ function: Int, _ matches: (RegisterType) -> Bool) -> [Int] {
    let layout = RegisterLayout(module.functions[function].registers)
    return layout.types.indices.filter { matches(layout.types[$0]) }.map { layout.starts[$0] }
  }

  private mutating func changePlace() -> String? {
    let isPlace: (Operand) -> Bool = { $0 == .place || $0 == .holding || $0 == .payer || $0 == .vault }
    guard let (function, pc) = pick({ isPlace($0.opcode.row.a) || isPlace($0.opcode.row.b) }) else { return nil }
    var instruction = module.functions[function].code[pc]
    let keys = slots(function) { type in
      type == .party
        || interface.vaults.contains { vault in vault.key.map { RegisterType($0.type) == type } ?? false }
    }
    let row = instruction.opcode.row
    let inA = isPlace(row.a) && !(isPlace(row.b) && random.oneIn(2))
    let kind = inA ? row.a : row.b
    let new =
      kind == .vault ? UInt16(random.below(max(1, interface.vaults.count))) : randomPlace(kind == .holding, keys)
    if inA { instruction.a = new } else { instruction.b = new }
    return replace(function, pc, instruction)
  }

  private mutating func changeRegister() -> String? {
    guard let (function, pc) = pick({ $0.operands.contains { ModuleMutation.registerKind($0.kind) != nil } }) else {
      return nil
    }
    var instruction = module.functions[function].code[pc]
    let places = instruction.operands.enumerated().filter { ModuleMutation.registerKind($0.element.kind) != nil }.map(
      \.offset)
    let place = random.element(places)
    guard let kind = ModuleMutation.registerKind(instruction.operands[place].kind) else { return nil }
    let fitting = slots(function) { $0.isA(kind, in: interface.types) }
    if fitting.isEmpty { return nil }
    let new = UInt16(random.element(fitting))
    switch place {
    case 0: instruction.a = new
    case 1: instruction.b = new
    default: instruction.c = new
    }
    return replace(function, pc, instruction)
  }

  private static func registerKind(_ operand: Operand) -> RegisterKind? {
    switch operand {
    case .read(let kind), .write(let kind): kind
    default: nil
    }
  }

  private mutating func changeConstant() -> String? {
    operand(of: { [.constant, .constantPair, .constantWide, .immediate, .narrow].contains($0.opcode) }) {
      instruction, mutation in
      switch instruction.opcode {
      case .immediate: instruction.b = UInt16(truncatingIfNeeded: mutation.random.element([0, 1, 2, 100, -1, 1000]))
      case .narrow: instruction.c = UInt16(mutation.random.below(max(1, mutation.module.constants.count)))
      default: instruction.b = UInt16(mutation.random.below(max(1, mutation.module.constants.count)))
      }
    }
  }

  private mutating func changeConstantValue() -> String? {
    if module.constants.isEmpty { return nil }
    let index = random.below(module.constants.count)
    let new: Value?
    switch module.constants[index] {
    case .bool(let value): new = .bool(!value)
    case .int(let value): new = .int(random.element([.zero, Integer(1), Integer(1000), value + Integer(1), -value]))
    case .percent: new = Percent(Integer(random.below(140)), outOf: Integer(100)).map { .percent($0) }
    case .amount: new = .amount(Amount(unchecked: UInt128(random.element([0, 1, 1_000_000]))))
    case .duration: new = .duration(Duration(unchecked: random.element([0, 1, 86_400_000, Duration.max.milliseconds])))
    case .time: new = .time(random.element([Time(milliseconds: 0), BareAgreement.start, .last]))
    case .text, .bytes, .sequence, .variant, .party: new = nil
    }
    guard let new, new != module.constants[index] else { return nil }
    let old = module.constants[index]
    module.constants[index] = new
    return "constant \(index): \(old) ⇒ \(new)"
  }

  /// Another opcode whose operands are of the same kinds, or now and then any.
  private mutating func changeOpcode() -> String? {
    guard let (function, pc) = pick({ _ in true }) else { return nil }
    var instruction = module.functions[function].code[pc]
    let row = instruction.opcode.row
    let fitting = Opcode.allCases.filter {
      $0.row.a == row.a && $0.row.b == row.b && $0.row.c == row.c && $0 != instruction.opcode
    }
    instruction.opcode = fitting.isEmpty || random.oneIn(10) ? random.element(Opcode.allCases) : random.element(fitting)
    return replace(function, pc, instruction)
  }

  private mutating func copy() -> String? {
    guard let (function, pc) = pick({ _ in true }) else { return nil }
    return replace(function, pc, random.element(module.functions[function].code))
  }

  private mutating func swap() -> String? {
    guard let (function, pc) = pick({ !$0.opcode.row.endsBlock }) else { return nil }
    let other = random.below(module.functions[function].code.count)
    if other == pc { return nil }
    module.functions[function].code.swapAt(pc, other)
    price(function)
    return "\(place(function)): \(pc) ⇔ \(other)"
  }

  /// Without the instruction. What led behind it leads to the same instructions as before; what led
  /// to it leads to the one that comes next.
  private mutating func delete(_ matches: (Instruction) -> Bool) -> String? {
    guard let (function, pc) = pick(matches), module.functions[function].code.count > 1 else { return nil }
    let old = module.functions[function].code[pc]
    // A block must end where one begins.
    let isHead = module.functions[function].code.contains { $0.target == pc + 1 }
    if old.opcode.row.endsBlock && isHead {
      return replace(function, pc, Instruction(.next)).map { _ in
        "\(place(function)) \(pc): \(ModuleMutation.words(old)) deleted"
      }
    }
    func moved(_ target: Int) -> Int { target > pc ? target - 1 : target }
    module.functions[function].code.remove(at: pc)
    for index in module.functions[function].code.indices {
      let row = module.functions[function].code[index].opcode.row
      if row.a == .target {
        module.functions[function].code[index].a = UInt16(moved(Int(module.functions[function].code[index].a)))
      }
      if row.b == .target {
        module.functions[function].code[index].b = UInt16(moved(Int(module.functions[function].code[index].b)))
      }
    }
    module.functions[function].answers = module.functions[function].answers.map {
      Answer(first: moved($0.first), end: moved($0.end), target: moved($0.target))
    }
    price(function)
    return "\(place(function)) \(pc): \(ModuleMutation.words(old)) deleted"
  }

  // MARK: Answers

  private mutating func pickAnswer() -> (function: Int, answer: Int)? {
    let all = module.functions.indices.flatMap { function in
      module.functions[function].answers.indices.map { (function: function, answer: $0) }
    }
    return all.isEmpty ? nil : random.element(all)
  }

  private mutating func changeAnswer() -> String? {
    guard let (function, index) = pickAnswer() else { return nil }
    let (old, count) = (module.functions[function].answers[index], module.functions[function].code.count)
    let new =
      switch random.below(3) {
      case 0: Answer(first: old.first, end: old.end, target: random.below(count))
      case 1: Answer(first: min(old.first + 1, count), end: old.end, target: old.target)
      default: Answer(first: old.first, end: max(0, old.end - 1), target: old.target)
      }
    if new == old { return nil }
    module.functions[function].answers[index] = new
    return
      "\(place(function)): answer \(old.first)..\(old.end) to \(old.target) ⇒ \(new.first)..\(new.end) to \(new.target)"
  }

  private mutating func deleteAnswer() -> String? {
    guard let (function, index) = pickAnswer() else { return nil }
    let old = module.functions[function].answers.remove(at: index)
    return "\(place(function)): answer \(old.first)..\(old.end) to \(old.target) deleted"
  }
}
