package import Primitives

/// A type that is made of others. A module lists the ones it uses; each names only types that stand
/// before it, so none contains itself.
package enum TypeDefinition: Hashable, Sendable {
  package struct Case: Hashable, Sendable {
    package let name: String
    package let payload: [ValueType]

    package init(name: String, payload: [ValueType]) {
      self.name = name
      self.payload = payload
    }
  }

  case structure(name: String, [ContractInterface.Parameter])
  case enumeration(name: String, [Case])
  /// Case 0 is nothing, case 1 a value.
  case optional(ValueType)
  case list(ValueType, least: Int, most: Int)
  /// In ascending order.
  case set(ValueType, most: Int)
  /// In ascending order of the keys.
  case map(ValueType, ValueType, most: Int)

  /// The types it names, in order.
  package var parts: [ValueType] {
    switch self {
    case .structure(_, let members): members.map(\.type)
    case .enumeration(_, let cases): cases.flatMap(\.payload)
    case .optional(let type), .list(let type, _, _), .set(let type, _): [type]
    case .map(let key, let value, _): [key, value]
    }
  }

  /// The payloads of the cases of an enumeration or optional; nil for anything else.
  package var payloads: [[ValueType]]? {
    switch self {
    case .enumeration(_, let cases): cases.map(\.payload)
    case .optional(let type): [[], [type]]
    case .structure, .list, .set, .map: nil
    }
  }

  /// Whether it grows and shrinks in place: the register that holds such a value is the only one that does.
  package var isCollection: Bool {
    switch self {
    case .list, .set, .map: true
    case .structure, .enumeration, .optional: false
    }
  }

  /// The most elements of a collection.
  package var most: Int? {
    switch self {
    case .list(_, _, let most), .set(_, let most), .map(_, _, let most): most
    case .structure, .enumeration, .optional: nil
    }
  }
}

extension ValueType {
  /// The types of the keys and values of a map; nil of anything else.
  package func mapParts(in types: [TypeDefinition]) -> (key: ValueType, value: ValueType)? {
    if case .composite(let index) = self, case .map(let key, let value, _) = types[index] { (key, value) } else { nil }
  }

  /// Whether values have an order, by which sets and maps keep their keys.
  package func isKey(in types: [TypeDefinition]) -> Bool {
    switch self {
    case .bool, .int, .amount, .duration, .text, .bytes, .time, .party: true
    case .ratio, .rate, .counter: false
    case .composite(let index): types[index].payloads?.allSatisfy(\.isEmpty) ?? false
    }
  }
}

extension Value {
  /// The order of keys: numbers by size, texts and bytes byte by byte, cases as declared.
  package static func precedes(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.bool(let x), .bool(let y)): !x && y
    case (.int(let x), .int(let y)): x < y
    case (.amount(let x), .amount(let y)): x < y
    case (.duration(let x), .duration(let y)): x < y
    case (.text(let x), .text(let y)), (.bytes(let x), .bytes(let y)): x.lexicographicallyPrecedes(y)
    case (.variant(let x, _), .variant(let y, _)): x < y
    case (.time(let x), .time(let y)): x < y
    case (.party(let x), .party(let y)): x < y
    default: preconditionFailure("keys of one set are of one ordered type")
    }
  }
}

/// How large the values of each listed type can become. Sums that would overflow stay at `Int.max`.
package struct TypeMeasures: Sendable {
  /// Words of the object itself, at most; what its parts refer to is not counted.
  package private(set) var ownWords: [Int] = []
  /// Words of the object and of everything below it, at most.
  package private(set) var wholeWords: [Int] = []
  /// Types inside each other, counted from 1.
  package private(set) var depths: [Int] = []

  /// Types must name earlier ones only.
  package init(_ types: [TypeDefinition]) {
    for type in types {
      let (own, below): (Int, Int)
      switch type {
      case .structure(_, let members):
        (own, below) = (members.reduce(0) { $0 + $1.type.slots }, total(members.map(\.type)))
      case .enumeration(_, let cases):
        own = 1 + (cases.map { $0.payload.reduce(0) { $0 + $1.slots } }.max() ?? 0)
        below = cases.map { total($0.payload) }.max() ?? 0
      case .optional(let inner): (own, below) = (1 + inner.slots, total([inner]))
      case .list(let inner, _, let most), .set(let inner, let most):
        (own, below) = (1 + most * inner.slots, product(most, total([inner])))
      case .map(let key, let value, let most):
        (own, below) = (1 + most * (key.slots + value.slots), product(most, total([key, value])))
      }
      ownWords.append(own)
      wholeWords.append(sum(own, below))
      depths.append(1 + (type.parts.map { if case .composite(let index) = $0 { depths[index] } else { 0 } }.max() ?? 0))
    }
  }

  /// Words of the arena that a value takes at most, everything below it included.
  package func wholeWords(of type: ValueType) -> Int {
    switch type {
    case .bool, .ratio, .amount, .duration, .time, .party, .rate, .counter: 0
    case .int(let range): range.isSmall ? 0 : 5
    case .text(let max): 1 + (4 * max + 7) / 8
    case .bytes(let max): 1 + (max + 7) / 8
    case .composite(let index): wholeWords[index]
    }
  }

  private func total(_ types: [ValueType]) -> Int { types.reduce(0) { sum($0, wholeWords(of: $1)) } }
}

/// What would not fit is `Int.max`.
package func sum(_ a: Int, _ b: Int) -> Int {
  let (result, overflow) = a.addingReportingOverflow(b)
  return overflow ? Int.max : result
}

/// What would not fit is `Int.max`.
package func product(_ a: Int, _ b: Int) -> Int {
  let (result, overflow) = a.multipliedReportingOverflow(by: b)
  return overflow ? Int.max : result
}

extension TypeDefinition: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    switch self {
    case .structure(let name, let members):
      writer.write(UInt8(0))
      writer.write(name)
      writer.write(members)
    case .enumeration(let name, let cases):
      writer.write(UInt8(1))
      writer.write(name)
      writer.write(length: cases.count)
      for item in cases {
        writer.write(item.name)
        writer.write(item.payload)
      }
    case .optional(let type):
      writer.write(UInt8(2))
      writer.write(type)
    case .list(let type, let least, let most):
      writer.write(UInt8(3))
      writer.write(type)
      writer.write(UInt32(least))
      writer.write(UInt32(most))
    case .set(let type, let most):
      writer.write(UInt8(4))
      writer.write(type)
      writer.write(UInt32(most))
    case .map(let key, let value, let most):
      writer.write(UInt8(5))
      writer.write(key)
      writer.write(value)
      writer.write(UInt32(most))
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    switch try reader.read(UInt8.self) {
    case 0: self = .structure(name: try reader.readText(), try reader.readList(of: ContractInterface.Parameter.self))
    case 1:
      let name = try reader.readText()
      var cases: [Case] = []
      for _ in 0..<(try reader.readLength()) {
        cases.append(Case(name: try reader.readText(), payload: try reader.readList(of: ValueType.self)))
      }
      self = .enumeration(name: name, cases)
    case 2: self = .optional(try reader.read(ValueType.self))
    case 3:
      self = .list(
        try reader.read(ValueType.self), least: Int(try reader.read(UInt32.self)),
        most: Int(try reader.read(UInt32.self)))
    case 4: self = .set(try reader.read(ValueType.self), most: Int(try reader.read(UInt32.self)))
    case 5:
      self = .map(
        try reader.read(ValueType.self), try reader.read(ValueType.self), most: Int(try reader.read(UInt32.self)))
    default: throw .unknownCase
    }
  }
}
