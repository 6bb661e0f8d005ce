package import Primitives

/// The least and the greatest value of an `Int<low..high>`.
package struct IntegerRange: Hashable, Sendable {
  package let low: Integer
  package let high: Integer

  /// Nil unless low ≤ high and both lie within 255 bits.
  package init?(_ low: Integer, _ high: Integer) {
    guard low <= high, max(low.bitWidth, high.bitWidth) <= Limits.integerBitsAtRest else { return nil }
    self.low = low
    self.high = high
  }

  /// What `Int` means at rest: |x| < 2^255.
  package static let whole: IntegerRange = {
    let bound = Integer.power(ofTwo: Limits.integerBitsAtRest) - Integer(1)
    guard let range = IntegerRange(-bound, bound) else { preconditionFailure("the widest range is within its own limit") }
    return range
  }()

  /// The bits of the widest magnitude in the range; at least 1, so that every integer has a width.
  package var bits: Int { max(1, low.bitWidth, high.bitWidth) }

  /// Whether every value has the machine's small form.
  package var isSmall: Bool { bits <= 62 }

  package func contains(_ value: Integer) -> Bool { low <= value && value <= high }
}

/// The type of a parameter, term, field or expression. A currency is an index into the contract's list of currencies.
package enum ValueType: Hashable, Sendable {
  case bool
  case int(IntegerRange)
  case percent
  case amount(currency: Int)
  case duration
  /// At most `max` Unicode scalars.
  case text(max: Int)

  /// 64-bit words that a value takes in an agreement's state; 0 for a type that does not rest there.
  package var wordsAtRest: Int {
    switch self {
    case .bool, .duration: 1
    case .int(let range): range.isSmall ? 1 : 5
    case .percent, .amount: 2
    case .text: 0
    }
  }

  /// Whether `value` is one of this type's values, as the door of the ledger asks.
  package func admits(_ value: Value) -> Bool {
    switch (self, value) {
    case (.bool, .bool): true
    case (.int(let range), .int(let value)): range.contains(value)
    case (.percent, .percent(let value)): value.isAtRest
    case (.amount, .amount): true
    case (.duration, .duration): true
    case (.text(let max), .text(let bytes)): String(validating: bytes, as: UTF8.self).map { $0.unicodeScalars.count <= max } ?? false
    case (.bool, _), (.int, _), (.percent, _), (.amount, _), (.duration, _), (.text, _): false
    }
  }
}

extension ValueType: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    switch self {
    case .bool: writer.write(UInt8(0))
    case .int(let range):
      writer.write(UInt8(1))
      writer.write(range.low)
      writer.write(range.high)
    case .percent: writer.write(UInt8(2))
    case .amount(let currency):
      writer.write(UInt8(3))
      writer.write(UInt8(currency))
    case .duration: writer.write(UInt8(4))
    case .text(let max):
      writer.write(UInt8(5))
      writer.write(UInt16(max))
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    switch try reader.read(UInt8.self) {
    case 0: self = .bool
    case 1:
      guard let range = IntegerRange(try reader.read(Integer.self), try reader.read(Integer.self)) else { throw .notCanonical }
      self = .int(range)
    case 2: self = .percent
    case 3: self = .amount(currency: Int(try reader.read(UInt8.self)))
    case 4: self = .duration
    case 5: self = .text(max: Int(try reader.read(UInt16.self)))
    default: throw .unknownCase
    }
  }
}

extension ValueType {
  /// The type's name without its arguments.
  package var name: String {
    switch self {
    case .bool: "Bool"
    case .int: "Int"
    case .percent: "Percent"
    case .amount: "Amount"
    case .duration: "Duration"
    case .text: "Text"
    }
  }
}
