import Interface
import Primitives
import Source
import Syntax

extension ContractChecker {
  /// A rounding belongs to the last operator of its product.
  mutating func rounded(_ inner: Expression, _ name: RoundingName, at span: Span) -> TypedExpression {
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
  ) -> TypedExpression {
    if operation == .and || operation == .or {
      let (a, b) = (condition(left), condition(right))
      return TypedExpression(operation == .and ? .and(a, b) : .or(a, b), .bool, span)
    }
    let (a, b) = operands(left, operation, right)
    if let comparison = Comparison(operation) { return compare(comparison, a, b, operation, at: span) }
    return arithmetic(operation, a, b, rounding: rounding, at: span)
  }

  /// The expression, unless it may be wider than an integer can be; says so.
  mutating func within(_ checked: TypedExpression) -> TypedExpression {
    guard let bits = checked.type.bits, bits > limits.integerBits else { return checked }
    return refuse(
      .tooWide, "this integer may have \(bits) bits; an expression has at most \(limits.integerBits)", at: checked.span)
  }

  /// Both sides. Beside an amount a bare `0` is one too, where amounts are added or compared;
  /// beside an enumeration a bare case is one of its own.
  private mutating func operands(_ left: Expression, _ operation: BinaryOperator, _ right: Expression) -> (
    TypedExpression, TypedExpression
  ) {
    let isOfOneType = operation != .times && operation != .divide && operation != .modulo
    if isOfOneType, isUntyped(left) {
      let b = expression(right)
      return (expression(left, expecting: b.type), b)
    }
    let a = expression(left)
    return (a, expression(right, expecting: isOfOneType ? a.type : nil))
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
  ) -> TypedExpression {
    let isEquality = comparison == .equal || comparison == .notEqual
    let isDefined =
      switch (a.type.plain, b.type.plain) {
      case (.int, .int), (.ratio, .ratio), (.duration, .duration), (.time, .time): true
      case (.amount, .amount), (.rate, .rate): a.type == b.type
      case (.bool, .bool), (.text, .text), (.bytes, .bytes), (.party, .party): isEquality
      case (.composite, .composite): isEquality && a.type == b.type
      default: false
      }
    return isDefined ? TypedExpression(.compare(comparison, a, b), .bool, span) : noOperation(operation, a, b, at: span)
  }

  private mutating func noOperation(
    _ operation: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression, at span: Span
  ) -> TypedExpression {
    switch (a.type.plain, b.type.plain) {
    case (nil, _), (_, nil): .error(at: span)
    case (.amount(let x), .amount(let y)) where x != y:
      refuse(
        .currencyMismatch, "`\(operation.rawValue)` stands between \(describe(a.type)) and \(describe(b.type))",
        at: span)
    default:
      refuse(
        .noSuchOperation, "`\(operation.rawValue)` is not defined for \(describe(a.type)) and \(describe(b.type))",
        at: span)
    }
  }

  // MARK: Arithmetic

