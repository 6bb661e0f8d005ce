package import Source

/// A recursive-descent parser: one function per production of grammar/Earnest.g4, of the same name.
/// It always returns a tree, of what it understood, and after a mistake it goes on at the next
/// declaration, transition or statement.
package struct Parser {
  /// The most levels of a tree: nested blocks and parentheses, and chains of operators. One number
  /// on every machine and in every build, far below what any thread's stack holds.
  package static let depthMax = 200

  /// Thrown after the diagnostic was reported, caught where parsing can go on.
  struct Stop: Error {}

  let source: SourceText
  private var tokens: [Token]
  private var index = 0
  var diagnostics: Diagnostics
  private var depth = 0
  /// How many `{` are open before the current token.
  private var braces = 0

  /// Reads one file among the bytes of a source, or all of them as one file.
  package static func parse(_ source: SourceText, in part: Span? = nil) -> (File, Diagnostics) {
    let (tokens, diagnostics) = Lexer.tokens(of: source, in: part)
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
    index += 1
    return true
  }

  mutating func accept(_ symbol: Symbol) -> Bool {
    guard at(symbol) else { return false }
    index += 1
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
    case .name, .type, .int, .decimal, .percent, .time, .unit: "`\(source.text(token.span))`"
    case .string, .keyword, .symbol, .invalid, .end: token.kind.description
    }
  }

  /// Reports the current token; `wanted` completes "… was wanted".
  mutating func unexpected(_ wanted: String, notes: [String] = []) -> Stop {
    let token = current
    // More words about one file would not be kept.
    if diagnostics.isFull {
      diagnostics.leaveOut()
      return Stop()
    }
    switch token.kind {
    case .invalid: break  // The lexer has said what is wrong here.
    case .end where diagnostics.all.contains { $0.code == .sourceTooLong }: break
    default:
      diagnostics.report(
        .unexpectedToken, "this is \(described(token)); \(wanted) was wanted", at: token.span,
        "\(wanted) was wanted here", notes: notes)
    }
    return Stop()
  }

  // MARK: Names

  private mutating func identifier() -> Identifier {
    let span = advance().span
    return Identifier(text: source.text(span), span: span)
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
    case .int, .decimal, .percent, .time, .string, .symbol, .invalid, .end: throw unexpected(what)
    }
  }

  /// A name that begins upper-case.
  mutating func typeName(_ what: String) throws(Stop) -> Identifier {
    switch current.kind {
    case .type: return identifier()
    case .name:
      diagnostics.report(
        .wrongCase, "\(what) begins with an upper-case letter", at: current.span,
        "begins with a lower-case letter or a Han character")
      return identifier()
    case .keyword, .unit: throw reserved(as: what)
    case .int, .decimal, .percent, .time, .string, .symbol, .invalid, .end: throw unexpected(what)
    }
  }

  /// A name or a reserved word, where no keyword can stand.
  mutating func word(_ what: String) throws(Stop) -> Identifier {
    switch current.kind {
    case .name, .keyword, .unit: return identifier()
    case .type, .int, .decimal, .percent, .time, .string, .symbol, .invalid, .end: return try name(what)
    }
  }

  private mutating func reserved(as what: String) -> Stop {
    // Passed over, so that parsing does not go on here as if it began something.
    let token = advance()
    diagnostics.report(
      .reservedWord, "`\(source.text(token.span))` is a reserved word; \(what) was wanted", at: token.span,
      "\(what) was wanted here")
    return Stop()
  }

  // MARK: Lists

  mutating func list<T>(_ element: (inout Parser) throws(Stop) -> T) throws(Stop) -> [T] {
    var elements = [try element(&self)]
    while accept(.comma) { elements.append(try element(&self)) }
    return elements
  }

  mutating func types() throws(Stop) -> [Identifier] {
    try list { parser throws(Stop) in try parser.typeName("a state's name") }
  }

  /// `( … )` with commas between, one allowed before the end.
  mutating func parenthesized<T>(mayBeEmpty: Bool = true, _ element: (inout Parser) throws(Stop) -> T) throws(Stop)
    -> [T]
  {
    try enclosed(.leftParenthesis, .rightParenthesis, mayBeEmpty: mayBeEmpty, element)
  }

  /// What two delimiters enclose, with commas between, one allowed before the end.
  mutating func enclosed<T>(
    _ left: Symbol, _ right: Symbol, mayBeEmpty: Bool = true, _ element: (inout Parser) throws(Stop) -> T
  ) throws(Stop) -> [T] {
    let opening = try open(left)
    var elements: [T] = []
    while !at(right) || elements.isEmpty && !mayBeEmpty {
      elements.append(try element(&self))
      if !accept(.comma) { break }
    }
    try close(right, openedAt: opening)
    return elements
  }

  mutating func open(_ symbol: Symbol) throws(Stop) -> Span {
    let span = current.span
    try expect(symbol)
    if symbol == .leftBrace { braces += 1 }
    return span
  }

  mutating func close(_ symbol: Symbol, openedAt opening: Span) throws(Stop) {
    if accept(symbol) {
      if symbol == .rightBrace { braces -= 1 }
      return
    }
    guard isAtEnd else { throw unexpected("`\(symbol.rawValue)`") }
    let ends = current.kind == .end ? "the file ends" : "\(described(current)) begins a new part of the file"
    diagnostics.report(
      .unclosedDelimiter, "\(ends) before `\(symbol.rawValue)`", at: current.span,
      "`\(symbol.rawValue)` was wanted here",
      secondary: [.init(opening, "opened here")])
    throw Stop()
  }

  // MARK: Nesting

  mutating func nested<T>(_ body: (inout Parser) throws(Stop) -> T) throws(Stop) -> T {
    depth += 1
    defer { depth -= 1 }
    if depth > Parser.depthMax { throw tooDeep(at: current.span) }
    return try body(&self)
  }

  mutating func tooDeep(at span: Span) -> Stop {
    diagnostics.report(
      .nestedTooDeep, "this nests more than \(Parser.depthMax) deep",
      at: Span(span.start, min(span.end, span.start + 1)))
    return Stop()
  }

  /// Reads a hole of a string, from behind its `{` through its `}`, as if it stood outside of one; nil after a mistake.
  mutating func hole(_ span: Span) -> Expression? {
    let cut = Lexer.tokens(ofHole: span, in: source, &diagnostics)
    let outer = (tokens, index, braces)
    (tokens, index, braces) = (cut, 0, 0)
    defer { (tokens, index, braces) = outer }
    do throws(Stop) {
      let value = try expression()
      try expect(.rightBrace)
      return value
    } catch { return nil }
  }

  // MARK: Recovery

  /// Whether here no brace can be open any more: the file ends, or a part of it begins, which stands in nothing else.
  private var isAtEnd: Bool {
    switch (current.kind, following.kind) {
    case (.end, _), (.keyword(.contract), .type), (.keyword(.contract), .name), (.keyword(.test), .string),
      (.keyword(.import), .string):
      true
    default: false
    }
  }

  /// `{ … }`, whatever `element` reads between. After a mistake inside it goes on at the next token
  /// that begins one of the elements.
  mutating func braced(_ elements: Elements, _ element: (inout Parser) throws(Stop) -> Void) throws(Stop) {
    let opening = try open(.leftBrace)
    let level = braces
    while !at(.rightBrace) && !isAtEnd {
      let start = index
      do throws(Stop) { try element(&self) } catch { recover(elements, from: start, level: level) }
    }
    try close(.rightBrace, openedAt: opening)
  }

  /// Passes tokens, one at least since `start`, up to one that begins an element or to the brace
  /// that closes the surrounding one. Braces may be open from the middle of an element; `level` is
  /// how many there are between elements.
  private mutating func recover(_ elements: Elements, from start: Int, level: Int) {
    while true {
      switch current.kind {
      case .symbol(.leftBrace): braces += 1
      case .symbol(.rightBrace):
        if braces == level && level > 0 { return }
        braces = max(braces - 1, level)
      case .end: return
      case let kind where index > start && (isAtEnd || braces == level && elements.begin(with: kind)):
        braces = level
        return
      default: break
      }
      index += 1
    }
  }

  // MARK: The file

  private mutating func file() -> File {
    var file = File()
    var isOpen = false
    while current.kind != .end {
      let start = index
      do throws(Stop) {
        if at(.import) {
          if isOpen {
            diagnostics.report(
              .unexpectedToken, "this is `import`; imports stand before everything else", at: current.span)
          }
          file.imports.append(try importDeclaration())
          continue
        }
        isOpen = true
        switch current.kind {
        case .keyword(.contract): file.contracts.append(try contract())
        case .keyword(.function): file.functions.append(try function())
        case .keyword(.struct): file.structures.append(try structure())
        case .keyword(.enum): file.enumerations.append(try enumeration())
        case .keyword(.test): file.tests.append(try test())
        default: throw unexpected("a part of a file (`import`, `contract`, `function`, `struct`, `enum`, `test`)")
        }
      } catch { recover(.parts, from: start, level: 0) }
    }
    return file
  }

  private mutating func importDeclaration() throws(Stop) -> Import {
    let start = current.span
    try expect(.import)
    let path = try string("a path")
    return Import(path: path, span: start.through(previousSpan))
  }
}

