import Interface
import Primitives
import Source
import Syntax

extension ContractChecker {
  /// Says that something else was wanted; nothing of what has been reported already.
  mutating func mismatch<Answer: Failing>(_ expression: TypedExpression, wanted: String) -> Answer {
    if expression.type == .error { return .error(at: expression.span) }
    return refuse(
      .typeMismatch, "this is \(describe(expression.type)); \(wanted) was wanted", at: expression.span,
      describe(expression.type))
  }

  // MARK: What a place asks for

  mutating func condition(_ tree: Expression) -> TypedExpression {
    let checked = expression(tree, expecting: .bool)
    return checked.type == .bool ? checked : mismatch(checked, wanted: "a condition")
  }

  mutating func integer(_ tree: Expression) -> TypedExpression {
    let checked = expression(tree)
    return checked.type.bits != nil ? checked : mismatch(checked, wanted: "an integer")
  }

  mutating func amount(_ tree: Expression, currency: Int) -> TypedExpression {
    let checked = expression(tree, expecting: .value(.amount(currency: currency)))
    guard case .amount? = checked.type.plain else {
      return mismatch(checked, wanted: "an `Amount<\(currencyName(currency))>`")
    }
    return inCurrency(currency, checked)
  }

  /// An amount that is held against the currency that is wanted.
  mutating func inCurrency(_ currency: Int, _ checked: TypedExpression) -> TypedExpression {
    if checked.type == .value(.amount(currency: currency)) { return checked }
    return refuse(
      .currencyMismatch, "this is \(describe(checked.type)); an `Amount<\(currencyName(currency))>` was wanted",
      at: checked.span, describe(checked.type))
  }

  /// A value that is stored or handed out under `type`: an integer is held against its range, a
  /// ratio against the whole.
  mutating func resting(_ tree: Expression, as type: ValueType) -> TypedExpression {
    rest(expression(tree, expecting: ExpressionType(type)), as: type)
  }

  /// The same of what was checked when this type was not known.
  mutating func resting(_ checked: TypedExpression, as type: ValueType) -> TypedExpression {
    rest(retyped(checked.beforeRest, expecting: ExpressionType(type)), as: type)
  }

  mutating func rest(_ checked: TypedExpression, as type: ValueType) -> TypedExpression {
    switch (type, checked.type.plain) {
    case (.amount(let currency), .amount): return inCurrency(currency, checked)
    case (.int(let range), .int):
      if let known = checked.type.range, range.contains(known) { return checked }
      if case .constant = checked.kind {
        return refuse(.valueOutOfRange, "this lies outside `Int<\(range.low)..\(range.high)>`", at: checked.span)
      }
      return narrowed(checked, to: range)
    case (.text(let max), .text(let length)):
      if length <= max { return checked }
      return refuse(.valueOutOfRange, "this text may have \(length) characters; at most \(max) fit", at: checked.span)
    case (.bytes(let max), .bytes(let length)):
      if length <= max { return checked }
      return refuse(.valueOutOfRange, "these may be \(length) bytes; at most \(max) fit", at: checked.span)
    case (.ratio(let isPercent), .ratio): return isPercent ? part(checked) : checked
    default:
      if checked.type == ExpressionType(type) { return checked }
      return mismatch(checked, wanted: describe(ExpressionType(type)))
    }
  }

  private func narrowed(_ checked: TypedExpression, to range: IntegerRange) -> TypedExpression {
    TypedExpression(.narrow(checked, range), .value(.int(range)), checked.span)
  }

  /// A percent between 0 % and 100 %, held against that where it is not known.
  mutating func part(_ checked: TypedExpression) -> TypedExpression {
    if checked.type == .percent { return checked }
    if case .constant = checked.kind {
      return refuse(
        .valueOutOfRange, "this is more than 100 %; a percent between 0 % and 100 % was wanted", at: checked.span)
    }
    return TypedExpression(.convert(.percentOfRatio, checked), .percent, checked.span)
  }

  /// A value that can be written in the module.
  mutating func constant(_ tree: Expression, as type: ValueType) -> Value? {
    let outer = context.surroundings
    context.surroundings = .constant
    defer { context.surroundings = outer }
    let checked = resting(tree, as: type)
    guard let value = constantValue(checked) else {
      if checked.hasError { return nil }
      return refuse(
        .notConstant, "this is not a literal", at: tree.span, "known only when an agreement is opened or later")
    }
    return admits(value, type, at: tree.span) ? value : nil
  }