  private mutating func arithmetic(
    _ operation: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression, rounding: Rounding?, at span: Span
  ) -> TypedExpression {
    func make(_ arithmetic: Arithmetic, _ a: TypedExpression, _ b: TypedExpression, _ type: ExpressionType)
      -> TypedExpression
    { TypedExpression(.arithmetic(arithmetic, a, b), type, span) }
    func exact(
      _ arithmetic: Arithmetic, _ type: ExpressionType, _ x: TypedExpression? = nil, _ y: TypedExpression? = nil
    ) -> TypedExpression {
      if rounding == nil { return within(make(arithmetic, x ?? a, y ?? b, type)) }
      return refuse(.noSuchOperation, "there is nothing to round: this is exact", at: span)
    }
    func inexact(_ arithmetic: (Rounding) -> Arithmetic, _ type: ExpressionType, by y: TypedExpression? = nil)
      -> TypedExpression
    {
      if let rounding { return make(arithmetic(rounding), a, y ?? b, type) }
      return refuse(
        .inexactWithoutRounding, "this is inexact and does not say how it is rounded", at: span,
        fixes: [
          .init("round down, for instance, by writing", replacing: Span(span.end, span.end), with: " rounded down")
        ])
    }
    func one(at span: Span) -> TypedExpression { constant(.int(Integer(1)), ExpressionType(of: Integer(1)), span) }
    /// An integer as a ratio.
    func whole(_ integer: TypedExpression) -> TypedExpression {
      ratio(integer, one(at: integer.span), at: integer.span)
    }
    let (x, y) = (a.type.bits ?? 0, b.type.bits ?? 0)
    switch (operation, a.type.plain, b.type.plain) {
    case (.plus, .int, .int): return exact(.intAdd, .wide(bits: max(x, y) + 1))
    case (.minus, .int, .int): return exact(.intSubtract, .wide(bits: max(x, y) + 1))
    case (.times, .int, .int): return exact(.intMultiply, .wide(bits: x + y))
    case (.modulo, .int, .int): return exact(.intModulo, .wide(bits: y))
    case (.divide, .int, .int): return quotient(a, b, rounding, at: span)
    case (.divide, .duration, .duration):
      return quotient(
        converted(.intOfDuration, a, bits: 42), converted(.intOfDuration, b, bits: 42), rounding, at: span)
    case (.divide, .amount, .amount) where a.type == b.type:
      return quotient(converted(.intOfAmount, a, bits: 127), converted(.intOfAmount, b, bits: 127), rounding, at: span)
    case (.plus, .ratio, .ratio): return exact(.ratioAdd, .ratio)
    case (.minus, .ratio, .ratio): return exact(.ratioSubtract, .ratio)
    case (.times, .ratio, .ratio): return exact(.ratioMultiply, .ratio)
    case (.divide, .ratio, .ratio): return exact(.ratioDivide, .ratio)
    case (.times, .ratio, .int): return exact(.ratioMultiply, .ratio, a, whole(b))
    case (.times, .int, .ratio): return exact(.ratioMultiply, .ratio, whole(a), b)
    case (.divide, .ratio, .int): return exact(.ratioDivide, .ratio, a, whole(b))
    case (.plus, .amount, .amount) where a.type == b.type: return exact(.amountAdd, a.type)
    case (.minus, .amount, .amount) where a.type == b.type: return exact(.amountSubtract, a.type)
    case (.times, .amount, .int): return exact(.amountTimes, a.type)
    case (.times, .amount, .ratio): return inexact({ .amountScale($0) }, a.type)
    case (.times, .amount(let currency), .rate(let of, let per)) where currency == per:
      return inexact({ .amountScale($0) }, .value(.amount(currency: of)))
    case (.divide, .amount, .int): return inexact({ .amountScale($0) }, a.type, by: ratio(one(at: b.span), b, at: span))
    case (.divide, .amount, .ratio):
      let whole = constant(.percent(.whole), .percent, b.span)
      return inexact({ .amountScale($0) }, a.type, by: make(.ratioDivide, whole, b, .ratio))
    case (.plus, .duration, .duration): return exact(.durationAdd, .duration)
    case (.minus, .duration, .duration): return exact(.durationSubtract, .duration)
    case (.times, .duration, .int): return exact(.durationTimes, .duration)
    case (.plus, .time, .duration): return exact(.timeAdd, .time)
    case (.minus, .time, .duration): return exact(.timeBack, .time)
    case (.minus, .time, .time): return exact(.timeSince, .duration)
    default: return noOperation(operation, a, b, at: span)
    }
  }

  private func converted(_ conversion: Conversion, _ value: TypedExpression, bits: Int) -> TypedExpression {
    let units: Integer? =
      switch value.kind {
      case .constant(.duration(let duration)): Integer(Int(duration.milliseconds))
      case .constant(.amount(let amount)): Integer(amount.units)
      default: nil
      }
    if let units { return constant(.int(units), ExpressionType(of: units), value.span) }
    return TypedExpression(.convert(conversion, value), .wide(bits: bits), value.span)
  }

  /// The exact quotient of two integers; of literals, a literal.
  private func ratio(_ a: TypedExpression, _ b: TypedExpression, at span: Span) -> TypedExpression {
    if case .constant(.int(let numerator)) = a.kind, case .constant(.int(let denominator)) = b.kind,
      denominator.sign > 0,
      let percent = Percent(numerator, outOf: denominator)
    {
      return constant(.percent(percent), .value(.ratio(isPercent: percent.isAtRest)), span)
    }
    return TypedExpression(.arithmetic(.ratioOfInts, a, b), .ratio, span)
  }

  /// An integer where it is rounded, a ratio where it is not.
  private func quotient(_ a: TypedExpression, _ b: TypedExpression, _ rounding: Rounding?, at span: Span)
    -> TypedExpression
  {
    guard let rounding, let bits = a.type.bits else { return ratio(a, b, at: span) }
    return TypedExpression(.arithmetic(.intDivide(rounding), a, b), .wide(bits: bits + 1), span)
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