/// What stands between braces, or in a file, as far as recovery needs to know it: which tokens begin one.
enum Elements {
  case parts, members, parameters, transitions, statements, shares, cases, bindings, steps

  func begin(with kind: TokenKind) -> Bool {
    switch kind {
    case .keyword(let keyword): begin(with: keyword)
    // `->` is a statement too.
    case .symbol(.arrow): self == .statements
    default: false
    }
  }

  private func begin(with keyword: Keyword) -> Bool {
    switch (self, keyword) {
    case (.parts, .contract), (.parts, .function), (.parts, .struct), (.parts, .enum), (.parts, .test): true
    // `while` is none of them: it stands within an invariant too.
    case (.members, .party), (.members, .term), (.members, .let), (.members, .vault), (.members, .field),
      (.members, .event), (.members, .initial), (.members, .state), (.members, .final), (.members, .invariant),
      (.members, .view), (.members, .struct), (.members, .enum), (.members, .function):
      true
    case (.transitions, .on), (.transitions, .after), (.transitions, .at), (.transitions, .when): true
    case (.statements, .pay), (.statements, .split), (.statements, .emit), (.statements, .let), (.statements, .require),
      (.statements, .raise), (.statements, .if), (.statements, .for), (.statements, .match):
      true
    case (.shares, .up), (.shares, .rest), (.shares, .evenly): true
    case (.cases, .case): true
    case (.bindings, .let), (.bindings, .return): true
    case (.steps, .let), (.steps, .open), (.steps, .advance), (.steps, .block), (.steps, .expect): true
    default: false
    }
  }
}