  /// Whether a literal is a value of the type; says so where not.
  mutating func admits(_ value: Value, _ type: ValueType, at span: Span) -> Bool {
    if type.admits(value, in: interface.types) { return true }
    return refuse(.valueOutOfRange, "this is no value of \(describe(ExpressionType(type)))", at: span)
  }

  func constantValue(_ expression: TypedExpression) -> Value? {
    switch expression.kind {
    case .constant(let value): return value
    case .make(let members): return members.all(constantValue).map { .sequence($0) }
    case .wrap(case: let number, let payload): return payload.all(constantValue).map { .variant(number, $0) }
    case .collect(let elements): return elements.all(constantValue).map { .sequence($0) }
    case .function(.calendar, let members): return members.all(constantValue).map { .sequence($0) }
    case .function(let function, let arguments):
      switch (function.row.literal, constantValue(arguments[0])) {
      case (let literal?, .text(let bytes)?), (let literal?, .bytes(let bytes)?): return literal(bytes)
      default: return nil
      }
    case .with(let set, let elements):
      guard case .set? = definition(expression.type), case .sequence(let keys)? = constantValue(set),
        let added = elements.all(constantValue)
      else { return nil }
      let sorted = (keys + added).sorted(by: Value.precedes)
      return zip(sorted, sorted.dropFirst()).allSatisfy(Value.precedes) ? .sequence(sorted) : nil
    default: return nil
    }
  }

  // MARK: Expressions

  /// The typed expression; an error after a diagnostic. `expected` only helps what has no type of its
  /// own: a bare `0`, `None`, a list, a case. No tree is checked twice, or nesting would double the
  /// work with each level: what finds out later what it expects has `retyped`.
  mutating func expression(_ tree: Expression, expecting expected: ExpressionType? = nil) -> TypedExpression {
    expressionCount += 1
    let checked = check(tree, expecting: expected)
    precondition(checked.type != .error || !diagnostics.isEmpty, "an error has been reported")
    return checked
  }

  private mutating func check(_ tree: Expression, expecting expected: ExpressionType?) -> TypedExpression {
    switch tree.kind {
    case .name(let name): return reference(Identifier(text: name, span: tree.span))
    case .type(let name): return wrap(Identifier(text: name, span: tree.span), [], expecting: expected, at: tree.span)
    case .int(let digits): return integer(digits, expecting: expected, at: tree.span)
    case .negate(let inner): return negated(inner, at: tree.span)
    case .decimal(let digits):
      return refuse(
        .typeMismatch, "`\(digits)` is no value by itself; a currency or `%` belongs behind it", at: tree.span)
    case .percent(let digits):
      guard let percent = percent(digits, at: tree.span) else { return .error(at: tree.span) }
      return constant(.percent(percent), .value(.ratio(isPercent: percent.isAtRest)), tree.span)
    case .amount(let digits, let name): return amountLiteral(digits, name, at: tree.span)
    case .rate(let digits, let of, let per): return rateLiteral(digits, of, per, at: tree.span)
    case .duration(let digits, let unit):
      guard let duration = duration(digits, unit, at: tree.span) else { return .error(at: tree.span) }
      return constant(.duration(duration), .duration, tree.span)
    case .time(let text):
      if let time = Time(text: text) { return constant(.time(time), .time, tree.span) }
      return refuse(.valueOutOfRange, "there is no time `\(text)` between the years 1970 and 9999", at: tree.span)
    case .string(let text): return textLiteral(text, at: tree.span)
    case .interpolated(let texts, let holes): return interpolated(texts, holes, at: tree.span)
    case .bool(let value): return constant(.bool(value), .bool, tree.span)
    case .not(let inner): return TypedExpression(.not(condition(inner)), .bool, tree.span)
    case .binary(let operation, let left, let right):
      return binary(operation, left, right, rounding: nil, at: tree.span)
    case .rounded(let inner, let name): return rounded(inner, name, at: tree.span)
    case .member(let object, let name): return memberAccess(object, name, expecting: expected, at: tree.span)
    case .element(let object, let key): return element(object, key, at: tree.span)
    case .call(let callee, let arguments): return call(callee, arguments, expecting: expected, at: tree.span)
    case .list(let elements): return list(elements, expecting: expected, at: tree.span)
    case .isCase(let subject, let name): return isCase(subject, name, at: tree.span)
    case .isEmpty(let subject): return isEmpty(subject, at: tree.span)
    case .contains(let element, in: let collection): return contains(element, in: collection, at: tree.span)
    case .with(let collection, let key, value: let value):
      return with(collection, key, value, expecting: expected, at: tree.span)
    case .choose(let condition, then: let first, else: let second):
      let condition = self.condition(condition)
      let (a, b) = both(first, second, expecting: expected)
      return choose(condition, a, b, at: tree.span)
    case .match(let subject, let cases): return match(subject, cases, expecting: expected, at: tree.span)
    case .answered(let first, else: let second):
      let (a, b) = both(first, second, expecting: expected)
      return answered(a, b, expecting: expected, at: tree.span)
    }
  }

