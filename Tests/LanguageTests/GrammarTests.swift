import Source
import Support
import Syntax
import Testing

/// grammar/Earnest.g4 is the grammar for people and for other tools. Its words and symbols are
/// those of the lexer, its productions have their function, and it derives what the parser accepts.
@Suite struct GrammarTests {
  private func grammar() throws -> String {
    try Repository.text("grammar/Earnest.g4").replacing(#/(?m)\/\/.*$/#, with: "")
  }

  private func parserRules() throws -> String {
    let rules = try grammar().split(separator: #/(?m)^UNIT *:/#)[0]
    return String(rules.replacing("grammar Earnest;", with: ""))
  }

  @Test func wordsAndSymbolsAreTheLexers() throws {
    let literals = Set(try parserRules().matches(of: #/'([^']+)'/#).map { String($0.1) })
    let words = Set(Keyword.allCases.map(\.rawValue))
    #expect(literals.filter { $0.first?.isLetter == true } == words)
    #expect(literals.filter { $0.first?.isLetter != true } == Set(Symbol.allCases.map(\.rawValue)))
  }

  @Test func everyProductionHasItsFunction() throws {
    let sources = try Repository.files("Sources/Syntax", ".swift").map { try Repository.text($0) }.joined()
    for match in try grammar().matches(of: #/(?m)^([a-z]\w*) *:/#) {
      #expect(sources.contains("func \(match.1)("), "there is no parser function for `\(match.1)`")
    }
  }

  /// How the grammar calls a token.
  private func spelled(_ token: Token, _ source: SourceText) -> String {
    switch token.kind {
    case .name: "NAME"
    case .type: "TYPE"
    case .int: "INT"
    case .decimal: "DECIMAL"
    case .percent: "PERCENT"
    case .time: "TIME"
    case .string: "STRING"
    case .unit: "UNIT"
    case .keyword, .symbol: "'\(source.text(token.span))'"
    case .invalid: "MALFORMED"
    case .end: "EOF"
    }
  }

  /// Every construct of the language is in these files: each is read, and without any one of its
  /// tokens, or with one of them twice, the parser survives and accepts it if, and only if, the
  /// grammar does.
  @Test(arguments: Repository.files("Tests/Corpus/syntax", ".ern"))
  func theParserAcceptsWhatTheGrammarDerives(_ path: String) throws {
    let grammar = Recognizer(rules: try parserRules())
    let source = SourceText(path: path, text: try Repository.text(path))
    #expect(Parser.parse(source).1.all.map(\.message) == [])
    let tokens = Lexer.tokens(of: source).0
    let texts = tokens.map { source.text($0.span) }
    let words = tokens.map { spelled($0, source) }
    #expect(grammar.accepts(words))
    for index in texts.indices.dropLast() {
      for copies in [0, 2] {
        func changed(_ row: [String]) -> [String] {
          row[..<index] + Array(repeating: row[index], count: copies) + row[(index + 1)...]
        }
        let text = changed(texts).joined(separator: " ")
        let isAccepted = Parser.parse(SourceText(path: "x", text: text)).1.isEmpty
        #expect(isAccepted == grammar.accepts(changed(words)), "\(text)")
      }
    }
  }
}
