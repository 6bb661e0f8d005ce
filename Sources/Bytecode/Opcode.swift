// The instruction set. The doc comment on a case is its effect; `row` beside it is everything else
// there is to know, once: encoder, assembler, verifier, gas bounds, assurance and docs/bytecode.md
// are derived from it, and the machine's switch fails to compile when a case is added. No column has
// a default value, so a new opcode cannot pass an analysis that does not know it.
//
// R[x] is a register, that is one or two 64-bit slots of the frame; K[x] a constant; the operands
// are a, b and c.

/// What an instruction does. Numbers are part of the encoding: they are appended, never changed or
/// reused, and have no gaps.
@frozen @usableFromInline
package enum Opcode: UInt8, CaseIterable, Sendable {
  // Control
  /// Ends a block; its gas would not fit one byte otherwise.
  case next = 0
  /// goto a
  case jump = 1
  /// if not R[a] goto b
  case branch = 2
  /// R[a] := R[b], which must lie between 0 and K[c], the counter's bound
  case count = 3
  /// if R[a] = 0 goto b
  case loop = 4
  /// R[a] := R[a] - 1; if R[a] > 0 goto b
  case again = 5
  /// the transition leads into state a
  case enter = 6
  /// the transition stays
  case stay = 7
  /// the function's value is R[a]
  case `return` = 8
  /// if not R[a], the call is refused
  case require = 9
  /// R[c] := the value of function a, whose arguments begin at R[b]
  case call = 10
  /// the call traps with trap a
  case fail = 11
  // Moving values
  /// R[a] := R[b], one slot
  case copy = 12
  /// R[a] := R[b], two slots
  case copyPair = 13
  /// R[a] := b as a signed number
  case immediate = 14
  /// R[a] := K[b], one slot
  case constant = 15
  /// R[a] := K[b], two slots
  case constantPair = 16
  /// R[a] := K[b], an integer or a text in the arena
  case constantWide = 17
  // The agreement's state
  /// R[a] := state[b], one slot
  case load = 18
  /// R[a] := state[b], two slots
  case loadPair = 19
  /// R[a] := state[b], an integer that rests in one word
  case loadInt = 20
  /// R[a] := state[b], an integer that rests in five words
  case loadWide = 21
  /// state[a] := R[b], one slot; c is the field
  case store = 22
  /// state[a] := R[b], two slots; c is the field
  case storePair = 23
  /// state[a] := R[b], an integer that rests in one word; c is the field
  case storeInt = 24
  /// state[a] := R[b], an integer that rests in five words; c is the field
  case storeWide = 25
  /// state[a] := state[a] + 1, a counter that has not reached its end; c is the field
  case raise = 26
  /// R[a] := term or field b, counted terms first, which rests as an entry or as the entries of a map
  case loadObject = 27
  /// field a, counted behind the terms, := R[b]; no map
  case storeObject = 28
  /// R[a] := the entries of the map b, counted
  case countEntries = 29
  /// if the map a has no key R[c] goto b
  case findEntry = 30
  /// the map a gets R[c] for the key R[b]
  case setEntry = 31
  /// the map a loses the key R[b], if it has it
  case removeEntry = 32
  // What the ledger tells
  /// R[a] := the time of the event
  case now = 33
  /// R[a] := when the agreement was opened
  case opened = 34
  /// R[a] := the account of who acts
  case caller = 35
  /// R[a] := the account of party b
  case account = 36
  // Truth values
  /// R[a] := not R[b]
  case not = 37
  /// R[a] := R[b] = R[c]
  case equalWord = 38
  /// R[a] := R[b] = R[c]
  case equalPair = 39
  // Integers
  /// R[a] := R[b] + R[c]
  case addInt = 40
  /// R[a] := R[b] - R[c]
  case subtractInt = 41
  /// R[a] := R[b] × R[c]
  case multiplyInt = 42
  /// R[a] := R[b] / R[c], rounded down
  case divideIntDown = 43
  /// R[a] := R[b] / R[c], rounded up
  case divideIntUp = 44
  /// R[a] := R[b] / R[c], rounded half even
  case divideIntHalfEven = 45
  /// R[a] := R[b] mod R[c], with the sign of R[c]
  case moduloInt = 46
  /// R[a] := R[b], which must lie between K[c] and K[c + 1]
  case narrow = 47
  /// R[a] := the smaller of R[b] and R[c]
  case minInt = 48
  /// R[a] := the greater of R[b] and R[c]
  case maxInt = 49
  /// R[a] := R[b] = R[c]
  case equalInt = 50
  /// R[a] := R[b] < R[c]
  case lessInt = 51
  /// R[a] := R[b] ≤ R[c]
  case lessOrEqualInt = 52
  /// R[a] := R[b] in decimal digits, a `-` before those of a negative one
  case textOfInt = 53
  /// R[a] := R[b] in milliseconds
  case intOfDuration = 54
  /// R[a] := R[b] in minor units
  case intOfAmount = 55
  // Durations and times
  /// R[a] := R[b] + R[c], at most 100 years
  case addDuration = 56
  /// R[a] := R[b] - R[c], at least 0
  case subtractDuration = 57
  /// R[a] := R[b] × R[c], between 0 and 100 years
  case timesDuration = 58
  /// R[a] := R[b] + R[c], at most the last millisecond of the year 9999
  case addTime = 59
  /// R[a] := R[b] - R[c], a time less a duration, at least 0
  case subtractFromTime = 60
  /// R[a] := the duration from R[c] until R[b], from 0 to 100 years
  case subtractTime = 61
  /// R[a] := R[b] < R[c]
  case lessDuration = 62
  /// R[a] := R[b] ≤ R[c]
  case lessOrEqualDuration = 63
  /// R[a] := the end of working day R[c] of the calendar R[b], counted from 1 after the day of the
  /// time that lies behind R[c]
  case endOfDay = 64
  // Amounts
  /// R[a] := R[b] + R[c], below 2^127
  case addAmount = 65
  /// R[a] := R[b] - R[c], at least 0
  case subtractAmount = 66
  /// R[a] := R[b] × R[c], between 0 and 2^127 - 1
  case timesAmount = 67
  /// R[a] := R[b] × R[c], rounded down, below 2^127
  case scaleAmountDown = 68
  /// R[a] := R[b] × R[c], rounded up, below 2^127
  case scaleAmountUp = 69
  /// R[a] := R[b] × R[c], rounded half even, below 2^127
  case scaleAmountHalfEven = 70
  /// R[a] := R[b] < R[c]
  case lessAmount = 71
  /// R[a] := R[b] ≤ R[c]
  case lessOrEqualAmount = 72
  // Percents, ratios, rates
  /// R[a] := R[b] / R[c], reduced; neither part below 0 or beyond 2^63 - 1
  case ratioOfInts = 73
  /// R[a] := R[b] + R[c], both parts below 2^63
  case addRatio = 74
  /// R[a] := R[b] - R[c], at least 0, both parts below 2^63
  case subtractRatio = 75
  /// R[a] := R[b] × R[c], both parts below 2^63
  case multiplyRatio = 76
  /// R[a] := R[b] / R[c], both parts below 2^63
  case divideRatio = 77
  /// R[a] := R[b], which must be at most 1
  case narrowRatio = 78
  /// R[a] := R[b] < R[c]
  case lessPercent = 79
  /// R[a] := R[b] ≤ R[c]
  case lessOrEqualPercent = 80
  // Texts and bytes
  /// R[a] := R[b] = R[c], byte by byte
  case equalText = 81
  /// R[a] := R[b] < R[c], byte by byte
  case lessText = 82
  /// R[a] := R[b] followed by R[c]
  case concatenate = 83
  /// R[a] := the bytes of R[b], counted
  case sizeOf = 84
  /// R[a] := the Unicode scalars of R[b], counted
  case scalarCount = 85
  /// R[a] := the SHA-256 of R[b]
  case sha256 = 86
  /// R[a] := the SM3 of R[b]
  case sm3 = 87
  // Structures, enumerations, optionals
  /// R[a] := the structure whose members begin at R[b]
  case make = 88
  /// R[a] := member c of R[b]
  case member = 89
  /// R[a] := R[a] with R[b] as member c
  case replace = 90
  /// R[a] := case c, whose payload begins at R[b]
  case wrap = 91
  /// if R[a] is not case c goto b
  case match = 92
  /// R[a] := payload c of R[b], of the case that the `match` before has found
  case payload = 93
  // Lists, sets, maps
  /// R[a] := the list of the c values that begin at R[b]; of a set or a map, c is 0
  case collect = 94
  /// R[a] := the list of R[c] copies of R[b]
  case fillList = 95
  /// R[a] := the elements or entries of R[b], counted
  case countOf = 96
  /// R[a] := R[b][R[c]], one slot
  case getElement = 97
  /// R[a] := R[b][R[c]], two slots
  case getElementPair = 98
  /// R[a][R[b]] := R[c], one slot
  case setElement = 99
  /// R[a][R[b]] := R[c], two slots
  case setElementPair = 100
  /// R[a] := R[b][R[c]], copied
  case getElementObject = 101
  /// R[a][R[b]] := R[c], copied
  case setElementObject = 102
  /// R[a] gets R[b] as its last element
  case appendElement = 103
  /// R[a] loses the element at R[b]; those behind move up
  case removeElement = 104
  /// the set R[a] gets R[b]
  case insertKey = 105
  /// the map R[a] gets R[c] for the key R[b]
  case insertEntry = 106
  /// the set or map R[a] loses the key R[b], if it has it
  case removeKey = 107
  /// R[a] := whether the set or map R[b] has the key R[c]
  case hasKey = 108
  /// if the map R[a] has no key R[c], or the list R[a] no index R[c], goto b
  case find = 109
  /// R[a] := what the `find` or `find.entry` before has found
  case found = 110
  /// R[a] := the elements or entries of R[b], counted; opens the loop that follows
  case each = 111
  /// R[a] := the element, or key, of R[b] that the loop with the counter R[c] has come to
  case item = 112
  /// R[a] := the value of the entry of R[b] that the loop with the counter R[c] has come to
  case itemValue = 113
  // Values of no fixed size
  /// R[a] := R[b], copied: what is done to one leaves the other as it is
  case copyObject = 114
  /// R[a] := R[b] = R[c], with everything in them
  case equalObject = 115
  // Money and events
  /// the next `ask` asks a instead of the caller
  case payer = 116
  /// asks the caller, or whom a `payer` has named, for R[b], in currency c, to place a
  case ask = 117
  /// moves what was asked for, or refuses
  case settle = 118
  /// R[a] := what vault b holds
  case balance = 119
  /// R[a] := what vault b holds under the key R[c]
  case balanceOfKey = 120
  /// R[a] := the keys under which vault b holds something, counted
  case countKeys = 121
  /// if place a holds something goto b
  case empty = 122
  /// moves all of place a to place b
  case pay = 123
  /// divides place a by split table b
  case split = 124
  /// pays what vault a holds under each key to the account that is the key
  case payEach = 125
  /// records event a with the values that begin at R[b]
  case emit = 126
}

