import Fuzzing
import Interface
import Primitives

extension ContractGenerator {
  /// A literal of the type, or what is made of literals; nil where the type has none. What has no
  /// type of its own stands only where one is expected.
  mutating func literal(_ wanted: SourceType, expecting expected: MadeType?, total: Bool, depth: Int) -> Made? {
    switch wanted {
    case .bool: return Made(text: tape.element(["true", "false"]), type: .bool)
    case .int(let range): return integerLiteral(in: range)
    case .percent, .ratio: return fractionLiteral(wanted)
    case .amount(let currency):
      if expected == .amount(currency) && (!isFixed(currency) || tape.oneIn(3)) {
        return Made(text: "0", type: .amount(currency), literal: .zero, isUntyped: true)
      }
      return isFixed(currency) ? amountLiteral(currency) : nil
    case .rate(let of, let per):
      guard isFixed(of) && isFixed(per) else { return nil }
      return Made(text: "\(tape.element(["7.2345", "1", "0.0001", "150"])) \(of) per \(per)", type: .rate(of, per))
    case .duration:
      let count = tape.element([1, 0, 2, 30, 400])
      let (unit, length) = tape.element([
        ("day", 86_400_000), ("hour", 3_600_000), ("second", 1000), ("week", 604_800_000), ("minute", 60_000),
      ])
      return Made(
        text: "\(count) \(unit)\(count == 1 ? "" : "s")", type: .duration, literal: Integer(count) * Integer(length))
    case .time:
      return Made(
        text: tape.element(["2026-01-02", "1970-01-01", "2026-03-01T12:30Z", "9999-12-31T23:59:59Z", "2026-02-28"]),
        type: .time)
    case .text(let max): return textLiteral(max)
    case .bytes: return frame.place == .constant ? nil : languageCall(wanted, expecting: nil, total: total, depth: 0)
    case .party: return nil
    case .calendar, .structure, .enumeration, .optional, .list, .set, .map:
      return frame.place == .constant
        ? construction(wanted, expecting: expected, total: total, depth: depth)
        : expected == nil ? nil : construction(wanted, expecting: expected, total: total, depth: 0)
    }
  }

  func integer(_ value: Integer) -> Made {
    let isNegative = value.sign < 0
    return Made(
      text: value.description, level: isNegative ? .unary : .postfix,
      type: .int(bits: max(1, value.bitWidth), range: IntegerRange(value, value)), literal: value,
      isUntyped: !isNegative)
  }

  mutating func integerLiteral(in range: IntegerRange) -> Made {
    var value: Integer
    switch tape.weighted(6, 3, 2, 2, 2, 2) {
    case 0: value = Integer(tape.element([1, 0, 2, 3, 10, 100]))
    case 1: value = Integer(tape.below(2000) - 1000)
    case 2: value = range.low + Integer(tape.below(2))
    case 3: value = range.high - Integer(tape.below(2))
    case 4:
      value = Integer.power(ofTwo: tape.element([62, 63, 64, 31, 126, 127, 128, 200, 254])) - Integer(tape.below(2))
    default: value = -Integer.power(ofTwo: tape.element([62, 63, 64, 31, 127, 200])) + Integer(tape.below(2))
    }
    if !range.contains(value) { value = min(range.high, max(range.low, value)) }
    return integer(value)
  }

  mutating func fractionLiteral(_ type: SourceType) -> Made {
    let (text, numerator, denominator) = tape.element(
      [("50%", 1, 2), ("0%", 0, 1), ("100%", 1, 1), ("33.3%", 333, 1000), ("12.5%", 1, 8), ("0.0001%", 1, 1_000_000)]
        + (type == .ratio ? [("250%", 5, 2), ("100000000%", 1_000_000, 1)] : []))
    let fraction = Percent(Integer(numerator), outOf: Integer(denominator))
    return Made(text: text, type: .percent(isAtRest: numerator <= denominator), fraction: fraction)
  }

  private mutating func amountLiteral(_ currency: String) -> Made {
    let whole = tape.element([1, 0, 5, 100, 12_345, 1_000_000_000])
    if currency != "JPY" && tape.oneIn(3) {
      return Made(
        text: "\(whole).07 \(currency)", type: .amount(currency), literal: units(whole, currency) + Integer(7))
    }
    if tape.oneIn(12) {
      // The largest there is.
      let largest = Integer(Amount.max.units)
      let divisor = currency == "JPY" ? Integer(1) : Integer(100)
      guard let whole = largest.divided(by: divisor, rounded: .down) else {
        return Made(text: "1 \(currency)", type: .amount(currency))
      }
      return Made(text: "\(whole) \(currency)", type: .amount(currency), literal: whole * divisor)
    }
    return Made(text: "\(whole) \(currency)", type: .amount(currency), literal: units(whole, currency))
  }

  mutating func textLiteral(_ max: Int) -> Made {
    let text = tape.element(["a", "", "late", "货已到", "x y", "é𝄞", "9"])
    let scalars = text.unicodeScalars.count
    return scalars <= max
      ? Made(text: "\"\(text)\"", type: .text(Swift.max(1, scalars))) : Made(text: "\"\"", type: .text(1))
  }
}
