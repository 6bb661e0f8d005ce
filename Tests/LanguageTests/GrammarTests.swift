import Support
import Syntax
import Testing

/// grammar/Earnest.g4 is the grammar for people and for other tools. Its words and symbols are those of the lexer, and its productions have their function.
@Suite struct GrammarTests {
  private func grammar() throws -> String { try Repository.text("grammar/Earnest.g4").replacing(#/(?m)\/\/.*$/#, with: "") }

  @Test func wordsAndSymbolsAreTheLexers() throws {
    let parserRules = try grammar().prefix { _ in true }.split(separator: "UNIT         :")[0]
    let literals = Set(parserRules.matches(of: #/'([^']+)'/#).map { String($0.1) })
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
}
