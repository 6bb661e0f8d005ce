import Bytecode
import Compiler
import Foundation
import Interface
import Semantics
import Source
import Support
import Testing
import Wording

/// Parts of the docs are derived from tables in the sources. They stand between `<!-- name -->` and
/// `<!-- end -->`; UPDATE=1 writes them anew.
@Suite(.serialized) struct DocsTests {
  private func check(_ path: String, _ name: String, _ derived: String) throws {
    let text = try Repository.text(path)
    let (begin, end) = ("<!-- \(name) -->\n", "<!-- end -->")
    guard let from = text.range(of: begin), let to = text.range(of: end, range: from.upperBound..<text.endIndex) else {
      Issue.record("\(path) has no block `\(name)`")
      return
    }
    if Repository.isUpdating {
      try Repository.write(text.replacingCharacters(in: from.upperBound..<to.lowerBound, with: derived), to: path)
    }
    #expect(
      text[from.upperBound..<to.lowerBound] == derived && !Repository.isUpdating,
      "\(path): `\(name)` is not what the sources say; UPDATE=1 rewrites it")
  }

  /// The doc comment above each case of a table.
  private func effects(in path: String, before end: String) throws -> [String: String] {
    var effects: [String: String] = [:]
    let cases = try #require(try Repository.text(path).components(separatedBy: end).first)
    for match in cases.matches(of: #/((?:  \/\/\/ .+\n)+)  case `?(\w+)`?(?: = \d+)?\n/#) {
      effects[String(match.2)] = match.1.split(separator: "\n").map { $0.dropFirst(6) }.joined(separator: " ")
    }
    return effects
  }

  private func operand(_ letter: String, _ operand: Operand) -> String? {
    switch operand {
    case .unused: nil
    case .read(let kind): "\(letter): reads \(kind.rawValue)"
    case .write(let kind): "\(letter): writes \(kind.rawValue)"
    case .readMany: "\(letter): reads consecutive registers"
    case .field, .item, .function, .trap, .part: "\(letter): \(operand)"
    case .target, .number, .constant, .slot, .vault, .place, .payer, .holding, .party, .currency, .state, .split,
      .event:
      "\(letter): \(operand)"
    }
  }

  @Test func theInstructionTableIsInTheDocs() throws {
    let effects = try effects(in: "Sources/Bytecode/Opcode.swift", before: "/// What an operand is")
    var table = "| code | instruction | operands | gas | ends block | effect |\n| --- | --- | --- | --- | --- | --- |\n"
    for opcode in Opcode.allCases {
      let row = opcode.row
      let operands = [operand("a", row.a), operand("b", row.b), operand("c", row.c)].compactMap { $0 }.joined(
        separator: ", ")
      let effect = try #require(effects["\(opcode)"], "\(opcode) has no doc comment")
      table +=
        "| \(opcode.rawValue) | `\(opcode.mnemonic)` | \(operands) | \(row.gas) | \(row.endsBlock ? "yes" : "") | \(effect) |\n"
    }
    try check("docs/bytecode.md", "instructions", table)
  }

  @Test func theLanguagesFunctionsAreInTheDocs() throws {
    let effects = try effects(in: "Sources/Semantics/LanguageFunction.swift", before: "private var definition")
    var table = "| function | takes | fails with | gives |\n| --- | --- | --- | --- |\n"
    for function in LanguageFunction.allCases {
      let row = function.row
      var takes = row.parameters.map { $0.kind.noun + ($0.label.map { " `\($0)`" } ?? "") }
      var name = row.name
      if row.form == .member { name = takes.removeFirst().split(separator: "`").last.map { "\($0).\(name)" } ?? name }
      let effect = try #require(effects["\(function)"], "\(function) has no doc comment")
      table +=
        "| `\(name)` | \(takes.joined(separator: ", ")) | \(row.traps.map(\.name).joined(separator: ", ")) | \(effect) |\n"
    }
    try check("docs/language.md", "functions", table)
  }

  @Test func theModuleFaultsAreInTheDocs() throws {
    let rows = ModuleFlaw.Kind.verifiers.map {
      "| `\($0)` | \(Wording(.english).clause(ModuleFlaw($0, at: .module), in: nil)) |\n"
    }
    try check("docs/bytecode.md", "faults", "| fault | meaning |\n| --- | --- |\n" + rows.joined())
  }

  /// Each with a place such as it has; the compiler's code stands beside what a ledger says of the same.
  @Test func theFlawsAreInTheDocs() throws {
    let places: [ModuleFlaw.Place] = [
      .module, .state(3), .function(4), .instruction(5, function: 4), .circle([3, 1]),
      .entering(transition: 2, instruction: 5, vault: 0),
    ]
    let rows = try ModuleFlaw.Kind.allCases.map { kind -> String in
      let flaws = places.flatMap { [ModuleFlaw(kind, at: $0), ModuleFlaw(kind, at: $0, gas: 300_000_000)] }.filter(
        \.isPossible)
      let flaw = try #require(flaws.first, "\(kind) has no place")
      let (english, chinese) = (Wording(.english).clause(flaw, in: nil), Wording(.chinese).clause(flaw, in: nil))
      return "| \(kind.rawValue) | `\(kind)` | \(english) | \(chinese) | \(kind.diagnosticCode?.rawValue ?? "") |\n"
    }
    try check(
      "docs/ledger.md", "flaws",
      "| number | flaw | such as | | compiler |\n| --- | --- | --- | --- | --- |\n" + rows.joined())
  }

  @Test func theDiagnosticsAreInTheDocs() throws {
    let blocks = DiagnosticCode.allCases.map { code -> String in
      let explanation = code.explanation
      var text = "### \(code.rawValue)\n\n\(explanation.rule)\n\n\(explanation.reason)\n"
      for (title, example) in [("Wrong", explanation.wrong), ("Right", explanation.right)] {
        guard let example else { continue }
        let shown = example.text.unicodeScalars.map { $0 == "\n" ? "\n" : drawn($0, atColumn: 0) }.joined()
        text += "\n\(title):\n\n```text\n\(shown)\n```\n"
      }
      return text
    }
    try check("docs/diagnostics.md", "codes", blocks.joined(separator: "\n"))
  }

  /// Those of modules stand with the bytecode, those of transactions and blocks with the ledger.
  @Test func theLimitsAreInTheDocs() throws {
    let rows = Mirror(reflecting: ProtocolNumber.current.limits).children.map {
      (name: $0.label ?? "", value: $0.value)
    }
    let first = try #require(rows.firstIndex { $0.name == "transactionSize" })
    func table(_ rows: ArraySlice<(name: String, value: Any)>) -> String {
      "| limit | at most |\n| --- | --- |\n" + rows.map { "| \($0.name) | \($0.value) |\n" }.joined()
    }
    try check("docs/bytecode.md", "limits", table(rows[..<first]))
    try check("docs/ledger.md", "ledger limits", table(rows[first...]))
  }

  @Test func theGasScheduleIsInTheDocs() throws {
    let rows = Mirror(reflecting: GasSchedule.of(.current)).children.map { "| \($0.label ?? "") | \($0.value) |\n" }
    try check("docs/ledger.md", "gas schedule", "| work of the ledger | gas |\n| --- | --- |\n" + rows.joined())
  }

  @Test func theReasonsAreInTheDocs() throws {
    let inadmissible = Inadmissible.allCases.map {
      "| \($0) | \($0.rawValue) | \(Wording(.english).sentence($0)) | \(Wording(.chinese).sentence($0)) |\n"
    }
    let head = "| reason | number | such as | |\n| --- | --- | --- | --- |\n"
    try check("docs/ledger.md", "inadmissible", head + inadmissible.joined())
    let attempt = Wording.Attempt(who: "alice", action: "pay", state: "Offered", endedBy: nil)
    let refusals = Failure.all.map { failure in
      "| \(failure.name) | \(failure.code) | \(Wording(.english).sentence(failure, attempt)) | \(Wording(.chinese).sentence(failure, attempt)) |\n"
    }
    try check("docs/ledger.md", "refusals", head + refusals.joined())
  }

  /// Who reads what is guaranteed finds each name in the code, or in a test's name.
  @Test func guaranteesNameWhatThereIs() throws {
    let code = try (Repository.files("Sources", ".swift") + Repository.files("Tests", ".swift")).map {
      try Repository.text($0)
    }.joined()
    for name in try Repository.text("docs/guarantees.md").matches(of: #/`([A-Za-z]+)(?:\.([A-Za-z]+))?`/#).map({
      $0.output.2 ?? $0.output.1
    })
    where name.utf8.count > 8 && !name.contains("swift") {
      let isThere = code.contains(name)
      #expect(isThere, "\(name)")
    }
  }
}
