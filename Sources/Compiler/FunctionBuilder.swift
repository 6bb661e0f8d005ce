import Bytecode
import Interface
import Primitives
import Source

/// What the functions of one module share: constants and split tables.
struct Pool {
  private(set) var constants: [Value] = []
  private var places: [Value: Int] = [:]
  private var ranges: [IntegerRange: Int] = [:]
  private(set) var splits: [[SplitShare]] = []

  mutating func constant(_ value: Value) -> Int {
    if let place = places[value] { return place }
    places[value] = constants.count
    constants.append(value)
    return constants.count - 1
  }

  /// Two constants in a row, the ends of a range.
  mutating func range(_ range: IntegerRange) -> Int {
    if let place = ranges[range] { return place }
    ranges[range] = constants.count
    constants += [.int(range.low), .int(range.high)]
    return constants.count - 2
  }

  mutating func split(_ shares: [SplitShare]) -> Int {
    if let place = splits.firstIndex(of: shares) { return place }
    splits.append(shares)
    return splits.count - 1
  }
}

/// Makes one function: hands out registers, collects instructions with labels, and at the end cuts blocks, sums their gas and resolves the labels.
struct FunctionBuilder {
  /// A place in the code that is not known yet.
  struct Label { fileprivate let index: Int }

  struct Register: Hashable {
    let type: RegisterType
    let slot: Int
    /// Whether it may be used again once its value has been read.
    let isTemporary: Bool

    var operand: UInt16 { UInt16(truncatingIfNeeded: slot) }
  }

  private enum Item {
    /// The label stands for the operand that is a target.
    case instruction(Instruction, Label?, Span)
    case label(Int)
  }

  private var items: [Item] = []
  private var labelCount = 0
  private var types: [RegisterType] = []
  private(set) var slotCount = 0
  private var free: [Register] = []

  // MARK: Registers

  private mutating func append(_ type: RegisterType, isTemporary: Bool) -> Register {
    defer { slotCount += type.slots }
    types.append(type)
    return Register(type: type, slot: slotCount, isTemporary: isTemporary)
  }

  /// A register that nothing else uses until it is released.
  mutating func temporary(_ type: RegisterType) -> Register {
    if let index = free.lastIndex(where: { $0.type == type }) { return free.remove(at: index) }
    return append(type, isTemporary: true)
  }

  mutating func release(_ register: Register) { if register.isTemporary { free.append(register) } }

  /// A register of its own, for a parameter or a `let`.
  mutating func permanent(_ type: RegisterType) -> Register { append(type, isTemporary: false) }

  /// Registers one behind the other.
  mutating func consecutive(_ types: [RegisterType]) -> [Register] { types.map { append($0, isTemporary: false) } }

  // MARK: Code

  mutating func label() -> Label {
    labelCount += 1
    return Label(index: labelCount - 1)
  }

  mutating func place(_ label: Label) { items.append(.label(label.index)) }

  mutating func emit(_ opcode: Opcode, _ a: UInt16 = 0, _ b: UInt16 = 0, _ c: UInt16 = 0, at span: Span) {
    items.append(.instruction(Instruction(opcode, a, b, c), nil, span))
  }

  mutating func jump(to label: Label, at span: Span) { items.append(.instruction(Instruction(.jump), label, span)) }

  mutating func branch(unless condition: Register, to label: Label, at span: Span) {
    items.append(.instruction(Instruction(.branch, condition.operand), label, span))
  }

  /// The function, and the span of each instruction; nil where the code or the frame is larger than an operand can name.
  func finish(limits: Limits) -> (Function, [Span])? {
    var code: [(instruction: Instruction, label: Label?, span: Span)] = []
    var places = [Int](repeating: 0, count: labelCount)
    var gas = 0
    func end(at span: Span) {
      if gas > 0 { code.append((Instruction(.next, gas: UInt8(gas + Opcode.next.row.gas)), nil, span)) }
      gas = 0
    }
    for item in items {
      switch item {
      case .label(let index):
        // A block begins here, so the one before must end.
        end(at: code.last?.span ?? Span(0, 0))
        places[index] = code.count
      case .instruction(var instruction, let label, let span):
        let row = instruction.opcode.row
        if gas + row.gas + Opcode.next.row.gas > Int(UInt8.max) { end(at: span) }
        gas += row.gas
        if row.endsBlock {
          instruction.gas = UInt8(gas)
          gas = 0
        }
        code.append((instruction, label, span))
      }
    }
    guard code.count <= limits.instructions, slotCount <= limits.registers else { return nil }
    let resolved = code.map { entry -> Instruction in
      var instruction = entry.instruction
      guard let label = entry.label else { return instruction }
      let target = UInt16(places[label.index])
      if instruction.opcode == .jump { instruction.a = target } else { instruction.b = target }
      return instruction
    }
    return (Function(registers: types, code: resolved), code.map(\.span))
  }
}
