import Interface
import Primitives
import Source
import Syntax

extension ContractChecker {
  func currencyName(_ index: Int) -> String { interface.currencies[index].name }

  func describe(_ type: ExpressionType) -> String {
    switch type {
    case .bool: "a truth value"
    case .int: "an integer"
    case .percent: "a percent"
    case .amount(let currency): "an `Amount<\(currencyName(currency))>`"
    case .duration: "a duration"
    case .text: "a text"
    }
  }

  mutating func reportMismatch(_ expression: TypedExpression, wanted: String) {
    diagnostics.report(
      .typeMismatch, "this is \(describe(expression.type)); \(wanted) was wanted", at: expression.span, describe(expression.type))
  }

  // MARK: What a place asks for

  mutating func condition(_ tree: Expression) -> TypedExpression? {
    guard let checked = expression(tree) else { return nil }
    if checked.type == .bool { return checked }
    reportMismatch(checked, wanted: "a condition")
    return nil
  }

  mutating func amount(_ tree: Expression, currency: Int) -> TypedExpression? {
    guard let checked = expression(tree, expecting: .amount(currency: currency)) else { return nil }
    guard case .amount = checked.type else {
      reportMismatch(checked, wanted: "an `Amount<\(currencyName(currency))>`")
      return nil
    }
    return fits(checked, currency: currency) ? checked : nil
  }

  /// Whether an amount is one of this currency; says so where not.
  mutating func fits(_ checked: TypedExpression, currency: Int) -> Bool {
    if checked.type == .amount(currency: currency) { return true }
    diagnostics.report(
      .currencyMismatch, "this is \(describe(checked.type)); an `Amount<\(currencyName(currency))>` was wanted", at: checked.span,
      describe(checked.type))
    return false
  }

  /// A value that is stored or handed out under `type`: an integer is held against its range.
  mutating func resting(_ tree: Expression, as type: ValueType) -> TypedExpression? {
    guard let checked = expression(tree, expecting: ExpressionType(type)) else { return nil }
    switch (type, checked.type) {
    case (.amount(let currency), .amount): return fits(checked, currency: currency) ? checked : nil
    case (.int(let range), .int(_, let known)):
      if let known, range.contains(known.low), range.contains(known.high) { return checked }
      if case .constant = checked.kind {
        diagnostics.report(.valueOutOfRange, "this lies outside `Int<\(range.low)..\(range.high)>`", at: checked.span)
        return nil
      }
      return TypedExpression(kind: .narrow(checked, range), type: .int(bits: range.bits, range: range), span: checked.span)
    case (.text(let max), .text(let length)):
      if length <= max { return checked }
      diagnostics.report(.valueOutOfRange, "this text may have \(length) characters; at most \(max) fit", at: checked.span)
      return nil
    case (.percent, .percent): return isPart(checked) ? checked : nil
    case (.bool, .bool), (.duration, .duration): return checked
    default:
      reportMismatch(checked, wanted: describe(ExpressionType(type)))
      return nil
    }
  }

  /// Whether a percent lies between 0 % and 100 %; says so where not.
  mutating func isPart(_ checked: TypedExpression) -> Bool {
    if checked.type == .percent(isAtRest: true) { return true }
    diagnostics.report(.valueOutOfRange, "this may be more than 100 %; a percent between 0 % and 100 % was wanted", at: checked.span)
    return false
  }

  /// A literal of the type.
  mutating func constant(_ tree: Expression, as type: ValueType) -> Value? {
    guard let checked = resting(tree, as: type) else { return nil }
    if case .constant(let value) = checked.kind { return value }
    diagnostics.report(.notConstant, "this is not a literal", at: tree.span, "known only when an agreement is opened or later")
    return nil
  }

  // MARK: Expressions

  /// The typed expression; nil after a diagnostic. `expected` only helps a bare `0` to become an amount.
  mutating func expression(_ tree: Expression, expecting expected: ExpressionType? = nil) -> TypedExpression? {
    switch tree.kind {
    case .name(let name): return reference(Identifier(text: name, span: tree.span))
    case .int(let digits): return integer(digits, expecting: expected, at: tree.span)
    case .negate(let inner):
      if case .int(let digits) = inner.kind { return integer("-" + digits, expecting: nil, at: tree.span) }
      guard let checked = expression(inner) else { return nil }
      guard case .int(let bits, _) = checked.type else {
        diagnostics.report(.noSuchOperation, "`-` is defined for integers; this is \(describe(checked.type))", at: tree.span)
        return nil
      }
      return within(TypedExpression(kind: .negate(checked), type: .int(bits: bits + 1, range: nil), span: tree.span))
    case .decimal(let digits):
      diagnostics.report(.typeMismatch, "`\(digits)` is no value by itself; a currency or `%` belongs behind it", at: tree.span)
      return nil
    case .percent(let digits):
      return Literals.percent(digits, at: tree.span, &diagnostics).map { constant(.percent($0), .percent(isAtRest: $0.isAtRest), tree.span) }
    case .amount(let digits, let name): return amountLiteral(digits, name, at: tree.span)
    case .duration(let digits, let unit):
      return Literals.duration(digits, unit, at: tree.span, &diagnostics).map { constant(.duration($0), .duration, tree.span) }
    case .string(let text):
      let count = text.unicodeScalars.count
      if count > limits.textScalars {
        diagnostics.report(.limitExceeded, "this text has \(count) characters; at most \(limits.textScalars) are allowed", at: tree.span)
        return nil
      }
      return constant(.text(Array(text.utf8)), .text(max: max(1, count)), tree.span)
    case .bool(let value): return constant(.bool(value), .bool, tree.span)
    case .not(let inner): return condition(inner).map { TypedExpression(kind: .not($0), type: .bool, span: tree.span) }
    case .binary(let operation, let left, let right): return binary(operation, left, right, rounding: nil, at: tree.span)
    case .rounded(let inner, let name): return rounded(inner, name, at: tree.span)
    case .member, .isState:
      diagnostics.report(.noSuchOperation, "an agreement is looked at from outside only by a test", at: tree.span)
      return nil
    }
  }

