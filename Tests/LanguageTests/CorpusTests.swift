import Compiler
import Foundation
import Source
import Support
import Testing

/// A file in Tests/Corpus/check says itself what is wrong with it: `//~ E0301 E0202` behind a line
/// names the codes whose spans begin there.
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
    let found = compilation.diagnostics.all + compilation.warnings.all
    let actual = found.map { "\(compilation.source.line(at: $0.primary.span.start)) \($0.code.rawValue)" }
    #expect(actual.sorted() == expected.sorted(), "\(found.map(\.message))")
  }

  /// The drawing of diagnostics, held against golden text: tabs, Chinese, emoji, long lines, several labels.
  @Test(arguments: Repository.files("Tests/Corpus/render", ".ern"))
  func diagnosticsAreDrawnAsTheGoldenFileShows(_ path: String) throws {
    let source = SourceText(path: path, text: try Repository.text(path))
    let renderer = DiagnosticRenderer(source: source, isColoured: false)
    let compilation = Compilation(source)
    let drawn = (compilation.diagnostics.all + compilation.warnings.all).map { renderer.render($0) }.joined(
      separator: "\n")
    let golden = path.replacing(".ern", with: ".txt")
    if Repository.isUpdating { try Repository.write(drawn, to: golden) }
    #expect(drawn == (try? Repository.text(golden)) && !Repository.isUpdating)
  }

  @Test func colourIsOnlyWhatIsAskedFor() {
    let source = SourceText(path: "a.ern", text: "contract a {}")
    let compilation = Compilation(source)
    let plain = compilation.diagnostics.all.map { DiagnosticRenderer(source: source, isColoured: false).render($0) }
      .joined()
    let coloured = compilation.diagnostics.all.map { DiagnosticRenderer(source: source, isColoured: true).render($0) }
      .joined()
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
      let compilation = Compilation(SourceText(path: "wrong", text: wrong.file))
      let codes = (compilation.diagnostics.all + compilation.warnings.all).map(\.code)
      #expect(codes.first == code, "\(codes)\n\(wrong.file)")
    }
    if let right = explanation.right {
      let compilation = Compilation(SourceText(path: "right", text: right.file))
      let found = compilation.diagnostics.all + (code.severity == .warning ? compilation.warnings.all : [])
      #expect(found.isEmpty, "\(found.map(\.message))\n\(right.file)")
    }
  }
}
