// The instruction set. The doc comment on a case is its effect; `row` beside it is everything else
// there is to know, once: the encoder, the assembler, the verifier, the gas bound and
// docs/bytecode.md are derived from it, and the machine's switch fails to compile when a case is
// added.
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
  /// state[a] := R[b], one slot; c is the field
  case store
  /// state[a] := R[b], two slots; c is the field
  case storePair
  /// state[a] := R[b], an integer that rests in one word; c is the field
  case storeInt
  /// state[a] := R[b], an integer that rests in five words; c is the field
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
  /// asks the caller, or whom a `payer` has named, for R[b], in currency c, to place a
  case ask
  /// moves what was asked for, or refuses
  case settle
  /// moves all of place a to place b
  case pay
  /// divides place a by split table b
  case split
  /// records event a with the values that begin at R[b]
  case emit
  // Functions
  /// R[c] := the value of function a, whose arguments begin at R[b]
  case call
  /// the call traps with trap a
  case fail
  // More on integers
  /// R[a] := R[b] to the power of R[c]
  case powerInt
  /// R[a] := the greatest common divisor of R[b] and R[c], not negative
  case gcdInt
  /// R[a] := the smaller of R[b] and R[c]
  case minInt
  /// R[a] := the greater of R[b] and R[c]
  case maxInt
  /// R[a] := R[b] × 2^R[c]
  case shiftLeftInt
  /// R[a] := R[b] / 2^R[c], rounded down
  case shiftRightInt
  /// R[a] := R[b] in decimal digits, a `-` before those of a negative one
  case textOfInt
  /// R[a] := the integer that R[b] writes in decimal digits, perhaps with a `-` before them; it must fit R[a]
  case intOfText
  // Ratios
  /// R[a] := R[b] / R[c], reduced; neither part below 0 or beyond 2^63 - 1
  case ratioOfInts
  /// R[a] := R[b] + R[c], both parts below 2^63
  case addRatio
  /// R[a] := R[b] - R[c], at least 0, both parts below 2^63
  case subtractRatio
  /// R[a] := R[b] × R[c], both parts below 2^63
  case multiplyRatio
  /// R[a] := R[b] / R[c], both parts below 2^63
  case divideRatio
  /// R[a] := R[b], which must be at most 1
  case narrowRatio
  // Texts and bytes
  /// R[a] := R[b] followed by R[c]
  case concatenate
  /// R[a] := the bytes of R[b], counted
  case sizeOf
  /// R[a] := the Unicode scalars of R[b], counted
  case scalarCount
  /// R[a] := R[b] < R[c], byte by byte
  case lessText
  // Structures, enumerations, optionals
  /// R[a] := the structure whose members begin at R[b]
  case make
  /// R[a] := member c of R[b]
  case member
  /// R[a] := R[a] with R[b] as member c
  case replace
  /// R[a] := case c, whose payload begins at R[b]
  case wrap
  /// if R[a] is not case c goto b
  case match
  /// R[a] := payload c of R[b], of the case that the `match` before has found
  case payload
  // Lists, sets, maps
  /// R[a] := the list of the c values that begin at R[b]; of a set or a map, c is 0
  case collect
  /// R[a] := the list of R[c] copies of R[b]
  case fillList
  /// R[a] := the elements or entries of R[b], counted
  case countOf
  /// R[a] := R[b][R[c]], one slot
  case getElement
  /// R[a] := R[b][R[c]], two slots
  case getElementPair
  /// R[a][R[b]] := R[c], one slot
  case setElement
  /// R[a][R[b]] := R[c], two slots
  case setElementPair
  /// R[a] := R[b][R[c]], copied
  case getElementObject
  /// R[a][R[b]] := R[c], copied
  case setElementObject
  /// R[a] gets R[b] as its last element
  case appendElement
  /// R[a] loses the element at R[b]; those behind move up
  case removeElement
  /// the set R[a] gets R[b]
  case insertKey
  /// the map R[a] gets R[c] for the key R[b]
  case insertEntry
  /// the set or map R[a] loses the key R[b], if it has it
  case removeKey
  /// R[a] := whether the set or map R[b] has the key R[c]
  case hasKey
  /// if the map R[a] has no key R[c], or the list R[a] no index R[c], goto b
  case find
  /// R[a] := what the `find` or `find.entry` before has found
  case found
  /// R[a] := the elements or entries of R[b], counted; opens the loop that follows
  case each
  /// R[a] := the element, or key, of R[b] that the loop with the counter R[c] has come to
  case item
  /// R[a] := the value of the entry of R[b] that the loop with the counter R[c] has come to
  case itemValue
  // Values of no fixed size
  /// R[a] := R[b], copied: what is done to one leaves the other as it is
  case copyObject
  /// R[a] := R[b] = R[c], with everything in them
  case equalObject
  /// R[a] := term or field b, counted terms first, which rests as an entry or as the entries of a map
  case loadObject
  /// field a, counted behind the terms, := R[b]; no map
  case storeObject
  /// R[a] := the entries of the map b, counted
  case countEntries
  /// if the map a has no key R[c] goto b
  case findEntry
  /// the map a gets R[c] for the key R[b]
  case setEntry
  /// the map a loses the key R[b], if it has it
  case removeEntry
  // What the ledger tells
  /// R[a] := the time of the event
  case now
  /// R[a] := when the agreement was opened
  case opened
  /// R[a] := the account of who acts
  case caller
  /// R[a] := the account of party b
  case account
  // Times
  /// R[a] := R[b] + R[c], at most the last millisecond of the year 9999
  case addTime
  /// R[a] := R[b] - R[c], a time less a duration, at least 0
  case subtractFromTime
  /// R[a] := the duration from R[c] until R[b], from 0 to 100 years
  case subtractTime
  /// R[a] := the end of working day R[c] of the calendar R[b], counted from 1 after the day of the
  /// time that lies behind R[c]
  case endOfDay
  /// R[a] := R[b] in milliseconds
  case intOfDuration
  /// R[a] := R[b] in minor units
  case intOfAmount
  // Digests
  /// R[a] := the SHA-256 of R[b]
  case sha256
  /// R[a] := the SM3 of R[b]
  case sm3
  // More on money
  /// the next `ask` asks a instead of the caller
  case payer
  /// R[a] := what vault b holds under the key R[c]
  case balanceOfKey
  /// R[a] := the keys under which vault b holds something, counted
  case countKeys
  /// if place a holds something goto b
  case empty
  /// pays what vault a holds under each key to the account that is the key
  case payEach
  /// state[a] := state[a] + 1, a counter that has not reached its end; c is the field
  case raise
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
  /// A party or an account.
  case payer
  /// A vault, or what one holds under a key.
  case holding
  /// Any place.
  case place
  case currency
  case party
  case state
  case split
  case event
  /// A field, by index.
  case field
  /// A term or field, counted terms first.
  case item
  /// A function behind the entries.
  case function
  /// A trap, by its place in the list.
  case trap
  /// A member of a structure, a case, or a part of a payload, by index; a number of elements.
  case part
  /// The first of consecutive registers: arguments, members, a payload, or elements.
  case readMany
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
  /// A percent, a ratio or a rate.
  case fraction
  case amount
  case duration
  case time
  /// A duration or a time.
  case span
  case account
  case text
  case counter
  case bytes
  /// A text or bytes.
  case string
  case structure
  /// An enumeration or an optional.
  case variant
  case list
  case set
  case map
  /// A list, a set or a map.
  case collection
  /// A set or a map.
  case keyed
  /// A list or a map.
  case searchable
  /// Anything in the arena, a wide integer excepted.
  case object
  /// Anything that is no counter.
  case any
  /// The same kinds, changed where they lie: the register is no parameter, and no loop goes through it.
  case changingList
  case changingSet
  case changingMap
  case changingKeyed
}