  private func constant(_ value: Value, _ type: ExpressionType, _ span: Span) -> TypedExpression {
    TypedExpression(kind: .constant(value), type: type, span: span)
  }

  private mutating func integer(_ digits: String, expecting expected: ExpressionType?, at span: Span) -> TypedExpression? {
    guard let value = Literals.integer(digits), value.bitWidth <= limits.integerBits else {
      diagnostics.report(.tooWide, "this integer has more than \(limits.integerBits) bits", at: span)
      return nil
    }
    if case .amount = expected, value == .zero { return constant(.amount(.zero), expected ?? .bool, span) }
    return constant(.int(value), .int(bits: max(1, value.bitWidth), range: IntegerRange(value, value)), span)
  }

  private mutating func amountLiteral(_ digits: String, _ name: Identifier, at span: Span) -> TypedExpression? {
    guard let index = currency(name) else { return nil }
    guard case .fixed(let currency) = interface.currencies[index] else {
      diagnostics.report(
        .noSuchOperation, "the decimals of `\(name.text)` are known only when an agreement is opened", at: span,
        notes: ["make the amount a term, or use a fixed currency"])
      return nil
    }
    return Literals.amount(digits, currency, at: span, &diagnostics).map { constant(.amount($0), .amount(currency: index), span) }
  }

  private mutating func reference(_ name: Identifier) -> TypedExpression? {
    guard let meaning = scope.use(name.text) else {
      if !misdeclared.contains(name.text) { reportUnknown("name", name, known: scope.names, &diagnostics) }
      return nil
    }
    switch meaning {
    case .term(let index): return .init(kind: .term(index), type: ExpressionType(interface.terms[index].type), span: name.span)
    case .field(let index): return .init(kind: .field(index), type: ExpressionType(interface.fields[index].type), span: name.span)
    case .vault(let index): return .init(kind: .balance(vault: index), type: .amount(currency: interface.vaults[index].currency), span: name.span)
    case .parameter(let index, let type): return .init(kind: .parameter(index), type: ExpressionType(type), span: name.span)
    case .local(let index, let type): return .init(kind: .local(index), type: type, span: name.span)
    case .party:
      diagnostics.report(.noSuchOperation, "a party is no value here; it stands after `by`, `to` and `->`", at: name.span)
      return nil
    }
  }

  // MARK: Operators

  /// A rounding belongs to the last operator of its product.
  private mutating func rounded(_ inner: Expression, _ name: RoundingName, at span: Span) -> TypedExpression? {
    let rounding: Rounding
    switch name {
    case .down: rounding = .down
    case .up: rounding = .up
    case .halfEven: rounding = .halfEven
    }
    if case .binary(let operation, let left, let right) = inner.kind, operation == .times || operation == .divide {
      return binary(operation, left, right, rounding: rounding, at: span)
    }
    diagnostics.report(.noSuchOperation, "there is nothing to round: only a product or a quotient is inexact", at: span)
    return nil
  }

  private mutating func binary(
    _ operation: BinaryOperator, _ left: Expression, _ right: Expression, rounding: Rounding?, at span: Span
  ) -> TypedExpression? {
    if operation == .and || operation == .or {
      let (a, b) = (condition(left), condition(right))
      guard let a, let b else { return nil }
      return TypedExpression(kind: operation == .and ? .and(a, b) : .or(a, b), type: .bool, span: span)
    }
    guard let (a, b) = operands(left, operation, right) else { return nil }
    if let comparison = Comparison(operation) { return compare(comparison, a, b, operation, at: span) }
    guard let (arithmetic, type) = meaning(of: operation, a, b, rounding: rounding, at: span) else { return nil }
    return within(TypedExpression(kind: .arithmetic(arithmetic, a, b), type: type, span: span))
  }

