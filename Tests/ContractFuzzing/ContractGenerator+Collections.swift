import Fuzzing
import Interface
import Primitives

extension ContractGenerator {
  /// The elements of a list or set, the keys of a map.
  func part(of type: SourceType) -> SourceType? {
    switch type {
    case .list(let part, _, _), .set(let part, _), .map(let part, _, _): part
    default: nil
    }
  }

  func most(_ type: SourceType) -> Int {
    switch type {
    case .list(_, _, let most), .set(_, let most), .map(_, _, let most): most
    default: 0
    }
  }

  /// A collection that says by itself what it is.
  mutating func collection(total: Bool, depth: Int, where isWanted: (SourceType) -> Bool) -> Made {
    let known = candidates {
      if case .composite(let type) = $0, part(of: type) != nil { isWanted(type) } else { false }
    }
    if !known.isEmpty && (depth <= 0 || !tape.oneIn(3)) {
      return tape.element(known)
    }
    let type: SourceType
    switch tape.below(4) {
    case 0: type = .set(randomKey(), most: 4)
    case 1: type = .map(randomKey(), randomType(depth: 1), most: 4)
    default: type = .list(randomType(depth: 1), least: tape.below(2), most: 5)
    }
    return make(type, expecting: nil, total: total, depth: depth)
  }

  mutating func randomListed() -> SourceType {
    switch tape.below(7) {
    case 0: .int(randomRange())
    case 1: .amount(tape.element(frame.currencies))
    case 2: .party
    case 3: .duration
    case 4: .time
    case 5: .percent
    default: .text(40)
    }
  }

  /// A list of what is written between its brackets, whose type follows from that; nil where an
  /// integer would be too wide.
  mutating func list(of kind: SourceType, joining other: Made?, total: Bool, depth: Int) -> (Made?, SourceType) {
    var elements: [Made] = []
    var type = other?.type
    for _ in 0..<(1 + tape.below(3)) {
      let made = make(kind, expecting: type, total: total, depth: min(depth, 1))
      if made.bits > 200 { break }
      type = type?.joined(made.type) ?? made.type
      elements.append(made)
    }
    guard let type, !elements.isEmpty else { return (nil, kind) }
    let part = type.source
    // An integer without a range is held against that of the list.
    let narrows = elements.contains { element in
      guard case .int(let range) = part, element.bits > 0 else { return false }
      return !(element.range.map { range.covers($0) } ?? false)
    }
    return (
      Made(
        text: "[\(elements.map(\.text).joined(separator: ", "))]",
        type: .composite(.list(part, least: elements.count, most: elements.count)),
        traps: narrows || elements.contains { $0.traps }, isUntyped: true), part
    )
  }

  // MARK: Elements

  /// An element of a list, or what a map has for a key.
  mutating func element(_ wanted: SourceType, expecting expected: MadeType?, total: Bool, depth: Int) -> Made {
    let hasLines = frame.hasLines
    frame.hasLines = false
    let made = indexed(wanted, depth: depth)
    frame.hasLines = hasLines
    guard total, made.traps else { return made }
    let second = make(wanted, expecting: expected ?? made.type, total: true, depth: 0)
    return answered(made, second, expecting: expected) ?? second
  }

  private mutating func indexed(_ wanted: SourceType, depth: Int) -> Made {
    let known = candidates { type in
      switch type {
      case .composite(.list(let part, _, _)): MadeType(part).fits(wanted)
      case .composite(.map(_, let value, _)): MadeType(value).fits(wanted)
      default: false
      }
    }
    var object: Made
    if !known.isEmpty && !tape.oneIn(4) {
      object = tape.element(known)
    } else {
      let type: SourceType =
        tape.oneIn(3) ? .map(randomKey(), wanted, most: 4) : .list(wanted, least: tape.below(2), most: 5)
      object = variable(type, total: false, depth: 0)
      if object.text == "missing" { return leaf(wanted, expecting: nil, total: false) }
    }
    switch object.type {
    case .composite(.list(let part, _, _)):
      let index =
        tape.oneIn(3)
        ? make(.int(.of(0, 7)), expecting: nil, total: false, depth: depth - 1) : integer(Integer(tape.below(4)))
      return Made(text: "\(object.at(.postfix))[\(index.text)]", type: MadeType(part), traps: true)
    case .composite(.map(let key, let value, _)):
      let key = rest(key, total: false, depth: depth - 1)
      return Made(text: "\(object.at(.postfix))[\(key.text)]", type: MadeType(value), traps: true)
    default: return object
    }
  }
}
