// Durations and times as far as they can be read off the code: sums of terms, without running
// anything. Only what is told is made of them, never a verdict.

/// A duration, or a time in milliseconds since 1970: a constant and so many of each part.
package struct TimeForm: Hashable, Sendable {
  package enum Part: Hashable, Sendable, Comparable {
    /// When the agreement was opened.
    case opened
    /// The time of the event.
    case now
    /// A term or field, counted terms first.
    case item(Int)
    /// What an instruction gives that is not followed further.
    case computed(function: Int, instruction: Int)
  }

  package private(set) var milliseconds: Int64
  /// Ascending by part; no count is 0.
  package private(set) var parts: [(part: Part, count: Int64)]

  package init(milliseconds: Int64) { (self.milliseconds, parts) = (milliseconds, []) }

  package init(_ part: Part) { (milliseconds, parts) = (0, [(part, 1)]) }

  package static func == (a: TimeForm, b: TimeForm) -> Bool {
    a.milliseconds == b.milliseconds && a.parts.elementsEqual(b.parts) { $0.part == $1.part && $0.count == $1.count }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(milliseconds)
    for (part, count) in parts {
      hasher.combine(part)
      hasher.combine(count)
    }
  }

  /// Whether it is no part's, but a number.
  package var isConstant: Bool { parts.isEmpty }

  /// Nobody reads a longer sum.
  private static let partsMax = 64

  /// Nil where a number would not fit, or the sum is too long.
  static func + (a: TimeForm, b: TimeForm) -> TimeForm? { a.adding(b, times: 1) }

  static func - (a: TimeForm, b: TimeForm) -> TimeForm? { a.adding(b, times: -1) }

  func adding(_ other: TimeForm, times factor: Int64) -> TimeForm? {
    func sum(_ a: Int64, _ b: Int64) -> Int64? {
      let (product, isTooWide) = b.multipliedReportingOverflow(by: factor)
      let (sum, isTooLarge) = a.addingReportingOverflow(product)
      return isTooWide || isTooLarge ? nil : sum
    }
    guard let milliseconds = sum(milliseconds, other.milliseconds) else { return nil }
    var result = TimeForm(milliseconds: milliseconds)
    var (left, right) = (parts[...], other.parts[...])
    while let part = [left.first?.part, right.first?.part].compactMap({ $0 }).min() {
      let (a, b) = (
        left.first?.part == part ? left.removeFirst().count : 0,
        right.first?.part == part ? right.removeFirst().count : 0
      )
      guard let count = sum(a, b) else { return nil }
      if count != 0 { result.parts.append((part, count)) }
    }
    if result.parts.count > TimeForm.partsMax { return nil }
    return result
  }

  /// Of each part and the constant the greater one: never less than either, since no part is negative.
  func covering(_ other: TimeForm) -> TimeForm {
    var result = TimeForm(milliseconds: max(milliseconds, other.milliseconds))
    var (left, right) = (parts[...], other.parts[...])
    while let part = [left.first?.part, right.first?.part].compactMap({ $0 }).min() {
      let (a, b) = (
        left.first?.part == part ? left.removeFirst().count : 0,
        right.first?.part == part ? right.removeFirst().count : 0
      )
      if max(a, b) != 0 { result.parts.append((part, max(a, b))) }
    }
    return result
  }

  /// With each part replaced for which there is something else.
  func replacing(_ other: (Part) -> TimeForm?) -> TimeForm? {
    var result = TimeForm(milliseconds: milliseconds)
    for (part, count) in parts {
      guard let sum = result.adding(other(part) ?? TimeForm(part), times: count) else { return nil }
      result = sum
    }
    return result
  }

  /// Whether it cannot be negative, whatever its parts are: none of them is.
  var isNatural: Bool { milliseconds >= 0 && parts.allSatisfy { $0.count > 0 } }

  /// In milliseconds, once the parts are known; nil where one is not, or where it would not fit.
  package func value(_ part: (Part) -> Int64?) -> Int64? {
    replacing { part($0).map(TimeForm.init(milliseconds:)) }.flatMap { $0.isConstant ? $0.milliseconds : nil }
  }
}
