package import Primitives

/// A value as it crosses a boundary: in a transaction, an event, a module's constants, the reference interpreter.
package enum Value: Hashable, Sendable {
  case bool(Bool)
  case int(Integer)
  case percent(Percent)
  case amount(Amount)
  case duration(Duration)
  /// UTF-8, compared byte by byte: two spellings of one letter are two texts.
  case text([UInt8])
}

extension Value: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    switch self {
    case .bool(let value):
      writer.write(UInt8(0))
      writer.write(value)
    case .int(let value):
      writer.write(UInt8(1))
      writer.write(value)
    case .percent(let value):
      writer.write(UInt8(2))
      writer.write(value.numerator)
      writer.write(value.denominator)
    case .amount(let value):
      writer.write(UInt8(3))
      writer.write(value.units)
    case .duration(let value):
      writer.write(UInt8(4))
      writer.write(value.milliseconds)
    case .text(let bytes):
      writer.write(UInt8(5))
      writer.write(bytes: bytes)
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    switch try reader.read(UInt8.self) {
    case 0: self = .bool(try reader.readBool())
    case 1: self = .int(try reader.read(Integer.self))
    case 2:
      guard let value = Percent(reduced: try reader.read(UInt64.self), try reader.read(UInt64.self)) else { throw .notCanonical }
      self = .percent(value)
    case 3:
      guard let value = Amount(units: try reader.read(UInt128.self)) else { throw .notCanonical }
      self = .amount(value)
    case 4:
      guard let value = Duration(milliseconds: try reader.read(Int64.self)) else { throw .notCanonical }
      self = .duration(value)
    case 5: self = .text(Array(try reader.readText().utf8))
    default: throw .unknownCase
    }
  }
}

/// How values rest in an agreement's state: a fixed number of words for each type, so that every term and field has its slot when the module is made.
package enum Resting {
  /// `value` must be admitted by `type`.
  package static func words(_ value: Value, as type: ValueType) -> [UInt64] {
    switch (value, type) {
    case (.bool(let value), _): return [value ? 1 : 0]
    case (.duration(let value), _): return [UInt64(bitPattern: value.milliseconds)]
    case (.percent(let value), _): return [value.numerator, value.denominator]
    case (.amount(let value), _): return [UInt64(truncatingIfNeeded: value.units), UInt64(value.units >> 64)]
    case (.int(let value), .int(let range)):
      if range.isSmall, let small = value.int { return [UInt64(bitPattern: Int64(small))] }
      let limbs = value.limbs
      return [UInt64(limbs.count) << 1 | (value.sign < 0 ? 1 : 0)] + limbs + Array(repeating: 0, count: 4 - limbs.count)
    case (.int, _), (.text, _): preconditionFailure("a value rests only under a type that has words")
    }
  }

  /// The inverse of `words`.
  package static func value(_ words: ArraySlice<UInt64>, as type: ValueType) -> Value {
    let first = words.startIndex
    switch type {
    case .bool: return .bool(words[first] != 0)
    case .duration: return .duration(Duration(unchecked: Int64(bitPattern: words[first])))
    case .amount: return .amount(Amount(unchecked: UInt128(words[first + 1]) << 64 | UInt128(words[first])))
    case .percent:
      guard let percent = Percent(reduced: words[first], words[first + 1]) else { preconditionFailure("a percent at rest is reduced") }
      return .percent(percent)
    case .int(let range):
      if range.isSmall { return .int(Integer(Int(Int64(bitPattern: words[first])))) }
      let count = Int(words[first] >> 1)
      return .int(Integer(limbs: Array(words[(first + 1)..<(first + 1 + count)]), isNegative: words[first] & 1 == 1))
    case .text: preconditionFailure("a text does not rest in the state")
    }
  }
}
