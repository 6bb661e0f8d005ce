/// Whole milliseconds; at most 100 years at rest.
@frozen @usableFromInline
package struct Duration: Hashable, Sendable, Comparable {
  @usableFromInline package let milliseconds: Int64

  @inlinable package init(unchecked milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Nil below zero and above a hundred years of 365.25 days.
  package init?(milliseconds: Int64) {
    guard (0...Duration.max.milliseconds).contains(milliseconds) else { return nil }
    self.milliseconds = milliseconds
  }

  package init?(milliseconds: Integer) {
    guard let value = milliseconds.int else { return nil }
    self.init(milliseconds: Int64(value))
  }

  @inlinable package static var max: Duration { Duration(unchecked: 36525 * 86_400_000) }

  @inlinable package static func < (a: Duration, b: Duration) -> Bool { a.milliseconds < b.milliseconds }
}

/// Ledger time: whole milliseconds since 1970-01-01T00:00:00Z, before the year 10000. It is told by whoever orders events, never by a clock.
package struct Time: Hashable, Sendable, Comparable {
  package let milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// From `other` until this time; nil where that is no duration.
  package func since(_ other: Time) -> Duration? {
    let (difference, overflow) = milliseconds.subtractingReportingOverflow(other.milliseconds)
    return overflow ? nil : Duration(milliseconds: difference)
  }

  package static func < (a: Time, b: Time) -> Bool { a.milliseconds < b.milliseconds }

  /// Total: what would lie beyond the year 9999 is its last millisecond.
  package static func + (time: Time, duration: Duration) -> Time {
    let (sum, overflow) = time.milliseconds.addingReportingOverflow(duration.milliseconds)
    return Time(milliseconds: overflow ? endOfTime : min(sum, endOfTime))
  }

  private static let endOfTime: Int64 = 253_402_300_799_999
}

extension Time: Canonical {
  package func encode(to writer: inout CanonicalWriter) { writer.write(milliseconds) }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    let milliseconds = try reader.read(Int64.self)
    guard (0...Time.endOfTime).contains(milliseconds) else { throw .notCanonical }
    self.init(milliseconds: milliseconds)
  }
}

extension Time: CustomStringConvertible {
  /// RFC 3339 in UTC; milliseconds only where there are any.
  package var description: String {
    let (days, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    let (year, month, day) = Time.civilDate(daysSince1970: days)
    let seconds = rest / 1000
    let fraction = rest % 1000
    let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { Time.padded($0, 2) }.joined(separator: ":")
    let date = "\(Time.padded(year, 4))-\(Time.padded(month, 2))-\(Time.padded(day, 2))"
    return "\(date)T\(clock)\(fraction == 0 ? "" : "." + Time.padded(fraction, 3))Z"
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  /// The proleptic Gregorian date. Years are counted from March, so that the leap day comes last and a month's start is linear in its number.
  private static func civilDate(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }
}