  func constant(_ value: Value, _ type: ExpressionType, _ span: Span) -> TypedExpression {
    TypedExpression(.constant(value), type, span)
  }

  // MARK: Literals

  private mutating func integer(_ digits: String, expecting expected: ExpressionType?, at span: Span)
    -> TypedExpression
  {
    guard let value = Literals.integer(digits), value.bitWidth <= limits.integerBits else {
      return refuse(.tooWide, "this integer has more than \(limits.integerBits) bits", at: span)
    }
    if let expected, case .amount? = expected.plain, value == .zero { return constant(.amount(.zero), expected, span) }
    return constant(.int(value), ExpressionType(of: value), span)
  }

  private mutating func negated(_ inner: Expression, at span: Span) -> TypedExpression {
    if case .int(let digits) = inner.kind { return integer("-" + digits, expecting: nil, at: span) }
    let checked = expression(inner)
    guard let bits = checked.type.bits else {
      if checked.type == .error { return checked }
      return refuse(.noSuchOperation, "`-` is defined for integers; this is \(describe(checked.type))", at: span)
    }
    return within(TypedExpression(.negate(checked), .wide(bits: bits + 1), span))
  }

  private mutating func amountLiteral(_ digits: String, _ name: Identifier, at span: Span) -> TypedExpression {
    guard let index = currency(name), let currency = fixed(index, name, "the amount"),
      let amount = amount(digits, currency, at: span)
    else { return .error(at: span) }
    return constant(.amount(amount), .value(.amount(currency: index)), span)
  }

  private mutating func rateLiteral(_ digits: String, _ of: Identifier, _ per: Identifier, at span: Span)
    -> TypedExpression
  {
    guard let a = currency(of), let b = currency(per), let first = fixed(a, of, "the rate"),
      let second = fixed(b, per, "the rate")
    else { return .error(at: span) }
    if a == b { return refuse(.currencyMismatch, "a rate lies between two currencies; this is one", at: span) }
    guard let rate = rate(digits, of: first, per: second, at: span) else { return .error(at: span) }
    return constant(.percent(rate), .value(.rate(of: a, per: b)), span)
  }

  /// The currency that is known when the contract is compiled; says so where it is not.
  private mutating func fixed(_ index: Int, _ name: Identifier, _ what: String) -> Currency? {
    if case .fixed(let currency) = interface.currencies[index] { return currency }
    return refuse(
      .noSuchOperation, "the decimals of `\(name.text)` are known only when an agreement is opened", at: name.span,
      notes: ["make \(what) a term, or use a fixed currency"])
  }

  private mutating func textLiteral(_ text: String, at span: Span) -> TypedExpression {
    let count = text.unicodeScalars.count
    if count > limits.textScalars {
      return refuse(
        .limitExceeded, "this text has \(count) characters; at most \(limits.textScalars) are allowed", at: span)
    }
    return constant(.text(Array(text.utf8)), .value(.text(max: max(1, count))), span)
  }

  /// Texts and holes, joined from left to right.
  private mutating func interpolated(_ texts: [String], _ holes: [Expression], at span: Span) -> TypedExpression {
    var pieces: [TypedExpression] = []
    for (index, text) in texts.enumerated() {
      if !text.isEmpty { pieces.append(textLiteral(text, at: span)) }
      if index < holes.count { pieces.append(textOf(expression(holes[index]))) }
    }
    var length = 0
    for piece in pieces {
      guard case .text(let max)? = piece.type.plain else { return .error(at: span) }
      length += max
    }
    if length > limits.textScalars {
      return refuse(
        .limitExceeded, "this text may have \(length) characters; at most \(limits.textScalars) are allowed", at: span)
    }
    if pieces.count > 1 { return TypedExpression(.concatenate(pieces), .value(.text(max: length)), span) }
    return pieces.first ?? constant(.text([]), .value(.text(max: 1)), span)
  }

