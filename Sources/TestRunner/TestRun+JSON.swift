package import Compiler
import Presentation
package import Primitives
import Source

extension Compilation {
  /// What `test --json` tells of a file.
  package func json(path: String, _ runs: [TestRun]) -> JSON {
    .object([
      ("file", .text(path)), ("diagnostics", diagnostics.json(in: source)),
      ("tests", .list(runs.map { $0.json(in: source) })),
    ])
  }
}

extension TestRun {
  fileprivate func json(in source: SourceText) -> JSON {
    let lines = story.map { line -> JSON in
      .object([("time", line.time.map { .text($0.description) } ?? .null), ("text", .text(line.text))])
    }
    return .object([
      ("name", .text(name)), ("line", .number(source.line(at: span.start))), ("passed", .bool(hasPassed)),
      ("gas", .number(Int(gas))), ("digest", .text(digest.description)),
      ("failure", failure.map { $0.json(in: source) } ?? .null), ("story", .list(lines)),
    ])
  }
}