/// What an operand is, and so what the verifier demands of it.
@usableFromInline
package enum Operand: Hashable, Sendable {
  /// Must be 0.
  case unused
  case read(RegisterKind)
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
  /// A trap, by its number.
  case trap
  /// A member of a structure, a case, or a part of a payload, by index; a number of elements.
  case part
  /// The first of consecutive registers.
  case readMany(Values)

  /// The values in consecutive registers.
  @usableFromInline
  package enum Values: Sendable {
    /// The parameters of the event that operand a names.
    case eventValues
    /// The arguments of the function that operand a names.
    case arguments
    /// The members of the structure that is made.
    case members
    /// The payload of the case that operand c names.
    case payload
    /// As many elements as operand c says.
    case elements
    /// The number of a working day, and the time after which it is counted.
    case dayAndTime
  }
}

/// The registers that an operand may name.
@usableFromInline
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

/// The instruction that runs next.
@frozen @usableFromInline
package enum Flow: Sendable {
  /// The one behind it.
  case straight
  /// The one behind it; the block's gas is charged before the instruction works.
  case endsBlock
  /// The one that operand a names, which stands further on.
  case jumps
  /// The one behind it, or the one that operand b names, which stands further on.
  case branches
  /// The loop's first, or behind the loop the one that operand b names.
  case opensLoop
  /// The loop's first, which operand b names, or the one behind it.
  case closesLoop
  /// None: the transition enters state a.
  case enters
  /// None: the transition stays in its state.
  case stays
  /// None: the function returns.
  case returns
  /// None: the call traps.
  case traps

  /// Whether no instruction runs next.
  package var ends: Bool {
    switch self {
    case .straight, .endsBlock, .jumps, .branches, .opensLoop, .closesLoop: false
    case .enters, .stays, .returns, .traps: true
    }
  }
}

