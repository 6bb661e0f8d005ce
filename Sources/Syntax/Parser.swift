package import Source

/// A recursive-descent parser: one function per production of grammar/Earnest.g4, of the same name. It always returns a tree, of what it understood, and
/// after a mistake it goes on at the next declaration, transition or statement.
package struct Parser {
  /// The most levels of a tree: nested blocks and parentheses, and chains of operators. One number on every machine and in every build, far below what
  /// any thread's stack holds.
  package static let depthMax = 200

  /// Thrown after the diagnostic was reported, caught where parsing can go on.
  struct Stop: Error {}

  let source: SourceText
  private let tokens: [Token]
  private var index = 0
  var diagnostics: Diagnostics
  private var depth = 0

  package static func parse(_ source: SourceText) -> (File, Diagnostics) {
    let (tokens, diagnostics) = Lexer.tokens(of: source)
    var parser = Parser(source: source, tokens: tokens, diagnostics: diagnostics)
    let file = parser.file()
    return (file, parser.diagnostics)
  }

  /// A single expression that is the whole text, as somebody writes a value outside of a source file.
  package static func parseExpression(_ source: SourceText) -> (Expression?, Diagnostics) {
    let (tokens, diagnostics) = Lexer.tokens(of: source)
    var parser = Parser(source: source, tokens: tokens, diagnostics: diagnostics)
    guard let expression = try? parser.expression() else { return (nil, parser.diagnostics) }
    if parser.current.kind != .end { _ = parser.unexpected("the end") }
    return (parser.diagnostics.isEmpty ? expression : nil, parser.diagnostics)
  }

  private init(source: SourceText, tokens: [Token], diagnostics: Diagnostics) {
    self.source = source
    self.tokens = tokens
    self.diagnostics = diagnostics
  }

  // MARK: Tokens

  var current: Token { tokens[index] }
  var following: Token { tokens[min(index + 1, tokens.count - 1)] }
  var previousSpan: Span { index > 0 ? tokens[index - 1].span : Span(0, 0) }

  mutating func advance() -> Token {
    let token = current
    if token.kind != .end { index += 1 }
    return token
  }

  func at(_ keyword: Keyword) -> Bool { current.kind == .keyword(keyword) }
  func at(_ symbol: Symbol) -> Bool { current.kind == .symbol(symbol) }

  mutating func accept(_ keyword: Keyword) -> Bool {
    guard at(keyword) else { return false }
    _ = advance()
    return true
  }

  mutating func accept(_ symbol: Symbol) -> Bool {
    guard at(symbol) else { return false }
    _ = advance()
    return true
  }

  mutating func expect(_ keyword: Keyword) throws(Stop) {
    if !accept(keyword) { throw unexpected(TokenKind.keyword(keyword).description) }
  }

  mutating func expect(_ symbol: Symbol) throws(Stop) {
    if !accept(symbol) { throw unexpected(TokenKind.symbol(symbol).description) }
  }

  /// How a message calls a token.
  func described(_ token: Token) -> String {
    switch token.kind {
    case .name, .type, .int, .decimal, .percent, .unit: "`\(source.text(token.span))`"
    case .string, .keyword, .symbol, .invalid, .end: token.kind.description
    }
  }

  /// Reports the current token; `wanted` completes "… was wanted".
  mutating func unexpected(_ wanted: String) -> Stop {
    let token = current
    switch token.kind {
    case .invalid: break  // The lexer has said what is wrong here.
    case .keyword(let keyword) where !keyword.isInTheLanguage:
      diagnostics.report(
        .notInTheLanguage, "`\(keyword.rawValue)` is reserved for a construct that the language does not have so far", at: token.span)
    case .end where diagnostics.all.contains { $0.code == .sourceTooLong }: break
    default: diagnostics.report(.unexpectedToken, "this is \(described(token)); \(wanted) was wanted", at: token.span, "\(wanted) was wanted here")
    }
    return Stop()
  }

  // MARK: Names

  private mutating func identifier() -> Identifier {
    let token = advance()
    return Identifier(text: source.text(token.span), span: token.span)
  }

  /// A name that begins lower-case; `what` says of what.
  mutating func name(_ what: String) throws(Stop) -> Identifier {
    switch current.kind {
    case .name: return identifier()
    case .type:
      diagnostics.report(
        .wrongCase, "\(what) begins with a lower-case letter", at: current.span, "begins with an upper-case letter",
        notes: ["only types, states, events and currencies begin with an upper-case letter"])
      return identifier()
    case .keyword, .unit: throw reserved(as: what)
    case .int, .decimal, .percent, .string, .symbol, .invalid, .end: throw unexpected(what)
    }
  }

  /// A name that begins upper-case.
  mutating func typeName(_ what: String) throws(Stop) -> Identifier {
    switch current.kind {
    case .type: return identifier()
    case .name:
      diagnostics.report(
        .wrongCase, "\(what) begins with an upper-case letter", at: current.span, "begins with a lower-case letter or a Han character")
      return identifier()
    case .keyword, .unit: throw reserved(as: what)
    case .int, .decimal, .percent, .string, .symbol, .invalid, .end: throw unexpected(what)
    }
  }

  /// A name or a reserved word, where no keyword can stand.
  mutating func word(_ what: String) throws(Stop) -> Identifier {
    switch current.kind {
    case .name, .keyword, .unit: return identifier()
    case .type, .int, .decimal, .percent, .string, .symbol, .invalid, .end: return try name(what)
    }
  }

  private mutating func reserved(as what: String) -> Stop {
    // Passed over, so that parsing does not go on here as if it began something.
    let token = advance()
    diagnostics.report(
      .reservedWord, "`\(source.text(token.span))` is a reserved word; \(what) was wanted", at: token.span, "\(what) was wanted here")
    return Stop()
  }

  // MARK: Lists, nesting, recovery

  mutating func list<T>(_ element: (inout Parser) throws(Stop) -> T) throws(Stop) -> [T] {
    var elements = [try element(&self)]
    while accept(.comma) { elements.append(try element(&self)) }
    return elements
  }

  /// `( … )` with commas between, one allowed before the end.
  mutating func parenthesized<T>(_ element: (inout Parser) throws(Stop) -> T) throws(Stop) -> [T] {
    let open = current.span
    try expect(.leftParenthesis)
    var elements: [T] = []
    while !at(.rightParenthesis) {
      elements.append(try element(&self))
      if !accept(.comma) { break }
    }
    try close(.rightParenthesis, openedAt: open)
    return elements
  }

  mutating func close(_ symbol: Symbol, openedAt open: Span) throws(Stop) {
    if accept(symbol) { return }
    guard current.kind == .end else { throw unexpected("`\(symbol.rawValue)`") }
    diagnostics.report(
      .unclosedDelimiter, "the file ends before `\(symbol.rawValue)`", at: current.span, "`\(symbol.rawValue)` was wanted here",
      secondary: [.init(open, "opened here")])
    throw Stop()
  }

  mutating func nested<T>(_ body: (inout Parser) throws(Stop) -> T) throws(Stop) -> T {
    depth += 1
    defer { depth -= 1 }
    if depth > Parser.depthMax { throw tooDeep(at: current.span) }
    return try body(&self)
  }

  mutating func tooDeep(at span: Span) -> Stop {
    diagnostics.report(.nestedTooDeep, "this nests more than \(Parser.depthMax) deep", at: Span(span.start, min(span.end, span.start + 1)))
    return Stop()
  }

  /// `{ … }`, whatever `element` reads between. After a mistake inside it goes on at the next token that `begins` one of its elements.
  mutating func braced(begins: [Keyword], _ element: (inout Parser) throws(Stop) -> Void) throws(Stop) {
    let open = current.span
    try expect(.leftBrace)
    while !at(.rightBrace) && current.kind != .end {
      let start = index
      do throws(Stop) { try element(&self) } catch {
        if index == start { _ = advance() }
        recover(begins: begins)
      }
    }
    try close(.rightBrace, openedAt: open)
  }

  /// Passes tokens up to one that begins an element, or to the brace that closes the surrounding one.
  private mutating func recover(begins: [Keyword]) {
    var open = 0
    while true {
      switch current.kind {
      case .end: return
      case .symbol(.rightBrace):
        if open == 0 { return }
        open -= 1
      case .symbol(.leftBrace): open += 1
      case .symbol(.arrow) where open == 0 && begins.contains(.pay): return
      case .keyword(let keyword) where open == 0 && (begins.contains(keyword) || Parser.missingConstructs.contains(keyword)): return
      default: break
      }
      index += 1
    }
  }

  /// The reserved words that would begin a construct that there is not, which deserves a complaint of its own.
  private static let missingConstructs: [Keyword] = [.at, .enum, .for, .function, .match, .raise, .struct, .when]

  // MARK: Declarations

  private mutating func file() -> File {
    var file = File()
    while current.kind != .end {
      let start = index
      do throws(Stop) {
        if at(.contract) {
          file.contracts.append(try contract())
        } else if at(.test) {
          file.tests.append(try test())
        } else {
          throw unexpected("`contract` or `test`")
        }
      } catch {
        if index == start { _ = advance() }
        while current.kind != .end, !at(.contract), !at(.test) { index += 1 }
      }
    }
    return file
  }

  private mutating func contract() throws(Stop) -> Contract {
    try expect(.contract)
    let name = try typeName("a contract's name")
    var generics: [Generic] = []
    if accept(.less) {
      generics = try list { parser throws(Stop) in try parser.generic() }
      try expect(.greater)
    }
    var members: [Member] = []
    try braced(begins: [.party, .term, .vault, .field, .event, .initial, .state, .final, .invariant]) { parser throws(Stop) in
      members.append(try parser.member())
    }
    return Contract(name: name, generics: generics, members: members)
  }

  private mutating func generic() throws(Stop) -> Generic {
    let name = try typeName("a currency parameter's name")
    try expect(.colon)
    return Generic(name: name, bound: try typeName("`Currency`"))
  }

  private mutating func member() throws(Stop) -> Member {
    switch current.kind {
    case .keyword(.party):
      _ = advance()
      return .parties(try list { parser throws(Stop) in try parser.name("a party's name") })
    case .keyword(.term): return .term(try term())
    case .keyword(.vault):
      _ = advance()
      let name = try name("a vault's name")
      try expect(.colon)
      return .vault(Vault(name: name, type: try type()))
    case .keyword(.field):
      _ = advance()
      let name = try name("a field's name")
      try expect(.colon)
      let type = try type()
      try expect(.assign)
      return .field(Field(name: name, type: type, initialValue: try expression()))
    case .keyword(.event):
      _ = advance()
      let name = try typeName("an event's name")
      return .event(Event(name: name, parameters: try parameters()))
    case .keyword(.final):
      _ = advance()
      try expect(.state)
      return .finals(try list { parser throws(Stop) in try parser.typeName("a state's name") })
    case .keyword(.initial), .keyword(.state): return .state(try state())
    case .keyword(.invariant): return .invariant(try invariant())
    default: throw unexpected("a declaration (`party`, `term`, `vault`, `field`, `event`, `state`, `invariant`)")
    }
  }

  private mutating func term() throws(Stop) -> Term {
    try expect(.term)
    let name = try name("a term's name")
    try expect(.colon)
    let type = try type()
    let defaultValue = accept(.assign) ? try expression() : nil
    return Term(name: name, type: type, defaultValue: defaultValue, bounds: try conditions())
  }

  /// `('where' expression)*`
  mutating func conditions() throws(Stop) -> [Expression] {
    var conditions: [Expression] = []
    while accept(.where) { conditions.append(try expression()) }
    return conditions
  }

  private mutating func invariant() throws(Stop) -> Invariant {
    try expect(.invariant)
    let text = try string("the invariant in words")
    let states = accept(.while) ? try list { parser throws(Stop) in try parser.typeName("a state's name") } : []
    try expect(.colon)
    return Invariant(text: text, states: states, condition: try expression())
  }

  /// A string's text, without its quotes.
  mutating func string(_ what: String) throws(Stop) -> String {
    guard current.kind == .string else { throw unexpected("\(what), as a string") }
    return content(ofString: advance().span)
  }

  func content(ofString span: Span) -> String { String(source.text(span).dropFirst().prefix { $0 != "\"" }) }

  mutating func parameters() throws(Stop) -> [Parameter] { try parenthesized { parser throws(Stop) in try parser.parameter() } }

  private mutating func parameter() throws(Stop) -> Parameter {
    let name = try name("a parameter's name")
    try expect(.colon)
    return Parameter(name: name, type: try type())
  }

  mutating func type() throws(Stop) -> TypeName {
    try nested { parser throws(Stop) in
      let name = try parser.typeName("a type")
      var arguments: [TypeName.Argument] = []
      if parser.accept(.less) {
        arguments = try parser.list { parser throws(Stop) in try parser.typeArgument() }
        try parser.expect(.greater)
      }
      return TypeName(name: name, arguments: arguments, span: name.span.through(parser.previousSpan))
    }
  }

  private mutating func typeArgument() throws(Stop) -> TypeName.Argument {
    if current.kind == .type { return .type(try type()) }
    let low = try bound()
    return accept(.range) ? .range(low: low, high: try bound()) : .bound(low)
  }

  /// `'-'? INT`
  private mutating func bound() throws(Stop) -> Identifier {
    let start = current.span
    let isNegative = accept(.minus)
    guard current.kind == .int else { throw unexpected("a type or a whole number") }
    let token = advance()
    return Identifier(text: (isNegative ? "-" : "") + digits(token.span), span: start.through(token.span))
  }

  /// A number's text without `_`.
  func digits(_ span: Span) -> String { source.text(span).filter { $0 != "_" } }
}
