import Interface
import Primitives
import Source
import Syntax

extension ContractChecker {
  /// A rounding belongs to the last operator of its product.
  mutating func rounded(_ inner: Expression, _ name: RoundingName, at span: Span) -> TypedExpression? {
    let rounding: Rounding
    switch name {
    case .down: rounding = .down
    case .up: rounding = .up
    case .halfEven: rounding = .halfEven
    }
    if case .binary(let operation, let left, let right) = inner.kind, operation == .times || operation == .divide {
      return binary(operation, left, right, rounding: rounding, at: span)
    }
    return refuse(.noSuchOperation, "there is nothing to round: only a product or a quotient is inexact", at: span)
  }

  mutating func binary(
    _ operation: BinaryOperator, _ left: Expression, _ right: Expression, rounding: Rounding?, at span: Span
  ) -> TypedExpression? {
    if operation == .and || operation == .or {
      let (a, b) = (condition(left), condition(right))
      guard let a, let b else { return nil }
      return TypedExpression(operation == .and ? .and(a, b) : .or(a, b), .bool, span)
    }
    guard let (a, b) = operands(left, operation, right) else { return nil }
    if let comparison = Comparison(operation) { return compare(comparison, a, b, operation, at: span) }
    return arithmetic(operation, a, b, rounding: rounding, at: span)
  }

  /// The expression, unless it may be wider than an integer can be; says so.
  mutating func within(_ checked: TypedExpression) -> TypedExpression? {
    guard case .int(let bits, _) = checked.type, bits > limits.integerBits else { return checked }
    return refuse(
      .tooWide, "this integer may have \(bits) bits; an expression has at most \(limits.integerBits)", at: checked.span)
  }

  /// Both sides. Beside an amount a bare `0` is one too, where amounts are added or compared;
  /// beside an enumeration a bare case is one of its own.
  private mutating func operands(_ left: Expression, _ operation: BinaryOperator, _ right: Expression) -> (
    TypedExpression, TypedExpression
  )? {
    let isOfOneType = operation != .times && operation != .divide && operation != .modulo
    if isOfOneType, isUntyped(left) {
      guard let b = expression(right), let a = expression(left, expecting: b.type) else { return nil }
      return (a, b)
    }
    let a = expression(left)
    guard let b = expression(right, expecting: isOfOneType ? a?.type : nil), let a else { return nil }
    return (a, b)
  }

  private func isUntyped(_ tree: Expression) -> Bool {
    switch tree.kind {
    case .int, .type, .list: true
    default: false
    }
  }

  // MARK: Comparison

  private mutating func compare(
    _ comparison: Comparison, _ a: TypedExpression, _ b: TypedExpression, _ operation: BinaryOperator, at span: Span
  ) -> TypedExpression? {
    let isEquality = comparison == .equal || comparison == .notEqual
    switch (a.type, b.type) {
    case (.int, .int), (.percent, .percent), (.duration, .duration), (.time, .time): break
    case (.amount(let x), .amount(let y)) where x == y: break
    case (.rate, .rate) where a.type == b.type: break
    case (.bool, .bool) where isEquality, (.text, .text) where isEquality, (.bytes, .bytes) where isEquality,
      (.party, .party) where isEquality:
      break
    case (.composite(let x), .composite(let y)) where isEquality && x == y: break
    default:
      reportNoOperation(operation, a, b, at: span)
      return nil
    }
    return TypedExpression(.compare(comparison, a, b), .bool, span)
  }

  private mutating func reportNoOperation(
    _ operation: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression, at span: Span
  ) {
    if case .amount = a.type, case .amount = b.type, a.type != b.type {
      report(
        .currencyMismatch, "`\(operation.rawValue)` stands between \(describe(a.type)) and \(describe(b.type))",
        at: span)
    } else {
      report(
        .noSuchOperation, "`\(operation.rawValue)` is not defined for \(describe(a.type)) and \(describe(b.type))",
        at: span)
    }
  }

  // MARK: Arithmetic

