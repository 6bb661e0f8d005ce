import Bytecode
import Interface
import Primitives

/// Which instructions can trap or refuse, looked at closer than the table of instructions does. Out
/// of gas is not asked here: what happens by itself is given its bound.
struct FailureAnalysis {
  private let wellFormed: WellFormedModule
  /// Of each function, whether a call of it can fail.
  private var canFail: [Bool]
  /// Of each function, the instructions that are led to from elsewhere than before them.
  private let isTarget: [[Bool]]
  /// Of each function, the instructions on integers that cannot trap.
  private let fits: [[Bool]]

  init(_ wellFormed: WellFormedModule) {
    self.wellFormed = wellFormed
    let functions = wellFormed.module.functions
    let isTarget = functions.map { function in
      var isTarget = [Bool](repeating: false, count: function.code.count)
      for case let target? in function.code.map(\.target) { isTarget[target] = true }
      for answer in function.answers { isTarget[answer.target] = true }
      return isTarget
    }
    self.isTarget = isTarget
    fits = functions.indices.map { instructionsThatFit($0, in: wellFormed, isTarget: isTarget[$0]) }
    canFail = Array(repeating: false, count: functions.count)
    // What a function calls lies behind it.
    for function in functions.indices.reversed() {
      canFail[function] = functions[function].code.indices.contains { fails(at: $0, in: function) }
    }
  }

  /// Whether an instruction can trap or refuse without an answer.
  func fails(at pc: Int, in function: Int) -> Bool {
    wellFormed.target(answering: pc, in: function) == nil && traps(at: pc, in: function)
  }

  /// Whether there are values of its operands' types with which an instruction traps, or refuses.
  func traps(at pc: Int, in function: Int) -> Bool {
    let instruction = wellFormed.module.functions[function].code[pc]
    switch instruction.opcode.row.traps {
    case .never: return false
    case .operands, .refuses: return true
    case .range: return !fits[function][pc]
    case .callee: return canFail[Int(instruction.a)]
    case .scale: return wellFormed.registers[function].type(at: Int(instruction.c)) != .percent
    case .room: return PlaceOperand(number: instruction.b).map(canBeFull) ?? true
    case .shares: return canFail(wellFormed.module.splits[Int(instruction.b)], at: pc, in: function)
    }
  }

  /// Whether there may be no room for what goes there: under a vault's keys there is, if there are
  /// no more values than keys that it may have.
  private func canBeFull(_ place: PlaceOperand) -> Bool {
    let interface = wellFormed.module.interface
    guard case .entry(let vault, _) = place, let key = interface.vaults[vault].key else { return false }
    switch key.type {
    case .int(let range): return range.high - range.low >= Integer(key.most)
    case .composite(let type): return (interface.types[type].payloads?.count ?? .max) > key.most
    case .bool, .ratio, .amount, .duration, .text, .bytes, .time, .rate, .counter, .party: return true
    }
  }

  /// Whether a split can trap: there is no room for a target, or the uncapped shares, of the split
  /// or of one inside it, can be more than the whole. An amount always can; percents can unless
  /// their literals add up to at most 100 %.
  private func canFail(_ shares: [SplitShare], at pc: Int, in function: Int) -> Bool {
    var parts: [Int] = []
    var isCapped = false
    for share in shares {
      switch share.targets {
      case .places(let places): if places.contains(where: canBeFull) { return true }
      case .split(let table): if canFail(wellFormed.module.splits[table], at: pc, in: function) { return true }
      case .list: break
      }
      switch share.portion {
      case .part(let register):
        guard wellFormed.registers[function].type(at: register) == .percent else { return true }
        // A capped share before a fixed one may leave too little for it.
        if isCapped { return true }
        parts.append(register)
      case .upTo: isCapped = true
      case .rest, .evenly: break
      }
    }
    if parts.count <= 1 { return false }
    let literals = literals(before: pc, in: function)
    var sum: (numerator: Integer, denominator: Integer) = (.zero, Integer(1))
    for register in parts {
      guard let percent = literals[register] else { return true }
      let denominator = Integer(percent.denominator)
      sum = (sum.numerator * denominator + Integer(percent.numerator) * sum.denominator, sum.denominator * denominator)
    }
    return sum.numerator > sum.denominator
  }

  /// They stand right before the split that needs them, and no split has more places than this.
  private static let literalsMax = 512

  /// The percents that the straight code before an instruction puts into registers, where they are constants.
  private func literals(before pc: Int, in function: Int) -> [Int: Percent] {
    let code = wellFormed.module.functions[function].code
    var literals: [Int: Percent] = [:]
    var written: Set<Int> = []
    for index in (max(0, pc - FailureAnalysis.literalsMax)..<pc).reversed() {
      let instruction = code[index]
      // A `next` only cuts a block that is too dear for one gas byte; the code goes on straight,
      // unless something leads behind it.
      if instruction.opcode.row.endsBlock && (instruction.opcode != .next || isTarget[function][index + 1]) { break }
      for case (.write, let slot) in instruction.operands where written.insert(Int(slot)).inserted {
        guard instruction.opcode == .constantPair,
          case .percent(let percent) = wellFormed.module.constants[Int(instruction.b)]
        else { continue }
        literals[Int(slot)] = percent
      }
    }
    return literals
  }
}
