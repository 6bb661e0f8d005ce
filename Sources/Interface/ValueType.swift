package import Primitives

/// The least and the greatest value of an `Int<low..high>`.
package struct IntegerRange: Hashable, Sendable {
  package let low: Integer
  package let high: Integer

  /// Nil unless low ≤ high and both lie within 255 bits.
  package init?(_ low: Integer, _ high: Integer) {
    guard low <= high, max(low.bitWidth, high.bitWidth) <= Limits.integerBitsAtRest else { return nil }
    self.low = low
    self.high = high
  }

  package init(_ bounds: ClosedRange<Int>) { (low, high) = (Integer(bounds.lowerBound), Integer(bounds.upperBound)) }

  /// What `Int` means at rest: |x| < 2^255.
  package static let whole: IntegerRange = {
    let bound = Integer.power(ofTwo: Limits.integerBitsAtRest) - Integer(1)
    guard let range = IntegerRange(-bound, bound) else {
      preconditionFailure("the widest range is within its own limit")
    }
    return range
  }()

  /// The bits of the widest magnitude in the range; at least 1, so that every integer has a width.
  package var bits: Int { max(1, low.bitWidth, high.bitWidth) }

  /// Whether every value has the machine's small form.
  package var isSmall: Bool { bits <= 62 }

  package func contains(_ value: Integer) -> Bool { low <= value && value <= high }

  package func contains(_ other: IntegerRange) -> Bool { contains(other.low) && contains(other.high) }
}

/// The type of a parameter, term or field, and the spine of the types that registers and
/// expressions have. A currency is an index into the contract's list of currencies.
package enum ValueType: Hashable, Sendable {
  case bool
  case int(IntegerRange)
  /// A fraction with both parts below 2^63; a percent is one that is at most 1.
  case ratio(isPercent: Bool)
  case amount(currency: Int)
  case duration
  /// At most `max` Unicode scalars.
  case text(max: Int)
  /// At most `max` bytes.
  case bytes(max: Int)
  /// One of the contract's types, by index.
  case composite(Int)
  /// Ledger time in whole milliseconds, before the year 10000.
  case time
  /// An account, by its row in the ledger.
  case party
  /// How many minor units of one currency a minor unit of another is worth: a fraction with both parts below 2^63.
  case rate(of: Int, per: Int)
  /// From 0 to `most`: it is raised one by one, and nothing lowers it.
  case counter(most: Int)

  package static var percent: ValueType { .ratio(isPercent: true) }

  /// How a value lies in a register and at rest: which instructions move it.
  package enum Layout: Hashable, Sendable {
    /// In one word.
    case word
    /// In a word with a mark, or where that is too small in the arena; at rest in one word, or in five.
    case integer(isSmall: Bool)
    /// In two words.
    case pair
    /// In the arena; at rest in entries of its own, since it has no fixed size.
    case object
  }

  package var layout: Layout {
    switch self {
    case .bool, .duration, .time, .party: .word
    case .int(let range): .integer(isSmall: range.isSmall)
    case .counter: .integer(isSmall: true)
    case .ratio, .amount, .rate: .pair
    case .text, .bytes, .composite: .object
    }
  }

  /// 64-bit words that a value takes among an agreement's words; 0 for what has no fixed size and
  /// rests as an entry of its own.
  package var wordsAtRest: Int {
    switch layout {
    case .word, .integer(isSmall: true): 1
    case .integer: 5
    case .pair: 2
    case .object: 0
    }
  }

  /// 64-bit slots of a frame or an object.
  package var slots: Int { if case .pair = layout { 2 } else { 1 } }

  /// True where every value of `other` is a value of this type too.
  package func includes(_ other: ValueType) -> Bool {
    switch (self, other) {
    case (.int(let range), .int(let inner)): range.contains(inner)
    case (.ratio(let isPercent), .ratio(let isOther)): !isPercent || isOther
    case (.text(let max), .text(let length)), (.bytes(let max), .bytes(let length)): length <= max
    case (.bool, _), (.int, _), (.ratio, _), (.amount, _), (.duration, _), (.text, _), (.bytes, _), (.composite, _),
      (.time, _), (.party, _), (.rate, _), (.counter, _):
      self == other
    }
  }

  /// Whether `value` is one of this type's values, as the door of the ledger asks. `types` are those of the contract.
  package func admits(_ value: Value, in types: [TypeDefinition] = []) -> Bool {
    switch (self, value) {
    case (.bool, .bool): true
    case (.int(let range), .int(let value)): range.contains(value)
    case (.ratio(let isPercent), .percent(let value)): !isPercent || value.isAtRest
    case (.amount, .amount): true
    case (.duration, .duration): true
    case (.text(let max), .text(let bytes)):
      String(validating: bytes, as: UTF8.self).map { $0.unicodeScalars.count <= max } ?? false
    case (.bytes(let max), .bytes(let bytes)): bytes.count <= max
    case (.composite(let index), _): types[index].admits(value, in: types)
    case (.time, .time): true
    case (.party, .party): true
    // A rate of nothing would make any sum worthless.
    case (.rate, .percent(let value)): value.numerator > 0
    case (.counter(let most), .int(let value)): value.sign >= 0 && value <= Integer(most)
    case (.bool, _), (.int, _), (.ratio, _), (.amount, _), (.duration, _), (.text, _), (.bytes, _),
      (.time, _), (.party, _), (.rate, _), (.counter, _):
      false
    }
  }
}

