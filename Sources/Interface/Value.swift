package import Primitives

/// A value as it crosses a boundary: in a transaction, an event, a module's constants, the reference interpreter.
package enum Value: Hashable, Sendable {
  case bool(Bool)
  case int(Integer)
  /// A percent, a ratio or a rate.
  case percent(Percent)
  case amount(Amount)
  case duration(Duration)
  /// UTF-8, compared byte by byte: two spellings of one letter are two texts.
  case text([UInt8])
  case bytes([UInt8])
  /// The members of a structure, the elements of a list or a set, or the keys and values of a map in turns.
  case sequence([Value])
  /// A case of an enumeration, or of an optional, with its payload.
  case variant(Int, [Value])
  case time(Time)
  /// An account, by its row in the ledger.
  case party(UInt64)

  /// Values inside each other, at most.
  package static let depthMax = 16
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
    case .bytes(let bytes):
      writer.write(UInt8(6))
      writer.write(bytes: bytes)
    case .sequence(let values):
      writer.write(UInt8(7))
      writer.write(values)
    case .variant(let number, let payload):
      writer.write(UInt8(8))
      writer.write(UInt16(number))
      writer.write(payload)
    case .time(let value):
      writer.write(UInt8(9))
      writer.write(value)
    case .party(let row):
      writer.write(UInt8(10))
      writer.write(row)
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) { try self.init(from: &reader, depth: 1) }

  private init(from reader: inout CanonicalReader, depth: Int) throws(CanonicalFault) {
    guard depth <= Value.depthMax else { throw .notCanonical }
    func values() throws(CanonicalFault) -> [Value] {
      var values: [Value] = []
      for _ in 0..<(try reader.readLength()) { values.append(try Value(from: &reader, depth: depth + 1)) }
      return values
    }
    switch try reader.read(UInt8.self) {
    case 0: self = .bool(try reader.readBool())
    case 1: self = .int(try reader.read(Integer.self))
    case 2:
      guard let value = Percent(reduced: try reader.read(UInt64.self), try reader.read(UInt64.self)) else {
        throw .notCanonical
      }
      self = .percent(value)
    case 3:
      guard let value = Amount(units: try reader.read(UInt128.self)) else { throw .notCanonical }
      self = .amount(value)
    case 4:
      guard let value = Duration(milliseconds: try reader.read(Int64.self)) else { throw .notCanonical }
      self = .duration(value)
    case 5: self = .text(Array(try reader.readText().utf8))
    case 6: self = .bytes(try reader.readBytes())
    case 7: self = .sequence(try values())
    case 8:
      let number = Int(try reader.read(UInt16.self))
      self = .variant(number, try values())
    case 9: self = .time(try reader.read(Time.self))
    case 10: self = .party(try reader.read(UInt64.self))
    default: throw .unknownCase
    }
  }
}
