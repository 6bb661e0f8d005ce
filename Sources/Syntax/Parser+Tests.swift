import Source

extension Parser {
  mutating func test() throws(Stop) -> Test {
    try expect(.test)
    let span = current.span
    let name = try string("the test in words")
    var steps: [Step] = []
    try braced(begins: [.let, .open, .advance, .expect]) { parser throws(Stop) in
      steps.append(try parser.step())
      _ = parser.accept(.semicolon)
    }
    return Test(name: name, nameSpan: span, steps: steps)
  }

  private mutating func step() throws(Stop) -> Step {
    let start = current.span
    switch current.kind {
    case .keyword(.let):
      _ = advance()
      let name = try name("a wallet's or an agreement's name")
      try expect(.assign)
      if at(.open) { return .open(name: name, try open()) }
      guard current.kind == .name else { throw unexpected("`open` or `wallet`") }
      let function = try self.name("a function's name")
      return .wallet(name: name, function: function, try self.arguments())
    case .keyword(.open): return .open(name: nil, try open())
    case .keyword(.advance):
      _ = advance()
      let duration = try expression()
      return .advance(duration, start.through(previousSpan))
    case .keyword(.expect):
      _ = advance()
      if current.kind == .name, following.kind == .keyword(.gained) {
        let wallet = try name("a wallet's name")
        try expect(.gained)
        let amount = try expression()
        return .gained(wallet, amount, start.through(previousSpan))
      }
      let condition = try expression()
      if at(.assign) {
        diagnostics.report(
          .unexpectedToken, "this is `=`; values are compared with `==`", at: current.span,
          fixes: [.init("write", replacing: current.span, with: "==")])
        throw Stop()
      }
      return .expect(condition, start.through(previousSpan))
    case .name: return .act(try act())
    default: throw unexpected("a step (`let`, `open`, `advance`, `expect` or `wallet.action()`)")
    }
  }

  private mutating func open() throws(Stop) -> Open {
    let start = current.span
    try expect(.open)
    let contract = try type()
    let arguments = try self.arguments()
    let refused = accept(.refused) ? try word("the reason of the refusal") : nil
    return Open(contract: contract, arguments: arguments, refused: refused, span: start.through(previousSpan))
  }

  private mutating func act() throws(Stop) -> Act {
    let wallet = try name("a wallet's name")
    try expect(.dot)
    let action = try word("an action's name")
    let arguments = try self.arguments()
    let letGo = accept(.with) ? try expression() : nil
    let agreement = accept(.on) ? try name("an agreement's name") : nil
    let refused = accept(.refused) ? try word("the reason of the refusal") : nil
    return Act(
      wallet: wallet, action: action, arguments: arguments, letGo: letGo, agreement: agreement, refused: refused,
      span: wallet.span.through(previousSpan))
  }
}