package struct OpcodeRow: Sendable {
  // A row is asked for at every instruction that is looked at: nothing in it counts references.
  private let name: StaticString
  package let a: Operand
  package let b: Operand
  package let c: Operand
  /// What it costs besides what its operands' sizes cost.
  package let gas: Int
  package let endsBlock: Bool

  package var mnemonic: String { name.description }

  fileprivate init(
    _ name: StaticString, _ a: Operand = .unused, _ b: Operand = .unused, _ c: Operand = .unused, gas: Int,
    endsBlock: Bool = false
  ) {
    self.name = name
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
    case .return: .init("return", .read(.any), gas: 1, endsBlock: true)
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
    case .store: .init("store", .slot, .read(.word), .field, gas: 4)
    case .storePair: .init("store.pair", .slot, .read(.pair), .field, gas: 6)
    case .storeInt: .init("store.int", .slot, .read(.int), .field, gas: 4)
    case .storeWide: .init("store.wide", .slot, .read(.int), .field, gas: 14)
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
    case .lessDuration: .init("less.duration", .write(.bool), .read(.span), .read(.span), gas: 1)
    case .lessOrEqualDuration: .init("less-or-equal.duration", .write(.bool), .read(.span), .read(.span), gas: 1)
    case .addDuration: .init("add.duration", .write(.duration), .read(.duration), .read(.duration), gas: 1)
    case .subtractDuration: .init("subtract.duration", .write(.duration), .read(.duration), .read(.duration), gas: 1)
    case .timesDuration: .init("times.duration", .write(.duration), .read(.duration), .read(.int), gas: 3)
    case .equalPair: .init("equal.pair", .write(.bool), .read(.pair), .read(.pair), gas: 1)
    case .lessAmount: .init("less.amount", .write(.bool), .read(.amount), .read(.amount), gas: 1)
    case .lessOrEqualAmount: .init("less-or-equal.amount", .write(.bool), .read(.amount), .read(.amount), gas: 1)
    case .addAmount: .init("add.amount", .write(.amount), .read(.amount), .read(.amount), gas: 2)
    case .subtractAmount: .init("subtract.amount", .write(.amount), .read(.amount), .read(.amount), gas: 2)
    case .timesAmount: .init("times.amount", .write(.amount), .read(.amount), .read(.int), gas: 8)
    case .scaleAmountDown: .init("scale.amount.down", .write(.amount), .read(.amount), .read(.fraction), gas: 30)
    case .scaleAmountUp: .init("scale.amount.up", .write(.amount), .read(.amount), .read(.fraction), gas: 30)
    case .scaleAmountHalfEven:
      .init("scale.amount.half-even", .write(.amount), .read(.amount), .read(.fraction), gas: 30)
    case .lessPercent: .init("less.percent", .write(.bool), .read(.fraction), .read(.fraction), gas: 3)
    case .lessOrEqualPercent: .init("less-or-equal.percent", .write(.bool), .read(.fraction), .read(.fraction), gas: 3)
    case .equalText: .init("equal.text", .write(.bool), .read(.string), .read(.string), gas: 2)
    case .ask: .init("ask", .place, .read(.amount), .currency, gas: 40)
    case .settle: .init("settle", gas: 10, endsBlock: true)
    case .pay: .init("pay", .holding, .place, gas: 40, endsBlock: true)
    case .split: .init("split", .holding, .split, gas: 20, endsBlock: true)
    case .emit: .init("emit", .event, .readAll, gas: 20, endsBlock: true)
    case .call: .init("call", .function, .readMany, .write(.any), gas: 8, endsBlock: true)
    case .fail: .init("fail", .trap, gas: 1, endsBlock: true)
    case .powerInt: .init("power.int", .write(.int), .read(.int), .read(.int), gas: 10)
    case .gcdInt: .init("gcd.int", .write(.int), .read(.int), .read(.int), gas: 40)
    case .minInt: .init("min.int", .write(.int), .read(.int), .read(.int), gas: 1)
    case .maxInt: .init("max.int", .write(.int), .read(.int), .read(.int), gas: 1)
    case .shiftLeftInt: .init("shift-left.int", .write(.int), .read(.int), .read(.int), gas: 8)
    case .shiftRightInt: .init("shift-right.int", .write(.int), .read(.int), .read(.int), gas: 8)
    case .textOfInt: .init("text.int", .write(.text), .read(.int), gas: 30)
    case .intOfText: .init("int.text", .write(.int), .read(.text), gas: 30)
    case .ratioOfInts: .init("ratio.ints", .write(.percent), .read(.int), .read(.int), gas: 60)
    case .addRatio: .init("add.ratio", .write(.percent), .read(.percent), .read(.percent), gas: 120)
    case .subtractRatio: .init("subtract.ratio", .write(.percent), .read(.percent), .read(.percent), gas: 120)
    case .multiplyRatio: .init("multiply.ratio", .write(.percent), .read(.percent), .read(.percent), gas: 120)
    case .divideRatio: .init("divide.ratio", .write(.percent), .read(.percent), .read(.percent), gas: 120)
    case .narrowRatio: .init("narrow.ratio", .write(.percent), .read(.percent), gas: 2)
    case .concatenate: .init("concatenate", .write(.string), .read(.string), .read(.string), gas: 10)
    case .sizeOf: .init("size", .write(.int), .read(.string), gas: 1)
    case .scalarCount: .init("scalars", .write(.int), .read(.text), gas: 4)
    case .lessText: .init("less.text", .write(.bool), .read(.string), .read(.string), gas: 4)
    case .make: .init("make", .write(.structure), .readMany, gas: 6)
    case .member: .init("member", .write(.any), .read(.structure), .part, gas: 3)
    case .replace: .init("replace", .read(.structure), .read(.any), .part, gas: 6)
    case .wrap: .init("wrap", .write(.variant), .readMany, .part, gas: 6)
    case .match: .init("match", .read(.variant), .target, .part, gas: 2, endsBlock: true)
    case .payload: .init("payload", .write(.any), .read(.variant), .part, gas: 3)
    case .collect: .init("collect", .write(.collection), .readMany, .part, gas: 8)
    case .fillList: .init("fill.list", .write(.list), .read(.any), .read(.int), gas: 8)
    case .countOf: .init("count.of", .write(.int), .read(.collection), gas: 1)
    case .getElement: .init("get", .write(.word), .read(.list), .read(.int), gas: 2)
    case .getElementPair: .init("get.pair", .write(.pair), .read(.list), .read(.int), gas: 2)
    case .setElement: .init("set", .read(.changingList), .read(.int), .read(.word), gas: 2)
    case .setElementPair: .init("set.pair", .read(.changingList), .read(.int), .read(.pair), gas: 2)
    case .getElementObject: .init("get.object", .write(.collection), .read(.list), .read(.int), gas: 6)
    case .setElementObject: .init("set.object", .read(.changingList), .read(.int), .read(.collection), gas: 6)
    case .appendElement: .init("append", .read(.changingList), .read(.any), gas: 6)
    case .removeElement: .init("remove", .read(.changingList), .read(.int), gas: 6)
    case .insertKey: .init("insert.key", .read(.changingSet), .read(.any), gas: 20)
    case .insertEntry: .init("insert.entry", .read(.changingMap), .read(.any), .read(.any), gas: 20)
    case .removeKey: .init("remove.key", .read(.changingKeyed), .read(.any), gas: 20)
    case .hasKey: .init("has.key", .write(.bool), .read(.keyed), .read(.any), gas: 10)
    case .find: .init("find", .read(.searchable), .target, .read(.any), gas: 10, endsBlock: true)
    case .found: .init("found", .write(.any), gas: 3)
    case .each: .init("each", .write(.counter), .read(.collection), gas: 1)
    case .item: .init("item", .write(.any), .read(.collection), .read(.counter), gas: 3)
    case .itemValue: .init("item.value", .write(.any), .read(.map), .read(.counter), gas: 3)
    case .copyObject: .init("copy.object", .write(.collection), .read(.collection), gas: 6)
    case .equalObject: .init("equal.object", .write(.bool), .read(.object), .read(.object), gas: 6)
    case .loadObject: .init("load.object", .write(.object), .item, gas: 30)
    case .storeObject: .init("store.object", .item, .read(.object), gas: 60)
    case .countEntries: .init("count.entries", .write(.int), .item, gas: 10)
    case .findEntry: .init("find.entry", .item, .target, .read(.any), gas: 40, endsBlock: true)
    case .setEntry: .init("set.entry", .item, .read(.any), .read(.any), gas: 80)
    case .removeEntry: .init("remove.entry", .item, .read(.any), gas: 60)
    case .now: .init("now", .write(.time), gas: 2)
    case .opened: .init("opened", .write(.time), gas: 2)
    case .caller: .init("caller", .write(.account), gas: 2)
    case .account: .init("account", .write(.account), .party, gas: 2)
    case .addTime: .init("add.time", .write(.time), .read(.time), .read(.duration), gas: 1)
    case .subtractFromTime: .init("subtract.from-time", .write(.time), .read(.time), .read(.duration), gas: 1)
    case .subtractTime: .init("subtract.time", .write(.duration), .read(.time), .read(.time), gas: 1)
    case .endOfDay: .init("end-of-day", .write(.time), .read(.structure), .readMany, gas: 40)
    case .intOfDuration: .init("int.duration", .write(.int), .read(.duration), gas: 1)
    case .intOfAmount: .init("int.amount", .write(.int), .read(.amount), gas: 3)
    case .sha256: .init("sha256", .write(.bytes), .read(.string), gas: 40)
    case .sm3: .init("sm3", .write(.bytes), .read(.string), gas: 40)
    case .payer: .init("payer", .payer, gas: 2)
    case .balanceOfKey: .init("balance.key", .write(.amount), .vault, .read(.word), gas: 20)
    case .countKeys: .init("count.keys", .write(.int), .vault, gas: 5)
    case .empty: .init("empty", .holding, .target, gas: 10, endsBlock: true)
    case .payEach: .init("pay.each", .vault, gas: 40, endsBlock: true)
    case .raise: .init("raise", .slot, .unused, .field, gas: 4)
    }
  }
}

