import Source

extension Parser {
  mutating func contract() throws(Stop) -> Contract {
    try expect(.contract)
    let name = try typeName("a contract's name")
    let generics = try generics()
    var members: [Member] = []
    var declarationsEnd = current.span.end
    try braced(.members) { parser throws(Stop) in
      let member = try parser.member()
      members.append(member)
      switch member {
      case .parties, .term, .derived, .vault, .field, .event: declarationsEnd = parser.previousSpan.end
      case .state, .shared, .finals, .invariant, .view, .structure, .enumeration, .function: break
      }
    }
    return Contract(name: name, generics: generics, members: members, declarationsEnd: declarationsEnd)
  }

  /// `('<' generic (',' generic)* '>')?`
  private mutating func generics() throws(Stop) -> [Generic] {
    guard accept(.less) else { return [] }
    let generics = try list { parser throws(Stop) in try parser.generic() }
    try expect(.greater)
    return generics
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
    case .keyword(.let):
      let binding = try binding()
      return .derived(binding.name, binding.value)
    case .keyword(.vault): return .vault(try vault())
    case .keyword(.field): return .field(try field())
    case .keyword(.event):
      _ = advance()
      let name = try typeName("an event's name")
      return .event(Event(name: name, parameters: try parameters()))
    case .keyword(.initial), .keyword(.state): return .state(try state())
    case .keyword(.while): return .shared(try shared())
    case .keyword(.final):
      _ = advance()
      try expect(.state)
      return .finals(try types())
    case .keyword(.invariant): return .invariant(try invariant())
    case .keyword(.view): return .view(try view())
    case .keyword(.struct): return .structure(try structure())
    case .keyword(.enum): return .enumeration(try enumeration())
    case .keyword(.function): return .function(try function())
    default:
      throw unexpected(
        "a declaration (`party`, `term`, `let`, `vault`, `field`, `event`, `state`, `while`, `invariant`, `view`, `struct`, `enum`, `function`)"
      )
    }
  }

  private mutating func term() throws(Stop) -> Term {
    let start = current.span
    try expect(.term)
    let name = try name("a term's name")
    try expect(.colon)
    let type = try type()
    let defaultValue = accept(.assign) ? try expression() : nil
    let bounds = try conditions()
    return Term(name: name, type: type, defaultValue: defaultValue, bounds: bounds, span: start.through(previousSpan))
  }

  /// `('where' expression)*`
  mutating func conditions() throws(Stop) -> [Expression] {
    var conditions: [Expression] = []
    while accept(.where) { conditions.append(try expression()) }
    return conditions
  }

  private mutating func vault() throws(Stop) -> Vault {
    try expect(.vault)
    let name = try name("a vault's name")
    try expect(.colon)
    let type = try type()
    guard accept(.per) else { return Vault(name: name, type: type, key: nil) }
    let key = try self.type()
    let opening = try open(.leftBracket)
    guard current.kind == .int else { throw unexpected("a whole number, how many there may be") }
    let span = advance().span
    try close(.rightBracket, openedAt: opening)
    return Vault(name: name, type: type, key: Vault.Key(type: key, most: Identifier(text: digits(span), span: span)))
  }

  private mutating func field() throws(Stop) -> Field {
    try expect(.field)
    let name = try name("a field's name")
    try expect(.colon)
    let type = try type()
    return Field(name: name, type: type, initialValue: accept(.assign) ? try expression() : nil)
  }

  private mutating func invariant() throws(Stop) -> Invariant {
    try expect(.invariant)
    let text = try string("the invariant in words")
    let states = accept(.while) ? try types() : []
    try expect(.colon)
    return Invariant(text: text, states: states, condition: try expression())
  }

  private mutating func view() throws(Stop) -> View {
    try expect(.view)
    let name = try name("a view's name")
    let parameters = try parameters()
    try expect(.colon)
    let type = try type()
    try expect(.assign)
    return View(name: name, parameters: parameters, type: type, value: try expression())
  }

  // MARK: Types and functions

  mutating func structure() throws(Stop) -> StructureDeclaration {
    try expect(.struct)
    let name = try typeName("a structure's name")
    var members: [Parameter] = []
    try braced(.parameters) { parser throws(Stop) in members.append(try parser.parameter()) }
    return StructureDeclaration(name: name, members: members)
  }

  mutating func enumeration() throws(Stop) -> EnumerationDeclaration {
    try expect(.enum)
    let name = try typeName("an enumeration's name")
    let cases = try enclosed(.leftBrace, .rightBrace, mayBeEmpty: false) { parser throws(Stop) in
      try parser.enumerationCase()
    }
    return EnumerationDeclaration(name: name, cases: cases)
  }

  private mutating func enumerationCase() throws(Stop) -> EnumerationDeclaration.Case {
    let name = try typeName("a case's name")
    return EnumerationDeclaration.Case(name: name, parameters: at(.leftParenthesis) ? try parameters() : [])
  }

  mutating func function() throws(Stop) -> FunctionDeclaration {
    try expect(.function)
    let name = try name("a function's name")
    let generics = try generics()
    let parameters = try parameters()
    try expect(.colon)
    let type = try type()
    var bindings: [FunctionDeclaration.Binding] = []
    let result: Expression
    if accept(.assign) {
      result = try expression()
    } else {
      guard at(.leftBrace) else { throw unexpected("`=` or `{`") }
      let opening = try open(.leftBrace)
      while at(.let) {
        bindings.append(try binding())
        _ = accept(.semicolon)
      }
      guard accept(.return) else { throw unexpected("`let` or `return`") }
      result = try expression()
      _ = accept(.semicolon)
      try close(.rightBrace, openedAt: opening)
    }
    return FunctionDeclaration(
      name: name, generics: generics, parameters: parameters, type: type, bindings: bindings, result: result)
  }

  /// `'let' NAME '=' expression`
  mutating func binding() throws(Stop) -> FunctionDeclaration.Binding {
    try expect(.let)
    let name = try name("a name")
    try expect(.assign)
    return FunctionDeclaration.Binding(name: name, value: try expression())
  }

  mutating func parameters() throws(Stop) -> [Parameter] {
    try parenthesized { parser throws(Stop) in try parser.parameter() }
  }

  private mutating func parameter() throws(Stop) -> Parameter {
    let name = try name("a name and its type")
    try expect(.colon)
    return Parameter(name: name, type: try type())
  }

  mutating func type() throws(Stop) -> TypeName {
    try nested { parser throws(Stop) in
      let start = parser.current.span
      var qualifier: Identifier?
      if parser.current.kind == .name, parser.following.kind == .symbol(.dot) {
        qualifier = try parser.name("a contract's name")
        try parser.expect(.dot)
      }
      let name = try parser.typeName("a type")
      var arguments: [TypeName.Argument] = []
      if parser.accept(.less) {
        arguments = try parser.list { parser throws(Stop) in try parser.typeArgument() }
        try parser.expect(.greater)
      }
      let isOptional = parser.accept(.question)
      return TypeName(
        qualifier: qualifier, name: name, arguments: arguments, isOptional: isOptional,
        span: start.through(parser.previousSpan))
    }
  }

  private mutating func typeArgument() throws(Stop) -> TypeName.Argument {
    if current.kind == .type || current.kind == .name { return .type(try type()) }
    let low = try bound()
    guard accept(.range) else { return .bound(low) }
    return .range(low: low, high: at(.minus) || current.kind == .int ? try bound() : nil)
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
  func digits(_ span: Span) -> String {
    let bytes = source.bytes[span.start..<span.end]
    guard bytes.contains(UInt8(ascii: "_")) else { return source.text(span) }
    return String(decoding: bytes.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
  }
}
