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

/// A calendar of working days: which days of the week are free, which days besides, and how far local time is from UTC.
package struct WorkingDays: Hashable, Sendable {
  /// Days of the week that are free, Monday being 1.
  package let weekend: [Int]
  /// Days that are free, each as any time on it in UTC.
  package let holidays: [Time]
  /// Minutes by which local time is ahead of UTC.
  package let offset: Int

  package init(weekend: [Int], holidays: [Time], offset: Int) {
    self.weekend = weekend
    self.holidays = holidays
    self.offset = offset
  }

  /// So many days are looked at before a calendar is taken to have no working days.
  package static let daysMax = 4000

  /// The end of the working day with this number, counted from 1, after the local day of `time`.
  /// Total: where `daysMax` days have too few working days, the end of the last of them; and no
  /// later than time itself ends.
  package func end(ofDay number: Int, after time: Time) -> Time {
    let day: Int64 = 86_400_000
    let shift = Int64(offset) * 60_000
    // Rounded down: local time may lie before 1970, but by no more than a day.
    var current = (time.milliseconds + shift + day) / day - 1
    let free = holidays.map { $0.milliseconds / day }
    var left = number
    for _ in 0..<WorkingDays.daysMax where left > 0 {
      current += 1
      // 1970-01-01 was a Thursday.
      if !weekend.contains(Int((current + 3) % 7) + 1) && !free.contains(current) { left -= 1 }
    }
    return Time(milliseconds: min((current + 1) * day - shift, Time.last.milliseconds))
  }
}

/// Ledger time: whole milliseconds since 1970-01-01T00:00:00Z, before the year 10000. It is told by
/// whoever orders events, never by a clock.
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

  /// The last millisecond of the year 9999.
  package static let last = Time(milliseconds: endOfTime)

  private static let endOfTime: Int64 = 253_402_300_799_999

  /// `2026-12-31`, `2026-12-31T08:30Z` or `2026-12-31T08:30:00Z`, a day being its first
  /// millisecond; nil for a day or a time of day that there is not, and before 1970.
  package init?(text: String) {
    let parts = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
    let date = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
    guard date.count == 3, let year = date[0], let month = date[1], let day = date[2] else { return nil }
    guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    let days = Time.daysSince1970(year, month, day)
    guard Time.civilDate(daysSince1970: days) == (year, month, day) else { return nil }
    var seconds: Int64 = 0
    if parts.count == 2 {
      guard parts[1].last == "Z" else { return nil }
      let clock = parts[1].dropLast().split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
      guard (2...3).contains(clock.count), let hour = clock[0], let minute = clock[1] else { return nil }
      guard let second = clock.count == 3 ? clock[2] : 0 else { return nil }
      guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { return nil }
      seconds = hour * 3600 + minute * 60 + second
    }
    self.init(milliseconds: days * 86_400_000 + seconds * 1000)
  }

  /// The inverse of `civilDate`.
  private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let yearFromMarch = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = yearFromMarch.quotientAndRemainder(dividingBy: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
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

  /// The proleptic Gregorian date. Years are counted from March, so that the leap day comes last
  /// and a month's start is linear in its number.
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
