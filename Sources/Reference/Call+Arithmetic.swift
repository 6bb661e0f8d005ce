import Interface
import Primitives
import Semantics
import Source

extension Call {
  func compute(_ operation: Arithmetic, _ a: Value, _ b: Value, at span: Span) throws(Failed) -> Value {
    switch (operation, a, b) {
    case (.intAdd, .int(let x), .int(let y)): return .int(x + y)
    case (.intSubtract, .int(let x), .int(let y)): return .int(x - y)
    case (.intMultiply, .int(let x), .int(let y)): return .int(x * y)
    case (.intDivide(let rounding), .int(let x), .int(let y)):
      guard let quotient = x.divided(by: y, rounded: rounding) else { throw .trap(.division, at: span) }
      return .int(quotient)
    case (.intModulo, .int(let x), .int(let y)):
      guard let rest = x.modulo(y) else { throw .trap(.division, at: span) }
      return .int(rest)

    case (.ratioOfInts, .int(let x), .int(let y)): return .percent(try ratio(of: x, and: y, at: span))
    case (.ratioAdd, .percent(let x), .percent(let y)), (.ratioSubtract, .percent(let x), .percent(let y)),
      (.ratioMultiply, .percent(let x), .percent(let y)), (.ratioDivide, .percent(let x), .percent(let y)):
      return .percent(try compute(operation, x, y, at: span))

    case (.amountAdd, .amount(let x), .amount(let y)):
      return .amount(try amount(Integer(x.units) + Integer(y.units), at: span))
    case (.amountSubtract, .amount(let x), .amount(let y)):
      if x < y { throw .trap(.negative, at: span) }
      return .amount(try amount(Integer(x.units) - Integer(y.units), at: span))
    case (.amountTimes, .amount(let x), .int(let y)): return .amount(try amount(Integer(x.units) * y, at: span))
    case (.amountScale(let rounding), .amount(let x), .percent(let fraction)):
      return .amount(try amount(scaled(Integer(x.units), by: fraction, rounded: rounding), at: span))

    case (.durationAdd, .duration(let x), .duration(let y)):
      return .duration(try duration(number(x) + number(y), at: span))
    case (.durationSubtract, .duration(let x), .duration(let y)):
      if x < y { throw .trap(.negative, at: span) }
      return .duration(try duration(number(x) - number(y), at: span))
    case (.durationTimes, .duration(let x), .int(let y)): return .duration(try duration(number(x) * y, at: span))

    case (.timeAdd, .time(let x), .duration(let y)):
      // Where time ends it stands still.
      return .time(time(min(number(x) + number(y), number(.last))))
    case (.timeBack, .time(let x), .duration(let y)):
      if number(x) < number(y) { throw .trap(.negative, at: span) }
      return .time(time(number(x) - number(y)))
    case (.timeSince, .time(let x), .time(let y)):
      if x < y { throw .trap(.negative, at: span) }
      return .duration(try duration(number(x) - number(y), at: span))
    default: preconditionFailure("the checker gives an operation the operands that it is defined for")
    }
  }

  func convert(_ value: Value, _ conversion: Conversion, at span: Span) throws(Failed) -> Value {
    switch (conversion, value) {
    case (.intOfDuration, .duration(let duration)): return .int(number(duration))
    case (.intOfAmount, .amount(let amount)): return .int(Integer(amount.units))
    case (.textOfInt, .int(let integer)): return .text(Array(integer.description.utf8))
    case (.percentOfRatio, .percent(let ratio)):
      if !ratio.isAtRest { throw .trap(.range, at: span) }
      return .percent(ratio)
    default: preconditionFailure("the checker converts only what there is a conversion for")
    }
  }

  // MARK: Ratios

  /// Exact. Integers of more than 128 bits have no ratio, not even one that would come out small.
  private func ratio(of x: Integer, and y: Integer, at span: Span) throws(Failed) -> Percent {
    if y.sign == 0 { throw .trap(.division, at: span) }
    let isNegative = x.sign != 0 && x.sign != y.sign
    if isNegative || max(x.bitWidth, y.bitWidth) > 128 { throw .trap(.range, at: span) }
    return try fraction(x.sign < 0 ? -x : x, y.sign < 0 ? -y : y, at: span)
  }

  private func compute(_ operation: Arithmetic, _ x: Percent, _ y: Percent, at span: Span) throws(Failed) -> Percent {
    let (a, b) = (Integer(x.numerator), Integer(x.denominator))
    let (c, d) = (Integer(y.numerator), Integer(y.denominator))
    switch operation {
    case .ratioAdd: return try fraction(a * d + c * b, b * d, at: span)
    case .ratioSubtract:
      if a * d < c * b { throw .trap(.negative, at: span) }
      return try fraction(a * d - c * b, b * d, at: span)
    case .ratioMultiply: return try fraction(a * c, b * d, at: span)
    default:
      if c.sign == 0 { throw .trap(.division, at: span) }
      return try fraction(a * d, b * c, at: span)
    }
  }

  /// Reduced; traps where a part is 2^63 or more even then.
  private func fraction(_ numerator: Integer, _ denominator: Integer, at span: Span) throws(Failed) -> Percent {
    guard let fraction = Percent(numerator, outOf: denominator) else { throw .trap(.range, at: span) }
    return fraction
  }

  // MARK: Amounts, durations, times

  func scaled(_ units: Integer, by fraction: Percent, rounded rounding: Rounding) -> Integer {
    guard
      let result = (units * Integer(fraction.numerator)).divided(by: Integer(fraction.denominator), rounded: rounding)
    else {
      preconditionFailure("the denominator of a fraction is positive")
    }
    return result
  }

  func amount(_ units: Integer, at span: Span) throws(Failed) -> Amount {
    guard let amount = Amount(units: units) else { throw .trap(.range, at: span) }
    return amount
  }

  private func duration(_ milliseconds: Integer, at span: Span) throws(Failed) -> Duration {
    guard let duration = Duration(milliseconds: milliseconds) else { throw .trap(.range, at: span) }
    return duration
  }

  private func time(_ milliseconds: Integer) -> Time {
    guard let value = milliseconds.int else { preconditionFailure("what lies between two times is a time") }
    return Time(milliseconds: Int64(value))
  }

  private func number(_ duration: Duration) -> Integer { Integer(Int(duration.milliseconds)) }

  private func number(_ time: Time) -> Integer { Integer(Int(time.milliseconds)) }
}
