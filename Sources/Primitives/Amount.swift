/// A count of minor units of some currency (cents, fen, yen), from 0 to 2^127 - 1. An issue of a
/// currency never exceeds the largest amount, so sums of balances that exist cannot overflow; sums
/// of amounts that are only numbers can, and say so.
@frozen @usableFromInline
package struct Amount: Hashable, Sendable, Comparable {
  @usableFromInline package let units: UInt128

  @inlinable package init(unchecked units: UInt128) { self.units = units }

  /// Nil beyond 2^127 - 1.
  package init?(units: UInt128) {
    guard units >> 127 == 0 else { return nil }
    self.units = units
  }

  package init?(units: Integer) {
    guard let value = units.uint128 else { return nil }
    self.init(units: value)
  }

  @inlinable package static var zero: Amount { Amount(unchecked: 0) }
  @inlinable package static var max: Amount { Amount(unchecked: UInt128.max >> 1) }

  @inlinable package static func < (a: Amount, b: Amount) -> Bool { a.units < b.units }

  /// Nil where the sum is no amount.
  package func adding(_ other: Amount) -> Amount? { Amount(units: units + other.units) }

  /// Nil where the difference is below zero.
  package func subtracting(_ other: Amount) -> Amount? {
    units < other.units ? nil : Amount(unchecked: units - other.units)
  }
}

extension Amount: Canonical {
  @usableFromInline package func encode(to writer: inout CanonicalWriter) { writer.write(units) }

  @usableFromInline package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    guard let amount = Amount(units: try reader.read(UInt128.self)) else { throw .notCanonical }
    self = amount
  }
}

/// A reduced fraction with both parts below 2^63. At rest it lies between 0 and 1 (0 % and 100 %);
/// a literal in an expression may exceed that.
package struct Percent: Hashable, Sendable {
  package let numerator: UInt64
  package let denominator: UInt64

  package static let zero = Percent(unchecked: 0, 1)
  /// 100 %
  package static let whole = Percent(unchecked: 1, 1)

  private init(unchecked numerator: UInt64, _ denominator: UInt64) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// Nil unless `denominator` is positive and both parts, reduced, are below 2^63.
  package init?(_ numerator: Integer, outOf denominator: Integer) {
    guard denominator.sign > 0, numerator.sign >= 0 else { return nil }
    let divisor = numerator.greatestCommonDivisor(with: denominator)
    guard let n = numerator.divided(by: divisor, rounded: .down)?.int,
      let d = denominator.divided(by: divisor, rounded: .down)?.int
    else {
      return nil
    }
    self.numerator = UInt64(n)
    self.denominator = UInt64(d)
  }

  /// A fraction that is known to be reduced already, as the canonical encoding demands; nil where it is not.
  package init?(reduced numerator: UInt64, _ denominator: UInt64) {
    guard numerator >> 63 == 0, denominator >> 63 == 0 else { return nil }
    self.init(Integer(numerator), outOf: Integer(denominator))
    guard self.numerator == numerator, self.denominator == denominator else { return nil }
  }

  package var isAtRest: Bool { numerator <= denominator }
}