  private mutating func arithmetic(
    _ operation: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression, rounding: Rounding?, at span: Span
  ) -> TypedExpression? {
    let ratio = ExpressionType.percent(isAtRest: false)
    func make(_ arithmetic: Arithmetic, _ a: TypedExpression, _ b: TypedExpression, _ type: ExpressionType)
      -> TypedExpression
    {
      TypedExpression(.arithmetic(arithmetic, a, b), type, span)
    }
    func exact(
      _ arithmetic: Arithmetic, _ type: ExpressionType, _ x: TypedExpression? = nil, _ y: TypedExpression? = nil
    ) -> TypedExpression? {
      if rounding == nil { return within(make(arithmetic, x ?? a, y ?? b, type)) }
      return refuse(.noSuchOperation, "there is nothing to round: this is exact", at: span)
    }
    func inexact(_ arithmetic: (Rounding) -> Arithmetic, _ type: ExpressionType, by y: TypedExpression? = nil)
      -> TypedExpression?
    {
      if let rounding { return make(arithmetic(rounding), a, y ?? b, type) }
      return refuse(
        .inexactWithoutRounding, "this is inexact and does not say how it is rounded", at: span,
        fixes: [
          .init("round down, for instance, by writing", replacing: Span(span.end, span.end), with: " rounded down")
        ])
    }
    /// An integer as a ratio.
    func whole(_ integer: TypedExpression) -> TypedExpression {
      let one = constant(.int(Integer(1)), .int(bits: 1, range: IntegerRange(1...1)), integer.span)
      return self.ratio(integer, one, at: integer.span)
    }
    switch (operation, a.type, b.type) {
    case (.plus, .int(let x, _), .int(let y, _)): return exact(.intAdd, .int(bits: max(x, y) + 1, range: nil))
    case (.minus, .int(let x, _), .int(let y, _)): return exact(.intSubtract, .int(bits: max(x, y) + 1, range: nil))
    case (.times, .int(let x, _), .int(let y, _)): return exact(.intMultiply, .int(bits: x + y, range: nil))
    case (.modulo, .int, .int(let y, _)): return exact(.intModulo, .int(bits: y, range: nil))
    case (.divide, .int, .int): return quotient(a, b, rounding, at: span)
    case (.divide, .duration, .duration):
      return quotient(
        converted(.intOfDuration, a, bits: 42), converted(.intOfDuration, b, bits: 42), rounding, at: span)
    case (.divide, .amount(let x), .amount(let y)) where x == y:
      return quotient(converted(.intOfAmount, a, bits: 127), converted(.intOfAmount, b, bits: 127), rounding, at: span)
    case (.plus, .percent, .percent): return exact(.ratioAdd, ratio)
    case (.minus, .percent, .percent): return exact(.ratioSubtract, ratio)
    case (.times, .percent, .percent): return exact(.ratioMultiply, ratio)
    case (.divide, .percent, .percent): return exact(.ratioDivide, ratio)
    case (.times, .percent, .int): return exact(.ratioMultiply, ratio, a, whole(b))
    case (.times, .int, .percent): return exact(.ratioMultiply, ratio, whole(a), b)
    case (.divide, .percent, .int): return exact(.ratioDivide, ratio, a, whole(b))
    case (.plus, .amount(let x), .amount(let y)) where x == y: return exact(.amountAdd, a.type)
    case (.minus, .amount(let x), .amount(let y)) where x == y: return exact(.amountSubtract, a.type)
    case (.times, .amount, .int): return exact(.amountTimes, a.type)
    case (.times, .amount, .percent): return inexact({ .amountScale($0) }, a.type)
    case (.times, .amount(let x), .rate(let of, let per)) where x == per:
      return inexact({ .amountScale($0) }, .amount(currency: of))
    case (.divide, .amount, .int):
      let one = constant(.int(Integer(1)), .int(bits: 1, range: IntegerRange(1...1)), b.span)
      return inexact({ .amountScale($0) }, a.type, by: self.ratio(one, b, at: span))
    case (.divide, .amount, .percent):
      let one = constant(.percent(.whole), .percent(isAtRest: true), b.span)
      return inexact(
        { .amountScale($0) }, a.type,
        by: TypedExpression(.arithmetic(.ratioDivide, one, b), ratio, span))
    case (.plus, .duration, .duration): return exact(.durationAdd, .duration)
    case (.minus, .duration, .duration): return exact(.durationSubtract, .duration)
    case (.times, .duration, .int): return exact(.durationTimes, .duration)
    case (.plus, .time, .duration): return exact(.timeAdd, .time)
    case (.minus, .time, .duration): return exact(.timeBack, .time)
    case (.minus, .time, .time): return exact(.timeSince, .duration)
    default:
      reportNoOperation(operation, a, b, at: span)
      return nil
    }
  }

  private func converted(_ conversion: Conversion, _ value: TypedExpression, bits: Int) -> TypedExpression {
    let units: Integer? =
      switch value.kind {
      case .constant(.duration(let duration)): Integer(Int(duration.milliseconds))
      case .constant(.amount(let amount)): Integer(amount.units)
      default: nil
      }
    if let units {
      return constant(.int(units), .int(bits: max(1, units.bitWidth), range: IntegerRange(units, units)), value.span)
    }
    return TypedExpression(.convert(conversion, value), .int(bits: bits, range: nil), value.span)
  }

  /// The exact quotient of two integers; of literals, a literal.
  private func ratio(_ a: TypedExpression, _ b: TypedExpression, at span: Span) -> TypedExpression {
    if case .constant(.int(let numerator)) = a.kind, case .constant(.int(let denominator)) = b.kind,
      denominator.sign > 0,
      let percent = Percent(numerator, outOf: denominator)
    {
      return constant(.percent(percent), .percent(isAtRest: percent.isAtRest), span)
    }
    return TypedExpression(.arithmetic(.ratioOfInts, a, b), .percent(isAtRest: false), span)
  }

  /// An integer where it is rounded, a ratio where it is not.
  private func quotient(_ a: TypedExpression, _ b: TypedExpression, _ rounding: Rounding?, at span: Span)
    -> TypedExpression?
  {
    guard case .int(let bits, _) = a.type else { preconditionFailure("quotients are made of integers") }
    guard let rounding else { return ratio(a, b, at: span) }
    return TypedExpression(.arithmetic(.intDivide(rounding), a, b), .int(bits: bits + 1, range: nil), span)
  }
}

extension Comparison {
  /// The comparison that an operator names; nil for the others.
  init?(_ operation: BinaryOperator) {
    switch operation {
    case .equal: self = .equal
    case .notEqual: self = .notEqual
    case .lessOrEqual: self = .lessOrEqual
    case .greaterOrEqual: self = .greaterOrEqual
    case .less: self = .less
    case .greater: self = .greater
    case .or, .and, .plus, .minus, .times, .divide, .modulo: return nil
    }
  }
}