  private mutating func textOf(_ hole: TypedExpression) -> TypedExpression {
    switch hole.type.plain {
    case .text, nil: return hole
    case .int:
      // 0.30103 digits for each bit, one begun, and a sign.
      let digits = (hole.type.bits ?? 0) * 30103 / 100_000 + 2
      return TypedExpression(.convert(.textOfInt, hole), .value(.text(max: digits)), hole.span)
    default:
      return refuse(
        .typeMismatch, "this is \(describe(hole.type)); only integers and texts stand inside of a text", at: hole.span,
        describe(hole.type))
    }
  }

  // MARK: Names

  mutating func reference(_ name: Identifier) -> TypedExpression {
    guard let meaning = context.scope.use(name.text) else {
      if let event = eventFact(name) { return event }
      reportUnknown("name", name, known: context.scope.names)
      return .error(at: name.span)
    }
    return value(of: meaning, at: name)
  }

  /// `now`, `opened`, `caller`, where they mean something.
  private mutating func eventFact(_ name: Identifier) -> TypedExpression? {
    let (kind, type, isKnown): (TypedExpression.Kind, ExpressionType, Bool)
    switch name.text {
    case "now":
      (kind, type, isKnown) = (.now, .time, [.opening, .action, .automatic, .view].contains(context.surroundings))
    case "opened": (kind, type, isKnown) = (.opened, .time, ![.constant, .function].contains(context.surroundings))
    case "caller": (kind, type, isKnown) = (.caller, .party, context.surroundings == .action)
    default: return nil
    }
    if isKnown { return TypedExpression(kind, type, name.span) }
    let reason =
      name.text == "caller"
      ? "nobody acts here"
      : context.surroundings == .due ? "a deadline is computed again after each action" : "it means nothing here"
    report(.noSuchOperation, "`\(name.text)` cannot be read here: \(reason)", at: name.span)
    return TypedExpression.error(at: name.span)
  }

  /// What a name stands for, as a value.
  mutating func value(of meaning: Scope.Meaning, at name: Identifier) -> TypedExpression {
    if context.surroundings == .opening, !isFixedAtOpening(meaning) {
      return refuse(
        .noSuchOperation,
        "`\(name.text)` is \(meaning.noun); what is fixed when an agreement is opened is made of the terms",
        at: name.span)
    }
    switch meaning {
    case .term(let index):
      return .init(.term(index), ExpressionType(interface.terms[index].type), name.span)
    case .field(let index):
      return .init(.field(index), ExpressionType(interface.fields[index].type), name.span)
    case .vault(let index):
      return .init(.balance(vault: index), .value(.amount(currency: interface.vaults[index].currency)), name.span)
    case .parameter(let index, let type): return .init(.parameter(index), type, name.span)
    case .local(let index, let type): return .init(.local(index), type, name.span)
    case .party(let index): return .init(.party(index), .party, name.span)
    case .view:
      return refuse(.noSuchOperation, "`\(name.text)` is a view, which is looked at from outside", at: name.span)
    case .error: return .error(at: name.span)
    }
  }

  private func isFixedAtOpening(_ meaning: Scope.Meaning) -> Bool {
    switch meaning {
    case .term, .party, .local, .parameter, .error: true
    case .field(let index): interface.fields[index].role == .derived
    case .vault, .view: false
    }
  }

  // MARK: Ways

  private mutating func joined(_ a: TypedExpression, _ b: TypedExpression) -> ExpressionType {
    if let type = join(a.type, b.type) { return type }
    let message = "this is \(describe(b.type)), and \(describe(a.type)) on the other way"
    if case (.amount?, .amount?) = (a.type.plain, b.type.plain) {
      report(.currencyMismatch, message, at: b.span)
    } else {
      report(.typeMismatch, message, at: b.span, describe(b.type))
    }
    return .error
  }

  private mutating func choose(
    _ condition: TypedExpression, _ a: TypedExpression, _ b: TypedExpression, at span: Span
  ) -> TypedExpression {
    TypedExpression(.choose(condition, then: a, else: b), joined(a, b), span)
  }