extension ValueType: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    switch self {
    case .bool: writer.write(UInt8(0))
    case .int(let range):
      writer.write(UInt8(1))
      writer.write(range.low)
      writer.write(range.high)
    case .ratio(let isPercent): writer.write(UInt8(isPercent ? 2 : 6))
    case .amount(let currency):
      writer.write(UInt8(3))
      writer.write(UInt8(currency))
    case .duration: writer.write(UInt8(4))
    case .text(let max):
      writer.write(UInt8(5))
      writer.write(UInt16(max))
    case .bytes(let max):
      writer.write(UInt8(7))
      writer.write(UInt16(max))
    case .composite(let index):
      writer.write(UInt8(8))
      writer.write(UInt16(index))
    case .time: writer.write(UInt8(9))
    case .party: writer.write(UInt8(10))
    case .rate(let currency, let other):
      writer.write(UInt8(11))
      writer.write(UInt8(currency))
      writer.write(UInt8(other))
    case .counter(let most):
      writer.write(UInt8(12))
      writer.write(UInt32(most))
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    switch try reader.read(UInt8.self) {
    case 0: self = .bool
    case 1:
      guard let range = IntegerRange(try reader.read(Integer.self), try reader.read(Integer.self)) else {
        throw .notCanonical
      }
      self = .int(range)
    case 2: self = .ratio(isPercent: true)
    case 3: self = .amount(currency: Int(try reader.read(UInt8.self)))
    case 4: self = .duration
    case 5: self = .text(max: Int(try reader.read(UInt16.self)))
    case 6: self = .ratio(isPercent: false)
    case 7: self = .bytes(max: Int(try reader.read(UInt16.self)))
    case 8: self = .composite(Int(try reader.read(UInt16.self)))
    case 9: self = .time
    case 10: self = .party
    case 11: self = .rate(of: Int(try reader.read(UInt8.self)), per: Int(try reader.read(UInt8.self)))
    case 12: self = .counter(most: Int(try reader.read(UInt32.self)))
    default: throw .unknownCase
    }
  }
}

