import Source

extension Parser {
  mutating func test() throws(Stop) -> Test {
    try expect(.test)
    let span = current.span
    let name = try string("the test in words")
    return Test(name: name, nameSpan: span, steps: try steps())
  }

  /// `'{' (step ';'?)* '}'`
  private mutating func steps() throws(Stop) -> [Step] {
    try nested { parser throws(Stop) in
      var steps: [Step] = []
      try parser.braced(.steps) { parser throws(Stop) in
        steps.append(try parser.step())
        _ = parser.accept(.semicolon)
      }
      return steps
    }
  }

  private mutating func step() throws(Stop) -> Step {
    let start = current.span
    switch current.kind {
    case .keyword(.let):
      _ = advance()
      let name = try name("a name")
      try expect(.assign)
      return at(.open) ? .open(name: name, try open()) : .let(name: name, try expression())
    case .keyword(.open): return .open(name: nil, try open())
    case .keyword(.advance):
      _ = advance()
      if accept(.to) {
        let time = try expression()
        return .advanceTo(time, start.through(previousSpan))
      }
      let duration = try expression()
      return .advance(duration, start.through(previousSpan))
    case .keyword(.block):
      _ = advance()
      try expect(.at)
      let time = try expression()
      let span = start.through(previousSpan)
      return .block(at: time, try steps(), span)
    case .keyword(.expect): return try expectation()
    case .name: return .act(try act())
    default: throw unexpected("a step (`let`, `open`, `advance`, `block`, `expect` or `wallet.action()`)")
    }
  }

  private mutating func expectation() throws(Stop) -> Step {
    let start = current.span
    try expect(.expect)
    if current.kind == .name, following.kind == .keyword(.emitted) {
      let agreement = try name("an agreement's name")
      try expect(.emitted)
      let event = try typeName("an event's name")
      let arguments = at(.leftParenthesis) ? try arguments() : nil
      return .emitted(agreement, event: event, arguments, start.through(previousSpan))
    }
    let value = try expression()
    if accept(.gained) {
      let gain = try expression()
      return .gained(value, gain, start.through(previousSpan))
    }
    if at(.assign) {
      diagnostics.report(
        .unexpectedToken, "this is `=`; values are compared with `==`", at: current.span,
        fixes: [.init("write", replacing: current.span, with: "==")])
      throw Stop()
    }
    return .expect(value, start.through(previousSpan))
  }

  private mutating func open() throws(Stop) -> Open {
    let start = current.span
    try expect(.open)
    let contract = try type()
    let arguments = try arguments()
    let refused = try refusal()
    return Open(contract: contract, arguments: arguments, refused: refused, span: start.through(previousSpan))
  }

  private mutating func act() throws(Stop) -> Act {
    var path = [try name("a wallet's name")]
    try expect(.dot)
    repeat { path.append(try word("an action's name")) } while accept(.dot)
    let arguments = try arguments()
    var letGo: [Expression] = []
    if accept(.with) {
      repeat { letGo.append(try sum()) } while accept(.and)
    }
    let agreement = accept(.on) ? try name("an agreement's name") : nil
    let refused = try refusal()
    return Act(
      path: path, arguments: arguments, letGo: letGo, agreement: agreement, refused: refused,
      span: path[0].span.through(previousSpan))
  }

  /// `('refused' word)?`
  private mutating func refusal() throws(Stop) -> Identifier? {
    accept(.refused) ? try word("the reason of the refusal") : nil
  }
}
