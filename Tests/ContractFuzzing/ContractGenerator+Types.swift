import Fuzzing
import Interface
import Primitives

/// A type as a source writes it. Structures and enumerations are named by their place among the
/// declared types, currencies by their names.
indirect enum SourceType: Hashable {
  case bool, percent, ratio, duration, time, party, calendar
  case int(IntegerRange)
  case amount(String)
  case rate(String, String)
  case text(Int)
  case bytes(Int)
  case structure(Int)
  case enumeration(Int)
  case optional(SourceType)
  case list(SourceType, least: Int, most: Int)
  case set(SourceType, most: Int)
  case map(SourceType, SourceType, most: Int)
}

/// The type that the checker finds for an expression.
enum MadeType: Hashable {
  case bool, duration, time, party
  case int(bits: Int, range: IntegerRange?)
  case percent(isAtRest: Bool)
  case amount(String)
  case rate(String, String)
  case text(Int)
  case bytes(Int)
  case composite(SourceType)

  init(_ type: SourceType) {
    switch type {
    case .bool: self = .bool
    case .percent: self = .percent(isAtRest: true)
    case .ratio: self = .percent(isAtRest: false)
    case .duration: self = .duration
    case .time: self = .time
    case .party: self = .party
    case .int(let range): self = .int(bits: range.bits, range: range)
    case .amount(let currency): self = .amount(currency)
    case .rate(let of, let per): self = .rate(of, per)
    case .text(let max): self = .text(max)
    case .bytes(let max): self = .bytes(max)
    case .calendar, .structure, .enumeration, .optional, .list, .set, .map: self = .composite(type)
    }
  }

  /// The type under which such a value rests. An integer without a range may be as wide as its bits.
  var source: SourceType {
    switch self {
    case .bool: return .bool
    case .duration: return .duration
    case .time: return .time
    case .party: return .party
    case .int(let bits, let range):
      let bound = Integer.power(ofTwo: bits) - Integer(1)
      return .int(range ?? IntegerRange(-bound, bound) ?? .whole)
    case .percent(let isAtRest): return isAtRest ? .percent : .ratio
    case .amount(let currency): return .amount(currency)
    case .rate(let of, let per): return .rate(of, per)
    case .text(let max): return .text(max)
    case .bytes(let max): return .bytes(max)
    case .composite(let type): return type
    }
  }

  /// The type that has the values of both, which are of one kind.
  func joined(_ other: MadeType) -> MadeType {
    switch (self, other) {
    case (.int(let x, let first), .int(let y, let second)):
      var range: IntegerRange?
      if let first, let second { range = IntegerRange(min(first.low, second.low), max(first.high, second.high)) }
      return .int(bits: max(x, y), range: range)
    case (.percent(let x), .percent(let y)): return .percent(isAtRest: x && y)
    case (.text(let x), .text(let y)): return .text(max(x, y))
    case (.bytes(let x), .bytes(let y)): return .bytes(max(x, y))
    default: return self
    }
  }

  /// Whether a value of this type may stand where one of `wanted` is; of numbers, whether they are of one kind.
  func fits(_ wanted: SourceType) -> Bool {
    switch (self, wanted) {
    case (.int, .int), (.percent, .percent), (.percent, .ratio): true
    case (.text(let length), .text(let max)), (.bytes(let length), .bytes(let max)): length <= max
    default: self == MadeType(wanted)
    }
  }
}

extension IntegerRange {
  func covers(_ other: IntegerRange) -> Bool { contains(other.low) && contains(other.high) }

  static func of(_ low: Int, _ high: Int) -> IntegerRange { IntegerRange(Integer(low), Integer(high)) ?? .whole }
}

