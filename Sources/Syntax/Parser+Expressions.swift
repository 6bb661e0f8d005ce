import Source

extension Parser {
  mutating func expression() throws(Stop) -> Expression {
    try nested { parser throws(Stop) in
      let value = try parser.disjunction()
      guard parser.accept(.else) else { return value }
      let other = try parser.disjunction()
      return try parser.make(.answered(value, else: other), from: value.span, above: max(value.depth, other.depth))
    }
  }

  /// An expression from `start` up to the current token, one level above the deepest of its parts.
  private mutating func make(_ kind: Expression.Kind, from start: Span, above depth: Int = 0) throws(Stop) -> Expression
  {
    let span = start.through(previousSpan)
    if depth >= Parser.depthMax { throw tooDeep(at: span) }
    return Expression(kind: kind, span: span, depth: depth + 1)
  }

  private mutating func binary(_ operation: BinaryOperator, _ left: Expression, _ right: Expression) throws(Stop)
    -> Expression
  {
    try make(.binary(operation, left, right), from: left.span, above: max(left.depth, right.depth))
  }

  // MARK: Operators

  private mutating func disjunction() throws(Stop) -> Expression {
    var left = try conjunction()
    while accept(.or) { left = try binary(.or, left, conjunction()) }
    return left
  }

  private mutating func conjunction() throws(Stop) -> Expression {
    var left = try negation()
    while accept(.and) { left = try binary(.and, left, negation()) }
    return left
  }

  private mutating func negation() throws(Stop) -> Expression {
    let start = current.span
    var count = 0
    while accept(.not) { count += 1 }
    var result = try comparison()
    for _ in 0..<count { result = try make(.not(result), from: start, above: result.depth) }
    return result
  }

  private mutating func comparison() throws(Stop) -> Expression {
    let left = try sum()
    switch current.kind {
    case .symbol(.equal): return try compared(left, .equal)
    case .symbol(.notEqual): return try compared(left, .notEqual)
    case .symbol(.lessOrEqual): return try compared(left, .lessOrEqual)
    case .symbol(.greaterOrEqual): return try compared(left, .greaterOrEqual)
    case .symbol(.less): return try compared(left, .less)
    case .symbol(.greater): return try compared(left, .greater)
    case .keyword(.in): return try contained(left)
    case .keyword(.not) where following.kind == .keyword(.in):
      _ = advance()
      let contained = try contained(left)
      return try make(.not(contained), from: left.span, above: contained.depth)
    case .keyword(.is):
      _ = advance()
      if accept(.empty) { return try make(.isEmpty(left), from: left.span, above: left.depth) }
      if at(.not) {
        throw unexpected(
          "`empty`, a state or a case", notes: ["`not` stands before the whole comparison: `not x is empty`"])
      }
      let name = try typeName("a state's or a case's name")
      return try make(.isCase(left, name), from: left.span, above: left.depth)
    case .keyword(.with):
      _ = advance()
      let element = try sum()
      let value = accept(.colon) ? try sum() : nil
      return try make(
        .with(left, element, value: value), from: left.span, above: max(left.depth, element.depth, value?.depth ?? 0))
    default: return left
    }
  }

  private mutating func compared(_ left: Expression, _ operation: BinaryOperator) throws(Stop) -> Expression {
    _ = advance()
    return try binary(operation, left, sum())
  }

  /// What follows `left` in `left in collection`.
  private mutating func contained(_ left: Expression) throws(Stop) -> Expression {
    try expect(.in)
    let collection = try sum()
    return try make(.contains(left, in: collection), from: left.span, above: max(left.depth, collection.depth))
  }

  mutating func sum() throws(Stop) -> Expression {
    var left = try product()
    while true {
      if accept(.plus) {
        left = try binary(.plus, left, product())
      } else if accept(.minus) {
        left = try binary(.minus, left, product())
      } else {
        return left
      }
    }
  }

  private mutating func product() throws(Stop) -> Expression {
    var left = try unary()
    while true {
      switch current.kind {
      case .symbol(.times): left = try multiplied(left, .times)
      case .symbol(.divide): left = try multiplied(left, .divide)
      case .keyword(.mod): left = try multiplied(left, .modulo)
      case .keyword(.rounded): return try rounded(left)
      default: return left
      }
    }
  }

  private mutating func multiplied(_ left: Expression, _ operation: BinaryOperator) throws(Stop) -> Expression {
    _ = advance()
    return try binary(operation, left, unary())
  }

  /// `'rounded' ('down' | 'up' | 'half' 'even')`
  private mutating func rounded(_ product: Expression) throws(Stop) -> Expression {
    try expect(.rounded)
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
    return try make(.rounded(product, rounding), from: product.span, above: product.depth)
  }

