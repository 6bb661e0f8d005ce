import Primitives
import Testing

@Suite struct TimeTests {
  private func time(_ text: String) throws -> Time { try #require(Time(text: text)) }

  @Test(arguments: [
    "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-32", "1969-12-31", "2026-01-01T24:00Z", "2026-01-01T10:60Z",
    "2026-01-01T10Z",
    "2026-01-01T10:00",
    "2026-1", "", "T", "2026-01-01T10:00:61Z",
  ])
  func whatIsNoTimeIsNone(_ text: String) { #expect(Time(text: text) == nil) }

  @Test func aTimeIsReadAsItIsWritten() throws {
    for text in ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2026-12-31T08:30:00Z", "9999-12-31T23:59:59Z"] {
      #expect(try time(text).description == text)
    }
    #expect(try time("2026-01-01") == time("2026-01-01T00:00Z"))
  }

  /// Five banking days after Tuesday the 13th end with Tuesday the 20th.
  @Test func workingDaysLeaveOutWeekendsAndHolidays() throws {
    let banking = WorkingDays(weekend: [6, 7], holidays: [try time("2026-01-01")], offset: 0)
    #expect(banking.end(ofDay: 5, after: try time("2026-01-13T10:00Z")) == (try time("2026-01-21")))
    #expect(banking.end(ofDay: 1, after: try time("2025-12-31")) == (try time("2026-01-03")))
    // In Shanghai it is the 14th already.
    let local = WorkingDays(weekend: [6, 7], holidays: [], offset: 8 * 60)
    #expect(local.end(ofDay: 1, after: try time("2026-01-13T16:00Z")) == (try time("2026-01-15T16:00Z")))
  }

  @Test func calendarsAreTotal() throws {
    let never = WorkingDays(weekend: [1, 2, 3, 4, 5, 6, 7], holidays: [], offset: 0)
    #expect(
      never.end(ofDay: 1, after: try time("1970-01-01"))
        == Time(milliseconds: Int64(WorkingDays.daysMax + 1) * 86_400_000))
    // Local time before 1970, by a day, by a little less, by a minute.
    let day: Int64 = 86_400_000
    for (offset, start, end) in [(-1440, Int64(0), 2 * day), (-1440, 1, 2 * day), (-1, 0, day + 60_000)] {
      #expect(
        WorkingDays(weekend: [], holidays: [], offset: offset).end(ofDay: 1, after: Time(milliseconds: start))
          .milliseconds == end)
    }
    #expect(WorkingDays(weekend: [], holidays: [], offset: -1440).end(ofDay: 1, after: .last) == .last)
  }
}
