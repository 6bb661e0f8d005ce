import Source

extension Parser {
  mutating func state() throws(Stop) -> State {
    let isInitial = accept(.initial)
    try expect(.state)
    let name = try typeName("a state's name")
    var transitions: [Transition] = []
    try braced(begins: [.on, .after]) { parser throws(Stop) in transitions.append(try parser.transition()) }
    return State(name: name, isInitial: isInitial, transitions: transitions)
  }

  /// `trigger (',' trigger)* (block target? | target)`
  private mutating func transition() throws(Stop) -> Transition {
    let start = current.span
    let triggers = try list { parser throws(Stop) in try parser.trigger() }
    let triggered = start.through(previousSpan)
    var body = Block(statements: [], span: current.span)
    if at(.leftBrace) { body = try block() } else if !at(.arrow) { throw unexpected("`{` or `->`") }
    return Transition(triggers: triggers, body: body, target: at(.arrow) ? try target().0 : nil, span: triggered)
  }

  private mutating func trigger() throws(Stop) -> Trigger {
    let start = current.span
    if accept(.after) {
      let duration = try expression()
      return .after(duration, start.through(previousSpan))
    }
    guard accept(.on) else { throw unexpected("`on` or `after`") }
    let name = try word("an action's name")
    let parameters = try parameters()
    try expect(.by)
    let who = try who()
    var deposits: [Deposit] = []
    if accept(.receiving) {
      repeat { deposits.append(try deposit()) } while accept(.and)
    }
    let conditions = try conditions()
    return .action(
      Action(name: name, parameters: parameters, who: who, deposits: deposits, conditions: conditions, span: start.through(previousSpan)))
  }

  private mutating func who() throws(Stop) -> Who {
    if at(.anyone) { return .anyone(advance().span) }
    if current.kind == .int {
      let token = advance()
      try expect(.of)
      return .threshold(
        Identifier(text: digits(token.span), span: token.span), of: try parenthesized { parser throws(Stop) in try parser.name("a party's name") })
    }
    var parties = [try name("a party's name")]
    while accept(.and) { parties.append(try name("a party's name")) }
    if at(.or) || (at(.comma) && following.kind == .name) {
      diagnostics.report(
        .unexpectedToken, "this is \(described(current)); several parties are joined otherwise", at: current.span,
        notes: ["`by a and b` wants both, `by 1 of (a, b)` either"])
      throw Stop()
    }
    return .all(parties)
  }

  private mutating func deposit() throws(Stop) -> Deposit {
    let amount = try sum()
    let isIntoVault = accept(.into)
    if !isIntoVault, !accept(.to) { throw unexpected("`into` a vault or `to` a party") }
    return Deposit(amount: amount, isIntoVault: isIntoVault, place: try name(isIntoVault ? "a vault's name" : "a party's name"))
  }

  /// `'->' TYPE`, with the span of both.
  mutating func target() throws(Stop) -> (Identifier, Span) {
    let start = current.span
    try expect(.arrow)
    let name = try typeName("a state's name")
    return (name, start.through(name.span))
  }
}