/// Whether an instruction can stop the call, which a trap handler around it may catch. Gas is
/// another matter: it runs out everywhere.
@usableFromInline
package enum Traps: Sendable {
  case never
  /// For some values of its operands.
  case operands
  /// Unless the operands' ranges show that the result fits, and that a divisor is not zero.
  case range
  /// Unless operand c is a percent.
  case scale
  /// Unless there is room for money in operand b.
  case room
  /// Unless the shares of split b fit into the whole and there is room in their targets.
  case shares
  /// Where the function that operand a names can.
  case callee
  /// It refuses the call, which nothing catches.
  case refuses

  /// Whether a handler can catch it.
  package var canTrap: Bool {
    switch self {
    case .never, .refuses: false
    case .operands, .range, .scale, .room, .shares, .callee: true
    }
  }
}

/// What decides the result, or the way that a branch takes, beside the registers and constants that
/// the operands name.
@usableFromInline
package enum Reads: Sendable {
  case registers
  /// The term or field that its slot or item operand names.
  case state
  /// The money in a vault.
  case vault
  /// Whether operand a is empty; a branch falls through where it is.
  case emptiness
  case now
  case opened
  case caller
  case parties
}

/// What an instruction changes beside its registers.
@usableFromInline
package enum Effect: Sendable {
  case nothing
  /// The field that its slot or item operand names gets a value.
  case stores
  /// The counter that its slot operand names, field c, becomes one greater.
  case increments
  /// The next deposit is asked of operand a.
  case namesPayer
  /// A deposit is asked for operand a.
  case asks
  /// The deposits that were asked for are collected.
  case settles
  /// All money of operand a goes to operand b.
  case pays
  /// All money of operand a is divided by split b.
  case splits
  /// All money of vault a goes to its keys.
  case paysEach
  case emits
}

