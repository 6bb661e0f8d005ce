import Assurance
import Compiler
import Fuzzing
import Primitives
package import Source

/// One random contract under one random sequence, as the choices that make it; and what came of it.
package struct ContractTrial: Sendable {
  /// What makes the contract, or the contract itself.
  package enum Origin: Sendable {
    case choices([UInt32])
    case source(String)
  }

  package enum Verdict: Hashable, Sendable {
    case agreed
    /// The compiler does not take the contract, for these codes.
    case refused([DiagnosticCode])
    /// The engines differ, or something is not as it must be: of which kind, and in words. Two
    /// findings of one kind differ in numbers only.
    case differs(kind: String, String)
  }

  package let source: String
  /// The choices that were made, of the contract and of what was done with it.
  package let contractChoices: [UInt32]
  package let actionChoices: [UInt32]
  package let verdict: Verdict
  package let diagnostics: Diagnostics
  /// What was done, a line for each step.
  package let actions: [String]
  package let stepCount: Int
  package let coverage: TrialCoverage

  package init(seed: UInt64) {
    var seeds = Random(seed: seed)
    let contract = Tape(seed: seeds.next())
    self.init(ContractGenerator.source(contract), Tape(seed: seeds.next()), isTelling: false)
  }

  /// The same again, from the choices.
  package init(_ origin: Origin, actions: [UInt32]) {
    switch origin {
    case .choices(let choices):
      self.init(ContractGenerator.source(Tape(replaying: choices)), Tape(replaying: actions), isTelling: true)
    case .source(let source): self.init((source, Tape(replaying: [])), Tape(replaying: actions), isTelling: true)
    }
  }

  /// The contract that these choices make, under the random sequence of a seed.
  package init(contract choices: [UInt32], actionsOf seed: UInt64) {
    var seeds = Random(seed: seed)
    _ = seeds.next()
    self.init(ContractGenerator.source(Tape(replaying: choices)), Tape(seed: seeds.next()), isTelling: false)
  }

  /// The contract of a seed, before anything looks at it.
  package static func contract(seed: UInt64) -> (source: String, choices: [UInt32]) {
    var seeds = Random(seed: seed)
    let (source, tape) = ContractGenerator.source(Tape(seed: seeds.next()))
    return (source, tape.taken)
  }

  package static func source(of choices: [UInt32]) -> String {
    ContractGenerator.source(Tape(replaying: choices)).source
  }

  /// A contract under a random sequence.
  package init(source: String, seed: UInt64) {
    self.init((source, Tape(replaying: [])), Tape(seed: seed), isTelling: false)
  }

  private init(_ contract: (source: String, tape: Tape), _ actions: Tape, isTelling: Bool) {
    source = contract.source
    contractChoices = contract.tape.taken
    let compilation = Compilation(SourceText(path: "trial.ern", text: source))
    diagnostics = compilation.diagnostics
    guard compilation.diagnostics.isEmpty, let compiled = compilation.contracts.first else {
      verdict = .refused(compilation.diagnostics.all.map(\.code))
      actionChoices = []
      self.actions = []
      stepCount = 0
      coverage = TrialCoverage()
      return
    }
    var sequence = DrawnSequence(compiled, Outlook(compiled.assured).silence, actions, isTelling: isTelling)
    sequence.run()
    actionChoices = sequence.tape.taken
    self.actions = sequence.log
    stepCount = sequence.stepCount
    coverage = sequence.coverage.finished
    verdict = sequence.defect.map { .differs(kind: ContractTrial.kind(of: $0), $0) } ?? .agreed
  }

  /// What is left of a finding without its numbers.
  private static func kind(of defect: String) -> String {
    var kind = ""
    for character in defect.prefix(400) {
      if character.isNumber {
        if kind.last != "#" { kind.append("#") }
      } else {
        kind.append(character)
      }
    }
    return kind
  }

  /// As a file of Tests/Corpus/Found: the choices of the actions in a comment, then the source.
  package var file: String {
    let choices = actionChoices.map(String.init).joined(separator: " ")
    let done = actions.map { "// \($0)\n" }.joined()
    return "// actions: \(choices)\n\(done)\(source)"
  }

  /// The choices of the actions that such a file names.
  package static func actions(in file: String) -> [UInt32] {
    let head = "// actions: "
    guard file.hasPrefix(head), let line = file.split(separator: "\n").first else { return [] }
    return line.dropFirst(head.utf8.count).split(separator: " ").compactMap { UInt32($0) }
  }
}