  private mutating func unary() throws(Stop) -> Expression {
    let start = current.span
    var count = 0
    while accept(.minus) { count += 1 }
    var result = try postfix()
    for _ in 0..<count { result = try make(.negate(result), from: start, above: result.depth) }
    return result
  }

  private mutating func postfix() throws(Stop) -> Expression {
    var result = try primary()
    while true {
      switch current.kind {
      case .symbol(.dot):
        _ = advance()
        let member = current.kind == .type ? try typeName("a case's name") : try word("a member's name")
        result = try make(.member(result, member), from: result.span, above: result.depth)
      case .symbol(.leftParenthesis):
        let arguments = try arguments()
        result = try make(.call(result, arguments), from: result.span, above: max(result.depth, deepest(arguments)))
      case .symbol(.leftBracket):
        guard let key = try key() else { return result }
        result = try make(.element(result, key), from: result.span, above: max(result.depth, key.depth))
      default: return result
      }
    }
  }

  // MARK: Operands

  private mutating func primary() throws(Stop) -> Expression {
    let start = current.span
    switch current.kind {
    case .name: return try make(.name(source.text(advance().span)), from: start)
    case .type: return try make(.type(source.text(advance().span)), from: start)
    case .int, .decimal: return try number()
    case .percent:
      _ = advance()
      return try make(.percent(digits(Span(start.start, start.end - 1))), from: start)
    case .time: return try make(.time(source.text(advance().span)), from: start)
    case .string: return try interpolation()
    case .keyword(.true), .keyword(.false): return try make(.bool(advance().kind == .keyword(.true)), from: start)
    case .symbol(.leftBracket):
      let elements = try enclosed(.leftBracket, .rightBracket) { parser throws(Stop) in try parser.argument() }
      return try make(.list(elements), from: start, above: deepest(elements))
    case .symbol(.leftParenthesis):
      _ = advance()
      let inner = try expression()
      try close(.rightParenthesis, openedAt: start)
      return try make(inner.kind, from: start, above: inner.depth)
    case .keyword(.if): return try choice()
    case .keyword(.match): return try matchExpression()
    default: throw unexpected("an expression")
    }
  }

  private mutating func number() throws(Stop) -> Expression {
    let token = advance()
    let text = digits(token.span)
    if current.kind == .type {
      let currency = try typeName("a currency")
      guard accept(.per) else { return try make(.amount(text, currency: currency), from: token.span) }
      return try make(.rate(text, of: currency, per: typeName("a currency")), from: token.span)
    }
    if token.kind == .decimal { return try make(.decimal(text), from: token.span) }
    if case .unit(let unit) = current.kind {
      _ = advance()
      return try make(.duration(text, unit), from: token.span)
    }
    return try make(.int(text), from: token.span)
  }

  private mutating func choice() throws(Stop) -> Expression {
    let start = current.span
    try expect(.if)
    let condition = try expression()
    let value = try enclosedValue()
    try expect(.else)
    let other = try enclosedValue()
    return try make(
      .choose(condition, then: value, else: other), from: start, above: max(condition.depth, value.depth, other.depth))
  }

  private mutating func enclosedValue() throws(Stop) -> Expression {
    let opening = try open(.leftBrace)
    let value = try expression()
    try close(.rightBrace, openedAt: opening)
    return value
  }

  private mutating func matchExpression() throws(Stop) -> Expression {
    let start = current.span
    try expect(.match)
    let value = try expression()
    let cases = try cases { parser throws(Stop) in
      try parser.expect(.case)
      let pattern = try parser.pattern()
      return MatchValue(pattern: pattern, value: try parser.enclosedValue())
    }
    return try make(.match(value, cases), from: start, above: cases.reduce(value.depth) { max($0, $1.value.depth) })
  }

  mutating func arguments() throws(Stop) -> [Argument] {
    try parenthesized { parser throws(Stop) in try parser.argument() }
  }

  private mutating func argument() throws(Stop) -> Argument {
    guard following.kind == .symbol(.colon) else { return Argument(label: nil, value: try expression()) }
    let label = try word("a parameter's name")
    try expect(.colon)
    return Argument(label: label, value: try expression())
  }

  private func deepest(_ arguments: [Argument]) -> Int { arguments.reduce(0) { max($0, $1.value.depth) } }

  /// A string among expressions: its `{ … }` are holes.
  private mutating func interpolation() throws(Stop) -> Expression {
    let span = advance().span
    let (texts, holes) = interpolated(span)
    if holes.isEmpty { return try make(.string(texts.joined()), from: span) }
    return try make(.interpolated(texts, holes), from: span, above: holes.reduce(0) { max($0, $1.depth) })
  }
}
