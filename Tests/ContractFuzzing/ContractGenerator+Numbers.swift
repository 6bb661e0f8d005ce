import Fuzzing
import Interface
import Primitives

/// Arithmetic of every kind.
extension ContractGenerator {
  private static let roundings = ["down", "up", "half even"]

  private mutating func rounding() -> String { "rounded \(tape.element(Self.roundings))" }

  /// What stands on the right of something of one type with it: the checker passes down what the
  /// left side is, unless that has no type of its own.
  private mutating func right(of left: Made, _ wanted: SourceType, total: Bool, depth: Int) -> Made {
    make(wanted, expecting: left.isUntyped ? nil : left.type, total: total, depth: depth)
  }

  // MARK: Integers

  mutating func integerOperation(total: Bool, depth: Int) -> Made {
    switch tape.weighted(5, 4, 4, 3, 3, 2) {
    case 0, 1, 2:
      let a = make(.int(randomRange()), expecting: nil, total: total, depth: depth)
      let operation = tape.element(["+", "-", "*"])
      if operation == "*" {
        let b = make(.int(randomRange()), expecting: nil, total: total, depth: depth)
        return Made(
          text: "\(a.at(.product)) * \(b.at(.unary))", level: .product, type: .int(bits: a.bits + b.bits, range: nil),
          traps: a.traps || b.traps)
      }
      let b = right(of: a, .int(randomRange()), total: total, depth: depth)
      return Made(
        text: "\(a.at(.sum)) \(operation) \(b.at(.product))", level: .sum,
        type: .int(bits: max(a.bits, b.bits) + 1, range: nil),
        traps: a.traps || b.traps)
    case 3:
      let a = make(.int(randomRange()), expecting: nil, total: total, depth: depth)
      let b = divisor(total: total, depth: depth)
      return Made(
        text: "\(a.at(.product)) mod \(b.at(.unary))", level: .product, type: .int(bits: b.bits, range: nil),
        traps: a.traps || b.traps || canBeZero(b))
    case 4:
      let (a, b) = dividend(total: total, depth: depth)
      return Made(
        text: "\(a.at(.product)) / \(b.at(.unary)) \(rounding())", level: .rounded,
        type: .int(bits: a.bits + 1, range: nil),
        traps: a.traps || b.traps || canBeZero(b))
    default:
      let inner = make(.int(randomRange()), expecting: nil, total: total, depth: depth)
      if inner.isUntyped, let literal = inner.literal { return integer(-literal) }
      return Made(
        text: "-\(inner.at(.postfix))", level: .unary, type: .int(bits: inner.bits + 1, range: nil), traps: inner.traps)
    }
  }

  private func canBeZero(_ divisor: Made) -> Bool { divisor.range?.contains(.zero) ?? true }

  private mutating func divisor(total: Bool, depth: Int) -> Made {
    if !total && tape.oneIn(2) { return make(.int(randomRange()), expecting: nil, total: false, depth: depth) }
    let known = candidates { if case .int(_, let range?) = $0 { !range.contains(.zero) } else { false } }
    if !known.isEmpty && tape.oneIn(2) {
      return tape.element(known)
    }
    return integer(Integer(tape.element([7, 1, 2, 3, 10, 1000, Int.max])))
  }

  /// Two integers, or durations or amounts, which are divided as integers.
  private mutating func dividend(total: Bool, depth: Int) -> (Made, Made) {
    switch tape.weighted(4, 1, 1) {
    case 0:
      return (
        make(.int(randomRange()), expecting: nil, total: total, depth: depth), divisor(total: total, depth: depth)
      )
    case 1:
      return (
        counted(make(.duration, expecting: nil, total: total, depth: depth), 42),
        counted(unit(.duration, total: total, depth: depth), 42)
      )
    default:
      let fixed = frame.currencies.filter { isFixed($0) }
      guard let currency = total ? fixed.first : tape.element(frame.currencies) else {
        return (
          make(.int(randomRange()), expecting: nil, total: total, depth: depth), divisor(total: total, depth: depth)
        )
      }
      let type = SourceType.amount(currency)
      return (
        counted(make(type, expecting: nil, total: total, depth: depth), 127),
        counted(unit(type, total: total, depth: depth), 127)
      )
    }
  }

