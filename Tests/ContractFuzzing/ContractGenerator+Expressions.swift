import Fuzzing
import Interface
import Primitives

/// What binds an expression together, loosest first.
enum Level: Int, Comparable {
  case otherwise, or, and, not, comparison, sum, rounded, product, unary, postfix

  static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
}

/// An expression, and what the checker finds out about it.
struct Made {
  var text: String
  var level = Level.postfix
  var type: MadeType
  /// Whether it can fail.
  var traps = false
  /// Of a literal, what it counts: an integer, a duration's milliseconds, an amount's units.
  var literal: Integer?
  /// Of a literal fraction.
  var fraction: Percent?
  /// Digits, a bare case or a list, which take their type from beside them.
  var isUntyped = false

  /// The text where something that binds so closely must stand.
  func at(_ wanted: Level) -> String { level < wanted ? "(\(text))" : text }

  var bits: Int { if case .int(let bits, _) = type { bits } else { 0 } }
  var range: IntegerRange? { if case .int(_, let range) = type { range } else { nil } }
  var isAtRest: Bool { type == .percent(isAtRest: true) }
}

extension ContractGenerator {
  // MARK: What rests

  /// A value to be stored or handed out under a type. Where nothing may fail, an `else` answers
  /// what would be out of range.
  mutating func rest(_ type: SourceType, total: Bool, depth: Int) -> Made {
    switch type {
    case .int(let range):
      var made = make(type, expecting: MadeType(type), total: total, depth: depth)
      if let literal = made.literal, !range.contains(literal) { return integerLiteral(in: range) }
      if let known = made.range, range.covers(known) { return made }
      if total {
        return answered(made, integerLiteral(in: range), expecting: MadeType(type)) ?? integerLiteral(in: range)
      }
      (made.traps, made.type) = (true, MadeType(type))
      return made
    case .percent:
      var made = make(type, expecting: MadeType(type), total: total, depth: depth)
      if made.isAtRest { return made }
      if made.fraction != nil { return fractionLiteral(.percent) }
      if total {
        return answered(made, fractionLiteral(.percent), expecting: MadeType(type)) ?? fractionLiteral(.percent)
      }
      (made.traps, made.type) = (true, MadeType(type))
      return made
    default: return make(type, expecting: MadeType(type), total: total, depth: depth)
    }
  }

  // MARK: Any expression

  /// An expression of this kind; of integers, of any range. `expected` is what the checker passes down to it.
  mutating func make(_ wanted: SourceType, expecting expected: MadeType?, total: Bool, depth: Int) -> Made {
    size += 1
    if frame.place == .constant {
      return literal(wanted, expecting: expected, total: true, depth: depth) ?? integerLiteral(in: .whole)
    }
    if depth <= 0 || size > sizeMax { return leaf(wanted, expecting: expected, total: total) }
    let made: Made
    switch tape.weighted(5, 9, 1, 1, 2, 3, 1) {
    case 0: return leaf(wanted, expecting: expected, total: total)
    case 1: made = operation(wanted, expecting: expected, total: total, depth: depth - 1)
    case 2: made = choice(wanted, expecting: expected, total: total, depth: depth - 1)
    case 3: made = match(wanted, expecting: expected, total: total, depth: depth - 1)
    case 4: made = call(wanted, total: total, depth: depth - 1) ?? leaf(wanted, expecting: expected, total: total)
    case 5: made = answer(wanted, expecting: expected, total: total, depth: depth - 1)
    default: made = element(wanted, expecting: expected, total: total, depth: depth - 1)
    }
    return capped(made)
  }

  /// No integer grows beyond what can be followed.
  private func capped(_ made: Made) -> Made {
    guard made.bits > 900 else { return made }
    let prime = Integer(1_000_003)
    return Made(
      text: "\(made.at(.product)) mod \(prime)", level: .product, type: .int(bits: prime.bitWidth, range: nil),
      traps: made.traps)
  }

  private mutating func operation(_ wanted: SourceType, expecting expected: MadeType?, total: Bool, depth: Int) -> Made
  {
    // All other operations on these can fail.
    let isCalled =
      switch wanted {
      case .percent, .ratio, .duration: total || tape.oneIn(4)
      default: tape.oneIn(4)
      }
    if isCalled, let made = languageCall(wanted, expecting: expected, total: total, depth: depth) { return made }
    switch wanted {
    case .bool: return condition(total: total, depth: depth)
    case .int: return integerOperation(total: total, depth: depth)
    case .percent, .ratio: return fractionOperation(total: total, depth: depth)
    case .amount(let currency): return amountOperation(currency, total: total, depth: depth)
    case .duration: return durationOperation(total: total, depth: depth)
    case .time: return timeOperation(total: total, depth: depth)
    case .text(let max): return textOperation(max, total: total, depth: depth)
    case .bytes, .party, .rate: return variable(wanted, total: total, depth: depth)
    case .calendar, .structure, .enumeration, .optional, .list, .set, .map:
      return construction(wanted, expecting: expected, total: total, depth: depth)
    }
  }

  /// A literal or something with a name.
  mutating func leaf(_ wanted: SourceType, expecting expected: MadeType?, total: Bool) -> Made {
    if tape.oneIn(2) { return variable(wanted, total: total, depth: 0) }
    return literal(wanted, expecting: expected, total: total, depth: 1) ?? variable(wanted, total: total, depth: 0)
  }

