import ArgumentParser
import Primitives
import Source

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain a diagnostic's code: the rule, the reason, a wrong and a right example.",
    discussion: "Without a code it lists all of them.")

  @Argument(help: "A code, such as E0403.")
  var code: String?

  @Flag(help: "Print JSON: earnest.explain/1.")
  var json = false

  func run() throws {
    guard let code else {
      if json {
        return try Console.print(
          .object([("schema", "earnest.explain/1"), ("codes", .list(DiagnosticCode.allCases.map(object)))]))
      }
      for code in DiagnosticCode.allCases {
        try Console.print("\(Console.bold(code.rawValue))  \(code.explanation.rule)")
      }
      return
    }
    guard let known = DiagnosticCode(rawValue: code.uppercased()) else {
      try Console.complain("there is no code \(code); `earnest explain` lists all of them")
      throw Exit.no
    }
    if json { return try Console.print(.object([("schema", "earnest.explain/1"), ("codes", .list([object(known)]))])) }
    let explanation = known.explanation
    try Console.print("\(Console.bold(known.rawValue))  \(explanation.rule)\n\n\(Explain.wrapped(explanation.reason))")
    for (title, example) in [("Wrong", explanation.wrong), ("Right", explanation.right)] {
      guard let example else { continue }
      let place = if case .file = example { "" } else { ", in a contract" }
      let lines = example.text.split(separator: "\n", omittingEmptySubsequences: false)
      let shown = lines.map { line in "  " + line.unicodeScalars.map { drawn($0, atColumn: 0) }.joined() }
      try Console.print("\n\(title)\(place):\n\n\(shown.joined(separator: "\n"))")
    }
  }

  /// Lines of at most 80 columns.
  private static func wrapped(_ text: String) -> String {
    var lines = [""]
    for word in text.split(separator: " ") {
      if displayWidth(lines[lines.count - 1]) + displayWidth(String(word)) + 1 > 80 { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
    }
    return lines.joined(separator: "\n")
  }

  private func object(_ code: DiagnosticCode) -> JSON {
    let explanation = code.explanation
    return .object([
      ("code", .text(code.rawValue)), ("rule", .text(explanation.rule)), ("reason", .text(explanation.reason)),
      ("wrong", explanation.wrong.map { .text($0.text) } ?? .null),
      ("right", explanation.right.map { .text($0.text) } ?? .null),
    ])
  }
}
