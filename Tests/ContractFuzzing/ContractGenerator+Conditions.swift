import Fuzzing
import Interface
import Primitives

extension ContractGenerator {
  mutating func condition(total: Bool, depth: Int) -> Made {
    size += 1
    if depth <= 0 || size > sizeMax { return comparison(total: total, depth: 0) }
    switch tape.weighted(8, 3, 3, 2, 3, 2, 2, 1, 1, 1) {
    case 0: return comparison(total: total, depth: depth - 1)
    case 1, 2:
      let (level, word, above) = tape.oneIn(2) ? (Level.and, "and", Level.not) : (.or, "or", .and)
      let a = condition(total: total, depth: depth - 1)
      let b = condition(total: total, depth: depth - 1)
      return Made(text: "\(a.at(level)) \(word) \(b.at(above))", level: level, type: .bool, traps: a.traps || b.traps)
    case 3:
      let inner = condition(total: total, depth: depth - 1)
      return Made(text: "not \(inner.at(.not))", level: .not, type: .bool, traps: inner.traps)
    case 4: return membership(total: total, depth: depth - 1)
    case 5: return emptiness(total: total, depth: depth - 1)
    case 6:
      let (subject, type) = variant(total: total, depth: depth - 1)
      let name = tape.element((cases(of: type) ?? []).map(\.name))
      return Made(text: "\(subject.at(.sum)) is \(name)", level: .comparison, type: .bool, traps: subject.traps)
    case 7: return variable(.bool, total: total, depth: depth - 1)
    case 8: return call(.bool, total: total, depth: depth - 1) ?? comparison(total: total, depth: depth - 1)
    default: return Made(text: tape.element(["true", "false"]), type: .bool)
    }
  }

  /// What almost always holds, and cannot fail.
  mutating func truth(depth: Int) -> Made {
    let type: SourceType
    switch tape.below(5) {
    case 0: return Made(text: "true", type: .bool)
    case 1: type = .int(randomRange())
    case 2: type = .bool
    case 3: type = .duration
    default: type = .time
    }
    let made = variable(type, total: true, depth: 0)
    return Made(text: "\(made.at(.sum)) == \(made.at(.sum))", level: .comparison, type: .bool, traps: made.traps)
  }

  private mutating func comparison(total: Bool, depth: Int) -> Made {
    let isOrder = tape.below(3) > 0
    let type: SourceType
    switch tape.weighted(6, 5, 2, 2, 2, 1, isOrder ? 0 : 4) {
    case 0: type = .int(randomRange())
    case 1: type = .amount(tape.element(frame.currencies))
    case 2: type = tape.element([.percent, .ratio])
    case 3: type = .duration
    case 4: type = .time
    case 5: type = randomRate() ?? .ratio
    default:
      switch tape.below(5) {
      case 0: type = .bool
      case 1: type = .party
      case 2: type = .text(280)
      case 3: type = .bytes(32)
      default: type = randomComposite(depth: 1)
      }
    }
    let symbol = isOrder ? tape.element(["<", "<=", ">", ">="]) : tape.element(["==", "!="])
    let left = make(type, expecting: nil, total: total, depth: depth)
    if case .amount = type, isOrder, tape.oneIn(8) {
      return Made(text: "0 \(symbol) \(left.at(.sum))", level: .comparison, type: .bool, traps: left.traps)
    }
    let right = make(type, expecting: left.isUntyped ? nil : left.type, total: total, depth: depth)
    return Made(
      text: "\(left.at(.sum)) \(symbol) \(right.at(.sum))", level: .comparison, type: .bool,
      traps: left.traps || right.traps)
  }

  private mutating func membership(total: Bool, depth: Int) -> Made {
    let word = tape.oneIn(4) ? "not in" : "in"
    if !total && tape.oneIn(3) {
      let kind = randomListed()
      let element = make(kind, expecting: nil, total: false, depth: depth)
      let (list, part) = list(of: kind, joining: element, total: false, depth: depth)
      if let list, element.bits <= 200 {
        let narrows = element.range == nil && element.bits > 0
        _ = part
        return Made(
          text: "\(element.at(.sum)) \(word) \(list.text)", level: .comparison, type: .bool,
          traps: element.traps || list.traps || narrows)
      }
    }
    let collection = collection(total: total, depth: depth) { _ in true }
    guard case .composite(let type) = collection.type, let part = part(of: type) else { return collection }
    var element: Made
    if case .int(let range) = part {
      // What is in no range is nowhere, but it may be too wide to be asked for.
      element = make(part, expecting: MadeType(part), total: total, depth: depth)
      if element.bits > 250 || !(element.literal.map { range.contains($0) } ?? true) {
        element = integerLiteral(in: range)
      }
    } else {
      element = rest(part, total: total, depth: depth)
    }
    return Made(
      text: "\(element.at(.sum)) \(word) \(collection.at(.sum))", level: .comparison, type: .bool,
      traps: element.traps || collection.traps)
  }

  private mutating func emptiness(total: Bool, depth: Int) -> Made {
    if let vault = vaultInReach(where: { _ in true }), tape.below(3) > 0 {
      guard let type = vault.key, tape.oneIn(2) else {
        return Made(text: "\(vault.name) is empty", level: .comparison, type: .bool)
      }
      let key = rest(type, total: total, depth: 0)
      return Made(text: "\(vault.name)[\(key.text)] is empty", level: .comparison, type: .bool, traps: key.traps)
    }
    if tape.oneIn(2) {
      let type = optional(depth: 1)
      let made = make(type, expecting: nil, total: total, depth: depth)
      return Made(text: "\(made.at(.sum)) is empty", level: .comparison, type: .bool, traps: made.traps)
    }
    let made = collection(total: total, depth: depth) { _ in true }
    return Made(text: "\(made.at(.sum)) is empty", level: .comparison, type: .bool, traps: made.traps)
  }
}
