import Foundation
import Support
import Testing

/// What must not stand in the sources, and what to write instead.
@Suite struct BansTests {
  private struct Ban {
    let pattern: Regex<AnyRegexOutput>
    let instead: String
    let targets: [String]

    init(_ pattern: String, _ instead: String, in targets: [String]) throws {
      self.pattern = try Regex(pattern)
      self.instead = instead
      self.targets = targets
    }
  }

  private static let everywhere = [
    "Primitives", "Signing", "Source", "Interface", "Wording", "Syntax", "Semantics", "Bytecode", "Assurance",
    "Compiler", "VM", "Reference", "Ledger", "Runtime", "Presentation", "Store", "Ordering", "TestRunner",
    "earnest",
  ]
  /// What must give the same bytes on every machine.
  private static let deterministic = [
    "Primitives", "Signing", "Interface", "Bytecode", "Assurance", "Compiler", "VM", "Reference", "Ledger", "Runtime",
  ]

  private func bans() throws -> [Ban] {
    let (everywhere, deterministic) = (BansTests.everywhere, BansTests.deterministic)
    return [
      try Ban(#"\bfatalError\("#, "`preconditionFailure` with the invariant as a sentence", in: everywhere),
      try Ban(#"\btry!|\bas! "#, "typed throws, or a cast that may fail", in: everywhere),
      try Ban(#"catch \{\s*\}"#, "say what happens", in: everywhere),
      try Ban(#"(?m)^\s*print\("#, "`Console.print`, in the executable", in: everywhere),
      try Ban(#"\bexit\("#, "throw an `Exit`", in: everywhere),
      try Ban(#"\b(TODO|FIXME|XXX)\b"#, "do it, or write it down where it is planned", in: everywhere),
      try Ban(#"\b(Float|Double|CGFloat|Decimal|Float80)\b"#, "`Integer`, `Amount` or `Percent`", in: deterministic),
      try Ban(
        #"\b(Date\(|ContinuousClock|SuspendingClock|ProcessInfo|getenv|random\(|SystemRandomNumberGenerator|UUID)"#,
        "an argument", in: deterministic),
      try Ban(#"\bhashValue\b|\bObjectIdentifier\b"#, "a canonical encoding", in: deterministic),
      try Ban(#"\b(async|await|Task|actor [A-Z]\w*|DispatchQueue|Thread)\b"#, "one thread", in: deterministic),
      try Ban(#"\.(keys|values)\b"#, "an array in a fixed order", in: deterministic),
    ]
  }

  @Test func nothingForbiddenIsWritten() throws {
    for ban in try bans() {
      for target in ban.targets {
        for file in Repository.files("Sources/\(target)", ".swift") {
          // What comments and messages say is free.
          let code = try Repository.text(file).replacing(#/(?m)\/\/.*$/#, with: "").replacing(
            #/"(?:[^"\\\n]|\\.)*"/#, with: "\"\"")
          if let match = code.firstMatch(of: ban.pattern) {
            Issue.record("\(file): `\(code[match.range])` is forbidden; write \(ban.instead)")
          }
        }
      }
    }
  }

  /// A dictionary or a set has another order in every process. Between lowering and the ledger they
  /// are for looking things up, never for going through.
  @Test func dictionariesAreNotIterated() throws {
    for target in BansTests.deterministic {
      for file in Repository.files("Sources/\(target)", ".swift") {
        let code = try Repository.text(file).replacing(#/(?m)\/\/.*$/#, with: "")
        let names = code.matches(
          of: #/(?:var|let) (\w+)\s*(?::\s*(?:\[[\w.]+\s*:\s*[^\]]+\]|Set<)|= (?:Set|Dictionary)[(<])/#
        ).map { String($0.1) }
        for name in Set(names) {
          let iteration = try Regex(
            "for [^\\n]* in (self\\.)?\(name)\\b(?!\\[)|\\b\(name)\\.(map|forEach|filter|reduce|sorted|first|flatMap|compactMap)\\b",
            as: (Substring, Substring?, Substring?).self)
          if let match = code.firstMatch(of: iteration) {
            Issue.record("\(file): `\(match.0)` goes through a dictionary or a set")
          }
        }
      }
    }
  }

  /// What decides whether a module is safe names everything that it knows: a case that is added
  /// later must not pass unseen.
  @Test("tidy: what proves has no default case") func whatProvesIsExhaustive() throws {
    let verifier = Repository.files("Sources/Bytecode", ".swift").filter {
      $0.contains(#/\/(AbstractInterpreter|FunctionVerifier|Verifier|Gas|Opcode|WellFormedModule)[^\/]*$/#)
    }
    let verdict = Repository.files("Sources/Assurance/Verdict", ".swift")
    #expect(verifier.count >= 8 && verdict.count >= 8)
    for file in verifier + verdict {
      let code = try Repository.text(file).replacing(#/(?m)\/\/.*$/#, with: "")
      #expect(
        !code.contains(#/\bdefault:/#), "\(file) has a `default:`; name the cases, or switch over a column of the row")
    }
  }

  /// The repository speaks of Earnest alone.
  @Test func noPathOfSomeMachineIsWritten() throws {
    for folder in ["Sources", "Tests", "docs", "contracts", "grammar", "benchmarks"] {
      for suffix in [".swift", ".md", ".ern", ".g4", ".c", ".txt", ".json", ".py"] {
        for file in Repository.files(folder, suffix) where !file.hasSuffix("BansTests.swift") {
          let text = try Repository.text(file)
          #expect(text.firstMatch(of: #/(?m)(?:^|[\s"'(`])\/(?:home|root|Users)\//#) == nil, "\(file)")
        }
      }
    }
  }

  @Test func everythingIsFormatted() throws {
    let result = try run(
      "/usr/bin/env",
      ["swift", "format", "lint", "--strict", "--recursive", "Package.swift", "Sources", "Tests", "benchmarks"])
    #expect(result.status == 0, "\(result.errors.prefix(2000))")
  }
}