  /// Two expressions that shall have one type: what one of them is helps the other.
  private mutating func both(_ first: Expression, _ second: Expression, expecting expected: ExpressionType?) -> (
    TypedExpression, TypedExpression
  ) {
    if expected == nil, case .int = first.kind {
      let b = expression(second)
      return (expression(first, expecting: b.type), b)
    }
    let a = expression(first, expecting: expected)
    return (a, expression(second, expecting: expected ?? a.type))
  }

  private mutating func answered(
    _ a: TypedExpression, _ b: TypedExpression, expecting expected: ExpressionType?, at span: Span
  ) -> TypedExpression {
    // What is held against a range anyway is held against it before, so that `else` answers that too.
    var first = a
    if expected == .percent, a.type == .ratio, b.type == .percent { first = part(a) }
    if let wanted = expected?.range, a.type.bits != nil, let other = b.type.range, wanted.contains(other),
      !(a.type.range.map(wanted.contains) ?? false)
    {
      first = narrowed(a, to: wanted)
    }
    let type = joined(first, b)
    if type != .error, !first.canTrap {
      return refuse(.unreachableStatement, "this cannot fail, so `else` answers nothing", at: span, "never needed")
    }
    return TypedExpression(.answered(first, b), type, span)
  }

  private mutating func match(
    _ subject: Expression, _ values: [MatchValue], expecting expected: ExpressionType?, at span: Span
  ) -> TypedExpression {
    let subject = expression(subject)
    guard let order = cases(of: subject, values.map(\.pattern), at: span) else { return .error(at: span) }
    var bodies: [CheckedCase<TypedExpression>] = []
    var type: ExpressionType?
    for place in order {
      let mark = context.scope.mark
      let locals = bind(values[place].pattern, of: subject)
      let value = expression(values[place].value, expecting: expected ?? type)
      leave(to: mark)
      type = joined(type, bodies, value)
      bodies.append(CheckedCase(locals: locals, body: value))
    }
    return TypedExpression(.match(subject, bodies), type ?? .error, span)
  }

  /// The type of the cases so far with one value more.
  private mutating func joined(
    _ type: ExpressionType?, _ cases: [CheckedCase<TypedExpression>], _ value: TypedExpression
  ) -> ExpressionType {
    guard let type, let first = cases.first?.body else { return value.type }
    return join(type, value.type) ?? joined(first, value)
  }

  // MARK: What was not expected

  /// A checked expression as it would be if `expected` had been known when it was checked.
  mutating func retyped(_ checked: TypedExpression, expecting expected: ExpressionType) -> TypedExpression {
    expressionCount += 1
    let span = checked.span
    switch checked.kind {
    case .choose(let condition, then: let a, else: let b):
      return choose(condition, retyped(a, expecting: expected), retyped(b, expecting: expected), at: span)
    case .match(let subject, let cases):
      var bodies: [CheckedCase<TypedExpression>] = []
      var type: ExpressionType?
      for item in cases {
        let value = retyped(item.body, expecting: expected)
        type = joined(type, bodies, value)
        bodies.append(CheckedCase(locals: item.locals, body: value))
      }
      return TypedExpression(.match(subject, bodies), type ?? .error, span)
    case .answered(let a, let b):
      let (a, b) = (retyped(a.beforeRest, expecting: expected), retyped(b, expecting: expected))
      return answered(a, b, expecting: expected, at: span)
    case .function(let function, let arguments): return retyped(checked, function, arguments, expecting: expected)
    case .wrap(case: let number, let values): return retyped(wrap: checked, number, values, expecting: expected)
    case .collect(let elements): return retyped(collect: checked, elements, expecting: expected)
    case .with(let collection, let elements):
      return with(retyped(collection, expecting: expected), elements, at: span) { $0.resting($1, as: $2) }
    case .constant, .term, .field, .parameter, .local, .balance, .balanceOfKey, .keyCount, .isEmpty, .now, .opened,
      .caller, .party, .not, .negate, .arithmetic, .convert, .compare, .and, .or, .narrow, .call, .make, .member,
      .replace, .element, .contains, .withEntry, .isCase, .concatenate, .error:
      return checked
    }
  }
}

extension TypedExpression {
  var hasError: Bool { type == .error || parts.contains { $0.hasError } }

  /// Without what `rest` has put around it.
  fileprivate var beforeRest: TypedExpression {
    if case .narrow(let inner, _) = kind { return inner }
    if case .convert(.percentOfRatio, let inner) = kind { return inner }
    return self
  }
}
