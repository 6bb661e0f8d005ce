// A module is one compiled contract, and what is published. Its encoding is its identity: the same
// contract, compiled by the same compiler, is the same bytes everywhere, and a changed bit is
// another contract or none.

package import Interface
package import Primitives

/// The type of a register, one for the whole function: that of a value, or one that only registers have.
package enum RegisterType: Hashable, Sendable {
  /// Never a counter of the state, which is an integer like any other here.
  case value(ValueType)
  /// An integer within an expression, its magnitude below 2^bits.
  case wide(bits: Int)
  /// Of a loop that runs at most `bound` times.
  case loopCounter(bound: Int)

  package static var bool: RegisterType { .value(.bool) }
  package static var duration: RegisterType { .value(.duration) }
  package static var time: RegisterType { .value(.time) }
  package static var party: RegisterType { .value(.party) }
  package static var percent: RegisterType { .value(.percent) }
  package static func int(_ range: IntegerRange) -> RegisterType { .value(.int(range)) }

  package init(_ type: ValueType) {
    if case .counter(let most) = type { self = .int(IntegerRange(0...most)) } else { self = .value(type) }
  }

  /// The type of a value that can rest or lie in an object; nil for what is only of a register.
  package var valueType: ValueType? { if case .value(let type) = self { type } else { nil } }

  /// 64-bit slots of the frame.
  package var slots: Int { valueType?.slots ?? 1 }

  package var isInteger: Bool { bits != nil }

  /// Of an integer, the widest magnitude.
  package var bits: Int? {
    switch self {
    case .value(.int(let range)): range.bits
    case .wide(let bits): bits
    case .value, .loopCounter: nil
    }
  }

  /// `types` are the module's.
  package func isA(_ kind: RegisterKind, in types: [TypeDefinition]) -> Bool {
    switch (kind, self) {
    case (.any, .value), (.any, .wide): true
    case (.word, .value(let type)): type.slots == 1
    case (.word, .wide): true
    case (.pair, .value(let type)): type.slots == 2
    case (_, .value(let type)): RegisterType.isA(type, kind, in: types)
    case (_, .wide): kind == .int
    case (_, .loopCounter): kind == .counter
    }
  }

  private static func isA(_ type: ValueType, _ kind: RegisterKind, in types: [TypeDefinition]) -> Bool {
    switch type {
    case .bool: kind == .bool
    case .int, .counter: kind == .int
    case .ratio: kind == .percent || kind == .fraction
    case .rate: kind == .fraction
    case .amount: kind == .amount
    case .duration: kind == .duration || kind == .span
    case .time: kind == .time || kind == .span
    case .party: kind == .account
    case .text: kind == .text || kind == .string || kind == .object
    case .bytes: kind == .bytes || kind == .string || kind == .object
    case .composite(let index): kind == .object || RegisterType.isA(types[index], kind)
    }
  }

  private static func isA(_ type: TypeDefinition, _ kind: RegisterKind) -> Bool {
    switch type {
    case .structure: kind == .structure
    case .enumeration, .optional: kind == .variant
    case .list: kind == .list || kind == .changingList || kind == .searchable || kind == .collection
    case .set: kind == .set || kind == .changingSet || kind == .keyed || kind == .changingKeyed || kind == .collection
    case .map:
      kind == .map || kind == .changingMap || kind == .keyed || kind == .changingKeyed || kind == .searchable
        || kind == .collection
    }
  }
}

extension RegisterKind {
  /// Whether the instruction changes the value where it lies.
  package var isChanging: Bool {
    self == .changingList || self == .changingSet || self == .changingMap || self == .changingKeyed
  }
}

/// One share of a split table, in the order in which shares are taken.
package struct SplitShare: Hashable, Sendable {
  package enum Portion: Hashable, Sendable {
    /// R[register], a percent of what the split began with, or an amount.
    case part(register: Int)
    /// The same, capped by what is left.
    case upTo(register: Int)
    /// All that is left.
    case rest
    /// All that is left, in equal parts; the first targets get one unit more where it does not divide.
    case evenly
  }

  package enum Targets: Hashable, Sendable {
    /// One place; of `evenly`, one or more.
    case places([PlaceOperand])
    /// The share is divided in turn, by a table before this one.
    case split(Int)
    /// Of `evenly`: the accounts in the list R[register], which has at least one.
    case list(register: Int)
  }

  package let portion: Portion
  package let targets: Targets

  package init(_ portion: Portion, to targets: Targets) {
    self.portion = portion
    self.targets = targets
  }
}

