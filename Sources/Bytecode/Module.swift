// A module is one compiled contract, and what is published. Its encoding is its identity: the same contract, compiled by the same compiler, is the same
// bytes everywhere, and a changed bit is another contract or none.

package import Interface
package import Primitives

/// The type of a register, one for the whole function.
package enum RegisterType: Hashable, Sendable {
  case bool
  /// An integer within a range.
  case int(IntegerRange)
  /// An integer within an expression, its magnitude below 2^bits.
  case wide(bits: Int)
  /// Between 0 % and 100 %.
  case percent
  /// Any percentage.
  case ratio
  case amount(currency: Int)
  case duration
  case text(max: Int)
  case bytes(max: Int)
  /// One of the module's types, by index.
  case composite(Int)
  /// Of a loop that runs at most `bound` times.
  case counter(bound: Int)

  package init(_ type: ValueType) {
    switch type {
    case .bool: self = .bool
    case .int(let range): self = .int(range)
    case .percent: self = .percent
    case .amount(let currency): self = .amount(currency: currency)
    case .duration: self = .duration
    case .text(let max): self = .text(max: max)
    case .ratio: self = .ratio
    case .bytes(let max): self = .bytes(max: max)
    case .composite(let index): self = .composite(index)
    }
  }

  /// The type of a value that can rest or lie in an object; nil for what is only of a register.
  package var valueType: ValueType? {
    switch self {
    case .bool: .bool
    case .int(let range): .int(range)
    case .percent: .percent
    case .ratio: .ratio
    case .amount(let currency): .amount(currency: currency)
    case .duration: .duration
    case .text(let max): .text(max: max)
    case .bytes(let max): .bytes(max: max)
    case .composite(let index): .composite(index)
    case .wide, .counter: nil
    }
  }

  /// 64-bit slots of the frame.
  package var slots: Int {
    switch self {
    case .percent, .ratio, .amount: 2
    case .bool, .int, .wide, .duration, .text, .bytes, .composite, .counter: 1
    }
  }

  package var isInteger: Bool { bits != nil }

  /// Of an integer, the widest magnitude.
  package var bits: Int? {
    switch self {
    case .int(let range): range.bits
    case .wide(let bits): bits
    case .bool, .percent, .ratio, .amount, .duration, .text, .bytes, .composite, .counter: nil
    }
  }

  /// `types` are the module's.
  package func isA(_ kind: RegisterKind, in types: [TypeDefinition]) -> Bool {
    switch (self, kind) {
    case (.counter, _): kind == .counter
    case (_, .any): true
    case (_, .word): slots == 1
    case (_, .pair): slots == 2
    case (.bool, .bool), (.int, .int), (.wide, .int), (.percent, .percent), (.ratio, .percent), (.amount, .amount), (.duration, .duration),
      (.text, .text), (.bytes, .bytes), (.text, .string), (.bytes, .string), (.text, .object), (.bytes, .object):
      true
    case (.composite(let index), _): RegisterType.isA(types[index], kind)
    default: false
    }
  }

  private static func isA(_ type: TypeDefinition, _ kind: RegisterKind) -> Bool {
    switch (type, kind) {
    case (_, .object): true
    case (.structure, .structure), (.enumeration, .variant), (.optional, .variant): true
    case (.list, .list), (.list, .changingList), (.list, .searchable), (.list, .collection): true
    case (.set, .set), (.set, .changingSet), (.set, .keyed), (.set, .changingKeyed), (.set, .collection): true
    case (.map, .map), (.map, .changingMap), (.map, .keyed), (.map, .changingKeyed), (.map, .searchable), (.map, .collection): true
    default: false
    }
  }
}

extension RegisterKind {
  /// Whether the instruction changes the value where it lies.
  package var isChanging: Bool {
    switch self {
    case .changingList, .changingSet, .changingMap, .changingKeyed: true
    default: false
    }
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

  package let portion: Portion
  package let targets: [Place]

  package init(_ portion: Portion, to targets: [Place]) {
    self.portion = portion
    self.targets = targets
  }
}

package struct Function: Hashable, Sendable {
  /// In the order of their slots; the parameters come first.
  package var registers: [RegisterType]
  package var code: [Instruction]
  /// Of a function that others call; an entry's is told by the interface.
  package var signature: Signature?

  /// What a function takes, in its first registers, and what it gives.
  package struct Signature: Hashable, Sendable {
    package let parameterCount: Int
    package let result: RegisterType

    package init(parameterCount: Int, result: RegisterType) {
      self.parameterCount = parameterCount
      self.result = result
    }
  }

  package init(registers: [RegisterType], code: [Instruction], signature: Signature? = nil) {
    self.registers = registers
    self.code = code
    self.signature = signature
  }
}

package struct Module: Hashable, Sendable {
  package var protocolNumber: ProtocolNumber
  /// SHA-256 of the source file.
  package var sourceHash: Digest
  package var interface: ContractInterface
  package var constants: [Value]
  package var splits: [[SplitShare]]
  /// One for each of `interface.entries`, in that order, then those that are called. A function calls only functions behind it.
  package var functions: [Function]

  package init(
    protocolNumber: ProtocolNumber, sourceHash: Digest, interface: ContractInterface, constants: [Value], splits: [[SplitShare]],
    functions: [Function]
  ) {
    self.protocolNumber = protocolNumber
    self.sourceHash = sourceHash
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

extension ContractInterface {
  /// Everything that can be run, in the order of a module's functions.
  package var entries: [Entry] {
    terms.indices.flatMap { term in (0..<terms[term].boundCount).map { Entry.bound(term: term, number: $0) } }
      + transitions.indices.flatMap {
        transitions[$0].trigger.isAutomatic ? [Entry.due(transition: $0), .body(transition: $0)] : [.body(transition: $0)]
      }
      + invariants.indices.map { .invariant($0) }
  }

  /// The types of an entry's arguments.
  package func parameterTypes(of entry: Entry) -> [ValueType] {
    if case .body(let transition) = entry { transitions[transition].trigger.parameters.map(\.type) } else { [] }
  }

  /// The type of an entry's value; nil for a body, which leads somewhere instead.
  package func resultType(of entry: Entry) -> ValueType? {
    switch entry {
    case .bound, .invariant: .bool
    case .due: .duration
    case .body: nil
    }
  }
}
