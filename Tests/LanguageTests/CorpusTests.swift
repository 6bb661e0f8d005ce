import Compiler
import Foundation
import Source
import Support
import Testing

/// A file in Tests/Corpus/check says itself what is wrong with it: `//~ E0301 E0202` behind a line names the codes whose spans begin there.
@Suite struct CorpusTests {
  @Test(arguments: Repository.files("Tests/Corpus/check", ".ern"))
  func diagnosticsStandWhereTheFileSays(_ path: String) throws {
    let text = try Repository.text(path)
    let compilation = Compilation(SourceText(path: path, text: text))
    var expected: [String] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      guard let mark = line.range(of: "//~ ") else { continue }
      expected += line[mark.upperBound...].split(separator: " ").map { "\(index + 1) \($0)" }
    }
    let actual = compilation.diagnostics.all.map { "\(compilation.source.line(at: $0.primary.span.start)) \($0.code.rawValue)" }
    #expect(actual.sorted() == expected.sorted(), "\(compilation.diagnostics.all.map(\.message))")
  }

  /// The drawing of diagnostics, held against golden text: tabs, Chinese, emoji, long lines, several labels.
  @Test(arguments: Repository.files("Tests/Corpus/render", ".ern"))
  func diagnosticsAreDrawnAsTheGoldenFileShows(_ path: String) throws {
    let source = SourceText(path: path, text: try Repository.text(path))
    let renderer = DiagnosticRenderer(source: source, isColoured: false)
    let drawn = Compilation(source).diagnostics.all.map { renderer.render($0) }.joined(separator: "\n")
    let golden = path.replacing(".ern", with: ".txt")
    if Repository.isUpdating { try Repository.write(drawn, to: golden) }
    #expect(drawn == (try? Repository.text(golden)) && !Repository.isUpdating)
  }

  @Test func colourIsOnlyWhatIsAskedFor() {
    let source = SourceText(path: "a.ern", text: "contract a {}")
    let compilation = Compilation(source)
    let plain = compilation.diagnostics.all.map { DiagnosticRenderer(source: source, isColoured: false).render($0) }.joined()
    let coloured = compilation.diagnostics.all.map { DiagnosticRenderer(source: source, isColoured: true).render($0) }.joined()
    #expect(!plain.contains("\u{1B}"))
    #expect(coloured.contains("\u{1B}[1;31merror[E0106]\u{1B}[0m"))
    let stripped = coloured.replacing(#/\u{1B}\[[0-9;]*m/#, with: "")
    #expect(stripped == plain)
  }

  /// Each code's wrong example reports that code first, and its right one nothing.
  @Test(arguments: DiagnosticCode.allCases)
  func explanationsAreTrue(_ code: DiagnosticCode) {
    let explanation = code.explanation
    if let wrong = explanation.wrong {
      let codes = Compilation(SourceText(path: "wrong", text: wrong.file)).diagnostics.all.map(\.code)
      #expect(codes.first == code, "\(codes)\n\(wrong.file)")
    }
    if let right = explanation.right {
      let found = Compilation(SourceText(path: "right", text: right.file)).diagnostics.all
      #expect(found.isEmpty, "\(found.map(\.message))\n\(right.file)")
    }
  }
}

/// What the docs show compiles.
@Suite struct SnippetTests {
  private func fences(_ path: String, _ begin: String, _ end: String) throws -> [String] {
    try Repository.text(path).components(separatedBy: begin).dropFirst().compactMap { $0.components(separatedBy: end).first }
  }

  @Test func theSnippetsOfTheLanguageCompile() throws {
    let snippets = try fences("docs/language.md", "```earnest\n", "```")
    #expect(snippets.count >= 4)
    for snippet in snippets {
      let found = Compilation(SourceText(path: "snippet", text: snippet)).diagnostics.all
      #expect(found.isEmpty, "\(found.map(\.message))\n\(snippet)")
    }
  }

  /// The tour's contract is refused as the tour says, and passes once the deadline is there.
  @Test func theTourOfTheReadmeIsTrue() throws {
    let contract = try #require(try fences("README.md", "<<'ERN'\n", "ERN\n").first)
    #expect(Compilation(SourceText(path: "deposit.ern", text: contract)).diagnostics.all.map(\.code) == [.stateWithoutDeadline])
    let mended = contract.replacing("  on release", with: "  after 30 days { pay held to guest } -> Ended\n    on release")
    #expect(Compilation(SourceText(path: "deposit.ern", text: mended)).diagnostics.isEmpty)
  }
}
