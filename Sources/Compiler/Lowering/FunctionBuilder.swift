import Bytecode
import Interface
import Source

/// Makes one function: hands out registers, collects instructions with labels, and at the end cuts
/// blocks, sums their gas and resolves the labels.
///
/// Behind a jump or an ending nothing is reached until a label is placed that something led to.
/// Instructions of such stretches are dropped, so whoever lowers a tree need not ask whether
/// control gets there.
struct FunctionBuilder {
  /// A place in the code that is not known yet.
  struct Label { fileprivate let index: Int }

  struct Register: Equatable {
    let type: RegisterType
    let slot: Int
    /// Whether it may be used again once its value has been read.
    let isTemporary: Bool

    // A function with more slots than this is refused when it is finished.
    var operand: UInt16 { UInt16(truncatingIfNeeded: slot) }
  }

  /// A loop that was opened and is to be closed.
  struct Loop {
    fileprivate let counter: Register
    fileprivate let head: Label
    fileprivate let exit: Label
    /// Where in `items` its body begins.
    fileprivate let start: Int
  }

  /// A place from which on traps are to be answered.
  struct Mark {
    fileprivate let label: Label
    fileprivate let unanswered: Int
  }

  private struct Item {
    enum Kind {
      case instruction
      /// Here a block begins.
      case label
      /// A place that answers are told by; it cuts nothing.
      case mark
    }

    let kind: Kind
    let instruction: Instruction
    /// Of an instruction its target, or -1; otherwise what is placed here.
    let label: Int
    let span: Span
  }

  private var items: [Item] = []
  /// Of each label, whether something leads to it.
  private var isReferenced: [Bool] = []
  private var answers: [(first: Label, end: Label, target: Label)] = []
  /// How many instructions can trap and are not answered so far.
  private var unanswered = 0
  /// Whether an instruction that comes next would be reached.
  private(set) var isReachable = true
  private var loopDepth = 0
  private var loopDepthMax = 0
  /// The functions that it calls, by number.
  private(set) var calls: [Int] = []
  private var types: [RegisterType] = []
  private var slotCount = 0
  /// Registers that nobody uses, in heaps of few types each.
  private var free = [[Register]](repeating: [], count: 32)
  /// The same of registers that lie one behind the other, in heaps by how many they are.
  private var freeRuns: [[[Register]]] = []

  /// Begins another function in the memory of the one before: most are a few instructions long, so
  /// that making a builder for each would be most of the work.
  mutating func reset() {
    items.clear()
    isReferenced.clear()
    answers.clear()
    unanswered = 0
    isReachable = true
    loopDepth = 0
    loopDepthMax = 0
    calls.clear()
    types.clear()
    slotCount = 0
    for heap in free.indices { free[heap].clear() }
    freeRuns = []
  }

  // MARK: Registers

  private mutating func append(_ type: RegisterType) -> Int {
    defer { slotCount += type.slots }
    types.append(type)
    return slotCount
  }

  /// The heap of a type.
  private static func heap(_ type: RegisterType) -> Int {
    switch type {
    case .value(.bool): 0
    case .value(.ratio(let isPercent)): isPercent ? 1 : 2
    case .value(.rate): 3
    case .value(.amount(let currency)): 4 + currency & 3
    case .value(.duration): 8
    case .value(.time): 9
    case .value(.party): 10
    case .loopCounter: 11
    case .value(.text): 12
    case .value(.bytes): 13
    case .value(.int(let range)): 14 + range.bits & 1
    case .value(.counter): preconditionFailure("in a register a counter is an integer")
    case .wide(let bits): 16 + bits & 7
    case .value(.composite(let index)): 24 + index & 7
    }
  }

  private mutating func take(_ type: RegisterType) -> Int {
    let heap = FunctionBuilder.heap(type)
    guard let place = free[heap].lastIndex(where: { $0.type == type }) else { return append(type) }
    // The order within a heap means nothing.
    free[heap].swapAt(place, free[heap].count - 1)
    return free[heap].removeLast().slot
  }

  /// A register that nothing else uses until it is released.
  mutating func temporary(_ type: RegisterType) -> Register {
    Register(type: type, slot: take(type), isTemporary: true)
  }

  /// A register that keeps its value however often it is read, until it is freed: of a parameter or a name.
  mutating func lasting(_ type: RegisterType) -> Register { Register(type: type, slot: take(type), isTemporary: false) }

  mutating func release(_ register: Register) { if register.isTemporary { free(register) } }

  mutating func free(_ register: Register) { free[FunctionBuilder.heap(register.type)].append(register) }

  /// Registers one behind the other, for values that are handed over together.
  mutating func run(_ types: [RegisterType]) -> [Register] {
    guard types.count > 1 else { return types.map { lasting($0) } }
    while freeRuns.count <= types.count { freeRuns.append([]) }
    let isFree = { (run: [Register]) in run.elementsEqual(types) { $0.type == $1 } }
    if let place = freeRuns[types.count].lastIndex(where: isFree) { return freeRuns[types.count].remove(at: place) }
    return types.map { Register(type: $0, slot: append($0), isTemporary: false) }
  }

  mutating func free(run: [Register]) {
    guard let first = run.first else { return }
    if run.count == 1 { free(first) } else { freeRuns[run.count].append(run) }
  }

  // MARK: Code

  mutating func label() -> Label {
    isReferenced.append(false)
    return Label(index: isReferenced.count - 1)
  }

  func isReferenced(_ label: Label) -> Bool { isReferenced[label.index] }

  /// The code that leads to the label goes on here, and so does what stands before.
  mutating func place(_ label: Label) {
    guard isReferenced[label.index] else { return }
    append(.label, label)
    isReachable = true
  }

