/// The one number that names opcodes, gas table, limits, checker rules and encodings. Until the
/// first release it is 0 and promises nothing.
package struct ProtocolNumber: Hashable, Sendable {
  package let number: UInt16

  /// Nil for a protocol this program does not know.
  package init?(_ number: UInt16) {
    guard Int(number) < Limits.byProtocol.count else { return nil }
    self.number = number
  }

  package static let current = ProtocolNumber(unchecked: 0)

  private init(unchecked number: UInt16) { self.number = number }

  package var limits: Limits { Limits.byProtocol[Int(number)] }
}

/// What a module, a call and an agreement may measure. Each limit is the largest allowed.
package struct Limits: Sendable {
  package let parties: Int
  package let currencies: Int
  package let terms: Int
  package let vaults: Int
  package let fields: Int
  package let events: Int
  package let states: Int
  package let transitions: Int
  package let invariants: Int
  package let views: Int
  /// Keys of one vault, and the most that a counter counts to.
  package let vaultKeys: Int
  /// Of one action or event.
  package let parameters: Int
  /// Of one term or action.
  package let conditions: Int
  /// Bytes of an encoded module.
  package let moduleSize: Int
  /// UTF-8 bytes of a name, an invariant's text included.
  package let nameSize: Int
  /// Unicode scalars of a `Text<n>`.
  package let textScalars: Int
  /// Bytes of a `Bytes<n>`.
  package let bytesSize: Int
  /// Types that a module lists.
  package let types: Int
  /// Cases of an enumeration.
  package let cases: Int
  /// Elements of a list or a set, entries of a map.
  package let elements: Int
  /// Types inside each other.
  package let typeDepth: Int
  /// Words of a value with everything below it.
  package let valueWords: Int
  package let functions: Int
  package let instructions: Int
  package let constants: Int
  package let splits: Int
  /// Shares of one split, and targets of one `evenly`.
  package let shares: Int
  /// Splits inside each other.
  package let splitDepth: Int
  /// Shares and targets of one split, with those of the splits inside it.
  package let splitSize: Int
  /// 64-bit slots of one function.
  package let registers: Int
  /// Calls inside each other.
  package let callDepth: Int
  /// Loops around one instruction.
  package let loopDepth: Int
  /// Of one loop.
  package let loopBound: Int
  /// Of an integer within an expression.
  package let integerBits: Int
  /// Of one transition, in the worst case.
  package let gas: Int

  /// Bytes of a transaction with its signatures.
  package let transactionSize: Int
  /// What one transaction may ask for.
  package let operationsOfTransaction: Int
  package let coSigners: Int
  /// Bytes of a client reference.
  package let referenceSize: Int
  /// Milliseconds that a transaction may stay valid.
  package let validity: Int
  /// Of one transaction.
  package let transactionGas: Int
  /// Bytes of a block's transactions.
  package let blockSize: Int
  /// Of a block's deadlines, and of its transactions' limits together.
  package let blockGas: Int
  /// Milliseconds between a block and its parent, unless the operator allowed more.
  package let stampGap: Int

  /// Of an integer at rest: its magnitude is below 2^255.
  package static let integerBitsAtRest = 255

  /// Indexed by protocol.
  package static let byProtocol = [
    Limits(
      parties: 16, currencies: 16, terms: 64, vaults: 32, fields: 64, events: 64, states: 128, transitions: 512,
      invariants: 32, views: 32,
      vaultKeys: 1000, parameters: 16,
      conditions: 16, moduleSize: 1 << 20, nameSize: 256, textScalars: 1024, bytesSize: 4096, types: 128, cases: 64,
      elements: 1 << 14, typeDepth: 8, valueWords: 1 << 16, functions: 4096, instructions: 32_767, constants: 4096,
      splits: 256,
      shares: 16, splitDepth: 4, splitSize: 256,
      registers: 1024, callDepth: 32,
      loopDepth: 8, loopBound: 1 << 32, integerBits: 4096, gas: 1 << 24,
      transactionSize: 1 << 21, operationsOfTransaction: 100, coSigners: 15, referenceSize: 64, validity: 86_400_000,
      transactionGas: 1 << 28,
      blockSize: 1 << 23, blockGas: 1 << 30, stampGap: 86_400_000)
  ]
}
