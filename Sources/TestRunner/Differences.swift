import Interface
import Wording

/// Where two values of one contract part: one line for each part that is not as expected, by its
/// place within the whole, such as `[1].share is 30%; 40% was expected`.
struct Differences {
  private let types: [TypeDefinition]
  private let words: ValueWording
  private(set) var lines: [String] = []

  /// None where they are equal or have no parts.
  init(_ actual: Value, _ expected: Value, _ type: ValueType, in types: [TypeDefinition], _ words: ValueWording) {
    self.types = types
    self.words = words
    if case .composite = type { compare(actual, expected, type, at: "") }
  }

  private mutating func compare(_ actual: Value, _ expected: Value, _ type: ValueType, at place: String) {
    if actual == expected { return }
    if case .composite(let index) = type {
      switch (actual, expected, types[index]) {
      case (.sequence(let a), .sequence(let b), .structure(_, let members)):
        for (index, member) in members.enumerated() {
          compare(a[index], b[index], member.type, at: place + ".\(member.name)")
        }
        return
      case (.sequence(let a), .sequence(let b), .list(let element, _, _)):
        for index in 0..<max(a.count, b.count) {
          compare(
            part: index < a.count ? a[index] : nil, index < b.count ? b[index] : nil, element, at: place + "[\(index)]")
        }
        return
      case (.sequence(let a), .sequence(let b), .set(let element, _)):
        let name = place.isEmpty ? "it" : "`\(place)`"
        for value in a where !b.contains(value) {
          lines.append("\(name) has \(words.text(value, element)), which was not expected")
        }
        for value in b where !a.contains(value) { lines.append("\(name) lacks \(words.text(value, element))") }
        return
      case (.sequence(let a), .sequence(let b), .map(let key, let element, _)):
        let (ours, theirs) = (Differences.pairs(a), Differences.pairs(b))
        for name in ours.map(\.key) + theirs.map(\.key).filter({ key in !ours.contains { $0.key == key } }) {
          compare(
            part: ours.first { $0.key == name }?.value, theirs.first { $0.key == name }?.value, element,
            at: place + "[\(words.text(name, key))]")
        }
        return
      case (.variant(let number, let a), .variant(let other, let b), let type) where number == other:
        let payload = type.payloads?[number] ?? []
        for (index, type) in payload.enumerated() {
          compare(a[index], b[index], type, at: place + (payload.count > 1 ? "(\(index))" : "()"))
        }
        return
      default: break
      }
    }
    if !place.isEmpty {
      lines.append("`\(place)` is \(words.text(actual, type)); \(words.text(expected, type)) was expected")
    }
  }

  private mutating func compare(part actual: Value?, _ expected: Value?, _ type: ValueType, at place: String) {
    switch (actual, expected) {
    case (let actual?, let expected?): compare(actual, expected, type, at: place)
    case (let actual?, nil): lines.append("`\(place)` is \(words.text(actual, type)); nothing was expected there")
    case (nil, let expected?): lines.append("`\(place)` is not there; \(words.text(expected, type)) was expected")
    case (nil, nil): break
    }
  }

  private static func pairs(_ values: [Value]) -> [(key: Value, value: Value)] {
    stride(from: 0, to: values.count - 1, by: 2).map { (values[$0], values[$0 + 1]) }
  }
}