  /// The expression, unless it may be wider than an integer can be; says so.
  private mutating func within(_ checked: TypedExpression) -> TypedExpression? {
    guard case .int(let bits, _) = checked.type, bits > limits.integerBits else { return checked }
    diagnostics.report(.tooWide, "this integer may have \(bits) bits; an expression has at most \(limits.integerBits)", at: checked.span)
    return nil
  }

  /// Both sides. Beside an amount a bare `0` is one too, where amounts are added or compared.
  private mutating func operands(_ left: Expression, _ operation: BinaryOperator, _ right: Expression) -> (TypedExpression, TypedExpression)? {
    let isOfOneType = operation != .times && operation != .divide && operation != .modulo
    if case .int = left.kind, isOfOneType {
      guard let b = expression(right), let a = expression(left, expecting: b.type) else { return nil }
      return (a, b)
    }
    let a = expression(left)
    guard let b = expression(right, expecting: isOfOneType ? a?.type : nil), let a else { return nil }
    return (a, b)
  }

  private mutating func compare(
    _ comparison: Comparison, _ a: TypedExpression, _ b: TypedExpression, _ operation: BinaryOperator, at span: Span
  ) -> TypedExpression? {
    let isEquality = comparison == .equal || comparison == .notEqual
    switch (a.type, b.type) {
    case (.int, .int), (.percent, .percent), (.duration, .duration): break
    case (.amount(let x), .amount(let y)) where x == y: break
    case (.bool, .bool) where isEquality, (.text, .text) where isEquality: break
    default:
      reportNoOperation(operation, a, b, at: span)
      return nil
    }
    return TypedExpression(kind: .compare(comparison, a, b), type: .bool, span: span)
  }

  private mutating func reportNoOperation(_ operation: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression, at span: Span) {
    if case .amount = a.type, case .amount = b.type, a.type != b.type {
      diagnostics.report(.currencyMismatch, "`\(operation.rawValue)` stands between \(describe(a.type)) and \(describe(b.type))", at: span)
    } else {
      diagnostics.report(.noSuchOperation, "`\(operation.rawValue)` is not defined for \(describe(a.type)) and \(describe(b.type))", at: span)
    }
  }

  private mutating func meaning(
    of operation: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression, rounding: Rounding?, at span: Span
  ) -> (Arithmetic, ExpressionType)? {
    func exact(_ arithmetic: Arithmetic, _ type: ExpressionType) -> (Arithmetic, ExpressionType)? {
      if rounding == nil { return (arithmetic, type) }
      diagnostics.report(.noSuchOperation, "there is nothing to round: this product is exact", at: span)
      return nil
    }
    func inexact(_ arithmetic: (Rounding) -> Arithmetic, _ type: ExpressionType) -> (Arithmetic, ExpressionType)? {
      if let rounding { return (arithmetic(rounding), type) }
      diagnostics.report(
        .inexactWithoutRounding, "this is inexact and does not say how it is rounded", at: span,
        fixes: [.init("round down, for instance, by writing", replacing: Span(span.end, span.end), with: " rounded down")])
      return nil
    }
    switch (operation, a.type, b.type) {
    case (.plus, .int(let x, _), .int(let y, _)): return (.intAdd, .int(bits: max(x, y) + 1, range: nil))
    case (.minus, .int(let x, _), .int(let y, _)): return (.intSubtract, .int(bits: max(x, y) + 1, range: nil))
    case (.times, .int(let x, _), .int(let y, _)): return exact(.intMultiply, .int(bits: x + y, range: nil))
    case (.divide, .int(let x, _), .int): return inexact({ .intDivide($0) }, .int(bits: x + 1, range: nil))
    case (.modulo, .int, .int(let y, _)): return (.intModulo, .int(bits: y, range: nil))
    case (.plus, .amount(let x), .amount(let y)) where x == y: return (.amountAdd, a.type)
    case (.minus, .amount(let x), .amount(let y)) where x == y: return (.amountSubtract, a.type)
    case (.times, .amount, .int): return exact(.amountTimes, a.type)
    case (.times, .amount, .percent): return inexact({ .amountScale($0) }, a.type)
    case (.plus, .duration, .duration): return (.durationAdd, .duration)
    case (.minus, .duration, .duration): return (.durationSubtract, .duration)
    case (.times, .duration, .int): return exact(.durationTimes, .duration)
    default:
      reportNoOperation(operation, a, b, at: span)
      return nil
    }
  }
}

extension Comparison {
  /// The comparison that an operator names; nil for the others.
  init?(_ operation: BinaryOperator) {
    switch operation {
    case .equal: self = .equal
    case .notEqual: self = .notEqual
    case .less: self = .less
    case .lessOrEqual: self = .lessOrEqual
    case .greater: self = .greater
    case .greaterOrEqual: self = .greaterOrEqual
    case .or, .and, .plus, .minus, .times, .divide, .modulo: return nil
    }
  }
}