/// A place as an operand names it.
@frozen @usableFromInline
package enum PlaceOperand: Hashable, Sendable {
  case vault(Int)
  case party(Int)
  /// The account in R[register].
  case account(register: Int)
  /// What a vault holds under the key in R[register].
  case entry(vault: Int, register: Int)

  /// Vaults from 0, parties from 0x100, accounts from 0x400, entries from 0x8000: five bits of vault, ten of register.
  @inlinable package init?(number: UInt16) {
    let number = Int(number)
    switch number {
    case 0..<32: self = .vault(number)
    case 0x100..<0x110: self = .party(number - 0x100)
    case 0x400..<0x800: self = .account(register: number - 0x400)
    case 0x8000...: self = .entry(vault: (number - 0x8000) >> 10, register: number & 0x3FF)
    default: return nil
    }
  }

  package var number: UInt16 {
    switch self {
    case .vault(let index): UInt16(index)
    case .party(let index): UInt16(0x100 + index)
    case .account(let register): UInt16(0x400 + register)
    case .entry(let vault, let register): UInt16(0x8000 + vault << 10 + register)
    }
  }
}

extension PlaceOperand {
  /// The vault that it is, or lies in.
  package var vault: VaultID? {
    switch self {
    case .vault(let index), .entry(let index, _): VaultID(index)
    case .party, .account: nil
    }
  }
}

/// A trap of an instruction from `first` up to before `end` is answered: what it has begun is
/// dropped, its block is paid for, and the code goes on at `target`. Of two such ranges the inner
/// one answers. Running out of gas is not answered, nor is a refusal.
package struct Answer: Hashable, Sendable {
  package let first: Int
  package let end: Int
  package let target: Int

  package init(first: Int, end: Int, target: Int) {
    self.first = first
    self.end = end
    self.target = target
  }
}

package struct Function: Hashable, Sendable {
  /// In the order of their slots; the parameters come first.
  package var registers: [RegisterType]
  package var code: [Instruction]
  /// Of a function that others call; an entry's is told by the interface.
  package var signature: Signature?
  /// Outer ranges before inner ones: ascending by `first`, then descending by `end`; two are apart
  /// or one lies in the other.
  package var answers: [Answer]

  /// What a function takes, in its first registers, and what it gives.
  package struct Signature: Hashable, Sendable {
    package let parameterCount: Int
    package let result: RegisterType

    package init(parameterCount: Int, result: RegisterType) {
      self.parameterCount = parameterCount
      self.result = result
    }
  }

  package init(registers: [RegisterType], code: [Instruction], signature: Signature? = nil, answers: [Answer] = []) {
    self.registers = registers
    self.code = code
    self.signature = signature
    self.answers = answers
  }
}

package struct Module: Hashable, Sendable {
  package var protocolNumber: ProtocolNumber
  /// SHA-256 of the source file.
  package var sourceHash: Digest
  /// The same of each file that it imports, or that those import, in the order in which they are first named.
  package var importHashes: [Digest]
  package var interface: ContractInterface
  package var constants: [Value]
  package var splits: [[SplitShare]]
  /// One for each of `interface.entries`, in that order, then those that are called. A function
  /// calls only functions behind it.
  package var functions: [Function]

  package init(
    protocolNumber: ProtocolNumber, sourceHash: Digest, importHashes: [Digest] = [], interface: ContractInterface,
    constants: [Value],
    splits: [[SplitShare]], functions: [Function]
  ) {
    self.protocolNumber = protocolNumber
    self.sourceHash = sourceHash
    self.importHashes = importHashes
    self.interface = interface
    self.constants = constants
    self.splits = splits
    self.functions = functions
  }

  package var bytes: [UInt8] {
    var writer = CanonicalWriter()
    writer.write(self)
    return writer.bytes
  }

  package init(bytes: [UInt8]) throws(CanonicalFault) {
    var reader = CanonicalReader(bytes)
    self = try reader.read(Module.self)
    try reader.finish()
  }
}

extension Function {
  /// Of each instruction that can trap the target of the innermost answer around it. The ranges are
  /// ordered as `answers` says.
  package var answerTargets: [Int?] {
    var targets = [Int?](repeating: nil, count: code.count)
    var open: [Answer] = []
    var next = answers[...]
    for (pc, instruction) in code.enumerated() {
      while let last = open.last, last.end <= pc { open.removeLast() }
      while let first = next.first, first.first == pc { open.append(next.removeFirst()) }
      if instruction.opcode.row.traps.canTrap { targets[pc] = open.last?.target }
    }
    return targets
  }
}
