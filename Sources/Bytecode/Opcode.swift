// The instruction set. The doc comment on a case is its effect; `row` beside it is everything else there is to know, once: the encoder, the assembler,
// the verifier, the gas bound and docs/bytecode.md are derived from it, and the machine's switch fails to compile when a case is added.
//
// R[x] is a register, that is one or two 64-bit slots of the frame; K[x] a constant; the operands are a, b and c.

/// What an instruction does. Cases are appended, never changed or reused.
@frozen @usableFromInline
package enum Opcode: UInt8, CaseIterable, Sendable {
  // Control
  /// Ends a block; its gas would not fit one byte otherwise.
  case next
  /// goto a
  case jump
  /// if not R[a] goto b
  case branch
  /// R[a] := R[b], which must lie between 0 and K[c], the counter's bound
  case count
  /// if R[a] = 0 goto b
  case loop
  /// R[a] := R[a] - 1; if R[a] > 0 goto b
  case again
  /// the transition leads into state a
  case enter
  /// the transition stays
  case stay
  /// the function's value is R[a]
  case `return`
  /// if not R[a], the call is refused
  case require
  // Moving values
  /// R[a] := R[b], one slot
  case copy
  /// R[a] := R[b], two slots
  case copyPair
  /// R[a] := b as a signed number
  case immediate
  /// R[a] := K[b], one slot
  case constant
  /// R[a] := K[b], two slots
  case constantPair
  /// R[a] := K[b], an integer or a text in the arena
  case constantWide
  /// R[a] := state[b], one slot
  case load
  /// R[a] := state[b], two slots
  case loadPair
  /// R[a] := state[b], an integer that rests in one word
  case loadInt
  /// R[a] := state[b], an integer that rests in five words
  case loadWide
  /// state[a] := R[b], one slot
  case store
  /// state[a] := R[b], two slots
  case storePair
  /// state[a] := R[b], an integer that rests in one word
  case storeInt
  /// state[a] := R[b], an integer that rests in five words
  case storeWide
  /// R[a] := what vault b holds
  case balance
  // Truth values
  /// R[a] := not R[b]
  case not
  // Integers
  /// R[a] := R[b] + R[c]
  case addInt
  /// R[a] := R[b] - R[c]
  case subtractInt
  /// R[a] := R[b] × R[c]
  case multiplyInt
  /// R[a] := R[b] / R[c], rounded down
  case divideIntDown
  /// R[a] := R[b] / R[c], rounded up
  case divideIntUp
  /// R[a] := R[b] / R[c], rounded half even
  case divideIntHalfEven
  /// R[a] := R[b] mod R[c], with the sign of R[c]
  case moduloInt
  /// R[a] := R[b], which must lie between K[c] and K[c + 1]
  case narrow
  /// R[a] := R[b] = R[c]
  case equalInt
  /// R[a] := R[b] < R[c]
  case lessInt
  /// R[a] := R[b] ≤ R[c]
  case lessOrEqualInt
  // Truth values and durations
  /// R[a] := R[b] = R[c]
  case equalWord
  /// R[a] := R[b] < R[c]
  case lessDuration
  /// R[a] := R[b] ≤ R[c]
  case lessOrEqualDuration
  /// R[a] := R[b] + R[c], at most 100 years
  case addDuration
  /// R[a] := R[b] - R[c], at least 0
  case subtractDuration
  /// R[a] := R[b] × R[c], between 0 and 100 years
  case timesDuration
  // Amounts and percents
  /// R[a] := R[b] = R[c]
  case equalPair
  /// R[a] := R[b] < R[c]
  case lessAmount
  /// R[a] := R[b] ≤ R[c]
  case lessOrEqualAmount
  /// R[a] := R[b] + R[c], below 2^127
  case addAmount
  /// R[a] := R[b] - R[c], at least 0
  case subtractAmount
  /// R[a] := R[b] × R[c], between 0 and 2^127 - 1
  case timesAmount
  /// R[a] := R[b] × R[c], rounded down, below 2^127
  case scaleAmountDown
  /// R[a] := R[b] × R[c], rounded up, below 2^127
  case scaleAmountUp
  /// R[a] := R[b] × R[c], rounded half even, below 2^127
  case scaleAmountHalfEven
  /// R[a] := R[b] < R[c]
  case lessPercent
  /// R[a] := R[b] ≤ R[c]
  case lessOrEqualPercent
  // Texts
  /// R[a] := R[b] = R[c], byte by byte
  case equalText
  // Money and events
  /// asks the caller for R[b], in currency c, to place a
  case ask
  /// moves what was asked for, or refuses
  case settle
  /// moves all of vault a to place b
  case pay
  /// divides vault a by split table b
  case split
  /// records event a with the values that begin at R[b]
  case emit
}

