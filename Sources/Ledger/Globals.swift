import Interface
import Primitives

/// What belongs to nobody in particular: the one row of its table.
struct Globals: Hashable {
  var time: Time
  /// Until when the operator allows blocks to be stamped.
  var stampUntil: Time
  /// Credit that gas has used up.
  var spent: UInt64 = 0
  /// Units of each currency that there are.
  var issued: [UInt128]

  init(time: Time) {
    self.time = time
    stampUntil = time
    issued = Currency.all.map { _ in 0 }
  }
}

extension Globals: LedgerRow {
  enum Change {
    case time(Time)
    case stampUntil(Time)
    case spent(UInt64)
    case issued(Currency, UInt128)
  }

  typealias Key = Int
  typealias Index = PlaceIndex<Globals>

  static let table = Table.ledger

  func key(at place: Int) -> Int { place }

  /// Its leaf is named by its table alone.
  static func writeLeafKey(_ key: Int, to writer: inout CanonicalWriter, in state: LedgerState) {}

  mutating func exchange(_ change: Change) -> Change {
    switch change {
    case .time(let new):
      defer { time = new }
      return .time(time)
    case .stampUntil(let new):
      defer { stampUntil = new }
      return .stampUntil(stampUntil)
    case .spent(let new):
      defer { spent = new }
      return .spent(spent)
    case .issued(let currency, let new):
      defer { issued[currency.index] = new }
      return .issued(currency, issued[currency.index])
    }
  }
}

extension Globals: Canonical {
  func encode(to writer: inout CanonicalWriter) {
    writer.write(time)
    writer.write(stampUntil)
    writer.write(spent)
    writer.write(length: issued.count)
    for units in issued { writer.write(units) }
  }

  init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    time = try reader.read(Time.self)
    stampUntil = try reader.read(Time.self)
    spent = try reader.read(UInt64.self)
    issued = []
    for _ in 0..<(try reader.readLength()) { issued.append(try reader.read(UInt128.self)) }
    guard issued.count == Currency.all.count else { throw .notCanonical }
  }
}
