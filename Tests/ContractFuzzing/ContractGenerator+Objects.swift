import Fuzzing
import Interface
import Primitives

extension ContractGenerator {
  // MARK: Texts and bytes

  mutating func textOperation(_ max: Int, total: Bool, depth: Int) -> Made {
    // A hole holds no strings and no braces.
    var text = tape.element(["", "n = ", "{{", "合计"])
    var length = text == "{{" ? 1 : text.unicodeScalars.count
    var traps = false
    for _ in 0..<(1 + tape.below(2)) {
      let hole =
        tape.oneIn(3)
        ? make(.text(max), expecting: nil, total: total, depth: min(depth, 1))
        : make(.int(randomRange()), expecting: nil, total: total, depth: depth)
      var width = hole.bits * 30103 / 100_000 + 2
      if case .text(let max) = hole.type { width = max }
      if hole.text.contains("\"") || hole.text.contains("{") || length + width > max { continue }
      text += "{\(hole.text)}"
      length += width
      traps = traps || hole.traps
    }
    if text == "{{" || !text.contains("{") {
      return length <= max ? Made(text: "\"\(text)\"", type: .text(Swift.max(1, length))) : textLiteral(max)
    }
    return length <= max ? Made(text: "\"\(text)\"", type: .text(Swift.max(1, length)), traps: traps) : textLiteral(max)
  }

  // MARK: Structures, enumerations, collections

  /// A value of the type put together from its parts, or something with a name where nobody says
  /// what the parts would make.
  mutating func construction(_ wanted: SourceType, expecting expected: MadeType?, total: Bool, depth: Int) -> Made {
    let isExpected = expected == .composite(wanted)
    switch wanted {
    case .structure(let index):
      let (text, traps) = arguments(declared[index].cases[0].parameters, total: total, depth: depth)
      return Made(text: declared[index].name + text, type: .composite(wanted), traps: traps)
    case .calendar:
      let (text, traps) = arguments(members(of: .calendar), total: total, depth: depth)
      return Made(text: "Calendar" + text, type: .composite(wanted), traps: traps)
    case .enumeration(let index):
      let all = declared[index].cases.filter { item in
        frame.place != .constant || item.parameters.allSatisfy { isConstantable($0.type) }
      }
      let item = tape.element(all)
      let isQualified = tape.oneIn(2)
      let name = isQualified ? "\(declared[index].name).\(item.name)" : item.name
      if item.parameters.isEmpty { return Made(text: name, type: .composite(wanted), isUntyped: !isQualified) }
      let (text, traps) = arguments(item.parameters, total: total, depth: depth)
      return Made(text: name + text, type: .composite(wanted), traps: traps)
    case .optional(let inner):
      if !isExpected {
        switch inner {
        case .duration, .time, .party, .bool, .amount:
          let value = make(inner, expecting: nil, total: total, depth: depth)
          return Made(text: "Some(\(value.text))", type: .composite(wanted), traps: value.traps)
        default: return variable(wanted, total: total, depth: depth)
        }
      }
      if (frame.place == .constant && !isConstantable(inner)) || !tape.oneIn(2) {
        return Made(text: "None", type: .composite(wanted), isUntyped: true)
      }
      let value = rest(inner, total: total, depth: depth)
      return Made(text: "Some(\(value.text))", type: .composite(wanted), traps: value.traps)
    case .list, .set, .map:
      if frame.place != .constant && !total && tape.oneIn(2) {
        return extended(wanted, expecting: expected, depth: depth)
      }
      return isExpected ? listed(wanted, total: total, depth: depth) : variable(wanted, total: total, depth: depth)
    default: return variable(wanted, total: total, depth: depth)
    }
  }

  private mutating func arguments(_ parameters: [(name: String, type: SourceType)], total: Bool, depth: Int) -> (
    String, traps: Bool
  ) {
    let isNamed = tape.oneIn(2)
    var (parts, traps) = ([String](), false)
    for parameter in parameters {
      let value = rest(parameter.type, total: total, depth: depth)
      parts.append(isNamed ? "\(parameter.name): \(value.text)" : value.text)
      traps = traps || value.traps
    }
    return ("(\(parts.joined(separator: ", ")))", traps)
  }

  /// `[a, b]`, where somebody says of what.
  private mutating func listed(_ wanted: SourceType, total: Bool, depth: Int) -> Made {
    var elements: [Made] = []
    var isSet = false
    switch wanted {
    case .list(let part, let least, let most):
      let canHold = frame.place != .constant || isConstantable(part)
      var count = least
      while canHold && count < min(most, least + 3) && tape.oneIn(2) { count += 1 }
      for _ in 0..<count { elements.append(rest(part, total: total, depth: depth)) }
    case .set(let part, let most):
      isSet = true
      guard frame.place == .constant ? isConstantable(part) : !total else { break }
      // A literal set has no element twice.
      while elements.count < (frame.place == .constant ? 1 : min(most, 3)) && tape.oneIn(2) {
        elements.append(rest(part, total: total, depth: depth))
      }
    default: break
    }
    return Made(
      text: "[\(elements.map(\.text).joined(separator: ", "))]", type: .composite(wanted),
      traps: elements.contains { $0.traps } || (isSet && !elements.isEmpty), isUntyped: true)
  }

  /// A collection with something more in it.
  private mutating func extended(_ wanted: SourceType, expecting expected: MadeType?, depth: Int) -> Made {
    let base =
      expected == nil || tape.oneIn(2)
      ? variable(wanted, total: false, depth: 0) : make(wanted, expecting: expected, total: false, depth: depth - 1)
    switch wanted {
    case .list(let part, _, _), .set(let part, _):
      let element = rest(part, total: false, depth: depth)
      return Made(
        text: "\(base.at(.sum)) with \(element.at(.sum))", level: .comparison, type: .composite(wanted), traps: true)
    case .map(let key, let value, _):
      let key = rest(key, total: false, depth: depth)
      let value = rest(value, total: false, depth: depth)
      return Made(
        text: "\(base.at(.sum)) with \(key.at(.sum)): \(value.at(.sum))", level: .comparison, type: .composite(wanted),
        traps: true)
    default: return base
    }
  }
}