/// What an operand is, and so what the verifier demands of it.
package enum Operand: Hashable, Sendable {
  /// Must be 0.
  case unused
  case read(RegisterKind)
  /// The first of consecutive registers, one for each parameter of the event.
  case readAll
  case write(RegisterKind)
  /// A later block head; of `again`, its loop's first instruction.
  case target
  /// A signed 16-bit number.
  case number
  case constant
  /// A word of the agreement's state.
  case slot
  case vault
  case place
  case currency
  case state
  case split
  case event
}

/// The registers that an operand may name.
package enum RegisterKind: String, Sendable {
  /// One slot that is no counter.
  case word
  /// Two slots.
  case pair
  case bool
  case int
  /// At rest or beyond.
  case percent
  case amount
  case duration
  case text
  case counter
}

package struct OpcodeRow: Sendable {
  package let mnemonic: String
  package let a: Operand
  package let b: Operand
  package let c: Operand
  /// What it costs besides what its operands' sizes cost.
  package let gas: Int
  package let endsBlock: Bool

  fileprivate init(_ mnemonic: String, _ a: Operand = .unused, _ b: Operand = .unused, _ c: Operand = .unused, gas: Int, endsBlock: Bool = false) {
    self.mnemonic = mnemonic
    self.a = a
    self.b = b
    self.c = c
    self.gas = gas
    self.endsBlock = endsBlock
  }
}

extension Opcode {
  /// The rows, indexed by opcode.
  package static let rows: [OpcodeRow] = allCases.map(\.definition)

  package var row: OpcodeRow { Opcode.rows[Int(rawValue)] }