  /// What a duration or an amount is divided by: where nothing may fail, a literal that is not zero.
  private mutating func unit(_ type: SourceType, total: Bool, depth: Int) -> Made {
    if !total && tape.oneIn(2) { return make(type, expecting: nil, total: false, depth: depth) }
    switch type {
    case .amount(let currency) where isFixed(currency):
      return Made(text: "3 \(currency)", type: .amount(currency), literal: units(3, currency))
    case .duration: return Made(text: "2 days", type: .duration, literal: Integer(2 * 86_400_000))
    default:
      return make(type, expecting: nil, total: total, depth: depth)
    }
  }

  /// As an integer.
  private func counted(_ made: Made, _ bits: Int) -> Made {
    var made = made
    if let literal = made.literal {
      made.type = .int(bits: max(1, literal.bitWidth), range: IntegerRange(literal, literal))
    } else {
      made.type = .int(bits: bits, range: nil)
    }
    return made
  }

  func units(_ whole: Int, _ currency: String) -> Integer { Integer(whole) * Integer(currency == "JPY" ? 1 : 100) }

  // MARK: Fractions

  mutating func fractionOperation(total: Bool, depth: Int) -> Made {
    let kind: SourceType = tape.oneIn(2) ? .ratio : .percent
    func ratio(_ text: String, _ level: Level) -> Made {
      Made(text: text, level: level, type: .percent(isAtRest: false), traps: true)
    }
    switch tape.weighted(3, 3, 2, 3) {
    case 0, 1:
      let a = make(kind, expecting: nil, total: total, depth: depth)
      let operation = tape.element(["+", "-", "*", "/"])
      if operation == "+" || operation == "-" {
        let b = make(kind, expecting: a.type, total: total, depth: depth)
        return ratio("\(a.at(.sum)) \(operation) \(b.at(.product))", .sum)
      }
      let b = make(kind, expecting: nil, total: total, depth: depth)
      return ratio("\(a.at(.product)) \(operation) \(b.at(.unary))", .product)
    case 2:
      let a = make(kind, expecting: nil, total: total, depth: depth)
      let b = make(.int(randomRange()), expecting: nil, total: total, depth: depth)
      if tape.oneIn(2) { return ratio("\(b.at(.product)) * \(a.at(.unary))", .product) }
      return ratio("\(a.at(.product)) \(tape.element(["*", "/"])) \(b.at(.unary))", .product)
    default:
      let (a, b) = dividend(total: total, depth: depth)
      let text = "\(a.at(.product)) / \(b.at(.unary))"
      if let n = a.literal, let d = b.literal, d.sign > 0, let fraction = Percent(n, outOf: d) {
        return Made(text: text, level: .product, type: .percent(isAtRest: fraction.isAtRest), fraction: fraction)
      }
      return ratio(text, .product)
    }
  }

  // MARK: Amounts