/// How a result follows from the operands, as far as an analysis may rely on it.
@usableFromInline
package enum ValueRule: Sendable {
  /// Nothing is known but its type, or there is no result.
  case opaque
  /// R[b]
  case copy
  /// b as a signed number
  case immediate
  /// K[b]
  case constant
  /// What `reads` names.
  case read
  /// R[b] + R[c]
  case sum
  /// R[b] - R[c]
  case difference
  /// R[b] × R[c]
  case product
  /// R[b] / R[c], rounded either way
  case quotient
  /// R[b] mod R[c]
  case remainder
  /// R[b], between K[c] and K[c + 1]
  case narrowed
  case minimum
  case maximum
  /// R[b] < R[c]
  case less
  /// R[b] ≤ R[c]
  case lessOrEqual
  /// not R[b]
  case negation
}

@frozen @usableFromInline
package struct OpcodeRow: Sendable {
  @usableFromInline package let a: Operand
  @usableFromInline package let b: Operand
  @usableFromInline package let c: Operand
  @usableFromInline package let value: ValueRule
  @usableFromInline package let flow: Flow
  @usableFromInline package let traps: Traps
  @usableFromInline package let reads: Reads
  @usableFromInline package let effect: Effect
  /// What it costs besides what its operands' sizes cost.
  @usableFromInline package let gas: Int

  package var endsBlock: Bool { flow != .straight }
}

/// A row with its mnemonic, which stands apart: rows are copied at every instruction that is looked at.
private struct Definition {
  let name: StaticString
  let row: OpcodeRow

  init(
    _ name: StaticString, _ a: Operand = .unused, _ b: Operand = .unused, _ c: Operand = .unused, gas: Int,
    _ value: ValueRule, _ flow: Flow, traps: Traps, reads: Reads, effect: Effect
  ) {
    self.name = name
    row = OpcodeRow(
      a: a, b: b, c: c, value: value, flow: flow, traps: traps, reads: reads, effect: effect, gas: gas)
  }

  /// Always gives a value that follows from registers and constants alone, and does nothing else.
  static func pure(
    _ name: StaticString, _ a: Operand, _ b: Operand = .unused, _ c: Operand = .unused, gas: Int, _ value: ValueRule
  ) -> Definition {
    .init(name, a, b, c, gas: gas, value, .straight, traps: .never, reads: .registers, effect: .nothing)
  }

