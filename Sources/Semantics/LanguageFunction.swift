// The functions of the language. The doc comment on a case is its effect; `definition` beside it is
// everything else there is to know, once: the checker, what can fail, the random contracts and
// docs/language.md are derived from it, and lowering and the reference interpreter fail to compile
// when a case is added.

package import Interface
import Primitives

/// A function that every contract can call. Of those that share a name, the number of the arguments
/// and the type of the first decide which is called.
package enum LanguageFunction: Int, CaseIterable, Sendable {
  /// How many elements a collection has, characters a text, or bytes bytes; how many keys of a vault hold something.
  case count
  /// The sum of the elements, as wide as it needs to be.
  case sumOfIntegers
  /// The sum of the elements.
  case sumOfAmounts
  /// The smallest element, the first of equal ones.
  case least
  /// The greatest element, the first of equal ones.
  case greatest
  /// The smaller of the two, the first of equal ones.
  case smaller
  /// The greater of the two, the first of equal ones.
  case greater
  /// The SHA-256 of the bytes.
  case sha256
  /// The SM3 of the bytes.
  case sm3
  /// The end of so many working days after the local day of a time.
  case endOf
  /// Which days are free: weekdays, Monday being 1, and single days, where local time is `offset` minutes ahead of UTC.
  case calendar

  private var definition: Row {
    switch self {
    case .count: .init("count", .countable, gives: .size)
    case .sumOfIntegers: .init("sum", .elements(.integers), gives: .sum)
    case .sumOfAmounts: .init("sum", .elements(.amounts), gives: .element, traps: [.range])
    case .least: .init("min", .elements(.numbers), gives: .element, traps: [.index])
    case .greatest: .init("max", .elements(.numbers), gives: .element, traps: [.index])
    case .smaller: .init("min", .number, .number, gives: .smaller)
    case .greater: .init("max", .number, .number, gives: .greater)
    case .sha256: .init("sha256", .bytes, gives: .value(.bytes(max: 32))) { .bytes(Digest(sha256: $0).bytes) }
    case .sm3:
      .init("sm3", .bytes, gives: .value(.bytes(max: 32))) {
        .bytes($0.withUnsafeBufferPointer { Digest(sm3: $0) }.bytes)
      }
    case .endOf:
      .init(
        .member, "endOf",
        [("calendar", .calendar), ("day", .value(.int(IntegerRange(1...1000)))), ("after", .value(.time))],
        gives: .value(.time))
    case .calendar:
      .init(
        .type, Calendar.name,
        Calendar.Member.allCases.map { member in
          switch member {
          case .weekend: ("weekend", .set(.int(Calendar.weekdays), most: 7))
          case .holidays: ("holidays", .set(.time, most: Calendar.holidaysMax))
          case .offset: ("offset", .value(.int(Calendar.offsets)))
          }
        }, gives: .calendar)
    }
  }
}

extension LanguageFunction {
  /// How a source calls it: by its name; as a member of its first argument; by the type that it makes.
  package enum Form: Sendable { case name, member, type }

  package enum Parameter: Hashable, Sendable {
    /// A value of this type, which names no currency: what is given is held against its range.
    case value(ValueType)
    case set(ValueType, most: Int)
    case calendar
    /// Of any width.
    case integer
    /// An integer, amount, percent, ratio, duration or time, and of one type with others.
    case number
    /// Or a text, whose bytes are meant.
    case bytes
    /// A collection, a text, bytes, or a vault with keys.
    case countable
    /// A list or a set of these.
    case elements(Elements)

    /// In words, as a message asks for it.
    package var noun: String {
      switch self {
      case .value(let type): "`\(type.spelling(in: [], []))`"
      case .set(let type, let most): "`Set<\(type.spelling(in: [], [])), \(most)>`"
      case .calendar: "`Calendar`"
      case .integer: "an integer"
      case .number: "a number"
      case .bytes: "bytes or a text"
      case .countable: "a collection, a vault with keys, or a text"
      case .elements: "a list or a set"
      }
    }
  }

  package enum Elements: String, Sendable {
    case integers, amounts, numbers

    func admit(_ type: ValueType) -> Bool {
      switch (self, type) {
      case (.integers, .int), (.amounts, .amount), (.numbers, .int), (.numbers, .amount), (.numbers, .ratio),
        (.numbers, .duration), (.numbers, .time):
        true
      case (.integers, _), (.amounts, _), (.numbers, _): false
      }
    }
  }

  package enum Result: Hashable, Sendable {
    case value(ValueType)
    case calendar
    /// From 0 to the most that the argument can hold.
    case size
    /// An integer that has the sum of all elements.
    case sum
    /// Of the elements' type.
    case element
    /// Of a type that has the smaller or the greater of the arguments.
    case smaller, greater
  }

  package struct Row: Sendable {
    package let form: Form
    package let name: String
    /// Arguments may carry these labels; where there are none, they have no names.
    package let parameters: [(label: String?, kind: Parameter)]
    package let gives: Result
    /// What it can trap with.
    package let traps: [Trap]
    /// Of bytes that are a literal, the value, which then is one too.
    package let literal: (@Sendable ([UInt8]) -> Value)?

    fileprivate init(
      _ name: String, _ parameters: Parameter..., gives: Result, traps: [Trap] = [],
      literal: (@Sendable ([UInt8]) -> Value)? = nil
    ) {
      self.name = name
      self.parameters = parameters.map { (nil, $0) }
      (form, self.gives, self.traps, self.literal) = (.name, gives, traps, literal)
    }

    fileprivate init(_ form: Form, _ name: String, _ parameters: [(label: String?, kind: Parameter)], gives: Result) {
      (self.form, self.name, self.gives, self.parameters) = (form, name, gives, parameters)
      (traps, literal) = ([], nil)
    }
  }

  /// The rows, indexed by function.
  private static let rows = allCases.map(\.definition)

  package var row: Row { LanguageFunction.rows[rawValue] }

  /// The functions that are called like this.
  static func named(_ name: String, _ form: Form = .name) -> [LanguageFunction] {
    allCases.filter { $0.row.name == name && $0.row.form == form }
  }

  /// Names that no function of a contract may have.
  static let reserved = Set(rows.filter { $0.form == .name }.map(\.name)).sorted()
}