extension Opcode {
  /// Whether it can trap for some values of its operands. Gas runs out everywhere, and a refusal is
  /// no trap: neither is meant.
  package var traps: Bool {
    switch self {
    case .count, .narrow, .divideIntDown, .divideIntUp, .divideIntHalfEven, .moduloInt, .addDuration, .subtractDuration,
      .timesDuration, .addAmount, .subtractAmount, .timesAmount, .scaleAmountDown, .scaleAmountUp, .scaleAmountHalfEven,
      .pay, .split, .call, .fail, .intOfText, .ratioOfInts, .addRatio, .subtractRatio, .multiplyRatio, .divideRatio,
      .narrowRatio, .fillList, .getElement, .getElementPair, .setElement, .setElementPair, .getElementObject,
      .setElementObject, .appendElement, .removeElement, .insertKey, .insertEntry, .setEntry, .subtractFromTime,
      .subtractTime, .raise:
      true
    case .next, .jump, .branch, .loop, .again, .enter, .stay, .return, .require, .copy, .copyPair, .immediate,
      .constant, .constantPair, .constantWide, .load, .loadPair, .loadInt, .loadWide, .store, .storePair, .storeInt,
      .storeWide, .balance, .not, .addInt, .subtractInt, .multiplyInt, .equalInt, .lessInt, .lessOrEqualInt, .equalWord,
      .lessDuration, .lessOrEqualDuration, .equalPair, .lessAmount, .lessOrEqualAmount, .lessPercent,
      .lessOrEqualPercent, .equalText, .ask, .settle, .emit, .powerInt, .gcdInt, .minInt, .maxInt, .shiftLeftInt,
      .shiftRightInt, .textOfInt, .concatenate, .sizeOf, .scalarCount, .lessText, .make, .member, .replace, .wrap,
      .match, .payload, .collect, .countOf, .removeKey, .hasKey, .find, .found, .each, .item, .itemValue, .copyObject,
      .equalObject, .loadObject, .storeObject, .countEntries, .findEntry, .removeEntry, .now, .opened, .caller,
      .account, .addTime, .endOfDay, .intOfDuration, .intOfAmount, .sha256, .sm3, .payer, .balanceOfKey, .countKeys,
      .empty, .payEach:
      false
    }
  }
}
