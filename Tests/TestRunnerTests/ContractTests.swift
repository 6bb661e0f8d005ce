import Compiler
import ContractFuzzing
import Interface
import Primitives
import Semantics
import Source
import Support
import TestRunner
import Testing
import Wording

@Suite struct ContractTests {
  private static func compilation(_ path: String) throws -> Compilation {
    Compilation(SourceText(path: path, text: try Repository.text(path)))
  }

  /// Every contract that we show and every one in the corpus: its own tests pass, on both engines.
  @Test(arguments: Repository.files("contracts", ".ern") + Repository.files("Tests/Corpus/run", ".ern"))
  func itsOwnTestsPass(_ path: String) throws {
    let compilation = try ContractTests.compilation(path)
    #expect(compilation.diagnostics.isEmpty, "\(compilation.diagnostics.all.map(\.message))")
    #expect(!compilation.tests.isEmpty)
    for test in compilation.tests {
      let run = TestRun(test, in: compilation, wording: Wording(.english))
      #expect(run.hasPassed, "\(test.name): \(run.failure?.message ?? "")")
    }
  }

  /// Of the contracts that we show one is warned of, and rightly: its moderator earns by ruling.
  @Test(arguments: Repository.files("contracts", ".ern"))
  func onlyTheModeratorIsWarnedOf(_ path: String) throws {
    let codes = try ContractTests.compilation(path).warnings.all.map(\.code)
    #expect(codes == (path == "contracts/moderated-order.ern" ? [.paidByOwnRuling] : []))
  }

  /// The tests of every contract that we show take every transition of its graph.
  @Test(arguments: Repository.files("contracts", ".ern"))
  func itIsTestedWhole(_ path: String) throws {
    let compilation = try ContractTests.compilation(path)
    let contract = try #require(compilation.contracts.first)
    var taken: Set<TransitionID> = []
    for test in compilation.tests {
      taken.formUnion(TestRun(test, in: compilation, wording: Wording(.english)).transitions)
    }
    let missed = contract.interface.transitions.ids.filter { !taken.contains($0) }
    #expect(missed.isEmpty, "\(missed.map { contract.interface.transitions[$0] })")
  }

  /// 10,000 random sequences of actions and waits: both engines agree in every one, money is
  /// conserved, and silence ends all of them with empty vaults.
  @Test func tenThousandRandomSequencesAgree() throws {
    let contract = try #require(try ContractTests.compilation("contracts/purchase.ern").contracts.first)
    var sequences = RandomSequences(contract)
    sequences.run(count: 10_000, seed: 1)
    #expect(sequences.defect == nil)
    #expect(sequences.stepCount > 50_000)
    #expect(sequences.coverage.taken == Set(contract.interface.transitions.ids))
    for refusal in [Refusal.terms, .state, .argument, .authority, .amount, .funds] {
      #expect(sequences.coverage.failures[Int(Failure.refused(refusal).code)] > 0, "\(refusal)")
    }
  }

  /// The same for all others that we show, and for contracts that reach what those do not: integers
  /// of all widths, every trap, fields, branches.
  @Test(arguments: Repository.files("contracts", ".ern") + Repository.files("Tests/Corpus/run", ".ern"))
  func randomSequencesAgree(_ path: String) throws {
    for contract in try ContractTests.compilation(path).contracts {
      var sequences = RandomSequences(contract)
      sequences.run(count: 400, seed: 7)
      #expect(sequences.defect == nil, "\(contract.interface.name)")
    }
  }

  /// Agreements of every trade that were written to be read, not to be compiled: all of them are
  /// taken as they stand, their tests pass on both engines, and what is told of each for the case
  /// of silence comes true.
  @Test(arguments: Repository.files("Tests/Corpus/sound", ".ern"))
  func soundContractsAreTakenAsWritten(_ path: String) throws {
    let compilation = try ContractTests.compilation(path)
    #expect(
      compilation.diagnostics.isEmpty && !compilation.tests.isEmpty, "\(compilation.diagnostics.all.map(\.message))")
    #expect(compilation.warnings.isEmpty, "\(compilation.warnings.all.map(\.message))")
    for test in compilation.tests {
      let run = TestRun(test, in: compilation, wording: Wording(.english))
      #expect(run.hasPassed, "\(run.name): \(run.failure?.message ?? "")")
    }
    for contract in compilation.contracts {
      var sequences = RandomSequences(contract)
      sequences.run(count: 60, seed: 3)
      #expect(sequences.defect == nil)
    }
  }

  @Test func aFailingTestSaysWhatHappenedInstead() throws {
    let compilation = try ContractTests.compilation("Tests/Corpus/failing.ern")
    #expect(compilation.diagnostics.isEmpty)
    let runs = compilation.tests.map { TestRun($0, in: compilation, wording: Wording(.english)) }
    let renderer = DiagnosticRenderer(source: compilation.source, isColoured: false)
    let told = runs.map { run in run.failure.map { renderer.render($0) } ?? "passed: \(run.name)\n" }.joined(
      separator: "\n")
    if Repository.isUpdating { try Repository.write(told, to: "Tests/Corpus/failing.txt") }
    #expect(told == (try? Repository.text("Tests/Corpus/failing.txt")) && !Repository.isUpdating)
  }
}