  private var definition: OpcodeRow {
    switch self {
    case .next: .init("next", gas: 1, endsBlock: true)
    case .jump: .init("jump", .target, gas: 1, endsBlock: true)
    case .branch: .init("branch", .read(.bool), .target, gas: 1, endsBlock: true)
    case .count: .init("count", .write(.counter), .read(.int), .constant, gas: 1)
    case .loop: .init("loop", .read(.counter), .target, gas: 1, endsBlock: true)
    case .again: .init("again", .read(.counter), .target, gas: 1, endsBlock: true)
    case .enter: .init("enter", .state, gas: 1, endsBlock: true)
    case .stay: .init("stay", gas: 1, endsBlock: true)
    case .return: .init("return", .read(.word), gas: 1, endsBlock: true)
    case .require: .init("require", .read(.bool), gas: 1)
    case .copy: .init("copy", .write(.word), .read(.word), gas: 1)
    case .copyPair: .init("copy.pair", .write(.pair), .read(.pair), gas: 1)
    case .immediate: .init("immediate", .write(.int), .number, gas: 1)
    case .constant: .init("constant", .write(.word), .constant, gas: 1)
    case .constantPair: .init("constant.pair", .write(.pair), .constant, gas: 1)
    case .constantWide: .init("constant.wide", .write(.word), .constant, gas: 4)
    case .load: .init("load", .write(.word), .slot, gas: 1)
    case .loadPair: .init("load.pair", .write(.pair), .slot, gas: 1)
    case .loadInt: .init("load.int", .write(.int), .slot, gas: 1)
    case .loadWide: .init("load.wide", .write(.int), .slot, gas: 8)
    case .store: .init("store", .slot, .read(.word), gas: 30)
    case .storePair: .init("store.pair", .slot, .read(.pair), gas: 60)
    case .storeInt: .init("store.int", .slot, .read(.int), gas: 30)
    case .storeWide: .init("store.wide", .slot, .read(.int), gas: 150)
    case .balance: .init("balance", .write(.amount), .vault, gas: 5)
    case .not: .init("not", .write(.bool), .read(.bool), gas: 1)
    case .addInt: .init("add.int", .write(.int), .read(.int), .read(.int), gas: 1)
    case .subtractInt: .init("subtract.int", .write(.int), .read(.int), .read(.int), gas: 1)
    case .multiplyInt: .init("multiply.int", .write(.int), .read(.int), .read(.int), gas: 1)
    case .divideIntDown: .init("divide.int.down", .write(.int), .read(.int), .read(.int), gas: 5)
    case .divideIntUp: .init("divide.int.up", .write(.int), .read(.int), .read(.int), gas: 5)
    case .divideIntHalfEven: .init("divide.int.half-even", .write(.int), .read(.int), .read(.int), gas: 5)
    case .moduloInt: .init("modulo.int", .write(.int), .read(.int), .read(.int), gas: 5)
    case .narrow: .init("narrow", .write(.int), .read(.int), .constant, gas: 1)
    case .equalInt: .init("equal.int", .write(.bool), .read(.int), .read(.int), gas: 1)
    case .lessInt: .init("less.int", .write(.bool), .read(.int), .read(.int), gas: 1)
    case .lessOrEqualInt: .init("less-or-equal.int", .write(.bool), .read(.int), .read(.int), gas: 1)
    case .equalWord: .init("equal.word", .write(.bool), .read(.word), .read(.word), gas: 1)
    case .lessDuration: .init("less.duration", .write(.bool), .read(.duration), .read(.duration), gas: 1)
    case .lessOrEqualDuration: .init("less-or-equal.duration", .write(.bool), .read(.duration), .read(.duration), gas: 1)
    case .addDuration: .init("add.duration", .write(.duration), .read(.duration), .read(.duration), gas: 1)
    case .subtractDuration: .init("subtract.duration", .write(.duration), .read(.duration), .read(.duration), gas: 1)
    case .timesDuration: .init("times.duration", .write(.duration), .read(.duration), .read(.int), gas: 3)
    case .equalPair: .init("equal.pair", .write(.bool), .read(.pair), .read(.pair), gas: 1)
    case .lessAmount: .init("less.amount", .write(.bool), .read(.amount), .read(.amount), gas: 1)
    case .lessOrEqualAmount: .init("less-or-equal.amount", .write(.bool), .read(.amount), .read(.amount), gas: 1)
    case .addAmount: .init("add.amount", .write(.amount), .read(.amount), .read(.amount), gas: 2)
    case .subtractAmount: .init("subtract.amount", .write(.amount), .read(.amount), .read(.amount), gas: 2)
    case .timesAmount: .init("times.amount", .write(.amount), .read(.amount), .read(.int), gas: 8)
    case .scaleAmountDown: .init("scale.amount.down", .write(.amount), .read(.amount), .read(.percent), gas: 30)
    case .scaleAmountUp: .init("scale.amount.up", .write(.amount), .read(.amount), .read(.percent), gas: 30)
    case .scaleAmountHalfEven: .init("scale.amount.half-even", .write(.amount), .read(.amount), .read(.percent), gas: 30)
    case .lessPercent: .init("less.percent", .write(.bool), .read(.percent), .read(.percent), gas: 3)
    case .lessOrEqualPercent: .init("less-or-equal.percent", .write(.bool), .read(.percent), .read(.percent), gas: 3)
    case .equalText: .init("equal.text", .write(.bool), .read(.text), .read(.text), gas: 2)
    case .ask: .init("ask", .place, .read(.amount), .currency, gas: 40)
    case .settle: .init("settle", gas: 10, endsBlock: true)
    case .pay: .init("pay", .vault, .place, gas: 40, endsBlock: true)
    case .split: .init("split", .vault, .split, gas: 20, endsBlock: true)
    case .emit: .init("emit", .event, .readAll, gas: 20, endsBlock: true)
    }
  }
}