  private mutating func append(_ kind: Item.Kind, _ label: Label) {
    items.append(Item(kind: kind, instruction: Instruction(.next), label: label.index, span: Span(0, 0)))
  }

  mutating func emit(_ opcode: Opcode, _ a: UInt16 = 0, _ b: UInt16 = 0, _ c: UInt16 = 0, at span: Span) {
    guard isReachable else { return }
    items.append(Item(kind: .instruction, instruction: Instruction(opcode, a, b, c), label: -1, span: span))
    let row = opcode.row
    if row.traps.canTrap { unanswered += 1 }
    if opcode == .call { calls.append(Int(a)) }
    if row.flow.ends { isReachable = false }
  }

  /// An instruction that leads to a label; the operand that is its target is filled in at the end.
  mutating func emit(_ opcode: Opcode, _ a: UInt16 = 0, _ c: UInt16 = 0, to label: Label, at span: Span) {
    guard isReachable else { return }
    items.append(Item(kind: .instruction, instruction: Instruction(opcode, a, 0, c), label: label.index, span: span))
    isReferenced[label.index] = true
    if opcode.row.flow == .jumps { isReachable = false }
  }

  mutating func jump(to label: Label, at span: Span) { emit(.jump, to: label, at: span) }

  mutating func branch(unless condition: Register, to label: Label, at span: Span) {
    emit(.branch, condition.operand, to: label, at: span)
  }

  // MARK: Loops

  /// Opens a loop over a counter that has been set by the instruction before.
  mutating func openLoop(_ counter: Register, at span: Span) -> Loop {
    let (head, exit) = (label(), label())
    loopDepth += 1
    loopDepthMax = max(loopDepthMax, loopDepth)
    emit(.loop, counter.operand, to: exit, at: span)
    // The way back is what leads to the head.
    isReferenced[head.index] = isReachable
    place(head)
    return Loop(counter: counter, head: head, exit: exit, start: items.count)
  }

  /// Closes a loop. `always` is the constant true: where no round ever comes to its end, the way
  /// back has to be reached all the same, since the verifier demands it of every instruction; so
  /// each round first asks whether always is true.
  mutating func close(_ loop: Loop, always: Int, at span: Span) {
    if !isReachable && isReferenced[loop.head.index] {
      let (truth, end) = (temporary(.bool), label())
      let constant = Instruction(.constant, truth.operand, UInt16(truncatingIfNeeded: always))
      items.insert(
        contentsOf: [
          Item(kind: .instruction, instruction: constant, label: -1, span: span),
          Item(kind: .instruction, instruction: Instruction(.branch, truth.operand), label: end.index, span: span),
        ], at: loop.start)
      isReferenced[end.index] = true
      release(truth)
      place(end)
    }
    emit(.again, loop.counter.operand, to: loop.head, at: span)
    place(loop.exit)
    loopDepth -= 1
  }

  // MARK: Answers

  /// Remembers this place, for `answer`.
  mutating func mark() -> Mark {
    let label = label()
    append(.mark, label)
    return Mark(label: label, unanswered: unanswered)
  }

  /// What traps since the mark leads to the target. Where nothing does that is not answered
  /// already, no way leads there.
  mutating func answer(since mark: Mark, at target: Label) {
    guard unanswered > mark.unanswered else { return }
    unanswered = mark.unanswered
    let end = label()
    append(.mark, end)
    isReferenced[target.index] = true
    answers.append((mark.label, end, target))
  }

  // MARK: The end

  /// The function, and the span of each instruction; nil where it has more instructions, registers
  /// or loops inside each other than a function may.
  func finish(limits: Limits) -> (Function, [Span])? {
    var code: [Instruction] = []
    var spans: [Span] = []
    var jumps: [(instruction: Int, label: Int)] = []
    var places = [Int](repeating: 0, count: isReferenced.count)
    code.reserveCapacity(items.count)
    spans.reserveCapacity(items.count)
    var gas = 0
    func end(at span: Span) {
      guard gas > 0 else { return }
      code.append(Instruction(.next, gas: UInt8(gas + Opcode.next.row.gas)))
      spans.append(span)
      gas = 0
    }
    for item in items {
      switch item.kind {
      case .label:
        // A block begins here, so the one before must end.
        end(at: spans.last ?? Span(0, 0))
        places[item.label] = code.count
      case .mark: places[item.label] = code.count
      case .instruction:
        var instruction = item.instruction
        let row = instruction.opcode.row
        // What does not end its block leaves room for what will.
        if gas + row.gas + (row.endsBlock ? 0 : Opcode.next.row.gas) > Int(UInt8.max) { end(at: item.span) }
        gas += row.gas
        if row.endsBlock {
          instruction.gas = UInt8(gas)
          gas = 0
        }
        if item.label >= 0 { jumps.append((code.count, item.label)) }
        code.append(instruction)
        spans.append(item.span)
      }
    }
    guard code.count <= limits.instructions, slotCount <= limits.registers, loopDepthMax <= limits.loopDepth else {
      return nil
    }
    for (index, label) in jumps {
      let target = UInt16(places[label])
      if code[index].opcode.row.flow == .jumps { code[index].a = target } else { code[index].b = target }
    }
    let resolved =
      answers.isEmpty
      ? []
      : answers.map {
        Answer(first: places[$0.first.index], end: places[$0.end.index], target: places[$0.target.index])
      }
      .sorted { ($0.first, -$0.end) < ($1.first, -$1.end) }
    return (Function(registers: Array(types[...]), code: code, answers: resolved), spans)
  }
}

extension Array {
  /// Empties it and keeps its memory, if it has any.
  mutating func clear() { if !isEmpty { removeAll(keepingCapacity: true) } }
}