  /// Gives such a value, or traps.
  static func partial(
    _ name: StaticString, _ a: Operand, _ b: Operand, _ c: Operand = .unused, gas: Int, _ value: ValueRule, traps: Traps
  ) -> Definition {
    .init(name, a, b, c, gas: gas, value, .straight, traps: traps, reads: .registers, effect: .nothing)
  }

  /// R[a] follows from R[b] and R[c], all three of one kind.
  static func arithmetic(
    _ name: StaticString, _ kind: RegisterKind, gas: Int, _ value: ValueRule, traps: Traps
  ) -> Definition {
    .partial(name, .write(kind), .read(kind), .read(kind), gas: gas, value, traps: traps)
  }

  /// Always says whether R[b] and R[c], both of one kind, are so.
  static func comparison(
    _ name: StaticString, _ kind: RegisterKind, gas: Int, _ value: ValueRule
  ) -> Definition {
    .pure(name, .write(.bool), .read(kind), .read(kind), gas: gas, value)
  }

  /// Only decides, by registers alone, what runs next.
  static func control(
    _ name: StaticString, _ a: Operand = .unused, _ b: Operand = .unused, _ c: Operand = .unused, gas: Int, _ flow: Flow
  ) -> Definition {
    .init(name, a, b, c, gas: gas, .opaque, flow, traps: .never, reads: .registers, effect: .nothing)
  }

  /// Always gives a value that follows from something beside registers.
  static func reading(
    _ reads: Reads, _ name: StaticString, _ a: Operand, _ b: Operand = .unused, _ c: Operand = .unused, gas: Int,
    _ value: ValueRule
  ) -> Definition {
    .init(name, a, b, c, gas: gas, value, .straight, traps: .never, reads: reads, effect: .nothing)
  }

  /// Always changes something beside registers.
  static func changing(
    _ effect: Effect, _ name: StaticString, _ a: Operand, _ b: Operand = .unused, _ c: Operand = .unused, gas: Int
  ) -> Definition {
    .init(name, a, b, c, gas: gas, .opaque, .straight, traps: .never, reads: .registers, effect: effect)
  }
}

extension Opcode {
  /// The rows, indexed by opcode.
  package static let rows: [OpcodeRow] = allCases.map(\.definition.row)

  @usableFromInline package var row: OpcodeRow { Opcode.rows[Int(rawValue)] }

  package var mnemonic: String { definition.name.description }

