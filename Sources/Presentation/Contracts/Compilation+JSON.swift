import Bytecode
package import Compiler
import Interface
package import Primitives
import Semantics
package import Source

extension Compilation {
  /// What `check --json` tells of a file.
  package func json(path: String, _ summaries: [ContractSummary], warnings: Diagnostics) -> JSON {
    .object([
      ("file", .text(path)), ("contracts", .list(summaries.map(\.json))),
      ("diagnostics", diagnostics.json(in: source)), ("leftOut", .number(diagnostics.leftOut)),
      ("warnings", warnings.json(in: source)),
    ])
  }
}

extension CompiledContract {
  /// Every expression with its place, whether it can fail, and of an integer how wide it can be.
  func expressionsJSON(in source: SourceText) -> [(String, JSON)] {
    let expressions =
      interface.entries.flatMap { checked.expressions(of: $0) }
      + checked.functions.flatMap { $0.bindings.map(\.value) + [$0.result] }
    return [
      (
        "functions",
        .list(checked.functions.map { .object([("name", .text($0.name)), ("canFail", .bool($0.canTrap))]) })
      ),
      ("expressions", .list(expressions.map { $0.json(in: source) })),
    ]
  }
}

extension TypedExpression {
  /// The expression with its parts inside.
  fileprivate func json(in source: SourceText) -> JSON {
    let part = source.part(at: span.start)
    var members: [(String, JSON)] = [
      ("file", .text(part.path)), ("line", .number(source.line(at: span.start))),
      ("column", .number(source.column(at: span.start))),
      ("start", .number(span.start - part.span.start)), ("end", .number(span.end - part.span.start)),
      ("canFail", .bool(canTrap)),
    ]
    if let bits = type.bits { members.append(("bits", .number(bits))) }
    if !parts.isEmpty { members.append(("parts", .list(parts.map { $0.json(in: source) }))) }
    return .object(members)
  }
}
