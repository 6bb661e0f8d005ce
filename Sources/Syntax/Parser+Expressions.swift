import Source

extension Parser {
  mutating func expression() throws(Stop) -> Expression { try nested { parser throws(Stop) in try parser.disjunction() } }

  private mutating func make(_ kind: Expression.Kind, from start: Span, over parts: [Expression] = []) throws(Stop) -> Expression {
    let depth = (parts.map(\.depth).max() ?? 0) + 1
    let span = start.through(previousSpan)
    if depth > Parser.depthMax { throw tooDeep(at: span) }
    return Expression(kind: kind, span: span, depth: depth)
  }

  /// A chain of left-associative operators between operands.
  private mutating func chain(
    _ operand: (inout Parser) throws(Stop) -> Expression, _ operation: (Parser) -> BinaryOperator?
  ) throws(Stop) -> Expression {
    var left = try operand(&self)
    while let operation = operation(self) {
      _ = advance()
      let right = try operand(&self)
      left = try make(.binary(operation, left, right), from: left.span, over: [left, right])
    }
    return left
  }

  private mutating func disjunction() throws(Stop) -> Expression {
    try chain({ parser throws(Stop) in try parser.conjunction() }, { $0.at(.or) ? .or : nil })
  }

  private mutating func conjunction() throws(Stop) -> Expression {
    try chain({ parser throws(Stop) in try parser.negation() }, { $0.at(.and) ? .and : nil })
  }

  private mutating func negation() throws(Stop) -> Expression {
    let start = current.span
    var count = 0
    while accept(.not) { count += 1 }
    var result = try comparison()
    for _ in 0..<count { result = try make(.not(result), from: start, over: [result]) }
    return result
  }

  private mutating func comparison() throws(Stop) -> Expression {
    let left = try sum()
    if accept(.is) {
      let state = try typeName("a state's name")
      return try make(.isState(left, state), from: left.span, over: [left])
    }
    let operation: BinaryOperator
    switch current.kind {
    case .symbol(.equal): operation = .equal
    case .symbol(.notEqual): operation = .notEqual
    case .symbol(.lessOrEqual): operation = .lessOrEqual
    case .symbol(.greaterOrEqual): operation = .greaterOrEqual
    case .symbol(.less): operation = .less
    case .symbol(.greater): operation = .greater
    default: return left
    }
    _ = advance()
    let right = try sum()
    return try make(.binary(operation, left, right), from: left.span, over: [left, right])
  }

  mutating func sum() throws(Stop) -> Expression {
    try chain({ parser throws(Stop) in try parser.product() }, { $0.at(.plus) ? .plus : $0.at(.minus) ? .minus : nil })
  }

  private mutating func product() throws(Stop) -> Expression {
    let product = try chain(
      { parser throws(Stop) in try parser.unary() }, { $0.at(.times) ? .times : $0.at(.divide) ? .divide : $0.at(.mod) ? .modulo : nil })
    guard accept(.rounded) else { return product }
    let rounding: RoundingName
    if accept(.down) {
      rounding = .down
    } else if accept(.up) {
      rounding = .up
    } else {
      guard accept(.half) else { throw unexpected("`down`, `up` or `half even`") }
      try expect(.even)
      rounding = .halfEven
    }
    return try make(.rounded(product, rounding), from: product.span, over: [product])
  }

  private mutating func unary() throws(Stop) -> Expression {
    let start = current.span
    var count = 0
    while accept(.minus) { count += 1 }
    var result = try postfix()
    for _ in 0..<count { result = try make(.negate(result), from: start, over: [result]) }
    return result
  }

  /// `NAME '.' word | primary`
  private mutating func postfix() throws(Stop) -> Expression {
    let start = current.span
    guard current.kind == .name, following.kind == .symbol(.dot) else { return try primary() }
    let object = try name("a name")
    try expect(.dot)
    let member = try word("a vault's or a field's name")
    return try make(.member(object, member), from: start)
  }

  private mutating func primary() throws(Stop) -> Expression {
    let start = current.span
    switch current.kind {
    case .name: return try make(.name(source.text(advance().span)), from: start)
    case .int, .decimal: return try number()
    case .percent: return try make(.percent(String(digits(advance().span).dropLast())), from: start)
    case .string: return try make(.string(content(ofString: advance().span)), from: start)
    case .keyword(.true), .keyword(.false): return try make(.bool(advance().kind == .keyword(.true)), from: start)
    case .symbol(.leftParenthesis):
      _ = advance()
      let inner = try expression()
      try close(.rightParenthesis, openedAt: start)
      return try make(inner.kind, from: start, over: [inner])
    default: throw unexpected("an expression")
    }
  }

  /// `INT | DECIMAL | (INT | DECIMAL) TYPE | INT UNIT`
  private mutating func number() throws(Stop) -> Expression {
    let token = advance()
    let text = digits(token.span)
    if current.kind == .type {
      let currency = try typeName("a currency")
      return try make(.amount(text, currency: currency), from: token.span)
    }
    if token.kind == .decimal { return try make(.decimal(text), from: token.span) }
    if current.kind == .unit, let unit = TimeUnit(word: source.text(current.span)) {
      _ = advance()
      return try make(.duration(text, unit), from: token.span)
    }
    return try make(.int(text), from: token.span)
  }
}
