import Source

extension Parser {
  mutating func block() throws(Stop) -> Block {
    try nested { parser throws(Stop) in
      let start = parser.current.span
      var statements: [Statement] = []
      try parser.braced(.statements) { parser throws(Stop) in
        statements.append(try parser.statement())
        _ = parser.accept(.semicolon)
      }
      return Block(statements: statements, span: start.through(parser.previousSpan))
    }
  }

  private mutating func statement() throws(Stop) -> Statement {
    let start = current.span
    switch current.kind {
    case .keyword(.pay): return try pay()
    case .keyword(.split): return try split()
    case .keyword(.emit):
      _ = advance()
      let event = try typeName("an event's name")
      let arguments = try arguments()
      return .emit(event, arguments, start.through(previousSpan))
    case .keyword(.let):
      let binding = try binding()
      return .let(binding.name, binding.value)
    case .keyword(.require):
      _ = advance()
      let condition = try expression()
      return .require(condition, start.through(previousSpan))
    case .keyword(.raise):
      _ = advance()
      let counter = try name("a counter's name")
      return .raise(counter, otherwise: try otherwise(), start.through(counter.span))
    case .keyword(.if): return try ifStatement()
    case .keyword(.for): return try loop()
    case .keyword(.match): return try matchStatement()
    case .symbol(.arrow): return .go(try target())
    case .name: return try assignmentOrCall()
    default: throw unexpected("a statement")
    }
  }

  private mutating func pay() throws(Stop) -> Statement {
    let start = current.span
    try expect(.pay)
    let vault = try place("a vault's name")
    try expect(.to)
    if accept(.each) { return .payEach(vault, start.through(previousSpan)) }
    let place = try place("a party or a vault")
    return .pay(vault, to: place, start.through(previousSpan))
  }

  private mutating func ifStatement() throws(Stop) -> Statement {
    let start = current.span
    try expect(.if)
    var branches: [Branch] = []
    var span = start
    while true {
      let condition = try expression()
      if branches.isEmpty { span = start.through(previousSpan) }
      branches.append(Branch(condition: condition, block: try block()))
      guard accept(.else) else { return .if(branches, else: nil, span) }
      guard accept(.if) else { return .if(branches, else: try block(), span) }
    }
  }

  private mutating func loop() throws(Stop) -> Statement {
    let start = current.span
    try expect(.for)
    let name = try name("a name")
    try expect(.in)
    let elements = try expression()
    let span = start.through(previousSpan)
    return .loop(name, in: elements, try block(), span)
  }

  private mutating func matchStatement() throws(Stop) -> Statement {
    let start = current.span
    try expect(.match)
    let value = try expression()
    let span = start.through(previousSpan)
    let cases = try cases { parser throws(Stop) in
      try parser.expect(.case)
      let pattern = try parser.pattern()
      return MatchBlock(pattern: pattern, block: try parser.block())
    }
    return .match(value, cases, span)
  }

  /// What `match` lists between its braces, one case at least.
  mutating func cases<T>(_ element: (inout Parser) throws(Stop) -> T) throws(Stop) -> [T] {
    try nested { parser throws(Stop) in
      if parser.at(.leftBrace), parser.following.kind == .symbol(.rightBrace) {
        _ = try parser.open(.leftBrace)
        throw parser.unexpected("`case`")
      }
      var cases: [T] = []
      try parser.braced(.cases) { parser throws(Stop) in cases.append(try element(&parser)) }
      // Each had a mistake, which was reported.
      if cases.isEmpty { throw Stop() }
      return cases
    }
  }

  /// `TYPE ('(' NAME (',' NAME)* ')')?`
  mutating func pattern() throws(Stop) -> Pattern {
    let name = try typeName("a case's name")
    let bindings =
      at(.leftParenthesis)
      ? try parenthesized(mayBeEmpty: false) { parser throws(Stop) in
        try parser.name("a name for what the case carries")
      } : []
    return Pattern(name: name, bindings: bindings)
  }

  private mutating func assignmentOrCall() throws(Stop) -> Statement {
    let name = try name("a field's name")
    var members: [Identifier] = []
    while accept(.dot) { members.append(try word("a member's name")) }
    if at(.leftParenthesis) {
      let arguments = try arguments()
      return .call([name] + members, arguments, name.span.through(previousSpan))
    }
    let key = try key()
    let span = name.span.through(previousSpan)
    try expect(.assign)
    return .assign(Statement.Assigned(name: name, members: members, key: key, span: span), try expression())
  }

  /// `('else' block)?`
  private mutating func otherwise() throws(Stop) -> Block? { accept(.else) ? try block() : nil }

  private mutating func split() throws(Stop) -> Statement {
    let start = current.span
    try expect(.split)
    let vault = try place("a vault's name")
    let span = start.through(vault.span)
    let shares = try shares()
    return .split(vault, shares, otherwise: try otherwise(), span)
  }

  private mutating func shares() throws(Stop) -> Shares {
    try nested { parser throws(Stop) in
      let start = parser.current.span
      var shares: [Share] = []
      try parser.braced(.shares) { parser throws(Stop) in
        shares.append(try parser.share())
        _ = parser.accept(.semicolon)
      }
      return Shares(shares: shares, span: start.through(parser.previousSpan))
    }
  }

  private mutating func share() throws(Stop) -> Share {
    let start = current.span
    let portion: Share.Portion
    if accept(.rest) {
      portion = .rest
    } else if accept(.evenly) {
      portion = .evenly
    } else if accept(.up) {
      try expect(.to)
      portion = .upTo(try expression())
    } else {
      portion = .part(try expression())
    }
    try expect(.arrow)
    let targets: Share.Targets =
      at(.leftBrace)
      ? .shares(try shares()) : .places(try list { parser throws(Stop) in try parser.place("a party or a vault") })
    return Share(portion: portion, targets: targets, span: start.through(previousSpan))
  }
}