  // MARK: Ways

  private mutating func choice(_ wanted: SourceType, expecting expected: MadeType?, total: Bool, depth: Int) -> Made {
    let condition = condition(total: total, depth: min(depth, 2))
    let first = make(wanted, expecting: expected, total: total, depth: depth)
    let isLiteral = first.isUntyped && first.literal != nil
    let second = make(wanted, expecting: expected ?? (isLiteral ? nil : first.type), total: total, depth: depth)
    return Made(
      text: "if \(condition.text) { \(first.text) } else { \(second.text) }", type: first.type.joined(second.type),
      traps: condition.traps || first.traps || second.traps)
  }

  private mutating func match(_ wanted: SourceType, expecting expected: MadeType?, total: Bool, depth: Int) -> Made {
    let (subject, type) = variant(total: total, depth: depth)
    // A `let` before the statement could not read what a case names.
    let hasLines = frame.hasLines
    frame.hasLines = false
    defer { frame.hasLines = hasLines }
    var (parts, made): ([String], Made?) = ([], nil)
    for item in cases(of: type) ?? [] {
      let before = made?.type
      let (pattern, value) = matching(item) { generator in
        let value = generator.make(wanted, expecting: expected ?? before, total: total, depth: depth)
        return (value.text, value)
      }
      parts.append("case \(pattern) { \(value.text) }")
      if let before = made {
        made = Made(text: "", type: before.type.joined(value.type), traps: before.traps || value.traps)
      } else {
        made = value
      }
    }
    if tape.oneIn(4) { parts.reverse() }
    return Made(
      text: "match \(subject.text) { \(parts.joined(separator: " ")) }", type: made?.type ?? .bool,
      traps: subject.traps || (made?.traps ?? false))
  }

  /// A case's pattern, which names what was read in the body.
  mutating func matching<T>(
    _ item: (name: String, payload: [SourceType]), _ body: (inout ContractGenerator) -> (text: String, result: T)
  ) -> (pattern: String, T) {
    let count = frame.locals.count
    let bound = item.payload.map { Variable(name: fresh("part"), type: MadeType($0)) }
    frame.locals += bound
    let (text, result) = body(&self)
    frame.locals.removeLast(frame.locals.count - count)
    let names = bound.map { text.reads($0.name) ? $0.name : "_" }
    let isBare = names.allSatisfy { $0 == "_" } && (names.isEmpty || tape.oneIn(2))
    return (item.name + (isBare ? "" : "(\(names.joined(separator: ", ")))"), result)
  }

  /// Something of an enumeration or optional that says by itself what it is.
  mutating func variant(total: Bool, depth: Int) -> (Made, SourceType) {
    let known = candidates { if case .composite(let type) = $0 { cases(of: type) != nil } else { false } }
    if !known.isEmpty && !tape.oneIn(3) {
      let made = tape.element(known)
      if case .composite(let type) = made.type { return (made, type) }
    }
    let type: SourceType = tape.oneIn(3) ? optional(depth: 1) : randomVariant()
    return (make(type, expecting: nil, total: total, depth: min(depth, 1)), type)
  }

  private mutating func randomVariant() -> SourceType {
    for _ in 0..<3 {
      let type = randomComposite(depth: 1)
      if cases(of: type) != nil { return type }
    }
    return plainEnumeration()
  }

  // MARK: Else

  /// What can fail, with an answer.
  private mutating func answer(_ wanted: SourceType, expecting expected: MadeType?, total: Bool, depth: Int) -> Made {
    // Nothing answers a `let` before the statement.
    let hasLines = frame.hasLines
    frame.hasLines = false
    let first = fallible(wanted, expecting: expected, depth: depth)
    frame.hasLines = hasLines
    // What cannot fail needs no answer, and the checker refuses one.
    if !first.traps { return first }
    let second = make(wanted, expecting: expected ?? first.type, total: total, depth: min(depth, 1))
    return answered(first, second, expecting: expected) ?? first
  }

  private mutating func fallible(_ wanted: SourceType, expecting expected: MadeType?, depth: Int) -> Made {
    if tape.oneIn(3) { return element(wanted, expecting: expected, total: false, depth: depth) }
    switch wanted {
    case .int, .percent, .ratio, .amount, .duration, .time:
      return operation(wanted, expecting: expected, total: false, depth: depth)
    default: return element(wanted, expecting: expected, total: false, depth: depth)
    }
  }

  /// `first else second`; nil where the first cannot fail, and the checker would refuse it.
  func answered(_ first: Made, _ second: Made, expecting expected: MadeType?) -> Made? {
    var answered = first
    if expected == .percent(isAtRest: true), !first.isAtRest, second.isAtRest {
      if first.fraction != nil { return nil }
      (answered.traps, answered.type) = (true, .percent(isAtRest: true))
    }
    if case .int(_, let wanted?)? = expected, let other = second.range, wanted.covers(other),
      !(first.range.map { wanted.covers($0) } ?? false)
    {
      (answered.traps, answered.type) = (true, .int(bits: wanted.bits, range: wanted))
    }
    guard answered.traps else { return nil }
    return Made(
      text: "\(first.at(.or)) else \(second.at(.or))", level: .otherwise, type: answered.type.joined(second.type),
      traps: second.traps)
  }
}