  private var definition: Definition {
    switch self {
    // Control
    case .next: .control("next", gas: 1, .endsBlock)
    case .jump: .control("jump", .target, gas: 1, .jumps)
    case .branch: .control("branch", .read(.bool), .target, gas: 1, .branches)
    case .count: .partial("count", .write(.counter), .read(.int), .constant, gas: 1, .opaque, traps: .operands)
    case .loop: .control("loop", .read(.counter), .target, gas: 1, .opensLoop)
    case .again: .control("again", .read(.counter), .target, gas: 1, .closesLoop)
    case .enter: .control("enter", .state, gas: 1, .enters)
    case .stay: .control("stay", gas: 1, .stays)
    case .return: .control("return", .read(.any), gas: 1, .returns)
    case .require:
      .init("require", .read(.bool), gas: 1, .opaque, .straight, traps: .refuses, reads: .registers, effect: .nothing)
    case .call:
      .init(
        "call", .function, .readMany(.arguments), .write(.any), gas: 8, .opaque, .endsBlock, traps: .callee,
        reads: .registers, effect: .nothing)
    case .fail: .init("fail", .trap, gas: 1, .opaque, .traps, traps: .operands, reads: .registers, effect: .nothing)
    // Moving values
    case .copy: .pure("copy", .write(.word), .read(.word), gas: 1, .copy)
    case .copyPair: .pure("copy.pair", .write(.pair), .read(.pair), gas: 1, .copy)
    case .immediate: .pure("immediate", .write(.int), .number, gas: 1, .immediate)
    case .constant: .pure("constant", .write(.word), .constant, gas: 1, .constant)
    case .constantPair: .pure("constant.pair", .write(.pair), .constant, gas: 1, .constant)
    case .constantWide: .pure("constant.wide", .write(.word), .constant, gas: 4, .constant)
    // The agreement's state
    case .load: .reading(.state, "load", .write(.word), .slot, gas: 1, .read)
    case .loadPair: .reading(.state, "load.pair", .write(.pair), .slot, gas: 1, .read)
    case .loadInt: .reading(.state, "load.int", .write(.int), .slot, gas: 1, .read)
    case .loadWide: .reading(.state, "load.wide", .write(.int), .slot, gas: 8, .read)
    case .store: .changing(.stores, "store", .slot, .read(.word), .field, gas: 4)
    case .storePair: .changing(.stores, "store.pair", .slot, .read(.pair), .field, gas: 6)
    case .storeInt: .changing(.stores, "store.int", .slot, .read(.int), .field, gas: 4)
    case .storeWide: .changing(.stores, "store.wide", .slot, .read(.int), .field, gas: 14)
    case .raise:
      .init(
        "raise", .slot, .unused, .field, gas: 4, .opaque, .straight, traps: .operands, reads: .registers,
        effect: .increments)
    case .loadObject: .reading(.state, "load.object", .write(.object), .item, gas: 30, .read)
    case .storeObject: .changing(.stores, "store.object", .item, .read(.object), gas: 60)
    case .countEntries: .reading(.state, "count.entries", .write(.int), .item, gas: 10, .opaque)
    case .findEntry:
      .init(
        "find.entry", .item, .target, .read(.any), gas: 40, .opaque, .branches, traps: .never, reads: .state,
        effect: .nothing)
    case .setEntry:
      .init(
        "set.entry", .item, .read(.any), .read(.any), gas: 80, .opaque, .straight, traps: .operands, reads: .registers,
        effect: .stores)
    case .removeEntry: .changing(.stores, "remove.entry", .item, .read(.any), gas: 60)
    // What the ledger tells
    case .now: .reading(.now, "now", .write(.time), gas: 2, .read)
    case .opened: .reading(.opened, "opened", .write(.time), gas: 2, .read)
    case .caller: .reading(.caller, "caller", .write(.account), gas: 2, .read)
    case .account: .reading(.parties, "account", .write(.account), .party, gas: 2, .read)
    // Truth values
    case .not: .pure("not", .write(.bool), .read(.bool), gas: 1, .negation)
    case .equalWord: .comparison("equal.word", .word, gas: 1, .opaque)
    case .equalPair: .comparison("equal.pair", .pair, gas: 1, .opaque)
    // Integers
    case .addInt: .arithmetic("add.int", .int, gas: 1, .sum, traps: .never)
    case .subtractInt: .arithmetic("subtract.int", .int, gas: 1, .difference, traps: .never)
    case .multiplyInt: .arithmetic("multiply.int", .int, gas: 1, .product, traps: .never)
    case .divideIntDown: .arithmetic("divide.int.down", .int, gas: 5, .quotient, traps: .range)
    case .divideIntUp: .arithmetic("divide.int.up", .int, gas: 5, .quotient, traps: .range)
    case .divideIntHalfEven: .arithmetic("divide.int.half-even", .int, gas: 5, .quotient, traps: .range)
    case .moduloInt: .arithmetic("modulo.int", .int, gas: 5, .remainder, traps: .range)
    case .narrow: .partial("narrow", .write(.int), .read(.int), .constant, gas: 1, .narrowed, traps: .range)
    case .minInt: .arithmetic("min.int", .int, gas: 1, .minimum, traps: .never)
    case .maxInt: .arithmetic("max.int", .int, gas: 1, .maximum, traps: .never)
    case .equalInt: .comparison("equal.int", .int, gas: 1, .opaque)
    case .lessInt: .comparison("less.int", .int, gas: 1, .less)
    case .lessOrEqualInt: .comparison("less-or-equal.int", .int, gas: 1, .lessOrEqual)
    case .textOfInt: .pure("text.int", .write(.text), .read(.int), gas: 30, .opaque)
    case .intOfDuration: .pure("int.duration", .write(.int), .read(.duration), gas: 1, .opaque)
    case .intOfAmount: .pure("int.amount", .write(.int), .read(.amount), gas: 3, .opaque)
    // Durations and times
    case .addDuration: .arithmetic("add.duration", .duration, gas: 1, .sum, traps: .operands)
    case .subtractDuration: .arithmetic("subtract.duration", .duration, gas: 1, .difference, traps: .operands)
    case .timesDuration:
      .partial("times.duration", .write(.duration), .read(.duration), .read(.int), gas: 3, .opaque, traps: .operands)
    case .addTime: .pure("add.time", .write(.time), .read(.time), .read(.duration), gas: 1, .sum)
    case .subtractFromTime:
      .partial(
        "subtract.from-time", .write(.time), .read(.time), .read(.duration), gas: 1, .difference, traps: .operands)
    case .subtractTime:
      .partial("subtract.time", .write(.duration), .read(.time), .read(.time), gas: 1, .difference, traps: .operands)
    case .lessDuration: .comparison("less.duration", .span, gas: 1, .less)
    case .lessOrEqualDuration: .comparison("less-or-equal.duration", .span, gas: 1, .lessOrEqual)
    case .endOfDay: .pure("end-of-day", .write(.time), .read(.structure), .readMany(.dayAndTime), gas: 40, .opaque)
    // Amounts
    case .addAmount: .arithmetic("add.amount", .amount, gas: 2, .sum, traps: .operands)
    case .subtractAmount: .arithmetic("subtract.amount", .amount, gas: 2, .difference, traps: .operands)
    case .timesAmount:
      .partial("times.amount", .write(.amount), .read(.amount), .read(.int), gas: 8, .opaque, traps: .operands)
    case .scaleAmountDown:
      .partial("scale.amount.down", .write(.amount), .read(.amount), .read(.fraction), gas: 30, .opaque, traps: .scale)
    case .scaleAmountUp:
      .partial("scale.amount.up", .write(.amount), .read(.amount), .read(.fraction), gas: 30, .opaque, traps: .scale)
    case .scaleAmountHalfEven:
      .partial(
        "scale.amount.half-even", .write(.amount), .read(.amount), .read(.fraction), gas: 30, .opaque, traps: .scale)
    case .lessAmount: .comparison("less.amount", .amount, gas: 1, .less)
    case .lessOrEqualAmount: .comparison("less-or-equal.amount", .amount, gas: 1, .lessOrEqual)
    // Percents, ratios, rates
    case .ratioOfInts:
      .partial("ratio.ints", .write(.percent), .read(.int), .read(.int), gas: 60, .opaque, traps: .operands)
    case .addRatio: .arithmetic("add.ratio", .percent, gas: 120, .sum, traps: .operands)
    case .subtractRatio: .arithmetic("subtract.ratio", .percent, gas: 120, .difference, traps: .operands)
    case .multiplyRatio: .arithmetic("multiply.ratio", .percent, gas: 120, .opaque, traps: .operands)
    case .divideRatio: .arithmetic("divide.ratio", .percent, gas: 120, .opaque, traps: .operands)
    case .narrowRatio: .partial("narrow.ratio", .write(.percent), .read(.percent), gas: 2, .opaque, traps: .operands)
    case .lessPercent: .comparison("less.percent", .fraction, gas: 3, .less)
    case .lessOrEqualPercent: .comparison("less-or-equal.percent", .fraction, gas: 3, .lessOrEqual)
    // Texts and bytes
    case .equalText: .comparison("equal.text", .string, gas: 2, .opaque)
    case .lessText: .comparison("less.text", .string, gas: 4, .less)
    case .concatenate: .arithmetic("concatenate", .string, gas: 10, .opaque, traps: .never)
    case .sizeOf: .pure("size", .write(.int), .read(.string), gas: 1, .opaque)
    case .scalarCount: .pure("scalars", .write(.int), .read(.text), gas: 4, .opaque)
    case .sha256: .pure("sha256", .write(.bytes), .read(.string), gas: 40, .opaque)
    case .sm3: .pure("sm3", .write(.bytes), .read(.string), gas: 40, .opaque)
    // Structures, enumerations, optionals
    case .make: .pure("make", .write(.structure), .readMany(.members), gas: 6, .opaque)
    case .member: .pure("member", .write(.any), .read(.structure), .part, gas: 3, .opaque)
    case .replace: .pure("replace", .read(.structure), .read(.any), .part, gas: 6, .opaque)
    case .wrap: .pure("wrap", .write(.variant), .readMany(.payload), .part, gas: 6, .opaque)
    case .match: .control("match", .read(.variant), .target, .part, gas: 2, .branches)
    case .payload: .pure("payload", .write(.any), .read(.variant), .part, gas: 3, .opaque)
    // Lists, sets, maps
    case .collect: .pure("collect", .write(.collection), .readMany(.elements), .part, gas: 8, .opaque)
    case .fillList: .partial("fill.list", .write(.list), .read(.any), .read(.int), gas: 8, .opaque, traps: .operands)
    case .countOf: .pure("count.of", .write(.int), .read(.collection), gas: 1, .opaque)
    case .getElement: .partial("get", .write(.word), .read(.list), .read(.int), gas: 2, .opaque, traps: .operands)
    case .getElementPair:
      .partial("get.pair", .write(.pair), .read(.list), .read(.int), gas: 2, .opaque, traps: .operands)
    case .setElement:
      .partial("set", .read(.changingList), .read(.int), .read(.word), gas: 2, .opaque, traps: .operands)
    case .setElementPair:
      .partial("set.pair", .read(.changingList), .read(.int), .read(.pair), gas: 2, .opaque, traps: .operands)
    case .getElementObject:
      .partial("get.object", .write(.collection), .read(.list), .read(.int), gas: 6, .opaque, traps: .operands)
    case .setElementObject:
      .partial("set.object", .read(.changingList), .read(.int), .read(.collection), gas: 6, .opaque, traps: .operands)
    case .appendElement: .partial("append", .read(.changingList), .read(.any), gas: 6, .opaque, traps: .operands)
    case .removeElement: .partial("remove", .read(.changingList), .read(.int), gas: 6, .opaque, traps: .operands)
    case .insertKey: .partial("insert.key", .read(.changingSet), .read(.any), gas: 20, .opaque, traps: .operands)
    case .insertEntry:
      .partial("insert.entry", .read(.changingMap), .read(.any), .read(.any), gas: 20, .opaque, traps: .operands)
    case .removeKey: .pure("remove.key", .read(.changingKeyed), .read(.any), gas: 20, .opaque)
    case .hasKey: .pure("has.key", .write(.bool), .read(.keyed), .read(.any), gas: 10, .opaque)
    case .find: .control("find", .read(.searchable), .target, .read(.any), gas: 10, .branches)
    case .found: .pure("found", .write(.any), gas: 3, .opaque)
    case .each: .pure("each", .write(.counter), .read(.collection), gas: 1, .opaque)
    case .item: .pure("item", .write(.any), .read(.collection), .read(.counter), gas: 3, .opaque)
    case .itemValue: .pure("item.value", .write(.any), .read(.map), .read(.counter), gas: 3, .opaque)
    // Values of no fixed size
    case .copyObject: .pure("copy.object", .write(.collection), .read(.collection), gas: 6, .opaque)
    case .equalObject: .comparison("equal.object", .object, gas: 6, .opaque)
    // Money and events
    case .payer: .changing(.namesPayer, "payer", .payer, gas: 2)
    case .ask:
      .init(
        "ask", .place, .read(.amount), .currency, gas: 40, .opaque, .straight, traps: .refuses, reads: .registers,
        effect: .asks)
    case .settle: .init("settle", gas: 10, .opaque, .endsBlock, traps: .refuses, reads: .registers, effect: .settles)
    case .balance: .reading(.vault, "balance", .write(.amount), .vault, gas: 5, .opaque)
    case .balanceOfKey: .reading(.vault, "balance.key", .write(.amount), .vault, .read(.word), gas: 20, .opaque)
    case .countKeys: .reading(.vault, "count.keys", .write(.int), .vault, gas: 5, .opaque)
    case .empty:
      .init("empty", .holding, .target, gas: 10, .opaque, .branches, traps: .never, reads: .emptiness, effect: .nothing)
    case .pay:
      .init("pay", .holding, .place, gas: 40, .opaque, .endsBlock, traps: .room, reads: .registers, effect: .pays)
    case .split:
      .init("split", .holding, .split, gas: 20, .opaque, .endsBlock, traps: .shares, reads: .registers, effect: .splits)
    case .payEach:
      .init("pay.each", .vault, gas: 40, .opaque, .endsBlock, traps: .never, reads: .registers, effect: .paysEach)
    case .emit:
      .init(
        "emit", .event, .readMany(.eventValues), gas: 20, .opaque, .endsBlock, traps: .never, reads: .registers,
        effect: .emits)
    }
  }
}