extension ContractGenerator {
  func spelled(_ type: SourceType) -> String {
    switch type {
    case .bool: return "Bool"
    case .percent: return "Percent"
    case .ratio: return "Ratio"
    case .duration: return "Duration"
    case .time: return "Time"
    case .party: return "Party"
    case .calendar: return "Calendar"
    case .int(let range):
      if range == .whole { return "Int" }
      return range.high == IntegerRange.whole.high ? "Int<\(range.low)..>" : "Int<\(range.low)..\(range.high)>"
    case .amount(let currency): return "Amount<\(currency)>"
    case .rate(let of, let per): return "Rate<\(of), \(per)>"
    case .text(let max): return "Text<\(max)>"
    case .bytes(let max): return max == 32 ? "Hash" : "Bytes<\(max)>"
    case .structure(let index), .enumeration(let index): return declared[index].name
    case .optional(let inner): return spelled(inner) + "?"
    case .list(let inner, let least, let most):
      return "List<\(spelled(inner)), \(least == 0 ? "" : "\(least)..")\(most)>"
    case .set(let inner, let most): return "Set<\(spelled(inner)), \(most)>"
    case .map(let key, let value, let most): return "Map<\(spelled(key)), \(spelled(value)), \(most)>"
    }
  }

  // MARK: Choice

  mutating func randomType(depth: Int) -> SourceType {
    switch tape.weighted(4, 4, 6, 2, 2, 2, 2, 2, 1, 2, 2, depth > 0 ? 12 : 1) {
    case 0: return .int(randomRange())
    case 1: return .bool
    case 2: return .amount(tape.element(frame.currencies))
    case 3: return .percent
    case 4: return .ratio
    case 5: return .duration
    case 6: return .time
    case 7: return .party
    case 8: return randomRate() ?? .ratio
    case 9: return .text(randomLength())
    case 10: return .bytes(tape.element([32, 32, 40, 300, 5]))
    default: return depth > 0 ? randomComposite(depth: depth - 1) : .bool
    }
  }

  mutating func randomLength() -> Int { tape.element([8, 1, 40, 64, 280, 1000]) }

  mutating func randomRate() -> SourceType? {
    let of = tape.element(frame.currencies)
    let others = frame.currencies.filter { $0 != of }
    return others.isEmpty ? nil : .rate(of, tape.element(others))
  }

  mutating func randomRange() -> IntegerRange {
    switch tape.below(9) {
    case 0: return .of(0, 100)
    case 1: return .whole
    case 2: return .of(1, 7)
    case 3: return .of(-5, 5)
    case 4: return IntegerRange(.zero, IntegerRange.whole.high) ?? .whole
    case 5: return .of(Int.min / 2, Int.max / 2)
    case 6: return IntegerRange(Integer.zero, Integer.power(ofTwo: 62) - Integer(tape.below(2))) ?? .whole
    case 7:
      return IntegerRange(-Integer.power(ofTwo: 120), Integer.power(ofTwo: tape.element([60, 64, 126, 254]))) ?? .whole
    default:
      let low = tape.below(2000) - 1000
      return .of(low, low + tape.below(3000))
    }
  }

  mutating func randomComposite(depth: Int) -> SourceType {
    switch tape.weighted(3, 3, 3, 4, 2, 3, 1) {
    case 0: return optional(depth: depth)
    case 1: return declaredType(isEnumeration: false, depth: depth)
    case 2: return declaredType(isEnumeration: true, depth: depth)
    case 3:
      let most = randomCount()
      let element = tape.oneIn(4) ? .party : randomType(depth: depth)
      return .list(element, least: tape.oneIn(3) ? 1 + tape.below(min(most, 3)) : 0, most: most)
    case 4: return .set(randomKey(), most: randomCount())
    case 5: return .map(randomKey(), randomType(depth: depth), most: randomCount())
    default: return .calendar
    }
  }

  /// Of something that is no optional itself.
  mutating func optional(depth: Int) -> SourceType {
    let type = randomType(depth: depth)
    if case .optional = type { return type }
    return .optional(type)
  }

  private mutating func randomCount() -> Int { tape.element([3, 4, 1, 7, 12]) }

