import Compiler
import Foundation
import Semantics
import Source
import Support
import TestRunner
import Testing
import Wording

/// What the docs show compiles, and its tests pass.
@Suite struct SnippetTests {
  private func fences(_ path: String, _ begin: String, _ end: String) throws -> [String] {
    try Repository.text(path).components(separatedBy: begin).dropFirst().compactMap {
      $0.components(separatedBy: end).first
    }
  }

  private func expectToPass(_ text: String, importing files: [String: String] = [:]) {
    let compilation = Compilation(SourceText(path: "snippet", text: text)) { files[$0].map { Array($0.utf8) } }
    #expect(compilation.diagnostics.isEmpty, "\(compilation.diagnostics.all.map(\.message))\n\(text)")
    for test in compilation.tests {
      let run = TestRun(test, in: compilation, wording: Wording(.english))
      #expect(run.hasPassed, "\(test.name): \(run.failure?.message ?? "")")
    }
  }

  /// A fence that names a file, "```earnest fees.ern", is what other snippets import by that name.
  @Test func theSnippetsOfTheLanguageAreTrue() throws {
    let snippets = try fences("docs/language.md", "```earnest\n", "```")
    #expect(snippets.count >= 4)
    var files: [String: String] = [:]
    for named in try fences("docs/language.md", "```earnest ", "```") {
      let lines = named.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      files[String(lines[0])] = String(try #require(lines.last))
    }
    for snippet in snippets { expectToPass(snippet, importing: files) }
  }

  /// The tour's contract is refused as the tour says, and passes once the deadline is there.
  @Test func theTourOfTheReadmeIsTrue() throws {
    let contract = try #require(try fences("README.md", "<<'ERN'\n", "ERN\n").first)
    #expect(
      Compilation(SourceText(path: "deposit.ern", text: contract)).diagnostics.all.map(\.code) == [
        .stateWithoutDeadline
      ])
    try withTemporaryFolder { folder in
      try Data(contract.utf8).write(to: folder.appendingPathComponent("deposit.ern"))
      let command = try #require(try Repository.text("README.md").split(separator: "\n").first { $0.hasPrefix("sed ") })
      #expect(try run("/bin/sh", ["-c", String(command)], in: folder).status == 0)
      expectToPass(try String(contentsOf: folder.appendingPathComponent("deposit.ern"), encoding: .utf8))
    }
  }

  /// The story that the Chinese page tells is the one that the program tells.
  @Test func theChineseStoryIsTrue() throws {
    let source = SourceText(path: "purchase.ern", text: try Repository.text("contracts/purchase.ern"))
    let compilation = Compilation(source)
    let name = "the buyer is refunded when the seller never ships"
    let test = try #require(compilation.tests.first { $0.name == name })
    let page = try Repository.text("README.zh.md")
    for line in TestRun(test, in: compilation, wording: Wording(.chinese)).story {
      #expect(page.contains(line.text), "\(line.text)")
    }
  }
}