extension ValueType {
  /// The type as the source writes it, where its currencies have these names: `Amount<CNY>`, `List<Milestone, 1..7>`.
  package func spelling(in types: [TypeDefinition], _ currencies: [String]) -> String {
    func code(_ index: Int) -> String { index < currencies.count ? currencies[index] : "…" }
    func inner(_ type: ValueType) -> String { type.spelling(in: types, currencies) }
    switch self {
    case .bool, .ratio, .duration, .time, .party: return name
    case .int(let range): return range == .whole ? name : "\(name)<\(range.low)..\(range.high)>"
    case .amount(let currency): return "\(name)<\(code(currency))>"
    case .rate(let currency, let other): return "\(name)<\(code(currency)), \(code(other))>"
    case .text(let bound), .bytes(let bound), .counter(let bound): return "\(name)<\(bound)>"
    case .composite(let index):
      switch types[index] {
      case .structure(let name, _), .enumeration(let name, _): return name
      case .optional(let type): return inner(type) + "?"
      case .list(let type, let least, let most): return "List<\(inner(type)), \(least)..\(most)>"
      case .set(let type, let most): return "Set<\(inner(type)), \(most)>"
      case .map(let key, let value, let most): return "Map<\(inner(key)), \(inner(value)), \(most)>"
      }
    }
  }

  /// The type's name without its arguments.
  package var name: String {
    switch self {
    case .bool: "Bool"
    case .int: "Int"
    case .amount: "Amount"
    case .duration: "Duration"
    case .text: "Text"
    case .ratio(let isPercent): isPercent ? "Percent" : "Ratio"
    case .bytes: "Bytes"
    case .composite: "composite"
    case .time: "Time"
    case .party: "Party"
    case .rate: "Rate"
    case .counter: "Counter"
    }
  }
}

extension ValueType {
  /// The value that a place of this type holds before anything was put there: zero, nothing, or the least there is.
  package func blank(in types: [TypeDefinition]) -> Value {
    switch self {
    case .bool: .bool(false)
    case .int(let range): .int(range.contains(.zero) ? .zero : range.low)
    case .ratio: .percent(.zero)
    case .amount: .amount(.zero)
    case .duration: .duration(Duration(unchecked: 0))
    case .text: .text([])
    case .bytes: .bytes([])
    case .time: .time(Time(milliseconds: 0))
    case .party: .party(0)
    case .rate: .percent(.whole)
    case .counter: .int(.zero)
    case .composite(let index):
      switch types[index] {
      case .structure(_, let members): .sequence(members.map { $0.type.blank(in: types) })
      case .enumeration(_, let cases): .variant(0, cases[0].payload.map { $0.blank(in: types) })
      case .optional: .variant(0, [])
      case .list(let element, let least, _): .sequence(Array(repeating: element.blank(in: types), count: least))
      case .set, .map: .sequence([])
      }
    }
  }
}

extension TypeDefinition {
  fileprivate func admits(_ value: Value, in types: [TypeDefinition]) -> Bool {
    func admitsAll(_ values: [Value], _ declared: [ValueType]) -> Bool {
      values.count == declared.count && zip(declared, values).allSatisfy { $0.admits($1, in: types) }
    }
    func ascend(_ keys: [Value]) -> Bool { zip(keys, keys.dropFirst()).allSatisfy(Value.precedes) }
    switch (self, value) {
    case (.structure(_, let members), .sequence(let values)): return admitsAll(values, members.map(\.type))
    case (.enumeration, .variant(let number, let payload)), (.optional, .variant(let number, let payload)):
      guard let payloads, number < payloads.count else { return false }
      return admitsAll(payload, payloads[number])
    case (.list(let element, let least, let most), .sequence(let values)):
      return (least...most).contains(values.count) && values.allSatisfy { element.admits($0, in: types) }
    case (.set(let element, let most), .sequence(let values)):
      return values.count <= most && values.allSatisfy { element.admits($0, in: types) } && ascend(values)
    case (.map(let key, let value, let most), .sequence(let values)):
      guard values.count.isMultiple(of: 2), values.count / 2 <= most else { return false }
      let keys = stride(from: 0, to: values.count, by: 2).map { values[$0] }
      return keys.allSatisfy { key.admits($0, in: types) } && ascend(keys)
        && stride(from: 1, to: values.count, by: 2).allSatisfy { value.admits(values[$0], in: types) }
    case (.structure, _), (.enumeration, _), (.optional, _), (.list, _), (.set, _), (.map, _): return false
    }
  }
}