  mutating func randomKey() -> SourceType {
    switch tape.below(9) {
    case 0: .int(randomRange())
    case 1: .party
    case 2: .bool
    case 3: .amount(tape.element(frame.currencies))
    case 4: .duration
    case 5: .time
    case 6: .text(tape.element([8, 3]))
    case 7: .bytes(tape.element([32, 3]))
    default: plainEnumeration()
    }
  }

  /// An enumeration without payloads.
  mutating func plainEnumeration() -> SourceType {
    let known = declared.indices.filter { index in
      declared[index].isEnumeration && (declared[index].isFile || !frame.isFile)
        && declared[index].cases.allSatisfy { $0.parameters.isEmpty }
    }
    if !known.isEmpty && !tape.oneIn(3) { return .enumeration(tape.element(known)) }
    let name = fresh("Kind")
    let cases = (0..<(1 + tape.below(3))).map { _ in
      (name: fresh("Case"), parameters: [(name: String, type: SourceType)]())
    }
    declared.append(DeclaredType(name: name, cases: cases, isEnumeration: true, isFile: frame.isFile || tape.oneIn(4)))
    return .enumeration(declared.count - 1)
  }

  private mutating func declaredType(isEnumeration: Bool, depth: Int) -> SourceType {
    let known = declared.indices.filter {
      declared[$0].isEnumeration == isEnumeration && (declared[$0].isFile || !frame.isFile)
    }
    if !known.isEmpty && (known.count > 4 || !tape.oneIn(3)) { return reference(tape.element(known)) }
    // A type outside of the contract knows no currency of it.
    let isFile = frame.isFile || tape.oneIn(3)
    let outer = frame
    if isFile {
      (frame.isFile, frame.currencies) = (true, ["CNY", "JPY"])
    } else {
      frame.currencies = generics + ["USD", "JPY"]
    }
    var cases: [(name: String, parameters: [(name: String, type: SourceType)])] = []
    for _ in 0..<(isEnumeration ? 1 + tape.below(4) : 1) {
      let count = isEnumeration ? tape.below(3) : 1 + tape.below(3)
      cases.append((fresh("Case"), (0..<count).map { _ in (fresh("member"), randomType(depth: depth)) }))
    }
    frame = outer
    declared.append(
      DeclaredType(
        name: fresh(isEnumeration ? "Choice" : "Record"), cases: cases, isEnumeration: isEnumeration, isFile: isFile))
    return reference(declared.count - 1)
  }

  private func reference(_ index: Int) -> SourceType {
    declared[index].isEnumeration ? .enumeration(index) : .structure(index)
  }

  // MARK: Traits

  /// Whether a field of this type can begin with a literal.
  func isConstantable(_ type: SourceType) -> Bool {
    switch type {
    case .bool, .percent, .ratio, .duration, .time, .int, .amount, .text, .calendar, .optional, .set, .map: true
    case .party, .bytes: false
    case .rate(let of, let per): isFixed(of) && isFixed(per)
    case .list(let inner, let least, _): least == 0 || isConstantable(inner)
    case .structure(let index): declared[index].cases[0].parameters.allSatisfy { isConstantable($0.type) }
    case .enumeration(let index):
      declared[index].cases.contains { $0.parameters.allSatisfy { isConstantable($0.type) } }
    }
  }

  func isFixed(_ currency: String) -> Bool { currency.utf8.count == 3 }

  func isKey(_ type: SourceType) -> Bool {
    switch type {
    case .bool, .int, .amount, .duration, .text, .bytes, .time, .party: true
    case .enumeration(let index): declared[index].cases.allSatisfy { $0.parameters.isEmpty }
    case .percent, .ratio, .rate, .calendar, .structure, .optional, .list, .set, .map: false
    }
  }

  /// The types that the cases of an enumeration or optional carry, with their names; nil of anything else.
  func cases(of type: SourceType) -> [(name: String, payload: [SourceType])]? {
    switch type {
    case .enumeration(let index): declared[index].cases.map { ($0.name, $0.parameters.map(\.type)) }
    case .optional(let inner): [("None", []), ("Some", [inner])]
    default: nil
    }
  }
}
