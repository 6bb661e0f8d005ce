import Source

extension Parser {
  mutating func block() throws(Stop) -> Block {
    try nested { parser throws(Stop) in
      let start = parser.current.span
      var statements: [Statement] = []
      try parser.braced(begins: [.pay, .split, .emit, .let, .require, .if]) { parser throws(Stop) in
        statements.append(try parser.statement())
        _ = parser.accept(.semicolon)
      }
      return Block(statements: statements, span: start.through(parser.previousSpan))
    }
  }

  private mutating func statement() throws(Stop) -> Statement {
    let start = current.span
    switch current.kind {
    case .keyword(.pay):
      _ = advance()
      let vault = try name("a vault's name")
      try expect(.to)
      return .pay(vault, to: try name("a party or a vault"))
    case .keyword(.split): return try split()
    case .keyword(.emit):
      _ = advance()
      let event = try typeName("an event's name")
      return .emit(event, try arguments())
    case .keyword(.let):
      _ = advance()
      let name = try name("a name")
      try expect(.assign)
      return .let(name, try expression())
    case .keyword(.require):
      _ = advance()
      let condition = try expression()
      return .require(condition, start.through(previousSpan))
    case .keyword(.if): return try ifStatement()
    case .symbol(.arrow):
      let (state, span) = try target()
      return .go(state, span)
    case .name:
      let name = try name("a field's name")
      try expect(.assign)
      return .assign(name, try expression())
    default: throw unexpected("a statement")
    }
  }

  private mutating func ifStatement() throws(Stop) -> Statement {
    var branches: [Branch] = []
    try expect(.if)
    while true {
      let condition = try expression()
      branches.append(Branch(condition: condition, block: try block()))
      guard accept(.else) else { return .if(branches, else: nil) }
      guard accept(.if) else { return .if(branches, else: try block()) }
    }
  }

  private mutating func split() throws(Stop) -> Statement {
    let start = current.span
    try expect(.split)
    let vault = try name("a vault's name")
    let span = start.through(vault.span)
    var shares: [Share] = []
    try braced(begins: [.up, .rest, .evenly]) { parser throws(Stop) in
      shares.append(try parser.share())
      _ = parser.accept(.semicolon)
    }
    return .split(vault, shares, span)
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
    let targets = try list { parser throws(Stop) in try parser.name("a party or a vault") }
    return Share(portion: portion, targets: targets, span: start.through(previousSpan))
  }

  mutating func arguments() throws(Stop) -> [Argument] { try parenthesized { parser throws(Stop) in try parser.argument() } }

  /// `(word ':')? expression`
  private mutating func argument() throws(Stop) -> Argument {
    let isLabelled = following.kind == .symbol(.colon)
    guard isLabelled else { return Argument(label: nil, value: try expression()) }
    let label = try word("a parameter's name")
    try expect(.colon)
    return Argument(label: label, value: try expression())
  }
}
