import Compiler
import Foundation
import Source
import Support
import Testing

/// A fix that is proposed mends what it stands by, and what it leaves compiles.
@Suite struct FixTests {
  private struct Fault: Hashable {
    let code: DiagnosticCode
    let message: String
  }

  private func compilation(_ path: String, _ bytes: [UInt8]) -> Compilation {
    Compilation(SourceText(path: path, bytes: bytes))
  }

  private func faults(_ compilation: Compilation) -> [Fault] {
    (compilation.diagnostics.all + compilation.warnings.all).map { Fault(code: $0.code, message: $0.message) }
  }

  /// The fixes of everything that is said of a text, with the text after each.
  private func mended(_ path: String, _ bytes: [UInt8]) -> [(diagnostic: Diagnostic, text: [UInt8])] {
    let compilation = compilation(path, bytes)
    return (compilation.diagnostics.all + compilation.warnings.all).flatMap { diagnostic in
      diagnostic.fixes.map { (diagnostic, $0.applied(to: bytes)) }
    }
  }

  /// Applies each fix of a text: what it stands by is gone then, and no error of another kind has
  /// come. Answers how many there were.
  private func expectToBeMended(_ path: String, _ bytes: [UInt8]) -> Int {
    let before = faults(compilation(path, bytes))
    // The analyses look at all of a contract or at nothing. What the checker and the parser find
    // may hide something else in the same place.
    let areAnalysed = before.allSatisfy {
      [.stateWithoutDeadline, .automaticCanFail, .endlessCircle, .finalStateMayHoldMoney].contains($0.code)
        || $0.code.severity == .warning
    }
    let mended = mended(path, bytes)
    for (diagnostic, text) in mended {
      let after = faults(compilation(path, text))
      let fault = Fault(code: diagnostic.code, message: diagnostic.message)
      let shown = "\(diagnostic.message)\n\(String(decoding: text, as: UTF8.self))"
      #expect(after.count { $0 == fault } < before.count { $0 == fault }, "\(shown)")
      let errors = Set(after.map(\.code).filter { $0.severity == .error })
      if areAnalysed { #expect(errors.isSubset(of: Set(before.map(\.code))), "\(after.map(\.message)) \(shown)") }
    }
    return mended.count
  }

  @Test(arguments: Repository.files("Tests/Corpus/check", ".ern") + Repository.files("Tests/Corpus/render", ".ern"))
  func everyFixMendsItsFault(_ path: String) throws {
    _ = expectToBeMended(path, Array(try Repository.text(path).utf8))
  }

  /// Contracts in which what keeps them sound is left out, at one place at a time. Few of each kind
  /// are tried of those that are many.
  @Test(arguments: Repository.files("contracts", ".ern") + Repository.files("Tests/Corpus/sound", ".ern"))
  func whatIsLeftOutIsProposed(_ path: String) throws {
    // Tests come behind all contracts, and none of them is needed here.
    let text = try #require(try Repository.text(path).components(separatedBy: "\ntest \"").first)
    var count = 0
    for pattern in [
      #"pay \w+(\[\w+\])? to \w+;?"#, "up to ", #"raise \w+( else \{[^}]*\})?"#, #" else \{ [^}]* \}"#,
      #" else 0( days|%)?"#, #", (after|at) [^{]+"#,
      #"(?m)^ *(after|at) .*-> \w+$"#, #"where \w+ >=? \w+"#,
    ] {
      for range in text.ranges(of: try Regex(pattern)).prefix(path.hasPrefix("contracts") ? 9 : 1) {
        count += expectToBeMended(path, Array(text.replacingCharacters(in: range, with: "").utf8))
      }
    }
    #expect(count > 0 || !path.hasPrefix("contracts"))
  }

  /// The contracts of a file one by one, each of which has one fault.
  @Test(arguments: [
    "Tests/Corpus/check/mending.ern", "Tests/Corpus/check/resting.ern", "Tests/Corpus/check/warned.ern",
  ])
  func whatHasOneFaultCompilesOnceItIsMended(_ path: String) throws {
    let contracts = try Repository.text(path).components(separatedBy: "\ncontract ").dropFirst().map {
      "contract " + $0
    }
    #expect(contracts.count > 5)
    for contract in contracts {
      let mended = mended(path, Array(contract.utf8))
      let faults = faults(compilation(path, Array(contract.utf8)))
      #expect(faults.count == 1 && mended.count == 1, "\(faults)\n\(contract)")
      for (_, text) in mended {
        let compilation = compilation(path, text)
        #expect(
          compilation.diagnostics.isEmpty,
          "\(compilation.diagnostics.all.map(\.message))\n\(String(decoding: text, as: UTF8.self))")
        let isWarned = faults.contains { $0.code.severity == .warning }
        #expect(
          !isWarned || compilation.warnings.isEmpty,
          "\(compilation.warnings.all.map(\.message))\n\(String(decoding: text, as: UTF8.self))")
      }
    }
  }
}
