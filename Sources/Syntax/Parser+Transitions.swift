import Source

extension Parser {
  mutating func state() throws(Stop) -> State {
    let isInitial = accept(.initial)
    try expect(.state)
    let name = try typeName("a state's name")
    let parameters = at(.leftParenthesis) ? try parameters() : []
    let start = current.span
    let transitions = try transitions()
    return State(
      name: name, isInitial: isInitial, parameters: parameters, transitions: transitions,
      braces: start.through(previousSpan))
  }

  mutating func shared() throws(Stop) -> Shared {
    try expect(.while)
    let states = try types()
    return Shared(states: states, transitions: try transitions())
  }

  /// `'{' transition* '}'`
  private mutating func transitions() throws(Stop) -> [Transition] {
    var transitions: [Transition] = []
    try braced(.transitions) { parser throws(Stop) in transitions.append(try parser.transition()) }
    return transitions
  }

  private mutating func transition() throws(Stop) -> Transition {
    let start = current.span
    let triggers = try list { parser throws(Stop) in try parser.trigger() }
    let triggered = start.through(previousSpan)
    var body = Block(statements: [], span: Span(current.span.start, current.span.start))
    if at(.leftBrace) { body = try block() } else if !at(.arrow) { throw unexpected("`{` or `->`") }
    return Transition(triggers: triggers, body: body, target: at(.arrow) ? try target() : nil, span: triggered)
  }

  private mutating func trigger() throws(Stop) -> Trigger {
    let start = current.span
    switch current.kind {
    case .keyword(.on): return .action(try action())
    case .keyword(.after):
      _ = advance()
      let duration = try expression()
      return .after(duration, start.through(previousSpan))
    case .keyword(.at):
      _ = advance()
      let time = try expression()
      return .at(time, start.through(previousSpan))
    case .keyword(.when):
      _ = advance()
      let condition = try expression()
      return .when(condition, start.through(previousSpan))
    default: throw unexpected("`on`, `after`, `at` or `when`")
    }
  }

  private mutating func action() throws(Stop) -> Action {
    let start = current.span
    try expect(.on)
    let name = try word("an action's name")
    let parameters = try parameters()
    try expect(.by)
    let who = try who()
    var deposits: [Deposit] = []
    if accept(.receiving) {
      repeat { deposits.append(try deposit()) } while accept(.and)
    }
    let conditions = try conditions()
    return Action(
      name: name, parameters: parameters, who: who, deposits: deposits, conditions: conditions,
      span: start.through(previousSpan))
  }

  private mutating func who() throws(Stop) -> Who {
    if at(.anyone) { return .anyone(advance().span) }
    if current.kind == .int {
      let span = advance().span
      try expect(.of)
      return .threshold(
        Identifier(text: digits(span), span: span),
        of: try parenthesized(mayBeEmpty: false) { parser throws(Stop) in try parser.name("a party's name") })
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
    let amount = try expression()
    let payer = accept(.from) ? try name("a party's name") : nil
    let isIntoVault = accept(.into)
    if !isIntoVault, !accept(.to) { throw unexpected("`into` a vault or `to` a party") }
    return Deposit(
      amount: amount, payer: payer, isIntoVault: isIntoVault,
      place: try place(isIntoVault ? "a vault's name" : "a party's name"))
  }

  /// `NAME ('[' expression ']')?`
  mutating func place(_ what: String) throws(Stop) -> PlaceName {
    let name = try name(what)
    let key = try key()
    return PlaceName(name: name, key: key, span: name.span.through(previousSpan))
  }

  /// `('[' expression ']')?`
  mutating func key() throws(Stop) -> Expression? {
    guard at(.leftBracket) else { return nil }
    let opening = try open(.leftBracket)
    let key = try expression()
    try close(.rightBracket, openedAt: opening)
    return key
  }

  mutating func target() throws(Stop) -> Target {
    let start = current.span
    try expect(.arrow)
    let state = try typeName("a state's name")
    let arguments = at(.leftParenthesis) ? try arguments() : []
    return Target(state: state, arguments: arguments, span: start.through(previousSpan))
  }
}
