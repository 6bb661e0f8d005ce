package import Primitives

/// The language's own structure: which days are free. Its members by name, position and type stand
/// here alone; the checker makes the type from them, the verifier recognizes it by them, and both
/// engines read a calendar through them.
package enum Calendar {
  /// In the order in which they lie; each takes one slot.
  package enum Member: Int, CaseIterable, Sendable {
    /// Days of the week, Monday being 1.
    case weekend
    /// Single days, each as any time on it in UTC.
    case holidays
    /// Minutes by which local time is ahead of UTC.
    case offset
  }

  package static let name = "Calendar"
  package static let weekdays = IntegerRange(1...7)
  package static let holidaysMax = 64
  package static let offsets = IntegerRange(-1440...1440)

  /// True of a structure that both engines can read as a calendar, with as many holidays as it may have.
  package static func isCalendar(_ type: ValueType, in types: [TypeDefinition]) -> Bool {
    func definition(_ type: ValueType) -> TypeDefinition? {
      if case .composite(let index) = type { types[index] } else { nil }
    }
    guard case .structure(_, let members)? = definition(type), members.count == Member.allCases.count else {
      return false
    }
    return Member.allCases.allSatisfy { member in
      let type = members[member.rawValue].type
      switch (member, definition(type)) {
      case (.weekend, .set(let day, let most)?): return day == .int(weekdays) && most <= 7
      case (.holidays, .set(let day, _)?): return day == .time
      case (.offset, nil): if case .int(let minutes) = type { return offsets.contains(minutes) } else { return false }
      case (.weekend, _), (.holidays, _), (.offset, _): return false
      }
    }
  }

  /// The days that a value of such a type leaves to work on; nil of any other value.
  package static func workingDays(_ value: Value) -> WorkingDays? {
    guard case .sequence(let members) = value, members.count == Member.allCases.count,
      case .sequence(let weekend) = members[Member.weekend.rawValue],
      case .sequence(let holidays) = members[Member.holidays.rawValue],
      case .int(let offset) = members[Member.offset.rawValue], let offset = offset.int
    else { return nil }
    return WorkingDays(
      weekend: weekend.compactMap { if case .int(let day) = $0 { day.int } else { nil } },
      holidays: holidays.compactMap { if case .time(let day) = $0 { day } else { nil } }, offset: offset)
  }
}