  mutating func amountOperation(_ currency: String, total: Bool, depth: Int) -> Made {
    let type = SourceType.amount(currency)
    func made(_ text: String, _ level: Level, traps: Bool = true) -> Made {
      Made(text: text, level: level, type: .amount(currency), traps: traps)
    }
    switch total ? tape.element([3, 4]) : tape.weighted(4, 3, 3, 3, 3, 2) {
    case 0, 1:
      if tape.oneIn(8) {
        let b = make(type, expecting: nil, total: total, depth: depth)
        if !b.isUntyped { return made("0 + \(b.at(.product))", .sum) }
      }
      let a = make(type, expecting: nil, total: total, depth: depth)
      let b = make(type, expecting: a.type, total: total, depth: depth)
      return made("\(a.at(.sum)) \(tape.element(["+", "-"])) \(b.at(.product))", .sum)
    case 2:
      let a = make(type, expecting: nil, total: total, depth: depth)
      let b = make(.int(randomRange()), expecting: nil, total: total, depth: depth)
      return made("\(a.at(.product)) * \(b.at(.unary))", .product)
    case 3:
      let a = make(type, expecting: nil, total: total, depth: depth)
      let share: SourceType = total || tape.oneIn(2) ? .percent : .ratio
      let b = total ? percentAtRest() : make(share, expecting: nil, total: total, depth: depth)
      return made(
        "\(a.at(.product)) * \(b.at(.unary)) \(rounding())", .rounded, traps: a.traps || b.traps || !b.isAtRest)
    case 4:
      let a = make(type, expecting: nil, total: total, depth: depth)
      let b = total ? integer(Integer(tape.element([3, 1, 1000]))) : divisor(total: false, depth: depth)
      let isKnown = b.literal.map { $0.sign > 0 && Percent(Integer(1), outOf: $0) != nil } ?? false
      return made("\(a.at(.product)) / \(b.at(.unary)) \(rounding())", .rounded, traps: a.traps || b.traps || !isKnown)
    default:
      if tape.oneIn(2) {
        let others = frame.currencies.filter { $0 != currency }
        let other = others.isEmpty ? currency : tape.element(others)
        if other != currency {
          let a = make(.amount(other), expecting: nil, total: total, depth: depth)
          let b = make(.rate(currency, other), expecting: nil, total: total, depth: min(depth, 1))
          return made("\(a.at(.product)) * \(b.at(.unary)) \(rounding())", .rounded)
        }
      }
      let a = make(type, expecting: nil, total: total, depth: depth)
      let b = make(.ratio, expecting: nil, total: total, depth: depth)
      return made("\(a.at(.product)) / \(b.at(.unary)) \(rounding())", .rounded)
    }
  }

  private mutating func percentAtRest() -> Made {
    let known = candidates { $0 == .percent(isAtRest: true) }
    if known.isEmpty || tape.oneIn(2) { return fractionLiteral(.percent) }
    return tape.element(known)
  }

  // MARK: Times

  mutating func durationOperation(total: Bool, depth: Int) -> Made {
    func made(_ text: String, _ level: Level) -> Made { Made(text: text, level: level, type: .duration, traps: true) }
    switch tape.weighted(3, 2, 3) {
    case 0:
      let a = make(.duration, expecting: nil, total: total, depth: depth)
      let b = make(.duration, expecting: a.type, total: total, depth: depth)
      return made("\(a.at(.sum)) \(tape.element(["+", "-"])) \(b.at(.product))", .sum)
    case 1:
      let a = make(.duration, expecting: nil, total: total, depth: depth)
      let b = make(.int(randomRange()), expecting: nil, total: total, depth: depth)
      return made("\(a.at(.product)) * \(b.at(.unary))", .product)
    default:
      let a = make(.time, expecting: nil, total: total, depth: depth)
      let b = make(.time, expecting: a.type, total: total, depth: depth)
      return made("\(a.at(.sum)) - \(b.at(.product))", .sum)
    }
  }

  mutating func timeOperation(total: Bool, depth: Int) -> Made {
    switch total ? 0 : tape.weighted(4, 2) {
    case 0:
      let a = make(.time, expecting: nil, total: total, depth: depth)
      let b = make(.duration, expecting: a.type, total: total, depth: depth)
      return Made(text: "\(a.at(.sum)) + \(b.at(.product))", level: .sum, type: .time, traps: a.traps || b.traps)
    default:
      let a = make(.time, expecting: nil, total: total, depth: depth)
      let b = make(.duration, expecting: a.type, total: total, depth: depth)
      return Made(text: "\(a.at(.sum)) - \(b.at(.product))", level: .sum, type: .time, traps: true)
    }
  }
}
